"""An upsert, or its undo, that is killed at any instant and gone on with ends like one that nobody disturbed."""

from __future__ import annotations

import pytest

from sfseed_core.dataset.store import open_dataset
from sfseed_core.load.execute import execute
from sfseed_core.load.journal import Run
from sfseed_core.load.status import RunState
from sfseed_core.load.undo import undo
from tests.crash.test_crash_client import QUICK, carry
from tests.emulated import EmulatedOrg
from tests.loading import new_run, resolver_of, stage
from tests.upserting import there_before, upserting, world

MADE = upserting()
LINES, ANSWERS, UNDO_LINES = 45, 15, 63  # of an undisturbed load and undo, as the test below counts them
INSTANTS = [("line", n) for n in range(1, LINES + 1)] + [("answer", n) for n in range(1, ANSWERS + 1)]
SAMPLE = [("answer", 3)]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What the org holds after a load that nothing disturbed."""
    org = EmulatedOrg.start()
    there_before(org.admit())
    home = tmp_path_factory.mktemp("quiet")
    dataset = stage(home, org, MADE)
    execute(new_run(home, dataset), org.admit(), dataset, resolver_of(org.connect()), options=QUICK)
    yield world(org.connect())
    org.stop()


def begun(home, served):
    """An org that has some of the records, and a run into it."""
    server = served()
    there_before(server.org.admit())
    dataset = stage(home, server.org, MADE)
    return server, dataset, new_run(home, dataset), resolver_of(server.org.connect())


def killed_and_resumed(home, served, undisturbed, at, number):
    """Load with a kill, go on, undo."""
    server, dataset, run, resolver = begun(home, served)
    client = server.org.connect()
    was = world(client)
    carry(home, run, server.login, resolver, at, number)
    again = Run.open(home, run.id)
    status = execute(again, server.org.admit(), open_dataset(home, dataset.id), resolver, options=QUICK)
    assert status.state is RunState.DONE
    assert all(one.succeeded == one.planned for one in (*status.objects.values(), *status.updates.values()))
    assert world(client) == undisturbed
    undo(again, server.org.admit(), lambda: dataset, options=QUICK)
    assert world(client) == was


@pytest.mark.parametrize(("at", "number"), SAMPLE)
def test_a_killed_upsert_resumed_equals_an_undisturbed_one(home, served, undisturbed, at, number):
    """What was there is changed once, what was not is made once, and the undo still knows which is which."""
    killed_and_resumed(home, served, undisturbed, at, number)


@pytest.mark.slow
@pytest.mark.parametrize(("at", "number"), [one for one in INSTANTS if one not in SAMPLE])
def test_an_upsert_killed_at_any_instant(home, served, undisturbed, at, number):
    """The full matrix of the test above."""
    killed_and_resumed(home, served, undisturbed, at, number)


def killed_undo(home, served, number):
    """Undo with a kill, go on."""
    server, dataset, run, resolver = begun(home, served)
    was = world(server.org.connect())
    execute(run, server.org.admit(), dataset, resolver, options=QUICK)
    before = len(run.lines())
    run.close()
    carry(home, run, server.login, resolver, "line", number, task="undo")
    again = Run.open(home, run.id)
    status = undo(again, server.org.admit(), lambda: dataset, options=QUICK)
    assert status.state is RunState.UNDONE
    assert world(server.org.connect()) == was
    return len(again.lines()) - before


@pytest.mark.parametrize("number", [7])
def test_a_killed_undo_of_an_upsert_resumed_changes_all_back(home, served, number):
    """What was made is gone, what was changed is as before."""
    killed_undo(home, served, number)


@pytest.mark.slow
@pytest.mark.parametrize("number", [n for n in range(1, UNDO_LINES + 1) if n != 7])
def test_an_undo_of_an_upsert_killed_at_any_line(home, served, number):
    """The full matrix of the test above."""
    killed_undo(home, served, number)


@pytest.mark.slow
def test_the_matrix_reaches_every_instant_of_an_upsert(home, served):
    """The instants that the matrix covers are all that there are."""
    server, dataset, run, resolver = begun(home, served)
    execute(run, server.org.admit(), dataset, resolver, options=QUICK)
    writes = [one for one in server.org.calls(path="/jobs/ingest") if one[0] != "GET"]
    loaded = len(run.lines())
    undo(run, server.org.admit(), lambda: dataset, options=QUICK)
    assert (loaded, len(writes), len(run.lines()) - loaded) == (LINES, ANSWERS, UNDO_LINES)
