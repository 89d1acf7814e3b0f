"""One formula over one record: from the leaves up, branches only where they are taken."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from sfseed_core.formula.nodes import Binary, Boolean, Call, Field, Index, Node, Null, Number, Text, Unary
from sfseed_core.formula.parser import parse
from sfseed_core.formula.types import Type, check
from sfseed_emulator.formula_rows import moments, numbers
from sfseed_emulator.formula_rows.functions import FUNCTIONS, NEEDS_THE_ORG
from sfseed_emulator.formula_rows.outcome import Failed, NotKnown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Value = Any
"""None, bool, str, Decimal, date, datetime (UTC), time, or a tuple of latitude and longitude."""

TEXTS = frozenset((Type.TEXT, Type.PICKLIST, Type.MULTIPICKLIST))


class Record(Protocol):
    """The record that a formula is about."""

    def value(self, path: str) -> Value:
        """Return a field's or global's value; raises NotKnown."""

    def old(self, path: str) -> Value:
        """Return the value before the save."""

    def looked_up(self, object_name: str, field: str, name: str) -> Value:
        """Return a field's value of the first record of an object that has the name; raises NotKnown."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When a formula is worked out: the clock, the running user's zone, and what is done with the record."""

    now: datetime
    zone: tzinfo
    is_new: bool = True
    is_clone: bool = False
    zero_blanks: bool = False


@dataclass(frozen=True, slots=True)
class Compiled:
    """A formula that was read and checked, with the type of each node."""

    node: Node
    types: Mapping[int, Type]


def compiled(formula: str, type_of: Callable[[str], Type]) -> Compiled:
    """Read and check a formula; raises FormulaError."""
    node = parse(formula)
    return Compiled(node, check(node, formula, type_of))


def result(formula: Compiled, record: Record, moment: Moment) -> Value:
    """Work a formula out; raises Failed and NotKnown."""
    return _Machine(formula.types, record, moment).of(formula.node)


def fires(formula: Compiled, record: Record, moment: Moment) -> bool:
    """Tell whether a rule's condition is met."""
    return result(formula, record, moment) is True


