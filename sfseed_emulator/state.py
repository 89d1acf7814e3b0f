"""One org's whole state: its schema, its records in SQLite, its counters, its log of requests."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter, deque
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from operator import itemgetter
from typing import TYPE_CHECKING, Literal

from sfseed_emulator import ids, tables
from sfseed_emulator.described import Described
from sfseed_emulator.first_rows import fill
from sfseed_emulator.options import OrgOptions
from sfseed_emulator.row_locks import RowLocks
from sfseed_emulator.schema import schema_from_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sfseed_emulator.object_plan import ObjectPlan
    from sfseed_emulator.schema import ObjectDef, OrgSchema

DATABASE = "org.sqlite"
REQUESTS_KEPT = 50_000
_PREFIXES: Mapping[str, str] = {"User": "005", "Organization": "00D"}


@dataclass(frozen=True, slots=True)
class RequestEntry:
    """One request that the org has answered; `size` is that of the request's body in bytes."""

    at: datetime
    method: str
    path: str
    query: str
    status: int
    size: int
    seconds: float


def utc_now() -> datetime:
    """Return the machine's time in UTC."""
    return datetime.now(UTC)


def stored_time(moment: datetime) -> str:
    """Write a moment as a date-time column holds it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


class OrgState:
    """One org; every access to `db` holds `lock`, every write happens inside `transaction()`.

    `created` is when the org was made, as a stored date-time; `user_id` the user on whose behalf all is done. `fault` is called
    just before and just after each commit. Rows and counters of a rolled back transaction are gone; ids that it gave out are
    not given out again.
    """

    def __init__(self, db: sqlite3.Connection, schema: OrgSchema, clock: Callable[[], datetime]) -> None:
        self.db = db
        self.schema = schema
        self.lock = threading.RLock()
        self.requests: deque[RequestEntry] = deque(maxlen=REQUESTS_KEPT)
        self.fault: Callable[[Literal["before", "after"]], None] = lambda _moment: None
        self.jobs_ready: Callable[[], None] = lambda: None  # called when a bulk job was closed
        self.tooling: OrgState | None = None  # the rows of the Tooling API's objects, once asked for
        self._clock = clock
        self._last_now = datetime.min.replace(tzinfo=UTC)
        self._depth = 0
        self._serials: dict[str, int] = dict(db.execute('SELECT name, last FROM "_serial"'))
        self._dirty: set[str] = set()
        self._live: Counter[str] = Counter()
        self._pending_live: Counter[str] = Counter()
        self._indexed: set[tuple[str, str]] = set()
        self._inserts: dict[str, tuple[str, itemgetter[tuple[str, ...]]]] = {}
        facts = self._meta_object("org")
        self.org_id = str(facts["org_id"])
        self.user_id = str(facts["user_id"])
        self.created = str(facts["created"])
        self.options = OrgOptions(**self._meta_object("options"))  # type: ignore[arg-type]  # its own asdict
        self.plans: dict[str, ObjectPlan] = {}
        self.described = Described()
        self.locks = RowLocks()
        for name in self.schema.objects:
            self._live[name] = self._count(name)

    @classmethod
    def create(
        cls,
        path: Path | None,
        schema: OrgSchema,
        *,
        options: OrgOptions | None = None,
        clock: Callable[[], datetime] = utc_now,
        rows: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
    ) -> OrgState:
        """Make a new org in the folder `path` (None: a temporary one) with a random org id.

        `rows` are what it starts with (see `schema.demo_rows`); FileExistsError when the folder already holds an org.
        """
        db = _connect(path, new=True)
        try:
            db.executescript(tables.INTERNAL)
            with _writing(db):
                org_id = ids.random_org_id()
                _put(db, "org", {"org_id": org_id, "user_id": "", "created": stored_time(clock())})
                _put(db, "options", asdict(options or OrgOptions()))
                if path is not None:  # a temporary org is never opened again
                    _put(db, "schema", schema.to_json())
                for found in schema.objects.values():
                    for statement in tables.create_table(found):
                        db.execute(statement)
            state = cls(db, schema, clock)
            with state.transaction():
                state.user_id = fill(state, rows or {})
                state.put_meta("org", {**state._meta_object("org"), "user_id": state.user_id})
        except BaseException:
            db.close()
            raise
        return state

    @classmethod
    def open(cls, path: Path, *, clock: Callable[[], datetime] = utc_now) -> OrgState:
        """Open the org that an earlier process left in the folder `path`."""
        db = _connect(path, new=False)
        try:
            db.executescript(tables.INTERNAL)
            [(kept,)] = db.execute("SELECT value FROM \"_meta\" WHERE key = 'schema'")
            return cls(db, schema_from_json(json.loads(kept)), clock)
        except BaseException:
            db.close()
            raise

    @staticmethod
    def exists(path: Path) -> bool:
        """Tell whether the folder holds an org that was made in full."""
        if not (path / DATABASE).is_file():
            return False
        db = sqlite3.connect(path / DATABASE)
        try:
            found = db.execute("SELECT value FROM \"_meta\" WHERE key = 'org'").fetchone()
        except sqlite3.DatabaseError:
            return False
        finally:
            db.close()
        return found is not None and bool(json.loads(found[0])["user_id"])

    def close(self) -> None:
        """Save the counters and close the database."""
        with self.transaction():
            pass
        with self.lock:
            if self.tooling is not None:
                self.tooling.close()
            self.db.close()

    def take_org_id(self, org_id: str) -> None:
        """Become another org, as a sandbox does that is refreshed."""
        with self.transaction():
            self.put_meta("org", {**self._meta_object("org"), "org_id": org_id})
        self.org_id = org_id

    # Time and ids

    def now(self) -> datetime:
        """Return the org's time, in UTC and milliseconds; it never goes back."""
        moment = self._clock().astimezone(UTC)
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        self._last_now = max(self._last_now, moment)
        return self._last_now

    def new_id(self, object_name: str) -> str:
        """Give out the next id of an object."""
        return self.new_ids(object_name, 1)[0]

    def new_ids(self, object_name: str, count: int) -> list[str]:
        """Give out the next ids of an object."""
        found = self.schema.get(object_name)
        prefix = (found.key_prefix if found else None) or _PREFIXES.get(object_name, "000")
        return self.prefixed_ids(prefix, count)

    def prefixed_ids(self, prefix: str, count: int) -> list[str]:
        """Give out ids under a key prefix that is no object's (bulk jobs, query locators)."""
        last = self.advance(f"id:{prefix}", count)
        return ids.record_ids(prefix, self.org_id[3:5], ids.FIRST_SERIAL + last - count + 1, count)

    def advance(self, counter: str, count: int = 1) -> int:
        """Raise a kept counter and return its new value; values of a rolled back transaction stay used."""
        with self.lock:
            self._serials[counter] = self._serials.get(counter, 0) + count
            self._dirty.add(counter)
            return self._serials[counter]

    def counter(self, name: str) -> int:
        """Return a kept counter's value."""
        return self._serials.get(name, 0)

    # Transactions

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the org's lock and save everything written inside at the end, or nothing on an exception.

        A transaction inside a transaction is part of the outer one.
        """
        with self.lock:
            if self._depth:
                yield
                return
            self.db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
                self._flush()
                self.fault("before")
                self.db.execute("COMMIT")
            except BaseException:
                self._pending_live.clear()
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0
            self._live.update(self._pending_live)
            self._pending_live.clear()
            self.fault("after")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what is written inside on an exception, inside a transaction that goes on."""
        before = self._pending_live.copy()
        self._depth += 1
        name = quoted_savepoint(self._depth)
        self.db.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            self.db.execute(f"ROLLBACK TO {name}")
            self._pending_live = before
            raise
        finally:
            self.db.execute(f"RELEASE {name}")
            self._depth -= 1

    def _flush(self) -> None:
        values = [(name, self._serials[name]) for name in self._dirty]
        self.db.executemany('INSERT OR REPLACE INTO "_serial" VALUES (?, ?)', values)
        self._dirty.clear()

    # Records

    def insert_rows(self, found: ObjectDef, rows: Sequence[Mapping[str, object]]) -> None:
        """Write complete rows (see `tables.empty_row`) as they are."""
        if not rows:
            return
        statement, values = self._insert_statement(found)
        self.db.executemany(statement, map(values, rows))
        self._pending_live[found.name] += len(rows)

    def _insert_statement(self, found: ObjectDef) -> tuple[str, itemgetter[tuple[str, ...]]]:
        if found.name not in self._inserts:
            names = list(tables.columns(found))
            listed = ", ".join(tables.quoted(name) for name in names)
            marks = ", ".join("?" * len(names))
            statement = f"INSERT INTO {tables.quoted(found.name)} ({listed}) VALUES ({marks})"
            self._inserts[found.name] = (statement, itemgetter(*names))
        return self._inserts[found.name]

    def rows_gone(self, object_name: str, count: int) -> None:
        """Take deleted rows off the count of live ones."""
        self._pending_live[object_name] -= count

    def live_count(self, object_name: str) -> int:
        """Return the number of records that are not deleted, those of the running transaction included."""
        return self._live[object_name] + self._pending_live[object_name]

    def ensure_index(self, object_name: str, field_name: str) -> None:
        """Index a column the first time that it is searched; inserts pay for it from then on, so not before."""
        if (object_name, field_name) in self._indexed:
            return
        found = self.schema.objects[object_name]
        with self.lock:
            self.db.execute(tables.create_index(found, found.fields[field_name]))
            self._indexed.add((object_name, field_name))

    def _count(self, object_name: str) -> int:
        live = f"SELECT COUNT(*) FROM {tables.quoted(object_name)} WHERE IsDeleted = 0"
        return int(self.db.execute(live).fetchone()[0])

    # Kept values

    def meta(self, key: str) -> object:
        """Return a kept JSON value, None when there is none."""
        with self.lock:
            found = self.db.execute('SELECT value FROM "_meta" WHERE key = ?', (key,)).fetchone()
        return json.loads(found[0]) if found else None

    def put_meta(self, key: str, value: object) -> None:
        """Keep a JSON value."""
        with self.transaction():
            _put(self.db, key, value)

    def _meta_object(self, key: str) -> dict[str, object]:
        value = self.meta(key)
        assert isinstance(value, dict)
        return value


