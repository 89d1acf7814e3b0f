"""One run at a time works on an org: whose turn it is, and waiting for one's own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sfseed_core import system
from sfseed_core.errors import UserError
from sfseed_core.load import waits
from sfseed_core.load.journal import same_load
from sfseed_core.load.waits import Waits

if TYPE_CHECKING:
    from contextlib import ExitStack
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.load.journal import Run
    from sfseed_core.load.patience import Patience

_LOCK_WAIT = 0.5  # somebody may be looking whether the org is worked on
_LOOK = 0.5


def at_work(home: Path, org_id: str) -> str | None:
    """Return the id of the run that is working on the org right now."""
    folder = _folder(home, org_id)
    try:
        with system.lock(folder / "load.lock"):
            return None
    except TimeoutError:
        return _holder(folder)


def take(held: ExitStack, run: Run, home: Path, org_id: str) -> None:
    """Hold the org for the run; raises TimeoutError when another run does."""
    folder = _folder(home, org_id)
    held.enter_context(system.lock(folder / "load.lock", timeout=_LOCK_WAIT))
    system.write_whole(folder / "load.run", run.id.encode())


def wait(held: ExitStack, run: Run, home: Path, org_id: str, *, patience: Patience, clock: Clock) -> None:
    """Hold the org for the run as soon as no other run does.

    Raises StopRequested when the run is to stop meanwhile, UserError when the same plan was loaded in that time: who asked for
    this run could not know of it.
    """
    folder, began = _folder(home, org_id), clock.now()
    told = None
    while True:
        try:
            held.enter_context(system.lock(folder / "load.lock"))
            break
        except TimeoutError:
            other = _holder(folder)
            if other != told:
                waits.begin(run, Waits("run", began, None, other))
                told = other
            patience.pause(_LOOK)
    waits.end(run)
    system.write_whole(folder / "load.run", run.id.encode())
    if told is not None:
        _refuse_twice(run, home, org_id, began)


def _refuse_twice(run: Run, home: Path, org_id: str, began: datetime) -> None:
    """Refuse to load what another run loaded while this one waited."""
    fingerprint = run.get("plan_fingerprint")
    for other in same_load(home, org_id=org_id, fingerprint=fingerprint) if fingerprint else ():
        ended = other.get("ended")
        other.close()
        if other.id != run.id and (ended is None or datetime.fromisoformat(ended) >= began):
            raise UserError(
                f"the same plan was loaded into this org by {other.id} while this run waited: nothing was written",
                hint="To load it once more, start again and say --again replace or top-up.",
            )


def _folder(home: Path, org_id: str) -> Path:
    return system.private_folder(home / "orgs" / system.safe_name(org_id))


def _holder(folder: Path) -> str:
    path = folder / "load.run"
    return path.read_text(encoding="utf-8") if path.exists() else "another run"
