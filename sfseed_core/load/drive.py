"""Keeping jobs in flight: several objects side by side, one job of each at a time, until all their records are settled."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_core.load.jobs import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sfseed_core.clock import Clock
    from sfseed_core.load.carry import Carrier
    from sfseed_core.load.jobs import Job
    from sfseed_core.load.options import Options
    from sfseed_core.load.patience import Patience

_GROWTH = 1.6


@dataclass(slots=True)
class _Flight:
    job: Job
    feed: Iterator[Job]
    due: float
    wait: float


class Driver:
    """Sends what feeds give, looks after it, and hands ended jobs (`FETCHED`) to `settle`."""

    def __init__(
        self,
        carrier: Carrier,
        *,
        launch: Callable[[Job], Job],
        settle: Callable[[Job], None],
        patience: Patience,
        clock: Clock,
        options: Options,
    ) -> None:
        self._carrier, self._launch, self._settle = carrier, launch, settle
        self._patience, self._clock, self._options = patience, clock, options

    def run(self, feeds: Iterable[Iterator[Job]], *, in_flight: Iterable[Job] = ()) -> None:
        """Carry all jobs of the feeds to their end; `in_flight` are jobs that an earlier process sent.

        A feed gives the jobs of one step; its next one is asked for when the last one is settled.
        """
        waiting = deque(feeds)
        flights = [self._flight(self._seen(job), iter(())) for job in in_flight]
        while waiting or flights:
            self._patience.check()
            while waiting and len(flights) < self._options.parallel:
                flights += self._take_off(waiting.popleft())
            if not flights:
                continue
            self._patience.pause(max(0.0, min(one.due for one in flights) - self._clock.monotonic()))
            landed = [one for one in flights if one.due <= self._clock.monotonic() and self._land(one)]
            flights = [one for one in flights if one not in landed]
            waiting.extend(one.feed for one in landed)

    def _take_off(self, feed: Iterator[Job]) -> list[_Flight]:
        """Send the feed's next job, if it has one; a job that is settled right away needs no looking after."""
        for job in feed:
            sent = self._launch(job)
            if sent.phase is not Phase.SETTLED:
                return [self._flight(sent, feed)]
        return []

    def _seen(self, job: Job) -> Job:
        return self._carrier.see_closed(job) if job.phase is Phase.CLOSING else job

    def _flight(self, job: Job, feed: Iterator[Job]) -> _Flight:
        return _Flight(job, feed, self._clock.monotonic() + self._options.first_wait, self._options.first_wait)

    def _land(self, flight: _Flight) -> bool:
        """Look at the job; once it has ended, fetch its results and settle it."""
        job = flight.job
        if job.phase is Phase.CLOSED:
            job = self._carrier.look(job)
        if job.phase is Phase.CLOSED:
            flight.job = job
            flight.wait = min(flight.wait * _GROWTH, self._options.longest_wait)
            flight.due = self._clock.monotonic() + flight.wait
            return False
        if job.phase is Phase.ENDED:
            job = self._carrier.fetch(job)
        self._settle(job)
        return True
