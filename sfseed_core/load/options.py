"""How a load behaves; the defaults suit a real org."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """Sizes and limits of a load.

    At most `parallel` jobs are in flight, of one step `parallel_per_step`; jobs that lock the same parents only while they
    have `brief_rows` records together. `patience` is how many seconds an org that cannot be reached is waited for;
    `attempts` how often a job is made anew when its creation or upload had no answer; `rounds` how often a record may be
    sent when it is certain that the org does not have it, `lock_rounds` when the org refused it for a passing reason, after
    `lock_wait` seconds and twice as many each further time.
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


DEFAULT = Options()
