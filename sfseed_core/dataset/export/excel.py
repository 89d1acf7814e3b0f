"""An Excel workbook of one object's records, written row by row so that memory stays flat.

Texts are written as texts, whatever they begin with: nothing of an org becomes a formula or a link.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sfseed_core.dataset.export.readable import readable
from sfseed_core.errors import UserError
from sfseed_core.recipe.columns import schema_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from sfseed_core.recipe.model import ObjectPlan

MOST_ROWS = 1_048_575  # of a sheet, below its line of names
_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True}
_DAY, _INSTANT, _CLOCK = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm:ss"


def write_sheet(path: Path, plan: ObjectPlan, batches: Iterable[pa.RecordBatch], *, written: Callable[[int], None]) -> None:
    """Write the records under a line of field names; raises UserError for more than a sheet holds."""
    import xlsxwriter

    if plan.count > MOST_ROWS:
        raise UserError(
            f"{plan.count:,} {plan.name} are more than the {MOST_ROWS:,} rows of an Excel sheet",
            hint="Take CSV or Parquet.",
        )
    with xlsxwriter.Workbook(str(path), {**_AS_TEXT, "remove_timezone": True}) as book:
        sheet = book.add_worksheet(plan.name[:31])
        names = readable(plan, pa.Table.from_batches([], schema_of(plan)))
        formats = [_format(book, field.type) for field in names.schema]
        sheet.freeze_panes(1, 1)
        sheet.write_row(0, 0, names.column_names, book.add_format({"bold": True}))
        line = 0
        for batch in batches:
            for row in zip(*(column.to_pylist() for column in readable(plan, batch).columns), strict=True):
                line += 1  # a sheet is written cell by cell: there is no faster way into the format
                for place, value in enumerate(row):
                    if value is not None:
                        sheet.write(line, place, value, formats[place])
            written(batch.num_rows)


def _format(book: Any, kind: pa.DataType) -> Any:
    shown = _DAY if pa.types.is_date(kind) else _INSTANT if pa.types.is_timestamp(kind) else None
    shown = _CLOCK if pa.types.is_time(kind) else shown
    return None if shown is None else book.add_format({"num_format": shown})
