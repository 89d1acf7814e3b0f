"""How much a load is, before it begins: jobs, calls, and about how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_core.load.allowance import CALLS_A_JOB
from sfseed_core.load.steps import plan_stages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfseed_core.load.options import Options
    from sfseed_core.recipe.model import Plan

_LOOKS = 12  # at a job, until it has ended
_CALLS_AROUND = 10  # logging in, limits, the clock of the org
_LATENCY = 5.0  # seconds that an org takes for the smallest job
_RATE = 500.0  # records a second of a plain sandbox (SALESFORCE.md 9.4: one to ten million an hour)


@dataclass(frozen=True, slots=True)
class Extent:
    """Jobs, API calls (about), and seconds (about)."""

    jobs: int
    calls: int
    seconds: float


def extent(
    plan: Plan, counts: Mapping[str, int], options: Options, *, rate: float | None = None, activated: Iterable[str] = ()
) -> Extent:
    """Reckon what it takes to load so many records; `rate` is how many a second arrived the last time."""
    jobs, seconds = 0, 0.0
    for stage in plan_stages(plan, activated):
        rows = [counts.get(step.object, 0) for step in stage]
        jobs += sum(-(-one // options.rows_per_job) for one in rows)
        seconds += _LATENCY + sum(rows) / (rate or _RATE)
    return Extent(jobs, jobs * (CALLS_A_JOB + _LOOKS) + _CALLS_AROUND, seconds)
