"""A load that is killed while it activates contracts and orders, and gone on with, ends like one that nobody disturbed."""

from __future__ import annotations

import pytest

from sfseed_core.dataset.store import open_dataset
from sfseed_core.load.execute import execute
from sfseed_core.load.journal import Run
from sfseed_core.load.status import RunState
from sfseed_core.load.undo import undo
from tests.crash.test_crash_client import QUICK, carry
from tests.emulated import EmulatedOrg
from tests.load.test_load_activation import LINES, begun, resolver

ANSWERS = 24  # answered writes of an undisturbed load; the last of them are those of activating, as the lines are
FIRST_LINE, FIRST_ANSWER = 55, 19
INSTANTS = [("line", n) for n in range(FIRST_LINE, LINES + 1)] + [("answer", n) for n in range(FIRST_ANSWER, ANSWERS + 1)]
SAMPLE = [("answer", ANSWERS - 1), ("line", LINES - 6)]


def world(client):
    """All that the load made, told by what nobody made but it: no ids, and nothing twice without being seen."""
    contracts = client.query("SELECT Account.Name, Status, StartDate, ActivatedDate FROM Contract")
    orders = client.query("SELECT Account.Name, Status, EffectiveDate, ActivatedDate FROM Order")
    items = client.query("SELECT Order.EffectiveDate, Order.Status, Quantity FROM OrderItem")
    return {
        "Account": sorted(one["Name"] for one in client.query("SELECT Name FROM Account")),
        "Contract": sorted(
            (one["Account"]["Name"], one["StartDate"], one["Status"], bool(one["ActivatedDate"])) for one in contracts
        ),
        "Order": sorted(
            (one["EffectiveDate"], one["Account"]["Name"], one["Status"], bool(one["ActivatedDate"])) for one in orders
        ),
        "OrderItem": sorted((one["Order"]["EffectiveDate"], one["Order"]["Status"], one["Quantity"]) for one in items),
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What the org holds after a load that nothing disturbed."""
    org = EmulatedOrg.start()
    run, dataset = begun(tmp_path_factory.mktemp("quiet"), org)
    execute(run, org.admit(), dataset, resolver(org), options=QUICK)
    yield world(org.connect())
    org.stop()


def killed_and_resumed(home, served, undisturbed, at, number):
    """Load with a kill, go on; the org is as if nothing had been."""
    server = served()
    run, dataset = begun(home, server.org)
    found = resolver(server.org)
    assert carry(home, run, server.login, found, at, number) != 0
    again = Run.open(home, run.id)
    assert all(one.succeeded == one.planned for one in again.status().objects.values())  # it was activating by then
    status = execute(again, server.org.admit(), open_dataset(home, dataset.id), found, options=QUICK)
    assert status.state is RunState.DONE
    assert all(one.succeeded == one.planned for one in (*status.objects.values(), *status.updates.values()))
    assert world(server.org.connect()) == undisturbed
    assert [job for job in server.org.admit().jobs() if job.state == "Open"] == []


@pytest.mark.parametrize(("at", "number"), SAMPLE)
def test_a_killed_activation_resumed_equals_an_undisturbed_one(home, served, undisturbed, at, number):
    """Each contract and order is active that would have been, none is in doubt, nothing is there twice."""
    killed_and_resumed(home, served, undisturbed, at, number)


@pytest.mark.slow
@pytest.mark.parametrize(("at", "number"), [one for one in INSTANTS if one not in SAMPLE])
def test_an_activation_killed_at_any_instant(home, served, undisturbed, at, number):
    """The full matrix of the test above."""
    killed_and_resumed(home, served, undisturbed, at, number)


@pytest.mark.slow
def test_the_matrix_reaches_every_instant_of_activating(home, served):
    """The instants that the matrix covers are all that activating has: its jobs' lines and answered writes, the last ones."""
    server = served()
    run, dataset = begun(home, server.org)
    execute(run, server.org.admit(), dataset, resolver(server.org), options=QUICK)
    writes = [one for one in server.org.calls(path="/jobs/ingest") if one[0] != "GET"]
    first = run.read("SELECT min(number) FROM jobs WHERE operation = 'update'")[0][0]
    lines = [number for number, (_, _, job) in enumerate(run.lines(), 1) if job is not None and job >= first]
    assert (min(lines), len(run.lines()), len(writes)) == (FIRST_LINE, LINES, ANSWERS)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 22, 2))
def test_an_undo_killed_while_orders_become_drafts_again(home, served, number):
    """Gone on with, it deletes every order, and leaves the activated contracts with their accounts."""
    server = served()
    run, dataset = begun(home, server.org)
    found = resolver(server.org)
    execute(run, server.org.admit(), dataset, found, options=QUICK)
    run.close()
    assert carry(home, run, server.login, found, "line", number, task="undo") != 0
    status = undo(Run.open(home, run.id), server.org.admit(), lambda: dataset, options=QUICK)
    assert status.state is RunState.UNDONE
    left = world(server.org.connect())
    assert (left["Order"], left["OrderItem"]) == ([], [])
    assert [(name, status) for name, _, status, _ in left["Contract"]] == [("Acme 0", "Activated"), ("Acme 1", "Activated")]
    assert left["Account"] == ["Acme 0", "Acme 1"]
