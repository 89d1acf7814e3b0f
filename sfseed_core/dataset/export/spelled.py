"""How cells stand in a line of CSV: as texts of pools, one after the other, with or without quotes.

Words and numbers that can be put together so are; what is left (instants to the millisecond) is written as `CsvEncoder` writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core.dataset.export.csv import SCIENTIFIC_SCALE, as_written
from sfseed_core.errors import InternalError
from sfseed_core.generate import kernels, texts
from sfseed_core.generate.cells import Coded, Joined, Numbers, Texts, constant, numbers_array
from sfseed_core.generate.spelling import decimals, padded_pool, whole
from sfseed_core.recipe.columns import COUNT_MARK, SYMBOL_MARK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.generate.cells import Cells
    from sfseed_core.generate.references import Keys
    from sfseed_core.recipe.model import Target

_MINUTE, _DAY = 60_000, 86_400_000
_DECADE = 3_652  # days, about: pools of days begin and end at multiples of it
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896  # 0001-01-01 and 9999-12-31
_FLAGS = texts.strings(["false", "true"])


@dataclass(frozen=True, slots=True, eq=False)
class Spelled:
    """A column of a line: its parts in each record, nothing at all where `valid` says no; `before` stands before the first."""

    parts: tuple[Coded | Texts, ...]
    valid: np.ndarray | None = None
    quoted: bool = False
    before: str = ""


def spelled(cells: Cells, kind: pa.DataType) -> Spelled:
    """Return how the cells of a column of the type are written."""
    if isinstance(cells, Numbers):
        return _numbers(cells, kind)
    if not pa.types.is_string(kind):
        raise InternalError(f"a provider made text for a column of type {kind}")
    if isinstance(cells, Texts):
        return _whole_texts(cells.text(), quoted=True)
    return Spelled(cells.parts if isinstance(cells, Joined) else (cells,), cells.valid, quoted=True)


def reference(keys: Keys) -> Spelled:
    """Return how references are written: `Account:12`, `=symbol` for a record that the org has, `=query#3` for one of many."""
    if len(keys.targets) == 1 and keys.targets[0].object is not None:
        return Spelled(whole(keys.numbers), keys.valid, quoted=True, before=f"{keys.targets[0].object}:")
    names = _target_names(tuple(_before_number(one) for one in keys.targets))
    which = np.zeros(len(keys.numbers), dtype=np.int32) if keys.which is None else keys.which
    counted = np.array([_is_counted(one) for one in keys.targets])[which]
    if not counted.any():
        return Spelled((Coded(names, which),), keys.valid, quoted=True)
    *first, last = whole(np.where(counted, keys.numbers, 0))
    ending = Coded(_or_nothing(), np.where(counted, last.codes, len(last.pool)))
    return Spelled((Coded(names, which), *first, ending), keys.valid, quoted=True)


def _is_counted(target: Target) -> bool:
    return target.object is not None or target.count > 0


def _before_number(target: Target) -> str:
    if target.object is not None:
        return f"{target.object}:"
    return f"{SYMBOL_MARK}{target.symbol}{COUNT_MARK if target.count else ''}"


@lru_cache
def _target_names(names: tuple[str, ...]) -> pa.StringArray:
    return texts.strings(names)


@lru_cache
def _or_nothing() -> pa.StringArray:
    """Return the last digits of a number, and an empty text behind them."""
    (last,) = whole(np.zeros(1, dtype=np.int64))
    return pa.concat_arrays([last.pool, texts.single("")])


def _numbers(cells: Numbers, kind: pa.DataType) -> Spelled:
    write = _WRITERS.get(kind.id)
    found = write(cells, kind) if write and len(cells) else None
    if found is not None:
        return found
    array = as_written(cells.arrow(kind))
    return _whole_texts(kernels.cast(array, pa.string()), quoted=pa.types.is_string(array.type))


def _whole_texts(array: pa.StringArray, *, quoted: bool) -> Spelled:
    if not array.null_count:
        return Spelled((Texts(array),), quoted=quoted)
    bits = np.frombuffer(array.buffers()[0], dtype=np.uint8)
    known = np.unpackbits(bits, bitorder="little", count=array.offset + len(array))[array.offset :]
    return Spelled((Texts(array),), known.astype(bool), quoted)


def _integers(cells: Numbers, _: pa.DataType) -> Spelled:
    return Spelled(whole(cells.values.astype(np.int64, copy=False)), cells.valid)


def _as_text(cells: Numbers, _: pa.DataType) -> Spelled:
    return Spelled(whole(cells.values.astype(np.int64, copy=False)), cells.valid, quoted=True)


def _decimals(cells: Numbers, kind: pa.DataType) -> Spelled:
    parts = decimals(cells.values.astype(np.int64, copy=False), kind.scale)
    return Spelled(parts, cells.valid, quoted=kind.scale >= SCIENTIFIC_SCALE)


def _flags(cells: Numbers, _: pa.DataType) -> Spelled:
    return Spelled((Coded(_FLAGS, cells.values.astype(np.int8, copy=False)),), cells.valid)


def _days(cells: Numbers, _: pa.DataType) -> Spelled | None:
    found = _day_part(cells.values, cells.valid)
    return Spelled((found,), cells.valid) if found else None


def _day_part(days: np.ndarray, valid: np.ndarray | None) -> Coded | None:
    """Return the days as `yyyy-MM-dd`; None when one of them has no such form."""
    if valid is not None:
        days = np.where(valid, days, days[valid.argmax()])
    low, high = int(days.min()), int(days.max())
    if low < _FIRST_DAY or high > _LAST_DAY:
        return None
    first = max(low // _DECADE * _DECADE, _FIRST_DAY)
    pool = _day_pool(first, min(-(-(high + 1) // _DECADE) * _DECADE, _LAST_DAY + 1))
    return Coded(pool, days - first)


@lru_cache
def _day_pool(first: int, stop: int) -> pa.StringArray:
    return kernels.cast(numbers_array(np.arange(first, stop, dtype=np.int32), pa.date32()), pa.string())


def _instants(cells: Numbers, _: pa.DataType) -> Spelled | None:
    days, within = np.divmod(cells.values, _DAY)
    day, minutes = _day_part(days, cells.valid), _minutes(within, cells.valid)
    if day is None or minutes is None:
        return None
    return Spelled((day, Coded(_minute_pool("T"), minutes)), cells.valid, quoted=True)


def _times(cells: Numbers, _: pa.DataType) -> Spelled | None:
    minutes = _minutes(cells.values % _DAY, cells.valid)
    return None if minutes is None else Spelled((Coded(_minute_pool(""), minutes),), cells.valid, quoted=True)


def _minutes(within: np.ndarray, valid: np.ndarray | None) -> np.ndarray | None:
    """Return the minutes of times within a day; None when one of them has seconds."""
    minutes = within // _MINUTE
    odd = minutes * _MINUTE != within
    return None if (odd if valid is None else odd & valid).any() else minutes


@lru_cache
def _minute_pool(before: str) -> pa.StringArray:
    """Return all minutes of a day as `HH:mm:00.000Z`."""
    hours, minutes = np.divmod(np.arange(24 * 60), 60)
    two = padded_pool(2)
    parts = (Coded(two, hours), constant(":", len(hours)), Coded(two, minutes), constant(":00.000Z", len(hours)))
    return Joined((constant(before, len(hours)), *parts)).text()


_WRITERS: Mapping[int, Callable[[Numbers, pa.DataType], Spelled | None]] = MappingProxyType(
    {
        pa.string().id: _as_text,
        pa.int64().id: _integers,
        pa.bool_().id: _flags,
        pa.decimal128(1).id: _decimals,
        pa.date32().id: _days,
        pa.timestamp("ms").id: _instants,
        pa.time32("ms").id: _times,
    }
)
