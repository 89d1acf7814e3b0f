"""First contact: look at the org, try writing a little, what to ask the admin for, and keep the org from being written to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared import frame, resources, state, words
from sfseed_core.clock import SYSTEM
from sfseed_core.errors import SfseedError
from sfseed_core.workflow.examined import worst

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pages.shared.resources import Connection
    from sfseed_core.org.recording import Recording
    from sfseed_core.recipe.model import Plan
    from sfseed_core.workflow.examined import Examined, Level

_LOOK: Mapping[Level, tuple[str, str, str]] = {
    "ok": ("OK", "green", ":material/check_circle:"),
    "warning": ("Look at this", "orange", ":material/warning:"),
    "problem": ("Problem", "red", ":material/error:"),
}
_ALL: Mapping[Level, str] = {
    "ok": "Everything is there.",
    "warning": "It works; some things are less than they could be.",
    "problem": "Something stands in the way.",
}
_LETTERS = "Letter by letter as it stands here, then Enter."
_NOTED, _PRESSED, _TYPED = "org_checked", "pressed_", "unprotect_name"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found at an org, and the report of it."""

    org: str
    found: tuple[Examined, ...]
    report: bytes


def reached(where: state.Place) -> Connection | None:
    """Return the connection with the chosen org; where there is none say why, and offer to look into it."""
    assert where.org is not None
    try:
        return resources.connection(where.org)
    except SfseedError as error:
        frame.tell(error)
        panel(where.org, None)
        return None


def panel(name: str, org: Connection | None, plan: Plan | None = None) -> None:
    """The check of the chosen org, folded until it is asked for or needed."""
    noted = state.remembered(_NOTED)
    checked = noted if isinstance(noted, Checked) and noted.org == name else None
    label = "Check this org: access, permissions, a write test"
    with st.expander(label, icon=":material/stethoscope:", expanded=checked is not None or org is None):
        st.caption("Looks at what the org is and what your user may do there. It only reads.")
        _button("Check this org", "check_org", icon=":material/stethoscope:")
        if _pressed("check_org"):
            with st.spinner("Looking at the org…"):
                checked = _look(name, [one.name for one in plan.objects] if plan is not None else [])
        if checked is not None:
            _show(checked)
        if org is not None:
            _write_test(name, org, checked)
            if name != "demo":
                _protection(name, org)


def _button(label: str, key: str, **more: Any) -> None:
    """A button whose press is noted: a press alone is lost where the frame is put around the page first."""
    st.button(label, key=key, on_click=state.note, args=(f"{_PRESSED}{key}", True), **more)


def _pressed(key: str) -> bool:
    return bool(state.taken(f"{_PRESSED}{key}"))


def _look(name: str, objects: list[str]) -> Checked:
    from sfseed_core.org.recording import Recording
    from sfseed_core.workflow.doctor import examine_machine, examine_org

    home, recording = resources.home(), Recording()
    found = [*examine_machine(home), *examine_org(name, home, SYSTEM, recording, objects=objects)]
    return _noted(name, found, recording)


def _noted(name: str, found: Iterable[Examined], recording: Recording) -> Checked:
    from sfseed_core.workflow.report import NAME, write_report

    every, path = tuple(found), resources.home() / NAME
    write_report(path, every, recording.exchanges)
    checked = Checked(name, every, path.read_bytes())
    state.note(_NOTED, checked)
    return checked


def _show(checked: Checked) -> None:
    from sfseed_core.workflow.permissions import message

    level = worst(checked.found)
    st.badge(_ALL[level], color=_LOOK[level][1], icon=_LOOK[level][2])  # type: ignore[arg-type]  # one of the table's
    for one in checked.found:
        if one.allowed is None:
            _line(one, one.what)
    allowed = [one.allowed for one in checked.found if one.allowed is not None]
    if allowed:
        st.markdown("**What your user may do**")
        for one in checked.found:
            if one.allowed is not None:
                _line(one, one.allowed.permission.name)
        if any(one.state == "missing" for one in allowed):
            st.caption("Copy for your admin:")
            st.code(message(allowed), language=None, wrap_lines=True)
    _report(checked)


