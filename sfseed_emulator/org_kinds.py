"""Kinds of orgs and of users: which facts an org tells of itself, and what its running user may see and do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sfseed_emulator.effects import AUDIT_FIELDS
from sfseed_emulator.org_model import OrgSchema, org_schema
from sfseed_emulator.state import stored_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_emulator.options import OrgOptions

    Described = tuple[dict[str, Any], Mapping[str, Any]]

NO_API, NO_SETUP = "no-api", "no-setup"


def _sandbox(options: OrgOptions, _now: datetime) -> OrgOptions:
    return options


def _scratch(options: OrgOptions, now: datetime) -> OrgOptions:
    ends = stored_time(now + timedelta(days=7))
    made = replace(options, trial_expiration=ends, organization_type="Developer Edition", instance_name="USA794S")
    return replace(made, data_storage_mb=200, file_storage_mb=50)


def _developer(options: OrgOptions, _now: datetime) -> OrgOptions:
    made = replace(options, is_sandbox=False, organization_type="Developer Edition", instance_name="USA784")
    return replace(made, data_storage_mb=5, file_storage_mb=20, daily_api_requests=15_000)


def _trial(options: OrgOptions, now: datetime) -> OrgOptions:
    ends = stored_time(now + timedelta(days=30))
    return replace(options, is_sandbox=False, trial_expiration=ends, instance_name="USA680")


def _production(options: OrgOptions, _now: datetime) -> OrgOptions:
    return replace(options, is_sandbox=False, instance_name="USA464")


KINDS: Mapping[str, Callable[[OrgOptions, datetime], OrgOptions]] = {
    "sandbox": _sandbox,
    "scratch": _scratch,
    "developer": _developer,
    "trial": _trial,
    "production": _production,
}
"""What each kind of org changes of the options."""


# Users


def _everything(schema: OrgSchema) -> OrgSchema:
    return schema


def _without_opportunities(schema: OrgSchema) -> OrgSchema:
    """Leave out Opportunity and what cannot be without it, and all references to them, as describes do for such a user."""
    hidden = {"Opportunity"}
    while more := {name for name, found in schema.objects.items() if name not in hidden and _needs(found.describe, hidden)}:
        hidden |= more
    kept = (_without(found.describe, found.extras, hidden) for name, found in schema.objects.items() if name not in hidden)
    return org_schema(kept)


def _needs(describe: Mapping[str, Any], hidden: set[str]) -> bool:
    return any(
        field.get("relationshipOrder") is not None or not field["nillable"]
        for field in describe["fields"]
        if field["referenceTo"] and set(field["referenceTo"]) <= hidden
    ) or describe["name"].startswith("Opportunity")


def _without(describe: dict[str, Any], extras: Mapping[str, Any], hidden: set[str]) -> Described:
    fields = [field for field in describe["fields"] if not field["referenceTo"] or set(field["referenceTo"]) - hidden]
    fields = [{**field, "referenceTo": [to for to in field["referenceTo"] if to not in hidden]} for field in fields]
    children = [child for child in describe.get("childRelationships") or () if child["childSObject"] not in hidden]
    rollups = {name: rule for name, rule in extras.get("rollups", {}).items() if rule["child"] not in hidden}
    return {**describe, "fields": fields, "childRelationships": children}, {**extras, "rollups": rollups}


def _without_campaigns(schema: OrgSchema) -> OrgSchema:
    """Let campaigns be read only, as they are without the permission Marketing User."""
    read_only = {"createable": False, "updateable": False, "deletable": False}
    pairs = (
        ({**found.describe, **(read_only if name in ("Campaign", "CampaignMemberStatus") else {})}, found.extras)
        for name, found in schema.objects.items()
    )
    return org_schema(pairs)


AUDITED = frozenset(
    (
        *("Account", "ArticleVersion", "Attachment", "CampaignMember", "Case", "CaseComment", "Contact", "ContentVersion"),
        *("Contract", "Event", "Idea", "Lead", "Opportunity", "Question", "Task", "Vote"),
    )
)
"""The standard objects whose audit fields may be set in new records; so may those of custom objects."""


def _with_audit_fields(schema: OrgSchema) -> OrgSchema:
    """Let new records say when and by whom they were made, as with the permission Set Audit Fields upon Record Creation."""
    return org_schema(
        (_settable(found.describe) if name in AUDITED or found.describe["custom"] else found.describe, found.extras)
        for name, found in schema.objects.items()
    )


def _settable(describe: dict[str, Any]) -> dict[str, Any]:
    fields = [{**field, "createable": True} if field["name"] in AUDIT_FIELDS else field for field in describe["fields"]]
    return {**describe, "fields": fields}


USERS: Mapping[str, Callable[[OrgSchema], OrgSchema]] = {
    "admin": _everything,
    NO_SETUP: _everything,
    "no-opportunity": _without_opportunities,
    NO_API: _everything,
    "no-marketing": _without_campaigns,
    "audit-fields": _with_audit_fields,
}
"""What each kind of user sees of the schema."""
