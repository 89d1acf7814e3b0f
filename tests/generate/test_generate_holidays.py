"""Days on which nobody works: named by the locales, kept by what is generated."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.engine import Engine
from sfseed_core.generate.pools import Pools
from sfseed_core.generate.providers.days import (
    day_number,
    days_of_range,
    last_working_day,
    on_working_days,
    working_days_after,
)
from sfseed_core.generate.providers.holidays import USUAL, off_holidays, ordinals
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.workflow.packaged import demo_survey
from tests.generate.conftest import AS_OF

LOCALES = ("de_DE", "en_GB", "en_US", "es_ES", "fr_FR", "ja_JP", "pt_BR")
GERMAN = "01-01 easter-2 easter+1 05-01 easter+39 easter+50 10-03 12-25 12-26"
DAYS = {
    "Opportunity": ("CloseDate",),
    "Contract": ("StartDate",),
    "Task": ("ActivityDate",),
    "Event": ("StartDateTime",),
    "ServiceAppointment": ("SchedStartTime",),
    "Project_Task__c": ("Due_Date__c",),
    "Time_Entry__c": ("Work_Date__c",),
}
COUNTS = {"Account": 20, "Contact": 40, "Case": 20, "Project__c": 20, "Project_Phase__c": 40} | dict.fromkeys(DAYS, 150)
RECIPE = "version: 1\nlocale: LOCALE\nobjects: {" + ", ".join(f"{name}: {count}" for name, count in COUNTS.items()) + "}\n"


def on(*days):
    """The days as numbers."""
    return np.array([day_number(date.fromisoformat(day)) for day in days])


def holidays(locale):
    """What the locale says."""
    return Pools.of(locale).settings["holidays"]


def named(words, year):
    """The months and days of the year's holidays."""
    return {date.fromordinal(found).isoformat()[5:] for found in ordinals(words, year)}


@pytest.mark.parametrize(
    ("year", "sunday"),
    [(1961, "04-02"), (2000, "04-23"), (2008, "03-23"), (2025, "04-20"), (2026, "04-05"), (2027, "03-28"), (2038, "04-25")],
)
def test_easter(year, sunday):
    """Easter Sunday as the churches of the West keep it, its earliest and its latest among them."""
    assert named("easter+0", year) == {sunday}


def test_weekdays_of_a_month():
    """The first, the third and the last of a month, also of December and of a month that begins on that day."""
    assert named("09-mon1 11-thu4 05-mon-1 12-fri-1 06-mon1", 2026) == {"09-07", "11-26", "05-25", "12-25", "06-01"}


def test_a_word_that_is_no_day_is_named():
    """What cannot be read is told, rather than passed over."""
    with pytest.raises(ValueError, match="'whitsun' is no holiday"):
        ordinals("01-01 whitsun", 2026)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_locale_names_its_holidays(locale):
    """All can be read; Christmas and New Year's Day are among them, but for Christmas in Japan."""
    found = named(holidays(locale), 2026)
    assert "01-01" in found
    assert ("12-25" in found) == (locale != "ja_JP")
    assert len(found) == len(holidays(locale).split())


def test_holidays_are_moved_to_a_working_day():
    """On, or back; weekends and further holidays are passed over, and other days stay."""
    days = on("2026-04-03", "2026-04-06", "2026-12-25", "2026-04-07", "2026-04-04")
    assert [*off_holidays(days, GERMAN)] == [*on("2026-04-07", "2026-04-07", "2026-12-28", "2026-04-07", "2026-04-04")]
    back = on("2026-04-02", "2026-04-02", "2026-12-24", "2026-04-07", "2026-04-04")
    assert [*off_holidays(days, GERMAN, back=True)] == [*back]
    far = np.array([-10_000_000, 10_000_000])
    assert [*off_holidays(far, GERMAN)] == [*far]


def test_days_of_a_range_stay_within_it():
    """A holiday at either end goes the other way, and one by itself stays."""
    drawn = np.arange(1_000, dtype=np.uint64) * np.uint64(2**54)
    low, high = on("2026-04-06", "2026-04-08")
    assert {*days_of_range(drawn, low, high, GERMAN)} == {*on("2026-04-07", "2026-04-08")}
    low, high = on("2026-04-02", "2026-04-06")
    assert {*days_of_range(drawn, low, high, GERMAN)} == {*on("2026-04-02")}
    low, high = on("2026-04-03", "2026-04-06")
    assert {*days_of_range(drawn, low, high, GERMAN)} == {low, high}
    assert low + 1 in days_of_range(drawn, low, high, None)


def test_working_days_from_a_day():
    """Counted past weekends, none of them a holiday, in either direction; the last one may not lie before what it follows."""
    assert [*working_days_after(on("2026-04-02", "2026-04-07"), np.array([1, -1]), GERMAN)] == [
        *on("2026-04-07", "2026-04-02")
    ]
    nearer = working_days_after(on("2026-04-01"), np.array([2]), GERMAN, lasts=(1, 5))
    assert [*nearer] == [*on("2026-04-02")]  # as the seventh would be too late
    assert [*working_days_after(on("2026-04-01"), np.array([2]), GERMAN, lasts=(2, 5))] == [*on("2026-04-07")]
    assert last_working_day(date(2026, 4, 7), GERMAN) == on("2026-04-02")[0]
    assert last_working_day(date(2026, 4, 7), USUAL) == on("2026-04-06")[0]
    days = on("2026-04-06", "2026-04-05")
    assert [*on_working_days(days, GERMAN, since=days - 4)] == [*on("2026-04-02", "2026-04-02")]
    assert [*on_working_days(days, GERMAN, since=days - 1)] == [*days]


@pytest.mark.parametrize("locale", LOCALES)
def test_nobody_works_on_holidays(locale):
    """Neither deals are closed nor visits paid nor hours written on a day that the country does not work."""
    recipe = parse_recipe(RECIPE.replace("LOCALE", locale), path="recipe.yaml")
    found = demo_survey(recipe)
    engine = Engine(make_plan(recipe, found.schema, found.snapshot, chooser=Chooser(), seed=5, as_of=AS_OF))
    zone = ZoneInfo(engine.plan.zone)
    free = {date.fromordinal(day) for year in range(2022, 2032) for day in ordinals(holidays(locale), year)}
    for name, fields in DAYS.items():
        rows = engine.rows(name, 0, COUNTS[name]).to_pylist()
        for field in fields:
            found_days = [one[field] for one in rows if one[field] is not None]
            assert found_days, (name, field)
            for day in found_days:
                worked = day.astimezone(zone).date() if isinstance(day, datetime) else day
                assert worked not in free, (name, field, day)
