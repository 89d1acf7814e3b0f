"""Records found by their names, as VLOOKUP finds them: those that the org has, and those that are loaded before.

Which of several records Salesforce takes for the first, and whether it minds the case of a name, nobody outside knows: where it
matters, what is found is not known.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np

from sfseed_core.constraints.validation import TYPES
from sfseed_core.formula.column import Column, distinct, from_values, null, unknown
from sfseed_core.formula.faults import Fault
from sfseed_core.formula.types import Type
from sfseed_core.formula.vlookup import KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sfseed_core.constraints.formula_rows import FormulaRows
    from sfseed_core.formula.column import Array
    from sfseed_core.snapshot.model import LookedUp

MOST = 200_000
"""More records than that are not gone through."""

_ZONE = re.compile(r"([+-]\d\d)(\d\d)$")


class Named:
    """Records of one object by their names.

    `values` gives a field's column; `sure` says of each record whether it is in the org when the others are saved (None: all).
    """

    def __init__(self, names: Sequence[str | None], values: Callable[[str], Column], sure: Array | None = None) -> None:
        self.names = names
        self._sure = sure
        self._values = values
        self._read: dict[str, tuple[Array, list[object], Column]] = {}
        self._places: defaultdict[str, list[int]] = defaultdict(list)
        for place, name in enumerate(names):
            if name:
                self._places[name.lower()].append(place)

    def column(self, field: str) -> Column:
        """Return a field's values, a row for each record."""
        return self._known(field)[2]

    def of(self, name: str, field: str) -> Iterator[tuple[object, bool, bool]]:
        """Give the records of a name in any case: the field's value, whether it is known, and whether the name is surely found."""
        places = self._places.get(name.lower(), ())
        if not places:
            return
        codes, values, column = self._known(field)
        faults = column.fault
        for place in places:
            known = faults is None or faults[place] == Fault.NONE
            there = self._sure is None or bool(self._sure[place])
            yield values[int(codes[place])], bool(known), there and self.names[place] == name

    def _known(self, field: str) -> tuple[Array, list[object], Column]:
        if field not in self._read:
            column = self._values(field)
            column = column.spread(len(self.names)) if len(column) == 1 else column
            self._read[field] = (*distinct(column), column)
        return self._read[field]


def find_by_name(wanted: Column, field: str, sources: Sequence[Named], type_: Type, reason: str) -> Column:
    """Return the field's value of the record that each wanted name finds; `reason` says why that is not known."""
    codes, names = distinct(wanted)
    answers = [_answer(name, field, sources) for name in names]
    column = from_values([value for value, _ in answers], type_, codes)
    unknown = np.array([not known for _, known in answers], dtype=bool)[codes]
    if not unknown.any():
        return column
    return replace(column, fault=np.where(unknown, np.int8(Fault.UNKNOWN), np.int8(0)), reasons=frozenset((reason,)))


def _answer(name: object, field: str, sources: Iterable[Named]) -> tuple[object, bool]:
    """Return what a name finds, and whether that is known: not where records that it may find differ."""
    if not isinstance(name, str) or not name:
        return None, True
    met = [one for source in sources for one in source.of(name, field)]
    outcomes = {value for value, _, _ in met}
    if not any(sure for _, _, sure in met):
        outcomes.add(None)
    return next(iter(outcomes)), len(outcomes) == 1 and all(known for _, known, _ in met)


def named_by_object(looked_up: Mapping[str, LookedUp]) -> Mapping[str, Named]:
    """Return the org's records by object in small letters, ready to be found by their names."""
    return {name: Named(one.names, partial(_column, one)) for name, one in looked_up.items()}


def named_of(rows: FormulaRows, sure: Array | None = None) -> Named | str:
    """Return records by their names; or why these are not known."""
    names = rows.column(KEY)
    if names.fault is not None and names.fault.any():
        return next(iter(names.reasons), f"the names of {rows.schema.name} are not known")
    codes, words = distinct(names.spread(len(rows)) if len(names) == 1 else names)
    return Named([cast("str | None", words[code]) for code in codes.tolist()], rows.column, sure)


def _column(records: LookedUp, field: str) -> Column:
    name = next((one for one in records.values if one.lower() == field.lower()), None)
    if name is None:
        return unknown(f"{field} of the org's records is not known", Type.ANY)
    kind = records.types[name]
    return column_of(records.values[name], TYPES.get(kind, Type.TEXT), percent=kind == "percent")


def kind_of(sources: Iterable[Column], otherwise: Type) -> Type:
    """Return the type of columns of one field: that of the first that has one."""
    return next((one.type for one in sources if one.type is not Type.NULL), otherwise)


def column_of(texts: Sequence[str | None], type_: Type, *, percent: bool = False) -> Column:
    """Make a column of values as the org's answers write them; a percent field's 50 counts as 0.5."""
    met = {one: place for place, one in enumerate(dict.fromkeys(texts))}
    if not met:
        return null(type_)
    read = _READERS.get(type_, str)
    values = [None if one is None or one == "" else read(one) for one in met]
    if percent:
        values = [value / 100 if isinstance(value, Decimal) else value for value in values]
    return from_values(values, type_, np.array([met[one] for one in texts], dtype=np.int64))


def _days(text: str) -> int:
    return (date.fromisoformat(text[:10]) - date(1970, 1, 1)).days


def _milliseconds(text: str) -> int:
    moment = datetime.fromisoformat(_ZONE.sub(r"\1:\2", text))
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _of_day(text: str) -> int:
    clock = time.fromisoformat(text.removesuffix("Z"))
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1000 + clock.microsecond // 1000


_READERS: Mapping[Type, Callable[[str], object]] = {
    Type.NUMBER: Decimal,
    Type.BOOLEAN: lambda text: text.lower() == "true",
    Type.DATE: _days,
    Type.DATETIME: _milliseconds,
    Type.TIME: _of_day,
}
