"""Projects of others, served by the emulator, discovered over HTTP and seeded without a recipe; then probed row by row."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree as ET

import pytest
import requests

from tests.hostile_projects import everything, org_like
from tests.journeys.conftest import plain_client, sfseed
from tests.sfdx_project import Project, outside_projects

META = "{http://soap.sforce.com/2006/04/metadata}"
SYSTEM = {"OwnerId", "RecordTypeId"}
TEXTUAL = {"Text", "TextArea", "LongTextArea", "Html", "EncryptedText"}
DIGITS = {"Number", "Currency", "Percent"}
PROBES = {30: 60, 200: 1000}  # the most per project, by the size of the run


def business_fields(describe):
    """Fields that anybody may write at insert, but for owner and record type."""
    return [field["name"] for field in describe["fields"] if field["createable"] and field["name"] not in SYSTEM]


def carrying(client, name):
    """The object's business fields, and those of them that carry a value in some record."""
    fields = business_fields(getattr(client, name).describe())
    rows = client.query_all(f"SELECT {', '.join(fields)} FROM {name} LIMIT 2000")["records"]
    return fields, [field for field in fields if any(row[field] not in (None, False) for row in rows)]


@pytest.mark.parametrize("each", [30, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("folder", outside_projects())
def test_each_project_is_seeded(folder, each, tmp_path, emulator):
    """At least 99 % of the rows of a project's objects are accepted, and 80 % of the writable fields carry values."""
    seed_and_probe(folder, each, tmp_path, emulator)


@pytest.mark.parametrize(
    ("write", "each"),
    [(everything, 40), pytest.param(org_like, 100, marks=pytest.mark.slow)],
    ids=["surprises", "grown org"],
)
def test_projects_full_of_surprises_are_seeded(write, each, tmp_path, emulator):
    """What real orgs surprise with, and an org of 78 objects, 124 record types and 195 rules, pass by the same measure."""
    project = Project(tmp_path / "project")
    write(project)
    seed_and_probe(project.folder, each, tmp_path, emulator)


def seed_and_probe(folder, each, tmp_path, emulator):
    """Seed a project's custom objects, count what was accepted and filled, and break its constraints."""
    org = emulator("--sfdx", str(folder))
    count = ("--preset", "custom-only", "--count-each", str(each))
    run = sfseed(tmp_path / "home", "seed", "--org", "env", *count, "--yes", "--json", **org.variables)
    assert run.code in {0, 5}, run.err[-3000:]
    counts = run.json["objects"]
    planned = sum(one["planned"] for one in counts.values())
    accepted = sum(one["succeeded"] for one in counts.values())
    assert planned >= each
    assert accepted >= 0.99 * planned, {name: one for name, one in counts.items() if one["succeeded"] < one["planned"]}
    client = plain_client(org.info["base_url"], org.info["access_token"])
    found = {name: carrying(client, name) for name in counts}
    filled, total = sum(len(one) for _, one in found.values()), sum(len(every) for every, _ in found.values())
    empty = {name: sorted(set(every) - set(one)) for name, (every, one) in found.items()}
    assert filled >= 0.8 * total, (filled, total, empty)
    refused, wrong = probe(folder, client, org, counts, PROBES.get(each, 200))
    assert not wrong, (dict(refused), wrong[:10])
    assert sum(refused.values()), "the project has a constraint that a row can break"


def definitions(folder):
    """The project's own reading of its custom fields, (object, field) -> text of a tag; the first path counts."""
    found = {}
    for path in sorted(folder.rglob("*.field-meta.xml"), key=str):
        element = ET.fromstring(path.read_bytes().strip())
        name = element.findtext(f"{META}fullName")
        if name.endswith("__c"):
            found.setdefault((path.parent.parent.name, name), element)
    return found


def broken(name, element, record, target_id):
    """(constraint, broken values, codes that Salesforce would answer) for each constraint of a field."""

    def said(path):
        return element.findtext(f"{META}{path.replace('/', '/' + META)}")

    kind = said("type")
    if said("formula") is not None or kind in {"Summary", "AutoNumber", "Location", "MetadataRelationship", "Address"}:
        return
    if (said("required") == "true" or kind == "MasterDetail") and kind != "Checkbox":
        yield "required", {name: "#N/A"}, {"REQUIRED_FIELD_MISSING"}
    if kind in TEXTUAL and int(said("length") or 255) < 100_000:
        yield "length", {name: "x" * (int(said("length") or 255) + 1)}, {"STRING_TOO_LONG"}
    if kind in DIGITS:
        whole = int(said("precision")) - int(said("scale") or 0)
        yield "precision", {name: "9" * (whole + 1)}, {"NUMBER_OUTSIDE_VALID_RANGE"}
    if kind in {"Picklist", "MultiselectPicklist"} and said("valueSet/restricted") == "true":
        yield "restricted", {name: "no such value"}, {"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"}
    if said("unique") == "true" and record.get(name) is not None:
        yield "unique", {name: str(record[name])}, {"DUPLICATE_VALUE"}
    if kind in {"Lookup", "MasterDetail", "Hierarchy"}:
        codes = {"INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID", "FIELD_INTEGRITY_EXCEPTION"}
        yield "reference", {name: target_id}, codes


def probe(folder, client, org, seeded, most):
    """Break constraints of the seeded objects by one row each; return the refusals by constraint and what went wrong."""
    refused, wrong = Counter(), []
    described = {owner: {one["name"]: one for one in getattr(client, owner).describe()["fields"]} for owner in seeded}
    sound = {owner: sound_row(client, owner, described[owner]) for owner in seeded}
    breaks = [
        (owner, name, *one)
        for (owner, name), element in definitions(folder).items()
        if owner in seeded
        for one in broken(name, element, sound[owner], "001000000000000AAA")
    ]
    step = max(1, len(breaks) // most)
    for number, (owner, name, constraint, values, codes) in enumerate(breaks[::step]):
        describe, row = described[owner], sound[owner]
        kept = {key: value for key, value in row.items() if not describe[key]["unique"]}
        unique = {key: fresh(describe[key], number) for key in row if describe[key]["unique"] and key not in values}
        code = sent_row(org, owner, kept | values | unique)
        if code in codes:
            refused[constraint] += 1
        else:
            wrong.append((owner, name, constraint, code))
    return refused, wrong


def sound_row(client, owner, describe):
    """The values of a record that was accepted."""
    fields = [name for name, field in describe.items() if field["createable"] and name != "RecordTypeId"]
    row = client.query(f"SELECT {', '.join(fields)} FROM {owner} LIMIT 1")["records"][0]
    return {name: row[name] for name in fields if row[name] is not None}


def fresh(field, number):
    """A value that no record has."""
    if field["type"] in {"double", "currency", "percent", "int"}:
        return number % (10 ** (field["precision"] - field["scale"] or 9))
    if field["type"] == "email":
        return f"probe{number}@example.org"
    return f"p{number}"[: field["length"]]


def sent_row(org, owner, row):
    """The status code that one inserted row is refused with; None when it is accepted."""
    nulls = {key: None if value == "#N/A" else value for key, value in row.items()}
    answer = requests.post(
        f"{org.info['base_url']}/services/data/v67.0/sobjects/{owner}",
        json=nulls,
        headers={"Authorization": f"Bearer {org.info['access_token']}"},
        timeout=30,
    )
    return None if answer.status_code == 201 else answer.json()[0]["errorCode"]
