"""What was said to an org and what it answered, kept in memory for a report; it stands between the session and the network."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import BaseAdapter

from sfseed_core.org.transport import adapter

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST = 2_000_000  # of one body; a global describe of a large org is smaller


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; `status` 0 when there was none. Bodies hold whatever they held."""

    method: str
    url: str
    status: int
    milliseconds: int
    sent: bytes = field(default=b"", repr=False)
    received: bytes = field(default=b"", repr=False)
    content_type: str = ""
    failure: str = ""


class Recording:
    """Keeps every exchange of the sessions that get its `mounts`."""

    def __init__(self, inner: Mapping[str, BaseAdapter] | None = None) -> None:
        self.exchanges: list[Exchange] = []
        around = inner or {"https://": adapter(), "http://": adapter()}
        self.mounts: dict[str, BaseAdapter] = {prefix: _Recorder(one, self.exchanges) for prefix, one in around.items()}


class _Recorder(BaseAdapter):
    def __init__(self, inner: BaseAdapter, into: list[Exchange]) -> None:
        super().__init__()
        self._inner = inner
        self._into = into

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send it, and keep what went both ways; a body that is streamed is read whole."""
        sent = _sent(request.body)
        began = time.perf_counter()
        try:
            answer = self._inner.send(request, *args, **kwargs)
            received = answer.content
        except requests.RequestException as error:
            self._keep(request, sent, began, failure=type(error).__name__)
            raise
        kind = answer.headers.get("Content-Type", "")
        self._keep(request, sent, began, answer.status_code, received, content_type=kind)
        return answer

    def close(self) -> None:
        """Close the adapter inside."""
        self._inner.close()

    def _keep(
        self,
        request: requests.PreparedRequest,
        sent: bytes,
        began: float,
        status: int = 0,
        received: bytes = b"",
        **more: str,
    ) -> None:
        spent = round((time.perf_counter() - began) * 1000)
        self._into.append(Exchange(str(request.method), str(request.url), status, spent, sent, received[:LARGEST], **more))


def _sent(body: Any) -> bytes:
    """Return a request's body; that of a file is read and the file put back to its start."""
    if body is None:
        return b""
    if hasattr(body, "read"):
        found = body.read(LARGEST)
        body.seek(0)
        return found if isinstance(found, bytes) else str(found).encode()
    return (body if isinstance(body, bytes) else str(body).encode())[:LARGEST]
