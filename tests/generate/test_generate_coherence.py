"""What belongs together agrees: within a record, and between a record and those it belongs to."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import pytest

from sfseed_core.errors import RecipeError
from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.engine import Engine
from sfseed_core.generate.pools import Pools
from sfseed_core.generate.providers.industries import INDUSTRIES, Codes
from sfseed_core.generate.texts import listed
from sfseed_core.recipe.model import ObjectPlan, Plan
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.schema.model import Field, PicklistValue
from sfseed_core.workflow.packaged import demo_survey
from tests.generate.conftest import AS_OF, column, plan_by_hand

ACCOUNTS = 800


@pytest.fixture(scope="module")
def tables() -> dict[str, dict[str, list]]:
    """All records of the plan made by hand."""
    plan = plan_by_hand(ACCOUNTS)
    return {one.name: Engine(plan).rows(one.name, 0, one.count).to_pydict() for one in plan.objects}


def together(table: dict[str, list], *names: str) -> list[tuple]:
    """The records' values of some fields."""
    return list(zip(*(table[name] for name in names), strict=True))


def test_websites_go_with_companies(tables):
    """A company's site is its own name, and no two companies share name or site."""
    accounts = tables["Account"]
    for name, site in together(accounts, "Name", "Website"):
        assert site.startswith("https://www.")
        assert site.endswith(".example.com")
        words = re.sub("[^a-z]+", "-", name.lower())
        assert words.startswith(site.removeprefix("https://www.").removesuffix(".example.com"))
    assert len(set(accounts["Name"])) == ACCOUNTS
    assert len(set(accounts["Website"])) == ACCOUNTS


def test_mail_addresses_go_with_names_and_companies(tables):
    """A contact's address holds its name, at the domain of its account."""
    accounts, contacts = tables["Account"], tables["Contact"]
    for first, last, email, account in together(contacts, "FirstName", "LastName", "Email", "AccountId"):
        local, domain = email.split("@")
        assert last.lower().replace("'", "") in local
        assert local.startswith((first.lower(), first[0].lower()))
        assert f"https://www.{domain}" == accounts["Website"][account]


def test_parts_of_an_address_agree(tables):
    """City, state, postal code and area code are those of one real place, for contacts that of their account."""
    pools = Pools.of("en_US")
    names = ("city_names", "city_states", "city_postal_codes", "city_phones")
    known = set(zip(*(listed(pools.text(name)) for name in names), strict=True))
    accounts, contacts = tables["Account"], tables["Contact"]
    for city, state, postal, phone in together(accounts, "BillingCity", "BillingState", "BillingPostalCode", "Phone"):
        assert phone is None or (city, state, postal, phone[:12]) in known
    wanted = ("MailingCity", "MailingPostalCode", "Phone", "MobilePhone", "AccountId")
    for city, postal, phone, mobile, account in together(contacts, *wanted):
        assert (city, postal) == (accounts["BillingCity"][account], accounts["BillingPostalCode"][account])
        assert mobile is None or mobile[:5] == phone[:5]


def test_phones_reach_nobody(tables):
    """Numbers lie in the range that is kept for fiction."""
    for table, field in (("Account", "Phone"), ("Contact", "Phone"), ("Contact", "MobilePhone")):
        assert all(re.fullmatch(r"\(\d{3}\) 555-01\d\d", one) for one in tables[table][field] if one)


def test_titles_suit_people(tables):
    """Mr. goes with men's first names and Ms. with women's; the department goes with the job."""
    pools = Pools.of("en_US")
    males, names = int(pools.numbers("first_males")[0]), listed(pools.text("first_names"))
    men, women = set(names[:males]), set(names[males:])
    departments = dict(zip(listed(pools.text("job_titles")), listed(pools.text("departments")), strict=True))
    for salutation, first, title, department in together(
        tables["Contact"], "Salutation", "FirstName", "Title", "Department"
    ):
        assert salutation != "Mr." or first in men
        assert salutation not in ("Ms.", "Mrs.") or first in women
        assert departments[title] == department


def test_deals_are_named_after_their_account(tables):
    """A deal's name begins with its account's."""
    for name, account in together(tables["Opportunity"], "Name", "AccountId"):
        assert name.startswith(tables["Account"]["Name"][account] + " - ")


def test_values_are_borrowed_along_a_path(tables):
    """A role's company is that of its deal's account."""
    for company, account in together(tables["Role"], "Company__c", "AccountId"):
        assert company == tables["Account"]["Name"][account]


