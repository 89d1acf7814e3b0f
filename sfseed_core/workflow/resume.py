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
    """Send the failed records of the run again, as they are in the dataset by now; what succeeded is never sent twice.

    Records that the org would still refuse are held back; those in doubt are asked about once more.
    """
    from sfseed_core.load.worker import follow, start_worker
    from sfseed_core.workflow.connect import find_login

    prepare_retry(run, home=home, observer=observer)
    request = Request.from_json(run.get("request"))
    start_worker(run, find_login(request.org, home), home=home)
    follow(run, observer=observer, timeout=timeout or None, clock=clock)
    return run.status()


def prepare_retry(run: Run, *, home: Path, observer: Observer) -> None:
    """Put what failed back to waiting, as it is in the dataset by now; nothing is done to a run that is at work."""
    from sfseed_core import system
    from sfseed_core.dataset.store import open_dataset
    from sfseed_core.load.follow import is_carried
    from sfseed_core.load.ledger import send_again

    if is_carried(run):
        return
    revision = open_dataset(home, run.get("dataset")).revision
    _check_again(run, revision, home=home, observer=observer)
    with system.lock(run.folder / "lock"):
        send_again(run, revision=revision)


def edited_since(run: Run, *, home: Path) -> int:
    """Return how many edits of the run's dataset came after what the run sends."""
    from sfseed_core.dataset.store import open_dataset

    return int(open_dataset(home, run.get("dataset")).revision) - int(run.get("revision") or 0)


def _check_again(run: Run, revision: int, *, home: Path, observer: Observer) -> None:
    """Hold back what the org would refuse of the records as they are now; those that are in already stay so."""
    import json

    from sfseed_core.dataset.store import open_dataset
    from sfseed_core.snapshot.store import from_json
    from sfseed_core.workflow.check import check
    from sfseed_core.workflow.findings import hold, refused_records

    path = run.folder / "snapshot.json"
    if Request.from_json(run.get("request")).despite_findings or not path.exists() or revision == run.get("revision"):
        return
    snapshot = from_json(json.loads(path.read_text(encoding="utf-8")))
    found = check(open_dataset(home, run.get("dataset")), snapshot, observer=observer)
    hold(run, refused_records(found), found)
