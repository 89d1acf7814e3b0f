"""Text columns without a Python object per row: constants, joins, digits of fixed width, fitting a length.

`pa.array`, `pa.scalar` and `to_numpy` import pandas where it is installed (a second of start-up): everything here goes
through buffers instead.
"""

from __future__ import annotations

import itertools
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core.generate import kernels

if TYPE_CHECKING:
    from collections.abc import Sequence

_ASCII_ZERO = ord("0")
ALPHANUMERIC = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def strings(values: Sequence[str]) -> pa.StringArray:
    """Return an Arrow array of a few texts."""
    encoded = [value.encode() for value in values]
    offsets = np.zeros(len(encoded) + 1, dtype=np.int32)
    np.cumsum([len(one) for one in encoded], out=offsets[1:])
    return pa.Array.from_buffers(pa.string(), len(encoded), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded))])


def listed(pool: pa.StringArray) -> list[str]:
    """Return a small pool's texts; never for the cells of records."""
    edges, data = offsets(pool), pool.buffers()[2]
    raw = data.to_pybytes() if data is not None else b""
    return [raw[start:end].decode() for start, end in itertools.pairwise(edges)]


def scalar(value: str) -> pa.StringScalar:
    """Return one text as Arrow's functions take it beside arrays."""
    return strings([value])[0]


def join(*parts: pa.StringArray | str) -> pa.StringArray:
    """Return the parts of each record one after the other; a plain text is the same for all records."""
    return kernels.binary_join_element_wise(*(scalar(one) if isinstance(one, str) else one for one in parts), scalar(""))


def weave(parts: Sequence[tuple[pa.StringArray, np.ndarray]]) -> pa.StringArray:
    """Return, for each record, the texts at its place in each pool, one after the other.

    Taken out of all pools at once in the order of reading, texts lie joined in memory already: half the time of a join.
    """
    if len(parts) == 1:
        codes = parts[0][1].astype(np.int32, copy=False)
        return kernels.take(parts[0][0], _places(codes))
    pools = {id(pool): pool for pool, _ in parts}
    starts = dict(zip(pools, itertools.accumulate((len(pool) for pool in pools.values()), initial=0), strict=False))
    codes = np.empty((len(parts[0][1]), len(parts)), dtype=np.int32)
    for place, (pool, own) in enumerate(parts):
        np.add(own, starts[id(pool)], out=codes[:, place], casting="unsafe")
    taken = kernels.take(pa.concat_arrays([*pools.values()]), _places(codes.reshape(-1)))
    edges = np.ascontiguousarray(offsets(taken)[:: len(parts)])
    return pa.Array.from_buffers(pa.string(), len(codes), [None, pa.py_buffer(edges), taken.buffers()[2]])


def _places(codes: np.ndarray) -> pa.Array:
    return pa.Array.from_buffers(pa.int32(), len(codes), [None, pa.py_buffer(np.ascontiguousarray(codes))])


@cache
def single(value: str) -> pa.StringArray:
    """Return an array of the one text."""
    return strings([value])


def places_in(array: pa.StringArray, pool: pa.StringArray) -> np.ndarray:
    """Return the place in the pool of each text, -1 for one that is not there."""
    found = kernels.index_in(array, pool)
    places = np.frombuffer(found.buffers()[1], dtype=np.int32, count=len(found), offset=found.offset * 4)
    bitmap = found.buffers()[0]
    if bitmap is None:
        return places
    known = np.unpackbits(np.frombuffer(bitmap, dtype=np.uint8), bitorder="little")[
        found.offset : found.offset + len(found)
    ]
    return np.where(known.astype(bool), places, -1)


def offsets(array: pa.StringArray) -> np.ndarray:
    """Return where each text begins and ends in the array's bytes."""
    return np.frombuffer(array.buffers()[1], dtype=np.int32, count=len(array) + 1, offset=array.offset * 4)


def sizes(array: pa.StringArray) -> np.ndarray:
    """Return the bytes of each text (at least its characters)."""
    return np.diff(offsets(array))


def lengths(array: pa.StringArray) -> np.ndarray:
    """Return the characters of each text."""
    counted = kernels.utf8_length(array)
    return np.frombuffer(counted.buffers()[1], dtype=np.int32, count=len(counted), offset=counted.offset * 4)


def longest(array: pa.StringArray) -> int:
    """Return a bound on the characters of the longest text: its bytes."""
    return int(sizes(array).max(initial=0))


def fit(array: pa.StringArray, length: int) -> pa.StringArray:
    """Return the texts, cut where longer than `length` characters, without blanks at a cut end."""
    if not length or longest(array) <= length:
        return array
    return kernels.utf8_rtrim_whitespace(kernels.utf8_slice_codeunits(array, 0, length))


def matrix(count: int, template: str) -> np.ndarray:
    """Return `count` rows of the template's bytes (ASCII), to be written into column by column."""
    return np.tile(np.frombuffer(template.encode("ascii"), dtype=np.uint8), (count, 1))


def write_digits(rows: np.ndarray, column: int, width: int, values: np.ndarray) -> None:
    """Write the values as decimal digits, zeros in front, into `width` columns of the rows."""
    rest = values
    for place in range(column + width - 1, column - 1, -1):
        higher = rest // 10
        rows[:, place] = rest - higher * 10 + _ASCII_ZERO
        rest = higher


def write_letters(rows: np.ndarray, column: int, width: int, values: np.ndarray) -> None:
    """Write the values in base 32 (capitals and digits that are not mistaken for one another) into the rows."""
    alphabet = np.frombuffer(ALPHANUMERIC, dtype=np.uint8)
    for place in range(width):
        rows[:, column + width - 1 - place] = alphabet[(values >> (5 * place)) & 31]


def lowered(array: pa.StringArray) -> pa.StringArray:
    """Return ASCII texts in lower case."""
    return kernels.ascii_lower(array)


def from_matrix(rows: np.ndarray) -> pa.StringArray:
    """Return the rows of bytes as texts of one width."""
    count, width = rows.shape
    edges = np.arange(0, (count + 1) * width, width, dtype=np.int32)[: count + 1]
    return pa.Array.from_buffers(pa.string(), count, [None, pa.py_buffer(edges), pa.py_buffer(np.ascontiguousarray(rows))])


def bytes_matrix(array: pa.StringArray, width: int) -> np.ndarray:
    """Return the bytes of texts that are all `width` long."""
    data = array.buffers()[2]
    flat = np.frombuffer(data, dtype=np.uint8, count=len(array) * width, offset=int(offsets(array)[0]))
    return flat.reshape(len(array), width)
