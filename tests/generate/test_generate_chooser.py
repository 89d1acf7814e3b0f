"""Which provider makes a field, and what the recipe may say of it."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from sfseed_core.constraints.rules import object_rules
from sfseed_core.errors import RecipeError
from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.engine import Engine
from sfseed_core.generate.provider import Provider, words
from sfseed_core.generate.registry import standard
from sfseed_core.generate.texts import strings
from sfseed_core.recipe.chooser import FieldRequest, PlanContext
from sfseed_core.recipe.model import SHARE, ColumnPlan, FieldRecipe, ObjectPlan, Plan
from sfseed_core.schema.meanings import MEANINGS
from sfseed_core.schema.model import Field, ObjectSchema, PicklistValue, Schema
from sfseed_core.schema.semantics import Meaning, meaning
from tests.generate.conftest import AS_OF, plan_by_hand, snapshot


def schema_of_fields(*some: Field) -> ObjectSchema:
    """An object of the fields."""
    return ObjectSchema("Thing__c", "Thing", "Things", "a00", True, True, True, True, True, {one.name: one for one in some})


def ask(field: Field, *others: Field, count: int = 100, taken: tuple[str, ...] = (), about: Meaning | None = None, **more):
    """A request for a field of an object that has it and the others."""
    schema = schema_of_fields(field, *others)
    meanings = {one.name: meaning(schema, one) for one in schema.fields.values()}
    if about is not None:
        meanings[field.name] = about
    rules = object_rules(schema)
    context = PlanContext(
        object=schema,
        rules=rules,
        schema=Schema("00D000000000000AAA", "60.0", {schema.name: schema}),
        snapshot=snapshot(),
        count=count,
        as_of=AS_OF,
        zone="GMT",
        locale="en_US",
        meanings=MappingProxyType(meanings),
    )
    return FieldRequest(field, rules.fields[field.name], meanings[field.name], context, taken=taken, **more)


def values(column: ColumnPlan, count: int = 100, *others: ColumnPlan) -> list:
    """The column's values in an object of so many records."""
    plan = Plan(7, AS_OF, "GMT", "en_US", (ObjectPlan("Thing__c", count, 0, (column, *others)),), "")
    return Engine(plan).rows("Thing__c", 0, count)[column.field].to_pylist()


def made(request: FieldRequest) -> list:
    """The values of the field that the chooser decides on."""
    column = Chooser().choose(request)
    assert isinstance(column, ColumnPlan), column
    return values(column, request.context.count)


def field_of(kind: str, length: int) -> Field:
    """A field of the type, as short as asked where that may be."""
    decimal = kind in ("double", "currency", "percent")
    return Field(
        "Any__c",
        "Any",
        kind,
        length=255 if kind in ("url", "email") else length,
        precision=12 if decimal else 0,
        scale=2 if decimal else 0,
        digits=8 if kind == "int" else 0,
        picklist=tuple(PicklistValue(one, one) for one in ("One", "US", "California", "City"))
        if "picklist" in kind
        else (),
    )


@pytest.mark.parametrize("name", sorted(MEANINGS))
def test_every_meaning_is_served_in_every_type(name: str):
    """Whatever a field is about, and in whatever type, values are made for it, fitting a short field too."""
    for kind in sorted(MEANINGS[name].types):
        for length in (255, 12):
            found = made(ask(field_of(kind, length), count=30, about=Meaning(name)))
            filled = [one for one in found if one is not None]
            assert filled, kind
            if kind not in ("base64", "url", "email"):
                assert all(len(one) <= length and one == one.strip() for one in filled if isinstance(one, str)), kind


@pytest.mark.parametrize("kind", ["string", "email", "url", "int", "double", "date", "picklist"])
def test_unique_fields_stay_clear_of_what_the_org_has(kind: str):
    """Values of a unique field differ among themselves and from those that an earlier run put there, whatever the case."""
    field = Field(
        "Key__c",
        "Key",
        kind,
        length=80,
        precision=9 if kind == "double" else 0,
        digits=8 if kind == "int" else 0,
        unique=True,
        picklist=tuple(PicklistValue(f"v{n}", f"v{n}") for n in range(500)) if kind == "picklist" else (),
    )
    first = [str(one) for one in made(ask(field, count=200))]
    taken = tuple(one.upper() for one in first)
    second = [str(one) for one in made(ask(field, count=200, taken=taken))]
    assert len({one.lower() for one in first}) == 200
    assert len({one.lower() for one in [*first, *second]}) == 400


def test_unique_values_at_a_million():
    """A million codes of a unique text are all different, without regard to case."""
    import pyarrow.compute as pc

    column = Chooser().choose(ask(Field("Key__c", "Key", "string", length=30, unique=True), count=1_000_000))
    assert isinstance(column, ColumnPlan)
    plan = Plan(7, AS_OF, "GMT", "en_US", (ObjectPlan("Thing__c", 1_000_000, 0, (column,)),), "")
    made_values = Engine(plan).rows("Thing__c", 0, 1_000_000)["Key__c"]
    assert pc.count_distinct(pc.utf8_lower(made_values)).as_py() == 1_000_000


def test_a_domain_too_small_is_refused_with_its_capacity():
    """A unique field with too few values is refused, and the reason says how many there are."""
    text = Chooser().choose(ask(Field("Key__c", "Key", "string", length=2, unique=True), count=5000))
    number = Chooser().choose(ask(Field("Key__c", "Key", "int", digits=2, unique=True), count=5000))
    assert "1,024" in str(text)
    assert "5,000" in str(text)
    assert "99" in str(number)


