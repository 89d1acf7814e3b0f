"""The recipes that come with sfseed, and which objects of an org a recipe means."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core import system
from sfseed_core.constraints.standard import standard
from sfseed_core.errors import RecipeError
from sfseed_core.recipe.placing import about, placed
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.recipe.suggestion import did_you_mean
from sfseed_core.schema.seedable import seedable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.recipe.model import ObjectRecipe, Recipe
    from sfseed_core.schema.model import ObjectSummary

PRESETS = ("minimal", "core-objects", "sales-cloud", "service-cloud", "custom-only", "everything")
_FOLDER = Path(__file__).with_name("preset_files")


def own_presets() -> dict[str, Path]:
    """Return the user's own presets by name: the recipe files in the `presets` folder of the home."""
    folder = system.home() / "presets"
    found = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    return {path.stem: path for path in found if path.stem not in PRESETS and not path.stem.startswith(".")}


def preset_recipe(name: str) -> Recipe:
    """Return a preset, of sfseed's or the user's own; raises RecipeError when there is none of that name, or it is broken."""
    if name not in PRESETS and name in own_presets():
        return _own(name, own_presets()[name])
    if name not in PRESETS:
        raise RecipeError(
            f"there is no preset {name!r}{did_you_mean(name, (*PRESETS, *own_presets()))}",
            hint=f"Presets are: {', '.join((*PRESETS, *own_presets()))}.",
        )
    return dataclasses.replace(_read(name), preset=name, path=None)


def _own(name: str, path: Path) -> Recipe:
    """Return a recipe file as a preset: with what the preset says that it stands on, and no objects asked for by name."""
    try:
        own = parse_recipe(path.read_text(encoding="utf-8-sig"), path=str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"cannot read the preset {path}: {error}") from error
    if own.preset is not None and own.preset not in PRESETS:
        raise RecipeError(f"{path}: stands on the preset {own.preset!r}; only sfseed's own can be stood on")
    return dataclasses.replace(complete(own), preset=name, path=None)


def usual_counts() -> Mapping[str, ObjectRecipe]:
    """Return how many records of standard objects look alive, where a recipe does not say."""
    return _read("usual").objects


def complete(recipe: Recipe) -> Recipe:
    """Return the recipe with what the preset that it stands on says besides."""
    if recipe.preset is None:
        return recipe
    with placed(recipe), about("preset"):
        base = preset_recipe(recipe.preset)
    return dataclasses.replace(
        recipe,
        objects=MappingProxyType({**base.objects, **recipe.objects}),
        select=base.select if recipe.select == "named" else recipe.select,
        without=(*base.without, *recipe.without),
        given=MappingProxyType({**base.given, **recipe.given}),
        locales=recipe.locales or base.locales,
        owners=recipe.owners if recipe.owners is not None else base.owners,
        activate=recipe.activate or base.activate,
    )


def chosen_objects(recipe: Recipe, listing: Mapping[str, ObjectSummary]) -> tuple[str, ...]:
    """Return the names of the objects that the recipe means in an org, by its listing.

    Objects that only the preset names, and that the org does not have, are left out; those that the recipe itself names
    are kept whatever the listing says. What describes require is not among them, but what our own table of standard objects
    knows to be required is.
    """
    whole = complete(recipe)
    asked = frozenset(recipe.objects) if recipe.path is not None else frozenset()
    named = [name for name in whole.objects if name in asked or _can_seed(name, listing)]
    selected = [name for name, summary in listing.items() if _is_selected(whole, summary)]
    chosen = [name for name in dict.fromkeys([*named, *selected]) if name not in whole.without]
    for name in chosen:  # grows while it is walked
        if name in whole.objects and whole.objects[name].only_existing:
            continue
        chosen += [one for one in standard(name).parents if one not in chosen and _can_seed(one, listing)]
    return tuple(chosen)


def _can_seed(name: str, listing: Mapping[str, ObjectSummary]) -> bool:
    summary = listing.get(name)
    return summary is not None and seedable(summary) is None


def _is_selected(recipe: Recipe, summary: ObjectSummary) -> bool:
    if recipe.select == "named" or seedable(summary) is not None:
        return False
    if recipe.select == "custom":
        return summary.custom
    return standard(summary.name).unsuitable is None


@cache
def _read(name: str) -> Recipe:
    path = _FOLDER / f"{name}.yaml"
    return parse_recipe(path.read_text(encoding="utf-8"), path=f"preset {name}")
