"""What was made: listed, shown, written as files, removed."""

from __future__ import annotations

import csv
import json

import pytest

from sfseed_core.dataset import store
from sfseed_core.dataset.edits import SetCells
from sfseed_core.load.journal import Run
from sfseed_core.load.status import RunState
from tests.cli.test_cli_surface import run
from tests.staged import stage


@pytest.fixture
def made(home):
    """A staged dataset with one edit."""
    dataset = stage(home)
    dataset.apply(SetCells("Account", [1], {"Name": ["Edited by hand"]}))
    return dataset


def test_datasets_are_listed_and_shown(home, made):
    """A dataset is listed with its records and edits, and shown with its variation number and objects in load order."""
    listed = json.loads(run(home, "datasets", "list", "--json").stdout)["datasets"]
    assert [(one["dataset"], one["objects"]["Account"], one["edits"]) for one in listed] == [(made.id, 10, 1)]
    shown = run(home, "datasets", "show", "latest").stdout
    assert f"Dataset {made.id}, revision 1: variation number 7, as of 2026-11-23, en_US" in shown
    assert shown.index("Account") < shown.index("Contact") < shown.index("Task")


def test_export_writes_what_would_be_loaded(home, made, tmp_path):
    """The files hold the records as they stand, edits included."""
    done = run(home, "datasets", "export", made.id, "--out", str(tmp_path / "out"), "--quiet")
    assert done.returncode == 0, done.stderr
    with (tmp_path / "out" / "Account.csv").open(encoding="utf-8", newline="") as file:
        names = [row["Name"] for row in csv.DictReader(file)]
    assert len(names) == 10
    assert names[1] == "Edited by hand"


def test_a_dataset_is_removed_unless_a_run_needs_it(home, made):
    """A dataset that an unfinished run still sends from is kept and the run named; afterwards it goes."""
    needing = Run.create(home, {"org": "demo"})
    needing.put("dataset", made.id)
    refused = run(home, "datasets", "remove", made.id, "--yes")
    assert refused.returncode == 2
    assert f"sfseed runs resume {needing.id}" in refused.stderr
    needing.set_state(RunState.CANCELLED)
    assert run(home, "datasets", "remove", made.id, "--yes").returncode == 0
    assert store.list_datasets(home) == []
