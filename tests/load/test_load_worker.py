"""The worker: a process of its own, held by locks, followed through the journal."""

from __future__ import annotations

import itertools
import json
import time

import psutil
import pytest

from sfseed_core import system
from sfseed_core.errors import Interrupted, UserError
from sfseed_core.events import Note, Progress
from sfseed_core.load import turn
from sfseed_core.load.follow import follow, is_carried
from sfseed_core.load.journal import Run
from sfseed_core.load.status import RunState
from sfseed_core.load.worker import scrubbed, start_worker
from sfseed_core.org.credentials import DemoLogin
from sfseed_core.schema.model import Schema
from sfseed_core.snapshot.read import take
from sfseed_core.snapshot.store import to_json
from sfseed_emulator.described import Described
from tests.loading import contents, expected, new_run, projects, stage


class Ear:
    """Keeps what it is told."""

    def __init__(self):
        self.heard = []

    def notify(self, event):
        """Keep the event."""
        self.heard.append(event)


@pytest.fixture
def ready(home, served):
    """A maker of runs that wait to be carried, in one served org."""
    server = served()

    def make(size=3, objects=2):
        made = projects(size)[:objects]
        dataset = stage(home, server.org, made)
        run = new_run(home, dataset)
        client = server.org.connect()
        run.put("org_id", client.org_id)
        schema = Schema(client.org_id, client.api_version, dataset.schema)
        snapshot = take(client, schema, objects=[], observer=Ear())
        system.write_durably(run.folder / "snapshot.json", json.dumps(to_json(snapshot)).encode())
        run.set_state(RunState.LOAD)
        return run, made

    return server, make


def test_a_worker_loads_and_undoes(home, ready):
    """A worker carries the run to its end; whoever follows it hears how far it is; the same for the undo."""
    server, make = ready
    run, made = make()
    ear = Ear()
    start_worker(run, server.login, home=home)
    status = follow(run, observer=ear, timeout=60)
    assert status.state is RunState.DONE, (status.error, (run.folder / "worker.log").read_text(encoding="utf-8"))
    assert contents(server.org.connect(), made) == expected(made)
    assert {one.subject for one in ear.heard if isinstance(one, Progress)} == {one.name for one in made}
    start_worker(run, server.login, home=home, task="undo")
    assert follow(run, observer=ear, timeout=60).state is RunState.UNDONE
    assert not any(contents(server.org.connect(), made).values())


def test_a_second_worker_on_the_org_is_refused(home, ready):
    """While one run works on an org, another run into it does not start; the same run is just joined."""
    server, make = ready
    first, _ = make()
    second, _ = make()
    server.org.fault(at="chunk", do="wait", seconds=0.5, times=3)
    pid = start_worker(first, server.login, home=home)
    assert is_carried(first)
    assert start_worker(first, server.login, home=home) == pid
    with pytest.raises(UserError, match="another run"):
        start_worker(second, server.login, home=home)
    assert second.status().state is RunState.LOAD
    follow(first, observer=Ear(), timeout=60)


def wait_until(what, seconds=20.0):
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.02)


def queued(run, **more):
    """Let a run begin when the other has ended."""
    run.put("request", run.get("request") | {"wait": True, **more})
    return run


def test_a_second_run_waits_for_its_turn(home, ready):
    """Asked to wait, it says for which run, begins by itself when that has ended, and loads all."""
    server, make = ready
    first, _ = make()
    second, made = make()
    server.org.fault(at="chunk", do="wait", seconds=0.4, times=2)
    start_worker(first, server.login, home=home)
    start_worker(queued(second), server.login, home=home)
    wait_until(lambda: second.status().waits)
    assert (second.status().waits.kind, second.status().waits.why) == ("run", first.id)
    assert turn.at_work(home, first.get("org_id")) == first.id
    ear = Ear()
    assert follow(second, observer=ear, timeout=60).state is RunState.DONE
    assert first.status().state is RunState.DONE
    assert any(first.id in one.message for one in ear.heard if isinstance(one, Note))
    assert second.status().waits is None
    assert turn.at_work(home, first.get("org_id")) is None
    assert server.org.connect().count("SELECT COUNT() FROM Account") == 2 * len(made[0].rows)


