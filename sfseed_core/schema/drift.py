"""What has changed in an org's schema since it was last read."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.schema.model import Field

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sfseed_core.schema.model import ObjectSchema

_TOLD = ("picklist", "name", "byte_length")  # told in other words, or following from another attribute
_MOST_VALUES = 5


@dataclass(frozen=True, slots=True)
class Drift:
    """Objects that came and went, and per object what is different now, in words."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=lambda: MappingProxyType({}))

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def drift(
    before: Mapping[str, ObjectSchema],
    after: Mapping[str, ObjectSchema],
    *,
    listed_before: Collection[str] = (),
    listed_after: Collection[str] = (),
) -> Drift:
    """Compare two readings of an org; objects that only one of them described are told from the listings alone."""
    old, new = set(listed_before) or set(before), set(listed_after) or set(after)
    changed = {name: tuple(_changes(before[name], after[name])) for name in before if name in after}
    return Drift(
        added=tuple(sorted(new - old)),
        removed=tuple(sorted(old - new)),
        changed=MappingProxyType({name: what for name, what in changed.items() if what}),
    )


def _changes(before: ObjectSchema, after: ObjectSchema) -> Iterator[str]:
    for name in after.fields:
        if name not in before.fields:
            yield f"{name} was added ({after.fields[name].type})"
    for name, field in before.fields.items():
        if name not in after.fields:
            yield f"{name} was removed"
        else:
            yield from _field_changes(field, after.fields[name])
    types = {one.developer_name for one in before.record_types}, {one.developer_name for one in after.record_types}
    yield from (f"record type {name} was added" for name in sorted(types[1] - types[0]))
    yield from (f"record type {name} was removed" for name in sorted(types[0] - types[1]))


def _field_changes(before: Field, after: Field) -> Iterator[str]:
    for attribute in _ATTRIBUTES:
        old, new = getattr(before, attribute), getattr(after, attribute)
        if old != new:
            yield f"{after.name}: {attribute.replace('_', ' ')} was {_said(old)}, is {_said(new)}"
    old_values, new_values = before.active_values, after.active_values
    for verb, values in (
        ("came", [value for value in new_values if value not in set(old_values)]),
        ("went", [value for value in old_values if value not in set(new_values)]),
    ):
        if values:
            more = f", +{len(values) - _MOST_VALUES} more" if len(values) > _MOST_VALUES else ""
            yield f"{after.name}: values {verb}: {', '.join(values[:_MOST_VALUES])}{more}"


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


_ATTRIBUTES = tuple(one.name for one in dataclasses.fields(Field) if one.name not in _TOLD)
