"""The schema of an SFDX project: what an org that it was deployed to would describe."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.schema.model import (
    MASTER_RECORD_TYPE,
    ChildRelationship,
    Field,
    ObjectSchema,
    ObjectSummary,
    RecordType,
    Schema,
    ValidationRule,
)
from sfseed_core.schema.sfdx.fields import lookup_filter, read_field
from sfseed_core.schema.sfdx.persons import PERSON, with_persons
from sfseed_core.schema.sfdx.picklists import (
    STANDARD_SETS,
    dependent,
    record_type_values,
    standard_values,
    told_by_record_types,
    value_set,
)
from sfseed_core.schema.sfdx.project import read_project
from sfseed_core.schema.sfdx.standard import StandardObjects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sfseed_core.schema.sfdx.picklists import ValueSet
    from sfseed_core.schema.sfdx.project import Project, Source
    from sfseed_core.schema.sfdx.xml import Element

NO_ORG = "00D000000000000EAA"
API_VERSION = "67.0"
_CUSTOM = ("__c", "__mdt", "__e", "__b", "__x", "__kav")
_READ_ONLY = ("__mdt", "__x", "__kav")
_ACTIVITIES = ("Task", "Event")
_CHOICES = frozenset({"picklist", "multipicklist", "combobox"})


def read_schema(folder: Path) -> Schema:
    """Return the schema of a project: its own objects, the standard ones that it changes or points to, and the usual ones.

    Raises NotFound when the folder is none or holds no objects, DataError naming the file and line that is wrong.
    """
    project = read_project(folder)
    objects = _objects(project, StandardObjects())
    finished = dict(_with_children(objects))
    settings = frozenset(
        name for name, source in project.objects.items() if source.own and source.own.said("customSettingsType")
    )
    listing = {name: _summary(one, setting=name in settings) for name, one in finished.items()}
    unknown = {
        name: f"it is not in the table of standard objects; what the project says of its {len(source.fields)} fields is left out"
        for name, source in _by_object(project)
        if name not in finished and name != PERSON
    }
    return Schema(
        NO_ORG, API_VERSION, MappingProxyType(finished), MappingProxyType(listing), failures=MappingProxyType(unknown)
    )


def _objects(project: Project, table: StandardObjects) -> dict[str, ObjectSchema]:
    objects = {name: table.get(name) for name in table.usual}
    for name, source in _by_object(project):
        if name.endswith(_CUSTOM):
            objects[name] = _Reading(source, project, _new_object(source)).object()
        elif name in table:
            objects[name] = _Reading(source, project, objects.get(name) or table.get(name)).object()
    _take_standard_sets(objects, project)
    if PERSON in project.objects:
        types = _Reading(project.objects[PERSON], project, objects["Account"]).own_record_types()
        objects["Account"] = _typed(with_persons(objects["Account"], objects["Contact"], types))
    _spell_targets(objects, table)
    _take_targets(objects, table)
    _open_activities(objects, project)
    return objects


def _by_object(project: Project) -> Iterator[tuple[str, Source]]:
    """Return what the project says by describe's object: what holds for activities holds for tasks and events."""
    for name, source in sorted(project.objects.items()):
        for real in _ACTIVITIES if name == "Activity" else (name,):
            yield real, source


