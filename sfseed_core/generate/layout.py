"""How many children each parent has: exact totals, found both ways without running over the records before.

Parents stand in blocks of 4,096. A block's quota of children follows from the totals by formula; inside a block keyed
weights are rounded to the quota. So a lookup in either direction sums one block.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import draws

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BLOCK = 4096
NATURAL, GEOMETRIC = "natural", "geometric"
DISTRIBUTIONS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "fixed": (1,),
        "uniform": tuple(range(1, 17)),
        NATURAL: (2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 7, 9, 12),
        GEOMETRIC: (3, 9, 16, 23, 31, 39, 48, 58, 69, 82, 96, 113, 133, 158, 192, 243, 353),
        "long_tail": (1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4, 6, 10, 24, 64),
    }
)
_KEPT_BLOCKS = 256  # 8 MB; a chunk touches a few


@dataclass(frozen=True, slots=True)
class Layout:
    """The children of `parents` parents: `children` in all, laid along the parents in order.

    Each parent has at least `minimum` of them where the totals allow, and at most `maximum` (0: no bound). With a `histogram`
    (numbers of children with weights) each block has as many parents of each number as it says, as near as the totals allow.
    """

    parents: int
    children: int
    key: int
    distribution: str = NATURAL
    minimum: int = 0
    maximum: int = 0
    histogram: tuple[tuple[int, int], ...] = ()
    _sums: dict[int, np.ndarray] = field(default_factory=dict, repr=False, compare=False)

    def before(self, block: np.ndarray | int) -> np.ndarray | int:
        """Return how many children stand before the block (or blocks)."""
        return self.children * np.minimum(np.multiply(block, BLOCK), self.parents) // self.parents

    def parents_of(self, children: np.ndarray) -> np.ndarray:
        """Return the parent of each child."""
        if len(children) and bool((np.diff(children) == 1).all()):
            return np.concatenate([*self._parents_of_run(int(children[0]), int(children[-1]) + 1)])
        result = np.empty(len(children), dtype=np.int64)
        for block, places in _grouped(self._block_of(children)):
            offset = children[places] - self.before(block)
            result[places] = np.searchsorted(self.sums(block)[1:], offset, side="right") + block * BLOCK
        return result

    def _block_of(self, child: np.ndarray) -> np.ndarray:
        edges = -(-(child + 1) * self.parents // self.children)
        return -(-edges // BLOCK) - 1

    def _parents_of_run(self, first: int, stop: int) -> Iterator[np.ndarray]:
        """Yield the parents of children that follow one another: each as often as it has children among them."""
        block = int(self._block_of(np.array([first]))[0])
        while first < stop:
            sums, before = self.sums(block), int(self.before(block))
            last = min(before + int(sums[-1]), stop)
            low, high = np.searchsorted(sums[1:], [first - before, last - 1 - before], side="right")
            times = np.diff(np.clip(sums[low : high + 2], first - before, last - before))
            yield np.repeat(np.arange(low, high + 1) + block * BLOCK, times)
            first, block = last, block + 1

    def children_of(self, parents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the first child of each parent, and how many it has (they are consecutive)."""
        blocks = parents // BLOCK
        first, count = np.empty(len(parents), dtype=np.int64), np.empty(len(parents), dtype=np.int64)
        for block, places in _grouped(blocks):
            sums, within = self.sums(block), parents[places] - block * BLOCK
            first[places] = sums[within] + self.before(block)
            count[places] = sums[within + 1] - sums[within]
        return first, count

    def sums(self, block: int) -> np.ndarray:
        """Return the running totals of children inside the block, from 0 to the block's quota."""
        known = self._sums.get(block)
        if known is None:
            if len(self._sums) >= _KEPT_BLOCKS:
                self._sums.clear()
            known = self._sums[block] = self._sums_of(block)
        return known

    def _sums_of(self, block: int) -> np.ndarray:
        first = block * BLOCK
        size = min(BLOCK, self.parents - first)
        quota = int(self.before(block + 1)) - int(self.before(block))
        if self.histogram:
            counts = self._by_histogram(first, size, quota)
        else:
            least = self.minimum if quota >= self.minimum * size else 0
            counts = least + _shares(self._weights(first, size), quota - least * size)
        if self.maximum:
            counts = _capped(counts, self.maximum, quota)
        return np.concatenate(([0], np.cumsum(counts)))

    def _by_histogram(self, first: int, size: int, quota: int) -> np.ndarray:
        """Return counts in the histogram's shares, in keyed order; what the quota lacks or has too much falls on all evenly."""
        numbers, weights = (np.array(one, dtype=np.int64) for one in zip(*self.histogram, strict=True))
        counts = np.repeat(numbers, _shares(weights, size))
        order = np.argsort(draws.mix(self.key, draws.spread(np.arange(first, first + size))), kind="stable")
        counts = counts[np.argsort(order, kind="stable")]
        missing = quota - int(counts.sum())
        return counts + _shares(np.ones(size, np.int64), missing) if missing > 0 else counts - _taken(counts, -missing)

    def _weights(self, first: int, size: int) -> np.ndarray:
        weights = np.array(DISTRIBUTIONS[self.distribution], dtype=np.int64)
        numbers = draws.spread(np.arange(first, first + size))
        return weights[draws.below(draws.mix(self.key, numbers), len(weights))]


def _shares(weights: np.ndarray, total: int) -> np.ndarray:
    """Split the total by the weights; running sums are rounded, so that nothing is lost."""
    sums = np.cumsum(weights)
    return np.diff(sums * total // max(int(sums[-1]), 1), prepend=0)


def _taken(counts: np.ndarray, excess: int) -> np.ndarray:
    """Split what is too much over those that have any, in proportion."""
    return _shares(counts, excess)


def _capped(counts: np.ndarray, maximum: int, total: int) -> np.ndarray:
    """Move what exceeds the maximum to those that have room; without room enough everyone gets the maximum."""
    capped = np.minimum(counts, maximum)
    excess = total - int(capped.sum())
    room = maximum - capped
    if excess > int(room.sum()):
        raise ValueError(f"{total} children do not fit under {len(counts)} parents with at most {maximum} each")
    return capped + _shares(room, excess) if excess else capped


def _grouped(blocks: np.ndarray) -> list[tuple[int, slice | np.ndarray]]:
    """Return the distinct blocks, each with the places where it stands: slices when the blocks ascend."""
    if not len(blocks):
        return []
    steps = np.diff(blocks)
    order = None
    if (steps < 0).any():
        order = np.argsort(blocks, kind="stable")
        steps = np.diff(blocks[order])
    edges = [0, *(np.flatnonzero(steps) + 1), len(blocks)]
    if order is None:
        return [(int(blocks[a]), slice(a, b)) for a, b in itertools.pairwise(edges)]
    return [(int(blocks[order[a]]), order[a:b]) for a, b in itertools.pairwise(edges)]
