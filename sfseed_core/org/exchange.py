"""Logging in as a conversation: a flow yields what it asks and gets the answers; this shell carries it out.

A flow is a generator without any I/O, so each reads like its RFC and is tested without a socket.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from sfseed_core.org.address import instance_url
from sfseed_core.org.transport import brief_session, translated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from requests.adapters import BaseAdapter

LARGEST = 1 << 20  # a login's answer is a few hundred bytes
_TIMEOUT = (10, 60)


@dataclass(frozen=True, slots=True)
class Ask:
    """One POST of a login: a form, or a body as it is. Both may hold secrets."""

    url: str
    form: Mapping[str, str] | None = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def what(self) -> str:
        """What is asked of whom, for messages."""
        parts = urlsplit(self.url)
        return f"POST {parts.path} of {parts.netloc}"


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to an Ask."""

    status: int
    body: bytes = field(default=b"", repr=False)

    def json(self) -> Mapping[str, Any]:
        """Return the body's JSON object; an empty one when it is none."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


T = TypeVar("T")
Flow = Generator[Ask, Answered, T]


def carry_out(flow: Flow[T], mounts: Mapping[str, BaseAdapter] | None = None) -> T:
    """Ask what the flow asks until it returns; `mounts` serve tests that run the emulator in process."""
    try:
        ask = next(flow)
        while True:
            ask = flow.send(_answer(ask, mounts))
    except StopIteration as done:
        found: T = done.value
        return found


def _answer(ask: Ask, mounts: Mapping[str, BaseAdapter] | None) -> Answered:
    instance_url(ask.url)  # https, or this machine
    with brief_session(ask.url, mounts) as http, translated(ask.what):
        answer = http.post(
            ask.url,
            data=dict(ask.form) if ask.form is not None else ask.body,
            headers=dict(ask.headers),
            allow_redirects=False,
            timeout=_TIMEOUT,
        )
        return Answered(answer.status_code, answer.content[:LARGEST])
