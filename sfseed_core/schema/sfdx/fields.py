"""From a CustomField of source to the fields that a describe would state (an address or a location is several)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sfseed_core.schema.model import Field, LookupFilter
from sfseed_core.schema.sfdx.picklists import ValueSet, value_set

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.schema.sfdx.project import Project
    from sfseed_core.schema.sfdx.xml import Element

_LONG = 32_768
_FORMULA_TEXT = 1300
_CHOICES = frozenset({"picklist", "multipicklist"})
_WRITTEN_BY_ORG: Mapping[str, Any] = {"createable": False, "updateable": False, "calculated": True}


def read_field(name: str, element: Element, project: Project) -> tuple[tuple[Field, ...], ValueSet]:
    """Return what a describe would state for a custom field, and its value set; a type nobody knows is kept as it is named."""
    kind = element.said("type")
    base = Field(
        name=name,
        label=element.said("label") or _spoken(name),
        type=_TYPES.get(kind, kind or "string"),
        custom=True,
        help_text=element.said("inlineHelpText") or None,
    )
    if element.find("formula") is not None or kind == "Summary":
        return (_calculated(base, element, kind),), ValueSet()
    if kind in _COMPOUNDS:
        return _COMPOUNDS[kind](base, element), ValueSet()
    field = replace(base, **_shape(kind, element), **_access(base, element, kind), **_keys(element))
    if field.type not in _CHOICES:
        return (field,), ValueSet()
    values = value_set(element, project)
    chosen = next((entry.value for entry in values.values if entry.default), None)
    filled = field.defaulted_on_create or (chosen is not None and field.nillable)
    return (
        replace(
            field,
            picklist=values.values,
            restricted=values.restricted,
            default_value=chosen,
            defaulted_on_create=filled,
        ),
    ), values


def _spoken(name: str) -> str:
    return name.removesuffix("__c").rpartition("__")[2].replace("_", " ")


def _access(base: Field, element: Element, kind: str) -> dict[str, Any]:
    """Return who may write the field and whether it may be empty."""
    if kind == "AutoNumber":
        return {
            "createable": False,
            "updateable": False,
            "nillable": False,
            "defaulted_on_create": True,
            "auto_number": True,
        }
    if kind not in _TYPES:
        return {"createable": False, "updateable": False}
    default = element.said("defaultValue") or None
    if base.type == "boolean":
        return {"nillable": False, "defaulted_on_create": True, "default_value": default == "true"}
    needed = element.flag("required") or kind == "MasterDetail"
    return {"nillable": not needed, "default_formula": default, "defaulted_on_create": default is not None and not needed}


def _keys(element: Element) -> dict[str, Any]:
    external = element.flag("externalId")
    return {
        "unique": element.flag("unique"),
        "case_sensitive": element.flag("caseSensitive"),
        "external_id": external,
        "id_lookup": external,
    }


def _shape(kind: str, element: Element) -> dict[str, Any]:
    build = _SHAPES.get(kind)
    return build(element) if build is not None else {}


def _fixed(length: int) -> Callable[[Element], dict[str, Any]]:
    return lambda _element: _text(length)


def _text(length: int) -> dict[str, Any]:
    return {"length": length, "byte_length": 3 * length}


def _long_text(element: Element) -> dict[str, Any]:
    return {**_text(element.whole("length", default=_LONG)), "filterable": False, "extra_type": "plaintextarea"}


def _rich_text(element: Element) -> dict[str, Any]:
    return {**_long_text(element), "html": True, "extra_type": "richtextarea"}


def _number(element: Element) -> dict[str, Any]:
    return {"precision": element.whole("precision", default=18), "scale": element.whole("scale")}


def _lookup(element: Element) -> dict[str, Any]:
    to = element.said("referenceTo")
    on_delete = element.said("deleteConstraint") or ("Restrict" if element.flag("required") else "SetNull")
    relation: dict[str, Any] = {
        "length": 18,
        "byte_length": 18,
        "reference_to": (to,) if to else (),
        "relationship_name": _relationship(element),
        "cascade_delete": on_delete == "Cascade",
        "restricted_delete": on_delete == "Restrict",
    }
    return {**relation, **lookup_filter(element)}


def _master_detail(element: Element) -> dict[str, Any]:
    return {
        **_lookup(element),
        "relationship_order": element.whole("relationshipOrder"),
        "cascade_delete": True,
        "updateable": element.flag("reparentableMasterDetail"),
    }


def _hierarchy(element: Element) -> dict[str, Any]:
    return {**_lookup(element), "reference_to": ("User",)}


def _external(extra: str) -> Callable[[Element], dict[str, Any]]:
    return lambda element: {**_lookup(element), "extra_type": extra}


def _relationship(element: Element) -> str | None:
    name = element.said("fullName")
    return f"{name.removesuffix('__c')}__r" if name.endswith("__c") else None


def lookup_filter(element: Element) -> dict[str, Any]:
    """Return what a reference's lookup filter says, as attributes of its field; nothing where none is active."""
    found = element.find("lookupFilter")
    if found is None or not found.flag("active", default=True):
        return {}
    items = tuple(
        (
            item.said("field"),
            item.said("operation"),
            item.said("valueField") or item.said("value"),
            bool(item.said("valueField")),
        )
        for item in found.all("filterItems")
    )
    optional = found.flag("isOptional")
    rule = LookupFilter(items, found.said("booleanFilter") or None, optional, found.said("errorMessage") or None)
    return {"filtered_lookup": True, "filter_optional": optional, "lookup_filter": rule}


