"""Which records of a dataset a page of the table shows, and how: pure functions over the dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from pages.shared import labels
from sfseed_core.dataset.export.readable import ID, readable
from sfseed_core.dataset.naming import shown as shown_names
from sfseed_core.dataset.query import Filter, Query, Test
from sfseed_core.dataset.vectors import one_array
from sfseed_core.recipe.columns import RECORD

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from pages.shared.state import Place
    from sfseed_core.check.finding import Finding
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.schema.model import ObjectSchema

PROBLEMS, CHOSEN = "problems", "chosen"
TESTS: tuple[Test, ...] = (
    "is",
    "is not",
    "contains",
    "starts with",
    "less",
    "at most",
    "more",
    "at least",
    "empty",
    "not empty",
)
WITHOUT_VALUE = frozenset({"empty", "not empty"})
_CELLS = 1_400  # cells of one page: what keeps a page of a wide object below the budget of bytes
_FEWEST, _MOST = 25, 100


@dataclass(frozen=True, slots=True)
class Shown:
    """One page: the records' numbers, all that the view holds, and how many pages there are."""

    numbers: np.ndarray
    every: np.ndarray
    pages: int
    page: int


def page_size(columns: int) -> int:
    """Return how many records a page shows."""
    return max(_FEWEST, min(_MOST, _CELLS // max(columns, 1)))


def query_of(where: Place, schema: pa.Schema) -> Query:
    """Return the query that the place names; a sort or filter by a column that is not there counts as none."""
    names = set(schema.names) - {RECORD}
    sort = where.sort.removeprefix("-")
    order = ((sort, where.sort.startswith("-")),) if sort in names else ()
    return Query(filters=filters_of(where.filter, names), search=where.search.strip(), sort=order)


def filters_of(text: str, names: set[str]) -> tuple[Filter, ...]:
    """Return the condition written as `column|test|value`."""
    column, _, rest = text.partition("|")
    test, _, value = rest.partition("|")
    return (Filter(column, test, value or None),) if column in names and test else ()  # type: ignore[arg-type]


def shown(dataset: Dataset, object_name: str, where: Place, findings: Sequence[Finding]) -> Shown:
    """Return the page that the place names."""
    schema = dataset.arrow_schema(object_name)
    every = dataset.select(object_name, query_of(where, schema))
    if where.view == "problems":
        every = every[np.isin(every, with_problems(findings))]
    elif where.view == "changed":
        every = every[np.isin(every, dataset.state(object_name).changed())]
    elif where.view == "failed" and where.run is not None:
        every = every[np.isin(every, not_in(where.run, object_name))]
    size = page_size(len(schema.names))
    pages = max(1, -(-len(every) // size))
    page = min(where.page, pages)
    return Shown(every[(page - 1) * size : page * size], every, pages, page)


def not_in(run_id: str, object_name: str) -> np.ndarray:
    """Return the numbers of the records that a run could not bring in."""
    from sfseed_core import system
    from sfseed_core.load.after import missing
    from sfseed_core.load.journal import Run

    run = Run.open(system.home(), run_id)
    try:
        return missing(run, object_name)
    finally:
        run.close()


def with_problems(findings: Sequence[Finding]) -> np.ndarray:
    """Return the numbers of the records that any finding names."""
    lists = [one.records for one in findings]
    return np.unique(np.concatenate(lists)) if lists else np.zeros(0, np.int64)


def table(dataset: Dataset, object_name: str, numbers: np.ndarray, findings: Sequence[Finding]) -> pd.DataFrame:
    """Return the records as the editor shows them: numbers as index, a column of problems, references readable."""
    import pandas as pd

    plan = dataset.plan.object(object_name)
    records = readable(plan, dataset.take(object_name, numbers)).drop_columns([ID])
    columns: dict[str, Any] = {
        CHOSEN: np.zeros(len(numbers), bool),
        PROBLEMS: problems_of(dataset.schema[object_name], numbers, findings),
    }
    references = {one.field for one in plan.references}
    for name in records.column_names:
        column = records[name]
        columns[name] = (
            pd.array(shown_names(dataset, one_array(column)), "string") if name in references else _plain(column)
        )
    return pd.DataFrame(columns, index=pd.Index(numbers, name=RECORD))


def problems_of(described: ObjectSchema, numbers: np.ndarray, findings: Sequence[Finding]) -> list[str | None]:
    """Return for each record what is wrong with it, None where nothing is."""
    found: list[list[str]] = [[] for _ in numbers]
    for one in findings:
        for row in np.flatnonzero(np.isin(numbers, one.records)):
            found[row].append(f"{labels.field(one.field, described)}: {one.message}" if one.field else one.message)
    return ["; ".join(one) or None for one in found]


def _plain(column: pa.ChunkedArray) -> Any:
    """The column in a type that the browser's table edits: decimals as floating numbers, the rest as it is."""
    import pandas as pd

    kind = column.type
    if pa.types.is_decimal(kind):
        return column.cast(pa.float64()).to_pandas().to_numpy()
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind) or pa.types.is_time(kind):
        return column.to_pandas().to_numpy() if pa.types.is_timestamp(kind) else column.to_pandas().to_list()
    return pd.array(column.to_pylist(), dtype=_DTYPES.get(kind.id, "string"))  # one page of records


_DTYPES: Mapping[int, str] = {pa.bool_().id: "boolean", pa.int64().id: "Int64"}


def typed(numbers: np.ndarray, edited: Mapping[Any, Mapping[str, Any]]) -> dict[int, dict[str, Any]]:
    """Return the editor's changed cells by record number, without the columns that are not the record's."""
    found = {}
    for position, cells in edited.items():
        own = {column: value for column, value in cells.items() if column not in {CHOSEN, PROBLEMS}}
        if own and int(position) < len(numbers):
            found[int(numbers[int(position)])] = own
    return found


def chosen(numbers: np.ndarray, edited: Mapping[Any, Mapping[str, Any]]) -> np.ndarray:
    """Return the numbers of the records whose box is ticked."""
    ticked = [int(row) for row, cells in edited.items() if cells.get(CHOSEN) and int(row) < len(numbers)]
    return numbers[sorted(ticked)]
