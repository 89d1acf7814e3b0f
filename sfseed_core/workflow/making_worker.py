"""The process that makes records: `python -m sfseed_core.workflow.making_worker FOLDER`, started by `making`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sfseed_core import system
from sfseed_core.clock import SYSTEM
from sfseed_core.errors import InternalError, Interrupted, SfseedError
from sfseed_core.events import Progress
from sfseed_core.recipe import plan_json
from sfseed_core.schema import typed_json
from sfseed_core.workflow import making

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.events import Event
    from sfseed_core.recipe.model import Plan

_OFTEN = 0.2  # seconds between two lines of progress


class Telling:
    """Writes how far it is into the making's folder, and ends the work when that asks for it."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder = folder
        self._before: dict[str, int] = {}
        total = 0
        for one in plan.objects:
            self._before[one.name] = total
            total += one.count
        self._total, self._told = total, 0.0

    def notify(self, event: Event, /) -> None:
        """Take one event; raises Interrupted when the making is to stop."""
        if (self._folder / making.STOP).exists():
            raise Interrupted("making the records was stopped")
        if not isinstance(event, Progress) or event.phase != "generate" or SYSTEM.monotonic() - self._told < _OFTEN:
            return
        self._told = SYSTEM.monotonic()
        done = self._before.get(event.subject or "", 0) + event.current
        said = json.dumps({"done": done, "total": self._total, "subject": event.subject})
        path = self._folder / making.PROGRESS
        unfinished = path.with_suffix(".part")
        unfinished.write_text(said, encoding="utf-8")
        unfinished.replace(path)


def main(folder: Path) -> int:
    """Carry out the order in the folder; return the exit code."""
    try:
        with system.lock(folder / making.LOCK, timeout=10):
            return _carried_out(folder)
    except TimeoutError:
        return 0  # another process is at it already


def _carried_out(folder: Path) -> int:
    try:
        return _made(folder, making.read_json(folder / making.ORDER))
    except Interrupted:
        making.end(folder, "stopped")
    except SfseedError as error:
        making.failed(folder, error)
        return error.exit_code
    except Exception as error:  # a bug of ours: whoever waits must read of it, and it must be in the log
        making.failed(folder, InternalError(f"internal error, see {folder / making.LOG}: {error!r}"))
        raise
    return 0


def _made(folder: Path, order: Mapping[str, object]) -> int:
    from sfseed_core.recipe.read import parse_recipe
    from sfseed_core.workflow.generate import stage
    from sfseed_core.workflow.recipes import remember

    home = folder.parents[1]
    plan = plan_json.from_json(str(order["plan"]))
    described = [typed_json.from_json(one) for one in order["objects"]]  # type: ignore[attr-defined]  # a list of objects
    made = stage(plan, {one.name: one for one in described}, home=home, observer=Telling(folder, plan), clock=SYSTEM)
    if order.get("recipe"):
        remember(made, parse_recipe(str(order["recipe"]), path="recipe"))
    told = _carried_over(made, order.get("edits_of"), home)
    making.end(folder, "made", dataset=made.id, done=sum(made.counts.values()), **told)
    return 0


def _carried_over(made: Dataset, name: object, home: Path) -> dict[str, object]:
    """Make the changes of the earlier dataset again; one that is gone has none."""
    if not name:
        return {}
    from sfseed_core.dataset.store import open_dataset
    from sfseed_core.errors import NotFound
    from sfseed_core.workflow.carry_edits import carry

    try:
        earlier = open_dataset(home, str(name))
    except NotFound:
        return {}
    carried = carry(earlier, made, clock=SYSTEM)
    return {"carried": carried.changes, "misfits": list(carried.misfits)}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
