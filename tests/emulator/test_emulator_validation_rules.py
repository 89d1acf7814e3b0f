"""Validation rules on writes to an emulated org that obeys them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sfseed_emulator import dml
from sfseed_emulator.options import OrgOptions
from sfseed_emulator.org_model import OrgSchema
from sfseed_emulator.outcome import RowError
from sfseed_emulator.schema import demo_rows, demo_schema
from sfseed_emulator.state import OrgState

PROJECT = {"Name": "A", "Start_Date__c": "2024-05-01", "Target_End_Date__c": "2024-04-30"}
REFUSED = RowError("FIELD_CUSTOM_VALIDATION_EXCEPTION", "A project can't end before it starts.", ("Target_End_Date__c",))


def org(*rules: dict, on: str = "Project__c", obeys: bool = True) -> OrgState:
    """Make a demo org whose object has these rules besides its own."""
    schema = demo_schema()
    found = schema.objects[on]
    more = replace(found, extras={**found.extras, "validation_rules": [*found.extras.get("validation_rules", ()), *rules]})
    objects = {**schema.objects, on: more}
    changed = OrgSchema(
        objects, {name.lower(): one for name, one in objects.items()}, {**schema.by_prefix, more.key_prefix: more}
    )
    return OrgState.create(None, changed, options=OrgOptions(validation_rules=obeys), rows=demo_rows(schema))


def insert(state: OrgState, *rows: dict, on: str = "Project__c"):
    """Insert rows as JSON."""
    with state.lock, state.transaction():
        return dml.insert(state, on, rows, "json")


def rule(formula: str, **more) -> dict:
    """Make a rule at the whole record."""
    return {"name": "Extra", "active": True, "formula": formula, "message": "No.", "field": None, **more}


def test_a_row_that_meets_a_rule_is_refused_at_its_field():
    """The message, the code and the field of the rule come back; other rows are saved."""
    good = {**PROJECT, "Target_End_Date__c": "2024-05-02"}
    refused, saved = insert(org(), PROJECT, good)
    assert refused.errors == (REFUSED,)
    assert saved.id is not None


def test_an_org_that_does_not_obey_saves_the_row():
    """An org made without rules saves what they would refuse."""
    [saved] = insert(org(obeys=False), PROJECT)
    assert saved.id is not None


def test_all_rules_that_are_met_are_reported():
    """A row comes back with every rule that it meets; a rule that is switched off is none."""
    state = org(rule("ISNEW()"), rule("TRUE", active=False), rule("1 / 0 = 1"), rule("THIS IS NONE"))
    [refused] = insert(state, PROJECT)
    assert refused.errors == (REFUSED, RowError("FIELD_CUSTOM_VALIDATION_EXCEPTION", "No."))


def test_updates_see_the_whole_row_and_the_old_one():
    """An update is checked as the row will be; ISCHANGED and PRIORVALUE look at the saved one."""
    state = org(rule('AND(NOT(ISNEW()), ISCHANGED(Name), PRIORVALUE(Name) = "A")', message="Keep the name."))
    [saved] = insert(state, {**PROJECT, "Target_End_Date__c": "2024-05-02"})
    with state.lock, state.transaction():
        [renamed] = dml.update(state, "Project__c", [{"Id": saved.id, "Name": "B"}], "json")
        [early] = dml.update(state, "Project__c", [{"Id": saved.id, "Target_End_Date__c": "2024-01-01"}], "json")
        [fine] = dml.update(state, "Project__c", [{"Id": saved.id, "Name": "A", "Budget__c": 5}], "json")
    assert [error.message for error in renamed.errors] == ["Keep the name."]
    assert early.errors == (REFUSED,)
    assert fine.errors == ()


@pytest.mark.parametrize(
    ("formula", "met"),
    [
        ("ISBLANK($User.Id)", False),
        ("LEN($User.Id) = 15", True),
        ('$Profile.Name = "System Administrator"', True),
        ("$Permission.Bypass", False),
        ("$User.IsActive", True),
        ('Owner:User.IsActive', True),
        ("ISBLANK(Account__r.Owner.Profile.Name)", True),
        ("Account__c = NULL", True),
        ("$Setup.Missing__c.Off__c", False),
        ("TODAY() < Start_Date__c", False),
        ("ISBLANK(Owner.Profile.Name)", False),
        ("$System.OriginDateTime < NOW()", True),
        ("VLOOKUP(Name, Name, Name) = \"x\"", False),
    ],
)  # fmt: skip
def test_rules_read_globals_and_parents(formula, met):
    """A rule sees the running user, parents and the clock; what is not kept never refuses a row."""
    [result] = insert(org(rule(formula)), {**PROJECT, "Target_End_Date__c": "2024-05-02"})
    assert (result.id is None) == met, result
