"""One record a call, for objects that Bulk refuses: the one place that loops over records, since each is a call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sfseed_core.dataset import vectors
from sfseed_core.errors import OrgAnswered, OrgUnreachable
from sfseed_core.load import before, ids, jobs, results
from sfseed_core.load.jobs import Phase, files_of
from sfseed_core.load.outcome import Fate
from sfseed_core.load.settle import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.load.carry import Tally
    from sfseed_core.load.jobs import Job, JobFiles
    from sfseed_core.load.journal import Run
    from sfseed_core.load.patience import Patience
    from sfseed_core.org.guard import GuardedOrg
    from sfseed_core.schema.model import Field

_NUMBERS = frozenset({"double", "currency", "percent"})
_INTEGERS = frozenset({"int", "long"})
NOTHING = "#N/A"  # what a Bulk update empties a field by (SALESFORCE.md 1.7)


def send(run: Run, org: GuardedOrg, tally: Tally, job: Job, fields: Mapping[str, Field], patience: Patience) -> Job:
    """Send the rows of a job one by one, each between an intent and an outcome; an org that is away is waited for."""
    files = files_of(run, job)
    with run.line("intent", "singles", job=job.number) as db:
        job = jobs.change(db, job, single=True, phase=Phase.CLOSING, opened=org.org.server_now().isoformat())
        tally.of(job)[files.read_keys()] = Fate.IN_FLIGHT
        tally.write_counts(db)
    rows = results.read_texts(files.sent, results.header(files.sent)).to_pylist()
    there = _there(job, files)
    for position, row in enumerate(rows):
        patience.check()
        if not _send_one(run, org, job, position, row | there.get(position, {}), fields):
            patience.read(org.org.server_now)
    return finish(run, org, job)


def _there(job: Job, files: JobFiles) -> dict[int, dict[str, str]]:
    """By position, the ids of the records of an upsert that the org has already."""
    known = before.read(files) if job.operation == "upsert" else None
    if known is None:
        return {}
    found = dict(zip(known.records.tolist(), ids.to_texts(known.ids).to_pylist(), strict=True))
    return {at: {"Id": found[key]} for at, key in enumerate(files.read_keys().tolist()) if key in found}


def finish(run: Run, org: GuardedOrg, job: Job) -> Job:
    """Write down that nothing of the job is on its way any more."""
    with run.line("outcome", "singles", job=job.number) as db:
        return jobs.change(db, job, phase=Phase.FETCHED, ended=org.org.server_now().isoformat())


def _send_one(
    run: Run, org: GuardedOrg, job: Job, position: int, row: Mapping[str, str], fields: Mapping[str, Field]
) -> bool:
    """Send a record; return False when there was no answer: nobody knows then, and a census settles it."""
    verb = f"{job.operation}_one"
    with run.line("intent", verb, job=job.number) as db:
        db.execute("INSERT INTO calls VALUES (?, ?, 'intended', NULL, NULL)", (job.number, position))
    try:
        found, error = _VERBS[job.operation](org, job.object, typed(row, fields)), None
    except OrgUnreachable:
        return False
    except OrgAnswered as refusal:
        found, error = None, f"{refusal.code}:{refusal.detail}:--"
    with run.line("outcome", verb, job=job.number) as db:
        values = ("failed" if error else "done", found, error, job.number, position)
        db.execute("UPDATE calls SET phase = ?, id = ?, error = ? WHERE job = ? AND position = ?", values)
    return True


def _insert(org: GuardedOrg, object_name: str, record: dict[str, Any]) -> str:
    return org.insert_one(object_name, record)


def _upsert(org: GuardedOrg, object_name: str, record: dict[str, Any]) -> str:
    return _update(org, object_name, record) if "Id" in record else org.insert_one(object_name, record)


def _update(org: GuardedOrg, object_name: str, record: dict[str, Any]) -> str:
    found = str(record.pop("Id"))
    org.update_one(object_name, found, record)
    return found


def _delete(org: GuardedOrg, object_name: str, record: dict[str, Any]) -> str:
    org.delete_one(object_name, record["Id"])
    return str(record["Id"])


_VERBS: dict[str, Callable[[GuardedOrg, str, dict[str, Any]], str]] = {
    "insert": _insert,
    "upsert": _upsert,
    "update": _update,
    "clear": _update,
    "restore": _update,
    "delete": _delete,
}


def typed(row: Mapping[str, str], fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return the cells of a CSV row as JSON values; empty ones are left out, and what stands for none is null."""
    return {name: _value(text, fields[name].type if name in fields else "string") for name, text in row.items() if text}


def _value(text: str, kind: str) -> Any:
    if text == NOTHING:
        return None
    if kind == "boolean":
        return text == "true"
    if kind in _INTEGERS:
        return int(text)
    return float(text) if kind in _NUMBERS else text


@dataclass(frozen=True, slots=True)
class Calls:
    """How the calls of a job went: `reading` for those with an answer, and which rows were never sent."""

    reading: Reading
    unsent: np.ndarray


def read_calls(run: Run, job: Job) -> Calls:
    """Read how the calls of a job went; rows whose call had no answer are open."""
    rows = run.read("SELECT position, phase, id, error FROM calls WHERE job = ? ORDER BY position", (job.number,))
    fates = np.full(job.rows, Fate.WAITING, np.uint8)
    found = np.zeros(job.rows, ids.ID)
    errors: list[str | None] = [None] * job.rows
    for position, phase, record_id, error in rows:
        fates[position] = {"done": Fate.SUCCEEDED, "failed": Fate.FAILED}.get(phase, Fate.IN_FLIGHT)
        found[position] = (record_id or "").encode()
        errors[position] = error
    reading = Reading(
        fates=fates,
        ids=found,
        errors=vectors.texts(errors),
        open=np.flatnonzero(fates == Fate.IN_FLIGHT),
        strays=np.zeros(0, ids.ID),
        stray_failures=pa.nulls(0, pa.string()),
        stray_unprocessed=0,
    )
    return Calls(reading, np.flatnonzero(fates == Fate.WAITING))
