"""Numbers. Roots, logarithms and angles are doubles in Salesforce's engine, and here."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from sfseed_core.formula import numeric
from sfseed_core.formula.column import constant
from sfseed_core.formula.faults import Failed, Fault
from sfseed_core.formula.functions.family import plain
from sfseed_core.formula.types.kinds import Type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.formula.functions.family import Function


def from_double(value: float) -> Decimal:
    """Turn a double into the shortest decimal that is it."""
    if not math.isfinite(value):
        raise Failed(Fault.NOT_A_NUMBER)
    return Decimal(repr(value))


def _double(function: Callable[..., float]) -> Function:
    def run(*arguments: Decimal) -> Decimal:
        try:
            return from_double(function(*(float(one) for one in arguments)))
        except (ValueError, OverflowError) as error:
            raise Failed(Fault.NOT_A_NUMBER) from error

    return plain(run, Type.NUMBER)


def _atan2(one: Decimal | None, other: Decimal | None) -> Decimal:
    if one is None or other is None:
        raise Failed(Fault.BAD_ARGUMENT)
    return from_double(math.atan2(float(one), float(other)))


FUNCTIONS: Mapping[str, Function] = {
    "ABS": lambda columns, _: numeric.absolute(columns[0]),
    "CEILING": lambda columns, _: numeric.whole(columns[0], up=True, away=True),
    "FLOOR": lambda columns, _: numeric.whole(columns[0], up=False, away=True),
    "MCEILING": lambda columns, _: numeric.whole(columns[0], up=True, away=False),
    "MFLOOR": lambda columns, _: numeric.whole(columns[0], up=False, away=False),
    "ROUND": lambda columns, _: numeric.rounded(columns[0], columns[1]),
    "TRUNC": lambda columns, _: numeric.truncated(columns[0], columns[1] if len(columns) > 1 else numeric.number(0)),
    "MOD": lambda columns, _: numeric.modulo(columns[0], columns[1]),
    "POWER": lambda columns, _: numeric.power(columns[0], columns[1]),
    "MAX": lambda columns, _: numeric.order(columns, largest=True),
    "MIN": lambda columns, _: numeric.order(columns, largest=False),
    "SIGN": plain(lambda value: Decimal((value > 0) - (value < 0)), Type.NUMBER),
    "PI": lambda _columns, _: constant(from_double(math.pi), Type.NUMBER),
    "SQRT": _double(math.sqrt),
    "EXP": _double(math.exp),
    "LN": _double(math.log),
    "LOG": _double(math.log10),
    "SIN": _double(math.sin),
    "COS": _double(math.cos),
    "TAN": _double(math.tan),
    "ASIN": _double(math.asin),
    "ACOS": _double(math.acos),
    "ATAN": _double(math.atan),
    "ATAN2": plain(_atan2, Type.NUMBER, nulls=True),
}