@dataclass(frozen=True, slots=True)
class _Reading:
    """One object being put together from the standard table or from nothing, and from what the project says."""

    source: Source
    project: Project
    base: ObjectSchema

    def object(self) -> ObjectSchema:
        """Return the object with the project's fields, values, record types and rules."""
        record_types = self._record_types()
        fields = {name: self._standard_field(field, record_types) for name, field in self.base.fields.items()}
        sets: dict[str, ValueSet] = {}
        for name, element in sorted(self.source.fields.items()):
            if name.endswith("__c"):
                found, sets[name] = read_field(name, element, self.project)
                fields |= {field.name: field for field in found}
                if fields[name].type in _CHOICES and not sets[name].values:
                    fields[name] = told_by_record_types(fields[name], record_types)
        for name, values in sets.items():
            controller = fields.get(values.controller or "")
            if controller is not None and values.allowed is not None:
                fields[name] = dependent(fields[name], values.allowed, controller)
        if any(field.is_master_detail for field in fields.values()):
            fields.pop("OwnerId", None)  # its owner is its master's
        return _typed(
            dataclasses.replace(
                self.base,
                fields=MappingProxyType(fields),
                record_types=record_types,
                validation_rules=tuple(self._rule(name, one) for name, one in sorted(self.source.rules.items())),
            )
        )

    def own_record_types(self) -> tuple[RecordType, ...]:
        """Return the record types that the project gives the object, without Master."""
        found = [self._record_type(name, element) for name, element in sorted(self.source.record_types.items())]
        first = next((number for number, one in enumerate(found) if one.active), None)
        if first is not None:
            found[first] = replace(found[first], default=True)
        return tuple(found)

    def _standard_field(self, field: Field, record_types: tuple[RecordType, ...]) -> Field:
        """Return a standard field with the values and the filter that the project gives it."""
        element = self.source.fields.get(field.name)
        if field.type in _CHOICES:
            values = value_set(element, self.project).values if element is not None else ()
            return replace(field, picklist=values) if values else told_by_record_types(field, record_types)
        return replace(field, **lookup_filter(element)) if field.is_reference and element is not None else field

    def _record_types(self) -> tuple[RecordType, ...]:
        found = self.own_record_types()
        if not found:
            return self.base.record_types
        default = not any(one.default for one in found)
        return (*found, RecordType("Master", "Master", MASTER_RECORD_TYPE, master=True, default=default))

    def _record_type(self, name: str, element: Element) -> RecordType:
        active = element.flag("active", default=True)
        values = MappingProxyType(record_type_values(element, self.source))
        return RecordType(name, element.said("label") or name, "", active=active, available=active, picklists=values)

    def _rule(self, name: str, element: Element) -> ValidationRule:
        return ValidationRule(
            name=name,
            formula=element.said("errorConditionFormula"),
            message=element.said("errorMessage"),
            field=element.said("errorDisplayField") or None,
            active=element.flag("active"),
        )


def _typed(one: ObjectSchema) -> ObjectSchema:
    """Return the object with the field that says a record's type, where it has record types."""
    if not one.record_types or "RecordTypeId" in one.fields:
        return one
    return replace(one, fields=MappingProxyType({**one.fields, "RecordTypeId": _RECORD_TYPE_FIELD}))


def _new_object(source: Source) -> ObjectSchema:
    """Return a custom object as it is before any field of its own."""
    own, name = source.own, source.name
    label = (own.said("label") if own else "") or name.rpartition("__")[0].replace("_", " ")
    fields = {field.name: field for field in (_ID, _name_field(own), _OWNER, *_KEPT)}
    if not name.endswith("__c") or (own and own.said("customSettingsType")):
        del fields["OwnerId"]
    if own and own.said("customSettingsType") == "Hierarchy":
        fields |= {_SETUP_OWNER.name: _SETUP_OWNER}
    writable = not name.endswith(_READ_ONLY)
    return ObjectSchema(
        name=name,
        label=label,
        label_plural=(own.said("pluralLabel") if own else "") or label,
        key_prefix=None,
        custom=True,
        createable=writable,
        queryable=not name.endswith("__e"),
        updateable=writable,
        deletable=writable,
        fields=MappingProxyType(fields),
    )


def _name_field(own: Element | None) -> Field:
    label = (own.said("nameField", "label") if own else "") or "Name"
    if own is not None and own.said("nameField", "type") == "AutoNumber":
        return Field("Name", label, "string", length=80, byte_length=240, createable=False, updateable=False, nillable=False,
                     defaulted_on_create=True, auto_number=True, name_field=True, id_lookup=True)  # fmt: skip
    return Field("Name", label, "string", length=80, byte_length=240, defaulted_on_create=True, name_field=True,
                 id_lookup=True)  # fmt: skip


def _take_standard_sets(objects: dict[str, ObjectSchema], project: Project) -> None:
    for set_name, element in project.standard_sets.items():
        values = standard_values(element)
        for name, field in STANDARD_SETS.get(set_name, ()) if values else ():
            found = objects.get(name)
            if found is not None and field in found.fields:
                changed = replace(found.fields[field], picklist=values)
                objects[name] = replace(found, fields=MappingProxyType({**found.fields, field: changed}))


