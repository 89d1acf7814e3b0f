"""The days on which nobody works in a locale's country, as `holidays` of its locale.yaml names them.

`12-25` is a day of the year, `easter+1` is counted from Easter Sunday, `09-mon1` is the first Monday of a month, `05-mon-1` the
last one.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sfseed_core.generate.provider import Scope

USUAL = "01-01 12-25"  # where a locale says nothing
_EPOCH = date(1970, 1, 1).toordinal()
_YEARS = (1970, 2070)
_FIRST = date(_YEARS[0], 1, 1).toordinal() - _EPOCH
_LAST = date(_YEARS[1], 12, 31).toordinal() - _EPOCH
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_THURSDAY = 3  # 1970-01-01
_WORKING_DAYS = 5  # of a week
_FORM = re.compile(
    r"easter(?P<from_easter>[+-]\d+)|(?P<month>\d\d)-(?:(?P<day>\d\d)|(?P<weekday>[a-z]{3})(?P<place>-?[1-5]))"
)


def holidays_of(scope: Scope) -> str:
    """Return the holidays of the object's locale, to be handed to whatever finds working days."""
    return scope.pools.settings.get("holidays", USUAL)


def off_holidays(days: np.ndarray, holidays: str, *, back: bool = False) -> np.ndarray:
    """Return the days, each holiday moved on to the next working day, or back to the one before it."""
    moved = _moved(holidays, back=back)
    place = days - _FIRST
    known = (place >= 0) & (place < len(moved))
    return np.where(known, moved[np.where(known, place, 0)], days)


@lru_cache
def _moved(holidays: str, *, back: bool) -> np.ndarray:
    """Return of each day of many years the day to be had instead."""
    days = np.arange(_FIRST, _LAST + 1)
    free = np.isin(days, [found - _EPOCH for year in range(_YEARS[0], _YEARS[1] + 1) for found in ordinals(holidays, year)])
    busy = ~free & ((days + _THURSDAY) % 7 < _WORKING_DAYS)
    if back:
        near = np.maximum.accumulate(np.where(busy, days, _FIRST))
    else:
        near = np.minimum.accumulate(np.where(busy, days, _LAST)[::-1])[::-1]
    return np.where(free, near, days)


def ordinals(holidays: str, year: int) -> list[int]:
    """Return the ordinals of the year's holidays."""
    found = []
    for word in holidays.split():
        form = _FORM.fullmatch(word)
        if form is None:
            message = f"{word!r} is no holiday: 12-25, easter+1, 09-mon1 and 05-mon-1 are"
            raise ValueError(message)
        if form["from_easter"]:
            found.append(_easter(year).toordinal() + int(form["from_easter"]))
        elif form["day"]:
            found.append(date(year, int(form["month"]), int(form["day"])).toordinal())
        else:
            found.append(_on_weekday(year, int(form["month"]), _WEEKDAYS.index(form["weekday"]), int(form["place"])))
    return found


def _on_weekday(year: int, month: int, weekday: int, place: int) -> int:
    """Return the ordinal of the month's first such weekday, of its second and so on, or of its last (-1)."""
    begins = date(year + month // 12, month % 12 + 1, 1) if place < 0 else date(year, month, 1)
    first = begins.toordinal() + (weekday - begins.weekday()) % 7
    return first + 7 * (place if place < 0 else place - 1)


def _easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar, as Gauss and after him Meeus reckoned it."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leaps, leaps_left = divmod(century, 4)
    moon = (19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    fours, ones = divmod(rest, 4)
    sunday = (32 + 2 * leaps_left + 2 * fours - moon - ones) % 7
    late = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)
