"""Bulk API 2.0: ingest jobs and query jobs."""

from __future__ import annotations

import base64
import binascii
import time
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from sfseed_emulator.bulk import create, results
from sfseed_emulator.bulk.job import ABORTED, COMPLETE, ENDED, INGEST, OPEN, QUERY, UPLOADED, Job, check_deletable, moved
from sfseed_emulator.bulk.store import FAILURE, HEADER, SUCCESS, JobStore
from sfseed_emulator.errors import ApiError
from sfseed_emulator.ids import full_id
from sfseed_emulator.routes.route import DATA, Answer, Call, Handler, Route
from sfseed_emulator.soql.literals import datetime_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MAX_UPLOAD = 150_000_000
MAX_LISTED = 1000
DEFAULT_RECORDS = 50_000
_PIECE = 1 << 18
CSV = "text/csv"


# ---- all jobs


def _found(call: Call, kind: str) -> tuple[JobStore, Job]:
    store = JobStore(call.state)
    job_id = full_id(call.params["id"])
    job = store.find(job_id, kind) if job_id else None
    if job is not None:
        job = _aged(call, store, job)
    if job is None:
        raise ApiError("NOT_FOUND", "The requested resource does not exist")
    return store, job


def _aged(call: Call, store: JobStore, job: Job) -> Job | None:
    """Abort a job that stood open for a day, forget one that ended a week ago."""
    now = call.state.now()
    if job.state == OPEN and job.created < datetime_text(now - timedelta(days=1)):
        job = replace(job, state=ABORTED, modstamp=datetime_text(now))
        with call.state.transaction():
            store.save(job)
    if job.state in ENDED and job.modstamp < datetime_text(now - timedelta(days=7)):
        with call.state.transaction():
            store.delete(job)
        return None
    return job


def _listed(kind: str) -> Handler:
    def handler(call: Call) -> Answer:
        """List jobs."""
        after = _decoded(call.query.get("queryLocator", ""))
        wanted = call.query.get("jobType")
        jobs = JobStore(call.state).listed(kind, after, MAX_LISTED + 1)
        shown = [job for job in (_with_type(job) for job in jobs[:MAX_LISTED]) if wanted in (None, job["jobType"])]
        done = len(jobs) <= MAX_LISTED
        following = (
            f"/services/data/v{call.version}/jobs/{kind}?queryLocator={_encoded(jobs[MAX_LISTED - 1].id)}"
            if not done
            else None
        )
        return Answer({"done": done, "nextRecordsUrl": following, "records": shown})

    return handler


def _with_type(job: Job) -> dict[str, object]:
    made = job.to_json()
    made["jobType"] = job.to_json(counters=True)["jobType"]
    return made


def _info(kind: str) -> Handler:
    def handler(call: Call) -> Answer:
        """Tell a job's state and counters."""
        _, job = _found(call, kind)
        return Answer(job.to_json(counters=True))

    return handler


def _delete(kind: str) -> Handler:
    def handler(call: Call) -> Answer:
        """Forget a job with its data and results."""
        with call.state.transaction():
            store, job = _found(call, kind)
            check_deletable(job)
            store.delete(job)
        return Answer(status=204)

    return handler


def _move(kind: str) -> Handler:
    def handler(call: Call) -> Answer:
        """Close or abort a job."""
        wanted = call.json_object().get("state")
        with call.state.transaction():
            store, job = _found(call, kind)
            job = moved(job, wanted, now=datetime_text(call.state.now()), closed=time.time())
            store.save(job)
        if job.state == UPLOADED:
            call.state.jobs_ready()
        return Answer(job.to_json())

    return handler


# ---- ingest


def create_ingest(call: Call) -> Answer:
    """Answer POST /jobs/ingest."""
    if call.headers.get("content-type", "").lower().startswith("multipart/"):
        return _create_multipart(call)
    data = call.json_object()
    with call.state.transaction():
        job = create.new_ingest(call, data)
        JobStore(call.state).save(job)
    return Answer(job.to_json())


def _create_multipart(call: Call) -> Answer:
    data, content = create.multipart(call)
    with call.state.transaction():
        job = replace(create.new_ingest(call, data), state=UPLOADED, uploaded=1, closed=time.time())
        store = JobStore(call.state)
        store.save(job)
        store.put_upload(job, content)
    call.state.jobs_ready()
    return Answer(job.to_json())


def upload(call: Call) -> Answer:
    """Answer PUT of a job's data: one only, kept before the answer, not looked at before the job is processed."""
    if call.headers.get("content-type", "").split(";")[0].strip().lower() != CSV:
        raise ApiError("UNSUPPORTED_MEDIA_TYPE", "The content type of the job's data must be text/csv")
    if len(call.body) > MAX_UPLOAD:
        raise ApiError("EXCEEDEDQUOTA", f"The job's data is larger than {MAX_UPLOAD} bytes")
    with call.state.transaction():
        store, job = _found(call, INGEST)
        if job.state != OPEN:
            raise ApiError(
                "INVALIDJOBSTATE", f"Unable to upload data: the job is not Open. Current job state is '{job.state}'"
            )
        if job.uploaded:
            raise ApiError(
                "CLIENTINPUTERROR",
                f"Found multiple contents for job: <{job.id}>, please 'Close' / 'Abort' / 'Delete' the current Job then create"
                " a new Job and make sure you only do 'PUT' once on a given Job.",
            )
        store.put_upload(job, call.body)
        store.save(replace(job, uploaded=1, modstamp=datetime_text(call.state.now())))
    return Answer(status=201)


