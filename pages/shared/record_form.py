"""One record as a form: labelled inputs, previous and next; the way to change records without the table."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from pages.shared import labels, record_table, state, words
from sfseed_core.clock import SYSTEM
from sfseed_core.dataset import naming
from sfseed_core.dataset.export.readable import readable
from sfseed_core.dataset.vectors import one_array
from sfseed_core.recipe.columns import RECORD, RECORD_TYPE
from sfseed_core.workflow import edit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from pages.shared.record_view import Shown
    from sfseed_core.check.finding import Finding
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.schema.model import Field

_FEW = 400  # records that a list of parents offers; of more the name is typed
_LONG = 255
_GROUPS: Mapping[str, str] = {"required": "Required", "filled": "Filled", "empty": "Empty"}


def form(dataset: Dataset, object_name: str, page: Shown, record: int, findings: Sequence[Finding]) -> None:
    """The record's fields in labelled inputs, saved together as one edit."""
    groups = _steps(dataset, object_name, page, record)
    for one in findings:
        if record in one.records:
            st.warning(words.plain(f"{_label(dataset, object_name, one.field)}: {one.message}"), icon=":material/warning:")
    values = _values(dataset, object_name, record)
    ordered = record_table.in_order(dataset, object_name)
    columns = [name for name in ordered if _group(dataset, object_name, name, values[name]) in groups]
    given: dict[str, Any] = {}
    with st.form(f"form_{dataset.id}_{object_name}_{record}_{dataset.revision}", border=True):
        left, right = st.columns(2)
        for place, name in enumerate(columns):
            with right if place % 2 else left:
                given[name] = _input(dataset, object_name, name, record, values[name])
        if not columns:
            st.caption("No fields of that kind: choose another above.")
        with st.container(horizontal=True):
            saved = st.form_submit_button("Save", type="primary", icon=":material/save:")
            onward = st.form_submit_button("Save, next record", icon=":material/arrow_forward:")
    if saved or onward:
        _save(dataset, object_name, record, {name: one for name, one in given.items() if not _alike(one, values[name])})
        if onward and state.remembered("refused") is None:
            state.go(record=_neighbour(page, record, 1))
        st.rerun()
    record_table.refusal()


def _save(dataset: Dataset, object_name: str, record: int, changed: dict[str, Any]) -> None:
    if changed:
        record_table.attempt(lambda: edit.cells(dataset, object_name, {record: changed}, clock=SYSTEM))


def _steps(dataset: Dataset, object_name: str, page: Shown, record: int) -> Sequence[str]:
    """The record's name, previous and next, and which fields are shown."""
    place = int(np.searchsorted(page.every, record)) if _ascending(page) else int(np.flatnonzero(page.every == record)[0])
    name = naming.names_of(dataset, object_name, np.array([record]))[0]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(words.plain(name), width="content")
        st.caption(
            f"{words.plain(labels.of(object_name, dataset.schema))} {place + 1:,} of {len(page.every):,}", width="content"
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for label, icon, step, keys in (
            ("Previous", "arrow_back", -1, "Alt+Up"),
            ("Next", "arrow_forward", 1, "Alt+Down"),
        ):
            st.button(
                label,
                icon=f":material/{icon}:",
                key=f"record_{label}",
                disabled=not 0 <= place + step < len(page.every),
                on_click=state.go,
                kwargs={"record": _neighbour(page, record, step)},
                shortcut=keys,
            )
        return (
            st.segmented_control(
                "Fields shown",
                list(_GROUPS),
                format_func=_GROUPS.__getitem__,
                selection_mode="multi",
                default=["required", "filled"],
                key="form_groups",
                help="Those that the org requires, the others that have a value, and those that have none.",
            )
            or ()
        )


def _ascending(page: Shown) -> bool:
    return bool((np.diff(page.every) > 0).all())


def _neighbour(page: Shown, record: int, step: int) -> int:
    place = int(np.flatnonzero(page.every == record)[0]) + step
    return int(page.every[min(max(place, 0), len(page.every) - 1)])


def _values(dataset: Dataset, object_name: str, record: int) -> dict[str, Any]:
    """The record's values by column, references as text."""
    plan = dataset.plan.object(object_name)
    row = readable(plan, dataset.take(object_name, np.array([record])))
    names = [name for name in dataset.arrow_schema(object_name).names if name != RECORD and not name.endswith("@")]
    return {name: one_array(row[name])[0].as_py() for name in names}


def _group(dataset: Dataset, object_name: str, name: str, value: Any) -> str:
    field = dataset.schema[object_name].fields.get(name)
    if field is not None and field.required_on_create:
        return "required"
    return "empty" if value in {None, ""} else "filled"


def _label(dataset: Dataset, object_name: str, name: str | None) -> str:
    field = dataset.schema[object_name].fields.get(name or "")
    return field.label if field is not None else name or object_name


def _input(dataset: Dataset, object_name: str, name: str, record: int, value: Any) -> Any:
    """The input that fits the column."""
    field = dataset.schema[object_name].fields.get(name)
    key = f"form_{dataset.id}_{object_name}_{record}_{name}_{dataset.revision}"
    label = "Record type" if name == RECORD_TYPE else words.plain(_label(dataset, object_name, name))
    about = words.plain(f"{name} ({labels.kind(field) if field else 'Text'})")
    if field is not None and field.required_on_create:
        label += " (required)"
    if name == RECORD_TYPE:
        kinds = [one.developer_name for one in dataset.schema[object_name].record_types if one.available and not one.master]
        return _choice(label, kinds, value, key, about)
    if any(one.field == name for one in dataset.plan.object(object_name).references):
        return _parent(dataset, object_name, name, label, value, key)
    if field is not None and field.type in _INPUTS:
        return _INPUTS[field.type](field, label, value, key, about)
    if field is not None and field.length > _LONG:
        return st.text_area(label, value or "", key=key, help=about, height=100)
    return st.text_input(label, _text(value), key=key, help=about)


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)


