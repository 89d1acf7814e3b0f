"""Records of several locales in one object, and how children fall on their parents."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from sfseed_core.errors import RecipeError
from sfseed_core.generate.layout import Layout
from sfseed_core.generate.pools import Pools
from sfseed_core.generate.texts import listed
from sfseed_core.recipe.read import parse_recipe
from tests.recipe.test_recipe_language import made

RECIPE = """
version: 1
locale: {de_DE: 50%, ja_JP: 30%, en_US: 20%}
objects:
  Account: {count: 200, only: [Name, BillingCity, BillingPostalCode, Phone, Website]}
  Contact: {per: Account, each: 1, only: [FirstName, LastName, Email, MailingCity, Title], fields: {Email: {empty: 0}}}
  Lead: {count: 40, locale: fr_FR, only: [FirstName, LastName, City]}
"""


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """The records of the recipe above."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("locales")
        patch.setenv("SFSEED_HOME", str(folder / "home"))
        return made(folder, RECIPE)


def cities(locale):
    """The cities of a locale."""
    return set(listed(Pools.of(locale).text("city_names")))


def test_shares_hold_and_each_record_is_of_one_locale(records):
    """Name, city, postal code and telephone number of an account are of one locale, in the shares that the recipe says."""
    forms = {"de_DE": r"\d{5}", "ja_JP": r"\d{3}-\d{4}", "en_US": r"\d{5}"}
    phones = {"de_DE": r"0\d+ ", "ja_JP": r"0\d{1,3}-0{2,4}-\d{4}", "en_US": r"\(\d{3}\) 555-"}
    known = {locale: cities(locale) for locale in forms}
    seen = Counter()
    for one in records["Account"]:
        locale = next(name for name in forms if one["BillingCity"] in known[name])
        seen[locale] += 1
        assert re.fullmatch(forms[locale], one["BillingPostalCode"])
        assert not one["Phone"] or re.match(phones[locale], one["Phone"])
        assert bool(re.search(r"[\u3040-\u9fff]", one["Name"])) == (locale == "ja_JP")
    assert 80 <= seen["de_DE"] <= 120
    assert 40 <= seen["ja_JP"] <= 80


def test_a_japanese_street_is_of_the_town_of_its_postal_code(tmp_path, home):
    """In Japan a postal code is a town's, and the street begins with the town."""
    recipe = """
version: 1
locale: ja_JP
objects:
  Account: {count: 100, only: [Name, BillingStreet, BillingCity, BillingPostalCode]}
"""
    pools = Pools.of("ja_JP")
    towns = dict(zip(listed(pools.text("city_postal_codes")), listed(pools.text("city_towns")), strict=True))
    streets = [(one["BillingStreet"], one["BillingPostalCode"]) for one in made(tmp_path, recipe)["Account"]]
    assert len({code for _, code in streets}) > 20
    assert all(re.fullmatch(towns[code] + r"\d丁目\d+-\d+", street) for street, code in streets)


def test_people_are_of_their_companys_locale(records):
    """A contact has its account's city and domain, and a name and title of the same language."""
    accounts = {one["Id"]: one for one in records["Account"]}
    titles = set(listed(Pools.of("ja_JP").text("job_titles")))
    for one in records["Contact"]:
        account = accounts[one["AccountId"]]
        assert one["MailingCity"] == account["BillingCity"]
        assert not account["Website"] or one["Email"].endswith("@" + account["Website"].removeprefix("https://www."))
        japanese = account["BillingCity"] in cities("ja_JP")
        assert bool(re.search(r"[\u3040-\u9fff]", one["LastName"])) == japanese
        assert not one["Title"] or (one["Title"] in titles) == japanese


def test_titles_have_the_gender_of_the_person(tmp_path, home):
    """Where a language has two forms of a title, the first name decides; the department is that of both."""
    recipe = """
version: 1
locale: fr_FR
objects:
  Contact: {count: 300, only: [FirstName, LastName, Title, Department], fields: {Title: {empty: 0}, Department: {empty: 0}}}
"""
    pools = Pools.of("fr_FR")
    men, women, departments = (listed(pools.text(name)) for name in ("job_titles", "job_titles_female", "departments"))
    males, names = int(pools.numbers("first_males")[0]), listed(pools.text("first_names"))
    both = set(names[:males]) & set(names[males:])
    seen = Counter()
    for one in made(tmp_path, recipe)["Contact"]:
        if one["FirstName"] not in both:
            titles = women if one["FirstName"] in names[males:] else men
            assert departments[titles.index(one["Title"])] == one["Department"]
            seen[one["Title"]] += 1
    assert seen["Acheteur"]
    assert seen["Acheteuse"]


def test_an_object_may_say_its_own_locale(records):
    """What an object says wins over the recipe."""
    assert {one["City"] for one in records["Lead"]} <= cities("fr_FR")


