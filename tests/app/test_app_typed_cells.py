"""What is typed into the table of records is heard once, and the table under it stays where it can."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from pages.shared import typed_cells


def table(**columns):
    """Rows as the page sends them."""
    count = len(next(iter(columns.values())))
    given = {"chosen": [False] * count, **columns}
    return pd.DataFrame(given, index=pd.Index(range(7, 7 + count), name="_record"))


BEFORE = table(
    LastName=pd.array(["Abel", "Baker", None], "string"),
    Salary=[1.5, 2.0, float("nan")],
    Active=pd.array([True, None, False], "boolean"),
    Birthdate=[dt.date(1990, 1, 2), None, dt.date(1980, 3, 4)],
)


def changed(row, **cells):
    """The rows after one of them was changed."""
    now = BEFORE.copy()
    for name, value in cells.items():
        now.iat[row, now.columns.get_loc(name)] = value
    return now


@pytest.mark.parametrize(
    ("typed", "now"),
    [
        ({}, BEFORE),
        ({"0": {"chosen": True}}, BEFORE),
        ({"0": {"LastName": "Quill"}}, changed(0, LastName="Quill")),
        ({"1": {"Salary": 3}}, changed(1, Salary=3.0)),
        ({"2": {"Active": True}}, changed(2, Active=True)),
        ({"0": {"Birthdate": "1991-02-03"}}, changed(0, Birthdate=dt.date(1991, 2, 3))),
        ({"0": {"LastName": None}}, changed(0, LastName=pd.NA)),
    ],
)
def test_the_table_stays_under_what_was_typed(typed, now):
    """Nothing but the typed cells differs: the rows that the browser has are still right."""
    assert typed_cells.covers(BEFORE, typed, now)


@pytest.mark.parametrize(
    ("typed", "now"),
    [
        ({}, changed(0, LastName="Quill")),
        ({"0": {"LastName": "quill "}}, changed(0, LastName="Quill")),
        ({"0": {"LastName": "Quill"}}, changed(1, LastName="Quill")),
        ({"0": {"LastName": "Quill"}}, changed(0, LastName="Quill", Salary=9.0)),
        ({}, BEFORE.iloc[:2]),
        ({}, BEFORE.rename(columns={"Salary": "Pay"})),
    ],
)
def test_the_table_is_sent_anew_when_something_else_changed(typed, now):
    """Another record, another column, a value that the dataset wrote its own way, fewer rows."""
    assert not typed_cells.covers(BEFORE, typed, now)


def test_the_same_cells_are_heard_once():
    """Only what was typed since counts, whatever the browser still lists; ticks are none."""
    first = {"0": {"LastName": "Quill"}, "2": {"chosen": True}}
    second = {"0": {"LastName": "Quill", "Salary": 4}, "1": {"LastName": "Penn"}}
    assert typed_cells.changed(first, {}) == {0: {"LastName": "Quill"}}
    assert typed_cells.changed(second, first) == {0: {"Salary": 4}, 1: {"LastName": "Penn"}}
    assert typed_cells.changed({}, second) == {}
