"""What a live org's lookup filters ask, read by the Tooling API."""

from __future__ import annotations

import pytest

from sfseed_core.schema.cache import Cache
from sfseed_core.schema.discover import discover
from sfseed_core.schema.lookup_filters import read_filter, with_filters
from sfseed_core.schema.model import LookupFilter
from sfseed_core.schema.sfdx.read import read_schema
from sfseed_emulator.org_kinds import NO_SETUP
from sfseed_emulator.sfdx.schema import sfdx_schema
from tests.hostile_projects import SURPRISES
from tests.sfdx_project import Project


@pytest.fixture
def project(tmp_path):
    """A project with filters of every kind."""
    made = Project(tmp_path / "project")
    SURPRISES["filters"](made)
    return made


def test_filters_are_read_as_source_tells_them(project, emulated, tmp_path):
    """Binding filters of custom and standard fields come as the project's files say; optional ones are not asked for."""
    one = emulated(schema=sfdx_schema(project.folder))
    org, cache = one.connect(), Cache(tmp_path)
    described = discover(org, names=["Filtered__c"], cache=cache).objects
    assert described["Filtered__c"].fields["Value__c"].lookup_filter is None
    found = with_filters(org, described, cache=cache)["Filtered__c"].fields
    told = read_schema(project.folder).objects["Filtered__c"].fields
    for name in ("Value__c", "Kind__c", "Source__c", "Several__c", "Needed__c", "Person__c"):
        assert found[name].lookup_filter == told[name].lookup_filter is not None, name
    assert found["Free__c"].lookup_filter is None
    calls = len(one.calls("GET", "tooling/query"))
    assert calls == 7
    assert with_filters(org, described, cache=cache)["Filtered__c"].fields == found
    assert len(one.calls("GET", "tooling/query")) == calls


def test_a_user_who_may_not_see_them_goes_on_without(project, emulated, tmp_path):
    """Where the set-up is closed to the user, objects stay as described."""
    one = emulated(schema=sfdx_schema(project.folder), user=NO_SETUP)
    org, cache = one.connect(), Cache(tmp_path)
    described = discover(org, names=["Filtered__c"], cache=cache).objects
    assert with_filters(org, described, cache=cache) == described


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (None, None),
        ({"lookupFilter": None}, None),
        ({"lookupFilter": {"active": False, "filterItems": []}}, None),
        ({"lookupFilter": {"active": True, "filterItems": 7}}, None),
        ({"lookupFilter": "x"}, None),
        (
            {
                "lookupFilter": {
                    "filterItems": [{"field": "A.B", "operation": "equals", "value": None, "valueField": "$Source.C"}, 3]
                }
            },
            LookupFilter((("A.B", "equals", "$Source.C", True),)),
        ),
    ],
)
def test_metadata_of_any_shape(stated, expected):
    """What is not shaped as expected counts as not told."""
    assert read_filter(stated) == expected
