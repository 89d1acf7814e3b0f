"""One object's records at one revision: the staged file, what was added, deleted and set, as one table to read."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core.dataset import patches
from sfseed_core.dataset.log import iterate_parts, live
from sfseed_core.dataset.vectors import booleans, integers, numbers
from sfseed_core.recipe.columns import RECORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sfseed_core.dataset.log import Operation
    from sfseed_core.dataset.patches import Overlay, Overlays, Patches
    from sfseed_core.dataset.record_file import RecordFile

    Fetch = Callable[[RecordFile, np.ndarray, Sequence[str]], pa.Table]

_FEW_GROUPS = 3  # row groups that are read faster whole than row by row
NOTHING = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Layout:
    """What the log says about one object, before any patch is opened; equal layouts are equal records.

    `base` records are in the staged file. `added` are (first number, count, file, in force), numbers never used again;
    `deleted` are patch files; `set` holds per column (operation number, file) in order.
    """

    base: int
    added: tuple[tuple[int, int, str, bool], ...] = ()
    deleted: tuple[str, ...] = ()
    set: tuple[tuple[str, Patches], ...] = ()

    @property
    def extent(self) -> int:
        """One more than the highest record number that was ever used."""
        return self.added[-1][0] + self.added[-1][1] if self.added else self.base


def layout(operations: Sequence[Operation], object_name: str, base: int) -> Layout:
    """Return what these operations make of an object with `base` staged records."""
    alive = set(live(operations))
    added, deleted = [], []
    by_column: dict[str, list[tuple[int, str]]] = {}
    for number, part in iterate_parts(operations, object_name):
        if part.kind == "add":
            added.append((part.first, part.count, part.file, number in alive))
        elif number in alive and part.kind == "delete":
            deleted.append(part.file)
        elif number in alive:
            for column in part.columns:
                by_column.setdefault(column, []).append((number, part.file))
    columns = tuple((name, tuple(found)) for name, found in sorted(by_column.items()))
    return Layout(base, tuple(added), tuple(deleted), columns)


class ObjectState:
    """Reads one object's records as one layout has them; record numbers of deleted records have no row."""

    def __init__(self, name: str, file: RecordFile, overlays: Overlays, plan: Layout, schema: pa.Schema) -> None:
        self.name = name
        self.file = file
        self.layout = plan
        self.schema = schema
        self.edits = overlays.folder
        self.patches: Mapping[str, Patches] = MappingProxyType(dict(plan.set))
        self.gone = self._gone()
        self._overlays = overlays
        self._added: dict[str, pa.Table] = {}

    @property
    def extent(self) -> int:
        """One more than the highest record number that was ever used."""
        return self.layout.extent

    @property
    def count(self) -> int:
        """The number of records."""
        return self.extent - len(self.gone)

    def overlay(self, column: str) -> Overlay | None:
        """Return the values that edits set in the column, if any."""
        if column not in self.patches:
            return None
        return self._overlays.get(self.name, column, self.patches[column])

    def paths(self) -> list[Path]:
        """Return the files that hold the records before any edit, deleted ones included."""
        return [self.file.path, *(self.edits / file for _, _, file, _ in self.layout.added)]

    def column(self, name: str) -> tuple[np.ndarray, pa.ChunkedArray]:
        """Return the numbers of all records and one of their columns."""
        table = pa.concat_tables([self._empty([RECORD, name]), *self.tables([RECORD, name])])
        return numbers(table[RECORD]), table[name]

    def slice(self, start: int, stop: int, columns: Sequence[str] | None = None) -> pa.Table:
        """Return the records with numbers start..stop, ascending."""
        names = self._names(columns)
        parts = [self.file.slice(start, min(stop, self.layout.base), names)]
        parts += [table for _, table in self._additions(start, stop, names)]
        return self._edited(pa.concat_tables(parts)).select(names if columns is None else list(columns))

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Yield all records, ascending, a row group at a time; memory stays flat."""
        names = self._names(columns)
        chosen = names if columns is None else list(columns)
        for _, table in self.file.tables(names):
            yield self._edited(table).select(chosen)
        for _, table in self._additions(self.layout.base, self.extent, names):
            yield self._edited(table).select(chosen)

    def take(self, records: np.ndarray, columns: Sequence[str] | None = None, *, fetch: Fetch | None = None) -> pa.Table:
        """Return the records of these numbers in this order; deleted and unknown ones have no row.

        `fetch` reads staged records that lie far apart, where there is a faster way than whole row groups.
        """
        names = self._names(columns)
        records = records[(records >= 0) & (records < self.extent)]
        old = records < self.layout.base
        staged = records[old]
        if fetch is not None and self.file.groups_of(staged) > _FEW_GROUPS:
            table = fetch(self.file, staged, names)
        else:
            table = self.file.take(staged, names)
        if not old.all():
            added = [one for _, one in self._additions(self.layout.base, self.extent, names)]
            late = pa.concat_tables(added).take(integers(records[~old] - self.layout.base))
            order = np.argsort(np.concatenate([np.flatnonzero(old), np.flatnonzero(~old)]), kind="stable")
            table = pa.concat_tables([table, late]).take(integers(order.astype(np.int64)))
        return self._edited(table).select(names if columns is None else list(columns))

    def numbers(self) -> np.ndarray:
        """Return the numbers of all records, ascending."""
        every = np.arange(self.extent, dtype=np.int64)
        every[self.gone] = -1
        living: np.ndarray = every[every >= 0]
        return living

    def number_at(self, position: int) -> int:
        """Return the number of the record that stands at the position when deleted ones are not counted."""
        if not len(self.gone):
            return position
        before: np.ndarray = self.gone - np.arange(len(self.gone))  # records that stand before each deleted one
        return position + int(np.searchsorted(before, position, side="right"))

    def changed(self) -> np.ndarray:
        """Return the numbers of the records that edits in force added or set a column of, ascending."""
        lists = [self._overlays.get(self.name, name, self.patches[name]).records for name in self.patches]
        lists += [np.arange(first, first + n, dtype=np.int64) for first, n, _, alive in self.layout.added if alive]
        found = np.unique(np.concatenate(lists)) if lists else NOTHING
        living: np.ndarray = found[self.exists(found)]
        return living

    def exists(self, records: np.ndarray) -> np.ndarray:
        """Return a mask of the numbers that are records."""
        found: np.ndarray = (records >= 0) & (records < self.extent) & ~_member(records, self.gone)
        return found

    def _empty(self, columns: Sequence[str]) -> pa.Table:
        return pa.Table.from_batches([], pa.schema([self.schema.field(name) for name in columns]))

    def _names(self, columns: Sequence[str] | None) -> list[str]:
        wanted = self.schema.names if columns is None else list(columns)
        return wanted if RECORD in wanted else [RECORD, *wanted]

    def _gone(self) -> np.ndarray:
        lists = [numbers(patches.read(self.edits / file, [RECORD])[RECORD]) for file in self.layout.deleted]
        lists += [np.arange(first, first + n, dtype=np.int64) for first, n, _, alive in self.layout.added if not alive]
        return np.unique(np.concatenate(lists)) if lists else NOTHING

    def _additions(self, start: int, stop: int, names: list[str]) -> Iterator[tuple[int, pa.Table]]:
        for first, count, file, _ in self.layout.added:
            low, high = max(start, first), min(stop, first + count)
            if low < high:
                if file not in self._added:
                    self._added[file] = patches.read(self.edits / file).cast(self.schema)
                yield low, self._added[file].slice(low - first, high - low).select(names)

    def _edited(self, table: pa.Table) -> pa.Table:
        records = numbers(table[RECORD])
        if len(self.gone):
            kept = ~_member(records, self.gone)
            if not kept.all():
                table = table.filter(booleans(kept))
                records = records[kept]
        for place, name in enumerate(table.column_names):
            overlay = self.overlay(name)
            if overlay is not None:
                table = table.set_column(place, table.schema.field(place), overlay.over(records, table[name]))
        return table


def _member(values: np.ndarray, ascending: np.ndarray) -> np.ndarray:
    """A mask of the values that the ascending list holds."""
    if not len(ascending):
        return np.zeros(len(values), bool)
    place = np.searchsorted(ascending, values)
    place[place == len(ascending)] = 0
    hit: np.ndarray = ascending[place] == values
    return hit
