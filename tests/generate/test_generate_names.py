"""Names and texts that a reader believes: how people are addressed, what companies are called on the web and the exchange."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import date

import pytest

from sfseed_core.cli.root import run
from sfseed_core.generate.engine import Engine
from sfseed_core.generate.letters import spellings
from sfseed_core.generate.pools import Pools, shipped
from sfseed_core.generate.providers.industries import INDUSTRIES
from sfseed_core.generate.texts import listed
from sfseed_core.recipe.model import ColumnPlan, ObjectPlan, Plan

TODAY = "2026-11-23"


def made(folder, locale, *counts):
    """Some objects' records in a locale, by object."""
    out = folder / locale
    where = ["--org", "demo", "--locale", locale, "--out", str(out), "--seed", "5", "--as-of", TODAY, "-q"]
    wanted = [part for one in counts for part in ("--count", one)]
    assert run(["generate", "--preset", "core-objects", *where, *wanted]) == 0
    return {path.stem: list(csv.DictReader(path.open(encoding="utf-8"))) for path in out.glob("*.csv")}


@pytest.fixture(scope="module", params=["de_DE", "en_US", "fr_FR", "ja_JP", "pt_BR"])
def some(request, tmp_path_factory):
    """A few hundred companies and two thousand people of a locale, with the locale."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("names")
        patch.setenv("SFSEED_HOME", str(folder / "home"))
        return request.param, made(folder, request.param, "Account=400", "Contact=2000")


def test_few_people_are_doctors(some):
    """One to three in a hundred forms of address are titles, and no firm has professors."""
    _, tables = some
    forms = Counter(one["Salutation"] for one in tables["Contact"] if one["Salutation"])
    titled = sum(count for form, count in forms.items() if form in ("Dr.", "Prof."))
    assert 0.005 <= titled / forms.total() <= 0.03
    assert not forms["Prof."]


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
    pattern = {"pt_BR": "[A-Z]{2,4}3", "ja_JP": "[1-9]{3}[BEQVZ]"}.get(locale, "[A-Z]{2,4}")
    assert all(re.fullmatch(pattern, one["TickerSymbol"]) for one in accounts if one["TickerSymbol"])


def test_no_ticker_symbol_is_a_word_that_one_does_not_say(tmp_path):
    """Of thousands of companies whose names would give some, none has one: Crawford Paper trades as CRAX."""
    accounts = made(tmp_path, "en_US", "Account=60000")["Account"]
    short = {
        (one["Name"].split()[0][:3] + one["Name"].split()[1][:1]).upper()
        for one in accounts
        if one["Ownership"] == "Public"
    }
    assert {"CRAP", "SHAT", "KNOB"} & short
    assert not {"CRAP", "SHAT", "KNOB"} & {one["TickerSymbol"] for one in accounts}


@pytest.mark.parametrize(
    ("locale", "name", "written"),
    [
        ("de_DE", "Jürgen", "juergen"),
        ("de_DE", "Jörg", "joerg"),
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


LABELS = ("Operating Hours", "Project Phase", "Project Task", "Service Territory", "Work Type")
THINGS = ("Location", "OperatingHours", "ServiceTerritory", "WorkType", "Pricebook2")
OWN = ("Equipment__c", "Project_Phase__c", "Project_Task__c", "Site__c", "Skill__c")


@pytest.fixture(scope="module", params=["de_DE", "en_GB", "ja_JP"])
def everything(request, tmp_path_factory):
    """A few records of every object in a locale, with the locale."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("things")
        patch.setenv("SFSEED_HOME", str(folder / "home"))
        out = folder / "out"
        where = ["--org", "demo", "--locale", request.param, "--out", str(out), "--seed", "5", "--as-of", TODAY, "-q"]
        assert run(["generate", "--preset", "everything", "--count-each", "40", *where]) == 0
        tables = {path.stem: list(csv.DictReader(path.open(encoding="utf-8"))) for path in out.glob("*.csv")}
        return request.param, tables


def test_things_are_called_by_what_they_are(everything):
    """Rarely used and custom objects have names of their kind: no label of the object, no bare number at the end."""
    locale, tables = everything
    labels = LABELS if locale == "en_GB" else (*LABELS, "Equipment", "Site", "Skill")
    for name in (*THINGS, *OWN):
        names = [one["Name"] for one in tables[name]]
        assert all(names), name
        assert not [one for one in names if any(label in one for label in labels)][:3], name
        assert name == "Pricebook2" or not [one for one in names if re.search(r"\d{4}$", one)][:3], name


