"""Records of real orgs' describes, and of schemas drawn at random, keep to all that the org asks of them."""

from __future__ import annotations

import base64
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from sfseed_core.errors import PlanRefused
from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.engine import Engine
from sfseed_core.recipe.model import ObjectRecipe, Recipe
from sfseed_core.recipe.overrides import Overrides
from sfseed_core.recipe.plan import make_plan
from sfseed_core.schema.model import Field, ObjectSchema, PicklistValue, Schema
from tests.generate.conftest import AS_OF, real_plan, real_schema, snapshot
from tests.generate.validity import broken, references_resolve


def made(plan, name: str) -> dict:
    """All records of an object as plain Python values."""
    return Engine(plan).rows(name, 0, plan.object(name).count).to_pydict()


@pytest.mark.parametrize("persons", [False, True])
def test_records_for_real_describes_are_valid(outside_data: Path, persons: bool):
    """Every record for the describes of real orgs keeps to types, lengths, picklists, requirements and rules between fields."""
    plan, schema = real_plan(outside_data, persons=persons), real_schema(outside_data / "describes", persons=persons)
    tables = {one.name: made(plan, one.name) for one in plan.objects}
    found = [line for one in plan.objects for line in broken(schema.objects[one.name], one, tables[one.name], snapshot())]
    assert found == []
    assert references_resolve(plan, tables) == []


@pytest.mark.parametrize("persons", [False, True])
def test_most_business_fields_carry_values(outside_data: Path, persons: bool):
    """Of the fields that a user can write, at least nine in ten are made, and those made are seldom empty."""
    plan, schema = real_plan(outside_data, persons=persons), real_schema(outside_data / "describes", persons=persons)
    for one in plan.objects:
        values = [f for f in schema.objects[one.name].fields.values() if f.createable and f.type != "reference"]
        left_out = {name.split(".")[1] for name in plan.omitted if name.startswith(f"{one.name}.")}
        wanted = [field.name for field in values if field.name not in left_out]
        columns = {column.field for column in one.columns}
        assert set(wanted) <= columns, one.name
        if one.name != "Event":
            assert len(wanted) >= 0.9 * len(values), (one.name, sorted(left_out))


def test_person_accounts_have_names_of_persons(outside_data: Path):
    """Of accounts that are companies or persons, each has the names of its kind and no other."""
    plan = real_plan(outside_data, persons=True)
    table = made(plan, "Account")
    assert all((name is None) != (last is None) for name, last in zip(table["Name"], table["LastName"], strict=True))


_TYPES = [
    "string",
    "textarea",
    "picklist",
    "multipicklist",
    "boolean",
    "int",
    "double",
    "currency",
    "percent",
    "date",
    "datetime",
]
_TYPES += ["time", "email", "phone", "url", "combobox", "encryptedstring", "base64"]
_WORDS = [
    "Name",
    "City",
    "State",
    "Start",
    "End",
    "Amount",
    "Code",
    "Email",
    "Phone",
    "Company",
    "Status",
    "Rating",
    "Notes",
    "Title",
]
_WORDS += [
    "Quantity",
    "Price",
    "Discount",
    "Website",
    "Birth Date",
    "Iban",
    "Uuid",
    "Latitude",
    "Month",
    "Region",
    "Number",
    "Ref",
]


@st.composite
def fields(draw: st.DrawFn, number: int) -> Field:
    """A field as describe could state it."""
    kind = draw(st.sampled_from(_TYPES))
    name = f"{draw(st.sampled_from(_WORDS)).replace(' ', '_')}_{number}__c"
    label = name.replace("_", " ").strip()
    length = draw(st.integers(6, 255)) if kind in ("string", "textarea", "combobox", "encryptedstring", "phone") else 255
    scale = draw(st.integers(0, 15))
    digits = draw(st.integers(1, 18 - scale)) if kind in ("double", "currency", "percent") else 0
    chosen = draw(
        st.lists(
            st.text("abcdeXYZ 19", min_size=1, max_size=12).map(str.strip).filter(bool),
            min_size=1,
            max_size=8,
            unique_by=str.lower,
        )
    )
    return Field(
        name=name,
        label=label,
        type=kind,
        length=length if kind not in ("int", "double", "currency", "percent", "date", "boolean", "datetime", "time") else 0,
        precision=digits + scale if digits else 0,
        scale=scale if digits else 0,
        digits=draw(st.integers(3, 9)) if kind == "int" else 0,
        nillable=draw(st.booleans()) and kind != "boolean",
        unique=draw(st.booleans()) and kind in ("string", "int", "email", "double"),
        restricted=kind in ("picklist", "multipicklist") and draw(st.booleans()),
        custom=True,
        picklist=tuple(PicklistValue(value, value, active=draw(st.integers(0, 9)) > 0) for value in chosen)
        if "picklist" in kind
        else (),
    )


