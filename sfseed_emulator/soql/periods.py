"""Date literals of SOQL: TODAY, LAST_N_DAYS:3 and the like, as half-open ranges of days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Days = tuple[date, date]
"""First day, and the day after the last."""


def _day(start: date, count: int) -> date:
    return start + timedelta(days=count)


def _week(start: date, count: int) -> date:
    sunday = start - timedelta(days=(start.weekday() + 1) % 7)  # weeks of the en_US locale begin on Sunday
    return sunday + timedelta(weeks=count)


def _month(start: date, count: int) -> date:
    months = start.year * 12 + start.month - 1 + count
    return date(months // 12, months % 12 + 1, 1)


def _quarter(start: date, count: int) -> date:
    return _month(start, -((start.month - 1) % 3) + 3 * count)


def _year(start: date, count: int) -> date:
    return date(start.year + count, 1, 1)


_UNITS: dict[str, Callable[[date, int], date]] = {
    "WEEK": _week,
    "MONTH": _month,
    "QUARTER": _quarter,
    "YEAR": _year,
    "FISCAL_QUARTER": _quarter,  # the fiscal year begins in January
    "FISCAL_YEAR": _year,
}

PLAIN = frozenset(
    {"YESTERDAY", "TODAY", "TOMORROW", "LAST_90_DAYS", "NEXT_90_DAYS"}
    | {f"{which}_{unit}" for which in ("LAST", "THIS", "NEXT") for unit in _UNITS}
)
COUNTED = frozenset(
    {"LAST_N_DAYS", "NEXT_N_DAYS", "N_DAYS_AGO"}
    | {name for unit in _UNITS for name in (f"LAST_N_{unit}S", f"NEXT_N_{unit}S", f"N_{unit}S_AGO")}
)


def period(name: str, count: int | None, today: date) -> Days:
    """Return the days that a date literal stands for."""
    if count is not None:
        return _counted(name, count, today)
    fixed = {
        "YESTERDAY": (-1, 0),
        "TODAY": (0, 1),
        "TOMORROW": (1, 2),
        "LAST_90_DAYS": (-90, 1),
        "NEXT_90_DAYS": (1, 91),
    }
    if name in fixed:
        first, behind = fixed[name]
        return _day(today, first), _day(today, behind)
    which, unit = name.split("_", 1)
    shift = {"LAST": -1, "THIS": 0, "NEXT": 1}[which]
    start = _UNITS[unit]
    return start(today, shift), start(today, shift + 1)


def _counted(name: str, count: int, today: date) -> Days:
    if name.endswith("_DAYS"):
        return (
            (_day(today, -count), _day(today, 1)) if name.startswith("LAST") else (_day(today, 1), _day(today, count + 1))
        )
    if name == "N_DAYS_AGO":
        return _day(today, -count), _day(today, 1 - count)
    if name.endswith("_AGO"):
        start = _UNITS[name.removeprefix("N_").removesuffix("S_AGO")]
        return start(today, -count), start(today, 1 - count)
    which, unit = name.split("_N_", 1)
    start = _UNITS[unit.removesuffix("S")]
    return (start(today, -count), start(today, 0)) if which == "LAST" else (start(today, 1), start(today, count + 1))
