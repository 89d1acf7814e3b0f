"""SOQL conditions against a second, row-by-row reading of Salesforce's comparison rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfseed_emulator import dml
from sfseed_emulator.schema import demo_rows, demo_schema
from sfseed_emulator.soql.execute import execute
from sfseed_emulator.state import OrgState

Row = dict[str, Any]
Test = tuple[str, Callable[[Row], bool]]

SITES = ["north", "North", "sOUTH", "öst", "ÖST", "a_b", "a%b", "it's", "back\\slash", None]
NUMBERS = [0, 1, 15, -2, 1000, None]
ROWS: list[Row] = [
    {"Name": f"A{at}", "Site": SITES[at % len(SITES)], "AnnualRevenue": NUMBERS[at % len(NUMBERS)]} for at in range(60)
]


@pytest.fixture(scope="module")
def filled() -> Iterator[OrgState]:
    """An org with 60 accounts of few different values, nulls among them."""
    schema = demo_schema()
    state = OrgState.create(None, schema, rows=demo_rows(schema))
    with state.transaction():
        assert all(result.success for result in dml.insert(state, "Account", ROWS, "json"))
    yield state
    state.close()


def quoted(text: str) -> str:
    """Write a text as a SOQL literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def same(one: str | None, other: str | None) -> bool:
    """Compare texts as `=` does."""
    return one is None if other is None else one is not None and one.casefold() == other.casefold()


def like(text: str | None, pattern: str) -> bool:
    """Match a text as LIKE does (% any, _ one)."""
    if text is None:
        return False
    if not pattern:
        return not text
    head, rest = pattern[0], pattern[1:]
    if head == "%":
        return any(like(text[at:], rest) for at in range(len(text) + 1))
    return bool(text) and (head == "_" or head.casefold() == text[0].casefold()) and like(text[1:], rest)


def text_tests() -> st.SearchStrategy[Test]:
    """Tests of Site."""
    value = st.sampled_from(SITES)

    def equal(wanted: str | None) -> Test:
        return f"Site = {'null' if wanted is None else quoted(wanted)}", lambda row: same(row["Site"], wanted)

    def unequal(wanted: str | None) -> Test:
        return f"Site != {'null' if wanted is None else quoted(wanted)}", lambda row: not same(row["Site"], wanted)

    def among(wanted: list[str | None]) -> Test:
        listed = ", ".join("null" if one is None else quoted(one) for one in wanted)
        return f"Site IN ({listed})", lambda row: any(same(row["Site"], one) for one in wanted)

    patterns = st.text(st.sampled_from("nOhtrös%_"), min_size=1, max_size=5)
    return st.one_of(
        value.map(equal),
        value.map(unequal),
        st.lists(value, min_size=1, max_size=4).map(among),
        patterns.map(lambda pattern: (f"Site LIKE '{pattern}'", lambda row: like(row["Site"], pattern))),
    )


COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}


def number_tests() -> st.SearchStrategy[Test]:
    """Tests of AnnualRevenue: a null is unequal to all, and neither less nor more."""

    def made(operator: str, wanted: float) -> Test:
        def judge(row: Row) -> bool:
            value = row["AnnualRevenue"]
            return operator == "!=" if value is None else COMPARE[operator](value, wanted)

        return f"AnnualRevenue {operator} {wanted}", judge

    return st.builds(made, st.sampled_from(sorted(COMPARE)), st.sampled_from([0, 1, 1.5, -2, 999.5, 15]))


def joined(parts: list[Test], operator: str) -> Test:
    """Join tests by AND or OR."""
    combine = all if operator == "AND" else any
    text = f" {operator} ".join(f"({part})" for part, _ in parts)
    return text, lambda row: combine(judge(row) for _, judge in parts)


CONDITIONS = st.recursive(
    st.one_of(text_tests(), number_tests()),
    lambda inner: st.one_of(
        inner.map(lambda test: (f"NOT ({test[0]})", lambda row: not test[1](row))),
        st.builds(joined, st.lists(inner, min_size=2, max_size=3), st.sampled_from(["AND", "OR"])),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(test=CONDITIONS)
def test_conditions_find_what_a_second_reading_finds(filled: OrgState, test: Test) -> None:
    """Any mix of tests, AND, OR and NOT finds the same records as the rules applied row by row."""
    text, judge = test
    result = execute(filled, f"SELECT Name FROM Account WHERE {text}")
    assert {record["Name"] for record in result.records} == {row["Name"] for row in ROWS if judge(row)}
