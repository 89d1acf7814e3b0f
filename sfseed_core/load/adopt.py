"""Topping up: what an earlier run of the same plan brought in, and the org still has, counts as this run's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core.load import ids, jobs, results, steps
from sfseed_core.load.feeds import BY_ID
from sfseed_core.load.jobs import Job, Phase, files_of
from sfseed_core.load.outcome import Fate, Outcome

if TYPE_CHECKING:
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.journal import Run
    from sfseed_core.org.client import Org


def adopt(run: Run, earlier: Run, org: Org, dataset: Dataset) -> int:
    """Take over the earlier run's records that the org still has; return how many. The load then adds the others.

    Both runs have staged the same plan, so that a local key means the same record in both.
    """
    total = 0
    stages = steps.plan_stages(dataset.plan)
    changing = {one.name for one in dataset.plan.objects if one.upsert is not None}  # sent again, which makes nothing twice
    for step in {one.object: one for stage in stages for one in stage if one.kind == "insert"}.values():
        if step.object in changing:
            continue
        keys, known = _records(earlier, step.object)
        if not len(keys):
            continue
        path = run.folder / "adopt.csv"
        org.bulk_query(f"SELECT Id FROM {step.object}", path)  # noqa: S608 - a name of the schema
        there = np.isin(known, ids.from_texts(results.read_texts(path, ["Id"])["Id"]))
        path.unlink()
        _keep(run, step.name, step.object, keys[there], known[there])
        total += int(there.sum())
    return total


def _records(run: Run, object_name: str) -> tuple[np.ndarray, np.ndarray]:
    """The local keys and ids of the object's records that the run created."""
    settled = jobs.read_jobs(run, phases={Phase.SETTLED}, operations=("insert",))
    found = [Outcome.read(files_of(run, one).outcome) for one in settled if one.object == object_name]
    keys = np.concatenate([*(one.keys for one in found), np.zeros(0, np.int64)])
    known = np.concatenate([*(one.ids for one in found), np.zeros(0, ids.ID)])
    good = (keys >= 0) & (known != b"")
    return keys[good], known[good]


def _keep(run: Run, step: str, object_name: str, keys: np.ndarray, known: np.ndarray) -> None:
    if not len(keys):
        return
    blank = Job(0, step, object_name, "insert", None, False, Phase.SETTLED, len(keys), 0, BY_ID)
    fates = np.full(len(keys), Fate.SUCCEEDED, np.uint8)
    with run.line("outcome", "adopt", object=object_name, records=len(keys)) as db:
        job = jobs.add(db, blank)
        Outcome(keys, fates, known, pa.nulls(len(keys), pa.string())).write(files_of(run, job).outcome)
