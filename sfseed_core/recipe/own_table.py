"""A recipe out of a spreadsheet: the rows as one object's first records, and what a demo needs around them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.errors import RecipeError
from sfseed_core.recipe.model import ObjectRecipe, Recipe
from sfseed_core.recipe.own_rows import NAME
from sfseed_core.recipe.presets import complete

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_core.schema.model import ObjectSchema

_LIKELY = ("Account", "Contact", "Lead", "Product2", "Opportunity", "Case", "Campaign")


@dataclass(frozen=True, slots=True)
class Understood:
    """The rows in an object's terms: `columns` that are fields of it (as written: API name), `unknown` ones left out."""

    object: str
    columns: Mapping[str, str]
    unknown: tuple[str, ...]


def columns_of(described: ObjectSchema, names: Sequence[str]) -> Understood:
    """Return which of the columns are fields of the object that can be written, by API name or label."""
    written = [field for field in described.fields.values() if field.createable]
    called = {_plain(field.name): field.name for field in reversed(written)}  # no label comes before another's name
    for field in written:
        for one in _called(described, field.name, field.label):
            called.setdefault(one, field.name)
    found: dict[str, str] = {}
    for name in names:
        field_name = NAME if name == NAME else called.get(_plain(name))
        if field_name is not None and field_name not in found.values():
            found[name] = field_name
    return Understood(described.name, MappingProxyType(found), tuple(name for name in names if name not in found))


def likely_object(objects: Mapping[str, ObjectSchema], names: Sequence[str]) -> str | None:
    """Return the object that most of the columns are fields of; of equal ones the usual one."""
    ranked = sorted(objects, key=lambda name: _LIKELY.index(name) if name in _LIKELY else len(_LIKELY))
    best = max(ranked, key=lambda name: len(columns_of(objects[name], names).columns), default=None)
    return best if best is not None and columns_of(objects[best], names).columns else None


def with_rows(recipe: Recipe, understood: Understood, rows: Sequence[Mapping[str, str]], *, more: int = 0) -> Recipe:
    """Return the recipe in which the rows are the object's first records, with so many generated ones after them.

    Objects that are counted per parent follow. Raises RecipeError when there is no row, or no column is a field.
    """
    if not rows or not understood.columns:
        raise RecipeError(f"no column of these rows is a field of {understood.object}")
    kept = tuple(
        MappingProxyType({field: row[name] for name, field in understood.columns.items() if name in row}) for row in rows
    )
    own = recipe.objects.get(understood.object) or complete(recipe).objects.get(
        understood.object, ObjectRecipe(understood.object)
    )
    given = dataclasses.replace(own, rows=kept, count=len(kept) + more, per=None, each=None)
    return dataclasses.replace(recipe, objects=MappingProxyType({**recipe.objects, understood.object: given}))


def recipe_around(understood: Understood, rows: Sequence[Mapping[str, str]], *, preset: str | None, title: str) -> Recipe:
    """Return a recipe of its own: the rows, and all that the preset (if one is named) makes around them."""
    about = f"{len(rows):,} rows of a file"
    start = Recipe(objects=MappingProxyType({}), preset=preset, title=title, about=about)
    return with_rows(start, understood, rows)


def _called(described: ObjectSchema, name: str, label: str) -> list[str]:
    short = _plain(label).removesuffix("id")
    own = _plain(described.label)
    called = [_plain(name), _plain(label), short, short.removeprefix(own)]
    if name == "Name":
        called += [own, f"{own}name", "name", "company", "customer"]
    return [one for one in called if one]


def _plain(text: str) -> str:
    return "".join(one for one in text.lower() if one.isalnum())
