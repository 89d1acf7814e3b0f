"""Two runs of sales-cloud into the practice org, read by somebody else's client, and taken back."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.journeys.conftest import plain_client, sfseed

SELF_REFERENCES = {"Account": "ParentId", "Contact": "ReportsToId", "Campaign": "ParentId"}


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """The practice org of a fresh home after two runs, its client, what stood there before, and the runs' results."""
    home = tmp_path_factory.mktemp("twice") / "home"
    info = sfseed(home, "emulator", "--demo", "--json").json
    client = plain_client(info["base_url"], info["access_token"])
    names = [one["name"] for one in client.describe()["sobjects"] if one["createable"] and one["queryable"]]
    before = {name: client.query(f"SELECT COUNT() FROM {name}")["totalSize"] for name in names}
    runs = [sfseed(home, "seed", "--org", "demo", "--preset", "sales-cloud", "--yes", "--json") for _ in range(2)]
    yield home, client, before, runs
    sfseed(home, "emulator", "--stop")


def test_two_runs_lose_nothing(twice):
    """Both runs end well: every planned record succeeded, none failed, was held or is in doubt."""
    _, _, _, runs = twice
    for run in runs:
        assert run.code == 0, run.err
        for name, counts in run.json["objects"].items():
            assert counts["succeeded"] == counts["planned"] == counts["sent"] > 0, (name, counts)
    assert runs[0].json["run"] != runs[1].json["run"]
    assert sum(one["planned"] for one in runs[0].json["objects"].values()) >= 250


def test_the_org_holds_exactly_the_planned_records(twice):
    """Per object the org has gained what the two runs planned, and nothing else."""
    _, client, before, runs = twice
    planned = Counter()
    for run in runs:
        planned.update({name: counts["planned"] for name, counts in run.json["objects"].items()})
    made_by_the_org = {
        "AccountContactRelation",
        "CampaignMemberStatus",
        "OpportunityHistory",
        "ContentDocument",
        "ContentDocumentLink",
    }
    for name, count in before.items():
        if name not in made_by_the_org:
            now = client.query(f"SELECT COUNT() FROM {name}")["totalSize"]
            assert now - count == planned[name], name


def test_every_lookup_finds_a_record_of_the_right_object(twice):
    """Each reference value of each seeded object is the id of a record of an allowed object; self references are filled."""
    _, client, _, runs = twice
    for name in runs[0].json["objects"]:
        fields = [f for f in getattr(client, name).describe()["fields"] if f["type"] == "reference" and f["createable"]]
        rows = (
            client.query_all(f"SELECT Id, {', '.join(f['name'] for f in fields)} FROM {name}")["records"] if fields else []
        )
        for field in fields:
            wanted = {row[field["name"]] for row in rows if row[field["name"]]}
            found = set()
            for parent in field["referenceTo"]:
                found |= existing(client, parent, sorted(wanted - found))
            assert wanted == found, (name, field["name"])
        if name in SELF_REFERENCES:
            assert any(row[SELF_REFERENCES[name]] for row in rows), name


def existing(client, name, ids):
    """Those of the ids that are records of the object."""
    found = set()
    for start in range(0, len(ids), 200):
        quoted = ", ".join(f"'{one}'" for one in ids[start : start + 200])
        try:
            answer = client.query_all(f"SELECT Id FROM {name} WHERE Id IN ({quoted})")
        except Exception:  # noqa: BLE001 - an object that this org does not have holds no record
            return found
        found |= {row["Id"] for row in answer["records"]}
    return found


def test_unique_values_are_unique(twice):
    """No value of a unique field stands twice in the org."""
    _, client, _, runs = twice
    checked = 0
    for name in runs[0].json["objects"]:
        for field in getattr(client, name).describe()["fields"]:
            if field["unique"] and field["createable"]:
                rows = client.query_all(f"SELECT {field['name']} FROM {name} WHERE {field['name']} != null")["records"]
                values = [str(row[field["name"]]).casefold() for row in rows]
                assert len(values) == len(set(values)) > 0, (name, field["name"])
                checked += 1
    assert checked >= 1


def test_undone_the_org_is_as_before(twice):
    """After both runs are undone, newest first, every object has as many records as before."""
    home, client, before, runs = twice
    for run in reversed(runs):
        undone = sfseed(home, "runs", "undo", run.json["run"], "--yes", "--json")
        assert undone.code == 0, undone.err
        assert undone.json["state"] == "undone"
    after = {name: client.query(f"SELECT COUNT() FROM {name}")["totalSize"] for name in before}
    assert after == before
