"""From an org's name to an open connection, and to leave to write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sfseed_core import system
from sfseed_core.errors import LoginFailed, SettingsError, UserError
from sfseed_core.events import SILENT
from sfseed_core.logs import SILENT as UNLOGGED
from sfseed_core.org import sf_cli
from sfseed_core.org.client import connect
from sfseed_core.org.connections import protection, read
from sfseed_core.org.credentials import (
    ClientCredentialsLogin,
    CliLogin,
    DemoLogin,
    JwtLogin,
    PasswordLogin,
    TokenLogin,
    refreshing,
)
from sfseed_core.org.guard import decide
from sfseed_core.org.secret_store import secret_store
from sfseed_core.schema.sfdx.address import refuse_source
from sfseed_core.workflow.refreshed import remember

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.clock import Clock
    from sfseed_core.events import Observer
    from sfseed_core.logs import Log
    from sfseed_core.org.client import Org
    from sfseed_core.org.connections import Connection, Way
    from sfseed_core.org.facts import OrgFacts
    from sfseed_core.org.guard import Decision
    from sfseed_core.org.login import Login
    from sfseed_core.org.transport import Mounts
    from sfseed_core.settings import Settings

DEMO, ENV = "demo", "env"


@dataclass(frozen=True, slots=True)
class Known:
    """An org that `--org` can name; `saved` is its connection when it has one."""

    name: str
    what: str
    saved: Connection | None = None
    protected: bool = False


def known_orgs(home: Path | None = None) -> tuple[Known, ...]:
    """Return the orgs that can be named here, without asking any of them nor Salesforce's CLI."""
    from sfseed_core.settings import load_settings

    where = home or system.home()
    address = load_settings(where).instance_url
    env = f"{address} (SFSEED_INSTANCE_URL)" if address else "set SFSEED_INSTANCE_URL and a token or client id to use it"
    found = read(where)
    saved = [
        Known(one.name, describe(one), one, one.org_id in found.protected)
        for one in sorted(found.saved.values(), key=lambda one: one.name.lower())
    ]
    return (Known(DEMO, "the practice org: built in, no Salesforce needed"), *saved, Known(ENV, env))


def cli_orgs() -> tuple[sf_cli.CliOrg, ...]:
    """Return the orgs that Salesforce's CLI knows, each usable as `--org ALIAS`; none where it is not installed.

    It takes the CLI a second or two.
    """
    return sf_cli.carry_out(sf_cli.listing()) if sf_cli.find() is not None else ()


def describe(one: Connection) -> str:
    """Say in one line what a saved connection leads to."""
    org = f"{one.org_name} ({one.org_kind})" if one.org_name else "not connected yet"
    user = f" as {one.username}" if one.username else ""
    return f"{org}{user}, {one.instance_url}"


def find_login(name: str, home: Path | None = None) -> Login:
    """Return the way into the org of that name: `demo`, `env`, a saved one, or one that Salesforce's CLI knows.

    Raises UserError for an unknown name, SettingsError when a variable is missing, LoginFailed when a secret is.
    """
    from sfseed_core.settings import load_settings

    refuse_source(name)
    where = home or system.home()
    if name == DEMO:
        return DemoLogin(where)
    if name == ENV:
        return _from_environment(load_settings(where))
    saved = read(where).saved
    if name in saved:
        return saved_login(saved[name], where)
    if sf_cli.find() is not None and sf_cli.can_name(name):
        return CliLogin(name, name)
    known = ", ".join([DEMO, ENV, "sfdx:PATH", *sorted(saved)])
    raise UserError(f"There is no org called {name!r} here.", hint=f"Known: {known}. See: sfseed orgs")


def open_org(name: str, *, clock: Clock, home: Path | None = None, observer: Observer = SILENT) -> Org:
    """Connect to the org of that name, for reading; a sandbox that was refreshed meanwhile is noticed and told."""
    return reach(find_login(name, home), clock=clock, home=home, observer=observer)


