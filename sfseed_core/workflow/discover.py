"""Discover: the schema of what is to be seeded and of what it needs, and the snapshot to plan by."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from sfseed_core.events import SILENT
from sfseed_core.recipe.presets import chosen_objects, preset_recipe
from sfseed_core.schema.cache import Cache
from sfseed_core.schema.discover import discover as read_schema
from sfseed_core.schema.discover import listing
from sfseed_core.schema.model import Schema
from sfseed_core.schema.record_types import with_picklists
from sfseed_core.snapshot.read import take
from sfseed_core.workflow.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.events import Observer
    from sfseed_core.org.client import Org
    from sfseed_core.recipe.model import Recipe
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


def discover_named(
    name: str,
    *,
    home: Path,
    names: Collection[str] | None = None,
    preset: str | None = None,
    observer: Observer = SILENT,
    clock: Clock,
) -> Schema:
    """Read the schema of an org, or of a project's source, by the name that `--org` takes."""
    from sfseed_core.schema.sfdx.address import is_source
    from sfseed_core.workflow.connect import open_org

    if is_source(name):
        from sfseed_core.workflow.source import source_schema

        return source_schema(name, names=names, recipe=preset_recipe(preset) if preset else None)
    return discover(open_org(name, clock=clock, home=home), home=home, names=names, preset=preset, observer=observer)


def survey(org: Org, recipe: Recipe, *, home: Path, observer: Observer = SILENT) -> Survey:
    """Read what a plan of this recipe needs."""
    schema = _schema(org, home=home, names=None, recipe=recipe, observer=observer)
    objects = with_picklists(org, schema.objects, cache=Cache(home), observer=observer)
    schema = dataclasses.replace(schema, objects=objects)
    snapshot = take(org, schema, objects=schema.objects.keys(), observer=observer)
    return Survey(schema, snapshot)


def snapshot_for(org: Org, dataset: Dataset, *, home: Path, observer: Observer = SILENT) -> Snapshot:
    """Read what checking and loading an existing dataset needs to know of the org."""
    schema = Schema(org.org_id, org.api_version, dataset.schema, listing(org, Cache(home)))
    return take(org, schema, objects=dataset.objects, observer=observer)


def _schema(org: Org, *, home: Path, names: Collection[str] | None, recipe: Recipe | None, observer: Observer) -> Schema:
    cache = Cache(home)
    summaries = listing(org, cache)
    if names is None and recipe is not None:
        names = chosen_objects(recipe, summaries)
    return read_schema(org, names=names, cache=cache, observer=observer)
