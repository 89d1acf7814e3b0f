"""Bulk API 1 (`/services/async`): jobs, batches and their results, as older loaders use it."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING

from sfseed_emulator import limits, oauth, soap_text, versions
from sfseed_emulator.bulk import batch_rows
from sfseed_emulator.bulk.batch_work import OPERATIONS
from sfseed_emulator.bulk.batches import (
    ABORTED,
    CLOSED,
    COMPLETED,
    CSV,
    FAILED,
    IN_PROGRESS,
    JSON,
    NOT_PROCESSED,
    OPEN,
    PENDING,
    QUERIES,
    QUEUED,
    REQUEST,
    RESULT,
    XML,
    Batch,
    BatchJob,
    BatchStore,
)
from sfseed_emulator.columns import key_field
from sfseed_emulator.errors import ApiError
from sfseed_emulator.ids import full_id
from sfseed_emulator.routes.route import Answer, Call, Handler, Route
from sfseed_emulator.soql.literals import datetime_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Told = dict[str, object]
    Act = Callable[[Call, BatchStore], Answer]

JOB_PREFIX, BATCH_PREFIX, RESULT_PREFIX = "750", "751", "752"
LARGEST_BATCH = 10_000_000
_XML_TYPE, _JSON_TYPE = "application/xml", "application/json"
_MEDIA = {CSV: "text/csv", XML: _XML_TYPE, JSON: _JSON_TYPE}
_CONCURRENCY: Mapping[object, str] = {
    "Parallel": "Parallel",
    "Serial": "Serial",
    0: "Parallel",
    1: "Serial",
    "0": "Parallel",
}


class Refused(Exception):
    """A request refused as Bulk API 1 refuses it."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
        self.status = status


def _served(act: Act) -> Handler:
    """Check session and version, act, and answer refusals in the request's format."""

    @wraps(act)
    def handler(call: Call) -> Answer:
        try:
            return act(_checked(call), BatchStore(call.state))
        except Refused as refused:
            told: Told = {"exceptionCode": refused.code, "exceptionMessage": refused.message}
            return _answer(told, "error", in_json=_in_json(call), status=refused.status)

    return handler


def _checked(call: Call) -> Call:
    given = call.headers.get("x-sfdc-session", "") or call.headers.get("authorization", "").partition(" ")[2]
    user_id = oauth.user_of(call.state, given.strip())
    if user_id is None:
        raise Refused("InvalidSessionId", "Invalid session id", 401)
    try:
        versions.check(call.params["number"])
        limits.count_call(call.state)
    except ApiError as error:
        code = "ExceededQuota" if error.status == 403 else "InvalidVersion"
        raise Refused(code, f"Api version is not valid: {error.message}") from None
    return replace(call, user_id=user_id, params={**call.params, "version": call.params["number"]})


def _in_json(call: Call) -> bool:
    return _JSON_TYPE in call.headers.get("content-type", "").lower()


def _answer(told: Told, name: str, *, in_json: bool, status: int = 200) -> Answer:
    if in_json:
        return Answer(told, status=status, media_type=_JSON_TYPE)
    return Answer(batch_rows.document(name, told), status=status, media_type=_XML_TYPE)


def _asked(call: Call) -> Mapping[str, object]:
    if _in_json(call):
        try:
            value = json.loads(call.body)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise Refused("InvalidJob", "Unable to parse Job")
        return value
    try:
        root = soap_text.parse_xml(call.body)
    except soap_text.NotXml:
        raise Refused("InvalidJob", "Unable to parse Job") from None
    return {soap_text.local(one): (one.text or "").strip() for one in root}


# Jobs


def _create(call: Call, store: BatchStore) -> Answer:
    """Make a job."""
    asked = _asked(call)
    operation = str(asked.get("operation", ""))
    if operation not in OPERATIONS:
        code = "FeatureNotEnabled" if operation.lower() == "harddelete" else "InvalidJob"
        raise Refused(code, f"Operation is not supported for this user or job: {operation}")
    found = call.state.schema.get(str(asked.get("object", "")))
    if found is None:
        raise Refused("InvalidJob", f"Unable to find object: {asked.get('object')}")
    content = str(asked.get("contentType") or XML)
    if content not in _MEDIA:
        raise Refused("InvalidJob", f"Unsupported content type: {content}")
    key = key_field(found, str(asked.get("externalIdFieldName") or "")) if operation == "upsert" else None
    if operation == "upsert" and key is None:
        raise Refused(
            "InvalidJob", f"External ID was blank or is no key of {found.name}: {asked.get('externalIdFieldName')}"
        )
    now = datetime_text(call.state.now())
    with call.state.transaction():
        job = BatchJob(
            id=call.state.prefixed_ids(JOB_PREFIX, 1)[0],
            operation=operation,
            object=found.name,
            content_type=content,
            api_version=call.version,
            created_by=call.user_id,
            created=now,
            modstamp=now,
            external_id=key.name if key else None,
            concurrency=_CONCURRENCY.get(asked.get("concurrencyMode"), "Parallel"),
        )
        store.save_job(job)
    return _job_answer(call, store, job, status=201)


