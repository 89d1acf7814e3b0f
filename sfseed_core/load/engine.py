"""The engine of loads and undos: jobs through the org, results to fates, each step of it in the journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core.dataset import vectors
from sfseed_core.errors import Interrupted, OrgAnswered
from sfseed_core.events import Note, Progress
from sfseed_core.load import before, beside, census, ids, jobs, locks, match, results, settle, single, upserted
from sfseed_core.load.allowance import Watch
from sfseed_core.load.carry import BulkRefused, Carrier
from sfseed_core.load.drive import Driver
from sfseed_core.load.jobs import Phase, files_of
from sfseed_core.load.match import MatchKey
from sfseed_core.load.outcome import Fate, Outcome, count
from sfseed_core.load.patience import Patience
from sfseed_core.load.settle import Reading, Sent

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from sfseed_core.clock import Clock
    from sfseed_core.events import Observer
    from sfseed_core.events import Phase as EventPhase
    from sfseed_core.load.beside import Departure
    from sfseed_core.load.carry import Tally
    from sfseed_core.load.census import Census, Window
    from sfseed_core.load.jobs import Job, JobFiles
    from sfseed_core.load.journal import Run
    from sfseed_core.load.options import Options
    from sfseed_core.load.upserted import Seen
    from sfseed_core.org.guard import GuardedOrg
    from sfseed_core.schema.model import Field, ObjectSchema

_NO_BULK = frozenset({"INVALIDENTITY"})
_BEFORE_CLOSE = frozenset({Phase.PLANNED, Phase.CREATING, Phase.CREATED, Phase.UPLOADING, Phase.UPLOADED})


class Engine:
    """Carries jobs of one run to their settlement; `operations` are those that this engine is responsible for."""

    def __init__(
        self,
        run: Run,
        org: GuardedOrg,
        tally: Tally,
        schema: Mapping[str, ObjectSchema],
        *,
        observer: Observer,
        clock: Clock,
        options: Options,
        phase: EventPhase,
    ) -> None:
        self._run, self._org, self._tally, self._schema = run, org, tally, schema
        self._observer, self._options = observer, options
        self._phase: EventPhase = phase
        self._operations = ("delete", "clear", "restore") if phase == "undo" else (*jobs.MAKING, "update")
        self.patience = Patience(run, clock, observer, seconds=options.patience, phase=phase)
        self._watch = Watch(org, patience=self.patience, clock=clock, leave=options.leave_calls)
        self._carrier = Carrier(run, org, tally, patience=self.patience, clock=clock, options=options)
        self._driver = Driver(
            self._carrier,
            launch=self._launch,
            settle=self._settle,
            beside=self._may_depart,
            patience=self.patience,
            clock=clock,
            options=options,
        )
        self._singles: set[tuple[str, str]] = set()
        self._keys: dict[int, pa.Array] = {}  # match keys of jobs in flight beside others of their object
        self._pairs: dict[tuple[str, int, int], bool] = {}  # what was found out about two jobs, by their numbers

    def drive(self, feeds: Iterable[Iterator[Departure]]) -> None:
        """Carry all jobs of the feeds to their settlement."""
        self._driver.run(feeds)

    def take_stock(self) -> None:
        """Deal with what an earlier process left: give up jobs that were never closed, settle those in flight."""
        unsent = self._jobs(_BEFORE_CLOSE)
        for job in unsent:
            if job.job_id is not None:
                self._carrier.abort(job)
            with self._run.transaction() as db:
                jobs.change(db, job, phase=Phase.ABANDONED)
            files_of(self._run, job).clear()
            files_of(self._run, job).before.unlink(missing_ok=True)
        self._carrier.sweep([*unsent, *self._jobs(frozenset({Phase.ABANDONED}))])
        flying = self._jobs(frozenset(one for one in Phase if one.in_flight))
        for job in flying:
            if job.single:
                ended = job if job.phase is Phase.FETCHED else single.finish(self._run, self._org, job)
                self._settle_singles(ended)
        self._driver.run((), in_flight=[one for one in flying if not one.single])

    def end_flights(self) -> None:
        """Abort what is in flight, and take stock of it."""
        self.patience.stop_now()
        for job in self._jobs(frozenset({Phase.CLOSING, Phase.CLOSED})):
            if not job.single:
                self._carrier.abort(job)
        self.take_stock()

    def _jobs(self, phases: frozenset[Phase]) -> list[Job]:
        return jobs.read_jobs(self._run, phases=phases, operations=self._operations)

    def _fields(self, object_name: str) -> Mapping[str, Field]:
        found = self._schema.get(object_name)
        return found.fields if found is not None else {}

    # -- sending -----------------------------------------------------------------------------------------------------

    def _may_depart(self, next_: Departure, flying: Collection[Departure]) -> bool:
        return beside.may_depart(next_, flying, self._options, self._share_locks) and all(
            self._told_apart(next_, one.job) for one in flying if _siblings(next_.job, one.job)
        )

    def _share_locks(self, one: Departure, other: Departure) -> bool:
        pair = ("locks", one.job.number, other.job.number)
        if pair not in self._pairs:
            self._pairs[pair] = beside.share_locks(one, other)
        return self._pairs[pair]

    def _told_apart(self, next_: Departure, other: Job) -> bool:
        """Whether a census could tell the records of both jobs apart, should result lines be lost."""
        pair = ("keys", next_.job.number, other.number)
        if pair not in self._pairs:
            mine = self._sent_keys(next_.job, next_.keys)
            self._pairs[pair] = next_.job.match == other.match and not match.overlap(mine, self._sent_keys(other))
        return self._pairs[pair]

    def _sent_keys(self, job: Job, planned: pa.Array | None = None) -> pa.Array:
        if planned is not None:
            return planned
        if job.number not in self._keys:
            self._keys[job.number] = results.read_sent(job, files_of(self._run, job))
        return self._keys[job.number]

    def _launch(self, departure: Departure) -> Job:
        job = departure.job
        kind = (job.object, job.operation)
        self._watch.check(job.rows)
        self.patience.read(lambda: before.look(self._run, self._org.org, job, self._fields(job.object)))
        try:
            if kind not in self._singles:
                sent = self._carrier.launch(job)
                if departure.keys is not None:
                    self._keys[sent.number] = departure.keys
                self._tell(job)
                return sent
            refused = job
        except BulkRefused as refusal:
            refused = refusal.job
            if refusal.no_org:
                raise Interrupted(
                    f"what answers at the org's address is no org any more: {refusal}",
                    hint="A deleted or expired org answers so. If it is there, go on with: sfseed runs resume",
                ) from refusal
            if refusal.code not in _NO_BULK:
                return self._refuse(refused, f"{refusal.code}:{refusal.detail}:--")
            self._observer.notify(Note(self._phase, f"{job.object}: Bulk refuses it, so it goes record by record"))
            self._singles.add(kind)
        sent = single.send(self._run, self._org, self._tally, refused, self._fields(job.object), self.patience)
        return self._settle_singles(sent)

    def _refuse(self, job: Job, reason: str) -> Job:
        """Settle a job that the org would not even open: all its records failed, with the org's own words."""
        keys = files_of(self._run, job).read_keys()
        texts = vectors.texts([reason]).take(vectors.integers(np.zeros(len(keys), np.int64)))
        fates = np.full(len(keys), Fate.FAILED, np.uint8)
        return self._keep(job, Outcome(keys, fates, np.zeros(len(keys), ids.ID), texts))

    # -- settling ----------------------------------------------------------------------------------------------------

    def _settle(self, job: Job, others: Collection[Job]) -> bool:
        """Settle an ended job; not while a census would count in records of other jobs that are still at work."""
        files = files_of(self._run, job)
        sent = Sent(self._sent_keys(job), files.read_keys())
        reading = settle.read(sent, results.read_lines(job, files))
        siblings = [one for one in others if _siblings(one, job)]
        if reading.missing > 0 and any(one.phase is not Phase.FETCHED for one in siblings):
            return False
        outcome = self._decide(job, files, sent, reading, siblings)
        if job.operation != "delete" and job.round + 1 < self._options.lock_rounds:
            outcome = locks.put_back(outcome)
        self._keep(job, settle.unsent(outcome) if self._was_aborted(job) else outcome)
        return True

    def _was_aborted(self, job: Job) -> bool:
        """Whether this run itself ended the job: what the org then left undone is waiting, not refused."""
        return job.org_state == "Aborted" and ("intent", "abort", job.number) in self._run.lines()

    def _settle_singles(self, job: Job) -> Job:
        files = files_of(self._run, job)
        sent = Sent(results.read_sent(job, files), files.read_keys())
        calls = single.read_calls(self._run, job)
        return self._keep(job, self._decide(job, files, sent, calls.reading))

    def _decide(self, job: Job, files: JobFiles, sent: Sent, reading: Reading, siblings: Collection[Job] = ()) -> Outcome:
        """The outcome of a job, with a census where its lines do not say all.

        `siblings` are ended jobs of the object whose results are there, but not settled yet.
        """
        again = Fate.WAITING if job.round + 1 < self._options.rounds else Fate.UNPROCESSED
        said = settle.Said(job.match.columns, job.error)
        if job.operation == "upsert":
            return upserted.outcome(reading, sent, said, self._looked_up(job, files, sent, reading), again)
        if job.operation in {"delete", "clear", "restore"}:
            return settle.forgive(settle.close(reading, sent, said, absent=again), settle.GONE)
        if job.operation == "update":
            reading = self._confirm(job, files, sent, reading)
            return settle.close(reading, sent, said, absent=again if again is Fate.WAITING else None)
        certain = reading.missing <= 0
        if len(reading.strays) or not certain:
            seen = self._census(job, files)
            if seen is not None and len(reading.strays):
                reading = settle.recognise(reading, sent, seen)
            if seen is not None and reading.missing > 0:
                mine = seen.only(~match.found_in(seen.keys, [self._sent_keys(one) for one in siblings]))
                reading, certain = settle.count_in(reading, sent, mine, self._known(job.object, siblings))
        return settle.close(reading, sent, said, absent=again if certain else None)

    def _looked_up(self, job: Job, files: JobFiles, sent: Sent, reading: Reading) -> Seen:
        """What is known of an upsert's records: from before it, from its lines and, where these do not say all, from the org."""
        seen = upserted.Seen.of(job, files)
        if reading.complete:
            return seen
        self._observer.notify(Note(self._phase, f"{job.object}: result lines are missing; asking the org for its records"))
        try:
            return self.patience.read(lambda: seen.asked(self._org.org, sent, reading, self._fields(job.object)))
        except OrgAnswered as error:
            self._run.note(f"{job.object}: the org could not be asked for its records: {error.message}")
            return seen

    def recount(self, job: Job, sent: Sent, strays: np.ndarray) -> None:
        """Ask the org once more about records of a settled job that are in doubt; `strays` are ids that nobody was found for."""
        rows = len(sent.local)
        reading = Reading(
            fates=np.full(rows, Fate.IN_FLIGHT, np.uint8),
            ids=np.zeros(rows, ids.ID),
            errors=pa.nulls(rows, pa.string()),
            open=np.arange(rows),
            strays=strays,
            stray_failures=pa.nulls(0, pa.string()),
            stray_unprocessed=0,
        )
        outcome = self._decide(replace(job, round=0), files_of(self._run, job), sent, reading)
        files_of(self._run, job).clear()
        if (outcome.fates == Fate.IN_DOUBT).all():
            return
        with self._run.line("outcome", "recount", job=job.number) as db:
            added = jobs.add(db, replace(job, number=0, rows=rows))
            outcome.write(files_of(self._run, added).outcome)
            self._tally.apply(added, outcome)
            self._tally.write_counts(db)

    def _confirm(self, job: Job, files: JobFiles, sent: Sent, reading: Reading) -> Reading:
        """Take updates without a line for done where the org shows the value that was sent."""
        if reading.missing <= 0 or job.field is None or job.opened is None or job.ended is None:
            return reading
        key = MatchKey(("Id", job.field))
        window = census.Window(job.object, None, datetime.fromisoformat(job.opened), datetime.fromisoformat(job.ended))
        seen = self._ask(job, window, key, files)
        if seen is None:
            return reading
        cells = match.keys(results.read_texts(files.sent, key.columns), key)
        return settle.confirm(reading, Sent(cells, sent.local), seen)

    def _known(self, object_name: str, siblings: Collection[Job]) -> np.ndarray:
        """The ids of the object's records that other jobs of this run returned, matched or not."""
        settled = jobs.read_jobs(self._run, phases={Phase.SETTLED}, operations=jobs.MAKING)
        of_object = [*(one for one in settled if one.object == object_name), *siblings]
        found = [results.made_ids(one, files_of(self._run, one)) for one in of_object]
        return np.concatenate([*found, np.zeros(0, ids.ID)])

    def _census(self, job: Job, files: JobFiles) -> Census | None:
        """Ask the org for the records that it made for the job; None when it cannot be asked."""
        user_id = self._org.org.facts.user_id
        if job.opened is None or job.ended is None or user_id is None:
            return None
        if not census.can_be_asked(frozenset(self._fields(job.object))):
            return None
        window = census.Window(job.object, user_id, datetime.fromisoformat(job.opened), datetime.fromisoformat(job.ended))
        return self._ask(job, window, job.match, files)

    def _ask(self, job: Job, window: Window, key: MatchKey, files: JobFiles) -> Census | None:
        self._observer.notify(Note(self._phase, f"{job.object}: result lines are missing; asking the org for its records"))
        path = files.results("census")
        try:
            self.patience.read(lambda: self._org.org.bulk_query(window.soql(key.columns), path))
        except OrgAnswered as error:
            self._run.note(f"{job.object}: the org could not be asked for its records: {error.message}")
            return None
        return census.read_census(path, key)

    def _keep(self, job: Job, outcome: Outcome) -> Job:
        """Make the outcome durable, then count it, then forget the rows."""
        files = files_of(self._run, job)
        outcome.write(files.outcome)
        with self._run.line("outcome", "settle", job=job.number) as db:
            job = jobs.change(db, job, phase=Phase.SETTLED)
            self._tally.apply(job, outcome)
            self._tally.write_counts(db)
        files.clear()
        self._keys.pop(job.number, None)
        self._tell(job)
        return job

    def _tell(self, job: Job) -> None:
        counts = count(self._tally.of(job))
        settled = counts.sent - counts.in_flight
        self._observer.notify(Progress(self._phase, settled, counts.planned, job.step, job.object))


def _siblings(one: Job, other: Job) -> bool:
    """Whether both jobs insert records of the same object."""
    return one.operation == other.operation == "insert" and one.object == other.object
