"""What an org does of its own when records arrive: active triggers and flows of the objects that are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.errors import OrgError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Any

    from sfseed_core.org.client import Org

# SALESFORCE.md 5.2
_TRIGGERS = "SELECT Name, TableEnumOrId, UsageBeforeInsert, UsageAfterInsert FROM ApexTrigger WHERE Status = 'Active'"
_FLOWS = (
    "SELECT Label, TriggerObjectOrEventLabel, TriggerObjectOrEventId, TriggerType, RecordTriggerType FROM FlowDefinitionView "
    "WHERE IsActive = true AND TriggerType IN ('RecordBeforeSave', 'RecordAfterSave')"
)
_AT_INSERT = frozenset({"Create", "CreateAndUpdate"})


def automation(org: Org, objects: Collection[str]) -> tuple[str, ...] | None:
    """Say which triggers and flows will run for records of these objects; None when the user may not see them."""
    try:
        return (*sorted(_triggers(org, objects)), *sorted(_flows(org, objects)))
    except OrgError:
        return None


def _triggers(org: Org, objects: Collection[str]) -> Iterator[str]:
    for row in _tooling(org, _TRIGGERS):
        if row.get("TableEnumOrId") in objects and (row.get("UsageBeforeInsert") or row.get("UsageAfterInsert")):
            yield f"{row['TableEnumOrId']}: trigger {row.get('Name')}"


def _flows(org: Org, objects: Collection[str]) -> Iterator[str]:
    for row in _tooling(org, _FLOWS):
        named = {row.get("TriggerObjectOrEventLabel"), row.get("TriggerObjectOrEventId")}
        mine = sorted(str(one) for one in named & set(objects))
        if mine and row.get("RecordTriggerType") in _AT_INSERT:
            yield f"{mine[0]}: flow {row.get('Label')}"


def _tooling(org: Org, soql: str) -> list[dict[str, Any]]:
    page = org.get("tooling/query", q=soql)
    found = page.get("records") if isinstance(page, dict) else None
    return [one for one in found or () if isinstance(one, dict)]
