"""A query's tree to a plan: one SQL statement, the shape of its rows, and plans for its subqueries."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from sfseed_emulator.soql.binder import Binder, quoted
from sfseed_emulator.soql.conditions import Conditions
from sfseed_emulator.soql.errors import SoqlError, fault, malformed
from sfseed_emulator.soql.expressions import has_aggregate, resolve
from sfseed_emulator.soql.scope import child_source, root_scope
from sfseed_emulator.soql.selection import Output, RecordShape, Selection
from sfseed_emulator.soql.tree import Call, FieldRef, Item, Query, Typeof

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_emulator.schema import FieldDef, ObjectDef, OrgSchema
    from sfseed_emulator.soql.literals import Moment
    from sfseed_emulator.soql.scope import Scope
    from sfseed_emulator.soql.tree import Expression, Ordering

MAX_OFFSET = 2000
_FIELDS_LIMIT = 200


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """A child subquery: its relationship's name, the reference that ties it to the parent, and its own plan.

    The plan's first two SQL columns are the child's id and its parent's; `place` is the subquery's place among the outputs.
    """

    name: str
    object_name: str
    reference: str
    plan: Plan
    place: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How to answer a query.

    `head` is the statement up to WHERE's end, `tail` the order and limits behind it; `kind` is records, aggregate or count.
    """

    kind: str
    head: str
    tail: str
    ids: str  # statement that lists the ids alone, in the same order
    values: Mapping[str, object]
    shape: RecordShape
    children: tuple[ChildPlan, ...]
    owner: ObjectDef
    alias: str
    columns: tuple[Output, ...]
    limit: int | None
    aggregates: frozenset[str] = frozenset()

    @property
    def sql(self) -> str:
        """The whole statement."""
        return f"{self.head} {self.tail}".strip()


def plan(text: str, query: Query, schema: OrgSchema, moment: Moment, *, all_rows: bool, version: str) -> Plan:
    """Return the plan of a query; raise SoqlError where Salesforce would refuse it."""
    return _Planner(text, schema, moment, all_rows or query.all_rows, version).plan(query)


