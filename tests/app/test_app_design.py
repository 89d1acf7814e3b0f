"""Design and Discover without a browser: what is chosen becomes the recipe, what cannot be is told."""

from __future__ import annotations

import re

import pytest

from pages.shared import arriving
from sfseed_core import system
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.recipe.store import kept
from sfseed_core.schema.model import Field, ObjectSchema
from tests.app.alone import alone as visit
from tests.app.test_app_pages import practice, texts

__all__ = ["practice"]


def recipe_of(at):
    """The recipe that the address names now."""
    name = at.query_params["recipe"]
    return parse_recipe(kept(system.home(), name[0] if isinstance(name, list) else name), path="r")


def button(at, label):
    """The button of that label."""
    return next(one for one in at.button if one.label == label)


def test_a_field_is_filled_otherwise(practice):
    """Choosing a range with its ends and a share of empty ones is in the recipe; without its ends it is refused in words."""
    at = visit("design", org="demo", recipe="minimal", object="Opportunity", view="fields", field="Amount")
    at.selectbox(key="way_minimal_Opportunity_Amount").select("range").run()
    button(at, "Use this").click().run()
    assert any("From, To is missing" in one.value.replace("\\", "") for one in at.error)
    at.text_input(key="from_range_minimal_Opportunity_Amount").input("100")
    at.text_input(key="to_range_minimal_Opportunity_Amount").input("200")
    at.number_input(key="empty_minimal_Opportunity_Amount").set_value(30)
    button(at, "Use this").click().run()
    assert not at.error
    said = recipe_of(at).objects["Opportunity"].fields["Amount"]
    assert (said.provider, dict(said.options), said.empty) == (
        "range",
        {"from": "100", "to": "200", "distribution": "uniform"},
        30,
    )
    shown = next(one.value for one in at.dataframe if list(one.value.columns) == ["Value"])
    assert all(100 <= float(value) <= 200 for value in shown["Value"])


def test_a_number_is_taken_as_it_is_typed(practice):
    """What stands in the field is planned at once; what is no number is said and changes nothing."""
    at = visit("design", org="demo", recipe="minimal", object="Contact")
    at.text_input(key="count_Contact").set_value("1,200").run()
    assert recipe_of(at).objects["Contact"].count == 1200
    assert "1,200 records" in texts(at)
    taken = at.query_params["recipe"]
    at.text_input(key="count_Contact").set_value("12 accounts").run()
    assert at.query_params["recipe"] == taken
    assert "Give a whole number" in texts(at)


def test_children_and_owners(practice):
    """How many per parent, how they fall on them, and whose they are: each is taken into the recipe."""
    at = visit("design", org="demo", recipe="minimal", object="Contact")
    each = next(one for one in at.number_input if "per Account" in one.label)
    each.set_value(4.0).run()
    assert recipe_of(at).objects["Contact"].each == 4.0
    fall = next(one for one in at.selectbox if one.label.startswith("How they fall"))
    fall.select("long_tail").run()
    assert recipe_of(at).objects["Contact"].spread["distribution"] == "long_tail"
    owners = next(one for one in at.multiselect if one.label == "Whose records")
    owners.select("active").run()
    assert dict(recipe_of(at).objects["Contact"].owners) == {"active": 1}
    assert not at.exception


def test_where_the_records_come_from(practice):
    """The org's own records instead of made ones, and back again; leaving out what others require is refused with the reason."""
    at = visit("design", org="demo", recipe="minimal", object="Contact")
    at.segmented_control(key="source_minimal_Contact").set_value("out").run()
    button(at, "Leave Contacts out").click().run()
    assert recipe_of(at).without == ("Contact",)
    at = visit("design", org="demo", recipe="sales-cloud", object="Product2")
    at.segmented_control(key="source_sales-cloud_Product2").set_value("org").run()
    button(at, "Use the org's own").click().run()
    refused = " ".join(one.value for one in at.error)
    assert "Product2" in refused  # the practice org has none yet
    assert not at.exception


def test_the_recipe_as_text(practice):
    """What is typed is taken; what is wrong is told with its line, and nothing changes."""
    at = visit("design", org="demo", recipe="minimal")
    at.toggle(key="recipe_beside").set_value(True).run()
    area = at.text_area(key="recipe_text_minimal")
    assert "preset: minimal" in area.value
    area.set_value("version: 1\nobjects:\n  Account: many\n").run()
    at.button(key="recipe_text_use").click().run()
    assert any("many" in one.value for one in at.error)
    assert any("Account: many" in one.value and "^" in one.value for one in at.code)
    assert "recipe" not in at.query_params or at.query_params["recipe"] in ("minimal", ["minimal"])
    at.text_area(key="recipe_text_minimal").set_value("version: 1\nobjects:\n  Account: 7\n").run()
    at.button(key="recipe_text_use").click().run()
    assert recipe_of(at).objects["Account"].count == 7


def test_the_gallery(practice):
    """Every example is offered with words about it, and using one goes on with it."""
    at = visit("design", org="demo", recipe="minimal")
    at.button(key="examples").click().run()
    assert {"Sales Cloud", "A dozen customers of our own"} <= set(re.findall(r"\*\*(.+?)\*\*", texts(at)))
    assert not at.exception


def test_an_object_in_full(practice):
    """The object in focus is shown with what it requires, its links, and how many records the org has."""
    at = visit("discover", org="demo", recipe="sales-cloud", focus="Contact")
    assert not at.exception
    said = texts(at)
    assert "Contact" in [one.value for one in at.subheader], "a label that is the API name too is said once"
    assert "The org has" in said
    for words in ("**Required:**", "**Points to:**", "**Pointed to by:**"):
        assert words in said


def test_kinds_are_left_out(practice):
    """Without custom objects the drawing has the standard ones only, and all are listed below."""
    at = visit("discover", org="demo", recipe="custom-only", kinds="custom")
    assert not at.exception
    assert at.pills(key="kinds_shown").value == ["standard"]


def test_a_drawing_on_its_way():
    """Objects that have come in are drawn with their links, required parents further left; a circle ends."""

    def described(name, *parents):
        fields = {f"{one}__c": Field(f"{one}__c", one, "reference", nillable=False, reference_to=(one,)) for one in parents}
        return ObjectSchema(name, name, name, None, True, True, True, True, True, fields)

    objects, links = arriving.partial([described("B", "A"), described("A"), described("C", "D"), described("D", "C")])
    levels = {one.name: one.level for one in objects}
    assert levels["A"] < levels["B"]
    assert {(one.child, one.parent) for one in links} == {("B", "A"), ("C", "D"), ("D", "C")}


@pytest.mark.parametrize("page", ["discover", "design"])
def test_an_earlier_dataset_is_kept_in_mind(practice, page):
    """Going back from the preview keeps the dataset in the address, so that its changes can be carried over."""
    at = visit(page, org="demo", dataset=practice, recipe="minimal")
    assert at.query_params["dataset"] in (practice, [practice])
