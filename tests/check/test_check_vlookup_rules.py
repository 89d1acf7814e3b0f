"""Rules that look other records up: read from the org once, obeyed by generation, judged by the check and by the emulator alike."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime
from types import MappingProxyType

import pytest

from sfseed_core.check.dataset import check_dataset
from sfseed_core.check.file import check_file
from sfseed_core.check.finding import Level
from sfseed_core.check.report import Cover, report_of
from sfseed_core.clock import SYSTEM
from sfseed_core.dataset import store
from sfseed_core.dataset.edits import SetCells
from sfseed_core.generate.engine import batches
from sfseed_core.recipe.plan_json import from_json, identity, to_json
from sfseed_core.snapshot import store as snapshots
from sfseed_core.snapshot.looked_up import looked_through
from sfseed_core.workflow.discover import survey as survey_of
from sfseed_core.workflow.plan import draw_up, recipe_of
from sfseed_core.workflow.request import Request
from sfseed_core.workflow.source import source_survey
from sfseed_emulator import dml
from sfseed_emulator.sfdx.schema import sfdx_schema
from tests.emulated import EmulatedOrg
from tests.hostile_projects import rule
from tests.sfdx_project import Project

ZIPS = [("80331", "Munich", 9.5, "2020-02-29"), ("10115", "Berlin", None, None), ("20095", "Hamburg", 3, "1999-12-31")]
PLAIN = "VLOOKUP($ObjectType.Zip__c.Fields.{}, $ObjectType.Zip__c.Fields.Name, {}) {}"
RULES = {
    "City": PLAIN.format("City__c", "LEFT(Zip__c, 40)", "<> City__c"),
    "Rate": "AND(NOT(ISBLANK(Rate__c)), " + PLAIN.format("Rate__c", "Zip__c", "* 2 < Rate__c") + ")",
    "Since": PLAIN.format("Since__c", "Zip__c", "> Signed__c"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Deals that name a zip code and a city, which rules look up among the zip codes; a key of deals that nobody has twice."""
    made = Project(tmp_path_factory.mktemp("org"))
    for owner in ("Deal__c", "Zip__c"):
        made.object(owner).field(owner, "City__c", "Text", length=40)
        made.field(owner, "Rate__c", "Percent", precision=5, scale=2)
    made.field("Zip__c", "Since__c", "Date").field("Deal__c", "Signed__c", "Date")
    made.field("Deal__c", "Zip__c", "Text", length=80)
    for name, formula in RULES.items():
        rule(made, "Deal__c", name, formula)
    return made


@pytest.fixture
def org(project):
    """An org of this project that has some zip codes."""
    started = EmulatedOrg.start(schema=sfdx_schema(project.folder), validation_rules=True)
    insert(started, "Zip__c", [dict(zip(("Name", "City__c", "Rate__c", "Since__c"), one, strict=True)) for one in ZIPS])
    yield started
    started.stop()


@pytest.fixture(scope="module")
def made(project, tmp_path_factory):
    """What a survey of such an org finds, and deals made for it."""
    started = EmulatedOrg.start(schema=sfdx_schema(project.folder), validation_rules=True)
    insert(started, "Zip__c", [dict(zip(("Name", "City__c", "Rate__c", "Since__c"), one, strict=True)) for one in ZIPS])
    home = tmp_path_factory.mktemp("home")
    found = survey_of(started.connect(), recipe_of(asked("Deal__c")), home=home)
    asks = [one.path for one in started.state.requests if "Zip__c" in one.path]
    started.stop()
    return found, staged(asked("Deal__c"), found, home), asks


def insert(org, name, rows):
    """Insert rows and return what became of each."""
    with org.state.lock, org.state.transaction():
        return dml.insert(org.state, name, rows, "json")


def asked(*names, count=60):
    """A plan of some records of each object."""
    objects = "".join(f"  {name}: {count}\n" for name in names)
    return Request(org="test", seed=3, as_of=date(2026, 11, 23), recipe=f"objects:\n{objects}")


def staged(request, found, home):
    """The plan's records as a dataset."""
    plan = draw_up(request, found)
    with store.create(home, plan, found.schema.objects, now=datetime(2026, 11, 23, tzinfo=UTC)) as writer:
        for one in plan.objects:
            for batch in batches(plan, one.name):
                writer.add(one.name, batch)
        return writer.finish()


def sent(dataset, name):
    """The records as JSON would send them."""
    fields = [one for one in dataset.arrow_schema(name).names if one not in ("record", "RecordTypeId")]
    [table] = list(dataset.batches(name))
    return [
        {one: value.isoformat() if isinstance(value, date) else float(value) if hasattr(value, "as_tuple") else value
         for one in fields if (value := row[one]) is not None}
        for row in table.to_pylist()
    ]  # fmt: skip


def refused(findings):
    """The records that the org would refuse, by rule."""
    return {(one.rule, int(each)) for one in findings if one.level is Level.REFUSED for each in one.records}


def test_records_are_made_to_be_found_in_the_org(org, made):
    """Deals get zip codes that the org has, each with its city: nothing is refused, by the check's word and by the org's."""
    found, dataset, _ = made
    assert refused(check_dataset(dataset, dataset.schema, found.snapshot, validation=True)) == set()
    assert {row["Zip__c"] for row in sent(dataset, "Deal__c")} <= {one[0] for one in ZIPS}
    assert all(one.id for one in insert(org, "Deal__c", sent(dataset, "Deal__c")))


