"""What a recipe may say of how a reference is filled: how children fall on their parents, how deep a tree grows."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import RecipeError
from sfseed_core.recipe.placing import about
from sfseed_core.recipe.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.recipe.model import FieldRecipe, ReferencePlan

    Check = Callable[[Any], bool]

# how unevenly children fall on their parents, the evenest first
SPREADS = ("fixed", "uniform", "natural", "geometric", "long_tail")
_DEEPEST = 50
_ALL = 100


def _whole(value: Any, low: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= low


_OPTIONS: Mapping[str, Mapping[str, Check]] = MappingProxyType(
    {
        "children": {
            "distribution": lambda value: value in SPREADS,
            "histogram": lambda value: isinstance(value, list),
            "minimum": lambda value: _whole(value, 0),
            "maximum": lambda value: _whole(value, 1),
        },
        "self": {
            "depth": lambda value: _whole(value, 1) and value <= _DEEPEST,
            "roots": lambda value: _whole(value, 0) and value <= _ALL,
        },
    }
)


def asked_options(one: ReferencePlan, name: str, said: FieldRecipe | None) -> dict[str, Any]:
    """Return the options that the recipe asks for a reference of the object `name`; raises RecipeError where they cannot be."""
    asked = said.options if said is not None else {}
    if not asked:
        return {}
    where = f"{name}.{one.field}"
    known = _OPTIONS.get(one.mode)
    if known is None:
        raise RecipeError(f"{where}: options say how the children of each parent vary, and {name} is not counted along it")
    for key, value in asked.items():
        if key not in known:
            near = did_you_mean(key, known) or f"; there are {', '.join(known)}"
            with about("options", key):
                raise RecipeError(f"{where}: there is no option {key!r}{near}")
        if not known[key](value):
            with about("options", key):
                raise RecipeError(f"{where}: {key} cannot be {value!r}", hint=f"Distributions: {', '.join(SPREADS)}.")
    least, most = int(asked.get("minimum", 0)), int(asked.get("maximum", 0))
    if most and least > most:
        raise RecipeError(f"{where}: at least {least} and at most {most} children cannot be")
    return dict(asked)
