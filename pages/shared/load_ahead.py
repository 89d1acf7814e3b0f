"""The parts of Load before it begins: what will happen, and what has to be said first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import labels, press, resources, state, words
from pages.shared.foot import Beside
from pages.shared.progress import Bar
from pages.shared.shelf import shelf
from sfseed_core.clock import SYSTEM
from sfseed_core.load import turn
from sfseed_core.load.activation import ACTIVATED
from sfseed_core.workflow import another_day, load
from sfseed_core.workflow.findings import refused_records
from sfseed_core.workflow.fit import structural
from sfseed_core.workflow.forecast import foresee

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pages.shared.resources import Connection
    from pages.shared.state import Place
    from sfseed_core.check.finding import Finding
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.workflow.forecast import Forecast

_SECONDS = 120.0
TEST = 10
_WORTH_A_TEST = 50  # fewer are taken back as fast as they are tried
_AGAIN: Mapping[str, str] = {
    "top-up": "Add only what the org no longer has of it",
    "replace": "Take the earlier load back, then load",
    "continue": "Go on with the earlier load",
}


def foreseen(dataset: Dataset, where: Place, *, activate: bool = False) -> Forecast:
    """Return what loading would do; asked of the org anew every two minutes."""
    assert where.org is not None
    org = resources.connection(where.org).org
    known = resources.snapshot(where.org, dataset)

    def ask() -> Forecast:
        return foresee(dataset, org, known, name=str(where.org), home=resources.home(), now=SYSTEM.now(), activate=activate)

    key = (resources.home(), org.org_id, dataset.id, dataset.revision, activate)
    return shelf().get("forecast", key, ask, seconds=_SECONDS)


def what_will_happen(dataset: Dataset, ahead: Forecast, findings: Mapping[str, Sequence[Finding]]) -> None:
    """What will be added, in which order, and what else happens in the org."""
    with st.container(horizontal=True):
        st.metric("Records to add", f"{ahead.records:,}", border=True)
        st.metric("Existing records changed", f"{len(ahead.changes):,}", border=True, help=_listed(ahead.changes))
        st.metric("Problems", f"{sum(one.count for each in findings.values() for one in each):,}", border=True)
        st.metric("Takes about", words.duration(ahead.seconds), border=True, help=_effort(ahead))
    st.caption(
        f"They go into **{words.plain(ahead.org_name)}** in this order; each object waits for the ones it points to. "
        "The load goes on if you close this page, and can be taken back afterwards"
        f"{', but for what is listed here' if ahead.beyond_undo else ''}."
    )
    doomed = sum(len(records) for records in refused_records(one for each in findings.values() for one in each).values())
    if doomed:
        st.warning(
            f"The org would refuse {words.many(doomed, 'record')}: they, and what cannot be without them, are held back. "
            "The others are loaded. *Preview* shows what is wrong.",
            icon=":material/warning:",
        )
    _besides(ahead)
    _order(dataset)
    for one in ahead.notes:
        st.caption(f":material/info: {words.plain(one)}")


def _listed(changes: Sequence[str]) -> str:
    return "; ".join(words.plain(one) for one in changes) or "A load only adds records; it changes none that are there."


def _effort(ahead: Forecast) -> str:
    left = "" if ahead.calls_left is None else f" of {ahead.calls_left:,} left today"
    return f"About {words.many(ahead.jobs, 'job')} and {words.many(ahead.calls, 'API call')}{left}."


def _besides(ahead: Forecast) -> None:
    """What the org will do of its own, and what cannot be taken back."""
    if ahead.automation is None:
        st.caption(":material/info: Which triggers and flows will run cannot be seen by this user.")
    lines = [
        *(f"changed: {one}" for one in ahead.changes),
        *(f"cannot be taken back: {one}" for one in ahead.beyond_undo),
        *(f"will run: {one}" for one in ahead.automation or ()),
    ]
    if lines:
        with st.expander(f"What else happens in the org ({len(lines)})", icon=":material/bolt:"):
            st.markdown("\n".join(f"- {words.plain(one)}" for one in lines))


def _order(dataset: Dataset) -> None:
    rows = [
        {
            "Step": one.level + 1,
            "Object": dataset.schema[one.name].label,
            "API name": one.name,
            "Records": dataset.count(one.name),
            "Filled in afterwards": ", ".join(
                labels.field(ref.field, dataset.schema[one.name]) for ref in one.references if ref.deferred
            ),
        }
        for one in dataset.plan.objects
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config=words.numbers("Records"),
        alt="What will be added, in load order",
        height=min(38 + 35 * len(rows), 420),
    )


def fitting(dataset: Dataset, where: Place) -> tuple[bool, str | None]:
    """Show what of the records the org does not have; return whether to leave it out, and why the load cannot start yet."""
    assert where.org is not None
    org = resources.connection(where.org).org
    known = resources.snapshot(where.org, dataset)
    key = (resources.home(), org.org_id, dataset.id, dataset.revision)
    found = shelf().get("fit", key, lambda: structural(dataset, org, known, home=resources.home()), seconds=_SECONDS)
    if not found:
        return False, None
    st.warning(f"These records do not fit this org in {words.many(len(found), 'point')}.", icon=":material/rule:")
    rows = [
        {
            "Where": labels.where(f"{one.object}.{one.field}" if one.field else one.object, dataset.schema),
            "What": one.message,
            "Records": one.records,
            "Can be left out": one.adaptable,
        }
        for one in found
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config=words.numbers("Records"),
        alt="What does not fit",
        height=min(38 + 35 * len(rows), 250),
    )
    if not all(one.adaptable for one in found):
        return False, "Something that does not fit cannot be left out: make the records again for this org."
    about = "Only in this load: the records here stay as they are."
    leave = st.checkbox("Leave out what does not fit, load the rest", key="adapt", help=about)
    return leave, None if leave else "Say first that what does not fit is left out."


def careful(ahead: Forecast) -> Beside | None:
    """Offer to load a few records first, where that tells more than loading them all."""
    if ahead.records < _WORTH_A_TEST:
        return None
    about = "Some records of each object go in first. If one of them fails, they are taken back; if not, the rest follows."
    return Beside(f"Test with {TEST} first", about, ":material/science:")


def again(dataset: Dataset, reached: Connection) -> str:
    """Ask what to do when the same records are there already; return the core's word for it."""
    earlier = load.earlier_loads(dataset, org_id=reached.facts.org_id, home=resources.home())
    if not earlier:
        return "stop"
    with st.container(border=True):
        st.markdown("**These records were loaded into this org before.**")
        with st.container(horizontal=True):
            if press.button("See that load", icon=":material/history:", key="see_that"):
                state.go(run=earlier[0])
                st.rerun()
        about = "Loaded once more as they are, each record would be there twice: say what becomes of the earlier ones."
        return str(st.radio("Load them again?", list(_AGAIN), format_func=_AGAIN.__getitem__, key="again", help=about))


