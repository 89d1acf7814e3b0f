"""Records made in a process of their own, and changes carried from one dataset to the next."""

from __future__ import annotations

import dataclasses
import time

import pyarrow as pa
import pytest

from sfseed_core.clock import SYSTEM
from sfseed_core.dataset import store
from sfseed_core.dataset.edits import AddRecords, DeleteRecords, SetCells
from sfseed_core.dataset.store import open_dataset
from sfseed_core.errors import NotFound
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.workflow import making
from sfseed_core.workflow.carry_edits import carry
from sfseed_core.workflow.packaged import demo_survey
from sfseed_core.workflow.plan import draw_up, recipe_of
from sfseed_core.workflow.recipes import recipe_text
from sfseed_core.workflow.request import make_request
from tests.staged import NOW, PLAN, SCHEMA, table_of


def staged(home, plan=PLAN):
    """The small dataset."""
    writer = store.create(home, plan, SCHEMA, now=NOW)
    for one in plan.objects:
        writer.add(one.name, table_of(one.name).slice(0, one.count))
    return writer.finish()


def ordered(count: int = 30):
    """A plan of the practice org's accounts and contacts, with its objects."""
    text = f"version: 1\nobjects: {{Account: {count}, Contact: {{per: Account, each: 2}}}}\n"
    request = make_request(org="demo", clock=SYSTEM, seed=3, as_of=None, recipe=text, recipe_path="r")
    found = demo_survey(recipe_of(request))
    return draw_up(request, found), found.schema.objects


RECIPE = parse_recipe("version: 1\ntitle: Mine\nobjects: {Account: 30, Contact: {per: Account, each: 2}}\n")


def waited(home, name):
    """How the making ended."""
    until = time.monotonic() + 60
    while (found := making.look(name, home=home, clock=SYSTEM)).state == "making":
        assert time.monotonic() < until
        time.sleep(0.05)
    return found


def test_made_by_another_process(home):
    """What another process makes is the plan's records, with the earlier dataset's changes made again."""
    plan, objects = ordered()
    first = waited(home, making.begin(plan, objects, home=home, clock=SYSTEM, recipe=RECIPE))
    assert (first.state, first.done, first.total) == ("made", 90, 90)
    made = open_dataset(home, first.dataset)
    assert "title: Mine" in recipe_text(made)
    made.apply(SetCells("Account", [3], {"Name": ["Acme"]}))
    again = waited(home, making.begin(plan, objects, home=home, clock=SYSTEM, edits_of=made.id))
    assert (again.carried, again.misfits) == (1, ())
    names = open_dataset(home, again.dataset).read("Account", columns=["Name"])["Name"].to_pylist()
    assert names == made.read("Account", columns=["Name"])["Name"].to_pylist()


def test_stopped_and_made_again(home):
    """A making that is asked to stop keeps nothing; the same order made again is whole."""
    plan, objects = ordered(200_000)
    name = making.begin(plan, objects, home=home, clock=SYSTEM)
    making.stop(name, home=home)
    assert waited(home, name).state == "stopped"
    assert store.list_datasets(home) == []
    small, _ = ordered(2)
    order = making.read_json(home / making.FOLDER / name / making.ORDER)
    order |= {"plan": making.plan_json.to_json(small), "total": 6}
    (home / making.FOLDER / name / making.ORDER).write_text(making.json.dumps(order), encoding="utf-8")
    making.again(name, home=home, clock=SYSTEM)
    assert waited(home, name).done == 6


def test_a_making_that_cannot_be_is_told(home):
    """A broken plan fails with words, an unknown id is not there, and a process that never came is lost."""
    plan, objects = ordered(2)
    account = plan.object("Account")
    broken = dataclasses.replace(account.columns[0], provider="no.such")
    columns = (broken, *account.columns[1:])
    plan = dataclasses.replace(plan, objects=(dataclasses.replace(account, columns=columns), *plan.objects[1:]))
    name = making.begin(plan, objects, home=home, clock=SYSTEM)
    found = waited(home, name)
    assert found.state == "failed"
    assert "no.such" in found.error
    with pytest.raises(NotFound):
        making.look("m-20200101-000000-aaaa", home=home, clock=SYSTEM)
    folder = home / making.FOLDER / name
    (folder / making.ENDED).unlink()
    order = making.read_json(folder / making.ORDER) | {"begun": "2020-01-01T00:00:00+00:00"}
    (folder / making.ORDER).write_text(making.json.dumps(order), encoding="utf-8")
    assert making.look(name, home=home, clock=SYSTEM).state == "lost"


def test_changes_are_carried_by_record_and_field(home):
    """Cells, added records (and what points to them) and deletions are made again; an undone edit is not."""
    earlier, later = staged(home), staged(home)
    earlier.apply(AddRecords("Account", 2, {"Name": ["New one", "New two"]}))
    earlier.apply(DeleteRecords("Account", [10], "clear"))  # the first of the two again
    earlier.apply(SetCells("Contact", [0, 1], {"LastName": ["Okafor", "Lee"], "AccountId": [11, 2]}))
    earlier.apply(SetCells("Contact", [5], {"LastName": ["Undone"]}))
    earlier.undo()
    earlier.apply(SetCells("Task", [0], {"WhatId": ["Account:11"]}))
    earlier.apply(DeleteRecords("Contact", [7], "clear"))
    carried = carry(earlier, later, clock=SYSTEM)
    assert carried.misfits == ()
    contacts = later.read("Contact", 0, 2).to_pylist()
    assert [one["LastName"] for one in contacts] == ["Okafor", "Lee"]
    assert [one["AccountId"] for one in contacts] == [10, 2]
    assert later.read("Account", 10, 11)["Name"].to_pylist() == ["New two"]
    task = later.read("Task", 0, 1).to_pylist()[0]
    assert (task["WhatId@"], task["WhatId"]) == ("Account", 10)
    assert 7 not in later.state("Contact").numbers()
    assert later.read("Contact", 5, 6)["LastName"].to_pylist() == earlier.read("Contact", 5, 6)["LastName"].to_pylist()


def test_what_finds_no_place_is_named(home):
    """A record, a field and an object that are no longer there are each named, and the rest is carried."""
    earlier = staged(home)
    contact = dataclasses.replace(PLAN.object("Contact"), count=2, columns=PLAN.object("Contact").columns[:1])
    fewer = dataclasses.replace(PLAN, objects=(PLAN.object("Account"), contact))
    writer = store.create(home, fewer, SCHEMA, now=NOW)
    writer.add("Account", table_of("Account"))
    writer.add("Contact", pa.table(table_of("Contact")).slice(0, 2).select(["record", "LastName", "AccountId"]))
    later = writer.finish()
    earlier.apply(SetCells("Contact", [0, 9], {"LastName": ["Okafor", "Lee"], "Email": ["a@b.example", "c@d.example"]}))
    earlier.apply(SetCells("Task", [0], {"Subject": ["Call"]}))
    carried = carry(earlier, later, clock=SYSTEM)
    assert later.read("Contact", 0, 1)["LastName"].to_pylist() == ["Okafor"]
    said = " | ".join(carried.misfits)
    assert "Task is no longer made" in said
    assert "Contact.Email is no longer filled" in said
    assert "Contact.LastName: 1 changed records are no longer made" in said
