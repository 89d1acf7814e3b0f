"""The UI API's object-info: an object as pages need it, with its fields and record types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator.errors import ApiError
from sfseed_emulator.routes.rest import object_of
from sfseed_emulator.routes.route import DATA, Answer, Route
from sfseed_emulator.routes.ui_api import MASTER, tag_of

if TYPE_CHECKING:
    from sfseed_emulator.routes.route import Call
    from sfseed_emulator.schema import FieldDef, ObjectDef, OrgSchema

_DATA_TYPES = {"id": "Reference", "datetime": "DateTime", "multipicklist": "MultiPicklist", "textarea": "TextArea",
               "combobox": "ComboBox", "base64": "Base64", "anyType": "AnyType"}  # fmt: skip
_SAME = (
    "calculated", "createable", "custom", "extraTypeInfo", "filterable", "filteredLookupInfo", "highScaleNumber",
    "htmlFormatted", "inlineHelpText", "label", "length", "maskType", "nameField", "polymorphicForeignKey", "precision",
    "referenceTargetField", "relationshipName", "scale", "searchPrefilterable", "sortable", "unique", "updateable",
)  # fmt: skip
_OF_OBJECT = (
    "createable", "custom", "deletable", "feedEnabled", "keyPrefix", "label", "labelPlural", "layoutable", "mruEnabled",
    "queryable", "searchLayoutable", "searchable", "updateable",
)  # fmt: skip


def one(call: Call) -> Answer:
    """Tell an object's fields, children and record types."""
    return Answer(_info(call.state.schema, _supported(object_of(call))))


def several(call: Call) -> Answer:
    """Tell the same of several objects, each with its own status."""
    results: list[object] = []
    for name in call.params["objects"].split(","):
        found = call.state.schema.get(name)
        if found is None or found.setup:
            error = {"errorCode": "INVALID_TYPE", "message": f"Object {name} is not supported in UI API"}
            results.append({"result": [error], "statusCode": 400})
        else:
            results.append({"result": _info(call.state.schema, found), "statusCode": 200})
    return Answer({"results": results})


def listed(call: Call) -> Answer:
    """List the objects that the UI API supports."""
    shown = {
        found.name: {
            "apiName": found.name,
            "keyPrefix": found.key_prefix,
            "label": found.label,
            "labelPlural": found.label_plural,
            "nameFields": _name_fields(found),
            "objectInfoUrl": f"/services/data/v{call.version}/ui-api/object-info/{found.name}",
        }
        for found in call.state.schema.objects.values()
        if not found.setup
    }
    return Answer({"objects": shown, "eTag": tag_of(shown)})


def _supported(found: ObjectDef) -> ObjectDef:
    if found.setup:
        raise ApiError("INVALID_TYPE", f"Object {found.name} is not supported in UI API")
    return found


def _name_fields(found: ObjectDef) -> list[str]:
    own = [field.name for field in found.fields.values() if field.name_field]
    person = [name for name in ("FirstName", "LastName") if name in found.fields]
    return [*own, *person] if own == ["Name"] and found.fields["Name"].type == "string" and len(person) == 2 else own


def _info(schema: OrgSchema, found: ObjectDef) -> dict[str, object]:
    kinds = {
        kind.id: {
            "available": kind.available,
            "defaultRecordTypeMapping": kind.default,
            "master": kind.master,
            "name": kind.name,
            "recordTypeId": kind.id,
        }
        for kind in found.record_types
    }
    shown: dict[str, object] = {
        "apiName": found.name,
        "childRelationships": [
            {"childObjectApiName": one.child, "fieldName": one.field, "junctionIdListNames": [],
             "junctionReferenceTo": [], "relationshipName": one.name}
            for one in found.child_relationships
        ],
        **{name: found.describe.get(name) for name in _OF_OBJECT},
        "defaultRecordTypeId": next((kind.id for kind in found.record_types if kind.default), MASTER),
        "dependentFields": {},
        "fields": {field.name: _field(schema, field) for field in found.fields.values()},
        "nameFields": _name_fields(found),
        "recordTypeInfos": kinds,
        "themeInfo": None,
    }  # fmt: skip
    return {**shown, "eTag": tag_of(shown)}


def _field(schema: OrgSchema, field: FieldDef) -> dict[str, object]:
    controller = field.raw.get("controllerName")
    targets = [target for name in field.reference_to if (target := schema.get(name))]
    return {
        "apiName": field.name,
        **{name: field.raw.get(name) for name in _SAME},
        "compound": field.compound,
        "compoundComponentName": None,
        "compoundFieldName": field.compound_field_name,
        "controllerName": controller,
        "controllingFields": [controller] if controller else [],
        "dataType": _DATA_TYPES.get(field.type, field.type.capitalize()),
        "reference": field.type in ("reference", "id"),
        "referenceToInfos": [{"apiName": one.name, "nameFields": _name_fields(one)} for one in targets],
        "required": field.required,
    }


_PATH = f"{DATA}/ui-api/object-info"
ROUTES = (
    Route("GET", _PATH, listed),
    Route("GET", f"{_PATH}/{{object}}", one),
    Route("GET", f"{_PATH}/batch/{{objects}}", several),
)
