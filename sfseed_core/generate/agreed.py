"""Fields whose values are told by other fields of the record, or of the record it belongs to: each with its own way.

The standard objects' are in one table; custom objects follow the same ways where the meanings of their fields call for them.
Nothing here reads the name of a status: see `generate.phases`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.generate.currencies import money
from sfseed_core.generate.phases import phases_of
from sfseed_core.generate.providers import numbers
from sfseed_core.generate.selling import SELLING
from sfseed_core.generate.steps import happened_in, step_of
from sfseed_core.generate.ways import Way, after, copied, has, lasting, name_of, of_parent, when
from sfseed_core.schema.semantics import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.generate.ways import Rule
    from sfseed_core.recipe.chooser import FieldRequest

_HOURS, _MINUTES = (1, 1, 2, 2, 3, 4, 6, 8), (15, 30, 30, 45, 60, 60, 90, 120, 240)
_WEB = "web"  # the one origin that the platform itself writes, for cases out of a web form
_ESCALATED = "Escalated"  # the one status of cases that goes with a flag of the platform's
_AFAR = frozenset({"call", "email", "send letter/quote"})  # the platform's own subjects for what takes place nowhere
_FINISHED = frozenset({"completed", "completion", "finished", "done", "resolved", "closed", "actual", "delivered"})
_FIRST_DAYS = frozenset({"kickoff", "launch"})
_AN_HOUR = (60, 75, 90, 110, 130, 160, 200)
_EARLIER = (-60, -2)  # working days before an end that the recipe says
_SHORT, _LONG = (5, 45), (30, 240)  # how many days a custom object's span lasts, of steps and of wholes
_STEPS = frozenset({"phase", "task", "step", "sprint", "milestone", "session", "visit"})


def way_of(request: FieldRequest) -> Way | None:
    """Return the field's own way; None where its meaning says all."""
    context = request.context
    if request.rules.unique or request.rules.fixed is not None:
        return None
    rule = _RULES.get((context.object.name, request.field.name))
    found = None if rule is None else rule(request)
    return found or _before_what_is_said(request) or step_of(request) or _by_meaning(request) or happened_in(request)


def _before_what_is_said(request: FieldRequest) -> Way | None:
    """Begin before the end that the recipe says, by a rule between the two or by what they mean."""
    context, name = request.context, request.field.name
    meaning = request.meaning
    ends = [rule.fields[1] for rule in context.rules.standard if rule.kind == "not_after" and rule.fields[0] == name]
    if meaning is not None and meaning.name == "date.start":
        ends.append(context.find("date.end", meaning.group) or "")
    fields = context.object.fields
    said = next((end for end in ends if end in context.said and fields[end].type == request.field.type), None)
    return Way("date.after", {"field": said, "days": list(_EARLIER)}, otherwise=True) if said else None


def _begins(request: FieldRequest) -> Way | None:
    """Begin when the status says: appointments and work orders."""
    phases = phases_of(request.context)
    return None if phases is None else Way("date.phase", {**phases.options(), "soon": True})


def _duration(via: str, amount: str = "EstimatedDuration", unit: str = "DurationType") -> Rule:
    """Last as long as the kind of work says, else some hours or minutes by the unit."""
    own = _own_duration(unit)

    def rule(request: FieldRequest) -> Way | None:
        way = own(request)
        found = of_parent(request, via, amount)
        if found is None or way is None:
            return way
        return Way("copy", {**found, "otherwise": {"provider": way.provider, "options": way.options}}, filled=True)

    return rule


def _own_duration(unit: str) -> Rule:
    def rule(request: FieldRequest) -> Way | None:
        values = request.context.object.fields[unit].active_values if unit in request.context.object.fields else ()
        if not {"Hours", "Minutes"} <= {*values}:
            return None
        return Way(
            "number.by",
            {"by": unit, "curve": list(_HOURS), "curves": {"Minutes": {"curve": list(_MINUTES), "step": 15}}},
            filled=True,
        )

    return rule


def _open_deals(request: FieldRequest) -> Way | None:
    stages = request.context.snapshot.statuses.get("OpportunityStage", ())
    status = request.context.find("status", "OpportunityStage")
    still = [one.api_name for one in stages if not one.closed]
    return Way(when={"field": status, "values": still}) if status and still else None


