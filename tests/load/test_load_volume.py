"""Loads at volume: long texts under changed echoes, hot parents under locks, an org that is always late."""

from __future__ import annotations

import time

import pytest

from sfseed_core.load.after import record_ids
from sfseed_core.load.execute import execute
from sfseed_core.load.journal import Run
from sfseed_core.load.options import Options
from sfseed_core.load.status import RunState
from sfseed_core.load.steps import plan_stages
from tests.loading import Made, contents, expected, new_run, projects, resolver_of, stage

QUICK = Options(first_wait=0.05, longest_wait=1.0, patience=60, lock_wait=0.2)


def load(home, org, made, options=QUICK):
    """Stage and load; the run and its status."""
    dataset = stage(home, org, made)
    run = new_run(home, dataset)
    return dataset, execute(run, org.admit(), dataset, resolver_of(org.connect()), options=options)


def long_texts(count):
    """Projects told apart by nothing but a long text, on two accounts."""
    rows = [
        {
            "Name": f"Project {n % 3}",
            "Account__c": n % 2,
            "Summary__c": f"  line one of {n}\r\nline two, MIXED case, {n * 7919} \n",
        }
        for n in range(count)
    ]
    accounts = [{"Name": "Acme A", "AccountNumber": "1"}, {"Name": "Acme B", "AccountNumber": "2"}]
    return [
        Made("Account", 0, {"Name": "string", "AccountNumber": "string"}, {}, accounts),
        Made("Project__c", 1, {"Name": "string", "Summary__c": "textarea"}, {"Account__c": "Account"}, rows),
    ]


@pytest.mark.parametrize("count", [2_000, pytest.param(50_000, marks=pytest.mark.slow)])
def test_long_texts_under_changed_echoes_are_all_told_apart(home, emulated, count):
    """Every record gets its own id, although the org trims, lowers and rewrites what it echoes."""
    org = emulated()
    for do in ("trim", "lower_email", "crlf_to_lf", "trailing_zero"):
        org.fault(at="echo", do=do, times=0)
    made = long_texts(count)
    _, status = load(home, org, made)
    assert status.state is RunState.DONE
    assert status.objects["Project__c"].succeeded == count
    run = Run.open(home, status.run)
    ids = {}
    for table in record_ids(run):
        if table["object"][0].as_py() == "Project__c":
            ids |= dict(zip(table["id"].to_pylist(), table["record"].to_pylist(), strict=True))
    assert len(ids) == count
    for row in org.connect().query("SELECT Id, Summary__c FROM Project__c"):
        assert f"line one of {ids[row['Id']]}\n" in row["Summary__c"].replace("\r\n", "\n")


def hot(count, *, parents=20):
    """Contacts of few accounts, in an order in which neighbours never have the same one."""
    accounts = [{"Name": f"Acme {n}", "AccountNumber": f"{n:03}"} for n in range(parents)]
    contacts = [{"LastName": f"Diaz {n}", "AccountId": n % parents} for n in range(count)]
    return [
        Made("Account", 0, {"Name": "string", "AccountNumber": "string"}, {}, accounts),
        Made("Contact", 1, {"LastName": "string"}, {"AccountId": "Account"}, contacts),
    ]


def naive(org, count, *, parents=20):
    """Insert as many contacts by one job in an order in which neighbours never share an account; how many failed."""
    client, guarded = org.connect(), org.admit()
    accounts = [row["Id"] for row in client.query("SELECT Id FROM Account ORDER BY Id")][:parents]
    lines = ["LastName,AccountId", *(f"Naive {n},{accounts[n % parents]}" for n in range(count))]
    job = guarded.create_job("Contact", "insert")
    guarded.upload(job.id, "\n".join(lines).encode())
    guarded.close(job.id)
    while not (found := guarded.job(job.id)).ended:
        time.sleep(0.2)
    return found.failed


@pytest.mark.parametrize("count", [12_000, pytest.param(50_000, marks=pytest.mark.slow)])
def test_hot_parents_cost_no_record(home, emulated, count):
    """Children of 20 parents all arrive although batches that run at once lock each other out; in naive order many fail."""
    org = emulated(duplicate_rules=False)
    org.fault(at="row", do="contend", times=0)
    _, status = load(home, org, hot(count))
    assert status.state is RunState.DONE
    assert (status.objects["Contact"].succeeded, status.objects["Contact"].failed) == (count, 0)
    failed = naive(org, count)
    print(f"naive order: {failed:,} of {count:,} failed")
    assert failed > count // 100


@pytest.mark.slow
def test_a_late_org_costs_a_latency_a_level(home, emulated):
    """With every job seconds late a load of few records takes that many seconds a level, and some: not one an object."""
    late = 5.0
    org = emulated()
    org.fault(at="chunk", do="wait", seconds=late, times=0)
    made = projects(2)
    began = time.monotonic()
    dataset, status = load(home, org, made, Options())
    took = time.monotonic() - began
    assert status.state is RunState.DONE
    stages = len(plan_stages(dataset.plan))
    print(f"{took:.1f} s for {stages} stages of {late} s")
    assert len(made) > stages - 1  # side by side it must have been, if the time below is not to be exceeded
    assert contents(org.connect(), made) == expected(made)
