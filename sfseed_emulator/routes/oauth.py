"""Token endpoint, revocation, introspection, userinfo and the identity URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator import grants, oauth
from sfseed_emulator.errors import ApiError
from sfseed_emulator.lookups import some_columns
from sfseed_emulator.routes.route import Answer, Route

if TYPE_CHECKING:
    from sfseed_emulator.routes.route import Call

_NO_STORE = {"Cache-Control": "no-cache, no-store"}
_USER_FIELDS = (
    "Username",
    "Name",
    "FirstName",
    "LastName",
    "Email",
    "IsActive",
    "UserType",
    "TimeZoneSidKey",
    "LocaleSidKey",
)


def token(call: Call) -> Answer:
    """Grant or refuse an access token."""
    try:
        granted = grants.grant(call.state, call.form(), call.headers.get("authorization", ""), call.base_url)
    except grants.OAuthError as refusal:
        return _refusal(refusal)
    return Answer(granted, headers=_NO_STORE)


def _refusal(refusal: grants.OAuthError) -> Answer:
    body = {"error": refusal.error, "error_description": refusal.description}
    return Answer(body, status=refusal.status, headers=_NO_STORE)


def revoke(call: Call) -> Answer:
    """End a token and its grant."""
    if oauth.revoke(call.state, call.form().get("token", "")):
        return Answer(status=200)
    return _refusal(grants.OAuthError("unsupported_token_type", "this token type is not supported"))


def introspect(call: Call) -> Answer:
    """Tell whether a token is alive, to the client app that knows its secret."""
    form = call.form()
    try:
        given = {**form, **grants.basic(call.headers.get("authorization", ""))}
        grants.check_client(call.state, given, secret_needed=True)
    except grants.OAuthError as refusal:
        return _refusal(refusal)
    kept = oauth.facts(call.state, form.get("token", ""))
    if kept is None:
        return Answer({"active": False}, headers=_NO_STORE)
    used = int(kept.used)
    told = {
        "active": True,
        "scope": "api web refresh_token id",
        "client_id": given["client_id"],
        "username": _user(call, kept.user_id)["Username"],
        "sub": f"{call.base_url}/id/{call.state.org_id}/{kept.user_id}",
        "token_type": f"{kept.kind}_token",
        "iat": used,
        "nbf": used,
    }
    until = {"exp": used + call.state.options.session_seconds} if kept.kind == oauth.ACCESS else {}
    return Answer({**told, **until}, headers=_NO_STORE)


def discovery(call: Call) -> Answer:
    """Tell where the endpoints are, as OpenID Connect discovery has it."""
    base = f"{call.base_url}/services/oauth2"
    return Answer(
        {
            "issuer": call.base_url,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "revocation_endpoint": f"{base}/revoke",
            "introspection_endpoint": f"{base}/introspect",
            "userinfo_endpoint": f"{base}/userinfo",
            "scopes_supported": ["api", "refresh_token", "web", "id"],
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "none"],
        }
    )


def _user(call: Call, user_id: str) -> dict[str, object]:
    with call.state.lock:
        row = some_columns(call.state, "User", [user_id], _USER_FIELDS).get(user_id, {})
        username = row.get("Username") or oauth.credentials(call.state).username
    return {**row, "Username": username}


def _bearer(call: Call) -> str:
    header = call.headers.get("authorization", "")
    given = header.partition(" ")[2].strip() or call.query.get("oauth_token", "") or call.query.get("access_token", "")
    user_id = oauth.user_of(call.state, given) if given else None
    if user_id is None:
        raise ApiError("INVALID_SESSION_ID", "Session expired or invalid")
    return user_id


def userinfo(call: Call) -> Answer:
    """Tell the OpenID claims of the token's user."""
    user_id = _bearer(call)
    user = _user(call, user_id)
    claims = {
        "sub": f"{call.base_url}/id/{call.state.org_id}/{user_id}",
        "user_id": user_id,
        "organization_id": call.state.org_id,
        "preferred_username": user["Username"],
        "name": user.get("Name"),
        "given_name": user.get("FirstName"),
        "family_name": user.get("LastName"),
        "email": user.get("Email"),
        "email_verified": True,
        "zoneinfo": user.get("TimeZoneSidKey"),
        "locale": user.get("LocaleSidKey"),
        "user_type": "STANDARD",
        "active": True,
    }
    return Answer(claims)


def identity(call: Call) -> Answer:
    """Tell who a user is, at the URL that the token's answer gives as `id`."""
    running = _bearer(call)
    org_id, user_id = call.params["org"], call.params["user"]
    if org_id[:15] != call.state.org_id[:15] or user_id[:15] != running[:15]:
        raise ApiError("NOT_FOUND", "The requested resource does not exist")
    user = _user(call, running)
    base = f"{call.base_url}/services"
    return Answer(
        {
            "id": f"{call.base_url}/id/{call.state.org_id}/{running}",
            "asserted_user": True,
            "user_id": running,
            "organization_id": call.state.org_id,
            "username": user["Username"],
            "nick_name": str(user["Username"]).partition("@")[0],
            "display_name": user.get("Name"),
            "email": user.get("Email"),
            "active": True,
            "user_type": "STANDARD",
            "urls": {
                "rest": f"{base}/data/v{{version}}/",
                "sobjects": f"{base}/data/v{{version}}/sobjects/",
                "query": f"{base}/data/v{{version}}/query/",
                "custom_domain": call.base_url,
            },
        }
    )


ROUTES = (
    Route("POST", "/services/oauth2/token", token, auth=False, counts=False),
    Route("GET", "/services/oauth2/token", token, auth=False, counts=False),
    Route("POST", "/services/oauth2/revoke", revoke, auth=False, counts=False),
    Route("GET", "/services/oauth2/revoke", revoke, auth=False, counts=False),
    Route("POST", "/services/oauth2/introspect", introspect, auth=False, counts=False),
    Route("GET", "/.well-known/openid-configuration", discovery, auth=False, counts=False),
    Route("GET", "/services/oauth2/userinfo", userinfo, auth=False, counts=False),
    Route("POST", "/services/oauth2/userinfo", userinfo, auth=False, counts=False),
    Route("GET", "/id/{org}/{user}", identity, auth=False, counts=False),
    Route("POST", "/id/{org}/{user}", identity, auth=False, counts=False),
)
