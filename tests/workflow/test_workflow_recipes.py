"""What a dataset was made from is kept beside it, and can be saved under a name."""

from __future__ import annotations

from datetime import date

import pytest

from sfseed_core.clock import SYSTEM
from sfseed_core.errors import NotFound, RecipeError, UserError
from sfseed_core.recipe.presets import own_presets, preset_recipe
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.workflow.recipes import FILE, as_planned, recipe_text, remember, save_preset
from sfseed_core.workflow.request import make_request
from tests.staged import PLAN, stage


@pytest.fixture
def dataset(home):
    """The small dataset, staged."""
    return stage(home)


TEXT = """
version: 1
seed: 4
objects:
  Account: {count: 3, fields: {Industry: [Banking]}}
  Contact: {per: Account, each: 2}
  Task: {per: Account, each: 1}
"""


def test_counts_are_those_of_the_plan():
    """A count per parent stays where it explains the plan's number; every other count is the plan's; the seed is left out."""
    found = as_planned(parse_recipe(TEXT, path="r.yaml"), PLAN)
    assert found.objects["Account"].count == 10
    assert found.objects["Account"].fields["Industry"].values == ("Banking",)
    assert (found.objects["Contact"].per, found.objects["Contact"].each) == ("Account", 2)
    assert (found.objects["Task"].count, found.objects["Task"].per) == (12, None)
    assert found.seed is None


def test_a_dataset_s_recipe_is_read_back_and_saved(dataset, home):
    """The kept recipe can be read again, and saved as a preset under a name of one's own."""
    remember(dataset, parse_recipe(TEXT, path="r.yaml"))
    save_preset(home, "for-friday", recipe_text(dataset))
    assert list(own_presets()) == ["for-friday"]
    again = preset_recipe("for-friday")
    assert again.title == "for-friday"
    assert again.objects["Account"].count == 10


@pytest.mark.parametrize("name", ["sales-cloud", "taken", "../out", "", ".hidden", "a" * 61, "with space"])
def test_names_that_cannot_be(dataset, home, name):
    """A preset of sfseed's, a name that is taken and what is no name are refused, and nothing is written."""
    save_preset(home, "taken", TEXT)
    with pytest.raises(UserError):
        save_preset(home, name, TEXT)
    assert [one.name for one in (home / "presets").iterdir()] == ["taken.yaml"]


def test_a_broken_text_is_not_saved(home):
    """What is no recipe is refused before anything is written."""
    with pytest.raises(RecipeError):
        save_preset(home, "broken", "version: 1\nobjects: {Account: {cuont: 3}}")
    assert not (home / "presets").exists()


def test_a_dataset_without_recipe_says_so(dataset):
    """A dataset of an older version has no recipe; that is told, with what to do."""
    assert not (dataset.path / FILE).exists()
    with pytest.raises(NotFound, match="without keeping its recipe"):
        recipe_text(dataset)


def test_a_request_takes_the_variation_and_the_day_of_its_recipe():
    """What is asked for beside the recipe wins; a recipe that cannot be read is left to planning."""
    recipe = "seed: 7\nas_of: 2026-03-01\nobjects: {Account: 1}"
    asked = make_request(org="x", clock=SYSTEM, seed=None, as_of=None, recipe=recipe)
    assert (asked.seed, asked.as_of) == (7, date(2026, 3, 1))
    assert make_request(org="x", clock=SYSTEM, seed=8, as_of=None, recipe=recipe).seed == 8
    assert make_request(org="x", clock=SYSTEM, seed=None, as_of=None, recipe="objects: [").seed > 0
