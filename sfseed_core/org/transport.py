"""HTTP as this project wants it: pooled, with timeouts, no redirects, no .netrc, foreign exceptions translated.

Certificates are judged by the system's own store (truststore), where companies put theirs; REQUESTS_CA_BUNDLE wins.
"""

from __future__ import annotations

import os
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import NameResolutionError, NewConnectionError

from sfseed_core.errors import NobodyThere, OrgUnreachable
from sfseed_core.org.address import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONNECT_TIMEOUT, READ_TIMEOUT = 10.0, 120.0
Mounts: TypeAlias = "Mapping[str, BaseAdapter]"
"""Adapters under URL prefixes, for sessions that do not go to the network by themselves."""

_POOL = 20
_UPLOAD_PIECE = 1 << 18  # bytes of a file that are read and sent at a time; 16 kB are what urllib3 takes by itself


def new_session(url: str, mounts: Mapping[str, BaseAdapter] | None = None) -> requests.Session:
    """Return a pooled session for one org; `mounts` put other adapters under URL prefixes (the emulator in process)."""
    session = requests.Session()
    session.auth = _AsGiven()
    session.headers["User-Agent"] = "sfseed"
    session.max_redirects = 0
    session.trust_env = not _plain_loopback(url)
    for prefix in ("https://", "http://"):
        session.mount(prefix, _Patient(pool_connections=2, pool_maxsize=_POOL))
    for prefix, adapter in (mounts or {}).items():
        session.mount(prefix, adapter)
    return session


@contextmanager
def brief_session(url: str, mounts: Mapping[str, BaseAdapter] | None = None) -> Iterator[requests.Session]:
    """Give a session for one exchange, whose own connections are closed afterwards (not those of the `mounts`)."""
    session = new_session(url, mounts)
    try:
        yield session
    finally:
        for adapter in session.adapters.values():
            if isinstance(adapter, _Patient):
                adapter.close()


def adapter() -> BaseAdapter:
    """Return the adapter that new sessions use, for one that stands around it."""
    return _Patient(pool_connections=2, pool_maxsize=_POOL)


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn the HTTP library's failures into OrgUnreachable, keeping the cause but not the request's headers."""
    try:
        yield
    except requests.RequestException as error:
        host = urlsplit(str(error.request.url)).netloc if error.request is not None else "the address"
        error.request = None  # it holds the token
        reason, hint = _reason(error)
        if _never_connected(error):
            raise NobodyThere(f"no connection to {host}: {_why_not(error)}", hint=hint) from error
        raise OrgUnreachable(f"no usable answer to {what}: {reason} ({type(error).__name__})", hint=hint) from error
    except OSError as error:  # requests' own word for a bundle that is not there
        if "CA certificate bundle" not in str(error):
            raise
        raise OrgUnreachable(
            f"no request was sent ({what}): {_named(_BUNDLES)} names no file", hint="Correct or unset it."
        ) from error


class Bearer(AuthBase):
    """Puts the access token into a request, and into nothing else."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign the request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def __repr__(self) -> str:
        return "Bearer([token])"


class Downgrade(BaseAdapter):
    """Sends https:// requests to this machine as http://, for simple-salesforce, which knows https only."""

    def __init__(self, session: requests.Session) -> None:
        super().__init__()
        self._session = session

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send the request to the same address without encryption."""
        parts = urlsplit(str(request.url))
        assert is_loopback(parts.hostname or "")
        request.url = parts._replace(scheme="http").geturl()
        return self._session.get_adapter(request.url).send(request, *args, **kwargs)

    def close(self) -> None:
        """Leave the adapters to the session that owns them."""


class _Patient(HTTPAdapter):
    """Waits as long as configured where a caller did not say (requests would wait for ever); trusts whom the system trusts."""

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **more, ssl_context=_system_trust(), blocksize=_UPLOAD_PIECE)

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        return super().proxy_manager_for(proxy, **more, ssl_context=_system_trust(), blocksize=_UPLOAD_PIECE)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave out requests' own bundle: it knows no company's certificate."""
        super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call]
        if verify is True:
            conn.ca_certs = None

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = (CONNECT_TIMEOUT, READ_TIMEOUT)
        return super().send(request, **kwargs)


class _AsGiven(AuthBase):
    """Adds nothing; its presence keeps requests from putting a .netrc login over our own."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def _plain_loopback(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and is_loopback(parts.hostname or "")


def _system_trust() -> ssl.SSLContext:
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy")
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
_CHECK = "Check the network, proxy and address."


def _reason(error: requests.RequestException) -> tuple[str, str]:
    """Return what happened and what to do about it; both name settings, not what is in them."""
    if isinstance(error, requests.exceptions.SSLError):
        return "the certificate was not accepted", _certificate_hint()
    if isinstance(error, requests.exceptions.ProxyError):
        if "407" in str(error):
            return (
                f"the proxy wants a login ({_named(_PROXIES)})",
                "Put it into HTTPS_PROXY, as http://user:password@host:port",
            )
        return (
            f"the proxy cannot be reached or refused ({_named(_PROXIES)})",
            f"Correct or unset {_named(_PROXIES)}; NO_PROXY lists hosts to be reached without it.",
        )
    names = (
        (requests.ConnectTimeout, f"no connection within {CONNECT_TIMEOUT:.0f} s"),
        (requests.ReadTimeout, "no answer in time"),
        (requests.exceptions.ChunkedEncodingError, "the answer was cut"),
        (requests.exceptions.ContentDecodingError, "the answer was garbled"),
        (requests.ConnectionError, "the connection failed or was cut"),
    )
    reason = next((text for kind, text in names if isinstance(error, kind)), "the request failed")
    proxy = next((name for name in _PROXIES if os.environ.get(name)), None)
    return reason, f"{_CHECK} {proxy} is set." if proxy else f"{_CHECK} Behind a proxy, set HTTPS_PROXY."


def _never_connected(error: requests.RequestException) -> bool:
    """Say whether a failure came before anything was sent; a proxy's or certificate's failure is one of its own."""
    if isinstance(error, requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return False
    return isinstance(error, requests.ConnectTimeout) or isinstance(_cause(error), NewConnectionError)


def _why_not(error: requests.RequestException) -> str:
    if isinstance(error, requests.ConnectTimeout):
        return f"no answer within {CONNECT_TIMEOUT:.0f} s"
    return "its name is not known" if isinstance(_cause(error), NameResolutionError) else "nobody listens there"


def _cause(error: requests.RequestException) -> object:
    first = error.args[0] if error.args else None
    return getattr(first, "reason", first)


def _certificate_hint() -> str:
    found = next((name for name in _BUNDLES if os.environ.get(name)), None)
    if found is not None:
        return f"{found} is set: the file must hold the certificate of whoever signs your company's traffic."
    return (
        "Your network may open encrypted traffic: put its certificate into the system's store, "
        "or set REQUESTS_CA_BUNDLE to a file that holds it."
    )


def _named(variables: tuple[str, ...]) -> str:
    return next((name for name in variables if os.environ.get(name)), "the system's proxy settings")
