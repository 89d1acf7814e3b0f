"""Who stands above whom among the people of one company: by their place among its contacts, whatever they are called.

A company's first contacts lead the later ones. So nobody's superior has a lesser title, and whoever leads is old enough for it,
though titles, superiors and days of birth are drawn each for themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import draws

if TYPE_CHECKING:
    from sfseed_core.generate.engine import Engine
    from sfseed_core.generate.layout import Layout
    from sfseed_core.generate.rows import Rows

RANKED = "ranked"
"""The option of a reference to a superior that says so."""
RANKS = 4
# the ranks of a company's contacts in their order (the last for all others), as often as they are listed
_COMPANIES = (
    *[(0, 1, 2, 3, 3, 3)] * 3,
    *[(0, 2, 2, 3, 3, 3)] * 2,
    (0, 1, 1, 2, 2, 3),
    *[(1, 2, 3, 3, 3, 3)] * 4,
    *[(1, 2, 2, 3, 3, 3)] * 2,
    *[(1, 3, 3, 3, 3, 3)] * 3,
    (2, 3, 3, 3, 3, 3),
)
_ALONE = np.array([0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])  # of a company with one contact
_PLACES = len(_COMPANIES[0])
_RANK = np.array(_COMPANIES).ravel()
_ABOVE = np.array([[one.index(rank) for rank in one] for one in _COMPANIES]).ravel()


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The rank of each record (0 leads the company, `RANKS` - 1 nobody), its company's first record, and how many outrank it.

    These are the first ones of the company.
    """

    ranks: np.ndarray
    first: np.ndarray
    above: np.ndarray


def ranked_along(engine: Engine, object_name: str) -> Layout | None:
    """Return how the object's records are laid along companies, if they have superiors who are told by rank."""
    references = engine.object(object_name).references if engine.count(object_name) else ()
    via = next((one.options["via"] for one in references if one.mode == "self" and one.options.get(RANKED)), None)
    return None if via is None else engine.layout(object_name, str(via))


def standing(engine: Engine, object_name: str, layout: Layout, records: np.ndarray) -> Standing:
    """Return how the records stand in their companies."""
    companies = layout.parents_of(records)
    first, count = layout.children_of(companies)
    drawn = draws.mix(engine.key(object_name, RANKED), draws.spread(companies))
    place = draws.below(drawn, len(_COMPANIES)) * _PLACES + np.minimum(records - first, _PLACES - 1)
    alone = _ALONE[draws.below_again(drawn, len(_ALONE))]
    return Standing(np.where(count > 1, _RANK[place], alone), first, _ABOVE[place])


def of_rows(rows: Rows, layout: Layout) -> Standing:
    """Return how some records stand in their companies."""
    return rows.once("standing", lambda: standing(rows.engine, rows.plan.name, layout, rows.records))
