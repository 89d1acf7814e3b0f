"""What a field is in the words of set-up pages (`Text(40)`) and of metadata files (`<type>Text</type>`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_emulator.schema import FieldDef, ObjectDef

_LONG = 255
_LABELS: Mapping[str, str] = {
    "picklist": "Picklist",
    "combobox": "Picklist",
    "multipicklist": "Picklist (Multi-Select)",
    "boolean": "Checkbox",
    "date": "Date",
    "datetime": "Date/Time",
    "time": "Time",
    "email": "Email",
    "phone": "Phone",
    "address": "Address",
    "location": "Geolocation",
    "base64": "Base64",
    "string": "Text",
    "textarea": "Text Area",
    "int": "Number",
    "double": "Number",
    "currency": "Currency",
    "percent": "Percent",
    "url": "URL",
    "id": "Lookup",
    "reference": "Lookup",
}
_METADATA_TYPES: Mapping[str, str] = {
    "string": "Text",
    "picklist": "Picklist",
    "multipicklist": "MultiselectPicklist",
    "boolean": "Checkbox",
    "date": "Date",
    "datetime": "DateTime",
    "time": "Time",
    "email": "Email",
    "phone": "Phone",
    "url": "Url",
    "int": "Number",
    "double": "Number",
    "currency": "Currency",
    "percent": "Percent",
    "location": "Location",
    "reference": "Lookup",
    "textarea": "TextArea",
}


def data_type(found: ObjectDef, field: FieldDef) -> str:
    """Return the type as set-up shows it, for instance `Roll-Up Summary (SUM Line__c)`."""
    rollup = found.extras.get("rollups", {}).get(field.name)
    if rollup is not None:
        return f"Roll-Up Summary ({str(rollup['op']).upper()} {rollup['child']})"
    if field.calculated:
        return f"Formula ({_LABELS.get(field.type, 'Text')})"
    if field.auto_number:
        return "Auto Number"
    written = _WRITTEN.get(field.type)
    keys = f"{' (External ID)' if field.external_id else ''}{_unique(field)}"
    return (written(field) if written else _LABELS.get(field.type, field.type)) + keys


def _unique(field: FieldDef) -> str:
    if not field.unique:
        return ""
    return f" (Unique Case {'Sensitive' if field.case_sensitive else 'Insensitive'})"


def _number(field: FieldDef) -> str:
    whole = field.digits if field.type == "int" else field.precision - field.scale
    return f"{_LABELS[field.type]}({whole}, {field.scale})"


def _area(field: FieldDef) -> str:
    if field.length <= _LONG:
        return f"Text Area({field.length})"
    return f"{'Rich' if field.raw.get('htmlFormatted') else 'Long'} Text Area({field.length})"


def _reference(field: FieldDef) -> str:
    kind = "Master-Detail" if field.master_detail else "Lookup"
    return f"{kind}({','.join(field.reference_to)})"


def _sized(field: FieldDef) -> str:
    return f"{_LABELS[field.type]}({field.length})"


_WRITTEN: Mapping[str, Callable[[FieldDef], str]] = {
    "id": lambda _field: "Lookup()",
    "string": _sized,
    "url": _sized,
    "textarea": _area,
    "int": _number,
    "double": _number,
    "currency": _number,
    "percent": _number,
    "reference": _reference,
}


def metadata(found: ObjectDef, field: FieldDef) -> dict[str, object]:
    """Return the Metadata of a custom field, the members that seeding tools look at."""
    rollup = found.extras.get("rollups", {}).get(field.name)
    return {
        "type": _metadata_type(field, rollup=rollup is not None),
        "label": field.label,
        "description": None,
        "inlineHelpText": field.raw.get("inlineHelpText"),
        "required": field.required,
        "unique": field.unique,
        "externalId": field.external_id,
        "caseSensitive": field.case_sensitive,
        "length": field.length or None,
        "precision": field.precision or None,
        "scale": field.scale if field.precision else None,
        "defaultValue": field.raw.get("defaultValueFormula"),
        "displayFormat": found.extras.get("auto_numbers", {}).get(field.name),
        "formula": found.extras.get("formulas", {}).get(field.name) or field.raw.get("calculatedFormula"),
        "formulaTreatBlanksAs": ("BlankAsZero" if field.raw.get("formulaTreatNullNumberAsZero") else None),
        "referenceTo": field.reference_to[0] if field.reference_to else None,
        "relationshipName": (field.relationship_name or "").removesuffix("__r") or None,
        "deleteConstraint": _delete_constraint(field),
        "lookupFilter": _lookup_filter(found, field),
        "valueSet": _value_set(field),
        **_summary(found, rollup),
        "urls": None,
    }


def _lookup_filter(found: ObjectDef, field: FieldDef) -> dict[str, object] | None:
    info = field.raw.get("filteredLookupInfo")
    if info is None:
        return None
    rule = found.extras.get("lookup_filters", {}).get(field.name, {})
    items = [
        {key: item.get(key) or None for key in ("field", "operation", "value", "valueField")}
        for item in rule.get("items", ())
    ]
    return {
        "active": True,
        "booleanFilter": rule.get("logic") or None,
        "description": None,
        "errorMessage": rule.get("message") or None,
        "filterItems": items,
        "infoMessage": None,
        "isOptional": bool(info.get("optionalFilter")),
    }


def _metadata_type(field: FieldDef, *, rollup: bool) -> str:
    if rollup:
        return "Summary"
    if field.auto_number:
        return "AutoNumber"
    if field.type == "reference" and field.master_detail:
        return "MasterDetail"
    if field.type == "textarea" and field.length > _LONG:
        return "Html" if field.raw.get("htmlFormatted") else "LongTextArea"
    return _METADATA_TYPES.get(field.type, "Text")


def _delete_constraint(field: FieldDef) -> str | None:
    if field.type != "reference" or field.master_detail:
        return None
    return "Restrict" if field.restricted_delete else "Cascade" if field.cascade_delete else "SetNull"


def _value_set(field: FieldDef) -> dict[str, object] | None:
    if field.type not in ("picklist", "multipicklist"):
        return None
    values = [
        {"valueName": one["value"], "label": one["label"], "default": one["defaultValue"], "isActive": one["active"]}
        for one in field.raw["picklistValues"]
    ]
    controller = field.raw.get("controllerName")
    definition = {"sorted": False, "value": values}
    return {"controllingField": controller, "restricted": field.restricted_picklist, "valueSetDefinition": definition}


def _summary(found: ObjectDef, rollup: Mapping[str, str] | None) -> dict[str, object]:
    if rollup is None:
        return {"summaryForeignKey": None, "summarizedField": None, "summaryOperation": None, "summaryFilterItems": None}
    field = rollup.get("field")
    lookup = rollup.get("lookup", found.name)
    return {
        "summaryForeignKey": f"{rollup['child']}.{lookup}",
        "summarizedField": f"{rollup['child']}.{field}" if field else None,
        "summaryOperation": rollup["op"],
        "summaryFilterItems": rollup.get("filters") or [],
    }