def test_names_of_one_object_rarely_repeat(everything):
    """Forty sites, skills and machines have forty names."""
    _, tables = everything
    for name in ("OperatingHours", "WorkType", "Pricebook2", "Skill__c", "Equipment__c"):
        names = [one["Name"] for one in tables[name] if one.get("Category__c", "any")]
        assert len({*names}) == len(names), name


def test_phases_of_a_project_follow_each_other(everything):
    """The first phases of a project's are those that come first in any."""
    locale, tables = everything
    phases = listed(Pools.of(locale).text("phases"))
    by_project = {}
    for one in tables["Project_Phase__c"]:
        by_project.setdefault(one["Project__c"], []).append(one["Name"])
    assert all(names == phases[: len(names)] for names in by_project.values() if len(names) <= len(phases))


@pytest.mark.parametrize(
    ("name", "field", "pool"),
    [("Site__c", "Site_Type__c", "sites"), ("Equipment__c", "Kind__c", "machines"), ("Location", "LocationType", "sites")],
)
def test_names_agree_with_the_picklist_that_says_what_a_thing_is(everything, name, field, pool):
    """What the picklist calls a warehouse is none of the other kinds by its name."""
    locale, tables = everything
    pools = Pools.of(locale)
    tags = dict(zip(listed(pools.text(pool)), listed(pools.text(f"{pool}_tags")), strict=True))
    for one in tables[name]:
        going = [word for word, tag in tags.items() if one[field].lower() in tag.split(", ")]
        assert not going or any(word in one["Name"] for word in going), (one["Name"], one[field])


def test_sites_are_named_after_their_city(everything):
    """A site's own city stands in its name."""
    _, tables = everything
    assert all(one["City__c"] in one["Name"] for one in tables["Site__c"])


def test_notes_of_solutions_belong_to_their_names(everything):
    """Each solution has its own steps."""
    locale, tables = everything
    pools = Pools.of(locale)
    notes = dict(zip(listed(pools.text("solutions")), listed(pools.text("solution_notes")), strict=True))
    written = [one for one in tables["Solution"] if one["SolutionNote"]]
    assert written
    assert all(notes[one["SolutionName"]] in one["SolutionNote"] for one in written)


@pytest.mark.parametrize("locale", shipped())
def test_lists_of_names_have_what_patterns_ask_for(locale):
    """Every word in a pattern is a list of the locale or made; titles of industries are as many as industries."""
    pools = Pools.of(locale)
    patterns = [text for name, text in pools.settings.items() if name.startswith("pattern_")]
    asked = {word for text in patterns for word in re.findall(r"\{(\w+)\}", text)}
    assert {word for word in asked if not pools.has(word)} <= {"city", "state", "year", "day", "label", "models"}
    assert not pools.has("industry_titles") or len(pools.text("industry_titles")) == len(INDUSTRIES)
    assert len(pools.text("solutions")) == len(pools.text("solution_notes"))


def test_the_label_stands_only_in_names_of_its_language():
    """An object that says nothing more is called by a word and its label in the org's language, else by words alone."""
    said = {"pattern": "record", "label": "Gizmo", "language": "en"}
    for locale, labelled in (("en_US", True), ("fr_FR", False)):
        found = values(ColumnPlan("Name", "string", "name.record", said, length=80), locale, 200)
        assert all(("Gizmo" in one) is labelled for one in found)
        assert len({*found}) == 200


def test_logs_hold_what_programs_write():
    """A stack trace is lines of code, data are JSON, a message is none of business."""
    traces = values(ColumnPlan("Trace__c", "textarea", "log.trace", {}, length=3000), "de_DE", 50)
    assert all(re.fullmatch(r"(Class\.\w+\.\w+: line \d+, column 1\n?)+", one) for one in traces)
    sent = values(ColumnPlan("Data__c", "textarea", "log.data", {}, length=3000), "de_DE", 50)
    assert all(json.loads(one)["object"] for one in sent)


def values(column, locale, count):
    """A column's values in a locale."""
    plan = Plan(7, date(2026, 11, 23), "GMT", locale, (ObjectPlan("Thing__c", count, 0, (column,)),), "")
    return Engine(plan).rows("Thing__c", 0, count)[column.field].to_pylist()
