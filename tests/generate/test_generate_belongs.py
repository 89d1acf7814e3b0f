"""Records that hang on each other agree in what they hang on: prices on products, activities on accounts."""

from __future__ import annotations

import pytest

from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.engine import Engine
from sfseed_core.generate.pools import Pools
from sfseed_core.generate.texts import listed
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.workflow.packaged import demo_survey

RECIPE = """
version: 1
locale: {locale}
objects:
  Account: {{count: 60}}
  Contact: {{per: Account, each: 2}}
  Lead: {{count: 40}}
  Opportunity: {{per: Account, each: 2}}
  Case: {{per: Account, each: 1}}
  Campaign: {{count: 4}}
  Task: {{count: 400}}
  Product2: {{count: 200}}
  Pricebook2: {{count: 2}}
  PricebookEntry: {{count: 600}}
"""


@pytest.fixture(scope="module", params=["en_US", "ja_JP"])
def tables(request):
    """All records of a small org's plan, with its locale under the name `locale`."""
    recipe = parse_recipe(RECIPE.format(locale=request.param))
    org = demo_survey(recipe)
    plan = make_plan(recipe, org.schema, org.snapshot, chooser=Chooser(), seed=3)
    engine = Engine(plan)
    return {"locale": request.param, **{one.name: engine.rows(one.name, 0, one.count).to_pydict() for one in plan.objects}}


def test_a_product_costs_what_its_kind_does(tables):
    """A spare part costs less than a machine, and yen are hundreds."""
    pools, names = Pools.of(tables["locale"]), tables["Product2"]["Name"]
    parts = [kind for kind, family in zip(listed(pools.text("product_kinds")), listed(pools.text("product_families")), strict=True)
             if family == "Spare Parts"]  # fmt: skip
    standard = dict(
        zip(tables["PricebookEntry"]["Product2Id"][:200], tables["PricebookEntry"]["UnitPrice"][:200], strict=True)
    )
    spare = [standard[number] for number, name in enumerate(names) if any(part in name for part in parts)]
    assert len(spare) > 3
    assert max(spare) < sum(standard.values()) / len(standard) < max(standard.values())
    assert max(standard.values()) > 100_000 if tables["locale"] == "ja_JP" else max(standard.values()) < 6_000


def test_a_price_book_asks_its_own_share_of_every_standard_price(tables):
    """What another book asks is 75 to 115 percent of the standard price, nearly the same share for all products of a book."""
    entries = tables["PricebookEntry"]
    standard = dict(zip(entries["Product2Id"][:200], entries["UnitPrice"][:200], strict=True))
    for start in (200, 400):
        products, prices = (entries[field][start : start + 200] for field in ("Product2Id", "UnitPrice"))
        shares = [price / standard[product] for product, price in zip(products, prices, strict=True)]
        assert min(shares) > 0.65
        assert max(shares) < 1.2
        assert max(shares) - min(shares) < 0.12


def test_an_activity_with_a_contact_is_about_the_contacts_account(tables):
    """What a task relates to is the account of its contact, or a deal or case of that; campaigns belong to nobody."""
    tasks, seen = tables["Task"], set()
    places = range(len(tasks["WhoId"]))
    who, what = tasks["WhoId@"], tasks["WhatId@"]
    for place in places:
        if who[place] != "Contact" or what[place] in (None, "Campaign"):
            continue
        seen.add(what[place])
        account = tables["Contact"]["AccountId"][tasks["WhoId"][place]]
        about = tasks["WhatId"][place]
        if account is not None:
            assert account == (about if what[place] == "Account" else tables[what[place]]["AccountId"][about])
    assert seen == {"Account", "Opportunity", "Case"}


def test_only_calls_have_a_duration(tables):
    """Tasks are no calls of a telephone system."""
    assert not {"CallDurationInSeconds", "CallType", "CallDisposition"} & tables["Task"].keys()


PEOPLE = """
version: 1
objects:
  Account: {count: 40}
  Contact: {count: 120}
  Opportunity: {per: Account, each: 3}
  OpportunityContactRole: {per: Opportunity, each: 2}
  Product2: {count: 20}
  PricebookEntry: {count: 20}
  Asset: {per: Account, each: 2}
"""


@pytest.fixture(scope="module")
def people():
    """All records of a plan with persons, deals and what was sold."""
    recipe = parse_recipe(PEOPLE)
    org = demo_survey(recipe)
    plan = make_plan(recipe, org.schema, org.snapshot, chooser=Chooser(), seed=3, locale="en_US")
    engine = Engine(plan)
    return {one.name: engine.rows(one.name, 0, one.count).to_pydict() for one in plan.objects}


def test_what_was_sold_has_its_standard_price(people):
    """An asset cost what the standard price book asks for its product, and is the customer's."""
    prices = dict(zip(people["PricebookEntry"]["Product2Id"], people["PricebookEntry"]["UnitPrice"], strict=True))
    assets = people["Asset"]
    for product, price in zip(assets["Product2Id"], assets["Price"], strict=True):
        assert price == (None if product is None else prices[product])
    assert not any(assets["IsCompetitorProduct"])


def test_a_contact_has_one_role_with_a_deal(people):
    """Of the contacts of its account a deal names each once."""
    roles = people["OpportunityContactRole"]
    pairs = list(zip(roles["OpportunityId"], roles["ContactId"], strict=True))
    assert len(pairs) == 240
    assert len(set(pairs)) >= 236  # the few whose account has not enough contacts take any


def test_few_contacts_have_an_assistant(people):
    """An assistant and a second telephone at home are for some."""
    contacts = people["Contact"]
    for field, most in (("AssistantName", 36), ("AssistantPhone", 36), ("HomePhone", 60), ("OtherPhone", 60)):
        assert 0 < sum(one is not None for one in contacts[field]) < most, field


def test_activities_without_accounts():
    """Where no accounts are made, activities are about what there is, whatever their contact belongs to."""
    recipe = parse_recipe("version: 1\nobjects: {Contact: 20, Campaign: 5, Lead: 10, Case: 5, Task: 60}")
    org = demo_survey(recipe)
    plan = make_plan(recipe, org.schema, org.snapshot, chooser=Chooser(), seed=3)
    assert "Account" not in [one.name for one in plan.objects]
    assert Engine(plan).rows("Task", 0, 60).num_rows == 60
