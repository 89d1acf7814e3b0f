"""The journeys on a real org: `pytest -m org`, with SFSEED_* variables that `--org env` takes, for a sandbox or scratch org.

Everything that is written is undone. Against an emulator they run the same way; that is how they are known to pass.
"""

from __future__ import annotations

import os
import zipfile
from datetime import timedelta

import pytest
import stamina

from sfseed_core.clock import SYSTEM
from sfseed_core.dataset.store import open_dataset
from sfseed_core.events import SILENT
from sfseed_core.load.execute import execute
from sfseed_core.load.ids import IdMap, file_of
from sfseed_core.load.journal import Run
from sfseed_core.load.resolve import Resolver
from sfseed_core.load.status import RunState
from sfseed_core.load.undo import undo
from sfseed_core.org.guard import admit
from sfseed_core.org.recording import Recording
from sfseed_core.workflow.connect import ENV, judge, open_org
from sfseed_core.workflow.discover import survey
from sfseed_core.workflow.doctor import examine_org, try_writing
from sfseed_core.workflow.generate import stage
from sfseed_core.workflow.plan import draw_up, recipe_of
from sfseed_core.workflow.report import write_report
from sfseed_core.workflow.request import make_request
from sfseed_core.workflow.seed import begin, request_for_dataset
from tests.crash.test_crash_client import carry

pytestmark = pytest.mark.org

GIVEN = {name: value for name, value in os.environ.items() if name.startswith("SFSEED_")}  # the tests' own home hides them
RECIPE = "version: 1\ntitle: journeys\nobjects:\n  Account: 6\n  Contact: 9\n"
INSTANTS = [("line", 3), ("line", 8), ("line", 14), ("answer", 1), ("answer", 3), ("answer", 5)]


class Real:
    """The org that was given, and a home for the work on it."""

    def __init__(self, home):
        self.home = home
        self.org = open_org(ENV, clock=SYSTEM, home=home)
        self.login = self.org.login

    def staged(self):
        """A dataset of a few accounts and contacts for this org, and how its references resolve here."""
        request = make_request(org=ENV, clock=SYSTEM, seed=None, as_of=None, recipe=RECIPE, recipe_path="journeys")
        found = survey(self.org, recipe_of(request), home=self.home)
        dataset = stage(draw_up(request, found), found.schema.objects, home=self.home, clock=SYSTEM)
        return dataset, Resolver.of(found.snapshot)

    def run_of(self, dataset):
        """A run that is about to load it."""
        run = begin(request_for_dataset(dataset.id, org=ENV, home=self.home), home=self.home, clock=SYSTEM)
        run.put("org_id", self.org.org_id)
        return run

    def ids(self, run, dataset):
        """The ids that the run's journal knows, per object."""
        found = {}
        for name in dataset.objects:
            path = file_of(run.folder, name)
            known = IdMap(path, dataset.extent(name, dataset.revision)).known() if path.exists() else ()
            found[name] = {one.decode("ascii") for one in known}
        return found

    def made_since(self, name, since):
        """The ids of the records of an object that this user has made since then."""
        me, at = self.org.facts.user_id, f"{since:%Y-%m-%dT%H:%M:%SZ}"
        rows = self.org.query(f"SELECT Id FROM {name} WHERE CreatedById = '{me}' AND CreatedDate >= {at}")
        return {row["Id"] for row in rows}


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """The org of the variables; skipped without them, and where it is no sandbox or scratch org."""
    if "SFSEED_INSTANCE_URL" not in GIVEN:
        pytest.skip("needs an org: set SFSEED_INSTANCE_URL and SFSEED_ACCESS_TOKEN (or client id and secret) of a sandbox")
    home = tmp_path_factory.mktemp("real")
    with pytest.MonkeyPatch.context() as patch, stamina.set_testing(False):
        for name, value in (GIVEN | {"SFSEED_HOME": str(home)}).items():
            patch.setenv(name, value)
        found = Real(home)
        decision = judge(found.org.facts, home)
        if decision.verdict != "allowed":
            pytest.skip(f"nothing is written to this org: {decision.reason}")
        yield found


def test_discovery(real):
    """The org's objects are read, planned for, and read again from the cache alone."""
    request = make_request(org=ENV, clock=SYSTEM, seed=1, as_of=None, recipe=RECIPE, recipe_path="journeys")
    first = survey(real.org, recipe_of(request), home=real.home)
    assert {"Account", "Contact"} <= set(first.schema.objects)
    plan = draw_up(request, first)
    assert sum(one.count for one in plan.objects) >= 15
    again = survey(real.org, recipe_of(request), home=real.home)
    assert again.schema.objects.keys() == first.schema.objects.keys()


def test_the_doctor_and_the_report(real, tmp_path):
    """Reading alone says what there is; the report names neither org nor user."""
    recording = Recording()
    found = list(examine_org(ENV, real.home, SYSTEM, recording))
    assert [one for one in found if one.what == "may be written to" and one.level == "ok"]
    assert {one.method for one in recording.exchanges if "/oauth2/" not in one.url} == {"GET"}
    write_report(tmp_path / "report.zip", found, recording.exchanges)
    with zipfile.ZipFile(tmp_path / "report.zip") as archive:
        told = "\n".join(archive.read(name).decode() for name in archive.namelist())
    facts = real.org.facts
    for secret in (facts.name, facts.username, facts.org_id, real.org.session.grant.access_token):
        assert secret not in told


def test_the_write_test(real):
    """Six records go in, are read back and go out again."""
    found = {one.what: one for one in try_writing(ENV, real.home, SYSTEM, Recording(), confirmed_name=None)}
    assert found["write: undo"].level == "ok", found
    assert found["write: insert"].level == "ok", "the org refuses what is made for it: see what its rules say"


def test_a_load_and_its_undo(real):
    """Every planned record is in the org by the id that the journal has, nothing else is; undone, none is there."""
    dataset, resolver = real.staged()
    run, since = real.run_of(dataset), real.org.server_now()
    status = execute(run, admit(real.org, home=real.home), dataset, resolver)
    assert all(one.adds_up() for one in status.objects.values())
    assert sum(one.in_doubt for one in status.objects.values()) == 0
    assert_in_the_org(real, run, dataset, since)
    undone(real, run, dataset, since)


@pytest.mark.parametrize(("at", "number"), INSTANTS)
def test_a_load_that_is_killed_is_gone_on_with(real, at, number):
    """Killed after a journal line or an answered write, then gone on with: each record is there once, and can be undone."""
    dataset, resolver = real.staged()
    run, since = real.run_of(dataset), real.org.server_now()
    run.put("revision", dataset.revision)
    assert carry(real.home, run, real.login, resolver, at, number) != 0, "it was killed"
    again = Run.open(real.home, run.id)
    execute(again, admit(real.org, home=real.home), open_dataset(real.home, dataset.id), resolver)
    assert_in_the_org(real, again, dataset, since)
    undone(real, again, dataset, since)


def assert_in_the_org(real, run, dataset, since):
    """The records that this user has made since then are those of the journal, as many as were planned or less the refused."""
    status, known = run.status(), real.ids(run, dataset)
    for name, counts in status.objects.items():
        assert len(known[name]) == counts.succeeded == counts.planned - counts.failed - counts.held, name
        assert real.made_since(name, since - timedelta(seconds=1)) == known[name], name


def undone(real, run, dataset, since):
    """Take the run back; nothing of it is left."""
    status = undo(run, admit(real.org, home=real.home), lambda: dataset, observer=SILENT)
    assert status.state is RunState.UNDONE
    for name in status.objects:
        assert real.made_since(name, since - timedelta(seconds=1)) == set(), name