def test_the_org_is_asked_once(made):
    """Three rules cost a describe, a count and a query; a snapshot and a plan keep what was read."""
    found, dataset, asks = made
    assert len(asks) <= 3, asks
    records = found.snapshot.looked_up["zip__c"]
    assert records.names == ("80331", "10115", "20095")
    assert records.values["Rate__c"] == ("9.5", None, "3")
    assert snapshots.from_json(snapshots.to_json(found.snapshot)) == found.snapshot
    assert from_json(to_json(dataset.plan)) == dataset.plan
    more = replace(
        records, names=(*records.names, "1"), values={name: (*one, None) for name, one in records.values.items()}
    )
    rules = replace(dataset.plan.rules, looked_up=MappingProxyType({"zip__c": more}))
    assert identity(replace(dataset.plan, rules=rules)) == identity(dataset.plan)


def test_records_of_the_dataset_are_found_too(project, tmp_path):
    """Where both are seeded, the zip codes go first although no lookup says so, and deals name those."""
    request = asked("Deal__c", "Zip__c")
    found = source_survey(f"sfdx:{project.folder}", recipe_of(request), clock=SYSTEM)
    dataset = staged(request, found, tmp_path)
    assert [one.name for one in dataset.plan.objects] == ["Zip__c", "Deal__c"]
    assert refused(check_dataset(dataset, dataset.schema, found.snapshot, validation=True)) == set()
    empty = EmulatedOrg.start(schema=sfdx_schema(project.folder), validation_rules=True)
    try:
        assert all(one.id for name in dataset.objects for one in insert(empty, name, sent(dataset, name)))
    finally:
        empty.stop()


def test_what_cannot_be_known_is_said(org, tmp_path):
    """Several records of a name that differ, or one that differs in case, leave the rule open; equal ones do not."""
    more = (("80331", "München"), ("ABC", "X"), ("10115", "Berlin"))
    insert(org, "Zip__c", [{"Name": name, "City__c": city} for name, city in more])
    found = survey_of(org.connect(), recipe_of(asked("Deal__c")), home=tmp_path)
    path = tmp_path / "Deal__c.csv"
    rows = [("80331", "Munich"), ("abc", "X"), ("10115", "Berlin"), ("10115", "Rome"), ("0", "Rome"), ("ABC", "X")]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("Name", "Zip__c", "City__c"), *(("D", *one) for one in rows)])
    findings = check_file(path, found.schema.objects, found.snapshot)
    doubtful = [one for one in findings if one.rule == "validation:City" and one.level is Level.DOUBTFUL]
    assert [one.records.tolist() for one in doubtful] == [[0, 1]]
    assert "which record of Zip__c VLOOKUP finds" in doubtful[0].message
    assert refused(findings) == {("validation:City", 3), ("validation:City", 4)}


def test_records_that_may_not_be_read_are_no_guess(org, tmp_path):
    """Where the org shows no zip codes the rule is not evaluable, and the reason is kept."""
    match = {"path": "/query", "query": "FROM Zip__c"}
    org.fault(at="before", do="answer", match=match, status=400, code="INVALID_TYPE", message="Not for you.", times=0)
    found = survey_of(org.connect(), recipe_of(asked("Deal__c")), home=tmp_path)
    assert found.snapshot.unread["records of Zip__c"].endswith("Not for you.")
    path = tmp_path / "Deal__c.csv"
    path.write_text("Name,Zip__c,City__c\nD,80331,Rome\n")
    report = report_of(
        check_file(path, found.schema.objects, found.snapshot), {"Deal__c": 1}, found.schema.objects, found.snapshot
    )
    [city] = [one for one in report.rules if one.rule == "City"]
    assert city.cover is Cover.NOT_EVALUABLE
    assert "not read" in city.why[0]


def test_edited_records_are_refused_as_the_org_refuses_them(org, made):
    """After random edits the check and the org refuse the same records."""
    found, dataset, _ = made
    for field, values in {
        "Zip__c": ["80331", "10115", "99999", None],
        "City__c": ["Munich", "munich", None],
        "Rate__c": [0, 19, 19.01, None],
        "Signed__c": ["1999-12-30", "2020-02-28", "2020-02-29"],
    }.items():
        for place, value in enumerate(values):
            records = list(range(place, 60, len(values) + 1))
            dataset.apply(SetCells("Deal__c", records, {field: [value] * len(records)}))
    expected = {record for _, record in refused(check_dataset(dataset, dataset.schema, found.snapshot, validation=True))}
    results = insert(org, "Deal__c", sent(dataset, "Deal__c"))
    assert {number for number, one in enumerate(results) if one.id is None} == expected
    assert 10 < len(expected) < 60


@pytest.mark.parametrize(
    ("formula", "read"),
    [
        (RULES["City"], {"Zip__c": ("City__c",)}),
        ("vlookup($ObjectType.A__c.Fields.B__c, $objecttype.a__C.fields.NAME, Name) = 1", {"A__c": ("B__c",)}),
        ("VLOOKUP($ObjectType.A__c.Fields.B__c, $ObjectType.A__c.Fields.Code__c, Name) = 1", {}),
        ("VLOOKUP(Name, Name, Name) = 1", {}),
        ("VLOOKUP(", {}),
    ],
)
def test_what_formulas_look_through(formula, read):
    """Only what finds records by their Name counts, whatever its case."""
    assert looked_through([formula]) == read
