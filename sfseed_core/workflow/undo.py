"""Undo: delete what a run created, restore what it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.errors import GuardRefused, UserError
from sfseed_core.load.status import RunState
from sfseed_core.workflow.request import Request

if TYPE_CHECKING:
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.events import Observer
    from sfseed_core.load.foresee import Drift, UndoPreview
    from sfseed_core.load.journal import Run
    from sfseed_core.load.status import RunStatus


def undo(
    run: Run, *, home: Path, observer: Observer, clock: Clock, timeout: float = 0, keep_changed: bool = False
) -> RunStatus:
    """Take the run back, in a process of its own; of a run that is undone, return its status.

    With `keep_changed` records that others changed, or added records to, stay, and what those need. Raises GuardRefused
    when the org is no longer the one that the run loaded into.
    """
    from sfseed_core.load.worker import follow, start_worker
    from sfseed_core.workflow.connect import find_login

    if run.state is RunState.UNDONE:
        return run.status()
    _reached(run)
    if keep_changed:
        leave_changed(run, home=home, clock=clock)
    request = Request.from_json(run.get("request"))
    start_worker(run, find_login(request.org, home), home=home, task="undo")
    follow(run, observer=observer, timeout=timeout or None, clock=clock)
    return run.status()


def leave_changed(run: Run, *, home: Path, clock: Clock) -> None:
    """Have every undo of the run leave what others have changed by now, or added records to, and what those need."""
    from sfseed_core.load.foresee import keep

    _reached(run)
    keep(run, _look(run, home=home, clock=clock).kept)


def preview(run: Run, *, home: Path, clock: Clock) -> UndoPreview:
    """Ask the run's org what an undo would delete, what others changed or added since, and what is in doubt.

    Raises UserError when the run has not reached an org, GuardRefused when its name leads to another one by now.
    """
    _reached(run)
    return _look(run, home=home, clock=clock).preview


def _reached(run: Run) -> None:
    if run.get("org_id") is None:
        raise UserError(f"{run.id} has not reached an org: there is nothing to undo.")


def _look(run: Run, *, home: Path, clock: Clock) -> Drift:
    from sfseed_core.load.foresee import foresee
    from sfseed_core.workflow.connect import find_login, reach

    org = reach(find_login(Request.from_json(run.get("request")).org, home), clock=clock, home=home)
    if org.org_id != run.get("org_id"):
        raise GuardRefused(
            f"{run.id} was loaded into the org {run.get('org_id')}, this is {org.org_id}: nothing is deleted",
            hint="A refreshed sandbox has a new id, and holds nothing of this run.",
        )
    return foresee(run, org)
