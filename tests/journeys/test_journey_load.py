"""Loading from the command line: tested first, paused, cancelled, retried, loaded again and taken back, counts adding up."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
import requests

from tests.journeys.conftest import environment, plain_client, sfseed

SEED = ("seed", "--org", "env", "--preset", "minimal", "--yes", "--json")
OBJECTS = ("Account", "Contact", "Opportunity")


def reconciled(result):
    """The counts of a run, once both reconciliation lines hold for each object."""
    for one in (*result["objects"].values(), *result["updates"].values(), *result["undone"].values()):
        assert one["planned"] == one["waiting"] + one["held"] + one["sent"]
        assert one["sent"] == sum(one[name] for name in ("in_flight", "succeeded", "failed", "unprocessed", "in_doubt"))
        assert one["in_flight"] == 0
    return result["objects"]


class Place:
    """An org and a home."""

    def __init__(self, home, emulated):
        self.home, self.info, self.variables = home, emulated.info, emulated.variables
        self.client = plain_client(self.info["base_url"], self.info["access_token"])

    def run(self, *arguments):
        """Run a command there."""
        return sfseed(self.home, *arguments, **self.variables)

    def start(self, *arguments):
        """Begin a command there."""
        command = [sys.executable, "-m", "sfseed_core.cli", *arguments]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, env=environment(self.home, **self.variables), **quiet)

    def faults(self, *faults):
        """Replace the org's faults."""
        headers = {"Authorization": f"Bearer {self.info['control_token']}"}
        address = f"{self.info['base_url']}/__emulator__/faults"
        assert requests.delete(address, headers=headers, timeout=10).status_code < 300
        for fault in faults:
            assert requests.post(address, json=fault, headers=headers, timeout=10).status_code < 300

    def holds(self):
        """How many records of each object the org has."""
        return {name: self.client.query(f"SELECT COUNT() FROM {name}")["totalSize"] for name in OBJECTS}

    def begun(self):
        """Wait until a load has jobs in the org; the run."""
        for _ in range(600):
            shown = self.run("runs", "show", "latest", "--json")
            if shown.code == 0 and any(one["in_flight"] for one in shown.json["objects"].values()):
                return shown.json["run"]
            time.sleep(0.1)
        raise AssertionError("the load never began")


@pytest.fixture
def place(home, emulator):
    """An empty org."""
    return Place(home, emulator())


def test_a_dry_run_says_all_and_writes_nothing(place):
    """Jobs, calls, storage and what undo cannot do are said; the org stays empty; the dataset can be loaded afterwards."""
    done = place.run(*SEED, "--dry-run")
    assert done.code == 0, done.err
    told = done.json["forecast"]
    assert told["jobs"] >= 3
    assert told["calls"] > told["jobs"]
    assert told["records"] == sum(told["objects"].values()) > 0
    assert not any(place.holds().values())
    loaded = place.run("load", done.json["dataset"], "--org", "env", "--yes", "--json")
    assert loaded.code == 0, loaded.err
    assert {name: one["succeeded"] for name, one in reconciled(loaded.json).items()} == told["objects"] == place.holds()


def test_a_test_load_that_fails_is_taken_back_and_one_that_passes_goes_on(place):
    """One refused record of the first few ends the load with an empty org; without the trouble all go, none of them twice."""
    place.faults({"at": "row", "do": "fail", "rows": [0], "code": "STRING_TOO_LONG", "match": {"object": "Contact"}})
    failed = place.run(*SEED, "--test-first", "10")
    assert failed.code == 5, failed.err
    assert failed.json["state"] == "undone"
    assert "test load" in " ".join(failed.json["notes"])
    sent = sum(one["sent"] for one in reconciled(failed.json).values())
    assert 3 <= sent <= 20 < sum(one["planned"] for one in failed.json["objects"].values())
    assert not any(place.holds().values())
    place.faults()
    passed = place.run("load", failed.json["dataset"], "--org", "env", "--test-first", "10", "--yes", "--json")
    assert passed.code == 0, passed.err
    counts = reconciled(passed.json)
    assert {name: one["succeeded"] for name, one in counts.items()} == place.holds()
    assert all(one["succeeded"] == one["planned"] for one in counts.values())


def test_what_failed_is_sent_again_and_nothing_else(place):
    """After a retry all records are there once."""
    place.faults({"at": "row", "do": "fail", "share": 0.3, "code": "STRING_TOO_LONG", "match": {"object": "Account"}})
    first = place.run(*SEED)
    assert first.code == 5, first.err
    counts = reconciled(first.json)
    assert counts["Account"]["failed"] > 0
    assert counts["Contact"]["held"] > 0
    place.faults()
    again = place.run("runs", "retry", first.json["run"], "--yes", "--json")
    assert again.code == 0, again.err
    assert {name: one["planned"] for name, one in reconciled(again.json).items()} == place.holds()


