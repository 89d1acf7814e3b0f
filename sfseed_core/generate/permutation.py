"""Keyed permutations of the numbers below a size: distinct numbers that look drawn, without remembering any."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isqrt
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import draws

if TYPE_CHECKING:
    from collections.abc import Callable

    _Step = Callable[[np.ndarray, np.ndarray | None], np.ndarray]

_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Permutation:
    """A bijection of 0 .. size-1 chosen by a key: a Feistel network over two mixed-radix halves.

    The halves' radixes multiply to a little more than the size; numbers that fall outside walk on until they are inside,
    which keeps it a bijection. `size` is at most 2**62.
    """

    size: int
    key: int
    _left: int = field(init=False)
    _right: int = field(init=False)

    def __post_init__(self) -> None:
        left = max(isqrt(max(self.size, 1) - 1) + 1, 1)
        object.__setattr__(self, "_left", left)
        object.__setattr__(self, "_right", -(-self.size // left))

    def at(self, positions: np.ndarray, tweak: np.ndarray | None = None) -> np.ndarray:
        """Return the numbers at the positions; a `tweak` (uint64 per position) chooses another permutation each."""
        return self._walk(positions, tweak, self._forward)

    def positions_of(self, numbers: np.ndarray) -> np.ndarray:
        """Return the positions at which the numbers stand."""
        return self._walk(numbers, None, self._backward)

    def _walk(self, numbers: np.ndarray, tweak: np.ndarray | None, step: _Step) -> np.ndarray:
        result = step(numbers, tweak)
        outside = np.flatnonzero(result >= self.size)
        while len(outside):
            walked = step(result[outside], None if tweak is None else tweak[outside])
            result[outside] = walked
            outside = outside[walked >= self.size]
        return result

    def _forward(self, numbers: np.ndarray, tweak: np.ndarray | None) -> np.ndarray:
        left, right = np.divmod(numbers.astype(np.int64), self._right)
        for number in range(_ROUNDS):
            if number % 2 == 0:
                left = _plus(left, self._noise(number, right, tweak, self._left), self._left)
            else:
                right = _plus(right, self._noise(number, left, tweak, self._right), self._right)
        return left * self._right + right

    def _backward(self, numbers: np.ndarray, tweak: np.ndarray | None) -> np.ndarray:
        left, right = np.divmod(numbers.astype(np.int64), self._right)
        for number in reversed(range(_ROUNDS)):
            if number % 2 == 0:
                left = _plus(left, self._left - self._noise(number, right, tweak, self._left), self._left)
            else:
                right = _plus(right, self._right - self._noise(number, left, tweak, self._right), self._right)
        return left * self._right + right

    def _noise(self, number: int, half: np.ndarray, tweak: np.ndarray | None, limit: int) -> np.ndarray:
        seed = draws.key(self.key, number)
        return draws.below(draws.mix(seed if tweak is None else tweak + np.uint64(seed), draws.spread(half)), limit)


def _plus(half: np.ndarray, noise: np.ndarray, limit: int) -> np.ndarray:
    total = half + noise
    np.subtract(total, limit, out=total, where=total >= limit)
    return total
