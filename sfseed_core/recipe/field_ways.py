"""The ways in which a recipe can fill a field, as a page offers them: what each asks for, and what it comes to in a recipe."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.errors import RecipeError
from sfseed_core.recipe.model import FieldRecipe

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMBERS = frozenset({"int", "long", "double", "currency", "percent"})
_DAYS = frozenset({"date", "datetime"})
_TEXTS = frozenset({"string", "textarea", "email", "phone", "url", "combobox", "encryptedstring"})
_FLAG = frozenset({"boolean"})
DISTRIBUTIONS = ("uniform", "normal", "low", "high", "long_tail")


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a way asks for; of `choices` one is taken, otherwise it is typed."""

    key: str
    label: str
    example: str = ""
    choices: tuple[str, ...] = ()
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Way:
    """One way to fill a field; `types` (describe's) it serves, all when there are none. `provider` stands for it in a recipe."""

    name: str
    label: str
    types: frozenset[str] = frozenset()
    asks: tuple[Asked, ...] = ()
    provider: str | None = None


WAYS: tuple[Way, ...] = (
    Way("chosen", "As sfseed chose"),
    Way("values", "One of these values"),
    Way(
        "range",
        "Between two ends",
        _NUMBERS | _DAYS,
        (
            Asked("from", "From", "1000, or: today - 2y"),
            Asked("to", "To", "50000, or: today"),
            Asked("distribution", "How they lie", choices=DISTRIBUTIONS, needed=False),
        ),
        "range",
    ),
    Way(
        "template",
        "Put together from other fields",
        _TEXTS,
        (Asked("template", "Pattern", "{FirstName}.{LastName}@{Account.Website.domain}"),),
        "template",
    ),
    Way("copy", "The same as another field", frozenset(), (Asked("from", "Field", "Account.BillingCity"),), "copy"),
    Way("sequence", "Numbered one after the other", _TEXTS, (Asked("template", "Pattern", "INV-#####"),), "sequence"),
    Way("edge", "Unusual but valid values", _TEXTS | _NUMBERS | _DAYS, (), "edge"),
    Way("provider", "A generator of its own"),
    Way("skip", "Leave it empty"),
)
BY_NAME: Mapping[str, Way] = MappingProxyType({one.name: one for one in WAYS})


@dataclass(frozen=True, slots=True)
class Filled:
    """How a field is filled, as a page shows it: the way, what it asked for, values with weights, and the rest."""

    way: str = "chosen"
    given: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    provider: str | None = None
    values: tuple[tuple[str, int], ...] = ()
    empty: int | None = None
    unique: bool = False


def ways_for(kind: str) -> tuple[Way, ...]:
    """Return the ways to fill a field of describe's type."""
    return tuple(one for one in WAYS if not one.types or kind in one.types)


def read(said: FieldRecipe | None) -> Filled:
    """Return what a recipe says of a field, in terms of the ways."""
    if said is None:
        return Filled()
    rest = {"empty": said.empty, "unique": said.unique}
    if said.skip:
        return Filled("skip")
    if said.values:
        weights = said.weights or (1,) * len(said.values)
        return Filled("values", values=tuple(zip(said.values, weights, strict=True)), **rest)  # type: ignore[arg-type]
    if said.provider is None:
        return Filled(**rest)  # type: ignore[arg-type]
    given = MappingProxyType({key: str(value) for key, value in said.options.items()})
    way = next((one.name for one in WAYS if one.provider == said.provider), "provider")
    return Filled(way, given, said.provider if way == "provider" else None, **rest)  # type: ignore[arg-type]


def write(filled: Filled) -> FieldRecipe | None:
    """Return what the recipe says of the field then; None where it says nothing. Raises RecipeError for what is missing."""
    if filled.way == "skip":
        return FieldRecipe(skip=True)
    rest = {"empty": filled.empty, "unique": filled.unique}
    if filled.way == "chosen":
        return None if filled.empty is None and not filled.unique else FieldRecipe(**rest)  # type: ignore[arg-type]
    if filled.way == "values":
        return _valued(filled)
    way = BY_NAME[filled.way]
    missing = [one.label for one in way.asks if one.needed and not filled.given.get(one.key, "").strip()]
    if filled.way == "provider" and not filled.provider:
        missing = ["Generator"]
    if missing:
        raise RecipeError(f"{way.label}: {', '.join(missing)} is missing")
    options = {key: value.strip() for key, value in filled.given.items() if value.strip()}
    return FieldRecipe(provider=way.provider or filled.provider, options=MappingProxyType(options), **rest)  # type: ignore[arg-type]


def _valued(filled: Filled) -> FieldRecipe:
    kept = [(value.strip(), weight) for value, weight in filled.values if value.strip()]
    if not kept:
        raise RecipeError("One of these values: at least one value is wanted")
    if any(weight < 1 for _, weight in kept):
        raise RecipeError("One of these values: a weight is a whole number from 1")
    weights = tuple(weight for _, weight in kept)
    return FieldRecipe(
        values=tuple(value for value, _ in kept),
        weights=weights if len(set(weights)) > 1 else None,
        empty=filled.empty,
        unique=filled.unique,
    )
