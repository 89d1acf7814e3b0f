"""No two generated persons or companies are alike for Salesforce's standard matching rules."""

from __future__ import annotations

import itertools
from collections import defaultdict
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.engine import Engine
from sfseed_core.generate.pools import Pools, shipped
from sfseed_core.generate.pools.alike import near, similarity, sound
from sfseed_core.generate.texts import listed
from sfseed_core.recipe.model import ObjectPlan, Plan
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.plan_json import identity
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.snapshot.taken import NAMES
from sfseed_core.workflow import packaged
from sfseed_emulator.matching.likeness import first_names, last_names
from sfseed_emulator.matching.standard import STANDARD_RULES, hashed
from sfseed_emulator.matching.subjects import subject
from tests.generate.conftest import column, plan_by_hand
from tests.recipe.recipe_builders import schema, snapshot, text, thing

MANY = 100_000
PLAN = plan_by_hand()


def plan(*objects: ObjectPlan) -> Plan:
    """A plan of the objects in American English."""
    return Plan(7, PLAN.as_of, "GMT", "en_US", objects, "")


def people(name: str, count: int) -> ObjectPlan:
    """Persons with a first and a last name."""
    names = (
        column("FirstName", "string", "person.first_name", length=40),
        column("LastName", "string", "person.last_name", length=80),
    )
    return ObjectPlan(name, count, 0, names)


def pairs(engine: Engine, name: str) -> np.ndarray:
    """Which pair of names each record of the object has, as one number."""
    some = engine.at(name, np.arange(engine.count(name)))
    return some.cells("FirstName").codes.astype(np.int64) * 100_000 + some.cells("LastName").codes


def test_a_hundred_thousand_persons_are_all_different():
    """Each of 100,000 contacts has another pair of names; a few leads beside them too."""
    engine = Engine(plan(people("Contact", MANY), people("Lead", 3_000)))
    known = np.concatenate([pairs(engine, "Contact"), pairs(engine, "Lead")])
    assert len(np.unique(known)) == len(known)


def test_persons_that_the_org_has_are_left_out():
    """Pairs of names that contacts or leads of the org have already are given to nobody."""
    first = Engine(plan(people("Contact", 2_000)))
    known = pairs(first, "Contact")
    names = first.rows("Contact", 0, 2_000).to_pydict()
    held = tuple("\t".join(one) for one in zip(names["FirstName"], names["LastName"], strict=True))
    org = schema(thing("Contact", text("FirstName", compound="Name"), text("LastName", compound="Name", nillable=False)))
    recipe = parse_recipe("version: 1\nobjects: {Contact: 2000}")
    taken = snapshot(taken=MappingProxyType({"Lead.Name": held[:500], "Contact.Name": (*held[500:], "Zz\tTop")}))
    again = make_plan(recipe, org, taken, chooser=Chooser(), seed=7, locale="en_US")
    fresh = pairs(Engine(again), "Contact")
    assert len(np.unique(fresh)) == 2_000
    assert not set(fresh.tolist()) & set(known.tolist())
    assert identity(again) == identity(make_plan(recipe, org, snapshot(), chooser=Chooser(), seed=7, locale="en_US"))


def test_nobody_bears_a_known_persons_name():
    """Of all pairs of French names those are given to nobody that belong to persons whom everybody knows."""
    pools = Pools.of("fr_FR")
    known = {tuple(name.split(" ", maxsplit=1)) for name in listed(pools.text("unpaired"))}
    parts = (("first_names", "pair_firsts"), ("last_names", "pair_lasts"))
    firsts, lasts = ({listed(pools.text(name))[place] for place in pools.numbers(pair)} for name, pair in parts)
    paired = {(first, last) for first, last in known if first in firsts and last in lasts}
    count = len(firsts) * len(lasts) - len(paired)
    names = Engine(Plan(7, PLAN.as_of, "GMT", "fr_FR", (people("Contact", count),), "")).rows("Contact", 0, count)
    given = set(zip(listed(names.column("FirstName")), listed(names.column("LastName")), strict=True))
    assert len(given) == count
    assert ("Michel", "Blanc") in paired
    assert not given & known


@pytest.mark.parametrize("locale", shipped())
def test_names_of_pairs_are_unlike_each_other(locale):
    """Of the names that pairs are made of no two are similar by letters or sound, nor a last name by sound like a first."""
    pools = Pools.of(locale)
    lists = [
        [listed(pools.text(f"{part}_slugs"))[place] for place in pools.numbers(f"pair_{part}s")]
        for part in ("first", "last")
    ]
    for names, alike in zip(lists, (similarity, near), strict=True):
        assert len({sound(name) for name in names}) == len(names)
        assert all(alike(one, two) < 0.85 for one, two in itertools.combinations(names[::3], 2))
    assert not {sound(name) for name in lists[0]} & {sound(name) for name in lists[1]}
    # an independent reading of the rules agrees
    for names, match in zip(lists, (first_names, last_names), strict=True):
        assert not [pair for pair in itertools.combinations(names, 2) if match(*pair)][:3]


