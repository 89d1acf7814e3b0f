"""Progress of the core as a bar and a sentence."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Self

import streamlit as st

from pages.shared import words
from sfseed_core.events import Event, Note, Progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlit.delta_generator import DeltaGenerator

_DOING: Mapping[str, str] = {
    "connect": "Connecting",
    "discover": "Reading the org's objects",
    "plan": "Working out what to make",
    "generate": "Making the records",
    "check": "Checking them",
    "export": "Writing files",
    "import": "Reading files",
    "load": "Loading",
    "undo": "Taking back",
}
_UNSEEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap"
_STEPS = 200  # a bar needs no more, and each change is a message to the browser


class Bar:
    """An observer that moves a bar; appears with the first event, and is gone when the `with` block ends."""

    def __init__(self) -> None:
        self._where: DeltaGenerator = st.empty()
        self._shown: tuple[str, int] | None = None

    def notify(self, event: Event, /) -> None:
        """Show the event when it would look different."""
        if isinstance(event, Note):
            st.toast(words.plain(event.message))
        elif isinstance(event, Progress):
            share = event.current / event.total if event.total else 0.0
            look = (f"{event.phase} {event.subject}", round(share * _STEPS))
            if look != self._shown:
                self._shown = look
                self._where.progress(min(1.0, share), text=_sentence(event))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._where.empty()


def _sentence(event: Progress) -> str:
    what = f": {words.plain(event.subject)}" if event.subject else ""
    of = f" {event.current:,} of {event.total:,}" if event.total else ""
    return f"{_DOING.get(event.phase, event.phase)}{what}{of}"


def aloud(sentence: str) -> None:
    """Say how far it is to those who listen to the page: a status line that only screen readers meet."""
    st.html(f'<div role="status" aria-live="polite" style="{_UNSEEN}">{html.escape(sentence)}</div>')