@pytest.mark.slow
def test_runs_that_wait_begin_in_the_order_in_which_they_were_queued(home, ready):
    """Each says behind which one it stands, none overtakes another, and one that does not queue finds the org taken."""
    server, make = ready
    runs = [make(size=1)[0] for _ in range(4)]
    late, _ = make(size=1)
    server.org.fault(
        at="before", do="hold", match={"method": "PATCH", "path": "jobs/ingest"}, times=1
    )  # until it is cleared
    start_worker(runs[0], server.login, home=home)
    for before, run in itertools.pairwise(runs):
        start_worker(queued(run), server.login, home=home)
        wait_until(lambda run=run: run.status().waits)
        assert run.status().waits.why == before.id
    psutil.Process(runs[2].get("worker")["pid"]).kill()  # one that died in the queue holds nobody up
    with pytest.raises(UserError, match="another run"):
        start_worker(late, server.login, home=home)
    server.org.faults.clear()
    for run in (runs[0], runs[1], runs[3]):
        assert follow(run, observer=Ear(), timeout=60).state is RunState.DONE, run.status().error
    first_lines = [run.read("SELECT min(at) FROM lines")[0][0] for run in (runs[0], runs[1], runs[3])]
    assert first_lines == sorted(first_lines)
    assert turn.at_work(home, runs[0].get("org_id")) is None
    start_worker(late, server.login, home=home)
    assert follow(late, observer=Ear(), timeout=60).state is RunState.DONE


def test_what_changed_while_a_run_waited_stops_it(home, ready):
    """After its wait the describes are asked again: a field that the org takes no values for by now stops it with the report."""
    server, make = ready
    first, made = make()
    second, _ = make()
    server.org.fault(at="chunk", do="wait", seconds=0.5, times=2)
    start_worker(first, server.login, home=home)
    start_worker(queued(second), server.login, home=home)
    wait_until(lambda: second.status().waits)
    fields = server.org.state.schema.get("Account").describe["fields"]
    changed = next(one for one in fields if one["name"] == "AccountNumber")
    changed["createable"] = False
    server.org.state.described = Described()
    try:
        status = follow(second, observer=Ear(), timeout=60)
    finally:
        changed["createable"] = True
    assert status.state is RunState.STOPPED
    assert "changed while this run waited" in status.error
    assert "Account.AccountNumber: the org does not take values for this field" in status.error
    assert second.lines() == ()
    assert server.org.connect().count("SELECT COUNT() FROM Account") == len(made[0].rows)


@pytest.mark.slow
def test_a_run_that_waits_can_be_cancelled(home, ready):
    """Nothing of it reaches the org."""
    server, make = ready
    first, made = make()
    second, _ = make()
    server.org.fault(at="chunk", do="wait", seconds=0.6, times=2)
    start_worker(first, server.login, home=home)
    start_worker(queued(second), server.login, home=home)
    second.request_stop("cancel")
    assert follow(second, observer=Ear(), timeout=60).state is RunState.CANCELLED
    follow(first, observer=Ear(), timeout=60)
    assert server.org.connect().count("SELECT COUNT() FROM Account") == len(made[0].rows)


def test_what_was_loaded_meanwhile_is_not_loaded_twice(home, ready):
    """The same plan, loaded by the run that was waited for, is refused, whatever was asked for."""
    server, make = ready
    first, made = make()
    second, _ = make()
    for run in (first, second):
        run.put("plan_fingerprint", "the same")
    server.org.fault(at="chunk", do="wait", seconds=0.4, times=2)
    start_worker(first, server.login, home=home)
    start_worker(queued(second, again="top-up"), server.login, home=home)
    status = follow(second, observer=Ear(), timeout=60)
    assert status.state is RunState.STOPPED
    assert f"by {first.id} while this run waited" in status.error
    assert server.org.connect().count("SELECT COUNT() FROM Account") == len(made[0].rows)


