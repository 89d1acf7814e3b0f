"""The type of a campaign that goes with its name: where one of the org's types is named in it, that one.

A locale may say in English of what type its campaigns are (`Feria|trade show`). A webinar is none of the types that other names
speak of; so names in which no type is named get one of the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Coded, Joined
from sfseed_core.generate.letters import bare
from sfseed_core.generate.provider import CHOICE, TEXT, Make, Provider, Scope
from sfseed_core.generate.providers.spans import chosen_elsewhere
from sfseed_core.schema.semantics import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfseed_core.generate.rows import Rows

_LETTERS = 6  # by so many first letters words are told apart: webinar, webinaire
_SHORTEST = 4


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:_LETTERS] for word in words_of(bare(text)) if len(word) >= _SHORTEST)


def _named(kind: str, types: Sequence[str]) -> int:
    """Return the type that the words of a campaign speak of, or -1."""
    mine = _stems(kind)
    shared = [len(_stems(one) & mine) for one in types]
    return shared.index(max(shared)) if max(shared, default=0) else -1


def _type(scope: Scope) -> Make:
    types, name, key = [str(one) for one in scope.options["values"]], str(scope.options["name"]), scope.key()
    kinds, pool = scope.pools.text("campaigns"), texts.strings(types)
    said = scope.pools.text("campaigns_tags" if scope.pools.has("campaigns_tags") else "campaigns")
    named = np.array([_named(kind, types) for kind in texts.listed(said)], dtype=np.int64)
    others = np.array([place for place in range(len(types)) if place not in named] or [*range(len(types))])

    def make(rows: Rows) -> Coded:
        drawn = others[draws.below(rows.draw(key), len(others))]
        cells = rows.cells(name)
        parts = cells.parts if isinstance(cells, Joined) else ()
        kind = next((one.codes for one in parts if isinstance(one, Coded) and one.pool.equals(kinds)), None)
        if kind is None:
            return Coded(pool, drawn)
        return Coded(pool, np.where(named[kind] < 0, drawn, named[kind]))

    return make


PROVIDERS = (
    Provider(
        "campaign.type",
        "the type of a campaign that goes with its name",
        TEXT | CHOICE,
        chosen_elsewhere,
        _type,
        options={"values": "the types", "name": "the field with the name"},
    ),
)
