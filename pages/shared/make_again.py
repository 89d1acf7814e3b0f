"""Other values for a field or for some records, by the generators that made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import labels, record_table, words
from sfseed_core.clock import SYSTEM
from sfseed_core.workflow import make_again
from sfseed_core.workflow.request import draw_seed

if TYPE_CHECKING:
    import numpy as np

    from sfseed_core.dataset.dataset import Dataset

_ALL = ""


def popover(dataset: Dataset, object_name: str, shown: np.ndarray, ticked: np.ndarray) -> None:
    """Make a field, or all of them, again: in the ticked records, else in all that the table shows."""
    fields = dataset.schema[object_name].fields
    called = {_ALL: "all fields (other people, other companies)"}
    called |= {
        one.field: labels.full(fields[one.field].label, one.field) if one.field in fields else one.field
        for one in dataset.plan.object(object_name).columns
    }
    records = ticked if len(ticked) else shown
    with st.popover("Make again", icon=":material/casino:", key="make_again", disabled=not len(records)):
        about = "One field, or all that are made up."
        name = st.selectbox(
            "What", list(called), format_func=called.__getitem__, key=f"again_field_{object_name}", help=about
        )
        which = "ticked" if len(ticked) else "shown"
        st.caption(
            f"In the {words.many(len(records), 'record')} {which}. Lookups stay as they are; Undo brings the old back."
        )
        st.button(
            "Make other values", type="primary", key="again_do", on_click=_again, args=(dataset, object_name, records, name)
        )


def field_button(dataset: Dataset, object_name: str, field: str) -> None:
    """Make one field again in all records."""
    made = any(one.field == field for one in dataset.plan.object(object_name).columns)
    st.button(
        "Make other values",
        icon=":material/casino:",
        key="again_whole",
        disabled=not made,
        help=None if made else "A lookup stays as it is: its records are laid out together with their parents.",
        on_click=_again,
        args=(dataset, object_name, None, field),
    )


def _again(dataset: Dataset, object_name: str, records: np.ndarray | None, name: str) -> None:
    some = dataset.state(object_name).numbers() if records is None else records
    fields = None if name == _ALL else [name]
    record_table.attempt(
        lambda: make_again.make_again(dataset, object_name, some, fields, variation=draw_seed(), clock=SYSTEM)
    )
