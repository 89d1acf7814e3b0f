"""Undo: what a run brought into an org is deleted again, children first; journalled and resumable like the load.

Nothing but the run's folder is needed, unless jobs of the load are still in flight: those are settled first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core import system
from sfseed_core.clock import SYSTEM
from sfseed_core.dataset import vectors
from sfseed_core.errors import DataError, SfseedError
from sfseed_core.events import SILENT
from sfseed_core.load import activation, before, changes, ids, jobs, outcome, results
from sfseed_core.load.beside import Departure
from sfseed_core.load.bind import bind
from sfseed_core.load.engine import Engine
from sfseed_core.load.feeds import BY_ID, plan_jobs
from sfseed_core.load.foresee import read_kept
from sfseed_core.load.jobs import Job, Phase, files_of
from sfseed_core.load.ledger import Ledger
from sfseed_core.load.match import slices
from sfseed_core.load.options import DEFAULT
from sfseed_core.load.outcome import Fate, Outcome
from sfseed_core.load.patience import StopRequested
from sfseed_core.load.room import give_up_reserve, room_for
from sfseed_core.load.single import NOTHING
from sfseed_core.load.status import Counts, RunState

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.events import Observer
    from sfseed_core.load.journal import Run
    from sfseed_core.load.options import Options
    from sfseed_core.load.status import RunStatus
    from sfseed_core.org.client import Org
    from sfseed_core.org.guard import GuardedOrg
    from sfseed_core.schema.model import ObjectSchema

_DELETED_AS = {"ContentVersion": ("ContentDocument", "ContentDocumentId")}  # SALESFORCE.md 9.6: a version alone stays
_PASSES = 3  # a record that others held back may go once those are gone
_TOLD = 3


def undo(
    run: Run,
    org: GuardedOrg,
    dataset: Callable[[], Dataset],
    *,
    observer: Observer = SILENT,
    clock: Clock = SYSTEM,
    options: Options = DEFAULT,
) -> RunStatus:
    """Delete every record that the run is known to have created, or go on with that.

    `dataset` opens the run's dataset, for jobs of the load that were never settled. What the org does not let go of is
    noted in the run. Raises GuardRefused when the org is not the run's.
    """
    bind(run, org, org.org_id)
    run.observe(observer)
    run.set_state(RunState.UNDO)
    try:
        with room_for(run):
            _settle_load(run, org, dataset, observer=observer, clock=clock, options=options)
            ledger = UndoLedger(run, org.org)
            engine = Engine(run, org, ledger, {}, observer=observer, clock=clock, options=options, phase="undo")
            with run.transaction() as db:
                ledger.write_counts(db)
            _delete(run, org, engine, ledger, options)
    except SfseedError as error:
        run.set_state(RunState.UNDO, error=str(error))
        raise
    return run.status()


def beyond_undo(schema: Mapping[str, ObjectSchema]) -> tuple[str, ...]:
    """Say for each object whose records an undo cannot take back that this is so."""
    return tuple(
        f"{name}: records cannot be deleted, so an undo leaves them"
        for name, one in schema.items()
        if not one.deletable and name not in _DELETED_AS
    )


def _settle_load(
    run: Run,
    org: GuardedOrg,
    dataset: Callable[[], Dataset],
    *,
    observer: Observer,
    clock: Clock,
    options: Options,
) -> None:
    rest = frozenset(Phase) - {Phase.SETTLED, Phase.ABANDONED}
    if not jobs.read_jobs(run, phases=rest, operations=(*jobs.MAKING, "update")):
        return
    opened = dataset()
    ledger = Ledger(run, opened, run.get("revision"))
    engine = Engine(run, org, ledger, opened.schema, observer=observer, clock=clock, options=options, phase="load")
    try:
        engine.end_flights()
    except DataError as error:  # what cannot be matched can be deleted all the same: its ids are known
        run.note(f"results of the load could not be read; what they name is deleted: {error.message}")


def _delete(run: Run, org: GuardedOrg, engine: Engine, ledger: UndoLedger, options: Options) -> None:
    try:
        engine.take_stock()
        for number in range(_PASSES):
            before_it = ledger.taken_back()
            engine.drive(_restorings(run, ledger, step, options) for step in ledger.restored)
            for stage in reversed(ledger.stages):
                engine.drive(_jobs(run, ledger, step, options) for step in stage)
            if not ledger.try_refused_again() or (number and ledger.taken_back() == before_it):
                break  # what is left is locked, or others hold it: a pass that frees nothing is not repeated
            engine.drive(_clearings(run, ledger, step, field, options) for step, field in ledger.holding())
        changes.restore(run, org, engine.patience)
    except StopRequested:
        engine.end_flights()
        run.set_state(RunState.UNDO, error="stopped")
        run.clear_stop()
        return
    ledger.give_up()
    _note_leftovers(run, ledger)
    run.set_state(RunState.UNDONE)
    give_up_reserve(run)


def _jobs(run: Run, ledger: UndoLedger, step: str, options: Options) -> Iterator[Departure]:
    """The delete jobs of one step's records."""
    fates = ledger.fates[step]
    for round_ in range(options.rounds):
        waiting = np.flatnonzero(fates == Fate.WAITING)
        blank = Job(0, step, ledger.object_of[step], "delete", None, False, Phase.PLANNED, 0, round_, BY_ID)
        for rows in slices(waiting, options.rows_per_job):
            texts = pa.table({"Id": ids.to_texts(ledger.ids[step][rows])})
            yield from map(Departure, plan_jobs(run, blank, BY_ID, texts, rows, most_bytes=options.bytes_per_job))


