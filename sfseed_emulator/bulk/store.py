"""Jobs, uploads and results in the org's database, so that they are saved with the records or not at all."""

from __future__ import annotations

from dataclasses import astuple, fields
from typing import TYPE_CHECKING

from sfseed_emulator.bulk.job import PENDING, Job

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfseed_emulator.state import OrgState

PART = 1 << 18  # bytes of an upload kept in one row
SUCCESS, FAILURE, HEADER = "success", "failure", "header"

_COLUMNS = tuple(found.name for found in fields(Job))
_TABLES = f"""
CREATE TABLE IF NOT EXISTS "_bulk_job" ({", ".join(f'"{name}"' for name in _COLUMNS)}, PRIMARY KEY ("id"));
CREATE TABLE IF NOT EXISTS "_bulk_upload" (job TEXT, part INTEGER, data BLOB, PRIMARY KEY (job, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS "_bulk_result" (
    job TEXT, kind TEXT, part INTEGER, lines INTEGER, data TEXT, PRIMARY KEY (job, kind, part)
);
"""
_SELECT = f'SELECT {", ".join(f"{chr(34)}{name}{chr(34)}" for name in _COLUMNS)} FROM "_bulk_job"'
_SAVE = f'INSERT OR REPLACE INTO "_bulk_job" VALUES ({", ".join("?" for _ in _COLUMNS)})'


class JobStore:
    """The tables of the jobs; writes belong inside a transaction of the org's state."""

    def __init__(self, state: OrgState) -> None:
        self.state = state
        with state.lock:
            for statement in _TABLES.split(";"):
                state.db.execute(statement)

    def save(self, job: Job) -> None:
        """Write a job."""
        self.state.db.execute(_SAVE, astuple(job))

    def find(self, job_id: str, kind: str) -> Job | None:
        """Return the job of an 18-character id."""
        with self.state.lock:
            row = self.state.db.execute(f"{_SELECT} WHERE id = ? AND kind = ?", (job_id, kind)).fetchone()
        return Job(*row) if row else None

    def listed(self, kind: str, after: str, count: int) -> list[Job]:
        """Return jobs by id, those behind the id `after`."""
        with self.state.lock:
            rows = self.state.db.execute(
                f"{_SELECT} WHERE kind = ? AND id > ? ORDER BY id LIMIT ?", (kind, after, count)
            ).fetchall()
        return [Job(*row) for row in rows]

    def pending(self) -> list[Job]:
        """Return the jobs that wait or are at work, the first closed one first."""
        marks = ", ".join("?" for _ in PENDING)
        with self.state.lock:
            rows = self.state.db.execute(
                f"{_SELECT} WHERE state IN ({marks}) ORDER BY closed, id", tuple(PENDING)
            ).fetchall()
        return [Job(*row) for row in rows]

    def delete(self, job: Job) -> None:
        """Forget a job with its upload and results."""
        for table, column in (("_bulk_job", "id"), ("_bulk_upload", "job"), ("_bulk_result", "job")):
            self.state.db.execute(f'DELETE FROM "{table}" WHERE "{column}" = ?', (job.id,))

    # ---- uploads

    def put_upload(self, job: Job, data: bytes) -> None:
        """Keep the bytes of an upload."""
        parts = ((job.id, at // PART, data[at : at + PART]) for at in range(0, len(data), PART))
        self.state.db.executemany('INSERT INTO "_bulk_upload" VALUES (?, ?, ?)', parts)

    def upload(self, job: Job, offset: int = 0) -> Iterator[bytes]:
        """Read an upload piece by piece from a place on."""
        part, skip = divmod(offset, PART)
        while True:
            with self.state.lock:
                row = self.state.db.execute(
                    'SELECT data FROM "_bulk_upload" WHERE job = ? AND part = ?', (job.id, part)
                ).fetchone()
            if row is None:
                return
            yield row[0][skip:]
            part, skip = part + 1, 0

    # ---- results

    def add_lines(self, job: Job, kind: str, part: int, lines: int, data: str) -> None:
        """Keep result lines of one chunk."""
        if lines:
            self.state.db.execute('INSERT INTO "_bulk_result" VALUES (?, ?, ?, ?, ?)', (job.id, kind, part, lines, data))

    def parts(self, job: Job, kind: str) -> list[tuple[int, int]]:
        """Return (part, lines) of all kept parts, in order."""
        with self.state.lock:
            return self.state.db.execute(
                'SELECT part, lines FROM "_bulk_result" WHERE job = ? AND kind = ? ORDER BY part', (job.id, kind)
            ).fetchall()

    def lines(self, job: Job, kind: str, part: int) -> str:
        """Return the lines of one part."""
        with self.state.lock:
            row = self.state.db.execute(
                'SELECT data FROM "_bulk_result" WHERE job = ? AND kind = ? AND part = ?', (job.id, kind, part)
            ).fetchone()
        return str(row[0]) if row else ""
