"""Carrying jobs through an org: create, one upload, close, look, fetch; each call between an intent and an outcome.

What a missing answer means differs by call. Create: perhaps an Open job that nobody knows, which is harmless and is
aborted when found in the list. Upload: the job is aborted and made anew, since it takes one upload only. Close: the
job's state tells; from the intent on its records are never sent again unless the org shows that it has not done it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from sfseed_core.errors import Interrupted, OrgAnswered, OrgError, OrgUnreachable, Transient
from sfseed_core.load import jobs
from sfseed_core.load.jobs import Phase, files_of
from sfseed_core.load.outcome import Fate

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from pathlib import Path

    import numpy as np

    from sfseed_core.clock import Clock
    from sfseed_core.load.jobs import Job
    from sfseed_core.load.journal import Run
    from sfseed_core.load.options import Options
    from sfseed_core.load.outcome import Outcome
    from sfseed_core.load.patience import Patience
    from sfseed_core.org.guard import GuardedOrg
    from sfseed_core.org.jobs import JobInfo

_GONE = 404
_SKEW = timedelta(seconds=5)  # what is left of the difference between our clock and the org's once it was asked
_ORPHAN_AGE = timedelta(minutes=3)  # an unanswered create has happened by then or never
_OUR_FORM = {"contentType": "CSV", "lineEnding": "LF", "columnDelimiter": "COMMA"}
DELETED = "Deleted"  # our word for a job that the org does not know any more


class BulkRefused(OrgError):
    """The org does not take this object by Bulk (or not this operation on it); nothing was sent."""

    def __init__(self, job: Job, error: OrgAnswered) -> None:
        super().__init__(error.message)
        self.job = job
        self.code, self.detail = error.code, error.detail
        self.no_org = error.status == _GONE or error.code.startswith("HTTP_")  # nobody there who speaks as an org does


class Tally(Protocol):
    """Keeps where the records of a run's jobs stand."""

    def of(self, job: Job) -> np.ndarray:
        """Return the fates that the job's outcome changes, by local key."""

    def apply(self, job: Job, found: Outcome) -> None:
        """Take over what became of a job's records."""

    def write_counts(self, db: sqlite3.Connection) -> None:
        """Bring the journal's counts up to date, inside a transaction."""


