"""What the org asks of an object's records: describe, the standard objects' rules, and the org's own statuses, together."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.constraints import persons
from sfseed_core.constraints.model import FieldRules, Format, ObjectRules, StandardRule
from sfseed_core.constraints.standard import AUDIT_DATES, EVERYWHERE, STATUSES, Standard, standard
from sfseed_core.schema.picklists import dependency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sfseed_core.schema.model import Field, ObjectSchema
    from sfseed_core.snapshot.model import Snapshot

_TEXTUAL = frozenset(
    {"string", "textarea", "email", "phone", "url", "encryptedstring", "combobox", "picklist", "multipicklist"}
)
_DECIMAL = frozenset({"double", "currency", "percent"})
_CHOICE = frozenset({"picklist", "multipicklist"})
_UNWRITABLE = frozenset({"address", "location", "complexvalue", "junctionidlist", "datacategorygroupreference", "id"})
_FORMATS: dict[str, Format] = {"email": "email", "phone": "phone", "url": "url", "base64": "base64"}
_MOST_SELECTED = 100
_DEGREES = (("latitude", 90), ("longitude", 180))
_DEFAULT_INT_DIGITS = 9


def has_formulas(schema: ObjectSchema, snapshot: Snapshot) -> bool:
    """Say whether formulas decide over an object's records: validation rules or lookup filters."""
    if schema.validation_rules or snapshot.validation_rules.get(schema.name):
        return True
    return any(field.lookup_filter is not None for field in schema.fields.values())


def object_rules(schema: ObjectSchema, snapshot: Snapshot | None = None) -> ObjectRules:
    """Return the rules of an object's records at insert; without a snapshot, of what the describe and the tables know."""
    table = standard(schema.name)
    fields = {name: _field_rules(schema, field, table, snapshot) for name, field in schema.fields.items()}
    return ObjectRules(schema.name, MappingProxyType(fields), tuple(_between_fields(schema, table, snapshot)))


def _field_rules(schema: ObjectSchema, field: Field, table: Standard, snapshot: Snapshot | None) -> FieldRules:
    left_out = _left_out(schema, field, table, snapshot)
    required = field.createable and (_required(schema, field, snapshot) or field.name in table.required)
    low, high = _range(field)
    allowed, suggested = _values(schema, field, snapshot)
    rules = FieldRules(
        required=required,
        writable=field.createable and field.type not in _UNWRITABLE,
        left_out_why=left_out,
        needed=left_out is None and (required or field.name in table.needed or field.name in table.fixed),
        allowed=allowed,
        suggested=suggested,
        max_chars=field.length or None if field.type in _TEXTUAL else None,
        max_selected=_MOST_SELECTED if field.type == "multipicklist" else None,
        whole_digits=_whole_digits(field),
        scale=_scale(field),
        low=low,
        high=high,
        unique=field.unique,
        case_sensitive=field.case_sensitive,
        format="html" if field.html else _FORMATS.get(field.type),
        fixed=table.fixed.get(field.name),
        controller=field.controller if field.controller in schema.fields else None,
        by_controller=MappingProxyType(dependency(schema, field) if field.controller else {}),
        by_record_type=_by_record_type(schema, field),
    )
    return _narrowed(rules, table.limits.get(field.name))


def _left_out(schema: ObjectSchema, field: Field, table: Standard, snapshot: Snapshot | None) -> str | None:
    """Return why no values are made for the field."""
    if not field.createable:
        return _unwritable_why(field)
    if field.type in _UNWRITABLE:
        return f"a field of type {field.type} cannot be written directly"
    why = table.left_out.get(field.name) or (None if field.custom else EVERYWHERE.get(field.name))
    return why or _superseded(schema, field) or _filtered_why(field) or _person_why(schema, field, snapshot)


def _unwritable_why(field: Field) -> str:
    for applies, why in _UNWRITABLE_REASONS:
        if applies(field):
            return why
    return "this user cannot set it"


_UNWRITABLE_REASONS: tuple[tuple[Callable[[Field], bool], str], ...] = (
    (lambda field: field.auto_number, "the org numbers its records itself"),
    (lambda field: field.calculated, "the org calculates it"),
    (lambda field: field.type in _UNWRITABLE, "it is made of other fields"),
    (lambda field: field.name in {*EVERYWHERE, *AUDIT_DATES}, "the org keeps it itself"),
)


def _superseded(schema: ObjectSchema, field: Field) -> str | None:
    """Return why the text of a state or country is not sent: where picklists are on, the code says it all."""
    if field.name.endswith(("State", "Country")):
        code = schema.fields.get(f"{field.name}Code")
        if code is not None and code.createable and code.picklist:
            return f"it follows from {code.name}"
    return None