def _clearings(run: Run, ledger: UndoLedger, step: str, field: str, options: Options) -> Iterator[Departure]:
    """The jobs that empty a reference of records that could not be deleted: both of a pair may restrict the other's end."""
    name = _clearing(step, field)
    blank = Job(0, name, ledger.object_of[step], "clear", field, False, Phase.PLANNED, 0, 0, BY_ID)
    waiting = np.flatnonzero((ledger.fates[step] == Fate.WAITING) & (ledger.cleared[name] == Fate.WAITING))
    for rows in slices(waiting, options.rows_per_job):
        emptied = pa.repeat(NOTHING, len(rows))
        texts = pa.table({"Id": ids.to_texts(ledger.ids[step][rows]), field: emptied})
        yield from map(Departure, plan_jobs(run, blank, BY_ID, texts, rows, most_bytes=options.bytes_per_job))


def _restorings(run: Run, ledger: UndoLedger, step: str, options: Options) -> Iterator[Departure]:
    """The jobs that give records which the load changed their old values again."""
    name, known = ledger.restored[step]
    fates = ledger.fates_restored[step]
    for round_ in range(options.rounds):
        blank = Job(0, step, name, "restore", None, False, Phase.PLANNED, 0, round_, BY_ID)
        for rows in slices(np.flatnonzero(fates == Fate.WAITING), options.rows_per_job):
            at = vectors.integers(rows)
            texts = {"Id": ids.to_texts(known.ids[rows])}
            for column in known.values.column_names:
                old = vectors.one_array(known.values[column]).take(at)
                texts[column] = pc.if_else(pc.equal(old, ""), NOTHING, old)
            yield from map(Departure, plan_jobs(run, blank, BY_ID, pa.table(texts), rows, most_bytes=options.bytes_per_job))


def _clearing(step: str, field: str) -> str:
    return f"clear {field} of {step}"


def _note_leftovers(run: Run, ledger: UndoLedger) -> None:
    for step, fates in ledger.fates.items():
        left = int(((fates != Fate.SUCCEEDED) & (fates != Fate.ABSENT)).sum())
        if left:
            why = "; ".join(ledger.reasons.get(step, ())) or "the org did not say why"
            run.note(f"{left:,} {ledger.object_of[step]} records could not be deleted: {why}")
    for step, fates in ledger.fates_restored.items():
        left = int(((fates != Fate.SUCCEEDED) & (fates != Fate.ABSENT)).sum())
        if left:
            why = "; ".join(ledger.reasons.get(step, ())) or "the org did not say why"
            run.note(f"{left:,} {ledger.restored[step][0]} records could not be changed back: {why}")
    kept = sum(int((fates == Fate.ABSENT).sum()) for fates in ledger.fates.values())
    if kept:
        run.note(f"{kept:,} records were kept: changed by others since, or needed by what others added")
    doubtful = sum(counts.in_doubt for counts in run.counts("insert").values())
    if doubtful:
        run.note(f"{doubtful:,} records were in doubt; those of them that the org has under unknown ids were not deleted")