def _file(kind: str) -> Handler:
    def handler(call: Call) -> Answer:
        """Give a job's successful or failed rows."""
        store, job = _found(call, INGEST)
        return _csv(results.result_file(store, job, kind))

    return handler


def unprocessed(call: Call) -> Answer:
    """Answer GET of the rows that were never processed."""
    store, job = _found(call, INGEST)
    return _csv(results.unprocessed_file(store, job))


def _csv(pieces: Iterable[str], headers: dict[str, str] | None = None) -> Answer:
    return Answer(pieces=_gathered(pieces), headers=headers or {}, media_type=CSV)


def _gathered(texts: Iterable[str]) -> Iterator[bytes]:
    """Join short texts to pieces worth sending."""
    held: list[str] = []
    size = 0
    for text in texts:
        held.append(text)
        size += len(text)
        if size >= _PIECE:
            yield "".join(held).encode("utf-8")
            held, size = [], 0
    yield "".join(held).encode("utf-8")


# ---- query


def create_query(call: Call) -> Answer:
    """Answer POST /jobs/query."""
    data = call.json_object()
    with call.state.transaction():
        job = create.new_query(call, data)
        JobStore(call.state).save(job)
    call.state.jobs_ready()
    return Answer(job.to_json())


def query_results(call: Call) -> Answer:
    """Answer GET of a page of a query's result; the locator of the next page is in a header."""
    store, job = _found(call, QUERY)
    if job.state != COMPLETE:
        raise ApiError("INVALIDJOBSTATE", f"Results of the job are not available. Current job state is '{job.state}'")
    if call.version != job.api_version:
        raise ApiError("CONFLICT", f"The job was made with API version {job.api_version}", status=409)
    start, count = _start(call, job), _count(call)
    lines, found = results.query_page(store, job, start, count)
    behind = start + found
    locator = "null" if behind >= job.processed else _encoded(str(behind))
    header = store.lines(job, HEADER, 0)
    return _csv(chain((header,), lines), {"Sforce-Locator": locator, "Sforce-NumberOfRecords": str(found)})


def result_pages(call: Call) -> Answer:
    """Answer GET of the addresses under which up to five pages can be fetched at once."""
    _, job = _found(call, QUERY)
    if job.state != COMPLETE:
        raise ApiError("INVALIDJOBSTATE", f"Results of the job are not available. Current job state is '{job.state}'")
    base = f"/services/data/v{call.version}/jobs/query/{job.id}"
    start = _start(call, job)
    starts = list(range(start, max(job.processed, 1), DEFAULT_RECORDS))
    pages = [{"resultUrl": f"{base}/results?locator={_encoded(str(at))}"} for at in starts[:5]]
    following = f"{base}/resultPages?locator={_encoded(str(starts[5]))}" if len(starts) > 5 else None
    return Answer({"resultPages": pages, "nextRecordsUrl": following, "done": following is None})


def _start(call: Call, job: Job) -> int:
    locator = call.query.get("locator")
    if locator is None:
        return 0
    text = _decoded(locator)
    if not text.isdecimal() or int(text) > max(job.processed - 1, 0):
        raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
    return int(text)


def _count(call: Call) -> int:
    given = call.query.get("maxRecords")
    if given is None:
        return DEFAULT_RECORDS
    if not given.isdecimal() or int(given) < 1:
        raise ApiError("INVALIDJOB", f"maxRecords must be a positive number, not: {given}")
    return int(given)


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode("ascii")).decode("ascii").rstrip("=")


def _decoded(locator: str) -> str:
    try:
        return base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator") from None


_HANDLERS: tuple[tuple[str, str, Callable[[Call], Answer]], ...] = (
    ("POST", "ingest", create_ingest),
    ("GET", "ingest", _listed(INGEST)),
    ("GET", "ingest/{id}", _info(INGEST)),
    ("PATCH", "ingest/{id}", _move(INGEST)),
    ("DELETE", "ingest/{id}", _delete(INGEST)),
    ("PUT", "ingest/{id}/batches", upload),
    ("GET", "ingest/{id}/successfulResults", _file(SUCCESS)),
    ("GET", "ingest/{id}/failedResults", _file(FAILURE)),
    ("GET", "ingest/{id}/unprocessedrecords", unprocessed),
    ("POST", "query", create_query),
    ("GET", "query", _listed(QUERY)),
    ("GET", "query/{id}", _info(QUERY)),
    ("PATCH", "query/{id}", _move(QUERY)),
    ("DELETE", "query/{id}", _delete(QUERY)),
    ("GET", "query/{id}/results", query_results),
    ("GET", "query/{id}/resultPages", result_pages),
)

ROUTES = tuple(Route(method, f"{DATA}/jobs/{path}", handler) for method, path, handler in _HANDLERS)
