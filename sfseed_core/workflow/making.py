"""Making: records made in a process of their own, whatever becomes of the page or tab that asked for them.

A making is a folder `makings/<id>`: the order (plan and schema; no token, since nothing is asked of an org), how far it is, and
how it ended. Its process holds the folder's lock, so that a lost one is told from one that works.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from sfseed_core import ids, system
from sfseed_core.errors import NotFound, SfseedError
from sfseed_core.load.worker import scrubbed
from sfseed_core.recipe import plan_json
from sfseed_core.recipe.write import recipe_yaml
from sfseed_core.schema import typed_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.recipe.model import Plan, Recipe
    from sfseed_core.schema.model import ObjectSchema

State = Literal["making", "made", "failed", "stopped", "lost"]

FOLDER = "makings"
ORDER, PROGRESS, ENDED, STOP, LOCK, LOG = "order.json", "progress.json", "ended.json", "stop", "lock", "making.log"
_START = timedelta(seconds=30)  # in which a process that was started takes the lock
_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Making:
    """How a making stands: `done` of `total` records, `subject` the object being made; `dataset` once it is made.

    `carried` are the changes of an earlier dataset that were made again, `misfits` those that could not be.
    """

    id: str
    state: State
    begun: datetime
    done: int = 0
    total: int = 0
    subject: str | None = None
    dataset: str | None = None
    error: str | None = None
    hint: str | None = None
    carried: int = 0
    misfits: tuple[str, ...] = ()


def begin(
    plan: Plan,
    objects: Mapping[str, ObjectSchema],
    *,
    home: Path,
    clock: Clock,
    edits_of: str | None = None,
    recipe: Recipe | None = None,
) -> str:
    """Start making the records of the plan and return the making's id at once.

    The changes that were made by hand in the dataset `edits_of` are made again in the new one. The `recipe` that the plan
    came from is kept with the dataset.
    """
    _forget_old(home, clock)
    now = clock.now()
    making_id = ids.new_making_id(now)
    folder = system.private_folder(home / FOLDER / making_id)
    order = {
        "plan": plan_json.to_json(plan),
        "objects": [typed_json.to_json(one) for one in objects.values()],
        "edits_of": edits_of,
        "recipe": None if recipe is None else recipe_yaml(recipe),
        "begun": now.isoformat(),
        "total": sum(one.count for one in plan.objects),
    }
    system.write_durably(folder / ORDER, json.dumps(order, ensure_ascii=False).encode())
    _start(folder, home)
    return making_id


def again(making_id: str, *, home: Path, clock: Clock) -> None:
    """Start a lost, stopped or failed making once more from its order; one that is under way goes on."""
    folder = _folder(home, making_id)
    if look(making_id, home=home, clock=clock).state in {"making", "made"}:
        return
    for name in (ENDED, STOP, PROGRESS):
        (folder / name).unlink(missing_ok=True)
    order = read_json(folder / ORDER) | {"begun": clock.now().isoformat()}
    system.write_durably(folder / ORDER, json.dumps(order, ensure_ascii=False).encode())
    _start(folder, home)


def stop(making_id: str, *, home: Path) -> None:
    """Ask the making's process to end; nothing of it is kept."""
    (_folder(home, making_id) / STOP).touch()


def look(making_id: str, *, home: Path, clock: Clock) -> Making:
    """Return how a making stands; raises NotFound."""
    folder = _folder(home, making_id)
    order = read_json(folder / ORDER)
    begun = datetime.fromisoformat(order["begun"])
    carried = _is_held(folder)  # asked first: an end that is written between the two is then seen
    ended = read_json(folder / ENDED)
    if ended:
        misfits = tuple(ended.pop("misfits", ()))
        return Making(making_id, begun=begun, total=order["total"], misfits=misfits, **ended)
    state: State = "making" if carried or clock.now() - begun < _START else "lost"
    return Making(making_id, state, begun, **{"total": order["total"], **read_json(folder / PROGRESS)})


def read_json(path: Path) -> dict[str, Any]:
    """Return what a file of a making holds; nothing where it is not there."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


def end(folder: Path, state: State, **said: Any) -> None:
    """Write how a making ended."""
    system.write_durably(folder / ENDED, json.dumps({"state": state, **said}, ensure_ascii=False).encode())


def failed(folder: Path, error: SfseedError) -> None:
    """Write what a making failed of."""
    end(folder, "failed", error=error.message, hint=error.hint)


def _start(folder: Path, home: Path) -> None:
    system.start_detached(
        [sys.executable, "-m", "sfseed_core.workflow.making_worker", str(folder)],
        stdin=b"",
        environment=scrubbed(os.environ, home),
        output=folder / LOG,
    )


def _folder(home: Path, making_id: str) -> Path:
    folder = home / FOLDER / making_id
    if not ids.is_own(making_id) or not (folder / ORDER).is_file():
        raise NotFound(f"no records are being made under {making_id!r}", hint="Press Make the records again.")
    return folder


def _is_held(folder: Path) -> bool:
    try:
        with system.lock(folder / LOCK):
            return False
    except TimeoutError:
        return True


def _forget_old(home: Path, clock: Clock) -> None:
    """Remove makings of some days ago; what they made stands elsewhere."""
    above = home / FOLDER
    for folder in above.iterdir() if above.is_dir() else ():
        begun = datetime.fromtimestamp(folder.stat().st_mtime, clock.now().tzinfo)
        if ids.is_own(folder.name) and clock.now() - begun > _KEPT and not _is_held(folder):
            shutil.rmtree(folder, ignore_errors=True)
