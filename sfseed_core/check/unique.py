"""Checks over all records of an object: values that must differ, from each other and from those that the org has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def folded(values: pa.Array | pa.ChunkedArray, *, case_sensitive: bool) -> pa.Array:
    """Return the values as the org compares them: text without case, unless the field says otherwise."""
    array = vectors.one_array(values)
    if not pa.types.is_string(array.type):
        return array.cast(pa.string())
    return array if case_sensitive else pc.utf8_lower(array)


def repeated(values: pa.Array) -> vectors.Mask:
    """Return a mask of the rows whose value an earlier row has; rows without a value do not count."""
    words = values.dictionary_encode()
    if len(words.dictionary) == len(values) - values.null_count:
        return np.zeros(len(values), bool)
    return _later(vectors.keys(words.indices.cast(pa.int64())))


def taken(values: pa.Array, existing: Collection[str], *, case_sensitive: bool) -> vectors.Mask:
    """Return a mask of the rows whose (folded) value the org has already."""
    known = [one if case_sensitive else one.lower() for one in existing]
    return vectors.mask(pc.is_in(values, value_set=vectors.texts(known))) & ~vectors.nulls(values)


def repeated_together(columns: Sequence[tuple[pa.Array | pa.ChunkedArray, ...]]) -> vectors.Mask:
    """Return a mask of the rows that agree with an earlier row in all columns; a row with an empty one does not count.

    A column is given as one array, or as the two of a reference whose target differs by row; it is empty where all are.
    """
    codes = np.zeros(len(columns[0][0]), np.int64)
    missing = np.zeros(len(codes), bool)
    for arrays in columns:
        empty = np.ones(len(codes), bool)
        for array in arrays:
            words = vectors.one_array(array).dictionary_encode()
            code = vectors.keys(words.indices.cast(pa.int64())) + 1
            empty &= code == 0
            _, codes = np.unique(codes * (len(words.dictionary) + 1) + code, return_inverse=True)
        missing |= empty
    return _later(np.where(missing, -1, codes))


def _later(codes: np.ndarray) -> vectors.Mask:
    """A mask of those that are not the first of their code; negative codes do not count."""
    _, first = np.unique(codes, return_index=True)
    later = np.ones(len(codes), bool)
    later[first] = False
    return later & (codes >= 0)
