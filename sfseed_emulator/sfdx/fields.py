"""Fields of a project as the compact fields that describes are expanded from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sfseed_emulator.sfdx.project import text, truth
from sfseed_emulator.sfdx.values import FieldValues, field_values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from xml.etree.ElementTree import Element

    from sfseed_emulator.compact_fields import Compact
    from sfseed_emulator.sfdx.project import Project

_LONG_TEXT = 32_768
_DELETING = {"Restrict": "restrict", "Cascade": "cascade"}


def compact_field(name: str, element: Element, project: Project) -> list[Compact]:
    """Turn one CustomField into compact fields: one, or for a custom address the parts of it."""
    kind = text(element, "type")
    usual: Compact = {"name": name, "label": text(element, "label") or name.removesuffix("__c").replace("_", " ")}
    if text(element, "inlineHelpText"):
        usual["help"] = text(element, "inlineHelpText")
    if kind == "Address":
        return list(_address(usual))
    own = _COMPUTED.get(_computed(element)) or _BUILDERS.get(kind, _unknown)
    made = {**usual, **own(element, usual)}
    if "group" not in made:
        made |= field_values(name, element, project).compact() if kind in _CHOICES else {}
        made |= _keys(element, made)
    return [made]


def standard_values(element: Element, project: Project) -> FieldValues | None:
    """Return the picklist values that a project gives a standard field in the field's own file."""
    found = field_values("", element, project)
    return found if found.values else None


def _computed(element: Element) -> str:
    if element.find("formula") is not None:
        return "formula"
    return "rollUp" if text(element, "type") == "Summary" else ""


def _keys(element: Element, made: Compact) -> dict[str, Any]:
    """Collect what any written field may say: required, unique, external id, default."""
    keys: dict[str, Any] = {key: True for key in ("unique", "caseSensitive", "externalId") if truth(element, key)}
    if made.get("write") or "formula" in made or "rollUp" in made or "autoNumber" in made or "masterDetail" in made:
        return keys
    if truth(element, "required") and made.get("type") != "boolean":
        keys["write"] = "required"
    default = text(element, "defaultValue")
    if default and made.get("type") == "boolean":
        keys["default"] = default.lower() == "true"
    elif default:
        keys["defaultFormula"] = default
    return keys


def _plain(kind: str, **more: Any) -> Callable[[Element, Compact], Compact]:
    return lambda _element, _usual: {"type": kind, **more}


def _string(element: Element, _usual: Compact) -> Compact:
    return {"length": _whole(element, "length", 255)}


def _long_text(element: Element, _usual: Compact) -> Compact:
    return {"type": "textarea", "length": _whole(element, "length", _LONG_TEXT)}


def _rich_text(element: Element, usual: Compact) -> Compact:
    return {**_long_text(element, usual), "extra": "richtextarea"}


def _number(kind: str) -> Callable[[Element, Compact], Compact]:
    def build(element: Element, _usual: Compact) -> Compact:
        return {"type": kind, "precision": _whole(element, "precision", 18), "scale": _whole(element, "scale", 0)}

    return build


def _encrypted(element: Element, _usual: Compact) -> Compact:
    mask = {"encrypted": True, "maskType": text(element, "maskType") or None, "type": "encryptedstring"}
    return {"length": _whole(element, "length", 175), "raw": {**mask, "filterable": False}}


def _auto_number(element: Element, _usual: Compact) -> Compact:
    return {"autoNumber": text(element, "displayFormat") or "{0}"}


def _location(element: Element, usual: Compact) -> Compact:
    name = str(usual["name"]).removesuffix("__c")
    return {"group": "geolocation", "prefix": name, "scale": _whole(element, "scale", 6)}


def _lookup(element: Element, _usual: Compact) -> Compact:
    to = text(element, "referenceTo")
    return {
        "type": "reference",
        "to": [to] if to else [],
        "children": _children(element),
        "onDelete": _DELETING.get(text(element, "deleteConstraint"), "restrict" if truth(element, "required") else ""),
        **filtered(element),
        **({} if to else {"write": "read"}),
    }


def _master_detail(element: Element, _usual: Compact) -> Compact:
    return {
        "type": "reference",
        "to": [text(element, "referenceTo")],
        "children": _children(element),
        "masterDetail": _whole(element, "relationshipOrder", 0),
        "reparentable": truth(element, "reparentableMasterDetail"),
        "masterRead": truth(element, "writeRequiresMasterRead"),
        **filtered(element),
    }


def _hierarchy(element: Element, usual: Compact) -> Compact:
    return {**_lookup(element, usual), "to": ["User"], "write": "optional"}