def _from_the_web(request: FieldRequest) -> Way | None:
    """Only cases out of a web form say who filled it in; where the org has no such origin, any may."""
    origin = request.context.object.fields.get("Origin")
    values = [] if origin is None else [value for value in origin.active_values if value.lower() == _WEB]
    return Way(when={"field": "Origin", "values": values}) if values and has(request, "Origin") else None


def _met(request: FieldRequest) -> Way | None:
    """Only where people meet they meet somewhere."""
    subject = request.context.object.fields.get("Subject")
    values = [] if subject is None else [value for value in subject.active_values if value.lower() not in _AFAR]
    return Way(when={"field": "Subject", "values": values}) if values and has(request, "Subject") else None


def _once_begun(request: FieldRequest) -> Way | None:
    """Only what has begun has cost anything."""
    phases = phases_of(request.context)
    return Way(when={"field": phases.field, "values": [*phases.running, *phases.over]}) if phases else None


def _campaign_type(request: FieldRequest) -> Way | None:
    rules, values = request.rules, [*(request.rules.allowed or request.rules.suggested)]
    if request.context.find("name.campaign") != "Name" or not values or rules.controller or rules.by_record_type:
        return None
    return Way("campaign.type", {"values": values, "name": "Name"})


def _activated(request: FieldRequest) -> Way | None:
    """A service contract's activation: when it begins, where its approval says so (by the code of the contracts' own table)."""
    approval = request.context.object.fields.get("ApprovalStatus")
    if approval is None or not has(request, "ApprovalStatus", "StartDate"):
        return None
    stages = request.context.snapshot.statuses.get("ContractStatus", ())
    known = [one.api_name for one in stages if one.category == "Activated" and one.api_name in approval.active_values]
    values = known or [*approval.active_values[-1:]]
    options = {"field": "StartDate", "days": [0, 5], "past": True}
    return Way("date.after", options, when={"field": "ApprovalStatus", "values": values})


def _closed(request: FieldRequest) -> Way | None:
    """When a case was closed, where the user may set that."""
    stages = request.context.snapshot.statuses.get("CaseStatus", ())
    closed = [one.api_name for one in stages if one.closed]
    status = request.context.find("status", "CaseStatus")
    if not status or not has(request, "CreatedDate"):
        return None
    options = {"field": "CreatedDate", "days": [0, 15], "past": True}
    return Way("date.after", options, when={"field": status, "values": closed})


def _status_of(via: str, name: str) -> Rule:
    """Be as far as the record it is a part of, where both have the same statuses."""

    def rule(request: FieldRequest) -> Way | None:
        found = of_parent(request, via, name)
        theirs = request.context.schema.objects[found["of"]].fields[name].active_values if found else ()
        return Way("copy", found, otherwise=True) if found and {*theirs} <= {*request.field.active_values} else None

    return rule


def _tax(lines: str, via: str) -> Rule:
    def rule(request: FieldRequest) -> Way | None:
        usual = numbers.propose(request)
        if isinstance(usual, str):
            return None
        parts = {"quantity": "Quantity", "price": "UnitPrice", "discount": "Discount"}
        return Way("number.tax", {**usual, "lines": lines, "via": via, **parts})

    return rule


def _lines(lines: str, via: str, *, priced: bool = True) -> Rule:
    """Be the sum of the lines, as Salesforce reckons it once there are any; not where records have currencies of their own."""

    def rule(request: FieldRequest) -> Way | None:
        usual = numbers.propose(request)
        if isinstance(usual, str) or request.rules.high is not None or has(request, "CurrencyIsoCode"):
            return None
        parts = {"quantity": "Quantity", **({"price": "UnitPrice", "discount": "Discount"} if priced else {})}
        return Way("number.lines", {**usual, "lines": lines, "via": via, **parts})

    return rule


def _current(start: str, end: str) -> Rule:
    def rule(request: FieldRequest) -> Way | None:
        there = {name: one for name, one in (("start", start), ("end", end)) if one and has(request, one)}
        return Way("flag.current", there) if there else None

    return rule


