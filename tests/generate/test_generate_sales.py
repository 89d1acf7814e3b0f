"""Records of the sales objects that suit each other: who leads whom, which firm belongs to which, what was agreed on."""

from __future__ import annotations

import pytest

from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.engine import Engine
from sfseed_core.generate.pools import Pools, shipped
from sfseed_core.generate.texts import listed
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.schema.spoken import says
from sfseed_core.workflow.packaged import demo_survey
from tests.generate.conftest import AS_OF

COUNTS = {
    "Account": 120,
    "Individual": 200,
    "Contact": 300,
    "Opportunity": 240,
    "Quote": 200,
    "Order": 60,
    "OrderItem": 60,
    "Lead": 60,
    "Campaign": 30,
    "CampaignMember": 120,
    "Product2": 20,
    "Pricebook2": 10,
    "PricebookEntry": 220,
    "CampaignMemberStatus": 40,
}


def planned(locale="en_US", **counts):
    """A plan of the practice org's sales objects."""
    objects = ", ".join(f"{name}: {count}" for name, count in (counts or COUNTS).items())
    recipe = parse_recipe(f"version: 1\nlocale: {locale}\nobjects: {{{objects}}}\n", path="recipe.yaml")
    org = demo_survey(recipe)
    return make_plan(recipe, org.schema, org.snapshot, chooser=Chooser(), seed=5, as_of=AS_OF)


def records(plan):
    """All records of a plan, by object."""
    engine = Engine(plan)
    return {one.name: engine.rows(one.name, 0, one.count).to_pylist() for one in plan.objects}


@pytest.fixture(scope="module")
def plan():
    """The practice org's plan."""
    return planned()


@pytest.fixture(scope="module")
def tables(plan):
    """All its records."""
    return records(plan)


def ranks(locale):
    """The rank of every title of a locale, whatever the gender."""
    pools = Pools.of(locale)
    forms = [listed(pools.text(name)) for name in ("job_titles", "job_titles_female") if pools.has(name)]
    numbers = [int(one) for one in pools.numbers("job_ranks")]
    return {title: rank for form in forms for title, rank in zip(form, numbers, strict=True)}


@pytest.mark.parametrize("locale", shipped())
def test_nobody_reports_to_a_lesser_title(locale):
    """A superior is of the same company and has a greater rank; somebody leads, in every language."""
    known = ranks(locale)
    assert {*known.values()} == {0, 1, 2, 3}
    contacts = records(planned(locale, Account=40, Contact=120))["Contact"]
    by_number = {one["record"]: one for one in contacts}
    pairs = [(one, by_number[one["ReportsToId"]]) for one in contacts if one["ReportsToId"] is not None]
    assert len(pairs) > 50
    for one, superior in pairs:
        assert one["AccountId"] == superior["AccountId"]
        if one["Title"] and superior["Title"]:
            assert known[superior["Title"]] < known[one["Title"]]


def test_who_leads_is_old_enough(tables):
    """A company is led by people of some age, and the individual is as old as the contact."""
    known, youngest = ranks("en_US"), {}
    for one in tables["Contact"]:
        if one["Title"] and one["Birthdate"]:
            years = (AS_OF - one["Birthdate"]).days // 365
            rank = known[one["Title"]]
            youngest[rank] = min(years, youngest.get(rank, 99))
    assert youngest[0] >= 41
    assert youngest[1] >= 35
    assert youngest[2] >= 29
    assert 21 <= youngest[3] < 29
    individuals = {one["record"]: one for one in tables["Individual"]}
    both = [(one["Birthdate"], individuals[one["IndividualId"]]["BirthDate"]) for one in tables["Contact"][:200]]
    assert sum(mine == other for mine, other in both if mine and other) > 150


def test_only_what_belongs_to_another_firm_is_a_subsidiary(tables):
    """A firm with a parent is its subsidiary, others are not; small ones are not listed."""
    kinds = set()
    for one in tables["Account"]:
        kinds.add(one["Ownership"])
        assert one["Ownership"] is None or (one["Ownership"] == "Subsidiary") == (one["ParentId"] is not None)
        assert one["Ownership"] != "Public" or one["NumberOfEmployees"] >= 250
        assert one["TickerSymbol"] is None or one["Ownership"] == "Public"
    assert {"Public", "Private", "Subsidiary"} <= kinds


