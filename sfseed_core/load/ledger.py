"""Where every record of a run stands, and its id: rebuilt from the journal whenever a run is taken up.

The arrays are a view: what counts are the jobs' durable outcomes and the lines that put records back to waiting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sfseed_core import system
from sfseed_core.dataset import vectors
from sfseed_core.load import activation, jobs, outcome
from sfseed_core.load.hold import read_held
from sfseed_core.load.ids import IdMap, file_of
from sfseed_core.load.jobs import Phase
from sfseed_core.load.outcome import Fate, Outcome
from sfseed_core.load.steps import STATUS, deferred_fields, update_name
from sfseed_core.recipe.columns import RECORD, needs_target, target_column

if TYPE_CHECKING:
    import sqlite3

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.jobs import Job
    from sfseed_core.load.journal import Run
    from sfseed_core.recipe.model import ObjectPlan

_SENT_AGAIN = (Fate.FAILED, Fate.UNPROCESSED)


class Ledger:
    """Fates and ids of the records of a run, by object and local key, and fates of deferred references by name.

    The records are those of the revision that the run began with; what they hold is that of `revision`, which is a later one
    when failed records were edited and sent again.
    """

    def __init__(self, run: Run, dataset: Dataset, revision: int, *, with_ids: bool = True) -> None:
        """Rebuild it; without ids nothing of the run's folder is touched, whoever works on it."""
        self._run = run
        self._with_ids = with_ids
        self._fates: dict[str, np.ndarray] = {}
        self._updates: dict[str, np.ndarray] = {}
        self._ids: dict[str, IdMap] = {}
        self._gone: dict[str, np.ndarray] = {}  # deleted by edits after the run began
        first = run.get("first_revision", revision)
        if with_ids:
            system.private_folder(run.folder / "ids")
        for plan in dataset.plan.objects:
            size = dataset.extent(plan.name, revision)
            if with_ids:
                self._ids[plan.name] = IdMap(file_of(run.folder, plan.name), size)
            self._fates[plan.name] = _live(dataset, plan.name, first, size)
            if first != revision:
                self._gone[plan.name] = _live(dataset, plan.name, revision, size) == Fate.ABSENT
            for field in deferred_fields(plan):
                self._updates[update_name(plan.name, field)] = _filled(dataset, plan, field, revision, size)
        for name in activation.status_of(run):
            can = activation.can_be(dataset, name, revision, len(self._fates[name]))
            fates = np.where(can & (self._fates[name] != Fate.ABSENT), np.uint8(Fate.WAITING), np.uint8(Fate.ABSENT))
            self._updates[update_name(name, STATUS)] = fates
        self._held = read_held(run)
        self._replay()

    # -- reading -----------------------------------------------------------------------------------------------------

    def fates(self, object_name: str) -> np.ndarray:
        """Return where each record of the object stands (`Fate`), by local key."""
        return self._fates[object_name]

    def update_fates(self, name: str) -> np.ndarray:
        """Return where each cell of a deferred reference (`Object.Field`) stands, by local key."""
        return self._updates[name]

    def ids(self, object_name: str, keys: np.ndarray) -> np.ndarray:
        """Return 18-byte ids of records by local key, empty where the record is not in the org or the key is negative."""
        return self._ids[object_name].take(keys)

    def known_ids(self, object_name: str) -> np.ndarray:
        """Return the ids of all records of the object that this run knows to be in the org."""
        return self._ids[object_name].known()

    def of(self, job: Job) -> np.ndarray:
        """Return the fates that the job's outcome changes."""
        return self._updates[update_name(job.object, job.field)] if job.field else self._fates[job.object]

    # -- changing ----------------------------------------------------------------------------------------------------

    def mark(self, fates: np.ndarray, keys: np.ndarray, fate: Fate) -> None:
        """Move records."""
        fates[keys] = fate

    def apply(self, job: Job, found: Outcome) -> None:
        """Take over what became of a job's records."""
        mine = found.keys >= 0
        keys = found.keys[mine]
        self.of(job)[keys] = found.fates[mine]
        if self._with_ids and job.operation in jobs.MAKING:
            there = found.ids[mine] != b""
            self._ids[job.object].put(keys[there], found.ids[mine][there])

    def doubt_flights(self) -> int:
        """Count what is in flight as in doubt, for a run that rests without having asked; return how many records that are."""
        flying = [(fates, fates == Fate.IN_FLIGHT) for fates in (*self._fates.values(), *self._updates.values())]
        for fates, mask in flying:
            fates[mask] = Fate.IN_DOUBT
        with self._run.transaction() as db:
            self.write_counts(db)
        return sum(int(mask.sum()) for _, mask in flying)

    def write_counts(self, db: sqlite3.Connection) -> None:
        """Bring the journal's counts up to date, inside the transaction of the line that changes them."""
        assert db.in_transaction
        for position, (name, fates) in enumerate(self._fates.items()):
            self._run.set_counts("insert", name, position, outcome.count(fates))
        for position, (name, fates) in enumerate(self._updates.items()):
            self._run.set_counts("update", name, position, outcome.count(fates))

    # -- rebuilding --------------------------------------------------------------------------------------------------

    def _replay(self) -> None:
        """Apply every settled job in order, and between them the times when records were put back to waiting."""
        again = list(self._run.get("sent_again", []))
        for id_map in self._ids.values():
            id_map.clear()
        for job in jobs.read_jobs(self._run, operations=(*jobs.MAKING, "update")):
            while again and again[0] < job.number:
                again.pop(0)
                self._put_back()
            if job.phase is Phase.SETTLED:
                self.apply(job, Outcome.read(jobs.files_of(self._run, job).outcome))
            elif job.phase.in_flight:
                self.of(job)[jobs.files_of(self._run, job).read_keys()] = Fate.IN_FLIGHT
        if again:
            self._put_back()
        for name, keys in self._held.items():
            waits = keys[self._fates[name][keys] == Fate.WAITING]
            self._fates[name][waits] = Fate.HELD
        for name, gone in self._gone.items():
            self._fates[name][gone & (self._fates[name] == Fate.WAITING)] = Fate.ABSENT

    def _put_back(self) -> None:
        for fates in self._fates.values():
            fates[np.isin(fates, _SENT_AGAIN)] = Fate.WAITING
        for fates in self._updates.values():  # filling a reference twice does no harm
            fates[np.isin(fates, (*_SENT_AGAIN, Fate.IN_DOUBT))] = Fate.WAITING


