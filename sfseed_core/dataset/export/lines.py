"""Lines of CSV straight from the codes of cells: what `CsvEncoder` writes of the same records, in a third of the time.

A cell is one text of a pool, or several; a line is the texts of all its cells, one after the other. So every pool is kept
once with the quotes and commas that stand around its texts, all pools in one array, and a block of lines is one take out of
it, in the order of reading: what comes out lies in memory as the file does.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa

from sfseed_core.dataset.export.csv import CsvEncoder, holds, with_line_feeds
from sfseed_core.dataset.export.readable import ID
from sfseed_core.dataset.export.spelled import Spelled, reference, spelled
from sfseed_core.generate import kernels, texts
from sfseed_core.generate.cells import Coded, numbers_array
from sfseed_core.generate.spelling import whole
from sfseed_core.recipe.columns import RECORD_TYPE, arrow_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.model import ObjectPlan

    _Pool: TypeAlias = tuple[pa.StringArray, str, str]

_FIRST = 256  # lines of the first block, which tells how long lines are
_BLOCK_BYTES = 1 << 19  # about so many, which stay near the processor
_MOST_BYTES = 1 << 26  # even where every text is the longest of its pool
_KEPT_BYTES = 1 << 24


@dataclass(frozen=True, slots=True, eq=False)
class _Strand:
    """One text of each line; the text `blank` instead where `empty` says so.

    It is of a pool, with what stands around it, or of several pools one after the other, all at the same place.
    """

    pools: tuple[_Pool, ...]
    codes: np.ndarray | None  # None: everywhere the first
    empty: np.ndarray | None = None
    blank: str = ""
    kept: bool = True

    @property
    def key(self) -> tuple[tuple[int, str, str], ...]:
        """What it is known by."""
        return tuple((id(pool), before, after) for pool, before, after in self.pools)

    def texts(self) -> pa.StringArray:
        """Return its texts as they stand in a file."""
        dressed = [_dressed(*one) for one in self.pools]
        return dressed[0] if len(dressed) == 1 else texts.weave([(one, np.arange(len(one))) for one in dressed])

    def joined(self, other: _Strand) -> _Strand | None:
        """Return both as one, when they stand at the same places of pools of one length."""
        alike = self.codes is not None and self.codes is other.codes and self.kept and other.kept
        if not alike or self.empty is not other.empty or len(self.pools[0][0]) != len(other.pools[0][0]):
            return None
        return _Strand((*self.pools, *other.pools), self.codes, self.empty, self.blank + other.blank)


def _dressed(pool: pa.StringArray, before: str, after: str) -> pa.StringArray:
    """Return the texts with quotes doubled, line breaks as LF, and what stands around them."""
    pool = with_line_feeds(pool)
    if holds(pool, b'"'):
        pool = kernels.replace_substring(pool, pattern='"', replacement='""')
    return texts.join(before, pool, after) if before or after else pool


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Where a strand's texts begin among all texts, and the bytes of the longest."""

    start: int
    longest: int


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
        """Yield the lines of the records, some at a time: as many as stay near the processor while they are written."""
        pool, codes, widest = self._laid(_strands(self._columns(rows)), len(rows))
        start, step = 0, _FIRST
        while start < len(rows):
            stop = start + max(min(step, _MOST_BYTES // max(widest, 1)), 1)
            block = _woven(pool, codes[:, start:stop])
            yield block
            start, step = stop, _BLOCK_BYTES * step // max(block.size, 1)

    def _columns(self, rows: Rows) -> list[Spelled]:
        plan = rows.plan
        found = [Spelled(whole(rows.records), quoted=True, before=f"{plan.name}:")]
        found += [spelled(rows.cells(one.field), kind) for one, kind in zip(plan.columns, self._types, strict=True)]
        found += [reference(rows.keys(one.field)) for one in plan.references]
        return [*found, spelled(rows.record_type_names(), pa.string())] if plan.record_types else found

    def _laid(self, strands: list[_Strand], count: int) -> tuple[pa.StringArray, np.ndarray, int]:
        """Return the array of all texts, each strand's places in it, and a bound on the bytes of the longest line."""
        places = [self._pools.place(one) for one in strands]
        blanks = [0 if one.empty is None else self._pools.start_of(one.blank) for one in strands]
        pool = self._pools.whole()
        loose = [one.texts() for one, place in zip(strands, places, strict=True) if place is None]
        starts = itertools.accumulate((len(array) for array in loose), initial=len(pool))
        spare = iter([_Place(start, texts.longest(array)) for start, array in zip(starts, loose, strict=False)])
        laid = [place or next(spare) for place in places]
        codes = np.empty((len(strands), count), dtype=np.int32)
        for row, one, place, blank in zip(codes, strands, laid, blanks, strict=True):
            if one.codes is None:
                row[:] = place.start
            else:
                np.add(one.codes, place.start, out=row, dtype=np.int64, casting="unsafe")
            if one.empty is not None:
                np.copyto(row, blank, where=one.empty)
        return pa.concat_arrays([pool, *loose]) if loose else pool, codes, sum(one.longest for one in laid)


def _strands(columns: list[Spelled]) -> list[_Strand]:
    """Return the strands of all columns; neighbours that can be one are."""
    found: list[_Strand] = []
    empties = {id(one.valid): ~one.valid for one in columns if one.valid is not None}
    for place, column in enumerate(columns):
        empty = empties.get(id(column.valid))
        for one in _of_column(column, empty, first=place == 0, last=place == len(columns) - 1):
            both = found[-1].joined(one) if found else None
            if both:
                found.pop()
            found.append(both or one)
    return found


def _of_column(column: Spelled, empty: np.ndarray | None, *, first: bool, last: bool) -> Iterator[_Strand]:
    """Yield the strands of a column: its first text brings the comma, its last one the end of the line."""
    comma, end, quote = "" if first else ",", "\n" if last else "", '"' if column.quoted else ""
    for place, part in enumerate(column.parts):
        begins, ends = place == 0, place == len(column.parts) - 1
        before, after = f"{comma}{quote}{column.before}" if begins else "", f"{quote}{end}" if ends else ""
        blanks = comma if begins else "", end if ends else ""
        if isinstance(part, Coded):
            yield _Strand(((part.pool, before, after),), part.codes, empty, "".join(blanks))
        else:  # what stands around texts that are no pool's stands in strands of its own
            yield _constant(before, empty, blanks[0])
            yield _Strand(((part.array, "", ""),), part.codes, empty, kept=False)
            yield _constant(after, empty, blanks[1])


def _constant(text: str, empty: np.ndarray | None = None, blank: str = "") -> _Strand:
    """Return the same text in every line; as it stands, for it is made of quotes and commas."""
    return _Strand(((texts.single(""), text, ""),), None, empty, blank)


def _woven(pool: pa.StringArray, codes: np.ndarray) -> pa.Buffer:
    """Return the texts of the lines, each a column of the codes."""
    taken = kernels.take(pool, numbers_array(np.ascontiguousarray(codes.T).reshape(-1), pa.int32()))
    return taken.buffers()[2].slice(0, int(texts.offsets(taken)[-1]))


class _Pools:
    """Texts of strands, one behind the other in one array; pools are known by identity."""

    def __init__(self) -> None:
        self._places: dict[tuple[tuple[int, str, str], ...], tuple[_Place, tuple[_Pool, ...]]] = {}
        self._arrays: list[pa.StringArray] = []
        self._length = self.bytes = 0
        self._whole: pa.StringArray | None = None
        self._lock = Lock()

    def place(self, strand: _Strand) -> _Place | None:
        """Return where the strand's texts lie, put there if they are not yet; None for those of no pool, or too many."""
        if not strand.kept:
            return None
        known = self._places.get(strand.key)
        if known:
            return known[0]
        array = strand.texts()
        with self._lock:
            if self.bytes + array.nbytes > _KEPT_BYTES and len(array) > 1:
                return None
            place = _Place(self._length, texts.longest(array))
            # the pools are remembered too, so that their ids stay their own
            self._places[strand.key] = (place, strand.pools)
            self._arrays.append(array)
            self._length += len(array)
            self.bytes += array.nbytes
            self._whole = None
            return place

    def start_of(self, text: str) -> int:
        """Return the place of one text."""
        place = self.place(_constant(text))
        assert place is not None
        return place.start

    def whole(self) -> pa.StringArray:
        """Return all texts; places that were given before are right in it."""
        with self._lock:
            if self._whole is None:
                self._whole = pa.concat_arrays(self._arrays)
                self._arrays = [self._whole]
            return self._whole
