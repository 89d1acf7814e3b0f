"""Bulk API 2.0 query jobs: a large result as one CSV file."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import OrgAnswered, OrgError, OrgUnreachable
from sfseed_core.org.csv_rows import RowCounter
from sfseed_core.org.jobs import JobInfo, job_info
from sfseed_core.org.retry import reads, waits
from sfseed_core.org.session import Request
from sfseed_core.org.transport import translated

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from sfseed_core.org.session import Session

PAGE_ROWS = 100_000
_CHUNK = 1 << 18


def bulk_query(session: Session, api_version: str, soql: str, into: Path, *, page_rows: int = PAGE_ROWS) -> int:
    """Run a query as a job, write its result to a file as CSV with one header line, and return the number of rows.

    `into` appears only when complete. A query job changes nothing, so creating one may be repeated like a read.
    """
    base = f"/services/data/v{api_version}/jobs/query"
    body = {"operation": "query", "query": soql, "contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": "LF"}
    job = job_info(session.read_json(Request("POST", base, json=body)))
    try:
        _wait(session, f"{base}/{job.id}")
        rows = _pages(session, f"{base}/{job.id}/results", into, page_rows)
    finally:
        with suppress(OrgError):  # it would be deleted in a week anyhow
            session.once(Request("DELETE", f"{base}/{job.id}"))
    return rows


def _wait(session: Session, path: str) -> JobInfo:
    for wait in waits():
        job = job_info(session.read_json(Request("GET", path)))
        if job.state == "JobComplete":
            return job
        if job.ended:
            detail = job.error_message or job.state
            raise OrgAnswered(f"the org could not run a bulk query: {detail}", status=200, code=job.state, detail=detail)
        session.clock.sleep(wait)
    raise AssertionError  # waits never end


def _pages(session: Session, path: str, into: Path, page_rows: int) -> int:
    partial = into.with_name(f"{into.name}.part")
    locator, rows = "", 0
    with partial.open("wb") as file:
        while locator != "null":
            params = {"maxRecords": str(page_rows), **({"locator": locator} if locator else {})}
            request = Request("GET", path, params, headers={"Accept": "text/csv"}, stream=True)
            found, locator = _page(session, request, file, first=not locator)
            rows += found
    partial.replace(into)
    return rows


def _page(session: Session, request: Request, file: BinaryIO, *, first: bool) -> tuple[int, str]:
    start = file.tell()
    for attempt in reads():
        with attempt:
            file.seek(start)
            file.truncate()
            counter = RowCounter()
            with session.once(request) as answer, translated(str(request)):
                _copy(answer.iter_content(_CHUNK), file, counter, keep_header=first)
                headers = answer.headers
            _check(counter, headers.get("Sforce-NumberOfRecords"), request)
            return counter.rows, headers.get("Sforce-Locator") or "null"
    raise AssertionError  # the last attempt raises


def _copy(chunks: Any, file: BinaryIO, counter: RowCounter, *, keep_header: bool) -> None:
    head, waiting = b"", not keep_header
    for chunk in chunks:
        counter.feed(chunk)
        if not waiting:
            file.write(chunk)
            continue
        head += chunk
        _, found, rest = head.partition(b"\n")
        if found:
            waiting = False
            file.write(rest)


def _check(counter: RowCounter, announced: str | None, request: Request) -> None:
    if not counter.ended or (announced is not None and announced.isdigit() and int(announced) != counter.rows):
        raise OrgUnreachable(f"the answer to {request} was cut: {counter.rows} of {announced} rows")
