"""Checks over all records of an object: values that must differ, from each other and from those that the org has.

Rows are compared by codes: equal values have the same one, a row that has no value to compare a negative one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_BLANKS = "\t\n\v\f\r "
_ROUNDS = 50  # of rows that wait for each other's verdicts; data that is no attempt at slowness needs two or three


def folded(values: pa.Array | pa.ChunkedArray, *, case_sensitive: bool) -> pa.Array:
    """Return the values as the org compares them: text without blanks at its ends, and without case unless the field has it."""
    array = vectors.one_array(values)
    if not pa.types.is_string(array.type):
        return array.cast(pa.string())
    kept = pc.utf8_trim(array, characters=_BLANKS)
    empty = pc.equal(kept, vectors.texts([""])[0])
    if pc.any(empty).as_py():  # blanks alone are saved as no value
        kept = pc.if_else(empty, pa.nulls(len(kept), pa.string()), kept)
    return kept if case_sensitive else pc.utf8_lower(kept)


def codes(values: pa.Array) -> np.ndarray:
    """Return the code of each (folded) value."""
    words = values.dictionary_encode()
    if len(words.dictionary) == len(values) - values.null_count:
        return np.full(len(values), -1, np.int64)  # all differ: there is nothing to compare
    return vectors.keys(words.indices.cast(pa.int64()))


def later(codes: np.ndarray) -> vectors.Mask:
    """Return a mask of the rows that are not the first of their code."""
    rows = np.flatnonzero(codes >= 0)
    found = codes >= 0
    found[rows] = _firsts(codes, rows)[codes[rows]] != rows
    return found


def held_before(columns: Sequence[np.ndarray], refused: vectors.Mask) -> list[vectors.Mask]:
    """Return for each column of codes a mask of the rows whose value an earlier row took.

    A row takes its values unless it is `refused` for another reason, or one of them is taken already: rows are judged in
    their order. Each round accepts the rows that are the first of all their values among those still open.
    """
    holders = [_firsts(one, np.zeros(0, np.int64)) for one in columns]
    still = np.flatnonzero(np.any([_shared(one) for one in columns], axis=0) & ~refused)
    for left in reversed(range(_ROUNDS)):
        firsts = [_firsts(one, still) for one in columns]
        leads = np.ones(len(still), bool)
        for one, first in zip(columns, firsts, strict=True) if left else ():
            leads &= (one[still] < 0) | (first[one[still]] == still)
        holders = [np.minimum(held, _firsts(one, still[leads])) for one, held in zip(columns, holders, strict=True)]
        still = still[~leads & ~np.any(_taken(columns, holders, still), axis=0)]
        if not len(still):
            break
    return _taken(columns, holders, np.arange(len(refused)))


def _taken(columns: Sequence[np.ndarray], holders: Sequence[np.ndarray], rows: np.ndarray) -> list[vectors.Mask]:
    pairs = zip(columns, holders, strict=True)
    return [(one[rows] >= 0) & (held[one[rows]] < rows) for one, held in pairs]


def _shared(codes: np.ndarray) -> vectors.Mask:
    """A mask of the rows whose code another row has too."""
    counts = np.bincount(codes + 1)
    shared: vectors.Mask = (codes >= 0) & (counts[codes + 1] > 1)
    return shared


def _firsts(codes: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The first of the (ascending) rows that has each code, as many as there are codes in all where none has it."""
    first = np.full(int(codes.max(initial=-1)) + 2, len(codes), np.int64)  # the last is that of rows without a value
    first[codes[rows][::-1]] = rows[::-1]  # of equal places the last one written stays
    return first


def taken(values: pa.Array, existing: Collection[str], *, case_sensitive: bool) -> vectors.Mask:
    """Return a mask of the rows whose (folded) value the org has already."""
    known = [one if case_sensitive else one.lower() for one in existing]
    return vectors.mask(pc.is_in(values, value_set=vectors.texts(known))) & ~vectors.nulls(values)


def codes_together(columns: Sequence[tuple[pa.Array | pa.ChunkedArray, ...]]) -> np.ndarray:
    """Return the code of each row's values in all columns; a row with an empty one has none.

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
    return np.where(missing, -1, codes)
