"""The example recipes: each makes records for the practice org's shape that its own checks find nothing in."""

from __future__ import annotations

import csv

import pytest

from tests.conftest import ROOT
from tests.journeys.conftest import sfseed

EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


@pytest.mark.parametrize("recipe", EXAMPLES, ids=lambda one: one.stem)
def test_example_makes_records(recipe, tmp_path):
    """The recipe is generated without an org, and every object has records."""
    made = sfseed(tmp_path / "home", "generate", str(recipe), "--org", "demo", "--out", str(tmp_path / "out"), "--json")
    assert made.code == 0, made.err
    assert made.json["objects"]
    assert all(made.json["objects"].values())


def test_every_example_is_listed():
    """The table of examples names each file."""
    listed = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    for path in (ROOT / "examples").rglob("*.y*ml"):
        assert str(path.relative_to(ROOT / "examples")) in listed


def test_own_rows_come_first_and_contacts_follow_them(tmp_path):
    """The spreadsheet's twelve accounts are the accounts, and their people belong to them."""
    recipe = ROOT / "examples" / "customers.yaml"
    made = sfseed(tmp_path / "home", "generate", str(recipe), "--org", "demo", "--out", str(tmp_path / "out"), "--json")
    assert made.code == 0, made.err
    accounts = rows(tmp_path / "out" / "Account.csv")
    assert [one["Name"] for one in accounts][:3] == ["Northwind Wholesale", "Fabrikam Engineering", "Tailspin Toys"]
    contacts = rows(tmp_path / "out" / "Contact.csv")
    assert contacts[0]["LastName"] == "Okafor"
    homes = {one["Id"]: one for one in accounts}
    assert {one["AccountId"] for one in contacts} <= homes.keys()
    for one in contacts:
        home = homes[one["AccountId"]]
        assert not one["Email"] or one["Email"].endswith(f"@{home['Website']}")
        assert not home["BillingState"] or one["MailingCity"] == home["BillingCity"]


def rows(path):
    """The records of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
