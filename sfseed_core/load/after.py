"""What a run left: the id of every record that is in, and the records that are not, with the org's words beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core import system
from sfseed_core.dataset import vectors
from sfseed_core.dataset.export.csv import CsvEncoder
from sfseed_core.dataset.export.disarm import disarmed
from sfseed_core.dataset.export.readable import readable
from sfseed_core.load import ids, jobs
from sfseed_core.load.jobs import Phase, files_of
from sfseed_core.load.outcome import Fate, Outcome
from sfseed_core.load.report import ERROR_COLUMN, ID_COLUMN, settled_jobs
from sfseed_core.load.steps import update_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.journal import Run

IDS_SCHEMA = pa.schema([("object", pa.string()), ("record", pa.int64()), ("id", pa.string())])
RECORD_COLUMN = "Record"
_LOST = (int(Fate.FAILED), int(Fate.UNPROCESSED), int(Fate.IN_DOUBT))


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

    The columns are those of Salesforce's failed results, then the record's number in the dataset, then its cells.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[Path, int] = {}
    for (name, field), lost in _lost(run).items():
        table = lost.sort_by("record")
        records = readable(
            dataset.plan.object(name),
            dataset.take(name, vectors.numbers(table["record"]), revision=run.get("revision")),
        )
        columns = {ID_COLUMN: table["id"], ERROR_COLUMN: table["error"], RECORD_COLUMN: table["record"]}
        columns |= {one: records[one] for one in records.column_names if one not in columns}
        path = folder / f"{system.safe_name(update_name(name, field) if field else name)}.errors.csv"
        path.write_bytes(CsvEncoder(tuple(columns)).whole(disarmed(pa.table(columns))))
        written[path] = table.num_rows
    return written


def missing(run: Run, object_name: str) -> np.ndarray:
    """Return the numbers of the object's records that the org refused or left undone, ascending."""
    found = [vectors.numbers(lost["record"]) for (name, _), lost in _lost(run).items() if name == object_name]
    return np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)


def _lost(run: Run) -> dict[tuple[str, str | None], pa.Table]:
    """The records that are not in as things stand, with their error: what a record's last job says counts."""
    seen: dict[tuple[str, str | None], pa.Array] = {}
    lost: dict[tuple[str, str | None], list[pa.Table]] = {}
    for job in reversed(jobs.read_jobs(run, phases={Phase.SETTLED}, operations=(*jobs.MAKING, "update"))):
        found = Outcome.read(files_of(run, job).outcome)
        kind = (job.object, job.field)
        keys = vectors.integers(found.keys)
        later = seen.get(kind, pa.nulls(0, pa.int64()))
        told = vectors.mask(pc.is_in(keys, value_set=later))
        mine = ~told & (found.keys >= 0) & np.isin(found.fates, _LOST)
        seen[kind] = pa.concat_arrays([later, keys])
        if mine.any():
            chosen = vectors.booleans(mine)
            columns = {"record": keys, "id": ids.to_texts(found.ids), "error": found.errors}
            lost.setdefault(kind, []).append(pa.table(columns).filter(chosen))
    return {kind: pa.concat_tables(parts) for kind, parts in lost.items()}
