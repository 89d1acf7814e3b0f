"""What one process keeps for all tabs: the last few things of each kind, for a while.

Streamlit's own cache records and replays what was drawn while a value was made; progress must be drawn, not replayed.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")


@dataclass
class _Slot:
    """One kept value; made once, whoever asks meanwhile waits."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    made: float | None = None
    value: Any = None


class Shelf:
    """Keeps at most `most` values per kind, each for so many seconds; safe between threads."""

    def __init__(self, most: int = 64) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kinds: dict[str, OrderedDict[Hashable, _Slot]] = {}

    def get(self, kind: str, key: Hashable, make: Callable[[], T], *, seconds: float = float("inf")) -> T:
        """Return the kept value, or make it; what `make` raises is not kept."""
        with self._lock:
            slots = self._kinds.setdefault(kind, OrderedDict())
            slot = slots.setdefault(key, _Slot())
            slots.move_to_end(key)
            while len(slots) > self._most:
                slots.popitem(last=False)
        with slot.lock:
            if slot.made is None or time.monotonic() - slot.made > seconds:
                slot.value = make()
                slot.made = time.monotonic()
            found: T = slot.value
            return found

    def forget(self, *kinds: str) -> None:
        """Make values of these kinds anew at their next use."""
        with self._lock:
            for kind in kinds:
                self._kinds.pop(kind, None)


@st.cache_resource(show_spinner=False)
def shelf() -> Shelf:
    """Return this process's shelf."""
    return Shelf()
