"""Small changes of a recipe."""

from __future__ import annotations

from sfseed_core.recipe.change import with_counts, with_field, with_objects, without_object
from sfseed_core.recipe.model import FieldRecipe
from sfseed_core.recipe.presets import complete, preset_recipe
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.recipe.write import recipe_yaml

SALES = preset_recipe("sales-cloud")


def again(recipe):
    """The recipe as it is read from its own file."""
    return parse_recipe(recipe_yaml(recipe), path="k")


def test_a_changed_preset_stands_on_it():
    """What was not changed is still the preset's, also after writing and reading."""
    changed = again(with_counts(SALES, {"Account": 50}))
    assert changed.objects["Account"].count == 50
    assert complete(changed).objects["Contact"] == SALES.objects["Contact"]
    assert changed.preset == "sales-cloud"


def test_objects_come_and_go():
    """An added object is named, one left out is without, and added again it is back."""
    more = again(with_objects(SALES, ["Case"]))
    assert "Case" in more.objects
    less = again(without_object(more, "Case"))
    assert "Case" not in less.objects
    assert "Case" in less.without
    assert "Case" not in with_objects(less, ["Case"]).without


def test_a_field_is_said_and_unsaid():
    """A field's own values are kept beside the object's count; taken back, nothing is said of it."""
    said = again(with_field(SALES, "Contact", "Title", FieldRecipe(values=("Boss", "Clerk"), empty=10)))
    assert said.objects["Contact"].fields["Title"].values == ("Boss", "Clerk")
    assert said.objects["Contact"].per == "Account"
    assert again(with_field(said, "Contact", "Title", None)).objects["Contact"].fields == {}