def _line(one: Examined, what: str) -> None:
    said, color, icon = _LOOK[one.level]
    with st.container(horizontal=True, vertical_alignment="top"):
        with st.container(width=130):
            st.badge(said, color=color, icon=icon)  # type: ignore[arg-type]  # one of the table's
        with st.container(gap=None):
            st.markdown(f"**{words.plain(what[:1].upper() + what[1:])}**: {words.plain(one.said)}")
            if one.hint:
                st.caption(words.plain(one.hint))


def _report(checked: Checked) -> None:
    from sfseed_core.workflow.report import NAME, texts

    st.caption(
        "The report holds each request and answer with names, ids, tokens and values replaced by kind and length. "
        "Nothing is sent anywhere: read it, and give it to whoever helps you."
    )
    st.download_button("Download the report", checked.report, file_name=NAME, icon=":material/download:", on_click="ignore")
    with st.popover("Read the report"):
        for name, text in texts(checked.report).items():
            st.caption(name)
            st.code(text[:20_000], language=None, height=240)


def _write_test(name: str, org: Connection, checked: Checked | None) -> None:
    if org.decision.verdict == "refused":
        st.caption(f"No write test here: {words.plain(org.decision.reason)}.")
        return
    called = org.facts.name or org.facts.org_id
    with st.popover("Try writing…", icon=":material/edit_note:"):
        st.markdown(
            f"Inserts 3 accounts and 3 contacts into **{words.plain(called)}**, reads them back, deletes them again."
        )
        typed = None
        if org.decision.verdict == "confirm":
            typed = st.text_input(
                f"This is no sandbox. Type its name to go on: {words.plain(called)}", key="write_name", help=_LETTERS
            )
        ready = typed is None or typed.strip() == called.strip()
        _button("Insert and delete them", "write_test", type="primary", disabled=not ready)
    if _pressed("write_test") and ready:
        with st.spinner("Inserting, reading back, deleting…"):
            _told(lambda: _write(name, checked, typed))


def _write(name: str, checked: Checked | None, typed: str | None) -> None:
    from sfseed_core.org.recording import Recording
    from sfseed_core.workflow.doctor import try_writing

    recording = Recording()
    found = list(try_writing(name, resources.home(), SYSTEM, recording, confirmed_name=typed))
    before = [one for one in (checked.found if checked else ()) if not one.what.startswith("write: ")]
    _noted(name, [*before, *found], recording)
    st.rerun()


def _protection(name: str, org: Connection) -> None:
    from sfseed_core.org.connections import protection

    called = org.facts.name or org.facts.org_id
    protected_as = protection(resources.home(), org.facts.org_id)
    if protected_as is None and org.decision.verdict == "refused":
        return  # production is never written to anyway
    if protected_as is None:
        st.caption("A sandbox that must not be changed? Then page, command and CI on this machine refuse to write to it.")
        st.button("Protect this org", key="protect", icon=":material/lock:", on_click=_protect, args=(name, org))
        return
    st.badge("Protected here: never written to", color="red", icon=":material/lock:")
    typed = st.text_input(f"To lift the protection, type the org's name: {words.plain(called)}", key=_TYPED, help=_LETTERS)
    st.button(
        "Lift the protection",
        key="unprotect",
        icon=":material/lock_open:",
        disabled=typed.strip() != called.strip(),
        on_click=_unprotect,
        args=(org,),
    )


def _protect(name: str, org: Connection) -> None:
    from sfseed_core.workflow import connections

    connections.protect(name, home=resources.home(), facts=org.facts)
    resources.forget_orgs()


def _unprotect(org: Connection) -> None:
    from sfseed_core.workflow import connections

    if str(state.remembered(_TYPED, "")).strip() != (org.facts.name or org.facts.org_id).strip():
        return  # the button is disabled until then; whoever talks to the server directly is asked as well
    connections.unprotect(home=resources.home(), facts=org.facts)
    resources.forget_orgs()


def _told(do: Callable[[], None]) -> None:
    """Do it; what goes wrong is told here, where it was asked for."""
    try:
        do()
    except SfseedError as error:
        frame.tell(error)
