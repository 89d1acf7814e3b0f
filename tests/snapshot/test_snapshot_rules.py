"""The org's validation rules in a snapshot."""

from __future__ import annotations

from sfseed_core.schema.cache import Cache
from sfseed_core.schema.discover import discover
from sfseed_core.schema.model import ValidationRule
from sfseed_core.snapshot.read import take
from sfseed_core.snapshot.rules import read_rules
from sfseed_core.snapshot.store import from_json, to_json

PROJECT = ValidationRule(
    "Target_End_Not_Before_Start",
    "Target_End_Date__c < Start_Date__c",
    "A project can't end before it starts.",
    "Target_End_Date__c",
)


def test_active_rules_are_read_with_their_formulas(emulated):
    """Each object's active rules come with formula, message and field; objects without any are left out."""
    rules = read_rules(emulated().connect(), ["Project__c", "Account", "Time_Entry__c"])
    assert rules["Project__c"] == (PROJECT,)
    assert set(rules) == {"Project__c", "Time_Entry__c"}


def test_rules_are_listed_once_and_read_one_by_one(emulated):
    """The list is one query; a formula is asked for by the rule's id."""
    org = emulated()
    read_rules(org.connect(), ["Project__c", "Time_Entry__c", "Equipment__c"])
    assert len(org.calls("GET", "/tooling/query")) == 1
    assert len(org.calls("GET", "/tooling/sobjects/ValidationRule/")) == 3


def test_a_snapshot_keeps_its_rules(emulated, tmp_path):
    """A snapshot takes the rules of its objects along, and is stored and read back with them."""
    org = emulated().connect()
    schema = discover(org, names=["Project__c"], cache=Cache(tmp_path), also_parents=False)
    snapshot = take(org, schema, objects=["Project__c"])
    assert snapshot.validation_rules == {"Project__c": (PROJECT,)}
    assert from_json(to_json(snapshot)) == snapshot
