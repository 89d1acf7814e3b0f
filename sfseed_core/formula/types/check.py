"""The static check: the type of every node, or the first place where a formula takes what it may not."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from sfseed_core.formula.nodes import (
    Binary,
    Boolean,
    Call,
    Field,
    FormulaWrongType,
    Index,
    Node,
    Null,
    Number,
    Text,
    Unary,
    fold,
)
from sfseed_core.formula.types.kinds import WORDS, Type, common
from sfseed_core.formula.types.signatures import MANY, SIGNATURES, signature

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Rule = Callable[["_Check", Call, Sequence[Type]], Type]


def check(node: Node, formula: str, field_type: Callable[[str], Type]) -> dict[int, Type]:
    """Give the type of each node by its `id`; raises FormulaWrongType with the fragment underlined."""
    types: dict[int, Type] = {}
    checking = _Check(formula, field_type)

    def visit(one: Node, below: Sequence[Type]) -> Type:
        types[id(one)] = found = checking.type_of(one, below)
        return found

    fold(node, visit)
    return types


def misfit(node: Node, below: Sequence[Type]) -> str | None:
    """Return why a node cannot take values of the types that its operands turned out to have; None where it can.

    What a formula asks of the org (`$Setup.Limits__c.Most__c`) has no type before it is known.
    """
    try:
        _Check("", lambda _path: Type.ANY).type_of(node, [Type.TEXT if one in WORDS else one for one in below])
    except FormulaWrongType as error:
        return error.message
    return None


_SUMS: Mapping[tuple[str, Type, Type], Type] = {
    ("+", Type.NUMBER, Type.NUMBER): Type.NUMBER,
    ("+", Type.DATE, Type.NUMBER): Type.DATE,
    ("+", Type.NUMBER, Type.DATE): Type.DATE,
    ("+", Type.DATETIME, Type.NUMBER): Type.DATETIME,
    ("+", Type.NUMBER, Type.DATETIME): Type.DATETIME,
    ("+", Type.TIME, Type.NUMBER): Type.TIME,
    ("+", Type.NUMBER, Type.TIME): Type.TIME,
    ("+", Type.TEXT, Type.TEXT): Type.TEXT,
    ("-", Type.NUMBER, Type.NUMBER): Type.NUMBER,
    ("-", Type.DATE, Type.NUMBER): Type.DATE,
    ("-", Type.DATE, Type.DATE): Type.NUMBER,
    ("-", Type.DATETIME, Type.NUMBER): Type.DATETIME,
    ("-", Type.DATETIME, Type.DATETIME): Type.NUMBER,
    ("-", Type.TIME, Type.NUMBER): Type.TIME,
    ("-", Type.TIME, Type.TIME): Type.NUMBER,
}
_ORDERED = frozenset((Type.NUMBER, Type.TEXT, Type.DATE, Type.DATETIME, Type.TIME, Type.NULL, Type.ANY))
_LITERALS: Mapping[type, Type] = {Number: Type.NUMBER, Text: Type.TEXT, Boolean: Type.BOOLEAN, Null: Type.NULL}


class _Check:
    """One check of one formula."""

    def __init__(self, formula: str, field_type: Callable[[str], Type]) -> None:
        self.formula = formula
        self._field_type = field_type

    def type_of(self, node: Node, below: Sequence[Type]) -> Type:
        match node:
            case Field():
                return self._field_type(node.path)
            case Unary():
                wanted = Type.BOOLEAN if node.operator == "not" else Type.NUMBER
                self.want(node.operand, below[0], frozenset((wanted,)), node.operator)
                return wanted
            case Binary():
                return self._binary(node, below[0], below[1])
            case Call():
                return self._call(node, below)
            case Index():
                return Type.ANY
        return _LITERALS[type(node)]

    def want(self, node: Node, found: Type, allowed: frozenset[Type], taker: str) -> None:
        if found in allowed or found in (Type.NULL, Type.ANY) or Type.ANY in allowed:
            return
        names = " or ".join(one.value for one in Type if one in allowed)
        raise self.wrong(f"{taker} takes {names} here, not {found.value}", node)

    def wrong(self, message: str, node: Node) -> FormulaWrongType:
        return FormulaWrongType(message, self.formula, node.span)

    def same(self, node: Node, one: Type, other: Type, taker: str) -> Type:
        found = common(one, other)
        if found is None:
            raise self.wrong(f"{taker} takes {one.value} here, not {other.value}", node)
        return found

    def counted(self, node: Call, least: int, most: int = MANY) -> None:
        count = len(node.arguments)
        if least <= count <= most:
            return
        wanted = str(least) if count < least else str(most)
        raise self.wrong(f"{node.name} takes {wanted} arguments here, not {count}", node)

    def _binary(self, node: Binary, left: Type, right: Type) -> Type:
        operator = node.operator
        if operator in ("and", "or"):
            self.want(node.left, left, frozenset((Type.BOOLEAN,)), operator)
            self.want(node.right, right, frozenset((Type.BOOLEAN,)), operator)
            return Type.BOOLEAN
        if operator in ("+", "-"):
            return self._sum(node, left, right)
        if operator == "&":
            self.want(node.left, left, frozenset((Type.TEXT,)), operator)
            self.want(node.right, right, frozenset((Type.TEXT,)), operator)
            return Type.TEXT
        if operator in ("*", "/", "^"):
            self.want(node.left, left, frozenset((Type.NUMBER,)), operator)
            self.want(node.right, right, frozenset((Type.NUMBER,)), operator)
            return Type.NUMBER
        if operator in ("<", ">", "<=", ">="):
            self.want(node.left, left, _ORDERED, operator)
        if Type.GEOLOCATION in (left, right):
            raise self.wrong(f"{operator} does not take Geolocation", node)
        self.same(node.right, left, right, operator)
        return Type.BOOLEAN

    def _sum(self, node: Binary, left: Type, right: Type) -> Type:
        if Type.NULL in (left, right):
            return Type.NULL
        if Type.ANY in (left, right):
            return Type.ANY
        found = _SUMS.get((node.operator, left, right))
        if found is None:
            raise self.wrong(f"{node.operator} does not take {left.value} and {right.value}", node.right)
        return found

    def _call(self, node: Call, below: Sequence[Type]) -> Type:
        rule = _RULES.get(node.name)
        if rule is not None:
            return rule(self, node, below)
        found = signature(node.name)
        if found is None:
            close = difflib.get_close_matches(node.name, [*SIGNATURES, *_RULES], 1)
            hint = f": did you mean {close[0]}?" if close else ""
            raise self.wrong(f"there is no function {node.name}{hint}", node)
        self.counted(node, found.least, found.most)
        for place, (argument, type_) in enumerate(zip(node.arguments, below, strict=True)):
            self.want(argument, type_, found.allowed(place), node.name)
        return below[found.result] if isinstance(found.result, int) else found.result


def _condition(checking: _Check, node: Node, found: Type, taker: str) -> None:
    if found not in (Type.BOOLEAN, Type.ANY):
        raise checking.wrong(f"{taker} takes Boolean here, not {found.value}", node)


def _if(checking: _Check, node: Call, below: Sequence[Type]) -> Type:
    checking.counted(node, 3, 3)
    _condition(checking, node.arguments[0], below[0], node.name)
    return checking.same(node.arguments[2], below[1], below[2], node.name)


def _ifs(checking: _Check, node: Call, below: Sequence[Type]) -> Type:
    checking.counted(node, 3)
    if len(below) % 2 == 0:
        raise checking.wrong(f"{node.name} takes {len(below) + 1} arguments here, not {len(below)}", node)
    result = below[-1]
    for place in range(0, len(below) - 1, 2):
        _condition(checking, node.arguments[place], below[place], node.name)
    for place in range(1, len(below) - 1, 2):
        result = checking.same(node.arguments[place], result, below[place], node.name)
    return result


def _case(checking: _Check, node: Call, below: Sequence[Type]) -> Type:
    checking.counted(node, 4)
    if len(below) % 2:
        raise checking.wrong(f"{node.name} takes an even number of arguments, not {len(below)}", node)
    tested, result = below[0], below[-1]
    for place in range(1, len(below) - 1, 2):
        tested = checking.same(node.arguments[place], tested, below[place], node.name)
        result = checking.same(node.arguments[place + 1], result, below[place + 1], node.name)
    if Type.BOOLEAN in (tested, result):
        raise checking.wrong(f"{node.name} does not take Boolean", node)
    return result


def _in(checking: _Check, node: Call, below: Sequence[Type]) -> Type:
    checking.counted(node, 2)
    tested = below[0]
    for argument, found in zip(node.arguments[1:], below[1:], strict=True):
        tested = checking.same(argument, tested, found, node.name)
    if tested in (Type.BOOLEAN, Type.GEOLOCATION):
        raise checking.wrong(f"{node.name} does not take {tested.value}", node)
    return Type.BOOLEAN


def _either(checking: _Check, node: Call, below: Sequence[Type]) -> Type:
    checking.counted(node, 2, 2)
    if below[0] in (Type.BOOLEAN, Type.GEOLOCATION) and node.name != "IFERROR":
        raise checking.wrong(f"{node.name} does not take {below[0].value}", node.arguments[0])
    found = checking.same(node.arguments[1], below[0], below[1], node.name)
    return Type.TEXT if found in WORDS else found


_RULES: Mapping[str, Rule] = {
    "IF": _if,
    "IFS": _ifs,
    "CASE": _case,
    "IN": _in,
    "NULLVALUE": _either,
    "BLANKVALUE": _either,
    "IFERROR": _either,
}
"""Functions whose result follows from several arguments."""
