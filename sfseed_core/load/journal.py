"""The journal of a run: a folder with one SQLite file, in which every line is durable before the next step is taken.

Lines are intents (written before a call that cannot be taken back) and outcomes (written after it). What else changes
with a line (a job's phase, the counts) changes in the same transaction, so any reader sees counts that add up.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sfseed_core import ids, system
from sfseed_core.clock import SYSTEM
from sfseed_core.errors import DataError, NotFound
from sfseed_core.events import SILENT, Crossed
from sfseed_core.load import waits
from sfseed_core.load.status import Counts, RunState, RunStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sfseed_core.clock import Clock
    from sfseed_core.events import Observer

LATEST = "latest"
_LONGEST_SILENCE = 120.0  # seconds without a line after which nobody is taken to have worked on a run
Stop = Literal["stop", "cancel"]

_TABLES = """
CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS lines (number INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, verb TEXT NOT NULL,
  job INTEGER, detail TEXT);
CREATE TABLE IF NOT EXISTS jobs (number INTEGER PRIMARY KEY, step TEXT NOT NULL, object TEXT NOT NULL,
  operation TEXT NOT NULL, field TEXT, single INTEGER NOT NULL, phase TEXT NOT NULL, rows INTEGER NOT NULL,
  round INTEGER NOT NULL, match TEXT NOT NULL, job_id TEXT, opened TEXT, ended TEXT, org_state TEXT, processed INTEGER,
  failed INTEGER, error TEXT, intended TEXT);
