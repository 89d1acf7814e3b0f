"""Lines of CSV straight from the codes of cells: what `CsvEncoder` writes of the same records, in a third of the time.

A cell is one text of a pool, or several; a line is the texts of all its cells, one after the other. So every pool is kept
once with the quotes and commas that stand around its texts, all pools in one array, and a block of lines is one take out of
it, in the order of reading: what comes out lies in memory as the file does.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset.export.csv import CsvEncoder, holds, with_line_feeds
from sfseed_core.dataset.export.readable import ID
from sfseed_core.dataset.export.spelled import Spelled, reference, spelled
from sfseed_core.generate import texts
from sfseed_core.generate.cells import Coded, Texts, numbers_array
from sfseed_core.generate.spelling import whole
from sfseed_core.recipe.columns import RECORD_TYPE, arrow_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.model import ObjectPlan

_CODES = 1 << 18  # of a block: they and its texts stay near the processor
_BLOCK_BYTES = 1 << 26  # at most, even where every text is the longest of its pool
_KEPT_BYTES = 1 << 24


@dataclass(frozen=True, slots=True, eq=False)
class _Strand:
    """One text of each line, with what stands around it; the text `blank` instead where `empty` says so."""

    part: Coded | Texts | str
    around: tuple[str, str]
    empty: np.ndarray | None
    blank: str

    @property
    def codes(self) -> np.ndarray | None:
        """Places among its texts; None: always the first."""
        return None if isinstance(self.part, str) else self.part.codes

    def dressed(self) -> pa.StringArray:
        """Return its texts as they stand in a file: quotes doubled, line breaks LF, with what stands around them."""
        before, after = self.around
        if isinstance(self.part, str):
            return texts.single(self.part)
        pool = with_line_feeds(self.part.pool)
        if holds(pool, b'"'):
            pool = pc.replace_substring(pool, pattern='"', replacement='""')
        return texts.join(before, pool, after) if before or after else pool

    @property
    def longest(self) -> int:
        """No text is longer, in bytes."""
        return sum(map(len, self.around)) + (
            len(self.part) if isinstance(self.part, str) else 2 * texts.longest(self.part.pool)
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Warp:
    """A strand laid into the one array of texts."""

    codes: np.ndarray | None
    start: int
    empty: np.ndarray | None
    blank: int


class Lines:
    """Writes records of one object as lines. May be used by several threads at once."""

    def __init__(self, plan: ObjectPlan) -> None:
        self._types = [arrow_type(one.type, one.precision, one.scale) for one in plan.columns]
        self._pools = _Pools()
        fields = [ID, *(one.field for one in plan.columns), *(one.field for one in plan.references)]
        self.fields = (*fields, RECORD_TYPE) if plan.record_types else tuple(fields)

    def header(self) -> bytes:
        """Return the header line."""
        return CsvEncoder(self.fields).header()

    @property
    def kept_bytes(self) -> int:
        """How much memory the pools take that are kept."""
        return self._pools.bytes

    def blocks(self, rows: Rows) -> Iterator[pa.Buffer]:
        """Yield the lines of the records, some thousand at a time."""
        strands = _strands(self._columns(rows))
        pool, warps, widest = self._laid(strands)
        step = max(min(_CODES // len(warps), _BLOCK_BYTES // max(widest, 1)), 1)
        for start in range(0, len(rows), step):
            yield _woven(pool, warps, start, min(start + step, len(rows)))

    def _columns(self, rows: Rows) -> list[Spelled]:
        plan = rows.plan
        found = [Spelled(whole(rows.records), quoted=True, before=f"{plan.name}:")]
        found += [spelled(rows.cells(one.field), kind) for one, kind in zip(plan.columns, self._types, strict=True)]
        found += [reference(rows.keys(one.field)) for one in plan.references]
        return [*found, spelled(rows.record_type_names(), pa.string())] if plan.record_types else found

    def _laid(self, strands: list[_Strand]) -> tuple[pa.StringArray, list[_Warp], int]:
        """Return the array of all texts, where each strand lies in it, and a bound of the bytes of the longest line."""
        starts = [self._pools.start_of(one) for one in strands]
        blanks = [0 if one.empty is None else self._pools.start_of_text(one.blank) for one in strands]
        kept = self._pools.whole()
        loose = [one.dressed() for one, start in zip(strands, starts, strict=True) if start is None]
        ends = itertools.accumulate((len(array) for array in loose), initial=len(kept))
        warps = [
            _Warp(one.codes, next(ends) if start is None else start, one.empty, blank)
            for one, start, blank in zip(strands, starts, blanks, strict=True)
        ]
        return pa.concat_arrays([kept, *loose]) if loose else kept, warps, sum(one.longest for one in strands)


def _strands(columns: list[Spelled]) -> list[_Strand]:
    return [
        strand for place, one in enumerate(columns) for strand in _of_column(one, place == 0, place == len(columns) - 1)
    ]


def _of_column(column: Spelled, first: bool, last: bool) -> Iterator[_Strand]:
    """Yield the strands of a column: its first text brings the comma, its last one the end of the line."""
    comma, end, quote = "" if first else ",", "\n" if last else "", '"' if column.quoted else ""
    empty = None if column.valid is None else ~column.valid
    for place, part in enumerate(column.parts):
        begins, ends = place == 0, place == len(column.parts) - 1
        around = f"{comma}{quote}{column.before}" if begins else "", f"{quote}{end}" if ends else ""
        blanks = comma if begins else "", end if ends else ""
        if isinstance(part, Coded):
            yield _Strand(part, around, empty, "".join(blanks))
        else:  # what stands around texts that are no pool's stands in strands of its own
            yield _Strand(around[0], ("", ""), empty, blanks[0])
            yield _Strand(part, ("", ""), empty, "")
            yield _Strand(around[1], ("", ""), empty, blanks[1])


def _woven(pool: pa.StringArray, warps: list[_Warp], start: int, stop: int) -> pa.Buffer:
    codes = np.empty((stop - start, len(warps)), dtype=np.int32)
    for place, one in enumerate(warps):
        column = codes[:, place]
        if one.codes is None:
            column[:] = one.start
        else:
            np.add(one.codes[start:stop], one.start, out=column, dtype=np.int64, casting="unsafe")
        if one.empty is not None:
            np.copyto(column, one.blank, where=one.empty[start:stop])
    taken = pc.take(pool, numbers_array(codes.reshape(-1), pa.int32()), boundscheck=False)
    return taken.buffers()[2].slice(0, int(texts.offsets(taken)[-1]))


class _Pools:
    """Pools with what stands around their texts, one behind the other in one array; known by identity."""

    def __init__(self) -> None:
        self._places: dict[tuple[int, str, str], tuple[int, pa.StringArray]] = {}
        self._texts: dict[str, int] = {}
        self._arrays: list[pa.StringArray] = [texts.single("")]
        self._length, self.bytes = 1, 0
        self._whole: pa.StringArray | None = None
        self._lock = Lock()

    def start_of(self, strand: _Strand) -> int | None:
        """Return where the strand's texts begin, put there if they are not yet; None for those of no pool, or too many."""
        if isinstance(strand.part, str):
            return self.start_of_text(strand.part)
        if isinstance(strand.part, Texts):
            return None
        pool = strand.part.pool
        known = self._places.get((id(pool), *strand.around))
        if known:
            return known[0]
        with self._lock:
            if self.bytes + pool.nbytes > _KEPT_BYTES:
                return None
            start = self._append(strand.dressed())
            # the pool is remembered too, so that its id stays its own
            self._places[(id(pool), *strand.around)] = (start, pool)
            return start

    def start_of_text(self, text: str) -> int:
        """Return the place of one text."""
        known = self._texts.get(text)
        if known is not None:
            return known
        with self._lock:
            return self._texts.setdefault(text, self._append(texts.single(text)))

    def whole(self) -> pa.StringArray:
        """Return all texts; places that were given before are right in it."""
        with self._lock:
            if self._whole is None:
                self._whole = pa.concat_arrays(self._arrays)
                self._arrays = [self._whole]
            return self._whole

    def _append(self, array: pa.StringArray) -> int:
        start = self._length
        self._arrays.append(array)
        self._length += len(array)
        self.bytes += array.nbytes
        self._whole = None
        return start
