"""Validation rules as constraints: which shapes generation keeps to by construction."""

from __future__ import annotations

import pytest

from sfseed_core.constraints.rules import object_rules
from sfseed_core.constraints.shapes import heeding, template_of
from sfseed_core.constraints.validation import validation_constraints
from sfseed_core.schema.model import Field, ObjectSchema, ValidationRule

FIELDS = (
    Field("Start__c", "Start", "date", createable=True),
    Field("End__c", "End", "date", createable=True),
    Field("Hours__c", "Hours", "double", precision=5, scale=1, createable=True),
    Field("Code__c", "Code", "string", length=20, createable=True),
    Field("Status__c", "Status", "picklist", createable=True),
)


def kept(formula, *, active=True):
    """The rules of an object with one validation rule, and without."""
    rule = ValidationRule("R", formula, "No.", None, active)
    schema = ObjectSchema(
        "A__c", "A", "As", "a00", True, True, True, True, True, {one.name: one for one in FIELDS}, validation_rules=(rule,)
    )
    plain = object_rules(schema)
    return heeding(plain, schema, validation_constraints(schema, {}, None)), plain


@pytest.mark.parametrize(
    ("formula", "pair"),
    [
        ("End__c < Start__c", ("Start__c", "End__c")),
        ("start__c > end__c", ("Start__c", "End__c")),
        ("AND(NOT(ISBLANK(End__c)), End__c < Start__c)", ("Start__c", "End__c")),
    ],
)
def test_dates_in_order(formula, pair):
    """A rule between two dates becomes a rule of their order."""
    rules, _ = kept(formula)
    assert [(one.kind, one.fields, one.message) for one in rules.standard] == [("not_after", pair, "No.")]


def test_numbers_in_bounds():
    """Both parts of an OR are kept to; the bounds of a number are whole ones."""
    rules, _ = kept("OR(Hours__c <= 0, 24 < Hours__c)")
    assert (rules.fields["Hours__c"].low, rules.fields["Hours__c"].high) == (1, 24)


def test_of_an_and_one_part_is_enough():
    """A field that may not be blank beside a status is never blank."""
    rules, plain = kept('AND(ISPICKVAL(Status__c, "Done"), ISBLANK(End__c))')
    assert rules.fields["End__c"].needed
    assert rules.fields["Status__c"] == plain.fields["Status__c"]


def test_a_pattern_becomes_a_form_of_codes():
    """A code that must match a pattern of letters and digits gets that form."""
    rules, _ = kept('AND(NOT(ISBLANK(Code__c)), NOT(REGEX(Code__c, "[A-Z]{2}-[0-9]{6}")))')
    assert rules.fields["Code__c"].template == "AA-######"


@pytest.mark.parametrize(
    ("pattern", "template"),
    [
        ("[A-Z]{2}-[0-9]{6}", "AA-######"),
        (r"^\d{3}[a-f]X$", "###aX"),
        ("[0-9]+", None),
        ("(A|B)1", None),
        (".*", None),
        ("a.b", None),
        ("", None),
    ],
)
def test_patterns_of_fixed_length_only(pattern, template):
    """What is not of fixed length is no form of codes."""
    assert template_of(pattern) == template


@pytest.mark.parametrize(
    "formula",
    [
        "$Permission.Bypass",
        "Status__c = Code__c",
        "LEN(1)",
        "",
        "Missing__c < Start__c",
        "Hours__c < 0.5",
        "NOT(ISBLANK(Code__c))",
    ],
)
def test_other_shapes_are_left_to_the_checks(formula):
    """A rule of another shape, or one that cannot be read, changes nothing."""
    rules, plain = kept(formula)
    assert rules == plain


def test_rules_that_are_switched_off_change_nothing():
    """An inactive rule is no rule."""
    rules, plain = kept("End__c < Start__c", active=False)
    assert rules == plain
