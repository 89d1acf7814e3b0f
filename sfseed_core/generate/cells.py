"""The values of a column for some records, in the form that others can still compute with.

A column is made as codes into a pool, as several of them to be joined, as text, or as numbers; it becomes an Arrow array
only at the end. So an e-mail address takes the codes of a name instead of reading the name's text again, and a line of CSV is
woven of all its columns' codes at once. A pool is prepared once and then the same object in every call: whoever weaves lines
keeps it ready.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from sfseed_core.errors import InternalError
from sfseed_core.generate import kernels, texts


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Text as positions (`codes`, int32) in a `pool`; `valid` is None when no record is empty."""

    pool: pa.StringArray
    codes: np.ndarray
    valid: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, places: np.ndarray, valid: np.ndarray | None = None) -> Coded:
        """Return the cells at the places, empty where `valid` says so."""
        return Coded(self.pool, self.codes[places], both(_at(self.valid, places), valid))

    def masked(self, valid: np.ndarray | None) -> Coded:
        """Return the cells, also empty where `valid` says so."""
        return self if valid is None else replace(self, valid=both(self.valid, valid))

    def fitted(self, length: int) -> Coded | Texts:
        """Return the cells, cut where longer than `length` characters (0: any)."""
        if not length or texts.longest(self.pool) <= length:
            return self
        return Texts(texts.fit(replace(self, valid=None).text(), length), self.valid)

    def text(self) -> pa.StringArray:
        """Return the text."""
        return kernels.take(self.pool, numbers_array(self.codes.astype(np.int32, copy=False), pa.int32(), self.valid))

    def arrow(self, kind: pa.DataType) -> pa.Array:
        """Return the cells as an Arrow array of the type."""
        _expect(kind, pa.string())
        return self.text()


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Text that was put together; `array` itself may hold text where `valid` says empty."""

    array: pa.StringArray
    valid: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.array)

    @property
    def pool(self) -> pa.StringArray:
        """The texts as a pool of their own, ..."""
        return self.array

    @property
    def codes(self) -> np.ndarray:
        """... in which each record has its own place."""
        return np.arange(len(self.array), dtype=np.int32)

    def take(self, places: np.ndarray, valid: np.ndarray | None = None) -> Texts:
        """Return the cells at the places, empty where `valid` says so."""
        taken = kernels.take(self.array, numbers_array(places.astype(np.int64, copy=False), pa.int64()))
        return Texts(taken, both(_at(self.valid, places), valid))

    def masked(self, valid: np.ndarray | None) -> Texts:
        """Return the cells, also empty where `valid` says so."""
        return self if valid is None else replace(self, valid=both(self.valid, valid))

    def fitted(self, length: int) -> Texts:
        """Return the cells, cut where longer than `length` characters (0: any)."""
        return Texts(texts.fit(self.array, length), self.valid)

    def text(self) -> pa.StringArray:
        """Return the text."""
        return with_validity(self.array, self.valid)

    def arrow(self, kind: pa.DataType) -> pa.Array:
        """Return the cells as an Arrow array of the type."""
        _expect(kind, pa.string())
        return self.text()


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Text of several parts, one after the other; the parts themselves are never empty cells.

    No part ends with a CR, which would be half of a line break: each part's line breaks are put right by itself.
    """

    parts: tuple[Coded | Texts, ...]
    valid: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.parts[0])

    def take(self, places: np.ndarray, valid: np.ndarray | None = None) -> Joined:
        """Return the cells at the places, empty where `valid` says so."""
        return Joined(tuple(part.take(places) for part in self.parts), both(_at(self.valid, places), valid))

    def masked(self, valid: np.ndarray | None) -> Joined:
        """Return the cells, also empty where `valid` says so."""
        return self if valid is None else replace(self, valid=both(self.valid, valid))

    def text(self) -> pa.StringArray:
        """Return the text."""
        return with_validity(self.whole(), self.valid)

    def whole(self) -> pa.StringArray:
        """Return the text, that of empty cells too."""
        return texts.weave([(part.pool, part.codes) for part in self.parts])

    def arrow(self, kind: pa.DataType) -> pa.Array:
        """Return the cells as an Arrow array of the type."""
        _expect(kind, pa.string())
        return self.text()

    def sizes(self) -> np.ndarray:
        """Return the bytes of each text, that of empty cells too."""
        total = np.zeros(len(self), dtype=np.int32)
        for part in self.parts:
            total += texts.sizes(part.pool)[part.codes]
        return total

    def fitted(self, length: int) -> Joined | Texts:
        """Return the cells, cut where longer than `length` characters (0: any)."""
        if not length or sum(texts.longest(part.pool) for part in self.parts) <= length:
            return self
        if self.sizes().max(initial=0) <= length:
            return self
        return Texts(texts.fit(self.whole(), length), self.valid)


