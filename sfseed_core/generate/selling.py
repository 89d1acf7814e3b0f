"""How fields of the sales objects follow from each other: which firms belong to others, who has bought, what a deal came to.

What a value of a picklist says is told by `schema.spoken`; where an org's values say nothing, they are drawn as usual.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.generate.legal_forms import LARGE
from sfseed_core.generate.owners import COMPANY
from sfseed_core.generate.ways import Way, after, has, of_parent
from sfseed_core.schema.spoken import others, saying

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_core.generate.ways import Rule
    from sfseed_core.recipe.chooser import FieldRequest

_RESPONSES = (1, 2, 3, 5, 8, 10, 12, 20)  # of those who are asked, in percent
_OFTEN = 6  # more times a deal is won with those who have ordered something
_MEMBERS = ("Sent", "Responded")  # what every campaign has, in this order
# objects whose records only customers have
_BOUGHT = ("Order", "Contract", "Asset", "ServiceContract", "Entitlement")


def _values(request: FieldRequest) -> list[str]:
    """Return the values to choose among; none where a controlling field or the record type decides about them."""
    rules = request.rules
    if rules.controller or rules.by_record_type or request.field.type not in {"picklist", "combobox"}:
        return []
    return [*(rules.suggested if rules.allowed is None else rules.allowed)]


def _fitting(cases: Sequence[tuple[Sequence[Mapping[str, Any]], list[str]]], otherwise: list[str]) -> Way | None:
    """Choose by the cases that have values at all."""
    known = [{"if": [*conditions], "choose": choose} for conditions, choose in cases if choose]
    return Way("choice.fitting", {"cases": known, "values": otherwise}) if known and otherwise else None


def _ownership(request: FieldRequest) -> Way | None:
    """Only what belongs to another company is a subsidiary, and only large ones of some legal forms are listed."""
    values = _values(request)
    independent = others(values, "subsidiary")
    small = others(independent, "listed")
    owned = [value for value in values if value not in independent]
    size = request.context.find("company.employees")
    cases: list[tuple[list[Mapping[str, Any]], list[str]]] = [([{"refers": "ParentId"}], owned)]
    if size and len(small) < len(independent):
        cases.append(([{"field": size, "below": LARGE}], small))
        name = request.context.find(COMPANY)
        cases += [([{"field": name, "untraded": True}], small)] if name else []
    often = [value for value in independent if value not in small] if len(cases) > 1 else []
    return _fitting(cases, [*independent, *often])


def _account_type(request: FieldRequest) -> Way | None:
    """Who has bought something is no prospect any more."""
    values = _values(request)
    bought = others(values, "prospect")
    if len(bought) == len(values):
        return None
    return _fitting([([{"has": [[name, "AccountId"] for name in _BOUGHT]}], bought)], values)


def _stages(request: FieldRequest, *, won: bool) -> list[str]:
    """Return the stages of deals that are won, or lost."""
    stages = request.context.snapshot.statuses.get("OpportunityStage", ())
    return [one.api_name for one in stages if one.closed and one.won is won]


def _stage(request: FieldRequest) -> Way | None:
    """Nothing has been sold to a prospect, and to those who have ordered something more often than to others."""
    source = of_parent(request, "AccountId", "Type")
    values = _values(request)
    won = _stages(request, won=True)
    if source is None or not won:
        return None
    types = request.context.schema.objects["Account"].fields["Type"].active_values
    prospects = saying(types, "prospect")
    open_ones = [value for value in values if value not in won]
    ordered = {"has": [["Order", "AccountId"]], "via": source["via"], "of": source["of"]}
    often = [*values, *[one for one in won if one in values] * _OFTEN]
    return _fitting([([{**source, "values": prospects}], open_ones if prospects else []), ([ordered], often)], values)


def _quote_status(request: FieldRequest) -> Way | None:
    """What became of a quote is what became of its deal."""
    source, values = of_parent(request, "OpportunityId", "StageName"), _values(request)
    refused, agreed = saying(values, "refused"), saying(values, "accepted")
    if source is None or not refused:
        return None
    agreed = agreed or saying(values, "approved") or others(values, "refused")
    won, lost = ({**source, "values": _stages(request, won=one)} for one in (True, False))
    return _fitting([([won], agreed), ([lost], refused)], others(values, "refused", "accepted"))


def _unread(request: FieldRequest) -> Way | None:
    """A lead that somebody has worked on has been read: those in the first status have not."""
    status = request.context.find("status", "LeadStatus")
    stages = request.context.snapshot.statuses.get("LeadStatus", ())
    first = [one.api_name for one in stages if one.default] or [one.api_name for one in stages[:1]]
    return Way("flag.told", {"field": status, "values": first}) if status and first else None


def _member_status(request: FieldRequest) -> Way | None:
    """Nobody responds to a campaign before it begins."""
    source, values = of_parent(request, "CampaignId", "Status"), _values(request)
    if source is None or len(values) != len(_MEMBERS):
        return None
    ahead = [*request.context.schema.objects[source["of"]].fields["Status"].active_values[:1]]
    return _fitting([([{**source, "values": ahead}], values[:1])], values) if ahead else None


def _deal_type(request: FieldRequest) -> Way | None:
    """A renewal is no new business, and an expansion is no downgrade: as the deal's name says."""
    values = _values(request)
    new, fewer = saying(values, "new"), saying(values, "decrease")
    known = [value for value in values if value not in new]
    more = [value for value in known if value not in fewer] or known
    renewed = saying(values, "renewal") or [one for one in known if one not in saying(values, "replacement")] or known
    cases = {
        "replacement": saying(values, "replacement") or more,
        "renewal": renewed,
        "parts": more,
        "growth": saying(values, "growth") or more,
        "new": new,
    }
    return _named(request, cases, [value for value in values if value not in fewer]) if new and known else None


def _order_type(request: FieldRequest) -> Way | None:
    """What an order is called is what it is."""
    values = _values(request)
    cases = {"renewal": saying(values, "renewal"), "parts": saying(values, "parts")}
    return _named(request, cases, others(values, "renewal", "parts") or values) if any(cases.values()) else None


def _named(request: FieldRequest, cases: Mapping[str, list[str]], otherwise: list[str]) -> Way | None:
    known = {thing: values for thing, values in cases.items() if values}
    if not otherwise or not has(request, "Name"):
        return None
    return Way("choice.named", {"name": "Name", "cases": known, "values": otherwise})


SELLING: Mapping[tuple[str, str], Rule] = MappingProxyType(
    {
        ("Account", "Ownership"): _ownership,
        ("Account", "Type"): _account_type,
        ("Opportunity", "StageName"): _stage,
        ("Quote", "Status"): _quote_status,
        ("Order", "EffectiveDate"): after("CloseDate", via="OpportunityId", days=[1, 15]),
        ("Opportunity", "Type"): _deal_type,
        ("Order", "Type"): _order_type,
        ("CampaignMemberStatus", "HasResponded"): lambda request: (
            Way("campaign.responded", {"label": "Label"}) if has(request, "Label") else None
        ),
        ("Lead", "IsUnreadByOwner"): _unread,
        ("CampaignMember", "Status"): _member_status,
        ("Campaign", "ExpectedResponse"): lambda _: Way("number", {"curve": [*_RESPONSES], "step": 1}),
    }
)
