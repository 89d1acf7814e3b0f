"""Single records, through simple-salesforce: for objects that Bulk refuses, and for writing a handful."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import OrgUnreachable, SessionExpired
from sfseed_core.ids import to18
from sfseed_core.org.answers import error_of_parsed, refused
from sfseed_core.org.session import outcome
from sfseed_core.org.transport import Downgrade, new_session, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sfseed_core.org.session import Session


class RowVerbs:
    """Insert, update and delete of one record a call; nothing here repeats a write."""

    def __init__(self, session: Session, api_version: str) -> None:
        self._session = session
        self._version = api_version

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

    def client(self) -> Any:
        """Return a simple-salesforce client over the session's present token, with our timeouts."""
        from simple_salesforce import Salesforce

        grant = self._session.grant
        http = new_session(grant.instance_url, self._session.mounts)
        if grant.instance_url.startswith("http://"):
            http.mount(f"https://{grant.instance_url.removeprefix('http://')}", Downgrade(http))
        return Salesforce(
            instance_url=grant.instance_url, session_id=grant.access_token, version=self._version, session=http
        )

    def _act(self, what: str, call: Callable[[Any], Any]) -> Any:
        grant = self._session.grant
        try:
            return self._once(what, call)
        except SessionExpired:  # refused for its token: it has not acted
            self._session.renew(grant)
            return self._once(what, call)

    def _once(self, what: str, call: Callable[[Any], Any]) -> Any:
        with _understood(what):
            return call(self.client())


@contextmanager
def _understood(what: str) -> Iterator[None]:
    """Turn simple-salesforce's errors into ours."""
    from simple_salesforce.exceptions import SalesforceError

    try:
        with translated(what):
            yield
    except SalesforceError as error:
        code, detail = error_of_parsed(error.status, error.content)
        plain = refused(what, error.status, f'[{{"errorCode":{_json(code)},"message":{_json(detail)}}}]')
        raise outcome(plain) from error


def _json(text: str) -> str:
    import json

    return json.dumps(text)
