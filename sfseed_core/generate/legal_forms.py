"""Legal forms of companies: some only larger firms take, and only the shares of some are traded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfseed_core.generate.engine import Engine
    from sfseed_core.generate.pools import Pools
    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.model import ColumnPlan

LARGE = 250
"""Employees from which on a company is large; only such have shares that are traded."""
_SMALL = 50  # below so many employees a firm is none of these
_OF_LARGE = frozenset(
    {"PLC", "AG", "S.A.", "S.A.U.", "SA", "Corp", "Holdings", "Group", "グループ", "ホールディングス株式会社"}
)
_TRADED = frozenset({"PLC", "AG", "S.A.", "SA", "Inc", "Corp", "株式会社", "ホールディングス株式会社"})
SIZE = "size"
"""The option of a company's name that says in which field its employees stand."""


def forms(engine: Engine, object_name: str, column: ColumnPlan, pools: Pools) -> Callable[[Rows], np.ndarray]:
    """Return what tells the legal form of records: 0 none, else the place in the locale's list and 1."""
    listed = texts.listed(pools.text("company_forms"))
    often = np.array([1, *(int(form not in _OF_LARGE) for form in listed)])
    # of unknown size, small, and large, one after the other
    weights = (np.ones(len(often), np.int64), often, np.append(0, 2 - often[1:]))
    table = np.concatenate([draws.table(one) for one in weights])
    key, size = engine.key(object_name, column.field, "form"), str(column.options.get(SIZE, ""))
    employees = engine.column(object_name, size) if size else None
    known = employees is not None and employees.provider == "number" and "of" not in employees.options

    def of(rows: Rows) -> np.ndarray:
        places: np.ndarray = draws.sixteenths(rows.draw(key))
        if known:
            cells = rows.cells(size)
            assert isinstance(cells, Numbers)
            kind = (cells.values < _SMALL) + 2 * (cells.values >= LARGE)
            places = places + (kind if cells.valid is None else kind * cells.valid) * draws.TABLE_SIZE
        return table[places]

    return of


def traded(rows: Rows, column: ColumnPlan) -> np.ndarray:
    """Return where the company's form is one whose shares may be traded."""
    pools = rows.engine.pools(column.options.get("locale") or rows.plan.locale)
    of = rows.engine.once(
        ("legal forms", rows.plan.name, column.field, pools.locale),
        lambda: forms(rows.engine, rows.plan.name, column, pools),
    )
    known = np.array([False, *(form in _TRADED for form in texts.listed(pools.text("company_forms")))])
    found: np.ndarray = known[of(rows)]
    return found
