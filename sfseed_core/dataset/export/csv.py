"""Salesforce's CSV (SALESFORCE.md 1.7): UTF-8 without BOM, LF, true/false, plain decimals, ISO dates.

One encoder makes both the files that `generate --out` writes and the batches that a load sends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from sfseed_core.dataset.vectors import integers, mask, nulls, numbers, one_array, texts
from sfseed_core.generate import kernels

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

NULL = "#N/A"
_BATCH = 2_048  # rows that the writer formats at a time: they stay near the processor; 16k is 50 % slower
_INSTANT = 23  # characters of yyyy-MM-ddTHH:mm:ss.SSS
_MILLISECONDS_A_DAY = 86_400_000
SCIENTIFIC_SCALE = 7  # from this scale on Arrow writes small decimals as 1E-7


class CsvEncoder:
    """Encodes tables of one shape as Salesforce's CSV.

    `fields` are the columns sent, in order. Text is always quoted. An empty value leaves a field to its default on insert
    and as it is on update; with `null_text` (`#N/A`) it empties the field instead, in the columns of `emptied` (all if not
    given). Line breaks inside texts become LF: Salesforce refuses a whole job for one CR.
    """

    def __init__(
        self, fields: Collection[str], *, null_text: str | None = None, emptied: Collection[str] | None = None
    ) -> None:
        self.fields = tuple(fields)
        self._null = null_text
        self._emptied = frozenset(self.fields if emptied is None else emptied)

    def header(self) -> bytes:
        """Return the header line."""
        return (",".join(f'"{name}"' for name in self.fields) + "\n").encode()

    def rows(self, table: pa.Table | pa.RecordBatch) -> bytes:
        """Return the records as lines without a header."""
        sink = pa.BufferOutputStream()
        self._write(table, sink, header=False)
        return bytes(sink.getvalue().to_pybytes())

    def whole(self, table: pa.Table | pa.RecordBatch) -> bytes:
        """Return the header and the records."""
        sink = pa.BufferOutputStream()
        self._write(table, sink, header=True)
        return bytes(sink.getvalue().to_pybytes())

    def block(self, table: pa.Table | pa.RecordBatch) -> pa.Buffer:
        """Return the records as lines without a header, not copied."""
        sink = pa.BufferOutputStream()
        self._write(table, sink, header=False)
        return sink.getvalue()

    def write(self, tables: Iterable[pa.Table | pa.RecordBatch], sink: pa.NativeFile) -> int:
        """Write the header and all records to an open Arrow stream; return their number."""
        sink.write(self.header())
        rows = 0
        for table in tables:
            self._write(table, sink, header=False)
            rows += table.num_rows
        return rows

    def encoded(self, table: pa.Table | pa.RecordBatch) -> pa.Table:
        """Return the columns as they are written: texts, and types that the CSV writer puts right by itself."""
        columns = [self._column(name, table.column(name)) for name in self.fields]
        return pa.table(dict(zip(self.fields, columns, strict=True)))

    def _write(self, table: pa.Table | pa.RecordBatch, sink: pa.NativeFile, *, header: bool) -> None:
        options = pa_csv.WriteOptions(include_header=header, batch_size=_BATCH, quoting_style="needed", eol="\n")
        pa_csv.write_csv(self.encoded(table), sink, options)

    def _column(self, name: str, column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
        written = as_written(column)
        if written.null_count == 0:
            return written
        if self._null is not None and name in self._emptied:
            return _filled(written, self._null)
        # a line that holds nothing at all is no row: it needs the quotes of an empty text
        return _filled(written, "") if len(self.fields) == 1 else written


def as_written(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Return the column in a form that Arrow's CSV writer puts right by itself; what is text then stands in quotes."""
    encode = _ENCODERS.get(column.type.id)
    return encode(one_array(column)) if encode else column


def _filled(column: pa.Array | pa.ChunkedArray, text: str) -> pa.Array:
    array = one_array(column)
    if not pa.types.is_string(array.type):
        array = kernels.cast(array, pa.string())
    choices = integers(nulls(array).astype(np.int64))
    return kernels.coalesce(array, texts(["", text]).take(choices))


