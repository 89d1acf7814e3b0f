"""Between numpy and Arrow without `pa.array`, `pa.scalar` and `to_numpy`, each of which imports pandas (0.9 s)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

Mask = npt.NDArray[np.bool_]

_TYPES = {np.dtype(np.int64): pa.int64(), np.dtype(np.int32): pa.int32()}
_WIDTHS: dict[int, np.dtype[Any]] = {
    8: np.dtype(np.int8),
    16: np.dtype(np.int16),
    32: np.dtype(np.int32),
    64: np.dtype(np.int64),
}


def integers(values: np.ndarray) -> pa.Array:
    """Return an int32 or int64 array over the numpy values, without a copy where they are contiguous."""
    plain = np.ascontiguousarray(values)
    return pa.Array.from_buffers(_TYPES[plain.dtype], len(plain), [None, pa.py_buffer(plain)])


def booleans(values: np.ndarray) -> pa.Array:
    """Return a boolean array of the numpy mask."""
    bits = np.packbits(values.astype(bool), bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(bits)])


def texts(values: Sequence[str | None]) -> pa.Array:
    """Return a string array of a few values (vocabularies, not records)."""
    encoded = [(value or "").encode() for value in values]
    offsets = np.zeros(len(values) + 1, np.int32)
    offsets[1:] = np.cumsum([len(one) for one in encoded], dtype=np.int64)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))]
    if any(value is None for value in values):
        known = np.packbits(np.array([value is not None for value in values]), bitorder="little")
        buffers[0] = pa.py_buffer(known)
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def one_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the column as a single array."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    return column.combine_chunks() if column.num_chunks else pa.nulls(0, column.type)


def numbers(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Return the values of a fixed-width column as numpy integers of its width; what stands under a null is undefined."""
    array = one_array(column)
    data = array.buffers()[1]
    if data is None:
        return np.zeros(len(array), np.int64)
    whole = np.frombuffer(data, _WIDTHS[array.type.bit_width])
    return whole[array.offset : array.offset + len(array)]


def mask(column: pa.Array | pa.ChunkedArray) -> Mask:
    """Return a boolean column as a numpy mask; what stands under a null is undefined."""
    array = one_array(column)
    data = array.buffers()[1]
    if data is None:
        return np.zeros(len(array), bool)
    bits = np.unpackbits(np.frombuffer(data, np.uint8), count=array.offset + len(array), bitorder="little")
    wanted: Mask = bits[array.offset :].view(np.bool_)
    return wanted


def nulls(column: pa.Array | pa.ChunkedArray) -> Mask:
    """Return a numpy mask of the column's nulls."""
    if column.null_count == 0:
        return np.zeros(len(column), bool)
    return mask(column.is_null())


def keys(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Return a column of local keys as int64, -1 where it is null."""
    if column.null_count == 0:
        return numbers(column)
    return np.where(nulls(column), np.int64(-1), numbers(column))
