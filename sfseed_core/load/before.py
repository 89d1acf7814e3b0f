"""What records that the org had before held: looked up and written down before a job that changes them is created.

An upsert changes the records whose external id its rows name; an update pass changes them once more. Kept beside each job are
the old values of the cells that it sends, so that an undo can give them back. What was there at the first look counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core import system
from sfseed_core.dataset import vectors
from sfseed_core.load import ids, jobs, match, results
from sfseed_core.load.jobs import Phase, files_of
from sfseed_core.load.outcome import Fate, Outcome
from sfseed_core.org.found import find_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sfseed_core.load.jobs import Job, JobFiles
    from sfseed_core.load.journal import Run
    from sfseed_core.org.client import Org
    from sfseed_core.schema.model import Field

_ID, _RECORD = "Id", "record"
_NUMBERS = frozenset({"double", "int", "currency", "percent", "long"})
_CHANGED = (int(Fate.SUCCEEDED), int(Fate.IN_DOUBT), int(Fate.IN_FLIGHT))


@dataclass(frozen=True, slots=True)
class Before:
    """What was there: `ids` by the local keys `records`, and old `values`: "" for an empty cell, null for one left alone."""

    records: np.ndarray
    ids: np.ndarray
    values: pa.Table

    def only(self, wanted: np.ndarray) -> Before:
        """Return the records where `wanted` is true."""
        places = vectors.integers(np.flatnonzero(wanted))
        return Before(self.records[wanted], self.ids[wanted], self.values.take(places))


def look(run: Run, org: Org, job: Job, fields: Mapping[str, Field]) -> None:
    """Write down what the records that the job will change hold now; does nothing where that is written already."""
    files = files_of(run, job)
    if files.before.exists():
        return
    if job.operation == "upsert":
        _write(files, _by_key(org, job, files, fields))
    elif job.operation == "update" and (changed := changed_ids(run, job.object)) is not None:
        found = _by_id(org, job, files, changed)
        if found is not None:
            _write(files, found)


def read(files: JobFiles) -> Before | None:
    """Return what was written down for a job; None where nothing was, as for jobs that only make records."""
    if not files.before.exists():
        return None
    with pa.OSFile(str(files.before), "rb") as file:
        table = pa.ipc.open_file(file).read_all()
    values = table.drop_columns([_RECORD, _ID])
    return Before(vectors.numbers(table[_RECORD]), ids.from_texts(table[_ID]), values)


def changed_ids(run: Run, object_name: str) -> np.ndarray | None:
    """Return the ids of the object's records that were there before upserts of the run; None where it has none."""
    upserts = [one for one in _sent(run, ("upsert",)) if one.object == object_name]
    found = [known.ids for one in upserts if (known := read(files_of(run, one))) is not None]
    return np.unique(np.concatenate(found)) if found else None


def to_restore(run: Run) -> dict[str, tuple[str, Before]]:
    """Return, by the load's step, the object and the old values of its records that the run has changed, or may have."""
    seen: dict[tuple[str, str | None], np.ndarray] = {}
    found: dict[str, tuple[str, list[Before]]] = {}
    for job in _sent(run, ("upsert", "update")):
        known = read(files_of(run, job))
        if known is None:
            continue
        earlier = seen.get((job.object, job.field), np.zeros(0, ids.ID))
        mine = known.only(~np.isin(known.ids, earlier) & _changed(run, job, known))
        seen[job.object, job.field] = np.union1d(earlier, mine.ids)
        if len(mine.ids):
            found.setdefault(job.step, (job.object, []))[1].append(mine)
    return {step: (name, _joined(parts)) for step, (name, parts) in found.items()}


def changed(run: Run) -> int:
    """Return how many records upserts of the run changed that were there before."""
    return sum(int(mine.sum()) for _, found in _upserted(run) if (mine := _only_changed(found)) is not None)


def not_known(run: Run) -> dict[str, int]:
    """Return how many records of each object upserts changed of which it is not known here what they held before.

    Others made them between the look and the job, or the run was brought here from another machine.
    """
    counts: dict[str, int] = {}
    for job, found in _upserted(run):
        known, mine = read(files_of(run, job)), _only_changed(found)
        if mine is not None:
            fresh = mine if known is None else mine & ~np.isin(found.keys, known.records)
            counts[job.object] = counts.get(job.object, 0) + int(fresh.sum())
    return {name: count for name, count in counts.items() if count}


def tell_overtaken(run: Run) -> None:
    """Note in the run the records that others made between the look at what was there and the upsert that changed them."""
    for name, count in not_known(run).items():
        run.note(
            f"{count:,} {name} records were made by others with the same key while this load was at work, and it changed "
            "them: what they held before is not known, so an undo leaves them as they are"
        )