def with_line_feeds(array: pa.Array) -> pa.Array:
    """Text whose line breaks are LF."""
    if not holds(array, b"\r"):
        return array
    array = kernels.replace_substring(array, pattern="\r\n", replacement="\n")
    return kernels.replace_substring(array, pattern="\r", replacement="\n")


def holds(array: pa.Array, byte: bytes) -> bool:
    """Say whether the byte stands anywhere in the texts: twenty times as fast as a search in each of them."""
    _, ends, data = array.buffers()
    if data is None or ends is None or not len(array):
        return False
    first, last = np.frombuffer(ends, np.int32)[[array.offset, array.offset + len(array)]]
    return byte in data.slice(int(first), int(last - first)).to_pybytes()


def _instant(array: pa.Array) -> pa.Array:
    """`yyyy-MM-ddTHH:mm:ss.SSSZ`, built on the characters: strftime costs thirty times as much."""
    known = ~nulls(array)
    milliseconds = np.where(known, numbers(array), 0)
    plain = kernels.cast(integers(milliseconds).view(pa.timestamp("ms")), pa.string())
    data = np.frombuffer(plain.buffers()[2], np.uint8)
    if len(data) < _INSTANT * len(array):  # a year outside 0..9999, which no org takes: checks report it
        return kernels.replace_substring(kernels.cast(array, pa.string()), pattern=" ", replacement="T")
    characters = np.empty((len(array), _INSTANT + 1), np.uint8)
    characters[:, :_INSTANT] = data[: _INSTANT * len(array)].reshape(len(array), _INSTANT)
    characters[:, 10] = ord("T")
    characters[:, _INSTANT] = ord("Z")
    return _fixed(characters, known)


def _clock(array: pa.Array) -> pa.Array:
    """`HH:mm:ss.SSSZ`."""
    milliseconds = np.where(nulls(array), 0, numbers(array)).astype(np.int64) % _MILLISECONDS_A_DAY
    written = one_array(_instant(integers(milliseconds).view(pa.timestamp("ms", "UTC"))))
    characters = np.frombuffer(written.buffers()[2], np.uint8).reshape(len(array), _INSTANT + 1)[:, 11:]
    return _fixed(np.ascontiguousarray(characters), ~nulls(array))


def _fixed(characters: np.ndarray, known: np.ndarray) -> pa.Array:
    """Texts of one width from a matrix of bytes."""
    count, width = characters.shape
    offsets = (np.arange(count + 1, dtype=np.int64) * width).astype(np.int32)
    validity = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.Array.from_buffers(pa.string(), count, [validity, pa.py_buffer(offsets), pa.py_buffer(characters)])


def _decimal(array: pa.Array) -> pa.Array:
    """Decimals without an exponent."""
    if array.type.scale < SCIENTIFIC_SCALE:
        return array
    words = array.dictionary_encode()
    if 2 * len(words.dictionary) < len(array):  # places on the map are few: each is written once
        return _decimal(words.dictionary).take(words.indices)
    written = kernels.cast(array, pa.string())
    small = kernels.match_substring(written, pattern="E")
    if not mask(small).any():
        return written
    size = kernels.absolute(array)  # of small ones the digits are the number itself, counted in its last place
    counted = pa.Array.from_buffers(pa.decimal128(38, 0), len(size), size.buffers(), offset=size.offset)
    digits = kernels.utf8_lpad(kernels.cast(counted, pa.string()), width=array.type.scale, padding="0")
    negative = mask(kernels.starts_with(written, pattern="-"))
    leading = texts(["0.", "-0."]).take(integers(negative.astype(np.int64)))
    return kernels.if_else(
        small, kernels.binary_join_element_wise(leading, digits, texts([""]).take(_zeros(len(array)))), written
    )


def _zeros(count: int) -> pa.Array:
    return integers(np.zeros(count, np.int64))


_ENCODERS: Mapping[int, Callable[[pa.Array], pa.Array]] = {
    pa.string().id: with_line_feeds,
    pa.timestamp("ms").id: _instant,
    pa.time32("ms").id: _clock,
    pa.decimal128(1).id: _decimal,
}