def test_a_hundred_thousand_companies_have_different_match_keys():
    """No two of 100,000 accounts agree in the first six letters of both words of their names."""
    engine = Engine(plan(ObjectPlan("Account", MANY, 0, (column("Name", "string", "company", length=255),))))
    names = [name for batch in engine.batches("Account") for name in listed(batch.column("Name"))]
    keys = {tuple(word[:6].lower() for word in name.split(" ")[:2]) for name in names}
    assert len(keys) == MANY


@pytest.mark.parametrize("locale", ["en_US", "es_ES"])
def test_companies_that_the_org_has_are_left_out(locale):
    """Names of the org's accounts are made again for none, whether a language says a company's trade behind its word or before."""
    org, recipe = (
        schema(thing("Account", text("Name", nillable=False))),
        parse_recipe("version: 1\nobjects: {Account: 500}"),
    )
    plans = []
    held: tuple[str, ...] = ()
    for _ in range(2):
        known = snapshot(taken=MappingProxyType({"Account.Name": held}))
        plans.append(
            Engine(make_plan(recipe, org, known, chooser=Chooser(), seed=7, locale=locale)).rows("Account", 0, 500)
        )
        held = tuple(listed(plans[0].column("Name")))
    keys = [{tuple(name.split(" ")[:2]) for name in listed(one.column("Name"))} for one in plans]
    assert len(keys[0]) > 490
    assert not keys[0] & keys[1]


@pytest.mark.parametrize("locale", ["de_DE", "fr_FR", "ja_JP"])
def test_a_company_name_that_comes_again_is_in_another_city(locale):
    """Beyond the list of names one comes again with a region, where nothing that the rule looks by leads from one to the other."""
    recipe = parse_recipe(
        f"version: 1\nlocale: {locale}\n"
        "objects: {Account: {count: 45000, only: [Name, Website, BillingCity, BillingPostalCode]}}"
    )
    found = packaged.demo_survey(recipe)
    plan = make_plan(recipe, found.schema, found.snapshot, chooser=Chooser(), seed=5)
    batch = Engine(plan).rows("Account", 0, 45_000)
    columns = [listed(batch.column(name)) for name in ("Website", "BillingCity", "BillingPostalCode")]
    regions = {slug for slug in listed(Pools.of(locale).text("company_region_slugs")) if slug}
    places = defaultdict(list)
    for site, city, code in zip(*columns, strict=True):
        words = site.removeprefix("https://www.").removesuffix(".example.com").split("-")
        places[tuple(word for word in words if word not in regions)].append((city[:6], code[:3]))
    again = [where for where in places.values() if len(where) > 1]
    assert len(again) > 5_000
    assert all(len({part[0] for part in where}) == len({part[1] for part in where}) == len(where) for where in again)


def test_a_trade_may_stand_before_a_companys_own_word():
    """Spanish says it so of some trades; the web site follows the name, and no two names share both words."""
    site = column("Website", "url", "website", {"company": "Name"}, length=255)
    name = column("Name", "string", "company", length=255)
    made = Engine(Plan(7, PLAN.as_of, "GMT", "es_ES", (ObjectPlan("Account", 20_000, 0, (name, site)),), ""))
    batch = made.rows("Account", 0, 20_000)
    pairs = dict(zip(listed(batch.column("Name")), listed(batch.column("Website")), strict=True))
    assert len({tuple(name.split(" ")[:2]) for name in pairs}) == 20_000
    transport = {name: site for name, site in pairs.items() if name.startswith("Transportes ")}
    assert len(transport) > 300
    assert all(site.startswith("https://www.transportes-") for site in transport.values())
    assert next(site for name, site in pairs.items() if " Asesores" in name).endswith("-asesores.example.com")


def test_similarity_is_jaro_winklers():
    """Textbook values of the Jaro-Winkler similarity."""
    assert similarity("martha", "marhta") == pytest.approx(0.9611, abs=1e-4)
    assert similarity("dwayne", "duane") == pytest.approx(0.84, abs=1e-4)
    assert similarity("abc", "xyz") == 0


