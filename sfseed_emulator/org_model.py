"""The typed view on an org's describes: fields, objects and the schema that holds them.

Describes stay the plain dicts that Salesforce answers; the classes here only name what the emulator's code asks of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

GLOBAL_KEYS = (
    "activateable", "associateEntityType", "associateParentEntity", "createable", "custom", "customSetting",
    "deepCloneable", "deletable", "deprecatedAndHidden", "feedEnabled", "hasSubtypes", "isInterface", "isSubtype",
    "keyPrefix", "label", "labelPlural", "layoutable", "mergeable", "mruEnabled", "name", "queryable",
    "replicateable", "retrieveable", "searchable", "triggerable", "undeletable", "updateable", "urls",
)  # fmt: skip
"""The keys of a describe that the global describe repeats, in its order."""


@dataclass(frozen=True, slots=True)
class FieldDef:
    """One field of an object, as its describe (``raw``) tells it."""

    name: str
    label: str
    type: str
    length: int
    precision: int
    scale: int
    digits: int
    createable: bool
    updateable: bool
    nillable: bool
    defaulted_on_create: bool
    unique: bool
    case_sensitive: bool
    external_id: bool
    id_lookup: bool
    calculated: bool
    auto_number: bool
    custom: bool
    restricted_picklist: bool
    values: frozenset[str]
    default_value: object
    reference_to: tuple[str, ...]
    relationship_name: str | None
    relationship_order: int | None
    cascade_delete: bool
    restricted_delete: bool
    compound_field_name: str | None
    name_field: bool
    name_pointing: bool
    filterable: bool
    sortable: bool
    groupable: bool
    extra_type_info: str | None
    raw: Mapping[str, Any]

    @property
    def required(self) -> bool:
        """Whether an insert without a value is refused; a checkbox never is, as an absent value is saved as false."""
        return self.createable and not self.nillable and not self.defaulted_on_create and self.type != "boolean"

    @property
    def master_detail(self) -> bool:
        """Whether the field is a true master-detail (``cascadeDelete`` alone does not prove it)."""
        return self.relationship_order is not None

    @property
    def compound(self) -> bool:
        """Whether the value is put together from component fields and never stored itself."""
        return self.type in {"address", "location"}


@dataclass(frozen=True, slots=True)
class ChildRelationship:
    """A reference of another object to this one; ``name`` None means that no subquery can use it."""

    name: str | None
    child: str
    field: str
    cascade_delete: bool
    restricted_delete: bool


@dataclass(frozen=True, slots=True)
class RecordTypeInfo:
    """One record type of an object, the master one included."""

    id: str
    name: str
    developer_name: str
    active: bool
    available: bool
    default: bool
    master: bool


@dataclass(frozen=True, slots=True)
class ObjectDef:
    """One object: its describe, typed, and in ``extras`` what a describe does not say."""

    name: str
    label: str
    label_plural: str
    key_prefix: str | None
    custom: bool
    createable: bool
    updateable: bool
    deletable: bool
    queryable: bool
    fields: Mapping[str, FieldDef]
    by_lower: Mapping[str, FieldDef]
    by_relationship: Mapping[str, FieldDef]
    child_relationships: tuple[ChildRelationship, ...]
    record_types: tuple[RecordTypeInfo, ...]
    describe: dict[str, Any]
    extras: Mapping[str, Any]

    @property
    def setup(self) -> bool:
        """Whether the object belongs to the org's set-up (users, queues, stage tables) and not to its business data."""
        return bool(self.extras.get("setup"))

    def field(self, name: str) -> FieldDef | None:
        """Find a field by its API name, whatever the case."""
        return self.by_lower.get(name.lower())

    def parent_field(self, relationship: str) -> FieldDef | None:
        """Find the reference that a parent path such as ``Account.Name`` starts with, whatever the case."""
        return self.by_relationship.get(relationship.lower())


@dataclass(frozen=True, slots=True)
class OrgSchema:
    """All objects of one org."""

    objects: Mapping[str, ObjectDef]
    by_lower: Mapping[str, ObjectDef]
    by_prefix: Mapping[str, ObjectDef]

    def get(self, name: str) -> ObjectDef | None:
        """Find an object by its API name, whatever the case."""
        return self.by_lower.get(name.lower())

    def child_relationship(self, parent: str, name: str) -> ChildRelationship | None:
        """Find the child relationship that a subquery on ``parent`` names, if its child object exists here."""
        found = self.get(parent)
        wanted = name.lower()
        for relation in found.child_relationships if found else ():
            if relation.name and relation.name.lower() == wanted and relation.child in self.objects:
                return relation
        return None

    def global_describe(self) -> dict[str, Any]:
        """Answer as ``GET /sobjects`` does: every object without its fields, by name."""
        rows = [{key: self.objects[name].describe.get(key) for key in GLOBAL_KEYS} for name in sorted(self.objects)]
        return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": rows}

    def to_json(self) -> dict[str, Any]:
        """Put the schema into a form that ``schema_from_json`` reads back, to be kept beside an org's state."""
        return {"objects": [{"describe": found.describe, "extras": dict(found.extras)} for found in self.objects.values()]}


