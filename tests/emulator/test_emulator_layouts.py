"""The addresses that a describe gives are all served, and a list view holds the object's records."""

from __future__ import annotations

from tests.emulator.conftest import BASE, DATA, Org


def test_every_address_of_a_describe_is_served_in_the_version_asked_for(org: Org) -> None:
    """Layouts, compact layouts, list views, quick actions...; of standard, custom and set-up objects."""
    for name in ("Account", "Opportunity", "Task", "Project__c", "User", "Organization"):
        urls = org.call("GET", f"/services/data/v59.0/sobjects/{name}/describe").json()["urls"]
        for address in urls.values():
            assert address.startswith("/services/data/v59.0/")
            if "{ID}" not in address:
                assert org.call("GET", address).status_code == 200, address


def test_list_views_are_found_by_query_and_by_address(org: Org) -> None:
    """All, mine and lately seen of standard objects; their results are the records, the newest first."""
    query = {
        "q": "SELECT Id, DeveloperName, Name, SobjectType FROM ListView WHERE SobjectType IN ('Account', 'Project__c')"
    }
    rows = org.call("GET", "/query", params=query).json()["records"]
    assert {(row["DeveloperName"], row["Name"]) for row in rows} == {
        ("AllAccounts", "All Accounts"),
        ("MyAccounts", "My Accounts"),
        ("RecentlyViewedAccounts", "Recently Viewed Accounts"),
        ("All", "All"),
    }
    every = next(row["Id"] for row in rows if row["DeveloperName"] == "AllAccounts")
    listed = org.call("GET", "/sobjects/Account/listviews").json()
    assert listed["size"] == 3
    assert every in [one["id"] for one in listed["listviews"]]
    org.insert("Account", Name="Eastwind")
    newest = org.insert("Account", Name="Northwind")
    results = org.call("GET", f"/sobjects/Account/listviews/{every}/results", params={"limit": 2}).json()
    first = {one["fieldNameOrPath"]: one["value"] for one in results["records"][0]["columns"]}
    assert (results["size"], first["Name"], first["Id"]) == (2, "Northwind", newest)
    told = org.call("GET", f"/sobjects/Account/listviews/{every[:15]}/describe").json()
    assert org.call("GET", "/query", params={"q": told["query"]}).json()["records"][0]["Id"] == newest
    assert org.error("GET", f"/sobjects/Contact/listviews/{every}")["errorCode"] == "NOT_FOUND"
    assert org.session.get(f"{BASE}/lightning/o/Account/list?filterName={every}").status_code == 200


def test_a_layout_lists_fields_and_record_types(org: Org) -> None:
    """Required fields are marked; each record type has its address."""
    told = org.call("GET", "/sobjects/Opportunity/describe/layouts").json()
    items = [item for row in told["layouts"][0]["editLayoutSections"][0]["layoutRows"] for item in row["layoutItems"]]
    required = {item["layoutComponents"][0]["value"] for item in items if item["required"]}
    assert required == {"Name", "StageName", "CloseDate"}
    for mapping in told["recordTypeMappings"]:
        assert mapping["urls"]["layout"].startswith(DATA)
        assert org.call("GET", mapping["urls"]["layout"]).json()["id"] == told["layouts"][0]["id"]
