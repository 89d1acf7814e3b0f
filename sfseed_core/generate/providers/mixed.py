"""Columns put together of others: given values for the first records, other ways of making for some of the records."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Cells, Coded, Numbers
from sfseed_core.generate.provider import ALL_TEXT, CHOICE, Make, Options, Provider, Scope, nothing_to_say
from sfseed_core.generate.providers.choices import READERS
from sfseed_core.generate.spliced import spliced
from sfseed_core.recipe.model import GIVEN, SHARE, VARIANTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.generate.engine import Engine
    from sfseed_core.generate.rows import Rows

_TEXT = ALL_TEXT | CHOICE


def _inner(scope: Scope, said: Mapping[str, Any] | None) -> Make:
    """Return the maker of the column as another provider makes it; None: of no values."""
    if said is None:
        return lambda rows: _nothing(scope, len(rows))
    column = replace(
        scope.column,
        provider=str(said["provider"]),
        options=MappingProxyType(dict(said["options"])),
        null_share=int(said.get("null_share", 0)),
        rows=None,
    )
    return scope.engine.maker(scope.object, column)


def instead(scope: Scope, make: Make) -> Make:
    """Return the maker with what the option `otherwise` says of records for which it makes nothing."""
    said = scope.options.get("otherwise")
    if said is None:
        return make
    other = _inner(scope, said)

    def made(rows: Rows) -> Cells:
        cells = make(rows)
        if cells.valid is None or cells.valid.all():
            return cells
        return choose(rows.engine, (~cells.valid).astype(np.int64), [cells, other(rows)])

    return made


def _nothing(scope: Scope, count: int) -> Cells:
    nobody = np.zeros(count, dtype=bool)
    if scope.column.type in _TEXT or scope.column.type not in READERS:
        return Coded(texts.strings(["x"]), np.zeros(count, dtype=np.int32), nobody)
    return Numbers(np.zeros(count, dtype=np.int64), nobody)


def choose(engine: Engine, which: np.ndarray, made: list[Cells]) -> Cells:
    """Return, for each record, the cell of the list that `which` says."""
    return spliced(engine, made, which.astype(np.int64) * len(which) + np.arange(len(which)))


def _given(scope: Scope) -> Make:
    """The values of the recipe's own rows; where a row says nothing, and behind the rows, what is generated."""
    values: list[str | None] = list(scope.options["values"])
    otherwise = _inner(scope, scope.options.get("otherwise"))
    rows_given = len(values)
    said = np.array([value is not None for value in values], dtype=bool)
    filled = np.array([bool(value) for value in values], dtype=bool)
    typed = scope.column.type not in _TEXT and scope.column.type in READERS
    if typed:
        read = READERS[scope.column.type]
        numbers = np.array([read(value, scope.column.scale) if value else 0 for value in values], dtype=np.int64)
    else:
        pool = texts.strings([value or "" for value in values])

    def make(rows: Rows) -> Cells:
        inside = rows.records < rows_given
        places = np.where(inside, rows.records, 0)
        own: Cells = Numbers(numbers[places], filled[places]) if typed else Coded(pool, places, filled[places])
        if inside.all() and said[places].all():
            return own
        if not inside.any():
            return otherwise(rows)
        return choose(rows.engine, (inside & said[places]).astype(np.int64), [otherwise(rows), own])

    return make


def _variants(scope: Scope) -> Make:
    """What a scenario's variants say of the field for their shares of the records, else as usual."""
    variants = scope.options["variants"]
    makers = [_inner(scope, scope.options.get("otherwise")), *(_inner(scope, one["column"]) for one in variants)]
    table = np.zeros(SHARE, dtype=np.int64)
    for number, one in enumerate(variants):
        table[int(one["low"]) : int(one["high"])] = number + 1
    key = scope.engine.key(scope.object.name, "variant")

    def make(rows: Rows) -> Cells:
        which = table[draws.sixteenths(rows.draw(key))]
        return choose(rows.engine, which, [maker(rows) for maker in makers])

    return make


_ALL = _TEXT | frozenset(READERS)


def _options(more: Mapping[str, str]) -> Options:
    return {**more, "otherwise": "how the other records get theirs"}


PROVIDERS = (
    Provider(GIVEN, "the recipe's own rows", _ALL, nothing_to_say, _given, options=_options({"values": "row by row"})),
    Provider(
        VARIANTS,
        "a scenario's variants",
        _ALL,
        nothing_to_say,
        _variants,
        options=_options({"variants": "low and high of each, and its column"}),
    ),
)
