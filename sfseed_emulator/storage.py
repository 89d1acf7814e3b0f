"""How much data storage records take, by Salesforce's flat rates per record."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_emulator.schema import ObjectDef
    from sfseed_emulator.state import OrgState

USUAL_KB = 2
KB_PER_RECORD: Mapping[str, int] = {
    "Campaign": 8,
    "CampaignMember": 1,
    **dict.fromkeys(
        (
            "Product2", "Pricebook2", "PricebookEntry", "OpportunityLineItem", "QuoteLineItem", "OrderItem", "Asset",
            "OpportunityContactRole", "FeedItem", "ContentDocument", "ContentDocumentLink", "ContentVersion", "Attachment",
            "Document",
        ),
        0,
    ),
}  # fmt: skip
"""What differs from the usual 2 KB; set-up objects take nothing."""

GRACE_PERCENT = 110


def kb_per_record(found: ObjectDef) -> int:
    """Return what one record of the object takes."""
    return 0 if found.setup else KB_PER_RECORD.get(found.name, USUAL_KB)


def used_kb(state: OrgState) -> int:
    """Return what all live records take; the contact of a person account makes up its 4 KB."""
    return sum(kb_per_record(found) * state.live_count(name) for name, found in state.schema.objects.items())


def remaining_mb(state: OrgState) -> int:
    """Return the whole megabytes that are left, as /limits tells them."""
    return max(0, state.options.data_storage_mb - -(-used_kb(state) // 1024))


def room(state: OrgState, found: ObjectDef, count: int) -> int:
    """Return how many of `count` new records still fit: Salesforce lets an org go a tenth over its limit."""
    each = kb_per_record(found)
    if not each:
        return count
    left = state.options.data_storage_mb * 1024 * GRACE_PERCENT // 100 - used_kb(state)
    return max(0, min(count, left // each))
