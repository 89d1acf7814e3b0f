"""Queries over the Tooling API's objects: the same engine, over an org of its own that holds their rows."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sfseed_emulator.soql.errors import SoqlError
from sfseed_emulator.soql.execute import QueryResult, execute
from sfseed_emulator.soql.parser import parse
from sfseed_emulator.soql.tree import Call, Comparison, FieldRef, Literal, Logic
from sfseed_emulator.state import OrgState
from sfseed_emulator.tooling.objects import COMPLEX, ONE_ROW_FIELDS, REIFIED, tooling_schema
from sfseed_emulator.tooling.rows import tooling_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfseed_emulator.soql.tree import Condition, Query

_NEEDS_ENTITY = frozenset({"fielddefinition", "entityparticle"})
_ENTITY_KEYS = frozenset({"entitydefinitionid", "durableid", "fielddefinitionid"})
_LIMIT = re.compile(r"\s+LIMIT\s+\d+\s*$", re.IGNORECASE)


def tooling_org(state: OrgState) -> OrgState:
    """Return the org that holds the rows of the Tooling API's objects, made the first time that it is asked for."""
    with state.lock:
        if state.tooling is None:
            state.tooling = OrgState.create(None, tooling_schema(), rows=tooling_rows(state), clock=state.now)
        return state.tooling


def asks_tooling(text: str, names: frozenset[str]) -> bool:
    """Whether a query reads one of the named objects; a text that is no query reads none."""
    try:
        return parse(text).source.name.lower() in {name.lower() for name in names}
    except SoqlError:
        return False


def tooling_query(state: OrgState, text: str, version: str) -> QueryResult:
    """Answer a query over the Tooling API's objects, within their restrictions."""
    query = parse(text)
    reified = query.source.name.lower() in {name.lower() for name in REIFIED}
    if reified:
        _check(query)
        text = _LIMIT.sub("", text)
    result = execute(tooling_org(state), text, version=version)
    chosen = {item.what.path[-1].lower() for item in query.select if isinstance(item.what, FieldRef)}
    if chosen & {name.lower() for name in ONE_ROW_FIELDS} and result.total > 1:
        raise SoqlError(
            "MALFORMED_QUERY",
            "When retrieving results with Metadata or FullName fields, the query qualifications must specify no more than "
            f"one row for retrieval. Result size: {result.total}",
        )
    for record in result.records:
        unpack(record)
    return result


def unpack(record: dict[str, Any]) -> None:
    """Turn the JSON texts of a record into the objects that they stand for."""
    for name, value in record.items():
        if name in COMPLEX and isinstance(value, str):
            record[name] = json.loads(value)
        elif isinstance(value, dict) and name != "attributes":
            for inner in value.get("records", [value]):
                unpack(inner)


def _check(query: Query) -> None:
    name = query.source.name
    counts = any(isinstance(item.what, Call) for item in query.select)
    if counts or query.group_by or query.offset is not None:
        raise SoqlError(
            "MALFORMED_QUERY", f"The requested operation is not yet supported by this SObject storage type: {name}"
        )
    tests = list(_tests(query.where)) if query.where is not None else []
    for test in tests:
        if test.operator not in ("=", "IN", "LIKE", "<", ">", "<=", ">="):
            raise SoqlError("MALFORMED_QUERY", "Only equals comparisons permitted")
    if name.lower() in _NEEDS_ENTITY and not any(_names_entity(test) for test in tests):
        raise SoqlError(
            "MALFORMED_QUERY",
            f"{name}: a filter on a reified column is required [EntityDefinitionId,DurableId]",
        )


def _tests(condition: Condition) -> Iterator[Comparison]:
    if isinstance(condition, Comparison):
        yield condition
    elif isinstance(condition, Logic) and condition.operator == "AND":
        for part in condition.parts:
            yield from _tests(part)
    else:
        negated = not isinstance(condition, Logic)
        text = "Only equals comparisons permitted" if negated else "Disjunctions not supported"
        raise SoqlError("MALFORMED_QUERY", text)


def _names_entity(test: Comparison) -> bool:
    if not isinstance(test.left, FieldRef) or test.operator not in ("=", "IN"):
        return False
    path = [part.lower() for part in test.left.path]
    known = "entitydefinition" in path[:-1] or path[-1] in _ENTITY_KEYS
    return known and isinstance(test.right, (Literal, tuple))
