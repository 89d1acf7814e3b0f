"""Keeping jobs in flight: several steps side by side, and several jobs of a step, until all their records are settled.

Each job has its own lines in the journal, so what is in flight together makes no difference to what a line means; a
resume takes up whatever was in flight, and begins with the feeds once that is settled.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_core.load.beside import Departure
from sfseed_core.load.jobs import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from sfseed_core.clock import Clock
    from sfseed_core.load.carry import Carrier
    from sfseed_core.load.jobs import Job
    from sfseed_core.load.options import Options
    from sfseed_core.load.patience import Patience

_SOON = 1.0  # seconds: looks at a young job come at least this often
_ROWS_A_SECOND = 20_000  # at most: looks at a large job need not come as often
_SHARE = 0.1  # of the time that a job has taken, which a look may come late


@dataclass(slots=True)
class _Flight:
    departure: Departure
    begun: float
    due: float

    @property
    def job(self) -> Job:
        return self.departure.job


@dataclass(slots=True)
class _Feed:
    """A feed and the job that it has planned but could not send yet."""

    source: Iterator[Departure]
    ready: Departure | None = None

    def next(self) -> Departure | None:
        if self.ready is None:
            self.ready = next(self.source, None)
        return self.ready


class Driver:
    """Sends what feeds give, looks after it, and hands ended jobs (`FETCHED`) to `settle`.

    `beside` says whether a planned job may be sent beside those in flight; `settle` gets a job and the others in flight, and
    says whether it could settle it: a job may have to wait for what others brought.
    """

    def __init__(
        self,
        carrier: Carrier,
        *,
        launch: Callable[[Departure], Job],
        settle: Callable[[Job, Collection[Job]], bool],
        beside: Callable[[Departure, Collection[Departure]], bool],
        patience: Patience,
        clock: Clock,
        options: Options,
    ) -> None:
        self._carrier, self._launch, self._settle, self._beside = carrier, launch, settle, beside
        self._patience, self._clock, self._options = patience, clock, options

    def run(self, feeds: Iterable[Iterator[Departure]], *, in_flight: Iterable[Job] = ()) -> None:
        """Carry all jobs of the feeds to their end; `in_flight` are jobs that an earlier process sent.

        A feed gives the jobs of one step. Its next one is planned while others are in flight, and sent once it may be
        beside them.
        """
        waiting = deque(_Feed(one) for one in feeds)
        flights = [self._flight(Departure(self._seen(job))) for job in in_flight]
        while waiting or flights:
            self._patience.check()
            self._take_off(waiting, flights)
            if not flights:
                continue
            self._patience.pause(max(0.0, min(one.due for one in flights) - self._clock.monotonic()))
            self._look_after(flights)

    def _take_off(self, waiting: deque[_Feed], flights: list[_Flight]) -> None:
        """Send what may be sent now, the feeds in turn; feeds without another job are done."""
        blocked = 0
        while waiting and blocked < len(waiting):
            feed = waiting.popleft()
            departure = feed.next()
            if departure is None:
                continue
            waiting.append(feed)
            if not self._beside(departure, [one.departure for one in flights]):
                blocked += 1
                continue
            blocked, feed.ready = 0, None
            sent = self._launch(departure)
            if sent.phase is not Phase.SETTLED:
                flights.append(self._flight(Departure(sent, departure.locks)))
            self._patience.check()

    def _seen(self, job: Job) -> Job:
        return self._carrier.see_closed(job) if job.phase is Phase.CLOSING else job

    def _flight(self, departure: Departure) -> _Flight:
        now = self._clock.monotonic()
        return _Flight(departure, now, now + self._options.first_wait)

    def _look_after(self, flights: list[_Flight]) -> None:
        """Look at the jobs that are due, and settle those that have ended."""
        for flight in [one for one in flights if one.due <= self._clock.monotonic()]:
            job = self._ended(flight.job)
            flight.departure = Departure(job, flight.departure.locks)
            others = [one.job for one in flights if one is not flight]
            if job.phase is Phase.FETCHED and self._settle(job, others):
                flights.remove(flight)
            else:
                flight.due = self._clock.monotonic() + self._wait(flight, len(flights))

    def _ended(self, job: Job) -> Job:
        """Look at the job; once it has ended, fetch its results."""
        if job.phase is Phase.CLOSED:
            job = self._carrier.look(job)
        return self._carrier.fetch(job) if job.phase is Phase.ENDED else job

    def _wait(self, flight: _Flight, flying: int) -> float:
        """How long to leave a job alone: ever longer while it is young, then a share of the time that it has taken.

        Large jobs beside each other are looked at as often together as one would be alone: the org has the others to work on.
        """
        age = self._clock.monotonic() - flight.begun
        soon = _SOON + flight.job.rows * flying / _ROWS_A_SECOND
        wait = max(self._options.first_wait, min(age, soon), age * _SHARE)
        return min(wait, self._options.longest_wait)
