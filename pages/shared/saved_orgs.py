"""The orgs that can be chosen: the practice org, and the connections that are remembered, with what can be done to each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import resources, state, words
from sfseed_core.errors import SfseedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfseed_core.org.connections import Connection
    from sfseed_core.workflow.connect import Known

_NOTED = "connections_said"


def orgs() -> None:
    """The practice org and the orgs that can be named here."""
    from sfseed_core.workflow.connect import DEMO, known_orgs

    st.subheader("Which org?")
    known = [one for one in known_orgs(resources.home()) if one.name != DEMO]
    left, right = st.columns(2)
    with left, st.container(border=True, height="stretch"):
        st.markdown("#### :material/school: Practice org")
        st.markdown("Built in, no Salesforce needed. Everything in the next pages works on it.")
        st.button("Try it", type="primary", on_click=state.go, kwargs={"org": DEMO}, key="try_it")
    with right, st.container(border=True, height="stretch"):
        st.markdown("#### :material/cloud: Your orgs")
        _said()
        for one in known:
            _row(one)
        st.caption("Sandboxes and scratch orgs can be filled; production is never written to.")


def _said() -> None:
    """Show once what came of the last change."""
    noted = state.taken(_NOTED)
    if noted is not None:
        good, text = noted
        (st.success if good else st.error)(words.plain(text))


def _row(one: Known) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        usable = not one.what.startswith("set ")
        with st.container(width="stretch", gap=None):
            named(one.name, one.saved)
            st.caption(words.plain(one.what if one.what.startswith("http") else one.what[:1].upper() + one.what[1:]))
            if one.protected:
                st.badge("Protected here: never written to", color="red", icon=":material/lock:")
        st.button("Use", on_click=state.go, kwargs={"org": one.name}, key=f"use_{one.name}", disabled=not usable)
        if one.saved is not None:
            with st.popover("Change", icon=":material/more_vert:", help=f"Rename, colour, forget {words.plain(one.name)}"):
                _menu(one.saved)


def shown(name: str) -> str:
    """Return what an org is called here, for people."""
    return "From the environment" if name == "env" else name


def named(name: str, saved: Connection | None) -> None:
    """The name of an org, in the colour that it was given."""
    called = words.plain(shown(name))
    if saved is not None and saved.colour is not None:
        st.badge(called, color=saved.colour)  # type: ignore[arg-type]  # the core's colours are Streamlit's
    else:
        st.markdown(f"**{called}**")


def coloured(name: str) -> None:
    """The name in its colour, where it was given one."""
    from sfseed_core.org.connections import read

    saved = read(resources.home()).saved.get(name)
    if saved is not None and saved.colour is not None:
        named(name, saved)


def _menu(one: Connection) -> None:
    from sfseed_core.org.connections import COLOURS
    from sfseed_core.workflow import connections

    home, name = resources.home(), one.name
    new = st.text_input("Call it", value=name, key=f"rename_{name}", help="Its name here; in Salesforce nothing changes.")
    _act("Rename", name, lambda: connections.rename(name, new, home=home), f"{name} is now {new}.", off=new == name)
    about = "Its name is shown in it, here and beside every page."
    chosen = st.segmented_control("Colour", COLOURS, default=one.colour, key=f"colour_{name}", help=about)
    if chosen is not None and chosen != one.colour:
        connections.colour(name, chosen, home=home)
        st.rerun()
    st.divider()
    about = "What was loaded stays in the org, and can still be undone once it is connected again."
    sure = st.checkbox("Remove it from here, its secret too", key=f"sure_{name}", help=about)
    _act("Forget", name, lambda: connections.forget(name, home=home), f"{name} is forgotten.", off=not sure)
    _act(
        "Forget, and end its access in the org",
        name,
        lambda: connections.revoke(name, home=home),
        f"{name} is revoked and forgotten.",
        off=not sure,
    )


def _act(label: str, name: str, do: Callable[[], str | None], said: str, *, off: bool) -> None:
    """A button; what came of it is shown once above the list, since the menu is gone by then."""

    def done() -> None:
        try:
            more = do()
        except SfseedError as error:
            state.note(_NOTED, (False, str(error)))
        else:
            state.note(_NOTED, (True, f"{said} {more or ''}"))
        resources.forget_orgs()

    st.button(label, key=f"{label}_{name}", on_click=done, disabled=off)
