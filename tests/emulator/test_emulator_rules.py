"""What the platform checks and does beyond the describe, object by object."""

from __future__ import annotations

import json
from typing import Any

import pytest

WON = {"Name": "Deal", "StageName": "Won", "CloseDate": "2026-11-30", "Amount": 100}
OPEN = {**WON, "StageName": "Propose"}


def refused(org: Any, object_name: str, **values: Any) -> tuple[str, str]:
    """Insert a record that must be refused and return code and text."""
    error = org.error("POST", f"/sobjects/{object_name}", json=values)
    assert error["status"] == 400
    return error["errorCode"], error["message"]


def standard_book(org: Any) -> str:
    """Find the standard price book."""
    return str(org.state.db.execute('SELECT Id FROM "Pricebook2" WHERE "IsStandard" = 1').fetchone()[0])


def priced(org: Any, price: float = 10) -> tuple[str, str]:
    """Make an active product with its standard price; return product and entry."""
    product = org.insert("Product2", Name="P", IsActive=True, ProductCode="P-1")
    entry = org.insert(
        "PricebookEntry", Product2Id=product, Pricebook2Id=standard_book(org), UnitPrice=price, IsActive=True
    )
    return product, entry


class TestSales:
    """Opportunities, price books, lines, orders, contracts."""

    def test_a_stage_brings_its_attributes(self, org: Any) -> None:
        """Probability, forecast category, closed and won follow from the stage; a given probability stays."""
        won = org.get("Opportunity", org.insert("Opportunity", **WON))
        assert (won["Probability"], won["IsClosed"], won["IsWon"], won["ForecastCategoryName"]) == (
            100,
            True,
            True,
            "Closed",
        )
        assert (won["FiscalYear"], won["FiscalQuarter"], won["ExpectedRevenue"]) == (2026, 4, 100.0)
        open_one = org.insert("Opportunity", **{**OPEN, "Probability": 5})
        assert org.get("Opportunity", open_one)["Probability"] == 5
        org.call("PATCH", f"/sobjects/Opportunity/{open_one}", json={"StageName": "Lost"})
        lost = org.get("Opportunity", open_one)
        assert (lost["Probability"], lost["IsClosed"], lost["IsWon"]) == (0, True, False)

    def test_a_probability_is_at_most_a_hundred(self, org: Any) -> None:
        """101 percent is outside the range."""
        code, text = refused(org, "Opportunity", **{**OPEN, "Probability": 101})
        assert code == "NUMBER_OUTSIDE_VALID_RANGE"
        assert text == "Probability (%): value outside of valid range on numeric field: 101"

    def test_a_contact_becomes_the_primary_role(self, org: Any) -> None:
        """The contact of a new opportunity is its primary role, until another one is."""
        first, second = org.insert("Contact", LastName="A"), org.insert("Contact", LastName="B")
        deal = org.insert("Opportunity", **OPEN, ContactId=first)
        org.insert("OpportunityContactRole", OpportunityId=deal, ContactId=second, IsPrimary=True)
        statement = 'SELECT "ContactId" FROM "OpportunityContactRole" WHERE "IsPrimary" = 1'
        assert org.state.db.execute(statement).fetchall() == [(second,)]

    def test_the_standard_price_comes_first(self, org: Any) -> None:
        """A custom price needs the standard one, saved in an earlier chunk; each stands once per book."""
        product = org.insert("Product2", Name="P", IsActive=True)
        book = org.insert("Pricebook2", Name="Partners", IsActive=True)
        own = {"Product2Id": product, "UnitPrice": 5, "IsActive": True}
        code, text = refused(org, "PricebookEntry", **own, Pricebook2Id=book)
        assert (code, text) == ("STANDARD_PRICE_NOT_DEFINED", "Before creating a custom price, create a standard price.")
        org.insert("PricebookEntry", **own, Pricebook2Id=standard_book(org))
        org.insert("PricebookEntry", **own, Pricebook2Id=book)
        code, text = refused(org, "PricebookEntry", **own, Pricebook2Id=book)
        assert (code, text) == ("DUPLICATE_VALUE", "This price definition already exists in this price book")

    def test_lines_bring_price_book_and_amount(self, org: Any) -> None:
        """The first line gives the opportunity its price book, lines make its amount, which is then read-only."""
        product, entry = priced(org)
        deal = org.insert("Opportunity", **OPEN)
        line = org.insert("OpportunityLineItem", OpportunityId=deal, PricebookEntryId=entry, Quantity=3, UnitPrice=9)
        org.insert("OpportunityLineItem", OpportunityId=deal, PricebookEntryId=entry, Quantity=2, TotalPrice=10)
        shown = org.get("OpportunityLineItem", line)
        assert (shown["TotalPrice"], shown["ListPrice"], shown["Product2Id"]) == (27.0, 10.0, product)
        total = org.get("Opportunity", deal)
        assert (total["Amount"], total["Pricebook2Id"], total["HasOpportunityLineItem"]) == (37.0, standard_book(org), True)
        org.call("PATCH", f"/sobjects/Opportunity/{deal}", json={"Amount": 1})
        assert org.get("Opportunity", deal)["Amount"] == 37.0
        assert org.call("DELETE", f"/sobjects/OpportunityLineItem/{line}").status_code == 204
        assert org.get("Opportunity", deal)["Amount"] == 10.0

    def test_lines_that_do_not_fit(self, org: Any) -> None:
        """A line has exactly one price, a quantity, an active entry, and an entry of the opportunity's book."""
        product, entry = priced(org)
        book = org.insert("Pricebook2", Name="Partners", IsActive=True)
        deal = org.insert("Opportunity", **OPEN, Pricebook2Id=book)
        line = {"OpportunityId": deal, "PricebookEntryId": entry, "Quantity": 1}
        assert refused(org, "OpportunityLineItem", **line, UnitPrice=1, TotalPrice=1)[0] == "FIELD_INTEGRITY_EXCEPTION"
        assert refused(org, "OpportunityLineItem", **{**line, "Quantity": 0}, UnitPrice=1)[0] == "FIELD_INTEGRITY_EXCEPTION"
        code, text = refused(org, "OpportunityLineItem", **line, UnitPrice=1)
        assert code == "FIELD_INTEGRITY_EXCEPTION"
        assert text == (
            "field integrity exception: unknown (pricebook entry is in a different pricebook than the one assigned to the "
            "opportunity)"
        )
        idle = org.insert("PricebookEntry", Product2Id=product, Pricebook2Id=book, UnitPrice=1)
        assert "inactive" in refused(org, "OpportunityLineItem", **{**line, "PricebookEntryId": idle}, UnitPrice=1)[1]

    def test_quotes_have_a_price_book_before_lines(self, org: Any) -> None:
        """A quote without a price book takes no line; one with the entry's book does."""
        _, entry = priced(org)
        deal = org.insert("Opportunity", **OPEN)
        bare = org.insert("Quote", Name="Q", OpportunityId=deal)
        line = {"PricebookEntryId": entry, "Quantity": 2, "UnitPrice": 3}
        assert refused(org, "QuoteLineItem", QuoteId=bare, **line)[0] == "FIELD_INTEGRITY_EXCEPTION"
        quote = org.insert("Quote", Name="Q", OpportunityId=deal, Pricebook2Id=standard_book(org))
        assert org.get("QuoteLineItem", org.insert("QuoteLineItem", QuoteId=quote, **line))["TotalPrice"] == 6.0

    def test_orders_and_contracts_begin_as_drafts(self, org: Any) -> None:
        """Activation is an update; an order needs an item for it; a contract's end follows from its term."""
        account = org.insert("Account", Name="A")
        contract = org.insert("Contract", AccountId=account, StartDate="2026-01-31", ContractTerm=1)
        assert org.get("Contract", contract)["EndDate"] == "2026-02-27"
        assert refused(org, "Contract", AccountId=account, Status="Activated")[0] == "FAILED_ACTIVATION"
        book = standard_book(org)
        own = {"AccountId": account, "EffectiveDate": "2026-02-01", "Status": "Draft", "Pricebook2Id": book}
        assert refused(org, "Order", **{**own, "EndDate": "2026-01-01"})[0] == "FIELD_INTEGRITY_EXCEPTION"
        order = org.insert("Order", **own)
        path = f"/sobjects/Order/{order}"
        assert (
            org.error("PATCH", path, json={"Status": "Activated"})["message"] == "An order must have at least one product."
        )
        _, entry = priced(org)
        item = org.insert("OrderItem", OrderId=order, PricebookEntryId=entry, Quantity=1, UnitPrice=1)
        assert org.call("PATCH", path, json={"Status": "Activated"}).status_code == 204
        assert org.error("DELETE", path)["errorCode"] == "DELETE_FAILED"
        assert org.error("DELETE", f"/sobjects/OrderItem/{item}")["errorCode"] == "DELETE_FAILED"
        more = {"OrderId": order, "PricebookEntryId": entry, "Quantity": 1, "UnitPrice": 1}
        assert "the order is activated" in refused(org, "OrderItem", **more)[1]
        path = f"/sobjects/Contract/{contract}"
        assert org.call("PATCH", path, json={"Status": "Activated"}).status_code == 204
        assert org.error("PATCH", path, json={"Status": "Draft"})["errorCode"] == "FAILED_ACTIVATION"

    def test_relations_of_contacts(self, org: Any) -> None:
        """A contact's account makes its direct relation; the same pair again is a duplicate."""
        account, other = org.insert("Account", Name="A"), org.insert("Account", Name="B")
        contact = org.insert("Contact", LastName="C", AccountId=account)
        code, text = refused(org, "AccountContactRelation", AccountId=account, ContactId=contact)
        assert (code, text) == ("DUPLICATE_VALUE", "This contact already has a relationship with this account.")
        org.insert("AccountContactRelation", AccountId=other, ContactId=contact)


