"""The token endpoint: every grant by which a client gets an access token, and the codes of the web server flow."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sfseed_emulator import oauth, signing
from sfseed_emulator.oauth import ACCESS, REFRESH, credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_emulator.state import OrgState

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCES = frozenset({"https://login.salesforce.com", "https://test.salesforce.com"})
"""Audiences of a JWT beside the org's own address."""

_CLIENT_KEY = "jwt_key"
_CODES = "oauth_codes"
_CODE_SECONDS = 15 * 60
_LONGEST_JWT_SECONDS = 5 * 60
_SKEW_SECONDS = 60
_MILLISECONDS_FROM = 100_000_000_000
# Salesforce takes 128 random bytes in base64url, more than RFC 7636; its CLI sends that
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,172}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})


class OAuthError(Exception):
    """A refusal of the token endpoint."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error, description)
        self.error = error
        self.description = description
        self.status = status


@dataclass(frozen=True, slots=True)
class _Session:
    """Whose token is to be made, of which grant; `new` asks for a refresh token too."""

    user_id: str
    grant_id: str
    new: bool = False


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request to the token endpoint."""

    state: OrgState
    form: Mapping[str, str]
    base_url: str

    def get(self, name: str) -> str:
        """Return a parameter, empty when it is not given."""
        return self.form.get(name, "")


def grant(state: OrgState, form: Mapping[str, str], authorization: str, base_url: str) -> dict[str, str]:
    """Answer a request to the token endpoint; OAuthError when it is refused.

    `authorization` is the request's header of that name: client id and secret may stand there (Basic) instead of in the form.
    """
    given = {**form, **basic(authorization)}
    flow = GRANTS.get(given.get("grant_type", ""))
    if flow is None:
        raise OAuthError("unsupported_grant_type", "grant type not supported")
    with state.transaction():
        return _answer(state, flow(_Asked(state, given, base_url)), base_url)


def basic(authorization: str) -> dict[str, str]:
    """Read client id and secret of a Basic authorization header; nothing for any other."""
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


def check_client(state: OrgState, given: Mapping[str, str], *, secret_needed: bool) -> None:
    """Refuse an unknown client, or a wrong secret; Salesforce's CLI is known everywhere and has none."""
    own = credentials(state)
    client_id = given.get("client_id", "")
    if client_id == oauth.CLI_CLIENT and not secret_needed:
        return
    if not _same(client_id, own.client_id):
        raise OAuthError("invalid_client_id", "client identifier invalid")
    secret = given.get("client_secret", "")
    if (secret or secret_needed) and not _same(secret, own.client_secret):
        raise OAuthError("invalid_client", "invalid client credentials", 401)


def log_in(state: OrgState, username: str, password: str, *, token_needed: bool = True) -> str | None:
    """Return the user whose name and password these are; `token_needed` asks for the security token behind the password."""
    own = credentials(state)
    expected = own.password + own.security_token if token_needed else own.password
    named = _same(username.lower(), own.username.lower())
    return state.user_id if _same(password, expected) and named else None


# The grants


def _client_credentials(asked: _Asked) -> _Session:
    check_client(asked.state, asked.form, secret_needed=True)
    return _Session(asked.state.user_id, secrets.token_hex(8))


def _password(asked: _Asked) -> _Session:
    check_client(asked.state, asked.form, secret_needed=True)
    user_id = log_in(asked.state, asked.get("username"), asked.get("password"))
    if user_id is None:
        raise OAuthError("invalid_grant", "authentication failure")
    return _Session(user_id, secrets.token_hex(8))


def _refresh(asked: _Asked) -> _Session:
    check_client(asked.state, asked.form, secret_needed=False)
    kept = oauth.facts(asked.state, asked.get("refresh_token"))
    if kept is None or kept.kind != REFRESH:
        raise OAuthError("invalid_grant", "expired access/refresh token")
    return _Session(kept.user_id, kept.grant_id)


# The web server flow


def redirect_allowed(address: str) -> bool:
    """Whether the client app may be sent to this address: any on this machine, as its callback is registered."""
    parts = urlsplit(address)
    return parts.scheme in ("http", "https") and (parts.hostname or "") in _LOOPBACK and not parts.fragment


def new_code(state: OrgState, user_id: str, form: Mapping[str, str]) -> str:
    """Return an authorization code for what the form of the authorize page asks."""
    code = "aPrx" + secrets.token_urlsafe(48)
    made = {
        "user_id": user_id,
        "client_id": form.get("client_id", ""),
        "redirect_uri": form.get("redirect_uri", ""),
        "challenge": form.get("code_challenge", ""),
        "until": state.now().timestamp() + _CODE_SECONDS,
    }
    with state.transaction():
        state.put_meta(_CODES, {**_live_codes(state), code: made})
    return code


