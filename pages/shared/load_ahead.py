"""The parts of Load before it begins: what will happen, and what has to be said first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import resources, state, words
from pages.shared.progress import Bar
from sfseed_core.clock import SYSTEM
from sfseed_core.workflow import load
from sfseed_core.workflow.findings import refused_records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pages.shared.resources import Connection
    from pages.shared.state import Place
    from sfseed_core.check.finding import Finding
    from sfseed_core.dataset.dataset import Dataset

_AGAIN: Mapping[str, str] = {
    "top-up": "Add only what the org no longer has of it",
    "replace": "Take the earlier load back, then load",
    "continue": "Go on with the earlier load",
}


def what_will_happen(dataset: Dataset, reached: Connection, findings: Mapping[str, Sequence[Finding]]) -> None:
    """What will be added, in which order, and what of the org's own records changes."""
    name = words.plain(reached.facts.name or reached.facts.org_id)
    with st.container(horizontal=True):
        st.metric("Records to add", f"{sum(dataset.counts.values()):,}", border=True)
        st.metric(
            "Existing records changed", "0", border=True, help="A load only adds records; it changes none that are there."
        )
        problems = sum(one.count for each in findings.values() for one in each)
        st.metric("Problems", f"{problems:,}", border=True)
    st.caption(
        f"They go into **{name}** in this order; each object waits for the ones it points to. "
        "The load goes on if you close this page, and can be taken back afterwards."
    )
    doomed = sum(len(records) for records in refused_records(one for each in findings.values() for one in each).values())
    if doomed:
        st.warning(
            f"The org would refuse {words.many(doomed, 'record')}: they, and what cannot be without them, are held back. "
            "The others are loaded. *Preview* shows what is wrong.",
            icon=":material/warning:",
        )
    rows = [
        {
            "Step": one.level + 1,
            "Object": dataset.schema[one.name].label,
            "API name": one.name,
            "Records": dataset.count(one.name),
            "Filled in afterwards": ", ".join(ref.field for ref in one.references if ref.deferred),
        }
        for one in dataset.plan.objects
    ]
    st.dataframe(rows, hide_index=True, alt="What will be added, in load order", height=min(38 + 35 * len(rows), 420))
    for one in dataset.plan.notes:
        st.caption(f":material/info: {words.plain(one)}")


def again(dataset: Dataset, reached: Connection) -> str:
    """Ask what to do when the same records are there already; return the core's word for it."""
    earlier = load.earlier_loads(dataset, org_id=reached.facts.org_id, home=resources.home())
    if not earlier:
        return "stop"
    with st.container(border=True):
        st.markdown("**These records were loaded into this org before.**")
        with st.container(horizontal=True):
            if st.button("See that load", icon=":material/history:"):
                state.go(run=earlier[0])
                st.rerun()
        return str(st.radio("Load them again?", list(_AGAIN), format_func=_AGAIN.__getitem__, key="again"))


def confirmed(reached: Connection) -> tuple[str | None, str | None]:
    """Ask for the org's name where the guard wants it typed; return it, and why the load cannot start yet."""
    decision, name = reached.decision, reached.facts.name or ""
    if decision.verdict == "refused":
        return None, f"This org is never written to: {decision.reason}."
    if decision.verdict == "allowed":
        return None, None
    st.warning(words.plain(f"{decision.reason[:1].upper()}{decision.reason[1:]}."), icon=":material/shield:")
    typed = st.text_input(f"Type the org's name to go on: {words.plain(name)}", key="confirmed_name")
    return typed, None if typed.strip() == name.strip() else "Type the org's name first."


def begin(where: Place, how: str, typed: str | None) -> None:
    """Start the load and show it."""
    assert where.dataset is not None
    assert where.org is not None
    with st.spinner("Checking the records and starting…"), Bar() as bar:
        run = load.begin_load(
            where.dataset,
            org=where.org,
            home=resources.home(),
            observer=bar,
            clock=SYSTEM,
            again=how,  # type: ignore[arg-type]  # one of the radio's words
            confirmed_name=typed,
        )
    state.go(run=run)
    st.rerun()
