"""A load or undo that is killed at any instant and gone on with ends like one that nobody disturbed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sfseed_core.dataset.store import open_dataset
from sfseed_core.load.execute import execute
from sfseed_core.load.journal import Run
from sfseed_core.load.options import Options
from sfseed_core.load.status import RunState
from sfseed_core.load.undo import undo
from tests.loading import contents, expected, new_run, projects, resolver_of, stage

ROOT = Path(__file__).resolve().parents[2]
QUICK = Options(first_wait=0.01, longest_wait=0.2, patience=60)
MADE = projects(2)

# lines and answered writes of an undisturbed load, as the test below counts them
LINES, ANSWERS = 126, 42
INSTANTS = [("line", n) for n in range(1, LINES + 1)] + [("answer", n) for n in range(1, ANSWERS + 1)]
SAMPLE = INSTANTS[3::9]


def carry(home, run, login, resolver, at, number, task="load"):
    """Carry the run in a process of its own that dies at the instant; return its exit code."""
    order = {
        "home": str(home), "run": run.id, "login": login.to_secret(), "resolver": resolver.to_json(),
        "at": at, "number": number, "task": task,
    }  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SFSEED_HOME": str(home)}
    driver = Path(__file__).with_name("driver.py")
    done = subprocess.run(
        [sys.executable, str(driver)], input=json.dumps(order).encode(), env=environment, capture_output=True, check=False
    )
    assert done.returncode in {0, -9, 1, 15}, done.stderr.decode()
    assert done.returncode == 0 or not done.stderr, done.stderr.decode()
    return done.returncode


def killed_and_resumed(home, served, at, number):
    """Load with a kill, then go on; check the org against the dataset."""
    server = served()
    dataset = stage(home, server.org, MADE)
    run = new_run(home, dataset)
    client = server.org.connect()
    resolver = resolver_of(client)
    died = carry(home, run, server.login, resolver, at, number) != 0
    status = Run.open(home, run.id).status()
    assert all(counts.adds_up() for counts in (*status.objects.values(), *status.updates.values()))
    again = Run.open(home, run.id)
    status = execute(again, server.org.admit(), open_dataset(home, dataset.id), resolver, options=QUICK)
    assert status.state is RunState.DONE
    assert contents(client, MADE) == expected(MADE)
    for counts in (*status.objects.values(), *status.updates.values()):
        assert counts.adds_up()
        assert counts.succeeded == counts.planned
    open_jobs = [job for job in server.org.admit().jobs() if job.state == "Open"]
    assert open_jobs == []
    return died


@pytest.mark.parametrize(("at", "number"), SAMPLE)
def test_a_killed_load_resumed_equals_an_undisturbed_one(home, served, at, number):
    """Killed at a sample of instants: the org holds each record exactly once, with its references, and no Open job."""
    killed_and_resumed(home, served, at, number)


@pytest.mark.slow
@pytest.mark.parametrize(("at", "number"), [one for one in INSTANTS if one not in SAMPLE])
def test_a_load_killed_at_any_instant(home, served, at, number):
    """The full matrix of the test above."""
    killed_and_resumed(home, served, at, number)


def test_the_matrix_reaches_every_instant(home, served):
    """The instants that the matrix covers are all that a load has."""
    server = served()
    dataset = stage(home, server.org, MADE)
    run = new_run(home, dataset)
    execute(run, server.org.admit(), dataset, resolver_of(server.org.connect()), options=QUICK)
    writes = [one for one in server.org.calls(path="/jobs/ingest") if one[0] != "GET"]
    assert (len(run.lines()), len(writes)) == (LINES, ANSWERS)


@pytest.mark.parametrize("number", [2, 9, 23, 40])
def test_a_killed_undo_resumed_leaves_nothing(home, served, number):
    """An undo killed on its way is gone on with, and the org is as it was before the load."""
    server = served()
    dataset = stage(home, server.org, MADE)
    run = new_run(home, dataset)
    resolver = resolver_of(server.org.connect())
    execute(run, server.org.admit(), dataset, resolver, options=QUICK)
    run.close()
    carry(home, run, server.login, resolver, "line", number, task="undo")
    again = Run.open(home, run.id)
    status = undo(again, server.org.admit(), lambda: dataset, options=QUICK)
    assert status.state is RunState.UNDONE
    assert all(rows == [] for rows in contents(server.org.connect(), MADE).values())
    assert all(counts.succeeded == counts.planned for counts in status.undone.values())


def test_a_load_needs_no_pandas(home, served):
    """A load's process does not carry what costs a second and 60 MB to import."""
    server = served()
    dataset = stage(home, server.org, MADE)
    run = new_run(home, dataset)
    code = (
        "import runpy, sys\n"
        f"runpy.run_path({str(Path(__file__).with_name('driver.py'))!r}, run_name='__main__')\n"
        "sys.exit(7 if {'pandas', 'duckdb', 'simple_salesforce', 'networkx'} & sys.modules.keys() else 0)"
    )
    resolver = resolver_of(server.org.connect()).to_json()
    order = {
        "home": str(home),
        "run": run.id,
        "login": server.login.to_secret(),
        "resolver": resolver,
        "at": "line",
        "number": 0,
    }
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SFSEED_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", code], input=json.dumps(order).encode(), env=environment, check=False)
    assert done.returncode == 0
    assert run.state is RunState.DONE
