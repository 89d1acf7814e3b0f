"""When a field has a value at all, or of what kind: where another field of the record holds one of some values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import texts
from sfseed_core.generate.attempts import FULL
from sfseed_core.generate.cells import Numbers, coded

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from sfseed_core.generate.rows import Rows


def holds(rows: Rows, field: str, values: Collection[str]) -> np.ndarray:
    """Return where the field holds one of the values."""
    cells = rows.cells(field)
    if isinstance(cells, Numbers):
        wanted = [str(value).lower() == "true" for value in values]
        found = np.isin(cells.values.astype(bool), wanted)
    else:
        pool, codes = coded(cells)
        found = np.array([value in values for value in texts.listed(pool)] or [False])[codes]
    return found if cells.valid is None else found & cells.valid


def fits(rows: Rows, when: Mapping[str, Any]) -> np.ndarray | None:
    """Return where the option `when` lets a field have a value; None where the plan does not make what decides about it.

    A record that is drawn again because a rule asks for a value has one whatever the other field says.
    """
    field = str(when["field"])
    values = frozenset(when["values"])
    if values and not rows.has(field):
        return None
    found = holds(rows, field, values) if values else np.zeros(len(rows), dtype=bool)
    full = rows.in_style(FULL)
    return found if full is None else found | full