def quoted_savepoint(depth: int) -> str:
    """Name the savepoint of a nesting depth."""
    return tables.quoted(f"sp{depth}")


def _put(db: sqlite3.Connection, key: str, value: object) -> None:
    db.execute('INSERT OR REPLACE INTO "_meta" VALUES (?, ?)', (key, json.dumps(value)))


@contextmanager
def _writing(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    yield
    db.execute("COMMIT")


def _connect(folder: Path | None, *, new: bool) -> sqlite3.Connection:
    """Connect to a folder's database, or to a temporary one that SQLite keeps on disk once it is large."""
    if folder is None:
        db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        _pragmas(db, ("journal_mode=MEMORY", "synchronous=OFF", "cache_size=-65536"))
        return db
    file = folder / DATABASE
    if new:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        if file.exists():
            raise FileExistsError(f"{file} already holds an org; open it, or delete the folder to begin anew")
        file.touch(mode=0o600)
    elif not file.is_file():
        raise FileNotFoundError(f"no org in {folder}")
    db = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    # A killed process loses nothing with WAL; NORMAL only leaves out the flush that guards against a power cut.
    _pragmas(db, ("journal_mode=WAL", "synchronous=NORMAL", "cache_size=-65536"))
    return db


def _pragmas(db: sqlite3.Connection, settings: Iterable[str]) -> None:
    for setting in settings:
        db.execute(f"PRAGMA {setting}").fetchall()
