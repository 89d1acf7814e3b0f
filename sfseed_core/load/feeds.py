"""From the waiting records of a step to planned jobs, one at a time: memory and disk hold what is being sent, not more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core.dataset import vectors
from sfseed_core.dataset.export.csv import CsvEncoder
from sfseed_core.load import ids, jobs, match
from sfseed_core.load.jobs import Job, Phase, files_of
from sfseed_core.load.match import MatchKey
from sfseed_core.load.outcome import Fate
from sfseed_core.load.steps import update_name
from sfseed_core.load.texts import insert_texts, local_keys, point, refers_to_symbol
from sfseed_core.recipe.columns import RECORD, needs_target, target_column

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.journal import Run
    from sfseed_core.load.ledger import Ledger
    from sfseed_core.load.options import Options
    from sfseed_core.load.resolve import Resolver
    from sfseed_core.load.steps import Step

_READ_BYTES = 16_000_000
_SAMPLE = 256
BY_ID = MatchKey(("Id",))


class Feeds:
    """Plans the jobs of a run's steps."""

    def __init__(
        self, run: Run, dataset: Dataset, revision: int, ledger: Ledger, resolver: Resolver, options: Options
    ) -> None:
        self._run, self._dataset, self._revision = run, dataset, revision
        self._ledger, self._resolver, self._options = ledger, resolver, options

    def of(self, step: Step) -> Iterator[Job]:
        """Give the jobs of a step until none of its records waits; records that came back unsent go once more."""
        plan = self._inserts if step.kind == "insert" else self._updates
        for round_ in range(self._options.rounds):
            found = False
            for job in plan(step, round_):
                found = True
                yield job
            if not found:
                return

    # -- inserts -----------------------------------------------------------------------------------------------------

    def _inserts(self, step: Step, round_: int) -> Iterator[Job]:
        fates = self._ledger.fates(step.object)
        if not (fates == Fate.WAITING).any():
            return
        blank = Job(0, step.name, step.object, "insert", None, False, Phase.PLANNED, 0, round_, MatchKey(()))
        for table in self._tables(step.object, None):
            waiting = (fates[local_keys(table)] == Fate.WAITING) & _in_part(table, step)
            if waiting.any():
                yield from self._insert_jobs(step, blank, _rows(table, waiting))

    def _insert_jobs(self, step: Step, blank: Job, table: pa.Table) -> Iterator[Job]:
        plan = self._dataset.plan.object(step.object)
        texts, held = insert_texts(table, plan, left_out=step.deferred, parents=self._ledger, resolver=self._resolver)
        keys = local_keys(table)
        self._hold(self._ledger.fates(step.object), keys[held])
        texts, keys = _rows(texts, ~held), keys[~held]
        for share in match.shares(texts, self._dataset.schema[step.object].fields):
            for rows in match.slices(share.rows, self._options.rows_per_job):
                yield from self._planned(blank, share.key, texts.take(match.positions(rows)), keys[rows])

    # -- updates -----------------------------------------------------------------------------------------------------

    def _updates(self, step: Step, round_: int) -> Iterator[Job]:
        assert step.field is not None
        fates = self._ledger.update_fates(update_name(step.object, step.field))
        if not (fates == Fate.WAITING).any():
            return
        reference = next(one for one in self._dataset.plan.object(step.object).references if one.field == step.field)
        columns = [RECORD, step.field, *([target_column(step.field)] if needs_target(reference) else [])]
        blank = Job(0, step.name, step.object, "update", step.field, False, Phase.PLANNED, 0, round_, BY_ID)
        for whole in self._tables(step.object, columns):
            table = _rows(whole, fates[local_keys(whole)] == Fate.WAITING)
            keys = local_keys(table)
            pointers = point(table, reference, self._ledger, self._resolver)
            held = pointers.missing | (self._ledger.fates(step.object)[keys] != Fate.SUCCEEDED)
            self._hold(fates, keys[held])
            texts = pa.table(
                {
                    "Id": ids.to_texts(self._ledger.ids(step.object, keys[~held])),
                    step.field: ids.to_texts(pointers.ids[~held]),
                }
            )
            yield from self._planned(blank, BY_ID, texts, keys[~held])

    # -- both --------------------------------------------------------------------------------------------------------

    def _tables(self, object_name: str, columns: Sequence[str] | None) -> Iterator[pa.Table]:
        """The object's records, in pieces whose size suits their width."""
        sample = self._dataset.read(object_name, 0, _SAMPLE, revision=self._revision, columns=columns)
        width = sample.nbytes // max(1, sample.num_rows) + 1
        size = int(np.clip(_READ_BYTES // width, 200, self._options.rows_per_job))
        for batch in self._dataset.batches(object_name, revision=self._revision, columns=columns, size=size):
            yield pa.Table.from_batches([batch])

    def _hold(self, fates: np.ndarray, keys: np.ndarray) -> None:
        if len(keys):
            with self._run.transaction() as db:
                fates[keys] = Fate.HELD
                self._ledger.write_counts(db)

    def _planned(self, blank: Job, key: MatchKey, texts: pa.Table, keys: np.ndarray) -> Iterator[Job]:
        if len(keys):
            yield from plan_jobs(self._run, blank, key, texts, keys, most_bytes=self._options.bytes_per_job)


def plan_jobs(run: Run, blank: Job, key: MatchKey, texts: pa.Table, keys: np.ndarray, *, most_bytes: int) -> Iterator[Job]:
    """Write the files of a job and then the job; when the file would be too large, of two jobs with half of it each.

    The second job is planned when it is asked for.
    """
    csv = CsvEncoder(texts.column_names).whole(texts)
    if len(csv) > most_bytes and len(keys) > 1:
        middle = len(keys) // 2
        del csv
        yield from plan_jobs(run, blank, key, texts.slice(0, middle), keys[:middle], most_bytes=most_bytes)
        yield from plan_jobs(run, blank, key, texts.slice(middle), keys[middle:], most_bytes=most_bytes)
        return
    with run.transaction() as db:
        job = jobs.add(db, replace(blank, rows=len(keys), match=key))
        files_of(run, job).write(csv, keys)
    yield job


def _in_part(table: pa.Table, step: Step) -> np.ndarray:
    """Which rows belong to the step's part of an object that is inserted in two."""
    if step.part == "all" or step.first_pass is None:
        return np.ones(table.num_rows, bool)
    first = refers_to_symbol(table, *step.first_pass)
    return first if step.part == "first" else ~first


def _rows(table: pa.Table, wanted: np.ndarray) -> pa.Table:
    return table if wanted.all() else table.take(vectors.integers(np.flatnonzero(wanted)))