def _choice(label: str, options: Sequence[str], value: Any, key: str, about: str) -> Any:
    known = list(options) if value is None or value in options else [value, *options]
    place = known.index(value) if value is not None else None
    return st.selectbox(label, known, index=place, key=key, help=about, placeholder="nothing")


def _parent(dataset: Dataset, object_name: str, name: str, label: str, value: str | None, key: str) -> Any:
    """The record that a lookup points to, chosen by its name; of very many its name is typed."""
    reference = next(one for one in dataset.plan.object(object_name).references if one.field == name)
    targets = [one.object for one in reference.targets if one.object in dataset.objects]
    if not targets or sum(dataset.count(one) for one in targets) > _FEW:
        shown = naming.shown(dataset, _texts(value))[0]
        return st.text_input(label, shown or "", key=key, help=f"{words.plain(name)}: the record's name, or Object:number")
    options: dict[str, str] = {}
    for target in targets:
        numbers = dataset.state(str(target)).numbers()
        called = naming.names_of(dataset, str(target), numbers)
        options |= {f"{target}:{one}": f"{label_}" for one, label_ in zip(numbers.tolist(), called, strict=True)}
    if value is not None and value not in options:
        options[value] = value
    kind = len(targets) > 1
    return st.selectbox(
        label,
        list(options),
        index=list(options).index(value) if value is not None else None,
        format_func=lambda one: (
            f"{options[one]} ({labels.of(one.partition(':')[0], dataset.schema)})" if kind else options[one]
        ),
        key=key,
        help=words.plain(f"{name}: a record of this dataset, by its name"),
        placeholder="nothing",
    )


def _texts(value: str | None) -> Any:
    from sfseed_core.dataset.vectors import texts

    return texts([value])


def _alike(now: Any, was: Any) -> bool:
    return (now in {None, ""} and was in {None, ""}) or now == was or (was is not None and str(now) == _text(was))


def _tick(_: Field, label: str, value: Any, key: str, about: str) -> Any:
    return st.checkbox(label, bool(value), key=key, help=about)


def _one_of(field: Field, label: str, value: Any, key: str, about: str) -> Any:
    return _choice(label, field.active_values, value, key, about)


def _day(_: Field, label: str, value: Any, key: str, about: str) -> Any:
    return st.date_input(
        label, value, key=key, help=about, format="YYYY-MM-DD", min_value="1700-01-01", max_value="4000-12-31"
    )


_INPUTS: Mapping[str, Callable[[Field, str, Any, str, str], Any]] = {
    "boolean": _tick,
    "picklist": _one_of,
    "date": _day,
}


def picked(page: Shown, wanted: int) -> int | None:
    """Return the record to show: the wanted one if the view holds it, else its first; None when it holds none."""
    if not len(page.every):
        return None
    return wanted if bool((page.every == wanted).any()) else int(page.every[0])
