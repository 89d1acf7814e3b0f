"""Signing in with the browser: the web server flow with PKCE, and the one answer that comes back to this machine."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sfseed_core.errors import LoginFailed
from sfseed_core.org import flows
from sfseed_core.org.address import instance_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.org.exchange import Flow
    from sfseed_core.org.flows import Tokens

SCOPES = "api refresh_token"
MINUTES = 10
"""How long a sign-in may take; an authorization code does not live longer either."""

_AUTHORIZE_PATH = "/services/oauth2/authorize"


@dataclass(frozen=True, slots=True)
class WebApp:
    """The External Client App to sign in with, as its admin set it up; the secret only where the app asks for one."""

    url: str
    client_id: str
    redirect_uri: str
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in under way: its one-use state, and the proof that the code is ours (RFC 7636)."""

    app: WebApp
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    name: str = ""

    @property
    def address(self) -> str:
        """Where the user's browser goes."""
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
        from authlib.oauth2.rfc7636 import create_s256_code_challenge

        found: str = prepare_grant_uri(
            instance_url(self.app.url) + _AUTHORIZE_PATH,
            self.app.client_id,
            "code",
            redirect_uri=self.app.redirect_uri,
            scope=SCOPES,
            state=self.state,
            code_challenge=create_s256_code_challenge(self.verifier),
            code_challenge_method="S256",
            prompt="login",
        )
        return found


def begin(app: WebApp, *, name: str = "") -> Pending:
    """Start a sign-in; `name` is what the connection will be called."""
    return Pending(app, secrets.token_urlsafe(32), secrets.token_urlsafe(64), name)


def finish(pending: Pending, returned: Mapping[str, str]) -> Flow[Tokens]:
    """Turn what the browser brought back into tokens; LoginFailed when it was denied or answers another sign-in."""
    if not secrets.compare_digest(returned.get("state", "").encode(), pending.state.encode()):
        raise LoginFailed("this answer belongs to another sign-in", hint="Start the sign-in again.")
    if returned.get("error"):
        raise LoginFailed(_denied(returned["error"]), hint=_DENIED_HINTS.get(returned["error"], "Start it again."))
    if not returned.get("code"):
        raise LoginFailed("the browser brought no code back", hint="Start the sign-in again.")
    app = pending.app
    return flows.authorization_code(
        instance_url(app.url),
        returned["code"],
        client_id=app.client_id,
        redirect_uri=app.redirect_uri,
        verifier=pending.verifier,
        client_secret=app.client_secret,
    )


_DENIED_HINTS: Mapping[str, str] = {
    "access_denied": "Allow the access to go on. If Salesforce refused it, the admin lets your user use the app.",
    "redirect_uri_mismatch": "The admin registers the callback address exactly as shown.",
    "invalid_client_id": "Check the client id (consumer key), and that the app exists in this very org.",
    "OAUTH_APP_BLOCKED": "The admin unblocks or installs the app in this org.",
    "OAUTH_APPROVAL_ERROR_GENERIC": "The admin installs the app in this org, or lets your user use it.",
}


def _denied(error: str) -> str:
    known = error if error in _DENIED_HINTS else "".join(c for c in error if c.isalnum() or c == "_")[:60]
    return "the access was denied in the browser" if known == "access_denied" else f"the sign-in was refused: {known}"
