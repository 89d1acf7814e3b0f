"""Rules of tasks and events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator import lookups, messages
from sfseed_emulator.draft import Stage
from sfseed_emulator.rules.dates import later, minutes_between
from sfseed_emulator.rules.sales import fill, status_table
from sfseed_emulator.state import stored_time

if TYPE_CHECKING:
    from sfseed_emulator.draft import Chunk, Draft

_LEAD_PREFIX = "00Q"
_ACCOUNT_PREFIX = "001"
_CONTACT_PREFIX = "003"
_DAY_MINUTES = 1440
_LONGEST_MINUTES = 14 * _DAY_MINUTES


def who_and_what(chunk: Chunk) -> None:
    """Refuse a lead together with another record; find the account of an activity."""
    contacts = {one for draft in chunk.sound() if (one := draft.text("WhoId")) and one[:3] == _CONTACT_PREFIX}
    accounts = lookups.some_columns(chunk.state, "Contact", contacts, ["AccountId"])
    for draft in chunk.sound():
        who, what = draft.text("WhoId") or "", draft.text("WhatId") or ""
        if who[:3] == _LEAD_PREFIX and what:
            draft.refuse(messages.integrity("Related To ID: cannot be given when Name ID is a lead", "WhatId"))
        elif "WhoId" in draft.given or "WhatId" in draft.given:
            own = what if what[:3] == _ACCOUNT_PREFIX else accounts.get(who, {}).get("AccountId")
            fill(draft, "AccountId", own)


def task(chunk: Chunk) -> None:
    """Mark tasks closed by their status."""
    statuses = status_table(chunk, "TaskStatus", ("IsClosed",))
    now = stored_time(chunk.state.now())
    for draft in chunk.sound():
        status = draft.text("Status")
        row = statuses.get((status or "").lower())
        closed = bool(row.get("IsClosed")) if row is not None else status == "Completed"
        was = bool(draft.old and draft.old.get("IsClosed"))
        fill(draft, "IsClosed", int(closed))
        fill(draft, "IsHighPriority", int(draft.text("Priority") == "High"))
        if closed != was:
            fill(draft, "CompletedDateTime", now if closed else None)


def event_times(chunk: Chunk) -> None:
    """Work out an event's start, end and duration from those that were given; a timed one needs start and length."""
    for draft in chunk.drafts:
        if draft.old is not None and not _times_given(draft):
            continue
        if draft.row.get("IsAllDayEvent"):
            _all_day(draft)
        else:
            _timed(draft)


_TIMES = ("IsAllDayEvent", "StartDateTime", "EndDateTime", "ActivityDateTime", "ActivityDate", "DurationInMinutes")


def _times_given(draft: Draft) -> bool:
    return any(name in draft.given for name in _TIMES)


def _all_day(draft: Draft) -> None:
    start = draft.text("StartDateTime")
    day = draft.text("ActivityDate") if draft.given.get("ActivityDate") else start[:10] if start else None
    if day is None:
        if not draft.refused:
            draft.refuse(messages.required_missing(["ActivityDate"]), Stage.REQUIRED)
        return
    begin = f"{day}T00:00:00.000+0000"
    end = draft.text("EndDateTime") if draft.given.get("EndDateTime") else None
    minutes = draft.number("DurationInMinutes") if draft.given.get("DurationInMinutes") is not None else None
    if minutes is None:
        minutes = minutes_between(begin, end) + _DAY_MINUTES if end else _DAY_MINUTES
    fill(draft, "ActivityDate", day)
    fill(draft, "StartDateTime", begin)
    fill(draft, "DurationInMinutes", int(minutes))
    fill(draft, "EndDateTime", later(begin, max(0, int(minutes) - _DAY_MINUTES)))


def _timed(draft: Draft) -> None:
    given = draft.given
    start = given.get("StartDateTime") or given.get("ActivityDateTime") or draft.row.get("StartDateTime")
    minutes = given.get("DurationInMinutes")
    end = given.get("EndDateTime")
    if minutes is None and end is None and draft.old is not None:
        minutes = draft.row.get("DurationInMinutes")
    if not isinstance(start, str) or (minutes is None and end is None):
        if not draft.refused:
            draft.refuse(messages.required_missing(["DurationInMinutes", "ActivityDateTime"]), Stage.REQUIRED)
        return
    length = minutes_between(start, end) if isinstance(end, str) else int(str(minutes))
    if isinstance(end, str) and minutes is not None and int(str(minutes)) != length:
        draft.refuse(messages.integrity("Event duration and end date do not agree", "DurationInMinutes"))
    fill(draft, "StartDateTime", start)
    fill(draft, "ActivityDateTime", start)
    fill(draft, "ActivityDate", start[:10])
    fill(draft, "DurationInMinutes", length)
    fill(draft, "EndDateTime", later(start, length))


def event(chunk: Chunk) -> None:
    """Check an event's length."""
    for draft in chunk.sound():
        minutes = draft.number("DurationInMinutes")
        end, start = draft.text("EndDateTime"), draft.text("StartDateTime")
        if minutes is not None and minutes < 0:
            draft.refuse(messages.integrity("Event duration can not be negative", "DurationInMinutes"))
        elif minutes is not None and minutes > _LONGEST_MINUTES:
            draft.refuse(messages.integrity("Event can not last longer than 14 days", "DurationInMinutes"))
        elif end is not None:
            fill(draft, "EndDate", end[:10])
            same = start is None or draft.row.get("ActivityDateTime") in (None, start) or draft.row.get("IsAllDayEvent")
            if not same:
                draft.refuse(messages.integrity("StartDateTime and ActivityDateTime do not agree", "StartDateTime"))
