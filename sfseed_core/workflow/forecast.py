"""Forecast: what a load would do, before it does anything."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sfseed_core.durations import duration
from sfseed_core.load import activation
from sfseed_core.load.allowance import CALLS, of_limits
from sfseed_core.load.changes import planned_changes
from sfseed_core.load.extent import extent
from sfseed_core.load.hold import read_held
from sfseed_core.load.journal import list_runs
from sfseed_core.load.options import DEFAULT, requested
from sfseed_core.load.resolve import Resolver
from sfseed_core.load.undo import beyond_undo
from sfseed_core.org.guard import decide
from sfseed_core.workflow.another_day import behind
from sfseed_core.workflow.automation import automation
from sfseed_core.workflow.holdings import before_load
from sfseed_core.workflow.links import changed_by

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.options import Options
    from sfseed_core.org.client import Org
    from sfseed_core.snapshot.model import Snapshot
    from sfseed_core.workflow.holdings import Holdings
    from sfseed_core.workflow.seed import Work

_TELLING = 5_000  # records of a load from which its speed can be told


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a load would do, shown before it starts.

    `holds` is what the org has of the chosen objects by now; `doubt` why that may be the wrong sandbox, which is asked about
    once more (None: nothing speaks for it). `calls` and `seconds` are about; `changes` are what existing records will be
    changed, `beyond_undo` what an undo cannot take back, `automation` what the org will run for these records (None: not to
    be seen). `behind` is how many days ago the records were made whose dates could move along. `must_type` is the name that a
    person types before an org of this kind is loaded.
    """

    records: int
    org_name: str
    org_kind: str
    kilobytes: int
    free_kilobytes: int | None
    refused: int
    objects: Mapping[str, int]
    notes: tuple[str, ...] = ()
    holds: Holdings | None = None
    doubt: str | None = None
    jobs: int = 0
    calls: int = 0
    calls_left: int | None = None
    seconds: float = 0.0
    changes: tuple[str, ...] = ()
    beyond_undo: tuple[str, ...] = ()
    automation: tuple[str, ...] | None = ()
    test_first: int = 0
    dry_run: bool = False
    behind: int = 0

    def lines(self) -> list[str]:
        """Return the forecast as lines for a person."""
        free = "unknown" if self.free_kilobytes is None else f"{self.free_kilobytes:,} KB free"
        lines = [f"{name}: {count:,} records" for name, count in self.objects.items()]
        lines.append(f"Storage: {self.kilobytes:,} KB of it used by these records ({free})")
        if self.refused:
            lines.append(f"{self.refused:,} records would be refused by the org; they and what hangs on them are held back")
        lines.append(f"About {self.jobs:,} jobs, {self.calls:,} API calls{self._left()}, {duration(self.seconds)}")
        if self.test_first:
            lines.append(f"First about {self.test_first:,} records as a test: should one fail, they are taken back")
        if self.behind:
            lines.append(f"Dates: made {self.behind:,} days ago relative to that day; --shift-dates moves them along")
        lines += [f"Changes: {one}" for one in self.changes]
        lines += [f"Beyond undo: {one}" for one in self.beyond_undo]
        lines += self._automation()
        if self.holds is not None:
            lines += self.holds.lines()
        return [*lines, *self.notes]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        data = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        return data | {"objects": dict(self.objects), "holds": self.holds.lines() if self.holds else []}

    def _left(self) -> str:
        return "" if self.calls_left is None else f" of {self.calls_left:,} left"

    def _automation(self) -> list[str]:
        if self.automation is None:
            return ["Automation: which triggers and flows will run cannot be seen by this user"]
        return [f"Will run: {one}" for one in self.automation]

    @property
    def fills_up(self) -> bool:
        """Whether more than 80 % of the free storage would be taken, which is never done unasked."""
        return self.free_kilobytes is not None and self.kilobytes > self.free_kilobytes * 4 // 5

    @property
    def must_type(self) -> str | None:
        """The org's name when it has to be typed (Developer Edition, trial); None for a sandbox or scratch org."""
        return self.org_name if self.org_kind in {"developer", "trial"} else None


def forecast(work: Work) -> Forecast:
    """Say what the run is about to add."""
    found = foresee(
        work.dataset(),
        work.org,
        work.snapshot(),
        name=work.request.org,
        home=work.home,
        now=work.clock.now(),
        options=requested(work.request.to_json()),
        revision=work.run.get("revision"),
        activate=work.request.activate,
    )
    return dataclasses.replace(
        found,
        refused=sum(len(records) for records in read_held(work.run).values()),
        test_first=work.request.test_first or 0,
        dry_run=work.request.dry_run,
    )


def foresee(
    dataset: Dataset,
    org: Org,
    snapshot: Snapshot,
    *,
    name: str,
    home: Path,
    now: datetime,
    options: Options = DEFAULT,
    revision: int | None = None,
    activate: bool = False,
) -> Forecast:
    """Say what loading the dataset into the org, which is asked for as `name`, would add; `refused` is not counted.

    With `activate` contracts and orders are activated at the end, as they are where the recipe says so.
    """
    plan, facts = dataset.plan, org.facts
    Resolver.of(snapshot).check_pairs(plan)
    counts = {one: dataset.count(one, revision) for one in dataset.objects}
    size = sum(counts[one.name] * one.storage_bytes for one in plan.objects if one.name in counts)
    free = snapshot.storage_free_mb
    holds, doubt = before_load(name, org, counts, home=home, now=now)
    activated = [one for one in activation.ACTIVATED if counts.get(one)] if activate or plan.activate else []
    effort = extent(plan, counts, options, rate=_last_rate(home, org.org_id), activated=activated)
    left, later = of_limits(org.limits(), CALLS), behind(dataset, now=now)
    return Forecast(
        records=sum(counts.values()),
        org_name=facts.name or facts.org_id,
        org_kind=decide(facts).kind,
        kilobytes=size // 1024,
        free_kilobytes=None if free is None else free * 1024,
        refused=0,
        objects=counts,
        notes=plan.notes,
        holds=holds,
        doubt=doubt,
        jobs=effort.jobs,
        calls=effort.calls,
        calls_left=None if left is None else left.left,
        seconds=effort.seconds,
        changes=(*planned_changes(plan, Resolver.of(snapshot)), *changed_by(dataset, snapshot, revision=revision)),
        beyond_undo=(
            *beyond_undo({one: schema for one, schema in dataset.schema.items() if counts.get(one)}),
            *(activation.beyond_undo(counts) if activate or plan.activate else ()),
        ),
        automation=automation(org, counts),
        behind=0 if later is None else later.days,
    )


def _last_rate(home: Path, org_id: str) -> float | None:
    """How many records a second the last large load into this org had."""
    for run in list_runs(home):
        status = run.status() if run.get("org_id") == org_id else None
        run.close()
        there = sum(one.succeeded for one in status.objects.values()) if status is not None else 0
        if status is not None and there >= _TELLING and status.seconds > 0:
            return there / status.seconds
    return None
