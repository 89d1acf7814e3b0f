"""Lookup filters as rules: which conditions are understood, and what of a record they refuse."""

from __future__ import annotations

import pytest

from sfseed_core.constraints.lookup_filters import filter_formula, filter_rules
from sfseed_core.constraints.validation import validation_constraints
from sfseed_core.schema.sfdx.read import read_schema
from tests.hostile_projects import condition, lookup, lookup_filter, record_type
from tests.sfdx_project import Project

STATE = "Sought__c.State__c"
UNDERSTOOD = {
    (STATE, "equals", "open"): '(ISPICKVAL(X__r.State__c, "open"))',
    (STATE, "equals", 'shut, "n, a"'): '(ISPICKVAL(X__r.State__c, "shut") || ISPICKVAL(X__r.State__c, "n, a"))',
    (STATE, "notEqual", "OPEN"): 'NOT(ISPICKVAL(X__r.State__c, "open"))',
    (STATE, "notEqual", ""): "NOT(ISBLANK(X__r.State__c))",
    ("Sought__c.Live__c", "equals", "True"): "X__r.Live__c",
    ("Sought__c.Live__c", "notEqual", "True"): "NOT(X__r.Live__c)",
    ("Sought__c.Size__c", "greaterOrEqual", "5"): "X__r.Size__c >= 5",
    ("Sought__c.Name", "notEqual", ""): "NOT(ISBLANK(X__r.Name))",
    ("sought__c.RecordTypeId", "equals", "Big One"): '(X__r.RecordType.DeveloperName = "Big_One")',
}
STRANGE = [
    (STATE, "equals", "gone"),
    (STATE, "contains", "o"),
    ("Sought__c.Name", "equals", "Acme"),
    ("Sought__c.Account__r.Name", "equals", "Acme"),
    ("Sought__c.RecordTypeId", "equals", "No Such"),
    ("$Profile.Name", "equals", "System Administrator"),
    ("Sought__c.Nothing__c", "equals", "x"),
    ("Sought__c.Size__c", "equals", "many"),
]


@pytest.fixture
def project(tmp_path):
    """An object to look for, and one that looks for it."""
    made = Project(tmp_path).object("Sought__c").object("Seeker__c")
    made.picklist("Sought__c", "State__c", "open", "shut", "n, a").field("Sought__c", "Live__c", "Checkbox")
    made.field("Sought__c", "Size__c", "Number", precision=4, scale=0)
    lookup(made, "Sought__c", "Account__c", "Account")
    lookup(made, "Seeker__c", "Account__c", "Account")
    record_type(made, "Sought__c", "Big_One", {})
    record_type(made, "Sought__c", "Small_One", {})
    return made


def formula(project, *conditions, logic="", **more):
    """What the reference's filter refuses."""
    lookup(project, "Seeker__c", "X__c", "Sought__c", inner=lookup_filter(*conditions, logic=logic), **more)
    objects = read_schema(project.folder).objects
    return filter_formula(objects["Seeker__c"].fields["X__c"], objects["Seeker__c"], objects)


@pytest.mark.parametrize("asked", UNDERSTOOD, ids=str)
def test_a_condition_becomes_a_formula(project, asked):
    """Conditions over picklists, checkboxes, numbers, record types and blanks say what they refuse."""
    assert formula(project, condition(*asked)) == f"NOT(ISBLANK(X__c)) && NOT({UNDERSTOOD[asked]})"


@pytest.mark.parametrize("asked", STRANGE, ids=str)
def test_a_condition_that_no_record_meets_by_chance_is_not_understood(project, asked):
    """Texts, paths further up, other people's settings and values that do not exist are left alone."""
    assert formula(project, condition(*asked)) is None


def test_conditions_are_joined_as_the_filter_says(project):
    """Its logic is taken over; a filter of which one condition is not understood is not understood."""
    both = (condition(STATE, "equals", "open"), condition("Sought__c.Live__c", "equals", "True"))
    told = formula(project, *both, logic="1 OR NOT (2)")
    assert told == 'NOT(ISBLANK(X__c)) && NOT((((ISPICKVAL(X__r.State__c, "open"))) || ! ( (X__r.Live__c) )))'
    assert formula(project, *both, logic="1 AND 3") is None
    assert formula(project, *both, condition(*STRANGE[2])) is None


def test_the_record_s_own_references_may_be_asked_for(project):
    """A filter may ask that both point to one parent."""
    own = condition("Sought__c.Account__c", "equals", other="$Source.Account__c")
    assert formula(project, own) == "NOT(ISBLANK(X__c)) && NOT(X__r.Account__c = Account__c)"
    assert formula(project, condition("Sought__c.OwnerId", "equals", other="$User.Id")) is None


def test_a_required_reference_asks_for_enough_candidates(project):
    """What few records meet is not promised of every record."""
    assert formula(project, condition("Sought__c.Live__c", "equals", "True"), required=True) is not None
    own = condition("Sought__c.Account__c", "equals", other="$Source.Account__c")
    assert formula(project, own, required=True) is None


def test_filters_stand_among_the_rules(project):
    """What draws and checks records sees a filter as one more rule, once, with the filter's message and field."""
    assert formula(project, condition(STATE, "equals", "open"))
    objects = read_schema(project.folder).objects
    (found,) = validation_constraints(objects["Seeker__c"], objects, None)
    assert (found.rule.name, found.rule.field, found.why) == ("lookup filter of X__c", "X__c", None)
    assert found.condition is not None
    assert list(filter_rules(objects["Sought__c"], objects)) == []
