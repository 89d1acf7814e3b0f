"""What a check says as a whole: each rule with what became of it, files of any kind, values given by the user, duplicates."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from sfseed_core.check.file import check_file
from sfseed_core.check.findings_file import write_findings
from sfseed_core.check.report import Cover, report_of
from sfseed_core.errors import DataError, UserError
from sfseed_core.schema.model import ValidationRule
from sfseed_core.snapshot.globals import globals_in
from sfseed_core.snapshot.model import DuplicateRule
from sfseed_core.workflow.packaged import demo_survey
from sfseed_core.workflow.plan import recipe_of
from sfseed_core.workflow.request import Request

RULES = {
    "Phone": "AND(ISBLANK(Phone), ISBLANK(Email))",
    "Bypass": "AND(NOT($Permission.Skip_Rules), LEN(LastName) > 5)",
    "Changed": "AND(NOT(ISNEW()), ISCHANGED(LastName))",
    "Hidden": "",
}
ROWS = (("Ada", "Lovelace", "ada@example.org"), ("Alan", "Turing", None), ("Ada", "LOVELACE", "ada@example.org"))
FIELDS = ("FirstName", "LastName", "Email")


@pytest.fixture(scope="module")
def survey():
    """The practice org as packaged, with rules on contacts and an active duplicate rule."""
    request = Request(org="demo", seed=5, as_of=date(2026, 11, 23), preset="everything", count_each=3)
    found = demo_survey(recipe_of(request))
    rules = tuple(ValidationRule(name, text, f"{name} matters.") for name, text in RULES.items())
    duplicate = DuplicateRule("Contact", "Standard Contact Duplicate Rule", True, ("Contact.Standard",))
    snapshot = replace(
        found.snapshot, validation_rules=MappingProxyType({"Contact": rules}), duplicate_rules=(duplicate,), globals={}
    )
    return replace(found, snapshot=snapshot)


def as_csv(path):
    """The rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([FIELDS, *ROWS])


def as_excel(path):
    """The rows as the first sheet of a workbook."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate((FIELDS, *ROWS)):
            sheet.write_row(place, 0, [one or "" for one in row])


def as_parquet(path):
    """The rows as Parquet."""
    pq.write_table(pa.table({name: [row[place] for row in ROWS] for place, name in enumerate(FIELDS)}), path)


@pytest.mark.parametrize(("ending", "write"), [("csv", as_csv), ("xlsx", as_excel), ("parquet", as_parquet)])
def test_files_of_any_kind_and_name(survey, tmp_path, ending, write):
    """A file of another name is judged as the object that is said, whatever its kind, with the same findings."""
    path = tmp_path / f"my people.{ending}"
    write(path)
    found = check_file(path, survey.schema.objects, survey.snapshot, object_name="contact")
    told = {(one.rule, str(one.level)): one.records.tolist() for one in found}
    assert told["validation:Phone", "the org refuses"] == [1]
    assert told["validation:Bypass", "doubtful"] == [0, 1, 2]
    assert told["alike", "doubtful"] == [2]


def test_each_rule_is_reported(survey, tmp_path):
    """Covered, not evaluable with its reason, or only on an update; with samples, the pass rate and the duplicate rule."""
    as_csv(tmp_path / "Contact.csv")
    findings = check_file(tmp_path, survey.schema.objects, survey.snapshot)
    report = report_of(findings, {"Contact": 3}, survey.schema.objects, survey.snapshot)
    rules = {one.rule: one for one in report.rules if one.rule in RULES}
    assert {name: one.cover for name, one in rules.items()} == {
        "Phone": Cover.COVERED,
        "Bypass": Cover.NOT_EVALUABLE,
        "Changed": Cover.ON_UPDATE,
        "Hidden": Cover.NOT_EVALUABLE,
    }
    assert (rules["Phone"].refused, rules["Phone"].samples) == (1, (1,))
    assert rules["Bypass"].why == ("$Permission.Skip_Rules was neither read from the org nor given",)
    assert rules["Hidden"].why == ("its package hides the formula",)
    assert (report.refused, round(report.pass_rate, 3)) == (1, 0.667)
    [line] = report.duplicates
    assert "refuses what it finds alike; 1 records here look like another" in line


@pytest.mark.parametrize(("skips", "refused"), [(True, [1]), (False, [0, 1, 2])])
def test_given_values_decide(survey, tmp_path, skips, refused):
    """A permission that the user says decides the rule that asks for it."""
    as_csv(tmp_path / "Contact.csv")
    known = survey.snapshot.with_globals({"$permission.skip_rules": skips})
    findings = check_file(tmp_path, survey.schema.objects, known)
    assert sorted({n for one in findings if str(one.level) == "the org refuses" for n in one.records.tolist()}) == refused
    assert report_of(findings, {"Contact": 3}, survey.schema.objects, known).rules[1].cover is Cover.COVERED


def test_duplicate_rules_that_were_not_read_are_not_none(survey):
    """Without the permission the report says that they were not read."""
    snapshot = replace(survey.snapshot, unread={"duplicate rules": "insufficient access"}, duplicate_rules=())
    assert report_of([], {"Contact": 0}, survey.schema.objects, snapshot).duplicates == (
        "duplicate rules: not read (insufficient access)",
    )


def test_findings_as_a_file(survey, tmp_path):
    """A line for each record of each finding; a text that a spreadsheet would calculate is kept from it."""
    as_csv(tmp_path / "Contact.csv")
    rules = (ValidationRule("X", "TRUE", "=HYPERLINK(1)"),)
    snapshot = replace(survey.snapshot, validation_rules=MappingProxyType({"Contact": rules}), duplicate_rules=())
    findings = check_file(tmp_path / "Contact.csv", survey.schema.objects, snapshot)
    count = write_findings(tmp_path / "found.csv", findings)
    with (tmp_path / "found.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == count == sum(one.count for one in findings)
    assert [(one["record"], one["message"]) for one in lines if one["rule"] == "validation:X"] == [
        (str(number), "'=HYPERLINK(1)") for number in range(3)
    ]


def test_files_that_cannot_be_read(survey, tmp_path):
    """A broken workbook, a Parquet file that is none, and an object for a folder are errors that say what to do."""
    for name in ("a.xlsx", "b.parquet"):
        (tmp_path / name).write_bytes(b"no such thing")
        with pytest.raises(DataError, match=name):
            check_file(tmp_path / name, survey.schema.objects, survey.snapshot, object_name="Contact")
    with pytest.raises(UserError, match="is a folder"):
        check_file(tmp_path, survey.schema.objects, survey.snapshot, object_name="Contact")


def test_globals_that_rules_ask_for():
    """Each once, whatever its case; formulas that cannot be read ask for nothing."""
    assert globals_in(["$User.Id = $user.ID && $Setup.A__c.B__c", "((", "$Profile.Name = 'x'"]) == (
        *("$User.Id", "$Setup.A__c.B__c", "$Profile.Name"),
    )
