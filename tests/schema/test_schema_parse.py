"""Describes become the typed schema."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfseed_core.errors import DataError
from sfseed_core.schema.fingerprint import fingerprint
from sfseed_core.schema.parse import object_schema, summaries
from sfseed_core.schema.typed_json import from_json, to_json

FIELD = {
    "name": "Region__c",
    "label": "Region",
    "type": "picklist",
    "length": 255,
    "createable": True,
    "updateable": True,
    "nillable": False,
    "defaultedOnCreate": False,
    "restrictedPicklist": True,
    "picklistValues": [
        {"value": "North", "label": "Norden", "active": True, "defaultValue": True, "validFor": None},
        {"value": "South", "label": "Süden", "active": False, "defaultValue": False, "validFor": None},
    ],
    "referenceTo": [],
    "somethingNew": {"a": 1},
}
LOOKUP = {
    "name": "Parent__c",
    "label": "Parent",
    "type": "reference",
    "createable": True,
    "nillable": False,
    "referenceTo": ["Account"],
    "relationshipName": "Parent__r",
    "relationshipOrder": 0,
    "filteredLookupInfo": {"controllingFields": [], "dependent": False, "optionalFilter": True},
}
DESCRIBE = {
    "name": "Thing__c",
    "label": "Thing",
    "labelPlural": "Things",
    "keyPrefix": "a00",
    "custom": True,
    "createable": True,
    "queryable": True,
    "updateable": True,
    "deletable": True,
    "fields": [FIELD, LOOKUP],
    "recordTypeInfos": [{"developerName": "Small", "name": "Small thing", "recordTypeId": "012000000000001AAA"}],
    "childRelationships": [{"childSObject": "Part__c", "field": "Thing__c", "relationshipName": "Parts__r"}],
    "urls": {},
}


def describes(folder):
    """Every single-object describe of the outside data."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return [one for one in found if "fields" in one]


def test_a_describe_is_read_and_unknown_keys_are_ignored():
    """Fields, record types, child relationships and flags come out typed."""
    thing = object_schema(DESCRIBE)
    region, parent = thing.fields.values()
    assert (thing.name, thing.key_prefix, thing.custom) == ("Thing__c", "a00", True)
    assert region.active_values == ("North",)
    assert region.restricted
    assert region.required_on_create
    assert parent.is_master_detail
    assert parent.filtered_lookup
    assert parent.filter_optional
    assert parent.reference_to == ("Account",)
    assert thing.record_types[0].developer_name == "Small"
    assert (thing.children[0].child, thing.children[0].field) == ("Part__c", "Thing__c")


def test_an_old_record_type_without_developer_name_is_known_by_its_name():
    """Describes before v43 state only the name of a record type."""
    old = {**DESCRIBE, "recordTypeInfos": [{"name": "Small", "recordTypeId": "012000000000001AAA"}]}
    assert object_schema(old).record_types[0].developer_name == "Small"


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("name",), "../../etc/passwd", "describe.name"),
        (("name",), None, "describe.name"),
        (("fields",), {"Id": {}}, "Thing__c.fields"),
        (("fields", 0, "name"), "a'; DROP", "Thing__c.fields[0].name"),
        (("fields", 0, "length"), "255", "Thing__c.fields[0] (Region__c).length"),
        (("fields", 0, "createable"), 1, "Thing__c.fields[0] (Region__c).createable"),
        (("fields", 0, "type"), None, "Thing__c.fields[0] (Region__c).type"),
        (("fields", 0, "picklistValues"), ["North"], "Thing__c.fields[0] (Region__c).picklistValues"),
        (("fields", 0, "picklistValues", 1, "active"), "no", "Thing__c.fields[0] (Region__c).picklistValues[1].active"),
        (("fields", 1, "referenceTo"), ["Acc ount"], "Thing__c.fields[1] (Parent__c).referenceTo"),
        (("fields", 1, "name"), "Region__c", "Thing__c.fields[1]"),
        (("fields", 1, "filteredLookupInfo"), [], "Thing__c.fields[1] (Parent__c).filteredLookupInfo"),
        (("recordTypeInfos",), "none", "Thing__c.recordTypeInfos"),
        (("childRelationships", 0, "field"), 3, "Thing__c.childRelationships[0].field"),
    ],
)
def test_a_broken_describe_is_refused_with_its_place(path, value, place):
    """Whatever has the wrong shape is named by object and place."""
    broken = copy.deepcopy(DESCRIBE)
    target = broken
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    with pytest.raises(DataError) as caught:
        object_schema(broken)
    assert f"at {place}:" in str(caught.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([*DESCRIBE, *(("fields", 0, key) for key in FIELD), *(("fields", 1, key) for key in LOOKUP)]),
    json_values,
)
def test_any_value_anywhere_is_read_or_refused(place, value):
    """No describe, however odd, makes anything but a schema or a DataError."""
    broken = copy.deepcopy(DESCRIBE)
    if isinstance(place, str):
        broken[place] = value
    else:
        broken["fields"][place[1]][place[2]] = value
    try:
        object_schema(broken)
    except DataError:
        return


