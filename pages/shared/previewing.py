"""The parts of the preview that are not the table itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import connecting, foot, frame, resources, state, words
from sfseed_core.errors import SfseedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pages.shared.record_view import Shown
    from pages.shared.state import Place
    from sfseed_core.check.finding import Finding
    from sfseed_core.dataset.dataset import Dataset

_FEW = 40  # objects that stand side by side; more are chosen from a list


def nothing(where: Place) -> None:
    """The page before any records were made."""
    st.title("Preview")
    st.info(
        "Nothing made yet. Choose an org and what to fill it with, then press *Make the records*.", icon=":material/table:"
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
    labels = {}
    for one in dataset.objects:
        problems = sum(found.count for found in findings[one])
        labels[one] = f"{words.plain(one)} {dataset.count(one):,}" + (f" ⚠ {problems:,}" if problems else "")
    given = state.bound("object", "preview", within=labels.__contains__, otherwise=name)
    if len(labels) <= _FEW:
        st.pills(
            "Object", list(labels), format_func=labels.__getitem__, required=True, label_visibility="collapsed", **given
        )
    else:
        st.selectbox("Object", list(labels), format_func=lambda one: f"{one} ({dataset.count(one):,})", **given)


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
