"""The ways to a token, each as a flow without I/O: client credentials, code with PKCE, refresh, JWT, SOAP; and revoking."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from sfseed_core.errors import LoginFailed, OrgUnreachable
from sfseed_core.ids import to18
from sfseed_core.logs import redact
from sfseed_core.org.address import instance_url
from sfseed_core.org.answers import error_of
from sfseed_core.org.exchange import Answered, Ask, Flow
from sfseed_core.org.login import Grant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_TOKEN_PATH, _REVOKE_PATH = "/services/oauth2/token", "/services/oauth2/revoke"
_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_JWT_SECONDS = 180  # Salesforce takes up to five minutes, clocks differ
SOAP_VERSION = "64.0"  # login() is gone from 65.0 on

# what to do about a refusal: the OAuth error or a part of its text, and the next step; the first that fits
_HINTS: tuple[tuple[str, str], ...] = (
    ("expired authorization code", "The sign-in took too long: start it again."),
    ("expired access/refresh token", "The saved sign-in has ended or was revoked: sign in again."),
    ("invalid code verifier", "The sign-in was answered for another one: start it again."),
    ("Audience validation failed", "Use the org's My Domain address; for a sandbox never login.salesforce.com."),
    ("user hasn't approved this consumer", "The admin pre-authorizes the app for the user's profile or permission set."),
    ("inactive user", "The user is deactivated or frozen: ask the admin."),
    ("ip restricted", "The user or app may not log in from this address: ask the admin, or use the company's network."),
    ("invalid_client_id", "Check the client id (consumer key), and that the app exists in this very org."),
    ("invalid_client", "Check the client secret (consumer secret)."),
    ("redirect_uri_mismatch", "The admin registers the callback address exactly as shown."),
    ("unsupported_grant_type", "The admin turns this flow on in the app's OAuth settings."),
    ("inactive_org", "The org was deleted, is locked or is being refreshed."),
    ("rate_limit_exceeded", "Too many logins in this hour: wait a while."),
    ("LOGIN_MUST_USE_SECURITY_TOKEN", "Add the user's security token: it follows the password."),
    ("API_DISABLED_FOR_ORG", "This edition has no API, or the user lacks API Enabled."),
    ("INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "The password has expired: set a new one in the browser."),
    ("INVALID_OPERATION", "SOAP login is off in this org (it is by default): use another way in."),
    ("UNSUPPORTED_API_VERSION", "SOAP login is gone here: use another way in."),
    ("INVALID_LOGIN", "Check username, password and security token; for a sandbox its own address and username."),
    ("invalid_grant", "Check username and address: a sandbox has usernames and an address of its own."),
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """A grant, and what renews it when the flow gave that."""

    grant: Grant
    refresh_token: str | None = field(default=None, repr=False)


def client_credentials(url: str, client_id: str, client_secret: str) -> Flow[Tokens]:
    """Ask for a token of the app's run-as user; only a My Domain address answers."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    answer = yield Ask(url + _TOKEN_PATH, form)
    return _tokens(
        answer,
        f"the org at {urlsplit(url).netloc} did not accept the client credentials",
        "Check client id and secret, and that the app's client credentials flow is on with a run-as user.",
    )


def authorization_code(
    url: str, code: str, *, client_id: str, redirect_uri: str, verifier: str, client_secret: str | None = None
) -> Flow[Tokens]:
    """Turn the code that the browser brought back into tokens (RFC 6749 4.1.3, RFC 7636 4.5)."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    answer = yield Ask(url + _TOKEN_PATH, form | _secret(client_secret))
    return _tokens(answer, f"the sign-in at {urlsplit(url).netloc} was not completed", "Start the sign-in again.")


def refresh(url: str, refresh_token: str, *, client_id: str, client_secret: str | None = None) -> Flow[Tokens]:
    """Renew a token; a refresh token that the org rotates comes back with it."""
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": client_id}
    answer = yield Ask(url + _TOKEN_PATH, form | _secret(client_secret))
    return _tokens(answer, f"the sign-in at {urlsplit(url).netloc} was not renewed", "Sign in again.")


def jwt_bearer(url: str, *, client_id: str, username: str, key: str, now: datetime) -> Flow[Tokens]:
    """Ask for a token by an assertion signed with the app's private key (RFC 7523); there is no refresh token."""
    assertion = _assertion(key, client_id, username, url, now)
    answer = yield Ask(url + _TOKEN_PATH, {"grant_type": _JWT_GRANT, "assertion": assertion})
    return _tokens(
        answer,
        f"the org at {urlsplit(url).netloc} did not accept the signed login of {username}",
        "Check client id, username, the certificate of the app, and that the app is pre-authorized for the user.",
    )


