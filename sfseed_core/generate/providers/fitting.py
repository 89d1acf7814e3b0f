"""Picklist values that other fields allow: some for what belongs to another record, others for what has sold anything.

Chosen by `generate.selling`. The first of the cases whose conditions all hold says among which values a record's is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Coded, Numbers
from sfseed_core.generate.conditions import holds
from sfseed_core.generate.legal_forms import traded
from sfseed_core.generate.owners import COMPANY
from sfseed_core.generate.provider import CHOICE, TEXT, Make, Options, Provider, Scope
from sfseed_core.generate.providers.spans import chosen_elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sfseed_core.generate.rows import Rows


def _fitting(scope: Scope) -> Make:
    """Prepare to draw one of the values that the record's case allows."""
    cases = list(scope.options["cases"])
    drawn = drawn_by_case(scope, [case["choose"] for case in cases])

    def make(rows: Rows) -> Coded:
        which = np.full(len(rows), len(cases))
        for number in reversed(range(len(cases))):
            met = np.logical_and.reduce([_met(rows, one) for one in cases[number]["if"]])
            which = np.where(met, number, which)
        return drawn(rows, which)

    return make


def drawn_by_case(scope: Scope, choices: Sequence[Sequence[str]]) -> Callable[[Rows, np.ndarray], Coded]:
    """Return what draws, by the number of each record's case, one of its choices; behind the last case of all `values`."""
    lists, key = [[str(value) for value in one] for one in (*choices, scope.options["values"])], scope.key()
    starts = np.cumsum([0, *(len(one) for one in lists)])[:-1]
    sizes = np.array([len(one) for one in lists], dtype=np.int64)
    pool = texts.strings([value for one in lists for value in one])
    return lambda rows, which: Coded(pool, (starts[which] + draws.below(rows.draw(key), sizes[which])).astype(np.int32))


def _met(rows: Rows, said: Options) -> np.ndarray:
    """Return where a condition is met; nowhere, where the plan does not make what it asks about."""
    via = said.get("via")
    link = rows.parents(str(via), said.get("of")) if via else None
    if via and link is None:
        return np.zeros(len(rows), dtype=bool)
    found = _met_here(rows if link is None else link.rows, said)
    if link is None:
        return found
    there: np.ndarray = found[link.places]
    return there if link.valid is None else there & link.valid


def _met_here(rows: Rows, said: Options) -> np.ndarray:
    if "has" in said:
        return _has(rows, said["has"])
    if "refers" in said:
        return _refers(rows, str(said["refers"]))
    field = str(said["field"])
    column = rows.engine.column(rows.plan.name, field)
    if column is None:
        return np.zeros(len(rows), dtype=bool)
    if said.get("untraded"):
        return ~traded(rows, column) if column.provider == COMPANY else np.zeros(len(rows), dtype=bool)
    return _below(rows, field, int(said["below"])) if "below" in said else holds(rows, field, frozenset(said["values"]))


def _below(rows: Rows, field: str, limit: int) -> np.ndarray:
    """Return where the number is lower, or not known."""
    cells = rows.cells(field)
    assert isinstance(cells, Numbers)
    low: np.ndarray = cells.values < limit
    return low if cells.valid is None else low | ~cells.valid


def _refers(rows: Rows, field: str) -> np.ndarray:
    if not rows.engine.refers(rows.plan.name, field):
        return np.zeros(len(rows), dtype=bool)
    valid = rows.keys(field).valid
    return np.ones(len(rows), dtype=bool) if valid is None else valid


def _has(rows: Rows, children: Any) -> np.ndarray:
    """Return which records have any children of the objects, as these are laid along them."""
    found = np.zeros(len(rows), dtype=bool)
    for name, field in children:
        layout = rows.engine.layout(str(name), str(field))
        if layout is not None:
            inside = rows.records < layout.parents
            _, count = layout.children_of(np.where(inside, rows.records, 0))
            found |= inside & (count > 0)
    return found


PROVIDERS = (
    Provider(
        "choice.fitting",
        "one of the values that other fields allow",
        TEXT | CHOICE,
        chosen_elsewhere,
        _fitting,
        options={
            "cases": "if: conditions (field and values, below a number, untraded, refers, has); choose: the values then",
            "values": "the values where no case applies",
        },
    ),
)