class TestMarketing:
    """Campaigns, members, leads."""

    def test_members(self, org: Any) -> None:
        """A member is somebody, once a campaign, with one of the campaign's statuses."""
        campaign = org.insert("Campaign", Name="C")
        contact = org.insert("Contact", LastName="A")
        member = org.insert("CampaignMember", CampaignId=campaign, ContactId=contact, Status="Nonsense")
        assert org.get("CampaignMember", member)["Status"] == "Sent"
        code, text = refused(org, "CampaignMember", CampaignId=campaign, ContactId=contact)
        assert (code, text) == ("DUPLICATE_VALUE", "Already a campaign member.")
        lead = org.insert("Lead", LastName="L", Company="X")
        answered = org.insert("CampaignMember", CampaignId=campaign, LeadId=lead, Status="Responded")
        assert org.get("CampaignMember", answered)["HasResponded"] is True
        assert refused(org, "CampaignMember", CampaignId=campaign)[0] == "REQUIRED_FIELD_MISSING"

    def test_campaign_dates_and_depth(self, org: Any) -> None:
        """A campaign does not end before it begins, and stands at most five levels deep."""
        assert (
            refused(org, "Campaign", Name="C", StartDate="2026-02-01", EndDate="2026-01-01")[0]
            == "FIELD_INTEGRITY_EXCEPTION"
        )
        parent = org.insert("Campaign", Name="1")
        for name in "2345":
            parent = org.insert("Campaign", Name=name, ParentId=parent)
        assert refused(org, "Campaign", Name="6", ParentId=parent)[0] == "MAXIMUM_HIERARCHY_LEVELS_REACHED"


