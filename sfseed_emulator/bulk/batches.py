"""Bulk API 1: jobs of batches that clients cut themselves, kept in the org's database."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

from sfseed_emulator.bulk.store import PART

if TYPE_CHECKING:
    from sfseed_emulator.state import OrgState

OPEN, CLOSED, ABORTED = "Open", "Closed", "Aborted"
QUEUED, IN_PROGRESS, COMPLETED, FAILED, NOT_PROCESSED = "Queued", "InProgress", "Completed", "Failed", "NotProcessed"
PENDING = frozenset({QUEUED, IN_PROGRESS})
CSV, XML, JSON = "CSV", "XML", "JSON"
QUERIES = frozenset({"query", "queryAll"})


@dataclass(frozen=True, slots=True)
class BatchJob:
    """One job; its batches have their own states."""

    id: str
    operation: str
    object: str
    content_type: str
    api_version: str
    created_by: str
    created: str
    modstamp: str
    state: str = OPEN
    external_id: str | None = None
    concurrency: str = "Parallel"


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch of a job; `chunks` of 200 rows are done."""

    id: str
    job_id: str
    created: str
    modstamp: str
    closed: float  # seconds since 1970, for the order and the delay of processing
    state: str = QUEUED
    message: str | None = None
    processed: int = 0
    failed: int = 0
    chunks: int = 0
    total_ms: int = 0


_JOB = tuple(one.name for one in fields(BatchJob))
_BATCH = tuple(one.name for one in fields(Batch))
_TABLES = f"""
CREATE TABLE IF NOT EXISTS "_bulk1_job" ({", ".join(f'"{name}"' for name in _JOB)}, PRIMARY KEY ("id"));
CREATE TABLE IF NOT EXISTS "_bulk1_batch" ({", ".join(f'"{name}"' for name in _BATCH)}, PRIMARY KEY ("id"));
CREATE TABLE IF NOT EXISTS "_bulk1_part" (
    batch TEXT, kind TEXT, part INTEGER, data BLOB, PRIMARY KEY (batch, kind, part)
);
"""
REQUEST, RESULT = "request", "result"


class BatchStore:
    """The tables of Bulk API 1; writes belong inside a transaction of the org's state."""

    def __init__(self, state: OrgState) -> None:
        self.state = state
        with state.lock:
            for statement in _TABLES.split(";"):
                state.db.execute(statement)

    def save_job(self, job: BatchJob) -> None:
        """Write a job."""
        self.state.db.execute(f'INSERT OR REPLACE INTO "_bulk1_job" VALUES ({_marks(_JOB)})', astuple(job))

    def save(self, batch: Batch) -> None:
        """Write a batch."""
        self.state.db.execute(f'INSERT OR REPLACE INTO "_bulk1_batch" VALUES ({_marks(_BATCH)})', astuple(batch))

    def job(self, job_id: str) -> BatchJob | None:
        """Return the job of an 18-character id."""
        with self.state.lock:
            row = self.state.db.execute(f'SELECT {_names(_JOB)} FROM "_bulk1_job" WHERE id = ?', (job_id,)).fetchone()
        return BatchJob(*row) if row else None

    def batch(self, batch_id: str) -> Batch | None:
        """Return the batch of an 18-character id."""
        with self.state.lock:
            statement = f'SELECT {_names(_BATCH)} FROM "_bulk1_batch" WHERE id = ?'
            row = self.state.db.execute(statement, (batch_id,)).fetchone()
        return Batch(*row) if row else None

    def batches(self, job_id: str) -> list[Batch]:
        """Return a job's batches in the order in which they came."""
        return self._batches("job_id = ? ORDER BY id", (job_id,))

    def pending(self) -> list[Batch]:
        """Return the batches that wait or are at work, the first one first."""
        return self._batches(f"state IN ({_marks(PENDING)}) ORDER BY closed, id", tuple(PENDING))

    def _batches(self, where: str, values: tuple[str, ...]) -> list[Batch]:
        with self.state.lock:
            rows = self.state.db.execute(f'SELECT {_names(_BATCH)} FROM "_bulk1_batch" WHERE {where}', values).fetchall()
        return [Batch(*row) for row in rows]

    def put(self, batch_id: str, kind: str, data: bytes, part: int = 0) -> None:
        """Keep what was sent in a batch, or a part of its results."""
        pieces = [data[at : at + PART] for at in range(0, len(data), PART)] if kind == REQUEST else [data]
        rows = ((batch_id, kind, part + at, piece) for at, piece in enumerate(pieces))
        self.state.db.executemany('INSERT INTO "_bulk1_part" VALUES (?, ?, ?, ?)', rows)

    def data(self, batch_id: str, kind: str) -> bytes:
        """Return what was sent in a batch, or its results."""
        return b"".join(self.parts(batch_id, kind))

    def parts(self, batch_id: str, kind: str) -> list[bytes]:
        """Return the kept parts in their order."""
        with self.state.lock:
            rows = self.state.db.execute(
                'SELECT data FROM "_bulk1_part" WHERE batch = ? AND kind = ? ORDER BY part', (batch_id, kind)
            ).fetchall()
        return [row[0] for row in rows]


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _marks(columns: tuple[str, ...] | frozenset[str]) -> str:
    return ", ".join("?" for _ in columns)
