"""What the org's things are called: by its own labels, with the API name beside where somebody may need it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.schema.model import Field, ObjectSchema

    Objects = Mapping[str, ObjectSchema]

_SUGGESTED = "looks alive"  # how the planner says that nobody asked for a number
_KINDS: Mapping[str, str] = {
    "string": "Text",
    "textarea": "Text area",
    "encryptedstring": "Text, encrypted",
    "id": "Record ID",
    "reference": "Lookup",
    "picklist": "Picklist",
    "multipicklist": "Picklist, several",
    "combobox": "Picklist or text",
    "boolean": "Checkbox",
    "int": "Number",
    "long": "Number",
    "double": "Number",
    "currency": "Currency",
    "percent": "Percent",
    "date": "Date",
    "datetime": "Date and time",
    "time": "Time",
    "email": "Email",
    "phone": "Phone",
    "url": "URL",
    "address": "Address",
    "location": "Place on the map",
    "base64": "File",
}
_NAME = re.compile(r"\b[A-Za-z]\w*(?:\.\w+)?")


def of(name: str | None, objects: Objects) -> str:
    """Return the label of an object; of one that was not read its name."""
    found = objects.get(name or "")
    return found.label if found is not None else name or ""


def counted(count: int, name: str, objects: Objects) -> str:
    """Return `1 Price Book`, `1,200 Accounts`."""
    found = objects.get(name)
    label = name if found is None else found.label if count == 1 else found.label_plural
    return f"{count:,} {label or name}"


def full(label: str, name: str) -> str:
    """Return the label with the API name behind it, where that says something more."""
    return label if label == name else f"{label} ({name})"


def field(name: str, described: ObjectSchema | None) -> str:
    """Return the label of a field."""
    found = None if described is None else described.fields.get(name)
    return found.label if found is not None else name


def where(path: str, objects: Objects) -> str:
    """Return what is written as `Contact.ReportsToId` as people say it."""
    name, _, own = path.partition(".")
    return f"{of(name, objects)}: {field(own, objects.get(name))}" if own else of(name, objects)


def kind(of_field: Field | str) -> str:
    """Return what type a field is, as Salesforce's own pages call it."""
    found = of_field if isinstance(of_field, str) else of_field.type
    return _KINDS.get(found, found)


def reason(why: str, objects: Objects) -> str:
    """Return why so many records are made, or why an object is there, with the org's labels for the names in it."""

    def called(match: re.Match[str]) -> str:
        name, _, own = match[0].partition(".")
        known = name in objects and (not own or own in objects[name].fields)
        return where(match[0], objects) if known else match[0]

    return _NAME.sub(called, why.replace(_SUGGESTED, "sfseed's suggestion"))
