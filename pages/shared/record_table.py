"""The table of records: toolbar, editor, what it does with edits, and the problems beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared import labels, record_view, state, typed_cells, words
from pages.shared.record_view import CHOSEN, PROBLEMS
from sfseed_core.check.finding import Level
from sfseed_core.clock import SYSTEM
from sfseed_core.dataset.log import live, next_redo, next_undo
from sfseed_core.errors import SfseedError
from sfseed_core.recipe.columns import RECORD, RECORD_TYPE
from sfseed_core.workflow import edit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np

    from pages.shared.record_view import Shown
    from sfseed_core.check.finding import Finding
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.schema.model import Field, ObjectSchema

_VIEWS: Mapping[str, str] = {"all": "All", "problems": "With problems", "changed": "Changed"}
_TALLEST = 430
_LONG_LIST = 200  # picklist values that a cell's list offers; a longer one is typed
_ADDRESS = re.compile(r"(Street|City|State|PostalCode|Country|Latitude|Longitude|GeocodeAccuracy)(Code)?(__s)?$")
_DECIMALS = frozenset({"double", "currency", "percent"})


def toolbar(dataset: Dataset, object_name: str) -> None:
    """Search, which records, in which order."""
    fields = _labels(dataset, object_name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Search",
            icon=":material/search:",
            width=220,
            help="A part of any text in the records. Press Enter.",
            **state.bound("search", "preview"),
        )
        views = {**_VIEWS, "failed": "Failed in the load"} if state.place().run else {**_VIEWS}
        st.segmented_control(
            "Show",
            list(views),
            format_func=views.__getitem__,
            required=True,
            help="All records, those with problems, or those that you changed.",
            **state.bound("view", "preview", within=views.__contains__, otherwise="all"),
        )
        orders: dict[str, str] = {"": "as made"}
        for name, label in fields.items():
            orders[name], orders[f"-{name}"] = f"{label} ↑", f"{label} ↓"
        st.selectbox(
            "Order",
            list(orders),
            format_func=orders.__getitem__,
            width=200,
            help="↑ smallest first, ↓ largest first.",
            **state.bound("sort", "preview", within=orders.__contains__),
        )
        _filter(dataset, object_name, fields)


def _filter(dataset: Dataset, object_name: str, fields: Mapping[str, str]) -> None:
    where = state.place()
    names = set(dataset.arrow_schema(object_name).names)
    active = record_view.filters_of(where.filter, names)
    label = f"Filter: {fields.get(active[0].column, active[0].column)}" if active else "Filter"
    with st.popover(words.plain(label), icon=":material/filter_alt:", key="filter"):
        about, key = "Which field the condition is about.", f"filter_field_{object_name}"
        column = st.selectbox("Field", list(fields), format_func=fields.__getitem__, key=key, help=about)
        test = st.selectbox("Condition", record_view.TESTS, key="filter_test", help="Capital letters make no difference.")
        about = "Numbers without separators, days as 2026-11-30."
        value = "" if test in record_view.WITHOUT_VALUE else st.text_input("Value", key="filter_value", help=about)
        with st.container(horizontal=True):
            st.button("Apply", type="primary", on_click=state.go, kwargs={"filter": f"{column}|{test}|{value}"})
            st.button("Clear", on_click=state.go, kwargs={"filter": ""}, disabled=not active)


def editor(dataset: Dataset, object_name: str, page: Shown, findings: Sequence[Finding]) -> None:
    """One page of records to change; what is changed is on disk before this page is drawn again."""
    if not len(page.numbers):
        st.info("No records here. Change the search or the filter above.", icon=":material/filter_alt_off:")
        return
    key = _key(dataset, object_name)
    state.note(f"{key}_numbers", page.numbers)
    st.data_editor(
        typed_cells.under(key, record_view.table(dataset, object_name, page.numbers, findings)),
        key=key,
        on_change=_take_over,
        args=(dataset, object_name, key),
        column_config=configuration(dataset, object_name),
        column_order=[CHOSEN, *([PROBLEMS] if findings else []), *in_order(dataset, object_name)],
        num_rows="fixed",
        placeholder="",
        height=min(_TALLEST, 38 + 35 * len(page.numbers)),
        alt=f"Records of {object_name}, page {page.page} of {page.pages}",
    )
    refusal()


def refusal() -> None:
    """Say why the last change was not made."""
    refused = state.taken("refused")
    if refused:
        st.error(words.plain(refused), title="This change was not made", icon=":material/error:")


def _key(dataset: Dataset, object_name: str) -> str:
    return f"rows_{dataset.id}_{object_name}_{state.remembered('rows_drawn_anew', 0)}"


def _take_over(dataset: Dataset, object_name: str, key: str) -> None:
    numbers = state.remembered(f"{key}_numbers")
    cells = record_view.typed(numbers, typed_cells.news(key))
    attempt(lambda: edit.cells(dataset, object_name, cells, clock=SYSTEM))


def attempt(change: Callable[[], object]) -> None:
    """Make a change; when it is refused, say so at the next drawing and draw the table anew."""
    try:
        change()
    except SfseedError as error:
        state.note("refused", str(error))
        state.note("rows_drawn_anew", state.remembered("rows_drawn_anew", 0) + 1)


def ticked(dataset: Dataset, object_name: str, page: Shown) -> np.ndarray:
    """Return the numbers of the records that are ticked on this page."""
    return record_view.chosen(page.numbers, typed_cells.of(_key(dataset, object_name)))


def _labels(dataset: Dataset, object_name: str) -> dict[str, str]:
    fields = dataset.schema[object_name].fields
    names = [name for name in dataset.arrow_schema(object_name).names if name != RECORD and not name.endswith("@")]
    return {name: fields[name].label if name in fields else name for name in names}


def in_order(dataset: Dataset, object_name: str) -> list[str]:
    """Return the columns as people look for them: the name, what is required, lookups, the rest, addresses last."""
    fields = dataset.schema[object_name].fields
    names = list(_labels(dataset, object_name))

    lookups = {one.field for one in dataset.plan.object(object_name).references}

    def rank(name: str) -> tuple[bool, bool, bool, bool, int]:
        field = fields.get(name)
        named = field is not None and (field.name_field or name in {"FirstName", "LastName", "Name"})
        required = field is not None and field.required_on_create
        return (not named, not required, name not in lookups, _of_address(name), names.index(name))

    return sorted(names, key=rank)


def _of_address(name: str) -> bool:
    """Say whether a field is a part of an address: six columns that nobody looks for first."""
    return bool(_ADDRESS.search(name))


def configuration(dataset: Dataset, object_name: str) -> dict[Any, Any]:
    """Return how each column is shown and edited."""
    described = dataset.schema[object_name]
    columns: dict[Any, Any] = {
        "_index": st.column_config.NumberColumn("#", disabled=True, width=60),
        CHOSEN: st.column_config.CheckboxColumn("✓", width=40, pinned=True, help="Tick records to delete or change them."),
        PROBLEMS: st.column_config.TextColumn("⚠ Problems", width=200, pinned=True, disabled=True),
    }
    references = {one.field for one in dataset.plan.object(object_name).references}
    for name in _labels(dataset, object_name):
        field = described.fields.get(name)
        columns[name] = _record_type(described) if name == RECORD_TYPE else _column(name, field, name in references)
    return columns


def _record_type(described: ObjectSchema) -> Any:
    options = [one.developer_name for one in described.record_types if one.available and not one.master]
    return st.column_config.SelectboxColumn("Record type", options=options, help="RecordTypeId, by developer name")


def _column(name: str, field: Field | None, is_reference: bool) -> Any:
    if field is None:
        return st.column_config.TextColumn(name)
    about = f"{words.plain(name)} ({labels.kind(field)}{', required' if field.required_on_create else ''})"
    if is_reference:
        about += ". A record of this dataset: type its name, or its object and number (Account:12)."
        return st.column_config.TextColumn(field.label, help=about)
    if field.type == "picklist" and len(field.active_values) <= _LONG_LIST:
        return st.column_config.SelectboxColumn(field.label, options=list(field.active_values), help=about)
    make = _COLUMNS.get(field.type, _text)
    return make(field, about)


def _text(field: Field, about: str) -> Any:
    return st.column_config.TextColumn(field.label, help=about)


def _number(field: Field, about: str) -> Any:
    step = 10.0**-field.scale if field.type in _DECIMALS else 1
    return st.column_config.NumberColumn(field.label, help=about, step=step)


_COLUMNS: Mapping[str, Callable[[Field, str], Any]] = {
    "boolean": lambda field, about: st.column_config.CheckboxColumn(field.label, help=about),
    "date": lambda field, about: st.column_config.DateColumn(field.label, help=about, format="YYYY-MM-DD"),
    "datetime": lambda field, about: st.column_config.DatetimeColumn(
        field.label, help=f"{about}, UTC", format="YYYY-MM-DD HH:mm", timezone="UTC"
    ),
    "time": lambda field, about: st.column_config.TimeColumn(field.label, help=about),
    **dict.fromkeys(("int", "long", *sorted(_DECIMALS)), _number),
}


def history(dataset: Dataset) -> None:
    """Undo, redo, and the list of edits."""
    operations = dataset.operations()
    back, forth = next_undo(operations), next_redo(operations)
    st.button(
        "Undo",
        key="undo",
        icon=":material/undo:",
        disabled=back is None,
        help=words.plain(operations[back - 1].label) if back else "Nothing to undo",
        on_click=attempt,
        args=(lambda: dataset.undo(clock=SYSTEM),),
    )
    st.button(
        "Redo",
        key="redo",
        icon=":material/redo:",
        disabled=forth is None,
        help=words.plain(operations[forth - 1].label) if forth else "Nothing to redo",
        on_click=attempt,
        args=(lambda: dataset.redo(clock=SYSTEM),),
    )
    alive = live(operations)
    with st.popover(f"{words.many(len(alive), 'edit')}", icon=":material/history:", disabled=not alive, key="edits"):
        for number in reversed(alive[-20:]):
            st.caption(words.plain(operations[number - 1].label))


def problems(described: ObjectSchema, findings: Sequence[Finding]) -> None:
    """What is wrong, by cause."""
    if not findings:
        return
    refused = sum(one.count for one in findings if one.level is Level.REFUSED)
    title = words.many(sum(one.count for one in findings), "problem")
    with st.expander(f"{title}, {refused:,} of them the org would refuse", icon=":material/warning:"):
        rows = [
            {
                "Field": labels.field(one.field, described) if one.field else "",
                "What": one.message,
                "Records": one.count,
                "How bad": str(one.level),
                "What to do": one.fix or "",
            }
            for one in findings
        ]
        st.dataframe(rows, hide_index=True, column_config=words.numbers("Records"), alt="Problems by cause")
        st.button(
            "Show these records", on_click=state.go, kwargs={"view": "problems"}, disabled=state.place().view == "problems"
        )
