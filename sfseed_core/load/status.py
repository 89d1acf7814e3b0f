"""The state of a run as everyone sees it: counts that always add up."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sfseed_core.load.waits import Waits


class RunState(StrEnum):
    """Where a run stands; the first five are phases that a crash can leave it in."""

    DISCOVER = "discover"
    PLAN = "plan"
    GENERATE = "generate"
    CHECK = "check"
    LOAD = "load"
    DONE = "done"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    UNDO = "undo"
    UNDONE = "undone"

    @property
    def ended(self) -> bool:
        """Whether nothing is left to be done."""
        return self in {RunState.DONE, RunState.CANCELLED, RunState.UNDONE}


@dataclass(frozen=True, slots=True)
class Counts:
    """Records of one object by where they stand (inserts only; update passes are not counted).

    planned = waiting + held + sent; sent = in_flight + succeeded + failed + unprocessed + in_doubt.
    """

    planned: int = 0
    waiting: int = 0
    held: int = 0
    sent: int = 0
    in_flight: int = 0
    succeeded: int = 0
    failed: int = 0
    unprocessed: int = 0
    in_doubt: int = 0

    def adds_up(self) -> bool:
        """Say whether both reconciliation lines hold."""
        return (
            self.planned == self.waiting + self.held + self.sent
            and self.sent == self.in_flight + self.succeeded + self.failed + self.unprocessed + self.in_doubt
        )


@dataclass(frozen=True, slots=True)
class RunStatus:
    """One run, read from its folder; `objects` is in load order.

    `updates` counts the cells that an update pass fills, by `Object.Field`; `undone` the records that an undo deletes.
    `waits` is what its process waits for, while there is one.
    """

    run: str
    state: RunState
    org_id: str | None
    org_name: str | None
    dataset: str | None
    revision: int | None
    started: datetime
    ended: datetime | None
    seconds: float
    objects: Mapping[str, Counts] = field(default_factory=lambda: MappingProxyType({}))
    updates: Mapping[str, Counts] = field(default_factory=lambda: MappingProxyType({}))
    undone: Mapping[str, Counts] = field(default_factory=lambda: MappingProxyType({}))
    notes: tuple[str, ...] = ()
    error: str | None = None
    waits: Waits | None = None
