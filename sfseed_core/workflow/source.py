"""An org that exists only as source: `--org sfdx:PATH` wherever a schema suffices."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.recipe.presets import chosen_objects
from sfseed_core.schema.discover import find
from sfseed_core.schema.graph import required_parents
from sfseed_core.schema.sfdx.address import project_folder
from sfseed_core.schema.sfdx.read import read_schema
from sfseed_core.snapshot.looked_up import looked_through
from sfseed_core.snapshot.model import LookedUp, Snapshot, User
from sfseed_core.workflow.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sfseed_core.clock import Clock
    from sfseed_core.recipe.model import Recipe
    from sfseed_core.schema.model import ObjectSchema, Schema, ValidationRule

_NOBODY = User("", "", "")


def source_schema(name: str, *, names: Collection[str] | None = None, recipe: Recipe | None = None) -> Schema:
    """Return the schema of a project (`sfdx:PATH`): the named objects, a recipe's, or all that can be seeded.

    Raises UserError without a path, NotFound for a folder or object that is not there, DataError naming file and line.
    """
    whole = read_schema(project_folder(name))
    if names is not None:
        chosen: Iterable[str] = [find(one, whole.listing) for one in names]
    elif recipe is not None:
        chosen = chosen_objects(recipe, whole.listing)
    else:
        from sfseed_core.schema.seedable import seedable

        chosen = [one for one, summary in whole.listing.items() if seedable(summary) is None]
    return _with_required(whole, chosen)


def source_survey(name: str, recipe: Recipe, *, clock: Clock) -> Survey:
    """Return what a recipe's plan needs, as an empty org of this project's would give it."""
    schema = source_schema(name, recipe=recipe)
    return Survey(schema, source_snapshot(schema, clock=clock))


def source_snapshot(schema: Schema, *, clock: Clock) -> Snapshot:
    """Return the snapshot of an org that holds nothing: record types by name, a standard price book, nobody's records."""
    types = {
        name: MappingProxyType({kind.developer_name: "" for kind in one.record_types if kind.active and not kind.master})
        for name, one in schema.objects.items()
    }
    return Snapshot(
        org_id=schema.org_id,
        api_version=schema.api_version,
        taken_at=clock.now(),
        user=_NOBODY,
        record_types=MappingProxyType({name: found for name, found in types.items() if found}),
        standard_price_book="",
        standard_price_book_active=True,  # nothing speaks against it
        validation_rules=MappingProxyType(
            {name: rules for name, one in schema.objects.items() if (rules := _active_rules(one))}
        ),
        looked_up=MappingProxyType(
            {name.lower(): LookedUp() for name in looked_through(_formulas(schema)) if name in schema.listing}
        ),
        unread=MappingProxyType({"limits": "a project has no storage of its own"}),
    )


def _formulas(schema: Schema) -> list[str]:
    return [rule.formula for one in schema.objects.values() for rule in _active_rules(one)]


def _active_rules(one: ObjectSchema) -> tuple[ValidationRule, ...]:
    return tuple(rule for rule in one.validation_rules if rule.active)


def _with_required(whole: Schema, chosen: Iterable[str]) -> Schema:
    """Return the schema of the chosen objects and what they require; objects that the project lacks are left out."""
    objects = {name: whole.objects[name] for name in chosen if name in whole.objects}
    while more := [name for name in required_parents(objects, objects) if name in whole.objects and name not in objects]:
        objects |= {name: whole.objects[name] for name in more}
    return dataclasses.replace(whole, objects=MappingProxyType(objects))
