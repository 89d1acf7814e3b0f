"""What a run waits for, kept where everyone who looks at the run sees it: an org that is away, or another run's end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.load.journal import Run

KEY = "waits"
For = Literal["org", "run"]


@dataclass(frozen=True, slots=True)
class Waits:
    """What a run waits for: an `org` that does not answer, or the end of another `run`.

    `why` are the words of the last try, or the id of that run; `until` is when the waiting ends by itself (None: never).
    """

    kind: For
    since: datetime
    until: datetime | None
    why: str

    def line(self) -> str:
        """Return it as a line for a person."""
        if self.kind == "run":
            return f"waiting for {self.why} to end, since {self.since:%H:%M} UTC"
        tried = "" if self.until is None else f"; tried again until {self.until:%H:%M}"
        return f"the org has not answered since {self.since:%H:%M} UTC ({self.why}){tried}"


def begin(run: Run, waits: Waits) -> None:
    """Say what the run waits for from now on."""
    until = None if waits.until is None else waits.until.isoformat()
    run.put(KEY, {"kind": waits.kind, "since": waits.since.isoformat(), "until": until, "why": waits.why})


def end(run: Run) -> None:
    """Say that the run waits no longer."""
    run.put(KEY, None)


def read(fact: Mapping[str, Any] | None) -> Waits | None:
    """Read what `begin` kept."""
    if not fact:
        return None
    until = None if fact["until"] is None else datetime.fromisoformat(fact["until"])
    return Waits(fact["kind"], datetime.fromisoformat(fact["since"]), until, fact["why"])
