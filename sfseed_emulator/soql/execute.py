"""Queries run: rows of the org's tables as Salesforce's JSON records."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_emulator.soql.clauses import Asked
from sfseed_emulator.soql.columns import roll_up_lookup
from sfseed_emulator.soql.conditions import FOLD
from sfseed_emulator.soql.distance import DISTANCE, distance
from sfseed_emulator.soql.errors import SoqlError
from sfseed_emulator.soql.literals import Moment
from sfseed_emulator.soql.parser import parse
from sfseed_emulator.soql.planner import plan
from sfseed_emulator.soql.plans import AGGREGATE, COUNT

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from sfseed_emulator.soql.plans import ChildPlan, Plan
    from sfseed_emulator.soql.selection import Output, Row
    from sfseed_emulator.state import OrgState

MAX_AGGREGATE_ROWS = 2000
_PARENTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class QueryResult:
    """A query's answer: the first records, and the ids of all that follow them (`rest`) for later pages."""

    plan: Plan
    total: int
    records: list[dict[str, object]]
    rest: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[Output, ...]:
        """The selected values in their order."""
        return self.plan.columns


def planned(state: OrgState, text: str, *, all_rows: bool = False, version: str = "67.0") -> Plan:
    """Parse and plan a query against the org's schema."""
    moment = Moment(state.now(), _zone(state), state.user_id)
    return plan(Asked(text, state.schema, moment, all_rows, version), parse(text))


def _zone(state: OrgState) -> str:
    """Return the time zone of the running user, which date literals follow."""
    found = state.schema.get("User")
    if found is None or "TimeZoneSidKey" not in found.fields:
        return "UTC"
    with state.lock:
        row = state.db.execute('SELECT "TimeZoneSidKey" FROM "User" WHERE "Id" = ?', (state.user_id,)).fetchone()
    return str(row[0]) if row and row[0] else "UTC"


def execute(
    state: OrgState, text: str, *, all_rows: bool = False, version: str = "67.0", size: int | None = None
) -> QueryResult:
    """Answer a query; with `size`, only that many records are made and the ids of the others are listed in `rest`.

    Raises SoqlError where Salesforce would refuse the query.
    """
    made = planned(state, text, all_rows=all_rows, version=version)
    with state.lock:
        prepare(state.db)
        index_roll_ups(state, made)
        if made.kind == COUNT:
            return QueryResult(made, int(state.db.execute(made.sql, made.values).fetchone()[0]), [])
        if made.kind == AGGREGATE:
            return _aggregate(state, made)
        return _records(state, made, size)


def prepare(db: sqlite3.Connection) -> None:
    """Teach the connection the functions that planned queries use."""
    db.create_function(FOLD, 1, _fold, deterministic=True)
    db.create_function(DISTANCE, 5, distance, deterministic=True)


def index_roll_ups(state: OrgState, made: Plan) -> None:
    """Index the references by which the roll-ups of the queried object find their records."""
    for rule in made.owner.extras.get("rollups", {}).values():
        child = state.schema.get(str(rule["child"]))
        if child is not None:
            state.ensure_index(child.name, roll_up_lookup(made.owner, child, rule))


def _fold(value: str | float | None) -> str | float | None:
    return value.casefold() if isinstance(value, str) else value


def _aggregate(state: OrgState, made: Plan) -> QueryResult:
    rows = state.db.execute(made.sql, made.values).fetchmany(MAX_AGGREGATE_ROWS + 1)
    if len(rows) > MAX_AGGREGATE_ROWS:
        raise SoqlError(
            "EXCEEDED_ID_LIMIT",
            "aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch",
        )
    records: list[dict[str, object]] = [
        {"attributes": {"type": "AggregateResult"}, **{output.name: output.read(row) for output in made.columns}}
        for row in rows
    ]
    return QueryResult(made, len(records), records)


def _records(state: OrgState, made: Plan, size: int | None) -> QueryResult:
    cursor = state.db.execute(made.sql, made.values)
    rows = cursor.fetchall() if size is None else cursor.fetchmany(size + 1)
    cursor.close()
    rest: tuple[str, ...] = ()
    if size is not None and len(rows) > size:
        assert made.statement is not None
        ids = [row[0] for row in state.db.execute(made.statement.ids, made.values)]
        rows, rest = rows[:size], tuple(ids[size:])
    return QueryResult(made, len(rows) + len(rest), _made(state, made, rows), rest)


def page(state: OrgState, text: str, ids: Sequence[str], *, all_rows: bool, version: str) -> list[dict[str, object]]:
    """Return the records of a later page, by the ids that `execute` listed."""
    made = planned(state, text, all_rows=all_rows, version=version)
    assert made.statement is not None, "only records come in pages"
    statement, marks = made.statement.by_ids(ids)
    with state.lock:
        prepare(state.db)
        by_id = {row[0]: row for row in state.db.execute(statement, {**made.values, **marks})}
        return _made(state, made, [by_id[found] for found in ids if found in by_id])


def _made(state: OrgState, made: Plan, rows: Sequence[Row]) -> list[dict[str, object]]:
    assert made.shape is not None, "only records have a shape"
    records = [made.shape.record(row) for row in rows]
    for child in made.children:
        _add_children(state, child, rows, records)
    return records


def _add_children(state: OrgState, child: ChildPlan, rows: Sequence[Row], records: list[dict[str, object]]) -> None:
    """Put the records of a child subquery into those of their parents."""
    state.ensure_index(child.object_name, child.reference)
    for start in range(0, len(rows), _PARENTS_AT_ONCE):
        part = rows[start : start + _PARENTS_AT_ONCE]
        found = _children_by_parent(state, child, [row[0] for row in part])
        for row, record in zip(part, records[start:], strict=False):
            own = found.get(row[0])
            record[child.name] = None if not own else {"totalSize": len(own), "done": True, "records": own}


def _children_by_parent(state: OrgState, child: ChildPlan, parents: Sequence[str]) -> Mapping[str, list[dict[str, object]]]:
    made = child.plan
    assert made.statement is not None, "subqueries ask for records"
    statement, marks = made.statement.by_parents(child.reference, parents)
    found: dict[str, list[Row]] = defaultdict(list)
    for row in state.db.execute(statement, {**made.values, **marks}):
        if child.behind is None or len(found[row[1]]) < child.behind:
            found[row[1]].append(row)
    return {parent: _made(state, made, rows[child.first :]) for parent, rows in found.items() if rows[child.first :]}
