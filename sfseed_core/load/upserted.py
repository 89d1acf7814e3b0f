"""What became of an upsert's records: which it made, which it changed, and those whose line is lost.

An upsert is told by its key: sent twice it makes nothing twice. A record without a line is looked for under its key. It was
made by us when it was not there before the job and the running user created it within the job's own window; it was changed by
us when it holds what was sent; else it is sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core.dataset import vectors
from sfseed_core.load import before, ids, match, results, settle
from sfseed_core.load.census import Census, can_be_asked
from sfseed_core.org.found import find_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.load.jobs import Job, JobFiles
    from sfseed_core.load.outcome import Fate, Outcome
    from sfseed_core.load.settle import Reading, Said, Sent
    from sfseed_core.org.client import Org
    from sfseed_core.schema.model import Field

_SLACK = timedelta(seconds=2)
_STAMPS = ("CreatedById", "CreatedDate")
_NUMBERS = frozenset({"double", "int", "currency", "percent", "long"})


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known beside the result lines: ids of records `there` before, of those that lines call `changed`.

    Once the org was asked, `found` are the records under the keys of rows without a line, and of these `ours` those that the
    job certainly made, `same` those that hold what was sent.
    """

    job: Job
    files: JobFiles
    there: np.ndarray
    changed: np.ndarray
    found: Census | None = None
    ours: np.ndarray | None = None
    same: np.ndarray | None = None

    @classmethod
    def of(cls, job: Job, files: JobFiles) -> Seen:
        """Read what is on disk."""
        known = before.read(files)
        there = np.zeros(0, ids.ID) if known is None else known.ids
        return cls(job, files, there, results.changed_ids(files))

    def asked(self, org: Org, sent: Sent, reading: Reading, fields: Mapping[str, Field]) -> Seen:
        """Ask the org for the records under the keys of the rows that have no line."""
        (key,) = self.job.match.columns
        told = results.read_texts(self.files.sent, results.header(self.files.sent)) if self.files.sent.exists() else None
        spelled = sent.keys if told is None else vectors.one_array(told[key])
        wanted: list[str] = [one for one in spelled.take(match.positions(reading.open)).unique().to_pylist() if one]
        columns = [] if told is None else [name for name in told.column_names if name != key]
        stamps = list(_STAMPS) if can_be_asked(frozenset(fields)) else []
        quoted = key not in fields or fields[key].type not in _NUMBERS
        names = list(dict.fromkeys(("Id", key, *columns, *stamps)))
        rows = list(find_by(org, self.job.object, names, key, wanted, quoted=quoted))  # those without a line
        table = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})
        found = ids.from_texts(table["Id"])
        keys = vectors.one_array(match.keys(table, self.job.match))
        fresh = ~np.isin(found, self.there)
        ours = fresh & self._within(table, org.facts.user_id) if stamps else np.zeros(len(found), bool)
        same = np.zeros(len(found), bool) if told is None else _holds(table, keys, told, sent, columns)
        return replace(self, found=Census(found, keys), ours=ours, same=same)

    def _within(self, table: pa.Table, user_id: str | None) -> np.ndarray:
        """Which records the user created while the job was at work."""
        if self.job.opened is None or self.job.ended is None or user_id is None:
            return np.zeros(table.num_rows, bool)
        start, end = (datetime.fromisoformat(one) for one in (self.job.opened, self.job.ended))
        pairs = zip(*(table[name].to_pylist() for name in _STAMPS), strict=True)
        return np.array(
            [by == user_id and start - _SLACK <= datetime.fromisoformat(at) <= end + _SLACK for by, at in pairs], bool
        )


def outcome(reading: Reading, sent: Sent, said: Said, seen: Seen, again: Fate) -> Outcome:
    """Return what became of the rows; `again` is the fate of those that can be sent once more without harm."""
    certain = reading.complete
    if seen.found is not None and seen.ours is not None and seen.same is not None:
        certain = True
        if len(reading.strays):
            reading = settle.recognise(reading, sent, seen.found)
        reading = settle.confirm(reading, sent, seen.found.only(seen.ours | seen.same))
    closed = settle.close(reading, sent, said, absent=again if certain else None)
    made = (closed.ids != b"") & ~np.isin(closed.ids, seen.there) & ~np.isin(closed.ids, seen.changed)
    return replace(closed, created=made)


def _holds(table: pa.Table, keys: pa.Array, told: pa.Table, sent: Sent, columns: list[str]) -> np.ndarray:
    """Which records of the org hold every cell that was sent for them; an empty one changes nothing."""
    place = match.places(keys, vectors.one_array(sent.keys))
    same = place >= 0
    rows = vectors.integers(np.maximum(place, 0))
    for name in columns if told.num_rows else ():
        wanted = match.plain(vectors.one_array(told[name]).take(rows))
        there = match.plain(table[name])
        same &= vectors.mask(pa.compute.equal(wanted, there)) | (vectors.numbers(pa.compute.binary_length(wanted)) == 0)
    return same
