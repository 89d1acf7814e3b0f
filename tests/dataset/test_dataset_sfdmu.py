"""A folder of SFDMU: its script says what becomes of each file, its composite keys lead to the right records."""

from __future__ import annotations

import json

import pytest

from sfseed_core.clock import SYSTEM
from sfseed_core.dataset.brought.plan import Asked
from sfseed_core.dataset.brought.sfdmu import read_script, taken
from sfseed_core.errors import DataError, FilesRefused, UserError
from sfseed_core.org.connections import Connection
from sfseed_core.workflow import connections
from sfseed_core.workflow.own_set import bring
from sfseed_emulator import oauth
from tests.served import no_waiting, served

__all__ = ["no_waiting", "served"]

SCRIPT = {
    "excludeIdsFromCSVFiles": "true",
    "objects": [
        {
            "query": "SELECT Id, Name FROM Account WHERE Name != null",
            "operation": "Upsert",
            "externalId": "Customer_Number__c",
        },
        {"query": "SELECT Id, LastName FROM Contact", "operation": "Insert", "excludedFields": ["Fax"]},
        {"query": "SELECT Id FROM Lead", "operation": "Insert", "excluded": True},
    ],
    "objectSets": [
        {"objects": [{"query": "select Id from Opportunity", "operation": "upsert", "externalId": "Name;Account.Name"}]},
        {"objects": [{"query": "SELECT Id FROM Product2", "operation": "Readonly"}]},
        {"objects": [{"query": "SELECT Id FROM Task", "operation": "DeleteHierarchy"}]},
    ],
}
FILES = {
    "Account": "Id,Name,Customer_Number__c\n001A,Acme,K-1\n001B,Acme,K-2\n",
    "Contact": "LastName,Fax,Account.$$Name$Customer_Number__c\nWeber,1,Acme;K-2\nOkoro,2,acme;k-1\n",
    "Opportunity": "Name,StageName,CloseDate,AccountId,$$Name$Account.Name\nBig,Prospecting,2026-12-24,001B,Big;Acme\n",
    "Lead": "LastName,Company\nA,B\n",
    "Product2": "Name\nPump\n",
    "Task": "Subject\nCall\n",
    "MissingParentRecordsReport": "x\n1\n",
}


def folder(path, script=SCRIPT, **files):
    """A folder as SFDMU has it."""
    path.mkdir(exist_ok=True)
    for name, text in (files or FILES).items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    (path / "export.json").write_text(json.dumps(script), encoding="utf-8")
    return path


@pytest.fixture
def uat(home, served):
    """A served org that is saved as uat."""
    server = served()
    one = Connection("uat", "token", server.login.instance_url)
    connections.add(connections.Draft(one, oauth.new_access_token(server.org.state)), home=home, clock=SYSTEM)
    return server


def test_what_the_script_says_of_each_file(tmp_path):
    """Objects of all sets, by their query; excluded, looked up and deleted ones leave their files out, each with why."""
    script = read_script(folder(tmp_path / "sfdmu") / "export.json")
    assert (script["account"].operation, script["account"].key) == ("upsert", "Customer_Number__c")
    assert script["opportunity"].keys == ("Name", "Account.Name")
    files, notes = taken(script, {**dict.fromkeys(FILES, ""), "Case": ""})
    assert [*files] == ["Account", "Contact", "Opportunity"]
    assert [one.partition(":")[0] for one in notes] == ["Lead", "Product2", "Task", "MissingParentRecordsReport", "Case"]
    assert "only looked up" in notes[1]


@pytest.mark.parametrize("text", ["", "[]", '{"objects": []}', '{"objects": [3]}', "{", '{"objectSets": "x"}'])
def test_what_is_no_script_is_told(tmp_path, text):
    """Whatever stands in a file of that name, the error names it."""
    (tmp_path / "export.json").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"export\.json"):
        read_script(tmp_path / "export.json")


def test_a_folder_becomes_a_dataset(home, uat, tmp_path):
    """Upserts by the script's external id, composite keys among the files, columns left out, and what is done otherwise noted."""
    made = bring([str(folder(tmp_path / "sfdmu"))], Asked({}), org="uat", home=home, clock=SYSTEM)
    assert dict(made.counts) == {"Account": 2, "Contact": 2, "Opportunity": 1}
    assert {one.name: one.upsert for one in made.plan.objects} == {
        "Account": "Customer_Number__c", "Contact": None, "Opportunity": None,
    }  # fmt: skip
    contacts = made.read("Contact", 0, 2)
    assert contacts["AccountId"].to_pylist() == [1, 0]
    assert "Fax" not in contacts.column_names
    notes = " ".join(made.plan.notes)
    assert "Opportunity: all are new, since the org has none (export.json: Upsert by Name;Account.Name)" in notes
    assert "Task: left out, since export.json says Deletehierarchy: nothing of it is loaded" in notes


def test_what_would_come_twice_is_refused(home, uat, tmp_path):
    """Where the org has records that SFDMU would find by more than an external id, it says what can be done instead."""
    account = uat.org.admit().insert_one("Account", {"Name": "Old"})
    fields = {"Name": "Old", "StageName": "Prospecting", "CloseDate": "2026-12-24", "AccountId": account}
    uat.org.admit().insert_one("Opportunity", fields)
    with pytest.raises(UserError, match=r"Upsert by Name;Account\.Name, by which the org cannot find Opportunity") as told:
        bring([str(folder(tmp_path / "sfdmu"))], Asked({}), org="uat", home=home, clock=SYSTEM)
    assert "--upsert Opportunity=FIELD" in told.value.hint


def test_a_composite_key_of_no_record_is_told(home, uat, tmp_path):
    """An org can be asked by one field only, so a key that no file has is named with its line."""
    files = {**FILES, "Contact": "LastName,Account.$$Name$Customer_Number__c\nWeber,Acme;K-9\n"}
    with pytest.raises(FilesRefused, match="line 2, column Account"):
        bring([str(folder(tmp_path / "sfdmu", **files))], Asked({}), org="uat", home=home, clock=SYSTEM)
