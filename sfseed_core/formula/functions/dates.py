"""Dates and times; dates are days, the rest milliseconds of UTC."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.formula import numeric
from sfseed_core.formula.column import (
    Array,
    Column,
    all_valid,
    constant,
    merged_faults,
    merged_reasons,
    null,
    per_value,
    with_fault,
)
from sfseed_core.formula.faults import Failed, Fault
from sfseed_core.formula.functions.family import plain
from sfseed_core.formula.functions.moments import DAY, EPOCH, date_of, days_of, read_date, read_datetime, read_time
from sfseed_core.formula.types.kinds import Type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfseed_core.formula.functions.family import Function
    from sfseed_core.formula.setting import Setting

_ZERO = datetime(1970, 1, 1, tzinfo=UTC)
_FAR = 10**15
"""More seconds, days or milliseconds than any calendar has; larger numbers count as this one."""

_FIRST, _LAST = date.min.toordinal() - EPOCH, date.max.toordinal() - EPOCH


def whole_numbers(column: Column) -> Array:
    """Return the numbers of a column cut to whole ones."""
    cut = numeric.whole(column, up=False, away=True)
    if cut.data.dtype == object:
        return np.array([max(-_FAR, min(_FAR, int(one))) for one in cut.data.tolist()], dtype=np.int64)
    return np.clip(cut.data, -_FAR, _FAR)


def made(type_: Type, data: Array, like: Sequence[Column]) -> Column:
    """Make a column of days or milliseconds that hangs on others; beyond the years 1 to 9999 is a fault."""
    data, valid = np.broadcast_arrays(data, all_valid(like))
    column = Column(type_, data, valid, merged_faults(like), reasons=merged_reasons(like))
    days = data // DAY if type_ is Type.DATETIME else data
    if type_ is Type.TIME:
        return with_fault(column, Fault.OUT_OF_RANGE, valid & (data < 0))
    return with_fault(column, Fault.OUT_OF_RANGE, valid & ((days < _FIRST) | (days > _LAST)))


def shifted(moment: Column, number: Column, sign: int) -> Column:
    """Add days to a date or a date and time (to the second), or milliseconds to a time of day."""
    if moment.type is Type.DATE:
        return made(Type.DATE, moment.data + sign * whole_numbers(number), (moment, number))
    if moment.type is Type.TIME:
        signed = number if sign > 0 else numeric.negate(number)
        return per_value(_later_that_day, Type.TIME, (moment, signed))
    seconds = numeric.rounded(numeric.multiply(number, numeric.number(sign * 86_400)), numeric.number(0))
    return made(Type.DATETIME, moment.data + whole_numbers(seconds) * 1000, (moment, number))


def _later_that_day(milliseconds: int, by: Decimal) -> int:
    moved = milliseconds + int(by)
    if moved < 0 and moved % DAY:
        raise Failed(Fault.OUT_OF_RANGE)
    return moved % DAY


def apart(one: Column, other: Column) -> Column:
    """Subtract: days between dates, days and parts of a day between moments, milliseconds between times of day."""
    difference = one.data - other.data
    if one.type is Type.TIME:
        return numeric.from_whole((difference + DAY) % DAY, (one, other))
    between = numeric.from_whole(difference, (one, other))
    return between if one.type is Type.DATE else numeric.divide(between, numeric.number(DAY))


def _calendar(unit: str) -> Function:
    def part(columns: Sequence[Column], _setting: Setting) -> Column:
        days = columns[0].data.astype("datetime64[D]")
        if unit == "Y":
            data = days.astype("datetime64[Y]").astype(np.int64) + 1970
        elif unit == "M":
            data = days.astype("datetime64[M]").astype(np.int64) % 12 + 1
        else:
            data = (days - days.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1
        return numeric.from_whole(data, columns)

    return part


def _clock(unit: int, size: int) -> Function:
    return lambda columns, _: numeric.from_whole(columns[0].data // unit % size, columns)


def _of_day(function: Callable[[date], int]) -> Function:
    """Lift a function of dates to dates and to the days of moments."""

    def part(columns: Sequence[Column], _setting: Setting) -> Column:
        data = columns[0].data // DAY if columns[0].type is Type.DATETIME else columns[0].data
        days = Column(Type.DATE, data, columns[0].valid, columns[0].fault, reasons=columns[0].reasons)
        return per_value(lambda one: Decimal(function(date_of(one))), Type.NUMBER, (days,))

    return part


def _date(year: Decimal, month: Decimal, day: Decimal) -> int:
    return days_of(int(year), int(month), int(day))


def _date_value(columns: Sequence[Column], setting: Setting) -> Column:
    column = columns[0]
    if column.type is Type.DATETIME:
        return _local_days(column, setting)
    return column if column.type is Type.DATE else _read(column, read_date, Type.DATE)


_QUARTER = 900_000
"""Zones change their distance to UTC on quarters of an hour only."""


def _local_days(column: Column, setting: Setting) -> Column:
    return made(Type.DATE, (column.data + _ahead(column.data, setting)) // DAY, (column,))


def _ahead(moments: Array, setting: Setting) -> Array:
    """Ask once for each day of UTC, and on days on which the distance changes for each quarter of an hour."""
    days, codes = np.unique(moments // DAY, return_inverse=True)
    starts = np.array([away(day * DAY, setting) for day in days.tolist()], dtype=np.int64)
    ends = np.array([away((day + 1) * DAY, setting) for day in days.tolist()], dtype=np.int64)
    ahead = starts[codes]
    changing = np.flatnonzero((starts != ends)[codes])
    if len(changing):
        quarters, places = np.unique(moments[changing] // _QUARTER, return_inverse=True)
        ahead[changing] = np.array([away(one * _QUARTER, setting) for one in quarters.tolist()], dtype=np.int64)[places]
    return ahead


def away(milliseconds: int, setting: Setting) -> int:
    """Return by how much the running user's clock is ahead of UTC at a moment."""
    try:
        ahead = (_ZERO + timedelta(milliseconds=milliseconds)).astimezone(setting.zone).utcoffset()
    except OverflowError:
        return 0
    return 0 if ahead is None else int(ahead / timedelta(milliseconds=1))


