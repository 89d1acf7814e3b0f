"""An org, for reading: queries, describes, limits. Writing takes the guard's `GuardedOrg`."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sfseed_core.clock import SYSTEM
from sfseed_core.errors import OrgAnswered, OrgError
from sfseed_core.logs import SILENT
from sfseed_core.org.answers import understood
from sfseed_core.org.bulk_query import bulk_query
from sfseed_core.org.facts import OrgFacts, identity, read_facts
from sfseed_core.org.session import NOT_MODIFIED, Request, Session, parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from requests.adapters import BaseAdapter

    from sfseed_core.clock import Clock
    from sfseed_core.logs import Log
    from sfseed_core.org.login import Login

NEWEST_TESTED, FLOOR = 68.0, 60.0
_COUNT_NAMES = 100  # object names in one recordCount call, well below the longest address


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an org wants to hear again to answer that nothing has changed."""

    last_modified: str | None = None
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Described:
    """A describe with its stamp; `raw` is None when nothing has changed since the known stamp."""

    raw: dict[str, Any] | None
    stamp: Stamp


def connect(
    login: Login,
    *,
    clock: Clock = SYSTEM,
    mounts: Mapping[str, BaseAdapter] | None = None,
    log: Log = SILENT,
) -> Org:
    """Log in, settle the API version and learn which org it is.

    `mounts` put HTTP adapters under URL prefixes (the emulator in process). Raises LoginFailed, OrgUnreachable or
    OrgAnswered.
    """
    session = Session(login, clock=clock, mounts=mounts, log=log)
    version = negotiate(session.read_json(Request("GET", "/services/data/", authorized=False), first=True))
    org_id, user_id = identity(session, version)
    session.pin(org_id)
    return Org(session, version, read_facts(session, version, org_id, user_id))


def negotiate(offered: Any) -> str:
    """Return the newest API version that the org offers and this project knows, as `67.0`."""
    try:
        versions = [float(one["version"]) for one in offered]
    except (TypeError, KeyError, ValueError) as error:
        raise OrgError("the address does not answer as an org does: no list of API versions") from error
    usable = [one for one in versions if FLOOR <= one <= NEWEST_TESTED]
    if not usable:
        raise OrgError(f"the org offers API versions {_span(versions)}; sfseed needs one from {FLOOR} to {NEWEST_TESTED}")
    return f"{max(usable):.1f}"


class Org:
    """The reading side of one org; its methods may be called from several threads.

    `facts` are as of connecting. Errors are OrgAnswered (with Salesforce's code) and OrgUnreachable.
    """

    def __init__(self, session: Session, api_version: str, facts: OrgFacts) -> None:
        self.session = session
        self.api_version = api_version
        self.facts = facts

    def __repr__(self) -> str:
        return f"Org({self.login.name!r}, {self.org_id}, v{self.api_version})"

    @property
    def login(self) -> Login:
        """The way in."""
        return self.session.login

    @property
    def org_id(self) -> str:
        """The org's 18-character id."""
        return self.facts.org_id

    def reread_facts(self) -> OrgFacts:
        """Ask the org anew what it is."""
        assert self.facts.user_id is not None
        self.facts = read_facts(self.session, self.api_version, self.org_id, self.facts.user_id)
        return self.facts

    def query(self, soql: str, *, all_rows: bool = False) -> Iterator[dict[str, Any]]:
        """Yield the records of a query, page by page, `attributes` left out; `all_rows` includes deleted ones."""
        request = self._request("queryAll" if all_rows else "query", {"q": soql})
        while True:
            page = self._page(request)
            for record in page["records"]:
                record.pop("attributes", None)
                yield record
            following = page.get("nextRecordsUrl")
            if page.get("done", True) or not isinstance(following, str):
                return
            request = Request("GET", f"/{following.lstrip('/')}")

    def count(self, soql: str) -> int:
        """Return the number that a `SELECT COUNT() FROM ...` gives."""
        page = self._page(self._request("query", {"q": soql}))
        with understood("a count"):
            return int(page["totalSize"])

    def describe_global(self, known: Stamp | None = None) -> Described:
        """Return the org's list of objects."""
        return self._describe("sobjects/", known)

    def describe(self, name: str, known: Stamp | None = None) -> Described:
        """Return the describe of one object."""
        return self._describe(f"sobjects/{quote(name, safe='')}/describe", known)

    def limits(self) -> dict[str, Any] | None:
        """Return the org's limits; None when the user may not see them (View Setup and Configuration)."""
        try:
            found = self.get("limits")
        except OrgAnswered as error:
            if error.status in {400, 403, 404}:
                return None
            raise
        return found if isinstance(found, dict) else None

    def record_counts(self, names: Iterable[str]) -> dict[str, int]:
        """Return approximate numbers of records; objects that the org leaves out have none (or are unknown)."""
        asked = list(dict.fromkeys(names))
        found: dict[str, int] = {}
        for start in range(0, len(asked), _COUNT_NAMES):
            part = asked[start : start + _COUNT_NAMES]
            answer = self.get("limits/recordCount", sObjects=",".join(part))
            with understood("numbers of records"):
                found |= {str(row["name"]): int(row["count"]) for row in answer.get("sObjects") or ()}
        return found

    def get(self, path: str, /, **params: str) -> Any:
        """Return the JSON of any resource below `/services/data/vXX.X/`."""
        return self.session.read_json(self._request(path, params))

    def bulk_query(self, soql: str, into: Path) -> Path:
        """Run a query as a Bulk 2.0 job and write its result as CSV; for results of more than a few pages."""
        bulk_query(self.session, self.api_version, soql, into)
        return into

    def server_now(self) -> datetime:
        """Return the time by the org's own clock, to the second."""
        answer = self.session.read(Request("GET", "/services/data/", authorized=False))
        stated = answer.headers.get("Date")
        try:
            return parsedate_to_datetime(stated) if stated else self.session.clock.now()
        except ValueError:
            return self.session.clock.now()

    def _request(self, path: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Request:
        return Request("GET", f"/services/data/v{self.api_version}/{path}", params, headers=headers or {})

    def _page(self, request: Request) -> dict[str, Any]:
        page = self.session.read_json(request)
        records = page.get("records") if isinstance(page, dict) else None
        if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
            raise OrgError(f"the org's answer to {request} has no records")
        return dict(page)

    def _describe(self, path: str, known: Stamp | None) -> Described:
        headers = {}
        if known is not None and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        if known is not None and known.etag:
            headers["If-None-Match"] = known.etag
        request = self._request(path, {}, headers)
        answer = self.session.read(request)
        if answer.status_code == NOT_MODIFIED and known is not None:
            return Described(None, known)
        found = parsed(answer, request)
        if not isinstance(found, dict):
            raise OrgError(f"the org's answer to {request} is not a describe")
        stamp = Stamp(answer.headers.get("Last-Modified") or answer.headers.get("Date"), answer.headers.get("ETag"))
        return Described(found, stamp)


def _span(versions: list[float]) -> str:
    return f"{min(versions)} to {max(versions)}" if versions else "none"