def joined(*parts: Coded | Texts | Joined | str, valid: np.ndarray | None = None) -> Joined:
    """Return cells that hold the parts one after the other; a plain text is the same for all records."""
    count = next(len(part) for part in parts if not isinstance(part, str))
    flat: list[Coded | Texts] = []
    for part in parts:
        if isinstance(part, Joined):
            flat += part.parts
        else:
            flat.append(constant(part, count) if isinstance(part, str) else part)
    return Joined(tuple(flat), valid)


def constant(text: str, count: int) -> Coded:
    """Return cells that all hold the text."""
    return Coded(texts.single(text), np.zeros(count, dtype=np.int32))


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Numbers (int64), or true and false: days, milliseconds, whole units, or units of the last decimal."""

    values: np.ndarray
    valid: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.values)

    def take(self, places: np.ndarray, valid: np.ndarray | None = None) -> Numbers:
        """Return the cells at the places, empty where `valid` says so."""
        return Numbers(self.values[places], both(_at(self.valid, places), valid))

    def masked(self, valid: np.ndarray | None) -> Numbers:
        """Return the cells, also empty where `valid` says so."""
        return self if valid is None else replace(self, valid=both(self.valid, valid))

    def text(self) -> pa.StringArray:
        """Return the numbers as text."""
        return kernels.cast(numbers_array(self.values.astype(np.int64, copy=False), pa.int64(), self.valid), pa.string())

    def arrow(self, kind: pa.DataType) -> pa.Array:
        """Return the cells as an Arrow array of the type."""
        if pa.types.is_string(kind):
            return self.text()
        if pa.types.is_boolean(kind):
            return flags_array(self.values.astype(bool, copy=False), self.valid)
        if pa.types.is_decimal(kind):
            return _decimals(self.values.astype(np.int64, copy=False), kind, self.valid)
        narrow = np.int32 if kind.bit_width == 32 else np.int64
        return numbers_array(self.values.astype(narrow, copy=False), kind, self.valid)


Cells = Coded | Joined | Texts | Numbers


def numbers_array(values: np.ndarray, kind: pa.DataType, valid: np.ndarray | None = None) -> pa.Array:
    """Return an Arrow array over the numbers' own memory (`pa.array` would import pandas)."""
    return pa.Array.from_buffers(kind, len(values), [_bitmap(valid), pa.py_buffer(np.ascontiguousarray(values))])


def flags_array(values: np.ndarray, valid: np.ndarray | None = None) -> pa.Array:
    """Return an Arrow array of true and false."""
    return pa.Array.from_buffers(pa.bool_(), len(values), [_bitmap(valid), _bitmap(values)])


def with_validity(array: pa.Array, valid: np.ndarray | None) -> pa.Array:
    """Return the array, empty where `valid` says so; its own emptiness is replaced."""
    if valid is None:
        return array
    if array.offset:
        array = pa.concat_arrays([array])
    return pa.Array.from_buffers(array.type, len(array), [_bitmap(valid), *array.buffers()[1:]])


def _decimals(values: np.ndarray, kind: pa.DataType, valid: np.ndarray | None) -> pa.Array:
    words = np.empty((len(values), 2), dtype="<i8")
    words[:, 0] = values
    np.right_shift(values, 63, out=words[:, 1])
    return pa.Array.from_buffers(kind, len(values), [_bitmap(valid), pa.py_buffer(words)])


def _bitmap(valid: np.ndarray | None) -> pa.Buffer | None:
    return None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))


def _at(valid: np.ndarray | None, places: np.ndarray) -> np.ndarray | None:
    return None if valid is None else valid[places]


def both(first: np.ndarray | None, second: np.ndarray | None) -> np.ndarray | None:
    """Return where both say there is a value; None means everywhere."""
    if first is None or second is None:
        return second if first is None else first
    return np.logical_and(first, second)


def _expect(kind: pa.DataType, wanted: pa.DataType) -> None:
    if kind != wanted:
        raise InternalError(f"a provider made text for a column of type {kind}")


def coded(cells: Cells) -> tuple[pa.StringArray, np.ndarray]:
    """Return text cells as a pool and positions in it (of empty cells: any position)."""
    if isinstance(cells, Coded):
        return cells.pool, cells.codes
    found = kernels.dictionary_encode(cells.array if isinstance(cells, Texts) else replace(cells, valid=None).text())
    codes = np.frombuffer(found.indices.buffers()[1], dtype=np.int32, count=len(found))
    return found.dictionary, codes
