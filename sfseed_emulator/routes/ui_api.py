"""The UI API's picklist values: what a record type allows, and for which values of the controlling field."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

from sfseed_emulator.errors import ApiError
from sfseed_emulator.ids import full_id
from sfseed_emulator.routes.rest import object_of
from sfseed_emulator.routes.route import DATA, Answer, Route

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_emulator.routes.route import Call
    from sfseed_emulator.schema import FieldDef, ObjectDef, RecordTypeInfo

MASTER = "012000000000000AAA"
_PICKLISTS = frozenset(("picklist", "multipicklist"))


def picklist_values(call: Call) -> Answer:
    """Answer with all picklists of an object as one record type has them."""
    found, kind = _asked(call)
    fields = [field for field in found.fields.values() if field.type in _PICKLISTS]
    shown = {field.name: _field(call, found, kind, field) for field in fields}
    return Answer({"eTag": tag_of(shown), "picklistFieldValues": shown})


def one_picklist(call: Call) -> Answer:
    """Answer with one picklist of an object as one record type has it."""
    found, kind = _asked(call)
    field = found.field(call.params["field"])
    if field is None or field.type not in _PICKLISTS:
        raise ApiError("INVALID_FIELD", f"No such picklist '{call.params['field']}' on sobject of type {found.name}")
    return Answer(_field(call, found, kind, field))


def _asked(call: Call) -> tuple[ObjectDef, RecordTypeInfo | None]:
    found = object_of(call)
    wanted = full_id(call.params["recordType"])
    if found.setup:
        text = f"Object {found.name} is not supported in UI API"
        raise ApiError("INVALID_TYPE", text)
    kind = next((info for info in found.record_types if info.id == wanted), None)
    if kind is None and wanted != MASTER:
        raise ApiError("NOT_FOUND", "The requested resource does not exist")
    return found, kind


def _field(call: Call, found: ObjectDef, kind: RecordTypeInfo | None, field: FieldDef) -> dict[str, object]:
    entries = [one for one in field.raw["picklistValues"] if one["active"]]
    own = _of_record_type(found, kind)
    allowed = own.get("values", {}).get(field.name)
    if allowed is not None:
        entries = [one for one in entries if one["value"] in allowed]
    controllers = _controllers(found, field)
    values = [_value(one, controllers) for one in entries]
    default = own.get("defaults", {}).get(field.name)
    chosen = [one for one, entry in zip(values, entries, strict=True) if _is_default(entry, default)]
    shown: dict[str, object] = {
        "controllerValues": {name: place for place, name in enumerate(controllers)},
        "defaultValue": chosen[0] if chosen else None,
        "url": (
            f"/services/data/v{call.version}/ui-api/object-info/{found.name}/picklist-values/"
            f"{kind.id if kind else MASTER}/{field.name}"
        ),
        "values": values,
    }
    return {**shown, "eTag": tag_of(shown)}


def _of_record_type(found: ObjectDef, kind: RecordTypeInfo | None) -> Mapping[str, Mapping[str, Sequence[str]]]:
    kinds: Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]] = found.extras.get("record_types", {})
    return kinds.get(kind.developer_name, {}) if kind is not None else {}


def _is_default(entry: Mapping[str, object], default: object) -> bool:
    return entry["value"] == default if default is not None else bool(entry.get("defaultValue"))


def _controllers(found: ObjectDef, field: FieldDef) -> list[str]:
    """List the controlling field's values in describe order, inactive ones included, as `validFor` counts them."""
    controller = found.field(str(field.raw.get("controllerName") or ""))
    if controller is None:
        return []
    if controller.type == "boolean":
        return ["false", "true"]
    return [str(one["value"]) for one in controller.raw["picklistValues"]]


def _value(entry: Mapping[str, object], controllers: Sequence[str]) -> dict[str, object]:
    bits = base64.b64decode(str(entry.get("validFor") or ""))
    valid = [
        place for place in range(len(controllers)) if place >> 3 < len(bits) and bits[place >> 3] & (0x80 >> (place & 7))
    ]
    return {"attributes": None, "label": entry["label"], "validFor": valid, "value": entry["value"]}


def tag_of(shown: object) -> str:
    """Return the eTag of what is shown."""
    return hashlib.blake2b(json.dumps(shown, sort_keys=True).encode(), digest_size=16).hexdigest()


_PATH = f"{DATA}/ui-api/object-info/{{object}}/picklist-values/{{recordType}}"
ROUTES = (
    Route("GET", _PATH, picklist_values),
    Route("GET", f"{_PATH}/{{field}}", one_picklist),
)
