"""From describe's JSON to the typed schema: tolerant of unknown keys, strict on the shapes that it reads.

What an org answers is untrusted: names must be API names, so that they can stand in SOQL and in file names.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import DataError
from sfseed_core.schema.model import ChildRelationship, Field, ObjectSchema, ObjectSummary, PicklistValue, RecordType

if TYPE_CHECKING:
    from collections.abc import Mapping

_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,119}")

# attribute of ours, key of describe, kinds of JSON value, what an absent or null value means
_Keys = tuple[tuple[str, str, tuple[type, ...], Any], ...]

_TEXT, _FLAG, _COUNT = (str,), (bool,), (int,)

_FIELD: _Keys = (
    ("label", "label", _TEXT, ""),
    ("length", "length", _COUNT, 0),
    ("byte_length", "byteLength", _COUNT, 0),
    ("precision", "precision", _COUNT, 0),
    ("scale", "scale", _COUNT, 0),
    ("digits", "digits", _COUNT, 0),
    ("createable", "createable", _FLAG, False),
    ("updateable", "updateable", _FLAG, False),
    ("nillable", "nillable", _FLAG, False),
    ("defaulted_on_create", "defaultedOnCreate", _FLAG, False),
    ("unique", "unique", _FLAG, False),
    ("case_sensitive", "caseSensitive", _FLAG, False),
    ("external_id", "externalId", _FLAG, False),
    ("id_lookup", "idLookup", _FLAG, False),
    ("calculated", "calculated", _FLAG, False),
    ("auto_number", "autoNumber", _FLAG, False),
    ("custom", "custom", _FLAG, False),
    ("name_field", "nameField", _FLAG, False),
    ("name_pointing", "namePointing", _FLAG, False),
    ("html", "htmlFormatted", _FLAG, False),
    ("restricted", "restrictedPicklist", _FLAG, False),
    ("controller", "controllerName", _TEXT, None),
    ("relationship_name", "relationshipName", _TEXT, None),
    ("relationship_order", "relationshipOrder", _COUNT, None),
    ("cascade_delete", "cascadeDelete", _FLAG, False),
    ("restricted_delete", "restrictedDelete", _FLAG, False),
    ("compound", "compoundFieldName", _TEXT, None),
    ("extra_type", "extraTypeInfo", _TEXT, None),
    ("default_formula", "defaultValueFormula", _TEXT, None),
    ("formula", "calculatedFormula", _TEXT, None),
    ("formula_zero", "formulaTreatNullNumberAsZero", _FLAG, False),
    ("help_text", "inlineHelpText", _TEXT, None),
    ("mask", "mask", _TEXT, None),
    ("filterable", "filterable", _FLAG, True),
)
_PICKLIST: _Keys = (
    ("value", "value", _TEXT, ""),
    ("label", "label", _TEXT, ""),
    ("active", "active", _FLAG, True),
    ("default", "defaultValue", _FLAG, False),
    ("valid_for", "validFor", _TEXT, None),
)
_RECORD_TYPE: _Keys = (
    ("name", "name", _TEXT, ""),
    ("id", "recordTypeId", _TEXT, ""),
    ("active", "active", _FLAG, True),
    ("available", "available", _FLAG, True),
    ("default", "defaultRecordTypeMapping", _FLAG, False),
    ("master", "master", _FLAG, False),
)
_CHILD: _Keys = (
    ("child", "childSObject", _TEXT, ""),
    ("field", "field", _TEXT, ""),
    ("name", "relationshipName", _TEXT, None),
    ("cascade_delete", "cascadeDelete", _FLAG, False),
    ("restricted_delete", "restrictedDelete", _FLAG, False),
)
_OBJECT: _Keys = (
    ("label", "label", _TEXT, ""),
    ("label_plural", "labelPlural", _TEXT, ""),
    ("key_prefix", "keyPrefix", _TEXT, None),
    ("custom", "custom", _FLAG, False),
    ("createable", "createable", _FLAG, False),
    ("queryable", "queryable", _FLAG, False),
    ("updateable", "updateable", _FLAG, False),
    ("deletable", "deletable", _FLAG, False),
)
_SUMMARY: _Keys = (
    *_OBJECT,
    ("custom_setting", "customSetting", _FLAG, False),
    ("deprecated_and_hidden", "deprecatedAndHidden", _FLAG, False),
    ("associate_entity_type", "associateEntityType", _TEXT, None),
    ("associate_parent", "associateParentEntity", _TEXT, None),
)


def object_schema(describe: Mapping[str, Any]) -> ObjectSchema:
    """Return the object that a describe states.

    Raises DataError, naming object and place, when the describe is not shaped as one.
    """
    name = _api_name(describe, "name", "describe")
    record_types = _items(describe, "recordTypeInfos", name, required=False)
    children = _items(describe, "childRelationships", name, required=False)
    return ObjectSchema(
        name=name,
        fields=MappingProxyType(_fields(describe, name)),
        record_types=tuple(_record_type(one, f"{name}.recordTypeInfos[{n}]") for n, one in enumerate(record_types)),
        children=tuple(
            ChildRelationship(**_read(one, _CHILD, f"{name}.childRelationships[{n}]")) for n, one in enumerate(children)
        ),
        **_read(describe, _OBJECT, name),
    )


def summaries(global_describe: Mapping[str, Any]) -> dict[str, ObjectSummary]:
    """Return the rows of a global describe by API name, in its order."""
    found: dict[str, ObjectSummary] = {}
    for number, row in enumerate(_items(global_describe, "sobjects", "global describe", required=True)):
        where = f"global describe.sobjects[{number}]"
        name = _api_name(row, "name", where)
        found[name] = ObjectSummary(name=name, **_read(row, _SUMMARY, where))
    return found


def _fields(describe: Mapping[str, Any], name: str) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for number, raw in enumerate(_items(describe, "fields", name, required=True)):
        field = _field(raw, f"{name}.fields[{number}]")
        if field.name in fields:
            raise _wrong(f"{name}.fields[{number}]", f"the field {field.name} stands there twice")
        fields[field.name] = field
    return fields


def _field(raw: Mapping[str, Any], where: str) -> Field:
    name = _api_name(raw, "name", where)
    where = f"{where} ({name})"
    lookup_filter = raw.get("filteredLookupInfo")
    if lookup_filter is not None and not isinstance(lookup_filter, dict):
        raise _wrong(f"{where}.filteredLookupInfo", f"an object or null was expected, not {_kind(lookup_filter)}")
    kind = raw.get("type")
    if not isinstance(kind, str) or not kind:
        raise _wrong(f"{where}.type", f"a type's name was expected, not {_kind(kind)}")
    return Field(
        name=name,
        type=kind,
        picklist=_picklist(raw, where),
        reference_to=_targets(raw, where),
        filtered_lookup=bool(lookup_filter),
        filter_optional=bool(lookup_filter and lookup_filter.get("optionalFilter")),
        default_value=raw.get("defaultValue"),
        **_read(raw, _FIELD, where),
    )


def _picklist(raw: Mapping[str, Any], where: str) -> tuple[PicklistValue, ...]:
    entries = _items(raw, "picklistValues", where, required=False)
    return tuple(PicklistValue(**_read(one, _PICKLIST, f"{where}.picklistValues[{n}]")) for n, one in enumerate(entries))


def _targets(raw: Mapping[str, Any], where: str) -> tuple[str, ...]:
    targets = raw.get("referenceTo") or ()
    if not isinstance(targets, list | tuple) or not all(isinstance(one, str) for one in targets):
        raise _wrong(f"{where}.referenceTo", "a list of object names was expected")
    for one in targets:
        _check_name(one, f"{where}.referenceTo")
    return tuple(targets)


def _record_type(raw: Mapping[str, Any], where: str) -> RecordType:
    read = _read(raw, _RECORD_TYPE, where)
    developer_name = raw.get("developerName") or read["name"]  # describes before v43 state the name alone
    if not isinstance(developer_name, str):
        raise _wrong(f"{where}.developerName", f"text was expected, not {_kind(developer_name)}")
    return RecordType(developer_name=developer_name, **read)


def _read(raw: Mapping[str, Any], keys: _Keys, where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for attribute, key, kinds, default in keys:
        value = raw.get(key)
        if value is None:
            value = default
        elif type(value) not in kinds:
            raise _wrong(f"{where}.{key}", f"{_named(kinds)} was expected, not {_kind(value)}")
        found[attribute] = value
    return found


def _items(raw: Mapping[str, Any], key: str, where: str, *, required: bool) -> list[dict[str, Any]]:
    value = raw.get(key)
    if value is None and not required:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _wrong(f"{where}.{key}", f"a list of objects was expected, not {_kind(value)}")
    return value


def _api_name(raw: Mapping[str, Any], key: str, where: str) -> str:
    if not isinstance(raw, dict):
        raise _wrong(where, f"an object was expected, not {_kind(raw)}")
    value = raw.get(key)
    if not isinstance(value, str):
        raise _wrong(f"{where}.{key}", f"an API name was expected, not {_kind(value)}")
    return _check_name(value, f"{where}.{key}")


def _check_name(value: str, where: str) -> str:
    if not _API_NAME.fullmatch(value):
        raise _wrong(where, f"{value[:80]!r} is not an API name (letters, digits and underscores)")
    return value


def _wrong(where: str, what: str) -> DataError:
    return DataError(f"cannot read the describe: at {where}: {what}")


def _named(kinds: tuple[type, ...]) -> str:
    return {str: "text", bool: "true or false", int: "a whole number"}[kinds[0]]


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return "nothing" if value is None else names.get(type(value), type(value).__name__)