@pytest.mark.parametrize(("locale", "large"), [("de_DE", "AG"), ("es_ES", "S.A."), ("en_GB", "PLC")])
def test_small_firms_are_no_stock_companies(locale, large):
    """Only larger firms have a form that costs much, and only such a form's shares are traded."""
    accounts = records(planned(locale, Account=400))["Account"]
    sizes = [one["NumberOfEmployees"] for one in accounts if one["Name"].endswith(f" {large}")]
    assert len(sizes) > 10
    assert all(size is None or size >= 50 for size in sizes)
    public = [one["Name"] for one in accounts if one["Ownership"] == "Public"]
    assert public
    assert all(name.endswith(f" {large}") for name in public)


def test_prospects_have_bought_nothing(tables):
    """A prospect has neither orders nor won deals, though it may have open ones."""
    prospects = {one["record"] for one in tables["Account"] if one["Type"] == "Prospect"}
    assert prospects
    assert not prospects & {one["AccountId"] for one in tables["Order"]}
    stages = {one["StageName"] for one in tables["Opportunity"] if one["AccountId"] in prospects}
    assert "Won" not in stages
    assert len(stages) > 2
    assert "Won" in {one["StageName"] for one in tables["Opportunity"]}


def test_quotes_end_as_their_deals_do(tables):
    """The quote of a won deal is accepted, that of a lost one refused, of all others neither."""
    stages = {one["record"]: one["StageName"] for one in tables["Opportunity"]}
    found = {(stages[one["OpportunityId"]], one["Status"]) for one in tables["Quote"]}
    assert {status for stage, status in found if stage == "Won"} <= {"Accepted", None}
    assert {status for stage, status in found if stage == "Lost"} <= {"Rejected", "Denied", None}
    still = {status for stage, status in found if stage not in ("Won", "Lost")}
    assert {"Draft", "Presented"} <= still
    assert not {"Accepted", "Rejected", "Denied"} & still


def test_orders_come_of_won_deals(tables):
    """An order's deal is one of its account's that is won, and was closed before the order begins."""
    deals = {one["record"]: one for one in tables["Opportunity"]}
    found = [(one, deals[one["OpportunityId"]]) for one in tables["Order"] if one["OpportunityId"] is not None]
    assert len(found) > 15
    for one, deal in found:
        assert (deal["StageName"], deal["AccountId"]) == ("Won", one["AccountId"])
        assert deal["CloseDate"] < one["EffectiveDate"] <= one["EndDate"]


def test_campaigns_begin_before_they_help(tables):
    """A deal comes of a campaign that began before it closed; nobody has responded to one that is planned."""
    campaigns = {one["record"]: one for one in tables["Campaign"]}
    begun = [(one, campaigns[one["CampaignId"]]) for one in tables["Opportunity"] if one["CampaignId"] is not None]
    assert len(begun) > 80
    assert all(campaign["StartDate"] < min(one["CloseDate"], AS_OF) for one, campaign in begun)
    answers = {(campaigns[one["CampaignId"]]["Status"], one["Status"]) for one in tables["CampaignMember"]}
    assert ("Planned", "Sent") in answers
    assert ("Completed", "Responded") in answers
    assert ("Planned", "Responded") not in answers
    assert all(1 <= one["ExpectedResponse"] <= 20 for one in tables["Campaign"] if one["ExpectedResponse"] is not None)


def test_only_new_leads_are_unread(tables):
    """A lead that has been worked on has been read."""
    unread = {(one["Status"], one["IsUnreadByOwner"]) for one in tables["Lead"]}
    assert {status for status, flag in unread if flag} == {"Open - Not Contacted"}
    assert ("Open - Not Contacted", False) not in unread
    assert len(unread) > 1


def test_codes_are_known_by_their_letters(tables):
    """Purchase orders begin with PO, stock keeping units with SKU."""
    assert {one["PoNumber"][:3] for one in tables["Order"] if one["PoNumber"]} == {"PO-"}
    assert {one["StockKeepingUnit"][:4] for one in tables["Product2"] if one["StockKeepingUnit"]} == {"SKU-"}


