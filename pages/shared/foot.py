"""The bar at the foot of each step: what there is so far, back, and the one next thing to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import streamlit as st

from pages.shared import frame, press, state, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.recipe.model import Plan


@dataclass(frozen=True, slots=True)
class Tally:
    """What the bar counts; None where it is not known yet."""

    objects: int
    records: int
    kilobytes: int
    free_kilobytes: int | None = None
    problems: int | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """A second thing that can be done, more careful than the first."""

    label: str
    about: str
    icon: str


Pressed = Literal["onward", "beside"]


def of_plan(plan: Plan, free_megabytes: int | None) -> Tally:
    """Count what a plan would make."""
    used = sum(one.count * one.storage_bytes for one in plan.objects) // 1024
    free = None if free_megabytes is None else free_megabytes * 1024
    return Tally(len(plan.objects), sum(one.count for one in plan.objects), used, free)


def of_dataset(dataset: Dataset, free_megabytes: int | None, problems: int | None) -> Tally:
    """Count what a dataset holds."""
    counts = dataset.counts
    used = sum(counts[one.name] * one.storage_bytes for one in dataset.plan.objects if one.name in counts) // 1024
    free = None if free_megabytes is None else free_megabytes * 1024
    return Tally(len(counts), sum(counts.values()), used, free, problems)


def sentence(tally: Tally) -> Iterable[str]:
    """Return the bar's texts."""
    yield words.many(tally.records, "record")
    yield words.many(tally.objects, "object")
    free = "" if tally.free_kilobytes is None else f" of {words.size(tally.free_kilobytes)} free"
    yield f"{words.size(tally.kilobytes)} of storage{free}"
    if tally.problems is not None:
        yield words.many(tally.problems, "problem") if tally.problems else "no problems"


def storage(tally: Tally) -> None:
    """How much of the org's free storage the records take."""
    if tally.free_kilobytes:
        share = min(1.0, tally.kilobytes / tally.free_kilobytes)
        text = f"Storage: {words.size(tally.kilobytes)} of {words.size(tally.free_kilobytes)} free"
        st.progress(share, text=text + (" (more than fits)" if tally.kilobytes > tally.free_kilobytes else ""))


def bar(
    tally: Tally | None,
    *,
    back: frame.Step | None = None,
    onward: str | None = None,
    why_not: str | None = None,
    beside: Beside | None = None,
) -> Pressed | None:
    """Draw the bar; say whether its one next thing (`onward`) was pressed, or what is offered beside it.

    `why_not` says why neither can be.
    """
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="foot"):
        if back is not None and press.button(f"Back: {back.name}", icon=":material/arrow_back:", key="back"):
            state.leave_for(back.file)
        with st.container(width="stretch"):
            st.markdown(" · ".join(sentence(tally)) if tally else "Nothing made yet")
        if beside is not None and press.button(
            beside.label, icon=beside.icon, help=why_not or beside.about, disabled=why_not is not None, key="beside"
        ):
            return "beside"
        if onward is not None and press.button(
            onward, type="primary", disabled=why_not is not None, help=why_not, shortcut="Alt+Enter", key="onward"
        ):
            return "onward"
        return None
