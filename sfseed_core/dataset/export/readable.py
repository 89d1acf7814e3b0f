"""References as files for people show them: a record of the dataset is `Account:12`, one that the org has `=symbol`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core.dataset.vectors import integers, one_array, texts
from sfseed_core.generate import kernels
from sfseed_core.recipe.columns import COUNT_MARK, RECORD, SYMBOL_MARK, target_column

if TYPE_CHECKING:
    from sfseed_core.recipe.model import ObjectPlan

ID = "Id"


def readable(plan: ObjectPlan, records: pa.Table | pa.RecordBatch) -> pa.Table:
    """Return the records with an `Id` that references can be joined to, and target columns folded into the references."""
    columns = {name: records.column(name) for name in records.schema.names}
    own = one_array(columns.pop(RECORD))
    for reference in plan.references:
        keys = one_array(columns[reference.field])
        targets = columns.pop(target_column(reference.field), None)
        columns[reference.field] = (
            _keys_of(reference.targets[0].object or "", keys)
            if targets is None
            else reference_text(keys, one_array(targets))
        )
    return pa.table({ID: _keys_of(plan.name, own), **columns})


def _keys_of(name: str, keys: pa.Array) -> pa.Array:
    """Return the text of references to records of one object."""
    before, nothing = texts([f"{name}:", ""])
    return kernels.binary_join_element_wise(before, kernels.cast(keys, pa.string()), nothing)


def reference_text(keys: pa.Array, targets: pa.Array) -> pa.Array:
    """Return the text of references; `targets` holds an object's name or `=symbol` row by row, null for no reference.

    Where the symbol is a query, it is followed by which of the records that this finds is meant: `=User WHERE ...#3`.
    """
    written = kernels.binary_join_element_wise(targets, kernels.cast(keys, pa.string()), _repeated(":", len(keys)))
    counted = kernels.coalesce(
        kernels.binary_join_element_wise(targets, kernels.cast(keys, pa.string()), _repeated(COUNT_MARK, len(keys))),
        targets,
    )
    return kernels.if_else(kernels.starts_with(targets, pattern=SYMBOL_MARK), counted, written)


def _repeated(text: str, count: int) -> pa.Array:
    return texts([text]).take(integers(np.zeros(count, np.int64)))
