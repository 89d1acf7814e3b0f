"""An upload as a job processes it: checked as a whole first, then read in chunks from any record on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from sfseed_emulator import columns
from sfseed_emulator.bulk.csv_in import (
    MAX_COLUMNS,
    MAX_HEADER,
    BadUpload,
    Dialect,
    check_line_ends,
    check_record,
    records,
    values,
)
from sfseed_emulator.columns import NoColumn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfseed_emulator.bulk.csv_in import Record
    from sfseed_emulator.bulk.job import Job
    from sfseed_emulator.bulk.store import JobStore
    from sfseed_emulator.schema import ObjectDef, OrgSchema

_CHECKED_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Rows:
    """Some records of an upload, and the place (in bytes) behind them."""

    values: list[list[str]]
    end: int


@dataclass(frozen=True, slots=True)
class Upload:
    """The uploaded CSV of a job; `start` is the place of the first record behind the header."""

    store: JobStore
    job: Job
    header: tuple[str, ...]
    start: int

    def chunks(self, offset: int, size: int) -> Iterator[Rows]:
        """Read records from a place on, `size` at a time."""
        dialect = Dialect(self.job.separator, self.job.newline)
        pattern = dialect.row_pattern()
        found = records(self.store.upload(self.job, offset), offset, self.job.newline)
        while batch := list(islice(found, size)):
            yield Rows(values([record.text for record in batch], dialect, pattern), batch[-1].end)

    def unprocessed(self, offset: int) -> Iterator[Rows]:
        """Read what was not processed, a few thousand records at a time."""
        return self.chunks(max(offset, self.start), _CHECKED_AT_ONCE)

    def check(self) -> None:
        """Read everything once and raise BadUpload at the first record that cannot be read."""
        width = len(self.header)
        for rows in self.chunks(self.start, _CHECKED_AT_ONCE):
            for row in rows.values:
                check_record(row, width)


def opened(store: JobStore, job: Job) -> Upload:
    """Read the header of a job's upload."""
    first: Record | None = next(records(store.upload(job), 0, job.newline), None)
    if first is None:
        raise BadUpload("InvalidBatch : Records not found")
    if len(first.text) > MAX_HEADER:
        raise BadUpload(f"InvalidBatch : The header row is too long (max {MAX_HEADER} characters)")
    dialect = Dialect(job.separator, job.newline)
    header = values([first.text], dialect, dialect.row_pattern())[0]
    return Upload(store, job, tuple(header), first.end)


def check_upload(store: JobStore, job: Job, schema: OrgSchema) -> Upload:
    """Check line ends, header and every record's form, as Salesforce does before it processes the first row."""
    check_line_ends(store.upload(job), job.line_ending)
    upload = opened(store, job)
    found = schema.get(job.object)
    assert found is not None, "the job's creation checked the object"
    check_header(schema, found, job.operation, upload.header)
    upload.check()
    return upload


def check_header(schema: OrgSchema, found: ObjectDef, doing: str, header: Sequence[str]) -> None:
    """Refuse a header with a name that the job's object does not have."""
    if len(header) > MAX_COLUMNS:
        raise BadUpload(f"InvalidBatch : Too many columns (max {MAX_COLUMNS})")
    seen: set[str] = set()
    operation: columns.Operation = "update" if doing == "update" else "insert"
    for name in header:
        if name.lower() in seen:
            raise BadUpload(f"InvalidBatch : Duplicate field name : {name}")
        seen.add(name.lower())
        column = columns.resolve(schema, found, name, operation, "csv")
        if isinstance(column, NoColumn) and column.job_error:
            raise BadUpload(column.job_error)
    if doing == "delete" and seen != {"id"}:
        raise BadUpload("InvalidBatch : A delete batch must only have the field Id")