def send_again(run: Run, *, revision: int | None = None) -> None:
    """Put the failed and unprocessed records of a run back to waiting; held ones follow by themselves.

    Those in doubt are asked about once more before anything is sent. With a `revision` of the dataset the records go as they
    are in that one.
    """
    last = run.read("SELECT coalesce(max(number), 0) FROM jobs")[0][0]
    with run.line("intent", "retry"):
        run.put("sent_again", [*run.get("sent_again", []), int(last)])
        run.put("recount", True)
        if revision is not None and revision != run.get("revision"):
            run.put("first_revision", run.get("first_revision", run.get("revision")))
            run.put("revision", revision)


def _live(dataset: Dataset, name: str, revision: int, size: int) -> np.ndarray:
    """All records waiting; numbers of deleted records absent."""
    fates = np.full(size, Fate.ABSENT, np.uint8)
    for batch in dataset.batches(name, revision=revision, columns=[RECORD]):
        fates[vectors.numbers(batch.column(RECORD))] = Fate.WAITING
    return fates


def _filled(dataset: Dataset, plan: ObjectPlan, field: str, revision: int, size: int) -> np.ndarray:
    """The records whose deferred reference is filled waiting; the others absent."""
    reference = next(one for one in plan.references if one.field == field)
    wanted = [RECORD, field, *([target_column(field)] if needs_target(reference) else [])]
    fates = np.full(size, Fate.ABSENT, np.uint8)
    for batch in dataset.batches(plan.name, revision=revision, columns=wanted):
        filled = ~vectors.nulls(batch.column(wanted[-1]))
        fates[vectors.numbers(batch.column(RECORD))[filled]] = Fate.WAITING
    return fates
