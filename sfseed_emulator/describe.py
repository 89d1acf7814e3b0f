"""The demo org's objects, from compact data to the describes that Salesforce would answer."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from sfseed_emulator.compact_fields import Compact, expanded_groups, field_describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

API_PATH = "/services/data/v67.0"
MASTER_RECORD_TYPE_ID = "012000000000000AAA"

SYSTEM_FIELDS: dict[str, tuple[Compact, ...]] = {
    "deleted": ({"name": "IsDeleted", "label": "Deleted", "type": "boolean", "write": "read defaulted"},),
    "created": (
        {"name": "CreatedDate", "label": "Created Date", "type": "datetime", "write": "read defaulted"},
        {"name": "CreatedById", "label": "Created By ID", "type": "reference", "to": ["User"], "write": "read defaulted"},
    ),
    "modified": (
        {"name": "LastModifiedDate", "label": "Last Modified Date", "type": "datetime", "write": "read defaulted"},
        {"name": "LastModifiedById", "label": "Last Modified By ID", "type": "reference", "to": ["User"],
         "write": "read defaulted"},
    ),
    "stamp": ({"name": "SystemModstamp", "label": "System Modstamp", "type": "datetime", "write": "read defaulted"},),
    "activity": ({"name": "LastActivityDate", "label": "Last Activity", "type": "date", "write": "read"},),
    "viewed": (
        {"name": "LastViewedDate", "label": "Last Viewed Date", "type": "datetime", "write": "read"},
        {"name": "LastReferencedDate", "label": "Last Referenced Date", "type": "datetime", "write": "read"},
    ),
}  # fmt: skip
"""Fields that the platform keeps, by the word that an object's ``system`` list names them with."""

USUAL_SYSTEM = ("deleted", "created", "modified", "stamp")

OBJECT_KEYS: dict[str, Any] = {
    "actionOverrides": (), "activateable": False, "associateEntityType": None, "associateParentEntity": None,
    "childRelationships": (), "compactLayoutable": True, "createable": True, "custom": False,
    "customSetting": False, "deepCloneable": False, "defaultImplementation": None, "deletable": True,
    "deprecatedAndHidden": False, "extendedBy": None, "extendsInterfaces": None, "feedEnabled": False, "fields": (),
    "hasSubtypes": False, "implementedBy": None, "implementsInterfaces": None, "isInterface": False,
    "isSubtype": False, "keyPrefix": None, "label": "", "labelPlural": "", "layoutable": True, "listviewable": None,
    "lookupLayoutable": None, "mergeable": False, "mruEnabled": True, "name": "", "namedLayoutInfos": (),
    "networkScopeFieldName": None, "queryable": True, "recordTypeInfos": (), "replicateable": True,
    "retrieveable": True, "searchLayoutable": True, "searchable": True, "sobjectDescribeOption": "FULL",
    "supportedScopes": (), "triggerable": True, "undeletable": True, "updateable": True, "urls": None,
}  # fmt: skip
"""Every key of an object's describe, in its order, as an ordinary business object has them."""

CHECKSUM_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def read_objects() -> dict[str, Compact]:
    """Read the demo org's compact objects, by name."""
    folder = resources.files("sfseed_emulator").joinpath("data", "objects")
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".json")), key=lambda entry: entry.name)
    compact = [json.loads(entry.read_text(encoding="utf-8")) for entry in files]
    return {found["name"]: found for found in compact}


