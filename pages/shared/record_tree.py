"""Follow the record: what it belongs to, and what belongs to it, as a tree to walk along."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from pages.shared import labels, state, words
from sfseed_core.dataset import family, naming
from sfseed_core.dataset.removal import children_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.dataset.family import Children

_OPEN = 6  # children that are shown at once; more are unfolded


def tree(dataset: Dataset, object_name: str, record: int) -> None:
    """The record's parents above it, its children below, each to go to."""
    above = family.parents(dataset, object_name, record)
    below = family.children(dataset, object_name, record)
    st.subheader("Follow the record")
    if not above and not below:
        st.caption("Nothing points to this record, and it points to nothing.")
        return
    for parent in above:
        name = naming.names_of(dataset, parent.object, np.array([parent.record]))[0]
        _go(
            f"{labels.of(parent.object, dataset.schema)}: {name}",
            parent.object,
            parent.record,
            "arrow_upward",
            parent.field,
        )
    own = naming.names_of(dataset, object_name, np.array([record]))[0]
    st.markdown(f":material/subdirectory_arrow_right: **{words.plain(own)}**")
    for group in below:
        _children(dataset, object_name, group)


def _children(dataset: Dataset, parent: str, group: Children) -> None:
    usual = {f"{parent}Id", f"{parent.removesuffix('__c')}__c"}
    called = labels.field(group.field, dataset.schema.get(group.object))
    by = "" if group.field in usual else f", by {called}"
    with st.expander(
        f"{words.plain(labels.of(group.object, dataset.schema))} ({group.count:,}{words.plain(by)})",
        expanded=group.count <= 6,
    ):
        records = np.array(group.records, np.int64)
        for record, name in zip(group.records, naming.names_of(dataset, group.object, records), strict=True):
            _go(name, group.object, record, "subdirectory_arrow_right", group.field)
        if group.count > len(records):
            st.caption(f"and {group.count - len(records):,} more")
        further = _further(dataset, group.object, records)
        if further:
            told = [words.plain(labels.counted(count, name, dataset.schema)) for name, count in further.items()]
            st.caption(f"They have in turn {words.listed(told)}.")


def _further(dataset: Dataset, object_name: str, records: np.ndarray) -> Mapping[str, int]:
    """How many records hang on these, by object."""
    found: dict[str, int] = {}
    for child, _, numbers in children_of(dataset, object_name, records):
        found[child] = found.get(child, 0) + len(numbers)
    return found


def _go(label: str, object_name: str, record: int, icon: str, field: str) -> None:
    st.button(
        words.plain(label),
        key=f"follow_{object_name}_{record}_{field}",
        type="tertiary",
        icon=f":material/{icon}:",
        on_click=state.go,
        kwargs={"object": object_name, "record": record, "mode": "record", "search": "", "view": "all", "filter": ""},
    )
