"""The wrong sandbox: what the org holds already is shown before a load, and much or recent work of others asks once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import resources, words
from pages.shared.shelf import shelf
from sfseed_core.clock import SYSTEM

if TYPE_CHECKING:
    from pages.shared.resources import Connection
    from sfseed_core.dataset.dataset import Dataset

_SECONDS = 120.0


def asked(name: str, reached: Connection, dataset: Dataset) -> str | None:
    """Show what the org holds; return why the load cannot start yet."""
    from sfseed_core.workflow.holdings import before_load

    held, doubt = shelf().get(
        "holdings",
        (resources.home(), reached.facts.org_id, dataset.id),
        lambda: before_load(name, reached.org, dataset.objects, home=resources.home(), now=SYSTEM.now()),
        seconds=_SECONDS,
    )
    if held is None or reached.decision.verdict == "refused":
        return None
    for line in held.lines():
        st.caption(words.plain(line))
    if doubt is None:
        return None
    st.warning(words.plain(f"{doubt}."), icon=":material/group:")
    about = "Others work here: their records stay as they are, yours come beside them."
    sure = st.checkbox(f"Yes, {words.plain(reached.facts.name or name)} is the right org", key="right_org", help=about)
    return None if sure else "Say first that this is the right org."
