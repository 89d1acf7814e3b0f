"""Unique means unique, at any size and beside what the org has."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sfseed_core.errors import PlanRefused, RecipeError
from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.engine import Engine
from sfseed_core.recipe.model import ObjectRecipe, Plan, Recipe
from sfseed_core.recipe.overrides import Overrides
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.schema.model import Field, ObjectSchema, Schema
from sfseed_core.snapshot.model import Snapshot
from tests.generate.conftest import AS_OF, snapshot

KINDS = {
    "Code__c": Field("Code__c", "Code", "string", length=20, unique=True, custom=True, nillable=False),
    "Short__c": Field("Short__c", "Short", "string", length=5, unique=True, custom=True, nillable=False),
    "Mail__c": Field("Mail__c", "Mail", "email", length=80, unique=True, custom=True, nillable=False),
    "Number__c": Field("Number__c", "Number", "double", precision=9, unique=True, custom=True, nillable=False),
    "Key__c": Field(
        "Key__c", "External Key", "string", length=40, unique=True, external_id=True, custom=True, nillable=False
    ),
}
SIZES = [20_000, pytest.param(1_000_000, marks=pytest.mark.slow)]


def planned(count: int, seed: int, found: Snapshot | None = None, fields: dict[str, Field] = KINDS) -> Plan:
    """A plan of so many records of one object whose fields are unique."""
    flags = dict.fromkeys(("custom", "createable", "queryable", "updateable", "deletable"), True)
    schema = Schema("00D000000000000AAA", "60.0", {"T__c": ObjectSchema("T__c", "T", "Ts", None, fields=fields, **flags)})
    recipe, wanted = Recipe({"T__c": ObjectRecipe("T__c")}), Overrides(count_each=count)
    return make_plan(recipe, schema, found or snapshot(), chooser=Chooser(), seed=seed, as_of=AS_OF, overrides=wanted)


def lowered(plan: Plan, field: str) -> pa.Array:
    """All values of a field in small letters, as an org compares them."""
    column = pa.Table.from_batches(Engine(plan).batches("T__c"))[field].combine_chunks()
    return pc.utf8_lower(column.cast(pa.string()))


@pytest.mark.parametrize("count", SIZES)
def test_values_of_unique_fields_never_repeat(count: int):
    """Of any number of records no two share a value, whatever its case."""
    plan = planned(count, 3)
    for field in KINDS:
        values = lowered(plan, field)
        assert values.null_count == 0, field
        assert pc.count_distinct(values).as_py() == count, field


@pytest.mark.parametrize("count", SIZES)
def test_values_that_the_org_has_are_left_out(count: int):
    """Of what an earlier plan put there nothing is made again, not even by the same seed."""
    before = planned(count // 2, 3)
    taken = {("T__c", field): tuple(lowered(before, field).to_pylist()) for field in KINDS}
    after = planned(count, 3, with_taken(taken))
    for field in KINDS:
        values = lowered(after, field)
        assert pc.count_distinct(values).as_py() == count, field
        assert not pc.any(pc.is_in(values, pa.array(taken["T__c", field]))).as_py(), field


def with_taken(taken: dict[tuple[str, str], tuple[str, ...]]) -> Snapshot:
    """A snapshot of an org that has the values."""
    return replace(snapshot(), taken={f"{name}.{field}": values for (name, field), values in taken.items()})


def test_a_domain_too_small_is_refused_with_its_size():
    """More records than a unique field has values for are refused, and the message says how many there are."""
    small = {"Tiny__c": Field("Tiny__c", "Tiny", "double", precision=2, unique=True, custom=True, nillable=False)}
    with pytest.raises(PlanRefused, match=r"only 99 distinct values fit, 100 are wanted"):
        planned(100, 1, fields=small)


def edged(fields: dict[str, Field], count: int, found: Snapshot | None = None) -> Plan:
    """A plan of one object whose unique fields take values at the edge."""
    flags = dict.fromkeys(("custom", "createable", "queryable", "updateable", "deletable"), True)
    schema = Schema("00D000000000000AAA", "60.0", {"T__c": ObjectSchema("T__c", "T", "Ts", None, fields=fields, **flags)})
    recipe = parse_recipe(
        f"version: 1\nobjects: {{T__c: {{count: {count}, fields: {{{next(iter(fields))}: {{edge: true}}}}}}}}"
    )
    return make_plan(recipe, schema, found or snapshot(), chooser=Chooser(), seed=1)


@pytest.mark.parametrize("length", [3, 20, 255])
def test_unique_values_at_the_edge_never_repeat(length: int):
    """Odd texts in a unique field are all different, fit it, and leave out what the org has."""
    fields = {"Odd__c": Field("Odd__c", "Odd", "string", length=length, unique=True, custom=True, nillable=False)}
    first = lowered(edged(fields, 3_000), "Odd__c")
    second = lowered(edged(fields, 3_000, with_taken({("T__c", "Odd__c"): tuple(first.to_pylist())})), "Odd__c")
    assert pc.count_distinct(pa.concat_arrays([first, second])).as_py() == 6_000
    assert pc.max(pc.utf8_length(second)).as_py() <= length


def test_too_few_unique_values_at_the_edge_are_refused():
    """A unique number has a handful of values at its edge, a text of one character some tens of thousands: more are refused."""
    numbers = {"N__c": Field("N__c", "N", "double", precision=9, unique=True, custom=True, nillable=False)}
    with pytest.raises(RecipeError, match=r"T__c.N__c is unique, and too few values are at the edge of type double"):
        edged(numbers, 10)
    letters = {"L__c": Field("L__c", "L", "string", length=2, unique=True, custom=True, nillable=False)}
    with pytest.raises(RecipeError, match=r"T__c.L__c is unique: 59,049 texts at its edge are free, 200,000 are wanted"):
        edged(letters, 200_000)
