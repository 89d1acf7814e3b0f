"""Recipes from and to YAML."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfseed_core.errors import NotFound, RecipeError
from sfseed_core.recipe.model import FieldRecipe, ObjectRecipe, Recipe
from sfseed_core.recipe.read import parse_recipe, read_recipe
from sfseed_core.recipe.write import recipe_yaml

WHOLE = """
version: 1
title: Clients
preset: minimal
seed: 42
as_of: 2026-01-31
locale: de_DE
given: {$Permission.Skip_Rules: true, $Setup.Limits__c.Most__c: 17, $Profile.Name: "17", $Label.Since: 2026-01-31, $User.X: null}
without: [Lead]
objects:
  Account: 25
  Contact:
    per: Account
    each: 2.5
    record_types: {Client: 3, Partner: 1}
    fields:
      Email: {provider: email, empty: 10%, options: {domains: [a, b], from: 2020-01-01}}
      Fax: skip
      Title: [CEO, CFO]
      LeadSource: Web
      Level__c: {values: [A, B], weights: [1, 3]}
"""


def test_a_whole_recipe_is_read():
    """Every part of a recipe arrives in its model."""
    recipe = parse_recipe(WHOLE, path="r.yaml")
    assert (recipe.preset, recipe.seed, recipe.as_of, recipe.locales) == (
        "minimal",
        42,
        date(2026, 1, 31),
        (("de_DE", 100),),
    )
    assert recipe.given == {
        "$permission.skip_rules": True,
        "$setup.limits__c.most__c": 17,
        "$profile.name": "17",
        "$label.since": "2026-01-31",
        "$user.x": None,
    }
    assert recipe.objects["Account"] == ObjectRecipe("Account", count=25)
    contact = recipe.objects["Contact"]
    assert (contact.per, contact.each, dict(contact.record_types or {})) == ("Account", 2.5, {"Client": 3, "Partner": 1})
    assert contact.fields["Email"] == FieldRecipe("email", {"domains": ["a", "b"], "from": "2020-01-01"}, empty=10)
    assert contact.fields["Fax"].skip
    assert contact.fields["Title"].values == ("CEO", "CFO")
    assert contact.fields["LeadSource"].values == ("Web",)
    assert contact.fields["Level__c"].weights == (1, 3)


def test_a_written_recipe_reads_back_the_same():
    """Writing and reading again changes nothing."""
    recipe = parse_recipe(WHOLE, path="r.yaml")
    assert parse_recipe(recipe_yaml(recipe), path="r.yaml") == recipe


@given(
    st.dictionaries(st.from_regex(r"\A[A-Z][a-z]{1,8}(__c)?\Z"), st.integers(1, 10**6), min_size=1, max_size=5),
    st.one_of(st.none(), st.integers(0, 2**53)),
)
def test_any_counts_read_back_the_same(counts, seed):
    """Whatever the names and counts, a written recipe reads back."""
    objects = {name: ObjectRecipe(name, count=count) for name, count in counts.items()}
    recipe = Recipe(objects=objects, seed=seed, path="recipe")
    assert parse_recipe(recipe_yaml(recipe)) == recipe


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("objects: {Account: -1}", "r.yaml:1:20", "at least 1"),
        ("objects:\n  Account: many", "r.yaml:2:12", "whole number"),
        ("objekts: {A: 1}", "r.yaml:1:1", "did you mean 'objects'"),
        ("objects:\n  Account:\n    cuont: 3", "r.yaml:3:5", "did you mean 'count'"),
        ("objects: {A: 1, A: 2}", "r.yaml:1:17", "stands twice"),
        ("objects: {A: {per: B}}", "r.yaml:1:20", "go together"),
        ("objects: {A: {count: 1, per: B, each: 2}}", "r.yaml:1:30", "not both"),
        ("objects: {A: {fields: {B: {values: [x], weights: [1, 2]}}}}", "r.yaml:1:50", "2 weights for 1 values"),
        ("objects: {A: {fields: {B: {empty: 120}}}}", "r.yaml:1:35", "0 to 100"),
        ("objects: {'../A': 1}", "r.yaml:1:11", "not the API name"),
        ("as_of: yesterday\nobjects: {A: 1}", "r.yaml:1:8", "a date like"),
        ("version: 9\nobjects: {A: 1}", "r.yaml:1:10", "reads version 1"),
        ("objects: [A, B]", "r.yaml:1:10", "must be a mapping"),
        ("a: [", "r.yaml:2:1", "not YAML"),
        ("", "r.yaml", "is empty"),
        ("seed: 1", "r.yaml", "names no objects and no preset"),
        ("given: {$Permision.Skip: true}\nobjects: {A: 1}", "r.yaml:1:9", "did you mean '$Permission'"),
        ("given:\n  $User.Email: [a]\nobjects: {A: 1}", "r.yaml:2:16", "one value is wanted, not a list"),
        ("given:\n  $Permission.Skip: maybe\nobjects: {A: 1}", "r.yaml:2:21", "a permission is true or false, not 'maybe'"),
        ("given:\n  $Setup.Limits__c: 1\nobjects: {A: 1}", "r.yaml:2:3", "such as $Setup.Switches__c.Off__c"),
        ("given: {$RecordType.Name: A}\nobjects: {A: 1}", "r.yaml:1:9", "no global that rules ask for"),
        ("given: {$User.Id: 1, $user.id: 2}\nobjects: {A: 1}", "r.yaml:1:22", "stands twice"),
        ("given: [a]\nobjects: {A: 1}", "r.yaml:1:8", "must be a mapping"),
        ("select: most\nobjects: {}", "r.yaml:1:9", "named, custom, all"),
    ],
)
def test_an_error_names_its_place(text, place, says):
    """What is wrong is said with file, line and column, and what was allowed."""
    with pytest.raises(RecipeError) as caught:
        parse_recipe(text, path="r.yaml")
    assert caught.value.message.startswith(f"{place}: ")
    assert says in caught.value.message


def test_growing_aliases_are_refused():
    """A recipe cannot be made to fill memory with aliases of aliases."""
    with pytest.raises(RecipeError, match="aliases"):
        parse_recipe("a: &x [1, 1]\nb: &y [*x, *x]\nobjects: {A: 1}")


def test_a_missing_file_is_said():
    """A recipe that is not there is a usage error, not a traceback."""
    from pathlib import Path

    with pytest.raises(NotFound, match=r"nowhere\.yaml"):
        read_recipe(Path("nowhere.yaml"))


def test_a_file_that_is_no_text_is_said(tmp_path):
    """Bytes that are not UTF-8 are named."""
    path = tmp_path / "r.yaml"
    path.write_bytes(b"objects: {\xff: 1}")
    with pytest.raises(RecipeError, match="not UTF-8"):
        read_recipe(path)
