"""Records in doubt, looked at once more: perhaps the org can be asked now, or shows what it did not show then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.load import jobs, match
from sfseed_core.load.jobs import Phase, files_of
from sfseed_core.load.outcome import Fate, Outcome
from sfseed_core.load.settle import Sent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfseed_core.load.engine import Engine
    from sfseed_core.load.feeds import Feeds
    from sfseed_core.load.journal import Run
    from sfseed_core.load.ledger import Ledger
    from sfseed_core.load.steps import Step

_KEY = "recount"


def recount(run: Run, engine: Engine, feeds: Feeds, ledger: Ledger, stages: Sequence[Sequence[Step]]) -> None:
    """Settle what can be settled by now of the records in doubt, when a retry asked for that."""
    if not run.get(_KEY):
        return
    steps = {step.name: step for stage in stages for step in stage if step.kind == "insert"}
    for job in jobs.read_jobs(run, phases={Phase.SETTLED}, operations=jobs.MAKING):
        found = Outcome.read(files_of(run, job).outcome)
        doubtful = (found.fates == Fate.IN_DOUBT) & (found.keys >= 0)
        keys = found.keys[doubtful]
        keys = keys[ledger.fates(job.object)[keys] == Fate.IN_DOUBT]
        if not len(keys) or job.step not in steps:
            continue
        strays = found.ids[found.keys < 0]
        strays = strays[~np.isin(strays, ledger.known_ids(job.object))]
        texts, local = feeds.texts(steps[job.step], keys)
        engine.recount(job, Sent(match.keys(texts, job.match), local), strays)
    run.put(_KEY, False)
