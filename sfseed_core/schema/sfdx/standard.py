"""The packaged table of standard objects, which a project's own metadata stand on."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.schema.model import Field, ObjectSchema, PicklistValue

if TYPE_CHECKING:
    from collections.abc import Mapping

_FLAGS = ("createable", "updateable", "nillable", "defaulted_on_create")
_ACCESS: Mapping[str, tuple[bool, bool, bool, bool]] = {
    "optional": (True, True, True, False),
    "required": (True, True, False, False),
    "defaulted": (True, True, False, True),
    "optional defaulted": (True, True, True, True),
    "once": (True, False, True, False),
    "once required": (True, False, False, False),
    "once defaulted": (True, False, False, True),
    "once optional defaulted": (True, False, True, True),
    "update": (False, True, True, False),
    "update defaulted": (False, True, False, True),
    "read": (False, False, True, False),
    "read optional defaulted": (False, False, True, True),
    "read always": (False, False, False, False),
    "read defaulted": (False, False, False, True),
}
_USUAL_ACCESS = {"boolean": "defaulted", "id": "read defaulted", "address": "read", "location": "read"}
_USUAL_SIZE: Mapping[str, Mapping[str, int]] = {
    "string": {"length": 255},
    "textarea": {"length": 255},
    "picklist": {"length": 255},
    "multipicklist": {"length": 4099},
    "combobox": {"length": 255},
    "email": {"length": 80},
    "phone": {"length": 40},
    "url": {"length": 255},
    "id": {"length": 18},
    "reference": {"length": 18},
    "double": {"precision": 18, "scale": 2},
    "currency": {"precision": 18, "scale": 2},
    "percent": {"precision": 5, "scale": 2},
    "int": {"digits": 9},
}
_ATTRIBUTES = {
    "compound": "compound",
    "extra": "extra_type",
    "autoNumber": "auto_number",
    "idLookup": "id_lookup",
    "nameField": "name_field",
    "html": "html",
    "unique": "unique",
    "restricted": "restricted",
    "default": "default_value",
    "filterable": "filterable",
}
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_FILE = "standard_objects.json"


class StandardObjects:
    """The table; an object is built when it is asked for."""

    def __init__(self) -> None:
        raw = json.loads(files("sfseed_core.schema.sfdx").joinpath(_FILE).read_text(encoding="utf-8"))
        self._raw: Mapping[str, Any] = raw["objects"]
        self.usual: tuple[str, ...] = tuple(raw["usual"])
        """The objects that every org is taken to have; others are there when a project speaks of them."""

    def __contains__(self, name: str) -> bool:
        return name in self._raw

    def names(self) -> tuple[str, ...]:
        """Return the names of all objects of the table."""
        return tuple(self._raw)

    def get(self, name: str) -> ObjectSchema:
        """Return an object of the table."""
        raw = self._raw[name]
        createable = raw.get("createable", True)
        return ObjectSchema(
            name=name,
            label=raw["label"],
            label_plural=raw["labelPlural"],
            key_prefix=raw["keyPrefix"],
            custom=False,
            createable=createable,
            queryable=raw.get("queryable", True),
            updateable=createable,
            deletable=createable,
            fields=MappingProxyType({field: _field(field, one) for field, one in raw["fields"].items()}),
        )


def _field(name: str, raw: Mapping[str, Any]) -> Field:
    kind = raw["type"]
    sizes = {
        **_USUAL_SIZE.get(kind, {}),
        **{key: raw[key] for key in ("length", "precision", "scale", "digits") if key in raw},
    }
    access = _ACCESS[raw.get("access", _USUAL_ACCESS.get(kind, "optional"))]
    to = tuple(raw.get("to", ()))
    flags: dict[str, Any] = dict(zip(_FLAGS, access, strict=True))
    return Field(
        name=name,
        label=raw.get("label") or _label(name, kind),
        type=kind,
        byte_length=(1 if kind in {"id", "reference", "multipicklist"} else 3) * sizes.get("length", 0),
        picklist=tuple(PicklistValue(value, value, default=value == raw.get("default")) for value in raw.get("values", ())),
        reference_to=to,
        relationship_name=raw.get("relationship", name.removesuffix("Id")) if to else None,
        name_pointing=len(to) > 1,
        **sizes,
        **flags,
        **({"default_value": False} if kind == "boolean" else {})
        | {ours: raw[key] for key, ours in _ATTRIBUTES.items() if key in raw},
    )


def _label(name: str, kind: str) -> str:
    words = _WORDS.sub(" ", name.removesuffix("Id"))
    return f"{words} ID" if kind == "reference" else words
