"""From a job's result lines (and a census, where they are not complete) to the fate of each of its records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.load import census, ids, match
from sfseed_core.load.outcome import Fate, Outcome

if TYPE_CHECKING:
    from sfseed_core.load.census import Census
    from sfseed_core.load.results import Lines

GONE = "ENTITY_IS_DELETED"
_NOT_FOUND = "the org gave no result line for this record, and does not have it"
_NO_LINE = "the org gave no result line for this record; whether it was saved could not be settled by {}"
_UNMATCHED = "the org saved a record under other values than were sent; which one it is could not be settled by {}"


@dataclass(frozen=True, slots=True)
class Sent:
    """The rows of a job: their match keys and local keys, in the order they were sent."""

    keys: pa.Array
    local: np.ndarray


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of records that did not arrive: `by` are the columns that were compared, `error` is the job's own text."""

    by: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What result lines say so far: the outcome by sent row, and what is still open.

    `open` are positions of rows that no line was found for; `strays` ids of successes that no row was found for;
    `stray_failures` and `stray_unprocessed` are lines of that kind without a row.
    """

    fates: np.ndarray
    ids: np.ndarray
    errors: pa.Array
    open: np.ndarray
    strays: np.ndarray
    stray_failures: pa.Array
    stray_unprocessed: int

    @property
    def complete(self) -> bool:
        """Whether every row has its line."""
        return len(self.open) == 0 and len(self.strays) == 0

    @property
    def missing(self) -> int:
        """How many rows have no line at all."""
        return len(self.open) - len(self.strays) - len(self.stray_failures) - self.stray_unprocessed


def read(sent: Sent, lines: Lines) -> Reading:
    """Give each line to a row."""
    position = match.one_to_one(sent.keys, lines.keys)
    if position is None:
        lines = lines.by_id()
        position = match.assign(sent.keys, sent.local, lines.keys)
    kinds = np.repeat(
        np.array([Fate.SUCCEEDED, Fate.FAILED, Fate.UNPROCESSED], np.uint8),
        [lines.succeeded, lines.failed, lines.unprocessed],
    )
    given = position >= 0
    fates = np.full(len(sent.local), Fate.IN_FLIGHT, np.uint8)
    fates[position[given]] = kinds[given]
    found = np.zeros(len(sent.local), ids.ID)
    found[position[given]] = lines.ids[given]
    source = np.full(len(sent.local), -1, np.int64)
    source[position[given]] = np.flatnonzero(given)
    return Reading(
        fates=fates,
        ids=found,
        errors=_taken(lines.errors, source),
        open=np.flatnonzero(fates == Fate.IN_FLIGHT),
        strays=lines.ids[~given & (kinds == Fate.SUCCEEDED)],
        stray_failures=lines.errors.take(match.positions(np.flatnonzero(~given & (kinds == Fate.FAILED)))),
        stray_unprocessed=int((~given & (kinds == Fate.UNPROCESSED)).sum()),
    )


def _taken(errors: pa.Array, source: np.ndarray) -> pa.Array:
    """The texts at these places, null where the place is -1."""
    padded = pa.concat_arrays([errors, pa.nulls(1, pa.string())])
    return padded.take(match.positions(np.where(source < 0, len(errors), source)))


def recognise(reading: Reading, sent: Sent, seen: Census) -> Reading:
    """Give successes that matched no row to rows, by what the org's own records (`seen`) hold."""
    ours = seen.only(np.isin(seen.ids, reading.strays))
    rows = reading.open
    position = match.assign(_at(sent.keys, rows), sent.local[rows], ours.keys)
    given = position >= 0
    reading = _give(reading, rows[position[given]], ours.ids[given])
    if len(reading.strays) == 1 and len(reading.open) == 1:
        return _give(reading, reading.open, reading.strays)  # one record, one row: nothing else is left
    return reading


def count_in(reading: Reading, sent: Sent, seen: Census, known: np.ndarray) -> tuple[Reading, bool]:
    """Give records that the org has, and no line named, to rows; say whether rows left open are certainly not there."""
    taken = np.concatenate((known, reading.strays, reading.ids))
    unknown = seen.only(~np.isin(seen.ids, taken))
    rows = reading.open
    found = census.settle(unknown, _at(sent.keys, rows), sent.local[rows])
    return _give(reading, rows[found.rows], found.ids), found.certain


