"""The preview without a browser: one by one, the family, a field's values, made again, rows of one's own, being made."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pages.shared import resources
from sfseed_core import system
from sfseed_core.clock import SYSTEM
from sfseed_core.dataset import naming
from sfseed_core.dataset.store import open_dataset
from sfseed_core.workflow import making
from tests.app.alone import alone as visit
from tests.app.test_app_pages import practice, texts

__all__ = ["practice"]


def button(at, label):
    """The button of that label."""
    return next(one for one in at.button if one.label == label)


def preview(practice, **where):
    """The preview of the small dataset."""
    at = visit("preview", org="demo", dataset=practice, **where)
    assert not at.exception
    return at


def test_one_record_is_changed_in_a_form(practice):
    """Required and filled fields have labelled inputs; saved ones are one edit; the next record follows."""
    dataset = open_dataset(system.home(), practice)
    before = dataset.revision
    at = preview(practice, object="Contact", mode="record", record="2")
    name = next(one for one in at.text_input if one.label.startswith("Last Name"))
    assert name.label == "Last Name (required)"
    name.input("Okafor")
    button(at, "Save, next record").click().run()
    assert not at.exception
    assert dataset.take("Contact", np.array([2]))["LastName"].to_pylist() == ["Okafor"]
    assert dataset.revision == before + 1
    assert "Contact 4 of" in texts(at)
    button(at, "Save").click().run()
    assert dataset.revision == before + 1  # nothing was changed


def test_a_value_that_does_not_fit_is_told(practice):
    """A broken number is refused with the field named, and the record stays."""
    at = preview(practice, object="Account", mode="record", record="1")
    number = next(one for one in at.text_input if one.label == "Employees")
    number.input("a lot")
    button(at, "Save").click().run()
    assert any("NumberOfEmployees" in one.value.replace("\\", "") and "a lot" in one.value for one in at.error)


def test_the_family_is_followed(practice):
    """From an account to one of its contacts, and back up to the account by name."""
    dataset = open_dataset(system.home(), practice)
    parent = dataset.take("Contact", np.array([0]))["AccountId"].to_pylist()[0]
    at = preview(practice, object="Account", mode="record", record=str(parent))
    at.button(key="follow_Contact_0_AccountId").click().run()
    assert "Contact 1 of" in texts(at)
    name = naming.names_of(dataset, "Account", np.array([parent]))[0]
    up = at.button(key=f"follow_Account_{parent}_AccountId")
    assert name.split()[0] in up.label
    up.click().run()
    assert f"Account {parent + 1} of" in texts(at)


@pytest.mark.parametrize("field", ["AnnualRevenue", "Industry", "Name", "ParentId"])
def test_a_fields_values_are_counted(practice, field):
    """Numbers, picklists, texts and lookups: records, empty ones and different values are told, with a table beside the chart."""
    at = preview(practice, object="Account", mode="fields", field=field)
    assert {one.label for one in at.metric} == {"Records", "Empty", "Different values"}
    assert next(one.value for one in at.metric if one.label == "Records") == str(
        open_dataset(system.home(), practice).count("Account")
    )


def test_a_field_is_made_again(practice):
    """Other values of one field are one edit; a lookup offers none."""
    dataset = open_dataset(system.home(), practice)
    before = dataset.read("Contact", columns=["Title"])["Title"].to_pylist()
    at = preview(practice, object="Contact", mode="fields", field="Title")
    at.button(key="again_whole").click().run()
    assert dataset.read("Contact", columns=["Title"])["Title"].to_pylist() != before
    at = preview(practice, object="Contact", mode="fields", field="AccountId")
    assert at.button(key="again_whole").disabled


def test_rows_of_ones_own_are_pasted(practice):
    """What was pasted is shown as it is understood, what is no field is named, and taken it is in the records."""
    dataset = open_dataset(system.home(), practice)
    count = dataset.count("Contact")
    at = preview(practice, object="Contact")
    at.button(key="own_rows").click().run()
    at.text_area(key="own_rows_text").input("Last Name\tShoe size\nQuill\t42\n").run()
    assert "Shoe size" in texts(at)
    at.button(key="own_rows_take").click().run()
    assert dataset.count("Contact") == count + 1
    dataset.undo()


def order_of(state: str, **more: object) -> str:
    """A making that ended so."""
    home = system.home()
    name = f"m-20261123-120000-{state[:4]}"
    folder = home / making.FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    begun = "2020-01-01T00:00:00+00:00" if state == "lost" else SYSTEM.now().isoformat()
    (folder / making.ORDER).write_text(json.dumps({"begun": begun, "total": 500}), encoding="utf-8")
    if state not in {"lost", "making"}:
        (folder / making.ENDED).write_text(json.dumps({"state": state, **more}), encoding="utf-8")
    return name


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("failed", "The domain is too small"),
        ("stopped", "none of these records were kept"),
        ("lost", "cut off"),
    ],
)
def test_a_making_that_came_to_nothing(practice, state, said):
    """It is told why, can be made again, and the records made before can be shown."""
    more = {"error": "The domain is too small", "hint": "Choose fewer."} if state == "failed" else {}
    at = visit("preview", org="demo", dataset=practice, making=order_of(state, **more))
    assert not at.exception
    assert said in texts(at)
    assert button(at, "Make them again")
    button(at, "Show the records made before").click().run()
    assert "making" not in at.query_params


def test_changes_that_found_no_place_stay_on_the_page(practice):
    """What could not be carried over is told until it is read."""
    name = order_of("made", dataset=practice, misfits=["Contact.Fax is no longer filled"], carried=2)
    at = visit("preview", org="demo", dataset=practice, making=name)
    assert "found no place" in texts(at)
    button(at, "I have read this").click().run()
    assert "found no place" not in texts(at)


def test_an_unknown_making_is_passed_over(practice):
    """An old address of records being made shows the records there are."""
    at = visit("preview", org="demo", dataset=practice, making="m-20200101-000000-zzzz")
    assert not at.exception
    assert button(at, "Next: Load")
    assert resources.dataset(practice).objects


@pytest.mark.parametrize(("state", "said"), [("made", "The records are made"), ("stopped", "came to nothing")])
def test_the_pages_before_remind_of_records_being_made(practice, state, said):
    """Whoever goes back while records are made is told, and led to them."""
    more = {"dataset": practice} if state == "made" else {}
    at = visit("discover", org="demo", recipe="minimal", making=order_of(state, **more))
    assert said in texts(at)
    assert button(at, "Show them")
