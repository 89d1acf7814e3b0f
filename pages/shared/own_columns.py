"""What the columns of a file of one's own were taken for, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc
import streamlit as st

from pages.shared import labels
from sfseed_core.recipe.columns import SYMBOL_MARK, target_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from sfseed_core.dataset.brought.columns import Columns, Link
    from sfseed_core.dataset.brought.plan import Set
    from sfseed_core.schema.model import ObjectSchema
    from sfseed_core.workflow.own_set import Read

    Line = tuple[str, str, str]  # a column, what it is, how that was understood


def table(read: Read, name: str, made: Set | None) -> None:
    """Show every column of an object's file in the file's order; where lookups lead is known once there is a set."""
    file, described = read.files[name], read.schema.objects[name]
    told = {column: (what, how) for column, what, how in _lines(read.understood(name), described, name, made)}
    rows = [
        {"Column": column, "Is": told[column][0], "How": told[column][1], "For example": _first(file.table, column)}
        for column in file.table.column_names
        if column in told
    ]
    wide = {"How": st.column_config.TextColumn(width="large")}
    st.dataframe(
        rows, hide_index=True, column_config=wide, alt=f"The columns of {file.path.name} and what they were taken for"
    )


def _lines(columns: Columns, described: ObjectSchema, name: str, made: Set | None) -> Iterator[Line]:
    for field, column in columns.values.items():
        about = described.fields[field]
        yield column, labels.full(about.label, field), labels.kind(about)
    for link in columns.links:
        yield link.column, labels.full(link.field.label, link.field.name), _leads(link, name, made)
    if columns.ids is not None:
        yield columns.ids, "The row's id", "other files refer to it; the org gives a new one"
    if columns.keys is not None:
        yield columns.keys, "The row's own key", "other files refer to it"
    if columns.record_types is not None:
        yield columns.record_types, "Record type", "by its name, developer name or id"
    for column in columns.passed_over:
        yield column, "Left out", "the org fills it itself"
    for column in columns.unknown:
        yield column, "No field", "the org has no such field that can be written"
    for column, field in columns.again.items():
        yield column, "Twice", f"another column stands for {field} already"


def _leads(link: Link, name: str, made: Set | None) -> str:
    how = f"lookup by {link.by}" if link.by is not None else "lookup by id, key or name"
    if made is None:
        return how
    table_ = made.tables[name]
    if link.field.name not in table_.column_names:
        return f"{how}: empty"
    keys = table_[link.field.name]
    within = len(keys) - keys.null_count
    words = target_column(link.field.name)
    beyond = 0
    if words in table_.column_names:
        beyond = int(pc.sum(pc.starts_with(table_[words], pattern=SYMBOL_MARK)).as_py() or 0)
    parts = [f"{within:,} to rows of these files"] if within else []
    parts += [f"{beyond:,} to records of the org"] if beyond else []
    return f"{how}: {', '.join(parts) or 'empty'}"


def _first(table_: pa.Table, column: str) -> str:
    """The first cell that says something."""
    cells = table_[column].drop_null()
    return str(cells[0].as_py()) if len(cells) else ""
