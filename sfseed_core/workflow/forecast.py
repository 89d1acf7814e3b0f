"""Forecast: what a load would do, before it does anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_core.load.hold import read_held
from sfseed_core.org.guard import decide
from sfseed_core.workflow.holdings import before_load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.workflow.holdings import Holdings
    from sfseed_core.workflow.seed import Work


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a load would do, shown before it starts.

    `holds` is what the org has of the chosen objects by now; `doubt` why that may be the wrong sandbox, which is asked about
    once more (None: nothing speaks for it). `must_type` is the name that a person types before an org of this kind is loaded.
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

    def lines(self) -> list[str]:
        """Return the forecast as lines for a person."""
        free = "unknown" if self.free_kilobytes is None else f"{self.free_kilobytes:,} KB free"
        lines = [f"{name}: {count:,} records" for name, count in self.objects.items()]
        lines.append(f"Storage: {self.kilobytes:,} KB of it used by these records ({free})")
        if self.refused:
            lines.append(f"{self.refused:,} records would be refused by the org; they and what hangs on them are held back")
        if self.holds is not None:
            lines += self.holds.lines()
        return [*lines, *self.notes]

    @property
    def must_type(self) -> str | None:
        """The org's name when it has to be typed (Developer Edition, trial); None for a sandbox or scratch org."""
        return self.org_name if self.org_kind in {"developer", "trial"} else None


def forecast(work: Work) -> Forecast:
    """Say what the run is about to add."""
    dataset, plan, facts = work.dataset(), work.dataset().plan, work.org.facts
    snapshot = work.snapshot()
    counts = {name: dataset.count(name, work.run.get("revision")) for name in dataset.objects}
    size = sum(counts[one.name] * one.storage_bytes for one in plan.objects if one.name in counts)
    free = snapshot.storage_free_mb
    holds, doubt = before_load(work.request.org, work.org, counts, home=work.home, now=work.clock.now())
    return Forecast(
        records=sum(counts.values()),
        org_name=facts.name or facts.org_id,
        org_kind=decide(facts).kind,
        kilobytes=size // 1024,
        free_kilobytes=None if free is None else free * 1024,
        refused=sum(len(records) for records in read_held(work.run).values()),
        objects=counts,
        notes=plan.notes,
        holds=holds,
        doubt=doubt,
    )
