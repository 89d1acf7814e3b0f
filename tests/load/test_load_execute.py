"""Loading: what arrives in the org is what the dataset says, whatever the org does on the way."""

from __future__ import annotations

import numpy as np
import pytest

from sfseed_core.errors import GuardRefused, Interrupted
from sfseed_core.load import jobs
from sfseed_core.load.execute import execute
from sfseed_core.load.jobs import Phase
from sfseed_core.load.options import Options
from sfseed_core.load.outcome import Outcome
from sfseed_core.load.status import RunState
from sfseed_core.load.undo import undo
from tests.loading import contents, expected, new_run, projects, resolver_of, stage

QUICK = Options(first_wait=0.02, longest_wait=0.2, patience=20)


@pytest.fixture
def org(emulated):
    """A demo org."""
    return emulated()


def load(home, org, made, **more):
    """Stage and load; the run and its status."""
    dataset = stage(home, org, made)
    run = new_run(home, dataset)
    client = org.connect()
    status = execute(run, org.admit(), dataset, resolver_of(client), options=QUICK, **more)
    return run, status, dataset


def test_a_load_brings_every_record_with_its_references(home, org):
    """Cycle, self references, junction and equal rows arrive, each reference leading to the right record."""
    made = projects()
    _, status, _ = load(home, org, made)
    assert status.state is RunState.DONE
    for one in made:
        counts = status.objects[one.name]
        assert (counts.planned, counts.succeeded) == (len(one.rows), len(one.rows)), (one.name, counts)
        assert counts.adds_up()
    assert all(counts.succeeded == counts.planned > 0 for counts in status.updates.values())
    assert contents(org.connect(), made) == expected(made)


def test_undo_leaves_the_org_as_before(home, org):
    """After an undo nothing of the run is in the org, and the run says so."""
    made = projects()
    run, _, dataset = load(home, org, made)
    status = undo(run, org.admit(), lambda: dataset, options=QUICK)
    assert status.state is RunState.UNDONE
    assert all(rows == [] for rows in contents(org.connect(), made).values())
    assert all(counts.succeeded == counts.planned for counts in status.undone.values())
    assert status.notes == ()


FAULTS = {
    "changed echoes": [
        {"at": "echo", "do": do, "times": 0} for do in ("trim", "lower_email", "crlf_to_lf", "trailing_zero")
    ],
    "rows saved without a line": [{"at": "line", "do": "lose", "rows": [0, 2, 3], "times": 0}],
    "rows saved without a line or a count": [{"at": "line", "do": "lose", "share": 0.4, "counted": False, "times": 0}],
    "a creation without an answer": [{"at": "after", "do": "cut", "match": {"method": "POST", "path": "ingest"}, "nth": 3}],
    "a creation that never arrived": [
        {"at": "before", "do": "cut", "match": {"method": "POST", "path": "ingest"}, "nth": 3}
    ],
    "an upload without an answer": [{"at": "after", "do": "cut", "match": {"method": "PUT"}, "nth": 2}],
    "a closing without an answer": [{"at": "after", "do": "cut", "match": {"method": "PATCH"}, "nth": 2}],
    "a closing that never arrived": [{"at": "before", "do": "cut", "match": {"method": "PATCH"}, "nth": 4}],
    "a server error on every fourth call": [
        {"at": "after", "do": "answer", "match": {"path": "ingest"}, "nth": n, "status": 503} for n in range(4, 200, 4)
    ],
    "a proxy's page in place of an answer": [
        {"at": "before", "do": "html", "match": {"method": method, "path": "ingest"}, "nth": 3, "status": 502}
        for method in ("POST", "PUT", "PATCH", "GET")
    ],
    "results that break off": [{"at": "after", "do": "break_off", "match": {"path": "Results"}, "nth": 2, "bytes": 40}],
    "results without their last rows": [
        {"at": "after", "do": "leave_out_rows", "match": {"path": "successfulResults"}, "nth": n, "rows_left_out": 1}
        for n in (1, 4)
    ],
    "tokens that expire": [
        {"at": "before", "do": "expire_token", "match": {"method": method, "path": "ingest"}, "nth": 2}
        for method in ("POST", "PUT", "PATCH", "GET")
    ],
    "jobs that the org forgets before their results are read": [
        {"at": "before", "do": "purge_job", "match": {"method": "GET", "path": "successfulResults"}, "nth": n}
        for n in (1, 3, 6)
    ],
    "a job that the org forgets while its results are read": [
        {"at": "before", "do": "purge_job", "match": {"method": "GET", "path": "failedResults"}, "nth": 2}
    ],
    "an upload that is cut": [{"at": "upload", "do": "cut", "match": {"path": "batches"}, "nth": 2, "bytes": 30}],
    "answers that are held back": [{"at": "after", "do": "hold", "match": {"path": "ingest"}, "nth": 5, "seconds": 1.0}],
    "a job that fails half way": [
        {
            "at": "chunk",
            "do": "fail",
            "match": {"object": "Contact"},
            "message": "InternalServerError : Retried more than 20 times",
        }
    ],
}


