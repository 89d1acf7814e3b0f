"""Waiting for an org that is away, and noticing that the user wants the run to stop."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from sfseed_core.errors import Interrupted, OrgError, Transient
from sfseed_core.events import Note
from sfseed_core.load import waits
from sfseed_core.load.waits import Waits
from sfseed_core.org.retry import quickly

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfseed_core.clock import Clock
    from sfseed_core.events import Observer, Phase
    from sfseed_core.load.journal import Run, Stop

T = TypeVar("T")

_SLICE = 0.5  # seconds after which a wait looks up to see whether it should end
_LAST_PATIENCE = 30.0
_LAST_WORD = 3.0  # for an org that has been away already


class StopRequested(Interrupted):
    """The user asked the run to stop (`how`): jobs in the org are to be ended and counted."""

    def __init__(self, how: Stop) -> None:
        super().__init__("the run was asked to stop", hint="Go on with: sfseed runs resume")
        self.how = how


class Patience:
    """Repeats reads while the org is away, for `seconds` at most in a row, and ends waits when the run is to stop."""

    def __init__(self, run: Run, clock: Clock, observer: Observer, *, seconds: float, phase: Phase) -> None:
        self._run, self._clock, self._observer = run, clock, observer
        self._seconds = seconds
        self._phase: Phase = phase
        self._stopping = False
        self._away = False  # as far as the last read saw

    def stop_now(self) -> None:
        """From now on do not look for a request to stop any more, and wait for the org only a little."""
        self._stopping = True
        self._seconds = min(self._seconds, _LAST_WORD if self._away else _LAST_PATIENCE)

    def check(self) -> None:
        """Raise StopRequested when the run is to stop."""
        how = None if self._stopping else self._run.stop_requested()
        if how:
            raise StopRequested(how)

    def pause(self, seconds: float) -> None:
        """Wait; raises StopRequested when the run is to stop."""
        until = self._clock.monotonic() + seconds
        self.check()
        while (left := until - self._clock.monotonic()) > 0:
            self._clock.sleep(min(left, _SLICE))
            self.check()

    def read(self, call: Callable[[], T]) -> T:
        """Return what a read gives, repeated while the org is away.

        Raises Interrupted (the run can be resumed) when it stays away.
        """
        started, since = self._clock.monotonic(), self._clock.now()
        wait = 1.0
        while True:
            try:
                with quickly():
                    found = call()
            except OrgError as error:
                if not isinstance(error, Transient):
                    raise
                if self._clock.monotonic() - started + wait > self._seconds:
                    raise Interrupted(f"the org stays away: {error}", hint="Go on with: sfseed runs resume") from error
                self._observer.notify(Note(self._phase, f"waiting for the org: {error.message}", "warning"))
                self._away = True
                waits.begin(self._run, Waits("org", since, since + timedelta(seconds=self._seconds), error.message))
                self.pause(wait)
                wait = min(wait * 2, 60.0)
            else:
                if self._away:
                    self._away = False
                    waits.end(self._run)
                return found
