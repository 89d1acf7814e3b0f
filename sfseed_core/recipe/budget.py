"""What records take of an org's data storage (SALESFORCE.md 7.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.errors import PlanRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.snapshot.model import Snapshot

USUAL = 2048
PERSON = 4096
MB = 1024 * 1024
DEFAULT_SHARE = 10  # percent of the free storage that counts which nobody asked for may take
MOST_SHARE = 80  # percent above which a plan says so

_SIZES = {"Campaign": 8192, "CampaignMember": 1024}
_FREE = frozenset(
    {
        *("Product2", "Pricebook2", "PricebookEntry", "OpportunityLineItem", "QuoteLineItem", "OrderItem", "Asset"),
        *("OpportunityContactRole", "CampaignMemberStatus", "User"),
        *("ContentVersion", "ContentDocument", "ContentDocumentLink", "Attachment", "Document"),  # they count as files
    }
)


def record_bytes(name: str) -> int:
    """Return how much data storage one record of the object takes; it does not depend on its fields."""
    return 0 if name in _FREE else _SIZES.get(name, USUAL)


def needed_bytes(counts: Mapping[str, int]) -> int:
    """Return what so many records of each object take together."""
    return sum(count * record_bytes(name) for name, count in counts.items())


def default_scale(automatic: Mapping[str, int], snapshot: Snapshot) -> float:
    """Return by how much counts that nobody asked for must shrink to stay within their share of the free storage."""
    if snapshot.storage_free_mb is None:
        return 1.0
    allowed = max(snapshot.storage_free_mb, 0) * MB * DEFAULT_SHARE // 100
    needed = needed_bytes(automatic)
    return 1.0 if needed <= allowed else allowed / needed


def fitting_scale(counts: Mapping[str, int], fixed: Mapping[str, int], percent: int, snapshot: Snapshot) -> float:
    """Return by how much counts must change so that they and the fixed ones take so many percent of the free storage.

    Raises PlanRefused where the free storage is not known, or the fixed counts alone take more.
    """
    if snapshot.storage_free_mb is None:
        raise PlanRefused("how much storage is free is not known: this user may not read the org's limits",
                          hint="Say how many records instead: --count Object=N or --count-scale X.")  # fmt: skip
    room = max(snapshot.storage_free_mb, 0) * MB * percent // 100 - needed_bytes(fixed)
    needed = needed_bytes(counts)
    if room <= 0 or not needed:
        raise PlanRefused(
            f"{percent} % of the free storage leave no room for other records", hint="Ask for fewer: --count."
        )
    return room / needed


def crowded(counts: Mapping[str, int], snapshot: Snapshot) -> int | None:
    """Return how many percent of the free storage the records take, when that is more than anybody should be filled unasked."""
    free = snapshot.storage_free_mb
    if not free or needed_bytes(counts) * 100 <= free * MB * MOST_SHARE:
        return None
    return needed_bytes(counts) * 100 // (free * MB)


def check_fits(counts: Mapping[str, int], snapshot: Snapshot) -> None:
    """Raise PlanRefused when the records cannot fit into what is free; nothing is known where limits may not be read."""
    free = snapshot.storage_free_mb
    needed = needed_bytes(counts)
    if free is None or needed <= free * MB:
        return
    largest = sorted(counts, key=lambda name: -counts[name] * record_bytes(name))[:3]
    shares = ", ".join(f"{name} {counts[name] * record_bytes(name) / MB:,.1f} MB" for name in largest)
    raise PlanRefused(
        f"these records need {needed / MB:,.1f} MB of data storage, the org has {free:,} MB free (largest: {shares})",
        hint="Ask for fewer records: --count Object=N or --count-scale X.",
    )
