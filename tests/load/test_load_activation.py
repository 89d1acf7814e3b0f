"""Activating contracts and orders as the last step of a load: off unless asked for, exactly once, and beyond undo."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from sfseed_core.events import Crossed
from sfseed_core.load import jobs
from sfseed_core.load.execute import execute
from sfseed_core.load.foresee import foresee
from sfseed_core.load.ledger import send_again
from sfseed_core.load.options import Options
from sfseed_core.load.status import RunState
from sfseed_core.load.undo import undo
from tests.loading import Made, new_run, resolver_of, stage

QUICK = Options(first_wait=0.02, longest_wait=0.2, patience=20)
ORDERS = 6  # the last one has no products


@pytest.fixture
def org(emulated):
    """A demo org."""
    return emulated()


def made():
    """Accounts with contracts and orders, all drafts; every order but the last has products."""
    accounts = [{"Name": f"Acme {n}"} for n in range(2)]
    products = [{"Name": "Pump", "IsActive": True}]
    prices = [{"UnitPrice": Decimal("10.00"), "IsActive": True, "Product2Id": 0, "Pricebook2Id@": "=standard-price-book"}]
    contracts = [{"AccountId": n, "Status": "Draft", "StartDate": date(2026, 1, 5), "ContractTerm": 12} for n in range(2)]
    orders = [
        {
            "AccountId": n % 2,
            "EffectiveDate": date(2026, 2, 1 + n),
            "Status": "Draft",
            "Pricebook2Id@": "=standard-price-book",
        }
        for n in range(ORDERS)
    ]
    items = [
        {"OrderId": n, "PricebookEntryId": 0, "Quantity": Decimal(n + 1), "UnitPrice": Decimal("10.00")}
        for n in range(ORDERS - 1)
    ]
    book = {"Pricebook2Id": "=standard-price-book"}
    return [
        Made("Account", 0, {"Name": "string"}, {}, accounts),
        Made("Product2", 0, {"Name": "string", "IsActive": "boolean"}, {}, products),
        Made(
            "PricebookEntry",
            1,
            {"UnitPrice": "currency", "IsActive": "boolean"},
            {"Product2Id": "Product2", **book},
            [{**one, "Pricebook2Id@": "=standard-price-book"} for one in prices],
        ),
        Made(
            "Contract",
            1,
            {"Status": "picklist", "StartDate": "date", "ContractTerm": "int"},
            {"AccountId": "Account"},
            contracts,
        ),
        Made("Order", 1, {"Status": "picklist", "EffectiveDate": "date"}, {"AccountId": "Account", **book}, orders),
        Made(
            "OrderItem",
            2,
            {"Quantity": "double", "UnitPrice": "currency"},
            {"OrderId": "Order", "PricebookEntryId": "PricebookEntry"},
            items,
        ),
    ]


class Dies:
    """Ends the load at its number-th durable line."""

    def __init__(self, number):
        self.number = number

    def notify(self, event):
        """Raise what no code of ours catches."""
        if isinstance(event, Crossed) and event.number == self.number:
            raise KeyboardInterrupt


def resolver(org):
    """As a snapshot of the org would give it."""
    return replace(resolver_of(org.connect()), activated={"Contract": "Activated", "Order": "Activated"})


def begun(home, org, *, activate=True):
    """A run that is about to load."""
    dataset = stage(home, org, made())
    run = new_run(home, dataset)
    run.put("request", {"activate": activate})
    return run, dataset


def statuses(org):
    """How many contracts and orders of the org have which status."""
    client = org.connect()
    found = {}
    for name in ("Contract", "Order"):
        for row in client.query(f"SELECT Status FROM {name}"):
            found[name, row["Status"]] = found.get((name, row["Status"]), 0) + 1
    return found


ALL_DONE = {("Contract", "Activated"): 2, ("Order", "Activated"): ORDERS - 1, ("Order", "Draft"): 1}


def test_nothing_is_activated_unless_asked_for(home, org):
    """By default contracts and orders stay drafts, and all of it can be taken back."""
    run, dataset = begun(home, org, activate=False)
    status = execute(run, org.admit(), dataset, resolver(org), options=QUICK)
    assert statuses(org) == {("Contract", "Draft"): 2, ("Order", "Draft"): ORDERS}
    assert status.updates == {}
    assert undo(run, org.admit(), lambda: dataset, options=QUICK).notes == ()
    assert statuses(org) == {}


def test_contracts_and_orders_are_activated_at_the_end(home, org):
    """Those with products are; the one without stays a draft; an undo says beforehand and afterwards what it leaves."""
    run, dataset = begun(home, org)
    status = execute(run, org.admit(), dataset, resolver(org), options=QUICK)
    assert status.state is RunState.DONE
    assert statuses(org) == ALL_DONE
    assert {name: (one.planned, one.succeeded) for name, one in status.updates.items()} == {
        "Contract.Status": (2, 2),
        "Order.Status": (ORDERS - 1, ORDERS - 1),
    }
    preview = foresee(run, org.connect()).preview
    assert preview.locked == {"Contract": 2}
    assert f"{ORDERS - 1} activated Order records to drafts, which can be deleted" in preview.restored
    status = undo(run, org.admit(), lambda: dataset, options=QUICK)
    assert status.state is RunState.UNDONE
    assert statuses(org) == {("Contract", "Activated"): 2}
    assert org.connect().count("SELECT COUNT() FROM OrderItem") == 0
    assert "2 Contract records could not be deleted" in " ".join(status.notes)
    tries = [job for job in jobs.read_jobs(run, operations=("delete",)) if job.object == "Contract"]
    assert len(tries) == 2  # once more after others are gone; that freed none, so not a third time
    assert {name: one.succeeded for name, one in status.undone.items() if "Order" in name} == {
        "Order": ORDERS, "OrderItem": ORDERS - 1,
    }  # fmt: skip


def test_orders_that_may_not_become_drafts_again_are_left_and_told(home, org):
    """Where the user may not edit activated orders, an undo leaves them with what they belong to, and says the org's words."""
    run, dataset = begun(home, org)
    execute(run, org.admit(), dataset, resolver(org), options=QUICK)
    org.fault(
        at="row", do="fail", rows=list(range(ORDERS)), code="INSUFFICIENT_ACCESS_OR_READONLY", message="not allowed",
        match={"object": "^Order$", "operation": "update"}, times=0,
    )  # fmt: skip
    status = undo(run, org.admit(), lambda: dataset, options=QUICK)
    assert statuses(org) == {("Contract", "Activated"): 2, ("Order", "Activated"): ORDERS - 1}
    notes = " ".join(status.notes)
    assert f"{ORDERS - 1} Order records could not be changed back: INSUFFICIENT_ACCESS_OR_READONLY" in notes
    assert f"{ORDERS - 1} Order records could not be deleted" in notes


