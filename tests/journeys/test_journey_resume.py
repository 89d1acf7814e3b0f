"""A seed killed in any of its phases goes on to the same end."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys

import psutil
import pytest

from sfseed_core.load.journal import Run
from tests.journeys.conftest import environment, plain_client, sfseed

SEED = ("seed", "--org", "demo", "--preset", "minimal", "--yes", "--json", "--progress", "json")


def killed_at(home, phase):
    """Start a seed and kill it, with no chance to clean up, at the first word of the phase."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sfseed_core.cli", *SEED],
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    for line in process.stderr:
        if line.startswith("{") and json.loads(line)["phase"] == phase:
            break
    process.kill()
    process.wait(30)
    process.stderr.close()


@pytest.mark.parametrize("phase", ["discover", "plan", "generate", "check", "load"])
def test_a_killed_seed_goes_on(home, demo, phase):
    """After kill -9 in the phase, `runs resume latest` loads every planned record once; a second resume only tells."""
    killed_at(home, phase)
    listed = sfseed(home, "runs", "list", "--json").json["runs"]
    assert len(listed) == 1
    resumed = sfseed(home, "runs", "resume", "latest", "--yes", "--json")
    assert resumed.code == 0, resumed.err
    assert resumed.json["run"] == listed[0]["run"]
    counts = resumed.json["objects"]
    assert set(counts) == {"Account", "Contact", "Opportunity"}
    client = plain_client(demo["base_url"], demo["access_token"])
    for name, one in counts.items():
        assert one["planned"] == one["succeeded"] == client.query(f"SELECT COUNT() FROM {name}")["totalSize"] > 0
    again = sfseed(home, "runs", "resume", "latest", "--json")
    assert again.code == 0
    assert again.json["objects"] == counts


def test_the_run_is_there_before_the_first_call(home):
    """A seed into an org that cannot be reached leaves a run that is `latest` and can be resumed."""
    nowhere = {"SFSEED_INSTANCE_URL": "http://127.0.0.1:9", "SFSEED_ACCESS_TOKEN": "00D000000000000!x"}
    refused = sfseed(home, "seed", "--org", "env", "--preset", "minimal", "--yes", **nowhere)
    assert refused.code == 3, refused.err
    shown = sfseed(home, "runs", "show", "latest", "--json")
    assert shown.json["state"] == "discover"
    resumed = sfseed(home, "runs", "resume", "latest", "--yes", **nowhere)
    assert resumed.code == 3


def test_the_same_plan_again_is_noticed(home, demo):
    """A second load of the same plan stops with exit code 2 and writes nothing; the other ways do what they say."""
    fixed = ("seed", "--org", "demo", "--preset", "minimal", "--seed", "7", "--as-of", "2026-11-23", "--yes", "--json")
    client = plain_client(demo["base_url"], demo["access_token"])

    def accounts():
        return client.query("SELECT COUNT() FROM Account")["totalSize"]

    first = sfseed(home, *fixed)
    assert first.code == 0, first.err
    count = accounts()
    assert sfseed(home, *fixed).code == 2
    assert accounts() == count
    continued = sfseed(home, *fixed, "--again", "continue")
    assert continued.code == 0, continued.err
    assert (continued.json["run"], accounts()) == (first.json["run"], count)
    client.Contact.delete(client.query("SELECT Id FROM Contact LIMIT 1")["records"][0]["Id"])
    topped = sfseed(home, *fixed, "--again", "top-up")
    assert topped.code == 0, topped.err
    contacts = client.query("SELECT COUNT() FROM Contact")["totalSize"]
    assert (accounts(), contacts) == (count, topped.json["objects"]["Contact"]["planned"])
    replaced = sfseed(home, *fixed, "--again", "replace")
    assert replaced.code == 0, replaced.err
    assert accounts() == count


def test_an_interrupted_undo_goes_on(home, demo):
    """An undo killed with its worker is finished by `runs resume`."""
    seeded = sfseed(home, "seed", "--org", "demo", "--preset", "minimal", "--yes", "--json")
    assert seeded.code == 0, seeded.err
    process = subprocess.Popen(
        [sys.executable, "-m", "sfseed_core.cli", "runs", "undo", "latest", "--yes", "--progress", "json"],
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    for line in process.stderr:  # what an undo would meet is looked at before it begins
        if line.startswith("{") and json.loads(line)["phase"] == "undo":
            break
    kill_worker(home, seeded.json["run"])
    process.kill()
    process.wait(30)
    process.stderr.close()
    resumed = sfseed(home, "runs", "resume", "latest", "--yes", "--json")
    assert resumed.code == 0, resumed.err
    assert resumed.json["state"] == "undone"
    client = plain_client(demo["base_url"], demo["access_token"])
    for name in ("Account", "Contact", "Opportunity"):
        assert client.query(f"SELECT COUNT() FROM {name}")["totalSize"] == 0


def kill_worker(home, run):
    """Kill the run's worker, with no chance to clean up, if it still runs."""
    opened = Run.open(home, run)
    pid = (opened.get("worker") or {}).get("pid")
    opened.close()
    if pid:
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(pid).kill()
