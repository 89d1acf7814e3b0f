"""Objects whose records are of several locales: each column is made locale by locale, and put together again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import draws
from sfseed_core.generate.spliced import spliced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfseed_core.generate.cells import Cells
    from sfseed_core.generate.engine import Engine
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

    def merged(self, engine: Engine, parts: Sequence[Cells]) -> Cells:
        """Return the cells of all records, given those of each locale's."""
        order = np.argsort(np.concatenate(self.places), kind="stable")
        return spliced(engine, parts, order)


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