def test_shares_that_are_not_a_whole_are_refused():
    """Shares come to a hundred percent, or the place is named."""
    with pytest.raises(RecipeError, match=r"recipe:2:9: .*the shares come to 90 percent"):
        parse_recipe("version: 1\nlocale: {de_DE: 50%, en_US: 40%}\nobjects: {Account: 1}")


def test_a_histogram_of_children_holds():
    """As many parents have so many children as the histogram says, and the total is exact."""
    layout = Layout(10_000, 14_000, key=7, histogram=((0, 20), (1, 50), (3, 30)))
    counts = Counter(count for block in range(3) for count in layout.sums(block)[1:] - layout.sums(block)[:-1])
    assert sum(number * many for number, many in counts.items()) == 14_000
    assert [round(counts[number] / 100) for number in (0, 1, 3)] == [20, 50, 30]


def test_a_geometric_spread_leaves_some_without():
    """Of a geometric spread most parents have few children and many none, whatever the total."""
    layout = Layout(4_000, 8_000, key=7, distribution="geometric")
    counts = layout.sums(0)[1:] - layout.sums(0)[:-1]
    assert counts.sum() == 8_000
    assert 800 <= (counts == 0).sum() <= 1_800
    assert counts.max() >= 6


def test_spread_and_targets_are_said_in_the_recipe(tmp_path, home):
    """`spread` at the object and `to` at a reference decide how children fall and what is pointed to."""
    text = """
version: 1
objects:
  Account: 100
  Contact: {per: Account, spread: {0: 50, 2: 50}, only: [LastName]}
  Case: 10
  Task: {count: 400, only: [Subject], fields: {WhatId: {to: {Account: 3, Case: 1}, empty: 0}, WhoId: {to: [Contact]}}}
"""
    found = made(tmp_path, text)
    each = Counter(Counter(one["AccountId"] for one in found["Contact"]).values())
    assert (len(found["Contact"]), each) == (100, {2: 50})
    kinds = Counter(one["WhatId"].split(":")[0] for one in found["Task"])
    assert set(kinds) == {"Account", "Case"}
    assert 260 <= kinds["Account"] <= 340
    assert {one["WhoId"].split(":")[0] for one in found["Task"]} <= {"Contact", ""}


def test_british_words_are_spelled_the_british_way():
    """No text of the British vocabulary has an American spelling, though most of its words come from the American one."""
    pools = Pools.of("en_GB")
    names = ("company_sites", "company_trades", "documents", "locations", "product_kinds", "product_units", "sentences")
    words = " ".join(text for name in (*names, "sentences_reply", "seasons") for text in listed(pools.text(name)))
    assert not re.search(r"(?i)\b(centers?|licenses?|behavior|vacation|fall|canceled|fiber|trucking|lb)\b", words)
    assert "Centre" in words


def test_american_words_are_said_the_american_way():
    """No text of the American vocabulary is British or half translated, and no street is called by one word twice."""
    pools = Pools.of("en_US")
    names = (
        "documents",
        "documents_order",
        "documents_quote",
        "case_subjects",
        "event_names",
        "product_units",
        "price_books",
    )
    said = (text for name in names for text in listed(pools.text(name)))
    written = (
        text for name in ("", "_activity", "_campaign", "_case", "_product", "_reply") for text in _sentences(pools, name)
    )
    words = " ".join((*said, *written))
    assert not re.search(
        r"(?i)\b(e-mails?|quotations?|call-off|framework agreement|cancelled|kg|thirty days|matter)\b", words
    )
    assert "email" in words
    streets = listed(pools.text("streets"))
    assert not [street for street in streets if street.split(" ")[0] in street.split(" ")[-1]]


def _sentences(pools, name):
    return listed(pools.text(f"sentences{name}"))


def test_no_company_is_called_what_a_well_known_one_is():
    """The words that names of companies are made of do not meet in names of large American companies."""
    pools = Pools.of("en_US")
    stems, trades = ({*listed(pools.text(f"company_{part}"))} for part in ("stems", "trades"))
    known = (
        "Abbott Labs; Chase Bank; Cox Communications; Duke Energy; Flowers Foods; Ford Motors; Foster Farms; Franklin Electric;"
        "Graham Packaging; Haas Automation; Hess Energy; Hoffman Construction; Jacobs Engineering; Juniper Networks;"
        "Koch Industries; Mayo Clinics; Patterson Dental; Pearson Education; Redwood Materials; Ross Stores;"
        "Schneider Electric; Sequoia Capital; Stanley Tools; Turner Construction; Walsh Construction; Webster Bank"
    )
    pairs = [name.strip().rsplit(" ", 1) for name in known.split(";")]
    assert not [pair for pair in pairs if pair[0] in stems and pair[1] in trades]
