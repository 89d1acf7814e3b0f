"""When records were made and last changed, where the user may say so: a past that fits everything else."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, time, timedelta
from types import MappingProxyType

import pytest

from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.engine import Engine
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.presets import preset_recipe
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.workflow.packaged import demo_survey
from sfseed_emulator.effects import AUDIT_FIELDS
from sfseed_emulator.org_kinds import AUDITED
from tests.generate.conftest import AS_OF

TODAY = datetime.combine(AS_OF, time(), UTC)


def settable(schema):
    """The schema as describes show it to a user who may set audit fields."""
    objects = {}
    for name, one in schema.objects.items():
        fields = dict(one.fields)
        for field in AUDIT_FIELDS if name in AUDITED or one.custom else ():
            fields[field] = dataclasses.replace(fields[field], createable=True)
        objects[name] = dataclasses.replace(one, fields=MappingProxyType(fields))
    return dataclasses.replace(schema, objects=MappingProxyType(objects))


def planned(recipe, *, allowed=True):
    """The recipe's plan in the practice org."""
    found = demo_survey(recipe)
    schema = settable(found.schema) if allowed else found.schema
    return make_plan(recipe, schema, found.snapshot, chooser=Chooser(), seed=3, as_of=AS_OF)


@pytest.fixture(scope="module")
def plan():
    """Sales and service objects with owners named."""
    text = "version: 1\npreset: sales-cloud\nowner: active\nobjects:\n  Case: {count: 200}\n  Task: {count: 300}\n"
    return planned(parse_recipe(text, path="recipe.yaml"))


@pytest.fixture(scope="module")
def tables(plan):
    """All of its records."""
    return {one.name: Engine(plan).rows(one.name, 0, one.count).to_pydict() for one in plan.objects}


def test_records_were_made_in_the_past_and_changed_since(plan, tables):
    """Every object that may say it does, in no record empty, never in the future, never changed before it was made."""
    told = {name for name, table in tables.items() if "CreatedDate" in table}
    assert told >= {"Account", "Contact", "Opportunity", "Lead", "Case", "Task"} & set(tables)
    assert not any("set only with the permission" in note for note in plan.notes)
    for name in told:
        for made, changed in zip(tables[name]["CreatedDate"], tables[name]["LastModifiedDate"], strict=True):
            assert TODAY - timedelta(days=6 * 365) < made <= changed < TODAY, name


def test_what_hangs_on_a_record_was_made_after_it(tables):
    """Contacts, deals and cases are younger than their account, deals than their contacts' account."""
    accounts = tables["Account"]["CreatedDate"]
    for name in ("Contact", "Opportunity", "Case"):
        pairs = [
            (made, accounts[account])
            for made, account in zip(tables[name]["CreatedDate"], tables[name]["AccountId"], strict=True)
            if account is not None
        ]
        assert pairs
        assert all(made > parent for made, parent in pairs), name


def test_what_a_record_was_entered_for_comes_after_it(tables):
    """Deals close and tasks are due after they were entered."""
    for name, field in (("Opportunity", "CloseDate"), ("Task", "ActivityDate")):
        days = list(zip(tables[name]["CreatedDate"], tables[name][field], strict=True))
        assert all(made.date() <= day for made, day in days if day is not None), name


def test_the_owner_made_the_record(plan, tables):
    """Where the recipe names owners, CreatedById is the record's own owner."""
    by_field = {one.field: one for one in plan.object("Account").references}
    assert by_field["CreatedById"].targets == by_field["OwnerId"].targets
    assert tables["Account"]["CreatedById"] == tables["Account"]["OwnerId"]


def test_where_the_user_may_not_one_line_says_so():
    """No record says when it was made, and the plan's notes name the permission once."""
    plan = planned(preset_recipe("minimal"), allowed=False)
    assert [note for note in plan.notes if "Set Audit Fields upon Record Creation" in note] == [
        (
            "every record will be created on the day it is loaded: CreatedDate can be set only with the permission "
            "Set Audit Fields upon Record Creation"
        )
    ]
    assert not any(column.field == "CreatedDate" for one in plan.objects for column in one.columns)


def test_a_day_counted_from_the_making_is_no_circle():
    """A recipe may let a deal close some days after it was made."""
    text = """
version: 1
objects:
  Opportunity:
    count: 50
    fields:
      CloseDate: {provider: date, options: {after: CreatedDate, lasts: [5, 9]}}
"""
    plan = planned(parse_recipe(text, path="recipe.yaml"))
    table = Engine(plan).rows("Opportunity", 0, 50).to_pydict()
    assert len(set(table["CreatedDate"])) > 20
