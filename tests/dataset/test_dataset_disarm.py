"""What a spreadsheet would run is a text to it; all else stays as it is."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfseed_core.dataset.export.disarm import disarmed


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "=cmd|' /C calc'!A0",
        "@SUM(A1)",
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "\t=1",
        "\r=1",
        "+HYPERLINK(1)",
    ],
)
def test_a_formula_becomes_a_text(text):
    """An apostrophe stands before it, the text itself is kept."""
    assert disarmed(pa.table({"a": [text]}))["a"].to_pylist() == [f"'{text}"]


@pytest.mark.parametrize(
    "text", ["", None, "Acme", "+49 30 901820", "+1 (555) 010-9999 x12", "-12.50", "a=b", "- ", "x@example.com", "'=1"]
)
def test_all_else_stays(text):
    """Numbers, phone numbers, names and nothing are as they were; so is a batch without a formula."""
    batch = pa.record_batch({"a": pa.array([text], pa.string()), "n": [1]})
    assert disarmed(batch).equals(batch)


@given(st.lists(st.none() | st.text()))
def test_no_text_begins_like_a_formula_afterwards(texts):
    """Whatever the texts are: none begins with an equals sign or an at sign any more, and each can be read back."""
    found = disarmed(pa.table({"a": pa.array(texts, pa.string())}))["a"].to_pylist()
    assert not [one for one in found if one and one[0] in "=@"]
    assert [one[1:] if one and one != was else one for one, was in zip(found, texts, strict=True)] == texts
