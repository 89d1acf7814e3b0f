"""Recipes of datasets: what was asked for is kept beside the records, and can become a preset of the user's own."""

from __future__ import annotations

import dataclasses
import re
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core import system
from sfseed_core.errors import NotFound, UserError
from sfseed_core.recipe.model import ObjectRecipe
from sfseed_core.recipe.presets import PRESETS
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.recipe.write import recipe_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.recipe.model import Plan, Recipe

FILE = "recipe.yaml"
_FOLDER = "presets"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")


def remember(made: Dataset, recipe: Recipe) -> None:
    """Keep beside the dataset what it was made from, with the counts that it came to."""
    system.write_durably(made.path / FILE, recipe_yaml(as_planned(recipe, made.plan)).encode())


def recipe_text(made: Dataset) -> str:
    """Return the recipe that the dataset was made from, as YAML; raises NotFound for one of an older version."""
    path = made.path / FILE
    if not path.is_file():
        raise NotFound(f"{made.id} was made without keeping its recipe", hint="Make the records again to save it.")
    return path.read_text(encoding="utf-8")


def as_planned(recipe: Recipe, plan: Plan) -> Recipe:
    """Return the recipe with the counts of the plan: a count per parent stays one where it explains the number.

    The variation number and the day are left out, as they are of one dataset and not of the recipe.
    """
    counts = {one.name: one.count for one in plan.objects}
    objects = {name: _counted(recipe.objects.get(name, ObjectRecipe(name)), counts) for name in counts}
    left = {name: one for name, one in recipe.objects.items() if name not in counts}
    return dataclasses.replace(recipe, objects=MappingProxyType({**objects, **left}), seed=None, as_of=None, path=None)


def _counted(one: ObjectRecipe, counts: dict[str, int]) -> ObjectRecipe:
    count = counts[one.name]
    if one.per in counts and one.each is not None and abs(one.each * counts[one.per] - count) <= 1:
        return one
    return dataclasses.replace(one, count=count, per=None, each=None)


def save_preset(home: Path, name: str, text: str) -> Path:
    """Save a recipe as a preset of the user's own; raises UserError for the name, RecipeError for the text."""
    if _NAME.fullmatch(name) is None:
        raise UserError(
            f"{name!r} is not a name for a recipe", hint="Use letters, digits, - and _, beginning with a letter or digit."
        )
    path = home / _FOLDER / f"{name}.yaml"
    if name in PRESETS or path.exists():
        raise UserError(f"there is a recipe called {name!r} already", hint="Choose another name.")
    saved = dataclasses.replace(parse_recipe(text, path=name), title=name)
    system.private_folder(path.parent)
    system.write_durably(path, recipe_yaml(saved).encode())
    return path
