"""Real orgs' describes, served by the emulator, discovered and seeded without a recipe."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.journeys.conftest import plain_client, sfseed

SYSTEM = {
    "OwnerId",
    "CreatedById",
    "CreatedDate",
    "LastModifiedById",
    "LastModifiedDate",
    "SystemModstamp",
    "Id",
    "IsDeleted",
}


def folder_of(outside_data, tmp_path, account):
    """A copy of the describes with one of the two Accounts."""
    target = tmp_path / "describes"
    target.mkdir()
    for path in (outside_data / "describes").glob("*.json"):
        if not path.name.startswith("Account") or path.name == account:
            shutil.copy(path, target / path.name)
    return target


def business_fields(describe):
    """Writable fields that hold business data: neither system fields nor references."""
    return [
        field["name"]
        for field in describe["fields"]
        if field["createable"] and field["name"] not in SYSTEM and field["type"] != "reference"
    ]


def described_in(folder):
    """The objects of the folder that hold business data (a custom setting is configuration)."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")]
    return [one["name"] for one in found if "fields" in one and not one["customSetting"]]


@pytest.mark.parametrize("account", ["Account.json", "Account_PersonAccount.json"])
@pytest.mark.parametrize("each", [20, *(pytest.param(one, marks=pytest.mark.slow) for one in (100, 1000))])
def test_real_describes_are_seeded_without_a_failure(outside_data, tmp_path, emulator, account, each):
    """Every record of every object is accepted, and at least 80 % of the writable business fields carry values."""
    folder = folder_of(outside_data, tmp_path, account)
    org = emulator("--describes", str(folder))
    arguments = ("seed", "--org", "env", "--preset", "everything", "--count-each", str(each), "--yes", "--json")
    run = sfseed(tmp_path / "home", *arguments, **org.variables)
    assert run.code == 0, run.err[-3000:]
    described = set(described_in(folder))
    assert described <= run.json["objects"].keys()
    client = plain_client(org.info["base_url"], org.info["access_token"])
    filled, total, empty = 0, 0, {}
    for name, counts in run.json["objects"].items():
        assert counts["succeeded"] == counts["planned"] == each, (name, counts)
        if name not in described:
            continue
        describe = getattr(client, name).describe()
        fields = business_fields(describe)
        rows = client.query_all(f"SELECT {', '.join(fields)} FROM {name} LIMIT 2000")["records"]
        carrying = [field for field in fields if any(row[field] not in (None, False) for row in rows)]
        filled, total = filled + len(carrying), total + len(fields)
        empty[name] = sorted(set(fields) - set(carrying))
    assert filled >= 0.8 * total, (filled, total, empty)
