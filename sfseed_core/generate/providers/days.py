"""Dates, instants and times of day: on working days, in business hours of the plan's zone, relative to its as-of date."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.generate.cells import Cells, Numbers, Texts, coded
from sfseed_core.generate.provider import DAY, Make, Options, Provider, Scope
from sfseed_core.generate.providers.holidays import holidays_of, off_holidays
from sfseed_core.generate.unique import Free
from sfseed_core.schema.semantics import words_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

_EPOCH = date(1970, 1, 1).toordinal()
_DAY = 86_400_000
_QUARTER = 900_000
_OPENS, _QUARTERS = 8 * 4, 36  # from 8:00, the last start at 16:45
_OPENING = frozenset({"open", "opens", "opening", "close", "closes", "closing", "slot"})
_UNLOCKED, _MORNING = 7 * 4, 6  # quarters: opened from 7:00 to 9:30
_OPEN_FOR, _OPEN_LONGER = 8 * 4, 6  # for 8:00 to 10:30 hours
_THURSDAY = 3  # 1970-01-01
_WORKING_DAYS = 5  # of a week

# meaning -> days from the as-of date, whether working days only
SPANS: Mapping[str, tuple[int, int, bool]] = MappingProxyType(
    {
        "person.birthdate": (-70 * 365, -21 * 365, False),
        "date.start": (-365, 60, True),
        "date.end": (30, 730, True),
        "date.close": (-270, 180, True),
        "date.due": (-30, 60, True),
        "date.past": (-730, -1, True),
        "date.future": (7, 730, True),
        "date": (-365, 180, True),
    }
)
_LASTS = (30, 730)
_LASTS_HOURS = (1, 8)
_LASTS_BY_OBJECT: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        **dict.fromkeys(("campaign", "course", "session", "event", "phase", "sprint", "trip", "task"), (5, 90)),
        "quote": (20, 60),
    }
)
# a word of the field's name, words of another's, whether it lies after or before that, by how many days
_NEARBY = (
    ("purchase", frozenset({"manufacture", "manufactured"}), "after", 10, 90),
    ("install", frozenset({"purchase"}), "after", 3, 45),
    ("warranty", frozenset({"purchase", "purchased", "install", "installed"}), "after", 365, 1_460),
    ("signed", frozenset({"start", "effective"}), "before", 1, 40),
    ("authorized", frozenset({"start", "effective"}), "before", 1, 25),
    ("po", frozenset({"start", "effective"}), "before", 5, 40),
)
_OFFERED: Mapping[str, int] = MappingProxyType({"from": 7, "to": 75})  # how long a quote holds
_EARLY: Mapping[str, int] = MappingProxyType({"from": -900, "to": -150})  # so that what follows has passed too


def day_number(day: date) -> int:
    """Return the day as Arrow's date32 counts it."""
    return day.toordinal() - _EPOCH


def propose(request: FieldRequest) -> Options | str:
    """Propose when the field's value lies, and what it must agree with."""
    meaning = request.meaning.name if request.meaning else "date"
    group = request.meaning.group if request.meaning else ""
    low, high, working = SPANS.get(meaning, SPANS["date"])
    options: dict[str, Any] = {"from": low, "to": high, "working": working}
    if request.rules.unique:
        return _distinct(request, options)
    start = _start_of(request, "date", group)
    if start:
        return {**options, "after": start, "lasts": list(_lasting(request))}
    return {**options, **_between_others(request), **passing(request)}


def _lasting(request: FieldRequest) -> tuple[int, int]:
    """Return how long a span lasts at least and at most: of instants hours, of days as many as its object suggests."""
    if request.field.type != "date":
        return _LASTS_HOURS
    words = words_of(request.context.object.name)
    return next((lasts for word, lasts in _LASTS_BY_OBJECT.items() if word in words), _LASTS)


def _between_others(request: FieldRequest) -> dict[str, Any]:
    """Return what of the same object lies shortly before the day, or shortly after: bought after made, signed before begun."""
    name = request.field.name
    for mine, others, way, low, high in _NEARBY:
        if mine not in words_of(name) or request.field.type != "date":
            continue
        for other, meaning in request.context.meanings.items():
            same = meaning is not None and request.context.object.fields[other].type == "date" and other != name
            if same and others & {*words_of(other)}:
                return {way: other, "lasts": [low, high], "past": way == "before"}
    if "manufacture" in words_of(name):
        return dict(_EARLY)
    is_offer = "quote" in words_of(request.context.object.name) and "expiration" in words_of(name)
    return dict(_OFFERED) if is_offer else {}


