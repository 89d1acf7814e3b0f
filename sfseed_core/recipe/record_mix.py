"""Which record types an object's records have, and which of its records are person accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_core.constraints.persons import is_business_field, is_person_field, person_types, usable_record_types
from sfseed_core.errors import RecipeError
from sfseed_core.recipe.columns import RECORD_TYPE
from sfseed_core.recipe.placing import about
from sfseed_core.recipe.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.recipe.model import ObjectRecipe
    from sfseed_core.schema.model import Field, ObjectSchema
    from sfseed_core.snapshot.model import Snapshot

_PERSONS_IN = 4  # one in so many accounts is a person, where an org has both


@dataclass(frozen=True, slots=True)
class RecordMix:
    """The record types of `count` records with their weights.

    With `in_order` the weights are numbers of records, laid one type after the other, persons last; `business` records
    come before them.
    """

    count: int
    types: tuple[tuple[str, int], ...] = ()
    in_order: bool = False
    business: int | None = None

    def rows(self, field: Field) -> tuple[int, int] | None:
        """Return the records that may have the field; None when all may."""
        if self.business is None:
            return None
        if is_person_field(field):
            return self.business, self.count
        return (0, self.business) if is_business_field(field) else None

    @property
    def persons(self) -> int:
        """The number of person accounts."""
        return 0 if self.business is None else self.count - self.business


def record_mix(schema: ObjectSchema, count: int, snapshot: Snapshot, recipe: ObjectRecipe | None) -> RecordMix:
    """Return the record types that `count` records of the object get.

    All that the running user may set get the same weight, or those that the recipe names their own. Where nothing may be
    set, the org's default applies.
    """
    field = schema.fields.get(RECORD_TYPE)
    if field is None or not field.createable:
        return RecordMix(count)
    weights = _weights(schema, snapshot, recipe)
    persons = [name for name in person_types(schema, snapshot) if name in weights]
    if not persons:
        return RecordMix(count, tuple(weights.items()))
    return _with_persons(count, weights, persons)


def _weights(schema: ObjectSchema, snapshot: Snapshot, recipe: ObjectRecipe | None) -> dict[str, int]:
    usable = [one.developer_name for one in usable_record_types(schema, snapshot)]
    if recipe is None or recipe.record_types is None:
        return dict.fromkeys(usable, 1) if schema.name in snapshot.record_types else {}
    for name in recipe.record_types:
        if name not in usable:
            near = did_you_mean(name, usable) or f"; available are {', '.join(usable) or 'none'}"
            with about("objects", schema.name, "record_types", name):
                raise RecipeError(f"{schema.name} has no record type {name!r} that this user may set{near}")
    return dict(recipe.record_types)


def _with_persons(count: int, weights: Mapping[str, int], persons: list[str]) -> RecordMix:
    business = {name: weight for name, weight in weights.items() if name not in persons}
    people = count // _PERSONS_IN if business else count
    numbers = [*_split(count - people, business), *_split(people, {name: weights[name] for name in persons})]
    return RecordMix(count, tuple(one for one in numbers if one[1]), in_order=True, business=count - people)


def _split(total: int, weights: Mapping[str, int]) -> list[tuple[str, int]]:
    """Split the total by the weights; running sums are rounded, so that nothing is lost."""
    whole, before, found = sum(weights.values()), 0, []
    for name, weight in weights.items():
        upto = before + weight
        found.append((name, total * upto // whole - total * before // whole))
        before = upto
    return found
