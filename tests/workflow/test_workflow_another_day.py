"""A dataset loaded on a later day: its relative dates move along, and nothing else does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfseed_core.clock import SYSTEM
from sfseed_core.dataset.edits import SetCells
from sfseed_core.events import SILENT
from sfseed_core.generate.providers.days import day_number
from sfseed_core.workflow.another_day import behind, later_days, move
from sfseed_core.workflow.generate import stage
from sfseed_core.workflow.packaged import demo_survey
from sfseed_core.workflow.plan import draw_up, recipe_of
from sfseed_core.workflow.request import make_request

RECIPE = """version: 1
objects:
  Account: 20
  Contact: {per: Account, each: 1}
  Contract: {count: 40, fields: {StartDate: {range: 2026-01-01 .. 2026-03-31}}}
  Opportunity: {count: 60, rows: [{Name: Ours, CloseDate: 2026-12-24}]}
  Task: 40
"""


class At:
    """A clock that stands still."""

    def __init__(self, now):
        self._now = now

    def now(self):
        """The time."""
        return self._now

    def monotonic(self):
        """Seconds that go on."""
        return SYSTEM.monotonic()

    def sleep(self, seconds):
        """Wait."""
        SYSTEM.sleep(seconds)


MADE = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
LATER = MADE + timedelta(days=12)  # a Saturday


@pytest.fixture(scope="module")
def survey():
    """The practice org, as it is packaged."""
    request = make_request(org="demo", clock=At(MADE), seed=3, as_of=None, recipe=RECIPE, recipe_path="r")
    return request, demo_survey(recipe_of(request))


@pytest.fixture
def dataset(survey, tmp_path):
    """Records made on a Monday."""
    request, found = survey
    return stage(draw_up(request, found), found.schema.objects, home=tmp_path, observer=SILENT, clock=At(MADE))


def days(dataset, name, field, revision=None):
    """The dates of a column, in record order."""
    return dataset.read(name, revision=revision, columns=[field])[field].to_pylist()


def test_nothing_is_offered_on_the_same_day(dataset):
    """On the day they were made the dates are right."""
    assert behind(dataset, now=MADE + timedelta(hours=8)) is None
    assert move(dataset, clock=At(MADE)) == 0


def test_relative_dates_move_and_others_stay(dataset):
    """Close and due dates move by whole days and stay on working days and on their side of today; the others stay."""
    later = behind(dataset, now=LATER)
    assert later.days == 12
    assert "CloseDate" in later.fields["Opportunity"]
    assert "Birthdate" not in later.fields.get("Contact", ())
    assert "StartDate" not in later.fields.get("Contract", ())
    dataset.apply(SetCells("Opportunity", [5], {"CloseDate": [date(2026, 12, 31)]}), clock=At(MADE))
    assert move(dataset, clock=At(LATER)) == 2
    before, after = (days(dataset, "Opportunity", "CloseDate", one) for one in (1, 2))
    assert (after[0], after[5]) == (date(2026, 12, 24), date(2026, 12, 31))
    today, that_day = LATER.date(), MADE.date()
    for number, (was, now) in enumerate(zip(before, after, strict=True)):
        if number not in {0, 5}:
            assert abs((now - was).days - 12) <= 2
            assert now.weekday() < 5
            assert (now > today) == (was > that_day)
    assert days(dataset, "Contact", "Birthdate", 1) == days(dataset, "Contact", "Birthdate", 2)
    assert days(dataset, "Contract", "StartDate", 1) == days(dataset, "Contract", "StartDate", 2)
    assert days(dataset, "Task", "ActivityDate", 1) != days(dataset, "Task", "ActivityDate", 2)


def test_moving_is_an_edit_that_can_be_taken_back(dataset):
    """Moved dates are not offered again on that day, but are on the next and once the edit is undone."""
    move(dataset, clock=At(LATER))
    assert behind(dataset, now=LATER) is None
    assert behind(dataset, now=LATER + timedelta(days=1)).days == 1
    first = days(dataset, "Opportunity", "CloseDate", 0)
    dataset.undo(clock=At(LATER))
    assert behind(dataset, now=LATER).days == 12
    assert days(dataset, "Opportunity", "CloseDate") == first


VARIANTS = """version: 1
objects:
  Account: 5
  Opportunity:
    per: Account
    each: 40
    variants:
      - {name: late, share: 40, fields: {CloseDate: {range: today - 60d .. today - 10d, working: true}}}
      - {name: fair, share: 30, fields: {CloseDate: {range: 2027-03-01 .. 2027-03-05}}}
"""


def test_dates_of_a_scenarios_variants_move_too(tmp_path):
    """Those relative to today move with the others; a variant's own fixed dates stay what they are."""
    request = make_request(org="demo", clock=At(MADE), seed=3, as_of=None, recipe=VARIANTS, recipe_path="r")
    found = demo_survey(recipe_of(request))
    made = stage(draw_up(request, found), found.schema.objects, home=tmp_path, observer=SILENT, clock=At(MADE))
    assert "CloseDate" in behind(made, now=LATER).fields["Opportunity"]
    move(made, clock=At(LATER))
    both = list(zip(days(made, "Opportunity", "CloseDate", 0), days(made, "Opportunity", "CloseDate"), strict=True))
    fair = [pair for pair in both if date(2027, 3, 1) <= pair[0] <= date(2027, 3, 5)]
    assert len(fair) > 30
    assert all(was == now for was, now in fair)
    late = [pair for pair in both if pair[0] < MADE.date()]
    assert len(late) > 30
    assert all(abs((now - was).days - 12) <= 2 for was, now in both if (was, now) not in fair)


@given(st.lists(st.integers(19_000, 22_000), min_size=2, max_size=50), st.integers(1, 400), st.integers(20_000, 21_000))
def test_moved_days_keep_their_order_and_their_side_of_today(numbers, by, today):
    """Of working days none lands on a weekend, none passes another, and none changes from past to future."""
    before = np.array(numbers)
    before = before[(before + 3) % 7 < 5]
    after = later_days(before, by, today, working=True)
    assert ((after + 3) % 7 < 5).all()
    order = np.argsort(before, kind="stable")
    assert (np.diff(after[order]) >= 0).all()
    assert ((after > today) == (before + by > today)).all()
    assert day_number(date(1970, 1, 1)) == 0
