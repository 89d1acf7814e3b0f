"""The objects of the Tooling API, in the compact form of the demo org's objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator.describe import describe_all
from sfseed_emulator.org_model import OrgSchema, org_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sfseed_emulator.compact_fields import Compact

TEXT, FLAG, WHOLE = "string", "boolean", "int"
COMPLEX = frozenset({"Metadata", "ReferenceTo"})
"""Fields whose values are objects; kept as JSON text."""

ONE_ROW_FIELDS = frozenset({"Metadata", "FullName"})
"""Fields that a query may select only when it finds at most one row."""

REIFIED = frozenset({"EntityDefinition", "FieldDefinition", "EntityParticle"})
"""Objects that are no tables in Salesforce, so that queries over them may say little."""

IN_DATA_API = REIFIED | frozenset(
    {
        *("FlowDefinitionView", "DuplicateRule", "MatchingRule", "AssignmentRule", "ApexTrigger", "ApexClass", "ListView"),
        *("CustomPermission", "PermissionSet", "PermissionSetAssignment", "SetupEntityAccess"),
    }
)
"""Objects that the ordinary query resource knows too."""

_NAMES = ("DeveloperName", "MasterLabel", "NamespacePrefix")
_MANAGED = ("NamespacePrefix", "ManageableState")

_TEXTS: Mapping[str, tuple[str, ...]] = {
    "EntityDefinition": (
        "DurableId", "QualifiedApiName", "Label", "PluralLabel", "KeyPrefix", "InternalSharingModel", "ExternalSharingModel",
        "PublisherId", "HelpSettingPageName", *_NAMES,
    ),
    "FieldDefinition": (
        "DurableId", "QualifiedApiName", "Label", "DataType", "ValueTypeId", "RelationshipName", "ReferenceTo", "ExtraTypeInfo",
        "Description", "SecurityClassification", "BusinessStatus", "ComplianceGroup", "ControllingFieldDefinitionId",
        "PublisherId", "FullName", "Metadata", *_NAMES,
    ),
    "EntityParticle": (
        "DurableId", "FieldDefinitionId", "QualifiedApiName", "Name", "Label", "DataType", "ValueTypeId", "RelationshipName",
        "ReferenceTo", "ReferenceTargetField", "ExtraTypeInfo", "InlineHelpText", "DefaultValueFormula", "Mask", "MaskType",
        *_NAMES,
    ),
    "CustomField": ("DeveloperName", "TableEnumOrId", "FullName", "Metadata", "InlineHelpText", "Description", *_MANAGED),
    "CustomObject": ("DeveloperName", "Description", "SharingModel", "ExternalName", *_MANAGED),
    "ValidationRule": (
        "ValidationName", "Description", "ErrorDisplayField", "ErrorMessage", "FullName", "Metadata", *_MANAGED,
    ),
    "ApexTrigger": ("Name", "TableEnumOrId", "Status", "Body", "FullName", "Metadata", *_MANAGED),
    "ApexClass": ("Name", "Status", "Body", "FullName", "Metadata", *_MANAGED),
    "Flow": (
        "DefinitionId", "MasterLabel", "Status", "ProcessType", "Description", "FullName", "Metadata", "ManageableState",
    ),
    "FlowDefinition": ("ActiveVersionId", "LatestVersionId", "Description", "FullName", "Metadata", *_NAMES),
    "FlowDefinitionView": (
        "DurableId", "ApiName", "Label", "Description", "ProcessType", "TriggerType", "RecordTriggerType",
        "TriggerObjectOrEventLabel", "TriggerObjectOrEventId", "ActiveVersionId", "LatestVersionId", *_MANAGED,
    ),
    "DuplicateRule": ("SobjectType", "SobjectSubtype", "Language", "FullName", "Metadata", *_NAMES),
    "MatchingRule": (
        "SobjectType", "SobjectSubtype", "RuleStatus", "MatchEngine", "BooleanFilter", "Description", "Language", "FullName",
        "Metadata", *_NAMES,
    ),
    "WorkflowRule": ("Name", "TableEnumOrId", "FullName", "Metadata", *_MANAGED),
    "AssignmentRule": ("Name", "SobjectType", "RuleType"),
    "ListView": ("Name", "DeveloperName", "NamespacePrefix", "SobjectType"),
    "CustomPermission": ("Description", "Language", *_NAMES),
    "PermissionSet": ("Name", "Label", "NamespacePrefix"),
    "PermissionSetAssignment": (),
    "SetupEntityAccess": ("SetupEntityType",),
    "ExternalString": ("Name", "Value", "Language", "MasterLabel", "Category", "NamespacePrefix"),
}  # fmt: skip
_LINKS: Mapping[str, Mapping[str, str]] = {
    "PermissionSetAssignment": {"AssigneeId": "User", "PermissionSetId": "PermissionSet"},
    "SetupEntityAccess": {"ParentId": "PermissionSet", "SetupEntityId": "CustomPermission"},
}
"""References of objects to others, with what they lead to."""
_FLAGS: Mapping[str, tuple[str, ...]] = {
    "EntityDefinition": (
        "IsCustomizable", "IsCustomSetting", "IsEverCreatable", "IsEverUpdatable", "IsEverDeletable", "IsQueryable",
        "IsRetrieveable", "IsSearchable", "IsTriggerable", "IsLayoutable", "IsReplicateable", "IsDeprecatedAndHidden",
        "IsFeedEnabled", "IsIdEnabled", "IsApexTriggerable", "IsWorkflowEnabled",
    ),
    "FieldDefinition": (
        "IsIndexed", "IsNillable", "IsCalculated", "IsCompound", "IsNameField", "IsCompactLayoutable", "IsListFilterable",
        "IsListSortable", "IsApiFilterable", "IsApiSortable", "IsApiGroupable", "IsFieldHistoryTracked",
        "IsHighScaleNumber", "IsHtmlFormatted", "IsPolymorphicForeignKey", "IsWorkflowFilterable",
    ),
    "EntityParticle": (
        "IsCreatable", "IsUpdatable", "IsNillable", "IsUnique", "IsIdLookup", "IsCaseSensitive", "IsCalculated",
        "IsAutonumber", "IsDefaultedOnCreate", "IsComponent", "IsNameField", "IsNamePointing", "IsApiFilterable",
        "IsApiSortable", "IsApiGroupable", "IsDependentPicklist", "IsEncrypted", "IsHtmlFormatted", "IsPermissionable",
        "IsDeprecatedAndHidden", "IsCompactLayoutable", "IsListVisible", "IsLayoutable", "IsWorkflowFilterable",
    ),
    "ValidationRule": ("Active",),
    "ApexTrigger": (
        "UsageBeforeInsert", "UsageAfterInsert", "UsageBeforeUpdate", "UsageAfterUpdate", "UsageBeforeDelete",
        "UsageAfterDelete", "UsageAfterUndelete", "UsageIsBulk",
    ),
    "FlowDefinitionView": ("IsActive", "IsTemplate"),
    "DuplicateRule": ("IsActive",),
    "AssignmentRule": ("Active",),
    "ListView": ("IsSoqlCompatible",),
    "PermissionSet": ("IsOwnedByProfile", "IsCustom"),
}  # fmt: skip
_WHOLES: Mapping[str, tuple[str, ...]] = {
    "FieldDefinition": ("Length", "Precision", "Scale", "RelationshipOrder"),
    "EntityParticle": ("Length", "ByteLength", "Precision", "Scale", "Digits", "RelationshipOrder"),
    "ApexTrigger": ("LengthWithoutComments",),
    "ApexClass": ("LengthWithoutComments",),
    "Flow": ("VersionNumber", "ApiVersion"),
    "FlowDefinitionView": ("VersionNumber",),
}
_OF_ENTITY: Mapping[str, str | None] = {
    "FieldDefinition": "Fields",
    "EntityParticle": "Particles",
    "CustomField": "CustomFields",
    "ValidationRule": "ValidationRules",
    "ApexTrigger": "ApexTriggers",
}
_PREFIXES: Mapping[str, str] = {
    "CustomField": "00N", "CustomObject": "01I", "ValidationRule": "03d", "ApexTrigger": "01q", "ApexClass": "01p", "Flow": "301",
    "FlowDefinition": "300", "DuplicateRule": "0Bm", "MatchingRule": "0JX", "WorkflowRule": "01Q", "AssignmentRule": "01S",
    "ListView": "00B", "CustomPermission": "0CP", "PermissionSet": "0PS", "PermissionSetAssignment": "0Pa",
    "SetupEntityAccess": "0J0", "ExternalString": "101",
}  # fmt: skip


def tooling_schema() -> OrgSchema:
    """Return the schema of all objects of the Tooling API that are served."""
    return org_schema(describe_all({name: _object(name) for name in _TEXTS}))


def _object(name: str) -> Compact:
    fields = [*_fields(_TEXTS[name], TEXT), *_fields(_FLAGS.get(name, ()), FLAG), *_fields(_WHOLES.get(name, ()), WHOLE)]
    if name in _OF_ENTITY:
        entity: Compact = {"name": "EntityDefinitionId", "to": ["EntityDefinition"], "relationship": "EntityDefinition"}
        fields.append({**entity, "children": _OF_ENTITY[name], "write": "read"})
    fields += [
        {"name": link, "type": "reference", "to": [to], "relationship": link.removesuffix("Id"), "write": "read"}
        for link, to in _LINKS.get(name, {}).items()
    ]
    return {
        "name": name,
        "label": name,
        "labelPlural": name,
        "keyPrefix": _PREFIXES.get(name),
        "setup": True,
        "system": [] if name in REIFIED else ["created", "modified", "stamp"],
        "object": {"createable": False, "updateable": False, "deletable": False, "searchable": False, "mruEnabled": False},
        "fields": fields,
    }


def _fields(names: Iterable[str], kind: str) -> list[Compact]:
    long = {"Metadata", "Body", "Description"}
    return [
        {
            "name": name,
            "type": kind,
            "write": "read",
            "nameField": name in ("QualifiedApiName", "ValidationName"),
            **({"length": 131_072} if name in long else {}),
        }
        for name in names
    ]
