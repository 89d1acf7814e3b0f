"""The parts of the preview that are not the table itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import (
    connecting,
    designing,
    foot,
    frame,
    labels,
    make_again,
    own_records,
    record_changes,
    record_form,
    record_table,
    record_tree,
    resources,
    state,
    words,
)
from sfseed_core.dataset.brought.plan import files_of
from sfseed_core.errors import SfseedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pages.shared.record_view import Shown
    from pages.shared.state import Place
    from sfseed_core.check.finding import Finding
    from sfseed_core.dataset.dataset import Dataset

_MODES: Mapping[str, str] = {"table": "Table", "record": "One by one", "fields": "A field's values"}
_FEW = 40  # objects that stand side by side; more are chosen from a list


def nothing(where: Place) -> None:
    """The page before any records were made."""
    frame.first_choose(
        frame.STEPS[3],
        "Nothing made yet. Choose an org and what to fill it with, then press *Make the records*.",
        label="Begin on Connect",
    )
    connecting.earlier(where)
    foot.bar(None, back=frame.STEPS[0])


def reachable(where: Place) -> str | None:
    """Return the org's name if it can be asked; the records can be seen and changed without it."""
    if where.org is None:
        return None
    try:
        resources.connection(where.org)
    except SfseedError:
        st.warning("The org cannot be reached: problems that only it knows of are not shown.", icon=":material/cloud_off:")
        return None
    return where.org


def objects(dataset: Dataset, name: str, findings: Mapping[str, Sequence[Finding]]) -> None:
    """Choose the object."""
    told = {}
    for one in dataset.objects:
        problems = sum(found.count for found in findings[one])
        called = words.plain(labels.of(one, dataset.schema))
        told[one] = f"{called} {dataset.count(one):,}" + (f" ⚠ {problems:,}" if problems else "")
    given = state.bound("object", "preview", within=told.__contains__, otherwise=name)
    if len(told) <= _FEW:
        with st.container(key="objects"):
            st.pills(
                "Object", list(told), format_func=told.__getitem__, required=True, label_visibility="collapsed", **given
            )
    else:
        about = "Whose records are shown, with how many there are."
        st.selectbox("Object", list(told), format_func=lambda one: _in_a_list(dataset, one), help=about, **given)


def _in_a_list(dataset: Dataset, name: str) -> str:
    return f"{labels.full(labels.of(name, dataset.schema), name)}: {words.many(dataset.count(name), 'record')}"


def made_of(dataset: Dataset) -> None:
    """What the records were made from, so that they can be made again."""
    plan, when = dataset.plan, words.moment(dataset.created, st.context.timezone)
    files = files_of(plan)
    if files:
        st.caption(f"From files of yours, taken {when}: {words.plain(words.listed(files, 12))}.")
        return
    language = designing.LANGUAGES.get(plan.locale, plan.locale)
    st.caption(
        f"Made {when} · variation number {plan.seed} · {words.plain(language)} · "
        f"today in them is {plan.as_of:%Y-%m-%d}. The same number on *Design* makes the same records again."
    )


def before(dataset: Dataset) -> frame.Step:
    """Return the page where it was said what these records are to be."""
    return frame.STEPS[0] if files_of(dataset.plan) else frame.STEPS[2]


def modes() -> None:
    """Choose how the records are shown."""
    st.segmented_control(
        "How to show them",
        list(_MODES),
        format_func=_MODES.__getitem__,
        required=True,
        label_visibility="collapsed",
        **state.bound("mode", "preview", within=_MODES.__contains__, otherwise="table"),
    )


def table(dataset: Dataset, name: str, page: Shown, findings: Sequence[Finding]) -> None:
    """A page of records to change, with what can be done to many."""
    record_table.editor(dataset, name, page, findings)
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch"):
            st.caption(counted(page, dataset.count(name)))
        if page.pages > 1:
            st.pagination(
                page.pages,
                **state.bound("page", "preview", within=lambda number: number <= page.pages, otherwise=page.pages),
            )
    ticked = record_table.ticked(dataset, name, page)
    with st.container(horizontal=True, vertical_alignment="center"):
        record_changes.bulk_button(dataset, name, page.every)
        make_again.popover(dataset, name, page.every, ticked)
        own_records.button(dataset, name)
        record_changes.add_and_delete(dataset, name, ticked)
        record_changes.downloads(dataset, name)


def one_record(dataset: Dataset, name: str, page: Shown, findings: Sequence[Finding]) -> None:
    """One record as a form, and its family beside it."""
    record = record_form.picked(page, state.place().record)
    if record is None:
        st.info("No records here. Change the search or the filter above.", icon=":material/filter_alt_off:")
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        record_form.form(dataset, name, page, record, findings)
    with right:
        record_tree.tree(dataset, name, record)


def counted(page: Shown, total: int) -> str:
    """Say which records the table shows."""
    if len(page.every) == total:
        return words.many(total, "record")
    return f"{len(page.every):,} of {words.many(total, 'record')}"


def free_megabytes(org: str | None, dataset: Dataset) -> int | None:
    """Return how much storage the org has left, if it can be asked."""
    return None if org is None else resources.snapshot(org, dataset).storage_free_mb


def tally_of(dataset_id: str | None, where: Place) -> foot.Tally | None:
    """Count a dataset for the foot bar; problems only where the org can be asked."""
    if dataset_id is None:
        return None
    dataset = resources.dataset(dataset_id)
    org = where.org
    problems = sum(one.count for name in dataset.objects for one in resources.findings(dataset, name, org))
    return foot.of_dataset(dataset, free_megabytes(org, dataset), problems)