class TestService:
    """Cases, comments, assets, entitlements."""

    def test_cases_take_account_and_closing_from_others(self, org: Any) -> None:
        """A case has its contact's account, and is closed by its status."""
        account = org.insert("Account", Name="A")
        contact = org.insert("Contact", LastName="B", AccountId=account)
        case = org.insert("Case", ContactId=contact, Subject="C")
        assert org.get("Case", case)["AccountId"] == account
        closed = next(row for (row,) in org.state.db.execute('SELECT "ApiName" FROM "CaseStatus" WHERE "IsClosed" = 1'))
        org.call("PATCH", f"/sobjects/Case/{case}", json={"Status": closed})
        shown = org.get("Case", case)
        assert shown["IsClosed"] is True
        assert shown["ClosedDate"] is not None

    def test_comments_are_counted_in_bytes(self, org: Any) -> None:
        """4,000 bytes of comment are fine, more are not, whatever the characters."""
        case = org.insert("Case", Subject="A")
        org.insert("CaseComment", ParentId=case, CommentBody="x" * 4000)
        assert refused(org, "CaseComment", ParentId=case, CommentBody="ü" * 2001)[0] == "STRING_TOO_LONG"

    def test_assets_belong_to_somebody(self, org: Any) -> None:
        """An asset needs an account or a contact who has one."""
        code, text = refused(org, "Asset", Name="A")
        assert (code, text) == ("FIELD_INTEGRITY_EXCEPTION", "Every asset needs an account, a contact, or both.")
        private = org.insert("Contact", LastName="A")
        assert refused(org, "Asset", Name="A", ContactId=private)[0] == "PRIVATE_CONTACT_ON_ASSET"

    def test_files(self, org: Any) -> None:
        """A first version makes its document, and a link to the record that it is published on."""
        account = org.insert("Account", Name="A")
        version = org.insert(
            "ContentVersion", Title="T", PathOnClient="t.txt", VersionData="aGVsbG8=", FirstPublishLocationId=account
        )
        shown = org.get("ContentVersion", version)
        assert shown["VersionData"].endswith(f"/sobjects/ContentVersion/{version}/VersionData")
        assert org.call("GET", shown["VersionData"]).content == b"hello"
        links = org.state.db.execute('SELECT "ContentDocumentId", "LinkedEntityId" FROM "ContentDocumentLink"').fetchall()
        assert links == [(shown["ContentDocumentId"], account)]

    def test_user_names_are_unique(self, org: Any) -> None:
        """A user name that is taken, in any case, is refused with Salesforce's text."""
        own = org.get("User", org.state.user_id)
        names = ("Email", "Alias", "ProfileId", "TimeZoneSidKey", "LocaleSidKey", "LanguageLocaleKey", "EmailEncodingKey")
        new = {"LastName": "X", "Username": own["Username"].upper(), **{name: own[name] for name in names}}
        code, text = refused(org, "User", **new)
        assert code == "DUPLICATE_USERNAME"
        assert text.startswith("Duplicate Username.<br>The username already exists")


