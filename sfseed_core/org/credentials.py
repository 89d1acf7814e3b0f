"""The ways in: a pasted token, client credentials, the demo org."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sfseed_core.errors import LoginFailed, OrgUnreachable, SettingsError
from sfseed_core.ids import to18
from sfseed_core.org.address import instance_url
from sfseed_core.org.answers import error_of
from sfseed_core.org.login import Grant, Login
from sfseed_core.org.transport import brief_session, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests.adapters import BaseAdapter

_TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 - a path


@dataclass(frozen=True, slots=True)
class TokenLogin:
    """An access token that somebody else obtained; it cannot be renewed."""

    name: str
    instance_url: str
    access_token: str = field(repr=False)

    may_move = False

    def grant(self, *, renew: bool = False) -> Grant:
        """Return the token; LoginFailed when it would have to be renewed."""
        if renew:
            raise LoginFailed(
                f"the access token of {self.name!r} is no longer accepted", hint="Get a new one and connect again."
            )
        return Grant(instance_url(self.instance_url), self.access_token)

    def to_secret(self) -> dict[str, str]:
        """Return kind, name, address and token."""
        return {"kind": "token", "name": self.name, "instance_url": self.instance_url, "access_token": self.access_token}


@dataclass(frozen=True, slots=True)
class ClientCredentialsLogin:
    """The client id and secret of an External Client App whose run-as user does the work (My Domain address only).

    `mounts` serve tests that run the emulator in process.
    """

    name: str
    instance_url: str
    client_id: str
    client_secret: str = field(repr=False)
    mounts: Mapping[str, BaseAdapter] | None = field(default=None, repr=False, compare=False)

    may_move = False

    def grant(self, *, renew: bool = False) -> Grant:  # noqa: ARG002 - every grant is a fresh one
        """Return a fresh token of the org's token endpoint."""
        return client_credentials(instance_url(self.instance_url), self.client_id, self.client_secret, self.mounts)

    def to_secret(self) -> dict[str, str]:
        """Return kind, name, address, client id and secret."""
        return {
            "kind": "client-credentials",
            "name": self.name,
            "instance_url": self.instance_url,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """The demo org of a home, started when it is not running; its address may change from one start to the next."""

    home: Path

    name = "demo"
    may_move = True

    def grant(self, *, renew: bool = False) -> Grant:
        """Return a token of the running demo org; with `renew` a fresh one, from wherever it runs by now."""
        from sfseed_emulator.demo import ensure_demo

        try:
            demo = ensure_demo(self.home)
        except (OSError, RuntimeError) as error:
            raise OrgUnreachable(f"the demo org does not start: {error}", hint="See sfseed doctor.") from error
        if renew:
            return client_credentials(demo.base_url, demo.client_id, demo.client_secret)
        return Grant(demo.base_url, demo.access_token, to18(demo.org_id))

    def to_secret(self) -> dict[str, str]:
        """Return kind and home; the credentials stand in the home's own private file."""
        return {"kind": "demo", "home": str(self.home)}


def from_secret(secret: Mapping[str, str]) -> Login:
    """Return the login that `to_secret` described; SettingsError when it is none."""
    make = _MAKERS.get(secret.get("kind", ""))
    if make is None:
        raise SettingsError(f"no such kind of login: {secret.get('kind')!r}; known are {', '.join(sorted(_MAKERS))}")
    try:
        return make(**{key: value for key, value in secret.items() if key != "kind"})
    except TypeError:  # its text may quote what was given
        raise SettingsError(
            f"a login of kind {secret['kind']!r} is incomplete: found {', '.join(sorted(secret))}"
        ) from None


def _demo(home: str) -> Login:
    return DemoLogin(Path(home))


_MAKERS: Mapping[str, Callable[..., Login]] = {
    "token": TokenLogin,
    "client-credentials": ClientCredentialsLogin,
    "demo": _demo,
}


def client_credentials(
    url: str, client_id: str, client_secret: str, mounts: Mapping[str, BaseAdapter] | None = None
) -> Grant:
    """Ask an org's token endpoint for a token by client credentials."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    with brief_session(url, mounts) as http, translated(f"POST {_TOKEN_PATH}"):
        answer = http.post(url + _TOKEN_PATH, data=form, allow_redirects=False, timeout=(10, 60))
        status, body = answer.status_code, answer.content
    if status >= 500 or status == 429:
        raise OrgUnreachable(f"the org's token endpoint answered {status}: try again later")
    if status != 200:
        code, detail = error_of(status, body)
        raise LoginFailed(
            f"the org at {urlsplit(url).netloc} did not accept the client credentials: {code}: {detail}",
            hint="Check client id and secret, and that the app's client credentials flow is on with a run-as user.",
        )
    return grant_of(_json(answer))


def grant_of(answer: Mapping[str, Any]) -> Grant:
    """Return the grant in a token endpoint's answer; the org is the one that its `id` address names."""
    try:
        org_id = to18(urlsplit(answer["id"]).path.split("/")[2])
        return Grant(instance_url(answer["instance_url"]), str(answer["access_token"]), org_id)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError):
        raise LoginFailed("the org's token endpoint gave no usable answer (token, address and org id)") from None


def _json(answer: Any) -> Mapping[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}
