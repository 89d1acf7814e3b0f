"""Distributions of numbers as integer tables: a curve is a list of quantiles, from the lowest value to the highest.

Between two quantiles values lie evenly, by fixed-point arithmetic; no float function of a draw is ever computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

_HALF = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_FRACTION_BITS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Whole numbers by their quantiles, rounded down to multiples of `step`."""

    knots: np.ndarray
    step: int = 1

    @classmethod
    def of(cls, values: Sequence[int], step: int = 1) -> Curve:
        """Return the curve through the quantiles (at least one, ascending, below 2**47 in steps)."""
        knots = np.array(values, dtype=np.int64)
        return cls(np.repeat(knots, 2) if len(knots) == 1 else knots, step)

    def at(self, draws: np.ndarray) -> np.ndarray:
        """Return the number that each 64-bit draw stands for."""
        scaled = np.right_shift(draws, _HALF) * np.uint64(len(self.knots) - 1)
        places = np.right_shift(scaled, _HALF).view(np.int64)
        fractions = np.right_shift(np.bitwise_and(scaled, _LOW), np.uint64(32 - _FRACTION_BITS)).view(np.int64)
        # one more than the difference, so that the last value of the last stretch is reached
        widths = np.diff(self.knots)
        widths[-1] += 1
        values = self.knots[places] + (widths[places] * fractions >> _FRACTION_BITS)
        return values if self.step == 1 else values // self.step * self.step
