"""What one field holds over all records: how many distinct values, how many empty, which often, and how numbers lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset.vectors import integers, nulls, numbers, one_array

if TYPE_CHECKING:
    from sfseed_core.dataset.dataset import Dataset

_TOP = 10
_BINS = 20


@dataclass(frozen=True, slots=True)
class FieldProfile:
    """A field over an object's records.

    `top` are the most frequent values as text with their counts, `histogram` the counts between `edges` (one more than
    counts; numbers, days and instants as they are counted in Arrow; empty for text).
    """

    records: int
    empty: int
    distinct: int
    top: tuple[tuple[str, int], ...]
    edges: tuple[float, ...] = ()
    histogram: tuple[int, ...] = ()

    @property
    def empty_share(self) -> float:
        """The share of records without a value, from 0 to 1."""
        return self.empty / self.records if self.records else 0.0


def profile(dataset: Dataset, object_name: str, field: str, *, revision: int | None = None) -> FieldProfile:
    """Profile one field of a dataset's revision; raises what `Dataset.read` raises for an unknown object or field."""
    table = dataset.read(object_name, revision=revision, columns=[field])
    return profile_of(table.column(field))


def profile_of(column: pa.ChunkedArray | pa.Array) -> FieldProfile:
    """Profile a column."""
    values = one_array(column)
    empty = values.null_count
    if pa.types.is_string(values.type):
        empty += pc.sum(pc.equal(values, _text("", values.type))).as_py() or 0
    counted = pc.value_counts(values.drop_null())
    found, counts = counted.field(0), numbers(counted.field(1))
    if pa.types.is_string(values.type):
        kept = _filled(found)
        found, counts = found.filter(pa.Array.from_buffers(pa.bool_(), len(kept), [None, _bits(kept)])), counts[kept]
    order = np.argsort(-counts, kind="stable")[:_TOP]
    top = found.take(integers(order.astype(np.int64))).cast(pa.string())
    names = [top[place].as_py() for place in range(len(top))]
    edges, histogram = _histogram(values)
    return FieldProfile(
        records=len(values),
        empty=int(empty),
        distinct=len(found),
        top=tuple(zip(names, (int(one) for one in counts[order]), strict=True)),
        edges=edges,
        histogram=histogram,
    )


def _filled(found: pa.Array) -> np.ndarray:
    """Return where a text is not empty."""
    ends = np.frombuffer(found.buffers()[1], np.int32)[found.offset : found.offset + len(found) + 1]
    return np.diff(ends) > 0


def _bits(kept: np.ndarray) -> pa.Buffer:
    return pa.py_buffer(np.packbits(kept, bitorder="little"))


def _text(value: str, kind: pa.DataType) -> pa.Scalar:
    data = value.encode()
    offsets = np.array([0, len(data)], np.int32)
    return pa.Array.from_buffers(kind, 1, [None, pa.py_buffer(offsets), pa.py_buffer(data)])[0]


def _histogram(values: pa.Array) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Return edges and counts of numbers, days and instants; nothing for other types."""
    kind = values.type
    if pa.types.is_decimal(kind):
        values = values.cast(pa.float64())
        plain = np.frombuffer(values.buffers()[1], np.float64)[values.offset : values.offset + len(values)]
    elif pa.types.is_integer(kind) or pa.types.is_temporal(kind):
        plain = numbers(values).astype(np.float64)
    else:
        return (), ()
    known = plain[~nulls(values)]
    if not len(known):
        return (), ()
    counts, edges = np.histogram(known, bins=_BINS)
    return tuple(float(one) for one in edges), tuple(int(one) for one in counts)