def describe_all(compact: Mapping[str, Compact]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Expand objects to (describe, extras) pairs, with the child relationships that their references make."""
    fields = {name: complete_fields(found) for name, found in compact.items()}
    children = _child_relationships(fields)
    return [
        (_object_describe(found, fields[name], children.get(name, [])), _extras(found, fields[name]))
        for name, found in compact.items()
    ]


def complete_fields(found: Compact) -> list[Compact]:
    """List an object's compact fields: Id, what its file says, record type, and what the platform keeps."""
    system = found.get("system", USUAL_SYSTEM)
    fields: list[Compact] = [{"name": "Id", "label": f"{found.get('idLabel', found['label'])} ID", "type": "id"}]
    if "deleted" in system:
        fields += SYSTEM_FIELDS["deleted"]
    fields += expanded_groups(found["fields"])
    if found.get("recordTypes"):
        fields.append({"name": "RecordTypeId", "label": "Record Type ID", "type": "reference", "to": ["RecordType"],
                       "permissionable": False, "raw": {"searchPrefilterable": False}})  # fmt: skip
    for word in system:
        if word != "deleted":
            fields += SYSTEM_FIELDS[word]
    return fields


def to_18(short: str) -> str:
    """Add the three checksum characters to a 15-character id."""
    blocks = (short[start : start + 5] for start in (0, 5, 10))
    return short + "".join(
        CHECKSUM_ALPHABET[sum(1 << place for place, letter in enumerate(block) if "A" <= letter <= "Z")] for block in blocks
    )


def _object_describe(found: Compact, fields: Sequence[Compact], children: list[dict[str, Any]]) -> dict[str, Any]:
    name = found["name"]
    by_name = {field["name"]: field for field in fields}
    full = {**OBJECT_KEYS, **found.get("object", {})}
    full |= {
        "name": name,
        "label": found["label"],
        "labelPlural": found["labelPlural"],
        "keyPrefix": found.get("keyPrefix"),
        "custom": name.endswith("__c"),
        "fields": [field_describe(field, by_name) for field in fields],
        "childRelationships": sorted(children, key=lambda child: (child["childSObject"], child["field"])),
        "recordTypeInfos": _record_type_infos(name, found.get("recordTypes", ())),
        "supportedScopes": _scopes(found["labelPlural"].lower(), owned="OwnerId" in by_name),
        "urls": _urls(name),
    }
    return {key: list(value) if isinstance(value, tuple) else value for key, value in full.items()}


def _scopes(plural: str, *, owned: bool) -> list[dict[str, str]]:
    everything = {"label": f"All {plural}", "name": "everything"}
    return [everything, {"label": f"My {plural}", "name": "mine"}] if owned else [everything]


def _urls(name: str) -> dict[str, str]:
    own = f"{API_PATH}/sobjects/{name}"
    return {
        "compactLayouts": f"{own}/describe/compactLayouts",
        "rowTemplate": f"{own}/{{ID}}",
        "approvalLayouts": f"{own}/describe/approvalLayouts",
        "listviews": f"{own}/listviews",
        "describe": f"{own}/describe",
        "quickActions": f"{own}/quickActions",
        "layouts": f"{own}/describe/layouts",
        "sobject": own,
    }


def _record_type_infos(name: str, record_types: Iterable[Compact]) -> list[dict[str, Any]]:
    own = list(record_types)
    master: Compact = {
        "name": "Master",
        "developerName": "Master",
        "id": MASTER_RECORD_TYPE_ID,
        "master": True,
        "default": not any(kind.get("default") for kind in own),
    }
    return [
        {
            "active": kind.get("active", True),
            "available": kind.get("available", kind.get("active", True)),
            "defaultRecordTypeMapping": kind.get("default", False),
            "developerName": kind["developerName"],
            "master": kind.get("master", False),
            "name": kind["name"],
            "recordTypeId": kind["id"],
            "urls": {"layout": f"{API_PATH}/sobjects/{name}/describe/layouts/{kind['id']}"},
        }
        for kind in [*own, master]
    ]


def _child_relationships(fields: Mapping[str, Sequence[Compact]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for child, own in fields.items():
        for field in own:
            for parent in field.get("to", ()):
                found.setdefault(parent, []).append(_child_relationship(child, field, parent))
    return found


def _child_relationship(child: str, field: Compact, parent: str) -> dict[str, Any]:
    children, on_delete = field.get("children"), field.get("onDelete", "")
    if isinstance(children, dict):
        children = children.get(parent)
    if isinstance(on_delete, dict):
        on_delete = on_delete.get(parent, "")
    return {
        "cascadeDelete": "cascade" in on_delete or "masterDetail" in field,
        "childSObject": child,
        "deprecatedAndHidden": False,
        "field": field["name"],
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": children,
        "restrictedDelete": "restrict" in on_delete,
    }


def _extras(found: Compact, fields: Sequence[Compact]) -> dict[str, Any]:
    """Collect what no describe says, each under its own key, present only where there is some."""
    record_types = {
        kind["developerName"]: {"values": kind.get("values", {}), "defaults": kind.get("defaults", {})}
        for kind in found.get("recordTypes", ())
    }
    collected: dict[str, Any] = {
        "setup": found.get("setup", False),
        "auto_numbers": {field["name"]: field["autoNumber"] for field in fields if "autoNumber" in field},
        "formulas": {field["name"]: field["formula"] for field in fields if "formula" in field},
        "rollups": {field["name"]: field["rollUp"] for field in fields if "rollUp" in field},
        "record_types": record_types,
        "validation_rules": found.get("validationRules", []),
    }
    return {key: value for key, value in {**collected, **found.get("extras", {})}.items() if value}