def field_def(raw: Mapping[str, Any]) -> FieldDef:
    """Read one entry of a describe's ``fields``."""
    return FieldDef(
        name=raw["name"],
        label=raw["label"],
        type=raw["type"],
        length=raw.get("length") or 0,
        precision=raw.get("precision") or 0,
        scale=raw.get("scale") or 0,
        digits=raw.get("digits") or 0,
        createable=bool(raw.get("createable")),
        updateable=bool(raw.get("updateable")),
        nillable=bool(raw.get("nillable")),
        defaulted_on_create=bool(raw.get("defaultedOnCreate")),
        unique=bool(raw.get("unique")),
        case_sensitive=bool(raw.get("caseSensitive")),
        external_id=bool(raw.get("externalId")),
        id_lookup=bool(raw.get("idLookup")),
        calculated=bool(raw.get("calculated")),
        auto_number=bool(raw.get("autoNumber")),
        custom=bool(raw.get("custom")),
        restricted_picklist=bool(raw.get("restrictedPicklist")),
        values=frozenset(entry["value"] for entry in raw.get("picklistValues") or () if entry["active"]),
        default_value=raw.get("defaultValue"),
        reference_to=tuple(raw.get("referenceTo") or ()),
        relationship_name=raw.get("relationshipName"),
        relationship_order=raw.get("relationshipOrder"),
        cascade_delete=bool(raw.get("cascadeDelete")),
        restricted_delete=bool(raw.get("restrictedDelete")),
        compound_field_name=raw.get("compoundFieldName"),
        name_field=bool(raw.get("nameField")),
        name_pointing=bool(raw.get("namePointing")),
        filterable=bool(raw.get("filterable")),
        sortable=bool(raw.get("sortable")),
        groupable=bool(raw.get("groupable")),
        extra_type_info=raw.get("extraTypeInfo"),
        raw=raw,
    )


def child_relationship(raw: Mapping[str, Any]) -> ChildRelationship:
    """Read one entry of a describe's ``childRelationships``."""
    return ChildRelationship(
        name=raw.get("relationshipName"),
        child=raw["childSObject"],
        field=raw["field"],
        cascade_delete=bool(raw.get("cascadeDelete")),
        restricted_delete=bool(raw.get("restrictedDelete")),
    )


def record_type_info(raw: Mapping[str, Any]) -> RecordTypeInfo:
    """Read one entry of a describe's ``recordTypeInfos``."""
    return RecordTypeInfo(
        id=raw["recordTypeId"],
        name=raw["name"],
        developer_name=raw.get("developerName") or raw["name"],
        active=bool(raw.get("active", True)),
        available=bool(raw.get("available")),
        default=bool(raw.get("defaultRecordTypeMapping")),
        master=bool(raw.get("master")),
    )


def object_def(
    describe: dict[str, Any], extras: Mapping[str, Any], unlisted: Iterable[ChildRelationship] = ()
) -> ObjectDef:
    """Read a whole describe; ``unlisted`` are references to the object that its own describe does not name."""
    fields = {raw["name"]: field_def(raw) for raw in describe["fields"]}
    listed = tuple(child_relationship(raw) for raw in describe.get("childRelationships") or ())
    known = {(relation.child, relation.field) for relation in listed}
    return ObjectDef(
        name=describe["name"],
        label=describe["label"],
        label_plural=describe["labelPlural"],
        key_prefix=describe.get("keyPrefix"),
        custom=bool(describe.get("custom")),
        createable=bool(describe.get("createable")),
        updateable=bool(describe.get("updateable")),
        deletable=bool(describe.get("deletable")),
        queryable=bool(describe.get("queryable")),
        fields=fields,
        by_lower={name.lower(): field for name, field in fields.items()},
        by_relationship={
            field.relationship_name.lower(): field
            for field in fields.values()
            if field.relationship_name and field.reference_to
        },
        child_relationships=listed + tuple(more for more in unlisted if (more.child, more.field) not in known),
        record_types=tuple(record_type_info(raw) for raw in describe.get("recordTypeInfos") or ()),
        describe=describe,
        extras=extras,
    )


def org_schema(
    described: Iterable[tuple[dict[str, Any], Mapping[str, Any]]],
    hints: Mapping[tuple[str, str, str], ChildRelationship] | None = None,
) -> OrgSchema:
    """Build a schema of (describe, extras) pairs.

    References that the parent's describe does not list as a child relationship count too: as ``hints`` (by parent, child and
    field) say, else by their field alone.
    """
    pairs = list(described)
    references = _references([describe for describe, _ in pairs], hints or {})
    objects = {
        describe["name"]: object_def(describe, extras, references.get(describe["name"], ())) for describe, extras in pairs
    }
    return OrgSchema(
        objects=objects,
        by_lower={name.lower(): found for name, found in objects.items()},
        by_prefix={found.key_prefix: found for found in objects.values() if found.key_prefix},
    )


def schema_from_json(data: Mapping[str, Any]) -> OrgSchema:
    """Read what ``OrgSchema.to_json`` gave."""
    return org_schema((entry["describe"], entry["extras"]) for entry in data["objects"])


def _references(
    describes: Iterable[Mapping[str, Any]], hints: Mapping[tuple[str, str, str], ChildRelationship]
) -> dict[str, list[ChildRelationship]]:
    found: dict[str, list[ChildRelationship]] = {}
    for describe in describes:
        for raw in describe["fields"]:
            by_field = _reference_by_field(describe["name"], raw)
            for target in raw.get("referenceTo") or ():
                found.setdefault(target, []).append(hints.get((target, by_field.child, by_field.field), by_field))
    return found


def _reference_by_field(child: str, raw: Mapping[str, Any]) -> ChildRelationship:
    """Read a reference from the child's side; one that can't be empty must hold back or take along, never be cleared."""
    cascade = bool(raw.get("cascadeDelete"))
    return ChildRelationship(
        name=None,
        child=child,
        field=raw["name"],
        cascade_delete=cascade,
        restricted_delete=not cascade and (bool(raw.get("restrictedDelete")) or not raw.get("nillable", True)),
    )
