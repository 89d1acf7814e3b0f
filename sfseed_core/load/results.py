"""The result files of a job: every cell a text, values over several lines, only the columns that are needed."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from sfseed_core.dataset import vectors
from sfseed_core.errors import DataError
from sfseed_core.load import ids, match
from sfseed_core.load.jobs import Phase
from sfseed_core.load.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from sfseed_core.load.jobs import Job, JobFiles

_BLOCK = 1 << 22  # must hold the longest line; an org's longest record is 400,000 characters
ID, ERROR, CREATED = "sf__Id", "sf__Error", "sf__Created"


def read_texts(path: Path, columns: Sequence[str]) -> pa.Table:
    """Return the named columns of a CSV file as texts; names are compared without case.

    An empty file has no rows. Raises DataError when a column is not there.
    """
    found = header(path)
    if not found:
        return pa.table({name: pa.nulls(0, pa.string()) for name in columns})
    spelled = {name.lower(): name for name in found}
    missing = [name for name in columns if name.lower() not in spelled]
    if missing:
        raise DataError(f"{path.name}: the org's answer has no column {', '.join(missing)}")
    wanted = [spelled[name.lower()] for name in columns]
    table = pa_csv.read_csv(
        path,
        read_options=pa_csv.ReadOptions(block_size=_BLOCK, use_threads=False),  # two threads take twice the CPU time
        parse_options=pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.string()),
            include_columns=wanted,
            strings_can_be_null=False,
            quoted_strings_can_be_null=False,
            null_values=[],
        ),
    )
    # with no column asked for the reader gives them all: only the number of rows is wanted then
    return table.select(wanted).rename_columns(list(columns))


def header(path: Path) -> list[str]:
    """Return the column names of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file), [])


@dataclass(frozen=True, slots=True)
class Lines:
    """The result lines of a job: first the successes, then the failures, then what was not processed.

    `keys` are match keys, `ids` 18-byte ids (empty but for successes), `errors` the org's texts (null but for failures).
    """

    keys: pa.Array
    ids: np.ndarray
    errors: pa.Array
    succeeded: int
    failed: int
    unprocessed: int

    def __len__(self) -> int:
        return self.succeeded + self.failed + self.unprocessed

    def by_id(self) -> Lines:
        """Return them in the order in which records are given to them: the successes by ascending id."""
        found = self.ids[: self.succeeded]
        if (found[1:] >= found[:-1]).all():
            return self
        order = np.arange(len(self))
        order[: self.succeeded] = np.argsort(found, kind="stable")
        places = vectors.integers(order)
        return replace(self, keys=self.keys.take(places), ids=self.ids[order], errors=self.errors.take(places))


def read_lines(job: Job, files: JobFiles) -> Lines:
    """Read the result files of a job, those that are there."""
    tables = [_read(job, files, kind) for kind in ("successful", "failed", "unprocessed")]
    lines = pa.concat_tables(tables)
    return Lines(
        keys=vectors.one_array(lines["key"]),
        ids=ids.from_texts(lines["id"]),
        errors=vectors.one_array(lines["error"]),
        succeeded=tables[0].num_rows,
        failed=tables[1].num_rows,
        unprocessed=tables[2].num_rows,
    )


def _read(job: Job, files: JobFiles, kind: str) -> pa.Table:
    """One result file as columns `key`, `id` and `error`."""
    path = files.results(kind)
    if not path.exists():
        return _table(pa.nulls(0, pa.string()), None, None)
    key = job.match.columns
    own = [name for name in (ID,) if kind == "successful"] + [name for name in (ERROR,) if kind == "failed"]
    table = read_texts(path, [*own, *key])
    return _table(
        match.keys(table, job.match),
        table[ID] if kind == "successful" else None,
        table[ERROR] if kind == "failed" else None,
    )


def _table(keys: pa.Array, found: pa.ChunkedArray | None, errors: pa.ChunkedArray | None) -> pa.Table:
    empty = pa.nulls(len(keys), pa.string())
    columns = {"key": keys, "id": empty if found is None else found, "error": empty if errors is None else errors}
    return pa.table({name: vectors.one_array(column) for name, column in columns.items()})


def read_sent(job: Job, files: JobFiles) -> pa.Array:
    """Return the match keys of the rows that were sent, in the order of their local keys' file."""
    return match.keys(read_texts(files.sent, job.match.columns), job.match)


def made_ids(job: Job, files: JobFiles) -> np.ndarray:
    """Return the id of every record that the org made for a job whose results are there, settled or not."""
    if job.phase is Phase.SETTLED:
        return Outcome.read(files.outcome).made
    path = files.results("successful")
    if not path.exists():
        return np.zeros(0, ids.ID)
    table = read_texts(path, [ID, CREATED])
    found = ids.from_texts(table[ID])
    if job.operation == "upsert":
        found = found[_is_true(table[CREATED])]
    return found


def changed_ids(files: JobFiles) -> np.ndarray:
    """Return the ids of the records that an upsert's results name as changed, not made."""
    path = files.results("successful")
    if not path.exists():
        return np.zeros(0, ids.ID)
    table = read_texts(path, [ID, CREATED])
    found: np.ndarray = ids.from_texts(table[ID])[~_is_true(table[CREATED])]
    return found


def _is_true(column: pa.ChunkedArray) -> np.ndarray:
    true: np.ndarray = vectors.mask(pc.equal(pc.utf8_lower(column), vectors.texts(["true"])[0]))
    return true
