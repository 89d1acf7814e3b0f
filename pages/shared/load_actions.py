"""What can be done with a run that rests: go on, retry, take back, use again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

import streamlit as st

from pages.shared import frame, press, resources, state, words
from sfseed_core.clock import SYSTEM
from sfseed_core.errors import SfseedError
from sfseed_core.load.journal import Run
from sfseed_core.load.status import RunState
from sfseed_core.workflow import load, undo

if TYPE_CHECKING:
    from sfseed_core.load.status import RunStatus

_REST = {RunState.DONE, RunState.CANCELLED, RunState.STOPPED}


def actions(status: RunStatus) -> None:
    """What can be done with a run that rests."""
    with st.container(horizontal=True):
        _onward(status)
        _undo(status)
        if status.state.ended and status.dataset is not None:
            _save(status.dataset)
            _again(status)
        if status.objects:
            st.download_button(
                "Report",
                data=partial(_report, status.run),
                file_name=f"{status.run}.html",
                mime="text/html",
                icon=":material/description:",
                help="Counts, how it went over time, what failed and why: one HTML file, to keep or send.",
                on_click="ignore",
            )


def _onward(status: RunStatus) -> None:
    again_able = sum(one.failed + one.held + one.unprocessed for one in status.objects.values())
    if status.state in {RunState.LOAD, RunState.STOPPED}:
        st.button("Go on", type="primary", icon=":material/play_arrow:", on_click=_go_on, args=(status.run, "load"))
    if status.state is RunState.UNDO:
        st.button("Go on taking back", type="primary", on_click=_go_on, args=(status.run, "undo"))
    if again_able and status.state in _REST:
        st.button(
            f"Retry {words.many(again_able, 'record')}",
            key="retry",
            icon=":material/replay:",
            help="Sends only what is not in yet; changes made in Preview meanwhile are taken along.",
            on_click=_go_on,
            args=(status.run, "retry"),
        )


def _undo(status: RunStatus) -> None:
    inside = sum(one.succeeded for one in status.objects.values()) - sum(one.succeeded for one in status.undone.values())
    if inside <= 0 or status.state in {RunState.UNDO, RunState.UNDONE}:
        return
    with st.popover("Undo this load", icon=":material/undo:"):
        st.markdown(f"Deletes the **{words.many(inside, 'record')}** that this load put into the org.")
        if press.button("Look first: what others did with them since", key="undo_look", icon=":material/search:"):
            _look_first(status.run)
        label = f"Delete {words.many(inside, 'record')}"
        st.button(label, key="undo_load", type="primary", on_click=_go_on, args=(status.run, "undo"))


def _look_first(run_id: str) -> None:
    """Say what an undo would meet in the org by now."""
    run = Run.open(resources.home(), run_id)
    try:
        with st.spinner("Asking the org what is there…"):
            ahead = undo.preview(run, home=resources.home(), clock=SYSTEM)
    except SfseedError as error:
        frame.tell(error)
        return
    finally:
        run.close()
    told = [line for line in ahead.lines() if not line.endswith("will be deleted")]
    if not told:
        st.success("They are as they were loaded, and nobody added anything to them.")
        return
    st.markdown("\n".join(f"- {words.plain(line)}" for line in told))
    if ahead.drifted:
        st.button(
            "Delete the rest, leave what others changed", key="undo_rest", on_click=_go_on, args=(run_id, "undo", True)
        )


def _save(dataset_id: str) -> None:
    """Keep what the records were made from, for another time."""
    from sfseed_core.workflow.recipes import recipe_text, save_preset

    try:
        text = recipe_text(resources.dataset(dataset_id))
    except SfseedError:
        return  # removed meanwhile, or made before recipes were kept
    with st.popover("Save as recipe", icon=":material/bookmark_add:"):
        st.caption("What to fill, how many and how it should look: not the records themselves.")
        name = st.text_input("Name", key="recipe_name", placeholder="friday-demo", help="Letters, digits, - and _.")
        if press.button("Save", key="save_recipe", type="primary", disabled=not name):
            try:
                save_preset(resources.home(), name.strip(), text)
                st.success(f"Saved. It is among the choices on *Connect* as {words.plain(name)}.")
            except SfseedError as error:
                st.error(words.plain(error))
        st.download_button(
            "Download as a file",
            data=text,
            file_name=f"{dataset_id}.yaml",
            mime="application/yaml",
            icon=":material/download:",
            on_click="ignore",
        )


def _again(status: RunStatus) -> None:
    """Load the same records once more, into this org or another."""
    from sfseed_core.workflow.connect import DEMO, known_orgs

    with st.popover("Load them again", icon=":material/upload:"):
        st.caption("The same records, as they stand in Preview. The org is looked at first: what does not fit is shown.")
        names = list(dict.fromkeys([DEMO, *(one.name for one in known_orgs(resources.home()))]))
        here = state.place().org
        chosen = st.selectbox(
            "Into which org?",
            names,
            index=names.index(here) if here in names else 0,
            format_func=lambda one: "Practice org" if one == DEMO else str(one),
            key="again_into",
            help="You see on Load what will happen there before anything is written.",
        )
        if press.button("Go to Load", key="again_go", type="primary"):
            state.leave_for("pages/load.py", run=None, org=chosen, dataset=status.dataset)


def _report(run_id: str) -> str:
    from sfseed_core.errors import NotFound
    from sfseed_core.load.held_because import held_back
    from sfseed_core.load.page_of_run import html

    run = Run.open(resources.home(), run_id)
    try:
        dataset = run.get("dataset")
        try:
            held = [] if dataset is None else held_back(run, resources.dataset(dataset))
        except NotFound:  # removed since, or a run of another machine
            held = []
        return html(run, held)
    finally:
        run.close()


def _go_on(run_id: str, task: Literal["load", "undo", "retry"], keep_changed: bool = False) -> None:
    state.note(f"stopping_{run_id}", None)
    try:
        load.go_on(run_id, task, home=resources.home(), keep_changed=keep_changed, wait=True)
    except SfseedError as error:
        state.note("not_started", str(error))


def refused_start() -> None:
    """Say why the last button did not start anything."""
    why = state.taken("not_started")
    if why:
        st.error(words.plain(why), icon=":material/error:")
