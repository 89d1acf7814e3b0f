"""Decimal arithmetic over columns: whole numbers of 64 bits with a scale where they hold the result, else decimals of 39 digits."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, InvalidOperation, Overflow, localcontext
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.formula.column import (
    Array,
    Column,
    all_valid,
    booleans,
    constant,
    merged_faults,
    merged_reasons,
    per_value,
    unscaled,
    with_fault,
)
from sfseed_core.formula.faults import Failed, Fault
from sfseed_core.formula.types.kinds import Type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MATH = Context(prec=39, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow])
"""The precision of Salesforce's engine."""

_LIMIT = 2**62
_MOST_SCALE = 18


def decimals(column: Column) -> Array:
    """Return the values as Python decimals."""
    if column.data.dtype == object:
        return column.data
    met, codes = np.unique(column.data, return_inverse=True)
    values = np.empty(len(met), dtype=object)
    values[:] = unscaled(met, column.scale)
    return values[codes]


def aligned(one: Column, other: Column) -> tuple[Array, Array, int] | None:
    """Bring two columns to one scale, where 64 bits hold both."""
    if one.data.dtype == object or other.data.dtype == object:
        return None
    scale = max(one.scale, other.scale)
    left, right = _raised(one, scale), _raised(other, scale)
    return None if left is None or right is None else (left, right, scale)


def _raised(column: Column, scale: int) -> Array | None:
    if column.scale == scale:
        return column.data
    factor = 10 ** (scale - column.scale)
    return column.data * factor if _largest(column.data) * factor < _LIMIT else None


def _largest(data: Array) -> int:
    return max(abs(int(data.max(initial=0))), abs(int(data.min(initial=0))))


def _made(data: Array, scale: int, like: Sequence[Column]) -> Column:
    data, valid = np.broadcast_arrays(data, all_valid(like))
    return Column(Type.NUMBER, data, valid, merged_faults(like), scale=scale, reasons=merged_reasons(like))


def add(one: Column, other: Column) -> Column:
    """Add."""
    pair = aligned(one, other)
    if pair is not None and _largest(pair[0]) + _largest(pair[1]) < _LIMIT:
        return _made(pair[0] + pair[1], pair[2], (one, other))
    with localcontext(MATH):
        return _made(decimals(one) + decimals(other), 0, (one, other))


def negate(one: Column) -> Column:
    """Turn the sign."""
    with localcontext(MATH):
        return replace(one, data=-one.data)


def absolute(one: Column) -> Column:
    """Drop the sign."""
    with localcontext(MATH):
        return replace(one, data=np.abs(one.data))


def multiply(one: Column, other: Column) -> Column:
    """Multiply."""
    if one.data.dtype != object and other.data.dtype != object:
        scale = one.scale + other.scale
        if scale <= _MOST_SCALE and _largest(one.data) * _largest(other.data) < _LIMIT:
            return _made(one.data * other.data, scale, (one, other))
    with localcontext(MATH):
        return _made(decimals(one) * decimals(other), 0, (one, other))


def divide(one: Column, other: Column) -> Column:
    """Divide; by zero is a fault."""
    power = _power_of_ten(other)
    if power is not None and one.data.dtype != object and one.scale + power <= _MOST_SCALE:
        return replace(_made(one.data, one.scale + power, (one, other)))
    divisors = decimals(other)
    zero = divisors == 0
    with localcontext(MATH):
        safe = divisors + zero.astype(object)  # one in place of zero
        result = _made(decimals(one) / safe, 0, (one, other))
    return with_fault(result, Fault.DIVISION_BY_ZERO, np.broadcast_to(zero, (len(result),)) & result.valid)


def _power_of_ten(column: Column) -> int | None:
    if len(column) != 1 or column.data.dtype == object or column.scale:
        return None
    digits = str(int(column.data[0]))
    return len(digits) - 1 if digits.rstrip("0") == "1" else None


def modulo(one: Column, other: Column) -> Column:
    """Take the remainder, with the sign of the dividend."""
    pair = aligned(one, other)
    if pair is None:
        return per_value(_remainder, Type.NUMBER, (one, other))
    left, right, scale = pair
    zero = right == 0
    result = _made(np.fmod(left, np.where(zero, 1, right)), scale, (one, other))
    return with_fault(result, Fault.DIVISION_BY_ZERO, np.broadcast_to(zero, (len(result),)) & result.valid)


def _remainder(one: Decimal, other: Decimal) -> Decimal:
    try:
        return MATH.remainder(one, other)
    except InvalidOperation as error:
        raise Failed(Fault.DIVISION_BY_ZERO) from error


def power(one: Column, other: Column) -> Column:
    """Raise to a whole power, to 18 digits."""
    return per_value(power_of, Type.NUMBER, (one, other))


_POWERS = Context(prec=18, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow])
_SMALLEST_POWER = Decimal(1).scaleb(-39)
_LARGEST_POWER = 64


