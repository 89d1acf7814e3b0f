"""One org's session: the grant and its renewal, and single exchanges with the org.

Every renewal is checked against the org that the session was opened for: a login that now leads elsewhere (a
refreshed sandbox, a reset demo org, a wrong saved token) is refused before the new token is used for anything else.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from sfseed_core.errors import GuardRefused, LoginFailed, OrgUnreachable, SessionExpired
from sfseed_core.ids import to18
from sfseed_core.logs import SILENT
from sfseed_core.org.address import instance_url
from sfseed_core.org.answers import refused
from sfseed_core.org.retry import reads
from sfseed_core.org.transport import CONNECT_TIMEOUT, READ_TIMEOUT, Bearer, new_session, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import BinaryIO

    import requests
    from requests.adapters import BaseAdapter

    from sfseed_core.clock import Clock
    from sfseed_core.logs import Log
    from sfseed_core.org.login import Grant, Login

_T = TypeVar("_T")
_NOTHING: Mapping[str, str] = MappingProxyType({})
NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True)
class Request:
    """One request to an org; `path` starts with a slash. `body` is a file that is streamed, or bytes."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    json: Any = None
    body: Path | bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    stream: bool = False
    authorized: bool = True
    read_timeout: float = READ_TIMEOUT

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Session:
    """A pooled HTTP session with one org, safe to use from several threads."""

    def __init__(
        self,
        login: Login,
        *,
        clock: Clock,
        mounts: Mapping[str, BaseAdapter] | None = None,
        log: Log = SILENT,
    ) -> None:
        self.login = login
        self.clock = clock
        self._log = log
        self._mounts = mounts
        self._lock = threading.Lock()
        self._grant = _checked(login.grant())
        self._http = new_session(self._grant.instance_url, mounts)
        self._pinned = self._grant.org_id
        self._moved = False

    def __repr__(self) -> str:
        return f"Session({self.login.name!r}, {self._grant.instance_url!r})"

    @property
    def instance_url(self) -> str:
        """The org's address, as of the last renewal."""
        return self._grant.instance_url

    @property
    def org_id(self) -> str | None:
        """The org that the session is bound to, once that is known."""
        return self._pinned

    @property
    def mounts(self) -> Mapping[str, BaseAdapter] | None:
        """The adapters that tests have put under some addresses."""
        return self._mounts

    @property
    def grant(self) -> Grant:
        """The grant in use."""
        return self._grant

    def pin(self, org_id: str) -> None:
        """Bind the session to an org for good; GuardRefused when the login has named another one."""
        with self._lock:
            if self._pinned is not None and self._pinned != org_id:
                raise _elsewhere(self.login.name, self._pinned, org_id)
            self._pinned = org_id

    def read(self, request: Request) -> requests.Response:
        """Return the answer to a read, tried again after a lost connection, an overloaded org or a cut answer."""
        for attempt in reads():
            with attempt:
                return self.once(request)
        raise AssertionError  # the last attempt raises

    def read_json(self, request: Request, *, first: bool = False) -> Any:
        """Return the JSON of a read; an answer that is not JSON is tried again like a cut one; `first` as of `reads`."""
        for attempt in reads(first=first):
            with attempt:
                return parsed(self.once(request), request)
        raise AssertionError

    def once(self, request: Request) -> requests.Response:
        """Return the answer to one exchange; an expired session is renewed and the request sent once more.

        That is safe for writes too: a request refused for its token has not acted.
        """
        return self.with_grant(lambda grant: self._exchange(request, grant))

    def with_grant(self, exchange: Callable[[Grant], _T]) -> _T:
        """Do one exchange with the present grant, and once more after renewing a grant that was refused.

        After a lost connection to an org that may move, the next exchange asks where it is by now.
        """
        if self._moved:
            self.renew(self._grant)
        grant = self._grant
        try:
            return exchange(grant)
        except SessionExpired:
            self.renew(grant)
            return exchange(self._grant)
        except OrgUnreachable:
            self._moved = self.login.may_move
            raise

    def act(self, request: Request) -> requests.Response:
        """Return the answer to a write, sent once.

        OrgAnswered means that the org has refused for certain; OrgUnreachable that nobody knows whether it has acted:
        no answer, a cut one, or a server-side failure on the way.
        """
        try:
            answer = self.once(request)
        except LoginFailed:
            raise
        except Exception as error:
            raise outcome(error) from error
        return answer

    def renew(self, spent: Grant) -> None:
        """Replace a spent grant, unless another thread has done so.

        Raises GuardRefused when the login now leads to another org; the spent grant then stays in place.
        """
        with self._lock:
            if self._grant is not spent:
                return
            fresh = _checked(self.login.grant(renew=True))
            if self._pinned is not None:
                led_to = fresh.org_id or self._ask_org_id(fresh)
                if led_to != self._pinned:
                    raise _elsewhere(self.login.name, self._pinned, led_to)
            self._grant = fresh
            self._moved = False
            self._log.info("session renewed", org=self._pinned)

    def _ask_org_id(self, grant: Grant) -> str:
        """Ask the org itself who it is, with a grant that does not say."""
        request = Request("GET", "/services/oauth2/userinfo")
        found = parsed(self._exchange(request, grant), request)
        try:
            return to18(found["organization_id"])
        except (KeyError, TypeError, ValueError) as error:
            raise GuardRefused("the org does not say which one it is: nothing is sent to it") from error

    def _exchange(self, request: Request, grant: Grant) -> requests.Response:
        assert request.path.startswith("/"), request.path
        started = self.clock.monotonic()
        with translated(str(request)), _opened(request.body) as body:
            answer = self._http.request(
                request.method,
                grant.instance_url + request.path,
                params=dict(request.params),
                json=request.json,
                data=body,
                headers=dict(request.headers),
                auth=Bearer(grant.access_token) if request.authorized else None,
                stream=request.stream,
                allow_redirects=False,
                timeout=(CONNECT_TIMEOUT, request.read_timeout),
            )
            self._note(request, answer, started)
            if answer.status_code < 300 or answer.status_code == NOT_MODIFIED:
                return answer
            raise refused(str(request), answer.status_code, answer.content)

    def _note(self, request: Request, answer: requests.Response, started: float) -> None:
        elapsed = round((self.clock.monotonic() - started) * 1000)
        note = self._log.info if answer.status_code < 400 else self._log.warning
        note("call", method=request.method, path=request.path, status=answer.status_code, ms=elapsed)


