"""The syntax tree of a query. Places (`at`: offset in the text) stay out of equality."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class FieldRef:
    """A field, or a path over parent relationships to one, as written."""

    path: tuple[str, ...]
    at: int = field(default=0, compare=False)

    @property
    def written(self) -> str:
        """The path with its dots."""
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Call:
    """A function over fields: an aggregate, a date function, toLabel, FIELDS; DISTANCE has a point and a unit."""

    function: str  # upper case
    argument: FieldRef | Call | None
    point: tuple[float, float] | None = None  # latitude and longitude
    unit: str = ""
    at: int = field(default=0, compare=False)


Expression: TypeAlias = FieldRef | Call


@dataclass(frozen=True, slots=True)
class Literal:
    """A value in a condition.

    `kind`: text, number, boolean, null, date, datetime, time, period (a date literal such as LAST_N_DAYS:3), money.
    """

    kind: str
    value: str
    count: int | None = None  # the n of a period
    pattern: str = ""  # a text as LIKE reads it
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One test of a field; `right` is a literal, a list of them, or a query (semi-join)."""

    left: Expression
    operator: str  # upper case: = != < <= > >= LIKE IN NOT IN INCLUDES EXCLUDES
    right: Literal | tuple[Literal, ...] | Query
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """A negated condition."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Logic:
    """Conditions joined by one operator, AND or OR."""

    operator: str
    parts: tuple[Condition, ...]


Condition: TypeAlias = Comparison | Not | Logic


@dataclass(frozen=True, slots=True)
class Typeof:
    """TYPEOF relationship WHEN type THEN fields ... ELSE fields END."""

    relationship: FieldRef
    whens: tuple[tuple[str, tuple[FieldRef, ...]], ...]
    otherwise: tuple[FieldRef, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the select list with its alias, if any."""

    what: Expression | Query | Typeof
    alias: str | None = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Ordering:
    """One entry of ORDER BY; `nulls_last` is None when not said (Salesforce puts nulls first)."""

    by: Expression
    descending: bool
    nulls_last: bool | None


@dataclass(frozen=True, slots=True)
class Source:
    """What a query reads: an object (or a child relationship, in a subquery) and its alias."""

    name: str
    alias: str | None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query or subquery."""

    select: tuple[Item, ...]
    source: Source
    further: tuple[Source, ...] = ()  # FROM Contact c, c.Account a
    where: Condition | None = None
    group_by: tuple[Expression, ...] = ()
    grouping: str | None = None  # ROLLUP or CUBE
    having: Condition | None = None
    order_by: tuple[Ordering, ...] = ()
    limit: int | None = None
    offset: int | None = None
    using: str = "EVERYTHING"  # the scope
    at: int = field(default=0, compare=False)
