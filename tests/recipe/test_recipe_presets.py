"""Presets: what they hold, and which objects of an org a recipe means."""

from __future__ import annotations

import pytest

from sfseed_core.errors import RecipeError
from sfseed_core.recipe.presets import PRESETS, chosen_objects, complete, preset_recipe, usual_counts
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.schema.model import ObjectSummary
from sfseed_core.schema.seedable import setup_reason


def listing(*names, **more):
    """A global describe of objects that can be seeded."""
    flags = {"createable": True, "queryable": True, "updateable": True, "deletable": True, **more}
    return {name: ObjectSummary(name, name, name, None, name.endswith("__c"), **flags) for name in names}


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_reads(name):
    """Each preset is a recipe with a title that says what it is about."""
    recipe = preset_recipe(name)
    assert recipe.preset == name
    assert recipe.title
    assert recipe.about


@pytest.mark.parametrize("name", [*PRESETS, "usual"])
def test_no_preset_names_setup_objects(name):
    """Users, queues and settings are in none."""
    objects = usual_counts() if name == "usual" else preset_recipe(name).objects
    assert [one for one in objects if setup_reason(one)] == []


def test_sales_cloud_holds_nothing_that_the_org_makes_itself():
    """Direct account-contact relations are made by the org, so the preset leaves the object out."""
    assert "AccountContactRelation" not in preset_recipe("sales-cloud").objects


def test_an_unknown_preset_is_said():
    """A slip in the name is answered with what was probably meant."""
    with pytest.raises(RecipeError, match="did you mean 'sales-cloud'"):
        preset_recipe("sales-clod")


def test_a_preset_leaves_out_what_the_org_lacks():
    """Quotes are a feature: without them the rest is still chosen."""
    names = chosen_objects(preset_recipe("sales-cloud"), listing("Account", "Contact", "Opportunity"))
    assert names == ("Account", "Contact", "Opportunity")


def test_custom_only_means_custom_objects():
    """Standard objects and custom settings are not chosen."""
    org = listing("Account", "A__c", "B__c") | listing("Setting__c", custom_setting=True)
    assert chosen_objects(preset_recipe("custom-only"), org) == ("A__c", "B__c")


def test_everything_leaves_out_what_cannot_be_seeded():
    """Setup, histories and objects that our table calls unsuitable are not chosen."""
    org = listing("Account", "User", "AccountHistory", "OpportunitySplit", "A__c")
    assert chosen_objects(preset_recipe("everything"), org) == ("Account", "A__c")


def test_what_the_recipe_names_is_kept_whatever_the_org_lists():
    """A wrong name must be refused later, not silently dropped."""
    recipe = parse_recipe("objects: {Acount: 3}")
    assert chosen_objects(recipe, listing("Account")) == ("Acount",)


def test_objects_that_a_rule_needs_come_along():
    """An asset needs an account, an opportunity's line a price: describe does not say so, our table does."""
    org = listing("Account", "Asset", "OpportunityLineItem", "PricebookEntry")
    assert "Account" in chosen_objects(parse_recipe("objects: {Asset: 3}"), org)
    assert "PricebookEntry" in chosen_objects(parse_recipe("objects: {OpportunityLineItem: 3}"), org)


def test_a_recipe_on_a_preset_replaces_what_it_names():
    """The recipe's own words win over the preset's, the rest stays."""
    whole = complete(parse_recipe("preset: minimal\nwithout: [Opportunity]\nobjects: {Contact: 7}"))
    assert whole.objects["Contact"].count == 7
    assert whole.objects["Account"].count == 25
    assert "Opportunity" not in chosen_objects(
        parse_recipe("preset: minimal\nwithout: [Opportunity]"), listing("Account", "Contact", "Opportunity")
    )
