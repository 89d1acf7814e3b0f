"""What can be seeded, and why the rest cannot."""

from __future__ import annotations

import json

import pytest

from sfseed_core.schema.model import ObjectSummary
from sfseed_core.schema.parse import summaries
from sfseed_core.schema.seedable import exclusions, seedable, setup_reason


def summary(name, **more):
    """A row of a global describe of an ordinary object."""
    flags = {"custom": name.endswith("__c"), "createable": True, "queryable": True, "updateable": True, "deletable": True}
    return ObjectSummary(name=name, label=name, label_plural=name, key_prefix=None, **{**flags, **more})


@pytest.mark.parametrize(
    "name", ["Account", "CampaignMemberStatus", "ContentVersion", "OperatingHours", "Group__c", "User_Story__c", "Site__c"]
)
def test_business_objects_are_seedable(name):
    """Standard and custom objects that hold records are offered."""
    assert seedable(summary(name)) is None


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (summary("AccountShare", associate_entity_type="Share", associate_parent="Account"), "derived"),
        (summary("Limits__c", custom_setting=True), "custom-setting"),
        (summary("Old", deprecated_and_hidden=True), "retired"),
        (summary("Thing__Share"), "share"),
        (summary("Thing__History"), "history"),
        (summary("Thing__e"), "event"),
        (summary("Thing__mdt"), "metadata"),
        (summary("Thing__b"), "big-object"),
        (summary("Thing__x"), "external"),
        (summary("Thing__kav"), "knowledge"),
        (summary("LoginGeo", createable=False), "read-only"),
        (summary("Secret", queryable=False), "hidden"),
        (summary("User"), "setup"),
        (summary("PermissionSetAssignment"), "setup"),
        (summary("ApexClass"), "setup"),
        (summary("OpportunityStage"), "setup"),
    ],
)
def test_each_exclusion_has_its_rule_and_a_reason(row, rule):
    """What is left out says why."""
    found = seedable(row)
    assert (found.name, found.rule) == (row.name, rule)
    assert len(found.reason) > 10


def test_custom_objects_are_never_setup():
    """A custom object named like a setup object stays a business object."""
    assert setup_reason("User__c") is None
    assert setup_reason("ApexThing__c") is None


def test_a_real_listing_is_sorted_into_business_and_the_rest(outside_data):
    """Of a real global describe the business objects stay, each other one has a reason."""
    rows = summaries(json.loads((outside_data / "describes" / "global.json").read_text(encoding="utf-8")))
    left_out = {one.name for one in exclusions(rows.values())}
    stay = set(rows) - left_out
    assert {"Account", "Contact", "Lead", "Opportunity", "Case", "Event", "WorkOrder", "WorkType"} <= stay
    assert not {"User", "UserRole", "Organization", "WorkOrderShare", "WorkOrderStatus", "WebLink", "Vote"} & stay
