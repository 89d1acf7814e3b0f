"""How far a record has come, by its status: yet to begin, under way, or over. Its days must not say otherwise.

The org's own table of statuses tells, where there is one: by whether a status is closed, or by its code (field service). Of
other statuses the place in the picklist has to do, since names may be in any language: the first is of what is yet to begin,
the second of what is under way (where there are more than two), those behind it of what is over; and only the last says that
it was done. So what claims to be done is left empty where that is not certain, and no name of a status is ever read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sfseed_core.recipe.chooser import PlanContext

# StatusCode of the tables of work orders, their lines and service appointments: the platform's own words
_AHEAD = frozenset({"None", "New", "Scheduled", "Dispatched"})
_RUNNING = frozenset({"InProgress", "OnHold"})
_DONE = frozenset({"Completed", "Closed"})
_BY_PLACE = frozenset({"Campaign"})  # standard objects without a table whose picklist goes by progress
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Phases:
    """Which values of the status field mean what; `codes` are the values by status code, where the org has such a table."""

    field: str
    ahead: tuple[str, ...]
    running: tuple[str, ...]
    over: tuple[str, ...]
    done: tuple[str, ...]
    codes: tuple[tuple[str, str], ...] = ()

    def of_code(self, *codes: str) -> list[str]:
        """Return the values whose status code is one of these."""
        return [value for value, code in self.codes if code in codes]

    def options(self) -> dict[str, Any]:
        """Return what `date.phase` is told of the status."""
        return {"status": self.field, "ahead": list(self.ahead), "running": list(self.running)}


def phases_of(context: PlanContext) -> Phases | None:
    """Return how the object's one status tells how far its records have come; None where nothing does."""
    found = [(name, one) for name, one in context.meanings.items() if one is not None and one.name == "status"]
    if len(found) != 1:
        return None
    (field, meaning) = found[0]
    values = context.object.fields[field].active_values
    if meaning.group:
        return _by_table(context, field, meaning.group)
    by_place = context.object.custom or context.object.name in _BY_PLACE
    return _by_place(field, tuple(values)) if by_place and len(values) >= _FEWEST else None


def _by_table(context: PlanContext, field: str, table: str) -> Phases | None:
    stages = context.snapshot.statuses.get(table, ())
    codes = tuple((one.api_name, one.category or "") for one in stages)
    if any(one.closed for one in stages):
        closed = tuple(one.api_name for one in stages if one.closed)
        return Phases(field, tuple(one.api_name for one in stages if not one.closed), (), closed, closed)
    if not any(code in _DONE for _, code in codes):
        return None
    ahead, running = ([value for value, code in codes if code in known] for known in (_AHEAD, _RUNNING))
    over = [value for value, _ in codes if value not in ahead and value not in running]
    done = [value for value, code in codes if code in _DONE]
    return Phases(field, tuple(ahead), tuple(running), tuple(over), tuple(done), codes)


def _by_place(field: str, values: tuple[str, ...]) -> Phases:
    running = values[1:2] if len(values) > _FEWEST else ()
    return Phases(field, values[:1], running, values[1 + len(running) :], values[-1:])