def _calculated(base: Field, element: Element, kind: str) -> Field:
    if kind == "Summary":
        counted = element.said("summaryOperation") == "count"
        return replace(base, type="double", precision=18, scale=0 if counted else 2, **_WRITTEN_BY_ORG)
    size = _text(_FORMULA_TEXT) if base.type == "string" else _shape(kind, element)
    truth = base.type == "boolean"
    zero = element.said("formulaTreatBlanksAs") == "BlankAsZero"
    return replace(
        base,
        nillable=not truth,
        defaulted_on_create=truth,
        formula=element.said("formula"),
        formula_zero=zero,
        **size,
        **_WRITTEN_BY_ORG,
    )


def _location(base: Field, element: Element) -> tuple[Field, ...]:
    scale = element.whole("scale", default=6)
    stem = base.name.removesuffix("__c")
    parts = [
        replace(base, name=f"{stem}__{part}__s", label=f"{base.label} ({part})", type="double", precision=3 + scale,
                scale=scale, compound=base.name, help_text=None)
        for part in ("Latitude", "Longitude")
    ]  # fmt: skip
    return (*parts, replace(base, type="location", createable=False, updateable=False))


def _address(base: Field, _element: Element) -> tuple[Field, ...]:
    stem = base.name.removesuffix("__c")

    def part(name: str, kind: str, **shape: Any) -> Field:
        label = f"{base.label} ({name})"
        return replace(base, name=f"{stem}__{name}__s", label=label, type=kind, compound=base.name, help_text=None, **shape)

    degrees = {"precision": 18, "scale": 15}
    return (
        part("Street", "textarea", **_text(255)),
        part("City", "string", **_text(40)),
        part("PostalCode", "string", **_text(20)),
        part("StateCode", "string", **_text(10)),
        part("CountryCode", "string", **_text(10)),
        part("Latitude", "double", **degrees),
        part("Longitude", "double", **degrees),
        replace(base, type="address", createable=False, updateable=False),
    )


_TYPES = {
    "Text": "string",
    "TextArea": "textarea",
    "LongTextArea": "textarea",
    "Html": "textarea",
    "Number": "double",
    "Currency": "currency",
    "Percent": "percent",
    "Checkbox": "boolean",
    "Date": "date",
    "DateTime": "datetime",
    "Time": "time",
    "Email": "email",
    "Phone": "phone",
    "Url": "url",
    "Picklist": "picklist",
    "MultiselectPicklist": "multipicklist",
    "EncryptedText": "encryptedstring",
    "AutoNumber": "string",
    "Location": "location",
    "Address": "address",
    "Lookup": "reference",
    "MasterDetail": "reference",
    "Hierarchy": "reference",
    "ExternalLookup": "reference",
    "IndirectLookup": "reference",
    "MetadataRelationship": "reference",
}
_COMPOUNDS: Mapping[str, Callable[[Field, Element], tuple[Field, ...]]] = {"Location": _location, "Address": _address}
_SHAPES: Mapping[str, Callable[[Element], dict[str, Any]]] = {
    "Text": lambda element: _text(element.whole("length", default=255)),
    "TextArea": _fixed(255),
    "LongTextArea": _long_text,
    "Html": _rich_text,
    "Number": _number,
    "Currency": _number,
    "Percent": _number,
    "Email": _fixed(80),
    "Phone": _fixed(40),
    "Url": _fixed(255),
    "Picklist": _fixed(255),
    "MultiselectPicklist": _fixed(4099),
    "EncryptedText": lambda element: {**_text(element.whole("length", default=175)), "filterable": False},
    "AutoNumber": _fixed(30),
    "Lookup": _lookup,
    "MasterDetail": _master_detail,
    "Hierarchy": _hierarchy,
    "ExternalLookup": _external("externallookup"),
    "IndirectLookup": _external("indirectlookup"),
    "MetadataRelationship": _lookup,
}
