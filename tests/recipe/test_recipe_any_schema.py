"""Any schema: a plan that can be made and loaded in order, or a refusal that says why."""

from __future__ import annotations

from datetime import date

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from sfseed_core.errors import PlanRefused
from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.engine import rows
from sfseed_core.recipe.columns import schema_of
from sfseed_core.recipe.overrides import Overrides
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.plan_json import from_json, to_json
from sfseed_core.recipe.presets import preset_recipe
from tests.recipe.recipe_builders import name_field, reference, schema, snapshot, text, thing

NAMES = tuple(f"{letter}__c" for letter in "ABCDEF")


@st.composite
def lookups(draw, own):
    """Up to three references of an object to any objects: required or not, several targets or one."""
    found = []
    for number in range(draw(st.integers(0, 3))):
        targets = draw(st.lists(st.sampled_from([*NAMES, "User", "Gone__c"]), min_size=1, max_size=3, unique=True))
        master = (
            0 if len(targets) == 1 and number == 0 and targets[0] not in {own, "User"} and draw(st.booleans()) else None
        )
        required = master is None and draw(st.integers(0, 4)) == 0
        found.append(
            reference(f"R{number}__c", *targets, required=required, master=master, updateable=draw(st.integers(0, 9)) > 0)
        )
    return found


@st.composite
def orgs(draw):
    """Orgs of one to six custom objects that refer to each other at random, in circles too."""
    names = NAMES[: draw(st.integers(1, len(NAMES)))]
    extra = text("Key__c", unique=True, external_id=True, length=20)
    return schema(*(thing(name, name_field(), extra, *draw(lookups(name))) for name in names))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(orgs(), st.one_of(st.none(), st.integers(1, 40)))
def test_any_schema_is_planned_or_refused(org, each):
    """Parents come first, required references are kept, every field is made or explained, and the rows can be made."""
    try:
        made = make_plan(
            preset_recipe("custom-only"),
            org,
            snapshot(),
            chooser=Chooser(),
            seed=1,
            as_of=date(2026, 1, 1),
            overrides=Overrides(count_each=each),
        )
    except PlanRefused as refusal:
        event("refused")
        said = refusal.message
    else:
        event("planned")
        said = ""
    if said:
        assert "__c." in said
        return
    _check(org, made)


def _check(org, made):
    placed = {one.name: one.level for one in made.objects}
    assert from_json(to_json(made)) == made
    for one in made.objects:
        described = org.objects[one.name]
        filled = {column.field for column in one.columns} | {link.field for link in one.references}
        explained = {name.partition(".")[2] for name in made.omitted if name.startswith(f"{one.name}.")}
        assert filled | explained == set(described.fields)
        assert not filled & explained
        for link in one.references:
            assert not (link.required and (link.deferred or link.null_share))
            later = [target.object for target in link.targets if target.object and placed[target.object] >= one.level]
            assert link.deferred or not later
        assert {name for name, field in described.fields.items() if field.required_on_create} <= filled
        made_rows = rows(made, one.name, 0, one.count)
        assert made_rows.schema.equals(schema_of(one))
        for link in one.references:
            if link.required:
                targets = made_rows.column(f"{link.field}@") if f"{link.field}@" in made_rows.schema.names else None
                keys = made_rows.column(link.field)
                assert (targets if targets is not None else keys).null_count == 0