def presented(locale, count, names=""):
    """Accounts, contacts and leads of a plan with all that the standard rules compare, as their normalised values.

    `names` is what the recipe says of each name, `{edge: true}` for example.
    """
    said = {one: ", ".join(f"{field}: {names}" for field in fields if names) for one, fields in NAMES.items()}
    recipe = f"""
version: 1
locale: {locale}
objects:
  Account: {{count: {count}, only: [{", ".join(STANDARD_RULES["Account"].fields.values())}], fields: {{{said["Account"]}}}}}
  Contact: {{per: Account, each: 1, only: [{", ".join(STANDARD_RULES["Contact"].fields.values())}], fields: {{{said["Contact"]}}}}}
  Lead: {{count: {count}, only: [{", ".join(STANDARD_RULES["Lead"].fields.values())}], fields: {{{said["Lead"]}}}}}
"""
    org = packaged.demo_survey(parse_recipe(recipe))
    engine = Engine(make_plan(parse_recipe(recipe), org.schema, org.snapshot, chooser=Chooser(), seed=5))
    found = {}
    for name, rule in STANDARD_RULES.items():
        batch = engine.rows(name, 0, count)
        columns = {
            part: batch.column(field).to_pylist() for part, field in rule.fields.items() if field in batch.schema.names
        }
        found[name] = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        if name == "Contact":
            accounts = found["Account"]
            for one, account in zip(found[name], batch.column("AccountId").to_pylist(), strict=True):
                one["company"] = accounts[account]["company"]
    return {name: [subject(one) for one in rows] for name, rows in found.items()}


def duplicates(records, rule):
    """Pairs that the rule takes for one another, of all that share a match key."""
    by_key = defaultdict(list)
    for one in records:
        for key in rule.keys(one):
            by_key[hashed(key)].append(one)
    groups = (group for group in by_key.values() if len(group) > 1)
    return [pair for group in groups for pair in itertools.combinations(group, 2) if rule.matches(*pair)]


@pytest.mark.parametrize("locale", ["en_US", "ja_JP"])
def test_no_two_records_are_duplicates_for_the_standard_rules(locale):
    """Neither accounts nor contacts and leads together hold two records that the rules, as the emulator has them, call one."""
    found = presented(locale, 3_000)
    assert not duplicates(found["Account"], STANDARD_RULES["Account"])
    assert not duplicates([*found["Contact"], *found["Lead"]], STANDARD_RULES["Contact"])


@pytest.mark.parametrize("locale", shipped())
def test_the_page_on_matching_counts_what_there_is(locale):
    """How many persons and companies of a locale are unlike each other stands in the docs as it is."""
    pools = Pools.of(locale)
    people = len(pools.numbers("pair_firsts")) * len(pools.numbers("pair_lasts"))
    named = len(pools.text("company_stems")) * len(pools.text("company_trades"))
    page = (Path(__file__).resolve().parents[2] / "docs" / "matching-rules.md").read_text(encoding="utf-8")
    assert f"| {locale} | {people:,} | {named:,} |" in page


@pytest.mark.slow
@pytest.mark.parametrize("locale", shipped())
def test_a_hundred_thousand_of_each_hold_no_duplicates(locale):
    """The same for 100,000 accounts, contacts and leads."""
    found = presented(locale, MANY)
    assert duplicates(found["Account"], STANDARD_RULES["Account"])[:3] == []
    assert duplicates([*found["Contact"], *found["Lead"]], STANDARD_RULES["Contact"])[:3] == []


@pytest.mark.parametrize("count", [3_000, pytest.param(50_000, marks=pytest.mark.slow)])
def test_names_at_the_edge_are_no_duplicates_either(count):
    """Longest, shortest and odd names of accounts, contacts and leads: no rule takes two for one, and no two share a web site."""
    found = presented("en_US", count, "{edge: true}")
    assert duplicates(found["Account"], STANDARD_RULES["Account"])[:3] == []
    assert duplicates([*found["Contact"], *found["Lead"]], STANDARD_RULES["Contact"])[:3] == []
    sites = [one.website for one in found["Account"] if one.website]
    assert len(set(sites)) == len(sites)


def test_names_at_the_edge_that_the_org_has_are_left_out():
    """What an earlier run put there, as an account's name or a contact's last name, is made by no other seed."""
    org = schema(
        thing("Account", text("Name", nillable=False)),
        thing("Contact", text("FirstName", compound="Name"), text("LastName", compound="Name", nillable=False)),
    )
    recipe = parse_recipe(
        "version: 1\nobjects:\n  Account: {count: 900, fields: {Name: {edge: true}}}\n"
        "  Contact: {count: 900, fields: {FirstName: {edge: true}, LastName: {edge: true}}}"
    )

    def made(taken):
        engine = Engine(make_plan(recipe, org, snapshot(taken=MappingProxyType(taken)), chooser=Chooser(), seed=7))
        return [
            set(engine.rows(*one, 0, 900).column(field).to_pylist())
            for *one, field in (("Account", "Name"), ("Contact", "LastName"))
        ]

    names, last_names_ = made({})
    others = made({"Account.Name": tuple(names), "Contact.Name": tuple(f"A\t{name}" for name in last_names_)})
    assert [len(names), len(last_names_), *map(len, others)] == [900] * 4
    assert not names & others[0]
    assert not last_names_ & others[1]
