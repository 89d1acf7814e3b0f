"""Fields of the demo org as people write them, expanded to the 57 properties of a describe.

A field in ``data/objects/*.json`` says only what differs from its type's usual shape:

- ``name, label, type``; ``length`` or ``precision, scale`` or ``digits``; ``compound``, ``extra``, ``help``
- ``write``: a key of ``WRITE``, who may set it and whether it may be empty; ``default``, ``defaultFormula``
- ``values``: texts or ``{value, label, default, active, for}`` (``for``: the controlling values); ``controller``, ``restricted``
- ``to`` (objects), ``relationship``, ``children`` (the child relationship's name), ``onDelete`` (``cascade``, ``restrict`` or
  both; as children a mapping by parent where they differ); ``masterDetail`` (0 or 1), ``reparentable``
- ``unique, caseSensitive, externalId, idLookup, nameField``
- ``autoNumber`` (its format), ``formula``, ``rollUp`` (``op, child, lookup`` and, but for a count, ``field``); ``raw``:
  properties as they are

``group`` instead of ``name`` stands for the components of an address, a person's name or a geolocation.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Compact = dict[str, Any]

EMPTY_FIELD: dict[str, Any] = {
    "aggregatable": True, "aiPredictionField": False, "autoNumber": False, "byteLength": 0, "calculated": False,
    "calculatedFormula": None, "cascadeDelete": False, "caseSensitive": False, "compoundFieldName": None,
    "controllerName": None, "createable": True, "custom": False, "defaultValue": None, "defaultValueFormula": None,
    "defaultedOnCreate": False, "dependentPicklist": False, "deprecatedAndHidden": False, "digits": 0,
    "displayLocationInDecimal": False, "encrypted": False, "externalId": False, "extraTypeInfo": None,
    "filterable": True, "filteredLookupInfo": None, "formulaTreatNullNumberAsZero": False, "groupable": True,
    "highScaleNumber": False, "htmlFormatted": False, "idLookup": False, "inlineHelpText": None, "label": "",
    "length": 0, "mask": None, "maskType": None, "name": "", "nameField": False, "namePointing": False,
    "nillable": True, "permissionable": True, "picklistValues": (), "polymorphicForeignKey": False, "precision": 0,
    "queryByDistance": False, "referenceTargetField": None, "referenceTo": (), "relationshipName": None,
    "relationshipOrder": None, "restrictedDelete": False, "restrictedPicklist": False, "scale": 0,
    "searchPrefilterable": False, "soapType": "xsd:string", "sortable": True, "type": "string", "unique": False,
    "updateable": True, "writeRequiresMasterRead": False,
}  # fmt: skip
"""Every property that a describe gives for a field, in its order, as an optional text field has them."""

NUMBER = {"soapType": "xsd:double", "groupable": False}
WHOLE = {"aggregatable": False, "groupable": False, "sortable": False}
BLOB = {**WHOLE, "filterable": False}
BY_TYPE: dict[str, dict[str, Any]] = {
    "id": {"length": 18, "soapType": "tns:ID", "idLookup": True},
    "string": {"length": 255},
    "textarea": {"length": 255, "extraTypeInfo": "plaintextarea"},
    "picklist": {"length": 255},
    "multipicklist": {"length": 4099, "precision": 4, **WHOLE},
    "combobox": {"length": 255, "groupable": False},
    "reference": {"length": 18, "soapType": "tns:ID", "searchPrefilterable": True},
    "boolean": {"soapType": "xsd:boolean", "aggregatable": False, "defaultValue": False},
    "int": {"soapType": "xsd:int", "digits": 9},
    "double": {"precision": 18, "scale": 2, **NUMBER},
    "currency": {"precision": 18, "scale": 2, **NUMBER},
    "percent": {"precision": 3, "scale": 0, **NUMBER},
    "date": {"soapType": "xsd:date"},
    "datetime": {"soapType": "xsd:dateTime", "groupable": False},
    "time": {"soapType": "xsd:time", "groupable": False, "aggregatable": False},
    "email": {"length": 80},
    "phone": {"length": 40},
    "url": {"length": 255},
    "address": {"soapType": "urn:address", "queryByDistance": True, **WHOLE},
    "location": {"soapType": "urn:location", "queryByDistance": True, **WHOLE},
    "base64": {"soapType": "xsd:base64Binary", **BLOB},
    "anyType": {"soapType": "xsd:anyType", **BLOB},
}  # fmt: skip
"""What each type changes of the empty field."""


def _write(create: bool, update: bool, nillable: bool, defaulted: bool) -> dict[str, bool]:
    return {"createable": create, "updateable": update, "nillable": nillable, "defaultedOnCreate": defaulted}


WRITE: dict[str, dict[str, bool]] = {
    "optional": _write(True, True, True, False),
    "required": _write(True, True, False, False),
    "defaulted": _write(True, True, False, True),
    "optional defaulted": _write(True, True, True, True),
    "once": _write(True, False, True, False),
    "once required": _write(True, False, False, False),
    "once defaulted": _write(True, False, False, True),
    "once optional defaulted": _write(True, False, True, True),
    "update": _write(False, True, True, False),
    "update defaulted": _write(False, True, False, True),
    "read": _write(False, False, True, False),
    "read optional defaulted": _write(False, False, True, True),
    "read always": _write(False, False, False, False),
    "read defaulted": _write(False, False, False, True),
}
"""Who may set a field (always, on create, on update, nobody) and whether it may be empty or is filled by the org."""

BYTE_LENGTH_ONE = frozenset({"id", "reference", "multipicklist"})
"""Types whose byte length is their length; other texts count three bytes a character."""

ADDRESS_PARTS: tuple[Compact, ...] = (
    {"name": "Street", "label": "Street", "type": "textarea", "length": 255},
    {"name": "City", "label": "City", "length": 40},
    {"name": "State", "label": "State/Province", "length": 80},
    {"name": "PostalCode", "label": "Zip/Postal Code", "length": 20},
    {"name": "Country", "label": "Country", "length": 80},
    {"name": "Latitude", "label": "Latitude", "type": "double", "precision": 18, "scale": 15},
    {"name": "Longitude", "label": "Longitude", "type": "double", "precision": 18, "scale": 15},
    {"name": "GeocodeAccuracy", "label": "Geocode Accuracy", "type": "picklist", "length": 40, "restricted": True,
     "values": ["Address", "NearAddress", "Block", "Street", "ExtendedZip", "Zip", "Neighborhood", "City", "County",
                "State", "Unknown"]},
)  # fmt: skip


def expanded_groups(fields: Sequence[Compact]) -> Iterator[Compact]:
    """Put the components of addresses, names and geolocations in the place of their group."""
    for field in fields:
        group = field.get("group")
        if group is None:
            yield field
        else:
            yield from GROUPS[group](field)


def field_describe(field: Compact, siblings: Mapping[str, Compact]) -> dict[str, Any]:
    """Expand one field; ``siblings`` are the object's fields by name, for dependent picklists."""
    kind = field.get("type", "string")
    custom = field["name"].endswith(("__c", "__s", "__pc"))
    full = {**EMPTY_FIELD, **BY_TYPE[kind], **WRITE[_write_word(field, kind)]}
    full |= {"name": field["name"], "label": field.get("label") or field["name"], "type": kind, "custom": custom}
    for part in (_sizes, _lookups, _picklist, _reference, _computed, _notes):
        full |= part(field, full, siblings)
    full["permissionable"] = _permissionable(field, full)
    full["byteLength"] = full["length"] * (1 if kind in BYTE_LENGTH_ONE else 3)
    full |= field.get("raw", {})
    return {key: list(value) if isinstance(value, tuple) else value for key, value in full.items()}


