"""Processing an ingest job: chunks of 200 rows, each saved with its result lines and the job's progress in one transaction."""

from __future__ import annotations

import random
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from sfseed_emulator import dml, limits
from sfseed_emulator.bulk import csv_out
from sfseed_emulator.bulk.csv_in import BadUpload
from sfseed_emulator.bulk.job import COMPLETE, FAILED, IN_PROGRESS, UPLOADED, Job
from sfseed_emulator.bulk.store import FAILURE, SUCCESS
from sfseed_emulator.bulk.upload import check_upload
from sfseed_emulator.language import language
from sfseed_emulator.outcome import RowResult
from sfseed_emulator.row_locks import Holder
from sfseed_emulator.soql.literals import datetime_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sfseed_emulator.bulk.batches import BatchJob
    from sfseed_emulator.bulk.store import JobStore
    from sfseed_emulator.bulk.upload import Rows
    from sfseed_emulator.outcome import RowError
    from sfseed_emulator.state import OrgState

CHUNK = 200
BATCH = 10_000
CHUNKS = BATCH // CHUNK


class JobFaults(Protocol):
    """What may go wrong while a job is processed."""

    def chunk_error(self, job: Job) -> str | None:
        """Return the errorMessage with which the job is to fail now, None to go on."""

    def saves_failed_chunk(self, job: Job) -> bool:
        """Say whether the rows of the chunk at which the job just failed are saved all the same, without result lines."""

    def echo(self, job: Job) -> Callable[[Sequence[str], list[str]], list[str]] | None:
        """Return what changes the columns that a result line repeats (header, values), None for nothing."""

    def refuses_row(self, job: Job) -> Callable[[int], RowError | None] | None:
        """Return what says of a row's number (from 0) with which error it fails, None for no such row."""

    def lets_contend(self, job: Job | BatchJob) -> bool:
        """Say whether rows fail that need a record which another batch holds."""

    def loses_line(self, job: Job) -> Callable[[int], bool] | None:
        """Return what says of a row's number (from 0) that it gets no result line, None for no such row."""

    def counts_lost_rows(self, job: Job) -> bool:
        """Say whether rows without a line are in the job's counters."""


def process(state: OrgState, store: JobStore, job: Job, faults: JobFaults) -> Iterator[None]:
    """Process a job from where it stands; pauses after each chunk, so that several jobs can take turns."""
    try:
        upload = check_upload(store, job, state.schema)
    except BadUpload as error:
        _change(state, store, job, {"state": FAILED, "error": error.message})
        return
    if not _change(state, store, job, {"state": IN_PROGRESS}):
        return
    try:
        for rows in upload.chunks(max(job.offset, upload.start), CHUNK):
            if not _save_chunk(state, store, job, upload.header, rows, faults):
                return
            yield
    finally:
        state.locks.ended(job.id)
    _change(state, store, job, {"state": COMPLETE})


def broken(state: OrgState, store: JobStore, job_id: str, error: Exception) -> None:
    """End a job that the emulator itself cannot process."""
    with state.transaction():
        for job in store.pending():
            if job.id == job_id:
                store.save(replace(job, state=FAILED, error=f"InternalServerError : {type(error).__name__}: {error}"))


def _change(state: OrgState, store: JobStore, job: Job, changes: Mapping[str, Any]) -> bool:
    """Write a change of the job, unless it was aborted or deleted meanwhile."""
    with state.transaction():
        current = store.find(job.id, job.kind)
        if current is None or current.state not in (UPLOADED, IN_PROGRESS):
            return False
        store.save(replace(current, modstamp=datetime_text(state.now()), **changes))
    return True


def _save_chunk(state: OrgState, store: JobStore, job: Job, header: Sequence[str], rows: Rows, faults: JobFaults) -> bool:
    began = perf_counter()
    with state.transaction():
        current = store.find(job.id, job.kind)
        if current is None or current.state != IN_PROGRESS:
            return False
        failure = faults.chunk_error(current) or _batch_error(state, current)
        if failure is not None:
            if faults.saves_failed_chunk(current):
                _written(state, current, [dict(zip(header, row, strict=True)) for row in rows.values], faults)
            store.save(replace(current, state=FAILED, error=failure, modstamp=datetime_text(state.now())))
            return False
        results = _written(state, current, [dict(zip(header, row, strict=True)) for row in rows.values], faults)
        listed = _listed(store, current, header, rows.values, results, faults)
        spent = int((perf_counter() - began) * 1000)
        store.save(
            replace(
                current,
                processed=current.processed + (len(results) if faults.counts_lost_rows(job) else listed),
                failed=current.failed + sum(not result.success for result in results),
                chunks=current.chunks + 1,
                offset=rows.end,
                total_ms=current.total_ms + spent,
                active_ms=current.active_ms + spent,
            )
        )
    return True


