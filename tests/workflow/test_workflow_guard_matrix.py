"""Kinds of org x every entry point that writes: what the guard refuses, no request shows."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from sfseed_core import system
from sfseed_core.clock import SYSTEM
from sfseed_core.errors import SfseedError
from sfseed_core.events import SILENT
from sfseed_core.load.execute import execute
from sfseed_core.load.follow import follow
from sfseed_core.load.journal import Run, list_runs
from sfseed_core.load.status import RunState
from sfseed_core.org.client import connect
from sfseed_core.org.connections import protection
from sfseed_core.org.guard import admit
from sfseed_core.org.recording import Recording
from sfseed_core.schema.model import Schema
from sfseed_core.snapshot.read import take
from sfseed_core.snapshot.store import to_json
from sfseed_core.workflow import connections, load
from sfseed_core.workflow.connect import ENV, find_login
from sfseed_core.workflow.doctor import try_writing
from sfseed_core.workflow.request import make_request
from sfseed_core.workflow.resume import retry
from sfseed_core.workflow.seed import begin, go_on, request_for_dataset
from sfseed_core.workflow.undo import undo
from tests.loading import projects, resolver_of, stage

SOON = "2099-01-01T00:00:00.000+0000"
PAST = "2001-01-01T00:00:00.000+0000"
KINDS = {
    "production": {"is_sandbox": False},
    "unknown": {},
    "protected": {},
    "developer": {"is_sandbox": False, "organization_type": "Developer Edition"},
    "trial": {"is_sandbox": False, "trial_expiration": SOON},
    "ended trial": {"is_sandbox": False, "trial_expiration": PAST},
}
DEFAULT = ("production", "unknown", "protected", "developer")


@dataclass
class Case:
    """One org, and a run that a person would try to load into it."""

    home: object
    server: object
    dataset: object
    snapshot: str

    def run(self, state=RunState.STOPPED):
        """A run that was begun in this very org and agreed to, so that only the guard is left."""
        request = request_for_dataset(self.dataset.id, org=ENV, home=self.home)
        run = begin(request, home=self.home, clock=SYSTEM)
        run.put("org_id", self.server.org.state.org_id)
        run.put("agreed", True)
        system.write_durably(run.folder / "snapshot.json", self.snapshot.encode())
        run.set_state(state)
        return run

    def writes(self):
        """The requests so far that would change something."""
        return [
            (method, path)
            for method, path, _ in self.server.org.calls()
            if method != "GET" and "/oauth2/" not in path and not path.endswith("/jobs/query")
        ]


def by_command_seed(case):
    """`sfseed seed --yes`."""
    request = make_request(org=ENV, clock=SYSTEM, seed=1, as_of=None, preset="minimal", hold_refused=True)
    run = begin(request, home=case.home, clock=SYSTEM)
    go_on(run, home=case.home, observer=SILENT, clock=SYSTEM, agree=lambda _: None)


def by_command_load(case):
    """`sfseed load --yes`."""
    request = request_for_dataset(case.dataset.id, org=ENV, home=case.home, hold_refused=True)
    run = begin(request, home=case.home, clock=SYSTEM)
    go_on(run, home=case.home, observer=SILENT, clock=SYSTEM, agree=lambda _: None)


def by_page(case):
    """The Load page's button."""
    begun = load.begin_load(case.dataset.id, org=ENV, home=case.home, observer=SILENT, clock=SYSTEM)
    follow(Run.open(case.home, begun), observer=SILENT, clock=SYSTEM)


def by_resume(case):
    """`sfseed runs resume`."""
    go_on(case.run(), home=case.home, observer=SILENT, clock=SYSTEM, agree=lambda _: None)


def by_retry(case):
    """`sfseed runs retry`."""
    retry(case.run(), home=case.home, observer=SILENT, clock=SYSTEM)


def by_undo(case):
    """`sfseed runs undo`."""
    undo(case.run(), home=case.home, observer=SILENT, clock=SYSTEM)


def by_page_again(case):
    """The Runs page's button, in a process of its own."""
    run = case.run()
    load.go_on(run.id, "undo", home=case.home)
    follow(run, observer=SILENT, clock=SYSTEM)


def by_library(case):
    """A notebook or test that calls the loader itself."""
    org = connect(find_login(ENV, case.home))
    execute(case.run(RunState.LOAD), admit(org, home=case.home), case.dataset, resolver_of(org))


def by_write_test(case):
    """`sfseed doctor --write-test --yes`."""
    list(try_writing(ENV, case.home, SYSTEM, Recording(), confirmed_name=None))


ENTRIES = (
    by_command_seed,
    by_command_load,
    by_page,
    by_resume,
    by_retry,
    by_undo,
    by_page_again,
    by_library,
    by_write_test,
)


