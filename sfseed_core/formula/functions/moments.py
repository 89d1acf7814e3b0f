"""Days and milliseconds, as texts and back, as Java's non-lenient formats read them."""

from __future__ import annotations

import re
from datetime import date

from sfseed_core.formula.faults import Failed, Fault

DAY = 86_400_000
EPOCH = date(1970, 1, 1).toordinal()

_DATE = re.compile(r"([0-9]{4})-[ \t]*([0-9]+)-[ \t]*([0-9]+)")
_DATETIME = re.compile(_DATE.pattern + r"[ ]+([0-9]+):[ \t]*([0-9]+):[ \t]*([0-9]+)")
_TIME = re.compile(r"([0-9]+):([0-9]+):([0-9]+)\.([0-9]+)")


def days_of(year: int, month: int, day: int) -> int:
    """Count the days from 1970 to a date."""
    try:
        return date(year, month, day).toordinal() - EPOCH
    except (ValueError, OverflowError) as error:
        raise Failed(Fault.NOT_A_DATE) from error


def date_of(days: int) -> date:
    """Return the date so many days from 1970."""
    try:
        return date.fromordinal(days + EPOCH)
    except (ValueError, OverflowError) as error:
        raise Failed(Fault.OUT_OF_RANGE) from error


def read_date(text: str) -> int:
    """Read the date at the start of a text, as days."""
    found = _DATE.match(text)
    if found is None:
        raise Failed(Fault.NOT_A_DATE)
    return days_of(*(int(part) for part in found.groups()))


def read_datetime(text: str) -> int:
    """Read the date and time at the start of a text, as milliseconds."""
    found = _DATETIME.match(text)
    if found is None:
        raise Failed(Fault.NOT_A_DATE)
    year, month, day, hour, minute, second = (int(part) for part in found.groups())
    if hour > 23 or minute > 59 or second > 59:
        raise Failed(Fault.NOT_A_DATE)
    return days_of(year, month, day) * DAY + _milliseconds(hour, minute, second)


def read_time(text: str) -> int:
    """Read a time with its milliseconds."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise Failed(Fault.NOT_A_TIME)
    hour, minute, second, rest = (int(part) for part in found.groups())
    if hour > 23 or minute > 59 or second > 59 or rest > 999:
        raise Failed(Fault.NOT_A_TIME)
    return _milliseconds(hour, minute, second) + rest


def _milliseconds(hour: int, minute: int, second: int) -> int:
    return ((hour * 60 + minute) * 60 + second) * 1000


def written_date(days: int) -> str:
    """Write a date as 2024-01-31."""
    return date_of(days).isoformat()


def written_datetime(milliseconds: int) -> str:
    """Write a date and time of UTC as 2024-01-31 17:00:00Z."""
    days, rest = divmod(milliseconds, DAY)
    return f"{written_date(days)} {written_time(rest)[:8]}Z"


def written_time(milliseconds: int) -> str:
    """Write a time with its milliseconds."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"
