"""Keyed draws, tables, curves, permutations and free numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfseed_core.generate import draws
from sfseed_core.generate.curves import Curve
from sfseed_core.generate.permutation import Permutation
from sfseed_core.generate.unique import Free

SOME = np.arange(20_000)
GOLDEN_KEY, GOLDEN_DRAW = 4180627812764892729, 7528240240927069246


def one_by_one(key: int, number: int) -> int:
    """The same mix in plain Python integers."""
    most = 2**64 - 1
    mixed = (number * 0x9E3779B97F4A7C15 + key) & most
    mixed = ((mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9) & most
    mixed = ((mixed ^ mixed >> 27) * 0x94D049BB133111EB) & most
    return mixed ^ mixed >> 31


@given(key=st.integers(0, 2**64 - 1), number=st.integers(0, 2**62))
@settings(deadline=None)
def test_a_draw_is_plain_integer_arithmetic(key: int, number: int):
    """Draws of a key are what whole numbers of any size give one by one."""
    assert int(draws.mix(key, draws.spread(np.array([number])))[0]) == one_by_one(key, number)


def test_keys_never_change():
    """The key of these names, and the draw of record 5 by it, are what they were in the first release."""
    key = draws.key(7, "Account", "Name")
    assert key == GOLDEN_KEY
    assert int(draws.mix(key, draws.spread(np.array([5])))[0]) == GOLDEN_DRAW


def test_names_do_not_run_together():
    """Two lists of names that read alike when joined have different keys."""
    assert draws.key("ab", "c") != draws.key("a", "bc")


@given(limit=st.integers(1, 2**32), key=st.integers(0, 2**64 - 1))
@settings(deadline=None)
def test_numbers_stay_below_their_limit(limit: int, key: int):
    """`below` and `below_again` give numbers from 0 up to the limit."""
    drawn = draws.mix(key, draws.spread(SOME[:500]))
    for numbers in (draws.below(drawn, limit), draws.below_again(drawn, limit)):
        assert numbers.min() >= 0
        assert numbers.max() < limit


@given(low=st.integers(-(2**40), 2**40), width=st.integers(0, 2**50))
@settings(deadline=None)
def test_numbers_between_bounds(low: int, width: int):
    """`between` includes both of its ends and nothing beyond."""
    drawn = draws.between(draws.mix(3, draws.spread(SOME[:500])), low, low + width)
    assert drawn.min() >= low
    assert drawn.max() <= low + width


def test_draws_are_even():
    """Every value of a small range comes up about equally often, and neighbours do not go together."""
    drawn = draws.below(draws.mix(5, draws.spread(np.arange(200_000))), 10)
    counts = np.bincount(drawn, minlength=10)
    assert counts.min() > 19_400
    assert counts.max() < 20_600
    pairs = np.bincount(drawn[:-1] * 10 + drawn[1:], minlength=100)
    assert pairs.min() > 1_750
    assert pairs.max() < 2_250


@given(weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=300).filter(any))
@settings(deadline=None)
def test_a_table_keeps_its_weights(weights: list[int]):
    """A table has 65,536 entries, each position within one entry of its share, none of weight 0."""
    table = draws.table(weights)
    counts = np.bincount(table, minlength=len(weights))
    wanted = np.array(weights) * draws.TABLE_SIZE / sum(weights)
    assert len(table) == draws.TABLE_SIZE
    assert np.abs(counts - wanted).max() <= 1
    assert not counts[np.array(weights) == 0].any()


@given(knots=st.lists(st.integers(0, 10**12), min_size=1, max_size=12).map(sorted), step=st.sampled_from([1, 5, 1000]))
@settings(deadline=None)
def test_a_curve_stays_within_its_ends(knots: list[int], step: int):
    """Values of a curve lie between its first and last quantile, rounded down to the step."""
    values = Curve.of(knots, step).at(draws.mix(9, draws.spread(SOME[:2000])))
    assert values.max() <= knots[-1]
    assert values.min() >= knots[0] // step * step
    assert not (values % step).any()


def test_a_curve_reaches_its_ends():
    """A curve of small numbers takes its lowest and its highest value."""
    values = Curve.of([1, 5]).at(draws.mix(9, draws.spread(SOME)))
    assert set(np.unique(values)) == {1, 2, 3, 4, 5}


@given(size=st.integers(1, 3000), key=st.integers(0, 2**64 - 1))
@settings(deadline=None)
def test_a_permutation_is_one_to_one(size: int, key: int):
    """A permutation gives each number once, and knows where each stands."""
    order = Permutation(size, key)
    numbers = order.at(np.arange(size))
    assert sorted(numbers) == list(range(size))
    assert (order.positions_of(numbers) == np.arange(size)).all()


def test_permutations_by_tweak_are_one_to_one_each():
    """Each tweak is a permutation of its own."""
    order, tweaks = Permutation(10, 4), np.array([1, 2, 3], dtype=np.uint64)
    numbers = order.at(np.tile(np.arange(10), 3), np.repeat(tweaks, 10)).reshape(3, 10)
    assert all(sorted(row) == list(range(10)) for row in numbers)
    assert len({tuple(row) for row in numbers}) == 3


@pytest.mark.parametrize("size", [2**40, 10**12 + 39, 2**60])
def test_large_permutations_do_not_repeat(size: int):
    """Distinct positions of a large permutation hold distinct numbers below its size."""
    numbers = Permutation(size, 11).at(np.arange(50_000))
    assert len(np.unique(numbers)) == 50_000
    assert numbers.min() >= 0
    assert numbers.max() < size


@given(size=st.integers(1, 400), taken=st.sets(st.integers(-5, 450), max_size=200), key=st.integers(0, 2**32))
@settings(deadline=None)
def test_free_numbers_leave_out_the_taken(size: int, taken: set[int], key: int):
    """The free numbers are all that are not taken, each once."""
    free = Free.of(size, key, sorted(taken))
    numbers = free.at(np.arange(free.capacity))
    assert sorted(numbers) == [number for number in range(size) if number not in taken]
