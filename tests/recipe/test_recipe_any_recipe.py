"""Any recipe: what it makes breaks no rule of the org, or it is refused naming the object, and where it can the field."""

from __future__ import annotations

import re
from functools import cache

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from sfseed_core.errors import PlanRefused, RecipeError
from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.engine import Engine
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.plan_json import from_json, to_json
from sfseed_core.recipe.presets import chosen_objects
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.recipe.write import recipe_yaml
from sfseed_core.workflow.packaged import demo_survey
from tests.generate.validity import broken

OBJECTS = (
    "Account",
    "Contact",
    "Lead",
    "Opportunity",
    "Case",
    "Campaign",
    "Product2",
    "Task",
    "Project__c",
    "Equipment__c",
)
LOCALES = ("en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "pt_BR", "ja_JP")
NUMBERS = frozenset({"int", "double", "currency", "percent"})
DAYS = frozenset({"date", "datetime"})
TEXTS = frozenset({"string", "textarea", "phone", "url", "email"})


@cache
def described():
    """The practice org's objects."""
    recipe = parse_recipe("version: 1\nobjects: {" + ", ".join(f"{name}: 1" for name in OBJECTS) + "}")
    return demo_survey(recipe)


@st.composite
def ways(draw, schema, field):
    """One way to fill the field: most that fit its type, some that do not."""
    fits = [st.just("skip"), st.integers(0, 100).map(lambda share: {"empty": share}), st.just({"edge": True})]
    if field.type in NUMBERS:
        low = draw(st.integers(-5, 50))
        spread = st.sampled_from(["uniform", "normal", "low", "high", "long_tail", "upwards"])
        fits += [st.fixed_dictionaries({"range": st.just([low, low + draw(st.integers(-1, 40))]), "distribution": spread})]
        fits += [st.just({"sequence": draw(st.integers(0, 90))}), st.lists(st.integers(0, 99), min_size=1, max_size=3)]
    if field.type in DAYS:
        fits += [
            st.sampled_from([{"range": "today - 2y .. today"}, {"range": "today - 30d .. today + 30d", "working": True}])
        ]
        fits += [st.sampled_from([{"range": "tomorrow .. today"}, "2026-02-30", ["2026-01-31", "2026-03-01"]])]
    if field.type in TEXTS:
        others = [
            one.name for one in schema.fields.values() if one.type in TEXTS and one.createable and one.name != field.name
        ]
        fits += [st.sampled_from(others or ["Name"]).map(lambda name: {"template": f"x {{{name}}} y"})]
        fits += [st.sampled_from(others or ["Name"]).map(lambda name: {"copy": name}), st.just({"sequence": "N-####"})]
        fits += [st.lists(st.text("abcö ßé'\"<&,;", min_size=1, max_size=30).filter(str.strip), min_size=1, max_size=3)]
    if field.type in {"picklist", "multipicklist"} and field.active_values:
        fits += [
            st.lists(st.sampled_from(field.active_values), min_size=1, max_size=3, unique=True),
            st.just("No such value"),
        ]
    return draw(st.one_of(fits))


@st.composite
def objects(draw, name):
    """What a recipe says of one object."""
    schema = described().schema.objects[name]
    fields = schema.fields.values()
    usable = [one for one in fields if one.createable and not one.is_reference]
    fields = draw(st.lists(st.sampled_from(usable), max_size=3, unique_by=lambda one: one.name))
    said = {"count": draw(st.integers(1, 30)), "fields": {one.name: draw(ways(schema, one)) for one in fields}}
    if draw(st.integers(0, 3)) == 0:
        said["locale"] = draw(st.sampled_from([*LOCALES, {"en_US": 50, "ja_JP": 50}]))
    if draw(st.integers(0, 4)) == 0 and fields:
        said["variants"] = [{"name": "odd", "share": 30, "fields": {fields[0].name: draw(ways(schema, fields[0]))}}]
    if draw(st.integers(0, 4)) == 0:
        said["existing"] = "all"
    return said


@st.composite
def recipes(draw):
    """A recipe for one to four objects of the practice org."""
    names = draw(st.lists(st.sampled_from(OBJECTS), min_size=1, max_size=4, unique=True))
    said = {"version": 1, "objects": {name: draw(objects(name)) for name in names}}
    if draw(st.booleans()):
        said["owner"] = draw(st.sampled_from(["active", "jo@example.com"]))
    if draw(st.booleans()):
        said["mark"] = {"Description": "seeded"}
    return said


@settings(
    max_examples=15,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(recipes(), st.integers(0, 2**32))
def test_any_recipe_makes_valid_records_or_is_refused(said, seed):
    """Records of any recipe keep to the org's rules, in any slice; a refusal names what it refuses and is no traceback."""
    import yaml

    text = yaml.safe_dump(said, allow_unicode=True)
    refusal = None
    try:
        recipe = parse_recipe(text, path="any.yaml")
        survey = demo_survey(recipe)
        plan = make_plan(recipe, survey.schema, survey.snapshot, chooser=Chooser(), seed=seed)
        engine = Engine(plan)
        tables = {one.name: engine.rows(one.name, 0, one.count) for one in plan.objects}
    except (RecipeError, PlanRefused) as error:
        refusal = str(error)
    if refusal is not None:
        event("refused")
        assert re.search(r"any\.yaml:\d+:\d+|\b(" + "|".join(OBJECTS) + r")\b", refusal), refusal
        return
    event("made")
    assert parse_recipe(recipe_yaml(recipe), path="any.yaml").objects == recipe.objects
    assert from_json(to_json(plan)) == plan
    for one in plan.objects:
        found = broken(survey.schema.objects[one.name], one, tables[one.name].to_pydict(), survey.snapshot)
        found = [line for line in found if not line.endswith("is no address at a reserved domain")]  # the recipe's own
        assert not found, (found[:3], said["objects"].get(one.name))
        middle = engine.rows(one.name, one.count // 3, one.count)
        assert middle.to_pylist() == tables[one.name].slice(one.count // 3).to_pylist()
    assert set(recipe.objects) - {one.name for one in plan.objects} <= {*chosen_objects(recipe, {})}
