"""Person accounts: one object, two kinds of record (SALESFORCE.md 2.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sfseed_core.schema.model import Field, ObjectSchema, RecordType
    from sfseed_core.snapshot.model import Snapshot

_NAME_PARTS = frozenset({"FirstName", "LastName", "MiddleName", "Suffix", "Salutation"})
_BUSINESS_ONLY = frozenset({"Name", "ParentId"})
_BUSINESS_PARENTS = frozenset({"Contact", "AccountContactRelation"})


def has_persons(schema: ObjectSchema) -> bool:
    """Say whether the object's records can be persons."""
    return "IsPersonAccount" in schema.fields


def usable_record_types(schema: ObjectSchema, snapshot: Snapshot | None) -> tuple[RecordType, ...]:
    """Return the record types that the running user may set, each developer name once, without Master.

    Where the org's list of record types was read, a type that is not in it is left out: it could not be resolved.
    """
    known = None if snapshot is None else snapshot.record_types.get(schema.name)
    found = {
        one.developer_name: one
        for one in schema.record_types
        if one.active and one.available and not one.master and (known is None or one.developer_name in known)
    }
    return tuple(found.values())


def person_types(schema: ObjectSchema, snapshot: Snapshot | None) -> tuple[str, ...]:
    """Return the developer names of the record types that make a record a person."""
    if not has_persons(schema):
        return ()
    named = frozenset() if snapshot is None else frozenset(snapshot.person_types.get(schema.name, ()))
    return tuple(
        one.developer_name
        for one in usable_record_types(schema, snapshot)
        if one.person or one.developer_name in named or (not named and one.developer_name == "PersonAccount")
    )


def is_person_field(field: Field) -> bool:
    """Say whether only persons have the field (in an object that has persons)."""
    if field.custom:
        return field.name.endswith("__pc")
    return field.name in _NAME_PARTS or field.name.startswith("Person")


def is_business_field(field: Field) -> bool:
    """Say whether persons may not have the field (in an object that has persons)."""
    return field.name in _BUSINESS_ONLY


def wants_business(child: str) -> bool:
    """Say whether records of the object may only hang on business accounts."""
    return child in _BUSINESS_PARENTS
