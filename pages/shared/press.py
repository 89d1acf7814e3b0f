"""Buttons whose press is never lost, however fast the next thing happens.

Streamlit ends a run as soon as the browser's next message is there, and with it forgets a button that the run had not come to;
a table that is drawn anew sends such a message by itself. So a press is noted first and taken where the page comes to its button.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime.scriptrunner import RerunException
from streamlit.runtime.scriptrunner_utils.script_requests import _coalesce_widget_states
from streamlit.runtime.state.safe_session_state import SafeSessionState

from pages.shared import state

if TYPE_CHECKING:
    from streamlit.proto.WidgetStates_pb2 import WidgetStates

_PRESSED = "button_pressed"
_GOOD_FOR = 30.0  # seconds: a press that no page came to by then was of a page that has been left


def button(label: str, *, key: str, **options: Any) -> bool:
    """Draw a button; tell whether it was pressed since the page last came here.

    What was pressed is known by key and label: a button of the same key that says something else was not meant.
    """
    named = f"{key} {label}"
    st.button(label, key=key, on_click=_note, args=(named,), **options)
    pressed, at = state.remembered(_PRESSED) or (None, 0.0)
    if pressed != named:
        return False
    state.taken(_PRESSED)
    return time.monotonic() - at < _GOOD_FOR


def _note(named: str) -> None:
    state.note(_PRESSED, (named, time.monotonic()))


def keep_all() -> None:
    """Mend Streamlit 1.67, which drops what a message brought when the next one is there before it was taken in."""
    SafeSessionState.on_script_will_rerun = _taken_in  # type: ignore[method-assign]


def _taken_in(self: SafeSessionState, fresh_widget_states: WidgetStates | None, **others: Any) -> None:
    try:
        self._yield_callback()
    except RerunException as after:
        both = _coalesce_widget_states(fresh_widget_states, after.rerun_data.widget_states)
        raise RerunException(replace(after.rerun_data, widget_states=both)) from None
    with self._lock:
        self._state.on_script_will_rerun(fresh_widget_states, **others)
