"""The address on this machine to which the browser comes back, once; it listens before the browser is sent away."""

from __future__ import annotations

import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlsplit

from sfseed_core import system
from sfseed_core.errors import LoginFailed, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

PORT, PATH = 1717, "/OauthRedirect"  # the same as Salesforce's CLI uses: an admin may know it
_HOST = "127.0.0.1"
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>sfseed</title>'
    "<body style='font: 1rem sans-serif; margin: 4rem'><h1>{title}</h1><p>{text}</p></body></html>"
)
_DONE = _PAGE.format(title="Signed in", text="You can close this tab and go back to sfseed.")
_NOT_DONE = _PAGE.format(title="Not signed in", text="Go back to sfseed: it says why.")
_STRANGE = _PAGE.format(title="Nothing here", text="This answer belongs to no sign-in that was started here.")
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def redirect_uri(port: int = PORT) -> str:
    """Return the address that the admin registers: exactly this."""
    return f"http://localhost:{port}{PATH}"


class Callback:
    """Listens on the callback's port from `with` on; only the answer with the right state is taken, once."""

    def __init__(self, state: str, port: int = PORT) -> None:
        self._state = state
        self._came = threading.Event()
        self._returned: Mapping[str, str] = {}
        self._lock = threading.Lock()
        self.closed = False
        try:
            self._server = _Server((_HOST, port), _handler(self))
        except OSError:
            raise UserError(
                f"the port {port}, to which the browser comes back, is taken by another program",
                hint="End that program (perhaps another sign-in), or use another port that the app has as its callback.",
            ) from None
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.close()

    def close(self) -> None:
        """Listen no more; the port is free then. Nothing happens the second time."""
        self.closed = True
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()

    def wait(self, seconds: float) -> Mapping[str, str]:
        """Return what the browser brought back; LoginFailed when it did not come."""
        if not self._came.wait(seconds):
            raise LoginFailed(
                f"nobody came back from the browser within {seconds / 60:.0f} minutes", hint="Start the sign-in again."
            )
        return self._returned

    def poll(self, seconds: float) -> Mapping[str, str] | None:
        """Return what the browser brought back, if it comes within so long; for callers that look in between."""
        return self._returned if self._came.wait(seconds) else None

    def take(self, host: str, target: str) -> tuple[int, str]:
        """Judge one request; return the status and the page for it."""
        parts = urlsplit(target)
        returned = dict(parse_qsl(parts.query))
        if parts.path != PATH or host not in {f"localhost:{self.port}", f"{_HOST}:{self.port}"}:
            return 404, _STRANGE
        with self._lock:
            if self._came.is_set() or not secrets.compare_digest(returned.get("state", "").encode(), self._state.encode()):
                return 400, _STRANGE
            self._returned = returned
            self._came.set()
        return 200, _DONE if "code" in returned else _NOT_DONE


class _Server(ThreadingHTTPServer):
    allow_reuse_address = system.PORTS_REUSABLE
    daemon_threads = True


def _handler(callback: Callback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, page = callback.take(self.headers.get("Host", ""), self.path)
            body = page.encode()
            self.send_response(status)
            for name, value in {**_HEADERS, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def version_string(self) -> str:
            return "sfseed"

        def log_message(self, *_: Any) -> None:
            """Say nothing: the address holds the code."""

    return Handler
