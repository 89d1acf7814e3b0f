"""Discover: the schema of what is to be seeded and of what it needs, and the snapshot to plan by."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_core.events import SILENT
from sfseed_core.recipe.existing import asked_queries, held_queries
from sfseed_core.recipe.presets import chosen_objects, preset_recipe
from sfseed_core.schema.cache import Cache
from sfseed_core.schema.discover import discover as read_schema
from sfseed_core.schema.discover import find, listing, remembered
from sfseed_core.schema.drift import Drift, drift
from sfseed_core.schema.graph import required_parents
from sfseed_core.schema.lookup_filters import with_filters
from sfseed_core.schema.model import Schema
from sfseed_core.schema.record_types import with_picklists
from sfseed_core.schema.seedable import exclusions, seedable
from sfseed_core.snapshot.read import take
from sfseed_core.workflow.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.events import Observer
    from sfseed_core.org.client import Org
    from sfseed_core.recipe.model import Recipe
    from sfseed_core.schema.model import ObjectSummary
    from sfseed_core.schema.seedable import Exclusion
    from sfseed_core.snapshot.model import Snapshot


def discover(
    org: Org,
    *,
    home: Path,
    names: Collection[str] | None = None,
    preset: str | None = None,
    observer: Observer = SILENT,
) -> Schema:
    """Read the schema of the named objects, of a preset's, or of all that can be seeded.

    Raises NotFound naming an object that the org does not have.
    """
    recipe = preset_recipe(preset) if preset else None
    return _schema(org, home=home, names=names, recipe=recipe, observer=observer)


@dataclass(frozen=True, slots=True)
class Discovered:
    """A schema, what has changed since it was last read here, and what the org has that cannot be seeded, with the reason.

    `needed` are the objects that nobody asked for and that what was asked for requires, with the reasons.
    """

    schema: Schema
    drift: Drift
    excluded: tuple[Exclusion, ...]
    needed: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)


def discover_named(
    name: str,
    *,
    home: Path,
    names: Collection[str] | None = None,
    preset: str | None = None,
    observer: Observer = SILENT,
    clock: Clock,
) -> Discovered:
    """Read the schema of an org, or of a project's source, by the name that `--org` takes."""
    from sfseed_core.schema.sfdx.address import is_source
    from sfseed_core.workflow.connect import open_org

    if is_source(name):
        from sfseed_core.workflow.source import source_schema

        schema = source_schema(name, names=names, recipe=preset_recipe(preset) if preset else None)
        return Discovered(schema, Drift(), exclusions(schema.listing.values()), _needed(schema, names, preset))
    org = open_org(name, clock=clock, home=home)
    listed, known = remembered(org, Cache(home))
    schema = discover(org, home=home, names=names, preset=preset, observer=observer)
    changes = drift(known, schema.objects, listed_before=listed, listed_after=schema.listing) if listed else Drift()
    return Discovered(schema, changes, exclusions(schema.listing.values()), _needed(schema, names, preset))


def _needed(schema: Schema, names: Collection[str] | None, preset: str | None) -> Mapping[str, tuple[str, ...]]:
    """Return what was read besides the named objects or the preset's, with the reasons; nothing where all was asked for."""
    if names is None and preset is None:
        return {}
    asked = (
        [find(one, schema.listing) for one in names]
        if names is not None
        else chosen_objects(preset_recipe(str(preset)), schema.listing)
    )
    return required_parents(schema.objects, [one for one in asked if one in schema.objects])


@dataclass(frozen=True, slots=True)
class Listed:
    """What an org's list of objects tells, before any is described: those that can be seeded, and the others with the reason."""

    org_id: str
    offered: tuple[ObjectSummary, ...]
    excluded: tuple[Exclusion, ...]
    calls: int
    """How many calls it takes to describe all that are offered."""


def list_named(name: str, *, home: Path, words: Collection[str] | None = None, clock: Clock) -> Listed:
    """List an org's objects in one call (a project's in none): all, or those whose name or label has one of the words."""
    from sfseed_core.schema.sfdx.address import is_source
    from sfseed_core.workflow.connect import open_org

    if is_source(name):
        from sfseed_core.workflow.source import source_schema

        schema = source_schema(name)
        org_id, listed = schema.org_id, schema.listing
    else:
        org = open_org(name, clock=clock, home=home)
        org_id, listed = org.org_id, listing(org, Cache(home))
    found = [one for one in listed.values() if _is_meant(one, words)]
    offered = tuple(one for one in found if seedable(one) is None)
    return Listed(org_id, offered, exclusions(found), 0 if is_source(name) else len(offered))


def _is_meant(one: ObjectSummary, words: Collection[str] | None) -> bool:
    said = f"{one.name} {one.label} {one.label_plural}".lower()
    return not words or any(word.lower() in said for word in words)


def survey(org: Org, recipe: Recipe, *, home: Path, observer: Observer = SILENT) -> Survey:
    """Read what a plan of this recipe needs."""
    schema = _schema(org, home=home, names=None, recipe=recipe, observer=observer)
    objects = with_picklists(org, schema.objects, cache=Cache(home), observer=observer)
    objects = with_filters(org, objects, cache=Cache(home), observer=observer)
    schema = dataclasses.replace(schema, objects=objects)
    existing = asked_queries(recipe, schema.objects)
    snapshot = take(org, schema, objects=schema.objects.keys(), existing=existing, observer=observer)
    return Survey(schema, snapshot)


def snapshot_for(org: Org, dataset: Dataset, *, home: Path, observer: Observer = SILENT) -> Snapshot:
    """Read what checking and loading an existing dataset needs to know of the org."""
    from sfseed_core.workflow.links import with_links

    schema = Schema(org.org_id, org.api_version, dataset.schema, listing(org, Cache(home)))
    found = take(org, schema, objects=dataset.objects, existing=held_queries(dataset.plan), observer=observer)
    return with_links(found, org, dataset)


def _schema(org: Org, *, home: Path, names: Collection[str] | None, recipe: Recipe | None, observer: Observer) -> Schema:
    cache = Cache(home)
    summaries = listing(org, cache)
    if names is None and recipe is not None:
        names = chosen_objects(recipe, summaries)
    return read_schema(org, names=names, cache=cache, observer=observer)
