"""The standard duplicate rules: active in a new org, strict on inserts, silent on updates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sfseed_emulator.matching.likeness import first_names, jaro_winkler, last_names, titles
from sfseed_emulator.matching.sound import sound
from sfseed_emulator.matching.subjects import email_key
from tests.emulator.conftest import Org

ANN = {"FirstName": "Ann", "LastName": "Benioff", "Email": "ann.benioff@eu.acme.example.com", "Phone": "(415) 555-1234"}
ACME = {"Name": "Acme Tools Inc.", "BillingCity": "San Francisco", "BillingState": "CA", "Phone": "415 555 1234"}
ALLOW = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}


def refused(org: Org, object_name: str, **values: Any) -> bool:
    """Insert a record and say whether a duplicate rule refused it; nothing else may."""
    answer = org.call("POST", f"/sobjects/{object_name}", json=values)
    if answer.status_code == 201:
        return False
    assert answer.json()[0]["errorCode"] == "DUPLICATES_DETECTED", answer.text
    return True


@pytest.mark.parametrize(
    ("values", "duplicate"),
    [
        (ANN, True),
        ({"FirstName": "Anne", "LastName": "Benyoff", "Email": "AnnBenioff@us.acme.example.com"}, True),
        ({"FirstName": "A.", "LastName": "Benioff", "Phone": "1-415-555-9999"}, True),
        ({"FirstName": "Benioff", "LastName": "Ann", "Email": "ann.benioff@eu.acme.example.com"}, True),
        ({"LastName": "Benioff", "Email": "ann.benioff@eu.acme.example.com"}, True),
        ({"FirstName": "Ann", "LastName": "Benioff"}, False),
        ({"FirstName": "Tom", "LastName": "Benioff", "Email": "ann.benioff@eu.acme.example.com"}, False),
        ({"FirstName": "Ann", "LastName": "Smith", "Phone": "(415) 555-1234"}, False),
        ({"FirstName": "Ann", "LastName": "Benioff", "Phone": "(628) 555-1234"}, False),
    ],
    ids=[
        "same",
        "like-sounding",
        "initial-and-area",
        "swapped",
        "blank-first",
        "names-alone",
        "tom",
        "smith",
        "area",
    ],
)
def test_contacts_are_compared_by_the_equation(org: Org, values: dict[str, Any], duplicate: bool):
    """First and last name must be alike together with e-mail, phone...; blanks in both are like nothing."""
    org.insert("Contact", **ANN)
    assert refused(org, "Contact", **values) is duplicate


@pytest.mark.parametrize(
    ("values", "duplicate"),
    [
        (ACME, True),
        ({**ACME, "Name": "ACME Tools", "Phone": None}, True),
        ({**ACME, "BillingState": None, "Phone": None}, False),
        ({**ACME, "Name": "Acme Trucks"}, False),
        ({"Name": "Acme Tools Inc."}, False),
        ({"Name": "Acme Tools", "BillingCity": "Oakland", "Phone": "415-555-0000"}, False),
    ],
    ids=["same", "legal-form-and-place", "no-state", "another-name", "name-alone", "no-key-in-common"],
)
def test_accounts_are_compared_by_name_and_place_or_phone(org: Org, values: dict[str, Any], duplicate: bool):
    """A name alone makes no duplicate; records without a match key in common are never compared."""
    org.insert("Account", **ACME)
    assert refused(org, "Account", **values) is duplicate


def test_records_that_share_only_blanks_never_match(org: Org):
    """Twenty contacts with a last name and nothing else."""
    assert not any(refused(org, "Contact", LastName="Benioff") for _ in range(20))


def test_leads_and_contacts_are_compared_with_each_other(org: Org):
    """The answer names the rule, and each match under its own object's matching rule."""
    contact = org.insert("Contact", **ANN)
    lead = {"Company": "Acme", **ANN}
    [error] = org.call("POST", "/sobjects/Lead", json=lead).json()
    assert (error["errorCode"], error["message"]) == ("DUPLICATES_DETECTED", "Use one of these records?")
    result = error["duplicateResult"]
    assert (result["duplicateRule"], result["allowSave"]) == ("Standard_Lead_Duplicate_Rule", True)
    [match] = result["matchResults"]
    assert (match["entityType"], match["rule"], match["size"]) == ("Contact", "Standard_Contact_Match_Rule_v1_1", 1)
    assert match["matchRecords"][0]["record"]["Id"] == contact