def test_an_order_waits_for_its_products(home, org):
    """An order whose products failed is held back; once they are in, it is activated, and no other one twice."""
    run, dataset = begun(home, org)
    org.fault(
        at="row", do="fail", rows=[0], code="REQUIRED_FIELD_MISSING", message="no", match={"object": "OrderItem"}, times=1
    )
    status = execute(run, org.admit(), dataset, resolver(org), options=QUICK)
    assert (status.updates["Order.Status"].held, status.updates["Order.Status"].succeeded) == (1, ORDERS - 2)
    send_again(run)
    status = execute(run, org.admit(), dataset, resolver(org), options=QUICK)
    assert status.updates["Order.Status"].succeeded == ORDERS - 1
    assert statuses(org) == ALL_DONE


def test_an_org_without_such_a_status_is_said(home, org):
    """Then all stay drafts."""
    run, dataset = begun(home, org)
    status = execute(run, org.admit(), dataset, resolver_of(org.connect()), options=QUICK)
    assert status.state is RunState.DONE
    assert "Order: the org has no status that means activated" in " ".join(status.notes)
    assert statuses(org) == {("Contract", "Draft"): 2, ("Order", "Draft"): ORDERS}


FAULTS = [
    {"at": "line", "do": "lose", "rows": [0, 1], "match": {"operation": "update"}, "times": 0},
    {"at": "row", "do": "fail", "rows": [1], "match": {"operation": "update"}, "times": 2},
    {"at": "after", "do": "cut", "match": {"method": "PATCH"}, "nth": 8},
]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(FAULTS[0], id="lost lines"),
        pytest.param(FAULTS[1], id="locked rows", marks=pytest.mark.slow),
        pytest.param(FAULTS[2], id="a closing without an answer", marks=pytest.mark.slow),
    ],
)
def test_activation_under_faults_ends_like_an_undisturbed_one(home, org, fault):
    """Whatever is lost on the way, each is activated, and none is in doubt."""
    run, dataset = begun(home, org)
    org.fault(**fault)
    status = execute(run, org.admit(), dataset, resolver(org), options=QUICK)
    assert statuses(org) == ALL_DONE
    assert status.updates["Order.Status"].succeeded == ORDERS - 1


def interrupted(home, org, line):
    """A load that ended at a line; how many lines were left."""
    run, dataset = begun(home, org)
    with pytest.raises(KeyboardInterrupt):
        execute(run, org.admit(), dataset, resolver(org), observer=Dies(line), options=QUICK)
    return run, dataset


LINES = 72  # of an undisturbed load; the last of them are those of activating


@pytest.mark.parametrize(
    "line", [LINES - 4, *(pytest.param(one, marks=pytest.mark.slow) for one in range(LINES - 22, LINES + 1))]
)
def test_an_interrupted_activation_is_gone_on_with(home, org, line):
    """Interrupted at any of its lines, the resumed load activates the same ones."""
    run, dataset = interrupted(home, org, line)
    assert len(run.lines()) == line
    status = execute(run, org.admit(), dataset, resolver(org), options=QUICK)
    assert status.state is RunState.DONE
    assert statuses(org) == ALL_DONE
    assert org.connect().count("SELECT COUNT() FROM OrderItem") == ORDERS - 1