def test_an_org_that_stays_away_is_said_and_the_run_can_be_cancelled(home, ready):
    """It says since when and till when it is waited for; cancelled, what was on its way is in doubt, and can be taken back."""
    server, make = ready
    run, made = make(30)
    run.put("request", run.get("request") | {"patience": 5})
    server.org.fault(at="chunk", do="wait", match={"object": "Skill__c"}, seconds=0.5)
    start_worker(run, server.login, home=home)
    wait_until(lambda: run.status().objects and run.status().objects["Skill__c"].in_flight)
    server.org.fault(at="before", do="cut", times=0)
    wait_until(lambda: run.status().waits)
    waits = run.status().waits
    assert (waits.kind, (waits.until - waits.since).total_seconds()) == ("org", 300)
    run.request_stop("cancel")
    status = follow(run, observer=Ear(), timeout=60)
    assert status.state is RunState.CANCELLED
    doubtful = sum(one.in_doubt for one in status.objects.values())
    assert (status.objects["Skill__c"].in_doubt, status.objects["Skill__c"].in_flight) == (30, 0)
    assert f"{doubtful} records were on their way" in " ".join(status.notes)
    server.org.faults.clear()
    start_worker(run, server.login, home=home, task="undo")
    assert follow(run, observer=Ear(), timeout=60).state is RunState.UNDONE
    assert not any(contents(server.org.connect(), made).values())


def test_a_lost_worker_is_noticed_and_the_run_goes_on(home, ready):
    """Killed in the middle: the follower says so, and a new worker brings the run to its end."""
    server, make = ready
    run, made = make()
    server.org.fault(at="chunk", do="wait", seconds=0.3, times=3)
    pid = start_worker(run, server.login, home=home)
    psutil.Process(pid).kill()
    with pytest.raises(Interrupted, match="lost"):
        follow(run, observer=Ear(), timeout=60)
    start_worker(Run.open(home, run.id), server.login, home=home)
    assert follow(run, observer=Ear(), timeout=60).state is RunState.DONE
    assert contents(server.org.connect(), made) == expected(made)


@pytest.mark.parametrize(("how", "state"), [("stop", RunState.STOPPED), ("cancel", RunState.CANCELLED)])
def test_a_stop_ends_what_is_in_flight(home, ready, how, state):
    """A stopped or cancelled run has nothing in flight, its counts add up, and it can be taken up again."""
    server, make = ready
    run, made = make(100, 7)
    server.org.fault(at="chunk", do="wait", match={"object": "Project_Task__c"}, nth=2, seconds=4.0, times=1)
    start_worker(run, server.login, home=home)
    client = server.org.connect()
    while not client.count("SELECT COUNT() FROM Project_Task__c"):
        assert is_carried(run)
        time.sleep(0.05)
    run.request_stop(how)
    status = follow(run, observer=Ear(), timeout=60)
    assert status.state is state
    counts = list(status.objects.values())
    assert all(one.in_flight == 0 and one.adds_up() for one in counts)
    assert 0 < status.objects["Project_Task__c"].succeeded < 600
    assert status.objects["Project_Task__c"].waiting > 0
    start_worker(run, server.login, home=home)
    assert follow(run, observer=Ear(), timeout=60).state is RunState.DONE
    assert contents(server.org.connect(), made) == expected(made)


def test_time_that_is_over_stops_the_run(home, ready):
    """After the follower's timeout the run rests as stopped, and can be gone on with."""
    server, make = ready
    run, _ = make()
    server.org.fault(at="chunk", do="wait", seconds=0.5, times=0)
    start_worker(run, server.login, home=home)
    status = follow(run, observer=Ear(), timeout=0.2)
    assert status.state is RunState.STOPPED


def test_a_worker_that_cannot_log_in_says_why(home, ready):
    """The run is stopped with the error."""
    server, make = ready
    run, _ = make()
    bad = type(server.login)("bad", server.login.instance_url, "no-such-client", "nor secret")
    start_worker(run, bad, home=home)
    status = follow(run, observer=Ear(), timeout=60)
    assert status.state is RunState.STOPPED
    assert status.error


def test_the_environment_of_a_worker_holds_no_secret(tmp_path):
    """Only what a process needs to run is passed on, and the home."""
    kept = scrubbed({"PATH": "/bin", "SFSEED_ACCESS_TOKEN": "x", "AWS_SECRET": "y", "https_proxy": "p"}, tmp_path)
    assert kept.items() >= {"PATH": "/bin", "https_proxy": "p", "SFSEED_HOME": str(tmp_path), "PYTHONUTF8": "1"}.items()
    assert not {"SFSEED_ACCESS_TOKEN", "AWS_SECRET"} & kept.keys()
    assert DemoLogin(tmp_path).to_secret() == {"kind": "demo", "home": str(tmp_path)}
