"""Records that make sense to whoever reads them: dates in their order, amounts in proportion, managers in the same company."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from sfseed_core.cli.root import run
from sfseed_core.generate.pools import Pools
from sfseed_core.generate.texts import listed

TODAY = "2026-11-23"


def preset(folder, name, *more):
    """The records of a preset, by object."""
    out = folder / name
    where = ["--org", "demo", "--out", str(out), "--seed", "11", "--as-of", TODAY, "-q"]
    assert run(["generate", "--preset", name, *where, *more]) == 0
    return {path.stem: list(csv.DictReader(path.open(encoding="utf-8"))) for path in out.glob("*.csv")}


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """A practice org's records, some 80 of each object."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("sense")
        patch.setenv("SFSEED_HOME", str(folder / "home"))
        return preset(folder, "everything", "--count-each", "80", "--count", "Account=25")


def filled(table, *names):
    """The values of some fields, of the records that have all of them."""
    rows = (tuple(one[name] for name in names) for one in table)
    return [row for row in rows if all(row)]


def days(table, *names):
    """Dates of some fields."""
    return [tuple(date.fromisoformat(value[:10]) for value in row) for row in filled(table, *names)]


def test_people_report_to_somebody_of_their_company(everything):
    """A contact's manager, a case's parent and an asset's parent belong to the same account."""
    for name, field in (("Contact", "ReportsToId"), ("Case", "ParentId"), ("Asset", "ParentId")):
        home = {one["Id"]: one["AccountId"] for one in everything[name]}
        pairs = filled(everything[name], "Id", field)
        assert pairs, name
        assert all(home[mine] == home[other] for mine, other in pairs), name


def test_most_companies_belong_to_nobody(everything):
    """Parents among accounts are the exception."""
    assert sum(not one["ParentId"] for one in everything["Account"]) >= 14


def test_dates_follow_each_other(everything):
    """What is made before it is bought, and signed before it begins, is so; nothing is signed in the future."""
    today = date.fromisoformat(TODAY)
    for made, bought, installed in days(everything["Asset"], "ManufactureDate", "PurchaseDate", "InstallDate"):
        assert made < bought < installed <= today
    for field in ("CompanySignedDate", "CustomerSignedDate"):
        for signed, begins in days(everything["Contract"], field, "StartDate"):
            assert signed < begins
            assert signed < today
    for ordered, begins in days(everything["Order"], "PoDate", "EffectiveDate"):
        assert ordered < begins
    assert all((end - start).days <= 130 for start, end in days(everything["Campaign"], "StartDate", "EndDate"))


def told(table, field, locale, kind):
    """Whether a field is filled, and every text begins with a sentence of a kind."""
    sentences = tuple(listed(Pools.of(locale).text(f"sentences_{kind}" if kind else "sentences")))
    texts = [text for (text,) in filled(table, field)]
    return bool(texts) and all(text.startswith(sentences) for text in texts)


def test_texts_are_of_the_kind_of_their_record(tmp_path, home):
    """Lines are described as products, time entries say what was done; a locale without such a list takes what is nearest."""
    french = preset(tmp_path, "everything", "--locale", "fr_FR", "--count-each", "8")
    kinds = (
        ("OpportunityLineItem", "Description", "product"),
        ("Project_Task__c", "Details__c", "project"),
        ("Time_Entry__c", "Notes__c", "log"),
        ("Contract", "SpecialTerms", "terms"),
        ("Contact", "Description", "person"),
    )
    for name, field, kind in kinds:
        assert told(french[name], field, "fr_FR", kind), (name, field)
    american = preset(tmp_path, "custom-only", "--locale", "en_US", "--count-each", "8")
    for name, field, kind, nearest in (
        ("Time_Entry__c", "Notes__c", "log", "project"),
        ("Contact", "Description", "person", None),
    ):
        own = kind if Pools.of("en_US").has(f"sentences_{kind}") else nearest
        assert told(american[name], field, "en_US", own), (name, field)


def test_amounts_are_in_proportion(everything):
    """Revenue goes with the number of employees, cost with the budget, tax and freight stay below the price of things."""
    for name in ("Account", "Lead"):
        for people, revenue in filled(everything[name], "NumberOfEmployees", "AnnualRevenue"):
            assert 50_000 <= float(revenue) / int(people) <= 430_000
    for budget, cost, revenue in filled(everything["Campaign"], "BudgetedCost", "ActualCost", "ExpectedRevenue"):
        assert 0.5 <= float(cost) / float(budget) <= 1.2
        assert float(revenue) >= float(budget)
    lines = {}
    for one in everything["QuoteLineItem"]:
        price = float(one["Quantity"]) * float(one["UnitPrice"]) * (100 - float(one["Discount"] or 0)) / 100
        lines[one["QuoteId"]] = lines.get(one["QuoteId"], 0) + price
    taxes = [(float(tax), lines[quote]) for quote, tax in filled(everything["Quote"], "Id", "Tax") if quote in lines]
    assert len(taxes) > 20
    assert all(abs(tax - whole * 0.2) < 1 for tax, whole in taxes)  # the practice org is British


def test_a_range_of_closing_days_heeds_the_stage(tmp_path, home):
    """With a range around today, won and lost deals have closed and open ones have not."""
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(
        "version: 1\nobjects: {Opportunity: {count: 200, fields: {CloseDate: {range: today - 60d .. today + 90d}}}}\n",
        encoding="utf-8",
    )
    where = ["--org", "demo", "--out", str(tmp_path / "out"), "--seed", "1", "--as-of", TODAY, "-q"]
    assert run(["generate", str(recipe), *where]) == 0
    with (tmp_path / "out" / "Opportunity.csv").open(encoding="utf-8") as file:
        deals = list(csv.DictReader(file))
    assert {one["StageName"] for one in deals if one["CloseDate"] < TODAY} == {"Won", "Lost"}
    assert not {"Won", "Lost"} & {one["StageName"] for one in deals if one["CloseDate"] > TODAY}
    assert min(one["CloseDate"] for one in deals) >= "2026-09-24"
    assert max(one["CloseDate"] for one in deals) <= "2027-02-21"
