"""The write test: three accounts and three contacts by the very code that loads, read back, and undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core import system
from sfseed_core.errors import OrgError, UserError
from sfseed_core.events import SILENT
from sfseed_core.load.execute import execute
from sfseed_core.load.failures import failures
from sfseed_core.load.ids import IdMap, file_of
from sfseed_core.load.resolve import Resolver
from sfseed_core.load.status import RunState
from sfseed_core.load.undo import undo
from sfseed_core.org.guard import admit
from sfseed_core.org.soql import select, texts
from sfseed_core.workflow.discover import survey
from sfseed_core.workflow.examined import Examined
from sfseed_core.workflow.generate import stage
from sfseed_core.workflow.plan import draw_up, recipe_of
from sfseed_core.workflow.request import make_request
from sfseed_core.workflow.seed import begin, request_for_dataset

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.journal import Run
    from sfseed_core.load.status import RunStatus
    from sfseed_core.org.client import Org
    from sfseed_core.org.guard import GuardedOrg
    from sfseed_core.snapshot.model import Snapshot

EACH = 3
_RECIPE = f"version: 1\ntitle: write test\nobjects:\n  Account: {EACH}\n  Contact: {EACH}\n"


def write_test(org: Org, name: str, *, home: Path, clock: Clock, confirmed_name: str | None = None) -> Iterator[Examined]:
    """Write six records, read them back and take them away again; what was found is told step by step.

    The org is held meanwhile. Raises GuardRefused before anything is written to an org that must not be.
    """
    guarded = admit(org, confirmed_name=confirmed_name, home=home)
    dataset, snapshot = _made(org, name, home, clock)
    try:
        with system.lock(home / "orgs" / system.safe_name(org.org_id) / "load.lock"):
            run = begin(request_for_dataset(dataset.id, org=name, home=home), home=home, clock=clock)
            try:
                yield from _tried(run, guarded, dataset, snapshot)
            finally:
                run.close()
    except TimeoutError as error:
        raise UserError("a run is working on this org right now", hint="Wait for it to end: sfseed runs list") from error


def _made(org: Org, name: str, home: Path, clock: Clock) -> tuple[Dataset, Snapshot]:
    request = make_request(org=name, clock=clock, seed=None, as_of=None, recipe=_RECIPE, recipe_path="write test")
    found = survey(org, recipe_of(request), home=home)
    plan = draw_up(request, found)
    return stage(plan, found.schema.objects, home=home, clock=clock), found.snapshot


def _tried(run: Run, guarded: GuardedOrg, dataset: Dataset, snapshot: Snapshot) -> Iterator[Examined]:
    for key, known in (("org_id", guarded.org_id), ("org_name", guarded.org.facts.name)):
        run.put(key, known)
    made: dict[str, list[str]] = {}
    try:
        yield _loaded(run, execute(run, guarded, dataset, Resolver.of(snapshot), observer=SILENT))
        made = {name: _ids(run, name, dataset.extent(name, dataset.revision)) for name in dataset.objects}
        yield _read_back(guarded.org, made)
    except OrgError as error:
        yield Examined("write: insert", "problem", error.message, error.hint)
    yield _undone(run, guarded, dataset, made)


def _loaded(run: Run, status: RunStatus) -> Examined:
    """Say how the insert went; objects that the plan had to add count like the two."""
    failed = sum(one.planned - one.succeeded for one in status.objects.values())
    said = ", ".join(f"{one.succeeded} of {one.planned} {name}" for name, one in status.objects.items())
    if not failed:
        return Examined("write: insert", "ok", said)
    causes = "; ".join(f"{one.object}: {one.code}: {one.message}" for one in failures(run)[:3])
    return Examined(
        "write: insert", "problem", f"{said}. {causes}", "See what the org's rules and permissions say to these."
    )


def _read_back(org: Org, made: Mapping[str, list[str]]) -> Examined:
    counted = {name: (_there(org, name, ids), len(ids)) for name, ids in made.items()}
    said = ", ".join(f"{found} of {wanted} {name}" for name, (found, wanted) in counted.items())
    if all(found == wanted for found, wanted in counted.values()):
        return Examined("write: read back", "ok", said)
    return Examined("write: read back", "problem", said, "The user does not see what it has made: sharing, or a trigger.")


def _undone(run: Run, guarded: GuardedOrg, dataset: Dataset, made: Mapping[str, list[str]]) -> Examined:
    try:
        status = undo(run, guarded, lambda: dataset, observer=SILENT)
    except OrgError as error:
        return Examined("write: undo", "problem", error.message, f"Try again: sfseed runs undo {run.id}")
    if status.state is not RunState.UNDONE:
        return Examined("write: undo", "problem", f"it ended {status.state}", f"Try again: sfseed runs undo {run.id}")
    left = sum(_there(guarded.org, name, ids) for name, ids in made.items())
    if left:
        return Examined(
            "write: undo", "problem", f"{left} records are still there", f"Try again: sfseed runs undo {run.id}"
        )
    return Examined("write: undo", "ok", "all of them are gone")


def _there(org: Org, name: str, ids: list[str]) -> int:
    return org.count(select(("COUNT()",), name, f"WHERE Id IN {texts(ids)}")) if ids else 0


def _ids(run: Run, name: str, size: int) -> list[str]:
    path = file_of(run.folder, name)
    return [one.decode("ascii") for one in IdMap(path, size).known()] if path.exists() else []
