"""SOAP beyond rows and queries: the recycle bin, merging, conversion of leads, what has changed, search, duplicates."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from sfseed_emulator import oauth
from tests.emulator.conftest import BASE, Org

ENVELOPE = (
    '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:partner.soap.sforce.com" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><env:Header><urn:SessionHeader><urn:sessionId>{session}'
    "</urn:sessionId></urn:SessionHeader>{header}</env:Header><env:Body><urn:{name}>{body}</urn:{name}></env:Body></env:Envelope>"
)
Soap = Callable[..., str]


@pytest.fixture
def soap(org: Org) -> Soap:
    """Call an operation and return the answer's XML; a fault fails the test unless asked for."""
    session = oauth.new_access_token(org.state)

    def call(name: str, body: str, *, header: str = "", status: int = 200) -> str:
        text = ENVELOPE.format(session=session, header=header, name=name, body=body)
        answer = org.session.post(f"{BASE}/services/Soap/u/60.0", data=text.encode())
        assert answer.status_code == status, answer.text
        return answer.text

    return call


def found(text: str, name: str) -> list[str]:
    """List the texts of all elements of a name."""
    return re.findall(f"<{name}>([^<]*)</{name}>", text)


def ids(*values: str) -> str:
    """Write ids as arguments."""
    return "".join(f"<urn:ids>{one}</urn:ids>" for one in values)


def count(org: Org, text: str) -> int:
    """Count what a query finds."""
    return int(org.call("GET", "/query", params={"q": text}).json()["totalSize"])


def test_a_deleted_record_comes_back_with_what_went_with_it(org: Org, soap: Soap) -> None:
    """Its children too, but none that were deleted before; what is live cannot be brought back."""
    account = org.insert("Account", Name="A")
    contact, before = (org.insert("Contact", LastName=name, AccountId=account) for name in ("With", "Before"))
    org.call("DELETE", f"/sobjects/Contact/{before}")
    org.state.db.execute("UPDATE Contact SET SystemModstamp = '2026-01-01T00:00:00.000+0000' WHERE Id = ?", (before,))
    org.call("DELETE", f"/sobjects/Account/{account}")
    text = soap("undelete", ids(account, before[:-1] + "!", contact))
    assert found(text, "success") == ["true", "false", "false"]
    assert found(text, "statusCode") == ["MALFORMED_ID", "UNDELETE_FAILED"]
    assert count(org, "SELECT Id FROM Contact WHERE LastName IN ('With', 'Before')") == 1
    assert count(org, "SELECT COUNT() FROM Account") == org.state.live_count("Account")


def test_an_emptied_bin_gives_nothing_back(org: Org, soap: Soap) -> None:
    """The record is not even found by queryAll."""
    account = org.insert("Account", Name="A")
    assert found(soap("emptyRecycleBin", ids(account)), "success") == ["false"]
    org.call("DELETE", f"/sobjects/Account/{account}")
    assert found(soap("emptyRecycleBin", ids(account)), "success") == ["true"]
    assert found(soap("undelete", ids(account)), "statusCode") == ["INVALID_CROSS_REFERENCE_KEY"]
    query = {"q": f"SELECT Id FROM Account WHERE Id = '{account}'"}
    assert org.call("GET", "/queryAll", params=query).json()["totalSize"] == 0


def test_merged_records_hand_their_children_over(org: Org, soap: Soap) -> None:
    """The master's new values are saved; the others are deleted and name their master."""
    master, other = org.insert("Account", Name="A"), org.insert("Account", Name="B")
    contact = org.insert("Contact", LastName="C", AccountId=other)
    body = (
        f'<urn:request><urn:masterRecord xsi:type="urn:Account"><Id>{master}</Id><Site>North</Site></urn:masterRecord>'
        f"<urn:recordToMergeIds>{other}</urn:recordToMergeIds></urn:request>"
    )
    text = soap("merge", body)
    assert (found(text, "success"), found(text, "mergedRecordIds")) == (["true"], [other])
    assert contact in found(text, "updatedRelatedIds")
    assert (org.get("Account", master)["Site"], org.get("Contact", contact)["AccountId"]) == ("North", master)
    query = {"q": f"SELECT IsDeleted, MasterRecordId FROM Account WHERE Id = '{other}'"}
    [gone] = org.call("GET", "/queryAll", params=query).json()["records"]
    assert (gone["IsDeleted"], gone["MasterRecordId"]) == (True, master)
    assert found(soap("merge", body), "statusCode") == ["INVALID_CROSS_REFERENCE_KEY"]


