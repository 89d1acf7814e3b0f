"""What is opened once and used by every tab: connections, schemas, plans, datasets, findings.

Everything here is keyed by the home and by ids, so that two tabs (or two tests) never see each other's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pages.shared.shelf import shelf
from sfseed_core import system
from sfseed_core.clock import SYSTEM
from sfseed_core.events import Note

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from sfseed_core.check.finding import Finding
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.events import Event, Observer
    from sfseed_core.org.client import Org
    from sfseed_core.org.facts import OrgFacts
    from sfseed_core.org.guard import Decision
    from sfseed_core.recipe.model import Plan, Recipe
    from sfseed_core.schema.model import ObjectSummary
    from sfseed_core.snapshot.model import Snapshot
    from sfseed_core.workflow.survey import Survey


@dataclass(frozen=True, slots=True)
class Connection:
    """An org that was reached: what it says of itself, what the guard thinks of it, and what was noticed on the way."""

    org: Org
    facts: OrgFacts
    decision: Decision
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Heard:
    """Keeps what the core wants a person to read."""

    notes: list[str]

    def notify(self, event: Event, /) -> None:
        """Keep a note; progress is over by the time that anybody looks."""
        if isinstance(event, Note):
            self.notes.append(event.message)


_MINUTES = 60.0


def home() -> Path:
    """Return the private folder of this user's sfseed."""
    return system.home()


def connection(name: str) -> Connection:
    """Connect to the org of that name, or return the connection that there is; raises OrgError or UserError."""
    from sfseed_core.workflow.connect import judge, open_org

    def connect() -> Connection:
        heard = _Heard([])
        org = open_org(name, clock=SYSTEM, home=home(), observer=heard)
        return Connection(org, org.facts, judge(org.facts, home()), tuple(heard.notes))

    return shelf().get("connection", (home(), name), connect, seconds=30 * _MINUTES)


def forget_orgs() -> None:
    """Ask every org anew at its next use."""
    shelf().forget("connection", "listing", "survey", "plan", "snapshot", "findings")


def listing(name: str) -> Mapping[str, ObjectSummary]:
    """Return what objects the org has."""
    from sfseed_core.schema.cache import Cache
    from sfseed_core.schema.discover import listing as read

    reached = connection(name)
    key = (home(), reached.facts.org_id)
    return shelf().get("listing", key, lambda: read(reached.org, Cache(home())), seconds=10 * _MINUTES)


def survey(org_name: str, recipe_id: str, observer: Observer) -> Survey:
    """Return the schema and snapshot that a plan of the recipe is made from; at most ten minutes old."""
    from sfseed_core.workflow.discover import survey as read

    reached = connection(org_name)
    key = (home(), reached.facts.org_id, recipe_id)
    return shelf().get(
        "survey",
        key,
        lambda: read(reached.org, recipe(recipe_id), home=home(), observer=observer),
        seconds=10 * _MINUTES,
    )


def recipe(recipe_id: str) -> Recipe:
    """Return a preset or a kept recipe; raises RecipeError or NotFound."""
    from sfseed_core.recipe.presets import preset_recipe
    from sfseed_core.recipe.read import parse_recipe
    from sfseed_core.recipe.store import is_kept, kept

    if is_kept(recipe_id):
        return parse_recipe(kept(home(), recipe_id), path=recipe_id)
    return preset_recipe(recipe_id)


def plan(org_name: str, recipe_id: str, scale: float | None, day: date | None, observer: Observer) -> Plan:
    """Return what would be made; the variation number in it means nothing."""
    from sfseed_core.generate.chooser import Chooser
    from sfseed_core.recipe.overrides import Overrides
    from sfseed_core.recipe.plan import make_plan

    found = survey(org_name, recipe_id, observer)

    def draw_up() -> Plan:
        return make_plan(
            recipe(recipe_id),
            found.schema,
            found.snapshot,
            chooser=Chooser(),
            seed=0,
            as_of=day,
            overrides=Overrides(count_scale=scale),
        )

    key = (home(), found.schema.org_id, recipe_id, scale, day, found.snapshot.taken_at)
    return shelf().get("plan", key, draw_up)


def dataset(dataset_id: str) -> Dataset:
    """Open a dataset; raises NotFound."""
    from sfseed_core.dataset.store import open_dataset

    return shelf().get("dataset", (home(), dataset_id), lambda: open_dataset(home(), dataset_id))


def snapshot(org_name: str, of: Dataset) -> Snapshot:
    """Return what the org says that matters to a dataset; at most ten minutes old."""
    from sfseed_core.workflow.discover import snapshot_for

    org = connection(org_name).org

    def read() -> Snapshot:
        return snapshot_for(org, of, home=home())

    return shelf().get("snapshot", (home(), org.org_id, of.id), read, seconds=10 * _MINUTES)


def findings(of: Dataset, object_name: str, org_name: str | None) -> list[Finding]:
    """Return what the checks say about one object's records as they stand now."""
    from sfseed_core.check.dataset import check_dataset

    known = snapshot(org_name, of) if org_name else None
    targets = {t.object for one in of.plan.object(object_name).references for t in one.targets if t.object in of.objects}
    layouts = tuple(of.state(name).layout for name in sorted({object_name, *(name for name in targets if name)}))
    key = (home(), of.id, object_name, layouts, known.taken_at if known else None)
    return shelf().get("findings", key, lambda: check_dataset(of, of.schema, known, objects=[object_name]))
