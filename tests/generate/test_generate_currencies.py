"""Amounts look like those of their currency: of the org, else of the locale, else of the record itself."""

from __future__ import annotations

import dataclasses
from statistics import median

import pytest

from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.engine import Engine
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.schema.model import Field
from sfseed_core.workflow.packaged import demo_survey
from tests.generate.conftest import AS_OF

RECIPE = """
version: 1
objects:
  Account: {count: 200}
  Opportunity: {count: 300}
  OpportunityLineItem: {count: 300}
"""


def made(*, locale="en_US", currency=None, recipe=RECIPE):
    """The records of some sales objects in an org of that currency, by object."""
    whole = parse_recipe(recipe, path="recipe.yaml")
    found = demo_survey(whole)
    schema, snapshot = found.schema, dataclasses.replace(found.snapshot, currency=currency)
    iso = Field("CurrencyIsoCode", "Currency", "picklist", length=3, nillable=True)
    opportunity = schema.objects["Opportunity"]
    fields = {**opportunity.fields, iso.name: iso}
    objects = {**schema.objects, "Opportunity": dataclasses.replace(opportunity, fields=fields)}
    schema = dataclasses.replace(schema, objects=objects)
    plan = make_plan(whole, schema, snapshot, chooser=Chooser(), seed=3, as_of=AS_OF, locale=locale)
    return {one.name: Engine(plan).rows(one.name, 0, one.count).to_pydict() for one in plan.objects}


@pytest.mark.parametrize(("locale", "currency"), [("ja_JP", None), ("en_US", "JPY"), ("de_DE", "JPY")])
def test_yen_have_no_decimals_and_more_digits(locale, currency):
    """Prices and totals are whole yen, and a deal is worth as much as elsewhere."""
    tables, usual = made(locale=locale, currency=currency), made()
    prices = tables["OpportunityLineItem"]["UnitPrice"]
    assert all(price == int(price) for price in prices)
    assert any(price != int(price) for price in usual["OpportunityLineItem"]["UnitPrice"])
    for name, field in (("Opportunity", "Amount"), ("Account", "AnnualRevenue")):
        mine, theirs = (median(one for one in table[name][field] if one is not None) for table in (tables, usual))
        assert 60 < mine / theirs < 160, name


def test_the_org_s_currency_counts_more_than_the_locale():
    """Japanese records in an org that counts in dollars have prices with cents."""
    prices = made(locale="ja_JP", currency="USD")["OpportunityLineItem"]["UnitPrice"]
    assert any(price != int(price) for price in prices)


def test_a_record_s_own_currency_decides():
    """Where the recipe gives each deal its currency, amounts are of the size that is usual in it."""
    fields = "\n    fields:\n      CurrencyIsoCode: {values: [USD, JPY]}\n      Amount: {empty: 0}"
    recipe = RECIPE.replace("Opportunity: {count: 300}", f"Opportunity:\n    count: 300{fields}")
    table = made(recipe=recipe)["Opportunity"]
    by_code = {"USD": [], "JPY": []}
    for code, amount in zip(table["CurrencyIsoCode"], table["Amount"], strict=True):
        by_code[code].append(amount)
    assert 40 < median(by_code["JPY"]) / median(by_code["USD"]) < 250
