"""Salesforce's texts for what can be wrong with a row, one function per code and cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator.outcome import RowError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfseed_emulator.schema import FieldDef

ROLLED_BACK = RowError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)
ENTITY_IS_DELETED = RowError("ENTITY_IS_DELETED", "entity is deleted")
INVALID_CROSS_REFERENCE = RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
STORAGE_EXCEEDED = RowError("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded")
ID_IN_INSERT_CSV = RowError("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", ("Id",))
ID_IN_BODY = RowError("INVALID_FIELD", "The Id field should not be specified in the sobject data.", whole_request=True)
ID_MISSING = RowError("MISSING_ARGUMENT", "Id not specified in an update call")


def required_missing(names: Iterable[str]) -> RowError:
    """Build the error for required fields without a value."""
    listed = tuple(names)
    return RowError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(listed)}]", listed)


def too_long(field: FieldDef, value: str, limit: int) -> RowError:
    """Build the error for a text over the field's length."""
    return RowError("STRING_TOO_LONG", f"{field.label}: data value too large: {value} (max length={limit})", (field.name,))


def out_of_range(field: FieldDef, value: object) -> RowError:
    """Build the error for a number with too many digits, or beyond the field's bounds."""
    text = f"{field.label}: value outside of valid range on numeric field: {value}"
    return RowError("NUMBER_OUTSIDE_VALID_RANGE", text, (field.name,))


def bad_email(field: FieldDef, value: str) -> RowError:
    """Build the error for an email address of no valid form."""
    return RowError("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {value}", (field.name,))


def bad_picklist(field: FieldDef, value: str) -> RowError:
    """Build the error for a value that a restricted picklist does not hold."""
    text = f"{field.label}: bad value for restricted picklist field: {value}"
    return RowError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, (field.name,))


def too_many_values(field: FieldDef, limit: int) -> RowError:
    """Build the error for a multi-select with too many values chosen."""
    return RowError("TOO_MANY_ENUM_VALUE", f"{field.label}: too many values selected (maximum={limit})", (field.name,))


def bad_date(field: FieldDef, value: str) -> RowError:
    """Build the error for a date outside the years that Salesforce keeps."""
    return RowError("FIELD_INTEGRITY_EXCEPTION", f"{field.label}: invalid date: {value}", (field.name,))


def wrong_type_csv(field: FieldDef, value: str) -> RowError:
    """Build the error for a CSV value that does not read as the field's type."""
    text = f"{field.label}: value not of required type: {value}"
    return RowError("INVALID_TYPE_ON_FIELD_IN_RECORD", text, (field.name,))


def wrong_type_json(kind: str, token: str, value: object) -> RowError:
    """Build the error for a JSON value that does not read as the field's type; it refuses the whole request."""
    text = f"Cannot deserialize instance of {kind} from {token} value {value}"
    if not token.startswith("START_"):
        text += " or request may be missing a required field"
    return RowError("JSON_PARSER_ERROR", text, whole_request=True)


def malformed_id(field: FieldDef, value: str) -> RowError:
    """Build the error for a text that is no id, or the id of an object that the field cannot point to."""
    code = "FIELD_INTEGRITY_EXCEPTION" if field.name == "OwnerId" else "MALFORMED_ID"
    return RowError(code, f"{field.label}: id value of incorrect type: {value}", (field.name,))


def malformed_record_id(label: str, value: str) -> RowError:
    """Build the error for a row's own id when it is none, or one of another object."""
    return RowError("MALFORMED_ID", f"{label} ID: id value of incorrect type: {value}", ("Id",))


def no_such_column(object_name: str, name: str) -> RowError:
    """Build the error for a name that is no field of the object."""
    return RowError("INVALID_FIELD", f"No such column '{name}' on sobject of type {object_name}", whole_request=True)


def not_writable(names: Iterable[str]) -> RowError:
    """Build the error for values given to read-only fields."""
    listed = tuple(names)
    text = (
        f"Unable to create/update fields: {', '.join(listed)}. Please check the security settings of this field and "
        "verify that it is read/write for your profile or permission set."
    )
    return RowError("INVALID_FIELD_FOR_INSERT_UPDATE", text, listed)


def bad_field_names(label: str, names: Iterable[str]) -> RowError:
    """Build the error for fields that a record of this kind does not have (person fields on a business account)."""
    listed = tuple(names)
    text = f"{label}: bad field names on insert/update call: {', '.join(listed)}"
    return RowError("INVALID_FIELD_FOR_INSERT_UPDATE", text, listed)


def foreign_key_not_found(value: object, field_name: str, entity: str) -> RowError:
    """Build the error for an external id that no record has."""
    return RowError(
        "INVALID_FIELD", f"Foreign key external ID: {value} not found for field {field_name} in entity {entity}"
    )


def duplicate_value(field_name: str, record_id: str) -> RowError:
    """Build the error for a unique value that another record has; `<unknown>` stands for one of the same chunk."""
    unknown = record_id == UNKNOWN
    name = UNKNOWN if unknown else field_name
    shown = record_id if unknown else record_id[:15]
    return RowError("DUPLICATE_VALUE", f"duplicate value found: {name} duplicates value on record with id: {shown}")


UNKNOWN = "<unknown>"


def duplicate_key(value: object, field_name: str) -> RowError:
    """Build the error for an upsert key that stands twice in one chunk."""
    return RowError("DUPLICATE_VALUE", f"Duplicate external id specified: {value}", (field_name,))


def several_records(count: int, field_name: str) -> RowError:
    """Build the error for an external id that several records have."""
    text = f"{field_name}: more than one record found for external id field: {count} records"
    return RowError("DUPLICATE_EXTERNAL_ID", text, (field_name,))


def record_type_invalid(field: FieldDef, value: str) -> RowError:
    """Build the error for a record type that the user or the object does not have."""
    text = f"{field.label}: this ID value isn't valid for the user: {value}"
    return RowError("INVALID_CROSS_REFERENCE_KEY", text, (field.name,))


def inactive_owner(user_id: str, object_label: str) -> RowError:
    """Build the error for an owner who is not active."""
    text = f"operation performed with inactive user [{user_id[:15]}] as owner of {object_label.lower()}"
    return RowError("INACTIVE_OWNER_OR_USER", text, ("OwnerId",))


def entity_cannot(verb: str, object_name: str) -> RowError:
    """Build the error for an object whose records this user cannot insert or update."""
    return RowError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be {verb}: {object_name}")


def delete_unsupported(object_name: str) -> RowError:
    """Build the error for an object whose records nobody can delete."""
    return RowError("INVALID_TYPE_FOR_OPERATION", f"entity type {object_name} does not support delete")


def delete_failed(name: str, related: Iterable[str]) -> RowError:
    """Build the error for a record that others hold on to."""
    text = (
        f"Your attempt to delete {name} could not be completed because it is associated with the following: "
        f"{', '.join(related)}"
    )
    return RowError("DELETE_FAILED", text)


def integrity(text: str, *fields: str) -> RowError:
    """Build a FIELD_INTEGRITY_EXCEPTION with the given text."""
    return RowError("FIELD_INTEGRITY_EXCEPTION", text, fields)
