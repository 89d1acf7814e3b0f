"""REGEX in Java's dialect: what both evaluators say of patterns is what Java itself said of them (17, `Matcher.matches`)."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

import pytest

from sfseed_core.formula.faults import Failed, Fault
from sfseed_core.formula.regex import matcher
from sfseed_emulator.formula_rows.outcome import Failed as FailedByRow
from sfseed_emulator.formula_rows.texts import regex

TOLD = json.loads((Path(__file__).parent / "java_patterns.json").read_text(encoding="utf-8"))
TEXTS: list[str] = TOLD["texts"]
BEYOND = {r"(?<=a+)b", r"\p{InNothing}"}
"""Patterns that are refused as too complicated rather than guessed."""
BEYOND_BY_ROW = {r"\cA", r"\0101", r"^(?!.*(ab|cd)+).+$", r"(?!000)\d{3}-(\d{2}-?)+"}


@pytest.mark.parametrize(("pattern", "wanted"), TOLD["patterns"].items())
def test_columns_match_as_java_does(pattern, wanted):
    """Each pattern matches the texts that Java matches; what Java takes for no pattern is none."""
    if wanted is None or pattern in BEYOND:
        with pytest.raises(Failed) as caught:
            matcher(pattern)(TEXTS)
        assert caught.value.fault is (Fault.PATTERN_TOO_COMPLICATED if pattern in BEYOND else Fault.BAD_PATTERN)
        return
    assert [text for text, fits in zip(TEXTS, matcher(pattern)(TEXTS), strict=True) if fits] == wanted


@pytest.mark.parametrize(("pattern", "wanted"), [one for one in TOLD["patterns"].items() if one[0] not in BEYOND_BY_ROW])
def test_rows_match_as_java_does(pattern, wanted):
    """So says the row-by-row evaluator, which reads patterns on its own."""
    if wanted is None or pattern in BEYOND:
        with pytest.raises(FailedByRow):
            [regex(text, pattern) for text in TEXTS]
        return
    assert [text for text in TEXTS if regex(text, pattern)] == wanted


@pytest.mark.parametrize(
    "pattern",
    [r"^(?=.*a)(?!.*(x+x+)+y).*$", r"(a|aa)+$", r"(?=(a+)+b).*", "(" * 60 + "a" + ")*" * 60, "[" * 400, "(?i)" * 400],
)
def test_no_pattern_hangs(pattern):
    """However its repetitions are nested, a pattern is matched, or refused, in a moment."""
    start = time.process_time()
    with suppress(Failed):
        matcher(pattern)(["a" * 5_000 + "!", "x" * 3_000])
    assert time.process_time() - start < 2
