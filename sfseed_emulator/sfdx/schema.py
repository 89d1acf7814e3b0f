"""The schema of an org that a project was deployed to: standard objects, and over them what the project says."""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from sfseed_emulator.compact_fields import controlling_values
from sfseed_emulator.describe import complete_fields, describe_all, read_objects, to_18
from sfseed_emulator.org_model import org_schema
from sfseed_emulator.sfdx.fields import compact_field, filtered, standard_values
from sfseed_emulator.sfdx.persons import PERSON, person_account
from sfseed_emulator.sfdx.project import read_project, text, truth
from sfseed_emulator.sfdx.values import STANDARD_SETS, record_type, standard_set

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from sfseed_emulator.compact_fields import Compact
    from sfseed_emulator.org_model import OrgSchema
    from sfseed_emulator.sfdx.project import ObjectSource, Project

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_KINDS: Mapping[str, tuple[str, dict[str, Any]]] = {
    "__c": ("a", {}),
    "__mdt": ("m", {"createable": False, "updateable": False, "deletable": False}),
    "__e": ("e", {"queryable": False, "updateable": False, "deletable": False}),
    "__b": ("x", {"updateable": False, "deletable": False}),
    "__x": ("x", {"createable": False, "updateable": False, "deletable": False}),
    "__kav": ("k", {"createable": False}),
}
"""By ending of the name: the first letter of the key prefixes, and how the object differs from an ordinary one."""

_ACTIVITIES = ("Task", "Event")
_LEFT_OUT = frozenset(("validationRules", "recordTypes"))


def sfdx_schema(root: Path) -> OrgSchema:
    """Build the schema of an SFDX project's objects over the standard ones; ProjectError names a file that is wrong."""
    project = read_project(root)
    standard = standard_objects()
    compact = {name: found for name, found in standard.items() if found["usual"]}
    own = {name: source for name, source in project.objects.items() if name.endswith(tuple(_KINDS))}
    compact |= {name: _custom_object(source, project, prefix) for (name, source), prefix in _prefixed(own)}
    for name, source in _standard_sources(project):
        if name in standard:
            compact[name] = _extended(compact.get(name) or standard[name], source, project)
    _take_standard_sets(compact, project)
    if PERSON in project.objects:
        compact["Account"] = person_account(
            compact["Account"], compact["Contact"], _record_types(project.objects[PERSON], "00P")
        )
    _spell_targets(compact, standard)
    _follow_required(compact, standard)
    _open_activities(compact, own)
    return org_schema(describe_all({name: _settled(found, compact) for name, found in compact.items()}))


def standard_objects() -> dict[str, Compact]:
    """Read all known standard objects, without the practice company's own; `usual` marks those that every org here has."""
    own = {name: _without_custom(found) for name, found in read_objects().items() if not name.endswith("__c")}
    stored = resources.files("sfseed_emulator").joinpath("data", "standard_objects.json").read_text(encoding="utf-8")
    more = json.loads(stored)
    usual = frozenset(more["usual"])
    return {
        **{name: {**found, "usual": True} for name, found in own.items()},
        **{found["name"]: {**found, "usual": found["name"] in usual} for found in more["objects"]},
    }


def _without_custom(found: Compact) -> Compact:
    kept = {key: value for key, value in found.items() if key not in _LEFT_OUT}
    fields = [field for field in found["fields"] if not field.get("name", "").endswith("__c")]
    return {**kept, "fields": [{**field, "to": _standard(field["to"])} if "to" in field else field for field in fields]}


def _standard(targets: Iterable[str]) -> list[str]:
    return [target for target in targets if not target.endswith("__c")]


