"""Locked records: sent again alone, in smaller jobs, a bounded number of times; nothing else is sent again."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfseed_core.dataset import vectors
from sfseed_core.load import ids, jobs, locks
from sfseed_core.load.execute import execute
from sfseed_core.load.failures import failures
from sfseed_core.load.options import Options
from sfseed_core.load.outcome import Fate, Outcome
from tests.loading import contents, expected, new_run, projects, resolver_of, stage

QUICK = Options(first_wait=0.02, longest_wait=0.2, patience=20, lock_wait=0.01)


@pytest.fixture
def org(emulated):
    """A demo org."""
    return emulated()


def load(home, org, made, options=QUICK):
    """Stage and load; the run and its status."""
    dataset = stage(home, org, made)
    run = new_run(home, dataset)
    return run, execute(run, org.admit(), dataset, resolver_of(org.connect()), options=options)


@pytest.mark.parametrize("code", locks.PASSING)
def test_locked_records_arrive_in_the_end(home, org, code):
    """Rows refused for a passing reason at insert and at update are all in, once, with their references."""
    org.fault(at="row", do="fail", share=0.5, code=code, message="later", times=6)
    made = projects()
    _, status = load(home, org, made)
    assert contents(org.connect(), made) == expected(made)
    assert all(one.succeeded == one.planned for one in (*status.objects.values(), *status.updates.values()))


def test_a_lock_that_never_ends_is_given_up(home, org):
    """After a bounded number of jobs the rows count as failed, with the org's code, and nothing is in the org twice."""
    org.fault(at="row", do="fail", share=1, match={"object": "Contact"}, times=0)
    run, status = load(home, org, projects())
    counts = status.objects["Contact"]
    assert (counts.failed, counts.planned) == (12, 12)
    assert counts.adds_up()
    assert {one.code for one in failures(run)} == {"UNABLE_TO_LOCK_ROW"}
    tries = {one.round for one in jobs.read_jobs(run, operations=("insert",)) if one.object == "Contact"}
    assert tries == set(range(QUICK.lock_rounds))


def test_what_will_not_pass_is_not_sent_again(home, org):
    """A row that the org refuses for another reason goes once."""
    org.fault(at="row", do="fail", rows=[1], code="STRING_TOO_LONG", message="Name", match={"object": "Account"}, times=0)
    run, status = load(home, org, projects())
    assert status.objects["Account"].failed == 1
    assert all(one.round == 0 for one in jobs.read_jobs(run, operations=("insert",)))


def test_records_go_again_in_smaller_jobs_one_after_another(home, org):
    """What was locked goes in jobs of few rows, each begun when the one before has ended."""
    org.fault(at="row", do="fail", share=1, match={"object": "Contact", "operation": "insert"}, times=3)
    run, status = load(home, org, projects(), replace(QUICK, rows_per_job=8))
    assert status.objects["Contact"].succeeded == 12
    lines = [(verb, number) for _, verb, number in run.lines() if verb in {"create", "settle"}]
    later = [one for one in jobs.read_jobs(run, operations=("insert",)) if one.round > 1]
    assert later
    assert max(one.rows for one in later) <= 2
    for one in later:
        between = lines[lines.index(("create", one.number)) : lines.index(("settle", one.number))]
        assert {number for _, number in between} == {one.number}


@given(st.lists(st.one_of(st.none(), st.sampled_from("abcde")), max_size=40))
def test_rows_of_one_parent_become_neighbours(parents):
    """The order keeps every row once, each parent's rows together and as they were among themselves."""
    order = locks.beside_each_other(pa.table({"P": pa.array(parents, pa.string())}), "P")
    order = np.arange(len(parents)) if order is None else order
    assert sorted(order.tolist()) == list(range(len(parents)))
    placed = [parents[one] for one in order]
    changes = sum(one != other for one, other in itertools.pairwise(placed))
    assert changes == max(0, len(set(parents)) - 1)
    for parent in set(parents):
        assert (np.diff([one for one in order if parents[one] == parent]) > 0).all()


def test_only_failures_are_put_back():
    """A code in the text of a record that is in doubt, or that starts otherwise, changes nothing."""
    texts = ["UNABLE_TO_LOCK_ROW:x:--", "UNABLE_TO_LOCK_ROW:x:--", "X:UNABLE_TO_LOCK_ROW:--", None]
    fates = np.array([Fate.FAILED, Fate.IN_DOUBT, Fate.FAILED, Fate.SUCCEEDED], np.uint8)
    found = locks.put_back(Outcome(np.arange(4), fates, np.zeros(4, ids.ID), vectors.texts(texts)))
    assert found.fates.tolist() == [Fate.WAITING, Fate.IN_DOUBT, Fate.FAILED, Fate.SUCCEEDED]
