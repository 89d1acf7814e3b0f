"""The rows of the Tooling API's objects, read from the org's schema."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from sfseed_emulator import ids
from sfseed_emulator.list_views import has_views, views
from sfseed_emulator.matching.standard import ALERT, STANDARD_RULES
from sfseed_emulator.tooling.field_texts import data_type, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfseed_emulator.matching.standard import StandardRule
    from sfseed_emulator.schema import FieldDef, ObjectDef
    from sfseed_emulator.state import OrgState

Row = dict[str, object]


def tooling_rows(state: OrgState) -> dict[str, list[Row]]:
    """List the rows of all objects; ids stay the same for as long as the org lives."""
    made = _Rows(state)
    return {
        "EntityDefinition": [made.entity(found) for found in made.objects],
        "FieldDefinition": [made.field(found, field) for found, field in made.fields()],
        "EntityParticle": [made.particle(found, field) for found, field in made.fields()],
        "CustomObject": [made.custom_object(found) for found in made.objects if found.custom],
        "CustomField": list(made.custom_fields()),
        "ValidationRule": list(made.validation_rules()),
        "DuplicateRule": list(made.duplicate_rules()),
        "MatchingRule": list(made.matching_rules()),
        "ListView": list(made.list_views()),
        **made.permissions(),
    }


_PERMISSION = re.compile(r"\$permission\.(\w+)", re.IGNORECASE)


def granted(state: OrgState) -> tuple[str, ...]:
    """Return the custom permissions that the running user has."""
    return tuple(one.strip() for one in state.options.permissions.split(",") if one.strip())


def permissions_in(found: ObjectDef) -> Iterator[str]:
    """Give the custom permissions that an object's rules ask for: no org saves such a rule without them."""
    for rule in found.extras.get("validation_rules", ()):
        yield from _PERMISSION.findall(str(rule.get("formula", "")))


