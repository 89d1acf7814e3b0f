"""Plans of whole orgs: the practice org and real describes; and plans as JSON."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

import pytest

from sfseed_core.constraints.persons import has_persons
from sfseed_core.errors import DataError
from sfseed_core.generate.chooser import Chooser
from sfseed_core.recipe.model import RUNNING_USER
from sfseed_core.recipe.overrides import Overrides
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.plan_json import fingerprint, from_json, to_json
from sfseed_core.recipe.presets import PRESETS, preset_recipe
from sfseed_core.schema.parse import object_schema
from sfseed_core.workflow.packaged import demo_survey
from tests.recipe.recipe_builders import schema, snapshot

AS_OF = date(2026, 11, 23)
# what the org fills by itself, or cannot have in a record that is made at once
NOT_BUSINESS = ("OwnerId", "Recurrence", "Jigsaw", "EmailBounced", "PersonEmailBounced")


def demo_plan(preset, **more):
    """A plan for the practice org."""
    recipe = preset_recipe(preset)
    found = demo_survey(recipe)
    return make_plan(recipe, found.schema, found.snapshot, chooser=Chooser(), seed=1, as_of=AS_OF, **more), found.schema


def made_fields(one):
    """The fields of an object that get values."""
    fields = {column.field for column in one.columns} | {reference.field for reference in one.references}
    return fields | ({"RecordTypeId"} if one.record_types else set())


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_make_little_that_looks_alive(preset):
    """Each preset fits the practice org with a few hundred records, parents before children."""
    made, _ = demo_plan(preset)
    total = sum(one.count for one in made.objects)
    assert 50 <= total <= (1200 if preset == "everything" else 400)
    placed = {one.name: one.level for one in made.objects}
    for one in made.objects:
        for reference in one.references:
            for target in reference.targets:
                if target.object is not None and not reference.deferred:
                    assert placed[target.object] < one.level, (one.name, reference.field)


@pytest.mark.parametrize("preset", PRESETS)
def test_the_same_inputs_give_the_same_plan(preset):
    """Text, fingerprint and what is read back are equal."""
    made, again = demo_plan(preset)[0], demo_plan(preset)[0]
    assert to_json(made) == to_json(again)
    assert from_json(to_json(made)) == made
    assert fingerprint(from_json(to_json(made))) == fingerprint(made)


def test_the_fingerprint_is_of_the_records_not_of_the_words():
    """Reasons and notes may change; a seed or count makes other records."""
    made, _ = demo_plan("minimal")
    reworded = dataclasses.replace(made, notes=("hello",), omitted={})
    assert fingerprint(reworded) == fingerprint(made)
    assert fingerprint(dataclasses.replace(made, seed=2)) != fingerprint(made)


@pytest.mark.parametrize("broken", ["", "[]", "{}", '{"format":1}', '{"format":9}', '{"format":1,"seed":1,"as_of":"x"}'])
def test_json_that_is_no_plan_is_refused(broken):
    """A truncated or foreign file is a data error."""
    with pytest.raises(DataError, match="cannot read the plan"):
        from_json(broken)


def test_every_line_says_why():
    """Each column, reference and omitted field has its reason."""
    made, _ = demo_plan("everything")
    for one in made.objects:
        assert all(column.why for column in one.columns)
        assert all(reference.why for reference in one.references)
    assert all(made.omitted.values())


def test_what_the_org_makes_itself_is_not_planned():
    """Sales cloud: an opportunity's contact role is not made twice."""
    made, _ = demo_plan("sales-cloud")
    assert "Opportunity.ContactId" in made.omitted
    assert "Case.Comments" in demo_plan("service-cloud")[0].omitted


def test_every_writable_field_is_made_or_explained():
    """No field of the practice org falls through."""
    made, org = demo_plan("everything")
    for one in made.objects:
        for field in org.objects[one.name].fields.values():
            if field.createable and field.name != "RecordTypeId":
                assert field.name in made_fields(one) or f"{one.name}.{field.name}" in made.omitted, (one.name, field.name)


def test_required_references_are_never_deferred():
    """What an insert needs is there at insert."""
    made, org = demo_plan("everything")
    for one in made.objects:
        for reference in one.references:
            field = org.objects[one.name].fields[reference.field]
            assert not (reference.deferred and (field.required_on_create or field.is_master_detail))
            assert not (reference.required and reference.null_share)


def test_the_custom_app_keeps_together():
    """The cycle is broken at the optional side, and a project's current phase is its own."""
    made, _ = demo_plan("custom-only")
    assert made.cycles == (("Project_Phase__c", "Project__c"),)
    current = next(one for one in made.object("Project__c").references if one.field == "Current_Phase__c")
    assert current.deferred
    assert dict(current.options) == {"via": "", "through": "Project__c"}
    assert "Contact" in {one.name for one in made.objects}


def test_count_each_holds_for_everything():
    """The same count for every object of the practice org, pairs and prices included."""
    made, _ = demo_plan("everything", overrides=Overrides(count_each=50))
    assert {one.count for one in made.objects} == {50}


@pytest.mark.parametrize("persons", [False, True])
def test_real_describes_are_filled(outside_data, persons):
    """Of the writable business fields of real orgs at least four in five carry values, persons or not."""
    paths = [one for one in sorted((outside_data / "describes").glob("*.json")) if one.stem != "global"]
    objects = [object_schema(json.loads(one.read_text(encoding="utf-8"))) for one in paths]
    org = schema(*(one for one in objects if one.name != "Account" or has_persons(one) == persons))
    known = snapshot(
        record_types={
            name: {kind.developer_name: kind.id for kind in one.record_types} for name, one in org.objects.items()
        }
    )
    made = make_plan(
        preset_recipe("everything"),
        org,
        known,
        chooser=Chooser(),
        seed=1,
        as_of=AS_OF,
        overrides=Overrides(count_each=1000),
    )
    writable = filled = 0
    for one in made.objects:
        fields = org.objects[one.name].fields.values()
        names = {field.name for field in fields if field.createable and not field.name.startswith(NOT_BUSINESS)}
        writable += len(names)
        filled += len(names & made_fields(one))
        required = {field.name for field in fields if field.required_on_create}
        assert required <= made_fields(one)
    assert filled >= 0.8 * writable
    assert made.object("Account").record_types_in_order == persons


def test_no_plan_points_to_a_user_by_chance():
    """Owners and other standard references to users stay with the org unless they must be given."""
    made, org = demo_plan("everything")
    for one in made.objects:
        for reference in one.references:
            if reference.targets[0].symbol == RUNNING_USER:
                field = org.objects[one.name].fields[reference.field]
                assert field.custom or field.required_on_create
