"""`/composite/tree`: records with the records below them, all or none."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_emulator import dml
from sfseed_emulator.errors import ApiError
from sfseed_emulator.routes.rest import object_of
from sfseed_emulator.routes.route import DATA, Answer, Route

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfseed_emulator.outcome import RowError
    from sfseed_emulator.routes.route import Call
    from sfseed_emulator.schema import ObjectDef, OrgSchema

MOST_RECORDS = 200
MOST_LEVELS = 5
MOST_TYPES = 5


class _RolledBack(Exception):
    """A record was refused, so none is kept."""


@dataclass(slots=True)
class Node:
    """One record of a tree; `link` is the field that refers to the record above it."""

    object_name: str
    reference: str
    values: dict[str, object]
    level: int
    above: Node | None = None
    link: str = ""
    id: str = ""


def insert_tree(call: Call) -> Answer:
    """Insert trees of records of one object."""
    found = object_of(call)
    nodes = list(_nodes(call.state.schema, found, call.json_object().get("records"), 1, None, ""))
    nodes.sort(key=lambda node: node.level)
    _check(nodes)
    failures: list[tuple[Node, tuple[RowError, ...]]] = []
    try:
        with call.state.transaction(), call.state.savepoint():
            _insert(call, nodes, failures)
    except _RolledBack:
        results = [
            {"referenceId": node.reference, "errors": [one.to_json(call.version) for one in errors]}
            for node, errors in failures
        ]
        return Answer({"hasErrors": True, "results": results}, status=400)
    saved = [{"referenceId": node.reference, "id": node.id} for node in nodes]
    return Answer({"hasErrors": False, "results": saved}, status=201)


def _nodes(
    schema: OrgSchema, expected: ObjectDef, listed: object, level: int, above: Node | None, link: str
) -> Iterator[Node]:
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise ApiError("INVALID_INPUT", "The records list is required")
    if level > MOST_LEVELS:
        raise ApiError("INVALID_INPUT", f"Trees cannot be nested more than {MOST_LEVELS} levels deep")
    for data in listed:
        node = _node(expected, data, level, above, link)
        below = []
        for name, value in data.items():
            relation = schema.child_relationship(expected.name, name) if _is_tree(value) else None
            if relation is None:
                node.values[name] = value
            else:
                below.append((schema.objects[relation.child], value["records"], relation.field))
        node.values.pop("attributes", None)
        yield node
        for child, records, field in below:
            yield from _nodes(schema, child, records, level + 1, node, field)


def _is_tree(value: object) -> bool:
    return isinstance(value, dict) and "records" in value


def _node(expected: ObjectDef, data: dict[str, object], level: int, above: Node | None, link: str) -> Node:
    attributes = data.get("attributes")
    given = attributes if isinstance(attributes, dict) else {}
    kind, reference = given.get("type"), given.get("referenceId")
    if not isinstance(reference, str) or not reference:
        raise ApiError("INVALID_INPUT", "Include a reference ID for each record in the request.")
    if not isinstance(kind, str) or kind.lower() != expected.name.lower():
        raise ApiError("INVALID_INPUT", f"Record {reference} is not of type {expected.name}: {kind}")
    return Node(expected.name, reference, {}, level, above, link)


def _check(nodes: Sequence[Node]) -> None:
    if not nodes:
        raise ApiError("INVALID_INPUT", "The records list is required")
    if len(nodes) > MOST_RECORDS:
        text = f"record limit reached. cannot submit more than {MOST_RECORDS} records into this call"
        raise ApiError("INVALID_INPUT", text)
    types = {node.object_name for node in nodes}
    if len(types) > MOST_TYPES:
        raise ApiError("INVALID_INPUT", f"Trees cannot hold records of more than {MOST_TYPES} types")
    seen: set[str] = set()
    for node in nodes:
        if node.reference in seen:
            raise ApiError("INVALID_INPUT", f"Duplicate ReferenceId provided in the request: {node.reference}")
        seen.add(node.reference)


def _insert(call: Call, nodes: Sequence[Node], failures: list[tuple[Node, tuple[RowError, ...]]]) -> None:
    """Insert level by level, an object at a time, so that every record's parent is there before it."""
    groups: dict[tuple[int, str], list[Node]] = defaultdict(list)
    for node in nodes:
        groups[node.level, node.object_name].append(node)
    for (_, object_name), group in groups.items():
        rows = [{**node.values, node.link: node.above.id} if node.above else node.values for node in group]
        results = dml.insert(call.state, object_name, rows, "json", allow_duplicates=call.allow_duplicates)
        for node, result in zip(group, results, strict=True):
            if result.id is None:
                failures.append((node, result.errors))
            else:
                node.id = result.id
        if failures:
            raise _RolledBack


ROUTES = (Route("POST", f"{DATA}/composite/tree/{{object}}", insert_tree),)
