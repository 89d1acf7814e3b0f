"""A small cache that keeps what was used last; safe between the threads of one process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

K = TypeVar("K")
V = TypeVar("V")


def _one(_: object) -> int:
    return 1


class Recent(Generic[K, V]):
    """Keeps the values that were asked for last: `size` of them, or as many as weigh so much together."""

    def __init__(self, size: int, weigh: Callable[[V], int] = _one) -> None:
        self._size, self._weigh = size, weigh
        self._values: OrderedDict[K, V] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def peek(self, key: K) -> V | None:
        """Return the value of the key if it is kept."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key]

    def put(self, key: K, value: V) -> None:
        """Keep a value; the ones that were asked for longest ago go."""
        with self._lock:
            if key in self._values:
                self._weight -= self._weigh(self._values.pop(key))
            self._values[key] = value
            self._weight += self._weigh(value)
            while self._weight > self._size and len(self._values) > 1:
                self._weight -= self._weigh(self._values.popitem(last=False)[1])

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return the value of the key, made if it is not kept; two threads may make the same one, which does no harm."""
        value = self.peek(key)
        if value is None:
            value = make()
            self.put(key, value)
        return value
