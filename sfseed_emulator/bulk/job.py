"""A Bulk API 2.0 job: its facts, its states, and how it shows in JSON."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sfseed_emulator.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

OPEN, UPLOADED, IN_PROGRESS = "Open", "UploadComplete", "InProgress"
COMPLETE, FAILED, ABORTED = "JobComplete", "Failed", "Aborted"
ENDED = frozenset({COMPLETE, FAILED, ABORTED})
PENDING = frozenset({UPLOADED, IN_PROGRESS})

INGEST, QUERY = "ingest", "query"
DELIMITERS: Mapping[str, str] = {
    "COMMA": ",",
    "TAB": "\t",
    "SEMICOLON": ";",
    "PIPE": "|",
    "CARET": "^",
    "BACKQUOTE": "`",
}
LINE_ENDINGS: Mapping[str, str] = {"LF": "\n", "CRLF": "\r\n"}
_JOB_TYPES: Mapping[str, str] = {INGEST: "V2Ingest", QUERY: "V2Query"}


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it is stored.

    `offset` is the place in the upload (in bytes) of the first row that is not processed yet.
    """

    id: str
    kind: str
    operation: str
    object: str
    api_version: str
    created_by: str
    created: str
    modstamp: str
    state: str = OPEN
    external_id: str | None = None
    delimiter: str = "COMMA"
    line_ending: str = "LF"
    query: str | None = None
    uploaded: int = 0
    closed: float = 0.0  # seconds since 1970, for the order and the delay of processing
    processed: int = 0
    failed: int = 0
    chunks: int = 0
    offset: int = 0
    error: str | None = None
    total_ms: int = 0
    active_ms: int = 0

    @property
    def separator(self) -> str:
        """The character between two values."""
        return DELIMITERS[self.delimiter]

    @property
    def newline(self) -> str:
        """The characters that end a line."""
        return LINE_ENDINGS[self.line_ending]

    def to_json(self, *, counters: bool = False) -> dict[str, Any]:
        """Return the job as its resource shows it; creating, closing and aborting answer without counters."""
        made: dict[str, Any] = {"id": self.id, "operation": self.operation, "object": self.object}
        made |= {"createdById": self.created_by, "createdDate": self.created, "systemModstamp": self.modstamp}
        made["state"] = self.state
        if self.external_id is not None:
            made["externalIdFieldName"] = self.external_id
        made |= {"concurrencyMode": "Parallel", "contentType": "CSV", "apiVersion": float(self.api_version)}
        if self.kind == INGEST and self.state == OPEN:
            made["contentUrl"] = f"services/data/v{self.api_version}/jobs/ingest/{self.id}/batches"
        if counters:
            made["jobType"] = _JOB_TYPES[self.kind]
        made |= {"lineEnding": self.line_ending, "columnDelimiter": self.delimiter}
        return made | self._counters() if counters else made

    def _counters(self) -> dict[str, Any]:
        if self.kind == QUERY:
            made: dict[str, Any] = {
                "numberRecordsProcessed": self.processed,
                "retries": 0,
                "totalProcessingTime": self.total_ms,
                "isPkChunkingSupported": True,
            }
        else:
            made = {
                "numberRecordsProcessed": self.processed,
                "numberRecordsFailed": self.failed,
                "retries": 0,
                "totalProcessingTime": self.total_ms,
                "apiActiveProcessingTime": self.active_ms,
                "apexProcessingTime": 0,
            }
        return made | ({"errorMessage": self.error} if self.error else {})


def moved(job: Job, state: object, *, now: str, closed: float) -> Job:
    """Return the job in the state that a PATCH asks for; raise ApiError where Salesforce refuses."""
    if state == UPLOADED and job.kind == INGEST:
        if job.state in ENDED:
            raise _refused(f"Closing already {_said(job)} Job not allowed")
        return job if job.state != OPEN else replace(job, state=UPLOADED, modstamp=now, closed=closed)
    if state == ABORTED:
        if job.state in ENDED:
            raise _refused(f"Aborting already {_said(job)} Job not allowed")
        return replace(job, state=ABORTED, modstamp=now)
    raise ApiError("INVALIDJOB", f"Unable to change the state of the job to: {state}")


def check_deletable(job: Job) -> None:
    """Refuse to delete a job that is open or at work."""
    if job.state in (OPEN, IN_PROGRESS):
        raise _refused(f"Deleting Job not allowed in state {job.state}")


def _refused(text: str) -> ApiError:
    return ApiError("INVALIDJOBSTATE", text)


def _said(job: Job) -> str:
    return {COMPLETE: "Completed"}.get(job.state, job.state)
