"""The schema of an org: objects, fields, picklists, record types (Salesforce's describe, typed)."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MASTER_RECORD_TYPE = "012000000000000AAA"


@dataclass(frozen=True, slots=True)
class PicklistValue:
    """One value of a picklist; `valid_for` is describe's base64 bit set over the controller's values."""

    value: str
    label: str
    active: bool = True
    default: bool = False
    valid_for: str | None = None


@dataclass(frozen=True, slots=True)
class LookupFilter:
    """Which records a reference may point to, where source or the Tooling API tells it (a describe does not).

    `items` are (field, operation, value, whether the value is another field), joined by `logic` such as `1 AND (2 OR 3)`, or
    by AND when that is None.
    """

    items: tuple[tuple[str, str, str, bool], ...]
    logic: str | None = None
    optional: bool = False
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field as describe states it (SALESFORCE.md 2.3); `type` is describe's own word, kept when unknown.

    `formula` is how the org works a calculated field out, where that is a formula; `formula_zero`: empty numbers count as zero.
    """

    name: str
    label: str
    type: str
    length: int = 0
    byte_length: int = 0
    precision: int = 0
    scale: int = 0
    digits: int = 0
    createable: bool = True
    updateable: bool = True
    nillable: bool = True
    defaulted_on_create: bool = False
    unique: bool = False
    case_sensitive: bool = False
    external_id: bool = False
    id_lookup: bool = False
    calculated: bool = False
    auto_number: bool = False
    custom: bool = False
    name_field: bool = False
    name_pointing: bool = False
    html: bool = False
    restricted: bool = False
    controller: str | None = None
    picklist: tuple[PicklistValue, ...] = ()
    reference_to: tuple[str, ...] = ()
    relationship_name: str | None = None
    relationship_order: int | None = None
    cascade_delete: bool = False
    restricted_delete: bool = False
    filtered_lookup: bool = False
    filter_optional: bool = False
    lookup_filter: LookupFilter | None = None
    compound: str | None = None
    extra_type: str | None = None
    default_value: Any = None
    default_formula: str | None = None
    formula: str | None = None
    formula_zero: bool = False
    help_text: str | None = None
    mask: str | None = None
    filterable: bool = True

    @property
    def required_on_create(self) -> bool:
        """Whether an insert without a value is refused (SALESFORCE.md 2.5)."""
        return self.createable and not self.nillable and not self.defaulted_on_create and self.type != "boolean"

    @property
    def is_reference(self) -> bool:
        """Whether the field is a lookup or master-detail field."""
        return self.type == "reference"

    @property
    def is_polymorphic(self) -> bool:
        """Whether the reference may point to records of several objects."""
        return len(self.reference_to) > 1

    @property
    def is_master_detail(self) -> bool:
        """Whether the reference is a master-detail one (cascadeDelete alone proves nothing, 2.8)."""
        return self.relationship_order is not None

    @property
    def active_values(self) -> tuple[str, ...]:
        """The values of active picklist entries, in describe order."""
        return tuple(entry.value for entry in self.picklist if entry.active)


@dataclass(frozen=True, slots=True)
class RecordType:
    """A record type as the running user sees it; `picklists` holds its own values per field where they were read."""

    developer_name: str
    name: str
    id: str
    active: bool = True
    available: bool = True
    default: bool = False
    master: bool = False
    person: bool = False
    picklists: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class ValidationRule:
    """A rule that refuses a record for which `formula` is true; `field` is where the org's pages show `message`."""

    name: str
    formula: str
    message: str = ""
    field: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class ChildRelationship:
    """A reference that points to the object from another one."""

    child: str
    field: str
    name: str | None
    cascade_delete: bool = False
    restricted_delete: bool = False


@dataclass(frozen=True, slots=True)
class ObjectSummary:
    """One row of the global describe."""

    name: str
    label: str
    label_plural: str
    key_prefix: str | None
    custom: bool
    createable: bool
    queryable: bool
    updateable: bool
    deletable: bool
    custom_setting: bool = False
    deprecated_and_hidden: bool = False
    associate_entity_type: str | None = None
    associate_parent: str | None = None


@dataclass(frozen=True, slots=True)
class ObjectSchema:
    """One described object; `fields` keeps describe's order, keyed by API name.

    `validation_rules` are there where source or the Tooling API tells them.
    """

    name: str
    label: str
    label_plural: str
    key_prefix: str | None
    custom: bool
    createable: bool
    queryable: bool
    updateable: bool
    deletable: bool
    fields: Mapping[str, Field]
    record_types: tuple[RecordType, ...] = ()
    children: tuple[ChildRelationship, ...] = ()
    validation_rules: tuple[ValidationRule, ...] = ()

    @property
    def references(self) -> Iterator[Field]:
        """The reference fields, in describe order."""
        return (one for one in self.fields.values() if one.is_reference)


@dataclass(frozen=True, slots=True)
class Schema:
    """The described objects of an org, keyed by API name, beside the list of all that the org has.

    `failures` names the objects whose describe could not be read, with the reason.
    """

    org_id: str
    api_version: str
    objects: Mapping[str, ObjectSchema]
    listing: Mapping[str, ObjectSummary] = field(default_factory=lambda: MappingProxyType({}))
    failures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
