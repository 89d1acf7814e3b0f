"""Places on the earth."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.formula.column import (
    Column,
    merged_faults,
    merged_reasons,
    null,
    per_value,
    width,
    with_fault,
)
from sfseed_core.formula.faults import Failed, Fault
from sfseed_core.formula.functions.maths import from_double
from sfseed_core.formula.numeric import decimals
from sfseed_core.formula.types.kinds import Type
from sfseed_core.formula.wordwise import spread_faults

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from sfseed_core.formula.functions.family import Function
    from sfseed_core.formula.setting import Setting

DIAMETERS: Mapping[str, float] = {"mi": 7917.522, "km": 12742.018}
"""The mean diameter of the earth."""


def _geolocation(columns: Sequence[Column], _setting: Setting) -> Column:
    latitude, longitude = (one.spread(width(columns)) for one in columns)
    valid = latitude.valid & longitude.valid
    made = Column(
        Type.GEOLOCATION,
        np.zeros(len(valid), dtype=np.int64),
        valid,
        merged_faults(columns),
        parts=(latitude, longitude),
        reasons=merged_reasons(columns),
    )
    outside = (np.abs(decimals(latitude)) > 90) | (np.abs(decimals(longitude)) > 180)
    half = latitude.valid != longitude.valid
    return with_fault(made, Fault.OUT_OF_RANGE, half | (valid & outside.astype(bool)))


def _distance(columns: Sequence[Column], _setting: Setting) -> Column:
    here, there, unit = columns
    if not (here.parts and there.parts):
        return spread_faults(null(Type.NUMBER), here, there, unit)
    result = per_value(_between, Type.NUMBER, (*here.parts, *there.parts, unit))
    fault = merged_faults((here, there, result))
    return Column(
        Type.NUMBER, result.data, result.valid, fault, scale=result.scale, reasons=merged_reasons((here, there, result))
    )


def _between(
    latitude: Decimal, longitude: Decimal, other_latitude: Decimal, other_longitude: Decimal, unit: str
) -> Decimal:
    if unit not in DIAMETERS:
        raise Failed(Fault.BAD_ARGUMENT)
    here, there = math.radians(latitude), math.radians(other_latitude)
    across = math.radians(other_longitude) - math.radians(longitude)
    part = math.sin((there - here) / 2) ** 2 + math.cos(here) * math.cos(there) * math.sin(across / 2) ** 2
    return from_double(DIAMETERS[unit] * math.asin(min(1.0, math.sqrt(part))))


FUNCTIONS: Mapping[str, Function] = {"GEOLOCATION": _geolocation, "DISTANCE": _distance}
