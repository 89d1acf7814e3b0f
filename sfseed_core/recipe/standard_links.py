"""How references of standard objects are filled where their own rules say more than the schema (SALESFORCE.md section 8)."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from sfseed_core.recipe.model import ONLY, SHARE, STANDARD_PRICE_BOOK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.snapshot.model import Snapshot

PRICE_BOOK_FIELD = "Pricebook2Id"
_CONTACTS = SHARE * 7 // 10  # of campaign members and of activities; leads have the rest


@dataclass(frozen=True, slots=True)
class Link:
    """One reference's own way: the mode and options of its ReferencePlan.

    `prefer` orders the targets of a polymorphic reference (others are left out); `symbol` is what the org has, used where
    the target is not seeded or besides it. The slot applies only where all of `needs` are seeded.
    """

    mode: Literal["children", "spread", "pair", "self", "along", "cycle", "round", "symbol"]
    options: Mapping[str, Any] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    symbol: str | None = None
    prefer: tuple[str, ...] = ()
    weights: tuple[int, ...] = ()
    needs: tuple[str, ...] = ()
    why: str = ""


def _slot(name: str, low: int, high: int, **more: Any) -> dict[str, Any]:
    return {"slot": {"name": name, "low": low, "high": high, **more}}


_WHO = Link(
    "spread",
    _slot("who", 0, SHARE, chooses=True),
    prefer=("Contact", "Lead"),
    weights=(_CONTACTS, SHARE - _CONTACTS),
    why="contacts, some leads",
)
_WHAT = Link(
    "spread",
    {**_slot("who", 0, _CONTACTS), "near": "WhoId.AccountId"},
    prefer=("Account", "Opportunity", "Case", "Campaign", "Asset", "Contract", "Order", "Quote", "WorkOrder"),
    weights=(4, 4, 3, 1, 1, 1, 1, 1, 1),
    needs=("Lead",),
    why="an activity with a lead is about nothing else",
)
_ABOUT = Link(
    "spread",
    prefer=("Account", "Opportunity", "Case", "Contact", "Contract", "Order", "Campaign"),
    weights=(4, 4, 3, 2, 1, 1, 1),
    why="files and notes hang on accounts, deals and cases",
)

_OF_ACCOUNT = {"via": "AccountId", "roots": 80}
_SAME = "an earlier line of the same parent"
GOODS = (2, 3)  # of every three products that are made the first two are things, the third is a service or software

_LINKS: Mapping[tuple[str, str], Link] = MappingProxyType(
    {
        ("PricebookEntry", "Product2Id"): Link("cycle", why="every product has its standard price first"),
        ("PricebookEntry", PRICE_BOOK_FIELD): Link(
            "round",
            {"with": "Product2Id"},
            symbol=STANDARD_PRICE_BOOK,
            why="one standard price per product, then prices in the other books",
        ),
        ("CampaignMember", "CampaignId"): Link("children", why="each campaign has its members"),
        ("CampaignMember", "ContactId"): Link(
            "pair", _slot("who", 0, _CONTACTS), needs=("Lead",), why="a member is a contact or a lead, once per campaign"
        ),
        ("CampaignMember", "LeadId"): Link(
            "pair",
            _slot("who", _CONTACTS, SHARE),
            needs=("Contact",),
            why="a member is a contact or a lead, once per campaign",
        ),
        ("AccountContactRelation", "ContactId"): Link("children", why="contacts with a second account"),
        ("AccountContactRelation", "AccountId"): Link(
            "pair", {"away_from": "ContactId.AccountId"}, why="never the account that the contact belongs to already"
        ),
        ("Account", "ParentId"): Link("self", {"depth": 3, "roots": 75}, why="some companies belong to others"),
        ("Contact", "ReportsToId"): Link(
            "self", {"via": "AccountId", "ranked": True}, why="somebody of the same account, of higher rank"
        ),
        ("Case", "ParentId"): Link("self", {"via": "AccountId", "roots": 80}, why="an earlier case of the same account"),
        ("Asset", "ParentId"): Link("self", {"via": "AccountId", "roots": 60}, why="an asset of the same account"),
        ("Asset", "Product2Id"): Link("spread", {"first": [*GOODS]}, why="a product that can be installed"),
        ("Campaign", "ParentId"): Link("self", {"depth": 4}, why="campaign hierarchies have at most 5 levels"),
        ("ContractLineItem", "ParentContractLineItemId"): Link("self", {"via": "ServiceContractId"}, why=_SAME),
        ("WorkOrderLineItem", "ParentWorkOrderLineItemId"): Link("self", {"via": "WorkOrderId"}, why=_SAME),
        ("WorkOrder", "ParentWorkOrderId"): Link("self", _OF_ACCOUNT, why="an earlier work order of the same account"),
        ("ServiceContract", "ParentServiceContractId"): Link("self", _OF_ACCOUNT, why="an earlier contract of the account"),
        ("ServiceAppointment", "ParentRecordId"): Link(
            "spread", prefer=("WorkOrder", "Account"), weights=(1, 0), why="appointments are made for work orders"
        ),
        **{
            ("ServiceAppointment", name): Link(
                "along", {"via": "ParentRecordId", "through": name}, why="as its work order says"
            )
            for name in ("ContactId", "WorkTypeId", "ServiceTerritoryId")
        },
        **{
            ("WorkOrderLineItem", name): Link(
                "along", {"via": "WorkOrderId", "through": name}, why="as its work order says"
            )
            for name in ("AssetId", "LocationId", "ServiceTerritoryId")
        },
        ("Contact", "IndividualId"): Link("cycle", {"once": True}, why="the individual of the same name"),
        ("Task", "WhoId"): _WHO,
        ("Task", "WhatId"): _WHAT,
        ("Event", "WhoId"): _WHO,
        ("Event", "WhatId"): _WHAT,
        ("Note", "ParentId"): _ABOUT,
        ("Attachment", "ParentId"): _ABOUT,
        ("ContentVersion", "FirstPublishLocationId"): _ABOUT,
    }
)


def only_some(name: str, field: str, snapshot: Snapshot) -> dict[str, Any]:
    """Return the option by which a reference leads to some of the records only: an order's to a deal that is won."""
    won = [one.api_name for one in snapshot.statuses.get("OpportunityStage", ()) if one.won]
    if (name, field) == ("Order", "OpportunityId") and won:
        return {ONLY: {"field": "StageName", "values": won}}
    if (name, field) == ("Opportunity", "CampaignId"):
        return {ONLY: {"field": "StartDate", "before": "CloseDate"}}
    return {}


_SAME_BOOK = Link("symbol", symbol=STANDARD_PRICE_BOOK, why="all deals use the standard price book")


def link_of(name: str, field: str) -> Link | None:
    """Return the reference's own way, if it has one."""
    own = _LINKS.get((name, field))
    if own is None and field == PRICE_BOOK_FIELD:
        return _SAME_BOOK
    return own
