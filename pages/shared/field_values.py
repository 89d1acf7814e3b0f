"""What one field holds over all records: how many, how different, how they lie."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared import graph_network, labels, make_again, state, words
from sfseed_core.dataset.profile import profile
from sfseed_core.recipe.columns import RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.dataset.profile import FieldProfile

_HEIGHT = 300


def values(dataset: Dataset, object_name: str) -> None:
    """Choose a field and see its values counted."""
    fields = dataset.schema[object_name].fields
    names = [one for one in dataset.arrow_schema(object_name).names if one != RECORD and not one.endswith("@")]
    called = {name: labels.full(fields[name].label, name) if name in fields else name for name in names}
    where = state.place()
    name = where.field if where.field is not None and where.field in called else names[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Field",
            names,
            format_func=called.__getitem__,
            width=360,
            help="Whose values are counted below.",
            **state.bound("field", "preview", within=called.__contains__, otherwise=name),
        )
        make_again.field_button(dataset, object_name, name)
    found = profile(dataset, object_name, name)
    with st.container(horizontal=True):
        st.metric("Records", f"{found.records:,}", border=True)
        st.metric("Empty", f"{found.empty_share:.0%}", border=True)
        st.metric("Different values", f"{found.distinct:,}", border=True)
    _chart(dataset, object_name, name, called[name], found)


def _chart(dataset: Dataset, object_name: str, name: str, label: str, found: FieldProfile) -> None:
    kind = dataset.arrow_schema(object_name).field(name).type
    lookup = any(one.field == name for one in dataset.plan.object(object_name).references)
    if lookup:
        st.caption("How many records each record that is pointed to has: the busiest ones.")
    rows = _bins(found, kind) if found.histogram and found.distinct > len(found.top) and not lookup else _top(found)
    if not rows:
        st.info("No record has a value here.", icon=":material/hide_source:")
        return
    left, right = st.columns([3, 2])
    with left:
        st.bar_chart(
            {"Value": [one for one, _ in rows], "Records": [count for _, count in rows]},
            x="Value",
            y="Records",
            horizontal=True,
            sort=False,
            height=max(160, min(520, 26 * len(rows) + 60)),
            color=graph_network.KINDS[graph_network.kind_of(object_name)][1],
            alt=f"{label}: {words.listed([f'{one} {count:,}' for one, count in rows], 10)}",
        )
    with right:
        st.dataframe(
            [{"Value": one, "Records": count, "%": round(100 * count / max(found.records, 1), 1)} for one, count in rows],
            hide_index=True,
            height=min(_HEIGHT, 38 + 35 * len(rows)),
            column_config=words.numbers("Records"),
            alt=f"Values of {label}",
        )
        if len(rows) < found.distinct and not found.histogram:
            st.caption(f"The {len(rows)} most frequent of {found.distinct:,} values.")


def _top(found: FieldProfile) -> list[tuple[str, int]]:
    return [(text[:60], count) for text, count in found.top]


def _bins(found: FieldProfile, kind: pa.DataType) -> list[tuple[str, int]]:
    named = [_edge(one, kind) for one in found.edges]
    return [(f"{low} to {high}", count) for low, high, count in _pairs(named, found.histogram)]


def _pairs(edges: Sequence[str], counts: Sequence[int]) -> list[tuple[str, str, int]]:
    return list(zip(edges[:-1], edges[1:], counts, strict=True))


def _edge(value: float, kind: Any) -> str:
    import pyarrow as pa

    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    if pa.types.is_date(kind):
        return f"{epoch + timedelta(days=value):%Y-%m-%d}"
    if pa.types.is_timestamp(kind):
        return f"{epoch + timedelta(milliseconds=value):%Y-%m-%d}"
    if pa.types.is_time(kind):
        return f"{epoch + timedelta(milliseconds=value):%H:%M}"
    return _short(value)


def _short(value: float) -> str:
    for size, sign in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size * 10:
            return f"{value / size:,.1f}{sign}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