def _job_answer(call: Call, store: BatchStore, job: BatchJob, *, status: int = 200) -> Answer:
    in_json = _in_json(call)
    told = _job_told(job, store.batches(job.id))
    return _answer(_zulu(told) if not in_json else told, "jobInfo", in_json=in_json, status=status)


def _zulu(told: Told) -> Told:
    dates = {name: str(told[name]).replace("+0000", "Z") for name in ("createdDate", "systemModstamp")}
    return {**told, **dates}


def _job_told(job: BatchJob, batches: list[Batch]) -> Told:
    def among(*states: str) -> int:
        return sum(one.state in states for one in batches)

    spent = sum(one.total_ms for one in batches)
    key: Told = {"externalIdFieldName": job.external_id} if job.external_id else {}
    return {
        "id": job.id,
        "operation": job.operation,
        "object": job.object,
        "createdById": job.created_by,
        "createdDate": job.created,
        "systemModstamp": job.modstamp,
        "state": job.state,
        **key,
        "concurrencyMode": job.concurrency,
        "contentType": job.content_type,
        "numberBatchesQueued": among(QUEUED),
        "numberBatchesInProgress": among(IN_PROGRESS),
        "numberBatchesCompleted": among(COMPLETED),
        "numberBatchesFailed": among(FAILED, NOT_PROCESSED),
        "numberBatchesTotal": len(batches),
        "numberRecordsProcessed": sum(one.processed for one in batches),
        "numberRetries": 0,
        "apiVersion": float(job.api_version),
        "numberRecordsFailed": sum(one.failed for one in batches),
        "totalProcessingTime": spent,
        "apiActiveProcessingTime": spent,
        "apexProcessingTime": 0,
    }


def _job(call: Call, store: BatchStore) -> BatchJob:
    job_id = full_id(call.params["id"])
    job = store.job(job_id) if job_id else None
    if job is None:
        raise Refused("InvalidJob", f"Invalid job id: {call.params['id']}")
    return job


def _info(call: Call, store: BatchStore) -> Answer:
    """Tell a job's state and counters."""
    return _job_answer(call, store, _job(call, store))


def _move(call: Call, store: BatchStore) -> Answer:
    """Close or abort a job."""
    wanted = _asked(call).get("state")
    if wanted not in (CLOSED, ABORTED):
        raise Refused("InvalidJobState", f"Unable to change the state of the job to: {wanted}")
    with call.state.transaction():
        job = _job(call, store)
        if job.state == ABORTED or (job.state == CLOSED and wanted == CLOSED):
            raise Refused("InvalidJobState", f"Closing already {job.state} Job not allowed")
        job = replace(job, state=str(wanted), modstamp=datetime_text(call.state.now()))
        store.save_job(job)
    return _job_answer(call, store, job)


# Batches


def _add(call: Call, store: BatchStore) -> Answer:
    """Add a batch to a job."""
    if len(call.body) > LARGEST_BATCH:
        raise Refused("InvalidBatch", f"Batch size larger than {LARGEST_BATCH} bytes: {len(call.body)}")
    with call.state.transaction():
        job = _job(call, store)
        if job.state != OPEN:
            text = f"Failed to create batch, since the Job is not Open. Current job state is '{job.state}'"
            raise Refused("InvalidJobState", text)
        if limits.used(call.state, limits.BULK_BATCHES) >= call.state.options.daily_bulk_batches:
            raise Refused("ExceededQuota", "ApiBatchItems Limit exceeded.")
        limits.use(call.state, limits.BULK_BATCHES)
        now = datetime_text(call.state.now())
        batch = Batch(call.state.prefixed_ids(BATCH_PREFIX, 1)[0], job.id, now, now, time.time())
        store.put(batch.id, REQUEST, call.body)
        store.save(batch)
    call.state.jobs_ready()
    return _batch_answer(job, store.batch(batch.id) or batch, status=201)