class UndoLedger:
    """The ids that a run created, by step of the load in which it did, and how far their deletion has come."""

    def __init__(self, run: Run, org: Org) -> None:
        self._run = run
        found: list[list[list[str]]] = run.get("stages", [])
        created = {name: object_name for stage in found for name, object_name in stage}
        self.stages = tuple(tuple(name for name, _ in stage) for stage in found)
        self.object_of = {name: _DELETED_AS.get(one, (one, ""))[0] for name, one in created.items()}
        self.ids = {name: _ids(run, org, number, name, one) for number, (name, one) in enumerate(created.items())}
        self.fates = {name: np.full(len(one), Fate.WAITING, np.uint8) for name, one in self.ids.items()}
        kept = read_kept(run)
        for name, fates in self.fates.items():
            fates[np.isin(self.ids[name], kept.get(self.object_of[name], np.zeros(0, ids.ID)))] = Fate.ABSENT
        self.restored = activation.to_make_drafts(run)
        self.restored |= {f"restore {step}": found for step, found in before.to_restore(run).items()}
        self.fates_restored = {
            step: np.where(
                np.isin(known.ids, kept.get(name, np.zeros(0, ids.ID))), np.uint8(Fate.ABSENT), np.uint8(Fate.WAITING)
            )
            for step, (name, known) in self.restored.items()
        }
        self.reasons: dict[str, tuple[str, ...]] = {}
        self._deferred = tuple(_deferred(run))
        self.cleared = {
            _clearing(*one): np.full(len(self.ids[one[0]]), Fate.WAITING, np.uint8) for one in self._all_holding()
        }
        for job in jobs.read_jobs(run, operations=("delete", "clear", "restore")):
            if job.phase is Phase.SETTLED:
                self.apply(job, Outcome.read(files_of(run, job).outcome))
            elif job.phase.in_flight:
                self.of(job)[files_of(run, job).read_keys()] = Fate.IN_FLIGHT
        self.try_refused_again()

    def of(self, job: Job) -> np.ndarray:
        """Return the fates that the job's outcome changes."""
        if job.operation == "restore":
            return self.fates_restored[job.step]
        return (self.cleared if job.operation == "clear" else self.fates)[job.step]

    def holding(self) -> list[tuple[str, str]]:
        """Return the references, as step of the load and field, of records that could not be deleted so far."""
        return [one for one in self._all_holding() if (self.fates[one[0]] == Fate.WAITING).any()]

    def _all_holding(self) -> list[tuple[str, str]]:
        return [(step, field) for step, name in self.object_of.items() for own, field in self._deferred if own == name]

    def apply(self, job: Job, found: Outcome) -> None:
        """Take over what became of a job's records."""
        mine = found.keys >= 0
        self.of(job)[found.keys[mine]] = found.fates[mine]
        if job.operation == "clear":
            return
        texts = found.errors.unique().drop_null().slice(0, _TOLD).to_pylist()
        if (found.fates != Fate.SUCCEEDED).any() and texts:
            self.reasons[job.step] = tuple(texts)

    def try_refused_again(self) -> bool:
        """Put records that the org did not delete back to waiting; say whether that may help: others are gone since."""
        every = [*self.fates.values(), *self.fates_restored.values()]
        stuck = [(fates == Fate.FAILED) | (fates == Fate.UNPROCESSED) for fates in every]
        for fates, mask in zip(every, stuck, strict=True):
            fates[mask] = Fate.WAITING
        return any(mask.any() for mask in stuck)

    def taken_back(self) -> int:
        """Return how many records are deleted or changed back so far."""
        every = [*self.fates.values(), *self.fates_restored.values()]
        return sum(int(np.count_nonzero(fates == Fate.SUCCEEDED)) for fates in every)

    def give_up(self) -> None:
        """Count what still waits after the last pass as failed."""
        for fates in (*self.fates.values(), *self.fates_restored.values()):
            fates[fates == Fate.WAITING] = Fate.FAILED
        with self._run.transaction() as db:
            self.write_counts(db)

    def write_counts(self, db: sqlite3.Connection) -> None:
        """Bring the journal's counts up to date, by object."""
        assert db.in_transaction
        for position, name in enumerate(dict.fromkeys(self.object_of.values())):
            parts = [fates for step, fates in self.fates.items() if self.object_of[step] == name]
            counts: Counts = outcome.count(np.concatenate(parts))
            self._run.set_counts("undo", name, position, counts)
        there_before = {
            step: name for step, (name, _) in self.restored.items() if not step.startswith(activation.DEACTIVATE)
        }
        for position, name in enumerate(dict.fromkeys(there_before.values()), len(self.object_of)):
            parts = [self.fates_restored[step] for step, own in there_before.items() if own == name]
            self._run.set_counts("undo", f"{name} (changed back)", position, outcome.count(np.concatenate(parts)))


def _deferred(run: Run) -> Iterator[tuple[str, str]]:
    """The references that update passes of the load filled, as object and field."""
    for step in run.get("old_values", {}):
        name, _, field = step.removeprefix("update ").partition(".")
        yield name, field


def _ids(run: Run, org: Org, number: int, step: str, object_name: str) -> np.ndarray:
    """The ids to delete for what a step of the load created, in a list that is drawn up once."""
    path: Path = system.private_folder(run.folder / "undo") / f"{number:04}.ids"
    if not path.exists():
        known = jobs.read_jobs(run, phases={Phase.SETTLED, Phase.FETCHED}, operations=jobs.MAKING)
        found = [results.made_ids(one, files_of(run, one)) for one in known if one.step == step]
        created = np.unique(np.concatenate([*found, np.zeros(0, ids.ID)]))
        created = created[created != b""]
        if object_name in _DELETED_AS and len(created):
            created = _wholes(org, object_name, created, path.with_suffix(".csv"))
        system.write_durably(path, created.tobytes())
    return np.frombuffer(path.read_bytes(), ids.ID)


def _wholes(org: Org, object_name: str, created: np.ndarray, path: Path) -> np.ndarray:
    """The ids of the records that have to be deleted in place of those that were created."""
    field = _DELETED_AS[object_name][1]
    org.bulk_query(f"SELECT Id, {field} FROM {object_name}", path)  # noqa: S608 - names of the table below
    table = results.read_texts(path, ["Id", field])
    path.unlink()
    return np.unique(ids.from_texts(table[field])[np.isin(ids.from_texts(table["Id"]), created)])
