"""The plans of single objects, in load order: each sees the ones before it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.errors import PlanRefused
from sfseed_core.recipe.budget import PERSON, record_bytes
from sfseed_core.recipe.chooser import PlanContext
from sfseed_core.recipe.links import plan_references, with_given_keys
from sfseed_core.recipe.model import RUNNING_USER, STANDARD_PRICE_BOOK, ObjectPlan, ObjectRecipe, ReferencePlan, Target
from sfseed_core.recipe.shape import OWNER
from sfseed_core.recipe.standard_links import PRICE_BOOK_FIELD
from sfseed_core.recipe.values import plan_columns
from sfseed_core.schema.semantics import meaning

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sfseed_core.recipe.chooser import ProviderChooser
    from sfseed_core.recipe.links import Situation
    from sfseed_core.recipe.model import Recipe
    from sfseed_core.recipe.record_mix import RecordMix
    from sfseed_core.recipe.selection import Selection
    from sfseed_core.recipe.shape import Shape
    from sfseed_core.schema.model import Schema

_NOTHING_SAID = ObjectRecipe("")


@dataclass(frozen=True, slots=True)
class Drafting:
    """What holds for all objects of one plan."""

    whole: Recipe
    schema: Schema
    chooser: ProviderChooser
    as_of: date
    locale: str


def draft_objects(
    chosen: Selection, around: Situation, drafting: Drafting, reasons: Mapping[str, str]
) -> tuple[tuple[ObjectPlan, ...], dict[str, str]]:
    """Return the objects in load order, and per `Object.Field` why nothing is made for it."""
    earlier: dict[str, ObjectPlan] = {}
    omitted: dict[str, str] = {}
    for level, names in enumerate(chosen.order.levels):
        for name in names:
            plan, empty = _draft(name, level, around, drafting, earlier, reasons[name])
            omitted.update({f"{name}.{field}": why for field, why in sorted(empty.items())})
            earlier[name] = plan
    return tuple(earlier.values()), omitted


def _draft(
    name: str,
    level: int,
    around: Situation,
    drafting: Drafting,
    earlier: Mapping[str, ObjectPlan],
    why: str,
) -> tuple[ObjectPlan, dict[str, str]]:
    shape, mix = around.shapes[name], around.mixes[name]
    recipe = drafting.whole.objects.get(name, _NOTHING_SAID)
    references, unlinked = plan_references(name, around, recipe.fields)
    references = with_given_keys(references, recipe, shape, drafting.whole.objects)
    context = _context(name, around, drafting, references, earlier)
    columns, unmade = plan_columns(shape, context, drafting.chooser, mix, recipe)
    references = references if columns or references else _owned(name, shape)
    plan = ObjectPlan(
        name=name,
        count=around.counts[name],
        level=level,
        columns=columns,
        references=references,
        record_types=mix.types,
        record_types_in_order=mix.in_order,
        first_pass=_first_pass(references),
        storage_bytes=_storage(name, mix),
        why=why,
        locale=recipe.locale,
    )
    return plan, {**shape.left_out, **unlinked, **unmade}


def _owned(name: str, shape: Shape) -> tuple[ReferencePlan, ...]:
    """Return the one reference of records that nothing else can be said of: a row must have a column.

    Raises PlanRefused when the object has no field at all that could be written.
    """
    owner = shape.object.fields.get(OWNER)
    if owner is None or not owner.createable:
        raise PlanRefused(f"no field of {name} can be written", hint=f"Leave {name} out.", objects=(name,))
    why = "the running user, since a row must say something"
    return (ReferencePlan(OWNER, "symbol", (Target(None, RUNNING_USER),), required=True, why=why),)


def _context(
    name: str,
    around: Situation,
    drafting: Drafting,
    references: tuple[ReferencePlan, ...],
    earlier: Mapping[str, ObjectPlan],
) -> PlanContext:
    shape = around.shapes[name]
    return PlanContext(
        object=shape.object,
        rules=shape.rules,
        schema=drafting.schema,
        snapshot=around.snapshot,
        count=around.counts[name],
        as_of=drafting.as_of,
        zone=around.snapshot.time_zone,
        locale=drafting.whole.objects.get(name, _NOTHING_SAID).locale or drafting.locale,
        references=MappingProxyType({one.field: one for one in references}),
        earlier=MappingProxyType(dict(earlier)),
        meanings=MappingProxyType({field.name: meaning(shape.object, field) for field in shape.values()}),
        record_types=around.mixes[name].types,
    )


def _first_pass(references: tuple[ReferencePlan, ...]) -> tuple[str, str] | None:
    """Return the rows that the org needs first: standard prices, before any price of another book."""
    for one in references:
        symbols = {target.symbol for target in one.targets}
        if one.field == PRICE_BOOK_FIELD and len(one.targets) > 1 and STANDARD_PRICE_BOOK in symbols:
            return one.field, STANDARD_PRICE_BOOK
    return None


def _storage(name: str, mix: RecordMix) -> int:
    """Return the storage of one record, on average: a person account has a contact of its own."""
    usual = record_bytes(name)
    return usual + (PERSON - usual) * mix.persons // mix.count if mix.persons else usual