def confirm(reading: Reading, cells: Sent, seen: Census) -> Reading:
    """Take rows left open for done where the org's records (`seen`) have the very cells that were sent."""
    rows = reading.open
    position = match.assign(_at(cells.keys, rows), cells.local[rows], seen.keys)
    given = position >= 0
    return _give(reading, rows[position[given]], seen.ids[given])


def _give(reading: Reading, rows: np.ndarray, found: np.ndarray) -> Reading:
    fates, all_ids = reading.fates.copy(), reading.ids.copy()
    fates[rows] = Fate.SUCCEEDED
    all_ids[rows] = found
    return replace(
        reading,
        fates=fates,
        ids=all_ids,
        open=np.flatnonzero(fates == Fate.IN_FLIGHT),
        strays=reading.strays[~np.isin(reading.strays, found)],
    )


def close(reading: Reading, sent: Sent, said: Said, *, absent: Fate | None) -> Outcome:
    """Return the outcome, deciding the rows left open.

    `absent` is the fate of rows that the org certainly does not have; None when that is not certain, or such rows cannot
    be told from those of successes that nobody recognised: they are in doubt.
    """
    fates, reasons = reading.fates.copy(), np.zeros(len(reading.fates), np.int64)
    rows = reading.open
    if len(reading.strays) or (absent is None and reading.missing > 0):
        fates[rows] = Fate.IN_DOUBT
        reasons[rows] = 2 if len(reading.strays) else 1
    else:
        failures, unprocessed = len(reading.stray_failures), reading.stray_unprocessed
        fates[rows[:failures]] = Fate.FAILED
        fates[rows[failures : failures + unprocessed]] = Fate.UNPROCESSED
        fates[rows[failures + unprocessed :]] = Fate.IN_DOUBT if absent is None else absent
        reasons[rows[failures + unprocessed :]] = 3
    reasons[(fates == Fate.UNPROCESSED) & (reasons == 0)] = 4
    return _outcome(reading, sent, fates, _reasons(said).take(match.positions(reasons)))


def _reasons(said: Said) -> pa.Array:
    by = ", ".join(said.by)
    return vectors.texts([None, _NO_LINE.format(by), _UNMATCHED.format(by), _NOT_FOUND, said.error])


def _outcome(reading: Reading, sent: Sent, fates: np.ndarray, reasons: pa.Array) -> Outcome:
    source = np.full(len(fates), -1, np.int64)
    failures = reading.open[: len(reading.stray_failures)]
    if len(failures) and fates[failures[0]] == Fate.FAILED:
        source[failures] = np.arange(len(failures))
    own = pc.coalesce(reading.errors, _taken(reading.stray_failures, source))
    strays = len(reading.strays)
    return Outcome(
        keys=np.concatenate((sent.local, np.full(strays, -1, np.int64))),
        fates=np.concatenate((fates, np.full(strays, Fate.IN_DOUBT, np.uint8))),
        ids=np.concatenate((reading.ids, reading.strays)),
        errors=pa.concat_arrays([pc.coalesce(own, reasons), pa.nulls(strays, pa.string())]),
    )


def unsent(outcome: Outcome) -> Outcome:
    """Return the outcome of a job that we ended ourselves: what the org left undone waits to be sent."""
    return replace(outcome, fates=np.where(outcome.fates == Fate.UNPROCESSED, np.uint8(Fate.WAITING), outcome.fates))


def _at(keys: pa.Array, rows: np.ndarray) -> pa.Array:
    return keys.take(match.positions(rows))


def forgive(outcome: Outcome, code: str) -> Outcome:
    """Return the outcome with the failures of a status code as successes (a record to delete that is gone already)."""
    starts = pc.starts_with(outcome.errors, pattern=code)
    hit = vectors.mask(starts) & ~vectors.nulls(starts)
    fates = np.where(hit & (outcome.fates == Fate.FAILED), np.uint8(Fate.SUCCEEDED), outcome.fates)
    return replace(outcome, fates=fates)
