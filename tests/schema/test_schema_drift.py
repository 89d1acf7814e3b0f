"""What has changed in an org since it was last read."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

from sfseed_core.schema.cache import Cache
from sfseed_core.schema.discover import discover, remembered
from sfseed_core.schema.drift import Drift, drift
from sfseed_core.schema.model import Field, PicklistValue


def object_with(thing, **fields):
    """The object with these fields more, or other ones."""
    return dataclasses.replace(thing, fields=MappingProxyType({**thing.fields, **fields}))


def test_what_came_went_and_changed_is_told(emulated, tmp_path):
    """Objects, fields, values and attributes are compared; an unchanged org has no drift."""
    one = emulated()
    before = discover(one.connect(), names=["Site__c", "Account"], cache=Cache(tmp_path)).objects
    assert not drift(before, before)
    site = before["Site__c"]
    name = dataclasses.replace(site.fields["Name"], length=40)
    extra = Field("New__c", "New", "picklist", picklist=(PicklistValue("a", "a"),))
    after = {"Site__c": object_with(site, Name=name, New__c=extra), "Account": before["Account"]}
    found = drift(before, after, listed_before=["Site__c", "Old__c"], listed_after=["Site__c", "Fresh__c"])
    assert found == Drift(
        added=("Fresh__c",),
        removed=("Old__c",),
        changed={"Site__c": ("New__c was added (picklist)", "Name: length was 80, is 40")},
    )
    back = drift(after, before)
    assert "New__c was removed" in back.changed["Site__c"]
    more = dataclasses.replace(extra, picklist=tuple(PicklistValue(str(n), str(n)) for n in range(9)))
    values = drift(after, {"Site__c": object_with(after["Site__c"], New__c=more)}).changed["Site__c"]
    assert values == ("New__c: values came: 0, 1, 2, 3, 4, +4 more", "New__c: values went: a")


def test_what_was_read_is_remembered_without_a_call(emulated, tmp_path):
    """The listing and the describes of last time come from the cache alone; a broken entry counts as never read."""
    one, cache = emulated(), Cache(tmp_path)
    org = one.connect()
    assert remembered(org, cache) == ({}, {})
    schema = discover(org, names=["Site__c"], cache=cache)
    calls = len(one.calls())
    listed, objects = remembered(org, cache)
    assert (set(listed), set(objects)) == (set(schema.listing), {"Site__c"})
    next(tmp_path.rglob("Site__c.json")).write_text('{"describe": {"name": 7}, "stamp": {}}', encoding="utf-8")
    assert remembered(org, cache)[1] == {}
    assert len(one.calls()) == calls
