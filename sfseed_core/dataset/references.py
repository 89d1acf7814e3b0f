"""References as people write them, `12`, `Account:12`, `=standard-price-book` or `=User WHERE ...#3`, as key and target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.dataset.values import column_of
from sfseed_core.errors import DataError
from sfseed_core.recipe.columns import SYMBOL_MARK, needs_target, target_column

if TYPE_CHECKING:
    from sfseed_core.recipe.model import ReferencePlan

COUNTED = r"^(?P<query>=.+)#(?P<key>[0-9]{1,18})$"
WRITTEN = r"^(?:(?P<target>[A-Za-z0-9_]+):)?(?P<key>[0-9]{1,18})$"


def split(written: pa.Array) -> tuple[pa.Array, pa.Array, vectors.Mask]:
    """Return keys, targets (null where the text names none) and a mask of the texts that are no reference."""
    symbolic = vectors.mask(pc.starts_with(written, pattern=SYMBOL_MARK)) & ~vectors.nulls(written)
    counted = pc.extract_regex(written, pattern=COUNTED)
    with_count = symbolic & ~vectors.nulls(counted)
    some = ~vectors.nulls(written) & (vectors.numbers(pc.binary_length(written)) > 0)
    parts = pc.extract_regex(written, pattern=WRITTEN)
    found = some & ~vectors.nulls(parts)
    none = pa.nulls(len(written), pa.string())
    keys = pc.if_else(vectors.booleans(found), pc.struct_field(parts, [1]), none)
    keys = pc.if_else(vectors.booleans(with_count), pc.struct_field(counted, [1]), keys).cast(pa.int64())
    named = pc.struct_field(parts, [0])
    has_name = found & (vectors.numbers(pc.binary_length(named)) > 0)
    symbols = pc.if_else(vectors.booleans(with_count), pc.struct_field(counted, [0]), written)
    targets = pc.if_else(vectors.booleans(has_name), named, pc.if_else(vectors.booleans(symbolic), symbols, none))
    return keys, targets, some & ~found & ~symbolic


def reference_columns(object_name: str, reference: ReferencePlan, given: Any) -> dict[str, pa.Array]:
    """Return the key column of a reference and, where it has one, its target column; DataError for what is none."""
    where = f"{object_name}.{reference.field}"
    array = _as_array(given, where)
    if not pa.types.is_string(array.type):
        keys, targets = array, pa.nulls(len(array), pa.string())
    else:
        keys, targets, bad = split(array)
        if bad.any():
            raise DataError(
                f"{where}: {array[int(bad.argmax())].as_py()!r} is no record (write its number, or Object:number)"
            )
    allowed = [one.object or f"{SYMBOL_MARK}{one.symbol}" for one in reference.targets]
    keyed = [f"{SYMBOL_MARK}{one.symbol}{SYMBOL_MARK}" for one in reference.targets if one.keyed]
    _only_allowed(targets, allowed, keyed, where)
    if not needs_target(reference):
        return {reference.field: keys}
    only = next((one.object for one in reference.targets if one.object), None)
    targets = _completed(keys, targets, only if sum(1 for one in reference.targets if one.object) == 1 else None, where)
    return {reference.field: keys, target_column(reference.field): targets}


def _as_array(given: Any, where: str) -> pa.Array:
    try:
        return column_of(given, pa.int64(), where)
    except DataError:
        return column_of(given, pa.string(), where)


def _only_allowed(targets: pa.Array, allowed: list[str], keyed: list[str], where: str) -> None:
    wrong = ~vectors.mask(pc.is_in(targets, value_set=vectors.texts(allowed))) & ~vectors.nulls(targets)
    for symbol in keyed:
        wrong &= ~vectors.mask(pc.starts_with(targets, pattern=symbol))
    if wrong.any():
        raise DataError(f"{where} cannot point to {targets[int(wrong.argmax())].as_py()!r}, only to {', '.join(allowed)}")


def _completed(keys: pa.Array, targets: pa.Array, only: str | None, where: str) -> pa.Array:
    """The targets, with the one possible object where a key came without."""
    bare = vectors.nulls(targets) & ~vectors.nulls(keys)
    if not bare.any():
        return targets
    if only is None:
        raise DataError(f"{where}: a record of which object? Write Object:number")
    zeros = vectors.integers(np.zeros(len(keys), np.int64))
    return pc.if_else(vectors.booleans(bare), vectors.texts([only]).take(zeros), targets)
