"""What is in flight beside each other: jobs that lock no record in common, or only a few records."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfseed_core.load import jobs
from sfseed_core.load.beside import Departure, may_depart
from sfseed_core.load.execute import execute
from sfseed_core.load.jobs import Job, Phase
from sfseed_core.load.locks import cuts
from sfseed_core.load.match import MatchKey
from sfseed_core.load.options import Options
from sfseed_core.load.status import RunState
from tests.loading import contents, expected, new_run, projects, resolver_of, stage

MANY = Options(rows_per_job=4, brief_rows=0, first_wait=0.02, longest_wait=0.2, patience=20)


@pytest.fixture
def org(emulated):
    """A demo org."""
    return emulated()


def load(home, org, made, options):
    """Stage and load; the run and its status."""
    dataset = stage(home, org, made)
    run = new_run(home, dataset)
    return run, execute(run, org.admit(), dataset, resolver_of(org.connect()), options=options)


def in_flight(run):
    """For each job its place among the lines when it was closed, and when it was settled."""
    lines = run.lines()
    return {
        one.number: (lines.index(("intent", "close", one.number)), lines.index(("outcome", "settle", one.number)))
        for one in jobs.read_jobs(run, phases={Phase.SETTLED})
    }


def most_at_once(spans):
    """How many of the spans have a moment in common."""
    return max(sum(start <= at < stop for start, stop in spans) for at, _ in spans)


def test_jobs_of_a_step_fly_together_when_their_parents_differ(home, org):
    """Several jobs of one object are in flight at once, never more than asked for, and all arrives."""
    org.fault(at="chunk", do="wait", seconds=0.3, times=0)
    made = projects(6)
    run, status = load(home, org, made, MANY)
    assert status.state is RunState.DONE
    assert contents(org.connect(), made) == expected(made)
    spans = in_flight(run)
    for name in ("Account", "Project_Phase__c"):
        mine = [spans[one.number] for one in jobs.read_jobs(run, phases={Phase.SETTLED}) if one.step == f"insert {name}"]
        assert 1 < most_at_once(mine) <= MANY.parallel_per_step


LOST = {
    "lines lost": [{"at": "line", "do": "lose", "share": 0.4, "times": 0}],
    "lines lost and not counted": [{"at": "line", "do": "lose", "share": 0.4, "counted": False, "times": 0}],
    "lines lost, echoes changed": [
        {"at": "line", "do": "lose", "rows": [0, 2], "times": 0}, {"at": "echo", "do": "lower_email", "times": 0},
    ],
    "closings without an answer": [{"at": "after", "do": "cut", "match": {"method": "PATCH"}, "nth": 2, "times": 3}],
}  # fmt: skip


@pytest.mark.parametrize(
    "name", ["lines lost, echoes changed", *(pytest.param(one, marks=pytest.mark.slow) for one in LOST if "," not in one)]
)
def test_what_is_lost_of_jobs_in_flight_together_is_told_apart(home, org, name):
    """Rows without a line of several jobs of one object are each found once, whichever job ends first."""
    org.fault(at="chunk", do="wait", seconds=0.1, times=0)
    for fault in LOST[name]:
        org.fault(**fault)
    made = projects(6)
    _, status = load(home, org, made, MANY)
    org.faults.clear()
    assert contents(org.connect(), made) == expected(made)
    assert all(one.succeeded == one.planned for one in (*status.objects.values(), *status.updates.values()))


def departure(locks, rows=5_000, step="a", round_=0):
    """A planned job that locks these."""
    job = Job(0, step, step, "insert", None, False, Phase.PLANNED, rows, round_, MatchKey(()))
    return Departure(job, None if locks is None else pa.array([one.decode() for one in sorted(locks)], pa.string()))


def test_what_may_fly_beside_what():
    """Common parents keep large jobs apart, not small ones; a job that met a lock flies alone."""
    options = Options()
    apart, shared = departure([b"1", b"2"]), departure([b"2", b"3"], step="b")
    assert may_depart(shared, [], options)
    assert not may_depart(shared, [apart], options)
    assert may_depart(departure([b"3"], step="b"), [apart], options)
    assert not may_depart(departure(None, step="b"), [apart], options)
    assert may_depart(departure([b"2"], rows=900, step="b"), [departure([b"2"], rows=900)], options)
    assert not may_depart(departure([b"3"], step="b", round_=1), [apart], options)
    assert not may_depart(departure([b"9"]), [departure([b"%d" % n]) for n in range(3)], options)
    assert not may_depart(departure([b"9"], step="b"), [apart], replace(options, parallel=1))


@given(st.lists(st.integers(0, 6), max_size=60), st.integers(1, 12))
def test_pieces_are_cut_between_parents_where_that_is_cheap(parents, size):
    """Pieces follow each other, none is too long, and a parent is cut only when it takes half a piece."""
    laid = np.array(sorted(parents), np.int64)
    pieces = list(cuts(laid, size))
    assert [start for start, _ in pieces] == [0, *(stop for _, stop in pieces)][: len(pieces)]
    assert (pieces[-1][1] if pieces else 0) == len(laid)
    for start, stop in pieces:
        assert 0 < stop - start <= size
        if stop < len(laid) and laid[stop - 1] == laid[stop]:
            assert np.searchsorted(laid, laid[stop]) <= start + size // 2
