"""A column of values of one formula type, over numpy: the unit that functions take and give.

Numbers are whole numbers with one scale for the column, exact and fast, or Python decimals where 64 bits do not hold them; texts
are codes into distinct words, so that a function runs once per word and not once per record. A column of length 1 is a constant.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sfseed_core.formula.faults import Failed, Fault
from sfseed_core.formula.types.kinds import WORDS, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Array = npt.NDArray[Any]

TRUE_MASK = np.ones(1, dtype=bool)


@dataclass(frozen=True, slots=True)
class Column:
    """Values, which of them are not null, and where there is none at all and why.

    `data` by type: NUMBER whole numbers to be divided by `10**scale`, or decimals; texts codes into `words`; BOOLEAN bool;
    DATE days, DATETIME and TIME milliseconds, from 1970; GEOLOCATION has its two numbers in `parts`.
    """

    type: Type
    data: Array
    valid: Array
    fault: Array | None = None
    scale: int = 0
    words: Array | None = None
    parts: tuple[Column, ...] = ()
    reasons: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.data)

    @property
    def texts(self) -> Array:
        """The distinct words of a column of texts."""
        return NO_WORDS if self.words is None else self.words

    def faults(self) -> Array:
        """Return the fault of every row."""
        return np.zeros(len(self), dtype=np.int8) if self.fault is None else self.fault

    def spread(self, count: int) -> Column:
        """Repeat a constant over so many rows."""
        if len(self) == count:
            return self
        return replace(
            self,
            data=np.repeat(self.data, count),
            valid=np.repeat(self.valid, count),
            fault=None if self.fault is None else np.repeat(self.fault, count),
            parts=tuple(one.spread(count) for one in self.parts),
        )


NO_WORDS: Array = np.array([""], dtype=object)
"""What codes of a column without any text point to."""


def constant(value: object, type_: Type) -> Column:
    """Make a column of one value."""
    return from_values([value], type_, np.zeros(1, dtype=np.int64))


def null(type_: Type = Type.NULL) -> Column:
    """Make a column of one null."""
    return constant(None, type_)


def unknown(reason: str, type_: Type) -> Column:
    """Make a column of what is not known."""
    known = Type.NULL if type_ is Type.ANY else type_
    return replace(null(known), fault=np.array([Fault.UNKNOWN], dtype=np.int8), reasons=frozenset((reason,)))


def booleans(data: Array, like: Sequence[Column], valid: Array | None = None) -> Column:
    """Make a column of truth values that hangs on others: null where one of them is null, unless said otherwise."""
    together = all_valid(like) if valid is None else valid
    data, together = np.broadcast_arrays(data, together)
    return Column(Type.BOOLEAN, data, together, merged_faults(like), reasons=merged_reasons(like))


def all_valid(columns: Sequence[Column]) -> Array:
    """Tell where no column is null."""
    mask = TRUE_MASK
    for column in columns:
        mask = mask & column.valid
    return mask


def merged_faults(columns: Sequence[Column]) -> Array | None:
    """Return the first fault in each row, from left to right."""
    merged: Array | None = None
    for column in columns:
        if column.fault is not None:
            merged = column.fault if merged is None else np.where(merged != 0, merged, column.fault)
    return None if merged is None else np.broadcast_to(merged, (width(columns),))


def merged_reasons(columns: Sequence[Column]) -> frozenset[str]:
    """Return why rows of any column are unknown."""
    return frozenset().union(*(column.reasons for column in columns)) if columns else frozenset()


def width(columns: Sequence[Column]) -> int:
    """Return how many rows columns have together."""
    return max((len(column) for column in columns), default=1) if all(len(column) for column in columns) else 0


def with_fault(column: Column, fault: Fault, where: Array) -> Column:
    """Note a fault in rows that have none yet."""
    if not where.any():
        return column
    present = column.faults()
    return replace(column, fault=np.where((present == 0) & where, np.int8(fault), present).astype(np.int8))


def per_value(function: Callable[..., object], type_: Type, columns: Sequence[Column], *, nulls: bool = False) -> Column:
    """Run a function on plain values, once for each distinct combination of arguments.

    Where an argument is null the result is null, unless the function takes nulls, as None.
    """
    codes, combinations = _combinations(columns)
    values, faults = _results(function, combinations, nulls=nulls)
    result = from_values(values, type_, codes)
    before = merged_faults(columns)
    own = faults[codes] if faults.any() else None
    fault = own if before is None else before if own is None else np.where(before != 0, before, own)
    return replace(result, fault=fault, reasons=merged_reasons(columns))


def _results(
    function: Callable[..., object], combinations: Sequence[tuple[object, ...]], *, nulls: bool
) -> tuple[list[object], Array]:
    faults = np.zeros(len(combinations), dtype=np.int8)
    try:
        return [function(*one) if nulls or None not in one else None for one in combinations], faults
    except Failed:
        values: list[object] = []
    for place, one in enumerate(combinations):  # some of them fail: find out which
        try:
            values.append(function(*one) if nulls or None not in one else None)
        except Failed as failed:
            values.append(None)
            faults[place] = failed.fault
    return values, faults


def from_values(values: Sequence[object], type_: Type, codes: Array) -> Column:
    """Make a column from distinct values and, for each row, which of them it has."""
    valid = np.array([value is not None for value in values], dtype=bool)[codes]
    if type_ in WORDS or type_ is Type.ANY:
        words = np.empty(len(values) or 1, dtype=object)
        words[:] = [value if isinstance(value, str) else "" for value in values] or [""]
        return Column(Type.TEXT if type_ is Type.ANY else type_, codes, valid, words=words)
    if type_ is Type.NUMBER:
        data, scale = numbers([value if isinstance(value, Decimal) else Decimal(0) for value in values])
        return Column(type_, data[codes], valid, scale=scale)
    if type_ is Type.BOOLEAN:
        return Column(type_, np.array([bool(value) for value in values], dtype=bool)[codes], valid)
    whole = [value if isinstance(value, int) else 0 for value in values]
    return Column(type_, np.array(whole, dtype=np.int64)[codes], valid)


_MOST_DIGITS = 18


def numbers(values: Sequence[Decimal]) -> tuple[Array, int]:
    """Lay decimals out as whole numbers with one scale, or keep them as they are where 64 bits do not hold them."""
    places = [-int(value.as_tuple().exponent) for value in values]
    scale = max((place for place in places if place > 0), default=0)
    if scale <= _MOST_DIGITS and all(value.adjusted() + 1 + scale <= _MOST_DIGITS for value in values):
        return np.array([int(value.scaleb(scale)) for value in values], dtype=np.int64), scale
    data = np.empty(len(values), dtype=object)
    data[:] = list(values)
    return data, 0


def unscaled(data: Array, scale: int) -> list[Decimal]:
    """Return whole numbers with a scale as decimals."""
    if not scale:
        return [Decimal(one) for one in data.tolist()]
    return [Decimal(one).scaleb(-scale) for one in data.tolist()]


def _combinations(columns: Sequence[Column]) -> tuple[Array, list[tuple[object, ...]]]:
    codes = np.zeros(1, dtype=np.int64)
    combinations: list[tuple[object, ...]] = [()]
    for column in columns:
        own, values = distinct(column)
        if len(values) == 1 and len(own) == 1:
            combinations = [(*one, values[0]) for one in combinations]
            continue
        if len(combinations) == 1:
            combinations = [(*combinations[0], value) for value in values]
            codes = own
            continue
        both = codes * len(values) + own
        met, codes = np.unique(both, return_inverse=True)
        combinations = [(*combinations[pair // len(values)], values[pair % len(values)]) for pair in met.tolist()]
    return np.broadcast_to(codes, (width(columns),)), combinations


def distinct(column: Column) -> tuple[Array, list[object]]:
    """Return for each row the number of its value, and the distinct values, None for null."""
    if not column.valid.any():
        return np.zeros(len(column), dtype=np.int64), [None]
    if column.type in WORDS:
        codes, values = column.data, list(column.texts)
    elif column.type is Type.BOOLEAN:
        codes, values = column.data.astype(np.int64), [False, True]
    elif column.type is Type.GEOLOCATION:
        return _combinations(column.parts)[0], list(_combinations(column.parts)[1])
    else:
        met, codes = np.unique(column.data, return_inverse=True)
        values = met.tolist()
        if column.type is Type.NUMBER and column.data.dtype != object:
            values = list(unscaled(met, column.scale))
    if column.valid.all():
        return codes, values
    return np.where(column.valid, codes, len(values)), [*values, None]
