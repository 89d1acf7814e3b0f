"""Described objects as compact JSON of our own (a dataset keeps the objects that it was made for)."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import DataError
from sfseed_core.schema.model import (
    ChildRelationship,
    Field,
    LookupFilter,
    ObjectSchema,
    PicklistValue,
    RecordType,
    ValidationRule,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_Model = Field | ObjectSchema | PicklistValue | RecordType | ChildRelationship | LookupFilter | ValidationRule
_NESTED = frozenset({"picklist", "picklists", "fields", "record_types", "children", "lookup_filter", "validation_rules"})


def to_json(schema: ObjectSchema) -> dict[str, Any]:
    """Return the object as JSON values; what equals the model's defaults is left out."""
    return {
        **_slots(schema),
        "fields": [_field_json(one) for one in schema.fields.values()],
        "record_types": [{**_slots(one), "picklists": _lists(one.picklists)} for one in schema.record_types],
        "children": [_slots(one) for one in schema.children],
        **({"validation_rules": [_slots(one) for one in schema.validation_rules]} if schema.validation_rules else {}),
    }


def _field_json(field: Field) -> dict[str, Any]:
    found = {**_slots(field), "picklist": [_slots(value) for value in field.picklist]}
    if field.lookup_filter is not None:
        found["lookup_filter"] = {**_slots(field.lookup_filter), "items": [list(one) for one in field.lookup_filter.items]}
    return found


def from_json(raw: Mapping[str, Any]) -> ObjectSchema:
    """Return the object that `to_json` wrote; DataError when the JSON was not written by it."""
    try:
        fields = [_field(one) for one in raw["fields"]]
        return ObjectSchema(
            **{
                **raw,
                "fields": MappingProxyType({one.name: one for one in fields}),
                "record_types": tuple(_record_type(one) for one in raw["record_types"]),
                "children": tuple(ChildRelationship(**one) for one in raw["children"]),
                "validation_rules": tuple(ValidationRule(**one) for one in raw.get("validation_rules", ())),
            }
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"cannot read the stored object {_named(raw)}: {error}") from error


def _named(raw: object) -> str:
    return repr(raw.get("name")) if isinstance(raw, dict) else "(not an object)"


def _field(raw: Mapping[str, Any]) -> Field:
    picklist = tuple(PicklistValue(**one) for one in raw.get("picklist", ()))
    targets = tuple(raw.get("reference_to", ()))
    return Field(
        **{**raw, "picklist": picklist, "reference_to": targets, "lookup_filter": _filter(raw.get("lookup_filter"))}
    )


def _filter(raw: Mapping[str, Any] | None) -> LookupFilter | None:
    if raw is None:
        return None
    return LookupFilter(**{**raw, "items": tuple((one[0], one[1], one[2], one[3]) for one in raw["items"])})


def _record_type(raw: Mapping[str, Any]) -> RecordType:
    picklists = {field: tuple(values) for field, values in raw.get("picklists", {}).items()}
    return RecordType(**{**raw, "picklists": MappingProxyType(picklists)})


def _lists(values: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {name: list(one) for name, one in values.items()}


def _slots(model: _Model) -> dict[str, Any]:
    """Return the plain attributes of a model that differ from their defaults; nested models are the caller's."""
    found: dict[str, Any] = {}
    for slot in dataclasses.fields(model):
        value = getattr(model, slot.name)
        if slot.name in _NESTED or value == slot.default:
            continue
        found[slot.name] = list(value) if isinstance(value, tuple) else value
    return found
