"""Days and instants that follow from the record's other fields, or from those of the record it belongs to.

Chosen by `generate.agreed` where a field's own meaning says too little: an appointment is scheduled within its window and lasts
as long as it says, a contract ends with its term, what has not begun lies ahead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from sfseed_core.generate import draws
from sfseed_core.generate.cells import Cells, Numbers
from sfseed_core.generate.conditions import holds
from sfseed_core.generate.provider import DAY, Make, Options, Provider, Scope
from sfseed_core.generate.providers.days import (
    day_number,
    days_in,
    days_of_range,
    in_business_hours,
    last_working_day,
    on_working_days,
    working_days_after,
)
from sfseed_core.generate.providers.holidays import holidays_of
from sfseed_core.generate.providers.mixed import instead

if TYPE_CHECKING:
    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

_DAY = 86_400_000
_MINUTE, _HOUR = 60_000, 3_600_000
_STEP = 15  # minutes
_MOST_MONTHS, _MOST_MINUTES = 600, 60 * 24 * 365
_MONTHS = "months"
_WITHOUT_TERM = 12
# days from the as-of date on which something begins that is yet to begin, is under way, or is over
_BEGINS = ((3, 90), (-75, -3), (-365, -100))
_BEGINS_SOON = ((1, 45), (-7, -4), (-180, -10))  # of appointments and work orders, which take hours
_STILL_TO_GO = 60
MINUTES = frozenset({"Minutes"})  # the one of the two values of every DurationType that is no hours


def chosen_elsewhere(_: FieldRequest) -> Options | str:
    """Propose nothing: it is chosen where an object's fields call for it."""
    return "it needs to be told which fields it follows from"


def _phase(scope: Scope) -> Make:
    """Prepare the first or last day of what lies ahead, is under way, or is over, as the status says."""
    options, zone = scope.options, ZoneInfo(scope.engine.plan.zone)
    key, hour, today = scope.key("day"), scope.key("hour"), day_number(scope.engine.plan.as_of)
    status = str(options["status"])
    ahead, running = (frozenset(options.get(name, ())) for name in ("ahead", "running"))
    holidays = holidays_of(scope)
    spans = _BEGINS_SOON if options.get("soon") else _BEGINS

    def begins(rows: Rows) -> np.ndarray:
        drawn = rows.draw(key)
        coming, current, past = (days_of_range(drawn, today + low, today + high, holidays) for low, high in spans)
        current = np.where(holds(rows, status, running), current, past)
        return np.where(holds(rows, status, ahead), coming, current)

    def ends(rows: Rows) -> np.ndarray:
        drawn, start = rows.draw(key), days_in(rows, str(options["start"])).values
        shortest, longest = (int(number) for number in options["lasts"])
        last = start + draws.between(drawn, shortest, longest)
        is_current = holds(rows, status, running)
        is_over = ~is_current & ~holds(rows, status, ahead)
        room = np.maximum(today - 1 - start, 1)
        last = np.where(is_over & (last >= today), np.minimum(start + 1 + draws.below_again(drawn, room), today - 1), last)
        last = np.where(is_current & (last <= today), today + 1 + draws.below_again(drawn, _STILL_TO_GO), last)
        since = np.where(is_current, np.maximum(start, today), start)
        return on_working_days(np.maximum(last, start), holidays, since=since)

    def make(rows: Rows) -> Numbers:
        days = ends(rows) if "start" in options else begins(rows)
        return Numbers(in_business_hours(days, rows.draw(hour), zone) if scope.column.type == "datetime" else days)

    return make


def _source(rows: Rows, said: Options) -> tuple[Numbers | None, str]:
    """Return the cells of the field that the options name, of this record or of another, and the field's type."""
    field, via, of = str(said["field"]), said.get("via"), said.get("of")
    column = rows.engine.column(str(of) if via else rows.plan.name, field)
    link = rows.parents(str(via), of) if via else None
    if column is None or (via and link is None):
        return None, ""
    cells = rows.cells(field) if link is None else link.cells(field)
    assert isinstance(cells, Numbers)
    return cells, column.type


def _after(scope: Scope) -> Make:
    """Prepare a time some working days and minutes after another field's (before it, where these are negative)."""
    options, zone, kind = scope.options, ZoneInfo(scope.engine.plan.zone), scope.column.type
    key, hour, holidays = scope.key("day"), scope.key("hour"), holidays_of(scope)
    yesterday = last_working_day(scope.engine.plan.as_of, holidays)
    fewest, most = (int(number) for number in options.get("days", (0, 0)))
    step = int(options.get("step", _STEP))
    soonest, latest = (int(number) // step for number in options.get("minutes", (0, 0)))

    def make(rows: Rows) -> Cells:
        cells, source = _source(rows, options)
        if cells is None:
            return Numbers(np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=bool))
        drawn = rows.draw(key)
        begins = cells.values // _DAY if source == "datetime" else cells.values
        if options.get("begun"):
            cells = cells.masked(begins <= yesterday)
        day = working_days_after(begins, draws.between(drawn, fewest, most), holidays) if most or fewest else begins
        if options.get("past"):
            day = np.minimum(day, yesterday)
        if kind == "date":
            return _until(rows, Numbers(day, cells.valid), "date")
        if source == "date":
            return Numbers(in_business_hours(day, rows.draw(hour), zone), cells.valid)
        minutes = (soonest + draws.below_again(drawn, latest - soonest + 1)) * step
        return _until(rows, Numbers(cells.values + (day - begins) * _DAY + minutes * _MINUTE, cells.valid), kind)

    def _until(rows: Rows, cells: Numbers, kind: str) -> Numbers:
        """Return the times, none after what `until` names."""
        limit, of = _source(rows, options["until"]) if "until" in options else (None, "")
        if limit is None or of != kind:
            return cells
        latest = limit.values if limit.valid is None else np.where(limit.valid, limit.values, cells.values)
        return Numbers(np.minimum(cells.values, latest), cells.valid)

    return instead(scope, make)