def parsed(answer: requests.Response, request: Request) -> Any:
    """Return the JSON of an answer; OrgUnreachable when it is none (a cut answer, a proxy's page)."""
    with translated(str(request)):
        content = answer.content
    try:
        return answer.json() if content else None
    except (ValueError, RecursionError) as error:
        raise OrgUnreachable(
            f"the answer to {request} is not JSON: it was cut, or something on the way answered"
        ) from error


def outcome(error: Exception) -> Exception:
    """Return what an error means for a write: server-side failures (5xx) leave its outcome unknown."""
    status = getattr(error, "status", 0)
    if status >= 500 or status == 408:
        return OrgUnreachable(f"it is not known whether this has acted: {error}")
    return error


def _checked(grant: Grant) -> Grant:
    instance_url(grant.instance_url)
    return grant


@contextmanager
def _opened(body: Path | bytes | None) -> Iterator[BinaryIO | bytes | None]:
    if isinstance(body, Path):
        with body.open("rb") as file:
            yield file
    else:
        yield body


def _elsewhere(name: str, expected: str, found: str) -> GuardRefused:
    return GuardRefused(
        f"the login {name!r} now leads to another org: {found} instead of {expected}; nothing was sent to it",
        hint="If the sandbox was refreshed, connect to it again and start a new run.",
    )
