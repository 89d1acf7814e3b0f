"""Distinct values: the n-th free number of a keyed permutation, leaving out those that the org already has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate.permutation import Permutation

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, eq=False)
class Free:
    """The numbers below a size in keyed order, without the taken ones: `at(n)` is the n-th that is free."""

    order: Permutation
    skips: np.ndarray

    @classmethod
    def of(cls, size: int, key: int, taken: Sequence[int] = ()) -> Free:
        """Return the free numbers of 0 .. size-1."""
        order = Permutation(size, key)
        # numpy's own `unique` would load its masked arrays, for what is mostly nothing
        inside = np.array(sorted({number for number in taken if 0 <= number < size}), dtype=np.int64)
        positions = np.sort(order.positions_of(inside)) if len(inside) else inside
        # the n-th free position lies behind every taken one that has at most n free ones before it
        return cls(order, positions - np.arange(len(positions)))

    @property
    def capacity(self) -> int:
        """How many numbers are free."""
        return self.order.size - len(self.skips)

    def at(self, records: np.ndarray) -> np.ndarray:
        """Return the free number of each record; records are below the capacity."""
        positions = records + np.searchsorted(self.skips, records, side="right") if len(self.skips) else records
        return self.order.at(positions)
