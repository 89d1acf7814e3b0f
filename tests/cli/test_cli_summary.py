"""What a run's end means to a script."""

from __future__ import annotations

from datetime import UTC, datetime

from sfseed_core.cli.summary import FAILED_RECORDS, INTERRUPTED, OK, exit_code, undo_code
from sfseed_core.load.status import Counts, RunState, RunStatus


def ended(state, **counts):
    """A run in this state, three of whose five records failed to load."""
    loaded = {"Account": Counts(planned=5, sent=5, succeeded=2, failed=3)}
    return RunStatus("r-1", state, None, None, None, None, datetime.now(UTC), None, 1.0, loaded, undone=counts)


def test_an_undo_is_judged_by_what_it_took_back():
    """Not by the load before it, whose records failed; the load, and a test load that took itself back, by these."""
    whole = ended(RunState.UNDONE, Account=Counts(planned=2, sent=2, succeeded=2))
    assert undo_code(whole) == OK
    assert exit_code(whole, None) == FAILED_RECORDS
    assert undo_code(ended(RunState.UNDONE, Account=Counts(planned=2, sent=2, succeeded=1, failed=1))) == FAILED_RECORDS
    assert undo_code(ended(RunState.UNDO, Account=Counts(planned=2, waiting=1, sent=1, succeeded=1))) == INTERRUPTED
