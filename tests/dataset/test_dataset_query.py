"""Queries: filters, search, sorts and pages over a dataset with edits."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfseed_core.dataset import store
from sfseed_core.dataset.edits import AddRecords, DeleteRecords, SetCells
from sfseed_core.dataset.query import Filter, Query
from sfseed_core.errors import DataError, NotFound, UserError
from tests.staged import NOW, PLAN, SCHEMA, rows_of, table_of

ALL = Query()


def found(dataset, name, *filters, search="", sort=()):
    """The record numbers that a query finds."""
    return dataset.select(name, Query(filters, search, sort)).tolist()


@pytest.mark.parametrize(
    ("test", "column", "value", "expected"),
    [
        ("is", "Name", 'a "3", inc.', [3]),
        ("is not", "Name", 'A "3", Inc.', [0, 1, 2, 4, 5, 6, 7, 8, 9]),
        ("contains", "Name", "7", [7]),
        ("starts with", "Name", "a", list(range(10))),
        ("less", "Founded__c", "1990-01-03", [0, 1]),
        ("at most", "AnnualRevenue", "20", [0, 1, 2]),
        ("more", "Seen__c", "2026-01-08T00:00:00Z", [7, 8]),
        ("at least", "Employees", 56, [8, 9]),
        ("is", "Active__c", "true", [0, 2, 4, 6, 8]),
        ("is", "Opens__c", "08:03:00.005Z", [3]),
        ("empty", "Founded__c", None, [4, 9]),
        ("not empty", "ParentId", None, [1, 3, 5, 7, 9]),
        ("is not", "Founded__c", "1990-01-02", [0, 2, 3, 4, 5, 6, 7, 8, 9]),
        ("one of", "Employees", (7, "63"), [1, 9]),
        ("one of", "Employees", (), []),
        ("is", "ParentId", 2, [3]),
        ("is", "Latitude__c", Decimal("0.000000004"), [4]),
    ],
)
def test_filters_find_what_they_say(dataset, test, column, value, expected):
    """Each test of each column type finds the records that a person would."""
    assert found(dataset, "Account", Filter(column, test, value)) == expected


def test_all_filters_must_hold(dataset):
    """Filters add up; search looks in every text column without case."""
    assert found(dataset, "Contact", Filter("LastName", "is", "Name 1"), Filter("AccountId", "more", 3)) == [8, 15]
    assert found(dataset, "Contact", search="NAME 6") == [6, 13]
    assert found(dataset, "Contact", search="p13@") == [13]
    assert found(dataset, "Contact", Filter("LastName", "is", "Name 1"), search="p8") == [8]


def test_sorts_put_empty_values_last(dataset):
    """Records without a value come last in both directions; equal ones by their number."""
    assert found(dataset, "Account", sort=(("Founded__c", False),)) == [0, 1, 2, 3, 5, 6, 7, 8, 4, 9]
    assert found(dataset, "Account", sort=(("Founded__c", True),)) == [8, 7, 6, 5, 3, 2, 1, 0, 4, 9]
    assert found(dataset, "Account", sort=(("Active__c", True), ("Name", True))) == [8, 6, 4, 2, 0, 9, 7, 5, 3, 1]


def test_queries_see_edits_and_only_those_of_their_revision(dataset):
    """Filters and sorts work on the values as edited; a pinned revision keeps its answer."""
    dataset.apply(SetCells("Account", [9, 2], {"Name": ["Zed", None]}))
    dataset.apply(AddRecords("Account", 1, {"Name": ["Zoe"]}))
    query = Query((Filter("Name", "starts with", "z"),), sort=(("Name", True),))
    assert dataset.select("Account", query).tolist() == [10, 9]
    assert dataset.select("Account", query, revision=1).tolist() == [9]
    assert dataset.select("Account", query, revision=0).tolist() == []
    assert found(dataset, "Account", Filter("Name", "empty")) == [2]


def test_deleted_records_are_not_found(dataset):
    """A deleted record is in no answer and no page, added ones are; undo brings it back."""
    dataset.apply(AddRecords("Contact", 2, {"LastName": ["Name 1", "Other"]}))
    dataset.apply(DeleteRecords("Contact", [1], children="clear"))
    query = Query((Filter("LastName", "is", "Name 1"),))
    assert dataset.select("Contact", query).tolist() == [8, 15, 20]
    dataset.undo()
    assert dataset.select("Contact", query).tolist() == [1, 8, 15, 20]


@pytest.mark.parametrize("query", [ALL, Query(sort=(("Email", True),)), Query((Filter("Email", "contains", "1"),))])
def test_pages_cover_the_answer_once(dataset, query):
    """Pages put together are the whole answer in its order, whatever was deleted and added."""
    dataset.apply(AddRecords("Contact", 3, {"Email": ["a1@x.yz", "b@x.yz", None]}))
    dataset.apply(DeleteRecords("Contact", [0, 7, 8, 19, 21], children="clear"))
    everything = dataset.select("Contact", query).tolist()
    for limit in (1, 4, 50):
        pages = [dataset.page("Contact", query, offset, limit) for offset in range(0, len(everything) + limit, limit)]
        assert [n for page in pages for n in page.records["record"].to_pylist()] == everything
        assert {page.total for page in pages} == {len(everything)}


def test_a_page_far_out_is_empty(dataset):
    """Past the end there is nothing, and it costs no error."""
    assert dataset.page("Contact", ALL, 99, 10).records.num_rows == 0


@pytest.mark.parametrize("text", ["'; DROP TABLE x; --", '" OR 1=1', "%", "_", "\\", "é\u2028😀", "?"])
def test_values_are_never_part_of_a_statement(dataset, text):
    """Hostile values are looked for as they are, and hostile column names are not found."""
    assert found(dataset, "Contact", Filter("LastName", "contains", text)) == []
    assert found(dataset, "Contact", search=text) == []
    dataset.apply(SetCells("Contact", [5], {"LastName": [text]}))
    assert found(dataset, "Contact", Filter("LastName", "is", text)) == [5]
    assert found(dataset, "Contact", search=text) == [5]
    with pytest.raises(NotFound):
        found(dataset, "Contact", Filter(text, "is", "x"))
    with pytest.raises(NotFound):
        found(dataset, "Contact", sort=((text, False),))


def test_senseless_tests_are_refused_in_words(dataset):
    """A test that a type has not, or a value that cannot be read, says so."""
    with pytest.raises(UserError, match="cannot be tested for 'contains'"):
        found(dataset, "Account", Filter("Employees", "contains", "1"))
    with pytest.raises(DataError, match=r"Account\.Founded__c: 'soon' is not a date"):
        found(dataset, "Account", Filter("Founded__c", "is", "soon"))


_SORTS = st.lists(
    st.tuples(st.sampled_from(["LastName", "Email", "AccountId"]), st.booleans()), max_size=2, unique_by=lambda s: s[0]
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sets=st.lists(st.tuples(st.integers(0, 19), st.text("aB ", max_size=2)), max_size=6),
    deleted=st.sets(st.integers(0, 19), max_size=3),
    sort=_SORTS,
    needle=st.text("ab1 ", max_size=2),
)
def test_queries_agree_with_a_plain_search(tmp_path_factory, sets, deleted, sort, needle):
    """Search and sort find what a loop over the rows finds, in its order."""
    home = tmp_path_factory.mktemp("home")
    writer = store.create(home, PLAN, SCHEMA, now=NOW)
    for one in PLAN.objects:
        writer.add(one.name, table_of(one.name))
    dataset = writer.finish()
    rows = {row["record"]: dict(row) for row in rows_of("Contact")}
    for number, text in sets:
        dataset.apply(SetCells("Contact", [number], {"LastName": [text]}))
        rows[number]["LastName"] = text
    if deleted:
        dataset.apply(DeleteRecords("Contact", sorted(deleted), children="clear"))
    left = [row for n, row in sorted(rows.items()) if n not in deleted]
    expected = [r for r in left if needle in "\x1f".join(v for v in (r["LastName"], r["Email"]) if v is not None).lower()]
    for name, descending in reversed(sort):
        filled = [row for row in expected if row[name] is not None]
        filled.sort(key=lambda row: row[name].lower() if isinstance(row[name], str) else row[name], reverse=descending)
        expected = filled + [row for row in expected if row[name] is None]
    assert found(dataset, "Contact", search=needle, sort=tuple(sort)) == [row["record"] for row in expected]
