"""Single records, through simple-salesforce: for objects that Bulk refuses, and for writing a handful."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import OrgAnswered, OrgUnreachable
from sfseed_core.ids import to18
from sfseed_core.org.answers import error_of_parsed, refused_as
from sfseed_core.org.session import outcome
from sfseed_core.org.transport import Downgrade, new_session, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import requests

    from sfseed_core.org.login import Grant
    from sfseed_core.org.session import Session


class RowVerbs:
    """Insert, update and delete of one record a call; nothing here repeats a write."""

    def __init__(self, session: Session, api_version: str) -> None:
        self._session = session
        self._version = api_version
        self._pooled: tuple[str, requests.Session] | None = None

    def insert(self, object_name: str, record: Mapping[str, Any]) -> str:
        """Insert a record and return its id."""
        what = f"insert one {object_name}"
        answer = self._act(what, lambda client: getattr(client, object_name).create(dict(record)))
        try:
            return to18(answer["id"])
        except (KeyError, TypeError, ValueError) as error:
            raise OrgUnreachable(f"the answer to {what} has no id: it is not known whether it has acted") from error

    def update(self, object_name: str, record_id: str, record: Mapping[str, Any]) -> None:
        """Change the named fields of a record."""
        found = to18(record_id)
        self._act(f"update one {object_name}", lambda client: getattr(client, object_name).update(found, dict(record)))

    def delete(self, object_name: str, record_id: str) -> None:
        """Delete a record."""
        found = to18(record_id)
        self._act(f"delete one {object_name}", lambda client: getattr(client, object_name).delete(found))

    def client(self, grant: Grant) -> Any:
        """Return a simple-salesforce client over a grant, with our timeouts."""
        from simple_salesforce import Salesforce

        http = self._http(grant.instance_url)
        return Salesforce(
            instance_url=grant.instance_url, session_id=grant.access_token, version=self._version, session=http
        )

    def _http(self, url: str) -> requests.Session:
        if self._pooled is None or self._pooled[0] != url:
            http = new_session(url, self._session.mounts)
            if url.startswith("http://"):
                http.mount(f"https://{url.removeprefix('http://')}", Downgrade(http))
            self._pooled = (url, http)
        return self._pooled[1]

    def _act(self, what: str, call: Callable[[Any], Any]) -> Any:
        def exchange(grant: Grant) -> Any:
            with _understood(what):
                return call(self.client(grant))

        try:
            return self._session.with_grant(exchange)
        except OrgAnswered as error:
            raise outcome(error) from error


@contextmanager
def _understood(what: str) -> Iterator[None]:
    """Turn simple-salesforce's errors into ours."""
    from simple_salesforce.exceptions import SalesforceError

    try:
        with translated(what):
            yield
    except SalesforceError as error:
        code, detail = error_of_parsed(error.status, error.content)
        raise refused_as(what, error.status, code, detail) from error
