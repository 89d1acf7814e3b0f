"""What the core tells whoever watches: one family of frozen events and a one-method observer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Phase = Literal["connect", "discover", "plan", "generate", "check", "load", "undo", "import", "export"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a phase has come.

    `current` and `total` count what `message` names (objects, records); `total` 0 means not known yet.
    `subject` is the API name of the object that is being worked on, if it is one.
    """

    phase: Phase
    current: int
    total: int
    message: str
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something the user should read; not an error."""

    phase: Phase
    message: str
    level: Literal["info", "warning"] = "info"


@dataclass(frozen=True, slots=True)
class Overall:
    """How a load or undo goes in all: records `done` (`failed` of them), how many a second and seconds left (None: unknown).

    Both are those of the last half minute.
    """

    phase: Phase
    done: int
    failed: int
    total: int
    rate: float
    left: float | None


@dataclass(frozen=True, slots=True)
class Crossed:
    """A journal line became durable: `kind` is `intent` or `outcome`, `verb` the call it stands for.

    Tests kill the process here; the number counts the lines of this process.
    """

    kind: Literal["intent", "outcome"]
    verb: str
    number: int


Event = Progress | Note | Overall | Crossed


class Observer(Protocol):
    """Receives events, in order, in the thread that does the work; must return quickly."""

    def notify(self, event: Event, /) -> None:
        """Take one event."""


class Silent:
    """The observer that ignores everything."""

    def notify(self, event: Event, /) -> None:
        """Ignore the event."""


SILENT: Observer = Silent()
