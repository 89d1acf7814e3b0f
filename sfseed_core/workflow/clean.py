"""Clean: find and remove what is old in sfseed's folder."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sfseed_core.errors import UserError
from sfseed_core.load.journal import list_runs
from sfseed_core.load.status import RunState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sfseed_core.clock import Clock


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something that can be removed; `size` in bytes."""

    kind: str
    name: str
    path: Path
    size: int


def days(text: str) -> timedelta:
    """Read `30d` or `30`; raises UserError."""
    found = re.fullmatch(r"(\d{1,5})\s*d?", text.strip())
    if found is None:
        raise UserError(f"--older-than {text!r} is not a number of days", hint="For example: 30d")
    return timedelta(days=int(found[1]))


def find(home: Path, *, older_than: timedelta, everything: bool, clock: Clock) -> tuple[Leftover, ...]:
    """Find what was last written longer ago than that: datasets, undone runs, caches, leftovers of crashes.

    Runs that still can be undone or resumed, the datasets that they load, and the practice org go only with `everything`.
    """
    limit = clock.now() - older_than
    runs = list_runs(home)
    needed = {run.get("dataset") for run in runs if run.state is not RunState.UNDONE}
    found = [
        *_old("run", (run.folder for run in runs if everything or run.state is RunState.UNDONE), limit),
        *_old("dataset", (one for one in _folders(home / "datasets") if everything or one.name not in needed), limit),
        *_old("making", _folders(home / "makings"), limit),
        *_old("cache", _folders(home / "orgs"), limit),
        *_old("recipes", (one for one in [home / "recipes"] if everything and one.is_dir()), limit),
        *_old("demo", (one for one in [home / "demo"] if everything and one.is_dir()), limit),
    ]
    for run in runs:
        run.close()
    return tuple(found)


def kept(home: Path) -> dict[str, int]:
    """Return how many bytes each of the home's folders holds, by the folder's name."""
    return {one.name: sum(file.stat().st_size for file in one.rglob("*") if file.is_file()) for one in _folders(home)}


def sweep(home: Path) -> list[str]:
    """Remove what crashes left half-made, whatever its age, and return the names."""
    from sfseed_core.dataset.store import clean

    return clean(home)


def remove(leftovers: Iterable[Leftover]) -> None:
    """Remove what was found."""
    for one in leftovers:
        if one.kind == "demo":
            from sfseed_emulator.demo import stop_demo

            stop_demo(one.path.parent)
        shutil.rmtree(one.path, ignore_errors=True)


def remove_dataset(home: Path, name: str) -> None:
    """Remove a dataset; raises UserError when a run that is not over yet still has to send some of it."""
    from sfseed_core.dataset.store import delete

    runs = list_runs(home)
    needing = [run.id for run in runs if run.get("dataset") == name and not run.state.ended]
    for run in runs:
        run.close()
    if needing:
        raise UserError(
            f"{name} is still needed by {', '.join(needing)}",
            hint=f"Go on with it (sfseed runs resume {needing[0]}) or end it (sfseed runs cancel {needing[0]}).",
        )
    delete(home, name)


def _folders(parent: Path) -> Iterator[Path]:
    return (one for one in sorted(parent.iterdir()) if one.is_dir()) if parent.is_dir() else iter(())


def _old(kind: str, folders: Iterable[Path], limit: datetime) -> Iterator[Leftover]:
    for folder in folders:
        files = [one.stat() for one in folder.rglob("*") if one.is_file()]
        last = max((one.st_mtime for one in files), default=folder.stat().st_mtime)
        if datetime.fromtimestamp(last, UTC) <= limit:
            yield Leftover(kind, folder.name, folder, sum(one.st_size for one in files))
