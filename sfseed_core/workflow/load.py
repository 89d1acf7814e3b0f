"""Load, as the app does it: begin a load, an undo or a retry, and leave it to a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sfseed_core.events import SILENT
from sfseed_core.load.journal import Run, same_load
from sfseed_core.load.status import RunState
from sfseed_core.recipe.plan_json import identity
from sfseed_core.workflow.request import Request
from sfseed_core.workflow.seed import Work, begin, check_records, request_for_dataset, start

if TYPE_CHECKING:
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.events import Observer
    from sfseed_core.workflow.forecast import Forecast
    from sfseed_core.workflow.request import Again


def earlier_loads(dataset: Dataset, *, org_id: str, home: Path) -> tuple[str, ...]:
    """Return the ids of runs that loaded the same plan into this org and were not undone, the newest first."""
    found = same_load(home, org_id=org_id, fingerprint=identity(dataset.plan))
    for run in found:
        run.close()
    return tuple(run.id for run in found)


def begin_load(
    dataset: str,
    *,
    org: str,
    home: Path,
    observer: Observer,
    clock: Clock,
    again: Again = "stop",
    confirmed_name: str | None = None,
    test_first: int | None = None,
    adapt: bool = False,
    wait: bool = False,
    activate: bool = False,
) -> str:
    """Check a dataset and start loading it; return the run's id while the load goes on in its own process.

    Records that the org would refuse are held back. `confirmed_name` is the org's name as the user typed it, where the guard
    asks for it; with `test_first` about so many records go first, and are taken back if one fails; with `adapt` what the org
    does not have is left out; with `activate` contracts and orders are activated at the end; with `wait` it begins when
    another run in the org has ended. Raises UserError when the same plan is there already and `again` says to stop,
    FindingsStop when the dataset does not fit: then no run is left behind.
    """
    request = request_for_dataset(
        dataset,
        org=org,
        home=home,
        again=again,
        hold_refused=True,
        test_first=test_first,
        adapt=adapt,
        wait=wait,
        activate=activate,
    )
    run = begin(request, home=home, clock=clock)
    run.put("confirmed_name", confirmed_name)
    work = Work(run, home=home, observer=observer, clock=clock, agree=_agreed, timeout=0)
    try:
        run.set_state(check_records(work))
        if not start(work):
            run.set_state(RunState.CANCELLED)
        continued = run.get("continues")
        return str(continued or run.id)
    except BaseException:  # whatever stopped it: a run that never reached the org is nothing to go on with
        run.set_state(RunState.CANCELLED)
        raise
    finally:
        run.close()


def go_on(
    run_id: str,
    task: Literal["load", "undo", "retry"],
    *,
    home: Path,
    confirmed_name: str | None = None,
    keep_changed: bool = False,
    wait: bool = False,
) -> None:
    """Start a process that resumes the run's load, sends what failed again, or takes the run back.

    With `keep_changed` an undo leaves what others changed, or added records to; with `wait` it begins when another run in
    the org has ended.
    """
    from sfseed_core.clock import SYSTEM
    from sfseed_core.load.worker import start_worker
    from sfseed_core.workflow.connect import find_login
    from sfseed_core.workflow.resume import prepare_retry
    from sfseed_core.workflow.undo import leave_changed

    run = Run.open(home, run_id)
    try:
        if confirmed_name is not None:
            run.put("confirmed_name", confirmed_name)
        run.clear_stop()
        run.put("request", run.get("request") | {"wait": wait})
        if task == "retry":
            prepare_retry(run, home=home, observer=SILENT)
        if keep_changed:
            leave_changed(run, home=home, clock=SYSTEM)
        login = find_login(Request.from_json(run.get("request")).org, home)
        start_worker(run, login, home=home, task="undo" if task == "undo" else "load")
    finally:
        run.close()


def stop(run_id: str, *, home: Path, for_good: bool) -> None:
    """Ask the run's process to end what is in flight and stop; `for_good` cancels the run, otherwise it can be resumed."""
    run = Run.open(home, run_id)
    try:
        run.request_stop("cancel" if for_good else "stop")
    finally:
        run.close()


def _agreed(_: Forecast) -> None:
    """The page showed the forecast, and the user pressed its button."""
