"""Recipes that refer to records which the org has: symbolic in plan and dataset, ids only at load."""

from __future__ import annotations

import csv
import dataclasses
from types import MappingProxyType

import numpy as np
import pytest

from sfseed_core.cli.root import run
from sfseed_core.dataset.export.readable import reference_text
from sfseed_core.dataset.references import split
from sfseed_core.dataset.vectors import integers, texts
from sfseed_core.errors import DataError, PlanRefused, RecipeError
from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.engine import rows
from sfseed_core.load.resolve import Resolver
from sfseed_core.recipe.model import Existing, ObjectPlan, ReferencePlan, Target
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.plan_json import from_json, identity, to_json
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.recipe.write import recipe_yaml
from tests.journeys.conftest import plain_client, sfseed
from tests.recipe.recipe_builders import name_field, reference, schema, snapshot, text, thing

BANKS = "Account WHERE Industry = 'Banking' ORDER BY Id LIMIT 2000"
ORG = schema(
    thing("Account", text("Name", nillable=False, name_field=True), text("Industry")),
    thing("Contact", text("LastName", nillable=False), text("Email"), reference("AccountId", "Account")),
    thing("Case", text("Subject"), reference("AccountId", "Account"), reference("ContactId", "Contact")),
    thing("Plan__c", name_field(), reference("Bank__c", "Account", required=True)),
)


def planned(recipe_text, found=None, **more):
    """The plan of a recipe in an org where queries find what `found` says."""
    known = snapshot(existing=MappingProxyType(found or {}), **more)
    return make_plan(parse_recipe("version: 1\n" + recipe_text), ORG, known, chooser=Chooser(), seed=1)


def ids(count):
    """Ids of that many records."""
    return tuple(f"001{number:012}AAA" for number in range(count))


@pytest.mark.parametrize(
    ("said", "where", "limit"),
    [
        ("Industry = 'Banking'", "Industry = 'Banking'", 2_000),
        ("all", "", 2_000),
        ("SELECT Id FROM Account WHERE Name LIKE 'A%' LIMIT 5", "Name LIKE 'A%'", 5),
        ("{where: Name != null, limit: 7}", "Name != null", 7),
        ('{external_id: Key__c, values: [A-1, "O\'B"]}', "Key__c IN ('A-1','O\\'B')", 2_000),
    ],
)
def test_records_are_found_by_condition_query_or_external_id(said, where, limit):
    """Each way to say which records are meant comes to one condition, and is written back so that it reads the same."""
    quoted = said if said.startswith("{") else f'"{said}"'
    recipe = parse_recipe(f"version: 1\nobjects: {{Account: {{existing: {quoted}}}}}")
    assert recipe.objects["Account"].existing == Existing(where, limit)
    assert parse_recipe(recipe_yaml(recipe)).objects == recipe.objects


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("{where: A, query: B}", "one of: where, query, external_id"),
        ("{wehre: A}", "did you mean 'where'"),
        ("SELECT Id FROM Contact", "not a query like SELECT Id FROM Account"),
        ("SELECT Name FROM Account", "not a query like"),
        ("{where: A, limit: 60000}", "a limit from 1 to 50,000"),
        ("{external_id: 'a; b', values: [1]}", "is not the API name of a field"),
    ],
)
def test_mistakes_are_named_with_their_place(said, says):
    """A wrong way to name records is refused with file, line and column."""
    with pytest.raises(RecipeError, match=r"recipe:2:\d+: .*" + says):
        parse_recipe(f"version: 1\nobjects: {{Account: {{existing: {said}}}}}")


def test_children_fall_on_the_records_of_the_org():
    """Nothing is made of the object; its children are laid along the records that the query finds, by number."""
    plan = planned(
        "objects:\n  Account: {existing: \"Industry = 'Banking'\"}\n  Contact: {per: Account, each: 3}", {BANKS: ids(4)}
    )
    assert [one.name for one in plan.objects] == ["Contact"]
    made = rows(plan, "Contact", 0, 12)
    assert plan.object("Contact").count == 12
    assert set(made.column("AccountId@").to_pylist()) == {f"={BANKS}"}
    assert set(made.column("AccountId").to_pylist()) == {0, 1, 2, 3}


def test_new_records_and_those_of_the_org_stand_side_by_side():
    """With a count besides, references fall on both in proportion, and what goes together stays together."""
    text_ = "objects:\n  Account: {existing: \"Industry = 'Banking'\", count: 10}\n  Contact: {per: Account, each: 2}\n  Case: 60"
    plan = planned(text_, {BANKS: ids(30)})
    contacts, cases = (rows(plan, name, 0, plan.object(name).count) for name in ("Contact", "Case"))
    assert contacts.num_rows == 80
    of_org = sum(one == f"={BANKS}" for one in contacts.column("AccountId@").to_pylist())
    assert 50 <= of_org <= 70
    homes = list(zip(contacts.column("AccountId@").to_pylist(), contacts.column("AccountId").to_pylist(), strict=True))
    for account, target, contact in zip(
        *(cases.column(name).to_pylist() for name in ("AccountId", "AccountId@", "ContactId")), strict=True
    ):
        assert contact is None or homes[contact] == (target, account)
    slices = [rows(plan, "Contact", start, start + 16) for start in range(0, 80, 16)]
    assert [one for part in slices for one in part.to_pylist()] == contacts.to_pylist()


