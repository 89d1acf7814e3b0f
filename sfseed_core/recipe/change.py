"""Small changes of a recipe, as a page makes them: each returns a new recipe that stands on the old one."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.recipe.model import Existing, FieldRecipe, ObjectRecipe, Recipe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


_OWN = "recipe"  # where it stands: a preset stands nowhere


def own_version(recipe: Recipe) -> Recipe:
    """Return a recipe to be changed: of a preset, an empty one that stands on it."""
    if recipe.preset is None or recipe.path is not None:
        return recipe
    own = Recipe(objects=MappingProxyType({}), preset=recipe.preset, title=recipe.title, about=recipe.about)
    return dataclasses.replace(own, path=_OWN)


def with_objects(recipe: Recipe, names: Iterable[str]) -> Recipe:
    """Add objects, in the numbers that the planner finds fitting."""
    own = own_version(recipe)
    wanted = list(names)
    added = {name: ObjectRecipe(name) for name in wanted if name not in own.objects}
    without = tuple(one for one in own.without if one not in wanted)
    return dataclasses.replace(own, objects=MappingProxyType({**own.objects, **added}), without=without)


def without_object(recipe: Recipe, name: str) -> Recipe:
    """Leave an object out; what requires it must be left out too."""
    own = own_version(recipe)
    kept = {one: said for one, said in own.objects.items() if one != name}
    return dataclasses.replace(own, objects=MappingProxyType(kept), without=tuple(dict.fromkeys([*own.without, name])))


def with_counts(recipe: Recipe, counts: Mapping[str, int]) -> Recipe:
    """Give objects absolute numbers of records."""
    return _changed(recipe, {name: {"count": count, "per": None, "each": None} for name, count in counts.items()})


def with_per(recipe: Recipe, name: str, parent: str, each: float) -> Recipe:
    """Give an object so many records for each of its parent's, on average."""
    return _changed(recipe, {name: {"count": None, "per": parent, "each": each}})


def with_spread(recipe: Recipe, name: str, spread: str | None) -> Recipe:
    """Say how an object's records fall on their parents (a distribution's name); None: as usual."""
    options = MappingProxyType({"distribution": spread} if spread else {})
    return _changed(recipe, {name: {"spread": options}})


def with_existing(recipe: Recipe, name: str, existing: Existing | None, *, besides: int | None = None) -> Recipe:
    """Refer to records of an object that the org has, and make so many `besides` (None: none); without any: make them all."""
    given: dict[str, object] = {"existing": existing}
    if existing is not None:
        given |= {"count": besides, "per": None, "each": None, "rows": ()}
    return _changed(recipe, {name: given})


def with_owners(recipe: Recipe, name: str | None, owners: Mapping[str, int] | None) -> Recipe:
    """Say whose the records of an object are (of every object when none is named); None: as usual."""
    if name is not None:
        return _changed(recipe, {name: {"owners": owners}})
    return dataclasses.replace(own_version(recipe), owners=owners)


def with_locales(recipe: Recipe, shares: Mapping[str, int]) -> Recipe:
    """Say whose names and places the records have, in percent by locale; nothing: the org's."""
    return dataclasses.replace(own_version(recipe), locales=tuple(shares.items()))


def without_rows(recipe: Recipe, name: str) -> Recipe:
    """Make all records of an object, none as given."""
    return _changed(recipe, {name: {"rows": ()}})


def with_field(recipe: Recipe, object_name: str, field: str, said: FieldRecipe | None) -> Recipe:
    """Say how one field is filled; None: as the planner would."""
    own = own_version(recipe)
    before = own.objects.get(object_name, _inherited(recipe, object_name)).fields
    fields = {name: one for name, one in before.items() if name != field}
    if said is not None:
        fields[field] = said
    return _changed(recipe, {object_name: {"fields": MappingProxyType(fields)}})


def _changed(recipe: Recipe, changes: Mapping[str, Mapping[str, object]]) -> Recipe:
    own = own_version(recipe)
    objects = dict(own.objects)
    for name, values in changes.items():
        objects[name] = dataclasses.replace(objects.get(name, _inherited(recipe, name)), **values)  # type: ignore[arg-type]
    return dataclasses.replace(own, objects=MappingProxyType(objects))


def _inherited(recipe: Recipe, name: str) -> ObjectRecipe:
    """What the preset below says of the object: an own entry replaces it, so it is taken along."""
    from sfseed_core.recipe.presets import complete

    return complete(recipe).objects.get(name, ObjectRecipe(name))
