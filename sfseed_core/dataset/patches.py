"""Patch files: the record numbers and values that one operation set, added or deleted.

Nothing that a revision was read from is ever rewritten. Where more than `MANY` patches of one column are in force, their
sum is kept in a file of its own, named after exactly those operations: whoever reads another revision does not see it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sfseed_core import system
from sfseed_core.dataset.recent import Recent
from sfseed_core.dataset.vectors import integers, numbers, one_array
from sfseed_core.errors import DataError
from sfseed_core.recipe.columns import RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MANY = 4
_KEPT_OVERLAYS = 48

Patches = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Overlay:
    """Values that stand over a column: `records` ascending, each once, and as many `values`."""

    records: np.ndarray
    values: pa.Array

    def over(self, records: np.ndarray, column: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return the column of these records with the values of the overlay where it has one."""
        place = np.searchsorted(self.records, records)
        place[place == len(self.records)] = 0
        hit = self.records[place] == records if len(self.records) else np.zeros(len(records), bool)
        if not hit.any():
            return column
        chosen = self.values.take(integers(place[hit].astype(np.int64)))
        index = np.arange(len(records), dtype=np.int64)
        index[hit] = len(records) + np.arange(len(chosen))
        return pa.chunked_array([*column.chunks, chosen], column.type).take(integers(index))


def merge(overlays: Sequence[Overlay]) -> Overlay:
    """Return the sum of overlays, of which later ones stand over earlier ones."""
    if len(overlays) == 1:
        return overlays[0]
    records = np.concatenate([one.records for one in overlays])
    order = np.argsort(records, kind="stable")
    ordered = records[order]
    last = np.append(ordered[1:] != ordered[:-1], True) if len(ordered) else np.zeros(0, bool)
    values = pa.chunked_array([one.values for one in overlays]).take(integers(order[last].astype(np.int64)))
    return Overlay(ordered[last], one_array(values))


def in_order(table: pa.Table) -> pa.Table:
    """Return the patch with its records ascending; of one that is named twice the later row stays."""
    records = numbers(table[RECORD])
    if len(records) < 2 or bool((records[1:] > records[:-1]).all()):
        return table
    order = np.argsort(records, kind="stable")
    ordered = records[order]
    last = np.append(ordered[1:] != ordered[:-1], True)
    return table.take(integers(order[last].astype(np.int64)))


def write(path: Path, table: pa.Table) -> None:
    """Write a patch file so that it is whole or not there."""
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="snappy", row_group_size=1 << 20, store_decimal_as_integer=True)
    system.write_durably(path, sink.getvalue().to_pybytes())


def read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """Read a patch file."""
    try:
        with pq.ParquetFile(path) as file:  # pq.read_table imports pandas
            return file.read(columns=None if columns is None else list(columns))
    except (OSError, pa.ArrowInvalid) as error:
        raise DataError(f"an edit of the dataset cannot be read: {path}: {error}") from error


def read_overlay(path: Path, column: str) -> Overlay:
    """Read one column of a `set` patch."""
    table = read(path, [RECORD, column])
    return Overlay(numbers(table[RECORD]), one_array(table[column]))


class Overlays:
    """The sums of patches of one dataset, read from kept sums where there are any; the last ones stay in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: Recent[tuple[str, str, Patches], Overlay] = Recent(_KEPT_OVERLAYS)

    def get(self, object_name: str, column: str, patches: Patches) -> Overlay:
        """Return the sum of a column's patches (operation number and file, in order)."""
        return self._kept.get((object_name, column, patches), lambda: self._sum(object_name, column, patches))

    def keep_sum(self, object_name: str, column: str, patches: Patches) -> None:
        """Write the sum of a column's patches to a file when more than MANY have no file of their sum yet."""
        lengths = range(len(patches), 0, -1)
        covered = next((n for n in lengths if self._file(object_name, column, patches[:n]).exists()), 0)
        if len(patches) - covered > MANY:
            overlay = self.get(object_name, column, patches)
            table = pa.table({RECORD: integers(overlay.records), column: overlay.values})
            write(self._file(object_name, column, patches), table)

    def _sum(self, object_name: str, column: str, patches: Patches) -> Overlay:
        for length in range(len(patches), 0, -1):
            known = self._kept.peek((object_name, column, patches[:length]))
            kept = self._file(object_name, column, patches[:length])
            if known is None and length > MANY and kept.exists():
                known = read_overlay(kept, column)
            if known is not None:
                return merge([known, *(read_overlay(self.folder / file, column) for _, file in patches[length:])])
        return merge([read_overlay(self.folder / file, column) for _, file in patches])

    def _file(self, object_name: str, column: str, patches: Patches) -> Path:
        """Where the sum of exactly these operations on a column is kept."""
        exactly = f"{object_name}.{column}:{','.join(str(number) for number, _ in patches)}"
        digest = hashlib.blake2b(exactly.encode(), digest_size=12).hexdigest()
        return self.folder / f"sum-{digest}.parquet"
