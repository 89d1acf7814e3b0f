"""The parts of Load and Runs: what will happen, how far it is, what came of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import resources, state, words
from pages.shared.progress import Bar
from sfseed_core.clock import SYSTEM
from sfseed_core.load.advice import advice
from sfseed_core.load.failures import failures
from sfseed_core.load.follow import is_carried
from sfseed_core.load.journal import Run
from sfseed_core.load.report import job_csv, settled_jobs, some_ids
from sfseed_core.load.status import RunState
from sfseed_core.workflow import load
from sfseed_core.workflow.findings import refused_records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pages.shared.resources import Connection
    from pages.shared.state import Place
    from sfseed_core.check.finding import Finding
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.load.status import Counts, RunStatus

_AGAIN: Mapping[str, str] = {
    "top-up": "Add only what the org no longer has of it",
    "replace": "Take the earlier load back, then load",
    "continue": "Go on with the earlier load",
}
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


def status_of(run_id: str) -> tuple[RunStatus, bool]:
    """Return a run as it stands and whether a process is working on it."""
    run = Run.open(resources.home(), run_id)
    try:
        return run.status(), is_carried(run)
    finally:
        run.close()


def live(run_id: str) -> bool:
    """Draw a run, again every second while it is being worked on; say whether it is."""
    status, carried = status_of(run_id)
    if carried:
        st.fragment(_moving, run_every="1s")(run_id)
    else:
        head(status, carried=False)
    return carried


def _moving(run_id: str) -> None:
    status, carried = status_of(run_id)
    if not carried:
        st.rerun()
    head(status, carried=True)
    bars(status)
    with st.container(horizontal=True):
        asked = state.remembered(f"stopping_{run_id}")
        st.button(
            "Stop for now",
            icon=":material/pause:",
            on_click=_stop,
            args=(run_id, False),
            disabled=bool(asked),
            help="What is under way is ended first; the load can go on later.",
        )
        st.button("Cancel", icon=":material/close:", on_click=_stop, args=(run_id, True), disabled=bool(asked))
        if asked:
            st.caption("Stopping: what is under way is ended first.")
    st.caption("You can close this page: the load goes on. Open *Runs* to see it again.")


def _stop(run_id: str, for_good: bool) -> None:
    load.stop(run_id, home=resources.home(), for_good=for_good)
    state.note(f"stopping_{run_id}", True)


def head(status: RunStatus, *, carried: bool) -> None:
    """Say where a run stands in one line."""
    word, color = STATES[status.state]
    if status.state in {RunState.LOAD, RunState.UNDO} and not carried:
        word, color = "interrupted, can go on", "orange"
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
    """Progress in all and per object."""
    undoing = status.state in {RunState.UNDO, RunState.UNDONE}
    passes = status.undone if undoing else status.objects
    planned = sum(one.planned for one in passes.values())
    done = sum(settled(one) for one in passes.values())
    if not planned:
        st.progress(0.0, text="Getting ready…")
        return
    st.progress(done / planned, text=_total(status, done, planned, undoing=undoing))
    for name, counts in passes.items():
        if counts.planned and (settled(counts) or counts.in_flight):
            failed = f", {counts.failed:,} failed" if counts.failed else ""
            text = f"{words.plain(name)} {settled(counts):,} of {counts.planned:,}{failed}"
            st.progress(settled(counts) / counts.planned, text=text)
    for name, counts in status.updates.items():
        if counts.planned and not undoing:
            text = f"{words.plain(name)} filled in afterwards: {settled(counts):,} of {counts.planned:,}"
            st.progress(settled(counts) / counts.planned, text=text)


def _total(status: RunStatus, done: int, planned: int, *, undoing: bool) -> str:
    text = f"{'Taken back' if undoing else 'Loaded'} {done:,} of {planned:,}"
    if 0 < done < planned and status.seconds > 3:
        text += f", about {words.duration(status.seconds * (planned - done) / done)} left"
    return text


def settled(counts: Counts) -> int:
    """Return how many records of an object are no longer waiting for anything."""
    return counts.sent - counts.in_flight


def results(run_id: str) -> None:
    """What came of a run that rests: counts, links, failures by cause, files."""
    run = Run.open(resources.home(), run_id)
    try:
        status = run.status()
        held = sum(one.held for one in status.objects.values())
        if held and status.state is not RunState.UNDONE:
            st.warning(
                f"{words.many(held, 'record')} held back: the org would have refused them, or what they point to is not in. "
                "Mend them in *Preview* and load again, or retry.",
                icon=":material/pan_tool:",
            )
        _counts(run, status)
        _causes(run)
        for note in status.notes:
            st.caption(f":material/info: {words.plain(note)}")
        _files(run, status)
    finally:
        run.close()


def _counts(run: Run, status: RunStatus) -> None:
    base = _address(run)
    undone = status.state is RunState.UNDONE
    rows = []
    for name, counts in status.objects.items():
        lost = counts.failed + counts.unprocessed + counts.in_doubt
        row = {
            "Object": name,
            "Planned": counts.planned,
            "Loaded": counts.succeeded,
            "Failed": lost,
            "Held back": counts.held,
            "Waiting": counts.waiting + counts.in_flight,
        }
        if undone:
            row["Taken back"] = status.undone[name].succeeded if name in status.undone else 0
        if base and counts.succeeded and not undone:
            row["List"] = f"{base}/lightning/o/{name}/list"
            first = some_ids(run, name, 1)
            row["A record"] = f"{base}/lightning/r/{name}/{first[0]}/view" if first else None
        rows.append(row)
    if not rows:
        st.caption("Nothing was sent.")
        return
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "List": st.column_config.LinkColumn("See them", display_text="Open the list"),
            "A record": st.column_config.LinkColumn("An example", display_text="Open a record"),
        },
        alt="Records per object",
        height=min(38 + 35 * len(rows), 420),
    )


def _address(run: Run) -> str | None:
    from sfseed_core.errors import SfseedError

    try:
        return resources.connection(str(run.get("request", {}).get("org"))).facts.instance_url
    except SfseedError:
        return None


def _causes(run: Run) -> None:
    causes = failures(run)
    if not causes:
        return
    st.subheader("What failed, and what to do")
    for cause in causes[:20]:
        with st.container(border=True, gap=None):
            fields = f" ({', '.join(cause.fields)})" if cause.fields else ""
            st.markdown(
                f"**{words.plain(cause.object)}: {words.many(cause.count, 'record')}** {words.plain(cause.code + fields)}"
            )
            st.text(cause.message)
            st.caption(f"**What to do:** {advice(cause.code)}")


def _files(run: Run, status: RunStatus) -> None:
    found = settled_jobs(run)
    if not found or status.dataset is None:
        return
    with st.expander(f"Files of {words.many(len(found), 'job')}: what went in, what failed", icon=":material/download:"):
        labels = {job.number: f"{job.object}, job {job.number}: {job.rows:,} records" for job in found}
        number = st.selectbox("Job", list(labels), format_func=labels.__getitem__, key=f"job_{run.id}")
        job = next(one for one in found if one.number == number)
        with st.container(horizontal=True):
            for kind, failed in (("loaded", False), ("failed", True)):
                st.download_button(
                    f"Records that {'failed' if failed else 'are in'} (CSV)",
                    data=partial(_job_file, run.id, status.dataset, job.number, failed=failed),
                    file_name=f"{run.id}-{job.object}-{job.number}-{kind}.csv",
                    mime="text/csv",
                    on_click="ignore",
                    key=f"{kind}_{run.id}_{number}",
                )


def _job_file(run_id: str, dataset_id: str, number: int, *, failed: bool) -> bytes:
    run = Run.open(resources.home(), run_id)
    try:
        job = next(one for one in settled_jobs(run) if one.number == number)
        return job_csv(run, resources.dataset(dataset_id), job, failed=failed)
    finally:
        run.close()


def actions(status: RunStatus, *, carried: bool) -> None:
    """What can be done with a run that rests: go on, retry, take back."""
    if carried:
        return
    counts = status.objects.values()
    again_able = sum(one.failed + one.held + one.unprocessed for one in counts)
    inside = sum(one.succeeded for one in counts) - sum(one.succeeded for one in status.undone.values())
    with st.container(horizontal=True):
        if status.state in {RunState.LOAD, RunState.STOPPED}:
            st.button("Go on", type="primary", icon=":material/play_arrow:", on_click=_go_on, args=(status.run, "load"))
        if status.state is RunState.UNDO:
            st.button("Go on taking back", type="primary", on_click=_go_on, args=(status.run, "undo"))
        if again_able and status.state in {RunState.DONE, RunState.CANCELLED, RunState.STOPPED}:
            st.button(
                f"Retry {words.many(again_able, 'record')}",
                key="retry",
                icon=":material/replay:",
                on_click=_go_on,
                args=(status.run, "retry"),
            )
        if status.state.ended and status.dataset is not None:
            _new_load(status)
        if inside > 0 and status.state not in {RunState.UNDO, RunState.UNDONE}:
            with st.popover("Undo this load", icon=":material/undo:"):
                st.markdown(f"Deletes the **{words.many(inside, 'record')}** that this load put into the org.")
                st.button(
                    f"Delete {words.many(inside, 'record')}",
                    key="undo_load",
                    type="primary",
                    on_click=_go_on,
                    args=(status.run, "undo"),
                )


def _new_load(status: RunStatus) -> None:
    if st.button("New load of these records", icon=":material/upload:"):
        state.leave_for("pages/load.py", run=None, dataset=status.dataset)


def _go_on(run_id: str, task: str) -> None:
    from sfseed_core.errors import SfseedError

    state.note(f"stopping_{run_id}", None)
    try:
        load.go_on(run_id, task, home=resources.home())  # type: ignore[arg-type]  # one of the buttons' words
    except SfseedError as error:
        state.note("not_started", str(error))


def refused_start() -> None:
    """Say why the last button did not start anything."""
    why = state.taken("not_started")
    if why:
        st.error(words.plain(why), icon=":material/error:")
