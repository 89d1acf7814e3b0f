"""The query resources: pages, locators, headers, column metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Org


@pytest.fixture
def many(org: Org) -> Org:
    """An org with 450 accounts."""
    org.bulk("Account", "Name\n" + "".join(f"Account {number:03}\n" for number in range(450)))
    return org


def test_pages_follow_one_another(many: Org) -> None:
    """NextRecordsUrl leads through all records, in order, each once; the last page is done."""
    headers = {"Sforce-Query-Options": "batchSize=200"}
    page = many.call("GET", "/query/", params={"q": "SELECT Name FROM Account ORDER BY Name DESC"}, headers=headers).json()
    assert list(page) == ["totalSize", "done", "nextRecordsUrl", "records"]
    names = [record["Name"] for record in page["records"]]
    sizes = [len(page["records"])]
    while not page["done"]:
        assert page["nextRecordsUrl"].startswith("/services/data/v67.0/query/01g")
        page = many.call("GET", page["nextRecordsUrl"]).json()
        assert page["totalSize"] == 450
        sizes.append(len(page["records"]))
        names += [record["Name"] for record in page["records"]]
    assert sizes == [200, 200, 50]
    assert names == [f"Account {number:03}" for number in reversed(range(450))]


def test_page_size_is_bounded(many: Org) -> None:
    """Fewer than 200 a page cannot be asked for, and 2,000 is the standard."""
    query = {"q": "SELECT Id FROM Account"}
    assert (
        len(many.call("GET", "/query", params=query, headers={"Sforce-Query-Options": "batchSize=5"}).json()["records"])
        == 200
    )
    assert many.call("GET", "/query", params=query).json()["done"] is True


@pytest.mark.parametrize("locator", ["01g000000000000AAA-2000", "nonsense", "01g000000000000AAA"])
def test_unknown_locators_are_refused(org: Org, locator: str) -> None:
    """A stale or foreign locator is INVALID_QUERY_LOCATOR."""
    error = org.error("GET", f"/query/{locator}")
    assert (error["status"], error["errorCode"], error["message"]) == (
        400,
        "INVALID_QUERY_LOCATOR",
        "invalid query locator",
    )


def test_query_errors_are_a_list_with_the_caret_text(org: Org) -> None:
    """A refused query answers 400 with Salesforce's list of one error."""
    error = org.error("GET", "/query", params={"q": "SELECT Naem FROM Account"})
    assert (error["status"], error["errorCode"]) == (400, "INVALID_FIELD")
    assert error["message"].startswith(
        "\nSELECT Naem FROM Account\n       ^\nERROR at Row:1:Column:8\nNo such column 'Naem'"
    )
    assert org.error("GET", "/query")["errorCode"] == "MALFORMED_QUERY"


def test_query_all_shows_deleted_records(org: Org) -> None:
    """QueryAll lists deleted records with IsDeleted true, query does not."""
    record = org.insert("Account", Name="Gone")
    org.call("DELETE", f"/sobjects/Account/{record}")
    query = {"q": "SELECT Id, IsDeleted FROM Account"}
    assert org.call("GET", "/query", params=query).json()["totalSize"] == 0
    [found] = org.call("GET", "/queryAll", params=query).json()["records"]
    assert (found["Id"], found["IsDeleted"]) == (record, True)


def test_count_has_no_records(org: Org) -> None:
    """COUNT() alone answers with totalSize and an empty list."""
    assert org.call("GET", "/query", params={"q": "SELECT COUNT() FROM Account"}).json() == {
        "totalSize": 0,
        "done": True,
        "records": [],
    }


def test_columns_are_described(org: Org) -> None:
    """columns=true tells the columns: parents with their own columns, child subqueries as aggregates."""
    query = "SELECT Name, Owner.Name, (SELECT Id FROM Contacts) FROM Account"
    columns = org.call("GET", "/query", params={"q": query, "columns": "true"}).json()["columnMetadata"]
    assert [
        (one["columnName"], one["aggregate"], [sub["columnName"] for sub in one["joinColumns"]]) for one in columns
    ] == [
        ("Name", False, []),
        ("Owner", False, ["Name"]),
        ("Contacts", True, ["Id"]),
    ]


def test_the_tooling_api_refuses_unknown_objects_and_malformed_queries(org: Org) -> None:
    """Queries of the Tooling API are understood, and refused for their object."""
    error = org.error("GET", "/tooling/query", params={"q": "SELECT Id FROM SandboxProcess"})
    assert (error["status"], error["errorCode"]) == (400, "INVALID_TYPE")
    assert org.error("GET", "/tooling/query", params={"q": "SELECT Id FORM X"})["errorCode"] == "MALFORMED_QUERY"
