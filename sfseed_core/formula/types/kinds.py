"""The types that an expression can have."""

from __future__ import annotations

from enum import Enum


class Type(Enum):
    """What an expression yields; ANY is a field whose type is not known."""

    NUMBER = "Number"
    TEXT = "Text"
    BOOLEAN = "Boolean"
    DATE = "Date"
    DATETIME = "DateTime"
    TIME = "Time"
    GEOLOCATION = "Geolocation"
    PICKLIST = "Picklist"
    MULTIPICKLIST = "Multi-select picklist"
    NULL = "Null"
    ANY = "Any"


LETTERS = {
    "N": Type.NUMBER,
    "T": Type.TEXT,
    "B": Type.BOOLEAN,
    "D": Type.DATE,
    "M": Type.DATETIME,
    "H": Type.TIME,
    "G": Type.GEOLOCATION,
    "P": Type.PICKLIST,
    "S": Type.MULTIPICKLIST,
    "A": Type.ANY,
}
"""Each type's letter in a signature."""

WORDS = frozenset((Type.TEXT, Type.PICKLIST, Type.MULTIPICKLIST))
"""Types whose values are texts."""


def common(one: Type, other: Type) -> Type | None:
    """Return the type that holds values of both, or nothing."""
    if one is other or other is Type.NULL:
        return one
    if one is Type.NULL:
        return other
    if Type.ANY in (one, other):
        return Type.ANY
    return Type.TEXT if one in WORDS and other in WORDS else None
