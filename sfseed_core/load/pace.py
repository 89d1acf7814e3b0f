"""How fast a run goes and how long it still takes, from what the last half minute brought."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfseed_core.load.status import Counts

WINDOW = 30.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Records of a run in all: `done` (arrived or not), `failed`, `total`; a second, and seconds left (None: not known yet)."""

    done: int
    failed: int
    total: int
    rate: float
    left: float | None


class Pacer:
    """Reckons the pace from readings of a run, each at its time in seconds."""

    def __init__(self) -> None:
        self._readings: deque[tuple[float, int]] = deque()

    def read(self, at: float, done: int, failed: int, total: int) -> Pace:
        """Take a reading and return the pace over the last half minute."""
        self._readings.append((at, done))
        while len(self._readings) > 1 and at - self._readings[0][0] > WINDOW:
            self._readings.popleft()
        since, before = self._readings[0]
        rate = (done - before) / (at - since) if at > since else 0.0
        return Pace(done, failed, total, rate, (total - done) / rate if rate > 0 else None)


def lost(passes: Iterable[Counts]) -> int:
    """Return how many records did not arrive so far."""
    return sum(one.failed + one.unprocessed + one.in_doubt for one in passes)
