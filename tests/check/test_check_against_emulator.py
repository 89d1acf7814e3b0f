"""What the checks call refused is what an org refuses, row by row: the emulator is the judge."""

from __future__ import annotations

import csv
import random
from datetime import date

import pytest

from sfseed_core.check.file import check_file
from sfseed_core.check.finding import Level
from sfseed_core.dataset.export.csv import CsvEncoder
from sfseed_core.generate.engine import rows
from sfseed_core.workflow.packaged import demo_survey
from sfseed_core.workflow.plan import draw_up, recipe_of
from sfseed_core.workflow.request import Request
from sfseed_emulator import dml
from sfseed_emulator.options import OrgOptions
from sfseed_emulator.schema import demo_rows, demo_schema
from sfseed_emulator.state import OrgState

STRANGE = [
    *(
        "",
        "   ",
        "x" * 300,
        "x" * 41_000,
        "é" * 50,
        "é" * 100,
        "#N/A",
        "abc",
        "a;b",
        "Hot",
        "hot",
        "Draft",
        "a@b.co",
        "a@b",
    ),
    *(
        "1e5",
        "9" * 20,
        "-1",
        "1.123456789",
        "101",
        "12,5",
        "+5",
        " 5",
        "5 ",
        ".5",
        "5.",
        "true",
        "TRUE",
        "maybe",
        "yes",
        "0",
    ),
    *("2026-02-31", "2026-02-28", "1600-01-01", "2026-02-28T10:00:00Z", "2026-02-28 10:00", "10:00:00.000Z", "25:00"),
]
OBJECTS = ["Account", "Campaign", "Solution", "Project__c", "Site__c", "Skill__c", "Case", "Individual", "Opportunity"]
COUNT = 120


@pytest.fixture(scope="module")
def survey():
    """The practice org as packaged, and a plan for it."""
    request = Request(org="demo", seed=5, as_of=date(2026, 11, 23), preset="everything", count_each=COUNT)
    found = demo_survey(recipe_of(request))
    return found, draw_up(request, found)


def broken_rows(plan, name, chance):
    """Generated records without references, four cells in five rows broken, as the texts of a CSV."""
    one = plan.object(name)
    table = rows(plan, name, 0, COUNT)
    left_out = {"record", "RecordTypeId", *(reference.field for reference in one.references)}
    fields = [field for field in table.schema.names if field not in left_out and not field.endswith("@")]
    texts = CsvEncoder(fields).whole(table).decode("utf-8")
    cells = list(csv.DictReader(texts.splitlines(keepends=True)))
    for row in cells:
        if chance.random() < 0.8:
            row[chance.choice(fields)] = chance.choice(STRANGE)
    return fields, cells


@pytest.mark.parametrize("name", OBJECTS)
def test_refused_means_refused(survey, tmp_path, name):
    """A row with a finding of the level "the org refuses" is refused, one without is saved."""
    found, plan = survey
    fields, cells = broken_rows(plan, name, random.Random(name))
    path = tmp_path / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(cells)
    ours: dict[int, list[str]] = {}
    for finding in check_file(path, found.schema.objects, found.snapshot):
        if finding.level is Level.REFUSED:
            for number in finding.records.tolist():
                ours.setdefault(number, []).append(f"{finding.field}: {finding.message}")
    schema = demo_schema()
    state = OrgState.create(None, schema, options=OrgOptions(validation_rules=True), rows=demo_rows(schema))
    with state.transaction():
        results = dml.insert(state, name, cells, "csv")
    theirs = {n: [error.message for error in one.errors] for n, one in enumerate(results) if one.errors}
    state.close()
    assert {n: (ours.get(n), theirs.get(n), cells[n]) for n in ours.keys() ^ theirs.keys()} == {}
    assert 0 < len(ours) < COUNT
