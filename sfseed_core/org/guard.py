"""Which org may be written to, and the only thing through which it can be.

`decide` is pure and fails closed: whatever is missing, odd or contradictory makes the org unknown, and an unknown org
is refused like a production org, without an override.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from sfseed_core import system
from sfseed_core.errors import GuardRefused, InternalError
from sfseed_core.ids import to18
from sfseed_core.org.bulk import BulkVerbs, Operation, ResultKind
from sfseed_core.org.connections import protection
from sfseed_core.org.rows import RowVerbs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sfseed_core.org.client import Org
    from sfseed_core.org.facts import OrgFacts
    from sfseed_core.org.jobs import JobInfo

Verdict = Literal["allowed", "confirm", "refused"]
OrgKind = Literal["sandbox", "scratch", "developer", "trial", "production", "unknown"]

_SEAL = object()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the guard thinks of an org, and why, in words for the user."""

    verdict: Verdict
    kind: OrgKind
    reason: str


def decide(facts: OrgFacts, *, protected_as: str | None = None) -> Decision:
    """Say whether an org with these facts may be written to; `protected_as` is the name under which the user protects it."""
    judged = _judged(facts)
    if protected_as is not None and judged.verdict != "refused":
        return Decision("refused", judged.kind, f"it is protected here, as {protected_as}")
    return judged


def _judged(facts: OrgFacts) -> Decision:
    doubt = _doubt(facts)
    if doubt is not None:
        return Decision("refused", "unknown", f"it is not certain what kind of org this is: {doubt}")
    if facts.is_sandbox:
        if facts.trial_expiration is None:
            return Decision("allowed", "sandbox", "it is a sandbox")
        return Decision("allowed", "scratch", "it is a scratch org")
    if facts.trial_expiration is not None:
        return Decision("confirm", "trial", "it is a trial org, not a sandbox")
    if facts.organization_type == "Developer Edition":
        return Decision("confirm", "developer", "it is a Developer Edition org, not a sandbox")
    return Decision("refused", "production", f"it is a production org ({facts.organization_type})")


def admit(
    org: Org, *, confirmed_name: str | None = None, expect_org_id: str | None = None, home: Path | None = None
) -> GuardedOrg:
    """Let an org be written to, after asking it anew what it is.

    `confirmed_name` is the org's name as the user typed it, needed for Developer Edition and trial orgs;
    `expect_org_id` the org that a run was begun in; `home` where the user's protected orgs are noted (by default this
    user's). Raises GuardRefused with the reason.
    """
    facts = org.reread_facts()
    if expect_org_id is not None and facts.org_id != expect_org_id:
        raise GuardRefused(
            f"{org.login.name!r} is now the org {facts.org_id}, this was begun in {expect_org_id}: nothing is written",
            hint="The sandbox was probably refreshed: start a new run.",
        )
    decision = decide(facts, protected_as=protection(home or system.home(), facts.org_id))
    if decision.verdict == "refused":
        raise GuardRefused(
            f"{org.login.name!r} ({facts.name or facts.org_id}) is not written to: {decision.reason}",
            hint=(
                "Lift it with: sfseed orgs protect NAME --off"
                if "protected" in decision.reason
                else "sfseed writes to sandboxes and scratch orgs, and to Developer Edition and trial orgs when confirmed."
            ),
        )
    if decision.verdict == "confirm" and (confirmed_name or "").strip() != (facts.name or "").strip():
        raise GuardRefused(
            f"{org.login.name!r} needs a confirmation: {decision.reason}",
            hint=f"Type the org's name to go on: {facts.name}",
        )
    org.session.pin(facts.org_id)
    return GuardedOrg(org, decision, _SEAL)


