"""One run at a time works on an org: whose turn it is, and waiting for one's own."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from sfseed_core import system
from sfseed_core.errors import UserError
from sfseed_core.load import waits
from sfseed_core.load.journal import same_load
from sfseed_core.load.waits import Waits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.load.journal import Run
    from sfseed_core.load.patience import Patience

_LOCK_WAIT = 0.5  # somebody may be looking whether the org is worked on
_QUEUE_WAIT = 30.0  # the queue is held for moments only
_LOOK = 0.5


def at_work(home: Path, org_id: str) -> str | None:
    """Return the id of the run that is working on the org right now, or of the one whose turn is next."""
    folder = _folder(home, org_id)
    try:
        with system.lock(folder / "load.lock"):
            waiting = _waiting(folder)
            return _run_of(waiting[0]) if waiting else None
    except TimeoutError:
        return _holder(folder)


def take(held: ExitStack, run: Run, home: Path, org_id: str) -> None:
    """Hold the org for the run; raises TimeoutError when another run does, or waits for it."""
    folder = _folder(home, org_id)
    if _waiting(folder):
        raise TimeoutError("other runs wait for their turn")
    held.enter_context(system.lock(folder / "load.lock", timeout=_LOCK_WAIT))
    system.write_whole(folder / "load.run", run.id.encode())


def wait(held: ExitStack, run: Run, home: Path, org_id: str, *, patience: Patience, clock: Clock) -> bool:
    """Hold the org for the run once no other run does and its turn has come; return whether it had to wait.

    Runs that wait begin in the order in which they were queued. Raises StopRequested when the run is to stop meanwhile,
    UserError when the same plan was loaded in that time: who asked for this run could not know of it.
    """
    folder, began = _folder(home, org_id), clock.now()
    told = None
    with _ticket(folder, run.id) as mine:
        while (other := _before(held, folder, mine)) is not None:
            if other != told:
                waits.begin(run, Waits("run", began, None, other))
                told = other
            patience.pause(_LOOK)
        waits.end(run)
        system.write_whole(folder / "load.run", run.id.encode())
    if told is not None:
        _refuse_twice(run, home, org_id, began)
    return told is not None


def _before(held: ExitStack, folder: Path, mine: Path) -> str | None:
    """Return the id of the run that has to end before the one with this ticket; None: the org is held now."""
    ahead = [one for one in _waiting(folder) if one < mine]
    if ahead:
        return _run_of(ahead[-1])
    try:
        held.enter_context(system.lock(folder / "load.lock"))
    except TimeoutError:
        return _holder(folder)
    return None


@contextmanager
def _ticket(folder: Path, run_id: str) -> Iterator[Path]:
    """Stand in the queue behind all who do: a file of a rising number, locked for as long as its process lives."""
    queue = system.private_folder(folder / "queue")
    with ExitStack() as held:
        with system.lock(folder / "queue.lock", timeout=_QUEUE_WAIT):
            last = max((int(one.name.partition(".")[0]) for one in _tickets(queue)), default=0)
            mine = queue / f"{last + 1:09}.{run_id}"
            held.enter_context(system.lock(mine))
        try:
            yield mine
        finally:
            held.close()
            mine.unlink(missing_ok=True)


def _waiting(folder: Path) -> list[Path]:
    """The tickets of living processes, the first in turn first; those of dead ones are removed."""
    queue = folder / "queue"
    if not queue.is_dir():
        return []
    living = []
    with system.lock(folder / "queue.lock", timeout=_QUEUE_WAIT):
        for one in _tickets(queue):
            try:
                with system.lock(one):
                    pass
            except TimeoutError:
                living.append(one)
            else:
                one.unlink(missing_ok=True)
    return living


def _tickets(queue: Path) -> list[Path]:
    return sorted(one for one in queue.iterdir() if one.name[:1].isdigit())


def _run_of(ticket: Path) -> str:
    return ticket.name.partition(".")[2]


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
