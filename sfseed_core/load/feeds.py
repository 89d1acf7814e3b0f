"""From the waiting records of a step to planned jobs, one at a time: memory and disk hold what is being sent, not more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.dataset.store import open_dataset
from sfseed_core.load import activation, ids, jobs, locks, match
from sfseed_core.load.beside import Departure, locked_by, locking_fields
from sfseed_core.load.fit import left_out
from sfseed_core.load.jobs import Job, Phase, files_of
from sfseed_core.load.match import MatchKey
from sfseed_core.load.outcome import Fate
from sfseed_core.load.steps import STATUS, update_name
from sfseed_core.load.texts import insert_texts, local_keys, point, refers_to_symbol
from sfseed_core.recipe.columns import RECORD, needs_target, target_column

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.jobs import Operation
    from sfseed_core.load.journal import Run
    from sfseed_core.load.ledger import Ledger
    from sfseed_core.load.options import Options
    from sfseed_core.load.resolve import Resolver
    from sfseed_core.load.steps import Step
    from sfseed_core.recipe.model import ObjectPlan, ReferencePlan
    from sfseed_core.schema.model import ObjectSchema

_READ_BYTES = 16_000_000
_SAMPLE = 256
BY_ID = MatchKey(("Id",))


class Feeds:
    """Plans the jobs of a run's steps; of all records, or only of these (local keys by object)."""

    def __init__(
        self,
        run: Run,
        dataset: Dataset,
        revision: int,
        ledger: Ledger,
        resolver: Resolver,
        options: Options,
        *,
        only: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        self._run, self._dataset, self._revision = run, dataset, revision
        self._only = only
        self._ledger, self._resolver, self._options = ledger, resolver, options
        self._keys: dict[str, MatchKey] = {}  # by which the last records of a step were told apart

    def of(self, step: Step, round_: int = 0) -> Iterator[Departure]:
        """Give the jobs of a step for its waiting records; `round_` counts how often they were sent before."""
        ways = {"insert": self._inserts, "update": self._updates, "activate": self._activations}
        return ways[step.kind](step, round_)

    # -- inserts -----------------------------------------------------------------------------------------------------

    def _inserts(self, step: Step, round_: int) -> Iterator[Departure]:
        fates = self._ledger.fates(step.object)
        if not (fates == Fate.WAITING).any():
            return
        upsert = self._dataset.plan.object(step.object).upsert
        operation: Operation = "insert" if upsert is None else "upsert"
        key = MatchKey(() if upsert is None else (upsert,))
        blank = Job(0, step.name, step.object, operation, None, False, Phase.PLANNED, 0, round_, key)
        counts = {one.name: one.count for one in self._dataset.plan.objects}
        parent = locks.lock_parent(
            self._dataset.plan.object(step.object), self._dataset.schema[step.object], step.deferred, counts
        )
        for whole in self._laid(step.object, parent):
            yield from self._insert_jobs(step, blank, whole, parent)

    def _insert_jobs(self, step: Step, blank: Job, whole: pa.Table, parent: str | None) -> list[Departure]:
        waiting = (self._ledger.fates(step.object)[local_keys(whole)] == Fate.WAITING) & _in_part(whole, step)
        if not waiting.any():
            return []
        table = _rows(whole, waiting)
        plan = self._dataset.plan.object(step.object)
        texts, held = insert_texts(
            table,
            plan,
            left_out=self._empty(step),
            parents=self._ledger,
            resolver=self._resolver,
        )
        keys = local_keys(table)
        self._hold(self._ledger.fates(step.object), keys[held])
        texts, keys = _rows(texts, ~held), keys[~held]
        order = locks.beside_each_other(texts, parent)
        if order is not None:
            texts, keys = texts.take(match.positions(order)), keys[order]
        found: list[Departure] = []
        schema = self._dataset.schema[step.object]
        if plan.upsert is not None and len(keys):
            texts = _changeable(texts, plan, schema, self._resolver)
            parted = match.alike_apart(texts, blank.match)
        else:
            parted = match.shares(texts, schema.fields, known=self._keys.get(step.name)) if len(keys) else []
        for share in parted:
            self._keys[step.name] = share.key
            part = texts if len(share.rows) == len(keys) else texts.take(match.positions(share.rows))
            own = match.keys(part, share.key) if share.keys is None else share.keys
            found += self._planned(blank, share.key, part, keys[share.rows], locking_fields(schema), own)
        return found

    def texts(self, step: Step, records: np.ndarray) -> tuple[pa.Table, np.ndarray]:
        """Return the cells with which these records go, and their local keys in that order."""
        table = self._take(step.object, records, None)
        plan = self._dataset.plan.object(step.object)
        texts, _ = insert_texts(
            table,
            plan,
            left_out=self._empty(step),
            parents=self._ledger,
            resolver=self._resolver,
        )
        return texts, local_keys(table)

    def _empty(self, step: Step) -> frozenset[str]:
        """The fields that an insert leaves empty: for an update pass, or for good."""
        return step.deferred | left_out(self._run, step.object)

    def _laid(self, object_name: str, parent: str | None) -> Iterator[pa.Table]:
        """The object's records in pieces, those of one lock parent together and, if they can be, in one piece."""
        if self._only is not None:
            yield self._take(object_name, self._only.get(object_name, np.zeros(0, np.int64)), None)
            return
        size = self._piece_size(object_name, None)
        if parent is None:
            count = self._dataset.count(object_name, self._revision)
            starts = range(0, count, size)
            yield from self._streamed(object_name, ((start, min(start + size, count)) for start in starts))
            return
        laid = self._read(object_name, 0, self._dataset.extent(object_name, self._revision), [RECORD, parent])
        records, parents = local_keys(laid), vectors.keys(laid[parent])
        in_order = bool((np.diff(parents) >= 0).all())
        if not in_order:
            order = np.argsort(parents, kind="stable")
            records, parents = records[order], parents[order]
        pieces = locks.cuts(parents, size)
        if in_order:
            yield from self._streamed(object_name, pieces)
        else:
            yield from (self._take(object_name, records[start:stop], None) for start, stop in pieces)

    def _streamed(self, object_name: str, pieces: Iterable[tuple[int, int]]) -> Iterator[pa.Table]:
        """The object's records in their order, cut in pieces that follow each other; each is read once."""
        fresh = open_dataset(self._dataset.path.parents[1], self._dataset.id)
        source = fresh.batches(object_name, revision=self._revision)
        rest: list[pa.RecordBatch] = []
        for start, stop in pieces:
            while sum(one.num_rows for one in rest) < stop - start:
                rest.append(next(source))
            whole = pa.Table.from_batches(rest)
            yield whole.slice(0, stop - start)
            rest = whole.slice(stop - start).to_batches()

    # -- updates -----------------------------------------------------------------------------------------------------

    def _updates(self, step: Step, round_: int) -> Iterator[Departure]:
        assert step.field is not None
        fates = self._ledger.update_fates(update_name(step.object, step.field))
        if not (fates == Fate.WAITING).any():
            return
        if step.field in left_out(self._run, step.object):
            self._hold(fates, np.flatnonzero(fates == Fate.WAITING))
            return
        reference = next(one for one in self._dataset.plan.object(step.object).references if one.field == step.field)
        columns = [RECORD, step.field, *([target_column(step.field)] if needs_target(reference) else [])]
        blank = Job(0, step.name, step.object, "update", step.field, False, Phase.PLANNED, 0, round_, BY_ID)
        for whole in self._wholes(step.object, columns):
            yield from self._update_jobs(blank, reference, _rows(whole, fates[local_keys(whole)] == Fate.WAITING))

    def _update_jobs(self, blank: Job, reference: ReferencePlan, table: pa.Table) -> list[Departure]:
        keys = local_keys(table)
        pointers = point(table, reference, self._ledger, self._resolver)
        held = pointers.missing | (self._ledger.fates(blank.object)[keys] != Fate.SUCCEEDED)
        self._hold(self._ledger.of(blank), keys[held])
        columns = {
            "Id": ids.to_texts(self._ledger.ids(blank.object, keys[~held])),
            reference.field: ids.to_texts(pointers.ids[~held]),
        }
        return self._by_id(blank, pa.table(columns), keys[~held], columns)

    # -- activations -------------------------------------------------------------------------------------------------

    def _activations(self, step: Step, round_: int) -> Iterator[Departure]:
        fates = self._ledger.update_fates(update_name(step.object, STATUS))
        if not (fates == Fate.WAITING).any():
            return
        there = self._ledger.fates(step.object) == Fate.SUCCEEDED
        there &= activation.can_be(self._dataset, step.object, self._revision, len(fates), only=self._is_in)
        self._hold(fates, np.flatnonzero((fates == Fate.WAITING) & ~there))
        blank = Job(0, step.name, step.object, "update", STATUS, False, Phase.PLANNED, 0, round_, BY_ID)
        for keys in match.slices(np.flatnonzero((fates == Fate.WAITING) & there), self._options.rows_per_job):
            status = pa.repeat(activation.status_of(self._run)[step.object], len(keys))
            columns = {"Id": ids.to_texts(self._ledger.ids(step.object, keys)), STATUS: status}
            yield from self._by_id(blank, pa.table(columns), keys, ("Id",))

    def _is_in(self, object_name: str, keys: np.ndarray) -> np.ndarray:
        found: np.ndarray = self._ledger.fates(object_name)[keys] == Fate.SUCCEEDED
        return found

    def _wholes(self, object_name: str, columns: Sequence[str]) -> Iterator[pa.Table]:
        """The object's records in pieces, by number."""
        if self._only is not None:
            yield self._take(object_name, self._only.get(object_name, np.zeros(0, np.int64)), columns)
            return
        for start, stop in self._pieces(object_name, self._piece_size(object_name, columns)):
            yield self._read(object_name, start, stop, columns)

    # -- both --------------------------------------------------------------------------------------------------------

    def _piece_size(self, object_name: str, columns: Sequence[str] | None) -> int:
        """How many records are read at a time: what suits their width."""
        sample = self._read(object_name, 0, _SAMPLE, columns)
        width = sample.nbytes // max(1, sample.num_rows) + 1
        return int(np.clip(_READ_BYTES // width, min(200, self._options.rows_per_job), self._options.rows_per_job))

    def _pieces(self, object_name: str, size: int) -> Iterator[tuple[int, int]]:
        """Ranges of the object's local keys."""
        for start in range(0, self._dataset.extent(object_name, self._revision), size):
            yield start, start + size

    def _read(self, object_name: str, start: int, stop: int, columns: Sequence[str] | None) -> pa.Table:
        """A piece of the records, from a dataset opened for it alone: what it keeps for paging goes with it."""
        fresh = open_dataset(self._dataset.path.parents[1], self._dataset.id)
        return fresh.read(object_name, start, stop, revision=self._revision, columns=columns)

    def _take(self, object_name: str, records: np.ndarray, columns: Sequence[str] | None) -> pa.Table:
        fresh = open_dataset(self._dataset.path.parents[1], self._dataset.id)
        return fresh.take(object_name, np.sort(records), revision=self._revision, columns=columns)

    def _hold(self, fates: np.ndarray, keys: np.ndarray) -> None:
        if len(keys):
            with self._run.transaction() as db:
                fates[keys] = Fate.HELD
                self._ledger.write_counts(db)

    def _by_id(self, blank: Job, texts: pa.Table, keys: np.ndarray, locking: Collection[str]) -> list[Departure]:
        return self._planned(blank, BY_ID, texts, keys, locking, match.keys(texts, BY_ID))

    def _planned(
        self, blank: Job, key: MatchKey, texts: pa.Table, keys: np.ndarray, locking: Collection[str], own: pa.Array
    ) -> list[Departure]:
        """Plan the jobs of these rows; `own` are their match keys."""
        most, size = self._options.bytes_per_job, locks.most_rows(self._options, blank.round)
        found: list[Departure] = []
        for start in range(0, len(keys), size):
            part, mine = texts.slice(start, size), keys[start : start + size]
            locked = locked_by(part, locking)
            planned = plan_jobs(self._run, blank, key, part, mine, most_bytes=most)
            found += [Departure(one, locked, own.slice(start, size) if len(planned) == 1 else None) for one in planned]
        return found


def _changeable(texts: pa.Table, plan: ObjectPlan, schema: ObjectSchema, resolver: Resolver) -> pa.Table:
    """The cells of an upsert, without those that the org takes only when a record is made, in rows of records that it has."""
    assert plan.upsert is not None
    fixed = [name for name in texts.column_names if name in schema.fields and not schema.fields[name].updateable]
    if not fixed:
        return texts
    words = vectors.one_array(texts[plan.upsert]).dictionary_encode()
    keys: list[str | None] = words.dictionary.to_pylist()  # compared as the org compares them, one by one
    known = np.array([bool(one) and resolver.has(plan.name, plan.upsert, str(one)) for one in keys] + [False])
    there = vectors.booleans(known[vectors.keys(words.indices.cast(pa.int64()))])
    for name in fixed:
        cells = pc.if_else(there, pa.nulls(texts.num_rows, pa.string()), vectors.one_array(texts[name]))
        texts = texts.set_column(texts.column_names.index(name), name, cells)
    return texts


def plan_jobs(run: Run, blank: Job, key: MatchKey, texts: pa.Table, keys: np.ndarray, *, most_bytes: int) -> list[Job]:
    """Write the files of a job and then the job; when the file would be too large, of two jobs with half of it each."""
    with run.transaction() as db:
        job = jobs.add(db, replace(blank, rows=len(keys), match=key))
        size = files_of(run, job).write(texts, keys)
        if size <= most_bytes or len(keys) == 1:
            return [job]
        files_of(run, job).clear()
        jobs.change(db, job, phase=Phase.ABANDONED)
    middle = len(keys) // 2
    halves = ((texts.slice(0, middle), keys[:middle]), (texts.slice(middle), keys[middle:]))
    return [job for part, mine in halves for job in plan_jobs(run, blank, key, part, mine, most_bytes=most_bytes)]


def _in_part(table: pa.Table, step: Step) -> np.ndarray:
    """Which rows belong to the step's part of an object that is inserted in two."""
    if step.part == "all" or step.first_pass is None:
        return np.ones(table.num_rows, bool)
    first = refers_to_symbol(table, *step.first_pass)
    return first if step.part == "first" else ~first


def _rows(table: pa.Table, wanted: np.ndarray) -> pa.Table:
    return table if wanted.all() else table.take(vectors.integers(np.flatnonzero(wanted)))
