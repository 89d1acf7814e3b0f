"""Records as a pandas DataFrame, and the edits that a changed one stands for: the door for notebooks and pages."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.dataset.edits import AddRecords, DeleteRecords, SetCells, Together
from sfseed_core.dataset.references import reference_columns
from sfseed_core.dataset.values import column_of
from sfseed_core.errors import NotFound, UserError
from sfseed_core.recipe.columns import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from sfseed_core.dataset.dataset import Dataset

ATTRIBUTE = "sfseed"


def frame(dataset: Dataset, object_name: str, records: np.ndarray | None, revision: int) -> pd.DataFrame:
    """Return the records with their numbers as index and Arrow-backed columns, so that nothing loses precision."""
    import pandas as pd

    if records is None:
        table = dataset.read(object_name, revision=revision)
    else:
        table = dataset.take(object_name, records, revision=revision)
    found: pd.DataFrame = table.to_pandas(types_mapper=pd.ArrowDtype).set_index(RECORD)
    found.attrs[ATTRIBUTE] = {"dataset": dataset.id, "object": object_name, "revision": revision}
    return found


def changes(dataset: Dataset, changed: pd.DataFrame, *, deletions: bool = False) -> Together:
    """Return what was changed in a frame since it was read: cells, and rows whose index is no record number.

    Rows that are no longer there mean nothing (a frame may be filtered before it is changed) unless `deletions` is set.
    """
    origin = changed.attrs.get(ATTRIBUTE)
    if not isinstance(origin, dict) or origin.get("dataset") != dataset.id:
        raise UserError(
            "this frame does not come from this dataset",
            hint="Change a frame that dataset.frame(...) gave, and keep its index and attrs.",
        )
    name, revision = str(origin["object"]), int(origin["revision"])
    _known_columns(dataset, name, changed)
    numbers = _numbers(changed)
    there = dataset.state(name, revision).exists(numbers)
    found: list[Any] = list(_changed_cells(dataset, name, revision, changed[there], numbers[there]))
    if not there.all():
        added = changed[~there]
        found.append(AddRecords(name, len(added), {column: _arrow(added[column]) for column in added.columns}))
    if deletions:
        missing = np.setdiff1d(dataset.state(name, revision).numbers(), numbers[there])
        if len(missing):
            found.append(DeleteRecords(name, missing))
    return Together(tuple(found))


def _numbers(changed: pd.DataFrame) -> np.ndarray:
    """The index as record numbers, -1 for what is none (new rows)."""
    import pandas as pd

    numbers = pd.to_numeric(pd.Series(changed.index, dtype=object), errors="coerce").fillna(-1)
    found = numbers.to_numpy(np.float64)
    whole: np.ndarray = np.where(found == np.floor(found), found, -1).astype(np.int64)
    known = whole[whole >= 0]
    if len(np.unique(known)) != len(known):
        raise UserError("a record number stands twice in the frame's index")
    return whole


def _known_columns(dataset: Dataset, name: str, changed: pd.DataFrame) -> None:
    known = dataset.arrow_schema(name).names
    for column in changed.columns:
        if column not in known:
            near = difflib.get_close_matches(str(column), known, 1)
            hint = f"Did you mean {near[0]}?" if near else f"Columns: {', '.join(known[1:])}"
            raise NotFound(f"{name} in dataset {dataset.id} has no column {column!r}", hint=hint)


def _changed_cells(
    dataset: Dataset, name: str, revision: int, changed: pd.DataFrame, numbers: np.ndarray
) -> Iterator[SetCells]:
    """One edit per changed column, against what the frame was read from: what others changed since stays."""
    columns = [str(column) for column in changed.columns]
    stored = dataset.take(name, numbers, revision=revision, columns=columns)
    references = {one.field: one for one in dataset.plan.object(name).references}
    for column in columns:
        was = vectors.one_array(stored[column])
        given = _arrow(changed[column])
        if column in references:
            now = reference_columns(name, references[column], given)[column] if given.type != was.type else given
        else:
            now = column_of(given, was.type, f"{name}.{column}")
        rows = _differ(was, now)
        if rows.any():
            mask = vectors.booleans(rows)
            values = given.filter(mask) if column in references else now.filter(mask)
            yield SetCells(name, numbers[rows], {column: values})


def _arrow(series: pd.Series) -> pa.Array:
    """A column of whatever pandas type as Arrow; what pandas holds as mixed objects goes as text."""
    try:
        return vectors.one_array(pa.array(series, from_pandas=True))
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return vectors.one_array(pa.array(series.astype("string"), pa.string(), from_pandas=True))


def _differ(was: pa.Array, now: pa.Array) -> vectors.Mask:
    """The rows where the two differ; no value differs from any value."""
    empty_before, empty_now = vectors.nulls(was), vectors.nulls(now)
    same = vectors.mask(pc.equal(was, now)) & ~empty_before & ~empty_now
    return ~(same | (empty_before & empty_now))
