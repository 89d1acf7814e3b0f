"""A dataset on a later day than it was made on: its dates move along, as one edit that is previewed and can be taken back.

What moves are the dates that were made relative to `today`. Birth dates, values that the recipe or a person gave, and what
follows from those stay. What lay on a working day lies on one again: on the Friday before where it has passed, on the Monday
after where it lies ahead, so that nothing changes its order or its side of today.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from sfseed_core.dataset import patches, vectors
from sfseed_core.dataset.edits import SetCells, Together
from sfseed_core.dataset.log import live
from sfseed_core.generate import draws
from sfseed_core.generate.provider import DAY
from sfseed_core.generate.providers.days import day_number, offsets
from sfseed_core.recipe.columns import RECORD
from sfseed_core.recipe.model import GIVEN, SHARE, VARIANTS
from sfseed_core.schema.semantics import meaning

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.recipe.model import ColumnPlan

    _Way = tuple[str, Mapping[str, Any]]  # a provider and its options

_MADE = frozenset({"date", "range", "audit.created", "audit.modified"})
_LABEL = re.compile(r"^Dates moved by (\d+) days?$")
_MS = 86_400_000
_MONDAY = 3  # days from a Monday to 1970-01-01
_WORKING_DAYS = 5


@dataclass(frozen=True, slots=True)
class Later:
    """How many `days` lie between the day that a dataset's dates were made for and now, and which `fields` would move."""

    days: int
    fields: Mapping[str, tuple[str, ...]]


def behind(dataset: Dataset, *, now: datetime) -> Later | None:
    """Return how far the dates of a dataset lie behind today, in the zone that it was made for; None when they do not."""
    days = (_today(dataset, now) - _day_of(dataset, dataset.created)).days - _moved_before(dataset)
    fields = {
        one.name: tuple(column.field for column in one.columns if _is_relative(dataset, one.name, column))
        for one in dataset.plan.objects
        if one.name in dataset.objects
    }
    found = {name: columns for name, columns in fields.items() if columns}
    return Later(days, found) if days > 0 and found else None


def move(dataset: Dataset, *, clock: Clock) -> int:
    """Move the dates by the days that they lie behind; return the revision, the same one when nothing moves."""
    now = clock.now()
    later = behind(dataset, now=now)
    if later is None:
        return dataset.revision
    today = day_number(_today(dataset, now))
    edits = [edit for name in later.fields for edit in _edits(dataset, name, later, today)]
    label = f"Dates moved by {later.days:,} day{'s' if later.days > 1 else ''}".replace(",", "")
    return dataset.apply(Together(tuple(edits), label=label), clock=clock) if edits else dataset.revision


def _today(dataset: Dataset, now: datetime) -> date:
    return _day_of(dataset, now)


def _day_of(dataset: Dataset, instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(dataset.plan.zone)).date()


def _moved_before(dataset: Dataset) -> int:
    operations = dataset.operations()
    found = (_LABEL.match(operations[number - 1].label) for number in live(operations))
    return sum(int(one[1]) for one in found if one)


# -- which columns -----------------------------------------------------------------------------------------------------


def _is_relative(dataset: Dataset, name: str, column: ColumnPlan) -> bool:
    """Say whether the column's dates, or those of some of its records, were made relative to today."""
    schema = dataset.schema[name]
    about = meaning(schema, schema.fields[column.field]) if column.field in schema.fields else None
    if column.type not in DAY or (about is not None and about.name == "person.birthdate"):
        return False
    return any(_way_is_relative(dataset, name, *way) for way in _ways(column))


def _way_is_relative(dataset: Dataset, name: str, provider: str, options: Mapping[str, Any]) -> bool:
    if provider == "copy":
        other = _column(dataset, str(options.get("of") or name), str(options["field"]))
        return other is not None and _is_relative(dataset, str(options.get("of") or name), other)
    beside = options.get("after") or options.get("before") if provider == "date" else None
    start = _column(dataset, name, str(beside)) if beside else None
    return provider in _MADE and not options.get("fixed") and (start is None or _is_relative(dataset, name, start))


def _ways(column: ColumnPlan) -> list[_Way]:
    """The providers, with their options, by which the column's values are made: one, or one for each of a scenario's variants.

    Of what the recipe's own rows leave open it is how the rest is made. The usual way of the other records comes first.
    """
    provider, options = column.provider, column.options
    if provider == GIVEN:
        provider, options = _way(options.get("otherwise"))
    if provider != VARIANTS:
        return [(provider, options)]
    return [_way(options.get("otherwise")), *(_way(one["column"]) for one in options["variants"])]


def _way(said: Mapping[str, Any] | None) -> _Way:
    return (str(said["provider"]), said.get("options", {})) if said else ("", {})


def _column(dataset: Dataset, name: str, field: str) -> ColumnPlan | None:
    found = next((one for one in dataset.plan.objects if one.name == name), None)
    return next((one for one in found.columns if one.field == field), None) if found is not None else None


