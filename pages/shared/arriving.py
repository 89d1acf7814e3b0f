"""The org's objects as they are read: a bar, and the part of the drawing that is known already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import words
from pages.shared.graph_layout import Link
from pages.shared.graph_network import Drawn, kind_of
from pages.shared.progress import Bar
from pages.shared.relationship_graph import relationship_graph
from sfseed_core.clock import SYSTEM
from sfseed_core.events import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from sfseed_core.events import Event
    from sfseed_core.schema.model import ObjectSchema

_OFTEN = 1.5  # seconds between two drawings
_MOST = 40  # objects of a drawing that is only on its way


class Arriving(Bar):
    """An observer that draws the objects described so far; `described` reads one of them."""

    def __init__(self, described: Callable[[str], ObjectSchema | None]) -> None:
        super().__init__()
        self._slot = st.empty()
        self._described = described
        self._known: list[str] = []
        self._next, self._number = SYSTEM.monotonic() + _OFTEN, 0

    def notify(self, event: Event, /) -> None:
        """Move the bar, and now and then draw what has come in."""
        super().notify(event)
        if not isinstance(event, Progress) or event.phase != "discover" or event.subject is None:
            return
        self._known.append(event.subject)
        if SYSTEM.monotonic() >= self._next:
            self._number += 1
            with self._slot.container():
                st.caption(f"{words.many(len(self._known), 'object')} of about {event.total:,} read so far")
                objects, links = partial([one for name in self._known[-_MOST:] if (one := self._described(name))])
                relationship_graph(objects, links, selected=None, key=f"arriving_{self._number}", on_select=lambda: None)
            self._next = SYSTEM.monotonic() + _OFTEN

    def __exit__(self, *error: object) -> None:
        super().__exit__(*error)
        self._slot.empty()


def partial(described: list[ObjectSchema]) -> tuple[list[Drawn], list[Link]]:
    """Return the drawing of some objects before their order is known: parents first, as far as they are there."""
    names = {one.name for one in described}
    links = [
        Link(one.name, parent, field.name, field.required_on_create, field.is_master_detail, deferred=False)
        for one in described
        for field in one.references
        for parent in field.reference_to
        if parent in names and parent != one.name and field.createable
    ]
    levels = dict.fromkeys(names, 0)
    for _ in range(6):  # deep enough for a picture of some seconds; circles end there
        for link in links:
            if link.required:
                levels[link.child] = min(6, max(levels[link.child], levels[link.parent] + 1))
    return [Drawn(one.name, one.label, levels[one.name], kind_of(one.name)) for one in described], links
