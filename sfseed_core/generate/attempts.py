"""Drawing records again that the org's rules would refuse: whole records, a bounded number of times.

The attempt that a record is made by follows from the record alone: the first at which it passes, else the one that comes nearest.
So a slice of an object still holds the same records as the whole. Attempts differ in style: some draw the same way again, some
leave nothing empty, some leave empty what may be, or two thirds of it, some take values that the rules themselves name, some hang
on another parent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import draws

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfseed_core.generate.rows import Rows

PASSES, NOT_KNOWN, REFUSED = 0, 1, 1000
"""How much a rule has against a record."""

MOST = 60
"""How often a record is drawn again at most."""

FULL, SPARSE, HINTED, ALL_HINTED, MOVED, SCATTERED = 1, 2, 4, 8, 16, 32
_STYLES = np.array(
    [
        0,
        HINTED,
        FULL,
        MOVED,
        HINTED | SPARSE,
        ALL_HINTED | FULL,
        SPARSE,
        HINTED | MOVED,
        FULL | HINTED,
        MOVED | SPARSE,
        SCATTERED,
        SCATTERED | HINTED,
    ],
    dtype=np.uint8,
)
_WHEN_NOT_KNOWN = (3, 6, 9)
"""At which attempts one is drawn again of which nobody can tell whether the org takes it: those that leave nothing empty."""

_AGAIN = draws.key("attempt")
_APART = draws.key("scattered")
_THIRD = 65_536 // 3


def spread(records: np.ndarray, attempts: np.ndarray | None) -> np.ndarray:
    """Return the part of a draw that all keys share; of a first attempt it is the record number's alone."""
    first = draws.spread(records)
    if attempts is None:
        return first
    again = draws.mix(_AGAIN, first + draws.mix(_AGAIN, draws.spread(attempts)))
    return np.where(attempts > 0, again, first)


def in_style(attempts: np.ndarray | None, style: int) -> np.ndarray | None:
    """Return which records are drawn in a style; None where none is."""
    if attempts is None:
        return None
    chosen = np.where(attempts > 0, _STYLES[(attempts - 1) % len(_STYLES)], 0)
    found = (chosen & style) > 0
    return found if found.any() else None


def settled(
    first: Rows, again: Callable[[np.ndarray, np.ndarray], Rows], verdicts: Callable[[Rows], np.ndarray]
) -> np.ndarray | None:
    """Return the attempt of each record; None where every first one passes.

    `again` makes records by number and attempt, `verdicts` tells how much the rules have against each.
    """
    best = verdicts(first)
    if not best.any():
        return None
    attempts = np.zeros(len(best), dtype=np.int64)
    for attempt in range(1, MOST + 1):
        doubtful = attempt in _WHEN_NOT_KNOWN
        open_ = np.flatnonzero((best >= REFUSED) | ((best > 0) & doubtful))
        if not len(open_):
            if attempt >= _WHEN_NOT_KNOWN[-1]:
                break
            continue
        found = verdicts(again(first.records[open_], np.full(len(open_), attempt)))
        better = found < best[open_]
        attempts[open_[better]] = attempt
        best[open_[better]] = found[better]
    return attempts if attempts.any() else None


def kept(some: Rows, key: int, null_share: int) -> np.ndarray:
    """Return which records keep a value, where a share of them is left empty."""
    found = ~draws.happens(some.draw(key), null_share)
    full, sparse = some.in_style(FULL), some.in_style(SPARSE)
    found = found if full is None else found | full
    found = found if sparse is None else found & ~sparse
    scattered = some.in_style(SCATTERED)
    return found if scattered is None else np.where(scattered, draws.happens(some.draw(key ^ _APART), _THIRD), found)