_OBJECTS = ["Upper__c", "Lower__c", "Middle__c", "Side__c"]


@st.composite
def schemas(draw: st.DrawFn) -> Schema:
    """Objects of some fields, one perhaps dependent on a picklist, which refer to one another, to themselves, and in circles."""
    some = [draw(fields(number)) for number in range(draw(st.integers(1, 12)))]
    controllers = [one for one in some if one.type == "picklist" and len(one.picklist) <= 8]
    if len(controllers) > 1:
        controller, dependent = controllers[:2]
        masks = [draw(st.integers(0, 255)) for _ in dependent.picklist]
        values = tuple(
            PicklistValue(one.value, one.label, one.active, valid_for=base64.b64encode(bytes([mask, 0, 0])).decode())
            for one, mask in zip(dependent.picklist, masks, strict=True)
        )
        position = some.index(dependent)
        some[position] = _replaced(dependent, picklist=values, controller=controller.name, nillable=True)
    name = Field("Name", "Name", "string", length=80, name_field=True)
    flags = {
        "key_prefix": None,
        "custom": True,
        "createable": True,
        "queryable": True,
        "updateable": True,
        "deletable": True,
    }
    names = _OBJECTS[: draw(st.integers(1, len(_OBJECTS)))]
    own = {one: [name, *(some if one == names[0] else [draw(fields(99))])] for one in names}
    for one in names:
        own[one] += [draw(references(names, number)) for number in range(draw(st.integers(0, 3)))]
    objects = [ObjectSchema(one, one, f"{one}s", fields={each.name: each for each in own[one]}, **flags) for one in names]
    return Schema("00D000000000000AAA", "60.0", {one.name: one for one in objects})


@st.composite
def references(draw: st.DrawFn, names: list[str], number: int) -> Field:
    """A reference to one of the objects, or to either of some; required ones make circles that no order of loading unties."""
    targets = tuple(draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)))
    name, required = f"{targets[0].removesuffix('__c')}_{number}__c", draw(st.integers(0, 3)) == 0
    return Field(name, name, "reference", length=18, nillable=not required, custom=True, reference_to=targets)


def _replaced(field: Field, **changes) -> Field:
    return Field(**{name: getattr(field, name) for name in field.__dataclass_fields__} | changes)


@given(schema=schemas(), count=st.integers(1, 400), seed=st.integers(0, 2**40))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_schema_gives_valid_records_or_a_reason(schema: Schema, count: int, seed: int):
    """For a schema drawn at random the records are valid, or the plan is refused with the reason."""
    recipe = Recipe({name: ObjectRecipe(name, count=count) for name in schema.objects})
    try:
        plan = make_plan(
            recipe, schema, snapshot(), chooser=Chooser(), seed=seed, as_of=AS_OF, overrides=Overrides(count_each=count)
        )
    except PlanRefused as refused:
        reason = str(refused)
        event(f"refused: {reason.split('but')[-1][:30]}")
        return
    tables = {one.name: made(plan, one.name) for one in plan.objects}
    engine = Engine(plan)
    for one in plan.objects:
        start = seed % one.count
        assert engine.rows(one.name, start, start + 50).to_pydict() == {
            field: values[start : start + 50] for field, values in tables[one.name].items()
        }
    assert [
        line for one in plan.objects for line in broken(schema.objects[one.name], one, tables[one.name], snapshot())
    ] == []
    assert references_resolve(plan, tables) == []


def test_dates_lie_around_the_day_of_the_plan(outside_data: Path):
    """Closed deals closed before the plan's day, open ones close after it, on working days; birthdays are those of adults."""
    plan = real_plan(outside_data)
    deals, people = made(plan, "Opportunity"), made(plan, "Contact")
    for stage, day in zip(deals["StageName"], deals["CloseDate"], strict=True):
        assert day.weekday() < 5
        assert (day < AS_OF) == (stage in ("Won it", "Lost it"))
    assert all(date(1950, 1, 1) < day < date(2006, 1, 1) for day in people["Birthdate"] if day)
