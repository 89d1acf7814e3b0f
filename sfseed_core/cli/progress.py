"""Progress as the terminal, a pipe or a program wants it."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

from sfseed_core.durations import duration
from sfseed_core.events import Event, Note, Observer, Overall, Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from sfseed_core.cli.console import Console

PLAIN_SECONDS = 10.0
PER_OBJECT = frozenset({"generate", "load", "undo", "export"})  # phases that count an object's records


def observer(console: Console) -> Observer:
    """Choose: JSON lines if asked, bars on a terminal, else one plain line per object at most each 10 s."""
    if console.progress == "json":
        return JsonLines()
    if console.verbosity < 0 or console.progress == "none":
        return Notes()
    return TerminalBars() if sys.stderr.isatty() else PlainLines()


class Notes:
    """Shows warnings only."""

    def notify(self, event: Event, /) -> None:
        """Show a warning."""
        if isinstance(event, Note) and event.level == "warning":
            print(f"warning: {event.message}", file=sys.stderr, flush=True)


class JsonLines:
    """One JSON object per event on stderr: phase, current, total, message."""

    def notify(self, event: Event, /) -> None:
        """Print the event."""
        line: dict[str, object]
        if isinstance(event, Progress):
            line = {
                "phase": event.phase,
                "current": event.current,
                "total": event.total,
                "message": event.message,
                "object": event.subject,
            }
        elif isinstance(event, Overall):
            line = {
                "phase": event.phase,
                "current": event.done,
                "total": event.total,
                "message": "all",
                "failed": event.failed,
                "per_second": round(event.rate, 1),
                "seconds_left": None if event.left is None else round(event.left),
            }
        elif isinstance(event, Note):
            line = {"phase": event.phase, "current": 0, "total": 0, "message": event.message, "level": event.level}
        else:
            return
        print(json.dumps(line, ensure_ascii=False), file=sys.stderr, flush=True)


def _row(event: Progress) -> str | None:
    """What the event counts, where a phase counts object by object: `Contact`, or a reference `Contact.ReportsToId`."""
    if event.phase not in PER_OBJECT:
        return None
    return event.message if "." in event.message else event.subject


def pace_text(event: Overall) -> str:
    """Return how the whole goes as a person would say it."""
    left = "" if event.left is None else f", about {duration(event.left)} left"
    failed = f", {event.failed:,} not arrived" if event.failed else ""
    return f"all {event.done:,} of {event.total:,} records{failed}, {event.rate:,.0f} a second{left}"


class PlainLines:
    """One line per object and phase, at most each 10 seconds, and one when it is complete."""

    def __init__(self) -> None:
        self._shown: dict[tuple[str, str | None], float] = {}
        self._paced: float | None = None

    def notify(self, event: Event, /) -> None:
        """Print the event when it is due."""
        if isinstance(event, Note):
            self._say(event.level if event.level == "warning" else event.phase, event.message)
        elif isinstance(event, Overall):
            self._say_pace(event)
        elif isinstance(event, Progress) and self._due(event):
            count = f"{event.current:,} of {event.total:,}" if event.total else f"{event.current:,}"
            row = _row(event)
            self._say(event.phase, f"{row} {count} records" if row else f"{count} {event.message}")

    def _say_pace(self, event: Overall) -> None:
        """Print how the whole goes, each ten seconds."""
        now = time.monotonic()
        if self._paced is None:
            self._paced = now
        if event.left is None or now - self._paced < PLAIN_SECONDS:
            return
        self._paced = now
        self._say(event.phase, pace_text(event))

    def _say(self, what: str, text: str) -> None:
        print(f"{what}: {text}", file=sys.stderr, flush=True)

    def _due(self, event: Progress) -> bool:
        key, now = (event.phase, _row(event)), time.monotonic()
        complete = event.total > 0 and event.current >= event.total
        last = self._shown.setdefault(key, now)
        if event.current == 0 or last == float("inf") or (not complete and now - last < PLAIN_SECONDS):
            return False
        self._shown[key] = float("inf") if complete else now
        return True


class TerminalBars:
    """A bar per phase and object."""

    def __init__(self) -> None:
        self._bars: Bars | None = None
        self._tasks: dict[tuple[str, str | None], TaskID] = {}

    def notify(self, event: Event, /) -> None:
        """Move the event's bar; the last one to fill takes the bars off the screen's live part."""
        if isinstance(event, Note):
            print(f"{event.phase}: {event.message}", file=sys.stderr, flush=True)
        elif isinstance(event, Progress):
            self._move(event)
        elif isinstance(event, Overall) and self._bars is not None:
            self._whole(self._bars, event)

    def _move(self, event: Progress) -> None:
        bars = self._started()
        key = (event.phase, _row(event))
        label = f"{event.phase} {key[1] or event.message}"
        if key not in self._tasks:
            self._tasks[key] = bars.add_task(label, total=event.total or None)
        bars.update(self._tasks[key], completed=event.current, total=event.total or None)
        if all(task.finished for task in bars.tasks):
            bars.stop()
            self._bars, self._tasks = None, {}

    def _whole(self, bars: Bars, event: Overall) -> None:
        """Say beside the bars how the whole goes."""
        key = (event.phase, "")
        if key not in self._tasks:
            self._tasks[key] = bars.add_task(event.phase, total=event.total)
        bars.update(
            self._tasks[key], completed=event.done, total=event.total, description=f"{event.phase} {pace_text(event)}"
        )

    def _started(self) -> Bars:
        if self._bars is None:
            from rich.console import Console as Terminal
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bars

            columns = (
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
            )
            self._bars = Bars(*columns, console=Terminal(stderr=True), transient=False)
            self._bars.start()
        return self._bars
