"""How a run is told: its counts as JSON and as a table, and the exit code they mean."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.cli.console import table
from sfseed_core.load.status import RunState
from sfseed_core.load.steps import is_activation

if TYPE_CHECKING:
    from sfseed_core.cli.console import Console
    from sfseed_core.load.held_because import Held
    from sfseed_core.load.journal import Run
    from sfseed_core.load.status import Counts, RunStatus

_NOTHING: Mapping[str, Any] = MappingProxyType({})
OK, FINDINGS, INTERRUPTED, FAILED_RECORDS = 0, 1, 4, 5


def as_json(status: RunStatus) -> dict[str, Any]:
    """Return the run as the last line of `--json`: counts are cumulative over the run, update passes not counted."""
    return {
        "run": status.run,
        "state": str(status.state),
        "dataset": status.dataset,
        "org": status.org_name,
        "org_id": status.org_id,
        "seconds": round(status.seconds, 3),
        "objects": {name: dataclasses.asdict(counts) for name, counts in status.objects.items()},
        "updates": {name: dataclasses.asdict(counts) for name, counts in status.updates.items()},
        "undone": {name: dataclasses.asdict(counts) for name, counts in status.undone.items()},
        "notes": list(status.notes),
        "waits": None if status.waits is None else status.waits.line(),
        "error": status.error,
    }


def as_text(status: RunStatus) -> list[str]:
    """Return the run as lines for a person."""
    head = f"Run {status.run}: {status.state}"
    if status.org_name:
        head += f", org {status.org_name}"
    rows = [
        (name, one.planned, one.succeeded, one.failed, one.held, one.waiting, one.in_flight, one.unprocessed, one.in_doubt)
        for name, one in status.objects.items()
    ]
    header = ("object", "planned", "succeeded", "failed", "held", "waiting", "in flight", "unprocessed", "in doubt")
    total = ("all", *(sum(int(row[i]) for row in rows) for i in range(1, len(header))))
    lines = [head]
    if rows:
        lines += table(header, [*rows, total])
    lines += [
        f"{one}: {counts.succeeded:,} of {counts.planned:,} {'activated' if is_activation(one) else 'references filled in'}"
        for one, counts in status.updates.items()
        if counts.planned
    ]
    lines += [
        f"{one}: {counts.succeeded:,} of {counts.planned:,} records taken back" for one, counts in status.undone.items()
    ]
    lines += [f"note: {note}" for note in status.notes]
    lines += [] if status.waits is None else [status.waits.line()]
    if status.error:
        lines.append(f"error: {status.error}")
    return lines


def held(run: Run, status: RunStatus) -> list[Held]:
    """Return why records of a run that rests were held back; nothing where its dataset is not on this machine."""
    from sfseed_core import system
    from sfseed_core.dataset.store import open_dataset
    from sfseed_core.errors import NotFound
    from sfseed_core.load.held_because import held_back

    if status.dataset is None or not (status.state.ended or status.state is RunState.STOPPED):
        return []
    try:
        return held_back(run, open_dataset(system.home(), status.dataset))
    except NotFound:
        return []


def held_text(found: Sequence[Held]) -> list[str]:
    """Return what keeps records back as lines for a person."""
    lines = [f"  {one.object}  x {one.count:,}  {one.sentence()}" for one in found]
    return ["Held back, and what keeps them back (a retry sends them once that is in):", *lines]


def lost(counts: Counts) -> int:
    """Return how many records did not arrive for certain."""
    return counts.failed + counts.unprocessed + counts.in_doubt + counts.held


def exit_code(status: RunStatus, most_failed: tuple[int, bool] | None) -> int:
    """Say what the run means to a script: 0, 4 when it can be resumed, 5 when more records failed than allowed."""
    if not status.state.ended:
        return INTERRUPTED
    everything = [*status.objects.values(), *status.updates.values()]
    missing = sum(lost(counts) for counts in everything)
    planned = sum(counts.planned for counts in everything)
    if status.state is RunState.CANCELLED and any(counts.waiting for counts in everything):
        return INTERRUPTED
    if missing == 0:
        return OK
    if most_failed is not None:
        number, percent = most_failed
        if missing * 100 <= number * planned if percent else missing <= number:
            return OK
    return FAILED_RECORDS if status.state is not RunState.CANCELLED else INTERRUPTED


def undo_code(status: RunStatus) -> int:
    """Say what an undo means to a script, however the load before it went: 5 when records were left that it was to take back."""
    if not status.state.ended:
        return INTERRUPTED
    return FAILED_RECORDS if any(lost(counts) for counts in status.undone.values()) else OK


def tell(
    console: Console,
    status: RunStatus,
    most_failed: tuple[int, bool] | None = None,
    more: Mapping[str, Any] = _NOTHING,
    *,
    undo: bool = False,
) -> int:
    """Print the run's result, with `more` in its JSON, and return its exit code; of an `undo`, what it did counts."""
    console.result({**as_json(status), **more}, as_text(status))
    code = undo_code(status) if undo else exit_code(status, most_failed)
    if code == INTERRUPTED:
        console.say(f"Go on with: sfseed runs resume {status.run}")
    elif code == FAILED_RECORDS:
        console.say(f"See what failed and why with: sfseed runs show {status.run}")
    return code
