"""Forecast: what a load would do, before it does anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_core.load.hold import read_held
from sfseed_core.org.guard import decide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.workflow.seed import Work


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a load would do, shown before it starts."""

    records: int
    org_name: str
    org_kind: str
    kilobytes: int
    free_kilobytes: int | None
    refused: int
    objects: Mapping[str, int]
    notes: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return the forecast as lines for a person."""
        free = "unknown" if self.free_kilobytes is None else f"{self.free_kilobytes:,} KB free"
        lines = [f"{name}: {count:,} records" for name, count in self.objects.items()]
        lines.append(f"Storage: {self.kilobytes:,} KB of it used by these records ({free})")
        if self.refused:
            lines.append(f"{self.refused:,} records would be refused by the org; they and what hangs on them are held back")
        return [*lines, *self.notes]


def forecast(work: Work) -> Forecast:
    """Say what the run is about to add."""
    dataset, plan, facts = work.dataset(), work.dataset().plan, work.org.facts
    snapshot = work.snapshot()
    counts = {name: dataset.count(name, work.run.get("revision")) for name in dataset.objects}
    size = sum(counts[one.name] * one.storage_bytes for one in plan.objects if one.name in counts)
    free = snapshot.storage_free_mb
    return Forecast(
        records=sum(counts.values()),
        org_name=facts.name or facts.org_id,
        org_kind=decide(facts).kind,
        kilobytes=size // 1024,
        free_kilobytes=None if free is None else free * 1024,
        refused=sum(len(records) for records in read_held(work.run).values()),
        objects=counts,
        notes=plan.notes,
    )