class Carrier:
    """Takes jobs of one run through one org."""

    def __init__(
        self, run: Run, org: GuardedOrg, tally: Tally, *, patience: Patience, clock: Clock, options: Options
    ) -> None:
        self._run, self._org, self._tally = run, org, tally
        self._patience, self._clock, self._options = patience, clock, options

    # -- sending -----------------------------------------------------------------------------------------------------

    def launch(self, job: Job) -> Job:
        """Create, upload and close; a job whose creation or upload had no answer is made anew.

        Raises BulkRefused when the org does not take such jobs, Interrupted when the org stays away.
        """
        wait = 0.5
        for _ in range(self._options.attempts):
            self._patience.check()
            sent = self._upload(self._create(job))
            if sent.phase is Phase.UPLOADED:
                return self._close(sent)
            self._patience.pause(wait)
            wait = min(wait * 3, 60.0)
            self.sweep([sent])
            job = self._anew(sent)
        raise Interrupted(
            f"{job.object}: {self._options.attempts} jobs had no answer", hint="Go on with: sfseed runs resume"
        )

    def _create(self, job: Job) -> Job:
        with self._run.line("intent", "create", job=job.number) as db:
            job = jobs.change(db, job, phase=Phase.CREATING, intended=self._clock.now().isoformat())
        try:
            key = job.match.columns[0] if job.operation == "upsert" else None
            info = self._org.create_job(job.object, jobs.verb(job.operation), external_id=key)
        except (OrgUnreachable, OrgAnswered) as error:
            given_up = self._abandon(job, error)
            if isinstance(error, OrgAnswered) and not isinstance(error, Transient):
                raise BulkRefused(given_up, error) from error
            return given_up
        with self._run.line("outcome", "create", job=job.number) as db:
            return jobs.change(db, job, phase=Phase.CREATED, job_id=info.id, opened=_text(info.created))

    def _upload(self, job: Job) -> Job:
        job_id = job.job_id
        if job_id is None:
            return job
        with self._run.line("intent", "upload", job=job.number) as db:
            job = jobs.change(db, job, phase=Phase.UPLOADING)
        try:
            self._org.upload(job_id, files_of(self._run, job).sent)
        except (OrgUnreachable, OrgAnswered) as error:
            return self._abandon(job, error)
        with self._run.line("outcome", "upload", job=job.number) as db:
            return jobs.change(db, job, phase=Phase.UPLOADED)

    def _close(self, job: Job) -> Job:
        with self._run.line("intent", "close", job=job.number) as db:
            job = jobs.change(db, job, phase=Phase.CLOSING)
            self._tally.of(job)[files_of(self._run, job).read_keys()] = Fate.IN_FLIGHT
            self._tally.write_counts(db)
        return self.see_closed(job)

    def see_closed(self, job: Job) -> Job:
        """Make sure that a job whose close was intended is closed, however often that takes: closing twice does no harm."""
        assert job.job_id is not None
        refusals = 0
        while True:
            try:
                self._org.close(job.job_id)
                break
            except OrgUnreachable:
                pass
            except OrgAnswered:
                refusals += 1
                if refusals > self._options.attempts:
                    raise
            info = self._look(job)
            if info is None or info.state != "Open":
                break
            self._patience.pause(1.0)
        with self._run.line("outcome", "close", job=job.number) as db:
            return jobs.change(db, job, phase=Phase.CLOSED)

    def _abandon(self, job: Job, error: OrgError) -> Job:
        """Give up a job that was never closed; what the org has of it is aborted if it can be."""
        if job.job_id is not None:
            self.abort(job)
        with self._run.line("outcome", "abandon", job=job.number, reason=error.message) as db:
            return jobs.change(db, job, phase=Phase.ABANDONED)

    def _anew(self, job: Job) -> Job:
        """Plan the job once more, with the same rows."""
        blank = replace(job, number=0, phase=Phase.PLANNED, job_id=None, opened=None, intended=None)
        with self._run.transaction() as db:
            fresh = jobs.add(db, blank)
            old, new = files_of(self._run, job), files_of(self._run, fresh)
            old.sent.replace(new.sent)
            old.keys.replace(new.keys)
            if old.before.exists():
                old.before.replace(new.before)
        return fresh

    # -- looking -----------------------------------------------------------------------------------------------------

    def look(self, job: Job) -> Job:
        """Ask how the job stands; once it has ended, that is written down."""
        info = self._look(job)
        if info is not None and not info.ended:
            if info.processed == job.processed:
                return job
            with self._run.transaction() as db:  # for whoever follows
                return jobs.change(db, job, processed=info.processed)
        ended = (
            _text(info.modified if info is not None else None) or self._patience.read(self._org.org.server_now).isoformat()
        )
        with self._run.line("outcome", "end", job=job.number) as db:
            return jobs.change(
                db,
                job,
                phase=Phase.ENDED,
                ended=ended,
                org_state=DELETED if info is None else info.state,
                processed=None if info is None else info.processed,
                failed=None if info is None else info.failed,
                error=None if info is None else info.error_message,
            )

    def _look(self, job: Job) -> JobInfo | None:
        job_id = job.job_id
        assert job_id is not None
        try:
            return self._patience.read(lambda: self._org.job(job_id))
        except OrgAnswered as error:
            if error.status == _GONE:
                return None
            raise

    def fetch(self, job: Job) -> Job:
        """Bring the result files of an ended job to disk; from then on its ids are known for an undo."""
        files = files_of(self._run, job)
        if job.org_state != DELETED:
            lines = [self._fetch(job, files.results(kind), kind, expect) for kind, expect in _expected(job)]
            if job.org_state != "JobComplete" or sum(lines) < job.rows:
                self._fetch(job, files.results("unprocessed"), "unprocessed", None)
        with self._run.line("outcome", "results", job=job.number) as db:
            return jobs.change(db, job, phase=Phase.FETCHED)

    def _fetch(self, job: Job, into: Path, kind: str, expect: int | None) -> int:
        job_id = job.job_id
        assert job_id is not None
        try:
            self._patience.read(lambda: self._org.results(job_id, kind, into, expect=expect))  # type: ignore[arg-type]
        except OrgAnswered:  # no results of this kind, or none any more: rows without a line are looked into
            into.unlink(missing_ok=True)
            return 0
        _sync(into)
        return expect or 0

    # -- ending what should not go on --------------------------------------------------------------------------------

    def abort(self, job: Job) -> None:
        """Ask the org to stop a job; whether it did is seen when it is looked at."""
        assert job.job_id is not None
        with self._run.line("intent", "abort", job=job.number):
            pass
        with suppress(OrgUnreachable, OrgAnswered):
            self._org.abort(job.job_id)
        with self._run.line("outcome", "abort", job=job.number):
            pass

    def sweep(self, given_up: Iterable[Job]) -> None:
        """Abort the Open jobs that creations without an answer may have left in the org."""
        unanswered = [one for one in given_up if one.job_id is None and one.intended is not None]
        if unanswered:
            self._patience.read(lambda: self._sweep(unanswered))

    def _sweep(self, unanswered: Iterable[Job]) -> None:
        known = {row[0] for row in self._run.read("SELECT job_id FROM jobs WHERE job_id IS NOT NULL")}
        offset = self._org.org.server_now() - self._clock.now()
        me = self._org.org.facts.user_id
        ours = [
            (info, one.number)
            for info in self._org.jobs()
            if info.state == "Open" and info.id not in known and info.created_by in {me, None}
            for one in unanswered
            if _may_be(info, one, offset)
        ]
        if len({info.id for info, _ in ours}) > len({number for _, number in ours}):
            self._run.note(
                f"{len(ours):,} Open jobs in the org may be of this run or of another program: they were left alone, and hold "
                "no records until somebody closes them"
            )
            return
        for info, _ in ours:
            with suppress(OrgUnreachable, OrgAnswered):
                self._org.abort(info.id)


def _may_be(info: JobInfo, job: Job, offset: timedelta) -> bool:
    """Whether a job of the org may have come from the creation of this job of ours, which had no answer."""
    if any(info.raw.get(name, value) != value for name, value in _OUR_FORM.items()):
        return False
    if (
        (info.object, info.operation) != (job.object, jobs.verb(job.operation))
        or info.created is None
        or job.intended is None
    ):
        return False
    intended = datetime.fromisoformat(job.intended) + offset
    return intended - _SKEW <= info.created <= intended + _ORPHAN_AGE


def _expected(job: Job) -> tuple[tuple[str, int | None], ...]:
    """The result files with the number of lines that the job's counters promise."""
    if job.processed is None:
        return (("successful", None), ("failed", None))
    failed = job.failed or 0
    return (("successful", job.processed - failed), ("failed", failed))


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _sync(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
