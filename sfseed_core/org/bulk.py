"""The verbs of Bulk API 2.0 ingest: create, one upload, close; look, results, abort, delete.

Nothing here repeats a write. Only a guarded org calls these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sfseed_core.errors import OrgError
from sfseed_core.ids import is_id
from sfseed_core.org.download import fetch
from sfseed_core.org.jobs import JobInfo, job_info
from sfseed_core.org.session import Request, parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sfseed_core.org.session import Session

Operation = Literal["insert", "update", "upsert", "delete", "hardDelete"]
ResultKind = Literal["successful", "failed", "unprocessed"]

_RESULTS: Mapping[str, str] = {
    "successful": "successfulResults",
    "failed": "failedResults",
    "unprocessed": "unprocessedrecords",
}
_UPLOAD_TIMEOUT = 600.0


class BulkVerbs:
    """Ingest jobs of one org, over its session."""

    def __init__(self, session: Session, api_version: str) -> None:
        self._session = session
        self._base = f"/services/data/v{api_version}/jobs/ingest"

    def create(self, object_name: str, operation: Operation, external_id: str | None) -> JobInfo:
        """Open a job for CSV with LF line ends."""
        body: dict[str, Any] = {"object": object_name, "operation": operation, "contentType": "CSV", "lineEnding": "LF"}
        if external_id is not None:
            body["externalIdFieldName"] = external_id
        return self._job(Request("POST", self._base, json=body))

    def upload(self, job_id: str, csv: Path | bytes) -> None:
        """Send the job's data, once; a file is streamed from disk."""
        headers = {"Content-Type": "text/csv; charset=UTF-8"}
        path = f"{self._path(job_id)}/batches"
        self._session.act(Request("PUT", path, body=csv, headers=headers, read_timeout=_UPLOAD_TIMEOUT))

    def change(self, job_id: str, state: Literal["UploadComplete", "Aborted"]) -> JobInfo:
        """Close or abort the job."""
        return self._job(Request("PATCH", self._path(job_id), json={"state": state}))

    def look(self, job_id: str) -> JobInfo:
        """Return the job as it stands."""
        return job_info(self._session.read_json(Request("GET", self._path(job_id))))

    def delete(self, job_id: str) -> None:
        """Delete an ended job with its results."""
        self._session.act(Request("DELETE", self._path(job_id)))

    def listing(self) -> Iterator[JobInfo]:
        """Yield the org's ingest jobs, in no particular order."""
        request = Request("GET", self._base, {"jobType": "V2Ingest"})
        while True:
            page = self._session.read_json(request)
            if not isinstance(page, dict) or not isinstance(page.get("records"), list):
                raise OrgError("the org's list of jobs has no records")
            yield from map(job_info, page["records"])
            following = page.get("nextRecordsUrl")
            if not isinstance(following, str) or not following.startswith("/"):
                return
            request = Request("GET", following)

    def results(self, job_id: str, kind: ResultKind, into: Path, expect: int | None) -> int:
        """Stream one of the job's result files to disk; return its number of rows."""
        path = f"{self._path(job_id)}/{_RESULTS[kind]}/"
        request = Request("GET", path, headers={"Accept": "text/csv"}, stream=True, read_timeout=_UPLOAD_TIMEOUT)
        return fetch(self._session, request, into, expect=expect)

    def _path(self, job_id: str) -> str:
        if not is_id(job_id):
            raise OrgError(f"not the id of a job: {job_id[:40]!r}")
        return f"{self._base}/{job_id}"

    def _job(self, request: Request) -> JobInfo:
        return job_info(parsed(self._session.act(request), request))
