"""The worker: a process of its own that carries a run, whatever becomes of the page or terminal that started it.

It gets its way in by stdin, and an environment without secrets. It holds OS locks on the run and on the org, so that
neither is worked on twice; they end with it, however it ends.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sfseed_core import system
from sfseed_core.clock import SYSTEM
from sfseed_core.errors import InternalError, Interrupted, SfseedError, UserError
from sfseed_core.events import SILENT
from sfseed_core.load import fit, turn, waits
from sfseed_core.load.follow import follow, is_carried
from sfseed_core.load.journal import Run
from sfseed_core.load.options import requested
from sfseed_core.load.patience import Patience, StopRequested
from sfseed_core.load.status import RunState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.options import Options
    from sfseed_core.load.status import RunStatus
    from sfseed_core.org.guard import GuardedOrg
    from sfseed_core.org.login import Login
    from sfseed_core.snapshot.model import Snapshot

__all__ = ["follow", "start_worker"]

Task = Literal["load", "undo"]

_START = 30.0  # seconds in which a worker says that it has begun, or is gone
_TURN = "Say --wait to begin when it has ended; see it with: sfseed runs list"
_LOCK_WAIT = 10.0  # somebody may be looking whether the run is carried
_KEPT = (
    "PATH",
    "HOME",
    "USERPROFILE",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "TZ",
    "APPDATA",
    "LOCALAPPDATA",
    "XDG_DATA_HOME",  # where Salesforce's CLI and its keychain look
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "SF_USE_GENERIC_UNIX_KEYCHAIN",
    "SFDX_USE_GENERIC_UNIX_KEYCHAIN",
)
# give memory back as soon as a job is done with it: a load works for hours beside other things
_LEAN = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}
_KEPT_PREFIXES = ("PYTHON", "VIRTUAL_ENV", "SSL_CERT", "REQUESTS_CA", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def start_worker(run: Run, login: Login, *, home: Path, task: Task = "load") -> int:
    """Start a worker for the run and return its process id; of a run that is carried already, its worker's.

    Returns once the worker holds the run. Raises UserError when another run works on the org, unless the run's request says
    to wait for its end, and what else the worker stumbled over at its start.
    """
    if is_carried(run):
        return int(run.get("worker", {}).get("pid", 0))
    clock = SYSTEM
    run.clear_stop()
    ticket = os.urandom(8).hex()
    order = {
        "home": str(home),
        "run": run.id,
        "task": task,
        "ticket": ticket,
        "patience": _patience(run, home),
        "login": login.to_secret(),
    }
    pid = system.start_detached(
        [sys.executable, "-m", "sfseed_core.load.worker"],
        stdin=json.dumps(order).encode(),
        environment=scrubbed(os.environ, home),
        output=run.folder / "worker.log",
    )
    until = clock.monotonic() + _START
    while run.get("worker", {}).get("ticket") != ticket:
        if clock.monotonic() > until or not system.is_running(pid):
            break
        clock.sleep(0.05)
    found = run.get("worker", {})
    if found.get("ticket") != ticket:
        raise Interrupted(f"the worker of {run.id} did not start", hint=f"Its last words: {run.folder / 'worker.log'}")
    if found.get("refused"):
        raise UserError(found["refused"], hint=found.get("hint"))
    return pid


def _patience(run: Run, home: Path) -> int:
    """The seconds that the run waits for an org that is away: as asked for, else as set."""
    from sfseed_core.settings import load_settings

    minutes = run.get("request", {}).get("patience")
    return 60 * int(load_settings(home).patience if minutes is None else minutes)


def scrubbed(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """Return the environment of a worker: what a process needs to run, our home, and nothing that could be a secret."""
    kept = {
        name: value
        for name, value in environment.items()
        if name.upper() in _KEPT or name.upper().startswith(_KEPT_PREFIXES)
    }
    return kept | _LEAN | {"SFSEED_HOME": str(home), "PYTHONUTF8": "1"}


def main() -> int:
    """Carry out the order on stdin; return the exit code."""
    order = json.loads(sys.stdin.buffer.read())
    home = Path(order["home"])
    run = Run.open(home, order["run"])
    mine = {"pid": os.getpid(), "ticket": order["ticket"]}
    with ExitStack() as held:
        try:
            held.enter_context(system.lock(run.folder / "lock", timeout=_LOCK_WAIT))
            queued = bool(run.get("request", {}).get("wait")) and run.get("org_id") is not None
            if run.get("org_id") is not None and not queued:
                turn.take(held, run, home, run.get("org_id"))
        except TimeoutError:
            run.put("worker", mine | {"refused": _busy(run), "hint": _TURN})
            return UserError.exit_code
        waits.end(run)  # what a lost worker may have said
        run.put("worker", mine)
        options = replace(requested(run.get("request", {})), patience=float(order["patience"]))
        waited = False
        try:
            if queued:
                patience = Patience(run, SYSTEM, SILENT, seconds=0, phase="load")
                waited = turn.wait(held, run, home, run.get("org_id"), patience=patience, clock=SYSTEM)
            org = _admit(run, home, order["login"])
            if run.get("org_id") is None:
                turn.take(held, run, home, org.org_id)
            if waited and order["task"] == "load":
                fit.ask_again(run, org.org, _dataset(run, home), _snapshot(run), home=home)
            _TASKS[order["task"]](run, home, org, options)
        except StopRequested as asked:
            return _not_begun(run, asked, order["task"])
        except TimeoutError:
            return _stopped(run, UserError(_busy(run)))
        except SfseedError as error:
            return _stopped(run, error)
        except Exception as error:  # a bug of ours: whoever follows must read of it, and it must be in the worker's log
            _stopped(run, InternalError(f"internal error, see {run.folder / 'worker.log'}: {error!r}"))
            raise
    return 0


def _stopped(run: Run, error: SfseedError) -> int:
    """Leave the run so that it can be gone on with; an undo stays one."""
    run.set_state(RunState.STOPPED if run.state is RunState.LOAD else run.state, error=str(error))
    return error.exit_code


def _not_begun(run: Run, asked: StopRequested, task: Task) -> int:
    """Leave a run that was to stop while it waited for its turn; an undo leaves it as it was."""
    if task == "load":
        run.set_state(RunState.CANCELLED if asked.how == "cancel" else RunState.STOPPED)
    waits.end(run)
    run.clear_stop()
    return asked.exit_code


def _busy(run: Run) -> str:
    return f"another run is working on {run.get('org_name') or 'the org'} right now"


def _admit(run: Run, home: Path, secret: Mapping[str, str]) -> GuardedOrg:
    from sfseed_core.logs import json_lines
    from sfseed_core.org.client import connect
    from sfseed_core.org.credentials import from_secret
    from sfseed_core.org.guard import admit

    org = connect(from_secret(secret), log=json_lines(run.folder / "log.jsonl"))
    return admit(org, confirmed_name=run.get("confirmed_name"), expect_org_id=run.get("org_id"), home=home)


def _dataset(run: Run, home: Path) -> Dataset:
    from sfseed_core.dataset.store import open_dataset

    return open_dataset(home, run.get("dataset"))


def _snapshot(run: Run) -> Snapshot:
    from sfseed_core.snapshot.store import from_json

    return from_json(json.loads((run.folder / "snapshot.json").read_text(encoding="utf-8")))


def _load(run: Run, home: Path, org: GuardedOrg, options: Options) -> RunStatus:
    from sfseed_core.load.execute import execute
    from sfseed_core.load.resolve import Resolver

    return execute(run, org, _dataset(run, home), Resolver.of(_snapshot(run)), options=options)


def _undo(run: Run, home: Path, org: GuardedOrg, options: Options) -> RunStatus:
    from sfseed_core.load.undo import undo

    return undo(run, org, lambda: _dataset(run, home), options=options)


_TASKS: Mapping[Task, Callable[[Run, Path, GuardedOrg, Options], RunStatus]] = {"load": _load, "undo": _undo}

if __name__ == "__main__":
    sys.exit(main())