# -- which cells, and whereto ------------------------------------------------------------------------------------------


def _edits(dataset: Dataset, name: str, later: Later, today: int) -> list[SetCells]:
    """One edit for each column of the object, of the records whose cell moves."""
    fields = later.fields[name]
    table = dataset.read(name, columns=[RECORD, *fields])
    records = vectors.numbers(table[RECORD])
    stays = {field: _stays(dataset, name, field, records) for field in fields}
    edits = []
    for field in fields:
        column = vectors.one_array(table[field])
        moves = ~vectors.nulls(column) & ~stays[field] & ~_tied(dataset, name, field, stays)
        if not moves.any():
            continue
        rows = vectors.integers(np.flatnonzero(moves))
        values = _moved(dataset, name, field, column.take(rows), later.days, today)
        edits.append(SetCells(name, records[moves], {field: values}))
    return edits


def _stays(dataset: Dataset, name: str, field: str, records: np.ndarray) -> np.ndarray:
    """Which records have a value there that a person or the recipe gave."""
    own = _column(dataset, name, field)
    given = own.options["values"] if own is not None and own.provider == GIVEN else ()
    said = np.array([number for number, value in enumerate(given) if value is not None], np.int64)
    variants = _of_fixed_variants(dataset, name, own, records)
    operations = dataset.operations()
    by_hand = [one for number in live(operations) if not _LABEL.match((one := operations[number - 1]).label)]
    files = [
        part.file
        for operation in by_hand
        for part in operation.parts
        if part.object == name and (part.kind == "add" or (part.kind == "set" and field in part.columns))
    ]
    touched = [vectors.numbers(patches.read(dataset.log.folder / one, [RECORD])[RECORD]) for one in files]
    return variants | np.isin(records, np.concatenate([said, *touched]))


def _of_fixed_variants(dataset: Dataset, name: str, own: ColumnPlan | None, records: np.ndarray) -> np.ndarray:
    """Which records are of a scenario's variant that gives them a date which is not relative to today.

    A record that was drawn more than once, since a rule refused it, may be of another variant than its first draw says.
    """
    nothing = np.zeros(len(records), bool)
    ways = [] if own is None else _ways(own)
    relative = np.array([_way_is_relative(dataset, name, *way) for way in ways], bool)
    if own is None or len(ways) < 2 or relative.all():
        return nothing
    options = own.options if own.provider == VARIANTS else own.options["otherwise"]["options"]
    table = np.zeros(SHARE, np.int64)
    for number, one in enumerate(options["variants"], 1):
        table[int(one["low"]) : int(one["high"])] = number
    key = draws.key(dataset.plan.seed, name, "variant")
    found: np.ndarray = ~relative[table[draws.sixteenths(draws.mix(key, draws.spread(records)))]]
    return found


def _tied(dataset: Dataset, name: str, field: str, stays: Mapping[str, np.ndarray]) -> np.ndarray:
    """Which records have a cell beside it that stays, and that it was made to follow or to come before."""
    tied = np.zeros(len(stays[field]), bool)
    looked, open_ = {field}, [field]
    while open_:
        own = _column(dataset, name, open_.pop())
        for beside in (_beside(options) for _, options in _ways(own)) if own is not None else ():
            if beside in stays and beside not in looked:
                tied |= stays[beside]
                looked.add(beside)
                open_.append(beside)
    return tied


def _beside(options: Mapping[str, Any]) -> str:
    """The field that a date is made to follow, to come before or to repeat."""
    return str(
        options.get("after") or options.get("before") or (options.get("field") if not options.get("via") else None) or ""
    )


def _moved(dataset: Dataset, name: str, field: str, column: pa.Array, days: int, today: int) -> pa.Array:
    own = _column(dataset, name, field)
    assert own is not None
    working = any(bool(options.get("working", provider != "range")) for provider, options in _ways(own))
    if own.type == "date":
        moved = later_days(vectors.numbers(column.cast(pa.int32())).astype(np.int64), days, today, working=working)
        return pa.array(moved.astype(np.int32)).cast(column.type)
    zone = ZoneInfo(dataset.plan.zone)
    instants = vectors.numbers(column.cast(pa.timestamp("ms", "UTC")).cast(pa.int64()))
    local = instants + offsets(instants // _MS, zone)
    before = local // _MS
    after = later_days(before, days, today, working=working)
    moved = local + (after - before) * _MS - offsets(after, zone)
    return pa.array(moved).cast(pa.timestamp("ms", "UTC")).cast(column.type)


def later_days(before: np.ndarray, days: int, today: int, *, working: bool) -> np.ndarray:
    """Return days (since 1970) so many days later; with `working` those of working days on working days."""
    after = before + days
    weekday = (after + _MONDAY) % 7
    slides = working & (weekday >= _WORKING_DAYS) & ((before + _MONDAY) % 7 < _WORKING_DAYS)
    slid = np.where(after <= today, after - (weekday - _WORKING_DAYS + 1), after + (7 - weekday))
    return np.where(slides, slid, after)