def _batch_answer(job: BatchJob, batch: Batch, *, status: int = 200) -> Answer:
    in_json = job.content_type == JSON
    return _answer(_batch_told(batch, in_json=in_json), "batchInfo", in_json=in_json, status=status)


def _batch_told(batch: Batch, *, in_json: bool) -> Told:
    """Tell a batch's state; JSON says null where XML leaves the message out, and has the names in alphabetical order."""
    message: Told = {"stateMessage": batch.message} if batch.message or in_json else {}
    told: Told = {
        "id": batch.id,
        "jobId": batch.job_id,
        "state": batch.state,
        **message,
        "createdDate": batch.created,
        "systemModstamp": batch.modstamp,
        "numberRecordsProcessed": batch.processed,
        "numberRecordsFailed": batch.failed,
        "totalProcessingTime": batch.total_ms,
        "apiActiveProcessingTime": batch.total_ms,
        "apexProcessingTime": 0,
    }
    return dict(sorted(told.items())) if in_json else _zulu(told)


def _batch(call: Call, store: BatchStore) -> tuple[BatchJob, Batch]:
    job = _job(call, store)
    batch_id = full_id(call.params["batch"])
    batch = store.batch(batch_id) if batch_id else None
    if batch is None or batch.job_id != job.id:
        raise Refused("InvalidBatch", f"Unable to find batch: {call.params['batch']}")
    return job, batch


def _batch_info(call: Call, store: BatchStore) -> Answer:
    """Tell a batch's state and counters."""
    return _batch_answer(*_batch(call, store))


def _batch_list(call: Call, store: BatchStore) -> Answer:
    """List a job's batches."""
    job = _job(call, store)
    in_json = job.content_type == JSON
    listed: list[object] = [_batch_told(one, in_json=in_json) for one in store.batches(job.id)]
    return _answer({"batchInfo": listed}, "batchInfoList", in_json=in_json)


def _request(call: Call, store: BatchStore) -> Answer:
    """Give back what was sent in a batch."""
    job, batch = _batch(call, store)
    return Answer(store.data(batch.id, REQUEST), media_type=_MEDIA[job.content_type])


def _result(call: Call, store: BatchStore) -> Answer:
    """List a batch's results, or the ids of a query's results."""
    job, batch = _batch(call, store)
    if batch.state in PENDING or (batch.state == FAILED and not batch.chunks):
        raise Refused("InvalidBatch", "Batch not completed" if batch.state in PENDING else str(batch.message))
    if job.operation not in QUERIES:
        content = batch_rows.whole(job.content_type, store.parts(batch.id, RESULT))
        return Answer(content, media_type=_MEDIA[job.content_type])
    result_id = _result_id(batch)
    if job.content_type == JSON:
        return Answer([result_id], media_type=_JSON_TYPE)
    return _answer({"result": result_id}, "result-list", in_json=False)


def _result_id(batch: Batch) -> str:
    """Return the id of a query's one result; these ids alone have 15 characters."""
    return RESULT_PREFIX + batch.id[3:15]


def _query_result(call: Call, store: BatchStore) -> Answer:
    """Give a query's result."""
    job, batch = _batch(call, store)
    if job.operation not in QUERIES or call.params["result"][:15] != _result_id(batch) or batch.state != COMPLETED:
        raise Refused("InvalidBatch", f"Unable to find result: {call.params['result']}")
    return Answer(store.data(batch.id, RESULT), media_type=_MEDIA[job.content_type])


_HANDLERS: tuple[tuple[str, str, Act], ...] = (
    ("POST", "job", _create),
    ("GET", "job/{id}", _info),
    ("POST", "job/{id}", _move),
    ("POST", "job/{id}/batch", _add),
    ("GET", "job/{id}/batch", _batch_list),
    ("GET", "job/{id}/batch/{batch}", _batch_info),
    ("GET", "job/{id}/batch/{batch}/request", _request),
    ("GET", "job/{id}/batch/{batch}/result", _result),
    ("GET", "job/{id}/batch/{batch}/result/{result}", _query_result),
)

ROUTES = tuple(
    Route(method, f"/services/async/{{number}}/{path}", _served(act), auth=False, counts=False)
    for method, path, act in _HANDLERS
)