def _live_codes(state: OrgState) -> dict[str, dict[str, object]]:
    kept = state.meta(_CODES)
    now = state.now().timestamp()
    return {code: one for code, one in kept.items() if one["until"] > now} if isinstance(kept, dict) else {}


def _authorization_code(asked: _Asked) -> _Session:
    codes = _live_codes(asked.state)
    kept = codes.pop(asked.get("code"), None)
    if kept is None:
        raise OAuthError("invalid_grant", "expired authorization code")
    check_client(
        asked.state, asked.form, secret_needed=not kept["challenge"] and asked.get("client_id") != oauth.CLI_CLIENT
    )
    if asked.get("client_id") != kept["client_id"]:
        raise OAuthError("invalid_grant", "invalid client credentials")
    if asked.get("redirect_uri") != kept["redirect_uri"]:
        raise OAuthError("redirect_uri_mismatch", "redirect_uri must match configuration")
    if kept["challenge"] and not _verifies(asked.get("code_verifier"), str(kept["challenge"])):
        raise OAuthError("invalid_grant", "invalid code verifier")
    asked.state.put_meta(_CODES, codes)
    return _Session(str(kept["user_id"]), secrets.token_hex(8), new=True)


def _verifies(verifier: str, challenge: str) -> bool:
    digest = hashlib.sha256(verifier.encode("utf-8")).digest()
    hashed = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
    return bool(_VERIFIER.fullmatch(verifier)) and _same(hashed, challenge.rstrip("="))


# JWT bearer


def register_key(state: OrgState, public_pem: str) -> None:
    """Keep the public key (PEM) with which the client app's JWTs are verified, as its certificate would be uploaded."""
    state.put_meta(_CLIENT_KEY, public_pem)


def _jwt(asked: _Asked) -> _Session:
    key = asked.state.meta(_CLIENT_KEY)
    parts = asked.get("assertion").split(".")
    if len(parts) != 3 or not isinstance(key, str):
        raise OAuthError("invalid_grant", "invalid assertion")
    header, claims = (_jwt_part(part) for part in parts[:2])
    signed = header.get("alg") == "RS256" and signing.verifies(key, f"{parts[0]}.{parts[1]}", parts[2])
    if not signed:
        raise OAuthError("invalid_grant", "invalid assertion")
    _check_claims(asked, claims)
    return _Session(asked.state.user_id, secrets.token_hex(8))


def _jwt_part(text: str) -> dict[str, object]:
    try:
        value = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise OAuthError("invalid_grant", "invalid assertion")
    return value


def _check_claims(asked: _Asked, claims: Mapping[str, object]) -> None:
    own = credentials(asked.state)
    check_client(asked.state, {"client_id": str(claims.get("iss"))}, secret_needed=False)
    audience = str(claims.get("aud")).rstrip("/")
    if audience not in AUDIENCES and audience != asked.base_url.rstrip("/"):
        raise OAuthError("invalid_grant", "Audience validation failed")
    until, now = _seconds(claims.get("exp")), asked.state.now().timestamp()
    if not now - _SKEW_SECONDS < until <= now + _LONGEST_JWT_SECONDS + _SKEW_SECONDS:
        raise OAuthError("invalid_grant", "assertion has expired, or expires too late")
    if str(claims.get("sub", claims.get("prn"))).lower() != own.username.lower():
        raise OAuthError("invalid_grant", "user hasn't approved this consumer")


def _seconds(claim: object) -> float:
    """Read a time as clients write it: a number or a text; Salesforce's CLI writes milliseconds."""
    try:
        value = float(str(claim))
    except ValueError:
        return 0.0
    return value / 1000 if value > _MILLISECONDS_FROM else value


GRANTS: Mapping[str, Callable[[_Asked], _Session]] = {
    "authorization_code": _authorization_code,
    "client_credentials": _client_credentials,
    "password": _password,
    "refresh_token": _refresh,
    JWT_GRANT: _jwt,
}
"""Every grant type that is served."""


def _answer(state: OrgState, session: _Session, base_url: str) -> dict[str, str]:
    identity = f"{base_url}/id/{state.org_id}/{session.user_id}"
    issued = str(int(state.now().timestamp() * 1000))
    secret = credentials(state).client_secret.encode("utf-8")
    signature = hmac.new(secret, f"{identity}{issued}".encode(), hashlib.sha256).digest()
    answer = {"access_token": oauth.issue(state, session.user_id, ACCESS, session.grant_id)}
    if session.new:
        answer["refresh_token"] = oauth.issue(state, session.user_id, REFRESH, session.grant_id)
    return answer | {
        "signature": base64.b64encode(signature).decode("ascii"),
        "scope": "refresh_token api web id",
        "instance_url": base_url,
        "id": identity,
        "token_type": "Bearer",
        "issued_at": issued,
    }
