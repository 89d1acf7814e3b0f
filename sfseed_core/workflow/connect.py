"""From an org's name to an open connection, and to leave to write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_core import system
from sfseed_core.errors import SettingsError, UserError
from sfseed_core.org.client import connect
from sfseed_core.org.credentials import ClientCredentialsLogin, DemoLogin, TokenLogin

if TYPE_CHECKING:
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.org.client import Org
    from sfseed_core.org.login import Login
    from sfseed_core.settings import Settings

DEMO, ENV, SOURCE = "demo", "env", "sfdx:"


def is_source(name: str) -> bool:
    """Return whether an org's name is the path of an SFDX project: `sfdx:PATH`."""
    return name.startswith(SOURCE)


@dataclass(frozen=True, slots=True)
class Known:
    """An org that `--org` can name."""

    name: str
    what: str


def known_orgs() -> tuple[Known, ...]:
    """Return the orgs that can be named here."""
    from sfseed_core.settings import load_settings

    address = load_settings().instance_url
    env = f"{address} (SFSEED_INSTANCE_URL)" if address else "set SFSEED_INSTANCE_URL and a token or client id to use it"
    return Known(DEMO, "the practice org: built in, no Salesforce needed"), Known(ENV, env)


def find_login(name: str, home: Path | None = None) -> Login:
    """Return the way into the org of that name: `demo`, `env`, or a saved one.

    Raises UserError for an unknown name, SettingsError when `env` lacks a variable.
    """
    from sfseed_core.settings import load_settings

    where = home or system.home()
    if name == DEMO:
        return DemoLogin(where)
    if name == ENV:
        return _from_environment(load_settings(where))
    if is_source(name):
        raise UserError(
            f"{name} is a project's source, not an org: nothing can be read from it or loaded into it.",
            hint="Discover, plan, generate and check work with it; to load, name an org.",
        )
    raise UserError(f"There is no org called {name!r} here.", hint="Known: demo, env, sfdx:PATH. See: sfseed orgs")


def _from_environment(settings: Settings) -> Login:
    if settings.instance_url is None:
        raise SettingsError("--org env needs SFSEED_INSTANCE_URL", hint="Set it to the org's My Domain address.")
    if settings.access_token is not None:
        return TokenLogin(ENV, settings.instance_url, settings.access_token.get_secret_value())
    if settings.client_id is not None and settings.client_secret is not None:
        return ClientCredentialsLogin(
            ENV, settings.instance_url, settings.client_id, settings.client_secret.get_secret_value()
        )
    raise SettingsError(
        "--org env needs SFSEED_ACCESS_TOKEN, or SFSEED_CLIENT_ID and SFSEED_CLIENT_SECRET", hint="Set one or the other."
    )


def open_org(name: str, *, clock: Clock, home: Path | None = None) -> Org:
    """Connect to the org of that name, for reading."""
    return connect(find_login(name, home), clock=clock)
