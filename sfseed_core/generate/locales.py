"""Objects whose records are of several locales: each column is made locale by locale, and put together again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core.generate import draws
from sfseed_core.generate.cells import Cells, Coded, Numbers, coded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfseed_core.generate.rows import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Locales:
    """Which locale each of some records has: `which` by number, `places` of each locale's records among them."""

    which: np.ndarray
    places: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, which: np.ndarray, count: int) -> Locales:
        """Return the locales of records, out of `count`."""
        return cls(which, tuple(np.flatnonzero(which == number) for number in range(count)))

    def merged(self, parts: Sequence[Cells]) -> Cells:
        """Return the cells of all records, given those of each locale's."""
        order = np.argsort(np.concatenate(self.places), kind="stable")
        valids = [np.ones(len(one), dtype=bool) if one.valid is None else one.valid for one in parts]
        valid = None if all(one.valid is None for one in parts) else np.concatenate(valids)[order]
        if all(isinstance(one, Numbers) for one in parts):
            return Numbers(np.concatenate([one.values for one in parts if isinstance(one, Numbers)])[order], valid)
        pools, codes, start = [], [], 0
        for one in parts:
            pool, places = coded(one)
            pools.append(pool)
            codes.append(places.astype(np.int64) + start)
            start += len(pool)
        return Coded(pa.concat_arrays(pools), np.concatenate(codes)[order], valid)


def locales_of(rows: Rows) -> np.ndarray:
    """Return the number of each record's locale in its plan: that of the record it belongs to, else drawn by the shares."""
    plan, engine = rows.plan, rows.engine
    shares = draws.table([share for _, share in plan.locales])
    drawn = shares[draws.sixteenths(rows.draw(engine.key(plan.name, "locale")))].astype(np.int64)
    link = rows.parents(plan.locale_via, plan.locale_of) if plan.locale_via else None
    if link is None:
        return drawn
    theirs = link.rows.locale_parts()[0].which[link.places]
    return theirs if link.valid is None else np.where(link.valid, theirs, drawn)
