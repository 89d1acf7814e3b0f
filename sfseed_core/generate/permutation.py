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
_SHIFT = np.uint64(32)
_MIX = np.uint64(0xD6E8FEB86659FD93)


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
    _seeds: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        left = max(isqrt(max(self.size, 1) - 1) + 1, 1)
        object.__setattr__(self, "_left", left)
        object.__setattr__(self, "_right", -(-self.size // left))
        object.__setattr__(self, "_seeds", tuple(draws.key(self.key, number) for number in range(_ROUNDS)))

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
        left, right = self._halves(numbers)
        for number in range(0, _ROUNDS, 2):
            _add(left, self._noise(number, right, tweak, self._left), self._left)
            _add(right, self._noise(number + 1, left, tweak, self._right), self._right)
        return self._whole(left, right)

    def _backward(self, numbers: np.ndarray, tweak: np.ndarray | None) -> np.ndarray:
        left, right = self._halves(numbers)
        for number in range(_ROUNDS - 2, -1, -2):
            _take_away(right, self._noise(number + 1, left, tweak, self._right), self._right)
            _take_away(left, self._noise(number, right, tweak, self._left), self._left)
        return self._whole(left, right)

    def _halves(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        whole = numbers.astype(np.uint64)
        left = whole // np.uint64(self._right)
        return left, whole - left * np.uint64(self._right)

    def _whole(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        left *= np.uint64(self._right)
        left += right
        return left.view(np.int64)

    def _noise(self, number: int, half: np.ndarray, tweak: np.ndarray | None, limit: int) -> np.ndarray:
        """Return a number below the limit for each half (uint64), by a shorter mix than that of draws: there are four rounds."""
        seed = np.uint64(self._seeds[number])
        noise = half * draws.GOLDEN
        noise += seed if tweak is None else tweak + seed
        noise ^= noise >> _SHIFT
        noise *= _MIX
        noise >>= _SHIFT
        noise *= np.uint64(limit)
        noise >>= _SHIFT
        return noise


def _add(half: np.ndarray, noise: np.ndarray, limit: int) -> None:
    """Add modulo the limit, in place: of a number below twice the limit, less the limit, the smaller (it wraps if negative)."""
    half += noise
    np.minimum(half, half - np.uint64(limit), out=half)


def _take_away(half: np.ndarray, noise: np.ndarray, limit: int) -> None:
    half -= noise
    np.minimum(half, half + np.uint64(limit), out=half)
