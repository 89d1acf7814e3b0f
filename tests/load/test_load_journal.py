"""The journal: durable lines, counts that add up, runs by name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sfseed_core.errors import DataError, NotFound
from sfseed_core.events import Crossed
from sfseed_core.load.journal import Run, list_runs, same_load
from sfseed_core.load.status import Counts, RunState


class Steps:
    """A clock that moves by a second whenever it is asked."""

    def __init__(self):
        self.at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def now(self):
        """The next second."""
        self.at += timedelta(seconds=1)
        return self.at


class Ear:
    """Keeps what it is told."""

    def __init__(self):
        self.heard = []

    def notify(self, event):
        """Keep the event."""
        self.heard.append(event)


def test_a_new_run_is_the_latest(home):
    """The folder is there at once, and `latest` names it."""
    clock = Steps()
    first, second = Run.create(home, {"org": "demo"}, clock=clock), Run.create(home, {"org": "demo"}, clock=clock)
    assert first.id != second.id
    assert Run.open(home, "latest").id == second.id
    assert [run.id for run in list_runs(home)] == [second.id, first.id]
    status = second.status()
    assert (status.state, status.objects, status.ended) == (RunState.DISCOVER, {}, None)


def test_a_name_cannot_leave_the_folder_of_runs(home):
    """Only ids of runs name runs."""
    for name in ("../datasets", "r-20260101-000000-abcd", "latest"):
        with pytest.raises(NotFound):
            Run.open(home, name)


def test_a_line_is_durable_before_it_is_told(home):
    """When the observer hears of a line, another process reads it with everything that changed along with it."""
    run = Run.create(home, {})
    seen = []

    class Reader:
        def notify(self, event):
            other = Run.open(home, run.id)
            seen.append((event, other.lines()[-1], other.get("mark")))
            other.close()

    run.observe(Reader())
    with run.line("intent", "create", job=1):
        run.put("mark", 7)
    assert seen == [(Crossed("intent", "create", 1), ("intent", "create", 1), 7)]


def test_a_failed_line_leaves_nothing(home):
    """When the block of a line raises, neither the line nor its changes are there, and nobody is told."""
    run, ear = Run.create(home, {}), Ear()
    run.observe(ear)

    with pytest.raises(NotFound), run.line("intent", "create"):  # noqa: PT012 - the block is what is tested
        run.put("mark", 7)
        raise NotFound("no")
    assert (run.lines(), run.get("mark"), ear.heard) == ((), None, [])


def test_counts_that_do_not_add_up_are_refused(home):
    """Both reconciliation lines hold for whatever is written."""
    run = Run.create(home, {})
    with pytest.raises(DataError):
        run.set_counts("insert", "Account", 0, Counts(planned=2, sent=1, succeeded=1))
    run.set_counts("insert", "Account", 0, Counts(planned=2, waiting=1, sent=1, succeeded=1))
    assert run.status().objects["Account"].waiting == 1


def test_a_stop_is_seen_by_whoever_carries_the_run(home):
    """A request to stop goes from one process to another through the journal."""
    run = Run.create(home, {})
    Run.open(home, run.id).request_stop("cancel")
    assert run.stop_requested() == "cancel"
    run.clear_stop()
    assert run.stop_requested() is None


def test_the_same_plan_in_the_same_org_is_found_again(home):
    """A run that has sent something, of the same plan into the same org, and was not undone."""
    runs = [Run.create(home, {}, clock=Steps()) for _ in range(4)]
    for run, org, plan in zip(runs, ("a", "a", "b", "a"), ("p", "q", "p", "p"), strict=True):
        run.put("org_id", org)
        run.put("plan_fingerprint", plan)
        if run is not runs[3]:
            with run.transaction() as db:
                db.execute(
                    "INSERT INTO jobs (step, object, operation, single, phase, rows, round, match) "
                    "VALUES ('s', 'Account', 'insert', 0, 'settled', 1, 0, '{}')"
                )
    assert [run.id for run in same_load(home, org_id="a", fingerprint="p")] == [runs[0].id]
    runs[0].set_state(RunState.UNDONE)
    assert same_load(home, org_id="a", fingerprint="p") == []
