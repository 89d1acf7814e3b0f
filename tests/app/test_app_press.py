"""A press that is overtaken by the browser's next message still counts."""

from __future__ import annotations

import inspect
import time

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner import RerunData, RerunException
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.safe_session_state import SafeSessionState

from pages.shared import press

AS_SHIPPED = inspect.getsource(SafeSessionState.on_script_will_rerun)
PRESSED = WidgetStates(widgets=[WidgetState(id="button", trigger_value=True)])
OVERTAKING = WidgetStates(widgets=[WidgetState(id="table", json_value="{}")])


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch):
    """Streamlit's own way, put back afterwards."""
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", SafeSessionState.on_script_will_rerun)


def overtaken():
    """The next message is there before this one was taken in."""
    raise RerunException(RerunData(query_string="page=2", widget_states=OVERTAKING))


def test_a_press_goes_on_with_the_message_that_overtook_it():
    """The run that follows gets both: the press and what came after it."""
    press.keep_all()
    with pytest.raises(RerunException) as caught:
        SafeSessionState(SessionState(), overtaken).on_script_will_rerun(PRESSED)
    assert {one.id for one in caught.value.rerun_data.widget_states.widgets} == {"button", "table"}
    assert caught.value.rerun_data.query_string == "page=2"


def test_what_is_not_overtaken_is_taken_in():
    """The usual case stays as it was."""
    press.keep_all()
    held = SessionState()
    SafeSessionState(held, lambda: None).on_script_will_rerun(PRESSED)
    assert held._new_widget_state.states.keys() == {"button"}


def test_streamlit_still_needs_mending():
    """When Streamlit takes a message in before it looks for the next, `press.keep_all` can go."""
    body = AS_SHIPPED.partition("-> None:")[2]
    assert body.index("_yield_callback()") < body.index("self._lock")


def test_a_press_is_taken_once_and_not_by_another_button(monkeypatch):
    """Same key, other words: another page's button."""
    noted = {}
    monkeypatch.setattr(press.st, "button", lambda label, **options: noted.update(pressed=options))
    monkeypatch.setattr(press.state.st, "session_state", {})
    assert press.button("Load 3 records", key="onward") is False
    noted["pressed"]["on_click"](*noted["pressed"]["args"])
    assert press.button("Next: Load", key="onward") is False
    assert press.button("Load 3 records", key="onward") is True
    assert press.button("Load 3 records", key="onward") is False


def test_an_old_press_counts_no_more(monkeypatch):
    """It was of a page that has been left."""
    monkeypatch.setattr(press.st, "button", lambda label, **options: None)
    monkeypatch.setattr(press.state.st, "session_state", {"button_pressed": ("onward Next: Load", time.monotonic() - 31)})
    assert press.button("Next: Load", key="onward") is False