def test_deals_and_orders_are_what_they_are_called(tables):
    """A renewal is no new customer's, new business is, an expansion is no downgrade; spare parts are ordered as such."""
    kinds = {}
    for one in tables["Opportunity"]:
        kinds.setdefault(one["Name"].rsplit(" - ", 1)[1], set()).add(one["Type"])
    assert "New Customer" not in kinds["Renewal"] | kinds["Spare Parts Order"] | kinds["Upgrade"] | kinds["Replacement"]
    assert kinds["New Business"] <= {"New Customer", None}
    assert kinds["Expansion"] <= {"Existing Customer - Upgrade", None}
    assert kinds["Replacement"] <= {"Existing Customer - Replacement", None}
    assert "Existing Customer - Downgrade" not in kinds["Annual Contract"]
    orders = {(one["Name"].split(" - ")[0], one["Type"]) for one in tables["Order"] if one["Name"] and one["Type"]}
    assert ("Spare Parts Order", "Spare Parts") in orders
    assert all((name == "Spare Parts Order") == (kind == "Spare Parts") for name, kind in orders)
    assert all((name == "Repeat Order") == (kind == "Renewal") for name, kind in orders)


@pytest.mark.parametrize("locale", shipped())
def test_every_language_says_what_is_sold(locale):
    """Among the deals, orders, price books and statuses of each locale some are known to be what they are."""
    pools = Pools.of(locale)
    for pool, things in (
        ("deals", ("new", "renewal", "growth", "replacement", "parts")),
        ("documents_order", ("parts",)),
        ("price_books", ("cheaper",)),
        ("member_statuses", ("answered", "absent")),
    ):
        words = listed(pools.text(pool))
        for thing in things:
            assert 0 < sum(says(word, thing) for word in words) < len(words), (pool, thing)


def test_partners_pay_less(tables):
    """Price books for partners, wholesale and schools are below the standard one, others about there or above."""
    names = {one["record"]: one["Name"] for one in tables["Pricebook2"]}
    entries = tables["PricebookEntry"]
    standard = {one["Product2Id"]: one["UnitPrice"] for one in entries if one["Pricebook2Id"] is None}
    shares = {}
    for one in entries:
        if one["Pricebook2Id"] is not None and standard[one["Product2Id"]] > 200:
            share = one["UnitPrice"] / standard[one["Product2Id"]]
            shares.setdefault(names[one["Pricebook2Id"]], []).append(share)
    assert len(shares) == 10
    for name, found in shares.items():
        cheaper = any(word in name for word in ("Wholesale", "Partner", "Education", "Key Account"))
        assert max(found) < 1 if cheaper else min(found) > 0.95, name
    assert sum(max(found) < 1 for found in shares.values()) >= 2


def test_who_stays_away_has_not_responded(tables):
    """Statuses of a campaign's members are answers or not."""
    flags = {one["Label"].rstrip(" 0123456789"): one["HasResponded"] for one in tables["CampaignMemberStatus"]}
    answers = {label for label, flag in flags.items() if flag}
    assert answers == {"Clicked", "Registered", "Attended", "Requested Information"}
    assert {"No-show", "Declined", "Invited"} <= flags.keys() - answers


def test_an_org_s_own_words_for_who_owns_a_firm():
    """What a value says is read in the languages of our records."""
    assert says("Tochtergesellschaft", "subsidiary")
    assert says("子会社", "subsidiary")
    assert says("Capital aberto", "listed")
    assert says("Börsennotiert", "listed")
    assert not says("Private", "subsidiary", "listed")
    assert says("Interessent", "prospect")
    assert not says("Customer - Direct", "prospect")
    assert says("Abgelehnt", "refused")
    assert not says("Presented", "refused", "accepted", "approved")


def test_slices_of_sales_objects(plan, tables):
    """Any slice of any object holds the records of the whole."""
    engine = Engine(plan)
    for one in plan.objects:
        middle = one.count // 3
        assert engine.rows(one.name, middle, middle + 7).to_pylist() == tables[one.name][middle : middle + 7]