CREATE TABLE IF NOT EXISTS calls (job INTEGER NOT NULL, position INTEGER NOT NULL, phase TEXT NOT NULL, id TEXT, error TEXT,
  PRIMARY KEY (job, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counts (pass TEXT NOT NULL, name TEXT NOT NULL, position INTEGER NOT NULL,
  planned INTEGER NOT NULL, waiting INTEGER NOT NULL, held INTEGER NOT NULL, sent INTEGER NOT NULL,
  in_flight INTEGER NOT NULL, succeeded INTEGER NOT NULL, failed INTEGER NOT NULL, unprocessed INTEGER NOT NULL,
  in_doubt INTEGER NOT NULL, PRIMARY KEY (pass, name));
"""
_COUNTED = ("planned", "waiting", "held", "sent", "in_flight", "succeeded", "failed", "unprocessed", "in_doubt")


class Run:
    """One load of a dataset's revision into an org: its folder and its durable journal.

    Made by `create` and `open`. Safe to read from several processes; only the one that holds the run's lock writes lines.
    """

    def __init__(self, folder: Path, *, clock: Clock = SYSTEM) -> None:
        self.folder = folder
        self.id = folder.name
        self._clock = clock
        self._lock = threading.RLock()
        self._observer: Observer = SILENT
        self._crossed = 0
        self._db = sqlite3.connect(folder / "journal.sqlite", isolation_level=None, check_same_thread=False, timeout=60)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "fullfsync=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_TABLES)

    @classmethod
    def create(cls, home: Path, request: Mapping[str, Any], *, clock: Clock = SYSTEM) -> Run:
        """Make the folder of a new run, which is `latest` from now on; `request` is kept as it is (JSON values)."""
        now = clock.now()
        parent = system.private_folder(home / "runs")
        folder = system.private_folder(parent / ids.new_run_id(now))
        run = cls(folder, clock=clock)
        with run.transaction():
            for key, value in (
                ("started", now.isoformat()),
                ("since", now.isoformat()),
                ("state", RunState.DISCOVER),
                ("request", dict(request)),
            ):
                run.put(key, value)
        system.sync_folder(folder)
        system.sync_folder(parent)
        return run

    @classmethod
    def open(cls, home: Path, name: str, *, clock: Clock = SYSTEM) -> Run:
        """Open a run by its id, or the newest one by `latest`."""
        if name == LATEST:
            found = list_runs(home, clock=clock)
            if not found:
                raise NotFound("there is no run yet", hint="Start one with: sfseed seed")
            for other in found[1:]:
                other.close()
            return found[0]
        folder = home / "runs" / name
        if not ids.is_own(name) or not (folder / "journal.sqlite").is_file():
            raise NotFound(f"no run is called {name!r}", hint="List them with: sfseed runs list")
        return cls(folder, clock=clock)

    def close(self) -> None:
        """Let go of the journal's file."""
        self._db.close()

    # -- facts -------------------------------------------------------------------------------------------------------

    def put(self, key: str, value: Any) -> None:
        """Keep a JSON value durably."""
        text = json.dumps(value, ensure_ascii=False)
        with self._lock:
            self._db.execute(
                "INSERT INTO facts VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (key, text)
            )

    def get(self, key: str, default: Any = None) -> Any:
        """Return what `put` kept."""
        with self._lock:
            row = self._db.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchone()
        return default if row is None else json.loads(row[0])

    @property
    def state(self) -> RunState:
        """Where the run stands."""
        return RunState(self.get("state"))

    def set_state(self, state: RunState, *, error: str | None = None) -> None:
        """Move the run on; `error` says why it stopped (None forgets an earlier one)."""
        rests = state.ended or state is RunState.STOPPED
        with self.transaction():
            now = self._clock.now()
            self.put("spent", self._spent(now))
            self.put("since", None if rests else now.isoformat())
            self.put("state", state)
            self.put("error", error)
            waits.end(self)
            self.put("ended", now.isoformat() if rests else None)

    def _spent(self, now: datetime) -> float:
        """The seconds that were worked on the run; a lost process worked until its last line."""
        spent, since = float(self.get("spent", 0.0)), self.get("since")
        if since is None:
            return spent
        began = datetime.fromisoformat(since)
        lines = [datetime.fromisoformat(row[0]) for row in self.read("SELECT max(at) FROM lines") if row[0]]
        last = max([began, *lines])
        until = now if (now - last).total_seconds() < _LONGEST_SILENCE else last
        return spent + (until - began).total_seconds()

    def note(self, message: str) -> None:
        """Keep a line for whoever reads the run later; the same line only once."""
        with self.transaction():
            known = self.get("notes", [])
            if message not in known:
                self.put("notes", [*known, message])

    # -- stopping ----------------------------------------------------------------------------------------------------

    def request_stop(self, how: Stop) -> None:
        """Ask whoever carries the run to stop (it can be resumed) or to cancel it (it ends)."""
        self.put("stop", how)

    def stop_requested(self) -> Stop | None:
        """Return how the run is asked to stop, if it is."""
        found: Stop | None = self.get("stop")
        return found

    def clear_stop(self) -> None:
        """Forget a request to stop, when the run goes on."""
        self.put("stop", None)

    # -- durable lines -----------------------------------------------------------------------------------------------

    def observe(self, observer: Observer) -> None:
        """Tell the observer of every durable line from now on."""
        self._observer = observer

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Make all changes inside durable together, or none; may be nested."""
        with self._lock:
            if self._db.in_transaction:
                yield self._db
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:  # whatever happened: nothing of it was promised
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _one_moment(self) -> Iterator[None]:
        """Let all reads inside see the journal as it is now, while another process goes on writing."""
        with self._lock:
            nested = self._db.in_transaction
            if not nested:
                self._db.execute("BEGIN")
            try:
                yield
            finally:
                if not nested:
                    self._db.execute("COMMIT")

    @contextmanager
    def line(
        self, kind: Literal["intent", "outcome"], verb: str, *, job: int | None = None, **detail: Any
    ) -> Iterator[sqlite3.Connection]:
        """Write a line, with the changes made inside; it is durable, and told to the observer, when the block ends."""
        assert not self._db.in_transaction, "a line must be durable when it is told"
        with self.transaction() as db:
            text = json.dumps(detail, ensure_ascii=False) if detail else None
            values = (self._clock.now().isoformat(), kind, verb, job, text)
            db.execute("INSERT INTO lines (at, kind, verb, job, detail) VALUES (?, ?, ?, ?, ?)", values)
            yield db
        self._crossed += 1
        self._observer.notify(Crossed(kind, verb, self._crossed))

    def lines(self) -> tuple[tuple[str, str, int | None], ...]:
        """Return every line as (kind, verb, job), in order."""
        with self._lock:
            return tuple(self._db.execute("SELECT kind, verb, job FROM lines ORDER BY number"))

    def read(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query over the journal's tables (fixed texts of this room only)."""
        with self._lock:
            return self._db.execute(query, values).fetchall()

    # -- counts ------------------------------------------------------------------------------------------------------

    def set_counts(self, pass_: str, name: str, position: int, counts: Counts) -> None:
        """Keep the counts of an object (`insert`, `undo`) or of a reference (`update`, as `Object.Field`)."""
        if not counts.adds_up():
            raise DataError(f"the counts of {name} do not add up: {counts}")
        marks = ", ".join("?" * (3 + len(_COUNTED)))
        values = (pass_, name, position, *(getattr(counts, one) for one in _COUNTED))
        with self._lock:
            self._db.execute(f"INSERT OR REPLACE INTO counts VALUES ({marks})", values)  # noqa: S608 - only marks

    def counts(self, pass_: str) -> dict[str, Counts]:
        """Return the counts of a pass, in load order."""
        rows = self.read(f"SELECT name, {', '.join(_COUNTED)} FROM counts WHERE pass = ? ORDER BY position", (pass_,))  # noqa: S608
        return {row[0]: Counts(*row[1:]) for row in rows}

    def status(self) -> RunStatus:
        """Return the run as it stands at this moment, whoever carries it."""
        with self._one_moment():
            facts = {key: json.loads(value) for key, value in self.read("SELECT key, value FROM facts")}
            objects, updates, undone = (self.counts(one) for one in ("insert", "update", "undo"))
            spent = self._spent(self._clock.now())
        started = datetime.fromisoformat(facts["started"])
        ended = datetime.fromisoformat(facts["ended"]) if facts.get("ended") else None
        return RunStatus(
            run=self.id,
            state=RunState(facts["state"]),
            org_id=facts.get("org_id"),
            org_name=facts.get("org_name"),
            dataset=facts.get("dataset"),
            revision=facts.get("revision"),
            started=started,
            ended=ended,
            seconds=spent,
            objects=objects,
            updates=updates,
            undone=undone,
            notes=tuple(facts.get("notes", ())),
            error=facts.get("error"),
            waits=waits.read(facts.get(waits.KEY)),
        )


def list_runs(home: Path, *, clock: Clock = SYSTEM) -> list[Run]:
    """Return every run of this home, the newest first."""
    folder = home / "runs"
    names = [one.name for one in folder.iterdir() if ids.is_own(one.name)] if folder.is_dir() else []
    runs = [Run(folder / name, clock=clock) for name in names if (folder / name / "journal.sqlite").is_file()]
    started = [(run.get("started"), run) for run in runs]
    return [run for _, run in sorted((one for one in started if one[0]), key=lambda one: one[0], reverse=True)]


def same_load(home: Path, *, org_id: str, fingerprint: str) -> list[Run]:
    """Return earlier runs of the same plan into the same org that were not undone, the newest first.

    A run counts once it has something to say about the org: one that ended before its first job does not.
    """
    found = []
    for run in list_runs(home):
        facts = (run.get("org_id"), run.get("plan_fingerprint"))
        if facts == (org_id, fingerprint) and run.state is not RunState.UNDONE and run.read("SELECT 1 FROM jobs LIMIT 1"):
            found.append(run)
        else:
            run.close()
    return found
