"""Rows of one's own in the preview: pasted from a spreadsheet or uploaded, added or written over what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import labels, press, state, words
from sfseed_core.clock import SYSTEM
from sfseed_core.errors import SfseedError
from sfseed_core.workflow import given_rows
from sfseed_core.workflow.request import draw_seed

if TYPE_CHECKING:
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.workflow.given_rows import Given

_OPEN = "own_rows_open"
_SHOWN = 5


def button(dataset: Dataset, object_name: str) -> None:
    """Open the dialog; it stays open until it is done or dismissed."""
    st.button("Rows of mine", key="own_rows", icon=":material/upload_file:", on_click=state.note, args=(_OPEN, object_name))
    if state.remembered(_OPEN) == object_name:
        _dialog(dataset, object_name)


def _close() -> None:
    state.taken(_OPEN)


@st.dialog("Rows of mine", width="large", on_dismiss=_close)
def _dialog(dataset: Dataset, object_name: str) -> None:
    """Paste or upload rows, see how they are understood, and take them."""
    called = words.plain(labels.of(object_name, dataset.schema))
    st.markdown(
        f"Paste them from a spreadsheet, or choose a file. The first line names the fields of {called}, "
        "by label or API name."
    )
    about = "A column Id with the numbers of the first column writes over these records; without it they are added."
    kinds = ["csv", "tsv", "txt", "xlsx"]
    given = st.file_uploader("A CSV or Excel file", type=kinds, key="own_rows_file", help=about)
    text = st.text_area(
        "Or paste rows here", key="own_rows_text", height=140, help="Copy the cells with their heading line."
    )
    if given is None and not (text or "").strip():
        return
    try:
        rows = given_rows.read_file(given.name, given.getvalue()) if given else given_rows.read_pasted(text or "")
        found = given_rows.understand(dataset, object_name, rows)
    except SfseedError as error:
        _told(error)
        return
    _understood(dataset, found, rows)


def _understood(dataset: Dataset, found: Given, rows: list[dict[str, str]]) -> None:
    st.dataframe(rows[:_SHOWN], hide_index=True, alt="The first of the rows")
    if found.unknown:
        called = words.plain(labels.of(found.object, dataset.schema))
        st.warning(
            f"Not fields of {called}, so left out: {words.plain(words.listed(found.unknown, 8))}.",
            icon=":material/visibility_off:",
        )
    fill = False
    what = f"Change {words.many(found.count, 'record')}"
    if found.records is None:
        what = f"Add {words.many(found.count, 'record')}"
        about = "Else they stay empty, required ones too."
        fill = st.checkbox("Make up the fields that these rows do not have", value=True, key="own_rows_fill", help=about)
    else:
        st.caption("The rows have a column Id: they are written over the records of these numbers.")
    if press.button(what, type="primary", key="own_rows_take", disabled=not found.columns):
        try:
            given_rows.take(dataset, found, fill=fill, variation=draw_seed(), clock=SYSTEM)
        except SfseedError as error:
            _told(error)
            return
        _close()
        st.rerun()


def _told(error: SfseedError) -> None:
    st.error(words.plain(error.message), icon=":material/error:")
    if error.hint:
        st.caption(f"**What to do:** {words.hint(error.hint)}")