def _prefixed(own: Mapping[str, ObjectSource]) -> Iterator[tuple[tuple[str, ObjectSource], str]]:
    """Give the objects of each kind key prefixes in the order of their names: a00, a01, ..."""
    numbers = dict.fromkeys("amexk", 0)
    for name in sorted(own):
        letter = _KINDS[_ending(name)][0]
        number = numbers[letter]
        numbers[letter] += 1
        yield (name, own[name]), letter + _DIGITS[number // len(_DIGITS)] + _DIGITS[number % len(_DIGITS)]


def _ending(name: str) -> str:
    return next(ending for ending in _KINDS if name.endswith(ending))


def _standard_sources(project: Project) -> Iterator[tuple[str, ObjectSource]]:
    """List what the project says of standard objects; what it says of activities holds for tasks and events."""
    for name, source in project.objects.items():
        for real in _ACTIVITIES if name == "Activity" else (name,):
            yield real, source


def _custom_object(source: ObjectSource, project: Project, prefix: str) -> Compact:
    own, name = source.own, source.name
    label = text(own, "label") or name.rpartition("__")[0].replace("_", " ")
    record_types = _record_types(source, prefix)
    fields = [_told(field, record_types) if not field.get("values") else field for field in _fields(source, project)]
    setting = text(own, "customSettingsType")
    detail = any("masterDetail" in field for field in fields)
    ordinary = name.endswith("__c") and not setting
    owner: list[Compact] = [{"name": "OwnerId", "label": "Owner ID", "type": "reference", "write": "defaulted",
                             "to": ["Group", "User"]}]  # fmt: skip
    whose: list[Compact] = [{"name": "SetupOwnerId", "label": "Location", "type": "reference", "write": "defaulted",
                             "to": ["Organization", "Profile", "User"], "relationship": "SetupOwner"}]  # fmt: skip
    return {
        "name": name,
        "label": label,
        "labelPlural": text(own, "pluralLabel") or label,
        "keyPrefix": prefix,
        "system": ["deleted", "created", "modified", "stamp", *_activity(own), *(["viewed"] if ordinary else [])],
        "object": {**_KINDS[_ending(name)][1], "customSetting": bool(setting), "feedEnabled": truth(own, "enableFeeds")},
        "recordTypes": record_types,
        "validationRules": _validation_rules(source),
        "fields": [
            _name_field(own),
            *(owner if ordinary and not detail else []),
            *(whose if setting == "Hierarchy" else []),
            *fields,
        ],
        **_filters(fields),
    }


def _activity(own: Element) -> list[str]:
    return ["activity"] if truth(own, "enableActivities") else []


def _name_field(own: Element) -> Compact:
    name: Compact = {"name": "Name", "nameField": True, "idLookup": True, "permissionable": False}
    name["label"] = text(own, "nameField/label") or "Name"
    if text(own, "nameField/type") == "AutoNumber":
        return {**name, "length": 80, "autoNumber": text(own, "nameField/displayFormat") or "{0}"}
    return {**name, "length": 80, "write": "optional defaulted"}


def _extended(found: Compact, source: ObjectSource, project: Project) -> Compact:
    """Return a standard object with the project's fields, values, record types and rules."""
    record_types = _record_types(source, str(found["keyPrefix"] or source.name[:3]))
    new = [_told(field, record_types) if not field.get("values") else field for field in _fields(source, project)]
    known = [_standard_field(field, source, project, record_types) for field in found["fields"]]
    return {
        **found,
        "fields": [*known, *new],
        **_filters([*known, *new], found.get("extras")),
        "recordTypes": [*found.get("recordTypes", ()), *record_types],
        "validationRules": [*found.get("validationRules", ()), *_validation_rules(source)],
    }


def _standard_field(field: Compact, source: ObjectSource, project: Project, record_types: Iterable[Compact]) -> Compact:
    """Return a standard field with the values or the lookup filter that the project gives it."""
    element = source.parts["field"].get(field.get("name", ""))
    if field.get("type") in _CHOICES:
        given = standard_values(element, project) if element is not None else None
        return {**field, "values": given.values} if given else _told(field, record_types)
    return {**field, **filtered(element)} if "to" in field and element is not None else field


def _told(field: Compact, record_types: Iterable[Compact]) -> Compact:
    """Return a picklist whose values the project does not state with those that record types list besides."""
    if field.get("type") not in _CHOICES or field.get("group"):
        return field
    known = [one if isinstance(one, str) else one["value"] for one in field.get("values", ())]
    listed = dict.fromkeys(value for kind in record_types for value in kind["values"].get(field["name"], ()))
    more = [value for value in listed if value not in known]
    return {**field, "values": [*field.get("values", ()), *more]} if more else field


def _fields(source: ObjectSource, project: Project) -> list[Compact]:
    """Make the object's custom fields, in the order of their names."""
    parts = source.parts["field"]
    return [one for name in sorted(parts) if name.endswith("__c") for one in compact_field(name, parts[name], project)]


def _record_types(source: ObjectSource, prefix: str) -> list[Compact]:
    found = [record_type(element, name, source) for name, element in sorted(source.parts["recordType"].items())]
    chosen = next((one for one in found if one["active"]), None)
    for number, one in enumerate(found):
        one["id"] = to_18(f"0125e0{prefix:0>3}{number:06d}"[:15])
        one["default"] = one is chosen
    return found


def _validation_rules(source: ObjectSource) -> list[Compact]:
    return [
        {
            "name": name,
            "active": truth(element, "active"),
            "formula": text(element, "errorConditionFormula"),
            "message": text(element, "errorMessage"),
            "field": text(element, "errorDisplayField") or None,
        }
        for name, element in sorted(source.parts["validationRule"].items())
    ]


def _filters(fields: Iterable[Compact], extras: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Take the lookup filters of fields out of them, to stand among what a describe does not say."""
    filters = {field["name"]: field.pop("filter") for field in fields if "filter" in field}
    return {"extras": {**(extras or {}), **({"lookup_filters": filters} if filters else {})}}


def _take_standard_sets(compact: dict[str, Compact], project: Project) -> None:
    for name, element in project.standard_values.items():
        values = standard_set(element)
        for object_name, field_name in STANDARD_SETS.get(name, ()) if values else ():
            found = compact.get(object_name)
            if found is not None:
                fields = [{**one, "values": values} if one.get("name") == field_name else one for one in found["fields"]]
                compact[object_name] = {**found, "fields": fields}


def _spell_targets(compact: dict[str, Compact], standard: Mapping[str, Compact]) -> None:
    """Write the objects that references lead to as they are called: source may write them in any case."""
    known = {name.lower(): name for name in (*standard, *compact)}
    for name, found in compact.items():
        fields = [
            {**field, "to": [known.get(to.lower(), to) for to in field["to"]]} if "to" in field else field
            for field in found["fields"]
        ]
        compact[name] = {**found, "fields": fields}


def _follow_required(compact: dict[str, Compact], standard: Mapping[str, Compact]) -> None:
    """Add the less usual standard objects that the project's fields point to, and what these require in turn."""
    custom = [field for found in compact.values() for field in found["fields"] if field.get("name", "").endswith("__c")]
    waiting = {target for field in custom for target in field.get("to", ())}
    while waiting:
        name = waiting.pop()
        if name in standard and name not in compact:
            compact[name] = standard[name]
            needed = (one for one in standard[name]["fields"] if str(one.get("write", "")).endswith("required"))
            waiting |= {target for field in needed for target in field.get("to", ())}


def _open_activities(compact: dict[str, Compact], own: Mapping[str, ObjectSource]) -> None:
    """Let tasks and events be about the objects that allow activities."""
    more = [name for name, source in own.items() if truth(source.own, "enableActivities")]
    for name in _ACTIVITIES if more else ():
        fields = [
            {**field, "to": [*field["to"], *more]} if field.get("name") == "WhatId" else field
            for field in compact[name]["fields"]
        ]
        compact[name] = {**compact[name], "fields": fields}


def _settled(found: Compact, compact: Mapping[str, Compact]) -> Compact:
    """Return an object whose dependent values and roll-ups name only what there is."""
    siblings = {field["name"]: field for field in complete_fields(found)}
    fields = []
    for field in found["fields"]:
        fixed = dict(field)
        if fixed.get("controller"):
            _settle_controller(fixed, siblings)
        if "rollUp" in fixed and not _sums_up(fixed["rollUp"], compact):
            del fixed["rollUp"]
            fixed["raw"] = {**fixed.get("raw", {}), "calculated": True}
        fields.append(fixed)
    return {**found, "fields": fields}


def _settle_controller(field: Compact, siblings: Mapping[str, Compact]) -> None:
    controller = siblings.get(field["controller"])
    if controller is None or not (controller.get("values") or controller.get("type") == "boolean"):
        del field["controller"]
        return
    known = frozenset(controlling_values(controller))
    listed = [{"value": one} if isinstance(one, str) else one for one in field.get("values", ())]
    field["values"] = [{**one, "for": [value for value in one.get("for", ()) if value in known]} for one in listed]


def _sums_up(roll_up: Mapping[str, str], compact: Mapping[str, Compact]) -> bool:
    child = compact.get(roll_up["child"])
    names = {field.get("name") for field in child["fields"]} if child else set()
    return roll_up["lookup"] in names and (roll_up["op"] == "count" or roll_up.get("field") in names)


_CHOICES = frozenset(("picklist", "multipicklist", "combobox"))