def _lasting(scope: Scope) -> Make:
    """Prepare the end of something that begins with one field and lasts as long as another says."""
    options = scope.options
    amount, unit = str(options.get("amount", "")), options.get("unit")
    column = scope.engine.column(scope.object.name, amount)
    one = 10**column.scale if column is not None and column.type == "double" else 1

    def make(rows: Rows) -> Cells:
        start = rows.cells(str(options["field"]))
        assert isinstance(start, Numbers)
        lasts = rows.cells(amount) if column is not None else None
        usual = np.full(len(rows), (_WITHOUT_TERM if unit == _MONTHS else 1) * one, dtype=np.int64)
        given = lasts.values.astype(np.int64) if isinstance(lasts, Numbers) else usual
        given = given if lasts is None or lasts.valid is None else np.where(lasts.valid, given, usual)
        if unit == _MONTHS:
            return Numbers(after_months(start.values, np.clip(given // one, 1, _MOST_MONTHS)), start.valid)
        minutes = minutes_of(rows, given, one, None if unit is None else str(unit))
        ends = start.values + minutes * _MINUTE
        limit, _ = _source(rows, options["until"]) if "until" in options else (None, "")
        if limit is not None:
            latest = limit.values if limit.valid is None else np.where(limit.valid, limit.values, ends)
            ends = np.maximum(np.minimum(ends, latest), start.values)
        return Numbers(ends, start.valid)

    return instead(scope, make)


def minutes_of(rows: Rows, amounts: np.ndarray, one: int, unit: str | None) -> np.ndarray:
    """Return the minutes of durations, of which `one` stands for 1, in the unit that a DurationType field names (None: minutes)."""
    hourly = np.full(len(rows), fill_value=unit is not None)
    if unit is not None and rows.has(unit):
        hourly = ~holds(rows, unit, MINUTES)
    minutes = np.where(hourly, amounts * 60 // one, amounts // one)
    return np.clip(minutes, 0, _MOST_MINUTES)


def after_months(days: np.ndarray, months: np.ndarray) -> np.ndarray:
    """Return the last day of a term of months that begins on the day: 2026-03-15 and 12 give 2027-03-14."""
    month = days.astype("datetime64[D]").astype("datetime64[M]")
    ends = month + months
    first = ends.astype("datetime64[D]").astype(np.int64)
    length = (ends + 1).astype("datetime64[D]").astype(np.int64) - first
    within = days - month.astype("datetime64[D]").astype(np.int64)
    return first + np.minimum(within, length - 1) - 1


def _current(scope: Scope) -> Make:
    """Prepare true where the as-of date lies between two days of the record; an empty one does not limit."""
    today = day_number(scope.engine.plan.as_of)
    start, end = scope.options.get("start"), scope.options.get("end")

    def make(rows: Rows) -> Numbers:
        found = np.ones(len(rows), dtype=bool)
        for field, sign in ((start, 1), (end, -1)):
            if field is not None and rows.has(str(field)):
                days = days_in(rows, str(field))
                inside = sign * (today - days.values) >= 0
                found &= inside if days.valid is None else inside | ~days.valid
        return Numbers(found)

    return make


_SOURCE = {
    "field": "which field it follows",
    "via": "of the record that this reference leads to",
    "of": "the object it has there",
}
_LIMIT = {"until": "field (via, of) that it never comes after", "otherwise": "how records get theirs where that is empty"}


def _provider(name: str, about: str, prepare: Any, options: Options, types: frozenset[str] = DAY) -> Provider:
    return Provider(name, about, types, chosen_elsewhere, prepare, options=options)


PROVIDERS = (
    _provider(
        "date.phase",
        "a day that suits how far the record has come",
        _phase,
        {
            "status": "the field that says how far",
            "ahead": "its values for what is yet to begin",
            "running": "its values for what is under way",
            "soon": "days near the as-of date",
            "start": "of the last day: the field with the first",
            "lasts": "shortest and longest, in days",
        },
    ),
    _provider(
        "date.after",
        "some time after another field",
        _after,
        {
            **_SOURCE,
            "days": "fewest and most working days after it",
            "minutes": "of instants: fewest and most minutes besides",
            "step": "a multiple of so many minutes",
            "past": "before the as-of date too",
            "begun": "only where the other field's day is before the as-of date",
            **_LIMIT,
        },
    ),
    _provider(
        "date.lasting",
        "when something ends that lasts as long as another field says",
        _lasting,
        {
            "field": "the field with its beginning",
            "amount": "the field that says how long",
            "unit": "months, or the field with the unit; without it minutes",
            **_LIMIT,
        },
    ),
    _provider(
        "flag.current",
        "true where today lies within a span",
        _current,
        {"start": "its first day", "end": "its last day"},
        frozenset({"boolean"}),
    ),
)
