"""The thread that processes closed jobs, the first closed one first, several taking turns."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from sfseed_emulator.bulk import batch_work, ingest, query_job
from sfseed_emulator.bulk.batches import Batch, BatchStore
from sfseed_emulator.bulk.job import INGEST, Job
from sfseed_emulator.bulk.store import JobStore
from sfseed_emulator.faults import Faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfseed_emulator.bulk.ingest import JobFaults
    from sfseed_emulator.state import OrgState

_ENDED = object()
_log = logging.getLogger(__name__)


class Processor:
    """Processes an org's jobs on a thread of its own, or with `workers=0` inside `wake` itself.

    `delay` is how many seconds a closed job waits first. Jobs that an earlier process left unfinished go on from `start`.
    """

    def __init__(self, state: OrgState, faults: JobFaults | None = None, *, delay: float = 0.0, workers: int = 1) -> None:
        self.store = JobStore(state)
        self.batches = BatchStore(state)
        self._state = state
        self._faults: JobFaults = faults or Faults()
        self._delay = delay
        self._workers = workers
        self._wakeup = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> Processor:
        """Begin to process, and be told of closed jobs; returns itself."""
        self._state.jobs_ready = self.wake
        if self._workers and self._thread is None:
            self._thread = threading.Thread(target=self._loop, name="bulk-jobs", daemon=True)
            self._thread.start()
        return self

    def stop(self) -> None:
        """End after the chunk at work; what is unfinished stays for the next start."""
        self._stopped.set()
        self._wakeup.set()
        if self._thread is not None:
            self._thread.join()

    def wake(self) -> None:
        """Say that a job was closed."""
        if self._workers:
            self._wakeup.set()
        else:
            self.run_pending()

    def run_pending(self) -> None:
        """Process all closed jobs, now, in the calling thread."""
        while jobs := self._pending():
            time.sleep(self._delay)
            active = {job.id: self._steps(job) for job in jobs}
            while active:
                self._turn(active)

    def _pending(self) -> list[Job | Batch]:
        """Return what waits or is at work: jobs of Bulk API 2.0 and batches of Bulk API 1."""
        return sorted([*self.store.pending(), *self.batches.pending()], key=lambda one: (one.closed, one.id))

    def _loop(self) -> None:
        active: dict[str, Iterator[None]] = {}
        while not self._stopped.is_set():
            self._wakeup.clear()
            wait = self._take_due(active)
            if active:
                self._turn(active)
            else:
                self._wakeup.wait(wait)

    def _take_due(self, active: dict[str, Iterator[None]]) -> float | None:
        """Add the jobs to process now; return how long to wait for the next one (None: until woken)."""
        now = time.time()
        wait: float | None = None
        for job in self._pending():
            left = job.closed + self._delay - now
            if left > 0:
                wait = left if wait is None else min(wait, left)
            elif job.id not in active:
                active[job.id] = self._steps(job)
        return wait

    def _turn(self, active: dict[str, Iterator[None]]) -> None:
        """Let each job do a chunk."""
        for job_id in list(active):
            if self._stopped.is_set():
                return
            if not self._advance(job_id, active[job_id]):
                del active[job_id]

    def _advance(self, job_id: str, steps: Iterator[None]) -> bool:
        try:
            return next(steps, _ENDED) is not _ENDED
        except Exception as error:  # noqa: BLE001 - a job that breaks must not end the thread that the others need
            _log.exception("job %s broke", job_id)
            ingest.broken(self._state, self.store, job_id, error)
            batch_work.broken(self._state, self.batches, job_id, error)
            return False

    def _steps(self, job: Job | Batch) -> Iterator[None]:
        if isinstance(job, Batch):
            return batch_work.process(self._state, self.batches, job, self._faults)
        if job.kind == INGEST:
            return ingest.process(self._state, self.store, job, self._faults)
        return query_job.process(self._state, self.store, job)