def power_of(base: Decimal, exponent: Decimal) -> Decimal:
    """Raise one number to a whole power; more than 64 digits before the point are out of range."""
    if exponent != exponent.to_integral_value() or abs(exponent) > 999_999_999:
        raise Failed(Fault.OUT_OF_RANGE)
    if exponent == 0:
        return Decimal(1)
    if base == 0:
        if exponent < 0:
            raise Failed(Fault.OUT_OF_RANGE)
        return Decimal(0)
    if float(abs(base).log10()) * int(exponent) > _LARGEST_POWER:
        raise Failed(Fault.OUT_OF_RANGE)
    result = _POWERS.power(base, int(exponent))
    return Decimal(0) if abs(result) < _SMALLEST_POWER else result


def order(columns: Sequence[Column], *, largest: bool) -> Column:
    """Take the largest or the smallest of each row; null where one is null."""
    best = columns[0]
    for column in columns[1:]:
        pair = aligned(best, column)
        left, right = (decimals(best), decimals(column)) if pair is None else pair[:2]
        chosen = np.maximum(left, right) if largest else np.minimum(left, right)
        best = _made(chosen, 0 if pair is None else pair[2], (best, column))
    return best


COMPARISONS: Mapping[str, Callable[[Array, Array], Array]] = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    ">": np.greater,
    "<=": np.less_equal,
    ">=": np.greater_equal,
}


def compare(operator: str, one: Column, other: Column) -> Column:
    """Compare two columns of numbers; null where one is null."""
    pair = aligned(one, other)
    left, right = (decimals(one), decimals(other)) if pair is None else pair[:2]
    return booleans(COMPARISONS[operator](left, right).astype(bool), (one, other))


# Rounding


def whole(column: Column, *, up: bool, away: bool) -> Column:
    """Round to whole numbers: up or down, or away from or towards zero."""
    if column.data.dtype == object:
        return per_value(lambda value: whole_of(value, up=up, away=away), Type.NUMBER, (column,))
    unit = 10**column.scale
    down, above = column.data // unit, -(-column.data // unit)
    positive = column.data >= 0
    data = np.where(positive == up, above, down) if away else above if up else down
    return replace(column, data=data, scale=0)


_FUDGED = Context(prec=33, rounding=ROUND_HALF_UP)


def whole_of(value: Decimal, *, up: bool, away: bool) -> Decimal:
    """Round one number to a whole one, after dropping the digits that a division could not hold."""
    from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_UP

    rounding = (ROUND_UP if up else ROUND_DOWN) if away else ROUND_CEILING if up else ROUND_FLOOR
    return _FUDGED.plus(value).to_integral_value(rounding)


def rounded(column: Column, places: Column) -> Column:
    """Round half away from zero to so many places."""
    fixed = _places(column, places)
    if fixed is None:
        return per_value(round_to, Type.NUMBER, (column, places))
    if fixed >= column.scale:
        return _made(column.data, column.scale, (column, places))
    unit = 10 ** (column.scale - fixed)
    data = np.sign(column.data) * ((np.abs(column.data) + unit // 2) // unit)
    if fixed < 0:
        data = np.where(np.abs(column.data) < unit, 0, data) * 10**-fixed
    return _made(data, max(fixed, 0), (column, places))


def truncated(column: Column, places: Column) -> Column:
    """Cut to so many places."""
    fixed = _places(column, places)
    if fixed is None:
        return per_value(cut_to, Type.NUMBER, (column, places))
    if fixed >= column.scale:
        return _made(column.data, column.scale, (column, places))
    unit = 10 ** (column.scale - fixed)
    data = np.sign(column.data) * (np.abs(column.data) // unit)
    return _made(data * 10**-fixed if fixed < 0 else data, max(fixed, 0), (column, places))


def _places(column: Column, places: Column) -> int | None:
    if len(places) != 1 or places.data.dtype == object or column.data.dtype == object:
        return None
    found = int(places.data[0] / 10**places.scale)
    if column.scale - found >= _MOST_SCALE or found < 1 - _MOST_SCALE or _largest(column.data) >= _LIMIT // 2:
        return None
    return found


def round_to(value: Decimal, places: Decimal) -> Decimal:
    """Round one number half away from zero; nothing is left of a number with no digit before the place."""
    wanted = int(places)
    digits = max(value.adjusted() + 1, 0) if abs(value) >= 1 else 0
    if digits + wanted < 0 or (digits + wanted == 0 and wanted < 0):
        return Decimal(0)
    return _shifted(value, wanted, ROUND_HALF_UP)


def cut_to(value: Decimal, places: Decimal) -> Decimal:
    """Cut one number."""
    from decimal import ROUND_DOWN

    return _shifted(value, int(places), ROUND_DOWN)


def _shifted(value: Decimal, places: int, rounding: str) -> Decimal:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent <= places:
        return value
    if value.adjusted() + 1 + places < 0:
        return Decimal(0)
    with localcontext(Context(prec=60)):
        return value.quantize(Decimal(1).scaleb(-places), rounding) + 0


def number(value: int) -> Column:
    """Make a constant number."""
    return constant(Decimal(value), Type.NUMBER)


def from_whole(data: Array, like: Sequence[Column]) -> Column:
    """Make a column of whole numbers that hangs on others."""
    return _made(data.astype(np.int64), 0, like)