def test_chances_and_closing_days_go_with_the_stage(tables):
    """Probability is the stage's own, closed deals lie in the past and open ones ahead, on working days."""
    chances = {"Qualify": 10, "Won it": 100, "Lost it": 0}
    for stage, chance, day in together(tables["Opportunity"], "StageName", "Probability", "CloseDate"):
        assert chance == chances[stage]
        assert (day < AS_OF) == (stage != "Qualify")
        assert day.weekday() < 5


def test_spans_end_after_they_start(tables):
    """The end of a span lies so many days after its start as the plan says, on a working day."""
    for start, end in together(tables["Opportunity"], "StartDate__c", "EndDate__c"):
        assert timedelta(10) <= end - start <= timedelta(20)
        assert end.weekday() < 5


def test_instants_lie_in_business_hours(tables):
    """Instants fall into the working day of the plan's zone, in summer and in winter."""
    from zoneinfo import ZoneInfo

    for when in tables["Opportunity"]["Called__c"]:
        local = when.astimezone(ZoneInfo("America/New_York"))
        assert 8 <= local.hour < 17
        assert local.weekday() < 5


def test_shares_of_empty_cells(tables):
    """About as many cells are empty as the plan says."""
    empty = sum(one is None for one in tables["Contact"]["MobilePhone"]) / (3 * ACCOUNTS)
    assert 0.22 < empty < 0.28


def test_parts_emptied_together():
    """Columns that name one draw for their emptiness are empty in the same records."""
    options = {"place": {}, "empty_with": "address"}
    columns = (
        column("City", "string", "address.city", {**options, "part": "address.city"}, length=40, null_share=20_000),
        column(
            "Postal",
            "string",
            "address.postal_code",
            {**options, "part": "address.postal_code"},
            length=20,
            null_share=20_000,
        ),
    )
    plan = Plan(1, AS_OF, "GMT", "en_US", (ObjectPlan("Place__c", 400, 0, columns),), "")
    batch = Engine(plan).rows("Place__c", 0, 400)
    assert batch["City"].is_null().equals(batch["Postal"].is_null())
    assert 80 < batch["City"].null_count < 170


def test_cards_and_accounts_belong_to_nobody():
    """Card numbers fail their check digit, IBANs have check digits that none has."""
    iban = column("Iban", "string", "code", {"template": "GB00EXMP##############"}, length=40)
    columns = (
        column("Card", "string", "card.number", length=40),
        iban,
    )
    plan = Plan(1, AS_OF, "GMT", "en_US", (ObjectPlan("Bank__c", 300, 0, columns),), "")
    batch = Engine(plan).rows("Bank__c", 0, 300)
    for number in batch["Card"].to_pylist():
        digits = [int(one) for one in number]
        doubled = [digit if place % 2 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(digits)]
        assert sum(doubled) % 10 != 0
    assert all(one[2:4] == "00" for one in batch["Iban"].to_pylist())


def test_company_names_last_longer_than_the_list_of_them():
    """Beyond the names that stems and trades make, regions come in, and names still do not repeat."""
    names = (
        column("Name", "string", "company", length=255),
        column("Site", "url", "website", {"company": "Name"}, length=255),
    )
    plan = Plan(1, AS_OF, "GMT", "en_US", (ObjectPlan("Account", 200_000, 0, names),), "")
    batch = Engine(plan).rows("Account", 0, 200_000)
    assert len(batch["Site"].unique()) == 200_000
    assert len(batch["Name"].unique()) > 199_000


def test_working_days_are_even(tables):
    """Of days on working days each weekday comes up about equally often, within the plan's bounds."""
    days = tables["Opportunity"]["StartDate__c"]
    counts = [sum(day.weekday() == weekday for day in days) for weekday in range(7)]
    assert counts[5:] == [0, 0]
    assert min(counts[:5]) > 0.16 * len(days)
    assert AS_OF - timedelta(100) <= min(days)
    assert max(days) <= AS_OF


def test_industry_codes_go_with_the_industry():
    """The codes and titles of SIC and NAICS are those of the account's industry, or all of one class where it has none."""
    recipe = parse_recipe("version: 1\nlocale: en_GB\nobjects:\n  Account: {count: 400}\n", path="recipe.yaml")
    found = demo_survey(recipe)
    plan = make_plan(recipe, found.schema, found.snapshot, chooser=Chooser(), seed=3, as_of=AS_OF)
    table = Engine(plan).rows("Account", 0, 400).to_pydict()
    by_sic = {one.sic: one for one in INDUSTRIES.values()}
    seen = set()
    for industry, *told in together(table, "Industry", "Sic", "SicDesc", "NaicsCode", "NaicsDesc"):
        assert (told[0] is None) == (told[1] is None)
        if told[0] is None:
            continue
        seen.add(told[0])
        assert Codes(*told) == (by_sic[told[0]] if industry is None else INDUSTRIES[industry])
    assert len(seen) > 15


