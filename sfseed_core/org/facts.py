"""What an org says about itself: enough to tell a sandbox from production, or to know that one cannot tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import OrgAnswered, OrgError
from sfseed_core.ids import to18
from sfseed_core.org.session import Request
from sfseed_core.org.soql import select, text

if TYPE_CHECKING:
    from datetime import datetime

    from sfseed_core.org.session import Session

_NEEDED = ("Id", "Name", "IsSandbox", "OrganizationType", "TrialExpirationDate")
_NICE = ("InstanceName", "NamespacePrefix", "DefaultLocaleSidKey", "LanguageLocaleKey", "TimeZoneSidKey")


@dataclass(frozen=True, slots=True)
class OrgFacts:
    """An org and the user whose login it is; None where the org did not say.

    `doubts` lists what was missing or did not fit together: an org with doubts is never written to.
    `read_at` is the time of reading.
    """

    org_id: str
    instance_url: str
    read_at: datetime
    name: str | None = None
    is_sandbox: bool | None = None
    organization_type: str | None = None
    trial_expiration: str | None = None
    instance_name: str | None = None
    namespace: str | None = None
    locale: str | None = None
    language: str | None = None
    time_zone: str | None = None
    user_id: str | None = None
    username: str | None = None
    user_name: str | None = None
    doubts: tuple[str, ...] = ()


def identity(session: Session, api_version: str) -> tuple[str, str]:
    """Return the ids of the org and of the user that the token belongs to, as the org itself states them."""
    resources = session.read_json(Request("GET", f"/services/data/v{api_version}/"))
    try:
        parts = str(resources["identity"]).rstrip("/").split("/")
        return to18(parts[-2]), to18(parts[-1])
    except (KeyError, IndexError, TypeError, ValueError):
        return _userinfo(session)


def read_facts(session: Session, api_version: str, org_id: str, user_id: str) -> OrgFacts:
    """Ask the org what it is; what it does not tell becomes a doubt, not an error."""
    row, doubts = _organization(session, api_version)
    user = _user(session, api_version, user_id)
    if row.get("Id") is not None and row["Id"] != org_id:
        doubts = (*doubts, f"its Organization record is {row['Id']!r}, the login's org is {org_id}")
    return OrgFacts(
        org_id=org_id,
        instance_url=session.instance_url,
        read_at=session.clock.now(),
        name=_text(row.get("Name")),
        is_sandbox=row.get("IsSandbox"),
        organization_type=row.get("OrganizationType"),
        trial_expiration=row.get("TrialExpirationDate"),
        instance_name=_text(row.get("InstanceName")),
        namespace=_text(row.get("NamespacePrefix")),
        locale=_text(user.get("LocaleSidKey")) or _text(row.get("DefaultLocaleSidKey")),
        language=_text(row.get("LanguageLocaleKey")),
        time_zone=_text(user.get("TimeZoneSidKey")) or _text(row.get("TimeZoneSidKey")),
        user_id=user_id,
        username=_text(user.get("Username")),
        user_name=_text(user.get("Name")),
        doubts=doubts,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _organization(session: Session, api_version: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    for columns in (_NEEDED + _NICE, _NEEDED):
        try:
            rows = _rows(session, api_version, select(columns, "Organization"))
        except OrgAnswered as error:
            reason = f"its Organization record cannot be read ({error.code})"
            continue
        if len(rows) != 1:
            return {}, (f"it has {len(rows)} Organization records",)
        missing = [name for name in _NEEDED if name not in rows[0]]
        return rows[0], tuple(f"it does not say {name}" for name in missing)
    return {}, (reason,)


def _user(session: Session, api_version: str, user_id: str) -> dict[str, Any]:
    columns = ("Username", "Name", "TimeZoneSidKey", "LocaleSidKey")
    soql = select(columns, "User", "WHERE Id =", text(user_id))
    try:
        rows = _rows(session, api_version, soql)
    except OrgAnswered:
        return {}
    return rows[0] if rows else {}


def _rows(session: Session, api_version: str, soql: str) -> list[dict[str, Any]]:
    found = session.read_json(Request("GET", f"/services/data/v{api_version}/query", {"q": soql}))
    rows = found.get("records") if isinstance(found, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise OrgError("the org's answer to a query has no records")
    return rows


def _userinfo(session: Session) -> tuple[str, str]:
    found = session.read_json(Request("GET", "/services/oauth2/userinfo"))
    try:
        return to18(found["organization_id"]), to18(found["user_id"])
    except (KeyError, TypeError, ValueError) as error:
        raise OrgError("the org does not say which org and user the login belongs to") from error
