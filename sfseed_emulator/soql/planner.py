"""A query's tree to a plan: one SQL statement, the shape of its records, and plans for its child subqueries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator.soql.binder import Binder, quoted
from sfseed_emulator.soql.clauses import Asked, limits_sql, order_sql, where_sql
from sfseed_emulator.soql.errors import SoqlError, malformed
from sfseed_emulator.soql.expressions import has_aggregate, resolve
from sfseed_emulator.soql.grouping import aggregate_plan, count_plan, is_count
from sfseed_emulator.soql.plans import RECORDS, ChildPlan, Plan, Statement
from sfseed_emulator.soql.scope import child_source, root_scope
from sfseed_emulator.soql.selection import CHILDREN, RecordShape, Selection
from sfseed_emulator.soql.tree import Call, FieldRef, Item, Query, Typeof
from sfseed_emulator.soql.typeof import select_typeof

if TYPE_CHECKING:
    from sfseed_emulator.schema import FieldDef
    from sfseed_emulator.soql.scope import Scope
    from sfseed_emulator.soql.tree import Expression

_FIELDS_LIMIT = 200
_SHOWING = frozenset({"TOLABEL", "FORMAT", "CONVERTCURRENCY"})
"""Functions over a field that may be selected without an alias."""


def plan(asked: Asked, query: Query) -> Plan:
    """Return the plan of a query; raise SoqlError where Salesforce would refuse it."""
    scope = root_scope(asked.text, asked.schema, Binder(), query.source, query.further)
    if is_count(query):
        return count_plan(asked, query, scope)
    if _aggregates(query):
        return aggregate_plan(asked, query, scope)
    return _records(asked, query, scope)


def _aggregates(query: Query) -> bool:
    whats = (item.what for item in query.select)
    return bool(query.group_by) or any(not isinstance(what, (Query, Typeof)) and has_aggregate(what) for what in whats)


def _records(asked: Asked, query: Query, scope: Scope, reference: str | None = None) -> Plan:
    selection = Selection(scope, asked.version)
    selection.add_sql(f"{scope.alias}.{quoted('Id')}")
    if reference is not None:
        selection.add_sql(f"{scope.alias}.{quoted(reference)}")
    children = tuple(child for item in _expanded(asked.text, query, scope) if (child := _select(asked, item, selection)))
    where = where_sql(asked, query, scope)
    order = order_sql(asked, query.order_by, scope)
    statement = Statement(", ".join(selection.sql), scope.from_sql(), where, order, limits_sql(query), scope.alias)
    return Plan(
        RECORDS,
        statement.whole,
        scope.binder.values,
        scope.owner,
        tuple(output for output in selection.outputs if output.type != CHILDREN),
        statement,
        RecordShape(scope.owner.name, tuple(selection.outputs), selection.parents, asked.version),
        children,
    )


# ---- the select list


def _select(asked: Asked, item: Item, selection: Selection) -> ChildPlan | None:
    """Add one item of the select list; a subquery's plan is returned."""
    if isinstance(item.what, Query):
        child = _child(asked, item.what, selection.scope)
        selection.add_children(child.name)
        return child
    if isinstance(item.what, Typeof):
        select_typeof(item.what, selection)
    elif isinstance(item.what, Call):
        _select_call(asked.text, item.what, item.alias, selection)
    else:
        _select_field(asked.text, item.what, item, selection)
    return None


def _select_field(text: str, what: FieldRef, item: Item, selection: Selection) -> None:
    if item.alias is not None:
        raise malformed(text, item.at, "only aggregate expressions use field aliasing")
    column = selection.scope.column(what)
    path = (*column.path, column.field.name)
    if any(output.path == path for output in selection.outputs):
        raise SoqlError("INVALID_FIELD", f"duplicate field selected: {'.'.join(path)}")
    selection.add_field(column)


def _select_call(text: str, call: Call, alias: str | None, selection: Selection) -> None:
    value = resolve(selection.scope, call)
    if call.function == "DISTANCE":
        unnamed = sum(output.path[0].startswith("expr") for output in selection.outputs)
        selection.add_value((alias or f"expr{unnamed}",), value.sql, value.field.type)
        return
    if value.column is None or (alias is None and call.function not in _SHOWING):
        raise malformed(text, call.at, f"unexpected token: {call.function.lower()}")
    selection.add_parents(value.column.path)
    path = (*value.column.path, alias or value.field.name)
    selection.add_value(path, value.sql, value.field.type, _labels(value.field) if call.function == "TOLABEL" else None)


def _labels(found: FieldDef) -> dict[str, str]:
    return {entry["value"]: entry["label"] for entry in found.raw.get("picklistValues") or () if entry.get("label")}


def _child(asked: Asked, query: Query, scope: Scope) -> ChildPlan:
    name, reference, relation = child_source(asked.text, asked.schema, scope.owner, query.source)
    inner = root_scope(asked.text, asked.schema, Binder(), query.source, name=name)
    inner.names.setdefault(query.source.name.lower(), ())
    if _aggregates(query):
        raise malformed(asked.text, query.at, "Aggregate functions are not supported in subqueries")
    limits_sql(query)  # checks them; each parent's list is cut on its own
    first = query.offset or 0
    behind = None if query.limit is None else first + query.limit
    return ChildPlan(relation, name, reference, _records(asked, query, inner, reference), first, behind)


def _expanded(text: str, query: Query, scope: Scope) -> list[Item]:
    """Return the select list with FIELDS(...) replaced by the fields that it stands for."""
    items: list[Item] = []
    for item in query.select:
        if isinstance(item.what, Call) and item.what.function == "FIELDS":
            names = _fields(text, query, item.what.argument, scope, item.at)
            items += [Item(FieldRef((name,), item.at), None, item.at) for name in names]
        else:
            items.append(item)
    return items


def _fields(text: str, query: Query, argument: Expression | None, scope: Scope, at: int) -> list[str]:
    group = argument.path[0].upper() if isinstance(argument, FieldRef) else ""
    wanted = {"ALL": (True, False), "STANDARD": (False,), "CUSTOM": (True,)}.get(group)
    if wanted is None:
        raise malformed(text, at, "FIELDS takes ALL, STANDARD or CUSTOM")
    if group != "STANDARD" and (query.limit is None or query.limit > _FIELDS_LIMIT):
        raise malformed(text, at, f"The SOQL FIELDS function must have a LIMIT of at most {_FIELDS_LIMIT}")
    return [found.name for found in scope.owner.fields.values() if found.custom in wanted]
