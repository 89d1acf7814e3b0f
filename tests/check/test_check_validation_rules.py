"""The org's validation rules over records: what the checks call refused is what an org that obeys the rules refuses."""

from __future__ import annotations

import csv
import random
from dataclasses import replace
from datetime import UTC, date, datetime
from types import MappingProxyType

import pytest

from sfseed_core.check.dataset import check_dataset
from sfseed_core.check.file import check_file
from sfseed_core.check.finding import Level
from sfseed_core.dataset import store
from sfseed_core.generate.engine import batches
from sfseed_core.schema.model import ValidationRule
from sfseed_core.workflow.packaged import demo_survey
from sfseed_core.workflow.plan import draw_up, recipe_of
from sfseed_core.workflow.request import Request
from sfseed_emulator import dml
from sfseed_emulator.options import OrgOptions
from sfseed_emulator.org_model import OrgSchema
from sfseed_emulator.schema import demo_rows, demo_schema
from sfseed_emulator.state import OrgState
from tests.check.test_check_against_emulator import COUNT, broken_rows

CODE = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
RULES = {
    "Account": [
        "AND(ISPICKVAL(Type, 'Prospect'), AnnualRevenue > 1000000)",
        "LEN(Name) > 25",
        "NOT(REGEX(BlankValue(Phone, '0'), '[0-9+() .x-]*'))",
        "AND(ISBLANK(BillingCity), NOT(ISBLANK(ShippingCity)))",
        "CASE(Rating, 'Hot', 1, 'Warm', 2, 0) * NumberOfEmployees > 5000",
    ],
    "Campaign": ["EndDate - StartDate > 60", "AND(IsActive, BudgetedCost < ActualCost)", "YEAR(StartDate) <> 2026"],
    "Project__c": ["Budget__c / 0 > 1", "MONTH(Start_Date__c) = 2", "ISPICKVAL(Status__c, '')"],
    "Case": ["CONTAINS(Subject, 'e')", "$Permission.Bypass", "ISNEW() && ISPICKVAL(Priority, 'High')"],
}


class Noon:
    """A clock that stands still."""

    def now(self):
        return NOON


@pytest.fixture(scope="module")
def survey():
    """The practice org as packaged, and a plan for it."""
    request = Request(org="demo", seed=5, as_of=date(2026, 11, 23), preset="everything", count_each=COUNT)
    found = demo_survey(recipe_of(request))
    return found, draw_up(request, found)


def as_rules(name):
    """The rules of an object, each with its own name and message."""
    return [ValidationRule(f"R{number}", text, f"No {number}.") for number, text in enumerate(RULES[name])]


def obeying(name):
    """An org whose object has the rules, and only these."""
    schema = demo_schema()
    found = schema.objects[name]
    told = [{"name": one.name, "formula": one.formula, "message": one.message, "field": None} for one in as_rules(name)]
    more = replace(found, extras={**found.extras, "validation_rules": told})
    objects = {**schema.objects, name: more}
    changed = OrgSchema(
        objects, {key.lower(): one for key, one in objects.items()}, {**schema.by_prefix, more.key_prefix: more}
    )
    return OrgState.create(
        None, changed, options=OrgOptions(validation_rules=True), rows=demo_rows(schema), clock=lambda: NOON
    )


@pytest.mark.parametrize("name", RULES)
def test_refused_by_a_rule_means_refused(survey, tmp_path, name):
    """A row is refused by the org exactly where there is a finding, and by the same rules where only rules refuse it."""
    found, plan = survey
    fields, cells = broken_rows(plan, name, random.Random(name))
    path = tmp_path / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(cells)
    snapshot = replace(found.snapshot, validation_rules=MappingProxyType({name: tuple(as_rules(name))}))
    ours: dict[int, set[str]] = {}
    by_rule: dict[int, set[str]] = {}
    for finding in check_file(path, found.schema.objects, snapshot, clock=Noon()):
        if finding.level is Level.REFUSED:
            for number in finding.records.tolist():
                ours.setdefault(number, set()).add(f"{finding.field}: {finding.message}")
                if finding.rule.startswith("validation:"):
                    by_rule.setdefault(number, set()).add(finding.message)
    state = obeying(name)
    with state.transaction():
        results = dml.insert(state, name, cells, "csv")
    theirs = {n: {(error.code, error.message) for error in one.errors} for n, one in enumerate(results) if one.errors}
    state.close()
    assert {n: (ours.get(n), theirs.get(n), cells[n]) for n in ours.keys() ^ theirs.keys()} == {}
    judged = {n: {text for _, text in errors} for n, errors in theirs.items() if {code for code, _ in errors} == {CODE}}
    assert {n: (by_rule.get(n), texts) for n, texts in judged.items() if by_rule.get(n) != texts} == {}
    assert len(judged) >= 5