def local_day(milliseconds: int, setting: Setting) -> int:
    """Return the day of a moment where the running user is."""
    try:
        return (_ZERO + timedelta(milliseconds=milliseconds)).astimezone(setting.zone).date().toordinal() - EPOCH
    except OverflowError as error:
        raise Failed(Fault.OUT_OF_RANGE) from error


def _datetime_value(columns: Sequence[Column], _setting: Setting) -> Column:
    column = columns[0]
    if column.type is Type.DATE:
        return made(Type.DATETIME, column.data * DAY, columns)
    return column if column.type is Type.DATETIME else _read(column, read_datetime, Type.DATETIME)


def _time_value(columns: Sequence[Column], _setting: Setting) -> Column:
    column = columns[0]
    if column.type is Type.DATETIME:
        return made(Type.TIME, column.data % DAY, columns)
    return column if column.type is Type.TIME else _read(column, read_time, Type.TIME)


def _read(column: Column, reader: Callable[[str], int], type_: Type) -> Column:
    return null(type_) if column.type is Type.NULL else per_value(reader, type_, (column,))


def _add_months(columns: Sequence[Column], _setting: Setting) -> Column:
    moment, months = columns
    if moment.type is Type.DATETIME:
        day = Column(Type.DATE, moment.data // DAY, moment.valid, moment.fault, reasons=moment.reasons)
        moved = per_value(later, Type.DATE, (day, months))
        return made(Type.DATETIME, moved.data * DAY + moment.data % DAY, (moment, moved))
    return per_value(later, Type.DATE, columns)


def later(days: int, months: Decimal) -> int:
    """Move a day by months; the last day of a month stays the last day."""
    start = date_of(days)
    year, month = divmod(start.year * 12 + start.month - 1 + int(months), 12)
    if not 1 <= year <= 9999:
        raise Failed(Fault.OUT_OF_RANGE)
    last = calendar.monthrange(year, month + 1)[1]
    stays_last = start.day == calendar.monthrange(start.year, start.month)[1]
    return days_of(year, month + 1, last if stays_last else min(start.day, last))


def _unix(columns: Sequence[Column], _setting: Setting) -> Column:
    column = columns[0]
    return numeric.from_whole(column.data * 86_400 if column.type is Type.DATE else column.data // 1000, columns)


def _from_unix(columns: Sequence[Column], _setting: Setting) -> Column:
    return made(Type.DATETIME, whole_numbers(numeric.multiply(columns[0], numeric.number(1000))), columns)


def _duration(columns: Sequence[Column], _setting: Setting) -> Column:
    first = columns[0]
    if first.type is Type.NUMBER:
        flags = columns[1] if len(columns) > 1 else constant(False, Type.BOOLEAN)
        return per_value(_written_duration, Type.TEXT, (first, flags), nulls=True)
    between = columns[1].data - first.data
    seconds = numeric.from_whole(np.abs(between) // 1000, columns)
    return per_value(_written_duration, Type.TEXT, (seconds, constant(first.type is Type.DATETIME, Type.BOOLEAN)))


def _written_duration(seconds: Decimal | None, with_days: bool | None) -> str | None:
    if seconds is None:
        return None
    total = abs(int(seconds))
    clock = f"{total // 60 % 60:02d}:{total % 60:02d}"
    return f"{total // 86_400}:{total // 3600 % 24:02d}:{clock}" if with_days else f"{total // 3600:02d}:{clock}"


def _now(setting: Setting) -> int:
    return int((setting.now - _ZERO) / timedelta(milliseconds=1))


FUNCTIONS: Mapping[str, Function] = {
    "ADDMONTHS": _add_months,
    "DATE": plain(_date, Type.DATE),
    "DATEVALUE": _date_value,
    "DATETIMEVALUE": _datetime_value,
    "TIMEVALUE": _time_value,
    "YEAR": _calendar("Y"),
    "MONTH": _calendar("M"),
    "DAY": _calendar("D"),
    "HOUR": _clock(3_600_000, 24),
    "MINUTE": _clock(60_000, 60),
    "SECOND": _clock(1000, 60),
    "MILLISECOND": _clock(1, 1000),
    "WEEKDAY": lambda columns, _: numeric.from_whole((columns[0].data + 4) % 7 + 1, columns),
    "DAYOFYEAR": _of_day(lambda day: day.timetuple().tm_yday),
    "ISOWEEK": _of_day(lambda day: day.isocalendar().week),
    "ISOYEAR": _of_day(lambda day: day.isocalendar().year),
    "UNIXTIMESTAMP": _unix,
    "FROMUNIXTIME": _from_unix,
    "FORMATDURATION": _duration,
    "TODAY": lambda _columns, setting: constant(local_day(_now(setting), setting), Type.DATE),
    "NOW": lambda _columns, setting: constant(_now(setting), Type.DATETIME),
    "TIMENOW": lambda _columns, setting: constant(_now(setting) % DAY, Type.TIME),
}