class _Machine:
    """One formula over one record."""

    def __init__(self, types: Mapping[int, Type], record: Record, moment: Moment) -> None:
        self._types = types
        self._record = record
        self._moment = moment

    def of(self, node: Node) -> Value:
        match node:
            case Number():
                return Decimal(node.text)
            case Text() | Boolean():
                return node.value
            case Null():
                return None
            case Field():
                return self._blank(node, self._record.value(node.path))
            case Unary():
                return self._unary(node)
            case Binary():
                return self._binary(node)
            case Call():
                return self._call(node)
            case Index():
                raise NotKnown("lists are not read")

    def type_of(self, node: Node) -> Type:
        return self._types[id(node)]

    def is_text(self, node: Node) -> bool:
        return self.type_of(node) in TEXTS

    def _blank(self, node: Node, value: Value) -> Value:
        zero = value is None and self._moment.zero_blanks and self.type_of(node) is Type.NUMBER
        return Decimal(0) if zero else value

    def _unary(self, node: Unary) -> Value:
        value = self.of(node.operand)
        if value is None:
            return None
        return not value if node.operator == "not" else -value if node.operator == "-" else value

    def _binary(self, node: Binary) -> Value:
        if node.operator in _JUNCTIONS:
            return self.junction(_chain(node), decided_by=node.operator == "or")
        spine: list[Binary] = []
        first: Node = node
        while isinstance(first, Binary) and first.operator not in _JUNCTIONS:
            spine.append(first)
            first = first.left
        value = self.of(first)
        for one in reversed(spine):
            value = self._joined(one.operator, one.left, value, one.right)
        return value

    def _joined(self, sign: str, left: Node, one: Value, right: Node) -> Value:
        other = self.of(right)
        if sign in ("=", "<>"):
            same = self.same(left, one, right, other)
            return same if same is None or sign == "=" else not same
        if sign == "&":
            return (one or "") + (other or "")
        if sign in ("<", ">", "<=", ">="):
            return _ordered(sign, one, other)
        if Type.NULL in (self.type_of(left), self.type_of(right)):
            return None
        if sign == "+" and (self.is_text(left) or self.is_text(right)):
            return (one or "") + (other or "")
        return None if one is None or other is None else _calculated(sign, one, other)

    def same(self, left: Node, one: Value, right: Node, other: Value) -> bool | None:
        if self.is_text(left) or self.is_text(right):
            return bool((one or "") == (other or ""))
        return None if one is None or other is None else bool(one == other)

    def junction(self, parts: Sequence[Node], *, decided_by: bool) -> bool:
        missing: NotKnown | None = None
        for part in parts:
            try:
                value = self.of(part) is True
            except NotKnown as reason:
                missing = missing or reason
                continue
            except Failed:
                if missing is None:
                    raise
                break
            if value is decided_by:
                return decided_by
        if missing is not None:
            raise missing
        return not decided_by

    def _call(self, node: Call) -> Value:
        special = _SPECIAL.get(node.name)
        if special is not None:
            return special(self, node)
        if node.name in NEEDS_THE_ORG:
            raise NotKnown(f"{node.name} needs what only the org has")
        function = FUNCTIONS[node.name]
        values = [self.of(argument) for argument in node.arguments]
        if not function.takes_nulls and any(value is None for value in values):
            return None
        return function.run(self._moment, *values)

    # Functions that look at their arguments before working them out

    def if_(self, node: Call) -> Value:
        *pairs, otherwise = node.arguments
        for place in range(0, len(pairs), 2):
            if self.of(pairs[place]) is True:
                return self.of(pairs[place + 1])
        return self.of(otherwise)

    def case(self, node: Call) -> Value:
        tested, *pairs, otherwise = node.arguments
        value = self.of(tested)
        for place in range(0, len(pairs), 2):
            if self._matches(tested, value, pairs[place]):
                return self.of(pairs[place + 1])
        return self.of(otherwise)

    def in_(self, node: Call) -> bool:
        tested, *values = node.arguments
        value = self.of(tested)
        found = [self._matches(tested, value, one) for one in values]
        return value is not None and any(found)

    def _matches(self, tested: Node, value: Value, against: Node) -> bool:
        other = self.of(against)
        if self.is_text(tested):
            return bool((value or "") == (other or ""))
        return value is not None and other is not None and bool(value == other)

    def is_null(self, node: Call) -> bool:
        argument = node.arguments[0]
        if isinstance(argument, Call) and argument.name == "TEXT" and self.type_of(argument.arguments[0]) in TEXTS:
            return self.of(argument.arguments[0]) is None
        value = self.of(argument)
        return value is None and self.type_of(argument) is not Type.TEXT

    def is_blank(self, node: Call) -> bool:
        return self.of(node.arguments[0]) in (None, "")

    def blank_value(self, node: Call) -> Value:
        first, other = (self.of(argument) for argument in node.arguments)
        return other if first in (None, "") else first

    def null_value(self, node: Call) -> Value:
        kinds = [self.type_of(argument) for argument in node.arguments]
        if kinds[0] is Type.TEXT or kinds[1] is Type.TEXT:
            first, _ = (self.of(argument) for argument in node.arguments)
            return first
        return self.blank_value(node)

    def if_error(self, node: Call) -> Value:
        try:
            return self.of(node.arguments[0])
        except Failed:
            return self.of(node.arguments[1])

    def looked_up(self, node: Call) -> Value:
        gives, key = (_described(argument) for argument in node.arguments[:2])
        if gives is None or key != (gives[0], "name"):
            raise NotKnown("VLOOKUP takes two fields of one object, the second its Name")
        name = self.of(node.arguments[2])
        return None if name in (None, "") else self._record.looked_up(*gives, str(name))

    def before(self, node: Call) -> Value:
        field = node.arguments[0]
        if self._moment.is_new or not isinstance(field, Field):
            return self.of(field)
        return self._blank(field, self._record.old(field.path))

    def changed(self, node: Call) -> bool:
        field = node.arguments[0]
        now, old = self.of(field), self.before(node)
        return not (now == old or (now in (None, "") and old in (None, "")))


_SPECIAL: Mapping[str, Callable[[_Machine, Call], Value]] = {
    "IF": _Machine.if_,
    "IFS": _Machine.if_,
    "CASE": _Machine.case,
    "IN": _Machine.in_,
    "AND": lambda machine, node: machine.junction(node.arguments, decided_by=False),
    "OR": lambda machine, node: machine.junction(node.arguments, decided_by=True),
    "ISNULL": _Machine.is_null,
    "ISBLANK": _Machine.is_blank,
    "BLANKVALUE": _Machine.blank_value,
    "NULLVALUE": _Machine.null_value,
    "IFERROR": _Machine.if_error,
    "VLOOKUP": _Machine.looked_up,
    "PRIORVALUE": _Machine.before,
    "ISCHANGED": _Machine.changed,
}


def _described(node: Node) -> tuple[str, str] | None:
    """Return object and field of `$ObjectType.Object.Fields.Field`, in small letters."""
    steps = node.path.lower().split(".") if isinstance(node, Field) else []
    return (steps[1], steps[3]) if len(steps) == 4 and steps[::2] == ["$objecttype", "fields"] else None


_JUNCTIONS = frozenset(("and", "or"))


def _chain(node: Binary) -> list[Node]:
    """List the operands of a chain of one operator, so that a long chain is no deep recursion."""
    parts: list[Node] = [node.right]
    left = node.left
    while isinstance(left, Binary) and left.operator == node.operator:
        parts.append(left.right)
        left = left.left
    return [left, *reversed(parts)]


_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def _ordered(sign: str, one: Value, other: Value) -> bool | None:
    if one is None or other is None:
        return None
    if isinstance(one, str):
        one, other = (str(value).encode("utf-16-be", "surrogatepass") for value in (one, other))
    return _ORDERS[sign](one, other)


def _calculated(sign: str, one: Value, other: Value) -> Value:
    if isinstance(one, date | datetime | time) or isinstance(other, date | datetime | time):
        return moments.calculated(sign, one, other)
    return numbers.OPERATORS[sign](one, other)
