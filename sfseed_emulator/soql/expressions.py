"""Expressions of a query (fields and functions over them) as SQL with the type of their value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sfseed_emulator.soql.distance import distance_sql
from sfseed_emulator.soql.errors import fault, malformed
from sfseed_emulator.soql.functions import AGGREGATES, DATES, FORMATS, Function
from sfseed_emulator.soql.tree import Call, FieldRef

if TYPE_CHECKING:
    from sfseed_emulator.schema import FieldDef
    from sfseed_emulator.soql.scope import Column, Scope
    from sfseed_emulator.soql.tree import Expression


@dataclass(frozen=True, slots=True)
class Value:
    """An expression's SQL; `field` says the type of its value (for a function: a field of its result's type)."""

    sql: str
    field: FieldDef
    column: Column | None
    aggregate: bool = False


def resolve(scope: Scope, expression: Expression) -> Value:
    """Return the SQL of an expression."""
    if isinstance(expression, FieldRef):
        column = scope.column(expression)
        return Value(column.sql, column.field, column)
    return _call(scope, expression)


def _call(scope: Scope, call: Call) -> Value:
    if call.function == "COUNT" and call.argument is None:
        any_field = next(iter(scope.owner.fields.values()))
        return Value("COUNT(*)", _of_type(any_field, "int"), None, aggregate=True)
    if call.function == "DISTANCE" and isinstance(call.argument, FieldRef):
        return _distance(scope, call, scope.column(call.argument))
    known = AGGREGATES.get(call.function) or DATES.get(call.function)
    if known is None and call.function not in FORMATS:
        raise malformed(scope.text, call.at, f"unexpected token: {call.function.lower()}")
    if call.argument is None:
        raise malformed(scope.text, call.at + len(call.function) + 1, "unexpected token: )")
    value = resolve(scope, call.argument)
    if known is None:
        return value
    _check_argument(scope, call, known, value)
    aggregate = call.function in AGGREGATES
    return Value(known.sql(value.sql), _of_type(value.field, known.result), value.column, aggregate=aggregate)


def _distance(scope: Scope, call: Call, column: Column) -> Value:
    kind = replace(column.field, type="double", sortable=True, filterable=True)
    return Value(distance_sql(scope, call, column), kind, None)


def _check_argument(scope: Scope, call: Call, known: Function, value: Value) -> None:
    fits = known.of is None or value.field.type in known.of
    if call.function in AGGREGATES and fits:
        fits = not value.aggregate and (
            value.field.raw.get("aggregatable") is not False or call.function.startswith("COUNT")
        )
    if not fits:
        name = value.field.name
        raise fault(
            "MALFORMED_QUERY", scope.text, call.at, f"field {name} does not support aggregate operator {call.function}"
            if call.function in AGGREGATES else f"field {name} does not support function {call.function}",
        )  # fmt: skip


def _of_type(field: FieldDef, kind: str) -> FieldDef:
    return replace(field, type=kind) if kind else field


def has_aggregate(expression: Expression) -> bool:
    """Whether an expression is an aggregate."""
    return isinstance(expression, Call) and expression.function in AGGREGATES