def _write_word(field: Compact, kind: str) -> str:
    """Find the key of ``WRITE`` for a field that may leave it to its type, its default or how its value comes about."""
    if "write" in field:
        return str(field["write"])
    if "formula" in field or "rollUp" in field:
        return "read defaulted" if kind == "boolean" else "read"
    if "autoNumber" in field:
        return "read defaulted"
    if "masterDetail" in field:
        return "required"
    chosen = any(isinstance(value, dict) and value.get("default") for value in field.get("values", ()))
    usual = "optional defaulted" if chosen or "defaultFormula" in field else "optional"
    return {"boolean": "defaulted", "address": "read", "location": "read", "id": "read defaulted"}.get(kind, usual)


def _sizes(field: Compact, full: dict[str, Any], _: Mapping[str, Compact]) -> dict[str, Any]:
    sizes: dict[str, Any] = {key: field[key] for key in ("length", "precision", "scale", "digits") if key in field}
    if full["type"] == "textarea" and sizes.get("length", 0) > 255:
        sizes |= dict.fromkeys(("aggregatable", "filterable", "groupable", "sortable"), False)
    return sizes


def _lookups(field: Compact, _full: dict[str, Any], _: Mapping[str, Compact]) -> dict[str, Any]:
    external = bool(field.get("externalId"))
    return {
        "unique": bool(field.get("unique")),
        "caseSensitive": bool(field.get("caseSensitive")),
        "externalId": external,
        "idLookup": bool(field.get("idLookup", external or _full["idLookup"])),
        "nameField": bool(field.get("nameField")),
        "compoundFieldName": field.get("compound"),
    }


