"""How a load behaves; the defaults suit a real org."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_ROWS = 1_000_000
MOST_MEGABYTES = 100  # what an org takes in one upload (SALESFORCE.md 1.6)


@dataclass(frozen=True, slots=True)
class Options:
    """Sizes and limits of a load.

    At most `parallel` jobs are in flight, of one step `parallel_per_step`; jobs that lock the same parents only while they
    have `brief_rows` records together. `patience` is how many seconds an org that cannot be reached is waited for;
    `attempts` how often a job is made anew when its creation or upload had no answer; `rounds` how often a record may be
    sent when it is certain that the org does not have it, `lock_rounds` when the org refused it for a passing reason, after
    `lock_wait` seconds and twice as many each further time. `leave_calls` is the percentage of the org's daily API calls
    that is left over for others.
    """

    rows_per_job: int = 65_536
    bytes_per_job: int = 95_000_000
    parallel: int = 8
    parallel_per_step: int = 3
    brief_rows: int = 2_000
    patience: float = 3_600
    attempts: int = 6
    rounds: int = 2
    lock_rounds: int = 5
    lock_wait: float = 1.0
    first_wait: float = 0.1
    longest_wait: float = 10.0
    leave_calls: int = 20


DEFAULT = Options()


def requested(request: Mapping[str, Any]) -> Options:
    """Return the options of a run's request: what it says of job sizes and calls, so that a resume does the same."""
    found = DEFAULT
    if request.get("rows_per_job"):
        found = replace(found, rows_per_job=int(request["rows_per_job"]))
    if request.get("megabytes_per_job"):
        found = replace(found, bytes_per_job=int(request["megabytes_per_job"]) * 1_000_000)
    if request.get("leave_calls") is not None:
        found = replace(found, leave_calls=int(request["leave_calls"]))
    return found
