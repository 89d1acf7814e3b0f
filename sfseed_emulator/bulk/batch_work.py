"""Processing a batch of Bulk API 1: rows in chunks of 200, results in the order of the rows."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING

from sfseed_emulator import dml, soap_text
from sfseed_emulator.bulk import batch_rows, csv_out
from sfseed_emulator.bulk.batches import (
    ABORTED,
    COMPLETED,
    CSV,
    FAILED,
    IN_PROGRESS,
    JSON,
    NOT_PROCESSED,
    PENDING,
    QUERIES,
    REQUEST,
    RESULT,
)
from sfseed_emulator.bulk.csv_in import BadUpload
from sfseed_emulator.bulk.query_job import bulk_plan, cell
from sfseed_emulator.bulk.upload import check_header
from sfseed_emulator.errors import ApiError
from sfseed_emulator.row_locks import Holder
from sfseed_emulator.soql.errors import SoqlError
from sfseed_emulator.soql.execute import execute, prepare
from sfseed_emulator.soql.literals import datetime_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sfseed_emulator.bulk.batch_rows import Row
    from sfseed_emulator.bulk.batches import Batch, BatchJob, BatchStore
    from sfseed_emulator.bulk.ingest import JobFaults
    from sfseed_emulator.columns import Source
    from sfseed_emulator.outcome import RowResult
    from sfseed_emulator.state import OrgState

CHUNK = 200
SERIAL = "Serial"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d\.\d{3}\+0000)?")
MOST_ROWS = 10_000


def process(state: OrgState, store: BatchStore, batch: Batch, faults: JobFaults) -> Iterator[None]:
    """Process a batch from where it stands; pauses after each chunk."""
    job = store.job(batch.job_id)
    assert job is not None, "a batch is made for a job"
    if job.state == ABORTED:
        _end(state, store, batch.id, NOT_PROCESSED)
        return
    if job.operation in QUERIES:
        _query(state, store, job, batch)
        return
    try:
        rows = _rows(state, store, job, batch)
    except BadUpload as error:
        _end(state, store, batch.id, FAILED, error.message)
        return
    contends = faults.lets_contend(job) and job.concurrency != SERIAL
    try:
        for at in range(batch.chunks * CHUNK, len(rows), CHUNK):
            holder = Holder(batch.id, 0, at // CHUNK) if contends else None
            if not _save_chunk(state, store, job, batch.id, rows[at : at + CHUNK], holder):
                return
            yield
    finally:
        state.locks.ended(batch.id)
    _end(state, store, batch.id, COMPLETED)


def broken(state: OrgState, store: BatchStore, batch_id: str, error: Exception) -> None:
    """End a batch that the emulator itself cannot process."""
    _end(state, store, batch_id, FAILED, f"InternalServerError : {type(error).__name__}: {error}")


def _end(state: OrgState, store: BatchStore, batch_id: str, ended: str, message: str | None = None) -> None:
    with state.transaction():
        current = store.batch(batch_id)
        if current is not None and current.state in PENDING:
            store.save(replace(current, state=ended, message=message, modstamp=datetime_text(state.now())))


def _rows(state: OrgState, store: BatchStore, job: BatchJob, batch: Batch) -> list[Row]:
    header, rows = batch_rows.read(job.content_type, store.data(batch.id, REQUEST))
    if len(rows) > MOST_ROWS:
        raise BadUpload(f"InvalidBatch : Number of records in the batch exceeds the limit of {MOST_ROWS}")
    if header:
        check_header(state.schema, state.schema.objects[job.object], job.operation, header)
    return rows


def _save_chunk(
    state: OrgState, store: BatchStore, job: BatchJob, batch_id: str, rows: Sequence[Row], holder: Holder | None
) -> bool:
    began = perf_counter()
    with state.transaction():
        current, now = store.batch(batch_id), store.job(job.id)
        if current is None or current.state not in PENDING:
            return False
        if now is None or now.state == ABORTED:
            store.save(replace(current, state=NOT_PROCESSED))
            return False
        with state.locks.held_by(holder):
            results = _WRITES[job.operation](state, job, rows, "csv" if job.content_type == CSV else "json")
        store.put(batch_id, RESULT, batch_rows.results(job.content_type, results), current.chunks)
        store.save(
            replace(
                current,
                state=IN_PROGRESS,
                modstamp=datetime_text(state.now()),
                processed=current.processed + len(results),
                failed=current.failed + sum(not one.success for one in results),
                chunks=current.chunks + 1,
                total_ms=current.total_ms + int((perf_counter() - began) * 1000),
            )
        )
    return True


def _delete(state: OrgState, job: BatchJob, rows: Sequence[Row], _source: Source) -> list[RowResult]:
    ids = [str(next((value for name, value in row.items() if name.lower() == "id"), "")) for row in rows]
    return dml.delete(state, job.object, ids)


_WRITES: Mapping[str, Callable[[OrgState, BatchJob, Sequence[Row], Source], list[RowResult]]] = {
    "insert": lambda state, job, rows, source: dml.insert(state, job.object, rows, source),
    "update": lambda state, job, rows, source: dml.update(state, job.object, rows, source),
    "upsert": lambda state, job, rows, source: dml.upsert(state, job.object, rows, source, str(job.external_id)),
    "delete": _delete,
}
OPERATIONS = frozenset(_WRITES) | QUERIES


# Queries


def _query(state: OrgState, store: BatchStore, job: BatchJob, batch: Batch) -> None:
    text = store.data(batch.id, REQUEST).decode("utf-8", "replace").strip()
    try:
        count, data = _QUERIED[job.content_type](state, job, text)
    except (ApiError, SoqlError) as error:
        message = f"InvalidBatch : Failed to process query: {error.code}: {error.message.strip()}"
        _end(state, store, batch.id, FAILED, message)
        return
    with state.transaction():
        store.put(batch.id, RESULT, data)
        store.save(replace(batch, state=COMPLETED, processed=count, modstamp=datetime_text(state.now())))


def _query_csv(state: OrgState, job: BatchJob, text: str) -> tuple[int, bytes]:
    plan = bulk_plan(state, text, all_rows=job.operation == "queryAll", version=job.api_version)
    with state.lock:
        prepare(state.db)
        rows = state.db.execute(plan.sql, plan.values).fetchall()
    cells = [cell(output) for output in plan.columns]
    lines: list[list[object]] = [[output.name for output in plan.columns], *([read(row) for read in cells] for row in rows)]
    return len(rows), csv_out.lines(lines, ",", "\n").encode("utf-8")


def _query_records(state: OrgState, job: BatchJob, text: str) -> list[dict[str, object]]:
    bulk_plan(state, text, all_rows=job.operation == "queryAll", version=job.api_version, typeof=True)
    return execute(state, text, all_rows=job.operation == "queryAll", version=job.api_version).records


def _query_json(state: OrgState, job: BatchJob, text: str) -> tuple[int, bytes]:
    records = _query_records(state, job, text)
    return len(records), json.dumps([_in_milliseconds(one) for one in records], ensure_ascii=False).encode("utf-8")


def _in_milliseconds(record: Mapping[str, object]) -> dict[str, object]:
    """Write dates and date-times as milliseconds since 1970, as Bulk API 1 does in JSON and nothing else."""
    return {name: _in_milliseconds(value) if isinstance(value, dict) else _number(value) for name, value in record.items()}


def _number(value: object) -> object:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return value
    whole = value if "T" in value else f"{value}T00:00:00.000+0000"
    return int(datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp() * 1000)


def _query_xml(state: OrgState, job: BatchJob, text: str) -> tuple[int, bytes]:
    records = _query_records(state, job, text)
    written = soap_text.Markup("".join(f'<records xsi:type="sObject">{_sobject(one)}</records>' for one in records))
    return len(records), batch_rows.document("queryResult", written)


def _sobject(record: Mapping[str, object]) -> str:
    attributes = record["attributes"]
    assert isinstance(attributes, dict)
    own = {name: value for name, value in record.items() if name != "attributes"}
    return soap_text.tag("type", attributes["type"]) + "".join(_field(name, value) for name, value in own.items())


def _field(name: str, value: object) -> str:
    nested = isinstance(value, dict) and "attributes" in value
    return soap_text.tag(name, soap_text.Markup(_sobject(value)) if nested else value)  # type: ignore[arg-type]  # checked


_QUERIED = {CSV: _query_csv, JSON: _query_json, "XML": _query_xml}