@pytest.mark.parametrize(
    ("latitude", "longitude", "share"),
    [("{empty: 40}", None, (0.45, 0.75)), ("{empty: 40}", "{empty: 50}", (0.4, 0.6)), ("skip", None, (0, 0))],
)
def test_no_record_has_half_a_position(latitude, longitude, share):
    """Where a recipe empties one of latitude and longitude, the other is empty too."""
    fields = f"BillingLatitude: {latitude}" + (f", BillingLongitude: {longitude}" if longitude else "")
    recipe = parse_recipe(f"version: 1\nobjects:\n  Account: {{count: 400, fields: {{{fields}}}}}\n", path="recipe.yaml")
    found = demo_survey(recipe)
    plan = make_plan(recipe, found.schema, found.snapshot, chooser=Chooser(), seed=3, as_of=AS_OF)
    table = Engine(plan).rows("Account", 0, 400).to_pydict()
    pairs = list(zip(table.get("BillingLatitude", [None] * 400), table.get("BillingLongitude", [None] * 400), strict=True))
    assert all((one is None) == (other is None) for one, other in pairs)
    assert share[0] <= sum(one is not None for one, _ in pairs) / 400 <= share[1]
    assert plan.omitted.get("Account.BillingLongitude") in {None, "it comes only together with BillingLatitude"}


def test_fields_made_from_each_other_are_named():
    """A company made of a mail address, which is at the company's domain: the circle is the recipe's, and told as such."""
    text = "version: 1\nobjects:\n  Case: {count: 3, fields: {SuppliedCompany: {template: 'x {SuppliedEmail} y'}}}\n"
    recipe = parse_recipe(text, path="recipe.yaml")
    found = demo_survey(recipe)
    plan = make_plan(recipe, found.schema, found.snapshot, chooser=Chooser(), seed=3, as_of=AS_OF)
    with pytest.raises(
        RecipeError, match=r"Supplied\w+ from Supplied\w+ from .*: each of these would be made from the next"
    ):
        Engine(plan).rows("Case", 0, 3)


def test_a_quote_is_for_the_place_of_its_account():
    """A record two references away from the company it names has that company's city, not any."""
    text = "version: 1\nlocale: es_ES\nobjects:\n  Account: {count: 40}\n  Opportunity: {count: 60}\n  Quote: {count: 60}\n"
    recipe = parse_recipe(text, path="recipe.yaml")
    found = demo_survey(recipe)
    plan = make_plan(recipe, found.schema, found.snapshot, chooser=Chooser(), seed=3, as_of=AS_OF)
    tables = {one.name: Engine(plan).rows(one.name, 0, one.count).to_pydict() for one in plan.objects}
    cities = dict(together(tables["Account"], "Name", "BillingCity"))
    told = [pair for pair in together(tables["Quote"], "BillingName", "BillingCity") if None not in pair]
    assert len(told) > 40
    assert all(cities[name] == city for name, city in told)


def test_states_by_their_codes_go_with_the_city():
    """A picklist of states' codes has that of the record's city."""
    fields = {
        "City__c": Field("City__c", "City", "string", length=40, custom=True, createable=True, nillable=True),
        "State__c": Field(
            *("State__c", "State", "picklist"),
            custom=True,
            createable=True,
            nillable=True,
            restricted=True,
            picklist=tuple(PicklistValue(code, code) for code in ("CA", "NY", "TX")),
        ),
    }
    recipe = parse_recipe("version: 1\nlocale: en_US\nobjects:\n  Skill__c: {count: 60}\n", path="recipe.yaml")
    found = demo_survey(recipe)
    skill = found.schema.objects["Skill__c"]
    market = dataclasses.replace(skill, fields={**skill.fields, **fields})
    schema = dataclasses.replace(found.schema, objects={**found.schema.objects, "Skill__c": market})
    plan = make_plan(recipe, schema, found.snapshot, chooser=Chooser(), seed=3, as_of=AS_OF)
    pools = Pools.of("en_US")
    known = set(zip(listed(pools.text("city_names")), listed(pools.text("city_state_codes")), strict=True))
    pairs = [
        one for one in together(Engine(plan).rows("Skill__c", 0, 60).to_pydict(), "City__c", "State__c") if None not in one
    ]
    assert len(pairs) > 40
    assert {*pairs} <= known