def _picklist(field: Compact, full: dict[str, Any], siblings: Mapping[str, Compact]) -> dict[str, Any]:
    controller = field.get("controller")
    values = [value_describe(value) for value in field.get("values", ())]
    if controller:
        controlling = controlling_values(siblings[controller])
        for value, compact in zip(values, field["values"], strict=True):
            value["validFor"] = valid_for(compact.get("for", ()), controlling)
    default = field.get("default", full["defaultValue"])
    chosen = [value["value"] for value in values if value["defaultValue"]]
    return {
        "picklistValues": values,
        "restrictedPicklist": bool(field.get("restricted")),
        "controllerName": controller,
        "dependentPicklist": controller is not None,
        "defaultValue": chosen[0] if chosen else default,
        "defaultValueFormula": field.get("defaultFormula"),
    }


def _reference(field: Compact, full: dict[str, Any], _: Mapping[str, Compact]) -> dict[str, Any]:
    if "to" not in field:
        return {}
    several = len(field["to"]) > 1
    own = field.get("onDelete", "") if field["name"].endswith("__c") else ""
    master = field.get("masterDetail")
    relation: dict[str, Any] = {
        "referenceTo": sorted(field["to"]),
        "relationshipName": field.get("relationship", relationship_name(field["name"])),
        "namePointing": several,
        "polymorphicForeignKey": several,
        "restrictedDelete": "restrict" in own,
        "cascadeDelete": master is not None or "cascade" in own,
        "relationshipOrder": master,
        "searchPrefilterable": full["nillable"],
    }
    if master is not None:
        relation["updateable"] = bool(field.get("reparentable"))
        relation["writeRequiresMasterRead"] = bool(field.get("masterRead"))
    return relation


def _computed(field: Compact, full: dict[str, Any], _: Mapping[str, Compact]) -> dict[str, Any]:
    formula = field.get("formula")
    computed: dict[str, Any] = {
        "calculated": formula is not None or "rollUp" in field,
        "calculatedFormula": formula,
        "formulaTreatNullNumberAsZero": formula is not None and full["soapType"] in {"xsd:double", "xsd:int"},
        "autoNumber": "autoNumber" in field,
    }
    if formula is not None and full["type"] == "string":
        computed |= {"length": field.get("length", 1300), "groupable": False}
    if full["type"] == "boolean" and formula is not None:
        computed["defaultValue"] = None
    if "autoNumber" in field:
        computed |= {"length": field.get("length", 30), "groupable": False}
    return computed


