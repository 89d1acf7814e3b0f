"""Work a formula out over all rows at once: every node gives a column.

Both branches of a condition are worked out; a fault counts only in the rows that take its branch, so the result is that of
working out one row after the other.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.formula import numeric
from sfseed_core.formula.column import Column, constant, distinct, null, unknown, with_fault
from sfseed_core.formula.faults import Fault
from sfseed_core.formula.functions import FUNCTIONS
from sfseed_core.formula.functions.dates import apart, shifted
from sfseed_core.formula.functions.logic import changed, equal, holds, junction, negation
from sfseed_core.formula.nodes import Binary, Boolean, Call, Field, Index, Node, Number, Text, Unary, fold
from sfseed_core.formula.setting import Blanks, Rows, Setting
from sfseed_core.formula.types.check import misfit
from sfseed_core.formula.types.kinds import WORDS, Type
from sfseed_core.formula.vlookup import lookup_of
from sfseed_core.formula.wordwise import compare_texts, join, spread_faults

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_MOMENTS = (Type.DATE, Type.DATETIME, Type.TIME)


def evaluate(node: Node, rows: Rows, setting: Setting) -> Column:
    """Work a checked formula out over rows; a result of one row stands for all."""
    working = _Working(rows, setting)
    return fold(node, working.visit)


def fires(node: Node, rows: Rows, setting: Setting) -> Column:
    """Work out where a rule's condition is met: true or false in every row, null counting as false."""
    found = evaluate(node, rows, setting).spread(len(rows))
    return replace(found, type=Type.BOOLEAN, data=holds(found), valid=np.ones(len(rows), dtype=bool))


class _Working:
    """One evaluation."""

    def __init__(self, rows: Rows, setting: Setting) -> None:
        self._rows = rows
        self._setting = setting

    def visit(self, node: Node, below: Sequence[Column]) -> Column:
        match node:
            case Field():
                return self._blanks(self._rows.column(node.path))
            case Number():
                return constant(Decimal(node.text), Type.NUMBER)
            case Text():
                return constant(node.value, Type.TEXT)
            case Boolean():
                return constant(node.value, Type.BOOLEAN)
            case Unary():
                return _signed(node.operator, below[0])
            case Binary():
                return self._binary(node, below)
            case Call():
                return self._call(node, below)
            case Index():
                return _element(below[0], below[1])
        return null()

    def _blanks(self, column: Column) -> Column:
        if self._setting.blanks is Blanks.AS_BLANK or column.type is not Type.NUMBER:
            return column
        data = column.data.copy()
        data[~column.valid] = 0 if data.dtype != object else Decimal(0)
        return replace(column, data=data, valid=np.ones(len(column), dtype=bool))

    @staticmethod
    def _binary(node: Binary, below: Sequence[Column]) -> Column:
        why = misfit(node, [one.type for one in below])
        if why is not None:
            return spread_faults(unknown(why, Type.ANY), *below)
        return _OPERATORS[node.operator](node.operator, below[0], below[1])

    def _call(self, node: Call, below: Sequence[Column]) -> Column:
        if node.name == "VLOOKUP":
            return self._looked_up(node, below[2])
        why = misfit(node, [one.type for one in below])
        if why is not None:
            return spread_faults(unknown(why, Type.ANY), *below)
        if node.name not in ("PRIORVALUE", "ISCHANGED"):
            return FUNCTIONS[node.name](below, self._setting)
        field = node.arguments[0]
        before = below[0]
        if self._setting.is_new and node.name == "ISCHANGED":
            return constant(False, Type.BOOLEAN)
        if not self._setting.is_new and isinstance(field, Field):
            before = self._blanks(self._rows.before(field.path))
        return before if node.name == "PRIORVALUE" else changed(below[0], before)

    def _looked_up(self, node: Call, wanted: Column) -> Column:
        lookup = lookup_of(node)
        if lookup is None:
            return unknown("VLOOKUP takes two fields of one object, the second its Name", Type.ANY)
        return self._blanks(spread_faults(self._rows.looked_up(lookup, wanted), wanted))


def _element(column: Column, index: Column) -> Column:
    """Take one element of a list, or of a map by its key: columns with parts, whose keys are their words."""
    if column.type is not Type.ANY or not column.parts or len(index) != 1:
        return unknown("lists are not read", Type.ANY)
    _, values = distinct(index)
    keys = column.texts.tolist()
    place = keys.index(values[0]) if values[0] in keys else int(values[0]) if isinstance(values[0], Decimal) else -1
    if not 0 <= place < len(column.parts):
        return with_fault(null(), Fault.OUT_OF_RANGE, np.ones(1, dtype=bool))
    return column.parts[place]


def _signed(operator: str, column: Column) -> Column:
    if operator == "not":
        return negation(column)
    return numeric.negate(column) if operator == "-" else column


def _plus(_operator: str, one: Column, other: Column) -> Column:
    if Type.NULL in (one.type, other.type):
        return _nothing(one, other)
    if one.type in WORDS or other.type in WORDS:
        return join(one, other)
    if one.type in _MOMENTS:
        return shifted(one, other, 1)
    return shifted(other, one, 1) if other.type in _MOMENTS else numeric.add(one, other)


def _minus(_operator: str, one: Column, other: Column) -> Column:
    if Type.NULL in (one.type, other.type):
        return _nothing(one, other)
    if one.type in _MOMENTS:
        return apart(one, other) if other.type in _MOMENTS else shifted(one, other, -1)
    return numeric.add(one, numeric.negate(other))


def _nothing(one: Column, other: Column) -> Column:
    return spread_faults(null(), one, other)


def _compared(operator: str, one: Column, other: Column) -> Column:
    if one.type in WORDS and other.type in WORDS:
        return compare_texts(operator, one, other)
    if one.type is Type.NUMBER and other.type is Type.NUMBER:
        return numeric.compare(operator, one, other)
    plain = Column(Type.NUMBER, one.data, one.valid, one.fault, reasons=one.reasons)
    return numeric.compare(
        operator, plain, Column(Type.NUMBER, other.data, other.valid, other.fault, reasons=other.reasons)
    )


def _calculated(function: Callable[[Column, Column], Column]) -> Callable[[str, Column, Column], Column]:
    def run(_operator: str, one: Column, other: Column) -> Column:
        return function(one, other)

    return run


_OPERATORS: Mapping[str, Callable[[str, Column, Column], Column]] = {
    "and": lambda _, one, other: junction((one, other), decided_by=False),
    "or": lambda _, one, other: junction((one, other), decided_by=True),
    "=": lambda _, one, other: equal(one, other),
    "<>": lambda _, one, other: negation(equal(one, other)),
    "<": _compared,
    ">": _compared,
    "<=": _compared,
    ">=": _compared,
    "+": _plus,
    "-": _minus,
    "&": _calculated(join),
    "*": _calculated(numeric.multiply),
    "/": _calculated(numeric.divide),
    "^": _calculated(numeric.power),
}
