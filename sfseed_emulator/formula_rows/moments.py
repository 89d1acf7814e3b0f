"""Dates and times of formulas, one at a time."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Any

from sfseed_emulator.formula_rows.outcome import Failed

if TYPE_CHECKING:
    from sfseed_emulator.formula_rows.machine import Moment

DAY = timedelta(days=1)
_START = datetime(1970, 1, 1, tzinfo=UTC)
_CONTEXT = Context(prec=39, rounding=ROUND_HALF_UP)


def calculated(sign: str, one: Any, other: Any) -> Any:
    """Add to or subtract from dates, moments and times of day."""
    try:
        if isinstance(one, Decimal):
            one, other = other, one
        if not isinstance(other, Decimal):
            return _between(one, other)
        return _moved(one, other if sign == "+" else -other)
    except OverflowError as error:
        raise Failed("beyond the calendar") from error


def _between(one: Any, other: Any) -> Decimal:
    if isinstance(one, time):
        return Decimal((of_day(one) - of_day(other)) % 86_400_000)
    if isinstance(one, datetime):
        return _CONTEXT.divide(Decimal((one - other) // timedelta(milliseconds=1)), Decimal(86_400_000))
    return Decimal((one - other).days)


def _moved(one: Any, by: Decimal) -> Any:
    if isinstance(one, time):
        moved = of_day(one) + int(by)
        if moved < 0 and moved % -86_400_000:
            raise Failed("before midnight")
        return at(moved % 86_400_000)
    if isinstance(one, datetime):
        return one + timedelta(seconds=int((by * 86_400).to_integral_value(ROUND_HALF_UP)))
    return one + timedelta(days=int(by))


def of_day(clock: time) -> int:
    """Count the milliseconds since midnight."""
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1000 + clock.microsecond // 1000


def at(milliseconds: int) -> time:
    """Return the time of day so many milliseconds after midnight."""
    return (_START + timedelta(milliseconds=milliseconds)).time()


def _read(pattern: str, text: str, *, whole: bool = False) -> list[int]:
    found = re.fullmatch(pattern, text) if whole else re.match(pattern, text)
    if found is None:
        raise Failed(f"{text!r} is no date or time")
    return [int(part) for part in found.groups()]


def date_value(moment: Moment, value: Any) -> date:
    """Take the date of a moment where the user is, or read one."""
    if isinstance(value, datetime):
        try:
            return value.astimezone(moment.zone).date()
        except OverflowError as error:
            raise Failed("beyond the calendar") from error
    return value if isinstance(value, date) else make_date(*_read(r"(\d{4})-[ \t]*(\d+)-[ \t]*(\d+)", value))


def make_date(year: Any, month: Any, day: Any) -> date:
    """Make a date that exists."""
    try:
        return date(int(year), int(month), int(day))
    except (ValueError, OverflowError) as error:
        raise Failed("no such date") from error


def datetime_value(_moment: Moment, value: Any) -> datetime:
    """Take midnight of a date, or read a moment."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    parts = _read(r"(\d{4})-[ \t]*(\d+)-[ \t]*(\d+) +(\d+):[ \t]*(\d+):[ \t]*(\d+)", value)
    try:
        return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]
    except ValueError as error:
        raise Failed(f"{value!r} is no date and time") from error


def time_value(_moment: Moment, value: Any) -> time:
    """Take the time of day of a moment, or read one."""
    if isinstance(value, time):
        return value
    if isinstance(value, datetime):
        return value.time()
    hour, minute, second, rest = _read(r"(\d+):(\d+):(\d+)\.(\d+)", value, whole=True)
    try:
        return time(hour, minute, second, rest * 1000)
    except (ValueError, OverflowError) as error:
        raise Failed(f"{value!r} is no time") from error


def add_months(_moment: Moment, value: Any, months: Decimal) -> Any:
    """Move by months; the last day of a month stays the last."""
    try:
        is_last = value.day == monthrange(value.year, value.month)[1]
        count = value.year * 12 + value.month - 1 + int(months)
        first = value.replace(year=count // 12, month=count % 12 + 1, day=1)
        last = monthrange(first.year, first.month)[1]
        return first.replace(day=last if is_last else min(value.day, last))
    except (ValueError, OverflowError) as error:
        raise Failed("beyond the calendar") from error


def unix(_moment: Moment, value: Any) -> Decimal:
    """Count seconds: since 1970, or since midnight for a time of day."""
    if isinstance(value, time):
        return Decimal(of_day(value) // 1000)
    return Decimal((datetime_value(_moment, value) - _START) // timedelta(seconds=1))


def from_unix(_moment: Moment, seconds: Decimal) -> datetime:
    """Return the moment so many seconds after 1970."""
    try:
        return _START + timedelta(milliseconds=int(seconds * 1000))
    except OverflowError as error:
        raise Failed("beyond the calendar") from error


def duration(_moment: Moment, one: Any, other: Any = None) -> str | None:
    """Write a duration as hours or days and hours."""
    if one is None or (other is None and not isinstance(one, Decimal)):
        return None
    if isinstance(one, Decimal):
        seconds, days = abs(int(one)), other is True
    elif isinstance(one, time):
        seconds, days = abs(of_day(other) - of_day(one)) // 1000, False
    else:
        seconds, days = abs(other - one) // timedelta(seconds=1), True
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    clock = f"{hours % 24 if days else hours:02d}:{minute:02d}:{second:02d}"
    return f"{hours // 24}:{clock}" if days else clock


def written(value: Any) -> str:
    """Write a date, a moment or a time of day."""
    if isinstance(value, time):
        return value.isoformat("milliseconds")
    if isinstance(value, datetime):
        return f"{value.date().isoformat()} {value.time().isoformat('seconds')}Z"
    return str(value)


def today(moment: Moment) -> date:
    """Return the day where the user is."""
    return moment.now.astimezone(moment.zone).date()


def now(moment: Moment) -> datetime:
    """Return the moment of the save, in UTC and whole milliseconds."""
    found = moment.now.astimezone(UTC)
    return found.replace(microsecond=found.microsecond // 1000 * 1000)