def test_what_cannot_be_known_is_doubtful_and_says_why(survey, tmp_path):
    """A rule that hangs on a permission is named with its reason, and refuses nothing."""
    found, _ = survey
    path = tmp_path / "Account.csv"
    path.write_text("Name\nA\n", encoding="utf-8")
    rule = ValidationRule("Bypass", "AND(NOT($Permission.Bypass), ISBLANK(Phone))", "Give a phone.")
    snapshot = replace(found.snapshot, validation_rules=MappingProxyType({"Account": (rule,)}))
    [finding] = check_file(path, found.schema.objects, snapshot, clock=Noon())
    assert (finding.level, finding.rule) == (Level.DOUBTFUL, "validation:Bypass")
    assert finding.message == "not evaluable: $Permission.Bypass was neither read from the org nor given"


@pytest.mark.parametrize(
    ("formula", "why"),
    [("", "its package hides the formula"), ("LEN(1)", "the formula cannot be read: LEN takes Text here, not Number")],
)
def test_a_rule_that_cannot_be_read_is_named(survey, tmp_path, formula, why):
    """A hidden or broken formula is no silence."""
    found, _ = survey
    path = tmp_path / "Account.csv"
    path.write_text("Name\nA\n", encoding="utf-8")
    snapshot = replace(found.snapshot, validation_rules=MappingProxyType({"Account": (ValidationRule("X", formula),)}))
    [finding] = check_file(path, found.schema.objects, snapshot, clock=Noon())
    assert finding.message == f"not evaluable: {why}"


def test_rules_that_were_not_read_are_not_none(survey, tmp_path):
    """Where the org's rules could not be read, the check says so."""
    found, _ = survey
    path = tmp_path / "Account.csv"
    path.write_text("Name\nA\n", encoding="utf-8")
    unread = MappingProxyType({"validation rules": "insufficient access"})
    schemas = {"Account": replace(found.schema.objects["Account"], validation_rules=())}
    [finding] = check_file(path, schemas, replace(found.snapshot, unread=unread), clock=Noon())
    assert finding.level is Level.DOUBTFUL
    assert finding.message == "not evaluable: the org's validation rules were not read: insufficient access"


@pytest.fixture(scope="module")
def staged(survey, tmp_path_factory):
    """The planned records, staged."""
    found, plan = survey
    with store.create(tmp_path_factory.mktemp("home"), plan, found.schema.objects, now=NOON) as writer:
        for one in plan.objects:
            for batch in batches(plan, one.name):
                writer.add(one.name, batch)
        return writer.finish()


def findings_of(survey, staged, name, formula):
    """What a dataset's check says about one rule."""
    rules = MappingProxyType({name: (ValidationRule("R", formula, "No.", "Name"),)})
    snapshot = replace(survey[0].snapshot, validation_rules=rules)
    told = check_dataset(staged, staged.schema, snapshot, objects=[name], validation=True, clock=Noon())
    return [one for one in told if one.rule == "validation:R"]


