"""From a recipe to a plan: every object, count, column and reference, resolved against a schema and a snapshot."""

from __future__ import annotations

import dataclasses
import secrets
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sfseed_core.constraints.rules import has_formulas
from sfseed_core.constraints.standard import AUDIT_DATES
from sfseed_core.errors import PlanRefused
from sfseed_core.recipe.budget import check_fits, crowded
from sfseed_core.recipe.counts import Asked, Count, resolve_counts
from sfseed_core.recipe.drafts import Drafting, draft_objects
from sfseed_core.recipe.existing import assumed, existing_targets
from sfseed_core.recipe.links import Situation, capacity
from sfseed_core.recipe.model import STANDARD_PRICE_BOOK, Plan
from sfseed_core.recipe.overrides import NONE, Overrides
from sfseed_core.recipe.own_rows import in_terms_of, without_own_keys
from sfseed_core.recipe.placing import about, placed
from sfseed_core.recipe.presets import complete, preset_recipe, usual_counts
from sfseed_core.recipe.record_mix import record_mix
from sfseed_core.recipe.selection import select
from sfseed_core.schema.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date

    from sfseed_core.recipe.chooser import ProviderChooser
    from sfseed_core.recipe.model import ObjectPlan, Recipe, RuleBook, Target, Value
    from sfseed_core.recipe.selection import Selection
    from sfseed_core.recipe.shape import Shape
    from sfseed_core.schema.model import Schema
    from sfseed_core.snapshot.model import Snapshot

_SEED_BITS = 53  # what every JSON reader keeps


def make_plan(
    recipe: Recipe,
    schema: Schema,
    snapshot: Snapshot,
    *,
    chooser: ProviderChooser,
    seed: int | None = None,
    as_of: date | None = None,
    locale: str | None = None,
    overrides: Overrides = NONE,
) -> Plan:
    """Resolve a recipe; the same inputs give the same plan.

    The seed is drawn when neither the caller nor the recipe gives one; `as_of` is else the snapshot's day in the org's zone.
    An object that only a preset's selection brought in is left out, and the plan's notes say why, when no record of it can be
    made. Raises RecipeError when the recipe does not fit the schema, PlanRefused when it asks for what cannot be.
    """
    with placed(recipe):
        return _make_plan(_Given(recipe, snapshot, chooser, seed, as_of, locale, overrides), schema)


def _make_plan(given: _Given, schema: Schema) -> Plan:
    recipe, overrides = given.recipe, given.overrides
    named = _named(recipe, overrides)
    left_out: dict[str, str] = {}
    while True:
        try:
            plan = _plan_of(given, _without(schema, left_out))
        except PlanRefused as error:
            fresh = [name for name in error.objects if name not in named and name not in left_out]
            if not fresh or len(left_out) + len(fresh) >= len(schema.objects):
                raise
            left_out |= dict.fromkeys(fresh, error.message)
        else:
            notes = tuple(f"left out: {name}: {why}" for name, why in left_out.items())
            return dataclasses.replace(plan, notes=(*plan.notes, *notes))


@dataclass(frozen=True, slots=True)
class _Given:
    """What a plan is made from besides the schema."""

    recipe: Recipe
    snapshot: Snapshot
    chooser: ProviderChooser
    seed: int | None
    as_of: date | None
    locale: str | None
    overrides: Overrides


def _named(recipe: Recipe, overrides: Overrides) -> frozenset[str]:
    """Return the objects that a person asked for by name."""
    return frozenset(overrides.counts) | (frozenset(recipe.objects) if recipe.path is not None else frozenset())


def _without(schema: Schema, left_out: Mapping[str, str]) -> Schema:
    if not left_out:
        return schema
    objects = {name: one for name, one in schema.objects.items() if name not in left_out}
    return dataclasses.replace(schema, objects=MappingProxyType(objects))


def _plan_of(given: _Given, schema: Schema) -> Plan:
    recipe, overrides = given.recipe, given.overrides
    named = _named(recipe, overrides)
    whole = in_terms_of(complete(recipe), schema)
    snapshot = without_own_keys(whole, given.snapshot.with_globals(whole.given))
    chosen = select(recipe, whole, schema, snapshot)
    existing = existing_targets(whole, chosen.shapes, snapshot)
    counts = _counts(recipe, chosen, overrides, snapshot, existing)
    counts = _within_capacity(counts, _situation(whole, chosen, counts, snapshot, named, existing))
    around = _situation(whole, chosen, counts, snapshot, named, existing)
    check_fits(around.counts, snapshot)
    locales = ((given.locale, 100),) if given.locale else whole.locales or ((snapshot.locale, 100),)
    drafting = Drafting(
        whole=whole,
        schema=schema,
        chooser=given.chooser,
        as_of=given.as_of or recipe.as_of or _today(snapshot),
        locales=locales,
        alone=given.locale is not None,
    )
    objects, omitted = draft_objects(
        chosen, around, drafting, {name: _why(one, name, chosen) for name, one in counts.items()}
    )
    return Plan(
        seed=_seed(given.seed, recipe),
        as_of=drafting.as_of,
        zone=snapshot.time_zone,
        locale=max(locales, key=lambda one: one[1])[0],
        objects=objects,
        schema_fingerprint=fingerprint({name: shape.object for name, shape in chosen.shapes.items()}),
        preset=recipe.preset,
        omitted=MappingProxyType(omitted),
        notes=(*chosen.notes, *_notes(objects, around)),
        cycles=chosen.order.cycles,
        rules=_rules(chosen.shapes, schema, snapshot, drafting.as_of, whole.given),
        activate=whole.activate,
    )