def confirmed(reached: Connection, ahead: Forecast) -> tuple[str | None, str | None]:
    """Ask for the org's name where the guard wants it typed; return it, and why the load cannot start yet."""
    decision, name = reached.decision, reached.facts.name or ""
    if decision.verdict == "refused":
        return None, f"This org is never written to: {decision.reason}."
    if decision.verdict == "allowed" and not ahead.fills_up:
        return None, None
    reason = "These records would take more than 80 % of the free storage" if ahead.fills_up else decision.reason
    st.warning(words.plain(f"{reason[:1].upper()}{reason[1:]}."), icon=":material/shield:")
    about = "So that nothing is loaded into the wrong org: letter by letter as it stands here."
    typed = st.text_input(f"Type the org's name to go on: {words.plain(name)}", key="confirmed_name", help=about)
    return typed, None if typed.strip() == name.strip() else "Type the org's name first."


def other_at_work(reached: Connection) -> bool:
    """Say which other load is working on the org right now; return whether there is one."""
    other = turn.at_work(resources.home(), reached.facts.org_id)
    if other is None:
        return False
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown("**Another load is working on this org.** Yours can begin by itself as soon as that has ended.")
        if press.button("See it", key="see_other", icon=":material/visibility:"):
            state.go(run=other)
            st.rerun()
    return True


def dates(dataset: Dataset) -> None:
    """Offer to move the dates of records that were made on an earlier day."""
    later = another_day.behind(dataset, now=SYSTEM.now())
    if later is None:
        return
    fields = [f"{one}.{field}" for one, found in later.fields.items() for field in found]
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**These records were made {words.many(later.days, 'day')} ago**, and their dates for that day: "
            f"{words.plain(words.listed(fields))}. Birth dates and values that you gave stay either way."
        )
        if press.button(
            f"Move their dates by {words.many(later.days, 'day')}", key="move_dates", icon=":material/event_repeat:"
        ):
            another_day.move(dataset, clock=SYSTEM)
            st.rerun()


def activating(dataset: Dataset) -> bool:
    """Ask whether contracts and orders are to be activated at the end, where there are any."""
    if not any(dataset.count(name) for name in ACTIVATED if name in dataset.objects):
        return False
    if dataset.plan.activate:
        st.caption(":material/lock: Contracts and orders are activated at the end, as the recipe says.")
        return True
    return st.checkbox(
        "Activate contracts and orders at the end",
        key="activate",
        help="They begin as drafts. What is activated is locked: neither it nor its account can be deleted any more, by an undo "
        "either. An order without products stays a draft.",
    )


def begin(
    where: Place,
    how: str,
    typed: str | None,
    *,
    test: int | None = None,
    adapt: bool = False,
    wait: bool = False,
    activate: bool = False,
) -> None:
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
            test_first=test,
            adapt=adapt,
            wait=wait,
            activate=activate,
        )
    state.go(run=run)
    st.rerun()