def _filtered_why(field: Field) -> str | None:
    """Return why a reference with a lookup filter is left empty where only its describe is known, not what the filter asks."""
    if field.filtered_lookup and not field.filter_optional and field.nillable and field.lookup_filter is None:
        return "a lookup filter says which records it may point to"
    return None


def _person_why(schema: ObjectSchema, field: Field, snapshot: Snapshot | None) -> str | None:
    if persons.has_persons(schema) and persons.is_person_field(field) and not persons.person_types(schema, snapshot):
        return "only person accounts have it, and no record type for these is available"
    return None


def _required(schema: ObjectSchema, field: Field, snapshot: Snapshot | None) -> bool:
    if field.required_on_create:
        return True
    return field.name == "Name" and persons.has_persons(schema) and not persons.person_types(schema, snapshot)


def _values(
    schema: ObjectSchema, field: Field, snapshot: Snapshot | None
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Return the values that the org takes (None: any), and those that a record should have."""
    if field.type not in _CHOICE:
        return None, field.active_values
    usable, strict = _status_values(schema, field, snapshot)
    allowed = field.active_values if field.restricted else None
    if usable is None:
        return allowed, field.active_values
    if allowed is not None:
        usable = tuple(value for value in usable if value in allowed) or allowed
    return (usable if strict else allowed), usable


def _status_values(schema: ObjectSchema, field: Field, snapshot: Snapshot | None) -> tuple[tuple[str, ...] | None, bool]:
    status = STATUSES.get((schema.name, field.name))
    if status is None:
        return None, False
    stages = () if snapshot is None else snapshot.statuses.get(status.table, ())
    usable = tuple(one.api_name for one in sorted(stages, key=lambda one: one.sort_order) if status.usable(one))
    if not usable:
        usable = tuple(value for value in status.fallback if value in field.active_values)
    return usable or None, status.strict


def _by_record_type(schema: ObjectSchema, field: Field) -> MappingProxyType[str, tuple[str, ...]]:
    return MappingProxyType(
        {one.developer_name: one.picklists[field.name] for one in schema.record_types if field.name in one.picklists}
    )


def _whole_digits(field: Field) -> int | None:
    if field.type in _DECIMAL and field.precision:
        return field.precision - field.scale
    return (field.digits or _DEFAULT_INT_DIGITS) if field.type == "int" else None


def _scale(field: Field) -> int | None:
    if field.type in _DECIMAL:
        return field.scale
    return 0 if field.type in {"int", "long"} else None


def _range(field: Field) -> tuple[int | None, int | None]:
    """Return the bounds of degrees: the one range that a field's shape tells."""
    if field.type == "double" and (field.compound or field.name.endswith("__s")):
        for word, most in _DEGREES:
            if word in field.name.lower():
                return -most, most
    return None, None


def _narrowed(rules: FieldRules, limits: FieldRules | None) -> FieldRules:
    """Return the rules with what the limits say put over them."""
    if limits is None:
        return rules
    changes = {
        one.name: getattr(limits, one.name)
        for one in dataclasses.fields(FieldRules)
        if getattr(limits, one.name) != getattr(_ANY, one.name)
    }
    if limits.suggested and rules.suggested:
        changes["suggested"] = tuple(value for value in limits.suggested if value in rules.suggested) or rules.suggested
    return dataclasses.replace(rules, **changes)


_ANY = FieldRules()


def _between_fields(schema: ObjectSchema, table: Standard, snapshot: Snapshot | None) -> Iterator[StandardRule]:
    for rule in table.rules:
        if any(name in schema.fields for name in rule.fields):
            yield rule
    if all(name in schema.fields and schema.fields[name].createable for name in AUDIT_DATES):
        yield StandardRule("not_after", AUDIT_DATES, "a record cannot be changed before it is made")
    yield from _degree_pairs(schema)
    if persons.has_persons(schema) and persons.person_types(schema, snapshot):
        yield StandardRule(
            "exactly_one",
            ("Name", "LastName"),
            "an account has a Name, a person account a LastName instead",
            "INVALID_FIELD_FOR_INSERT_UPDATE",
        )


def _degree_pairs(schema: ObjectSchema) -> Iterator[StandardRule]:
    for name, field in schema.fields.items():
        other = name.replace("Latitude", "Longitude")
        if field.createable and field.compound and other != name and other in schema.fields:
            yield StandardRule("all_or_none", (name, other), f"{name} and {other} come together")
