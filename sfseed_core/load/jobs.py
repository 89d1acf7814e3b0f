"""The jobs of a run: which records went into which Bulk job, how far it came, and its files in the run's folder.

Up to `CLOSING` nothing has happened in the org and a job may be given up; from there it is never sent again.
"""

from __future__ import annotations

import dataclasses
import io
import json
import os
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa

from sfseed_core import system
from sfseed_core.dataset.export.csv import CsvEncoder
from sfseed_core.load.match import MatchKey

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection
    from pathlib import Path

    from sfseed_core.load.journal import Run

Operation = Literal["insert", "upsert", "update", "delete", "clear", "restore"]
"""What a job does; `clear` empties references that would keep records from being deleted, `restore` brings old values back."""
MAKING: tuple[Operation, ...] = ("insert", "upsert")
"""Operations that bring records in."""
RESULT_KINDS = ("successful", "failed", "unprocessed", "census")


class Phase(StrEnum):
    """How far a job came; `ABANDONED` ones never reached `CLOSING`."""

    PLANNED = "planned"
    CREATING = "creating"
    CREATED = "created"
    UPLOADING = "uploading"
    UPLOADED = "uploaded"
    CLOSING = "closing"
    CLOSED = "closed"
    ENDED = "ended"
    FETCHED = "fetched"
    SETTLED = "settled"
    ABANDONED = "abandoned"

    @property
    def in_flight(self) -> bool:
        """Whether the org may be working on it, or has, and its records are not settled yet."""
        return self in {Phase.CLOSING, Phase.CLOSED, Phase.ENDED, Phase.FETCHED}


@dataclass(frozen=True, slots=True)
class Job:
    """One job: `rows` records of an object, sent together.

    `step` names the step it belongs to; `single` ones go record by record, for objects that Bulk refuses. `round` counts
    how often its records were sent before. `opened` and `ended` are instants on the org's clock; `match` is how result
    lines find their records. `intended` is when, on our clock, the creation was intended.
    """

    number: int
    step: str
    object: str
    operation: Operation
    field: str | None
    single: bool
    phase: Phase
    rows: int
    round: int
    match: MatchKey
    job_id: str | None = None
    opened: str | None = None
    ended: str | None = None
    org_state: str | None = None
    processed: int | None = None
    failed: int | None = None
    error: str | None = None
    intended: str | None = None


def verb(operation: Operation) -> Literal["insert", "upsert", "update", "delete"]:
    """Return what an org calls the operation."""
    return "update" if operation in {"clear", "restore"} else operation  # type: ignore[return-value]


_COLUMNS = tuple(one.name for one in dataclasses.fields(Job))


def add(db: sqlite3.Connection, job: Job) -> Job:
    """Write a new job into the journal, inside a transaction; its number is drawn if it is 0."""
    values = [_to_column(getattr(job, name)) for name in _COLUMNS]
    values[0] = job.number or None
    marks = ", ".join("?" * len(values))
    cursor = db.execute(f"INSERT INTO jobs ({', '.join(_COLUMNS)}) VALUES ({marks})", values)  # noqa: S608 - our names
    return dataclasses.replace(job, number=int(cursor.lastrowid or 0))


def change(db: sqlite3.Connection, job: Job, **fields: Any) -> Job:
    """Write what changed of a job, inside a transaction, and return the job as it is now."""
    sets = ", ".join(f"{name} = ?" for name in fields)
    values = [_to_column(value) for value in fields.values()]
    db.execute(f"UPDATE jobs SET {sets} WHERE number = ?", (*values, job.number))  # noqa: S608 - our names
    return dataclasses.replace(job, **fields)


def read_jobs(run: Run, *, phases: Collection[Phase] = tuple(Phase), operations: Collection[str] = ()) -> list[Job]:
    """Return the jobs in these phases (and of these operations, if named), in the order they were planned."""
    rows = run.read(f"SELECT {', '.join(_COLUMNS)} FROM jobs ORDER BY number")  # noqa: S608 - our names
    found = [_from_row(row) for row in rows]
    return [one for one in found if one.phase in phases and (not operations or one.operation in operations)]


def _to_column(value: Any) -> Any:
    if isinstance(value, MatchKey):
        return json.dumps(dataclasses.asdict(value))
    return int(value) if isinstance(value, bool) else value


def _from_row(row: tuple[Any, ...]) -> Job:
    values = dict(zip(_COLUMNS, row, strict=True))
    match = {name: tuple(columns) for name, columns in json.loads(values["match"]).items()}
    return Job(**values | {"phase": Phase(values["phase"]), "single": bool(values["single"]), "match": MatchKey(**match)})


@dataclass(frozen=True, slots=True)
class JobFiles:
    """Where a job's files are.

    `sent` (CSV) and `keys` (the local keys of its rows) are there before the job is created, the results once it ended,
    `outcome` once it is settled; then all others are gone, but for `before`, without which an undo could not change back.
    """

    folder: Path
    number: int

    @property
    def sent(self) -> Path:
        """The CSV that was uploaded."""
        return self.folder / f"{self.number:06}.csv"

    @property
    def keys(self) -> Path:
        """The local keys of the rows of `sent`, in its order."""
        return self.folder / f"{self.number:06}.keys.npy"

    @property
    def outcome(self) -> Path:
        """What became of each record."""
        return self.folder / f"{self.number:06}.outcome.arrow"

    @property
    def before(self) -> Path:
        """What the records that the job changes held before (`load.before`)."""
        return self.folder / f"{self.number:06}.before.arrow"

    def results(self, kind: str) -> Path:
        """The result lines of a kind, as the org gave them."""
        return self.folder / f"{self.number:06}.{kind}.csv"

    def read_keys(self) -> np.ndarray:
        """Return the local keys of the sent rows."""
        keys: np.ndarray = np.load(self.keys, allow_pickle=False)
        return keys

    def write(self, texts: pa.Table, keys: np.ndarray) -> int:
        """Keep what is about to be sent, durably; return the size of the CSV."""
        with pa.OSFile(str(self.sent), "wb") as sink:
            CsvEncoder(texts.column_names).write([texts], sink)
        with self.sent.open("rb+") as file:
            os.fsync(file.fileno())
        packed = io.BytesIO()
        np.save(packed, keys, allow_pickle=False)
        system.write_durably(self.keys, packed.getvalue())
        return self.sent.stat().st_size

    def clear(self) -> None:
        """Remove everything but the outcome: no more data is kept than needed."""
        results = (self.results(kind) for kind in RESULT_KINDS)
        for path in (self.sent, self.keys, *results):
            path.unlink(missing_ok=True)


def files_of(run: Run, job: Job) -> JobFiles:
    """Return where the job's files are."""
    return JobFiles(system.private_folder(run.folder / "jobs"), job.number)