_SLOW = {"a job that the org forgets while its results are read"}  # one of its kind is in the default run


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=pytest.mark.slow) if one in _SLOW else pytest.param(one) for one in FAULTS]
)
def test_a_load_under_faults_ends_like_an_undisturbed_one(home, org, name):
    """Whatever is lost on the way, the org holds each record exactly once, with its references."""
    for fault in FAULTS[name]:
        org.fault(**fault)
    made = projects()
    _, status, _ = load(home, org, made)
    if "fails half way" in name:
        assert status.objects["Contact"].unprocessed == 12
        return
    org.faults.clear()
    assert contents(org.connect(), made) == expected(made)
    assert all(counts.succeeded == counts.planned for counts in (*status.objects.values(), *status.updates.values()))


@pytest.mark.parametrize("status", [404, pytest.param(410, marks=pytest.mark.slow)])
def test_an_address_where_no_org_is_any_more_fails_no_record(home, org, status):
    """Where a page answers in the org's place the run stops, its records waiting; they arrive once the org is back."""
    made = projects(2)
    dataset = stage(home, org, made)
    run, resolver = new_run(home, dataset), resolver_of(org.connect())
    org.fault(at="before", do="html", status=status, match={"method": "POST", "path": "ingest"}, nth=3, times=0)
    with pytest.raises(Interrupted, match="no org any more"):
        execute(run, org.admit(), dataset, resolver, options=QUICK)
    stopped = run.status()
    assert stopped.state is RunState.STOPPED
    assert sum(one.failed + one.in_doubt for one in stopped.objects.values()) == 0
    assert sum(one.waiting for one in stopped.objects.values()) > 0
    org.faults.clear()
    assert execute(run, org.admit(), dataset, resolver, options=QUICK).state is RunState.DONE
    assert contents(org.connect(), made) == expected(made)


def test_an_undo_needs_no_matching(home, org):
    """Ids that the org returned are deleted even when result lines can no longer be given to their rows."""
    made = projects()
    run, _, dataset = load(home, org, made)
    folder = run.folder / "jobs"
    job = jobs.read_jobs(run, operations=("insert",))[0]
    found = Outcome.read(folder / f"{job.number:06}.outcome.arrow")
    listed = "".join(f'"{one.decode()}","true"\n' for one in found.ids)
    (folder / f"{job.number:06}.successful.csv").write_text(f'"sf__Id","sf__Created"\n{listed}', encoding="utf-8")
    (folder / f"{job.number:06}.csv").write_text("", encoding="utf-8")
    np.save(folder / f"{job.number:06}.keys.npy", found.keys)
    with run.transaction() as db:
        jobs.change(db, job, phase=Phase.FETCHED)
    status = undo(run, org.admit(), lambda: dataset, options=QUICK)
    assert status.state is RunState.UNDONE
    assert not any(contents(org.connect(), made).values())
    assert "could not be read" in status.notes[0]


def test_somebody_elses_open_job_is_left_alone(home, org):
    """When more Open jobs than unanswered creations could be ours, none is ended, and the run says so."""
    other = org.admit().create_job("Account", "insert")
    org.fault(at="after", do="cut", match={"method": "POST", "path": "ingest", "body": "Account"}, nth=1)
    _, status, _ = load(home, org, projects(2))
    assert status.state is RunState.DONE
    assert org.admit().job(other.id).state == "Open"
    assert "left alone" in " ".join(status.notes)


def test_a_sandbox_that_is_refreshed_under_a_load_gets_nothing(home, org):
    """From the refresh on nothing is written: the run stops, and neither goes on nor is undone in what is another org now."""
    made = projects()
    org.fault(at="before", do="refresh_sandbox", match={"method": "PUT", "path": "ingest"}, nth=3)
    dataset = stage(home, org, made)
    run, resolver = new_run(home, dataset), resolver_of(org.connect())
    with pytest.raises(GuardRefused, match="another org"):
        execute(run, org.admit(), dataset, resolver, options=QUICK)
    assert run.state is RunState.STOPPED
    assert not any(contents(org.connect(), made).values())
    for go_on in (
        lambda: execute(run, org.admit(), dataset, resolver, options=QUICK),
        lambda: undo(run, org.admit(), lambda: dataset, options=QUICK),
    ):
        with pytest.raises(GuardRefused, match="was begun in the org"):
            go_on()
    assert not any(contents(org.connect(), made).values())
