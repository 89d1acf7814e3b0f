"""Logging in: the org's random credentials, its tokens, and the grants of the token endpoint."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_emulator.state import OrgState

ACCESS, REFRESH = "access", "refresh"
CLI_CLIENT = "PlatformCLI"
"""The Salesforce CLI's own client id, trusted everywhere; it has no secret and may only refresh."""

_NOTED_SECONDS = 60  # how exactly the last use of a token is kept
_KEPT = "credentials"


class OAuthError(Exception):
    """A refusal of the token endpoint."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error, description)
        self.error = error
        self.description = description
        self.status = status


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
            refresh_token=_issue(state, state.user_id, REFRESH, secrets.token_hex(8)),
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
        return _issue(state, state.user_id, ACCESS, kept[0] if kept else secrets.token_hex(8))


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


def expire(state: OrgState, token: str) -> None:
    """End the session of an access token, as time would."""
    with state.transaction():
        state.db.execute('UPDATE "_token" SET used = 0 WHERE token = ? AND kind = ?', (token, ACCESS))


def revoke(state: OrgState, token: str) -> bool:
    """End a token and all others of its grant; False when there is no such token."""
    with state.transaction():
        kept = state.db.execute('SELECT grant_id FROM "_token" WHERE token = ?', (token,)).fetchone()
        if kept is not None:
            state.db.execute('DELETE FROM "_token" WHERE grant_id = ?', kept)
    return kept is not None


def _issue(state: OrgState, user_id: str, kind: str, grant_id: str) -> str:
    token = f"{state.org_id[:15]}!{secrets.token_hex(48)}" if kind == ACCESS else f"5Aep861{secrets.token_hex(36)}"
    values = (token, kind, user_id, grant_id, state.now().timestamp())
    state.db.execute('INSERT INTO "_token" VALUES (?, ?, ?, ?, ?)', values)
    return token


# The token endpoint


def grant(state: OrgState, form: Mapping[str, str], authorization: str, base_url: str) -> dict[str, str]:
    """Answer a request to the token endpoint; OAuthError when it is refused.

    `authorization` is the request's header of that name: client id and secret may stand there (Basic) instead of in the form.
    """
    given = {**form, **_basic(authorization)}
    flow = _GRANTS.get(given.get("grant_type", ""))
    if flow is None:
        raise OAuthError("unsupported_grant_type", "grant type not supported")
    with state.transaction():
        return _answer(state, flow(state, given), base_url)


def _basic(authorization: str) -> dict[str, str]:
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        return {}
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except ValueError:
        raise OAuthError("invalid_client", "invalid client credentials", 401) from None
    return {"client_id": client_id, "client_secret": secret}


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8"), expected.encode("utf-8"))


def _check_client(state: OrgState, given: Mapping[str, str], *, secret_needed: bool) -> None:
    own = credentials(state)
    client_id = given.get("client_id", "")
    if client_id == CLI_CLIENT and not secret_needed:
        return
    if not _same(client_id, own.client_id):
        raise OAuthError("invalid_client_id", "client identifier invalid")
    secret = given.get("client_secret", "")
    if (secret or secret_needed) and not _same(secret, own.client_secret):
        raise OAuthError("invalid_client", "invalid client credentials", 401)


@dataclass(frozen=True, slots=True)
class _Session:
    user_id: str
    grant_id: str


def _client_credentials(state: OrgState, given: Mapping[str, str]) -> _Session:
    _check_client(state, given, secret_needed=True)
    return _Session(state.user_id, secrets.token_hex(8))


def _password(state: OrgState, given: Mapping[str, str]) -> _Session:
    _check_client(state, given, secret_needed=True)
    own = credentials(state)
    named = _same(given.get("username", "").lower(), own.username.lower())
    if not (_same(given.get("password", ""), own.password + own.security_token) and named):
        raise OAuthError("invalid_grant", "authentication failure")
    return _Session(state.user_id, secrets.token_hex(8))


def _refresh(state: OrgState, given: Mapping[str, str]) -> _Session:
    _check_client(state, given, secret_needed=False)
    statement = 'SELECT user_id, grant_id FROM "_token" WHERE token = ? AND kind = ?'
    kept = state.db.execute(statement, (given.get("refresh_token", ""), REFRESH)).fetchone()
    if kept is None:
        raise OAuthError("invalid_grant", "expired access/refresh token")
    return _Session(str(kept[0]), str(kept[1]))


_GRANTS: Mapping[str, Callable[[OrgState, Mapping[str, str]], _Session]] = {
    "client_credentials": _client_credentials,
    "password": _password,
    "refresh_token": _refresh,
}


def _answer(state: OrgState, session: _Session, base_url: str) -> dict[str, str]:
    identity = f"{base_url}/id/{state.org_id}/{session.user_id}"
    issued = str(int(state.now().timestamp() * 1000))
    secret = credentials(state).client_secret.encode("utf-8")
    signature = hmac.new(secret, f"{identity}{issued}".encode(), hashlib.sha256).digest()
    return {
        "access_token": _issue(state, session.user_id, ACCESS, session.grant_id),
        "signature": base64.b64encode(signature).decode("ascii"),
        "scope": "refresh_token api web id",
        "instance_url": base_url,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued,
    }
