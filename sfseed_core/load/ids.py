"""From local keys to record ids: 18 bytes a record, in a file that is mapped into memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core import system
from sfseed_core.dataset.vectors import one_array
from sfseed_core.dataset.vectors import texts as texts_of
from sfseed_core.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path

WIDTH = 18
ID = np.dtype(f"S{WIDTH}")
_NONE = texts_of([""])[0]


class IdMap:
    """The ids of one object's records by local key; a record that is not in the org has none."""

    def __init__(self, path: Path, size: int) -> None:
        wanted = max(size, 1) * WIDTH
        if not path.exists() or path.stat().st_size != wanted:
            with path.open("ab") as file:
                file.truncate(wanted)
        self._ids = np.memmap(path, dtype=ID, mode="r+", shape=(max(size, 1),))

    def put(self, keys: np.ndarray, ids: np.ndarray) -> None:
        """Set the ids of records."""
        self._ids[keys] = ids

    def clear(self) -> None:
        """Forget all ids."""
        self._ids[:] = b""

    def take(self, keys: np.ndarray) -> np.ndarray:
        """Return the ids of records as 18-byte texts, empty where there is none or the key is negative."""
        found = np.asarray(self._ids[np.maximum(keys, 0)])
        found[keys < 0] = b""
        return found

    def known(self) -> np.ndarray:
        """Return every id that is set."""
        return np.asarray(self._ids[self._ids != b""])


def file_of(folder: Path, object_name: str) -> Path:
    """Return where the ids of an object's records are in a run's folder."""
    return folder / "ids" / f"{system.safe_name(object_name)}.ids"


def to_texts(ids: np.ndarray) -> pa.Array:
    """Return 18-byte ids as Arrow texts, null where there is none."""
    ids = np.ascontiguousarray(ids, ID)
    there = ids != b""
    packed = np.ascontiguousarray(ids[there])
    offsets = np.zeros(len(ids) + 1, np.int32)
    np.cumsum(there * WIDTH, out=offsets[1:])
    valid = None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
    return pa.Array.from_buffers(pa.string(), len(ids), [valid, pa.py_buffer(offsets), pa.py_buffer(packed)])


def from_texts(texts: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Return Arrow texts as 18-byte ids, empty where they are null or empty.

    Raises DataError when a text is of another length: what an org calls an id has 15 or 18 characters, and in results 18.
    """
    column = one_array(texts)
    if not len(column):
        return np.zeros(0, ID)
    column = column if column.null_count == 0 else column.fill_null(_NONE)
    offsets = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    lengths = np.diff(offsets)
    odd = (lengths != WIDTH) & (lengths != 0)
    if odd.any():
        raise DataError(f"the org answered with an id that is not {WIDTH} characters long: {column[int(np.argmax(odd))]}")
    found = np.zeros(len(column), ID)
    if lengths.any():
        data = np.frombuffer(column.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
        found[lengths == WIDTH] = data.view(ID)
    return found
