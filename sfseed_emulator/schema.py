"""The schema of an emulated org: the demo org's own, or real describes from a folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sfseed_emulator.describe import describe_all, read_objects
from sfseed_emulator.org_model import (
    ChildRelationship,
    FieldDef,
    ObjectDef,
    OrgSchema,
    RecordTypeInfo,
    child_relationship,
    org_schema,
    schema_from_json,
)
from sfseed_emulator.org_rows import demo_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

__all__ = [
    "ChildRelationship",
    "FieldDef",
    "ObjectDef",
    "OrgSchema",
    "RecordTypeInfo",
    "SchemaFolderError",
    "demo_rows",
    "demo_schema",
    "describes_schema",
    "schema_from_json",
]

Described = tuple[dict[str, Any], dict[str, Any]]

PLATFORM_EXTRAS = ("auto_created", "auto_numbers")
"""What the platform does with a standard object in every org, so also in one whose describe is a real one."""


class SchemaFolderError(ValueError):
    """A folder of describes cannot be served: none in it, or two of one object."""


def demo_schema() -> OrgSchema:
    """Build the demo org's schema from the package's data."""
    return org_schema(describe_all(read_objects()))


def describes_schema(folder: Path) -> OrgSchema:
    """Serve the describes in a folder's ``*.json`` files as they are.

    Files whose JSON is no describe are skipped. Set-up objects, and standard objects that are referred to but absent, come
    from the demo org, without the demo company's custom fields.
    """
    real = _read_describes(folder)
    demo = {describe["name"]: (describe, extras) for describe, extras in describe_all(read_objects())}
    borrowed = {name: _without_custom(described) for name, described in demo.items() if not name.endswith("__c")}
    needed = _closure(real, borrowed)
    own = [(describe, _platform_extras(describe, demo.get(name))) for name, describe in real.items()]
    return org_schema(own + [borrowed[name] for name in borrowed if name in needed], _known_relationships(borrowed))


def _known_relationships(borrowed: Mapping[str, Described]) -> dict[tuple[str, str, str], ChildRelationship]:
    """Name the demo org's child relationships: a real parent's describe need not list all that borrowed objects refer to."""
    return {
        (parent, raw["childSObject"], raw["field"]): child_relationship(raw)
        for parent, (describe, _) in borrowed.items()
        for raw in describe["childRelationships"]
    }


def _read_describes(folder: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    files: dict[str, str] = {}
    for path in sorted(folder.glob("*.json")):
        data = _json_object(path)
        name = data.get("name")
        if not isinstance(name, str) or not isinstance(data.get("fields"), list):
            continue
        if name in found:
            raise SchemaFolderError(f"{folder}: {files[name]} and {path.name} both describe {name}; keep one of them")
        found[name], files[name] = data, path.name
    if not found:
        raise SchemaFolderError(f"{folder}: no *.json file in it is a describe (an object with 'name' and 'fields')")
    return found


def _json_object(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise SchemaFolderError(f"{path}: not JSON: {error}") from error
    return data if isinstance(data, dict) else {}


def _without_custom(described: Described) -> Described:
    describe, extras = described
    fields = [field for field in describe["fields"] if not field["custom"]]
    children = [child for child in describe["childRelationships"] if not child["field"].endswith("__c")]
    children = [child for child in children if not child["childSObject"].endswith("__c")]
    for field in fields:
        field["referenceTo"] = [target for target in field["referenceTo"] if not target.endswith("__c")]
        field["picklistValues"] = [value for value in field["picklistValues"] if not value["value"].endswith("__c")]
    kept = {key: value for key, value in extras.items() if key not in {"validation_rules", "formulas", "rollups"}}
    return {**describe, "fields": fields, "childRelationships": children}, kept


def _closure(real: Mapping[str, Mapping[str, Any]], borrowed: Mapping[str, Described]) -> set[str]:
    """Find the demo objects that are needed: all set-up ones, and what is referred to, directly or through others."""
    needed = {name for name, (_, extras) in borrowed.items() if extras.get("setup") and name not in real}
    waiting = _targets(real.values()) | _targets(borrowed[name][0] for name in needed)
    while waiting:
        name = waiting.pop()
        if name in borrowed and name not in real and name not in needed:
            needed.add(name)
            waiting |= _targets([borrowed[name][0]])
    return needed


def _targets(describes: Iterable[Mapping[str, Any]]) -> set[str]:
    return {target for describe in describes for field in describe["fields"] for target in field["referenceTo"]}


def _platform_extras(describe: Mapping[str, Any], demo: Described | None) -> dict[str, Any]:
    known = {key: demo[1][key] for key in PLATFORM_EXTRAS if key in demo[1]} if demo else {}
    numbered = {field["name"]: "{00000000}" for field in describe["fields"] if field.get("autoNumber")}
    extras = {**known, "auto_numbers": {**numbered, **known.get("auto_numbers", {})}}
    if demo and demo[1].get("setup"):
        extras["setup"] = True
    return extras
