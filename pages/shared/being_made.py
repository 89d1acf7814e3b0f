"""Records that are being made: how far they are, and what to do when that came to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import foot, frame, press, progress, resources, state, words
from sfseed_core.clock import SYSTEM
from sfseed_core.errors import NotFound
from sfseed_core.workflow import making

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pages.shared.state import Place
    from sfseed_core.workflow.making import Making

_OFTEN = 0.5


def shown(where: Place) -> bool:
    """Show the records that the place says are being made; False where there is nothing to wait for."""
    if where.making is None:
        return False
    try:
        found = _look(where.making)
    except NotFound:
        state.go(making=None)
        return False
    if found.state == "made":
        _take_over(where, found)
        return False
    st.title("Preview")
    if found.state == "making":
        _wait(where.making)
        st.skeleton(260)
        foot.bar(None, back=frame.STEPS[2])
        return True
    _ENDS[found.state](found)
    with st.container(horizontal=True):
        st.button("Make them again", type="primary", icon=":material/refresh:", on_click=_again, args=(where.making,))
        if where.dataset is not None:
            st.button("Show the records made before", on_click=state.go, kwargs={"making": None})
    foot.bar(None, back=frame.STEPS[2])
    return True


def reminder(where: Place) -> None:
    """Say on the pages before that records are being made, and lead to them."""
    if where.making is None:
        return
    try:
        found = _look(where.making)
    except NotFound:
        return
    said = {"making": "Records are being made right now.", "made": "The records are made."}
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(
            f":material/hourglass_top: {said.get(found.state, 'Making the records came to nothing.')}", width="stretch"
        )
        if press.button("Show them", key="show_making"):
            state.leave_for(frame.STEPS[3].file)


def _look(making_id: str) -> Making:
    return making.look(making_id, home=resources.home(), clock=SYSTEM)


def _again(making_id: str) -> None:
    making.again(making_id, home=resources.home(), clock=SYSTEM)


def _take_over(where: Place, found: Making) -> None:
    """Go over to the records that were made; what could not be carried over stays on the page until it is read."""
    if where.dataset != found.dataset:
        state.go(dataset=found.dataset, object=where.object, making=found.id if found.misfits else None)
        if found.carried:
            state.note("carried", found.carried)
        st.rerun()
    if found.misfits:
        with st.container(border=True):
            st.markdown(f":material/warning: **{words.many(len(found.misfits), 'earlier change')} found no place:**")
            st.markdown("\n".join(f"- {words.plain(line)}" for line in found.misfits[:10]))
            st.button("I have read this", on_click=state.go, kwargs={"making": None})


def carried_over() -> None:
    """Say once that earlier changes were made again."""
    count = state.taken("carried")
    if count:
        st.toast(f"{words.many(count, 'change')} of yours made again in the new records.", icon=":material/done:")


@st.fragment(run_every=_OFTEN)
def _wait(making_id: str) -> None:
    found = _look(making_id)
    if found.state != "making":
        st.rerun()
    share = found.done / found.total if found.total else 0.0
    st.progress(min(1.0, share), text=_sentence(found))
    progress.aloud(f"Making the records: {round(share * 10) * 10} percent")
    st.caption("They are made even if you close this page or press F5; this address shows how far they are.")
    st.button(
        "Stop", icon=":material/stop_circle:", on_click=making.stop, args=(making_id,), kwargs={"home": resources.home()}
    )


def _sentence(found: Making) -> str:
    if not found.done:
        return f"Making {words.many(found.total, 'record')}…"
    seconds = max(0.1, (SYSTEM.now() - found.begun).total_seconds())
    rate = found.done / seconds
    left = words.duration((found.total - found.done) / rate) if rate else ""
    what = f" ({words.plain(found.subject)})" if found.subject else ""
    return f"{found.done:,} of {words.many(found.total, 'record')} made{what} · {rate:,.0f} a second · about {left} left"


def _failed(found: Making) -> None:
    st.error(words.plain(found.error or ""), title="The records could not be made", icon=":material/error:")
    if found.hint:
        st.caption(f"**What to do:** {words.hint(found.hint)}")


def _stopped(_: Making) -> None:
    st.info("Stopped: none of these records were kept.", icon=":material/stop_circle:")


def _lost(_: Making) -> None:
    st.warning(
        "Making the records was cut off: the computer was restarted, or the process ended from outside. "
        "None of them were kept; made again they are the same.",
        icon=":material/heart_broken:",
    )


_ENDS: Mapping[str, Callable[[Making], None]] = {"failed": _failed, "stopped": _stopped, "lost": _lost}
