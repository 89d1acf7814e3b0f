"""Lookup filters: a reference may point only to records that meet its conditions, where the schema tells these."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfseed_emulator import lookups
from sfseed_emulator.outcome import RowError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfseed_emulator.draft import Chunk, Draft
    from sfseed_emulator.state import OrgState

_USUAL_MESSAGE = "Value does not exist or does not match filter criteria."
_TOKEN = re.compile(r"\d+|AND|OR|NOT|[()]", re.IGNORECASE)
_TRUTH = {"true": 1, "false": 0}
_UNKNOWN = object()


def lookup_filters(chunk: Chunk) -> None:
    """Refuse references to records outside of their field's filter."""
    filters: Mapping[str, Mapping[str, Any]] = chunk.plan.found.extras.get("lookup_filters", {})
    for name, rule in filters.items():
        for draft in chunk.sound():
            target = draft.given.get(name)
            if isinstance(target, str) and not _meets(chunk, draft, target, rule):
                message = rule.get("message") or _USUAL_MESSAGE
                draft.refuse(RowError("FIELD_FILTER_VALIDATION_EXCEPTION", message, (name,)))


def _meets(chunk: Chunk, draft: Draft, target: str, rule: Mapping[str, Any]) -> bool:
    met = [_item(chunk, draft, target, item) for item in rule["items"]]
    return _joined(met, rule["logic"]) if rule.get("logic") else all(met)


def _item(chunk: Chunk, draft: Draft, target: str, item: Mapping[str, str]) -> bool:
    """Tell whether one condition holds; one over something that the schema does not have, or that is not known here, does."""
    left = _value(chunk, draft, target, item["field"])
    compare = _OPERATIONS.get(item["operation"])
    if left is _UNKNOWN or compare is None:
        return True
    if item.get("valueField"):
        right = _value(chunk, draft, target, item["valueField"])
        return right is _UNKNOWN or compare(left, right)
    alternatives = [part.strip().strip('"') for part in item.get("value", "").split(",")] or [""]
    if item["operation"] in {"notEqual", "notContain", "excludes"}:
        return all(compare(left, one) for one in alternatives)
    return any(compare(left, one) for one in alternatives)


def _value(chunk: Chunk, draft: Draft, target: str, path: str) -> object:
    """Return what a path of a condition leads to, from the row itself, its user or the record pointed to."""
    first, _, rest = path.partition(".")
    parts = rest.split(".")
    if first == "$Source":
        return _walk(chunk.state, chunk.plan.found.name, draft.row, parts)
    if first == "$User":
        return _of_record(chunk.state, "User", str(chunk.state.user_id), parts)
    if first.startswith("$") or not rest:
        return _UNKNOWN
    found = chunk.state.schema.by_prefix.get(target[:3])
    return _of_record(chunk.state, found.name, target, parts) if found is not None else _UNKNOWN


def _of_record(state: OrgState, name: str, record_id: str, parts: Sequence[str]) -> object:
    found = state.schema.get(name)
    field = found.field(parts[0]) or found.parent_field(parts[0]) if found is not None else None
    if field is None:
        return _UNKNOWN
    if field.name == "Id":
        return record_id
    row = lookups.some_columns(state, name, [record_id], [field.name]).get(record_id)
    return _UNKNOWN if row is None else _walk(state, name, row, parts)


def _walk(state: OrgState, name: str, row: Mapping[str, object], parts: Sequence[str]) -> object:
    found = state.schema.get(name)
    if found is None:
        return _UNKNOWN
    own = found.field(parts[0])
    if len(parts) == 1:
        if own is None or own.name not in row:
            return _UNKNOWN
        return _record_type_name(state, row[own.name]) if own.name == "RecordTypeId" else row[own.name]
    relation = found.parent_field(parts[0])
    parent = row.get(relation.name) if relation is not None else None
    target = state.schema.by_prefix.get(parent[:3]) if isinstance(parent, str) else None
    return _of_record(state, target.name, str(parent), parts[1:]) if target is not None else None


def _record_type_name(state: OrgState, record_id: object) -> object:
    """Return a record type's name, which conditions compare with."""
    if not isinstance(record_id, str):
        return None
    return lookups.some_columns(state, "RecordType", [record_id], ["Name"]).get(record_id, {}).get("Name")


def _same(left: object, right: object) -> bool:
    if left in (None, "") or right in (None, ""):
        return left in (None, "") and right in (None, "")
    if isinstance(left, int | float) and isinstance(right, str):
        number = _number(right)
        return number is not None and float(left) == number
    return str(left).lower() == str(right).lower()


def _number(text: str) -> float | None:
    try:
        return float(_TRUTH.get(text.lower(), text))
    except ValueError:
        return None


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[object, object], bool]:
    def told(left: object, right: object) -> bool:
        if left is None or right in (None, ""):
            return False
        if isinstance(left, int | float):
            number = _number(str(right))
            return number is not None and compare(float(left), number)
        return compare(str(left), str(right))

    return told


def _within(left: object, right: object) -> bool:
    return str(right or "").lower() in str(left or "").lower()


def _includes(left: object, right: object) -> bool:
    chosen = str(left or "").lower().split(";")
    return any(part.lower() in chosen for part in str(right or "").split(";"))


_OPERATIONS: Mapping[str, Callable[[object, object], bool]] = {
    "equals": _same,
    "notEqual": lambda left, right: not _same(left, right),
    "lessThan": _ordered(lambda left, right: bool(left < right)),
    "greaterThan": _ordered(lambda left, right: bool(left > right)),
    "lessOrEqual": _ordered(lambda left, right: bool(left <= right)),
    "greaterOrEqual": _ordered(lambda left, right: bool(left >= right)),
    "contains": _within,
    "notContain": lambda left, right: not _within(left, right),
    "startsWith": lambda left, right: str(left or "").lower().startswith(str(right or "").lower()),
    "includes": _includes,
    "excludes": lambda left, right: not _includes(left, right),
}


def _joined(met: Sequence[bool], logic: str) -> bool:
    """Evaluate conditions joined as in `1 AND (2 OR NOT 3)`; logic that cannot be read joins them all by AND."""
    tokens = [token.upper() for token in _TOKEN.findall(logic)]
    try:
        found, rest = _either(tokens, met)
    except (IndexError, ValueError):
        return all(met)
    return found if not rest else all(met)


def _either(tokens: list[str], met: Sequence[bool]) -> tuple[bool, list[str]]:
    found, tokens = _both(tokens, met)
    while tokens and tokens[0] == "OR":
        other, tokens = _both(tokens[1:], met)
        found = found or other
    return found, tokens


def _both(tokens: list[str], met: Sequence[bool]) -> tuple[bool, list[str]]:
    found, tokens = _one(tokens, met)
    while tokens and tokens[0] == "AND":
        other, tokens = _one(tokens[1:], met)
        found = found and other
    return found, tokens


def _one(tokens: list[str], met: Sequence[bool]) -> tuple[bool, list[str]]:
    if tokens[0] == "NOT":
        found, rest = _one(tokens[1:], met)
        return not found, rest
    if tokens[0] == "(":
        found, rest = _either(tokens[1:], met)
        return found, rest[1:]
    return met[int(tokens[0]) - 1], tokens[1:]
