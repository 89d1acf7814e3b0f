"""Picklist values of a project: a field's own, a global set's, a standard set's, and what a record type has of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from sfseed_emulator.sfdx.project import text, truth

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

    from sfseed_emulator.compact_fields import Compact
    from sfseed_emulator.sfdx.project import ObjectSource, Project

_CHECKBOX = {"checked": "true", "unchecked": "false"}

STANDARD_SETS: dict[str, tuple[tuple[str, str], ...]] = {
    "AccountRating": (("Account", "Rating"),),
    "AccountType": (("Account", "Type"),),
    "AccountOwnership": (("Account", "Ownership"),),
    "AssetStatus": (("Asset", "Status"),),
    "CampaignMemberStatus": (("CampaignMember", "Status"),),
    "CampaignStatus": (("Campaign", "Status"),),
    "CampaignType": (("Campaign", "Type"),),
    "CaseContactRole": (("CaseContactRole", "Role"),),
    "CaseOrigin": (("Case", "Origin"),),
    "CasePriority": (("Case", "Priority"),),
    "CaseReason": (("Case", "Reason"),),
    "CaseStatus": (("Case", "Status"),),
    "CaseType": (("Case", "Type"),),
    "ContactRole": (("OpportunityContactRole", "Role"), ("AccountContactRole", "Role"), ("ContractContactRole", "Role")),
    "ContractStatus": (("Contract", "Status"),),
    "EventSubject": (("Event", "Subject"),),
    "EventType": (("Event", "Type"),),
    "Industry": (("Account", "Industry"), ("Lead", "Industry")),
    "LeadSource": (("Lead", "LeadSource"), ("Contact", "LeadSource"), ("Opportunity", "LeadSource"), ("Account", "AccountSource")),
    "LeadStatus": (("Lead", "Status"),),
    "OpportunityStage": (("Opportunity", "StageName"),),
    "OpportunityType": (("Opportunity", "Type"),),
    "OrderStatus": (("Order", "Status"),),
    "OrderType": (("Order", "Type"),),
    "Product2Family": (("Product2", "Family"),),
    "QuoteStatus": (("Quote", "Status"),),
    "Salutation": (("Contact", "Salutation"), ("Lead", "Salutation")),
    "SolutionStatus": (("Solution", "Status"),),
    "TaskPriority": (("Task", "Priority"),),
    "TaskStatus": (("Task", "Status"),),
    "TaskSubject": (("Task", "Subject"),),
    "TaskType": (("Task", "Type"),),
    "WorkOrderPriority": (("WorkOrder", "Priority"),),
    "WorkOrderStatus": (("WorkOrder", "Status"),),
}  # fmt: skip
"""Which standard fields take their values from a standard value set."""

PROCESS_FIELDS = {"Opportunity": "StageName", "Case": "Status", "Lead": "Status", "Solution": "Status"}
"""The field whose values a record type takes from its business process."""


@dataclass(frozen=True, slots=True)
class FieldValues:
    """A picklist field's values in compact form, and what else its value set says."""

    values: list[Compact]
    restricted: bool = False
    controller: str | None = None

    def compact(self) -> dict[str, Any]:
        """Return the keys of a compact field that this gives."""
        keys: dict[str, Any] = {"values": self.values, "restricted": self.restricted}
        return {**keys, "controller": self.controller} if self.controller else keys


def field_values(_name: str, element: Element, project: Project) -> FieldValues:
    """Read the value set of a field, wherever it stands."""
    value_set = element.find("valueSet")
    if value_set is None:
        return _older(element.find("picklist"))
    shared = text(value_set, "valueSetName")
    entries = (
        project.value_sets[shared].findall("customValue")
        if shared in project.value_sets
        else value_set.findall("valueSetDefinition/value")
    )
    controller = text(value_set, "controllingField") or None
    values = _entries(entries)
    if controller:
        _control(values, value_set)
    return FieldValues(values, truth(value_set, "restricted"), controller)


def standard_set(element: Element) -> list[Compact]:
    """Read the values of a standard value set."""
    return _entries(element.findall("standardValue"))


def record_type(element: Element, name: str, source: ObjectSource) -> Compact:
    """Turn a RecordType into its compact form, but for its id; its values are those of its business process too."""
    chosen = {text(own, "picklist"): _chosen(own) for own in element.findall("picklistValues")}
    process = source.parts["businessProcess"].get(text(element, "businessProcess"))
    if process is not None and source.name in PROCESS_FIELDS:
        chosen[PROCESS_FIELDS[source.name]] = _chosen(process)
    return {
        "developerName": name,
        "name": text(element, "label") or name,
        "active": truth(element, "active", default=True),
        "values": {field: list(values) for field, values in chosen.items()},
        "defaults": {field: value for field, values in chosen.items() for value, default in values.items() if default},
    }


def _chosen(element: Element) -> dict[str, bool]:
    """Return the values that a record type or process offers, decoded, and whether each is the default."""
    return {unquote(text(one, "fullName")): truth(one, "default") for one in element.findall("values")}


def _entries(entries: Iterable[Element]) -> list[Compact]:
    found: dict[str, Compact] = {}
    for entry in entries:
        value = text(entry, "fullName") or text(entry, "label")
        if value and value not in found:
            active = truth(entry, "isActive", default=True)
            label = text(entry, "label") or value
            found[value] = {"value": value, "label": label, "default": truth(entry, "default") and active, "active": active}
    return list(found.values())


def _control(values: list[Compact], value_set: Element) -> None:
    allowed: dict[str, list[str]] = {}
    for setting in value_set.findall("valueSettings"):
        controlling = [(one.text or "").strip() for one in setting.findall("controllingFieldValue")]
        allowed.setdefault(text(setting, "valueName"), []).extend(_CHECKBOX.get(one, one) for one in controlling)
    for value in values:
        value["for"] = allowed.get(value["value"], [])


def _older(picklist: Element | None) -> FieldValues:
    """Read the value set of the formats before API version 38."""
    if picklist is None:
        return FieldValues([])
    controller = text(picklist, "controllingField") or None
    entries = picklist.findall("picklistValues")
    values = _entries(entries)
    if controller:
        by_name = {text(entry, "fullName"): entry for entry in entries}
        for value in values:
            told = [(one.text or "").strip() for one in by_name[value["value"]].findall("controllingFieldValues")]
            value["for"] = [_CHECKBOX.get(one, one) for one in told]
    return FieldValues(values, truth(picklist, "restrictedPicklist"), controller)
