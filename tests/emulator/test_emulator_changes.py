"""Updated and deleted records, recent ones, and search."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.emulator.conftest import Org


def span(**shift: int) -> str:
    """Return the query string of a span around now."""
    now = datetime.now(UTC)
    return f"start={(now - timedelta(days=1)).isoformat()}&end={(now + timedelta(minutes=5)).isoformat()}".replace(
        "+", "%2B"
    )


def test_updated_and_deleted_list_what_was_written_in_a_span(org: Org) -> None:
    """A record is in one list or the other; the end of the span is what is covered."""
    kept, gone = org.insert("Account", Name="kept"), org.insert("Account", Name="gone")
    org.call("DELETE", f"/sobjects/Account/{gone}")
    updated = org.call("GET", f"/sobjects/Account/updated?{span()}").json()
    assert updated["ids"] == [kept]
    deleted = org.call("GET", f"/sobjects/Account/deleted/?{span()}").json()
    assert [one["id"] for one in deleted["deletedRecords"]] == [gone]
    assert set(deleted) == {"deletedRecords", "earliestDateAvailable", "latestDateCovered"}
    assert updated["latestDateCovered"].endswith(".000+0000")


@pytest.mark.parametrize("query", ["", "start=x&end=y", "start=2026-01-01T00:00:00Z&end=2025-01-01T00:00:00Z"])
def test_a_span_that_is_none_is_refused(org: Org, query: str) -> None:
    """Both ends must be date-times, the first before the last."""
    assert org.error("GET", f"/sobjects/Account/updated?{query}")["errorCode"] == "INVALID_REPLICATION_DATE"


def test_recent_lists_what_the_user_wrote_last(org: Org) -> None:
    """The newest records of any object come first, up to the limit."""
    org.insert("Account", Name="one")
    contact = org.insert("Contact", LastName="two")
    found = org.call("GET", "/recent?limit=1").json()
    assert len(found) == 1
    assert set(found[0]) == {"attributes", "Id", "Name"}
    assert contact in {one["Id"] for one in org.call("GET", "/recent").json()}
    assert org.error("GET", "/recent?limit=x")["status"] == 400


class TestSearch:
    """Words found in the fields of records."""

    def find(self, org: Org, text: str) -> list[dict[str, Any]]:
        return list(org.call("GET", f"/search?q={quote(text)}").json()["searchRecords"])

    @pytest.fixture
    def filled(self, org: Org) -> Org:
        """Make a few records to be found."""
        org.insert("Account", Name="Blue Harbor Ltd", Site="north")
        org.insert("Account", Name="Blue Mountain", Phone="555 0100")
        org.insert("Contact", LastName="Harbor", Email="blue@example.com")
        return org

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("FIND {blue} RETURNING Account(Name)", ["Blue Harbor Ltd", "Blue Mountain"]),
            ("FIND {blue harbor} IN NAME FIELDS RETURNING Account(Id, Name)", ["Blue Harbor Ltd"]),
            ("find {Blue*} in all fields returning Account (Name order by Name desc limit 1)", ["Blue Mountain"]),
            ("FIND {north} RETURNING Account(Name WHERE Site = 'north' AND Phone = null)", ["Blue Harbor Ltd"]),
            ("FIND {north} IN NAME FIELDS RETURNING Account(Name)", []),
            ("FIND {blu} RETURNING Account(Name)", []),
            ("FIND {b?ue} RETURNING Account(Name), Contact(Name) LIMIT 3", ["Blue Harbor Ltd", "Blue Mountain", "Harbor"]),
            ("FIND {blue} IN EMAIL FIELDS RETURNING Contact(Name)", ["Harbor"]),
        ],
    )
    def test_words_are_found_whole_or_by_wildcard(self, filled: Org, text: str, names: list[str]) -> None:
        """All words must be in a record's fields of the group; conditions and order are SOQL's."""
        assert [one["Name"] for one in self.find(filled, text)] == names

    def test_without_objects_all_searchable_ones_are_looked_through(self, filled: Org) -> None:
        """Records have their attributes and their id."""
        found = self.find(filled, "FIND {harbor}")
        assert {one["attributes"]["type"] for one in found} == {"Account", "Contact"}
        assert all(set(one) == {"attributes", "Id"} for one in found)

    def test_parameters_say_the_same_as_text(self, filled: Org) -> None:
        """The search may be given in the address or as JSON."""
        by_address = filled.call("GET", "/parameterizedSearch?q=blue&sobject=Account&Account.fields=Name").json()
        body = {"q": "blue", "sobjects": [{"name": "Account", "fields": ["Name"]}]}
        by_body = filled.call("POST", "/parameterizedSearch", json=body).json()
        assert by_address == by_body
        assert len(by_body["searchRecords"]) == 2

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "MALFORMED_SEARCH"),
            ("FIND {a}", "MALFORMED_SEARCH"),
            ("FIND blue", "MALFORMED_SEARCH"),
            ("FIND {blue} RETURNING Account(", "MALFORMED_SEARCH"),
            ("FIND {blue} RETURNING Nope", "INVALID_TYPE"),
            ("FIND {blue} RETURNING Account(Nope)", "INVALID_FIELD"),
            ("FIND {blue} RETURNING Account(Id WHERE Name = 'x') OR 1=1", "MALFORMED_SEARCH"),
            ("FIND {blue} RETURNING Account(Id WHERE 1=1)) UNION", "MALFORMED_SEARCH"),
        ],
    )
    def test_what_is_no_search_is_refused(self, filled: Org, text: str, code: str) -> None:
        """Texts that do not read as SOSL, unknown objects and fields have Salesforce's codes."""
        assert filled.error("GET", f"/search?q={quote(text)}")["errorCode"] == code


def test_explain_tells_a_plan_and_refuses_what_query_refuses(org: Org) -> None:
    """The plan names the object; a malformed query has its usual error."""
    [plan] = org.call("GET", "/query?explain=SELECT+Id+FROM+Account").json()["plans"]
    assert (plan["sobjectType"], plan["leadingOperationType"]) == ("Account", "TableScan")
    assert org.error("GET", "/query?explain=SELECT")["errorCode"] == "MALFORMED_QUERY"
