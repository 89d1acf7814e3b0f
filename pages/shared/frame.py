"""What stands around every page: the steps above, the org beside it, errors in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import press, resources, saved_orgs, state, words
from pages.shared.hints import said
from sfseed_core.errors import NotFound, OrgError, RecipeError, SfseedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlit.navigation.page import StreamlitPage

    from pages.shared.resources import Connection
    from sfseed_core.org.guard import Decision


@dataclass(frozen=True, slots=True)
class Step:
    """One page: its file, its name, and what it is for in half a sentence."""

    file: str
    name: str
    purpose: str
    icon: str


STEPS = (
    Step("pages/connect.py", "Connect", "choose the org", ":material/cloud:"),
    Step("pages/discover.py", "Discover", "what to fill", ":material/account_tree:"),
    Step("pages/design.py", "Design", "fine-tune it (optional)", ":material/tune:"),
    Step("pages/preview.py", "Preview", "see and change records", ":material/table:"),
    Step("pages/load.py", "Load", "put them in the org", ":material/upload:"),
)
APART = Step("pages/runs.py", "Runs", "earlier loads, undo", ":material/history:")

PRACTICE = "demo"  # its name to the core
_FRAMED = "framed"
_ROOM = """
.stAppHeader { background: transparent; }
.stAppHeader, .stAppHeader * { pointer-events: none; }
.stAppHeader button, .stAppHeader button * { pointer-events: auto; }
.stMainBlockContainer { padding: 1.6rem 2.2rem 1rem; }
[data-testid="stBottomBlockContainer"] { padding: 0.6rem 2.2rem 0.8rem; }
[class*="st-key-recipe_text"] textarea { font-family: monospace; font-size: 0.85rem; white-space: pre; }
[data-testid="stStatusWidget"] { position: fixed; right: 2rem; bottom: 4.4rem; }
/* of itself, what is folded away is still reached by Tab, and the button that folds it by the mouse only */
[data-testid="stSidebar"][data-collapsed="true"] > * { visibility: hidden; }
[data-testid="stSidebarCollapseButton"] { visibility: visible !important; }
button[data-selected="true"] p { color: light-dark(#0b5cab, #8ab8f8); }
@media (min-width: 769px) { .st-key-narrow_org { display: none; } }
@media (max-width: 800px) {
  .st-key-steps [data-testid="stCaptionContainer"], .st-key-steps span:has(> [data-testid="stIconMaterial"]) { display: none; }
  .st-key-steps { padding: 0 2.4rem; }
  .stAppHeader button { background: light-dark(#ffffff, #0f151d); border-radius: 6px; }
  .stMainBlockContainer { padding: 0.7rem 1rem 1rem; }
}
@media (max-height: 500px) {
  [data-testid="stBottom"] { position: static; }
  [data-testid="stBottomBlockContainer"] { padding: 0.6rem 1rem; }
  .st-key-objects [role="radiogroup"] { flex-wrap: nowrap; overflow-x: auto; }
  .st-key-objects [role="radiogroup"] > * { flex: none; }
}
"""  # the default leaves a third of a laptop's screen empty, and all of one that is enlarged twice
_KINDS: Mapping[str, tuple[str, str]] = {
    "sandbox": ("Sandbox", "green"),
    "scratch": ("Scratch org", "green"),
    "developer": ("Developer Edition", "orange"),
    "trial": ("Trial", "orange"),
    "production": ("Production: read only", "red"),
    "unknown": ("Unknown kind: read only", "red"),
}


def run() -> None:
    """Draw the page that the address names."""
    press.keep_all()
    st.set_page_config(page_title="sfseed", page_icon="🌱", layout="wide", initial_sidebar_state=240)
    theme = st.context.theme.type or "light dark"  # for menus and dialogs too, which the browser draws outside the app
    st.html(f"<style>html {{ color-scheme: {theme}; }}{_ROOM}</style>")
    pages = {one.file: _page(one) for one in (*STEPS, APART)}
    current = st.navigation(list(pages.values()), position="hidden")
    step = next(one for one in (*STEPS, APART) if pages[one.file] is current or one.name == current.title)
    where = state.place()
    with st.sidebar:
        _sidebar(where)
    _steps(where, pages, step)
    _narrow(where)
    state.note(_FRAMED, True)
    try:
        current.run()
    except SfseedError as error:
        tell(error)


def inside() -> None:
    """Make sure that the frame stands around this page; each page calls it first.

    A server that was just started runs a page that is opened by its own address (a bookmark, F5) without the main script,
    until `st.navigation` was called once.
    """
    if not state.taken(_FRAMED):
        st.navigation([_page(one) for one in (*STEPS, APART)], position="hidden")
        st.rerun()


def first_choose(step: Step, what: str, *, label: str = "Choose an org") -> None:
    """Say what has to be there before this page is of use, and lead to where it is chosen."""
    st.title(step.name)
    st.info(what, icon=step.icon)
    if press.button(label, type="primary", icon=STEPS[0].icon, key="first_choose"):
        state.leave_for(STEPS[0].file)


def _page(step: Step) -> StreamlitPage:
    return st.Page(step.file, title=step.name, default=step is STEPS[0])  # its icon would become an outside favicon


def _steps(where: state.Place, pages: Mapping[str, StreamlitPage], current: Step) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", gap="xsmall", key="steps"):
        for number, step in enumerate((*STEPS, APART), 1):
            name = step.name if step is APART else f"{number} {step.name}"
            with st.container(gap=None, width="content"):
                label = f"**{name}**" if step is current else name
                st.page_link(pages[step.file], label=label, icon=step.icon, query_params=state.onward(where) or None)
                st.caption(step.purpose)


def _sidebar(where: state.Place) -> None:
    st.markdown("### :material/eco: sfseed")
    if where.org is None:
        st.badge("No org chosen", color="gray")
        st.caption("Nothing is written anywhere until you press *Load*.")
        st.button(
            "Use the practice org",
            type="tertiary",
            icon=":material/school:",
            key="practise",
            on_click=state.go,
            kwargs={"org": PRACTICE},
        )
        return
    try:
        with st.spinner("Connecting…"):
            reached = resources.connection(where.org)
    except SfseedError as error:
        st.badge("Not connected", color="red", icon=":material/cloud_off:")
        st.markdown(f"**{words.plain(saved_orgs.shown(where.org))}**")
        st.caption(words.plain(said(error.message)))
    else:
        _org(where.org, reached)
    if press.button("Leave this org", type="tertiary", icon=":material/logout:", key="leave"):
        state.leave_for(STEPS[0].file, org=None, dataset=None, run=None)


def _badge(name: str, decision: Decision) -> tuple[str, str]:
    """Return what kind of org this is, in words and in a colour."""
    if name == PRACTICE:
        return "Practice org", "blue"
    if decision.verdict == "refused" and decision.kind not in {"production", "unknown"}:
        return "Protected: read only", "red"
    return _KINDS[decision.kind]


def _narrow(where: state.Place) -> None:
    """The org once more where the sidebar is folded: on a screen that is narrow or enlarged."""
    if where.org is None:
        return
    try:
        reached = resources.connection(where.org)
    except SfseedError:
        return
    label, color = _badge(where.org, reached.decision)
    with st.container(horizontal=True, vertical_alignment="center", key="narrow_org"):
        st.badge(label, color=color, icon=":material/cloud_done:")  # type: ignore[arg-type]  # one of the table's colours
        st.markdown(f"**{words.plain(reached.facts.name or reached.facts.org_id)}**", width="content")


def _org(name: str, reached: Connection) -> None:
    facts, decision = reached.facts, reached.decision
    label, color = _badge(name, decision)
    st.badge(label, color=color, icon=":material/cloud_done:")  # type: ignore[arg-type]  # one of the table's colours
    with st.container(gap=None):
        st.markdown(f"**{words.plain(facts.name or facts.org_id)}**")
        saved_orgs.coloured(name)
        st.caption(words.plain(facts.username or ""))
    for note in reached.notes:
        st.warning(words.plain(note))
    with st.expander("About this org"):
        st.text(f"Org id {facts.org_id}\nAPI version {reached.org.api_version}\n{facts.instance_url}")
        st.caption(f"Writing is {decision.verdict}: {words.plain(decision.reason)}.")


def tell(error: SfseedError) -> None:
    """Say what went wrong and what to do about it."""
    title = "The org did not do that" if isinstance(error, OrgError) else "That did not work"
    st.error(words.plain(said(error.message)), title=title, icon=":material/error:")
    if error.hint:
        st.caption(f"**What to do:** {words.hint(error.hint)}")
    elif isinstance(error, OrgError):
        st.caption("**What to do:** Try again. If it stays so, give the details below to the admin of the org.")
    with st.expander("Details to copy", icon=":material/content_copy:"):
        st.code("\n".join(filter(None, (said(error.message), error.hint))), language=None, wrap_lines=True)
    if isinstance(error, OrgError):
        if press.button("Try again", icon=":material/refresh:", key="try_again"):
            resources.forget_orgs()
            st.rerun()
    elif _is_lost(error) and press.button("Go to Connect", icon=STEPS[0].icon, key="to_connect"):
        state.leave_for(STEPS[0].file, org=None, recipe=state.DEFAULT_RECIPE, dataset=None, making=None, run=None)


def _is_lost(error: SfseedError) -> bool:
    """Say whether the address names what is not there, so that only another beginning helps."""
    of_a_file = state.place().recipe == state.OWN_FILE  # whose mistake is mended in the file
    return isinstance(error, NotFound) or (isinstance(error, RecipeError) and not of_a_file)
