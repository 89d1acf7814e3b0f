"""Record types' own picklist values: read once from the UI API, kept, and never a reason to fail."""

from __future__ import annotations

import pytest

from sfseed_core.schema.cache import Cache
from sfseed_core.schema.discover import discover
from sfseed_core.schema.record_types import calls_needed, with_picklists
from tests.emulated import EmulatedOrg


@pytest.fixture
def org(emulated):
    """A practice org."""
    return emulated()


def read(org: EmulatedOrg, home, *names):
    """The named objects with their record types' values."""
    connected, cache = org.connect(), Cache(home)
    objects = discover(connected, names=names, cache=cache).objects
    return with_picklists(connected, objects, cache=cache)


def test_each_record_type_has_its_own_values(org, home):
    """The values that a record type offers stand in it, per picklist."""
    project = read(org, home, "Project__c")["Project__c"]
    values = {
        kind.developer_name: kind.picklists.get("Project_Type__c") for kind in project.record_types if not kind.master
    }
    assert values == {
        "Client_Delivery": ("Implementation", "Migration", "Support"),
        "Internal": ("Research", "Internal Tooling"),
    }


def test_a_second_reading_asks_for_nothing(org, home):
    """While the describe is the same, the record types' values come from the cache."""
    first = read(org, home, "Project__c")
    assert len(org.calls("GET", "picklist-values")) == calls_needed({"Project__c": first["Project__c"]}) == 2
    assert read(org, home, "Project__c")["Project__c"] == first["Project__c"]
    assert len(org.calls("GET", "picklist-values")) == 2


def test_objects_without_record_types_cost_no_call(org, home):
    """Nothing is asked for an object that has no record types of its own."""
    assert "Site__c" in read(org, home, "Site__c")
    assert not org.calls("GET", "picklist-values")


def test_a_user_without_the_ui_api_still_gets_the_object(org, home):
    """Where the UI API refuses, the object stays as its describe states it."""
    org.fault(
        at="before", match={"path": "picklist-values"}, times=10, do="answer", status=403, code="API_DISABLED_FOR_ORG"
    )
    project = read(org, home, "Project__c")["Project__c"]
    assert all(not kind.picklists for kind in project.record_types)
