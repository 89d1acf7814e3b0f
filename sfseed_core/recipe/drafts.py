"""The plans of single objects, in load order: each sees the ones before it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.constraints.standard import AUDIT_USERS
from sfseed_core.errors import PlanRefused
from sfseed_core.recipe.budget import PERSON, record_bytes
from sfseed_core.recipe.chooser import PlanContext
from sfseed_core.recipe.existing import ACTIVE, owner_queries, target_of
from sfseed_core.recipe.links import plan_references, with_given_keys
from sfseed_core.recipe.model import RUNNING_USER, STANDARD_PRICE_BOOK, ObjectPlan, ObjectRecipe, ReferencePlan, Target
from sfseed_core.recipe.shape import OWNER
from sfseed_core.recipe.standard_links import PRICE_BOOK_FIELD
from sfseed_core.recipe.values import plan_columns
from sfseed_core.schema.semantics import meaning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from sfseed_core.recipe.chooser import ProviderChooser
    from sfseed_core.recipe.links import Situation
    from sfseed_core.recipe.model import ColumnPlan, Recipe
    from sfseed_core.recipe.record_mix import RecordMix
    from sfseed_core.recipe.selection import Selection
    from sfseed_core.recipe.shape import Shape
    from sfseed_core.schema.model import Schema
    from sfseed_core.snapshot.model import Snapshot

_NOTHING_SAID = ObjectRecipe("")
_AS_OWNERS: tuple[dict[str, Any], ...] = ({"as": OWNER}, {})  # the owner made the record; whoever changed it is drawn anew


@dataclass(frozen=True, slots=True)
class Drafting:
    """What holds for all objects of one plan; with `alone` no object has locales of its own."""

    whole: Recipe
    schema: Schema
    chooser: ProviderChooser
    as_of: date
    locales: tuple[tuple[str, int], ...]
    alone: bool = False


def draft_objects(
    chosen: Selection, around: Situation, drafting: Drafting, reasons: Mapping[str, str]
) -> tuple[tuple[ObjectPlan, ...], dict[str, str]]:
    """Return the objects in load order, and per `Object.Field` why nothing is made for it."""
    earlier: dict[str, ObjectPlan] = {}
    omitted: dict[str, str] = {}
    for level, names in enumerate(chosen.order.levels):
        for name in names:
            if not around.counts[name]:
                continue  # the org has its records
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
    references, unlinked = plan_references(name, around, recipe.fields, recipe.spread)
    references = with_given_keys(references, recipe, shape, drafting.whole.objects)
    context = _context(name, around, drafting, references, earlier)
    locales = _locales(context, recipe, drafting)
    names = tuple(one for one, _ in locales.get("locales", ())) or (locales.get("locale") or context.locale,)
    context = dataclasses.replace(context, locale=names[0], locales=names)
    columns, unmade = plan_columns(shape, context, drafting.chooser, mix, recipe)
    references, owned = _with_owners(references, shape, recipe, drafting.whole, around.snapshot)
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
        upsert=_told_by(recipe, columns),
        **locales,
    )
    empty = {**shape.left_out, **unlinked, **unmade}
    return plan, {field: why for field, why in empty.items() if field not in owned}


def _told_by(recipe: ObjectRecipe, columns: tuple[ColumnPlan, ...]) -> str | None:
    """Return the external id by which records of the org are changed; raises PlanRefused where records would have none."""
    if recipe.upsert is not None and not any(one.field == recipe.upsert and not one.null_share for one in columns):
        raise PlanRefused(
            f"{recipe.name}: upsert: {recipe.upsert} is not filled in every record, and a record is found by it",
            hint=f"Say how: fields: {{{recipe.upsert}: {{sequence: 'K-#####'}}}}, or in the rows.",
        )
    return recipe.upsert


def _locales(context: PlanContext, recipe: ObjectRecipe, drafting: Drafting) -> dict[str, Any]:
    """Return whose names and places the object's records have: what the recipe says, else those of what they belong to."""
    own = () if drafting.alone else recipe.locales
    belongs = drafting.chooser.belongs(context)
    upper = context.earlier.get(str(belongs.get("of", "")))
    if not own and upper is not None and (upper.locales or upper.locale):
        via = str(belongs["via"]) if upper.locales else None
        return {
            "locale": upper.locale,
            "locales": upper.locales,
            "locale_via": via,
            "locale_of": upper.name if via else None,
        }
    shares = own or drafting.locales
    if len(shares) == 1:
        return {"locale": shares[0][0]} if own else {}
    return {"locales": shares}


def _with_owners(
    references: tuple[ReferencePlan, ...], shape: Shape, recipe: ObjectRecipe, whole: Recipe, snapshot: Snapshot
) -> tuple[tuple[ReferencePlan, ...], tuple[str, ...]]:
    """Return the references with the owners that the recipe asks for, and the names of their fields.

    Where the user may set who made and last changed a record, the owner made it, and any of the owners changed it.
    """
    asked = owner_queries(recipe.owners if recipe.owners is not None else whole.owners)
    if not asked:
        return references, ()
    there = {one.field for one in references}
    targets = tuple(target_of("User", query, snapshot, weight) for query, weight in asked.values())
    why = "all active users" if ACTIVE in asked else f"as the recipe says: {', '.join(asked)}"
    found = []
    for name, options in ((OWNER, {}), *zip(AUDIT_USERS, _AS_OWNERS, strict=True)):
        field = shape.object.fields.get(name)
        listed = name == OWNER or recipe.only is None or name in recipe.only
        if field is not None and field.createable and name not in there and listed:
            found.append(ReferencePlan(name, "spread", targets, required=True, options=MappingProxyType(options), why=why))
    return (*references, *found), tuple(one.field for one in found)


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
    shape, recipe = around.shapes[name], drafting.whole.objects.get(name, _NOTHING_SAID)
    return PlanContext(
        object=shape.object,
        rules=shape.rules,
        schema=drafting.schema,
        snapshot=around.snapshot,
        count=around.counts[name],
        as_of=drafting.as_of,
        zone=around.snapshot.time_zone,
        locale=_first(recipe, drafting),
        references=MappingProxyType({one.field: one for one in references}),
        earlier=MappingProxyType(dict(earlier)),
        meanings=MappingProxyType({field.name: meaning(shape.object, field) for field in shape.values()}),
        record_types=around.mixes[name].types,
        said=frozenset(_spoken_of(recipe)),
    )


def _spoken_of(recipe: ObjectRecipe) -> Iterator[str]:
    """Yield the fields that the recipe says something of, for all records or for some."""
    yield from recipe.fields
    for one in recipe.variants:
        yield from one.fields
    for row in recipe.rows:
        yield from row


def _first(recipe: ObjectRecipe, drafting: Drafting) -> str:
    """Return the locale that most records have, as far as it is known when columns are chosen."""
    shares = (() if drafting.alone else recipe.locales) or drafting.locales
    return max(shares, key=lambda one: one[1])[0]


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
