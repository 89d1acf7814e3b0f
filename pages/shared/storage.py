"""What sfseed keeps on this computer, and removing what is old."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import press, resources, words
from pages.shared.shelf import shelf
from sfseed_core.clock import SYSTEM
from sfseed_core.workflow.clean import days, find, kept, remove

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS: Mapping[str, str] = {
    "datasets": "Records that were made",
    "runs": "What was loaded (needed to undo it)",
    "orgs": "What is known of orgs",
    "demo": "The practice org",
}
_SECONDS = 20.0
_AGES: Mapping[str, str] = {"7d": "a week", "30d": "30 days", "90d": "90 days"}


def used() -> None:
    """How much there is, and a button that removes what is old."""
    with st.expander("Storage on this computer", icon=":material/hard_drive:"):
        sizes = shelf().get("kept", resources.home(), lambda: kept(resources.home()), seconds=_SECONDS)
        rows = [{"What": title, "Size": words.size(sizes.get(kind, 0) / 1024)} for kind, title in _KINDS.items()]
        st.dataframe(rows, hide_index=True, alt="What sfseed keeps on this computer")
        age = st.selectbox(
            "Remove what is older than",
            list(_AGES),
            index=1,
            format_func=_AGES.__getitem__,
            key="older_than",
            help="Loads that can still be undone stay, with the records they need.",
        )
        old = find(resources.home(), older_than=days(age), everything=False, clock=SYSTEM)
        size = words.size(sum(one.size for one in old) / 1024)
        label = f"Remove {words.many(len(old), 'thing')} ({size})" if old else "Nothing is that old"
        if press.button(label, key="clean", icon=":material/delete:", disabled=not old):
            remove(old)
            shelf().forget("kept")
            st.rerun()
