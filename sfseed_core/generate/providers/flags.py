"""Yes and no."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import draws
from sfseed_core.generate.cells import Numbers
from sfseed_core.generate.conditions import holds
from sfseed_core.generate.provider import Make, Options, Provider, Scope
from sfseed_core.generate.providers.spans import chosen_elsewhere
from sfseed_core.recipe.model import SHARE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

SHARES: Mapping[str, int] = MappingProxyType(
    {"flag.active": SHARE * 95 // 100, "flag.opt_out": SHARE * 4 // 100, "flag": SHARE * 3 // 10}
)


def propose(request: FieldRequest) -> Options:
    """Propose how often it is true."""
    return {"share": SHARES.get(request.meaning.name if request.meaning else "flag", SHARES["flag"])}


def prepare(scope: Scope) -> Make:
    """Prepare true for the share of records."""
    share, key = int(scope.options.get("share", SHARES["flag"])), scope.key()

    def make(rows: Rows) -> Numbers:
        return Numbers(draws.happens(rows.draw(key), share))

    return make


def _told(scope: Scope) -> Make:
    """Prepare true where another field holds one of the values."""
    field, values = str(scope.options["field"]), frozenset(scope.options["values"])
    return lambda rows: Numbers(holds(rows, field, values) if rows.has(field) else np.zeros(len(rows), dtype=bool))


PROVIDERS = (
    Provider(
        "flag",
        "true or false",
        frozenset({"boolean"}),
        propose,
        prepare,
        meanings=frozenset(SHARES),
        options={"share": f"how often true, out of {SHARE:,}"},
    ),
    Provider(
        "flag.told",
        "true where another field says so",
        frozenset({"boolean"}),
        chosen_elsewhere,
        _told,
        options={"field": "which field", "values": "its values that say so"},
    ),
)
