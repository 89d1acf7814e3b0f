"""What a name in a written row stands for: a field, a reference by external id, or nothing that can be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from sfseed_emulator import messages, values
from sfseed_emulator.outcome import Refused, RowError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfseed_emulator.schema import FieldDef, ObjectDef, OrgSchema

Source: TypeAlias = Literal["json", "csv"]
Operation: TypeAlias = Literal["insert", "update"]


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """A field that may be written; `parse` reads its values (never null)."""

    name: str
    field: FieldDef
    parse: Callable[..., object]


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A reference given by a key of the record that it points to (`Account.Seed_Key__c`)."""

    field: FieldDef
    target: ObjectDef
    key: FieldDef


@dataclass(frozen=True, slots=True)
class NestedColumn:
    """A reference given in JSON as an object that holds the key (`"Account": {"Seed_Key__c": "a-1"}`)."""

    field: FieldDef


@dataclass(frozen=True, slots=True)
class NoColumn:
    """A name that cannot be written.

    `read_only` names the field if it is one, so that one error can name them all; `job_error` is Bulk's text for a header.
    """

    error: RowError | None
    read_only: str = ""
    job_error: str = ""


Column: TypeAlias = FieldColumn | KeyColumn | NestedColumn | NoColumn


def resolve(schema: OrgSchema, found: ObjectDef, name: str, operation: Operation, source: Source) -> Column:
    """Find what a name in a row means for a write."""
    field = found.field(name)
    if field is not None:
        return _field_column(schema, field, operation, source)
    if source == "json":
        reference = found.parent_field(name)
        if reference is not None:
            return NestedColumn(reference) if _writable(reference, operation) else _read_only(reference)
    elif "." in name:
        return _key_column(schema, found, name, operation)
    return NoColumn(messages.no_such_column(found.name, name), job_error=f"InvalidBatch : Field name not found : {name}")


def key_field(target: ObjectDef, name: str) -> FieldDef | None:
    """Find the field of a target by which records may be referred to."""
    field = target.field(name)
    return field if field is not None and (field.external_id or field.id_lookup) else None


def _field_column(schema: OrgSchema, field: FieldDef, operation: Operation, source: Source) -> Column:
    if field.name == "Id":
        if operation == "insert":
            return NoColumn(messages.ID_IN_BODY if source == "json" else messages.ID_IN_INSERT_CSV)
        return NoColumn(None)  # the row's own id, read before
    if not _writable(field, operation):
        return _read_only(field)
    parse = values.csv_parser(field, schema) if source == "csv" else values.json_parser(field, schema)
    return FieldColumn(field.name, field, parse)


def _writable(field: FieldDef, operation: Operation) -> bool:
    return field.createable if operation == "insert" else field.updateable


def _read_only(field: FieldDef) -> NoColumn:
    return NoColumn(messages.not_writable([field.name]), read_only=field.name)


def _key_column(schema: OrgSchema, found: ObjectDef, name: str, operation: Operation) -> Column:
    path, _, key_name = name.partition(".")
    type_name, colon, relationship = path.rpartition(":")
    field = found.parent_field(relationship)
    if field is None:
        return _bad_header(f"Unable to find relationship: {relationship}")
    polymorphic = len(field.reference_to) > 1
    if colon and not polymorphic:
        return _bad_header(f"type is not needed for non polymorphic foreign key references: {relationship}")
    if polymorphic and not colon:
        return _bad_header(f"type is required for polymorphic foreign key references: {relationship}")
    named = {target.lower(): target for target in field.reference_to}
    target_name = named.get(type_name.lower()) if polymorphic else field.reference_to[0]
    target = schema.get(target_name) if target_name else None
    key = key_field(target, key_name) if target else None
    if target is None or key is None:
        return _bad_header(f"Field name not found : {name}", code="")
    if not _writable(field, operation):
        return _read_only(field)
    return KeyColumn(field, target, key)


def _bad_header(text: str, code: str = "") -> NoColumn:
    return NoColumn(RowError(code or "INVALID_FIELD", text), job_error=f"InvalidBatch : {text}")


def nested_key(
    schema: OrgSchema, found: ObjectDef, field: FieldDef, value: dict[str, object]
) -> tuple[ObjectDef, FieldDef, object]:
    """Read `{"Seed_Key__c": "a-1"}` as target, key and value; a polymorphic reference names its type in `attributes`."""
    attributes = value.get("attributes")
    type_name = attributes.get("type") if isinstance(attributes, dict) else None
    keys = [(name, given) for name, given in value.items() if name != "attributes"]
    if type_name is None and len(field.reference_to) == 1:
        type_name = field.reference_to[0]
    target = schema.get(str(type_name)) if type_name else None
    if target is None or target.name not in field.reference_to:
        text = f"{field.label}: the type of the record that {field.relationship_name} refers to must be given"
        raise Refused(RowError("INVALID_FIELD", text, whole_request=True))
    if len(keys) != 1:
        text = f"{field.relationship_name}: exactly one external id field must be specified for {found.name}"
        raise Refused(RowError("INVALID_FIELD", text, whole_request=True))
    name, given = keys[0]
    key = key_field(target, name)
    if key is None:
        text = f"{name} is not an External ID or indexed field for {target.name}"
        raise Refused(RowError("INVALID_FIELD", text, whole_request=True))
    return target, key, given