def test_a_lead_is_converted_once(org: Org, soap: Soap) -> None:
    """Account, contact and opportunity are made; the lead names them and cannot be converted again."""
    lead = org.insert("Lead", LastName="Diaz", FirstName="Ana", Company="Northwind", Email="ana@northwind.example.com")
    status = org.call("GET", "/query", params={"q": "SELECT MasterLabel FROM LeadStatus WHERE IsConverted = true"})
    label = status.json()["records"][0]["MasterLabel"]

    def convert(to: str) -> str:
        asked = f"<urn:convertedStatus>{to}</urn:convertedStatus><urn:leadId>{lead}</urn:leadId>"
        return soap("convertLead", f"<urn:leadConverts>{asked}</urn:leadConverts>")

    assert found(convert("No such status"), "statusCode") == ["INVALID_STATUS"]
    text = convert(label)
    [account], [contact], [opportunity] = (found(text, name) for name in ("accountId", "contactId", "opportunityId"))
    converted = org.get("Lead", lead)
    assert (converted["IsConverted"], converted["ConvertedAccountId"]) == (True, account)
    assert org.get("Contact", contact)["Name"] == "Ana Diaz"
    assert org.get("Opportunity", opportunity)["AccountId"] == account
    assert found(convert(label), "statusCode") == ["CANNOT_UPDATE_CONVERTED_LEAD"]


def test_changes_and_searches_are_told_in_xml(org: Org, soap: Soap) -> None:
    """What REST tells as updated, deleted and found."""
    kept, gone = org.insert("Account", Name="Findable One"), org.insert("Account", Name="Findable Two")
    org.call("DELETE", f"/sobjects/Account/{gone}")
    start, end = ((datetime.now(UTC) + timedelta(hours=hours)).isoformat() for hours in (-1, 1))
    span = (
        f"<urn:sObjectType>Account</urn:sObjectType><urn:startDate>{start}</urn:startDate><urn:endDate>{end}</urn:endDate>"
    )
    assert kept in found(soap("getUpdated", span), "ids")
    assert gone in found(soap("getDeleted", span), "id")
    sosl = "FIND {Findable} IN NAME FIELDS RETURNING Account (Id, Name)"
    text = soap("search", f"<urn:searchString>{sosl}</urn:searchString>")
    assert found(text, "sf:Name") == ["Findable One"]
    assert "MALFORMED_SEARCH" in soap("search", "<urn:searchString>FIND</urn:searchString>", status=500)


def test_a_header_lets_duplicates_be_saved(org: Org, soap: Soap) -> None:
    """Without it the error tells what the rule found."""
    org.insert("Contact", FirstName="Ann", LastName="Benioff", Email="a@b.example.com")
    fields = "<FirstName>Ann</FirstName><LastName>Benioff</LastName><Email>a@b.example.com</Email>"
    row = f'<urn:sObjects xsi:type="urn:Contact">{fields}</urn:sObjects>'
    refused = soap("create", row)
    assert (found(refused, "statusCode"), found(refused, "duplicateRule")) == (
        ["DUPLICATES_DETECTED"],
        ["Standard_Contact_Duplicate_Rule"],
    )
    header = "<urn:DuplicateRuleHeader><urn:allowSave>true</urn:allowSave></urn:DuplicateRuleHeader>"
    assert found(soap("create", row, header=header), "success")[-1:] == ["true"]
