"""How fast a run goes: over the last half minute, in all."""

from __future__ import annotations

from sfseed_core.durations import duration
from sfseed_core.load.pace import WINDOW, Pacer


def test_the_pace_is_that_of_the_last_half_minute():
    """A slow beginning is forgotten; what is left follows from what the window brought."""
    pacer = Pacer()
    assert pacer.read(0, 0, 0, 10_000).left is None
    assert pacer.read(30, 60, 0, 10_000).rate == 2
    for second in range(31, 31 + int(WINDOW)):
        now = pacer.read(second, 60 + (second - 30) * 100, 3, 10_000)
    assert (now.rate, now.failed) == (100, 3)
    assert now.left == (10_000 - now.done) / 100


def test_a_run_that_stands_still_has_no_time_left_to_tell():
    """Without progress in the window nothing is foretold."""
    pacer = Pacer()
    for second in range(0, 100, 5):
        now = pacer.read(second, 5, 0, 10)
    assert (now.rate, now.left) == (0, None)


def test_times_are_said_in_the_unit_that_suits():
    """Seconds, minutes, hours."""
    assert [duration(seconds) for seconds in (0.2, 45, 600, 9_000)] == ["1 s", "45 s", "10 min", "2.5 h"]
