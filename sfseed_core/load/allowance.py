"""The org's daily API calls: looked at before and during a load, so that some are left over for everybody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.clock import Clock
    from sfseed_core.load.patience import Patience
    from sfseed_core.org.guard import GuardedOrg

CALLS, BATCHES = "DailyApiRequests", "DailyBulkApiBatches"
BATCH_ROWS = 10_000  # the org cuts a job in batches of this size (SALESFORCE.md 1.6)
_EVERY = 60.0  # seconds between two looks
CALLS_A_JOB = 6  # create, upload, close, two results, a look (SALESFORCE.md 7.4)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a daily allowance of the org."""

    most: int
    left: int

    def spare(self, percent: int) -> int:
        """Return how many may be used when `percent` of all are to be left over."""
        return self.left - self.most * percent // 100


def of_limits(limits: Mapping[str, Any] | None, name: str) -> Allowance | None:
    """Return the allowance of this name; None when the org does not state it."""
    found = (limits or {}).get(name)
    if isinstance(found, dict) and isinstance(found.get("Max"), int) and isinstance(found.get("Remaining"), int):
        return Allowance(found["Max"], found["Remaining"])
    return None


class Watch:
    """Looks at the org's allowances from time to time, and stops a run before it takes what others need."""

    def __init__(self, org: GuardedOrg, *, patience: Patience, clock: Clock, leave: int) -> None:
        self._org, self._patience, self._clock, self._leave = org, patience, clock, leave
        self._looked: float | None = None

    def check(self, rows: int) -> None:
        """Look, if the last look is long ago; Interrupted when a job of so many rows would take too much."""
        now = self._clock.monotonic()
        if self._looked is not None and now - self._looked < _EVERY:
            return
        self._looked = now
        limits = self._patience.read(self._org.org.limits)
        found = of_limits(limits, CALLS)
        if found is not None and found.spare(self._leave) < CALLS_A_JOB:
            self._looked = None
            raise Interrupted(
                f"the org has {found.left:,} of its {found.most:,} API calls of this day left, and {self._leave} % are left over "
                "for others; nothing more was sent",
                hint="Go on tomorrow, or leave less over: sfseed runs resume RUN --leave-calls 5%",
            )
        cut = of_limits(limits, BATCHES)
        if cut is not None and cut.left < -(-rows // BATCH_ROWS):
            self._looked = None
            raise Interrupted(
                f"the org takes {cut.left:,} more batches of Bulk jobs on this day; nothing more was sent",
                hint="Go on tomorrow: sfseed runs resume",
            )
