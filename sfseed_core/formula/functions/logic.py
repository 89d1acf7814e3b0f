"""Conditions, choices and blanks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.formula.column import (
    Array,
    Column,
    booleans,
    constant,
    merged_reasons,
    width,
)
from sfseed_core.formula.faults import Fault
from sfseed_core.formula.functions.family import plain
from sfseed_core.formula.functions.texts import is_number
from sfseed_core.formula.numeric import compare
from sfseed_core.formula.types.kinds import WORDS, Type
from sfseed_core.formula.wordwise import blank, choose, equal_texts, spread_faults

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_core.formula.functions.family import Function
    from sfseed_core.formula.setting import Setting


def holds(column: Column) -> Array:
    """Tell where a condition is true; null is not."""
    return column.data.astype(bool) & column.valid


def junction(columns: Sequence[Column], *, decided_by: bool) -> Column:
    """AND (decided by false) or OR (decided by true): from left to right, later arguments only where it is not decided.

    What is unknown is decided all the same where a later argument decides it.
    """
    count = width(columns)
    undecided = np.ones(count, dtype=bool)
    data = np.full(count, not decided_by)
    fault = np.zeros(count, dtype=np.int8)
    for column in columns:
        own = column.faults()
        hangs = undecided & (own == Fault.UNKNOWN)
        fault = np.where(hangs & (fault == 0), np.int8(Fault.UNKNOWN), fault)
        broken = undecided & (own > Fault.UNKNOWN)
        fault = np.where(broken & (fault == 0), own, fault)
        deciding = undecided & (own == 0) & (holds(column) == decided_by)
        data = np.where(deciding, decided_by, data)
        fault = np.where(deciding & (fault == Fault.UNKNOWN), 0, fault)
        undecided &= ~(broken | deciding)
    shown = fault.astype(np.int8) if fault.any() else None
    return Column(Type.BOOLEAN, data, np.ones(count, dtype=bool), shown, reasons=merged_reasons(columns))


def negation(column: Column) -> Column:
    """NOT; null stays null."""
    return replace(column, type=Type.BOOLEAN, data=~column.data.astype(bool))


def equal(one: Column, other: Column) -> Column:
    """Compare two columns of one type; texts treat null as empty, anything else is null where one is null."""
    if one.type in WORDS or other.type in WORDS:
        return equal_texts(one, other)
    if one.type is Type.NUMBER and other.type is Type.NUMBER:
        return compare("=", one, other)
    return booleans(one.data == other.data, (one, other))


def _if(columns: Sequence[Column], setting: Setting) -> Column:
    return _ifs(columns, setting)


def _ifs(columns: Sequence[Column], _setting: Setting) -> Column:
    result = columns[-1]
    for place in range(len(columns) - 3, -1, -2):
        condition, chosen = columns[place], columns[place + 1]
        result = spread_faults(choose(holds(condition), chosen, result), condition)
    return result


def _case(columns: Sequence[Column], _setting: Setting) -> Column:
    tested, result = columns[0], columns[-1]
    for place in range(len(columns) - 3, 0, -2):
        condition = _matches(tested, columns[place])
        result = spread_faults(choose(holds(condition), columns[place + 1], result), condition)
    return result


def _matches(tested: Column, value: Column) -> Column:
    if tested.type in WORDS:
        return equal_texts(tested, value)
    return (
        booleans(np.zeros(1, dtype=bool), (tested, value))
        if Type.NULL in (tested.type, value.type)
        else equal(tested, value)
    )


def _in(columns: Sequence[Column], _setting: Setting) -> Column:
    tested = columns[0]
    found = np.zeros(width(columns), dtype=bool)
    for value in columns[1:]:
        found = found | holds(_matches(tested, value))
    return booleans(found & tested.valid, columns, np.ones(1, dtype=bool))


def _is_blank(columns: Sequence[Column], _setting: Setting) -> Column:
    return booleans(blank(columns[0]), columns, np.ones(1, dtype=bool))


def _is_null(columns: Sequence[Column], _setting: Setting) -> Column:
    column = columns[0]
    missing = np.zeros(len(column), dtype=bool) if column.type is Type.TEXT else ~column.valid
    return booleans(missing, columns, np.ones(1, dtype=bool))


def _null_value(columns: Sequence[Column], setting: Setting) -> Column:
    if any(column.type is Type.TEXT for column in columns):
        return spread_faults(columns[0], columns[1])
    return _blank_value(columns, setting)


def _blank_value(columns: Sequence[Column], _setting: Setting) -> Column:
    first, other = columns
    return spread_faults(choose(~blank(first), first, other), first, other)


def _if_error(columns: Sequence[Column], _setting: Setting) -> Column:
    first, other = columns
    return choose(first.faults() <= Fault.UNKNOWN, first, other)


def _is_new(_columns: Sequence[Column], setting: Setting) -> Column:
    return constant(setting.is_new, Type.BOOLEAN)


def _is_clone(_columns: Sequence[Column], setting: Setting) -> Column:
    return constant(setting.is_clone, Type.BOOLEAN)


def changed(now: Column, before: Column) -> Column:
    """ISCHANGED: whether a field has another value than before the save; null equals null."""
    same = equal(now, before)
    both = np.broadcast_to(blank(now) & blank(before), (width((now, before)),))
    return booleans(~(holds(same) | both), (now, before), np.ones(1, dtype=bool))


FUNCTIONS: Mapping[str, Function] = {
    "AND": lambda columns, _: junction(columns, decided_by=False),
    "OR": lambda columns, _: junction(columns, decided_by=True),
    "IF": _if,
    "IFS": _ifs,
    "CASE": _case,
    "IN": _in,
    "ISBLANK": _is_blank,
    "ISNULL": _is_null,
    "NULLVALUE": _null_value,
    "BLANKVALUE": _blank_value,
    "IFERROR": _if_error,
    "ISNUMBER": plain(is_number, Type.BOOLEAN, nulls=True),
    "ISNEW": _is_new,
    "ISCLONE": _is_clone,
}
