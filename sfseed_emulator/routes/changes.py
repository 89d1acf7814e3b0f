"""What changed lately: updated and deleted records of a span of time, and the records that the user wrote last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sfseed_emulator import records
from sfseed_emulator.errors import ApiError
from sfseed_emulator.routes.rest import object_of
from sfseed_emulator.routes.route import DATA, Answer, Route
from sfseed_emulator.state import stored_time
from sfseed_emulator.tables import quoted

if TYPE_CHECKING:
    from sfseed_emulator.routes.route import Call
    from sfseed_emulator.schema import ObjectDef

_OLDEST = timedelta(days=30)
_BIN_DAYS = timedelta(days=15)
_MOST_RECENT = 200
_USUAL_RECENT = 200


def updated(call: Call) -> Answer:
    """List the ids of live records that were written in a span of time."""
    found, start, end = _span(call)
    rows = _changed(call, found, start, end, deleted=False)
    return Answer({"ids": [record_id for record_id, _ in rows], "latestDateCovered": end})


def deleted(call: Call) -> Answer:
    """List the records that were deleted in a span of time."""
    found, start, end = _span(call)
    rows = _changed(call, found, start, end, deleted=True)
    return Answer(
        {
            "deletedRecords": [{"id": record_id, "deletedDate": at} for record_id, at in rows],
            "earliestDateAvailable": max(call.state.created, stored_time(call.state.now() - _BIN_DAYS)),
            "latestDateCovered": end,
        }
    )


def _changed(call: Call, found: ObjectDef, start: str, end: str, *, deleted: bool) -> list[tuple[str, str]]:
    statement = (
        f"SELECT Id, SystemModstamp FROM {quoted(found.name)} "
        "WHERE SystemModstamp >= ? AND SystemModstamp < ? AND IsDeleted = ? ORDER BY SystemModstamp, Id"
    )
    with call.state.lock:
        return call.state.db.execute(statement, (start, end, int(deleted))).fetchall()


def _span(call: Call) -> tuple[ObjectDef, str, str]:
    found = object_of(call)
    if not found.describe.get("replicateable", True):
        raise ApiError("INVALID_TYPE_FOR_OPERATION", f"object type {found.name} is not replicable")
    start, end = _moment(call, "start"), _moment(call, "end")
    if end <= start:
        raise ApiError("INVALID_REPLICATION_DATE", "endDate must be at least one minute greater than startDate")
    if start < call.state.now() - _OLDEST:
        raise ApiError("INVALID_REPLICATION_DATE", "startDate cannot be more than 30 days ago")
    return found, stored_time(start), stored_time(end)


def _moment(call: Call, name: str) -> datetime:
    given = call.query.get(name, "")
    try:
        read = datetime.fromisoformat(given.replace(" ", "+"))
    except ValueError:
        raise ApiError("INVALID_REPLICATION_DATE", f"The {name} parameter must be a date and time: {given}") from None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)


def recent(call: Call) -> Answer:
    """List the records that the user made or changed last, the newest first."""
    given = call.query.get("limit", str(_USUAL_RECENT))
    if not given.isdecimal() or not 1 <= int(given) <= _MOST_RECENT:
        raise ApiError("INVALID_INPUT", f"The limit must be a number from 1 to {_MOST_RECENT}: {given}")
    last: list[tuple[str, str, str]] = []
    with call.state.lock:
        for found in _used(call):
            statement = (
                f"SELECT SystemModstamp, Id FROM {quoted(found.name)} "
                "WHERE LastModifiedById = ? AND IsDeleted = 0 ORDER BY SystemModstamp DESC, Id DESC LIMIT ?"
            )
            rows = call.state.db.execute(statement, (call.user_id, int(given)))
            last += [(moment, record_id, found.name) for moment, record_id in rows]
    newest = sorted(last, reverse=True)[: int(given)]
    return Answer([_shown(call, name, record_id) for _, record_id, name in newest])


def _used(call: Call) -> list[ObjectDef]:
    return [
        found
        for found in call.state.schema.objects.values()
        if found.describe.get("mruEnabled")
        and not found.setup
        and "Name" in found.fields
        and call.state.live_count(found.name)
    ]


def _shown(call: Call, name: str, record_id: str) -> dict[str, object]:
    found = call.state.schema.objects[name]
    return records.read(call.state, found, [record_id], ["Id", "Name"], call.version)[record_id]


ROUTES = (
    Route("GET", f"{DATA}/sobjects/{{object}}/updated", updated),
    Route("GET", f"{DATA}/sobjects/{{object}}/deleted", deleted),
    Route("GET", f"{DATA}/recent", recent),
)
