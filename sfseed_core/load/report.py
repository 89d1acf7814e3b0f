"""What became of a run's records, as files: one CSV per job with the org's id and error beside the record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from sfseed_core.dataset import vectors
from sfseed_core.dataset.export.csv import CsvEncoder
from sfseed_core.dataset.export.disarm import disarmed
from sfseed_core.dataset.export.readable import readable
from sfseed_core.load import ids, jobs
from sfseed_core.load.jobs import Phase, files_of
from sfseed_core.load.outcome import Fate, Outcome

if TYPE_CHECKING:
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.jobs import Job
    from sfseed_core.load.journal import Run

ID_COLUMN, ERROR_COLUMN = "sf__Id", "sf__Error"


def settled_jobs(run: Run) -> list[Job]:
    """Return the insert jobs whose outcome is known, in the order they were planned."""
    return jobs.read_jobs(run, phases={Phase.SETTLED}, operations=jobs.MAKING)


def job_csv(run: Run, dataset: Dataset, job: Job, *, failed: bool) -> bytes:
    """Return the job's records that failed, or those that are in, as CSV with the org's id and error in front."""
    found = Outcome.read(files_of(run, job).outcome)
    mine = (found.keys >= 0) & ((found.fates != Fate.SUCCEEDED) if failed else (found.fates == Fate.SUCCEEDED))
    table = dataset.take(job.object, found.keys[mine], revision=run.get("revision"))
    records = readable(dataset.plan.object(job.object), table)
    columns = {
        ID_COLUMN: ids.to_texts(found.ids[mine]),
        ERROR_COLUMN: found.errors.filter(vectors.booleans(mine)),
        **{name: records[name] for name in records.column_names},
    }
    return CsvEncoder(tuple(columns)).whole(disarmed(pa.table(columns)))
