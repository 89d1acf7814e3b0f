"""When a record came into being and was last touched, where the user may set that: a past that fits its other dates.

An account is years old, its contacts came after it, a deal was entered weeks before it closed, a task days before it is due.
Spans are chosen so that the order holds without looking at other records than those referred to.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from sfseed_core.generate import draws
from sfseed_core.generate.cells import Numbers
from sfseed_core.generate.provider import Make, Options, Provider, Scope
from sfseed_core.generate.providers.days import day_number, days_in, in_business_hours, on_working_days
from sfseed_core.generate.providers.holidays import holidays_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

CREATED, MODIFIED = "CreatedDate", "LastModifiedDate"
BY_FIELD: Mapping[str, str] = MappingProxyType({CREATED: "audit.created", MODIFIED: "audit.modified"})

_DAY = 86_400_000
# what a record is entered for, and so comes after that
_AHEAD = frozenset({"date.start", "date.end", "date.close", "date.due"})
_MOST_PARENTS = 4

# days before the as-of date, or before what the record was entered for
_OLD = (5 * 365, 2 * 365 + 1)  # what others hang on, and hangs on nothing
_SETTLED = 200  # what hangs on something, and has no date of its own, was there by then
_LATELY = (120, 1)
_BEFORE = (160, 35)
_SHORTLY_BEFORE = (14, 1)
_DAILY_WORK = frozenset({"Lead", "Case", "CaseComment", "CampaignMember", "Attachment", "ContentVersion"})
_ACTIVITIES = frozenset({"Task", "Event"})


def _propose(request: FieldRequest) -> Options | str:
    context = request.context
    ahead = [
        name
        for name, meaning in context.meanings.items()
        if meaning is not None and meaning.name in _AHEAD and context.object.fields[name].type in {"date", "datetime"}
    ]
    return {"ahead": ahead, "parents": list(_parents(request))[:_MOST_PARENTS], **_span(context.object.name, ahead)}


def _span(name: str, ahead: list[str]) -> Options:
    if name in _DAILY_WORK or (name in _ACTIVITIES and not ahead):
        return {"from": -_LATELY[0], "to": -_LATELY[1]}
    if not ahead:
        return {"from": -_OLD[0], "to": -_OLD[1]}
    most, least = _SHORTLY_BEFORE if name in _ACTIVITIES else _BEFORE
    return {"from": -most, "to": -least}


def _parents(request: FieldRequest) -> Iterator[list[str]]:
    """Yield the references, with the objects they lead to, of which it is said when their records came into being."""
    for reference in request.context.references.values():
        for target in () if reference.deferred else reference.targets:
            plan = request.context.earlier.get(target.object or "")
            if plan is not None and any(column.field == CREATED for column in plan.columns):
                yield [reference.field, plan.name]


def _created(scope: Scope) -> Make:
    """Prepare instants of working days, after those of the parents and before what the record was entered for."""
    options, key, hour, zone = scope.options, scope.key("day"), scope.key("hour"), ZoneInfo(scope.engine.plan.zone)
    yesterday, holidays = day_number(scope.engine.plan.as_of) - 1, holidays_of(scope)
    first, last = int(options.get("from", -_OLD[0])), int(options.get("to", -_OLD[1]))
    ahead = [name for name in options.get("ahead", ()) if not _follows(scope, name)]
    parents = [(str(via), str(of)) for via, of in options.get("parents", ())]

    def make(rows: Rows) -> Numbers:
        latest = _latest(rows, ahead, yesterday)
        since = _since(rows, parents)
        has_parent = since > 0
        low, high = latest + 1 + first, latest + 1 + last
        if not ahead and first == -_OLD[0]:
            low, high = np.where(has_parent, since + 1, low), np.where(has_parent, latest - _SETTLED, high)
        low = np.minimum(np.maximum(low, since + 1), latest)
        high = np.minimum(np.maximum(high, low), latest)
        day = on_working_days(low + draws.below(rows.draw(key), high - low + 1), holidays, since=low)
        return Numbers(in_business_hours(day, rows.draw(hour), zone))

    return make


def _latest(rows: Rows, ahead: list[str], yesterday: int) -> np.ndarray:
    """Return the last day on which each record can have been entered."""
    latest = np.full(len(rows), yesterday, dtype=np.int64)
    for name in ahead:
        if not rows.has(name):
            continue
        cells = days_in(rows, name)
        days = cells.values
        latest = np.minimum(latest, days if cells.valid is None else np.where(cells.valid, days, yesterday))
    return latest


def _since(rows: Rows, parents: list[tuple[str, str]]) -> np.ndarray:
    """Return the day on which the last of each record's parents came into being; 0 where it has none."""
    since = np.zeros(len(rows), dtype=np.int64)
    for via, of in parents:
        link = rows.parents(via, of)
        cells = None if link is None else link.cells(CREATED)
        if isinstance(cells, Numbers):
            days = cells.values // _DAY
            since = np.maximum(since, days if cells.valid is None else np.where(cells.valid, days, 0))
    return since


def _follows(scope: Scope, name: str) -> bool:
    """Say whether the field is itself made from when the record came into being: then it comes after that anyway."""
    columns = {one.field: one for one in scope.object.columns}
    seen, left = set(), [name]
    while left:
        one = left.pop()
        if one == scope.column.field:
            return True
        if one not in seen and one in columns:
            seen.add(one)
            left += [value for value in columns[one].options.values() if isinstance(value, str)]
    return False


def _propose_modified(request: FieldRequest) -> Options | str:
    if CREATED not in request.context.meanings:
        return "the org keeps it itself"
    return {"after": CREATED}


def _modified(scope: Scope) -> Make:
    """Prepare instants from when the record came into being to the day before the as-of date."""
    key, hour, zone = scope.key("day"), scope.key("hour"), ZoneInfo(scope.engine.plan.zone)
    yesterday, holidays = day_number(scope.engine.plan.as_of) - 1, holidays_of(scope)
    created = str(scope.options.get("after", CREATED))

    def make(rows: Rows) -> Numbers:
        cells = rows.cells(created)
        assert isinstance(cells, Numbers)
        since = np.minimum(cells.values // _DAY, yesterday)
        day = on_working_days(since + draws.below(rows.draw(key), yesterday - since + 1), holidays, since=since)
        return Numbers(np.maximum(in_business_hours(day, rows.draw(hour), zone), cells.values), cells.valid)

    return make


PROVIDERS = (
    Provider(
        "audit.created",
        "when the record came into being: after what it hangs on, before what it was entered for",
        frozenset({"datetime"}),
        _propose,
        _created,
        options={
            "from": "first day, counted from the as-of date or from what the record was entered for",
            "to": "last day",
            "ahead": "fields with days that the record was entered before",
            "parents": "references and objects whose records were there before",
        },
    ),
    Provider(
        "audit.modified",
        "when the record was last changed: since it came into being",
        frozenset({"datetime"}),
        _propose_modified,
        _modified,
        options={"after": "the field that says when it came into being"},
    ),
)