def _batch_error(state: OrgState, job: Job) -> str | None:
    """Count an internal batch at its first chunk; the day's allowance may be used up."""
    if job.chunks % CHUNKS:
        return None
    if limits.used(state, limits.BULK_BATCHES) >= state.options.daily_bulk_batches:
        return "ExceededQuota : ApiBatchItems Limit exceeded."
    limits.use(state, limits.BULK_BATCHES)
    return None


# ---- the writes


def _written(state: OrgState, job: Job, rows: list[Mapping[str, object]], faults: JobFaults) -> list[RowResult]:
    """Write the rows but those that a fault refuses; one result per row, in their order."""
    refuses = faults.refuses_row(job)
    errors = {at: refuses(job.chunks * CHUNK + at) if refuses else None for at in range(len(rows))}
    holder = Holder(job.id, job.chunks // CHUNKS, job.chunks % CHUNKS) if faults.lets_contend(job) else None
    with state.locks.held_by(holder):
        saved = iter(_WRITES[job.operation](state, job, [row for at, row in enumerate(rows) if errors[at] is None]))
    return [next(saved) if (error := errors[at]) is None else _refused(row, error) for at, row in enumerate(rows)]


def _refused(row: Mapping[str, object], error: RowError) -> RowResult:
    given = next((str(value) for name, value in row.items() if name.lower() == "id" and value), None)
    return RowResult(given, False, (error,))


def _insert(state: OrgState, job: Job, rows: list[Mapping[str, object]]) -> list[RowResult]:
    return dml.insert(state, job.object, rows, "csv")


def _update(state: OrgState, job: Job, rows: list[Mapping[str, object]]) -> list[RowResult]:
    return dml.update(state, job.object, rows, "csv")


def _upsert(state: OrgState, job: Job, rows: list[Mapping[str, object]]) -> list[RowResult]:
    return dml.upsert(state, job.object, rows, "csv", str(job.external_id))


def _delete(state: OrgState, job: Job, rows: list[Mapping[str, object]]) -> list[RowResult]:
    return dml.delete(state, job.object, [str(next(iter(row.values()))) for row in rows])


_WRITES: Mapping[str, Callable[[OrgState, Job, list[Mapping[str, object]]], list[RowResult]]] = {
    "insert": _insert,
    "update": _update,
    "upsert": _upsert,
    "delete": _delete,
}
OPERATIONS = frozenset(_WRITES)


# ---- the result lines


def _listed(
    store: JobStore, job: Job, header: Sequence[str], rows: list[list[str]], results: Sequence[RowResult], faults: JobFaults
) -> int:
    """Keep the chunk's result lines, in an order of their own, and return how many there are."""
    order = list(range(len(rows)))
    random.Random(f"{job.id}:{job.chunks}").shuffle(order)  # noqa: S311 - Salesforce promises no order, so there is none
    echo, loses = faults.echo(job), faults.loses_line(job)
    success: list[list[str]] = []
    failure: list[list[str]] = []
    for at in order:
        if loses is not None and loses(job.chunks * CHUNK + at):
            continue
        result = results[at]
        columns = rows[at] if echo is None else echo(header, rows[at])
        if result.success:
            success.append([str(result.id), "true" if result.created else "false", *columns])
        else:
            failure.append([result.id or "", error_text(in_language(store.state, result.errors)), *columns])
    for kind, lines in ((SUCCESS, success), (FAILURE, failure)):
        store.add_lines(job, kind, job.chunks, len(lines), csv_out.lines(lines, job.separator, job.newline))
    return len(success) + len(failure)


def in_language(state: OrgState, errors: Sequence[RowError]) -> Sequence[RowError]:
    """Return errors with their texts in the org's language."""
    known = language(state.options.language)
    return errors if known is None else [replace(one, message=known.message(one.message)) for one in errors]


def error_text(errors: Sequence[RowError]) -> str:
    """Return errors as `sf__Error` shows them."""
    return "".join(
        f"{error.code}:{error.message}:{' '.join(error.fields)}{' ' if error.fields else ''}--" for error in errors
    )
