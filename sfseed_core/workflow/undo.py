"""Undo: delete what a run created, restore what it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.errors import UserError
from sfseed_core.load.status import RunState
from sfseed_core.workflow.request import Request

if TYPE_CHECKING:
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.events import Observer
    from sfseed_core.load.journal import Run
    from sfseed_core.load.status import RunStatus


def undo(run: Run, *, home: Path, observer: Observer, clock: Clock, timeout: float = 0) -> RunStatus:
    """Take the run back, in a process of its own; of a run that is undone, return its status.

    Raises GuardRefused when the org is no longer the one that the run loaded into.
    """
    from sfseed_core.load.worker import follow, start_worker
    from sfseed_core.workflow.connect import find_login

    if run.state is RunState.UNDONE:
        return run.status()
    if run.get("org_id") is None:
        raise UserError(f"{run.id} has not reached an org: there is nothing to undo.")
    request = Request.from_json(run.get("request"))
    start_worker(run, find_login(request.org, home), home=home, task="undo")
    follow(run, observer=observer, timeout=timeout or None, clock=clock)
    return run.status()
