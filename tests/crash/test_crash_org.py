"""The org's own process dies at a commit and comes back: the load waits for it and ends like an undisturbed one."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from sfseed_core.load.execute import execute
from sfseed_core.load.options import Options
from sfseed_core.load.status import RunState
from sfseed_core.org.client import connect
from sfseed_core.org.credentials import ClientCredentialsLogin
from sfseed_core.org.guard import admit
from tests.loading import contents, expected, new_run, projects, resolver_of, stage

ROOT = Path(__file__).resolve().parents[2]
PATIENT = Options(first_wait=0.01, longest_wait=0.2, patience=60)
MADE = projects(2)
COMMITS = 84  # of an undisturbed load; the next one is the test's own login


class OrgProcess:
    """An emulator in a process of its own, started again whenever it dies."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.deaths = 0
        self.ended = False
        self.process, self.info = self._start()
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()

    def _start(self) -> tuple[subprocess.Popen[bytes], dict[str, str]]:
        command = [sys.executable, "-m", "sfseed_emulator", "--port", "0", "--json", "--state", str(self.state)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT)
        return process, json.loads(process.stdout.readline())

    def _watch(self) -> None:
        while True:
            self.process.wait()
            if self.ended:
                return
            self.deaths += 1
            self.process, self.info = self._start()

    def fault(self, **fault) -> None:
        """Add a fault by the control route."""
        import requests

        headers = {"Authorization": f"Bearer {self.info['control_token']}"}
        answer = requests.post(f"{self.info['base_url']}/__emulator__/faults", json=fault, headers=headers, timeout=10)
        assert answer.status_code < 300, answer.text

    def connect(self):
        """The org for reading."""
        info = self.info
        return connect(ClientCredentialsLogin("process", info["base_url"], info["client_id"], info["client_secret"]))

    def stop(self) -> None:
        """End it for good."""
        self.ended = True
        psutil.Process(self.process.pid).terminate()
        self.watcher.join(10)


@pytest.fixture
def process(tmp_path):
    """An emulator process."""
    found = OrgProcess(tmp_path / "org")
    yield found
    found.stop()


def survives(home, process, nth, moment):
    """Load while the org dies at a commit."""
    dataset = stage(home, process, MADE)
    run = new_run(home, dataset)
    client = process.connect()
    guarded, resolver = admit(client), resolver_of(client)
    process.fault(at="commit", do="kill", moment=moment, nth=nth)
    status = execute(run, guarded, dataset, resolver, options=PATIENT)
    assert status.state is RunState.DONE
    assert contents(process.connect(), MADE) == expected(MADE)
    for counts in (*status.objects.values(), *status.updates.values()):
        assert counts.succeeded == counts.planned


@pytest.mark.parametrize(("nth", "moment"), [(3, "before"), (17, "after"), (38, "before"), (61, "after"), (80, "before")])
def test_an_org_that_dies_at_a_commit_is_waited_for(home, process, nth, moment):
    """At a sample of its commits: each record is there exactly once, with its references."""
    survives(home, process, nth, moment)
    assert process.deaths == 1


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("nth", range(1, COMMITS + 1))
def test_an_org_that_dies_at_any_commit(home, process, nth, moment):
    """At all of its commits."""
    survives(home, process, nth, moment)
    assert process.deaths == 1