def test_the_company_of_a_contact_is_its_accounts_name(org: Org):
    """Same names, title and account: a duplicate without e-mail and phone."""
    account = org.insert("Account", Name="Northwind Traders")
    twin = {"FirstName": "Ann", "LastName": "Benioff", "Title": "Head of Sales"}
    org.insert("Contact", **twin, AccountId=account)
    assert not refused(org, "Contact", **twin)
    assert refused(org, "Contact", **twin, AccountId=account)


def test_the_header_saves_what_the_rule_warns_of(org: Org):
    """In single requests, collections and trees; without it collections fail row by row."""
    org.insert("Contact", **ANN)
    assert org.call("POST", "/sobjects/Contact", json=ANN, headers=ALLOW).status_code == 201
    many = {
        "records": [{"attributes": {"type": "Contact"}, **ANN}, {"attributes": {"type": "Contact"}, "LastName": "Other"}]
    }
    first, second = org.call("POST", "/composite/sobjects", json=many).json()
    assert first["errors"][0]["statusCode"] == "DUPLICATES_DETECTED"
    assert first["errors"][0]["duplicateResult"]["matchResults"][0]["size"] == 2
    assert second["success"]
    assert all(one["success"] for one in org.call("POST", "/composite/sobjects", json=many, headers=ALLOW).json())
    tree = {"records": [{"attributes": {"type": "Contact", "referenceId": "c1"}, **ANN}]}
    assert org.call("POST", "/composite/tree/Contact", json=tree).status_code == 400
    assert org.call("POST", "/composite/tree/Contact", json=tree, headers=ALLOW).status_code == 201


def test_bulk_refuses_duplicates_of_saved_records_only(org: Org):
    """Bulk cannot allow them; rows of one chunk are not compared with each other."""
    csv = "FirstName,LastName,Email\nAnn,Benioff,a@b.example.com\nAnn,Benioff,a@b.example.com\n"
    assert org.bulk("Contact", csv)["numberRecordsFailed"] == 0
    done = org.bulk("Contact", csv)
    assert done["numberRecordsFailed"] == 2
    assert "DUPLICATES_DETECTED:Use one of these records?:--" in done["failedResults"]


def test_changes_only_report_but_are_compared_with_from_then_on(org: Org):
    """An update into a duplicate is saved; deleted and changed records are no candidates any more."""
    first, second = org.insert("Contact", **ANN), org.insert("Contact", LastName="Other")
    assert org.call("PATCH", f"/sobjects/Contact/{second}", json=ANN).status_code == 204
    org.call("DELETE", f"/sobjects/Contact/{first}")
    assert refused(org, "Contact", **ANN)
    org.call("PATCH", f"/sobjects/Contact/{second}", json={"Email": "else@where.example.com", "Phone": None})
    assert not refused(org, "Contact", **ANN)


def test_the_rules_can_be_switched_off(make_org: Callable[..., Org]):
    """They are then inactive in the Tooling API too."""
    org = make_org(duplicate_rules=False)
    org.insert("Contact", **ANN)
    assert not refused(org, "Contact", **ANN)
    query = {"q": "SELECT DeveloperName, IsActive FROM DuplicateRule WHERE SobjectType = 'Contact'"}
    [rule] = org.call("GET", "/tooling/query", params=query).json()["records"]
    assert (rule["DeveloperName"], rule["IsActive"]) == ("Standard_Contact_Duplicate_Rule", False)


def test_names_are_compared_as_the_published_algorithms_do():
    """Textbook values, and Salesforce's own examples of match keys."""
    assert (sound("Doe"), sound("Benioff"), sound("Müller") == sound("Mueller")) == ("t", "pnf", True)
    assert round(jaro_winkler("martha", "marhta"), 3) == 0.961
    assert round(jaro_winkler("dwayne", "duane"), 3) == 0.84
    assert [first_names(*pair) for pair in (("bob", "robert"), ("j", "jonathan"), ("ann", "tom"))] == [True, True, False]
    assert [last_names(*pair) for pair in (("johanson", "johansen"), ("smith", "jones"))] == [True, False]
    assert [titles("ceo", "chief executive officer"), titles("head of sales", "engineer")] == [True, False]
    assert email_key("john_doe@us.ibm.com") == "johndoe@ibm.com"