def reach(
    login: Login,
    *,
    clock: Clock,
    home: Path | None = None,
    observer: Observer = SILENT,
    mounts: Mounts | None = None,
    log: Log = UNLOGGED,
) -> Org:
    """Connect by a way in, and remember what its name leads to by now; `mounts` and `log` as of `connect`."""
    org = connect(login, clock=clock, mounts=mounts, log=log)
    remember(login.name, org.facts, home=home or system.home(), observer=observer)
    return org


def judge(facts: OrgFacts, home: Path | None = None) -> Decision:
    """Say whether an org may be written to, from what it is and from what is protected here."""
    return decide(facts, protected_as=protection(home or system.home(), facts.org_id))


def saved_login(one: Connection, home: Path) -> Login:
    """Return the way in that a saved connection stands for."""
    return _SAVED[one.way](one, home)


def _secret(one: Connection, home: Path, otherwise: str | None = None) -> str:
    """Return a connection's secret, or what a variable holds instead; LoginFailed when there is neither."""
    found = secret_store(home).get(one.name) or otherwise
    if found is None:
        raise LoginFailed(
            f"the secret of {one.name!r} is not kept here any more",
            hint=f"Connect once more: sfseed orgs add {one.name} (secrets: {secret_store(home).where})",
        )
    return found


def _saved_token(one: Connection, home: Path) -> Login:
    return TokenLogin(one.name, one.instance_url, _secret(one, home))


def _saved_client(one: Connection, home: Path) -> Login:
    from sfseed_core.settings import load_settings

    variable = load_settings(home).client_secret
    secret = _secret(one, home, variable.get_secret_value() if variable else None)
    return ClientCredentialsLogin(one.name, one.instance_url, one.client_id or "", secret)


def _saved_jwt(one: Connection, home: Path) -> Login:
    from sfseed_core.settings import load_settings

    key = key_in(Path(one.key_file)) if one.key_file else _secret(one, home, _jwt_key(load_settings(home)))
    return JwtLogin(one.name, one.instance_url, one.client_id or "", one.username or "", key)


def _saved_web(one: Connection, home: Path) -> Login:
    token, _, client_secret = _secret(one, home).partition("\n")
    return refreshing(one.name, one.instance_url, one.client_id or "", token, client_secret, home=home)


def _saved_password(one: Connection, home: Path) -> Login:
    return PasswordLogin(one.name, one.instance_url, one.username or "", _secret(one, home))


def _saved_cli(one: Connection, _: Path) -> Login:
    return CliLogin(one.name, one.alias or one.name)


_SAVED: Mapping[Way, Callable[[Connection, Path], Login]] = {
    "token": _saved_token,
    "client-credentials": _saved_client,
    "jwt": _saved_jwt,
    "web": _saved_web,
    "password": _saved_password,
    "sf-cli": _saved_cli,
}


def key_in(path: Path) -> str:
    """Read a private key; SettingsError when that cannot be done."""
    try:
        return path.expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise SettingsError(f"cannot read the private key {path}: {reason}", hint="See SFSEED_JWT_KEY_FILE.") from None


def _jwt_key(settings: Settings) -> str | None:
    if settings.jwt_key is not None:
        return settings.jwt_key.get_secret_value()
    return key_in(Path(settings.jwt_key_file)) if settings.jwt_key_file else None


def _from_environment(settings: Settings) -> Login:
    url = settings.instance_url
    if url is None:
        raise SettingsError("--org env needs SFSEED_INSTANCE_URL", hint="Set it to the org's My Domain address.")
    if settings.access_token is not None:
        return TokenLogin(ENV, url, settings.access_token.get_secret_value())
    if settings.client_id is not None and settings.username is not None and (key := _jwt_key(settings)) is not None:
        return JwtLogin(ENV, url, settings.client_id, settings.username, key)
    if settings.client_id is not None and settings.client_secret is not None:
        return ClientCredentialsLogin(ENV, url, settings.client_id, settings.client_secret.get_secret_value())
    raise SettingsError(
        "--org env needs SFSEED_ACCESS_TOKEN, or SFSEED_CLIENT_ID and SFSEED_CLIENT_SECRET, "
        "or SFSEED_CLIENT_ID, SFSEED_USERNAME and SFSEED_JWT_KEY[_FILE]",
        hint="Set one of these.",
    )
