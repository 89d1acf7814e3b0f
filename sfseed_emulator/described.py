"""Describes as they are sent: encoded once per API version, since loaders ask for hundreds of them at a time."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_BYTES = 64 << 20
_ADDRESS = re.compile(rb'"/services/data/v[0-9x]+\.0/')


class Described:
    """The describes of one org by what is described and API version; the longest unused ones are dropped beyond a size."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._size = 0
        self._texts: dict[tuple[str, str], bytes] = {}

    def text(self, name: str, version: str, make: Callable[[], object]) -> bytes:
        """Return the JSON of a describe, with the addresses in it being those of the version that was asked for."""
        key = (name, version)
        found = self._texts.pop(key, None)
        if found is None:
            plain = json.dumps(make(), ensure_ascii=False, separators=(",", ":")).encode()
            found = _ADDRESS.sub(b'"/services/data/v%s/' % version.encode(), plain)
            self._size += len(found)
        self._texts[key] = found  # behind all others: used last
        while self._size > self._most and len(self._texts) > 1:
            self._size -= len(self._texts.pop(next(iter(self._texts))))
        return found