@pytest.mark.slow
def test_a_load_paused_goes_on_and_one_cancelled_is_taken_back(place):
    """Paused: counted and at rest, then gone on with to the end. Cancelled: counted, then undone."""
    place.faults({"at": "chunk", "do": "wait", "seconds": 4, "times": 0})
    seeding = place.start(*SEED, "--seed", "1")
    run = place.begun()
    paused = place.run("runs", "pause", run, "--json")
    assert (paused.code, paused.json["state"]) == (0, "stopped"), paused.err
    reconciled(paused.json)
    assert seeding.wait(60) == 4
    place.faults()
    ended = place.run("runs", "resume", run, "--yes", "--json")
    assert ended.code == 0, ended.err
    assert {name: one["planned"] for name, one in reconciled(ended.json).items()} == place.holds()
    assert place.run("runs", "undo", run, "--yes", "--json").code == 0
    place.faults({"at": "chunk", "do": "wait", "seconds": 4, "times": 0})
    seeding = place.start(*SEED, "--seed", "2")
    other = place.begun()
    cancelled = place.run("runs", "cancel", other, "--json")
    assert (cancelled.code, cancelled.json["state"]) == (0, "cancelled"), cancelled.err
    counts = reconciled(cancelled.json)
    assert {name: one["succeeded"] for name, one in counts.items()} == place.holds()
    assert seeding.wait(60) == 4
    place.faults()
    undone = place.run("runs", "undo", other, "--yes", "--json")
    assert undone.json["state"] == "undone", undone.err
    assert not any(place.holds().values())


def test_an_undo_says_what_others_did_since_and_can_leave_it(place):
    """A changed record, and one that others added below ours, are told; kept with what they need; a plain undo takes all."""
    seeded = place.run(*SEED)
    ours = {
        name: [row["Id"] for row in place.client.query(f"SELECT Id FROM {name} ORDER BY Id")["records"]] for name in OBJECTS
    }
    time.sleep(4)  # later than the run by the org's clock, whose seconds are whole
    place.client.Contact.update(ours["Contact"][0], {"Title": "Changed by hand"})
    theirs = place.client.Contact.create({"LastName": "Added by hand", "AccountId": ours["Account"][1]})["id"]
    run = seeded.json["run"]
    told = place.run("runs", "undo", run, "--dry-run", "--json").json["preview"]
    assert told["changed"] == {"Contact": 1}
    assert told["others"]["Contact.AccountId"] == 1
    assert told["deleted"] == {name: len(known) for name, known in ours.items()}
    undone = place.run("runs", "undo", run, "--keep-changed", "--yes", "--json")
    assert undone.json["state"] == "undone", undone.err
    reconciled(undone.json)
    left = {row["Id"]: row for row in place.client.query("SELECT Id, AccountId, ReportsToId FROM Contact")["records"]}
    assert {ours["Contact"][0], theirs} <= set(left)
    needed = {row["AccountId"] for row in left.values()} | {row["ReportsToId"] for row in left.values()}
    accounts = {row["Id"] for row in place.client.query("SELECT Id FROM Account")["records"]}
    assert ours["Account"][1] in accounts
    assert needed <= {*accounts, *left, None}
    assert len(accounts) < len(ours["Account"]) // 2
    assert place.holds()["Opportunity"] == 0


@pytest.mark.slow
def test_the_same_plan_again_is_answered_as_asked(place):
    """By default nothing is written; continue does nothing more, top-up fills gaps, replace takes back and loads."""
    same = (*SEED, "--seed", "7", "--as-of", "2026-11-01")
    first = place.run(*same)
    before = place.holds()
    stopped = place.run(*same)
    assert stopped.code == 2
    assert first.json["run"] in stopped.err
    assert place.holds() == before
    assert place.run(*same, "--again", "continue").json["run"] == first.json["run"]
    assert place.holds() == before
    some = place.client.query("SELECT Id FROM Opportunity LIMIT 3")["records"]
    for row in some:
        place.client.Opportunity.delete(row["Id"])
    topped = place.run(*same, "--again", "top-up")
    assert topped.code == 0, topped.err
    reconciled(topped.json)
    assert place.holds() == before
    replaced = place.run(*same, "--again", "replace")
    assert replaced.code == 0, replaced.err
    reconciled(replaced.json)
    assert place.holds() == before


def test_a_dataset_is_loaded_elsewhere(place, emulator):
    """The same dataset goes into a second org, records and references alike; a refreshed org is another one, and refused."""
    first = place.run(*SEED)
    other = Place(place.home, emulator())
    loaded = other.run("load", first.json["dataset"], "--org", "env", "--yes", "--json")
    assert loaded.code == 0, loaded.err
    reconciled(loaded.json)
    soql = "SELECT LastName, Account.Name FROM Contact ORDER BY LastName, Account.Name"

    def faces(one):
        return [(row["LastName"], (row["Account"] or {}).get("Name")) for row in one.client.query(soql)["records"]]

    assert faces(other) == faces(place)
    refused = other.run("runs", "undo", first.json["run"], "--yes", "--json")
    assert refused.code == 3
    assert other.holds() == place.holds()
