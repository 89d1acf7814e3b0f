"""Result lines find their records: in any order, with changed cells, among equal rows."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from sfseed_core.load import match
from sfseed_core.schema.model import Field

FIELDS = {
    "Name": Field("Name", "Name", "string"),
    "Code": Field("Code", "Code", "string", external_id=True, unique=True),
    "Size": Field("Size", "Size", "double"),
    "Email": Field("Email", "Email", "email"),
    "Notes": Field("Notes", "Notes", "textarea"),
}


def table(rows, names=("Name", "Size", "Email", "Notes")):
    """A table of texts."""
    columns = list(zip(*rows, strict=True)) if rows else [[]] * len(names)
    return pa.table({name: pa.array(list(column), pa.string()) for name, column in zip(names, columns, strict=True)})


cells = st.sampled_from(["", "a", "A", " a ", "b\nc", "b\r\nc", "1.10", "1.1", "x@Y.z", "x@y.z"])
names = st.sampled_from(["n", "N", "m", "m ", "o", "1.10", "1.1"])
rows_of = st.lists(
    st.tuples(names, st.sampled_from(["", "1.10", "1.1", "2.0", "10"]), cells, cells), min_size=1, max_size=30
)


def echoed(row):
    """What an org may make of the cells of a row."""

    def change(text):
        text = (text or "").replace("\r\n", "\n").strip()
        text = text.lower() if "@" in text else text
        return {"1.10": "1.1", "2.0": "2"}.get(text, text)

    return tuple(change(cell) for cell in row)


@given(rows_of, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_every_row_gets_the_line_of_a_row_that_equals_it(rows, random):
    """Shares cover all rows once, and in each a shuffled, changed echo leads back to a row with the very same cells."""
    texts = table(rows)
    found = match.shares(texts, FIELDS)
    assert sorted(np.concatenate([share.rows for share in found]).tolist()) == list(range(len(rows)))
    for share in found:
        sent = [rows[n] for n in share.rows]
        order = list(range(len(sent)))
        random.shuffle(order)
        lines = table([echoed(sent[n]) for n in order])
        position = match.assign(match.keys(table(sent), share.key), share.rows, match.keys(lines, share.key))
        assert sorted(position.tolist()) == list(range(len(sent)))
        assert all(sent[position[at]] == sent[n] for at, n in enumerate(order))


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=20), st.lists(st.sampled_from("abcd"), max_size=25))
@settings(max_examples=100, deadline=None)
def test_no_row_is_given_out_twice(sent, lines):
    """Lines of equal keys go to rows by ascending local key; those beyond the rows of a key get none."""
    local = np.arange(len(sent))[::-1].copy()
    position = match.assign(pa.array(sent), local, pa.array(lines, pa.string()))
    given_out = position[position >= 0].tolist()
    assert len(set(given_out)) == len(given_out)
    for key in set(lines):
        rows = sorted((number for number, one in enumerate(sent) if one == key), key=lambda number: local[number])
        got = [position[at] for at, one in enumerate(lines) if one == key]
        assert got == (rows + [-1] * len(got))[: len(got)]


def test_an_external_id_is_enough():
    """Where every row has its own external id, nothing else is compared."""
    texts = table([("n", "1"), ("n", "2")], ("Name", "Code"))
    (share,) = match.shares(texts, FIELDS)
    assert share.key == match.MatchKey(("Code",))


def test_the_fewest_stable_columns_are_chosen():
    """One column that tells all rows apart is enough, and unstable ones are not looked at."""
    (share,) = match.shares(table([("n", "1", "x", "y"), ("m", "1", "z", "y")]), FIELDS)
    assert share.key == match.MatchKey(("Name",))


def test_rows_that_differ_in_unstable_columns_only_go_to_different_jobs():
    """Two rows that only a long text tells apart are never in one job; wholly equal ones may be."""
    found = match.shares(table([("n", "1", "", "long"), ("n", "1", "", "other"), ("n", "1", "", "long")]), FIELDS)
    assert [share.rows.tolist() for share in found] == [[0, 2], [1]]


def test_many_such_rows_are_told_apart_by_fingerprint():
    """Thousands of rows that only a long text tells apart still fit into one job."""
    found = match.shares(table([("n", "1", "", f"long text {n}") for n in range(2_000)]), FIELDS)
    assert [len(share.rows) for share in found] == [2_000]


def test_numbers_are_compared_without_what_does_not_count():
    """1.10 and 1.1, 3. and 3, -0.0 and 0 are the same number; 10 and 1 are not."""
    key = match.MatchKey(("Size",))
    texts = match.keys(table([("1.10",), ("1.1",), ("3.",), ("3",), ("-0.0",), ("0",), ("10",), ("1",)], ("Size",)), key)
    assert texts.to_pylist() == ["1.1", "1.1", "3", "3", "0", "0", "10", "1"]


@settings(max_examples=200)
@given(st.lists(st.text("+-.019aé ", max_size=5), max_size=20), st.integers(0, 3))
def test_zeros_at_the_end_of_numbers_count_for_nothing(cells, start):
    """Each text by itself, wherever it stands in its column: what is a number loses its last zeros, the rest stays."""

    def alone(text):
        whole, dot, rest = text.strip().lower().partition(".")
        if dot and re.fullmatch(r"[+-]?[0-9]+", whole) and re.fullmatch(r"[0-9]*", rest):
            text = f"{whole}.{rest}".rstrip("0").rstrip(".")
        return "0" if text.strip() == "-0" else text.strip().lower()

    column = pa.array(cells, pa.string()).slice(start)
    assert match.plain(column).to_pylist() == [alone(one) for one in cells[start:]]
