"""The parts of Load and Runs while a run is at work, and how it stands in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import labels, resources, state, words
from pages.shared.shelf import shelf
from sfseed_core.clock import SYSTEM
from sfseed_core.errors import SfseedError
from sfseed_core.load.follow import is_carried
from sfseed_core.load.journal import Run
from sfseed_core.load.pace import Pacer
from sfseed_core.load.status import RunState
from sfseed_core.load.steps import is_activation
from sfseed_core.workflow import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.load.status import Counts, RunStatus
    from sfseed_core.load.waits import Waits
    from sfseed_core.schema.model import ObjectSchema

STATES: Mapping[RunState, tuple[str, str]] = {
    RunState.DISCOVER: ("starting", "blue"),
    RunState.PLAN: ("starting", "blue"),
    RunState.GENERATE: ("making records", "blue"),
    RunState.CHECK: ("checking", "blue"),
    RunState.LOAD: ("loading", "blue"),
    RunState.DONE: ("loaded", "green"),
    RunState.STOPPED: ("stopped, can go on", "orange"),
    RunState.CANCELLED: ("cancelled", "gray"),
    RunState.UNDO: ("taking back", "blue"),
    RunState.UNDONE: ("taken back", "gray"),
}


def status_of(run_id: str) -> tuple[RunStatus, bool]:
    """Return a run as it stands and whether a process is working on it."""
    run = Run.open(resources.home(), run_id)
    try:
        return run.status(), is_carried(run)
    finally:
        run.close()


def live(run_id: str) -> tuple[RunStatus, bool]:
    """Draw a run, again every second while it is being worked on; return how it stands, and whether it is."""
    status, carried = status_of(run_id)
    if carried:
        st.fragment(_moving, run_every="1s")(run_id)
    else:
        head(status, carried=False)
    return status, carried


def _moving(run_id: str) -> None:
    status, carried = status_of(run_id)
    if not carried:
        st.rerun()
    head(status, carried=True)
    if status.waits is not None:
        _waits(status.waits)
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = state.remembered(f"stopping_{run_id}")
        st.button(
            "Stop for now" if status.waits is None else "Stop waiting",
            icon=":material/pause:",
            on_click=_stop,
            args=(run_id, False),
            disabled=bool(asked),
            help="What is under way is ended first, as far as the org answers; the load can go on later.",
        )
        st.button("Cancel", icon=":material/close:", on_click=_stop, args=(run_id, True), disabled=bool(asked))
        if asked:
            st.caption("Stopping: what is under way is ended first.")
        else:
            st.caption("You can close this page: the load goes on. Open *Runs* to see it again.")
    bars(status)


def _waits(waits: Waits) -> None:
    """Say in plain words what the load waits for, since when, and until when at most."""
    zone = st.context.timezone
    since = words.moment(waits.since, zone)
    if waits.kind == "run":
        st.info(
            f"Another load is working on this org: **{words.plain(waits.why)}**. This one begins as soon as that has ended; it "
            f"has waited since {since}. You can close this page.",
            icon=":material/hourglass_top:",
        )
        return
    until = (
        "" if waits.until is None else f" Tries go on until {words.moment(waits.until, zone)}; then this stops by itself."
    )
    st.warning(
        f"The org has not answered since {since}: {words.plain(waits.why)}.{until} Nothing is lost: what is in the org is "
        "counted when it answers again. If the org is gone for good, stop waiting.",
        icon=":material/cloud_off:",
    )


def _stop(run_id: str, for_good: bool) -> None:
    load.stop(run_id, home=resources.home(), for_good=for_good)
    state.note(f"stopping_{run_id}", True)


def head(status: RunStatus, *, carried: bool) -> None:
    """Say where a run stands in one line."""
    word, color = STATES[status.state]
    if status.state in {RunState.LOAD, RunState.UNDO} and not carried:
        word, color = "interrupted, can go on", "orange"
    elif carried and status.waits is not None:
        word, color = "waiting", "orange"
    if status.state is RunState.DONE and any(one.succeeded < one.planned for one in status.objects.values()):
        word, color = "loaded in part", "orange"
    where = words.plain(status.org_name or "the org")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(word, color=color)  # type: ignore[arg-type]  # one of the table's colours
        st.markdown(f"{_how_far(status)} {where} · {words.duration(status.seconds)}")
    if status.error:
        st.error(words.plain(status.error), icon=":material/error:")


def _how_far(status: RunStatus) -> str:
    done = sum(one.succeeded for one in status.objects.values())
    planned = sum(one.planned for one in status.objects.values())
    if status.state is RunState.UNDONE:
        return f"**{sum(one.succeeded for one in status.undone.values()):,} of {words.many(done, 'record')}** taken out of"
    return f"**{done:,} of {words.many(planned, 'record')}** in" if planned else "Starting to load into"


def bars(status: RunStatus) -> None:
    """Progress in all, in words too, and per object."""
    undoing = status.state in {RunState.UNDO, RunState.UNDONE}
    passes = status.undone if undoing else status.objects
    planned = sum(one.planned for one in passes.values())
    done = sum(settled(one) for one in passes.values())
    if not planned:
        st.progress(0.0, text="Getting ready…")
        return
    st.progress(done / planned, text=_total(status, done, planned, undoing=undoing))
    known = known_to(status)
    rows = [_row(labels.of(name, known), counts) for name, counts in passes.items() if counts.planned]
    if not undoing:
        rows += [
            _row(f"{labels.where(name, known)}, {'activated' if is_activation(name) else 'filled in afterwards'}", counts)
            for name, counts in status.updates.items()
            if counts.planned
        ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "Done": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0),
            **words.numbers("Failed", "Held back"),
        },
        alt="How far each object is",
        height=min(38 + 35 * len(rows), 420),
    )


def known_to(status: RunStatus) -> Mapping[str, ObjectSchema]:
    """Return the objects as the records of a run were made for; none when the records were removed meanwhile."""
    try:
        return {} if status.dataset is None else resources.dataset(status.dataset).schema
    except SfseedError:
        return {}


def _row(name: str, counts: Counts) -> dict[str, object]:
    return {
        "Object": name,
        "Done": settled(counts) / counts.planned,
        "Records": f"{settled(counts):,} of {counts.planned:,}",
        "Failed": counts.failed + counts.unprocessed + counts.in_doubt,
        "Held back": counts.held,
    }


def _total(status: RunStatus, done: int, planned: int, *, undoing: bool) -> str:
    pacer = shelf().get("pace", (resources.home(), status.run, undoing), Pacer)
    pace = pacer.read(SYSTEM.monotonic(), done, 0, planned)
    text = f"{'Taken back' if undoing else 'Loaded'} {done:,} of {planned:,}"
    if 0 < done < planned and pace.left is not None:
        text += f" · {pace.rate:,.0f} records a second · about {words.duration(pace.left)} left"
    return text


def settled(counts: Counts) -> int:
    """Return how many records of an object are no longer waiting for anything."""
    return counts.sent - counts.in_flight