def test_a_global_describe_gives_summaries():
    """Each row becomes a summary, by API name and in order."""
    row = {"name": "Account", "label": "Account", "labelPlural": "Accounts", "keyPrefix": "001", "createable": True}
    share = {"name": "AccountShare", "label": "Share", "associateEntityType": "Share", "associateParentEntity": "Account"}
    found = summaries({"sobjects": [row, share]})
    assert list(found) == ["Account", "AccountShare"]
    assert found["Account"].createable
    assert found["AccountShare"].associate_parent == "Account"


def test_real_describes_are_read_completely(outside_data):
    """Every real describe keeps each field, and what is required agrees with its own flags."""
    found = describes(outside_data / "describes")
    assert found
    for raw in found:
        schema = object_schema(raw)
        assert list(schema.fields) == [field["name"] for field in raw["fields"]]
        required = [
            field["name"]
            for field in raw["fields"]
            if field["createable"]
            and not field["nillable"]
            and not field["defaultedOnCreate"]
            and field["type"] != "boolean"
        ]
        assert [field.name for field in schema.fields.values() if field.required_on_create] == required
        assert len(schema.children) == len(raw["childRelationships"])


def test_a_real_global_describe_is_read(outside_data):
    """Every row of a real global describe becomes a summary."""
    raw = json.loads((outside_data / "describes" / "global.json").read_text(encoding="utf-8"))
    assert list(summaries(raw)) == [row["name"] for row in raw["sobjects"]]


def test_typed_json_keeps_everything(outside_data):
    """An object written as our own JSON and read again equals itself."""
    for raw in [DESCRIBE, *describes(outside_data / "describes")]:
        schema = object_schema(raw)
        assert from_json(json.loads(json.dumps(to_json(schema)))) == schema


@pytest.mark.parametrize("broken", [{}, {"name": "A"}, {**to_json(object_schema(DESCRIBE)), "fields": [{"nonsense": 1}]}])
def test_foreign_json_is_no_stored_object(broken):
    """JSON that we did not write is refused, not half read."""
    with pytest.raises(DataError):
        from_json(broken)


def test_the_fingerprint_sees_metadata_and_nothing_else():
    """Another length changes it; another order of objects or other record type ids do not."""
    thing = object_schema(DESCRIBE)
    other = object_schema({**DESCRIBE, "name": "Other__c"})
    elsewhere = copy.deepcopy(DESCRIBE)
    elsewhere["recordTypeInfos"][0]["recordTypeId"] = "012000000000009AAA"
    longer = copy.deepcopy(DESCRIBE)
    longer["fields"][0]["length"] = 100
    print_of = fingerprint({"Thing__c": thing, "Other__c": other})
    assert fingerprint({"Other__c": other, "Thing__c": thing}) == print_of
    assert fingerprint({"Thing__c": object_schema(elsewhere), "Other__c": other}) == print_of
    assert fingerprint({"Thing__c": object_schema(longer), "Other__c": other}) != print_of
