"""What is read of an org before planning."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest
import stamina

from sfseed_core.errors import DataError, LoginFailed
from sfseed_core.org.client import connect
from sfseed_core.schema.cache import Cache
from sfseed_core.schema.discover import discover
from sfseed_core.snapshot.read import take
from sfseed_core.snapshot.store import from_json, load, save, to_json
from sfseed_core.snapshot.taken import BULK_FROM
from sfseed_emulator.schema import describes_schema


@pytest.fixture(autouse=True)
def _no_waiting():
    """Repeated reads follow each other at once."""
    with stamina.set_testing(True, attempts=2):
        yield


def taken_of(org, tmp_path, *objects):
    """A snapshot for these objects."""
    return take(org, discover(org, names=objects, cache=Cache(tmp_path), also_parents=False), objects=objects)


def insert(guarded, object_name, csv):
    """Insert by one job; every row must be saved."""
    job = guarded.create_job(object_name, "insert")
    guarded.upload(job.id, csv.encode())
    guarded.close(job.id)
    while not (found := guarded.job(job.id)).ended:
        pass
    assert found.failed == 0


def test_the_demo_orgs_snapshot(emulated, tmp_path):
    """Users, stages, record types, price book, counts, storage and zone are there; nothing is left unread."""
    one = emulated()
    guarded = one.admit()
    insert(guarded, "Account", "Name,Customer_Number__c\nA,C-2\nB,C-1\nC,\n")
    snapshot = taken_of(guarded.org, tmp_path, "Account", "Opportunity", "Project__c")
    assert snapshot.org_id == one.state.org_id
    assert snapshot.user.id == one.state.user_id
    assert snapshot.user in snapshot.users
    assert all(user.username for user in snapshot.users)
    stages = snapshot.statuses["OpportunityStage"]
    assert [stage.sort_order for stage in stages] == sorted(stage.sort_order for stage in stages)
    assert [stage.probability for stage in stages if stage.won] == [100]
    assert sum(status.default for status in snapshot.statuses["CaseStatus"]) == 1
    assert {"Draft", "Activated"} <= {status.category for status in snapshot.statuses["OrderStatus"]}
    assert set(snapshot.record_types["Project__c"].values()) <= {
        one.id
        for one in discover(guarded.org, names=["Project__c"], cache=Cache(tmp_path)).objects["Project__c"].record_types
    }
    assert snapshot.standard_price_book.startswith("01s")
    assert snapshot.counts == {"Account": 3, "Opportunity": 0, "Project__c": 0}
    assert snapshot.taken["Account.Customer_Number__c"] == ("C-1", "C-2")
    assert snapshot.storage_max_mb == 20 * 1024
    assert snapshot.storage_free_mb <= snapshot.storage_max_mb
    assert snapshot.unread == {}


def test_what_cannot_be_read_is_noted_and_the_rest_stands(emulated, tmp_path):
    """A missing permission or a broken part never costs the whole snapshot."""
    one = emulated()
    org = one.connect()
    refuse = {"at": "before", "do": "answer", "status": 403, "code": "INSUFFICIENT_ACCESS", "message": "no", "times": 0}
    one.fault(**refuse, match={"path": "/limits$"})
    one.fault(**refuse, match={"query": "OpportunityStage"})
    snapshot = taken_of(org, tmp_path, "Account")
    assert snapshot.unread.keys() == {"limits", "OpportunityStage"}
    assert "View Setup" in snapshot.unread["limits"]
    assert snapshot.storage_free_mb is None
    assert "OpportunityStage" not in snapshot.statuses
    assert snapshot.users


def test_a_lost_login_is_no_unread_part(emulated, tmp_path):
    """An error that would meet every part stops the reading."""
    one = emulated()
    org = connect(one.token_login(), mounts=one.mounts)
    schema = discover(org, names=["Account"], cache=Cache(tmp_path))
    one.fault(at="before", do="answer", status=401, code="INVALID_SESSION_ID", message="x", times=0)
    with pytest.raises(LoginFailed):
        take(org, schema, objects=["Account"])


def test_person_types_are_known_where_the_org_has_them(emulated, outside_data, tmp_path):
    """A person-account org's record types are read; orgs without the field are read without it."""
    folder = tmp_path / "describes"
    folder.mkdir()
    shutil.copy(outside_data / "describes" / "Account_PersonAccount.json", folder / "Account.json")
    snapshot = taken_of(emulated(schema=describes_schema(folder)).connect(), tmp_path, "Account")
    assert "record types" not in snapshot.unread
    assert {"HH_Account", "Organization", "PersonAccount"} <= snapshot.record_types["Account"].keys()


def test_many_taken_values_come_by_a_bulk_query(emulated, tmp_path):
    """From some thousands of records on, one query job replaces many pages."""
    one = emulated()
    guarded = one.admit()
    rows = "".join(f"S{n},K-{n:06}\n" for n in range(BULK_FROM + 5))
    insert(guarded, "Skill__c", "Name,Skill_Code__c\n" + rows)
    snapshot = taken_of(guarded.org, tmp_path, "Skill__c")
    assert snapshot.taken["Skill__c.Skill_Code__c"] == tuple(f"K-{n:06}" for n in range(BULK_FROM + 5))
    assert len(one.calls("POST", "/jobs/query")) == 1


def test_a_snapshot_is_stored_and_read_again(emulated, tmp_path):
    """The newest of each org is kept; it equals what was taken."""
    org = emulated().connect()
    snapshot = taken_of(org, tmp_path, "Account", "Project__c")
    assert load(tmp_path, org.org_id) is None
    path = save(tmp_path, replace(snapshot, currency="EUR", currencies=("EUR", "USD")))
    newest = save(tmp_path, snapshot)
    assert path == newest
    assert load(tmp_path, org.org_id) == snapshot
    assert from_json(json.loads(json.dumps(to_json(snapshot)))) == snapshot


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"org_id": 1}', '{"nonsense": 2}'])
def test_a_broken_stored_snapshot_counts_as_absent(tmp_path, text):
    """A file that was cut or is not ours is not half read."""
    folder = tmp_path / "orgs" / "00D000000000062EAA"
    folder.mkdir(parents=True)
    (folder / "snapshot.json").write_text(text, encoding="utf-8")
    assert load(tmp_path, "00D000000000062EAA") is None


def test_json_of_something_else_is_no_snapshot():
    """What `to_json` did not write is a DataError."""
    with pytest.raises(DataError):
        from_json({"users": [{"nobody": 1}]})