def _rules(
    shapes: Mapping[str, Shape], schema: Schema, snapshot: Snapshot, as_of: date, given: Mapping[str, Value]
) -> RuleBook | None:
    objects = [schema.objects[name] for name in shapes if name in schema.objects]
    if not any(has_formulas(one, snapshot) for one in objects):
        return None
    from sfseed_core.recipe.rule_book import rule_book  # the formula language, which most plans do without

    book = rule_book(shapes, schema.objects, snapshot, as_of)
    return None if book is None else replace(book, given=given)


def _seed(seed: int | None, recipe: Recipe) -> int:
    if seed is not None:
        return seed
    return recipe.seed if recipe.seed is not None else secrets.randbits(_SEED_BITS)


def _today(snapshot: Snapshot) -> date:
    try:
        return snapshot.taken_at.astimezone(ZoneInfo(snapshot.time_zone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        return snapshot.taken_at.date()


def _counts(
    recipe: Recipe, chosen: Selection, overrides: Overrides, snapshot: Snapshot, existing: Mapping[str, Target]
) -> dict[str, Count]:
    whole = complete(recipe)
    asked = Asked(
        own=recipe.objects if recipe.path is not None else {},
        preset=preset_recipe(recipe.preset).objects if recipe.preset else {},
        usual=usual_counts(),
        parents={
            name: chosen.targets[name, field][0]
            for name, field in chosen.along.items()
            if chosen.shapes[name].rules.fields[field].needed
        },
        overrides=overrides,
        existing={name: one.count for name, one in existing.items()},
        only_existing=frozenset(name for name in existing if whole.objects[name].only_existing),
    )
    return resolve_counts(tuple(chosen.shapes), asked, snapshot)


def _situation(
    whole: Recipe,
    chosen: Selection,
    counts: Mapping[str, Count],
    snapshot: Snapshot,
    named: Collection[str],
    existing: Mapping[str, Target],
) -> Situation:
    numbers = {name: one.number for name, one in counts.items()}
    return Situation(
        shapes=chosen.shapes,
        counts=numbers,
        mixes={
            name: record_mix(shape.object, numbers[name], snapshot, whole.objects.get(name))
            for name, shape in chosen.shapes.items()
        },
        targets=chosen.targets,
        along=chosen.along,
        deferred=frozenset((edge.child, edge.field) for edge in chosen.order.deferred),
        left_empty=frozenset((edge.child, edge.field) for edge in chosen.order.left_empty),
        snapshot=snapshot,
        named=named,
        existing=existing,
    )


def _within_capacity(counts: Mapping[str, Count], around: Situation) -> dict[str, Count]:
    """Return the counts cut to what pairs leave room for; raises PlanRefused where a person asked for more."""
    found = dict(counts)
    for name, one in counts.items():
        room = capacity(name, around)
        if room is None or one.number <= room[0]:
            continue
        if one.asked:
            with about("objects", name, "count"):
                raise PlanRefused(
                    f"{one.number:,} records of {name} cannot all differ: there is room for {room[0]:,} ({room[1]})",
                    hint=f"Ask for at most that many, or for more of its parents: --count {name}={room[0]}",
                )
        found[name] = Count(room[0], f"all that there is room for: {room[1]}")
    return found


def _why(count: Count, name: str, chosen: Selection) -> str:
    reasons = chosen.reasons.get(name)
    return f"{count.why}; in since {reasons[0]}" if reasons else count.why


def _notes(objects: tuple[ObjectPlan, ...], around: Situation) -> Iterator[str]:
    snapshot = around.snapshot
    if snapshot.storage_free_mb is None:
        yield "how much storage is free is not known: this user may not read the org's limits"
    for one in around.existing.values():
        if assumed(one, snapshot):
            yield f"how many records the org has of {one.symbol} is not known yet: {one.count:,} are assumed"
    share = crowded(around.counts, snapshot)
    if share is not None:
        yield f"these records take {share} % of the org's free storage"
    uses_book = any(
        target.symbol == STANDARD_PRICE_BOOK for one in objects for ref in one.references for target in ref.targets
    )
    made = [around.shapes[one.name].object.fields.get(AUDIT_DATES[0]) for one in objects]
    if any(made) and not any(field is not None and field.createable for field in made):
        yield (
            f"every record will be created on the day it is loaded: {AUDIT_DATES[0]} can be set only with the permission "
            "Set Audit Fields upon Record Creation"
        )
    if uses_book and not snapshot.standard_price_book_active:
        yield "the standard price book is not active in this org: activate it, or line items will be refused"