class TestActivities:
    """Tasks and events."""

    def test_events_know_their_length(self, org: Any) -> None:
        """Start and duration give the end, start and end give the duration, all-day events a day."""
        timed = org.get("Event", org.insert("Event", ActivityDateTime="2026-12-01T09:00:00Z", DurationInMinutes=90))
        assert timed["EndDateTime"] == "2026-12-01T10:30:00.000+0000"
        ended = {"StartDateTime": "2026-12-01T09:00:00Z", "EndDateTime": "2026-12-01T09:45:00Z"}
        assert org.get("Event", org.insert("Event", **ended))["DurationInMinutes"] == 45
        day = org.get("Event", org.insert("Event", IsAllDayEvent=True, ActivityDate="2026-12-01"))
        assert (day["DurationInMinutes"], day["ActivityDate"]) == (1440, "2026-12-01")

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"Subject": "A"}, "REQUIRED_FIELD_MISSING"),
            ({"StartDateTime": "2026-12-01T09:00:00Z"}, "REQUIRED_FIELD_MISSING"),
            ({"StartDateTime": "2026-12-02T09:00:00Z", "EndDateTime": "2026-12-01T09:00:00Z"}, "FIELD_INTEGRITY_EXCEPTION"),
            (
                {"StartDateTime": "2026-12-01T09:00:00Z", "EndDateTime": "2026-12-01T10:00:00Z", "DurationInMinutes": 5},
                "FIELD_INTEGRITY_EXCEPTION",
            ),
        ],
    )
    def test_events_that_cannot_be(self, org: Any, values: dict[str, Any], code: str) -> None:
        """A timed event needs start and length, which must agree and not be negative."""
        assert refused(org, "Event", **values)[0] == code

    def test_a_lead_stands_alone(self, org: Any) -> None:
        """A task on a lead has no related record; one on a contact knows its account."""
        account = org.insert("Account", Name="A")
        lead = org.insert("Lead", LastName="L", Company="X")
        contact = org.insert("Contact", LastName="B", AccountId=account)
        assert refused(org, "Task", WhoId=lead, WhatId=account)[0] == "FIELD_INTEGRITY_EXCEPTION"
        task = org.get("Task", org.insert("Task", WhoId=contact, Status="Completed"))
        assert (task["AccountId"], task["IsClosed"]) == (account, True)


def test_no_loops_in_hierarchies(org: Any) -> None:
    """An account is neither its own parent nor below its own child, also when one call makes the loop."""
    top = org.insert("Account", Name="1")
    low = org.insert("Account", Name="2", ParentId=top)
    assert org.error("PATCH", f"/sobjects/Account/{top}", json={"ParentId": low})["errorCode"] == "CIRCULAR_DEPENDENCY"
    assert org.error("PATCH", f"/sobjects/Account/{top}", json={"ParentId": top})["status"] == 400
    other = org.insert("Account", Name="3")
    rows = [
        {"attributes": {"type": "Account"}, "id": top, "ParentId": other},
        {"attributes": {"type": "Account"}, "id": other, "ParentId": low},
    ]
    results = org.call("PATCH", "/composite/sobjects", json={"records": rows}).json()
    assert not all(one["success"] for one in results)


def test_points_on_the_globe(org: Any) -> None:
    """A latitude needs its longitude, and both are on the globe."""
    assert refused(org, "Account", Name="A", BillingLatitude=1)[0] == "FIELD_INTEGRITY_EXCEPTION"
    code, text = refused(org, "Account", Name="A", BillingLatitude=91, BillingLongitude=0)
    assert (code, text) == (
        "NUMBER_OUTSIDE_VALID_RANGE",
        "Billing Latitude: value outside of valid range on numeric field: 91.0",
    )


def test_records_made_along_are_valid_json(org: Any) -> None:
    """Everything that the org made by itself can be read."""
    campaign = org.insert("Campaign", Name="C")
    statuses = org.state.db.execute('SELECT Id, "Label" FROM "CampaignMemberStatus" WHERE "CampaignId" = ?', (campaign,))
    found = dict(statuses.fetchall())
    assert sorted(found.values()) == ["Responded", "Sent"]
    for record_id in found:
        assert json.dumps(org.get("CampaignMemberStatus", record_id))
