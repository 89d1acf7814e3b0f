"""Which of the records that a reference might lead to it does lead to: an order's deal is won, its campaign had begun by then."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from sfseed_core.generate.cells import Numbers
from sfseed_core.generate.conditions import holds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.generate.references import Keys
    from sfseed_core.generate.rows import Rows

_EPOCH = date(1970, 1, 1).toordinal()


def wanted(rows: Rows, field: str, keys: Keys, only: Mapping[str, Any]) -> np.ndarray:
    """Return where what the keys lead to has one of the values, or a day before one of the record's own and before today."""
    link, name = rows.led(keys, field), str(only["field"])
    if link is None or not link.rows.has(name):
        return np.ones(len(rows), dtype=bool)
    if "values" in only:
        found: np.ndarray = holds(link.rows, name, frozenset(only["values"]))[link.places]
        return found
    theirs, mine = link.cells(name), rows.cells(str(only["before"]))
    assert isinstance(theirs, Numbers)
    assert isinstance(mine, Numbers)
    today = rows.engine.plan.as_of.toordinal() - _EPOCH
    return np.less(theirs.values, np.minimum(mine.values, today))