def _by_meaning(request: FieldRequest) -> Way | None:
    """Return the way that a field's meaning calls for, whatever its object."""
    name = request.meaning.name if request.meaning else ""
    if name == "sort_order" and request.field.type in {"int", "double", "long"}:
        return _placed(request)
    if name == "amount" and request.context.object.custom and request.field.type == "currency":
        return _part_of_parents(request)
    if name.startswith("date") and (request.context.object.custom or request.context.object.name == "Campaign"):
        return _phased(request)
    return None


def _part_of_parents(request: FieldRequest) -> Way | None:
    """Be a part of what the parent has in the field of the same name: a phase's budget of its project's."""
    along = next((one for one in request.context.references.values() if one.mode == "children"), None)
    source = of_parent(request, along.field, request.field.name) if along else None
    if source is None or request.rules.high is not None:
        return None
    return Way("number.part", {**source, "thousandths": [500, 1_000], "rounded": 50}, otherwise=True)


def _placed(request: FieldRequest) -> Way | None:
    along = next((one for one in request.context.references.values() if one.mode == "children"), None)
    if along is None:
        return None
    first = 1 if request.rules.low is None else int(request.rules.low)
    return Way("number.place", {"along": along.field, "first": first}, filled=True)


def _phased(request: FieldRequest) -> Way | None:
    """Return days that suit the status: the ends of a span, and those that claim that something is done."""
    phases, meaning = phases_of(request.context), request.meaning
    assert meaning is not None
    if phases is None:
        return None
    status = phases.options()
    begins = [name for name, one in request.context.meanings.items() if one is not None and one.name == "date.start"]
    start = request.context.find("date.start", meaning.group) or (begins[0] if begins else None)
    end = request.context.find("date.end", meaning.group)
    if _FINISHED & {*words_of(request.field.name)} and meaning.name in {"date.past", "date.end", "date"}:
        return _finished(request, list(phases.done), phases.field, start)
    if _FIRST_DAYS & {*words_of(request.field.name)} and start and start != request.field.name:
        return Way("date.after", {"field": start, "days": [0, 5]}, otherwise=True)
    if meaning.name == "date.start" and end and request.field.type == "date":
        return Way("date.phase", status)
    if meaning.name == "date.end" and request.context.find("date.start", meaning.group) and request.field.type == "date":
        short = bool({*words_of(request.context.object.name)} & (_STEPS | {"campaign"}))
        return Way("date.phase", {**status, "start": start, "lasts": list(_SHORT if short else _LONG)})
    return None


def _finished(request: FieldRequest, done: list[str], status: str, start: str | None) -> Way:
    """The day on which something was done: about when it was due, or some time after it began."""
    when = {"field": status, "values": done}
    due = request.context.find("date.due")
    if due and request.context.object.fields[due].type == "date" == request.field.type:
        return Way("date.after", {"field": due, "days": [-6, 2], "past": True}, otherwise=True, when=when)
    if start and start != request.field.name:
        return Way("date.after", {"field": start, "days": [5, 60], "past": True}, otherwise=True, when=when)
    return Way(when=when)


def _duration_type(request: FieldRequest) -> Way:
    source = of_parent(request, "WorkTypeId", "DurationType")
    return Way("copy", source, otherwise=True, filled=True) if source else Way(filled=True)


def _work(request: FieldRequest) -> Way:
    """What is done there, not what the customer says: the kind of work, since few cases need a visit."""
    source = of_parent(request, "WorkTypeId", "Name")
    otherwise = {"provider": "word", "options": {"pool": "works"}}
    return Way("copy", {**source, "otherwise": otherwise}) if source else Way("word", {"pool": "works"})


def _labor(request: FieldRequest) -> Way | None:
    """What an hour of a technician costs, where no price book says what the line does."""
    usual = numbers.propose(request)
    if "PricebookEntryId" in request.context.references or isinstance(usual, str):
        return None
    units = money(str(usual.get("currency", ""))).units
    return Way("number", {**usual, "curve": [price * units for price in _AN_HOUR], "step": 5 * units})


