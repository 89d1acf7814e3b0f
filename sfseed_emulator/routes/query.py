"""Queries: query, queryAll and the pages that follow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from sfseed_emulator.errors import ApiError
from sfseed_emulator.routes.route import DATA, Answer, Call, Route
from sfseed_emulator.soql.cursors import Cursor, CursorStore
from sfseed_emulator.soql.errors import SoqlError
from sfseed_emulator.soql.execute import QueryResult, execute, page, planned
from sfseed_emulator.soql.metadata import column_metadata
from sfseed_emulator.tooling.objects import IN_DATA_API
from sfseed_emulator.tooling.query import asks_tooling, tooling_query

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

PAGE = 2000
_SMALLEST_PAGE = 200
_BATCH_SIZE = re.compile(r"\bbatchSize\s*=\s*(\d+)")
_LOCATOR = re.compile(r"(\w{15,18})-(\d+)")


def query(call: Call) -> Answer:
    """Answer GET /query, live records only."""
    return _query(call, all_rows=False)


def query_all(call: Call) -> Answer:
    """Answer GET /queryAll, deleted records too."""
    return _query(call, all_rows=True)


def _query(call: Call, *, all_rows: bool) -> Answer:
    if "explain" in call.query:
        return _explained(call)
    text = call.query.get("q", "")
    if not text:
        raise ApiError("MALFORMED_QUERY", "A query string has to be specified")
    size = _page_size(call)
    result = _answered(lambda: _executed(call, text, all_rows=all_rows, size=size))
    if call.query.get("columns", "").lower() == "true":
        return Answer(column_metadata(result.plan))
    body: dict[str, object] = {"totalSize": result.total, "done": not result.rest}
    if result.rest:
        cursor = Cursor(text, all_rows, result.total, size, len(result.rest))
        body["nextRecordsUrl"] = _next_url(call, CursorStore(call.state).add(cursor, result.rest), size)
    body["records"] = result.records
    return Answer(body)


def _executed(call: Call, text: str, *, all_rows: bool, size: int) -> QueryResult:
    try:
        return execute(call.state, text, all_rows=all_rows, version=call.version, size=size)
    except SoqlError as error:
        if error.code == "INVALID_TYPE" and asks_tooling(text, IN_DATA_API):
            return tooling_query(call.state, text, call.version)
        raise


def _explained(call: Call) -> Answer:
    """Tell how a query would be run: over all of the object's records, which is how it is."""
    text = call.query["explain"]
    found = _answered(lambda: planned(call.state, text, version=call.version))
    count = call.state.live_count(found.owner.name)
    told = {
        "cardinality": count,
        "fields": [],
        "leadingOperationType": "TableScan",
        "notes": [],
        "relativeCost": 1.0,
        "sobjectCardinality": count,
        "sobjectType": found.owner.name,
    }
    return Answer({"plans": [told], "sourceQuery": text})


def more(call: Call) -> Answer:
    """Answer GET of a nextRecordsUrl."""
    locator = _LOCATOR.fullmatch(call.params["locator"])
    store = CursorStore(call.state)
    cursor = store.find(locator.group(1)) if locator else None
    if locator is None or cursor is None:
        raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
    start = int(locator.group(2))
    first = start - (cursor.total - cursor.left)
    if not 0 <= first < cursor.left:
        raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
    wanted = store.ids(locator.group(1), first, cursor.size)
    records = page(call.state, cursor.text, wanted, all_rows=cursor.all_rows, version=call.version)
    done = first + cursor.size >= cursor.left
    body: dict[str, object] = {"totalSize": cursor.total, "done": done}
    if not done:
        body["nextRecordsUrl"] = _next_url(call, locator.group(1), start + cursor.size)
    return Answer({**body, "records": records})


def _answered(act: Callable[[], T]) -> T:
    try:
        return act()
    except SoqlError as error:
        raise ApiError(error.code, error.message) from None


def _page_size(call: Call) -> int:
    found = _BATCH_SIZE.search(call.headers.get("sforce-query-options", ""))
    return min(max(int(found.group(1)), _SMALLEST_PAGE), PAGE) if found else PAGE


def _next_url(call: Call, locator: str, start: int) -> str:
    return f"/services/data/v{call.version}/query/{locator}-{start}"


ROUTES = (
    Route("GET", f"{DATA}/query", query),
    Route("GET", f"{DATA}/queryAll", query_all),
    Route("GET", f"{DATA}/query/{{locator}}", more),
    Route("GET", f"{DATA}/queryAll/{{locator}}", more),
)
