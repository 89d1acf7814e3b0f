"""The gallery: recipes to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import press, recipe_changes, state, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamlit.delta_generator import DeltaGenerator

    from pages.shared.state import Place
    from sfseed_core.recipe.gallery import Example

_OPEN = "gallery_open"
_FOLDER = Path(__file__).parents[2] / "examples"


def button(where: Place) -> None:
    """Open the gallery."""
    st.button("Examples", icon=":material/collections_bookmark:", key="examples", on_click=state.note, args=(_OPEN, True))
    if state.remembered(_OPEN):
        _gallery(where)


def _close() -> None:
    state.taken(_OPEN)


@st.dialog("Examples to begin with", width="large", on_dismiss=_close)
def _gallery(where: Place) -> None:
    """Each with what it makes; one click uses it."""
    from sfseed_core.recipe.gallery import gallery

    st.caption("Choosing one replaces what has been designed so far; Back in the browser brings it back.")
    columns: Sequence[DeltaGenerator] = ()
    for number, one in enumerate(gallery(_FOLDER if _FOLDER.is_dir() else None)):
        columns = columns if number % 2 else st.columns(2)
        with columns[number % 2], st.container(border=True, height="stretch"):
            st.markdown(f"**{words.plain(one.title)}**")
            st.caption(words.plain(one.about))
            if press.button("Use it", key=f"example_{number}"):
                _use(where, one)


def _use(where: Place, one: Example) -> None:
    from sfseed_core.recipe.write import recipe_yaml

    _close()
    if one.preset is not None:
        state.go(recipe=one.preset)
    else:
        recipe_changes.replace(where, recipe_yaml(one.recipe))
    st.rerun()