def passing(request: FieldRequest) -> dict[str, Any]:
    """Return which values of the status mean that the day has passed, of the day on which a deal closes or a task is due."""
    meaning = request.meaning.name if request.meaning else "date"
    if meaning == "date.close":
        return _closing(request, request.meaning.group if request.meaning else "")
    if meaning == "date.due":
        groups = [one.group for one in request.context.meanings.values() if one is not None and one.name == "status"]
        closing = _closing(request, groups[0]) if len(groups) == 1 else {}
        return {**closing, "overdue": True} if closing else {}
    return {}


def _start_of(request: FieldRequest, family: str, group: str) -> str | None:
    """Return the field that this one must not lie before: by a rule between the two, else the other end of its span."""
    context, name = request.context, request.field.name
    rules = (rule.fields for rule in context.rules.standard if rule.kind == "not_after" and rule.fields[1] == name)
    found = [first for first, _ in rules if not _is_later(request, first)]
    if request.meaning is not None and request.meaning.name == f"{family}.end":
        found += [context.find(f"{family}.start", group) or ""]
    usable = (one for one in found if one in context.meanings and context.object.fields[one].type == request.field.type)
    return next(usable, None)


def _is_later(request: FieldRequest, first: str) -> bool:
    """Say whether the field lies after the first one anyway, by the spans of what they mean."""
    mine, other = (request.meaning, request.context.meanings.get(first))
    if mine is None or other is None or mine.name not in SPANS or other.name not in SPANS:
        return False
    return SPANS[other.name][1] <= SPANS[mine.name][0]


def _closing(request: FieldRequest, group: str) -> dict[str, Any]:
    """Return which values of the status mean that the date has passed."""
    status = request.context.find("status", group)
    stages = request.context.snapshot.statuses.get(group, ())
    closed = sorted(stage.api_name for stage in stages if stage.closed)
    return {"status": status, "closed": closed} if status and closed else {}


def _distinct(request: FieldRequest, options: dict[str, Any]) -> Options | str:
    wanted = request.context.count + len(request.taken)
    if wanted > 100_000:
        return f"only 100,000 distinct days are used, {wanted:,} are wanted"
    today = day_number(request.context.as_of)
    taken = [day_number(date.fromisoformat(text[:10])) - today for text in request.taken]
    return {**options, "from": -wanted * 2, "to": 0, "taken": [day + wanted * 2 for day in taken]}


def days_of(scope: Scope) -> Make:
    """Prepare days as numbers."""
    options, key = scope.options, scope.key("day")
    today = day_number(scope.engine.plan.as_of)
    low, high = today + int(options.get("from", -365)), today + int(options.get("to", 0))
    if scope.column.unique:
        free = Free.of(high - low + 1, key, options.get("taken", ()))
        return lambda rows: Numbers(low + free.at(rows.records))
    working, holidays = bool(options.get("working", True)), holidays_of(scope)
    if "after" in options or "before" in options:
        return _after(scope, working=working)
    if "closed" in options:
        return _by_status(scope, working=working)
    return lambda rows: Numbers(days_of_range(rows.draw(key), low, high, holidays if working else None))


def days_of_range(drawn: np.ndarray, low: int, high: int, holidays: str | None) -> np.ndarray:
    """Return a day from `low` to `high` for each draw: a working day, if there are `holidays` and one lies between the two.

    A holiday that has no working day beside it within the span stays.
    """
    first, last = (int(number) for number in _working_numbers(np.array([low, high + 1])))
    if holidays is None or last <= first:
        return draws.between(drawn, low, high)
    days = _working_days(draws.between(drawn, first, last - 1))
    later = off_holidays(days, holidays)
    found = np.where(later <= high, later, off_holidays(days, holidays, back=True))
    return np.where(found >= low, found, days)


def _working_numbers(days: np.ndarray) -> np.ndarray:
    """Return how many working days lie before each day (counted from a fixed Monday)."""
    weeks, weekday = np.divmod(days + _THURSDAY, 7)
    return weeks * _WORKING_DAYS + np.minimum(weekday, _WORKING_DAYS)