@pytest.fixture
def case(home, served, env):
    """A maker of cases by kind of org."""

    def make(kind):
        server = served(name="Acme", **KINDS.get(kind, {}))
        env(server)
        dataset = stage(home, server.org, projects(3)[:1])
        client = server.org.connect()
        schema = Schema(client.org_id, client.api_version, dataset.schema)
        snapshot = json.dumps(to_json(take(client, schema, objects=[], observer=SILENT)))
        if kind == "unknown":
            server.org.fault(
                at="before",
                do="answer",
                status=400,
                code="INVALID_TYPE",
                message="no",
                times=0,
                match={"query": "Organization"},
            )
        if kind == "protected":
            connections.protect("uat", home=home, facts=client.facts)
            assert protection(home, client.org_id) == "uat"
        return Case(home, server, dataset, snapshot)

    return make


@pytest.mark.parametrize("kind", [pytest.param(one, marks=() if one in DEFAULT else pytest.mark.slow) for one in KINDS])
def test_no_entry_point_writes_to_an_org_that_is_refused(case, kind):
    """Production, unknown, protected and unconfirmed orgs: nine ways in, and the org's request log holds no write."""
    one = case(kind)
    for entry in ENTRIES:
        try:
            entry(one)
        except SfseedError as error:
            assert error.exit_code in {2, 3}, f"{entry.__doc__} {error}"  # noqa: PT017 - some refuse in their own process
        assert one.writes() == [], entry.__doc__
    assert one.server.org.calls(), "each of them did reach the org"


def test_another_org_behind_the_same_name_gets_nothing(case, served, env):
    """A run that was begun in one sandbox is not resumed, retried or undone in another."""
    one = case("unknown")
    other = served(name="Acme")
    run = one.run()
    env(other)
    refused = Case(one.home, other, one.dataset, one.snapshot)
    for task in (retry, undo):
        try:
            task(run, home=one.home, observer=SILENT, clock=SYSTEM)
        except SfseedError as error:
            assert error.exit_code == 3  # noqa: PT017 - as above
        assert refused.writes() == []
    assert "another" in str(run.get("error")) or "now the org" in str(run.get("error"))


WRITING = (by_command_load, by_page, by_resume, by_undo, by_page_again, by_library, by_write_test)


@pytest.mark.parametrize(
    "entry",
    [pytest.param(one, marks=() if one is by_undo else pytest.mark.slow, id=one.__name__) for one in WRITING],
)
def test_a_token_that_is_renewed_into_another_org_is_not_used(case, entry):
    """The sandbox is refreshed at the first write: the new token leads to another org, which gets no write at all."""
    one = case("sandbox")
    if entry in {by_undo, by_page_again}:
        by_resume(one)
        assert one.writes()
        one.run = lambda: Run.open(one.home, latest(one.home))
    one.server.org.state.requests.clear()
    before = one.server.org.state.org_id
    one.server.org.fault(
        at="before", do="refresh_sandbox", match={"method": "POST|PUT|PATCH|DELETE", "path": "ingest|sobjects"}
    )
    try:
        entry(one)
    except SfseedError as error:
        assert error.exit_code in {3, 4}, error  # noqa: PT017 - some refuse in their own process
    assert one.server.org.state.org_id != before, "the refresh came"
    assert [status for _, _, status in one.server.org.calls("POST", "/oauth2/token")], "the token was renewed"
    calls = one.server.org.calls()
    first = next(n for n, (method, path, _) in enumerate(calls) if method != "GET" and "/oauth2/" not in path)
    assert calls[first][2] == 401
    assert [(m, path) for m, path, _ in calls[first + 1 :] if m != "GET" and "/oauth2/" not in path] == []


def latest(home):
    """The run that was begun last."""
    [*_, last] = sorted((run.get("at") or run.id, run.id) for run in list_runs(home))
    return last[1]


@pytest.mark.parametrize("kind", ["developer", pytest.param("trial", marks=pytest.mark.slow)])
def test_a_typed_name_opens_a_developer_edition_for_that_run_only(case, kind):
    """After its name was typed the run loads; the next run is asked again."""
    one = case(kind)
    run = one.run()
    run.put("confirmed_name", "Acme")
    go_on(run, home=one.home, observer=SILENT, clock=SYSTEM, agree=lambda _: None)
    assert run.status().objects
    assert one.writes()
    before = len(one.writes())
    by_resume(one)
    assert len(one.writes()) == before


def test_a_run_remembers_the_org_and_not_the_way_in(case):
    """The journal names org and request, and holds nothing that lets anybody in."""
    one = case("protected")
    run = one.run()
    assert Run.open(one.home, run.id).get("request")["org"] == ENV
    text = (run.folder / "journal.sqlite").read_bytes() + b"".join(p.read_bytes() for p in run.folder.glob("*wal"))
    assert one.server.login.client_secret.encode() not in text
