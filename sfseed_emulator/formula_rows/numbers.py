"""Numbers of formulas, one at a time."""

from __future__ import annotations

import math
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DecimalException,
)
from typing import TYPE_CHECKING, Any

from sfseed_emulator.formula_rows.outcome import Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_EXACT = Context(prec=39, rounding=ROUND_HALF_UP)
_WIDE = Context(prec=80, rounding=ROUND_HALF_UP)
_EXTERNAL = Context(prec=33, rounding=ROUND_HALF_UP)
_POWER = Context(prec=18, rounding=ROUND_HALF_UP)


def _safe(operation: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Decimal, Decimal], Decimal]:
    def run(one: Decimal, other: Decimal) -> Decimal:
        try:
            return operation(one, other)
        except DecimalException as error:
            raise Failed(type(error).__name__) from error

    return run


def power(one: Decimal, other: Decimal) -> Decimal:
    """Raise to a whole power, with 18 digits."""
    if other % 1:
        raise Failed("the power is no whole number")
    if other == 0:
        return Decimal(1)
    if one != 0 and math.log10(abs(float(one)) or 1e-300) * int(other) > 64:
        raise Failed("the power is too large")
    found = _POWER.power(one, other)
    if not found.is_finite():
        raise Failed("a negative power of nothing")
    return found if abs(found) >= Decimal("1e-39") else Decimal(0)


OPERATORS: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": _safe(_EXACT.add),
    "-": _safe(_EXACT.subtract),
    "*": _safe(_EXACT.multiply),
    "/": _safe(_EXACT.divide),
    "^": _safe(power),
}
remainder = _safe(_EXACT.remainder)


def whole(mode: str) -> Callable[[Decimal], Decimal]:
    """Make a function that rounds to whole numbers in one way."""
    return lambda value: _EXTERNAL.plus(value).to_integral_value(mode)


FLOOR, CEILING = whole(ROUND_DOWN), whole(ROUND_UP)
MFLOOR, MCEILING = whole(ROUND_FLOOR), whole(ROUND_CEILING)


def rounded(value: Decimal, places: Decimal) -> Decimal:
    """Round half up; what lies wholly below the place is gone."""
    wanted = int(places)
    before_point = len(str(int(abs(value)))) if abs(value) >= 1 else 1
    if before_point + wanted <= 0:
        return Decimal(0)
    return _at(value, wanted, ROUND_HALF_UP)


def cut(value: Decimal, places: Decimal = Decimal(0)) -> Decimal:
    """Cut digits off."""
    return _at(value, int(places), ROUND_DOWN)


def _at(value: Decimal, places: int, mode: str) -> Decimal:
    if places >= 60:
        return value
    if places < -60:
        return Decimal(0)
    return _WIDE.quantize(value, Decimal(1).scaleb(-places)) if mode == ROUND_HALF_UP else _cut(value, places)


def _cut(value: Decimal, places: int) -> Decimal:
    return value.scaleb(places, _WIDE).to_integral_value(ROUND_DOWN).scaleb(-places, _WIDE)


def double(function: Callable[..., float]) -> Callable[..., Decimal]:
    """Make a function of decimals of one of doubles."""

    def run(*values: Decimal) -> Decimal:
        try:
            found = function(*map(float, values))
        except (ValueError, OverflowError) as error:
            raise Failed(str(error)) from error
        if math.isinf(found) or math.isnan(found):
            raise Failed("no number")
        return Decimal(str(found))

    return run


def angle(one: Any, other: Any) -> Decimal:
    """ATAN2, which takes no null."""
    if one is None or other is None:
        raise Failed("ATAN2 of nothing")
    return double(math.atan2)(one, other)


def distance(here: tuple[Decimal, Decimal], there: tuple[Decimal, Decimal], unit: str) -> Decimal:
    """Measure the way between two places over the earth."""
    diameters = {"mi": 7917.522, "km": 12742.018}
    if unit not in diameters:
        raise Failed(f"{unit} is no unit of a distance")
    (lat, lon), (lat2, lon2) = ([math.radians(part) for part in place] for place in (here, there))
    chord = (
        (math.cos(lat) * math.cos(lon) - math.cos(lat2) * math.cos(lon2)) ** 2
        + (math.cos(lat) * math.sin(lon) - math.cos(lat2) * math.sin(lon2)) ** 2
        + (math.sin(lat) - math.sin(lat2)) ** 2
    )
    return Decimal(str(diameters[unit] * math.asin(min(1.0, math.sqrt(chord) / 2))))


def place(latitude: Any, longitude: Any) -> tuple[Decimal, Decimal] | None:
    """Make a place of two angles."""
    if latitude is None and longitude is None:
        return None
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        raise Failed("no place on earth")
    return latitude, longitude


def written(value: Decimal) -> str:
    """Write a number plainly."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
