"""What kind of deal or order it is, as its name says; and which ways to get on in a campaign are an answer.

The names are of our own words: which they are is told by `schema.spoken` once, and no record's text is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Coded, Numbers
from sfseed_core.generate.permutation import Permutation
from sfseed_core.generate.provider import CHOICE, TEXT, Make, Provider, Scope
from sfseed_core.generate.providers import flags
from sfseed_core.generate.providers.fitting import drawn_by_case
from sfseed_core.generate.providers.spans import chosen_elsewhere
from sfseed_core.generate.providers.titles import turns
from sfseed_core.schema.spoken import says

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from sfseed_core.generate.rows import Rows

    Codes = Callable[[Rows], np.ndarray]

_ORDERS = "documents_order"


def _words(scope: Scope, field: str) -> tuple[pa.StringArray, Codes] | None:
    """Return the words of which names are made, and which each record has; None where another provider makes them."""
    column = scope.engine.column(scope.object.name, field)
    key, pools = scope.engine.key(scope.object.name, field), scope.pools
    if column is not None and column.provider == "name.opportunity":
        deals, via = pools.text("deals"), str(column.options.get("via", ""))
        return deals, lambda rows: turns(rows, via, len(deals), key)
    if column is not None and column.provider == "name.document" and scope.object.name == "Order" and pools.has(_ORDERS):
        orders = pools.text(_ORDERS)
        return orders, lambda rows: draws.below_again(rows.draw(key), len(orders))
    return None


def _by_name(scope: Scope) -> Make:
    """Prepare to draw one of the values that go with the name."""
    cases = dict(scope.options["cases"])
    drawn = drawn_by_case(scope, [*cases.values()])
    named = _words(scope, str(scope.options["name"]))
    listed = [] if named is None else texts.listed(named[0])
    found = [[place for place, thing in enumerate(cases) if says(word, thing)] for word in listed]
    kinds = np.array([one[0] if one else len(cases) for one in found], dtype=np.int64)

    def make(rows: Rows) -> Coded:
        which = np.full(len(rows), len(cases)) if named is None else kinds[named[1](rows)]
        return drawn(rows, which)

    return make


def _responded(scope: Scope) -> Make:
    """Prepare whether the status's label is an answer."""
    label, pool = str(scope.options["label"]), scope.pools.text("member_statuses")
    column = scope.engine.column(scope.object.name, label)
    if column is None or column.provider != "campaign.member_status":
        return flags.prepare(scope)
    order = Permutation(len(pool), scope.engine.key(scope.object.name, label))
    answers = np.array([says(one, "answered") and not says(one, "absent") for one in texts.listed(pool)])
    return lambda rows: Numbers(answers[order.at(rows.records % len(pool))])


PROVIDERS = (
    Provider(
        "choice.named",
        "one of the values that go with the record's name",
        TEXT | CHOICE,
        chosen_elsewhere,
        _by_name,
        options={
            "name": "the field with the name",
            "cases": "per thing that a name may say, its values; the first counts",
            "values": "the values with all other names",
        },
    ),
    Provider(
        "campaign.responded",
        "whether a status of a campaign's members is an answer",
        frozenset({"boolean"}),
        chosen_elsewhere,
        _responded,
        options={"label": "the field with the status"},
    ),
)