class _Rows:
    def __init__(self, state: OrgState) -> None:
        self.instance = state.org_id[3:5]
        self.objects = list(state.schema.objects.values())
        customs = [found for found in self.objects if found.custom]
        self.entity_ids = {found.name: found.name for found in self.objects}
        self.standard = [rule for name, rule in STANDARD_RULES.items() if name in self.entity_ids]
        self.duplicates = state.options.duplicate_rules
        self.user_id = state.user_id
        self.granted = granted(state)
        self.entity_ids |= {found.name: self.id("01I", place) for place, found in enumerate(customs)}

    def id(self, prefix: str, place: int) -> str:
        return ids.record_ids(prefix, self.instance, ids.FIRST_SERIAL + place, 1)[0]

    def fields(self) -> Iterator[tuple[ObjectDef, FieldDef]]:
        return ((found, field) for found in self.objects for field in found.fields.values())

    def entity(self, found: ObjectDef) -> Row:
        own = self.entity_ids[found.name]
        told = found.describe
        return {
            "Id": own,
            "DurableId": own,
            "QualifiedApiName": found.name,
            "DeveloperName": _developer_name(found.name),
            "MasterLabel": found.label,
            "Label": found.label,
            "PluralLabel": found.label_plural,
            "KeyPrefix": found.key_prefix,
            "InternalSharingModel": "ReadWrite",
            "ExternalSharingModel": "Private",
            "PublisherId": "<local>" if found.custom else "System",
            "IsCustomizable": not found.setup,
            "IsCustomSetting": bool(told.get("customSetting")),
            "IsEverCreatable": found.createable,
            "IsEverUpdatable": found.updateable,
            "IsEverDeletable": found.deletable,
            "IsQueryable": found.queryable,
            "IsRetrieveable": bool(told.get("retrieveable", True)),
            "IsSearchable": bool(told.get("searchable")),
            "IsTriggerable": bool(told.get("triggerable")),
            "IsApexTriggerable": bool(told.get("triggerable")),
            "IsWorkflowEnabled": not found.setup,
            "IsLayoutable": bool(told.get("layoutable")),
            "IsReplicateable": bool(told.get("replicateable")),
            "IsFeedEnabled": bool(told.get("feedEnabled")),
            "IsIdEnabled": True,
        }

    def _of_both(self, found: ObjectDef, field: FieldDef) -> Row:
        entity = self.entity_ids[found.name]
        durable = f"{entity}.{field.name}"
        return {
            "Id": durable,
            "DurableId": durable,
            "EntityDefinitionId": entity,
            "QualifiedApiName": field.name,
            "DeveloperName": _developer_name(field.name),
            "MasterLabel": field.label,
            "Label": field.label,
            "ValueTypeId": field.type,
            "RelationshipName": field.relationship_name,
            "RelationshipOrder": field.relationship_order,
            "ReferenceTo": json.dumps({"referenceTo": list(field.reference_to)}),
            "ExtraTypeInfo": field.extra_type_info,
            "Length": field.length,
            "Precision": field.precision,
            "Scale": field.scale,
            "IsNillable": field.nillable,
            "IsCalculated": field.calculated,
            "IsNameField": field.name_field,
            "IsApiFilterable": field.filterable,
            "IsApiSortable": field.sortable,
            "IsApiGroupable": field.groupable,
            "IsHtmlFormatted": bool(field.raw.get("htmlFormatted")),
            "IsCompactLayoutable": True,
            "IsWorkflowFilterable": field.filterable,
        }

    def field(self, found: ObjectDef, field: FieldDef) -> Row:
        controller = field.raw.get("controllerName")
        return {
            **self._of_both(found, field),
            "DataType": data_type(found, field),
            "ControllingFieldDefinitionId": f"{self.entity_ids[found.name]}.{controller}" if controller else None,
            "IsIndexed": field.unique or field.external_id or field.type in ("id", "reference"),
            "IsCompound": field.compound,
            "IsListFilterable": field.filterable,
            "IsListSortable": field.sortable,
            "IsPolymorphicForeignKey": len(field.reference_to) > 1,
            "IsHighScaleNumber": bool(field.raw.get("highScaleNumber")),
            "FullName": f"{found.name}.{field.name}",
            "Metadata": json.dumps(metadata(found, field)),
        }

    def particle(self, found: ObjectDef, field: FieldDef) -> Row:
        raw = field.raw
        both = self._of_both(found, field)
        return {
            **both,
            "FieldDefinitionId": both["DurableId"],
            "Name": field.name,
            "DataType": field.type,
            "ByteLength": raw.get("byteLength"),
            "Digits": field.digits,
            "InlineHelpText": raw.get("inlineHelpText"),
            "DefaultValueFormula": raw.get("defaultValueFormula"),
            "IsCreatable": field.createable,
            "IsUpdatable": field.updateable,
            "IsUnique": field.unique,
            "IsIdLookup": field.id_lookup,
            "IsCaseSensitive": field.case_sensitive,
            "IsAutonumber": field.auto_number,
            "IsDefaultedOnCreate": field.defaulted_on_create,
            "IsComponent": field.compound_field_name is not None,
            "IsNamePointing": field.name_pointing,
            "IsDependentPicklist": bool(raw.get("dependentPicklist")),
            "IsEncrypted": bool(raw.get("encrypted")),
            "IsPermissionable": bool(raw.get("permissionable")),
            "IsListVisible": True,
            "IsLayoutable": True,
        }

    def custom_object(self, found: ObjectDef) -> Row:
        return {
            "Id": self.entity_ids[found.name],
            "DeveloperName": _developer_name(found.name),
            "SharingModel": "ReadWrite",
            "ManageableState": "unmanaged",
        }

    def custom_fields(self) -> Iterator[Row]:
        customs = [(found, field) for found, field in self.fields() if field.custom and field.name.endswith("__c")]
        for place, (found, field) in enumerate(customs):
            entity = self.entity_ids[found.name]
            yield {
                "Id": self.id("00N", place),
                "DeveloperName": _developer_name(field.name),
                "TableEnumOrId": entity,
                "EntityDefinitionId": entity,
                "FullName": f"{found.name}.{field.name}",
                "InlineHelpText": field.raw.get("inlineHelpText"),
                "ManageableState": "unmanaged",
                "Metadata": json.dumps(metadata(found, field)),
            }

    def validation_rules(self) -> Iterator[Row]:
        rules = [(found, rule) for found in self.objects for rule in found.extras.get("validation_rules", ())]
        for place, (found, rule) in enumerate(rules):
            yield {
                "Id": self.id("03d", place),
                "EntityDefinitionId": self.entity_ids[found.name],
                "ValidationName": rule["name"],
                "Active": bool(rule.get("active", True)),
                "Description": rule.get("description"),
                "ErrorDisplayField": rule.get("field"),
                "ErrorMessage": rule["message"],
                "FullName": f"{found.name}.{rule['name']}",
                "ManageableState": "unmanaged",
                "Metadata": json.dumps(_rule_metadata(rule)),
            }

    def duplicate_rules(self) -> Iterator[Row]:
        for place, rule in enumerate(self.standard):
            yield {
                "Id": self.id("0Bm", place),
                "DeveloperName": rule.name,
                "MasterLabel": rule.label,
                "SobjectType": rule.object_name,
                "SobjectSubtype": "None",
                "Language": "en_US",
                "IsActive": self.duplicates,
                "FullName": f"{rule.object_name}.{rule.name}",
                "Metadata": json.dumps(_duplicate_metadata(rule, active=self.duplicates)),
            }

    def matching_rules(self) -> Iterator[Row]:
        for place, rule in enumerate(self.standard):
            yield {
                "Id": self.id("0JX", place),
                "DeveloperName": rule.matching_rule,
                "MasterLabel": rule.matching_label,
                "SobjectType": rule.object_name,
                "SobjectSubtype": "None",
                "RuleStatus": "Active" if self.duplicates else "Inactive",
                "MatchEngine": "FuzzyMatchEngine",
                "Language": "en_US",
                "FullName": f"{rule.object_name}.{rule.matching_rule}",
            }

    def permissions(self) -> dict[str, list[Row]]:
        """Return the custom permissions that rules ask for or that the user has, and how the user has them: by one set."""
        asked = (name for found in self.objects for name in permissions_in(found))
        names = {name.lower(): name for name in (*asked, *self.granted)}
        held = {name.lower() for name in self.granted}
        of_set = self.id("0PS", 0)
        permissions: list[Row] = []
        accesses: list[Row] = []
        for place, (key, name) in enumerate(sorted(names.items())):
            own = self.id("0CP", place)
            permissions.append(
                {"Id": own, "DeveloperName": name, "MasterLabel": name.replace("_", " "), "Language": "en_US"}
            )
            if key in held:
                access = {"ParentId": of_set, "SetupEntityId": own, "SetupEntityType": "CustomPermission"}
                accesses.append({"Id": self.id("0J0", place), **access})
        whole: Row = {"Id": of_set, "Name": "Granted", "Label": "Granted", "IsOwnedByProfile": False, "IsCustom": True}
        assigned: Row = {"Id": self.id("0Pa", 0), "AssigneeId": self.user_id, "PermissionSetId": of_set}
        return {
            "CustomPermission": permissions,
            "PermissionSet": [whole],
            "PermissionSetAssignment": [assigned],
            "SetupEntityAccess": accesses,
        }

    def list_views(self) -> Iterator[Row]:
        shown = [(found, view) for found in self.objects if has_views(found) for view in views(found)]
        for place, (found, view) in enumerate(shown):
            yield {
                "Id": self.id("00B", place),
                "Name": view.label,
                "DeveloperName": view.developer_name,
                "SobjectType": found.name,
                "IsSoqlCompatible": True,
            }


