"""What an org does of its own when records arrive: triggers, flows, processes and workflow rules of the objects that are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_core.errors import OrgError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from typing import Any

    from sfseed_core.org.client import Org

# SALESFORCE.md 5.2
_TRIGGERS = "SELECT Name, TableEnumOrId, UsageBeforeInsert, UsageAfterInsert FROM ApexTrigger WHERE Status = 'Active'"
_FLOWS = (
    "SELECT Label, TriggerObjectOrEventLabel, TriggerObjectOrEventId, TriggerType, RecordTriggerType FROM FlowDefinitionView "
    "WHERE IsActive = true AND TriggerType IN ('RecordBeforeSave', 'RecordAfterSave')"
)
_PROCESSES = (
    "SELECT Label, TriggerObjectOrEventId, ProcessType FROM FlowDefinitionView "
    "WHERE IsActive = true AND ProcessType = 'Workflow'"
)
_WORKFLOWS = "SELECT Name, TableEnumOrId FROM WorkflowRule"
HOW_TO_SWITCH_OFF = (
    "sfseed does not switch any of these off. To do so by hand: Setup > Flows (deactivate), Setup > Apex Triggers (deploy it with "
    "status Inactive), Setup > Workflow Rules (deactivate); switch them on again after the load."
)
_AT_INSERT = frozenset({"Create", "CreateAndUpdate"})


def automation(org: Org, objects: Collection[str]) -> tuple[str, ...] | None:
    """Say what will run for records of these objects, and how it is switched off; None when the user may see none of it.

    A kind that the user may not read is said to be not read: that is not none.
    """
    told: list[str] = []
    unread: list[str] = []
    for kind, read in _KINDS.items():
        try:
            told += sorted(read(org, objects))
        except OrgError:
            unread.append(kind)
    if len(unread) == len(_KINDS):
        return None
    lines = (*told, *(f"{kind}: not read" for kind in unread))
    return (*lines, HOW_TO_SWITCH_OFF) if told else lines


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


def _processes(org: Org, objects: Collection[str]) -> Iterator[str]:
    for row in _tooling(org, _PROCESSES):
        if row.get("TriggerObjectOrEventId") in objects:
            yield f"{row['TriggerObjectOrEventId']}: process {row.get('Label')}"


def _workflow_rules(org: Org, objects: Collection[str]) -> Iterator[str]:
    for row in _tooling(org, _WORKFLOWS):
        if row.get("TableEnumOrId") in objects:
            yield f"{row['TableEnumOrId']}: workflow rule {row.get('Name')}"


def _tooling(org: Org, soql: str) -> list[dict[str, Any]]:
    page = org.get("tooling/query", q=soql)
    found = page.get("records") if isinstance(page, dict) else None
    return [one for one in found or () if isinstance(one, dict)]


_KINDS: Mapping[str, Callable[[Org, Collection[str]], Iterator[str]]] = {
    "triggers": _triggers,
    "flows": _flows,
    "processes": _processes,
    "workflow rules": _workflow_rules,
}
