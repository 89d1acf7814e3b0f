"""What a name leads to, remembered; and a sandbox that was refreshed: the same name, but another org."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sfseed_core.events import SILENT, Note
from sfseed_core.load.journal import list_runs
from sfseed_core.org.connections import change, read
from sfseed_core.org.guard import decide

if TYPE_CHECKING:
    from pathlib import Path

    from sfseed_core.events import Observer
    from sfseed_core.org.connections import Connection, Connections
    from sfseed_core.org.facts import OrgFacts


def remember(name: str, facts: OrgFacts, *, home: Path, observer: Observer = SILENT) -> None:
    """Keep what a saved connection leads to by now, and tell when that is another org than before."""
    before = read(home).saved.get(name)
    if before is None:
        return
    now = as_of(before, facts)
    if now == before:
        return
    change(home, lambda all_: _moved(all_, name, facts))
    if before.org_id is not None and before.org_id != facts.org_id:
        observer.notify(Note("connect", _told(before, home), "warning"))


def as_of(one: Connection, facts: OrgFacts) -> Connection:
    """Return the connection with what its org says by now; the id of an org that it led to before is kept."""
    former = one.former_ids
    if one.org_id is not None and one.org_id != facts.org_id:
        former = (*(known for known in former if known != one.org_id), one.org_id)
    return replace(
        one,
        org_id=facts.org_id,
        org_name=facts.name,
        org_kind=decide(facts).kind,
        username=facts.username or one.username,
        former_ids=former,
    )


def former_orgs(home: Path) -> frozenset[str]:
    """Return the ids of the orgs that are gone by a refresh: what was loaded into them is there no more."""
    return frozenset(known for one in read(home).saved.values() for known in one.former_ids if known != one.org_id)


def _moved(all_: Connections, name: str, facts: OrgFacts) -> Connections:
    """A protected sandbox stays protected when it is refreshed."""
    one = all_.find(name)
    protected = dict(all_.protected)
    if one.org_id in protected and one.org_id != facts.org_id:
        protected[facts.org_id] = facts.name or name
    return replace(all_.with_(as_of(one, facts)), protected=protected)


def _told(before: Connection, home: Path) -> str:
    runs = [run for run in list_runs(home) if run.get("org_id") == before.org_id]
    dataset = next((found for run in runs if (found := run.get("dataset"))), None)
    for run in runs:
        run.close()
    text = f"{before.name} was refreshed: it is a new org now, and what was loaded into the old one is gone"
    if dataset is None:
        return f"{text}."
    return f"{text} ({len(runs):,} runs). Load the last records again: sfseed load {dataset} --org {before.name}"
