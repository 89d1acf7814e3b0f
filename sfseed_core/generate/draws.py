"""Keyed draws: every random decision is a pure integer function of names and a record number.

A key is a blake2b hash of names (seed, object, field); a draw mixes the key with the record number as splitmix64 does.
So any record can be made alone, in any order, on any machine. Nothing here computes with floats: those differ between
processors.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_SHIFT_30, _SHIFT_27, _SHIFT_31, _SHIFT_32 = (np.uint64(bits) for bits in (30, 27, 31, 32))
_LOW_32 = np.uint64(0xFFFFFFFF)
_LOW_16 = np.uint64(0xFFFF)
TABLE_BITS = 16
TABLE_SIZE = 1 << TABLE_BITS

NUMBERS_PER_DRAW = 1 << 32


def key(*names: str | int) -> int:
    """Return the 64-bit key of the names; each name counts with its length, so no two lists of names collide."""
    parts = [str(name).encode() for name in names]
    framed = b"".join(len(part).to_bytes(4, "little") + part for part in parts)
    return int.from_bytes(blake2b(framed, digest_size=8).digest(), "little")


def spread(numbers: np.ndarray) -> np.ndarray:
    """Return the record numbers multiplied apart (uint64), the part of a draw that all keys share."""
    return np.multiply(numbers.astype(np.uint64), GOLDEN)


def mix(seed: int | np.ndarray, spread_numbers: np.ndarray) -> np.ndarray:
    """Return one 64-bit draw per spread number; `seed` is a key, or a uint64 array of them."""
    draws = np.add(spread_numbers, np.uint64(seed) if isinstance(seed, int) else seed)
    shifted = np.right_shift(draws, _SHIFT_30)
    np.bitwise_xor(draws, shifted, out=draws)
    np.multiply(draws, _FIRST, out=draws)
    np.right_shift(draws, _SHIFT_27, out=shifted)
    np.bitwise_xor(draws, shifted, out=draws)
    np.multiply(draws, _SECOND, out=draws)
    np.right_shift(draws, _SHIFT_31, out=shifted)
    np.bitwise_xor(draws, shifted, out=draws)
    return draws


def below(draws: np.ndarray, limit: int | np.ndarray) -> np.ndarray:
    """Return int64 numbers from 0 up to, not including, `limit` (at most 2**32), by the draws' upper half."""
    scaled = np.right_shift(draws, _SHIFT_32)
    np.multiply(scaled, _unsigned(limit), out=scaled)
    return np.right_shift(scaled, _SHIFT_32, out=scaled).view(np.int64)


def below_again(draws: np.ndarray, limit: int | np.ndarray) -> np.ndarray:
    """Return numbers like `below`, by the draws' lower half: a second, independent use of the same draws."""
    scaled = np.bitwise_and(draws, _LOW_32)
    np.multiply(scaled, _unsigned(limit), out=scaled)
    return np.right_shift(scaled, _SHIFT_32, out=scaled).view(np.int64)


def between(draws: np.ndarray, low: int, high: int) -> np.ndarray:
    """Return int64 numbers from `low` to `high`, both included; the range may be wider than 2**32."""
    width = high - low + 1
    numbers = below(draws, width) if width <= NUMBERS_PER_DRAW else np.remainder(draws, np.uint64(width)).view(np.int64)
    return np.add(numbers, low, out=numbers)


def sixteenths(draws: np.ndarray, part: int = 0) -> np.ndarray:
    """Return the `part`-th (0 highest to 3 lowest) 16 bits of the draws: positions in a table of 65,536 entries."""
    shifted = np.right_shift(draws, np.uint64(48 - 16 * part))
    return shifted.astype(np.uint16)


def happens(draws: np.ndarray, share: int) -> np.ndarray:
    """Return where an event of the share (out of 65,536) happens, by the draws' lowest 16 bits."""
    return np.less(np.bitwise_and(draws, _LOW_16), np.uint64(share))


def table(weights: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return 65,536 positions (uint16), each position as often as its weight asks for, in order.

    Rounded by running sums, so that the table is full and no position is off by more than one entry.
    """
    sums = np.cumsum(np.asarray(weights, dtype=np.int64))
    edges = sums * TABLE_SIZE // sums[-1]
    counts = np.diff(edges, prepend=0)
    return np.repeat(np.arange(len(sums), dtype=np.uint16), counts)


def _unsigned(limit: int | np.ndarray) -> np.uint64 | np.ndarray:
    return limit.astype(np.uint64) if isinstance(limit, np.ndarray) else np.uint64(limit)
