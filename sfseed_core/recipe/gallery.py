"""The gallery: recipes to begin with, of sfseed's own and of the examples that come with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_core.errors import SfseedError
from sfseed_core.recipe.presets import PRESETS, own_presets, preset_recipe
from sfseed_core.recipe.read import read_recipe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfseed_core.recipe.model import Recipe


@dataclass(frozen=True, slots=True)
class Example:
    """One recipe to begin with; `preset` its name where it is one."""

    title: str
    about: str
    recipe: Recipe
    preset: str | None = None


def gallery(folder: Path | None) -> list[Example]:
    """Return the presets, the user's own recipes, and the examples of the folder; what cannot be read is left out."""
    return [*_presets(), *(_examples(folder) if folder is not None else ())]


def _presets() -> Iterator[Example]:
    for name in (*PRESETS, *own_presets()):
        try:
            recipe = preset_recipe(name)
        except SfseedError:
            continue
        yield Example(recipe.title or name, recipe.about, recipe, name)


def _examples(folder: Path) -> Iterator[Example]:
    for path in sorted(folder.glob("*.yaml")):
        try:
            recipe = read_recipe(path)
        except SfseedError:
            continue
        yield Example(recipe.title or path.stem, recipe.about, recipe)