def _spell_targets(objects: dict[str, ObjectSchema], table: StandardObjects) -> None:
    """Write the objects that references lead to as they are called, whatever case the source writes them in."""
    known = {name.lower(): name for name in (*table.names(), *objects)}
    for name, one in objects.items():
        strange = {
            field.name: replace(field, reference_to=tuple(known.get(to.lower(), to) for to in field.reference_to))
            for field in one.references
            if any(known.get(to.lower(), to) != to for to in field.reference_to)
        }
        if strange:
            objects[name] = replace(one, fields=MappingProxyType({**one.fields, **strange}))


def _take_targets(objects: dict[str, ObjectSchema], table: StandardObjects) -> None:
    """Add the standard objects that the project's references lead to, and what those require in turn."""
    waiting = {to for one in objects.values() for field in one.references if field.custom for to in field.reference_to}
    while waiting:
        name = waiting.pop()
        if name in table and name not in objects:
            objects[name] = table.get(name)
            waiting |= {to for field in objects[name].references if field.required_on_create for to in field.reference_to}


def _open_activities(objects: dict[str, ObjectSchema], project: Project) -> None:
    """Let tasks and events be about the objects that allow activities."""
    more = tuple(name for name, source in project.objects.items() if source.own and source.own.flag("enableActivities"))
    for name in _ACTIVITIES:
        what = objects[name].fields["WhatId"]
        wider = replace(what, reference_to=tuple(dict.fromkeys((*what.reference_to, *more))))
        objects[name] = replace(objects[name], fields=MappingProxyType({**objects[name].fields, "WhatId": wider}))


def _with_children(objects: Mapping[str, ObjectSchema]) -> Iterator[tuple[str, ObjectSchema]]:
    children: defaultdict[str, list[ChildRelationship]] = defaultdict(list)
    for name, one in objects.items():
        for field in one.references:
            for to in field.reference_to:
                children[to].append(
                    ChildRelationship(name, field.name, None, field.cascade_delete, field.restricted_delete)
                )
    for name, one in objects.items():
        yield name, replace(one, children=tuple(children[name]))


def _summary(one: ObjectSchema, *, setting: bool) -> ObjectSummary:
    return ObjectSummary(
        name=one.name,
        label=one.label,
        label_plural=one.label_plural,
        key_prefix=one.key_prefix,
        custom=one.custom,
        createable=one.createable,
        queryable=one.queryable,
        updateable=one.updateable,
        deletable=one.deletable,
        custom_setting=setting,
    )


def _kept(name: str, label: str, kind: str, **more: object) -> Field:
    """Return a field that the org fills itself."""
    fixed = {"createable": False, "updateable": False, "nillable": False, "defaulted_on_create": True}
    return Field(name, label, kind, **{**fixed, **more})  # type: ignore[arg-type]


_USER = {"length": 18, "reference_to": ("User",)}
_ID = _kept("Id", "Record ID", "id", length=18, id_lookup=True)
_OWNER = Field("OwnerId", "Owner ID", "reference", length=18, nillable=False, defaulted_on_create=True,
               reference_to=("Group", "User"), relationship_name="Owner", name_pointing=True)  # fmt: skip
_SETUP_OWNER = Field("SetupOwnerId", "Location", "reference", length=18, nillable=False, defaulted_on_create=True,
                     reference_to=("Organization", "Profile", "User"), relationship_name="SetupOwner",
                     name_pointing=True)  # fmt: skip
_KEPT = (
    _kept("IsDeleted", "Deleted", "boolean", default_value=False),
    _kept("CreatedDate", "Created Date", "datetime"),
    _kept("CreatedById", "Created By ID", "reference", relationship_name="CreatedBy", **_USER),
    _kept("LastModifiedDate", "Last Modified Date", "datetime"),
    _kept("LastModifiedById", "Last Modified By ID", "reference", relationship_name="LastModifiedBy", **_USER),
    _kept("SystemModstamp", "System Modstamp", "datetime"),
)
_RECORD_TYPE_FIELD = Field("RecordTypeId", "Record Type ID", "reference", length=18, reference_to=("RecordType",),
                           relationship_name="RecordType")  # fmt: skip
