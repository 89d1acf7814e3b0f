"""Following a run from another process: its journal is all there is to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core import system
from sfseed_core.clock import SYSTEM
from sfseed_core.errors import Interrupted
from sfseed_core.events import SILENT, Note, Overall, Progress
from sfseed_core.load.pace import Pacer, lost
from sfseed_core.load.status import RunState
from sfseed_core.load.steps import update_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.clock import Clock
    from sfseed_core.events import Observer
    from sfseed_core.load.journal import Run
    from sfseed_core.load.status import Counts, RunStatus

_LOOK = 0.2
_FLYING = "SELECT object, field, sum(processed) FROM jobs WHERE phase = 'closed' GROUP BY object, field"
_LAST_WORDS = 60.0  # seconds that a worker gets to end its jobs in the org and count


def is_carried(run: Run) -> bool:
    """Say whether a worker holds the run right now."""
    try:
        with system.lock(run.folder / "lock"):
            return False
    except TimeoutError:
        return True


def follow(run: Run, *, observer: Observer, timeout: float | None = None, clock: Clock = SYSTEM) -> RunStatus:
    """Report the run's progress until its worker is done with it, and return how it then stands.

    After `timeout` seconds the worker is asked to stop (the run can be resumed). A follower that ends early does not
    stop the worker. Raises Interrupted when the worker was lost.
    """
    until = None if timeout is None else clock.monotonic() + timeout
    told: dict[str, int] = {}
    pacer, waited = Pacer(), None
    _tell(run, SILENT, told)  # what was done before is no news
    while is_carried(run):
        status = _tell(run, observer, told)
        _pace(status, pacer, observer, clock)
        if status.waits is not None and status.waits != waited:
            observer.notify(Note("load", status.waits.line(), "warning" if status.waits.kind == "org" else "info"))
        waited = status.waits
        if until is not None and clock.monotonic() >= until:
            run.request_stop("stop")
            observer.notify(Note("load", "time is over: ending what is in flight"))
            until = None if timeout is None else clock.monotonic() + _LAST_WORDS
            timeout = None
        clock.sleep(_LOOK)
    status = _tell(run, observer, told)
    if status.state is RunState.LOAD or (status.state is RunState.UNDO and status.error is None):
        raise Interrupted(f"the worker of {run.id} was lost", hint=f"Go on with: sfseed runs resume {run.id}")
    return status


def _pace(status: RunStatus, pacer: Pacer, observer: Observer, clock: Clock) -> None:
    """Report how fast the run goes in all."""
    undoing = status.state in {RunState.UNDO, RunState.UNDONE}
    passes = [*(status.undone.values() if undoing else (*status.objects.values(), *status.updates.values()))]
    total = sum(one.planned for one in passes)
    if total:
        done = sum(one.sent - one.in_flight for one in passes)
        now = pacer.read(clock.monotonic(), done, lost(passes), total)
        observer.notify(Overall("undo" if undoing else "load", now.done, now.failed, now.total, now.rate, now.left))


def _tell(run: Run, observer: Observer, told: dict[str, int]) -> RunStatus:
    """Report what has changed since the last look, with what the org has processed of the jobs in flight."""
    status = run.status()
    undoing = status.state in {RunState.UNDO, RunState.UNDONE}
    passes: Mapping[str, Counts] = status.undone if undoing else {**status.objects, **status.updates}
    flying = {update_name(name, field) if field else name: done or 0 for name, field, done in run.read(_FLYING)}
    for name, counts in passes.items():
        done = counts.sent - counts.in_flight + min(counts.in_flight, flying.get(name, 0))
        key = f"{undoing} {name}"
        if counts.planned and told.get(key, 0) != done:
            told[key] = done
            observer.notify(Progress("undo" if undoing else "load", done, counts.planned, name, name.partition(".")[0]))
    return status
