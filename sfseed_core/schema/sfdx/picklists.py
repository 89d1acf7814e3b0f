"""Picklist values as source states them: of a field, a global or standard value set, a record type."""

from __future__ import annotations

import base64
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sfseed_core.schema.model import PicklistValue

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sfseed_core.schema.model import Field, RecordType
    from sfseed_core.schema.sfdx.project import Project, Source
    from sfseed_core.schema.sfdx.xml import Element

_CHECKBOX = {"unchecked": "false", "checked": "true"}
_BLOCK = 24  # bits of a validFor come in groups of three bytes

# standard value sets by name, and the standard fields that draw from each
STANDARD_SETS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "AccountOwnership": (("Account", "Ownership"),),
    "AccountRating": (("Account", "Rating"),),
    "AccountType": (("Account", "Type"),),
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
    "LeadSource": (("Account", "AccountSource"), ("Contact", "LeadSource"), ("Lead", "LeadSource"),
                   ("Opportunity", "LeadSource")),
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

# the field that a record type's business process chooses the values of
PROCESS_FIELD = {"Opportunity": "StageName", "Case": "Status", "Lead": "Status", "Solution": "Status"}


@dataclass(frozen=True, slots=True)
class ValueSet:
    """The values of a picklist; `allowed` holds, per value of a dependent one, the controller's values."""

    values: tuple[PicklistValue, ...] = ()
    restricted: bool = False
    controller: str | None = None
    allowed: Mapping[str, tuple[str, ...]] | None = None


def value_set(field: Element, project: Project) -> ValueSet:
    """Return a field's values, of its own or of the global set that it names; none when that is not in the project."""
    found = field.find("valueSet")
    if found is None:
        return _older(field.find("picklist"))
    shared = found.said("valueSetName")
    if shared:
        known = project.value_sets.get(shared)
        values = _values(known.all("customValue")) if known is not None else ()
    else:
        definition = found.find("valueSetDefinition")
        values = _values(definition.all("value")) if definition is not None else ()
    controller = found.said("controllingField") or None
    restricted = found.flag("restricted")
    return ValueSet(values, restricted, controller, _settings(found) if controller else None)


def standard_values(element: Element) -> tuple[PicklistValue, ...]:
    """Return the values of a standard value set."""
    return _values(element.all("standardValue"))


def record_type_values(element: Element, source: Source) -> dict[str, tuple[str, ...]]:
    """Return the values that a record type offers, per field; those of its business process among them."""
    found = {own.said("picklist"): _offered(own) for own in element.all("picklistValues")}
    process = source.processes.get(element.said("businessProcess"))
    if process is not None and source.name in PROCESS_FIELD:
        found[PROCESS_FIELD[source.name]] = _offered(process)
    return found


def told_by_record_types(field: Field, record_types: Iterable[RecordType]) -> Field:
    """Return a field whose values the project does not state with those that record types list: the org must have them."""
    known = {entry.value for entry in field.picklist}
    listed = dict.fromkeys(value for kind in record_types for value in kind.picklists.get(field.name, ()))
    more = tuple(PicklistValue(value, value) for value in listed if value not in known)
    return replace(field, picklist=(*field.picklist, *more)) if more else field


def dependent(field: Field, allowed: Mapping[str, tuple[str, ...]], controller: Field) -> Field:
    """Return the field with its values' bit sets over the controller's values, as a describe has them."""
    values = ("false", "true") if controller.type == "boolean" else tuple(entry.value for entry in controller.picklist)
    picklist = tuple(replace(entry, valid_for=_bits(allowed.get(entry.value, ()), values)) for entry in field.picklist)
    return replace(field, picklist=picklist, controller=controller.name)


def _values(entries: Iterable[Element]) -> tuple[PicklistValue, ...]:
    found: dict[str, PicklistValue] = {}
    for entry in entries:
        value = entry.said("fullName") or entry.said("label")
        if value:
            active = entry.flag("isActive", default=True)
            default = active and entry.flag("default")
            found.setdefault(value, PicklistValue(value, entry.said("label") or value, active, default))
    return tuple(found.values())


def _settings(found: Element) -> dict[str, tuple[str, ...]]:
    allowed: defaultdict[str, list[str]] = defaultdict(list)
    for setting in found.all("valueSettings"):
        allowed[setting.said("valueName")] += [_controlling(one) for one in setting.all("controllingFieldValue")]
    return {value: tuple(controlling) for value, controlling in allowed.items()}


def _older(picklist: Element | None) -> ValueSet:
    """Return the values as written before API version 38."""
    if picklist is None:
        return ValueSet()
    entries = list(picklist.all("picklistValues"))
    allowed = {
        entry.said("fullName"): tuple(_controlling(one) for one in entry.all("controllingFieldValues")) for entry in entries
    }
    controller = picklist.said("controllingField") or None
    values = _values(entries)
    return ValueSet(values, picklist.flag("restrictedPicklist"), controller, allowed if controller else None)


def _controlling(element: Element) -> str:
    return _CHECKBOX.get(element.text, element.text)


def _offered(element: Element) -> tuple[str, ...]:
    return tuple(unquote(value.said("fullName")) for value in element.all("values"))


def _bits(allowed: Iterable[str], values: Sequence[str]) -> str:
    places = {value: number for number, value in enumerate(values)}
    bits = bytearray(-(-len(values) // _BLOCK) * _BLOCK // 8)
    for value in allowed:
        if value in places:
            bits[places[value] >> 3] |= 0x80 >> (places[value] & 7)
    return base64.b64encode(bytes(bits)).decode("ascii")
