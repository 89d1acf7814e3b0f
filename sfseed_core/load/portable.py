"""A run in one file, to be taken back on another machine: its journal and ids, and nothing of what its records hold.

Everything in the file is read as data: JSON, and arrays of numbers and ids.
"""

from __future__ import annotations

import dataclasses
import io
import json
import re
import shutil
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sfseed_core import ids as own_ids
from sfseed_core import system
from sfseed_core.errors import DataError, UserError
from sfseed_core.load import before, ids, jobs
from sfseed_core.load.jobs import Phase, files_of
from sfseed_core.load.journal import Run
from sfseed_core.load.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VERSION = 1
_FACTS = ("started", "since", "spent", "ended", "state", "org_id", "org_name", "dataset", "revision", "plan_fingerprint", "stages",
          "old_values", "changed", "test", "activates", "drafts")  # fmt: skip
_JOB = tuple(one.name for one in dataclasses.fields(jobs.Job) if one.name != "error")  # its text may quote a record
_COUNTS = ("pass", "name", "position", "planned", "waiting", "held", "sent", "in_flight", "succeeded", "failed", "unprocessed",
           "in_doubt")  # fmt: skip
_OUTCOME = re.compile(r"outcomes/(\d{1,9})\.npz")
_LARGEST = 1 << 30


def export_run(run: Run, path: Path) -> Path:
    """Write a run that rests to a file; raises UserError while jobs of it may be at work."""
    flying = frozenset(Phase) - {Phase.SETTLED, Phase.ABANDONED}
    if jobs.read_jobs(run, phases=flying):
        raise UserError(
            f"{run.id} may have jobs at work, so its ids are not all known",
            hint=f"Go on with it first: sfseed runs resume {run.id}",
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("run.json", json.dumps(_described(run), ensure_ascii=False))
        for job in jobs.read_jobs(run, phases={Phase.SETTLED}):
            archive.writestr(f"outcomes/{job.number}.npz", _outcome_bytes(Outcome.read(files_of(run, job).outcome)))
    system.write_durably(path, packed.getvalue())
    return path


def import_run(path: Path, home: Path, *, org: str) -> Run:
    """Make a run of this home out of an exported one; `org` is the name by which its org is reached from here.

    Raises DataError when the file is no exported run, UserError when the run is here already.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(one.file_size for one in archive.infolist()) > _LARGEST:
                raise DataError(f"{path} is too large to be an exported run")
            described = json.loads(archive.read("run.json"))
            outcomes = {
                int(found[1]): _outcome(archive.read(name))
                for name in archive.namelist()
                if (found := _OUTCOME.fullmatch(name)) is not None
            }
            return _made(described, outcomes, home, org)
    except (OSError, KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} is not a run that sfseed exported: {error}") from error


def _described(run: Run) -> dict[str, Any]:
    request = run.get("request", {})
    return {
        "version": VERSION,
        "run": run.id,
        "facts": {key: run.get(key) for key in _FACTS if run.get(key) is not None},
        "request": {key: request.get(key) for key in ("seed", "as_of", "org")},
        "jobs": run.read(f"SELECT {', '.join(_JOB)} FROM jobs WHERE phase = 'settled' ORDER BY number"),  # noqa: S608 - our names
        "counts": run.read(f"SELECT {', '.join(_COUNTS)} FROM counts"),  # noqa: S608 - our names
    }


def _outcome_bytes(found: Outcome) -> bytes:
    sink = io.BytesIO()
    made = np.ones(len(found.ids), bool) if found.created is None else found.created
    np.savez_compressed(sink, allow_pickle=False, keys=found.keys, fates=found.fates, ids=found.ids, created=made)
    return sink.getvalue()


def _outcome(data: bytes) -> Outcome:
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        known = stored["ids"].astype(ids.ID)
        return Outcome(
            stored["keys"].astype(np.int64),
            stored["fates"].astype(np.uint8),
            known,
            pa.nulls(len(known), pa.string()),
            stored["created"].astype(bool) if "created" in stored.files else None,
        )


def _made(described: Mapping[str, Any], outcomes: Mapping[int, Outcome], home: Path, org: str) -> Run:
    name = str(described["run"])
    if described["version"] != VERSION or not own_ids.is_own(name):
        raise DataError("this is not a run that this version of sfseed reads")
    folder = home / "runs" / name
    if folder.exists():
        raise UserError(f"{name} is here already", hint=f"See: sfseed runs show {name}")
    system.private_folder(home / "runs")
    run = Run(system.private_folder(folder))
    try:
        _fill(run, described, outcomes, org)
    except BaseException:  # half a run must not stay
        run.close()
        shutil.rmtree(folder)
        raise
    return run


def _fill(run: Run, described: Mapping[str, Any], outcomes: Mapping[int, Outcome], org: str) -> None:
    with run.transaction() as db:
        for key in _FACTS:
            if key in described["facts"]:
                run.put(key, described["facts"][key])
        run.put("request", {**described["request"], "org": org})
        run.put("notes", ["brought here from another machine: its records are not here, its ids are"])
        for table, names, rows in (("jobs", _JOB, described["jobs"]), ("counts", _COUNTS, described["counts"])):
            marks = ", ".join("?" * len(names))
            statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - our names
            db.executemany(statement, [tuple(row) for row in rows])
    for job in jobs.read_jobs(run):
        outcomes[job.number].write(files_of(run, job).outcome)
    for name, count in before.not_known(run).items():
        run.note(
            f"{count:,} {name} records that it changed stay as they are when it is undone here: what they held before is no part "
            f"of an exported run. Where it was loaded, sfseed runs undo {run.id} changes them back"
        )
