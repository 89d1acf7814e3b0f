"""Arrow arrays as columns of a formula, and back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import compute as pc

from sfseed_core.formula.column import Array, Column, numbers
from sfseed_core.formula.types.kinds import WORDS, Type

if TYPE_CHECKING:
    from collections.abc import Sequence


def from_arrow(array: pa.Array | pa.ChunkedArray, type_: Type, *, percent: bool = False) -> Column:
    """Read an Arrow array; a percent field's 50 counts as 0.5."""
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    valid: Array = np.asarray(pc.is_valid(whole).to_numpy(zero_copy_only=False), dtype=bool)
    if type_ in WORDS or type_ is Type.ANY:
        return _texts(whole, type_, valid)
    if type_ is Type.NUMBER:
        column = _numbers(whole, valid)
        return _hundredth(column) if percent else column
    if type_ is Type.BOOLEAN:
        return Column(type_, pc.fill_null(whole, False).to_numpy(zero_copy_only=False), valid)
    unit = pa.int32() if pa.types.is_date32(whole.type) or pa.types.is_time32(whole.type) else pa.int64()
    data = pc.fill_null(whole.view(unit), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    return Column(type_, data, valid)


def _texts(array: Any, type_: Type, valid: Array) -> Column:
    encoded = array if pa.types.is_dictionary(array.type) else pc.dictionary_encode(array)
    codes = pc.fill_null(encoded.indices, 0).to_numpy(zero_copy_only=False).astype(np.int64)
    words = np.array(encoded.dictionary.to_numpy(zero_copy_only=False), dtype=object)
    kept = Type.TEXT if type_ is Type.ANY else type_
    return Column(kept, codes, valid, words=words if len(words) else np.array([""], dtype=object))


def _numbers(array: Any, valid: Array) -> Column:
    kind = array.type
    if pa.types.is_decimal(kind):
        if kind.precision <= 18 and kind.bit_width == 128:
            return Column(Type.NUMBER, np.where(valid, _low_words(array), 0), valid, scale=kind.scale)
        return _listed(array.to_pylist(), valid)
    if pa.types.is_integer(kind):
        return Column(Type.NUMBER, pc.fill_null(array, 0).to_numpy(zero_copy_only=False).astype(np.int64), valid)
    met, codes = np.unique(np.where(valid, pc.fill_null(array, 0).to_numpy(zero_copy_only=False), 0), return_inverse=True)
    data, scale = numbers([Decimal(repr(one)) for one in met.tolist()])
    return Column(Type.NUMBER, data[codes], valid, scale=scale)


def _listed(values: Sequence[Decimal | None], valid: Array) -> Column:
    data, scale = numbers([Decimal(0) if value is None else value for value in values])
    return Column(Type.NUMBER, data, valid, scale=scale)


def _low_words(array: Any) -> Array:
    """Return the lower half of each 128-bit number, which holds all of it up to 18 digits."""
    data = array.buffers()[1]
    words = np.frombuffer(data, dtype=np.int64) if data is not None else np.zeros(0, dtype=np.int64)
    return words[2 * array.offset : 2 * (array.offset + len(array)) : 2]


def _hundredth(column: Column) -> Column:
    if column.data.dtype != object:
        return replace(column, scale=column.scale + 2)
    data, scale = numbers([value.scaleb(-2) for value in column.data.tolist()])
    return replace(column, data=data, scale=scale)
