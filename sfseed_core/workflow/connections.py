"""Saved connections: add, sign in, rename, forget, revoke, protect."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sfseed_core.errors import LoginFailed, UserError
from sfseed_core.org import flows, web_login
from sfseed_core.org.address import instance_url
from sfseed_core.org.callback import Callback
from sfseed_core.org.client import connect
from sfseed_core.org.connections import COLOURS, change, checked_name, read
from sfseed_core.org.exchange import carry_out
from sfseed_core.org.secret_store import secret_store
from sfseed_core.workflow.connect import saved_login
from sfseed_core.workflow.refreshed import as_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.org.connections import Connection
    from sfseed_core.org.facts import OrgFacts
    from sfseed_core.org.flows import Tokens
    from sfseed_core.org.secret_store import Kept
    from sfseed_core.org.web_login import Pending


@dataclass(frozen=True, slots=True)
class Draft:
    """A connection to be added, and its secret (none for Salesforce's CLI and a key in a file)."""

    connection: Connection
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Added:
    """A saved connection, what its org says, and where the secret is kept (None: there is none)."""

    connection: Connection
    facts: OrgFacts
    kept: Kept | None


def add(draft: Draft, *, home: Path, clock: Clock) -> Added:
    """Connect, and only when that works save the connection; one of that name is replaced.

    Raises LoginFailed and the like; then nothing is saved.
    """
    name = checked_name(draft.connection.name)
    one = replace(draft.connection, instance_url=instance_url(draft.connection.instance_url))
    secrets, before = secret_store(home), read(home).saved.get(name)
    was = secrets.get(name)
    kept = secrets.put(name, draft.secret) if draft.secret is not None else None
    try:
        facts = connect(saved_login(one, home), clock=clock).facts
    except BaseException:
        secrets.forget(name)
        if before is not None and was is not None:
            secrets.put(name, was)
        raise
    known = replace(one, org_id=before.org_id, former_ids=before.former_ids) if before is not None else one
    found = as_of(replace(known, instance_url=facts.instance_url), facts)
    change(home, lambda all_: all_.with_(found))
    return Added(found, facts, kept)


def sign_in(
    pending: Pending, *, port: int, open_browser: Callable[[str], object], seconds: float = web_login.MINUTES * 60
) -> Tokens:
    """Let the user sign in with the browser; the port is listened on before the browser is sent away.

    Raises UserError when the port is taken, LoginFailed when the user denies, closes the tab or takes too long.
    """
    with Callback(pending.state, port) as listener:
        open_browser(pending.address)
        return carry_out(web_login.finish(pending, listener.wait(seconds)))


def web_secret(tokens: Tokens, client_secret: str | None) -> str:
    """Return what a web connection keeps: refresh token, and the client secret where the app has one."""
    if tokens.refresh_token is None:
        raise LoginFailed(
            "the org gave no refresh token, so the sign-in would end soon",
            hint="The admin adds the scope refresh_token (Perform requests at any time) to the app.",
        )
    return f"{tokens.refresh_token}\n{client_secret}" if client_secret else tokens.refresh_token


def rename(old: str, new: str, *, home: Path) -> None:
    """Give a connection another name, its secret with it."""
    change(home, lambda all_: all_.renamed(old, new))
    secrets = secret_store(home)
    secret = secrets.get(old)
    if secret is not None:
        secrets.put(new, secret)
        secrets.forget(old)


def colour(name: str, chosen: str, *, home: Path) -> None:
    """Mark a connection with a colour."""
    if chosen not in COLOURS:
        raise UserError(f"{chosen[:50]!r} is none of the colours", hint=f"Known: {', '.join(COLOURS)}.")
    change(home, lambda all_: all_.with_(replace(all_.find(name), colour=chosen)))


def forget(name: str, *, home: Path) -> None:
    """Drop a connection and its secret from this machine; the protection of its org stays."""
    change(home, lambda all_: all_.without(name))
    secret_store(home).forget(name)


def revoke(name: str, *, home: Path) -> str:
    """End a connection's token in the org, then forget the connection; return what is left for others to do."""
    one = read(home).find(name)
    secret = secret_store(home).get(name)
    ended = False
    if one.way in {"web", "token"} and secret is not None:
        ended = carry_out(flows.revoke(instance_url(one.instance_url), secret.partition("\n")[0]))
    forget(name, home=home)
    return "" if ended else _LEFT.get(one.way, "The org did not know the token any more.")


def protect(name: str, *, home: Path, facts: OrgFacts) -> None:
    """Never write to this org again from here, under whatever name it is reached."""
    change(home, lambda all_: replace(all_, protected={**all_.protected, facts.org_id: name}))


def unprotect(*, home: Path, facts: OrgFacts) -> None:
    """Let the org be written to again, if the guard allows it."""
    change(home, lambda all_: replace(all_, protected={key: n for key, n in all_.protected.items() if key != facts.org_id}))


_LEFT = {
    "sf-cli": "Salesforce's CLI is still logged in: sf org logout --target-org ALIAS ends that.",
    "client-credentials": "The admin ends it for good by rotating the app's secret or removing the app.",
    "jwt": "The admin ends it for good by removing the certificate from the app, or the app.",
    "password": "The user ends it for good by a new password or security token.",
}