def test_rules_read_the_parents_that_are_in_the_dataset(survey, staged):
    """A path over references gives each record its own parent's value, however far up."""
    [finding] = findings_of(survey, staged, "Contact", 'Account.Type = "Customer - Direct"')
    contacts, accounts = staged.read("Contact"), staged.read("Account").to_pylist()
    owner = dict(zip(contacts["record"].to_pylist(), contacts["AccountId"].to_pylist(), strict=True))
    wanted = [
        key for key, parent in owner.items() if parent is not None and accounts[parent]["Type"] == "Customer - Direct"
    ]
    assert finding.records.tolist() == wanted != []
    [far] = findings_of(survey, staged, "Project_Task__c", "NOT(ISBLANK(Project_Phase__r.Project__r.Name))")
    assert far.count == staged.count("Project_Task__c")


@pytest.mark.parametrize(
    ("formula", "count"),
    [
        ("ISBLANK(Name)", 0),
        ("ISNEW()", COUNT),
        ("ISCHANGED(Name)", 0),
        ("RecordType.DeveloperName = 'None'", 0),
        ("AccountNumber = 'never' && Owner.IsActive", 0),
        ("ParentId = '001000000000000'", 0),
        ("NOT(ISBLANK(ParentId))", 0),
    ],
)
def test_rules_see_records_as_an_insert_does(survey, staged, formula, count):
    """New records are new, references that are filled in later are empty, and no new record has a known id."""
    told = findings_of(survey, staged, "Account", formula)
    assert sum(one.count for one in told if one.level is Level.REFUSED and one.step == "insert") == count


def test_rules_see_the_update_that_fills_references_in(survey, staged):
    """A rule that only the second pass can meet is found at that step, in the records that it changes."""
    assert any(one.deferred and one.field == "ParentId" for one in survey[1].object("Account").references)
    filled = [row["record"] for row in staged.read("Account").to_pylist() if row["ParentId"] is not None]
    [finding] = findings_of(
        survey, staged, "Account", "AND(ISCHANGED(ParentId), ISBLANK(PRIORVALUE(ParentId)), NOT(ISNEW()))"
    )
    assert (finding.step, finding.records.tolist()) == ("update", filled)
    [finding] = findings_of(survey, staged, "Account", "NOT(ISBLANK(Name))")
    assert (finding.step, finding.count) == ("insert", COUNT)


def test_what_is_generated_keeps_to_the_practice_orgs_rules(survey, staged):
    """No generated record of the practice org meets one of its own validation rules."""
    found, _ = survey
    rules = found.snapshot.validation_rules or {name: one.validation_rules for name, one in found.schema.objects.items()}
    assert sum(map(len, rules.values())) >= 4
    told = check_dataset(staged, found.schema.objects, found.snapshot, validation=True, clock=Noon())
    assert [(one.object, one.rule) for one in told if one.rule.startswith("validation:")] == []


def test_checks_without_rules_leave_them_out(survey, staged):
    """A check leaves the org's validation rules out where they are not asked for."""
    rules = MappingProxyType({"Account": (ValidationRule("R", "TRUE", "No."),)})
    snapshot = replace(survey[0].snapshot, validation_rules=rules)
    assert [one.rule for one in check_dataset(staged, staged.schema, snapshot) if "R" in one.rule] == []


def test_rules_see_the_status_that_a_load_sets_last(survey, staged):
    """A rule that fires when a contract or order is activated is found at that step, by its old status, and only where asked."""
    found, _ = survey
    assert "Order" in staged.objects
    formula = 'AND(NOT(ISNEW()), ISPICKVAL(PRIORVALUE(Status), "Draft"), ISCHANGED(Status), ISPICKVAL(Status, "Activated"))'
    rules = MappingProxyType({name: (ValidationRule("R", formula, "No."),) for name in ("Contract", "Order")})
    snapshot = replace(found.snapshot, validation_rules=rules)

    def told(*, activate: bool):
        every = check_dataset(
            staged, staged.schema, snapshot, objects=["Contract", "Order"], validation=True, activate=activate, clock=Noon()
        )
        return {(one.object, one.step): one.records.tolist() for one in every if one.rule == "validation:R"}

    with_products = sorted({one for one in staged.read("OrderItem")["OrderId"].to_pylist() if one is not None})
    assert told(activate=False) == {}
    assert told(activate=True) == {
        ("Contract", "status"): list(range(staged.count("Contract"))),
        ("Order", "status"): with_products,
    }
