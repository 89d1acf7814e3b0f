"""DISTANCE: how far a place of a record is from a point, as the crow flies."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING

from sfseed_emulator.soql.columns import component_fields, field_sql
from sfseed_emulator.soql.errors import fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_emulator.soql.scope import Column, Scope
    from sfseed_emulator.soql.tree import Call

DISTANCE = "sfseed_distance"
"""Name of the SQL function (registered by execute)."""

KILOMETRES: Mapping[str, float] = {"km": 6371.0, "mi": 3958.8}
"""The earth's mean radius by unit."""

PLACES = frozenset({"address", "location"})
OPERATORS = frozenset({"<", ">", "<=", ">="})


def distance(north: float | None, east: float | None, to_north: float, to_east: float, radius: float) -> float | None:
    """Return the great-circle distance of two points given in degrees; None where the first one is not known."""
    if north is None or east is None:
        return None
    half = sin(radians(to_north - north) / 2) ** 2
    half += cos(radians(north)) * cos(radians(to_north)) * sin(radians(to_east - east) / 2) ** 2
    return 2 * radius * asin(min(1.0, sqrt(half)))


def distance_sql(scope: Scope, call: Call, column: Column) -> str:
    """Write the distance of a record's place from the call's point."""
    if column.field.type not in PLACES or call.point is None or not column.alias:
        text = f"DISTANCE function is not supported on field {column.field.name}"
        raise fault("INVALID_FIELD", scope.text, call.at, text)
    parts = component_fields(column.owner, column.field)
    north, east = (
        "NULL" if (part := parts.get(name)) is None else field_sql(scope.schema, column.owner, part, column.alias)
        for name in ("latitude", "longitude")
    )
    bound = (scope.binder.bind(one) for one in (call.point[0], call.point[1], KILOMETRES[call.unit]))
    return f"{DISTANCE}({north}, {east}, {', '.join(bound)})"
