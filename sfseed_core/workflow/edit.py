"""Edit: what people do to a dataset's records by hand, each as one operation that can be undone."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import frame, vectors
from sfseed_core.dataset.edits import AddRecords, DeleteRecords, SetCells
from sfseed_core.dataset.export.readable import readable
from sfseed_core.errors import UserError
from sfseed_core.recipe.columns import RECORD
from sfseed_core.workflow.given_rows import meant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.dataset.removal import Children

_PLACE = re.compile(r"\{(\w+)\}")
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Sample:
    """One record before and after a bulk change, as text; None where it is empty."""

    record: int
    before: str | None
    after: str | None


def cells(dataset: Dataset, object_name: str, typed: Mapping[int, Mapping[str, Any]], *, clock: Clock) -> int:
    """Take over cells as they were typed, by record number and column; return the revision.

    Only what differs becomes an edit, so that hearing of the same cells twice changes nothing. Raises DataError for a value
    that the column cannot hold.
    """
    records = np.array(sorted(typed), np.int64)
    columns = sorted({column for one in typed.values() for column in one})
    if not columns:
        return dataset.revision
    known = dataset.frame(object_name, records=records)
    changed = known[columns].astype(object)
    changed.attrs = known.attrs
    references = {one.field for one in dataset.plan.object(object_name).references}
    for record, values in typed.items():
        for column, value in values.items():
            changed.at[record, column] = _pointed(dataset, object_name, column, value) if column in references else value
    label = f"{object_name} {records[0]}" if len(records) == 1 else f"{len(records):,} {object_name}"
    edit = dataclasses.replace(frame.changes(dataset, changed), label=f"{label}: {', '.join(columns)}")
    return dataset.apply(edit, clock=clock)


def _pointed(dataset: Dataset, object_name: str, column: str, value: Any) -> Any:
    """What was typed into a lookup: a record's number, `Account:12`, or the name of the record that is meant."""
    if not isinstance(value, str) or not value.strip():
        return None if value == "" else value
    return meant(dataset, object_name, column, vectors.texts([value]))[0].as_py()


def everywhere(
    dataset: Dataset, object_name: str, records: np.ndarray, column: str, text: str | None, *, clock: Clock
) -> int:
    """Give many records a value: a text (None: no value), in which `{Field}` stands for the record's own value."""
    values = _made(dataset, object_name, records, text)
    label = f"{len(records):,} {object_name}: {column} " + ("emptied" if text is None else f"set to {text}")
    return dataset.apply(SetCells(object_name, records, {column: values}, label=label), clock=clock)


def samples(dataset: Dataset, object_name: str, records: np.ndarray, column: str, text: str | None) -> Sequence[Sample]:
    """Return what `everywhere` would do to the first few records."""
    few = records[:_SHOWN]
    before = _readable(dataset, object_name, few)[column].cast(pa.string()).to_pylist()
    after = _made(dataset, object_name, few, text).to_pylist()
    return [Sample(int(number), was, will) for number, was, will in zip(few, before, after, strict=True)]


def add(dataset: Dataset, object_name: str, count: int, *, clock: Clock) -> int:
    """Add empty records."""
    return dataset.apply(AddRecords(object_name, count, label=f"{count:,} {object_name} added"), clock=clock)


def delete(dataset: Dataset, object_name: str, records: np.ndarray, children: Children, *, clock: Clock) -> int:
    """Delete records, and do with those that point to them what `children` says."""
    label = f"{len(records):,} {object_name} deleted"
    return dataset.apply(DeleteRecords(object_name, records, children, label=label), clock=clock)


def _made(dataset: Dataset, object_name: str, records: np.ndarray, text: str | None) -> pa.Array:
    """The new values, as text."""
    if text is None:
        return pa.nulls(len(records), pa.string())
    named = _PLACE.findall(text)
    zeros = vectors.integers(np.zeros(len(records), np.int64))
    if not named:
        return vectors.texts([text]).take(zeros)
    own = _readable(dataset, object_name, records)
    unknown = [name for name in named if name not in own.column_names]
    if unknown:
        raise UserError(f"{object_name} has no field {unknown[0]!r}", hint=f"Fields: {', '.join(own.column_names[:20])}")
    parts = [
        vectors.one_array(own[part].cast(pa.string())) if place % 2 else vectors.texts([part]).take(zeros)
        for place, part in enumerate(_PLACE.split(text))
    ]
    return pc.binary_join_element_wise(*parts, "", null_handling="replace", null_replacement="")


def _readable(dataset: Dataset, object_name: str, records: np.ndarray) -> pa.Table:
    table = dataset.take(object_name, records)
    assert table.column_names[0] == RECORD
    return readable(dataset.plan.object(object_name), table)
