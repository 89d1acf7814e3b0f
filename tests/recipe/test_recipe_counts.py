"""Counts that the org decides with: filling a share of the free storage, topping up, and the user's own presets."""

from __future__ import annotations

import pytest

from sfseed_core.errors import PlanRefused, RecipeError, UserError
from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.layout import DISTRIBUTIONS
from sfseed_core.recipe.overrides import Overrides
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.presets import own_presets, preset_recipe
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.recipe.reference_options import SPREADS
from tests.recipe.recipe_builders import name_field, reference, schema, snapshot, thing

TREE = schema(thing("A__c", name_field()), thing("B__c", name_field(), reference("A__c", "A__c", required=True)))
RECIPE = "objects: {A__c: 100, B__c: {per: A__c, each: 3}}"


def counted(recipe=RECIPE, known=None, **overrides):
    """The counts of a plan."""
    plan = make_plan(
        parse_recipe(recipe, path="recipe.yaml"),
        TREE,
        known or snapshot(storage_free_mb=10),
        chooser=Chooser(),
        overrides=Overrides(**overrides),
    )
    return {one.name: one.count for one in plan.objects}, plan.notes


@pytest.mark.parametrize("percent", [1, 20, 50, 90])
def test_fit_fills_the_share_of_the_free_storage(percent):
    """The records take the percentage asked for, within a record per object, and keep their proportions."""
    counts, _ = counted(fit=percent)
    wanted = 10 * 1024 * 1024 * percent // 100
    assert abs(sum(counts.values()) * 2048 - wanted) <= 4 * 2048
    assert counts["B__c"] == 3 * counts["A__c"]


def test_fit_keeps_what_has_a_number():
    """Objects counted on the command line stay as they are; the others fill the rest."""
    counts, _ = counted(fit=50, counts={"A__c": 64})
    assert counts["A__c"] == 64


@pytest.mark.parametrize("wrong", [{"fit": 0}, {"fit": 101}, {"fit": 50, "count_each": 3}, {"up_to": {"A__c": 0}}])
def test_what_cannot_be_meant_is_refused(wrong):
    """Shares are percentages, and a count for each leaves nothing to fit."""
    with pytest.raises(UserError):
        Overrides(**wrong)


def test_fit_needs_to_know_the_free_storage():
    """Where the user may not read the limits, there is nothing to fit into."""
    with pytest.raises(PlanRefused, match="not known"):
        counted(known=snapshot(storage_free_mb=None), fit=50)


def test_up_to_counts_what_the_org_has():
    """What the org has is taken off; enough already, or not known, is said."""
    known = snapshot(storage_free_mb=10, counts={"A__c": 30})
    assert counted(known=known, up_to={"A__c": 100})[0] == {"A__c": 70, "B__c": 210}
    with pytest.raises(RecipeError, match="already has 30"):
        counted(known=known, up_to={"A__c": 30})
    with pytest.raises(RecipeError, match="not known"):
        counted(known=known, up_to={"B__c": 30})


def test_a_crowded_org_is_noted():
    """Records that take more than four fifths of what is free are said to."""
    assert any("% of the org's free storage" in note for note in counted(fit=90)[1])
    assert not any("% of the org's free storage" in note for note in counted(fit=70)[1])


def test_own_presets_are_files_of_the_home(home):
    """A recipe file in the home's presets folder is a preset of its name, standing on another if it says so."""
    folder = home / "presets"
    folder.mkdir()
    (folder / "mine.yaml").write_text("preset: minimal\nobjects: {Case: 7}\n", encoding="utf-8")
    (folder / "minimal.yaml").write_text("objects: {Case: 7}\n", encoding="utf-8")
    assert list(own_presets()) == ["mine"]
    mine = preset_recipe("mine")
    assert mine.objects["Case"].count == 7
    assert preset_recipe("minimal").objects.keys() <= mine.objects.keys()
    with pytest.raises(RecipeError, match="mine"):
        preset_recipe("mien")


@pytest.mark.parametrize(
    ("text", "what"), [("objects: [", "mine.yaml"), ("preset: other\nobjects: {A: 1}", "'other'"), ("- 1", "mine")]
)
def test_a_broken_preset_names_its_file(home, text, what):
    """Broken YAML, a list, or an unknown preset to stand on: the file is named, and other presets go on working."""
    folder = home / "presets"
    folder.mkdir()
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match=what):
        preset_recipe("mine")
    assert preset_recipe("minimal").objects


def spread(options):
    """How a recipe with these options lays B__c along A__c."""
    recipe = f"objects: {{A__c: 100, B__c: {{per: A__c, each: 3, fields: {{A__c: {{options: {options}}}}}}}}}"
    plan = make_plan(parse_recipe(recipe, path="r.yaml"), TREE, snapshot(), chooser=Chooser())
    return next(one for one in plan.objects if one.name == "B__c").references[0].options


def test_the_spread_per_parent_can_be_asked_for():
    """How unevenly children fall on their parents, and the bounds of each parent, are options of the reference."""
    assert spread("{distribution: long_tail, minimum: 1, maximum: 40}") == {
        "distribution": "long_tail",
        "minimum": 1,
        "maximum": 40,
    }


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ("{distribution: wild}", "cannot be 'wild'"),
        ("{colour: red}", "there is no option 'colour'"),
        ("{minimum: 5, maximum: 2}", "cannot be"),
        ("{maximum: 0}", "maximum cannot be 0"),
    ],
)
def test_a_spread_that_cannot_be_is_refused(options, what):
    """An unknown distribution or option, or bounds that exclude each other, are named with their field."""
    with pytest.raises(RecipeError, match=what):
        spread(options)


def test_the_planner_knows_the_distributions_that_there_are():
    """What a recipe may ask for is what the layout of children offers."""
    assert set(SPREADS) == set(DISTRIBUTIONS)
