"""Texts that a spreadsheet would take for a formula get an apostrophe, as spreadsheets themselves write a text.

For files that people open: what an org said, records to look at. Files that are loaded keep their texts as they are, and
Excel files write every text as a text anyway.
"""

from __future__ import annotations

from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

Rows = TypeVar("Rows", pa.Table, pa.RecordBatch)

# a text that begins like a formula, but is neither a number nor a phone number
_FORMULA = r"^(?:[=@\t\r]|[+-](?:.*[^0-9 ().,/x+-]))"


def disarmed(rows: Rows) -> Rows:
    """Return the rows with an apostrophe before every text that begins like a formula."""
    columns = {name: _disarmed(rows[name]) for name in rows.schema.names}
    return type(rows).from_pydict(columns)


def _disarmed(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    harmful = pc.fill_null(pc.match_substring_regex(column, _FORMULA), False)
    if not pc.any(harmful).as_py():
        return column
    marked = pc.binary_join_element_wise(pa.scalar("'", column.type), column, pa.scalar("", column.type))
    return pc.if_else(harmful, marked, column)
