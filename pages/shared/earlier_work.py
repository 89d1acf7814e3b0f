"""What was made and loaded earlier on this machine, for lists on pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pages.shared import words
from sfseed_core.load.status import RunState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from sfseed_core.load.status import RunStatus
    from sfseed_core.schema.model import ObjectSummary


@dataclass(frozen=True, slots=True)
class Earlier:
    """One dataset; `org` is the name (as in `--org`) that it was loaded into last, `loaded` that org's own name."""

    id: str
    created: datetime
    records: int
    objects: int
    edits: int
    org: str | None
    loaded: str | None

    def sentence(self, zone: str | None) -> str:
        """Return when it was made, how much it was edited, and where it is."""
        edits = f" · {words.many(self.edits, 'edit')}" if self.edits else ""
        fate = f"loaded into {self.loaded}" if self.loaded else "not loaded yet"
        return f"made {words.moment(self.created, zone)}{edits} · {fate}"


def datasets(home: Path, most: int) -> list[Earlier]:
    """Return the newest datasets."""
    from sfseed_core.dataset.store import list_datasets

    found = list_datasets(home)[:most]
    into = _loaded(home, {one.id for one in found}) if found else {}
    return [
        Earlier(
            one.id, one.created, sum(one.objects.values()), len(one.objects), one.edits, *into.get(one.id, (None, None))
        )
        for one in found
    ]


def _loaded(home: Path, wanted: set[str]) -> dict[str, tuple[str | None, str | None]]:
    """Where each dataset was loaded last: the name it was asked for, the org's name if it is there."""
    from sfseed_core.load.journal import list_runs

    into: dict[str, tuple[str | None, str | None]] = {}
    for run in list_runs(home):
        made = run.get("dataset")
        if made in wanted and made not in into:
            there = run.state is RunState.DONE
            into[made] = (run.get("request", {}).get("org"), run.get("org_name") if there else None)
        run.close()
    return into


def runs(home: Path) -> list[tuple[RunStatus, str]]:
    """Return the runs, newest first, each with the name of the org as it was asked for."""
    from sfseed_core.load.journal import list_runs

    found = []
    for run in list_runs(home):
        found.append((run.status(), str(run.get("request", {}).get("org", ""))))
        run.close()
    return found


def custom_objects(listing: Mapping[str, ObjectSummary]) -> int:
    """Count the custom objects that can be filled."""
    from sfseed_core.schema.seedable import seedable

    return sum(1 for one in listing.values() if one.custom and seedable(one) is None)
