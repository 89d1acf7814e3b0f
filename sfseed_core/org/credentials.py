"""The ways in: a pasted token, client credentials, a signed key, a saved sign-in, a password, Salesforce's CLI, the demo org."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sfseed_core.clock import SYSTEM
from sfseed_core.errors import LoginFailed, OrgUnreachable, SettingsError
from sfseed_core.ids import to18
from sfseed_core.org import flows
from sfseed_core.org.address import instance_url
from sfseed_core.org.exchange import carry_out
from sfseed_core.org.login import Grant, Login

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from requests.adapters import BaseAdapter


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
class JwtLogin:
    """The private key whose certificate an External Client App holds, and the user to be (JWT bearer flow)."""

    name: str
    instance_url: str
    client_id: str
    username: str
    key: str = field(repr=False)
    mounts: Mapping[str, BaseAdapter] | None = field(default=None, repr=False, compare=False)

    may_move = False

    def grant(self, *, renew: bool = False) -> Grant:  # noqa: ARG002 - every grant is a fresh one
        """Return a fresh token."""
        url = instance_url(self.instance_url)
        flow = flows.jwt_bearer(url, client_id=self.client_id, username=self.username, key=self.key, now=SYSTEM.now())
        return carry_out(flow, self.mounts).grant

    def to_secret(self) -> dict[str, str]:
        """Return kind, name, address, client id, user and key."""
        return {
            "kind": "jwt",
            "name": self.name,
            "instance_url": self.instance_url,
            "client_id": self.client_id,
            "username": self.username,
            "key": self.key,
        }


@dataclass(slots=True)
class RefreshLogin:
    """A sign-in in the browser that was kept: its refresh token, which an org may replace at each use.

    `keep` is told a replaced refresh token, so that the saved one is not left behind as a dead one.
    """

    name: str
    instance_url: str
    client_id: str
    refresh_token: str = field(repr=False)
    client_secret: str = field(default="", repr=False)
    keep: Callable[[str], None] | None = field(default=None, repr=False, compare=False)
    mounts: Mapping[str, BaseAdapter] | None = field(default=None, repr=False, compare=False)

    may_move = False

    def grant(self, *, renew: bool = False) -> Grant:  # noqa: ARG002 - every grant is a fresh one
        """Return a fresh token."""
        url = instance_url(self.instance_url)
        flow = flows.refresh(url, self.refresh_token, client_id=self.client_id, client_secret=self.client_secret or None)
        tokens = carry_out(flow, self.mounts)
        if tokens.refresh_token is not None and tokens.refresh_token != self.refresh_token:
            self.refresh_token = tokens.refresh_token
            if self.keep is not None:
                self.keep(tokens.refresh_token)
        return tokens.grant

    def to_secret(self) -> dict[str, str]:
        """Return kind, name, address, client and refresh token; the process that gets it does not save a replaced one."""
        return {
            "kind": "refresh",
            "name": self.name,
            "instance_url": self.instance_url,
            "client_id": self.client_id,
            "refresh_token": self.refresh_token,
            "client_secret": self.client_secret,
        }


@dataclass(frozen=True, slots=True)
class PasswordLogin:
    """A username and its password with the security token behind it (SOAP login, the command line only)."""

    name: str
    instance_url: str
    username: str
    password: str = field(repr=False)
    mounts: Mapping[str, BaseAdapter] | None = field(default=None, repr=False, compare=False)

    may_move = False

    def grant(self, *, renew: bool = False) -> Grant:  # noqa: ARG002 - every grant is a fresh one
        """Log in anew."""
        url = instance_url(self.instance_url)
        return carry_out(flows.soap_login(url, self.username, self.password), self.mounts).grant

    def to_secret(self) -> dict[str, str]:
        """Return kind, name, address, user and password."""
        return {
            "kind": "password",
            "name": self.name,
            "instance_url": self.instance_url,
            "username": self.username,
            "password": self.password,
        }


@dataclass(frozen=True, slots=True)
class CliLogin:
    """An org that Salesforce's own CLI is logged in to, by alias or username; the CLI keeps its secrets, we ask it."""

    name: str
    alias: str

    may_move = False

    def grant(self, *, renew: bool = False) -> Grant:  # noqa: ARG002 - the CLI renews the token by itself
        """Ask the CLI for a valid token."""
        from sfseed_core.org import sf_cli

        return sf_cli.carry_out(sf_cli.grant_of(self.alias))

    def to_secret(self) -> dict[str, str]:
        """Return kind, name and alias: the CLI keeps the secret."""
        return {"kind": "sf-cli", "name": self.name, "alias": self.alias}


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


def refreshing(
    name: str, url: str, client_id: str, refresh_token: str, client_secret: str = "", *, home: Path
) -> RefreshLogin:
    """Return a saved sign-in whose refresh token is saved anew whenever the org replaces it."""
    from sfseed_core.org.secret_store import secret_store

    def keep(token: str) -> None:
        secret_store(home).put(name, f"{token}\n{client_secret}" if client_secret else token)

    return RefreshLogin(name, url, client_id, refresh_token, client_secret, keep)


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


def client_credentials(
    url: str, client_id: str, client_secret: str, mounts: Mapping[str, BaseAdapter] | None = None
) -> Grant:
    """Ask an org's token endpoint for a token by client credentials."""
    return carry_out(flows.client_credentials(url, client_id, client_secret), mounts).grant


def _demo(home: str) -> Login:
    return DemoLogin(Path(home))


_MAKERS: Mapping[str, Callable[..., Login]] = {
    "token": TokenLogin,
    "client-credentials": ClientCredentialsLogin,
    "jwt": JwtLogin,
    "refresh": RefreshLogin,
    "password": PasswordLogin,
    "sf-cli": CliLogin,
    "demo": _demo,
}
