"""Salesforce's own formula cases, worked out over columns: every result in both ways of handling blanks."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from tests.formula.outside_cases import (
    ERROR,
    FOLDER,
    MODES,
    USERS,
    columnar,
    expected,
    inline_result,
    lines,
    reason_to_differ,
    same,
)

# The folder is SFSEED_OUTSIDE_DATA/formula.
CASES = lines("cases.jsonl")
INLINE = lines("cases_inline.jsonl")

absent = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"outside data not present at {FOLDER}: set SFSEED_OUTSIDE_DATA")


def marked(case: dict[str, Any], *more: Any, name: str) -> Any:
    """Make a parameter of a case; one that is known to differ must differ."""
    reason = reason_to_differ(case)
    marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
    return pytest.param(case, *more, id=name, marks=marks)


@cache
def results() -> dict[tuple[str, str], Any]:
    """Work all cases out once."""
    return columnar(CASES)


@absent
@pytest.mark.parametrize(
    ("case", "mode"), [marked(case, mode, name=f"{case['id']}-{mode}") for case in CASES for mode in MODES]
)
def test_case(case, mode):
    """A formula over columns gives what Salesforce's engine gives."""
    found, wanted = results()[case["id"], mode], expected(case, mode)
    assert same(found, wanted), f"{case['formula']} of {case['inputs']} gave {found}, the engine {wanted}"


def wanted_inline(case: dict[str, Any], user: str) -> Any:
    """Return what the assertion of an inline case wants."""
    given = case["expected"]
    if given is None:
        return None
    if "same_as_formula" in given:
        return inline_result(case, given["same_as_formula"], user)
    if "error" in given:
        return ERROR
    return Decimal(given["number"]) if "number" in given else given.get("boolean", given.get("text"))


def is_equal(case: dict[str, Any]) -> bool:
    """Compare an inline case as each of the users that the engine's tests act as."""
    return any(same(inline_result(case, case["formula"], user), wanted_inline(case, user)) for user in USERS)


@absent
@pytest.mark.parametrize(
    "case", [marked(case, name=f"{number}-{case['formula'][:50]}") for number, case in enumerate(INLINE)]
)
def test_inline_case(case):
    """A formula of literals, or of the few fields of the engine's own tests, gives what they assert for one of their users."""
    assert is_equal(case)


@absent
def test_share_of_inline_cases_that_are_equal():
    """At least 99 % of the inline cases are equal, the known exceptions counted as failed."""
    equal = sum(is_equal(case) for case in INLINE)
    assert equal >= 0.99 * len(INLINE), f"{equal} of {len(INLINE)}"


@absent
def test_share_of_cases_that_are_equal():
    """At least 99 % of the cases are equal, in each way of handling blanks, the known exceptions counted as failed."""
    equal = Counter(mode for case in CASES for mode in MODES if same(results()[case["id"], mode], expected(case, mode)))
    assert all(equal[mode] >= 0.99 * len(CASES) for mode in MODES), equal
