"""One Parquet file of records in order: written in row groups that make a page cheap, read by slices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sfseed_core.dataset.recent import Recent
from sfseed_core.dataset.vectors import integers
from sfseed_core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    Columns = Recent[tuple[Path, int, str], pa.ChunkedArray]

ROW_GROUP = 32_768  # a page decodes one of them: some 25 ms of a dozen columns
_GROUP_BYTES = 64 << 20  # a group of long texts is cut earlier, so that reading one stays cheap
KEPT_BYTES = 96 << 20  # decoded columns that stay in memory: a row group of a wide object and some more


class RecordWriter:
    """Writes batches of any size as row groups of at most ROW_GROUP rows."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.rows = 0
        self._schema = schema
        self._writer = pq.ParquetWriter(path, schema, compression="snappy", store_decimal_as_integer=True)
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = 0
        self._waiting_bytes = 0

    def write(self, records: pa.RecordBatch | pa.Table) -> None:
        """Append records."""
        for batch in records.to_batches() if isinstance(records, pa.Table) else [records]:
            self._take(batch)

    def close(self) -> None:
        """Write what waits and the footer."""
        self._flush()
        self._writer.close()

    def _take(self, batch: pa.RecordBatch) -> None:
        self.rows += len(batch)
        start = 0
        while start < len(batch):
            piece = batch.slice(start, ROW_GROUP - self._waiting_rows)
            start += len(piece)
            self._waiting.append(piece)
            self._waiting_rows += len(piece)
            self._waiting_bytes += piece.nbytes
            if self._waiting_rows >= ROW_GROUP or self._waiting_bytes >= _GROUP_BYTES:
                self._flush()

    def _flush(self) -> None:
        if self._waiting:
            table = pa.Table.from_batches(self._waiting, self._schema)
            self._writer.write_table(table, row_group_size=ROW_GROUP)
        self._waiting, self._waiting_rows, self._waiting_bytes = [], 0, 0


def decoded_columns() -> Columns:
    """Return a place for the columns that were decoded last, to be shared by the files of a dataset."""
    return Recent(KEPT_BYTES, lambda column: int(column.nbytes))


class RecordFile:
    """Reads slices of one file; keeps the columns of row groups that were decoded last."""

    def __init__(self, path: Path, kept: Columns | None = None) -> None:
        self.path = path
        self._columns = kept or decoded_columns()
        try:
            self._metadata = pq.read_metadata(path)
        except (OSError, pa.ArrowInvalid) as error:
            raise DataError(f"{path} cannot be read: {error}") from error
        sizes = [self._metadata.row_group(group).num_rows for group in range(self._metadata.num_row_groups)]
        self._starts = np.cumsum([0, *sizes])
        self.schema: pa.Schema = self._metadata.schema.to_arrow_schema()

    @property
    def rows(self) -> int:
        """The number of records."""
        return int(self._starts[-1])

    def slice(self, start: int, stop: int, columns: Sequence[str]) -> pa.Table:
        """Return the rows start..stop."""
        pieces = [self._piece(group, start, stop, columns) for group in self._groups(start, stop)]
        return pa.concat_tables(pieces) if pieces else self._empty(columns)

    def take(self, positions: np.ndarray, columns: Sequence[str]) -> pa.Table:
        """Return the rows at the positions, in their order."""
        group_of = np.searchsorted(self._starts, positions, side="right") - 1
        pieces, order = [], []
        for group in np.unique(group_of):
            wanted = np.flatnonzero(group_of == group)
            table = self._group(int(group), columns)
            pieces.append(table.take(integers(positions[wanted] - self._starts[group])))
            order.append(wanted)
        if not pieces:
            return self._empty(columns)
        back = np.argsort(np.concatenate(order), kind="stable").astype(np.int64)
        return pa.concat_tables(pieces).take(integers(back))

    def groups_of(self, positions: np.ndarray) -> int:
        """Return how many row groups hold the positions."""
        return len(np.unique(np.searchsorted(self._starts, positions, side="right")))

    def tables(self, columns: Sequence[str]) -> Iterator[tuple[int, pa.Table]]:
        """Yield each row group with the position of its first row, not kept in memory."""
        with pq.ParquetFile(self.path, metadata=self._metadata) as file:
            for group in range(self._metadata.num_row_groups):
                yield int(self._starts[group]), file.read_row_group(group, columns=list(columns)).select(list(columns))

    def _groups(self, start: int, stop: int) -> range:
        if stop <= start or start >= self.rows:
            return range(0)
        first, last = np.searchsorted(self._starts, [start, min(stop, self.rows) - 1], side="right") - 1
        return range(int(first), int(last) + 1)

    def _piece(self, group: int, start: int, stop: int, columns: Sequence[str]) -> pa.Table:
        low, high = int(self._starts[group]), int(self._starts[group + 1])
        first, last = max(start, low), min(stop, high)
        return self._group(group, columns).slice(first - low, last - first)

    def _group(self, group: int, columns: Sequence[str]) -> pa.Table:
        known = {name: self._columns.peek((self.path, group, name)) for name in columns}
        missing = [name for name, column in known.items() if column is None]
        if missing:
            with pq.ParquetFile(self.path, metadata=self._metadata) as file:
                decoded = file.read_row_group(group, columns=missing)
            for name in missing:
                known[name] = decoded[name]
                self._columns.put((self.path, group, name), decoded[name])
        return pa.table(known, schema=pa.schema([self.schema.field(name) for name in columns]))

    def _empty(self, columns: Sequence[str]) -> pa.Table:
        return pa.Table.from_batches([], pa.schema([self.schema.field(name) for name in columns]))


def cut(tables: Iterable[pa.Table], size: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows of the tables in batches of `size` rows, or fewer where they reach the bytes of a row group."""
    waiting: list[pa.Table] = []
    for table in tables:
        waiting.append(table)
        rows = sum(one.num_rows for one in waiting)
        wide = sum(one.nbytes for one in waiting) >= _GROUP_BYTES
        if rows >= size or wide:
            whole = pa.concat_tables(waiting).combine_chunks()
            full = rows if wide else rows - rows % size
            yield from whole.slice(0, full).to_batches(max_chunksize=size)
            waiting = [whole.slice(full)]
    if waiting:
        yield from pa.concat_tables(waiting).combine_chunks().to_batches(max_chunksize=size)
