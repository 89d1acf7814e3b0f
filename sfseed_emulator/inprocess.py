"""A requests adapter that runs the ASGI application without a socket."""

from __future__ import annotations

import asyncio
import io
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from sfseed_emulator.errors import ConnectionCut

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message


class InProcessAdapter(BaseAdapter):
    """Send the requests of a session to an application in this process; mount it under `https://` or a base URL.

    Requests run on an event loop in a thread of the adapter's own, so that several threads may send at once.
    """

    def __init__(self, app: ASGIApp) -> None:
        super().__init__()
        self._app = app
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="emulator-in-process", daemon=True)
        self._thread.start()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002 - the signature is requests'
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,  # noqa: ARG002
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> requests.Response:
        """Run the application on one request."""
        seconds = timeout[1] if isinstance(timeout, tuple) else timeout
        running = asyncio.run_coroutine_threadsafe(self._run(_scope(request), _body(request)), self._loop)
        try:
            status, headers, body = running.result(seconds)
        except TimeoutError:
            running.cancel()
            raise requests.ReadTimeout(f"no answer within {seconds} s", request=request) from None
        except ConnectionCut:
            raise requests.ConnectionError("the emulator cut the connection", request=request) from None
        raw = HTTPResponse(
            io.BytesIO(body),
            headers=HTTPHeaderDict(headers),
            status=status,
            preload_content=False,
            request_method=request.method,
        )
        return HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        """End the adapter's thread."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(timeout=5)
            self._loop.close()

    async def _run(self, scope: dict[str, Any], body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        started: dict[str, Any] = {}
        parts: list[bytes] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            else:
                parts.append(message.get("body", b""))

        await self._app(scope, receive, send)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in started["headers"]]
        return int(started["status"]), headers, b"".join(parts)


def _scope(request: requests.PreparedRequest) -> dict[str, Any]:
    parts = urlsplit(str(request.url))
    headers = {"host": parts.netloc, **{name.lower(): str(value) for name, value in request.headers.items()}}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": str(request.method).upper(),
        "scheme": parts.scheme,
        "path": unquote(parts.path) or "/",
        "raw_path": (parts.path or "/").encode("latin-1"),
        "root_path": "",
        "query_string": parts.query.encode("latin-1"),
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        "server": (parts.hostname, parts.port or 443),
        "client": ("127.0.0.1", 0),
        "extensions": {},
    }


def _body(request: requests.PreparedRequest) -> bytes:
    body = request.body
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8")
    if isinstance(body, bytes):
        return body
    if hasattr(body, "read"):
        return _bytes(body.read())
    return b"".join(_bytes(part) for part in body)


def _bytes(part: bytes | str) -> bytes:
    return part.encode("utf-8") if isinstance(part, str) else part