class GuardedOrg:
    """An org that may be written to; only the guard makes one.

    Each renewal of its token is checked: a token of another org is refused before it is used. No verb is ever
    repeated: OrgAnswered means that the org has refused for certain, OrgUnreachable that it is not known whether the
    org has acted.
    """

    __slots__ = ("_bulk", "_rows", "decision", "org")

    def __init__(self, org: Org, decision: Decision, seal: object) -> None:
        if seal is not _SEAL or decision.verdict == "refused":
            raise InternalError("a GuardedOrg is made by guard.admit only")
        self.org = org
        self.decision = decision
        self._bulk = BulkVerbs(org.session, org.api_version)
        self._rows = RowVerbs(org.session, org.api_version)

    def __repr__(self) -> str:
        return f"GuardedOrg({self.org!r}, {self.decision.kind})"

    def __reduce__(self) -> str:
        raise InternalError("a GuardedOrg cannot be copied into another process: admit the org there")

    @property
    def org_id(self) -> str:
        """The org's 18-character id."""
        return self.org.org_id

    def create_job(self, object_name: str, operation: Operation, *, external_id: str | None = None) -> JobInfo:
        """Open an ingest job (CSV, commas, LF)."""
        return self._bulk.create(object_name, operation, external_id)

    def upload(self, job_id: str, csv: Path | bytes) -> None:
        """Send the job's data, once; a file is streamed."""
        self._bulk.upload(job_id, csv)

    def close(self, job_id: str) -> JobInfo:
        """Hand the job over for processing: from here on it must never be sent again."""
        return self._bulk.change(job_id, "UploadComplete")

    def abort(self, job_id: str) -> JobInfo:
        """Stop a job; rows saved so far stay."""
        return self._bulk.change(job_id, "Aborted")

    def job(self, job_id: str) -> JobInfo:
        """Return the job as it stands."""
        return self._bulk.look(job_id)

    def jobs(self) -> Iterator[JobInfo]:
        """Yield the org's ingest jobs, in no particular order."""
        return self._bulk.listing()

    def delete_job(self, job_id: str) -> None:
        """Delete an ended job with its results."""
        self._bulk.delete(job_id)

    def results(self, job_id: str, kind: ResultKind, into: Path, *, expect: int | None = None) -> Path:
        """Stream a result file to disk, fetched again when it was cut or holds fewer rows than `expect`.

        When the org sticks to fewer rows, they are returned: comparing with the counters is the caller's part.
        """
        self._bulk.results(job_id, kind, into, expect)
        return into

    def insert_one(self, object_name: str, record: Mapping[str, Any]) -> str:
        """Insert one record and return its 18-character id."""
        return self._rows.insert(object_name, record)

    def update_one(self, object_name: str, record_id: str, record: Mapping[str, Any]) -> None:
        """Change the named fields of one record."""
        self._rows.update(object_name, record_id, record)

    def delete_one(self, object_name: str, record_id: str) -> None:
        """Delete one record."""
        self._rows.delete(object_name, record_id)

    def simple_salesforce(self) -> Any:
        """Return a simple-salesforce client for this org, for notebooks; its token is not renewed."""
        return self._rows.client(self.org.session.grant)


def _doubt(facts: OrgFacts) -> str | None:
    """Return the first thing that is missing or does not fit, or None."""
    if facts.doubts:
        return facts.doubts[0]
    if not _is_org_id(facts.org_id):
        return f"{facts.org_id!r} is not the id of an org"
    if not isinstance(facts.is_sandbox, bool):
        return "it does not say whether it is a sandbox"
    for value, what in ((facts.name, "its name"), (facts.organization_type, "its edition")):
        if not isinstance(value, str) or not value.strip():
            return f"it does not say {what}"
    return _trial_doubt(facts)


def _trial_doubt(facts: OrgFacts) -> str | None:
    if facts.trial_expiration is None:
        return None
    try:
        ends = datetime.fromisoformat(facts.trial_expiration)
    except (TypeError, ValueError):
        return f"its trial's end is {facts.trial_expiration!r}"
    ends = ends if ends.tzinfo is not None else ends.replace(tzinfo=UTC)
    if not facts.is_sandbox and ends < facts.read_at:
        return f"its trial ended on {ends:%Y-%m-%d}"
    return None


def _is_org_id(text: str) -> bool:
    try:
        return to18(text) == text and text.startswith("00D")
    except (TypeError, ValueError):
        return False