def _external(kind: str) -> Callable[[Element, Compact], Compact]:
    def build(element: Element, usual: Compact) -> Compact:
        return {**_lookup(element, usual), "extra": kind, "write": "optional"}

    return build


def filtered(element: Element) -> dict[str, Any]:
    """Read a reference's lookup filter, if one is active."""
    found = element.find("lookupFilter")
    if found is None or not truth(found, "active", default=True):
        return {}
    optional = truth(found, "isOptional")
    info = {"controllingFields": [], "dependent": False, "optionalFilter": optional}
    items = [
        {key: text(item, key) for key in ("field", "operation", "value", "valueField")}
        for item in found.findall("filterItems")
    ]
    rule = {"logic": text(found, "booleanFilter"), "items": items, "message": text(found, "errorMessage")}
    return {"raw": {"filteredLookupInfo": info}} if optional else {"raw": {"filteredLookupInfo": info}, "filter": rule}


def _children(element: Element) -> str | None:
    name = text(element, "relationshipName")
    return f"{name}__r" if name else None


def _formula(element: Element, usual: Compact) -> Compact:
    made = _BUILDERS.get(text(element, "type"), _unknown)(element, usual)
    length = {"length": 1300} if made.get("type", "string") == "string" else {}
    return {**made, **length, "formula": text(element, "formula")}


def _roll_up(element: Element, _usual: Compact) -> Compact:
    child, _, lookup = text(element, "summaryForeignKey").partition(".")
    operation = text(element, "summaryOperation").lower()
    made: Compact = {"type": "double", "precision": 18, "scale": 0 if operation == "count" else 2, "write": "read"}
    if element.find("summaryFilterItems") is not None or not lookup:
        return {**made, "raw": {"calculated": True}}  # a value without its filter would be a wrong one
    made["rollUp"] = {"op": operation, "child": child, "lookup": lookup}
    summed = text(element, "summarizedField").partition(".")[2]
    if summed:
        made["rollUp"]["field"] = summed
    return made


def _unknown(element: Element, _usual: Compact) -> Compact:
    return {"length": _whole(element, "length", 255), "write": "read"}


def _address(usual: Compact) -> list[Compact]:
    """List the parts of a custom address field, and the field itself."""
    stem, label = str(usual["name"]).removesuffix("__c"), usual["label"]
    texts = (("Street", "textarea", 255), ("City", "string", 40), ("PostalCode", "string", 20))
    codes = (("StateCode", "string", 10), ("CountryCode", "string", 10))
    parts: list[Compact] = [
        {
            "name": f"{stem}__{part}__s",
            "label": f"{label} ({part})",
            "type": kind,
            "length": length,
            "compound": usual["name"],
        }
        for part, kind, length in (*texts, *codes)
    ]
    parts += [
        {**_plain_degree(usual, f"{label} ({part})"), "name": f"{stem}__{part}__s"} for part in ("Latitude", "Longitude")
    ]
    return [*parts, {**usual, "type": "address"}]


def _plain_degree(usual: Compact, label: str) -> Compact:
    return {"label": label, "type": "double", "precision": 18, "scale": 15, "compound": usual["name"]}


def _whole(element: Element, path: str, default: int) -> int:
    found = text(element, path)
    return int(found) if found.isdecimal() else default


_CHOICES = frozenset(("Picklist", "MultiselectPicklist"))
_COMPUTED: Mapping[str, Callable[[Element, Compact], Compact]] = {"formula": _formula, "rollUp": _roll_up}
_BUILDERS: Mapping[str, Callable[[Element, Compact], Compact]] = {
    "Text": _string,
    "TextArea": _plain("textarea", length=255),
    "LongTextArea": _long_text,
    "Html": _rich_text,
    "Number": _number("double"),
    "Currency": _number("currency"),
    "Percent": _number("percent"),
    "Checkbox": _plain("boolean"),
    "Date": _plain("date"),
    "DateTime": _plain("datetime"),
    "Time": _plain("time"),
    "Email": _plain("email"),
    "Phone": _plain("phone"),
    "Url": _plain("url"),
    "Picklist": _plain("picklist"),
    "MultiselectPicklist": _plain("multipicklist"),
    "EncryptedText": _encrypted,
    "AutoNumber": _auto_number,
    "Location": _location,
    "Lookup": _lookup,
    "MasterDetail": _master_detail,
    "Hierarchy": _hierarchy,
    "ExternalLookup": _external("externallookup"),
    "IndirectLookup": _external("indirectlookup"),
    "MetadataRelationship": _lookup,
}
