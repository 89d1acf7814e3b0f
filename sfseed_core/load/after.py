"""What a run left: the id of every record that is in, and the records that are not, with the org's words beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core import system
from sfseed_core.dataset import vectors
from sfseed_core.dataset.export.csv import CsvEncoder
from sfseed_core.dataset.export.disarm import disarmed
from sfseed_core.dataset.export.readable import readable
from sfseed_core.load import ids
from sfseed_core.load.failures import lost_records
from sfseed_core.load.held_because import held_lines
from sfseed_core.load.jobs import files_of
from sfseed_core.load.outcome import Fate, Outcome
from sfseed_core.load.report import ERROR_COLUMN, ID_COLUMN, settled_jobs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.journal import Run

IDS_SCHEMA = pa.schema([("object", pa.string()), ("record", pa.int64()), ("id", pa.string())])
RECORD_COLUMN = "Record"


def record_ids(run: Run) -> Iterator[pa.Table]:
    """Give the object, local key and id of every record that the run put into the org, a table a job."""
    for job in settled_jobs(run):
        found = Outcome.read(files_of(run, job).outcome)
        mine = (found.keys >= 0) & (found.fates == Fate.SUCCEEDED) & (found.ids != b"")
        known = ids.to_texts(found.ids[mine])
        names = pa.repeat(job.object, len(known))
        yield pa.table([names, vectors.integers(found.keys[mine]), known], schema=IDS_SCHEMA)


def write_errors(run: Run, dataset: Dataset, folder: Path) -> dict[Path, int]:
    """Write a CSV for each object (and each reference filled later) of which records are not in; return their sizes.

    Those that were held back are among them, with what keeps them back in the place of the org's error. The
    columns are those of Salesforce's failed results, then the record's number in the dataset, then its cells.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[Path, int] = {}
    for (name, field), lost in _not_in(run, dataset).items():
        table = lost.sort_by("record")
        records = readable(
            dataset.plan.object(name),
            dataset.take(name, vectors.numbers(table["record"]), revision=run.get("revision")),
        )
        columns = {ID_COLUMN: table["id"], ERROR_COLUMN: table["error"], RECORD_COLUMN: table["record"]}
        columns |= {one: records[one] for one in records.column_names if one not in columns}
        called = ".".join(system.safe_name(one) for one in (name, field) if one is not None)
        path = folder / f"{called}.errors.csv"
        path.write_bytes(CsvEncoder(tuple(columns)).whole(disarmed(pa.table(columns))))
        written[path] = table.num_rows
    return written


def missing(run: Run, object_name: str) -> np.ndarray:
    """Return the numbers of the object's records that the org refused or left undone, ascending."""
    found = [vectors.numbers(lost["record"]) for (name, _), lost in lost_records(run).items() if name == object_name]
    return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)


def _not_in(run: Run, dataset: Dataset) -> dict[tuple[str, str | None], pa.Table]:
    """The records that failed or were left undone, and those that were held back because of them."""
    found = lost_records(run)
    for name, keys, texts in held_lines(run, dataset):
        object_name, _, field = name.partition(".")
        columns = {"record": vectors.integers(keys), "id": pa.nulls(len(keys), pa.string()), "error": texts}
        before = found.get((object_name, field or None))
        mine = pa.table(columns)
        found[object_name, field or None] = mine if before is None else pa.concat_tables([before, mine])
    return found
