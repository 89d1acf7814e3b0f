"""Stopping a run from another process: pausing and cancelling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core import system
from sfseed_core.errors import UserError
from sfseed_core.events import SILENT
from sfseed_core.load.follow import follow, is_carried
from sfseed_core.load.status import RunState

if TYPE_CHECKING:
    from sfseed_core.events import Observer
    from sfseed_core.load.journal import Run, Stop
    from sfseed_core.load.status import RunStatus


def stop(run: Run, how: Stop, *, observer: Observer = SILENT) -> RunStatus:
    """Ask the run's worker to stop, wait until it has taken stock, and return how the run stands.

    A run that rests can be cancelled too. Raises UserError when there is nothing to stop, or when jobs of a lost worker
    may still be at work in the org: only a worker can end those.
    """
    if is_carried(run):
        run.request_stop(how)
        return follow(run, observer=observer)
    status = run.status()
    if how == "stop" or status.state.ended:
        raise UserError(f"{run.id} is not at work: it is {status.state}", hint="See: sfseed runs list")
    passes = (*status.objects.values(), *status.updates.values())
    if status.state in {RunState.LOAD, RunState.UNDO} or any(one.in_flight for one in passes):
        raise UserError(
            f"{run.id} may have jobs at work in the org, which have to be counted first",
            hint=f"Go on with it, then cancel: sfseed runs resume {run.id}",
        )
    with system.lock(run.folder / "lock"):
        run.set_state(RunState.CANCELLED)
    return run.status()
