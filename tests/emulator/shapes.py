"""The shape of an answer: which keys it has at which place, and of what kind their values are."""

from __future__ import annotations

from typing import Any

_LATER = frozenset({"associateEntityType", "associateParentEntity", "sobjectDescribeOption"})
"""Keys of describes that came with a later API version than some recordings were made with."""


def shape_differences(theirs: Any, ours: Any, where: str) -> list[str]:
    """List where two answers differ in keys or kinds; null fits any kind, and of lists all entries are taken together."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        if _by_name(theirs) and _by_name(ours):
            return [
                line for name in theirs.keys() & ours.keys() for line in shape_differences(theirs[name], ours[name], name)
            ]
        wrong = (theirs.keys() ^ ours.keys()) - _LATER - _addresses(theirs, ours)
        differences = [f"{where}: {name} only {'theirs' if name in theirs else 'ours'}" for name in sorted(wrong)]
        for name in theirs.keys() & ours.keys():
            differences += shape_differences(theirs[name], ours[name], f"{where}.{name}")
        return differences
    if isinstance(theirs, list) and isinstance(ours, list):
        one, other = _joined(theirs), _joined(ours)
        return shape_differences(one, other, f"{where}[]") if one is not None and other is not None else []
    if theirs is None or ours is None or _kind(theirs) == _kind(ours):
        return []
    return [f"{where}: {type(ours).__name__} for {type(theirs).__name__}"]


def _by_name(value: dict[str, Any]) -> bool:
    return bool(value) and all(isinstance(one, dict) for one in value.values()) and len(value) > 3


def _addresses(theirs: dict[str, Any], ours: dict[str, Any]) -> set[str]:
    """Return the keys of two `urls`, which depend on the features that an org has."""
    return (theirs.keys() | ours.keys()) if "rowTemplate" in theirs and "rowTemplate" in ours else set()


def _joined(values: list[Any]) -> Any:
    """Return one entry with the keys of all (the last one that is not null), or any plain one."""
    if not values or not all(isinstance(one, dict) for one in values):
        return next((one for one in values if one is not None), None)
    joined: dict[str, Any] = {}
    for one in values:
        joined |= {name: value for name, value in one.items() if value is not None or name not in joined}
    return joined


def _kind(value: Any) -> str:
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__
