"""What Design does with a recipe: ways to fill a field, rows of a spreadsheet, changes, the gallery."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfseed_core.clock import SYSTEM
from sfseed_core.errors import RecipeError
from sfseed_core.generate.engine import rows as made_rows
from sfseed_core.generate.family_sizes import family_sizes
from sfseed_core.recipe import change, field_ways
from sfseed_core.recipe.field_ways import Filled
from sfseed_core.recipe.gallery import gallery
from sfseed_core.recipe.model import Existing
from sfseed_core.recipe.own_table import columns_of, likely_object, recipe_around, with_rows
from sfseed_core.recipe.presets import complete, preset_recipe
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.recipe.write import recipe_yaml
from sfseed_core.workflow.packaged import demo_survey
from sfseed_core.workflow.plan import draw_up, recipe_of
from sfseed_core.workflow.request import make_request

ROOT = Path(__file__).parents[2]
CUSTOMERS = [
    {"Company": f"Customer {number}", "Billing City": "Berlin", "Annual Revenue": "1000000", "Our colour": "red"}
    for number in range(12)
]


def planned(text: str):
    """The plan of a recipe's text in the practice org, with its schema."""
    request = make_request(org="demo", clock=SYSTEM, seed=3, as_of=None, recipe=text, recipe_path="r")
    found = demo_survey(recipe_of(request))
    return draw_up(request, found), found.schema.objects


def again(recipe):
    """The recipe, written and read."""
    return parse_recipe(recipe_yaml(recipe))


WAYS = st.one_of(
    st.just(Filled("skip")),
    st.builds(Filled, way=st.just("chosen"), empty=st.none() | st.integers(0, 100)),
    st.builds(
        Filled,
        way=st.just("values"),
        values=st.lists(
            st.tuples(st.text("abc XYZ", min_size=1).filter(str.strip), st.integers(1, 9)), min_size=1, max_size=4
        ),
        empty=st.none() | st.integers(0, 100),
    ),
    st.builds(
        Filled, way=st.just("range"), given=st.just({"from": "1", "to": "9", "distribution": "low"}), unique=st.booleans()
    ),
    st.builds(Filled, way=st.just("template"), given=st.just({"template": "{Name}!"})),
    st.builds(Filled, way=st.just("provider"), provider=st.just("person.first_name"), given=st.just({})),
)


@given(WAYS)
def test_a_way_survives_the_recipe(filled):
    """What a page says of a field is read back from the recipe's text as the same way with the same values."""
    said = field_ways.write(filled)
    base = parse_recipe("version: 1\nobjects: {Account: 3}\n")
    text = recipe_yaml(change.with_field(base, "Account", "Name", said))
    shown = field_ways.read(parse_recipe(text).objects["Account"].fields.get("Name"))
    assert shown.way == filled.way
    assert shown.provider == filled.provider
    assert dict(shown.given) == dict(filled.given)
    if filled.way != "skip":
        assert shown.empty == filled.empty
    kept = [(value.strip(), weight) for value, weight in filled.values]
    even = len({weight for _, weight in kept}) == 1
    assert list(shown.values) == ([(value, 1) for value, _ in kept] if even else kept)


def test_what_a_way_lacks_is_said():
    """A range without ends, no generator, no values, a weight of nothing: each is refused in words."""
    for filled, said in (
        (Filled("range", {"from": "1"}), "To is missing"),
        (Filled("provider"), "Generator is missing"),
        (Filled("values", values=((" ", 1),)), "at least one value"),
        (Filled("values", values=(("a", 0),)), "a weight"),
    ):
        with pytest.raises(RecipeError, match=said):
            field_ways.write(filled)


def test_ways_fit_the_type():
    """A checkbox has no range and no pattern, a number no pattern, a text both a pattern and values."""
    names = {kind: {one.name for one in field_ways.ways_for(kind)} for kind in ("boolean", "double", "string", "date")}
    assert not names["boolean"] & {"range", "template", "sequence", "edge"}
    assert "template" not in names["double"]
    assert "range" in names["double"] & names["date"]
    assert names["string"] >= {"template", "values", "provider", "skip", "chosen"}


