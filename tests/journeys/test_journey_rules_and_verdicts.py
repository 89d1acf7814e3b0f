"""What the check says of records, beside what the org says: on records as they are made, and on some that were spoilt.

The projects are those of SFSEED_OUTSIDE_DATA/sfdx, each served by an emulator that obeys its validation rules.
"""

from __future__ import annotations

import csv
import random
import re

import pyarrow as pa
import pytest

from sfseed_core.dataset.edits import SetCells
from sfseed_core.dataset.store import open_dataset
from sfseed_core.load.after import RECORD_COLUMN
from tests.hostile_projects import org_like
from tests.journeys.conftest import sfseed
from tests.sfdx_project import Project, outside_projects

REFUSED = "the org refuses"
CODE = re.compile(r"[A-Z][A-Z0-9_]+:")
RULE = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
SPOILT = {
    "string": (None, "", " ", "x" * 300, "x" * 40_000, "no such value", "17", "a@b", "2026-11-29", "ä" * 20, "true"),
    "bool": (True, False),
    "int64": (None, 0, -1, 7, 123_456_789),
    "decimal": (None, 0, -5, 1, 9),
    "date": (None, "2000-01-01", "2026-11-29", "2099-12-31", "1600-01-01"),
    "timestamp": (None, "2000-01-01T00:00:00Z", "2099-12-31T00:00:00Z"),
    "time": (None, "00:00:00", "23:59:00"),
}


def cases():
    """Every project at 200 records of each object; the smallest also at a few, in the default run."""
    found = outside_projects()
    small = sorted(found, key=lambda one: len(list(one.values[0].rglob("*.object-meta.xml"))))[:1]
    few = [pytest.param(one.values[0], 15, id=f"{one.id}-15", marks=one.marks) for one in small]
    return few + [
        pytest.param(one.values[0], 200, id=f"{one.id}-200", marks=[*one.marks, pytest.mark.slow]) for one in found
    ]


def spoil(dataset, chance):
    """Edit 5 % of all cells of a dataset, at random."""
    for name in dataset.objects:
        kinds = dataset.arrow_schema(name)
        for field in kinds:
            if field.name == "record" or field.name.endswith("@") or field.name == "RecordTypeId":
                continue
            chosen = [one for one in range(dataset.extent(name)) if chance.random() < 0.05]
            values = SPOILT[kind_of(field.type)]
            if not chosen or (pa.types.is_integer(field.type) and is_reference(dataset, name, field.name)):
                continue
            dataset.apply(SetCells(name, chosen, {field.name: [chance.choice(values) for _ in chosen]}))


def is_reference(dataset, name, field):
    """Whether a column holds local keys."""
    return dataset.schema[name].fields[field].is_reference


def kind_of(kind):
    """The word under which SPOILT lists values of an Arrow type."""
    return next((word for word in SPOILT if str(kind).startswith(word)), "string")


def lines(path):
    """The lines of a CSV file."""
    csv.field_size_limit(10**7)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def verdicts(run, home, folder, org):
    """The org's word for each record that was sent: the error, or nothing."""
    found = {}
    ids = sfseed(home, "runs", "ids", run, "--json", **org.variables).json["ids"]
    found |= {(one["object"], one["record"]): "" for one in ids}
    sfseed(home, "runs", "errors", run, "--out", str(folder), **org.variables)
    for path in folder.glob("*.csv"):
        for line in lines(path):
            if CODE.match(line["sf__Error"]) and not line["sf__Error"].startswith("HELD_BACK:"):  # these were never sent
                found[path.name.removesuffix(".errors.csv"), int(line[RECORD_COLUMN])] = line["sf__Error"]
    return found


@pytest.mark.parametrize(("folder", "each"), cases())
def test_findings_agree_with_the_org(folder, each, tmp_path, emulator):
    """Untouched, no record is refused by a rule that is covered; spoilt, exactly those are refused of which the check says so."""
    agree(folder, each, tmp_path, emulator)


@pytest.mark.slow
def test_findings_agree_with_a_grown_org(tmp_path, emulator):
    """The same on an org of 78 objects and 195 rules."""
    project = Project(tmp_path / "project")
    org_like(project)
    agree(project.folder, 60, tmp_path, emulator)


def agree(folder, each, tmp_path, emulator):
    """Make, check and load a project's records, as they are and spoilt, and compare both words on each."""
    org, home = emulator("--sfdx", str(folder)), tmp_path / "home"
    made = sfseed(home, "generate", "--org", "env", "--preset", "custom-only", "--count-each", str(each), **org.variables)
    dataset = made.out.strip().splitlines()[-1]
    report = sfseed(home, "check", dataset, "--org", "env", "--json", **org.variables).json
    covered = {(one["object"], one["rule"]) for one in report["rules"] if one["cover"] == "covered"}
    assert [one for one in report["rules"] if (one["object"], one["rule"]) in covered and one["refused"]] == []
    load = ("--org", "env", "--despite-findings", "--yes", "--json")
    run = sfseed(home, "load", dataset, *load, **org.variables)
    assert run.code in {0, 5}, run.err[-2000:]
    first = verdicts(run.json["run"], home, tmp_path / "first", org)
    assert len([text for text in first.values() if not text]) >= 0.99 * report["records"]
    messages = {one["message"] for one in report["rules"] if (one["object"], one["rule"]) in covered}
    assert [text for text in first.values() if RULE in text and any(one in text for one in messages if one)] == []

    sfseed(home, "runs", "undo", run.json["run"], "--yes", **org.variables)
    spoil(open_dataset(home, dataset), random.Random(7))
    told = tmp_path / "findings.csv"
    sfseed(home, "check", dataset, "--org", "env", "--findings", str(told), **org.variables)
    run = sfseed(home, "load", dataset, *load, **org.variables)
    assert run.code in {0, 5}, run.err[-2000:]
    theirs = verdicts(run.json["run"], home, tmp_path / "second", org)
    ours = {}
    for one in lines(told):
        if one["level"] == REFUSED and one["step"] == "insert":
            ours.setdefault((one["object"], int(one["record"])), []).append(f"{one['field']}: {one['message']}")
    wrong = {key: (ours.get(key), text) for key, text in theirs.items() if bool(text) != (key in ours)}
    assert wrong == {}, (len(wrong), len(theirs), list(wrong.items())[:5])
    assert sum(map(bool, theirs.values())) > 0, "some record was spoilt so that the org refuses it"
