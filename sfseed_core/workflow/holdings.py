"""The wrong sandbox: what the org holds already, so that people notice before they write into somebody else's work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sfseed_core.errors import OrgAnswered, OrgError
from sfseed_core.load import before
from sfseed_core.load.journal import list_runs
from sfseed_core.load.status import RunState
from sfseed_core.org.soql import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sfseed_core.org.client import Org

MUCH = 1000
RECENT = timedelta(days=7)
_LOOKED_AT = 5  # the objects that hold most: each is one call


@dataclass(frozen=True, slots=True)
class Last:
    """The last record that somebody else made."""

    object: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an org holds of some objects; `ours` of these records came from here, as far as is known."""

    counts: Mapping[str, int]
    ours: int = 0
    last: Last | None = None

    @property
    def others(self) -> int:
        """How many records are there that did not come from here."""
        return max(0, sum(self.counts.values()) - self.ours)

    def lines(self) -> list[str]:
        """Return it as lines for a person."""
        held = ", ".join(f"{count:,} {name}" for name, count in self.counts.items() if count) or "none of these objects"
        lines = [f"The org holds already: {held}" + (f" ({self.ours:,} loaded from here)" if self.ours else "")]
        if self.last is not None:
            lines.append(
                f"Last record by somebody else: {self.last.object}, {self.last.by}, {self.last.at:%Y-%m-%d %H:%M} UTC"
            )
        return lines


def before_load(
    name: str, org: Org, objects: Iterable[str], *, home: Path, now: datetime
) -> tuple[Holdings | None, str | None]:
    """Return what the org of that name holds, and why it may be the wrong one; neither of the practice org."""
    from sfseed_core.workflow.connect import DEMO

    if name == DEMO:
        return None, None
    held = look(org, objects, ours=_ours(org.org_id, home))
    return held, doubt(held, now)


def _ours(org_id: str, home: Path) -> int:
    """Return how many records of this org earlier runs from here have made; those that they only changed are somebody's already."""
    total = 0
    for run in list_runs(home):
        if run.get("org_id") == org_id and run.state is not RunState.UNDONE:
            total += sum(counts.succeeded for counts in run.status().objects.values()) - before.changed(run)
        run.close()
    return total


def doubt(held: Holdings, now: datetime) -> str | None:
    """Say why this may be the wrong sandbox; None when nothing speaks for it."""
    if held.last is not None and now - held.last.at < RECENT:
        return f"Somebody works in this org: {held.last.by} made a record on {held.last.at:%Y-%m-%d %H:%M} UTC"
    if held.others > MUCH:
        return f"This org holds {held.others:,} records of these objects already"
    return None


def look(org: Org, objects: Iterable[str], *, ours: int = 0) -> Holdings:
    """Ask the org what it holds; what it does not tell is left out."""
    names = tuple(objects)
    try:
        counts = org.record_counts(names)
    except OrgAnswered:
        counts = {}
    most = sorted(names, key=lambda name: -counts.get(name, 0))[:_LOOKED_AT]
    found = [last for name in most if (last := _last(org, name)) is not None]
    return Holdings(counts, ours, max(found, key=lambda one: one.at, default=None))


def _last(org: Org, name: str) -> Last | None:
    me = text(org.facts.user_id or "")
    soql = f"SELECT CreatedDate, CreatedBy.Name FROM {name} WHERE CreatedById != {me} ORDER BY CreatedDate DESC LIMIT 1"  # noqa: S608 - name from the org's own describe, id quoted
    try:
        row = next(org.query(soql), None)
    except OrgError:
        return None
    if row is None:
        return None
    try:
        at = datetime.fromisoformat(str(row["CreatedDate"]))
        return Last(name, str((row.get("CreatedBy") or {}).get("Name") or "somebody"), at)
    except (KeyError, ValueError):
        return None