_SUPPLIED: Mapping[str, Rule] = MappingProxyType(
    {
        "SuppliedName": name_of("ContactId", otherwise=False, when=_from_the_web),
        "SuppliedEmail": copied("ContactId", "Email", otherwise=False, when=_from_the_web),
        "SuppliedPhone": copied("ContactId", "Phone", otherwise=False, when=_from_the_web),
        "SuppliedCompany": _from_the_web,
    }
)
_WITH_CONTACT: Mapping[str, Rule] = MappingProxyType(
    {
        **{name: copied("ContactId", name, otherwise=False) for name in ("Email", "Phone", "Fax")},
        "QuoteToName": name_of("ContactId", otherwise=False),
    }
)
_OF_ACCOUNTS = ("Contract", "Order", "ServiceContract")
_ADDRESS = (
    *("Street", "City", "State", "StateCode", "PostalCode", "Country", "CountryCode"),
    *("Latitude", "Longitude", "GeocodeAccuracy"),
)
_BILLED_AND_SHIPPED = tuple(f"{kind}{part}" for kind in ("Billing", "Shipping") for part in _ADDRESS)
_BUILDING: Mapping[str, Rule] = MappingProxyType(
    {
        "PossessionDate": lambda _: Way("date", {"from": -2_500, "to": -1_800, "working": True}),
        "ConstructionStartDate": after("PossessionDate", otherwise=False, days=[20, 90]),
        "ConstructionEndDate": after("ConstructionStartDate", otherwise=False, days=[80, 250]),
        "OpenDate": after("ConstructionEndDate", otherwise=False, days=[10, 60]),
        "RemodelStartDate": after("OpenDate", otherwise=False, days=[200, 500]),
        "RemodelEndDate": after("RemodelStartDate", otherwise=False, days=[20, 60]),
    }
)
_RULES: Mapping[tuple[str, str], Rule] = MappingProxyType(
    {
        **SELLING,
        **{("Case", name): rule for name, rule in _SUPPLIED.items()},
        ("Case", "ClosedDate"): _closed,
        ("Contract", "CustomerSignedTitle"): copied("CustomerSignedId", "Title"),
        ("Contact", "Salutation"): copied("IndividualId", "Salutation"),
        ("Contact", "Birthdate"): copied("IndividualId", "BirthDate"),
        **{("Quote", name): rule for name, rule in _WITH_CONTACT.items()},
        **{(name, part): copied("AccountId", part) for name in _OF_ACCOUNTS for part in _BILLED_AND_SHIPPED},
        **{("Quote", part): copied("OpportunityId.AccountId", part) for part in _BILLED_AND_SHIPPED},
        **{("Location", name): rule for name, rule in _BUILDING.items()},
        ("ContactPointPhone", "FormattedNationalPhoneNumber"): lambda _: Way("phone.form", {"field": "TelephoneNumber"}),
        ("ContactPointPhone", "FormattedInternationalPhoneNumber"): lambda _: Way(
            "phone.form", {"field": "TelephoneNumber", "form": "international"}
        ),
        ("Event", "Location"): _met,
        ("Campaign", "Type"): _campaign_type,
        ("Campaign", "ActualCost"): _once_begun,
        ("Campaign", "NumberSent"): _once_begun,
        ("Case", "IsEscalated"): lambda _: Way("flag.told", {"field": "Status", "values": [_ESCALATED]}),
        ("Opportunity", "Amount"): _lines("OpportunityLineItem", "OpportunityId"),
        ("Opportunity", "TotalOpportunityQuantity"): _lines("OpportunityLineItem", "OpportunityId", priced=False),
        **{("WorkOrderLineItem", part): copied("WorkOrderId", part) for part in _ADDRESS},
        **{("ServiceAppointment", part): copied("ParentRecordId", part) for part in _ADDRESS},
        ("Quote", "Tax"): _tax("QuoteLineItem", "QuoteId"),
        ("ServiceContract", "Tax"): _tax("ContractLineItem", "ServiceContractId"),
        ("WorkOrder", "Tax"): _tax("WorkOrderLineItem", "WorkOrderId"),
        ("Opportunity", "NextStep"): _open_deals,
        ("AccountContactRelation", "IsActive"): _current("StartDate", "EndDate"),
        ("Campaign", "IsActive"): _current("", "EndDate"),
        ("ServiceContract", "EndDate"): lasting("StartDate", "Term", "months"),
        ("ServiceContract", "ActivationDate"): _activated,
        ("ContractLineItem", "StartDate"): copied("ServiceContractId", "StartDate"),
        ("ContractLineItem", "EndDate"): copied("ServiceContractId", "EndDate"),
        ("Entitlement", "StartDate"): copied("ServiceContractId", "StartDate"),
        ("Entitlement", "EndDate"): copied("ServiceContractId", "EndDate"),
        ("OpportunityLineItem", "ServiceDate"): after("CloseDate", via="OpportunityId", days=[1, 30]),
        ("QuoteLineItem", "ServiceDate"): after("CloseDate", via="QuoteId.OpportunityId", days=[1, 30]),
        ("OrderItem", "ServiceDate"): after("EffectiveDate", via="OrderId", until=("OrderId", "EndDate"), days=[0, 15]),
        ("OrderItem", "EndDate"): after("ServiceDate", until=("OrderId", "EndDate"), days=[20, 250]),
        ("WorkType", "EstimatedDuration"): _own_duration("DurationType"),
        ("WorkOrder", "Duration"): _duration("WorkTypeId"),
        ("WorkOrder", "DurationType"): _duration_type,
        ("WorkOrder", "Subject"): _work,
        ("WorkOrder", "StartDate"): _begins,
        ("WorkOrder", "EndDate"): lasting("StartDate", "Duration", "DurationType"),
        ("WorkOrderLineItem", "UnitPrice"): _labor,
        ("WorkOrderLineItem", "Quantity"): lambda _: Way("number", {"curve": [1, 1, 1, 2, 2, 3, 4], "step": 1}),
        ("WorkOrderLineItem", "Subject"): _work,
        ("WorkOrderLineItem", "Status"): _status_of("WorkOrderId", "Status"),
        ("WorkOrderLineItem", "Duration"): _duration("WorkTypeId"),
        ("WorkOrderLineItem", "DurationType"): _duration_type,
        ("WorkOrderLineItem", "StartDate"): copied("WorkOrderId", "StartDate"),
        ("WorkOrderLineItem", "EndDate"): lasting("StartDate", "Duration", "DurationType", ("WorkOrderId", "EndDate")),
        ("TimeSlot", "MaxAppointments"): lambda _: Way("number", {"curve": [2, 3, 4, 6, 8, 10], "step": 1}),
        ("ServiceAppointment", "Subject"): _work,
        ("ServiceAppointment", "Email"): copied("ContactId", "Email", otherwise=False),
        ("ServiceAppointment", "Phone"): copied("ContactId", "Phone", otherwise=False),
        ("ServiceAppointment", "Duration"): _duration("WorkTypeId"),
        ("ServiceAppointment", "DurationType"): _duration_type,
        ("ServiceAppointment", "EarliestStartTime"): _begins,
        ("ServiceAppointment", "DueDate"): after("EarliestStartTime", days=[5, 10]),
        ("ServiceAppointment", "SchedStartTime"): after("EarliestStartTime", days=[0, 1], minutes=[0, 60]),
        ("ServiceAppointment", "SchedEndTime"): lasting("SchedStartTime", "Duration", "DurationType"),
        ("ServiceAppointment", "ArrivalWindowStartTime"): after("SchedStartTime"),
        ("ServiceAppointment", "ArrivalWindowEndTime"): after("ArrivalWindowStartTime", minutes=[60, 120]),
        ("ServiceAppointment", "ActualStartTime"): when(
            "InProgress", "Completed", then=after("SchedStartTime", minutes=[-10, 30], step=5)
        ),
        ("ServiceAppointment", "ActualEndTime"): when("Completed", then=lasting("ActualStartTime", "ActualDuration")),
        ("ServiceAppointment", "ActualDuration"): when(
            "Completed",
            then=lambda _: Way("number.minutes", {"of": "Duration", "unit": "DurationType", "thousandths": [800, 1_250]}),
        ),
        ("ServiceAppointment", "CancellationReason"): when("Canceled"),
    }
)