def _upserted(run: Run) -> Iterator[tuple[Job, Outcome]]:
    for job in jobs.read_jobs(run, phases={Phase.SETTLED}, operations=("upsert",)):
        path = files_of(run, job).outcome
        if path.exists():
            yield job, Outcome.read(path)


def _only_changed(found: Outcome) -> np.ndarray | None:
    """Which rows changed a record that was there; None where the org did not say so."""
    if found.created is None:
        return None
    mine: np.ndarray = (found.fates == Fate.SUCCEEDED) & ~found.created & (found.keys >= 0)
    return mine


def _sent(run: Run, operations: Sequence[str]) -> list[Job]:
    """The jobs that the org may have worked on."""
    given_up = {Phase.ABANDONED, Phase.PLANNED}
    return jobs.read_jobs(run, phases=frozenset(Phase) - given_up, operations=operations)


def _changed(run: Run, job: Job, known: Before) -> np.ndarray:
    """Which of the records the job has changed, or may have."""
    if job.phase is not Phase.SETTLED:
        return np.ones(len(known.ids), bool)
    found = Outcome.read(files_of(run, job).outcome)
    mine = np.isin(found.fates, _CHANGED)
    if found.created is not None:  # deleted by others after the look: the job made it anew
        mine &= ~found.created
    return np.isin(known.records, found.keys[mine])


def _joined(parts: Sequence[Before]) -> Before:
    return Before(
        np.concatenate([one.records for one in parts]),
        np.concatenate([one.ids for one in parts]),
        pa.concat_tables([one.values for one in parts], promote_options="default"),
    )


def _by_key(org: Org, job: Job, files: JobFiles, fields: Mapping[str, Field]) -> Before:
    """The records that the rows of an upsert name by their external id."""
    (key,) = job.match.columns
    sent = results.read_texts(files.sent, results.header(files.sent))
    known = fields.get(key)
    quoted = known is None or known.type not in _NUMBERS
    wanted: list[str] = [one for one in sent[key].unique().to_pylist() if one]
    columns = [name for name in sent.column_names if _can_be_read(fields.get(name))]
    found = _table(columns, find_by(org, job.object, columns, key, wanted, quoted=quoted))
    place = match.places(match.keys(sent, job.match), vectors.one_array(match.keys(found, job.match)))
    return _beside(files.read_keys(), sent, columns, found, place)


def _by_id(org: Org, job: Job, files: JobFiles, changed: np.ndarray) -> Before | None:
    """The records of an update pass that were there before the run."""
    sent = results.read_texts(files.sent, results.header(files.sent))
    own = np.isin(ids.from_texts(sent[_ID]), changed)
    if not own.any():
        return None
    columns = [name for name in sent.column_names if name != _ID]
    wanted: list[str] = sent[_ID].filter(vectors.booleans(own)).to_pylist()
    found = _table(columns, find_by(org, job.object, columns, _ID, wanted))
    place = match.places(vectors.one_array(sent[_ID]), vectors.one_array(found[_ID]))
    return _beside(files.read_keys(), sent, columns, found, np.where(own, place, -1))


def _beside(keys: np.ndarray, sent: pa.Table, columns: Sequence[str], found: pa.Table, place: np.ndarray) -> Before:
    """Old values of the rows that have a place among what was found, for the cells that are sent."""
    rows = np.flatnonzero(place >= 0)
    taken, at = vectors.integers(place[rows]), vectors.integers(rows)
    values = {}
    for name in columns:
        old = vectors.one_array(found[name]).take(taken)
        emptied = vectors.booleans(vectors.numbers(_lengths(sent[name].take(at))) > 0)
        values[name] = pa.compute.if_else(emptied, old, pa.nulls(len(old), pa.string()))
    return Before(keys[rows], ids.from_texts(vectors.one_array(found[_ID]).take(taken)), pa.table(values))


def _lengths(column: pa.ChunkedArray) -> pa.Array:
    return vectors.one_array(pa.compute.binary_length(column))


def _table(columns: Sequence[str], rows: Iterator[dict[str, str]]) -> pa.Table:
    found = list(rows)  # of one job
    names = list(dict.fromkeys((_ID, *columns)))
    return pa.table({name: pa.array([row[name] for row in found], pa.string()) for name in names})


def _can_be_read(field: Field | None) -> bool:
    return field is None or field.type != "base64"


def _write(files: JobFiles, found: Before) -> None:
    columns = {_RECORD: vectors.integers(found.records.astype(np.int64)), _ID: ids.to_texts(found.ids)}
    table = pa.table(columns | {name: found.values[name] for name in found.values.column_names})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    system.write_durably(files.before, sink.getvalue())
