"""Values that a rule itself names, for records that are drawn again: `Amount > 10000` names 9999, 10000 and 10001."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import draws, kernels, texts
from sfseed_core.generate.attempts import ALL_HINTED, HINTED
from sfseed_core.generate.cells import Cells, Coded, Numbers, Texts, flags_array
from sfseed_core.generate.providers.choices import READERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfseed_core.generate.engine import Engine
    from sfseed_core.generate.provider import Make
    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.model import ColumnPlan, ObjectPlan

_TAKEN = 3 * (1 << 14)
"""How many in 65,536 of the records that may take a value which a rule names do so."""


def hinted(engine: Engine, plan: ObjectPlan, column: ColumnPlan, make: Make) -> Make:
    """Return what makes a column, with values that rules name where records are drawn again in that style."""
    book = engine.plan.rules
    for number, group in enumerate(() if book is None else book.hinted_together.get(plan.name, ())):
        if column.field in group and not column.unique:
            return _together(engine.key(plan.name, number, "hinted together"), column, group[column.field], make)
    hints = () if book is None else book.hints.get(f"{plan.name}.{column.field}", ())
    if not hints or column.unique:
        return make
    key = engine.key(plan.name, column.field, "hint")
    pick = _picker(column, hints)

    def made(some: Rows) -> Cells:
        cells = make(some)
        some_hinted, all_hinted = some.in_style(HINTED), some.in_style(ALL_HINTED)
        if some_hinted is None and all_hinted is None:
            return cells
        drawn = some.draw(key)
        taken = np.zeros(len(some), dtype=bool) if all_hinted is None else all_hinted
        if some_hinted is not None:
            taken = taken | (some_hinted & draws.happens(drawn, _TAKEN))
        return _put(cells, pick(draws.below(drawn, len(hints))), taken) if taken.any() else cells

    return made


def _together(key: int, column: ColumnPlan, hints: tuple[str, ...], make: Make) -> Make:
    """Return what makes a column that takes the same row of a group of hints as the group's other columns."""
    pick = _picker(column, hints)

    def made(some: Rows) -> Cells:
        cells = make(some)
        styles = [one for one in (some.in_style(HINTED), some.in_style(ALL_HINTED)) if one is not None]
        if not styles:
            return cells
        return _put(cells, pick(draws.below(some.draw(key), len(hints))), np.logical_or.reduce(styles))

    return made


def _picker(column: ColumnPlan, hints: tuple[str, ...]) -> Callable[[np.ndarray], Cells]:
    read = READERS.get(column.type)
    if read is None:
        pool = texts.strings(list(hints))
        return lambda places: Coded(pool, places.astype(np.int32))
    numbers = np.array([read(one, column.scale) for one in hints], dtype=np.int64)
    return lambda places: Numbers(numbers[places])


def _put(cells: Cells, chosen: Cells, taken: np.ndarray) -> Cells:
    """Return the cells with those chosen where they are taken."""
    valid = None if cells.valid is None else cells.valid | taken
    if isinstance(cells, Numbers) and isinstance(chosen, Numbers):
        return Numbers(np.where(taken, chosen.values, cells.values), valid)
    mixed = kernels.if_else(flags_array(taken), chosen.text(), cells.text())
    return Texts(mixed, valid)