def test_a_plan_survives_json_and_more_records_in_the_org():
    """The plan reads back equal; how many records the org has by now does not make it another plan."""
    recipe = "objects:\n  Account: {existing: all}\n  Contact: 12"
    query = "Account ORDER BY Id LIMIT 2000"
    first, second = planned(recipe, {query: ids(4)}), planned(recipe, {query: ids(9)})
    assert from_json(to_json(first)) == first
    assert identity(first) == identity(second)
    assert "001" not in to_json(first)


def test_without_the_org_the_number_is_assumed_and_said():
    """A plan made from a schema alone stays unresolved: it says how many are assumed."""
    plan = planned("objects:\n  Account: {existing: {where: Name != null, limit: 40}}\n  Contact: {per: Account, each: 1}")
    assert plan.object("Contact").count == 40
    assert any("40 are assumed" in note for note in plan.notes)


def test_an_org_without_such_records_is_refused():
    """Where the query finds nothing and nothing is to be made, the plan names the query."""
    with pytest.raises(PlanRefused, match="the org has no Account WHERE Industry = 'Banking'"):
        planned("objects:\n  Account: {existing: \"Industry = 'Banking'\"}\n  Contact: 3", {BANKS: ()})


def test_owners_are_found_by_name_or_all_active_ones():
    """`owner` spreads records over users by weight; without it the running user owns them and no field says so."""
    owned = thing("Thing__c", name_field(), reference("OwnerId", "Group", "User", defaulted_on_create=True))
    org = schema(owned)
    recipe = parse_recipe("version: 1\nowner: {jo@example.com: 3, ann@example.com: 1}\nobjects: {Thing__c: 4000}")
    plan = make_plan(recipe, org, snapshot(), chooser=Chooser(), seed=1)
    targets = rows(plan, "Thing__c", 0, 4000).column("OwnerId@").to_pylist()
    jo = "=User WHERE Username = 'jo@example.com' AND IsActive = true ORDER BY Id LIMIT 1"
    assert 2850 <= targets.count(jo) <= 3150
    plain = make_plan(dataclasses.replace(recipe, owners=None), org, snapshot(), chooser=Chooser(), seed=1)
    assert not plain.object("Thing__c").references


def test_references_as_text_keep_the_number():
    """An export writes `=Account WHERE ...#3`, and reads it back as query and number."""
    written = reference_text(integers(np.array([3, 5])), texts([f"={BANKS}", "Account"]))
    assert written.to_pylist() == [f"={BANKS}#3", "Account:5"]
    keys, targets, bad = split(written)
    assert (keys.to_pylist(), targets.to_pylist(), bad.any()) == ([3, 5], [f"={BANKS}", "Account"], False)


def test_the_load_turns_queries_into_ids(tmp_path):
    """Contacts made for accounts that the org has hang on exactly these accounts, and are owned by an active user."""
    home, recipe = tmp_path / "home", tmp_path / "recipe.yaml"
    info = sfseed(home, "emulator", "--demo", "--json").json
    try:
        client = plain_client(info["base_url"], info["access_token"])
        mine = [client.Account.create({"Name": f"Old {number}", "Site": "here"})["id"] for number in range(3)]
        client.Account.create({"Name": "Other"})
        recipe.write_text(
            "version: 1\nowner: active\nobjects:\n  Account: {existing: \"Site = 'here'\"}\n  Contact: {per: Account, each: 4}\n",
            encoding="utf-8",
        )
        result = sfseed(home, "seed", str(recipe), "--org", "demo", "--yes", "--json")
        assert result.code == 0, result.err
        found = client.query_all("SELECT AccountId, OwnerId FROM Contact")["records"]
        assert len(found) == 12
        assert {one["AccountId"] for one in found} == set(mine)
        active = client.query_all("SELECT Id FROM User WHERE IsActive = true AND UserType = 'Standard'")["records"]
        assert {one["OwnerId"] for one in found} <= {one["Id"] for one in active}
    finally:
        sfseed(home, "emulator", "--stop")


def test_generating_needs_no_org(home, tmp_path):
    """`generate --out` writes references to records of the org as the query and a number."""
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("version: 1\nobjects:\n  Account: {existing: all}\n  Contact: 20\n", encoding="utf-8")
    assert run(["generate", str(recipe), "--org", "demo", "--out", str(tmp_path / "out"), "-q"]) == 0
    with (tmp_path / "out" / "Contact.csv").open(encoding="utf-8") as file:
        links = {one["AccountId"] for one in csv.DictReader(file)}
    assert all(one.startswith("=Account ORDER BY Id LIMIT 2000#") for one in links)
    assert not (tmp_path / "out" / "Account.csv").exists()


def test_pairs_that_would_come_twice_are_refused_before_the_load():
    """With fewer partners in the org than were counted on, a pair could double: the load says so and does not begin."""
    people = "Contact ORDER BY Id LIMIT 2000"
    campaigns = ObjectPlan("Campaign", 2, 0, (), ())
    members = ObjectPlan(
        "CampaignMember",
        20,
        1,
        (),
        (
            ReferencePlan("CampaignId", "children", (Target("Campaign"),)),
            ReferencePlan("ContactId", "pair", (Target(None, people, count=10),)),
        ),
    )
    plan = dataclasses.replace(planned("objects: {Account: 1}"), objects=(campaigns, members))
    Resolver("00D", {}, {}, existing={people: ids(10)}).check_pairs(plan)
    with pytest.raises(
        DataError, match=r"CampaignMember.ContactId: .* 10 records of Contact, of which the org has 9"
    ) as said:
        Resolver("00D", {}, {}, existing={people: ids(9)}).check_pairs(plan)
    assert "sfseed generate" in said.value.hint
