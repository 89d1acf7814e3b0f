"""The rows that a new org starts with, before anybody has entered business data.

A row's key ``@`` names it, and a value that begins with ``@`` stands for the id of the row so named.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_emulator.org_model import ObjectDef, OrgSchema

Row = dict[str, Any]

STATUS_TABLES: dict[str, tuple[str, str, str]] = {
    "OpportunityStage": ("Opportunity", "StageName", "ApiName"),
    "CaseStatus": ("Case", "Status", "ApiName"),
    "LeadStatus": ("Lead", "Status", "ApiName"),
    "TaskStatus": ("Task", "Status", "ApiName"),
    "TaskPriority": ("Task", "Priority", "ApiName"),
    "ContractStatus": ("Contract", "Status", "ApiName"),
    "OrderStatus": ("Order", "Status", "ApiName"),
    "SolutionStatus": ("Solution", "Status", "ApiName"),
    "WorkOrderStatus": ("WorkOrder", "Status", "ApiName"),
    "WorkOrderLineItemStatus": ("WorkOrderLineItem", "Status", "ApiName"),
    "ServiceAppointmentStatus": ("ServiceAppointment", "Status", "ApiName"),
}
"""Tables with one row for each value of a picklist: the object and field that has it, the table's column for it."""


def demo_rows(schema: OrgSchema) -> Mapping[str, list[Row]]:
    """List a new org's rows by object, in an order in which a row's references come before it where that is possible.

    Status tables follow the picklists of ``schema``, so that renamed stages have their rows; record types have a row for
    each one that a describe names.
    """
    rows: dict[str, list[Row]] = {}
    for name, own in _read_rows().items():
        if schema.get(name) is not None:
            rows[name] = _status_rows(schema, name, own) if name in STATUS_TABLES else own
    if schema.get("RecordType") is not None:
        rows["RecordType"] = _record_type_rows(schema)
    return {name: [_known_fields(schema, name, row) for row in own] for name, own in rows.items() if own}


def _read_rows() -> dict[str, list[Row]]:
    text = resources.files("sfseed_emulator").joinpath("data", "rows")
    files = sorted((entry for entry in text.iterdir() if entry.name.endswith(".json")), key=lambda entry: entry.name)
    return {name: rows for entry in files for name, rows in json.loads(entry.read_text(encoding="utf-8")).items()}


def _status_rows(schema: OrgSchema, name: str, known: list[Row]) -> list[Row]:
    """Give each value of the table's picklist its row: as known, or for a value of the org's own like the first, open one."""
    owner, field_name, column = STATUS_TABLES[name]
    owning = schema.get(owner)
    field = owning.field(field_name) if owning else None
    by_value = {row[column]: row for row in known}
    values = (
        field.raw["picklistValues"] if field else [_picklist_value(row, column) for row in known if row.get("demo", True)]
    )
    return [
        {
            **by_value.get(value["value"], {**known[0], column: value["value"], "MasterLabel": value["label"]}),
            "SortOrder": order,
            "IsDefault": value["defaultValue"],
            "IsActive": value["active"],
        }
        for order, value in enumerate(values, start=1)
    ]


def _picklist_value(row: Row, column: str) -> dict[str, Any]:
    return {"value": row[column], "label": row["MasterLabel"], "defaultValue": False, "active": True}


def _record_type_rows(schema: OrgSchema) -> list[Row]:
    return [
        {
            "Id": info.id,
            "Name": info.name,
            "DeveloperName": info.developer_name,
            "SobjectType": found.name,
            "IsActive": info.active,
            "IsPersonType": _person_type(found, info.developer_name),
        }
        for found in schema.objects.values()
        for info in found.record_types
        if not info.master
    ]


def _person_type(found: ObjectDef, developer_name: str) -> bool:
    persons = found.extras.get("person_types", ())
    named = developer_name in persons or developer_name.startswith("PersonAccount")
    return found.field("IsPersonAccount") is not None and named


def _known_fields(schema: OrgSchema, name: str, row: Row) -> Row:
    """Drop what the schema's object has no field for: a real describe may be older or narrower than the demo org's data."""
    found = schema.get(name)
    return {key: value for key, value in row.items() if key == "@" or (found and found.field(key))}