def soap_login(url: str, username: str, password: str) -> Flow[Tokens]:
    """Log in by username and password (with the security token behind it); off by default in new orgs."""
    answer = yield Ask(
        f"{url}/services/Soap/u/{SOAP_VERSION}",
        body=_ENVELOPE.format(username=escape(username), password=escape(password)).encode(),
        headers={"SOAPAction": "login", "Content-Type": "text/xml; charset=UTF-8"},
    )
    found = _elements(answer.body)
    if answer.status == 200 and found.get("passwordExpired") == "true":
        raise LoginFailed(f"the password of {username} has expired", hint="Set a new one in the browser.")
    if answer.status == 200 and {"sessionId", "serverUrl", "organizationId"} <= found.keys():
        return Tokens(Grant(instance_url(found["serverUrl"]), found["sessionId"], _org_id(found["organizationId"])))
    if answer.status >= 500 and "faultcode" not in found:
        raise _unavailable(answer.status)
    code = found.get("faultcode", f"HTTP_{answer.status}").rpartition(":")[2]
    detail = redact(found.get("faultstring", "no session in the answer"))[:300]
    raise LoginFailed(
        f"the org at {urlsplit(url).netloc} did not let {username} in: {detail}",
        hint=_hint(f"{code} {detail}", "Use another way in: sfseed orgs add --help"),
    )


def revoke(url: str, token: str) -> Flow[bool]:
    """End a token and those of its grant; say whether the org knew it."""
    answer = yield Ask(url + _REVOKE_PATH, {"token": token})
    if answer.status >= 500:
        raise _unavailable(answer.status)
    return answer.status == 200


def grant_of(answer: Mapping[str, Any]) -> Grant:
    """Return the grant in a token endpoint's answer; the org is the one that its `id` address names."""
    try:
        org_id = to18(urlsplit(answer["id"]).path.split("/")[2])
        return Grant(instance_url(answer["instance_url"]), str(answer["access_token"]), org_id)
    except (KeyError, IndexError, TypeError, AttributeError, ValueError):
        raise LoginFailed("the org's token endpoint gave no usable answer (token, address and org id)") from None


def _tokens(answer: Answered, refused: str, otherwise: str) -> Tokens:
    if answer.status >= 500 or answer.status == 429:
        raise _unavailable(answer.status)
    if 300 <= answer.status < 400:
        raise LoginFailed(f"{refused}: it answers from another address", hint="Use the org's My Domain address.")
    if answer.status != 200:
        code, detail = error_of(answer.status, answer.body)
        raise LoginFailed(redact(f"{refused}: {code}: {detail}"), hint=_hint(f"{code} {detail}", otherwise))
    found = answer.json()
    renewing = found.get("refresh_token")
    return Tokens(grant_of(found), renewing if isinstance(renewing, str) and renewing else None)


def _hint(said: str, otherwise: str) -> str:
    return next((hint for part, hint in _HINTS if part.lower() in said.lower()), otherwise)


def _unavailable(status: int) -> OrgUnreachable:
    return OrgUnreachable(f"the org's token endpoint answered {status}: try again later")


def _secret(client_secret: str | None) -> dict[str, str]:
    return {"client_secret": client_secret} if client_secret else {}


def _assertion(key: str, client_id: str, username: str, audience: str, now: datetime) -> str:
    from authlib.oauth2.rfc7523.assertion import sign_jwt_bearer_assertion
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    issued = int(now.timestamp())
    try:
        signed: str = sign_jwt_bearer_assertion(
            RSAKey.import_key(key),
            client_id,
            audience,
            username,
            issued_at=issued,
            expires_at=issued + _JWT_SECONDS,
            alg="RS256",
        )
    except (JoseError, ValueError, TypeError):  # their texts may quote the key
        raise LoginFailed(
            "the private key cannot be used: it is no RSA key in PEM form",
            hint="It begins with -----BEGIN PRIVATE KEY----- and has no passphrase; see SFSEED_JWT_KEY_FILE.",
        ) from None
    return signed


_ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:urn="urn:partner.soap.sforce.com"><env:Body><urn:login><urn:username>{username}</urn:username>'
    "<urn:password>{password}</urn:password></urn:login></env:Body></env:Envelope>"
)
_ELEMENT = re.compile(r"<(?:\w+:)?(\w+)(?:\s[^<>]*)?>([^<>]*)</(?:\w+:)?\1>")


def _elements(body: bytes) -> Mapping[str, str]:
    """Return the texts of the innermost elements; no XML parser, so no entity of somebody's making is ever expanded."""
    text = body.decode("utf-8", "replace")
    return MappingProxyType({name: unescape(value) for name, value in reversed(_ELEMENT.findall(text))})


def _org_id(text: str) -> str:
    try:
        return to18(text)
    except ValueError:
        raise LoginFailed("the org's login answer does not say which org it is") from None
