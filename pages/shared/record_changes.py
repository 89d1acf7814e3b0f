"""Changes of many records at once: bulk change with before and after, adding, deleting, downloads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import labels, press, record_table, state, words
from sfseed_core.clock import SYSTEM
from sfseed_core.dataset.export import archive
from sfseed_core.errors import SfseedError
from sfseed_core.recipe.columns import RECORD
from sfseed_core.workflow import edit

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from sfseed_core.dataset.dataset import Dataset

_CHILDREN: Mapping[str, str] = {
    "delete": "delete them too",
    "clear": "keep them, without the lookup",
}


_FORMATS: Mapping[str, tuple[str, str]] = {
    "csv": ("CSV", "text/csv"),
    "xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "parquet": ("Parquet", "application/vnd.apache.parquet"),
}
_OPEN = "bulk_open"


def bulk_button(dataset: Dataset, object_name: str, records: np.ndarray) -> None:
    """Open the bulk change; it stays open whatever else makes the page run again, until it is done or dismissed."""
    st.button(
        "Change many",
        key="change_many",
        icon=":material/edit_note:",
        disabled=not len(records),
        on_click=state.note,
        args=(_OPEN, object_name),
    )
    if state.remembered(_OPEN) == object_name and len(records):
        _bulk(dataset, object_name, records)


def _close() -> None:
    state.taken(_OPEN)


@st.dialog("Change many records", width="large", on_dismiss=_close)
def _bulk(dataset: Dataset, object_name: str, records: np.ndarray) -> None:
    """Give all these records a value, after showing what it does."""
    fields = dataset.schema[object_name].fields
    names = [one for one in dataset.arrow_schema(object_name).names if one != RECORD and not one.endswith("@")]
    called = words.plain(labels.counted(len(records), object_name, dataset.schema))
    st.markdown(f"Applies to the **{called}** that the table shows now.")
    column = st.selectbox(
        "Field",
        names,
        format_func=lambda name: labels.full(fields[name].label, name) if name in fields else name,
        key="bulk_field",
        help="Which field of all these records is changed.",
    )
    how = st.segmented_control(
        "New value",
        ["Set to", "Empty"],
        default="Set to",
        key="bulk_how",
        required=True,
        help="A value for all of them, or none.",
    )
    text: str | None = None
    if how == "Set to":
        values = fields[column].active_values if column in fields else ()
        if values:
            about = "One of the picklist's values, or another that you type."
            text = st.selectbox("Value", values, key=f"bulk_pick_{column}", accept_new_options=True, help=about)
        else:
            text = st.text_input(
                "Value", key="bulk_value", help="Fields of the record in braces: {FirstName}.{LastName}@example.invalid"
            )
    try:
        shown = edit.samples(dataset, object_name, records, column, text)
    except SfseedError as error:
        st.error(words.plain(str(error)))
        return
    st.dataframe(
        [{"Record": one.record, "Before": one.before or "", "After": one.after or ""} for one in shown],
        hide_index=True,
        alt="The first records before and after",
    )
    if press.button(
        f"Change {words.many(len(records), 'record')}", type="primary", disabled=not len(records), key="bulk_do"
    ):
        try:
            edit.everywhere(dataset, object_name, records, column, text, clock=SYSTEM)
        except SfseedError as error:
            st.error(words.plain(str(error)))
            return
        _close()
        st.rerun()


def add_and_delete(dataset: Dataset, object_name: str, chosen: np.ndarray) -> None:
    """Add empty records; delete the ticked ones."""
    with st.popover("Add", icon=":material/add:"):
        about = "They come last; required fields are marked as problems until you fill them."
        count = st.number_input(
            "How many empty records", min_value=1, max_value=10_000, value=1, key="add_count", help=about
        )
        st.button(
            "Add them",
            type="primary",
            on_click=record_table.attempt,
            args=(lambda: edit.add(dataset, object_name, int(count), clock=SYSTEM),),
        )
    with st.popover(
        "Delete", icon=":material/delete:", help="Tick records in the table first." if not len(chosen) else None
    ):
        if not len(chosen):
            st.caption("Tick the records to delete in the table's first column.")
            return
        what = st.radio(
            "Records that point to them",
            list(_CHILDREN),
            format_func=_CHILDREN.__getitem__,
            key="delete_children",
            help="A required lookup cannot be emptied: what has one can only be deleted too.",
        )
        st.button(
            f"Delete {words.many(len(chosen), 'record')}",
            key="delete_do",
            type="primary",
            on_click=record_table.attempt,
            args=(lambda: edit.delete(dataset, object_name, chosen, what, clock=SYSTEM),),  # type: ignore[arg-type]
        )


def downloads(dataset: Dataset, object_name: str) -> None:
    """The records as files, made when they are asked for."""
    with st.popover("Download", icon=":material/download:"):
        chosen = st.segmented_control(
            "As",
            list(_FORMATS),
            format_func=lambda one: _FORMATS[one][0],
            default="csv",
            required=True,
            key="download_as",
            help="Excel to read and change them, CSV for other loaders, Parquet for programs.",
        )
        file_format = str(chosen or "csv")
        st.download_button(
            words.plain(labels.of(object_name, dataset.schema)),
            data=partial(archive.one_file, dataset, object_name, file_format),
            file_name=f"{dataset.id}-{object_name}.{file_format}",
            mime=_FORMATS[file_format][1],
            on_click="ignore",
            key="download_one",
            icon=":material/description:",
        )
        st.download_button(
            "All objects (zip)",
            data=partial(archive.zipped, dataset, file_format),
            file_name=f"{dataset.id}.zip",
            mime="application/zip",
            on_click="ignore",
            key="download_all",
            icon=":material/folder_zip:",
        )
        if file_format == "xlsx":
            st.caption("An Excel sheet holds 1,048,575 records at most.")