def test_twelve_customers_and_all_around_them():
    """A spreadsheet's columns are found by label, what is no field is named, and the plan begins with exactly these rows."""
    _, objects = planned("version: 1\npreset: sales-cloud\n")
    names = list(CUSTOMERS[0])
    assert likely_object(objects, names) == "Account"
    found = columns_of(objects["Account"], names)
    assert dict(found.columns) == {"Company": "Name", "Billing City": "BillingCity", "Annual Revenue": "AnnualRevenue"}
    assert found.unknown == ("Our colour",)
    recipe = recipe_around(found, CUSTOMERS, preset="sales-cloud", title="Ours")
    plan, _ = planned(recipe_yaml(recipe))
    first = made_rows(plan, "Account", 0, 12)
    assert plan.object("Account").count == 12
    assert first.column("Name").to_pylist() == [f"Customer {number}" for number in range(12)]
    assert plan.object("Contact").count > 12
    alone, _ = planned(recipe_yaml(recipe_around(found, CUSTOMERS, preset=None, title="Ours")))
    assert [one.name for one in alone.objects] == ["Account"]


def test_rows_among_others():
    """Some made-up records may follow the rows; none of the columns being a field is refused."""
    _, objects = planned("version: 1\nobjects: {Account: 5}\n")
    found = columns_of(objects["Account"], list(CUSTOMERS[0]))
    recipe = with_rows(parse_recipe("version: 1\nobjects: {Account: 5}\n"), found, CUSTOMERS, more=8)
    assert again(recipe).objects["Account"].count == 20
    with pytest.raises(RecipeError, match="no column"):
        with_rows(recipe, columns_of(objects["Account"], ["Colour"]), [{"Colour": "red"}])
    assert not again(change.without_rows(recipe, "Account")).objects["Account"].rows


def test_changes_are_written():
    """Per parent, spread, owners, languages and the org's own records survive the text; the preset below stays."""
    recipe = change.with_per(preset_recipe("sales-cloud"), "Contact", "Account", 3.5)
    recipe = change.with_spread(recipe, "Contact", "long_tail")
    recipe = change.with_owners(recipe, None, {"active": 1})
    recipe = change.with_owners(recipe, "Contact", {"a@b.example": 1})
    recipe = change.with_locales(recipe, {"de_DE": 60, "fr_FR": 40})
    recipe = change.with_existing(recipe, "Campaign", Existing("IsActive = true"))
    read = again(recipe)
    contact = read.objects["Contact"]
    assert (contact.per, contact.each, dict(contact.owners)) == ("Account", 3.5, {"a@b.example": 1})
    assert contact.spread["distribution"] == "long_tail"
    assert read.locales == (("de_DE", 60), ("fr_FR", 40))
    assert dict(read.owners) == {"active": 1}
    assert read.objects["Campaign"].only_existing
    assert "Opportunity" in complete(read).objects
    back = again(change.with_existing(recipe, "Campaign", None))
    assert back.objects["Campaign"].existing is None


def test_families_have_sizes():
    """The sizes add up to parents and children; all alike is one or two neighbouring sizes; no parent, no families."""
    text = "version: 1\nobjects: {Account: 400, Contact: {per: Account, each: 2.5, spread: SPREAD}}\n"
    for spread in ("natural", "fixed", "long_tail"):
        plan, _ = planned(text.replace("SPREAD", spread))
        found = family_sizes(plan, "Contact")
        assert sum(found.sizes) == found.parents == 400
        assert found.children == 1000
        if max(found.sizes) and found.largest < 20:
            assert sum(size * count for size, count in enumerate(found.sizes)) == 1000
        if spread == "fixed":
            assert sum(1 for one in found.sizes if one) <= 2
    assert family_sizes(plan, "Account") is None


def test_the_gallery_has_presets_and_examples(home):
    """Each preset and each example has a title and words about it; a folder that is not there has none."""
    shown = gallery(ROOT / "examples")
    assert {"sales-cloud", "minimal"} <= {one.preset for one in shown}
    assert len(shown) >= len(gallery(None)) + 3
    assert all(one.title and one.about for one in shown)
    for one in shown:
        if one.preset is None:
            assert parse_recipe(recipe_yaml(one.recipe)).objects