def _working_days(numbers: np.ndarray) -> np.ndarray:
    """Return the working day that has so many before it."""
    weeks, weekday = np.divmod(numbers, _WORKING_DAYS)
    return weeks * 7 + weekday - _THURSDAY


def working_days_after(
    days: np.ndarray, count: np.ndarray, holidays: str, *, lasts: tuple[int, int] | None = None
) -> np.ndarray:
    """Return the working day so many after each day (before it, where negative); holidays count, but none is returned.

    A holiday is passed over, or comes to the working day on its other side where that alone is as far away as `lasts` allows.
    """
    found = _working_days(_working_numbers(days) + count)
    later, earlier = off_holidays(found, holidays), off_holidays(found, holidays, back=True)
    if lasts is None:
        return np.where(count < 0, earlier, later)
    beyond, short = np.where(count < 0, earlier, later), np.where(count < 0, later, earlier)
    return np.where((abs(beyond - days) > lasts[1]) & (abs(short - days) >= lasts[0]), short, beyond)


def last_working_day(day: date, holidays: str) -> int:
    """Return the last working day before the day."""
    return int(off_holidays(_working_days(_working_numbers(np.array([day_number(day)])) - 1), holidays, back=True)[0])


def _after(scope: Scope, *, working: bool) -> Make:
    """Prepare the end of a span, some days after its start (only working days count, where asked), or what comes before it."""
    field, key = str(scope.options.get("after") or scope.options["before"]), scope.key("day")
    ahead = 1 if "after" in scope.options else -1
    latest = day_number(scope.engine.plan.as_of) - 1 if scope.options.get("past") else None
    shortest, longest = (int(number) for number in scope.options.get("lasts", _LASTS))
    holidays = holidays_of(scope)
    fewest = -(-shortest * _WORKING_DAYS // 7)
    most = max(longest * _WORKING_DAYS // 7, fewest)

    def make(rows: Rows) -> Numbers:
        days = days_in(rows, field).values
        drawn = rows.draw(key)
        if not working:
            return Numbers(days + ahead * draws.between(drawn, shortest, longest))
        begins = days if latest is None else np.minimum(days, latest)
        return Numbers(
            working_days_after(begins, ahead * draws.between(drawn, fewest, most), holidays, lasts=(shortest, longest))
        )

    return make


def days_in(rows: Rows, field: str) -> Numbers:
    """Return the field's days; of instants the day (UTC)."""
    cells = rows.cells(field)
    assert isinstance(cells, Numbers)
    column = rows.engine.column(rows.plan.name, field)
    return Numbers(cells.values // _DAY, cells.valid) if column and column.type == "datetime" else cells


def _by_status(scope: Scope, *, working: bool) -> Make:
    """Prepare days that have passed where the status is a closed one, and lie ahead where it is open."""
    options, key = scope.options, scope.key("day")
    today = day_number(scope.engine.plan.as_of)
    low, high = min(today + int(options["from"]), today - 1), max(today + int(options["to"]), today + 1)
    field, closed = str(options["status"]), frozenset(options["closed"])
    soonest = low if options.get("overdue") else today + 1
    holidays = holidays_of(scope) if working else None

    def make(rows: Rows) -> Numbers:
        drawn = rows.draw(key)
        pool, codes = coded(rows.cells(field))
        is_closed = np.array([value in closed for value in texts.listed(pool)])[codes]
        past = days_of_range(drawn, low, today - 1, holidays)
        return Numbers(np.where(is_closed, past, days_of_range(drawn, soonest, high, holidays)))

    return make


def instants_of(scope: Scope) -> Make:
    """Prepare instants in milliseconds UTC, within business hours of the plan's zone."""
    if "after" in scope.options and scope.column.type == "datetime":
        return _later_instant(scope)
    days, key, zone = days_of(scope), scope.key("hour"), ZoneInfo(scope.engine.plan.zone)

    def make(rows: Rows) -> Numbers:
        day = days(rows)
        assert isinstance(day, Numbers)
        return Numbers(in_business_hours(day.values, rows.draw(key), zone), day.valid)

    return make


def in_business_hours(days: np.ndarray, drawn: np.ndarray, zone: ZoneInfo) -> np.ndarray:
    """Return an instant of each day, on the quarter of an hour between 8:00 and 16:45 of the zone."""
    quarters = _OPENS + draws.below(drawn, _QUARTERS)
    return days * _DAY + quarters * _QUARTER - offsets(days, zone)


def on_working_days(days: np.ndarray, holidays: str, *, since: np.ndarray) -> np.ndarray:
    """Return the days, those of a weekend or holiday moved back to a working day where that does not lie before `since`."""
    before = off_holidays(_working_days(_working_numbers(days + 1) - 1), holidays, back=True)
    return np.where(before >= since, before, days)


def offsets(days: np.ndarray, zone: ZoneInfo) -> np.ndarray:
    """Return the zone's offset at noon of each day, in milliseconds: looked up once per day, not per record."""
    distinct, places = np.unique(days, return_inverse=True)
    return np.array([_offset(int(day), zone) for day in distinct], dtype=np.int64)[places]


def _offset(day: int, zone: ZoneInfo) -> int:
    noon = datetime(1970, 1, 1, 12, tzinfo=UTC) + timedelta(days=day)
    offset = noon.astimezone(zone).utcoffset()
    return 0 if offset is None else int(offset.total_seconds() * 1000)


def _later_instant(scope: Scope) -> Make:
    """Prepare the end of a span of hours."""
    field, key = str(scope.options["after"]), scope.key("hour")
    shortest, longest = (int(number) for number in scope.options.get("lasts", _LASTS_HOURS))

    def make(rows: Rows) -> Numbers:
        start, column = rows.cells(field), rows.engine.column(rows.plan.name, field)
        assert isinstance(start, Numbers)
        begins = start.values * _DAY if column and column.type == "date" else start.values
        return Numbers(begins + draws.between(rows.draw(key), shortest * 4, longest * 4) * _QUARTER)

    return make


def prepare(scope: Scope) -> Make:
    """Prepare days, or instants of a day-and-time field."""
    return instants_of(scope) if scope.column.type == "datetime" else days_of(scope)


def _propose_time(request: FieldRequest) -> Options:
    start = (
        _start_of(request, "time", request.meaning.group if request.meaning else "")
        if request.field.type == "time"
        else None
    )
    words = {*words_of(request.field.name)} | {*words_of(request.context.object.name)}
    opening = {"opening": True} if words & _OPENING and request.field.type == "time" else {}
    return {**({"after": start} if start else {}), **opening}


def _time(scope: Scope) -> Make:
    """A time of day in business hours, on the quarter; an end lies after its start."""
    key, after, opening = scope.key(), scope.options.get("after"), scope.options.get("opening")

    def make(rows: Rows) -> Cells:
        drawn = rows.draw(key)
        if after:
            start = rows.cells(str(after))
            assert isinstance(start, Numbers)
            lasts = _OPEN_FOR + draws.below(drawn, _OPEN_LONGER) * 2 if opening else 1 + draws.below(drawn, 16)
            return Numbers(start.values + lasts * _QUARTER)
        quarters = _UNLOCKED + draws.below(drawn, _MORNING) * 2 if opening else _OPENS + draws.below(drawn, _QUARTERS)
        if scope.column.type == "time":
            return Numbers(quarters * _QUARTER)
        letters = texts.matrix(len(rows), "00:00")
        texts.write_digits(letters, 0, 2, quarters // 4)
        texts.write_digits(letters, 3, 2, quarters % 4 * 15)
        return Texts(texts.fit(texts.from_matrix(letters), scope.column.length))

    return make


_OPTIONS = {
    "from": "first day, counted from the as-of date",
    "to": "last day",
    "working": "on working days only",
    "after": "the field with the start of the span",
    "before": "the field with a later day",
    "past": "before the as-of date too",
    "lasts": "shortest and longest, in days (of instants: in hours)",
    "status": "the field that says whether it has happened",
    "closed": "its values that say so",
    "overdue": "open ones may lie in the past too",
    "taken": "of distinct days: which the org has, counted from the first",
}

PROVIDERS = (
    Provider("date", "a day or instant", DAY, propose, prepare, meanings=frozenset(SPANS), options=_OPTIONS, distinct=True),
    Provider(
        "time",
        "a time of day",
        frozenset({"time", "string"}),
        _propose_time,
        _time,
        meanings=frozenset({"time", "time.start", "time.end"}),
        options={"after": "the field with the start", "opening": "hours at which something is open"},
    ),
)
