"""Open query results: what is left of them, kept by locator for two days."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sfseed_emulator.ids import full_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfseed_emulator.state import OrgState

_KEPT_SECONDS = 2 * 24 * 3600
_ID = 18
_TABLE = (
    'CREATE TABLE IF NOT EXISTS "_cursor"'
    " (id TEXT PRIMARY KEY, made REAL, query TEXT, all_rows INTEGER, total INTEGER, size INTEGER, ids TEXT)"
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a locator stands for: the query, how many records it found in all, how many a page has, how many are left."""

    text: str
    all_rows: bool
    total: int
    size: int
    left: int


class CursorStore:
    """The cursors of an org, in its database."""

    def __init__(self, state: OrgState) -> None:
        self._state = state
        with state.lock:
            state.db.execute(_TABLE)

    def add(self, cursor: Cursor, ids: Sequence[str]) -> str:
        """Keep a cursor with the ids that follow the first page and return its locator; old ones go."""
        state = self._state
        with state.transaction():
            locator = state.prefixed_ids("01g", 1)[0]
            state.db.execute('DELETE FROM "_cursor" WHERE made < ?', (time.time() - _KEPT_SECONDS,))
            state.db.execute(
                'INSERT INTO "_cursor" VALUES (?, ?, ?, ?, ?, ?, ?)',
                (locator, time.time(), cursor.text, int(cursor.all_rows), cursor.total, cursor.size, "".join(ids)),
            )
        return locator

    def find(self, locator: str) -> Cursor | None:
        """Return the cursor of a locator that is still open."""
        with self._state.lock:
            row = self._state.db.execute(
                'SELECT query, all_rows, total, size, LENGTH(ids) FROM "_cursor" WHERE id = ? AND made >= ?',
                (full_id(locator), time.time() - _KEPT_SECONDS),
            ).fetchone()
        return Cursor(row[0], bool(row[1]), row[2], row[3], row[4] // _ID) if row else None

    def ids(self, locator: str, first: int, count: int) -> list[str]:
        """Return some of the ids that a cursor keeps."""
        with self._state.lock:
            (packed,) = self._state.db.execute(
                'SELECT SUBSTR(ids, ?, ?) FROM "_cursor" WHERE id = ?', (first * _ID + 1, count * _ID, full_id(locator))
            ).fetchone()
        return [packed[at : at + _ID] for at in range(0, len(packed), _ID)]