@dataclass(slots=True)
class _Planner:
    text: str
    schema: OrgSchema
    moment: Moment
    all_rows: bool
    version: str

    def plan(self, query: Query) -> Plan:
        binder = Binder()
        scope = root_scope(self.text, self.schema, binder, query.source, query.further)
        return self._plan(query, scope, None)

    def _plan(self, query: Query, scope: Scope, reference: str | None) -> Plan:
        _check_offset(query)
        if _is_count(query):
            return self._count(query, scope)
        if query.group_by or any(not isinstance(i.what, (Query, Typeof)) and has_aggregate(i.what) for i in query.select):
            return self._aggregate(query, scope)
        return self._records(query, scope, reference)

    # ---- records

    def _records(self, query: Query, scope: Scope, reference: str | None) -> Plan:
        selection = Selection(scope)
        selection.add_sql(f"{scope.alias}.{quoted('Id')}")
        if reference is not None:
            selection.add_sql(f"{scope.alias}.{quoted(reference)}")
        children = self._select(query, scope, selection)
        where = self._where(query, scope)
        tail = self._tail(query, scope)
        body = f"FROM {scope.from_sql()} {where}"
        outputs = tuple(selection.outputs)
        return Plan(
            "records", f"SELECT {', '.join(selection.sql)} {body}", tail,
            f"SELECT {scope.alias}.{quoted('Id')} {body} {tail}".strip(), scope.binder.values,
            RecordShape(scope.owner.name, outputs, selection.parents, self.version), children, scope.owner, scope.alias,
            outputs, query.limit,
        )  # fmt: skip

    def _select(self, query: Query, scope: Scope, selection: Selection) -> tuple[ChildPlan, ...]:
        children: list[ChildPlan] = []
        seen: set[tuple[str, ...]] = set()
        for item in _expanded(self.text, query, scope):
            if isinstance(item.what, Query):
                children.append(self._child(item.what, scope, len(selection.outputs) + len(children)))
            elif isinstance(item.what, Typeof):
                raise malformed(self.text, item.at, "TYPEOF is not supported in this query")
            else:
                self._select_value(item.what, item, scope, selection, seen)
        return tuple(children)

    def _select_value(
        self, what: Expression, item: Item, scope: Scope, selection: Selection, seen: set[tuple[str, ...]]
    ) -> None:
        value = resolve(scope, what)
        if isinstance(what, Call):
            if item.alias is None and (
                value.column is None or what.function not in ("TOLABEL", "FORMAT", "CONVERTCURRENCY")
            ):
                raise malformed(self.text, item.at, f"unexpected token: {what.function.lower()}")
            assert value.column is not None
            label_of = _labels(value.field) if what.function == "TOLABEL" else None
            path = (*value.column.path, item.alias or value.field.name)
            selection.add_value(path, value.sql, value.field.type, label_of)
            return
        if item.alias is not None:
            raise malformed(self.text, item.at, "only aggregate expressions use field aliasing")
        assert value.column is not None
        path = (*value.column.path, value.field.name)
        if path in seen:
            raise SoqlError("INVALID_FIELD", f"duplicate field selected: {'.'.join(path)}")
        seen.add(path)
        selection.add_field(value.column)

    def _child(self, query: Query, scope: Scope, place: int) -> ChildPlan:
        name, reference, relation = child_source(self.text, self.schema, scope.owner, query.source)
        inner = root_scope(self.text, self.schema, Binder(), query.source, name=name)
        inner.names[query.source.name.lower()] = ()
        if query.group_by or any(not isinstance(i.what, (Query, Typeof)) and has_aggregate(i.what) for i in query.select):
            raise malformed(self.text, query.at, "Aggregate functions are not supported in subqueries")
        return ChildPlan(relation, name, reference, self._records(query, inner, reference), place)

    # ---- aggregates

    def _count(self, query: Query, scope: Scope) -> Plan:
        if query.order_by:
            raise malformed(self.text, query.at, "Ordering is not allowed with COUNT()")
        where = self._where(query, scope)
        inner = f"SELECT 1 FROM {scope.from_sql()} {where} {_limits(query)}".strip()
        return Plan(
            "count", f"SELECT COUNT(*) FROM ({inner})", "", "", scope.binder.values,
            RecordShape(scope.owner.name, (), {}, self.version), (), scope.owner, scope.alias, (), None,
        )  # fmt: skip

    def _aggregate(self, query: Query, scope: Scope) -> Plan:
        selection = Selection(scope)
        grouped = {resolve(scope, by).sql: by for by in query.group_by}
        self._check_groupable(query, scope)
        named: set[str] = set()
        for item in query.select:
            self._select_grouped(item, scope, selection, grouped, named)
        having = [Conditions(scope, self.moment).sql(query.having)] if query.having is not None else []
        where = self._where(query, scope)
        order = self._order(query.order_by, scope, set(grouped))
        body = f"FROM {scope.from_sql()} {where}"
        head = " UNION ALL ".join(
            _grouping_set(selection.sql, body, list(grouped), kept, having) for kept in _sets(list(grouped), query.grouping)
        )
        if query.grouping is not None and order:
            raise malformed(self.text, query.at, "ORDER BY is not supported here with GROUP BY ROLLUP or CUBE")
        outputs = tuple(selection.outputs)
        return Plan(
            "aggregate", head, f"{order} {_limits(query)}".strip(), "", scope.binder.values,
            RecordShape("AggregateResult", outputs, {}, self.version), (), scope.owner, scope.alias, outputs, query.limit,
            frozenset(named),
        )  # fmt: skip

    def _check_groupable(self, query: Query, scope: Scope) -> None:
        for by in query.group_by:
            value = resolve(scope, by)
            if isinstance(by, FieldRef) and not value.field.groupable:
                raise malformed(self.text, by.at, f"field '{value.field.name}' can not be grouped in a query call")

    def _select_grouped(
        self, item: Item, scope: Scope, selection: Selection, grouped: Mapping[str, Expression], named: set[str]
    ) -> None:
        what = item.what
        if isinstance(what, (Query, Typeof)):
            raise malformed(self.text, item.at, "Subqueries and TYPEOF are not allowed with aggregates")
        if isinstance(what, Call) and what.function == "GROUPING" and isinstance(what.argument, FieldRef):
            sql, kind, aggregate = f"GROUPING({resolve(scope, what.argument).sql})", "int", True
        else:
            value = resolve(scope, what)
            sql, kind, aggregate = value.sql, value.field.type, value.aggregate
            if not aggregate and sql not in grouped:
                name = what.written if isinstance(what, FieldRef) else what.function
                raise fault("MALFORMED_QUERY", self.text, item.at, f"Field must be grouped or aggregated: {name}")
        plain = isinstance(what, FieldRef)
        name = item.alias or (what.path[-1] if isinstance(what, FieldRef) else f"expr{len(named)}")
        if not plain and item.alias is None:
            named.add(name)
        if plain and item.alias is None:
            column = scope.column(what) if isinstance(what, FieldRef) else None
            name = column.field.name if column else name
        if any(output.path == (name,) for output in selection.outputs):
            raise fault("MALFORMED_QUERY", self.text, item.at, f"duplicate alias: {name}")
        selection.add_value((name,), sql, kind)

    # ---- clauses

    def _where(self, query: Query, scope: Scope) -> str:
        tests = ["1"] if self.all_rows else [f"{scope.alias}.{quoted('IsDeleted')} = 0"]
        if query.where is not None:
            tests.append(Conditions(scope, self.moment).sql(query.where))
        return f"WHERE {' AND '.join(tests)}"

    def _tail(self, query: Query, scope: Scope) -> str:
        order = self._order(query.order_by, scope, None)
        return f"{order} {_limits(query)}".strip()

    def _order(self, orderings: tuple[Ordering, ...], scope: Scope, grouped: set[str] | None) -> str:
        parts = []
        for ordering in orderings:
            value = resolve(scope, ordering.by)
            self._check_sortable(ordering, value.field, grouped, value.sql, aggregate=value.aggregate)
            text = value.field.type not in _UNFOLDED
            parts.append(
                f"{value.sql}{' COLLATE NOCASE' if text else ''} {'DESC' if ordering.descending else 'ASC'}"
                f" NULLS {'LAST' if ordering.nulls_last else 'FIRST'}"
            )
        return f"ORDER BY {', '.join(parts)}" if parts else ""

    def _check_sortable(
        self, ordering: Ordering, found: FieldDef, grouped: set[str] | None, sql: str, *, aggregate: bool
    ) -> None:
        if grouped is not None and not aggregate and sql not in grouped:
            raise malformed(self.text, ordering.by.at, f"Ordered field must be grouped or aggregated: {found.name}")
        if grouped is None and aggregate:
            raise malformed(self.text, ordering.by.at, "Aggregates are not allowed here without GROUP BY")
        if not aggregate and not found.sortable:
            raise malformed(self.text, ordering.by.at, f"field '{found.name}' can not be sorted in a query call")