def _notes(field: Compact, full: dict[str, Any], _: Mapping[str, Compact]) -> dict[str, Any]:
    extra = field.get("extra", full["extraTypeInfo"])
    return {
        "extraTypeInfo": extra,
        "htmlFormatted": extra == "richtextarea",
        "inlineHelpText": field.get("help"),
        "displayLocationInDecimal": bool(field.get("decimal")),
    }


def _permissionable(field: Compact, full: dict[str, Any]) -> bool:
    """Tell whether field-level security can hide it: not what an insert needs, the org keeps, or names the record."""
    if "permissionable" in field:
        return bool(field["permissionable"])
    kept = not full["createable"] and not full["custom"] and full["type"] not in {"address", "location"}
    needed = not full["nillable"] and full["type"] != "boolean"
    return not (kept or needed or full["nameField"])


def relationship_name(field: str) -> str:
    """Name the relationship of a reference field as Salesforce does: ``AccountId`` Account, ``Site__c`` Site__r."""
    if field.endswith("__c"):
        return field[:-1] + "r"
    return field.removesuffix("Id")


def value_describe(value: str | Compact) -> dict[str, Any]:
    """Expand one picklist value."""
    compact: Compact = {"value": value} if isinstance(value, str) else value
    return {
        "active": compact.get("active", True),
        "defaultValue": compact.get("default", False),
        "label": compact.get("label", compact["value"]),
        "validFor": None,
        "value": compact["value"],
    }


def controlling_values(controller: Compact) -> list[str]:
    """List a controlling field's values in describe order, inactive ones included (a checkbox has false, then true)."""
    if controller.get("type") == "boolean":
        return ["false", "true"]
    return [value if isinstance(value, str) else value["value"] for value in controller["values"]]


def valid_for(allowed: Sequence[str], controlling: Sequence[str]) -> str:
    """Encode which controlling values allow a value: base64 of a bit each, highest first, padded to three bytes."""
    bits = bytearray(-(-len(controlling) // 24) * 3)
    for value in allowed:
        position = controlling.index(value)
        bits[position >> 3] |= 0x80 >> (position & 7)
    return base64.b64encode(bytes(bits)).decode("ascii")


def _address(group: Compact) -> Iterator[Compact]:
    prefix, compound = group["prefix"], group["prefix"] + "Address"
    spoken = group.get("label", prefix)
    shared = {"write": group["write"]} if "write" in group else {}
    for part in ADDRESS_PARTS:
        label = f"{spoken} {part['label']}".strip()
        yield {**part, **shared, "name": prefix + part["name"], "label": label, "compound": compound}
    yield {"name": compound, "label": f"{spoken} Address".strip(), "type": "address"}


def _person(group: Compact) -> Iterator[Compact]:
    shared: Compact = {"compound": "Name", "extra": "personname", "permissionable": False}
    needed = group.get("write", "required")
    yield {**shared, "name": "LastName", "label": "Last Name", "length": 80, "write": needed}
    yield {**shared, "name": "FirstName", "label": "First Name", "length": 40}
    if group.get("salutation", True):
        greetings = ["Mr.", "Ms.", "Mrs.", "Dr.", "Prof."]
        yield {**shared, "name": "Salutation", "label": "Salutation", "type": "picklist", "length": 40, "values": greetings}
    yield {
        "name": "Name",
        "label": "Full Name",
        "length": 121,
        "write": "read always",
        "nameField": True,
        "extra": "personname",
    }


def _geolocation(group: Compact) -> Iterator[Compact]:
    name, label = group["prefix"], group["label"]
    scale = group.get("scale", 6)
    shared: Compact = {"type": "double", "compound": name + "__c", "precision": 3 + scale, "scale": scale}
    yield {**shared, "name": name + "__Latitude__s", "label": f"{label} (Latitude)", "decimal": True}
    yield {**shared, "name": name + "__Longitude__s", "label": f"{label} (Longitude)", "decimal": True}
    yield {"name": name + "__c", "label": label, "type": "location", "decimal": True}


GROUPS = {"address": _address, "person": _person, "geolocation": _geolocation}
"""What stands for several fields."""
