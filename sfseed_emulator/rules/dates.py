"""Calendar arithmetic over stored dates and date-times."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

_STORED = "%Y-%m-%dT%H:%M:%S.000+0000"


def last_day(start: str, months: int) -> str | None:
    """Return the day before the one `months` after the start; None beyond the years that Salesforce keeps."""
    first = date.fromisoformat(start)
    years, month = divmod(first.month - 1 + months, 12)
    if first.year + years > 4000:
        return None
    year = first.year + years
    day = min(first.day, monthrange(year, month + 1)[1])
    return (date(year, month + 1, day) - timedelta(days=1)).isoformat()


def moment(stored: str) -> datetime:
    """Read a stored date-time."""
    return datetime.strptime(stored, _STORED).replace(tzinfo=UTC)


def later(stored: str, minutes: int) -> str:
    """Return the stored date-time some minutes later."""
    return (moment(stored) + timedelta(minutes=minutes)).strftime(_STORED)


def minutes_between(first: str, second: str) -> int:
    """Return the minutes from one stored date-time to another."""
    return int((moment(second) - moment(first)).total_seconds() // 60)