_UNFOLDED = frozenset({"id", "reference", "int", "double", "currency", "percent", "boolean", "date", "datetime", "time"})


def _is_count(query: Query) -> bool:
    what = query.select[0].what
    return len(query.select) == 1 and isinstance(what, Call) and what.function == "COUNT" and what.argument is None


def _check_offset(query: Query) -> None:
    if query.offset is not None and query.offset > MAX_OFFSET:
        raise SoqlError("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MAX_OFFSET}")


def _limits(query: Query) -> str:
    """Return LIMIT and OFFSET; both are numbers that the parser made."""
    if query.offset is not None:
        return f"LIMIT {query.limit if query.limit is not None else -1} OFFSET {query.offset}"
    return f"LIMIT {query.limit}" if query.limit is not None else ""


def _labels(found: FieldDef) -> dict[str, str]:
    return {entry["value"]: entry["label"] for entry in found.raw.get("picklistValues") or () if entry.get("label")}


def _sets(grouped: list[str], grouping: str | None) -> list[tuple[str, ...]]:
    """Return the sets of columns that are grouped by, the fullest first."""
    if grouping == "ROLLUP":
        return [tuple(grouped[:size]) for size in range(len(grouped), -1, -1)]
    if grouping == "CUBE":
        return [found for size in range(len(grouped), -1, -1) for found in combinations(grouped, size)]
    return [tuple(grouped)]


def _grouping_set(columns: list[str], body: str, grouped: list[str], kept: tuple[str, ...], having: list[str]) -> str:
    def shown(sql: str) -> str:
        if sql.startswith("GROUPING("):
            return str(int(sql[len("GROUPING(") : -1] not in kept))
        return "NULL" if sql in grouped and sql not in kept else sql

    parts = [f"SELECT {', '.join(shown(sql) for sql in columns)} {body}"]
    if kept:
        parts.append(f"GROUP BY {', '.join(kept)}")
    if having:
        parts.append(f"HAVING {having[0]}")
    return " ".join(parts)


def _expanded(text: str, query: Query, scope: Scope) -> list[Item]:
    """Return the select list with FIELDS(...) replaced by the fields that it stands for."""
    items: list[Item] = []
    for item in query.select:
        what = item.what
        if isinstance(what, Call) and what.function == "FIELDS" and isinstance(what.argument, FieldRef):
            items += [Item(FieldRef((name,), item.at), None, item.at) for name in _fields(text, query, what, scope)]
        else:
            items.append(item)
    return items


def _fields(text: str, query: Query, call: Call, scope: Scope) -> list[str]:
    group = call.argument.path[0].upper() if isinstance(call.argument, FieldRef) else ""
    wanted = {"ALL": (True, False), "STANDARD": (False,), "CUSTOM": (True,)}.get(group)
    if wanted is None:
        raise malformed(text, call.at, f"unexpected token: {group}")
    if group != "STANDARD" and (query.limit is None or query.limit > _FIELDS_LIMIT):
        raise SoqlError(
            "MALFORMED_QUERY",
            "The SOQL FIELDS function must have a LIMIT of at most 200",
        )
    return [found.name for found in scope.owner.fields.values() if found.custom in wanted]