def test_dependent_values_go_with_their_controller():
    """A dependent picklist has only values that its controller allows, and none where it allows none."""
    controller = ColumnPlan("A__c", "picklist", "choice", {"values": ["x", "y", "z"]}, length=40)
    depends = {"field": "A__c", "values": {"x": ["1", "2"], "y": ["3"]}}
    dependent = ColumnPlan(
        "B__c",
        "picklist",
        "choice",
        {"values": ["1", "2", "3"], "controller": depends},
        length=40,
    )
    pairs = set(zip(values(controller, 300, dependent), values(dependent, 300, controller), strict=True))
    assert pairs == {("x", "1"), ("x", "2"), ("y", "3"), ("z", None)}


def test_record_types_have_their_own_values():
    """Records of a type draw from the type's own values."""
    own = {"One": ["a"], "Two": ["b", "c"]}
    column = ColumnPlan("A__c", "picklist", "choice", {"values": ["a", "b", "c"], "record_types": own})
    plan = Plan(
        7, AS_OF, "GMT", "en_US", (ObjectPlan("Thing__c", 200, 0, (column,), record_types=(("One", 1), ("Two", 1))),), ""
    )
    batch = Engine(plan).rows("Thing__c", 0, 200)
    pairs = set(zip(batch["RecordTypeId"].to_pylist(), batch["A__c"].to_pylist(), strict=True))
    assert pairs == {("One", "a"), ("Two", "b"), ("Two", "c")}


def test_the_recipes_own_values_and_weights():
    """Values listed in the recipe are used with their weights, in fields of any type."""
    asked = FieldRecipe(values=("1.50", "2"), weights=(9, 1), empty=50)
    column = Chooser().choose(ask(Field("N__c", "N", "double", precision=8, scale=2), recipe=asked))
    assert isinstance(column, ColumnPlan)
    assert column.null_share == SHARE // 2
    found = [str(one) for one in values(column, 4000) if one is not None]
    assert set(found) == {"1.50", "2.00"}
    assert 1600 < found.count("1.50") < 2000


def test_a_provider_that_does_not_exist():
    """An unknown provider or option is an error that names the nearest one."""
    field = Field("N__c", "N", "string", length=40)
    with pytest.raises(
        RecipeError, match=r"Thing__c\.N__c: there is no provider 'person\.first_nam': did you mean 'person\.first_name'"
    ):
        Chooser().choose(ask(field, recipe=FieldRecipe(provider="person.first_nam")))
    with pytest.raises(RecipeError, match="no option 'tamplate': did you mean 'template'"):
        Chooser().choose(ask(field, recipe=FieldRecipe(provider="code", options={"tamplate": "#"})))
    with pytest.raises(RecipeError, match="does not make fields of type boolean"):
        Chooser().choose(ask(Field("B__c", "B", "boolean"), recipe=FieldRecipe(provider="code")))


def test_a_provider_of_ones_own():
    """A registered provider of one's own is asked first for its meaning."""
    greeting = Provider(
        "greeting",
        "a greeting",
        frozenset({"string"}),
        lambda _: {},
        lambda scope: words(scope, strings(["Hello", "Goodbye"])),
        meanings=frozenset({"keyword"}),
    )
    registry = standard().extended(greeting)
    column = Chooser(registry).choose(ask(Field("Tag__c", "Tag", "string", length=40)))
    assert isinstance(column, ColumnPlan)
    assert column.provider == "greeting"
    plan = Plan(7, AS_OF, "GMT", "en_US", (ObjectPlan("Thing__c", 50, 0, (column,)),), "")
    assert set(Engine(plan, registry).rows("Thing__c", 0, 50)["Tag__c"].drop_null().to_pylist()) == {"Hello", "Goodbye"}


def test_every_choice_says_why():
    """Each column of a plan says in words how it was chosen."""
    column = Chooser().choose(ask(Field("Email__c", "E-mail", "email", length=80)))
    assert isinstance(column, ColumnPlan)
    assert "e-mail address" in column.why
    assert "name says so" in column.why


def test_options_are_json():
    """Options of all columns of a plan survive JSON."""
    import json

    for one in plan_by_hand(10).objects:
        for column in one.columns:
            assert json.loads(json.dumps(dict(column.options))) == column.options


def test_addresses_keep_to_the_orgs_picklists_of_states_and_countries():
    """With picklists of states and countries on, cities are chosen among those that the picklists know."""
    countries = tuple(PicklistValue(one, one) for one in ("DE", "US"))
    states = tuple(PicklistValue(one, one) for one in ("BY", "CA", "NY"))
    part = {"restricted": True, "compound": "BillingAddress", "length": 10}
    fields = (
        Field("BillingStateCode", "State Code", "picklist", picklist=states, **part),
        Field("BillingCountryCode", "Country Code", "picklist", picklist=countries, **part),
        Field("BillingCity", "City", "string", length=40, compound="BillingAddress"),
    )
    columns = [Chooser().choose(ask(one, *(other for other in fields if other is not one), count=300)) for one in fields]
    plan = Plan(7, AS_OF, "GMT", "en_US", (ObjectPlan("Thing__c", 300, 0, tuple(columns)),), "")
    table = Engine(plan).rows("Thing__c", 0, 300).to_pydict()
    assert set(table["BillingStateCode"]) == {"CA", "NY"}
    assert set(table["BillingCountryCode"]) == {"US"}
    assert {"Los Angeles", "New York"} <= set(table["BillingCity"])
    assert "Houston" not in table["BillingCity"]


def test_unique_picklists_too_small_are_refused():
    """A unique picklist needs as many free values as there are records."""
    field = Field("A__c", "A", "picklist", length=40, unique=True, picklist=tuple(PicklistValue(x, x) for x in "abc"))
    assert "only 2 of its values are free, 3 are wanted" in str(Chooser().choose(ask(field, count=3, taken=("B",))))
