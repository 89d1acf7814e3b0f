"""A Bulk API 2.0 job as the org describes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import OrgUnreachable

if TYPE_CHECKING:
    from collections.abc import Mapping

ENDED = frozenset({"JobComplete", "Failed", "Aborted"})


@dataclass(frozen=True, slots=True)
class JobInfo:
    """One job at one moment; counters are None until the org states them.

    `processed` includes failed rows. `created` and `modified` are by the org's clock; once the job has ended,
    `modified` is its end. `raw` keeps whatever else the org said.
    """

    id: str
    object: str
    operation: str
    state: str
    created: datetime | None = None
    modified: datetime | None = None
    created_by: str | None = None
    processed: int | None = None
    failed: int | None = None
    error_message: str | None = None
    external_id: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def ended(self) -> bool:
        """Whether nothing of the job will be processed any more."""
        return self.state in ENDED

    @property
    def succeeded(self) -> int | None:
        """The rows that were saved, where the org states its counters."""
        return None if self.processed is None else self.processed - (self.failed or 0)


def job_info(raw: Any) -> JobInfo:
    """Return the job that an answer states; OrgUnreachable when the answer is no job (its outcome is then unknown)."""
    try:
        return JobInfo(
            id=_text(raw["id"]),
            object=str(raw.get("object") or ""),
            operation=str(raw.get("operation") or ""),
            state=_text(raw["state"]),
            created=_instant(raw.get("createdDate")),
            modified=_instant(raw.get("systemModstamp")),
            created_by=raw.get("createdById"),
            processed=_count(raw.get("numberRecordsProcessed")),
            failed=_count(raw.get("numberRecordsFailed")),
            error_message=raw.get("errorMessage") or None,
            external_id=raw.get("externalIdFieldName") or None,
            raw=dict(raw),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise OrgUnreachable("the org's answer does not describe a job") from error


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(value)
    return value


def _count(value: Any) -> int | None:
    return None if value is None else int(value)


def _instant(value: Any) -> datetime | None:
    return None if value is None else datetime.fromisoformat(str(value))