def _developer_name(name: str) -> str:
    return name.removesuffix("__c")


def _rule_metadata(rule: Mapping[str, object]) -> dict[str, object]:
    return {
        "active": bool(rule.get("active", True)),
        "description": rule.get("description"),
        "errorConditionFormula": rule["formula"],
        "errorDisplayField": rule.get("field"),
        "errorMessage": rule["message"],
        "shouldEvaluateOnClient": None,
        "urls": None,
    }


def _duplicate_metadata(rule: StandardRule, *, active: bool) -> dict[str, object]:
    """Return a standard rule's actions: an alert (which the API takes for a refusal) on creating, a report on editing."""
    return {
        "actionOnInsert": "Allow",
        "actionOnUpdate": "Allow",
        "alertText": ALERT,
        "description": None,
        "duplicateRuleFilter": None,
        "duplicateRuleMatchRules": [
            {
                "matchRuleSObjectType": name,
                "matchingRule": STANDARD_RULES[name].matching_rule,
                "objectMapping": None,
            }
            for name in rule.against
        ],
        "isActive": active,
        "masterLabel": rule.label,
        "operationsOnInsert": ["Alert", "Report"],
        "operationsOnUpdate": ["Report"],
        "securityOption": "EnforceSharingRules",
        "sortOrder": 1,
        "urls": None,
    }
