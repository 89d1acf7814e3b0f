"""Census: which records the org has of a job whose result lines are not complete, or not all ours to recognise.

It asks for all records of the object that the running user created within the job's own window on the org's clock. Ids
that results named are told from unknown ones; unknown ones are compared by match key with the rows that have no line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.dataset import vectors
from sfseed_core.errors import DataError
from sfseed_core.load import ids, match
from sfseed_core.load.results import read_texts

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from sfseed_core.load.match import MatchKey

_BEFORE, _AFTER = timedelta(seconds=2), timedelta(seconds=2)
_API_NAME = re.compile(r"[A-Za-z]\w*")
_NEEDED = frozenset({"CreatedById", "CreatedDate"})


@dataclass(frozen=True, slots=True)
class Window:
    """What to ask for: the object's records that a user created, or that were changed (None), when by the org's clock."""

    object: str
    user_id: str | None
    start: datetime
    end: datetime

    def soql(self, columns: tuple[str, ...]) -> str:
        """Return the query of ids and match columns; DataError when a name is none."""
        for name in (self.object, *columns):
            if not _API_NAME.fullmatch(name):
                raise DataError(f"not a name of an object or field: {name!r}")
        fields = ", ".join(dict.fromkeys(("Id", *columns)))
        start, end = (
            (at + shift).strftime("%Y-%m-%dT%H:%M:%SZ") for at, shift in ((self.start, -_BEFORE), (self.end, _AFTER))
        )
        moment = "LastModifiedDate" if self.user_id is None else "CreatedDate"
        creator = "" if self.user_id is None else f"CreatedById = '{self.user_id}' AND "
        return f"SELECT {fields} FROM {self.object} WHERE {creator}{moment} >= {start} AND {moment} <= {end}"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Census:
    """The records of the window: 18-byte `ids`, ascending, and their match keys."""

    ids: np.ndarray
    keys: pa.Array

    def only(self, wanted: np.ndarray) -> Census:
        """Return the records where `wanted` is true."""
        rows = np.flatnonzero(wanted)
        return Census(self.ids[rows], self.keys.take(vectors.integers(rows)))


def read_census(path: Path, key: MatchKey) -> Census:
    """Read the answer to a window's query."""
    columns = tuple(dict.fromkeys(("Id", *key.columns)))
    table = read_texts(path, columns)
    found = ids.from_texts(table["Id"])
    order = np.argsort(found, kind="stable")
    keys = vectors.one_array(match.keys(table, key))
    return Census(found[order], keys.take(vectors.integers(order)))


def can_be_asked(fields: frozenset[str]) -> bool:
    """Say whether the object's records know who created them and when."""
    return fields >= _NEEDED


@dataclass(frozen=True, slots=True)
class Found:
    """What a census settles: rows (positions) with their ids, and whether the rows not found are certainly not there."""

    rows: np.ndarray
    ids: np.ndarray
    certain: bool


def settle(unknown: Census, keys: pa.Array, local: np.ndarray) -> Found:
    """Give unknown records of the org to rows without a result line, by match key.

    A key that more unknown records have than rows is not settled, since some of them are somebody else's; and as long as
    an unknown record is nobody's, a row that was not found may still be there under another face.
    """
    position = match.assign(keys, local, unknown.keys)
    mine = _codes(keys, unknown.keys)
    unclear = np.isin(mine, mine[(position < 0) & (mine >= 0)])
    given = (position >= 0) & ~unclear
    return Found(position[given], unknown.ids[given], certain=bool(given.all()))


def _codes(keys: pa.Array, others: pa.Array) -> np.ndarray:
    """For each of the others, the number of its text among the keys, or -1."""
    return match.places(others, keys.dictionary_encode().dictionary)
