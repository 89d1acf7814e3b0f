"""Retry: send what failed once more, and what was held back because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.workflow.request import Request

if TYPE_CHECKING:
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.events import Observer
    from sfseed_core.load.journal import Run
    from sfseed_core.load.status import RunStatus


def retry(run: Run, *, home: Path, observer: Observer, clock: Clock, timeout: float = 0) -> RunStatus:
    """Send the failed records of the run again; what succeeded is never sent twice."""
    from sfseed_core.load.worker import follow, start_worker
    from sfseed_core.workflow.connect import find_login

    request = Request.from_json(run.get("request"))
    start_worker(run, find_login(request.org, home), home=home, task="retry")
    follow(run, observer=observer, timeout=timeout or None, clock=clock)
    return run.status()
