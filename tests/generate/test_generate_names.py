"""Names and texts that a reader believes: how people are addressed, what companies are called on the web and the exchange."""

from __future__ import annotations

import csv
import re
from collections import Counter

import pytest

from sfseed_core.cli.root import run
from sfseed_core.generate.letters import spellings
from sfseed_core.generate.pools import Pools, shipped
from sfseed_core.generate.texts import listed

TODAY = "2026-11-23"


def made(folder, locale, *counts):
    """Some objects' records in a locale, by object."""
    out = folder / locale
    where = ["--org", "demo", "--locale", locale, "--out", str(out), "--seed", "5", "--as-of", TODAY, "-q"]
    wanted = [part for one in counts for part in ("--count", one)]
    assert run(["generate", "--preset", "core-objects", *where, *wanted]) == 0
    return {path.stem: list(csv.DictReader(path.open(encoding="utf-8"))) for path in out.glob("*.csv")}


@pytest.fixture(scope="module", params=["de_DE", "en_US", "fr_FR", "pt_BR"])
def some(request, tmp_path_factory):
    """A few hundred companies and two thousand people of a locale, with the locale."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("names")
        patch.setenv("SFSEED_HOME", str(folder / "home"))
        return request.param, made(folder, request.param, "Account=400", "Contact=2000")


def test_few_people_are_doctors(some):
    """One to three in a hundred forms of address are titles; the others suit the first name's gender."""
    _, tables = some
    forms = Counter(one["Salutation"] for one in tables["Contact"] if one["Salutation"])
    titled = sum(count for form, count in forms.items() if form in ("Dr.", "Prof."))
    assert 0.005 <= titled / forms.total() <= 0.03


def test_no_assistant_has_the_name_of_somebody_whom_everybody_knows(some):
    """Persons who are only named in a field are no more Gilmar Mendes or Tim Cook than contacts are."""
    locale, tables = some
    pools = Pools.of(locale)
    known = {*listed(pools.text("unpaired"))} if pools.has("unpaired") else set()
    assert not known & {one["AssistantName"] for one in tables["Contact"]}


def test_only_listed_companies_have_a_ticker_symbol(some):
    """Companies that the picklist calls public have one made of their name, as their exchange writes it, the others none."""
    locale, tables = some
    accounts = tables["Account"]
    assert any(one["TickerSymbol"] for one in accounts)
    assert all(bool(one["TickerSymbol"]) == (one["Ownership"] == "Public") for one in accounts)
    pattern = "[A-Z]{2,4}3" if locale == "pt_BR" else "[A-Z]{2,4}"
    assert all(re.fullmatch(pattern, one["TickerSymbol"]) for one in accounts if one["TickerSymbol"])


@pytest.mark.parametrize(
    ("locale", "name", "written"),
    [
        ("de_DE", "Jürgen", "juergen"),
        ("de_DE", "Günther", "guenther"),
        ("fr_FR", "Hélène", "helene"),
        ("fr_FR", "François", "francois"),
        ("es_ES", "Íñigo", "inigo"),
        ("pt_BR", "João", "joao"),
    ],
)
def test_addresses_write_letters_as_the_language_does(locale, name, written):
    """German umlauts become ae, oe and ue; accents of French, Spanish and Portuguese fall away."""
    pools = Pools.of(locale)
    names = listed(pools.text("first_names"))
    assert listed(pools.text("first_slugs"))[names.index(name)] == written


def test_web_addresses_write_umlauts_out():
    """A company's web address has every umlaut of its name as two letters."""
    pools = Pools.of("de_DE")
    for part in ("stem", "trade", "region"):
        words, slugs = (listed(pools.text(f"company_{part}{end}")) for end in ("s", "_slugs"))
        for word, slug in zip(words, slugs, strict=True):
            for letter, latin in spellings("de_DE"):
                assert letter not in word.lower() or latin in slug, word


@pytest.mark.parametrize("locale", shipped())
def test_irish_names_keep_their_apostrophe(locale):
    """O'Connor is written so, and is oconnor in an address."""
    pools = Pools.of(locale)
    names = listed(pools.text("last_names"))
    assert not {"Oconnor", "Obrien", "Oneill"} & {*names}
    slugs = dict(zip(names, listed(pools.text("last_slugs")), strict=True))
    assert slugs.get("O'Connor", "oconnor") == "oconnor"
