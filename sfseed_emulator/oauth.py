"""The org's random credentials and the tokens that it has given out."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfseed_emulator.state import OrgState

ACCESS, REFRESH = "access", "refresh"
CLI_CLIENT = "PlatformCLI"
"""The Salesforce CLI's own client id, trusted everywhere; it has no secret and may only refresh."""

_NOTED_SECONDS = 60  # how exactly the last use of a token is kept
_KEPT = "credentials"


@dataclass(frozen=True, slots=True)
class Credentials:
    """How the org's administrator and its one client app log in."""

    username: str
    password: str
    security_token: str
    client_id: str
    client_secret: str
    refresh_token: str

    def __repr__(self) -> str:
        return f"Credentials(username={self.username!r})"


def credentials(state: OrgState) -> Credentials:
    """Return the org's credentials, drawn at random the first time."""
    with state.transaction():
        kept = state.meta(_KEPT)
        if isinstance(kept, dict):
            return Credentials(**{one.name: str(kept[one.name]) for one in fields(Credentials)})
        made = Credentials(
            username=_username(state),
            password=secrets.token_urlsafe(12),
            security_token=secrets.token_hex(12),
            client_id="3MVG9" + secrets.token_hex(40),
            client_secret=secrets.token_hex(32).upper(),
            refresh_token=issue(state, state.user_id, REFRESH, secrets.token_hex(8)),
        )
        state.put_meta(_KEPT, asdict(made))
        return made


def _username(state: OrgState) -> str:
    found = state.schema.get("User")
    if found is not None and "Username" in found.fields:
        row = state.db.execute('SELECT "Username" FROM "User" WHERE Id = ?', (state.user_id,)).fetchone()
        if row and row[0]:
            return str(row[0])
    return "admin@practice.example.com"


def new_access_token(state: OrgState) -> str:
    """Return a fresh access token of the running user, of the same grant as the org's refresh token."""
    with state.transaction():
        refresh = credentials(state).refresh_token
        kept = state.db.execute('SELECT grant_id FROM "_token" WHERE token = ?', (refresh,)).fetchone()
        return issue(state, state.user_id, ACCESS, kept[0] if kept else secrets.token_hex(8))


def user_of(state: OrgState, token: str) -> str | None:
    """Return the user whose live access token this is; its session goes on from now."""
    now = state.now().timestamp()
    with state.lock:
        statement = 'SELECT user_id, used FROM "_token" WHERE token = ? AND kind = ?'
        kept = state.db.execute(statement, (token, ACCESS)).fetchone()
    if kept is None or now - kept[1] > state.options.session_seconds:
        return None
    if now - kept[1] > _NOTED_SECONDS:
        with state.transaction():
            state.db.execute('UPDATE "_token" SET used = ? WHERE token = ?', (now, token))
    return str(kept[0])


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What is known of a live token."""

    kind: str
    user_id: str
    grant_id: str
    used: float


def facts(state: OrgState, token: str) -> TokenFacts | None:
    """Return what is known of a token, None when it is unknown or its session is over."""
    with state.lock:
        kept = state.db.execute('SELECT kind, user_id, grant_id, used FROM "_token" WHERE token = ?', (token,)).fetchone()
    if kept is None or (kept[0] == ACCESS and state.now().timestamp() - kept[3] > state.options.session_seconds):
        return None
    return TokenFacts(*kept)


def expire(state: OrgState, token: str) -> None:
    """End the session of an access token, as time would."""
    with state.transaction():
        state.db.execute('UPDATE "_token" SET used = 0 WHERE token = ? AND kind = ?', (token, ACCESS))


def end_all(state: OrgState) -> None:
    """End every token; the credentials stay, with a new refresh token."""
    with state.transaction():
        state.db.execute('DELETE FROM "_token"')
        kept = state.meta(_KEPT)
        if isinstance(kept, dict):
            fresh = issue(state, state.user_id, REFRESH, secrets.token_hex(8))
            state.put_meta(_KEPT, {**kept, "refresh_token": fresh})


def revoke(state: OrgState, token: str) -> bool:
    """End a token and all others of its grant; False when there is no such token."""
    with state.transaction():
        kept = state.db.execute('SELECT grant_id FROM "_token" WHERE token = ?', (token,)).fetchone()
        if kept is not None:
            state.db.execute('DELETE FROM "_token" WHERE grant_id = ?', kept)
    return kept is not None


def issue(state: OrgState, user_id: str, kind: str, grant_id: str) -> str:
    """Make a token, inside the caller's transaction."""
    token = f"{state.org_id[:15]}!{secrets.token_hex(48)}" if kind == ACCESS else f"5Aep861{secrets.token_hex(36)}"
    values = (token, kind, user_id, grant_id, state.now().timestamp())
    state.db.execute('INSERT INTO "_token" VALUES (?, ?, ?, ?, ?)', values)
    return token
