"""The demo org's describes against those of real orgs: the same keys everywhere, and the same said of every field of one name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sfseed_emulator.schema import OrgSchema
from tests.emulator.conftest import Org
from tests.emulator.shapes import shape_differences

OBJECTS = ("Account", "Case", "Contact", "Event", "Lead", "Opportunity", "OpportunityContactRole")
CHOSEN_BY_THE_ORG = {
    ("Event", "WhatId", "referenceTo"),
    ("Event", "RecurrenceTimeZoneSidKey", "picklistValues"),
    ("Lead", "Salutation", "picklistValues"),
    ("Opportunity", "StageName", "picklistValues"),
}
"""What an org's features and its administrator decide: which objects have activities, the words of some picklists."""


def real(outside_data: Path, name: str) -> dict[str, Any]:
    """Read a real describe."""
    return dict(json.loads((outside_data / "describes" / f"{name}.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", OBJECTS)
def test_a_describe_has_the_shape_of_the_real_one(org: Org, outside_data: Path, name: str) -> None:
    """Of the object, its fields, picklist values, record types, children and scopes."""
    ours = org.call("GET", f"/sobjects/{name}/describe").json()
    assert not shape_differences(real(outside_data, name), ours, name)


@pytest.mark.parametrize("name", OBJECTS)
def test_every_field_is_described_as_the_real_one(org: Org, outside_data: Path, name: str) -> None:
    """All properties of all standard fields that both have, and nearly all fields of the real object."""
    theirs = {field["name"]: field for field in real(outside_data, name)["fields"]}
    ours = {field["name"]: field for field in org.call("GET", f"/sobjects/{name}/describe").json()["fields"]}
    standard = {one for one in theirs if not one.endswith("__c")}
    assert len(standard & ours.keys()) >= 0.85 * len(standard)
    different = {
        (name, field, key)
        for field in standard & ours.keys()
        for key in theirs[field].keys() | ours[field].keys()
        if theirs[field].get(key) != ours[field].get(key)
    }
    assert different <= CHOSEN_BY_THE_ORG


def test_the_list_of_objects_has_the_shape_of_the_real_one(org: Org, outside_data: Path) -> None:
    """Key by key."""
    assert not shape_differences(real(outside_data, "global"), org.call("GET", "/sobjects").json(), "global")


@pytest.mark.parametrize("name", OBJECTS)
def test_a_real_describe_that_is_served_comes_back_as_it_is(
    make_org: Callable[..., Org], real_schema: Callable[..., OrgSchema], outside_data: Path, name: str
) -> None:
    """All but the API version in its addresses."""
    served = make_org(real_schema()).call("GET", f"/services/data/v60.0/sobjects/{name}/describe").json()
    theirs = real(outside_data, name)
    assert {**served, "urls": None, "recordTypeInfos": None} == {**theirs, "urls": None, "recordTypeInfos": None}
    assert all(one.startswith("/services/data/v60.0/") for one in served["urls"].values() if one.startswith("/services"))
