"""Processing a query job: the whole result is made and kept in one transaction, so that its pages never change."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from time import perf_counter
from typing import TYPE_CHECKING

from sfseed_emulator.bulk import csv_out
from sfseed_emulator.bulk.job import COMPLETE, FAILED, PENDING, Job
from sfseed_emulator.bulk.store import HEADER, SUCCESS
from sfseed_emulator.errors import ApiError
from sfseed_emulator.soql.errors import SoqlError
from sfseed_emulator.soql.execute import index_roll_ups, planned, prepare
from sfseed_emulator.soql.literals import NUMBERS, datetime_text
from sfseed_emulator.soql.parser import parse
from sfseed_emulator.soql.tree import Call, Query, Typeof

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sfseed_emulator.bulk.store import JobStore
    from sfseed_emulator.soql.plans import Plan
    from sfseed_emulator.soql.selection import Output, Row
    from sfseed_emulator.state import OrgState

PART_ROWS = 2000


def bulk_plan(state: OrgState, text: str, *, all_rows: bool, version: str, typeof: bool = False) -> Plan:
    """Plan a query for a bulk job; ApiError where Bulk API 2.0 refuses it. Bulk API 1 takes TYPEOF but in CSV."""
    try:
        _check(parse(text), typeof=typeof)
        plan = planned(state, text, all_rows=all_rows, version=version)
    except SoqlError as error:
        raise ApiError(error.code, error.message) from None
    if any(output.column < 0 and output.type != "typeof" for output in plan.columns):
        raise _unsupported("Selecting compound data not supported in Bulk Query")
    if any(output.type == "base64" for output in plan.columns):
        raise _unsupported("Selecting binary data not supported in Bulk Query")
    return plan


def _check(query: Query, *, typeof: bool) -> None:
    whats = [item.what for item in query.select]
    if any(isinstance(what, Query) for what in whats):
        raise _unsupported("Aggregate Relationships not supported in Bulk Query")
    if query.group_by or any(isinstance(what, Call) and what.function != "TOLABEL" for what in whats):
        raise _unsupported("Aggregate functions, GROUP BY and FIELDS() are not supported in Bulk Query")
    if query.offset is not None:
        raise _unsupported("OFFSET is not supported in Bulk Query")
    if not typeof and any(isinstance(what, Typeof) for what in whats):
        raise _unsupported("TYPEOF is not supported in Bulk Query")


def _unsupported(text: str) -> ApiError:
    return ApiError("API_ERROR", text)


def process(state: OrgState, store: JobStore, job: Job) -> Iterator[None]:
    """Run a query job to its end."""
    with state.transaction():
        current = store.find(job.id, job.kind)
        if current is None or current.state not in PENDING:
            return
        store.save(_run(state, store, current))
    yield


def _run(state: OrgState, store: JobStore, job: Job) -> Job:
    began = perf_counter()
    try:
        plan = bulk_plan(state, str(job.query), all_rows=job.operation == "queryAll", version=job.api_version)
    except ApiError as error:  # the plan was sound when the job was made
        return replace(job, state=FAILED, error=f"{error.code} : {error.message}", modstamp=datetime_text(state.now()))
    store.add_lines(
        job, HEADER, 0, 1, csv_out.lines([[output.name for output in plan.columns]], job.separator, job.newline)
    )
    total = _write(state, store, job, plan)
    spent = int((perf_counter() - began) * 1000)
    return replace(
        job, state=COMPLETE, processed=total, total_ms=spent, active_ms=spent, modstamp=datetime_text(state.now())
    )


def _write(state: OrgState, store: JobStore, job: Job, plan: Plan) -> int:
    prepare(state.db)
    index_roll_ups(state, plan)
    rows = state.db.cursor().execute(plan.sql, plan.values)
    cells = [cell(output) for output in plan.columns]
    total = part = 0
    while batch := list(islice(rows, PART_ROWS)):
        made = [[read(row) for read in cells] for row in batch]
        store.add_lines(job, SUCCESS, part, len(batch), csv_out.lines(made, job.separator, job.newline))
        total, part = total + len(batch), part + 1
    return total


def cell(output: Output) -> Callable[[Row], object]:
    """Return what turns a stored value into its CSV text; None becomes an empty value."""
    at = output.column
    if output.type == "boolean":
        return lambda row: "true" if row[at] else "false"
    if output.type in NUMBERS and output.type != "int":
        return lambda row: None if row[at] is None else decimal_text(float(row[at]))
    return output.read


def decimal_text(value: float) -> str:
    """Return a number as CSV shows it: always with a decimal point, never with an exponent."""
    text = repr(value)
    return text if "e" not in text else format(value, ".6f").rstrip("0").ljust(3, "0") if abs(value) < 1 else f"{value:.1f}"
