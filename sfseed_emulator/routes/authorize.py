"""The login page of the web server flow: name and password in, an authorization code out."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sfseed_emulator import grants
from sfseed_emulator.routes.html import hidden, page
from sfseed_emulator.routes.route import Answer, Route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_emulator.routes.route import Call

_PATH = "/services/oauth2/authorize"
_KEPT = (
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "scope",
    "code_challenge",
    "code_challenge_method",
)


def show(call: Call) -> Answer:
    """Show the login page, or what is wrong with the client's request."""
    return _refused(call, call.query) or _form(call.query)


def _form(asked: Mapping[str, str], said: str = "", *, status: int = 200) -> Answer:
    kept = hidden({name: asked[name] for name in _KEPT if name in asked})
    error = f'<p class="error" role="alert">{escape(said)}</p>' if said else ""
    name = escape(asked.get("username", asked.get("login_hint", "")))
    fields = (
        f'<label>Username <input name="username" autocomplete="username" required value="{name}"></label>'
        '<label>Password <input name="password" type="password" autocomplete="current-password" required></label>'
    )
    deny = '<button name="Deny" formnovalidate>Deny</button>'
    form = f'<form method="post" action="{_PATH}">{kept}{fields}<button name="Login">Log in</button> {deny}</form>'
    return page("Log in to the emulated org", error + form, status=status)


def _refused(call: Call, asked: Mapping[str, str]) -> Answer | None:
    """Say what no login can mend: to the browser while the client's address is not known to be its own, else to the client."""
    address = asked.get("redirect_uri", "")
    try:
        grants.check_client(call.state, {"client_id": asked.get("client_id", "")}, secret_needed=False)
    except grants.OAuthError as refusal:
        return _told(refusal.error, refusal.description)
    if not grants.redirect_allowed(address):
        return _told("redirect_uri_mismatch", "redirect_uri must match configuration")
    if asked.get("response_type") != "code":
        return _back(asked, error="unsupported_response_type", error_description="response type not supported")
    if asked.get("code_challenge") and asked.get("code_challenge_method", "S256") != "S256":
        return _back(asked, error="invalid_request", error_description="code challenge method not supported")
    return None


def _told(error: str, description: str) -> Answer:
    text = f"error={error}&error_description={description}"
    return page("The login request is not valid", f'<p class="error">{escape(text)}</p>', status=400)


def _back(asked: Mapping[str, str], **values: str) -> Answer:
    """Send the browser back to the client."""
    address = asked["redirect_uri"]
    state = {"state": asked["state"]} if "state" in asked else {}
    joined = f"{address}{'&' if '?' in address else '?'}{urlencode({**values, **state})}"
    return Answer(b"", status=302, headers={"Location": joined, "Cache-Control": "no-store"}, media_type="text/html")


def log_in(call: Call) -> Answer:
    """Take name and password, and send the browser back to the client with a code; or with the word that it was denied."""
    asked = call.form()
    refused = _refused(call, asked)
    if refused is not None:
        return refused
    if "Deny" in asked:
        return _back(asked, error="access_denied", error_description="end-user denied authorization")
    user_id = grants.log_in(call.state, asked.get("username", ""), asked.get("password", ""), token_needed=False)
    if user_id is None:
        said = "Please check your username and password. If you still can't log in, contact your administrator."
        return _form(asked, said)
    return _back(asked, code=grants.new_code(call.state, user_id, asked))


ROUTES = (
    Route("GET", _PATH, show, auth=False, counts=False),
    Route("POST", _PATH, log_in, auth=False, counts=False),
)
