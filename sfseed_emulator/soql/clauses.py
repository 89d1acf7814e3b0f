"""WHERE, ORDER BY, LIMIT and OFFSET as SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_emulator.soql.binder import quoted
from sfseed_emulator.soql.conditions import Conditions
from sfseed_emulator.soql.errors import SoqlError, malformed
from sfseed_emulator.soql.expressions import resolve

if TYPE_CHECKING:
    from sfseed_emulator.schema import OrgSchema
    from sfseed_emulator.soql.expressions import Value
    from sfseed_emulator.soql.literals import Moment
    from sfseed_emulator.soql.scope import Scope
    from sfseed_emulator.soql.tree import Ordering, Query

MAX_OFFSET = 2000
_UNFOLDED = frozenset({"id", "reference", "int", "double", "currency", "percent", "boolean", "date", "datetime", "time"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: the text, of which org, when and by whom, deleted records too or not, in which API version."""

    text: str
    schema: OrgSchema
    moment: Moment
    all_rows: bool
    version: str


def where_sql(asked: Asked, query: Query, scope: Scope) -> str:
    """Return the tests that a record must pass."""
    tests = ["1"] if asked.all_rows else [f"{scope.alias}.{quoted('IsDeleted')} = 0"]
    if query.using == "MINE":
        owner = "OwnerId" if "OwnerId" in scope.owner.fields else "CreatedById"
        tests.append(f"{scope.alias}.{quoted(owner)} = {scope.binder.bind(asked.moment.user_id)}")
    if query.where is not None:
        tests.append(Conditions(scope, asked.moment).sql(query.where))
    return " AND ".join(tests)


def order_sql(asked: Asked, orderings: tuple[Ordering, ...], scope: Scope, grouped: frozenset[str] | None = None) -> str:
    """Return ORDER BY, or nothing; `grouped` is the SQL of what the query groups by, None when it does not group."""
    parts = []
    for ordering in orderings:
        value = resolve(scope, ordering.by)
        _check_sortable(asked.text, ordering, value, grouped)
        collation = "" if value.field.type in _UNFOLDED else " COLLATE NOCASE"
        direction = "DESC" if ordering.descending else "ASC"
        parts.append(f"{value.sql}{collation} {direction} NULLS {'LAST' if ordering.nulls_last else 'FIRST'}")
    return f"ORDER BY {', '.join(parts)}" if parts else ""


def _check_sortable(text: str, ordering: Ordering, value: Value, grouped: frozenset[str] | None) -> None:
    at, name = ordering.by.at, value.field.name
    if grouped is None and value.aggregate:
        raise malformed(text, at, "Aggregates are not allowed here without GROUP BY")
    if grouped is not None and not value.aggregate and value.sql not in grouped:
        raise malformed(text, at, f"Ordered field must be grouped or aggregated: {name}")
    if not value.aggregate and not value.field.sortable:
        raise malformed(text, at, f"field '{name}' can not be sorted in a query call")


def limits_sql(query: Query) -> str:
    """Return LIMIT and OFFSET; both are numbers that the parser made."""
    if query.offset is not None and query.offset > MAX_OFFSET:
        raise SoqlError("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MAX_OFFSET}")
    if query.offset is not None:
        return f"LIMIT {query.limit if query.limit is not None else -1} OFFSET {query.offset}"
    return f"LIMIT {query.limit}" if query.limit is not None else ""
