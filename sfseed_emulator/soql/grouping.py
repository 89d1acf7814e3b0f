"""Queries that count and group."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from sfseed_emulator.soql.clauses import Asked, limits_sql, order_sql, where_sql
from sfseed_emulator.soql.conditions import Conditions
from sfseed_emulator.soql.errors import malformed
from sfseed_emulator.soql.expressions import resolve
from sfseed_emulator.soql.plans import AGGREGATE, COUNT, Plan
from sfseed_emulator.soql.selection import Selection
from sfseed_emulator.soql.tree import Call, FieldRef, Item, Query, Typeof

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfseed_emulator.soql.scope import Scope
    from sfseed_emulator.soql.tree import Expression

_GROUPING = "GROUPING:"  # marks the select list's GROUPING(x), which each grouping set answers with 0 or 1


def is_count(query: Query) -> bool:
    """Whether the query is SELECT COUNT() alone."""
    what = query.select[0].what
    return len(query.select) == 1 and isinstance(what, Call) and what.function == "COUNT" and what.argument is None


def count_plan(asked: Asked, query: Query, scope: Scope) -> Plan:
    """Plan SELECT COUNT()."""
    if query.order_by:
        raise malformed(asked.text, query.at, "Ordering is not allowed with COUNT()")
    where = where_sql(asked, query, scope)
    inner = f"SELECT 1 FROM {scope.from_sql()} WHERE {where} {limits_sql(query)}".strip()
    return Plan(COUNT, f"SELECT COUNT(*) FROM ({inner})", scope.binder.values, scope.owner)


def aggregate_plan(asked: Asked, query: Query, scope: Scope) -> Plan:
    """Plan a query with aggregates or GROUP BY."""
    grouped = tuple(_grouped(asked.text, scope, by) for by in query.group_by)
    selection = Selection(scope, asked.version)
    unnamed = 0
    for item in query.select:
        unnamed += _select(asked.text, item, selection, grouped, unnamed)
    having = Conditions(scope, asked.moment).sql(query.having) if query.having is not None else ""
    where = where_sql(asked, query, scope)
    order = order_sql(asked, query.order_by, scope, frozenset(grouped))
    if query.grouping is not None and order:
        raise malformed(asked.text, query.at, f"ORDER BY is not supported with GROUP BY {query.grouping}")
    body = f"FROM {scope.from_sql()} WHERE {where}"
    sets = (_grouping_set(selection.sql, body, grouped, kept, having) for kept in _sets(grouped, query.grouping))
    sql = f"{' UNION ALL '.join(sets)} {order} {limits_sql(query)}".strip()
    return Plan(AGGREGATE, sql, scope.binder.values, scope.owner, tuple(selection.outputs))


def _grouped(text: str, scope: Scope, by: Expression) -> str:
    value = resolve(scope, by)
    if value.aggregate or (isinstance(by, FieldRef) and not value.field.groupable):
        raise malformed(text, by.at, f"field '{value.field.name}' can not be grouped in a query call")
    return value.sql


def _select(text: str, item: Item, selection: Selection, grouped: Sequence[str], unnamed: int) -> int:
    """Select one item; return how many of the names expr0, expr1 it took."""
    what = item.what
    if isinstance(what, (Query, Typeof)):
        raise malformed(text, item.at, "Subqueries and TYPEOF are not allowed with aggregates")
    sql, kind = _value(text, what, selection.scope, grouped)
    own = selection.scope.column(what).field.name if isinstance(what, FieldRef) else f"expr{unnamed}"
    name = item.alias or own
    if any(output.path == (name,) for output in selection.outputs):
        raise malformed(text, item.at, f"duplicate alias: {name}")
    selection.add_value((name,), sql, kind)
    return int(name == f"expr{unnamed}")


def _value(text: str, what: Expression, scope: Scope, grouped: Sequence[str]) -> tuple[str, str]:
    if isinstance(what, Call) and what.function == "GROUPING" and isinstance(what.argument, FieldRef):
        return _GROUPING + resolve(scope, what.argument).sql, "int"
    value = resolve(scope, what)
    if not value.aggregate and value.sql not in grouped:
        name = what.written if isinstance(what, FieldRef) else what.function
        raise malformed(text, what.at, f"Field must be grouped or aggregated: {name}")
    return value.sql, value.field.type


def _sets(grouped: tuple[str, ...], grouping: str | None) -> list[tuple[str, ...]]:
    """Return the sets of columns that are grouped by, the fullest first."""
    sizes = range(len(grouped), -1, -1)
    if grouping == "ROLLUP":
        return [grouped[:size] for size in sizes]
    if grouping == "CUBE":
        return [found for size in sizes for found in combinations(grouped, size)]
    return [grouped]


def _grouping_set(columns: Sequence[str], body: str, grouped: Sequence[str], kept: Sequence[str], having: str) -> str:
    def shown(sql: str) -> str:
        if sql.startswith(_GROUPING):
            return str(int(sql.removeprefix(_GROUPING) not in kept))
        return "NULL" if sql in grouped and sql not in kept else sql

    parts = [f"SELECT {', '.join(shown(sql) for sql in columns)} {body}"]
    if kept:
        parts.append(f"GROUP BY {', '.join(kept)}")
    if having:
        parts.append(f"HAVING {having}")
    return " ".join(parts)
