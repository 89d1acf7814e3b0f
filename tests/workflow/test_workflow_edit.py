"""What people do to records by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sfseed_core.clock import SYSTEM
from sfseed_core.errors import DataError, UserError
from sfseed_core.events import SILENT
from sfseed_core.recipe.presets import preset_recipe
from sfseed_core.workflow import edit
from sfseed_core.workflow.generate import stage
from sfseed_core.workflow.packaged import demo_survey
from sfseed_core.workflow.plan import draw_up
from sfseed_core.workflow.request import make_request


@pytest.fixture
def dataset(tmp_path):
    """A dataset of the practice org's packaged schema."""
    request = make_request(org="demo", clock=SYSTEM, seed=1, as_of=date(2026, 11, 23), preset="sales-cloud")
    found = demo_survey(preset_recipe("sales-cloud"))
    return stage(draw_up(request, found), found.schema.objects, home=tmp_path, observer=SILENT, clock=SYSTEM)


def column(dataset, object_name, name):
    """One column as Python values."""
    return dataset.read(object_name)[name].to_pylist()


def test_hearing_of_the_same_cells_twice_changes_nothing(dataset):
    """Cells as typed become one edit; the same cells again become none."""
    typed = {0: {"LastName": "Quill", "FirstName": None}, 3: {"LastName": "Feather"}}
    assert edit.cells(dataset, "Contact", typed, clock=SYSTEM) == 1
    assert edit.cells(dataset, "Contact", typed, clock=SYSTEM) == 1
    names = column(dataset, "Contact", "LastName")
    assert (names[0], names[3]) == ("Quill", "Feather")
    assert column(dataset, "Contact", "FirstName")[0] is None
    dataset.undo(clock=SYSTEM)
    assert column(dataset, "Contact", "LastName")[0] != "Quill"


def test_values_are_read_as_they_are_typed(dataset):
    """Dates, numbers and references come as the browser gives them."""
    edit.cells(dataset, "Opportunity", {0: {"CloseDate": "2027-01-31", "Amount": 12.5}}, clock=SYSTEM)
    edit.cells(dataset, "Contact", {0: {"AccountId": "Account:7"}}, clock=SYSTEM)
    assert column(dataset, "Opportunity", "CloseDate")[0] == date(2027, 1, 31)
    assert float(column(dataset, "Opportunity", "Amount")[0]) == 12.5
    assert column(dataset, "Contact", "AccountId")[0] == 7


@pytest.mark.parametrize(
    ("object_name", "name", "value"), [("Opportunity", "CloseDate", "soon"), ("Contact", "AccountId", "x")]
)
def test_what_a_column_cannot_hold_is_refused(dataset, object_name, name, value):
    """A value that is none of the column's is refused and nothing changes."""
    with pytest.raises(DataError):
        edit.cells(dataset, object_name, {0: {name: value}}, clock=SYSTEM)
    assert dataset.revision == 0


def test_a_bulk_change_can_name_other_fields(dataset):
    """Fields in braces stand for the record's own values; the samples show what will be."""
    records = np.array([4, 2, 9])
    text = "{FirstName}.{LastName}@example.invalid"
    shown = edit.samples(dataset, "Contact", records, "Email", text)
    edit.everywhere(dataset, "Contact", records, "Email", text, clock=SYSTEM)
    first, last, mail = (column(dataset, "Contact", name) for name in ("FirstName", "LastName", "Email"))
    for number in records:
        assert mail[number] == f"{first[number] or ''}.{last[number]}@example.invalid"
    assert [one.after for one in shown] == [mail[number] for number in records]
    assert dataset.operations()[-1].label.startswith("3 Contact: Email set to")
    assert sorted(records) == dataset.state("Contact").changed().tolist()


def test_an_unknown_field_in_braces_is_named(dataset):
    """A field that the object does not have is an error that names it."""
    with pytest.raises(UserError, match="Nickname"):
        edit.everywhere(dataset, "Contact", np.array([0]), "Email", "{Nickname}", clock=SYSTEM)


def test_records_come_and_go(dataset):
    """Added records are empty and last; deleted ones go with their children."""
    before = dataset.count("Account")
    edit.add(dataset, "Account", 2, clock=SYSTEM)
    assert dataset.count("Account") == before + 2
    edit.delete(dataset, "Account", np.array([0]), "delete", clock=SYSTEM)
    left = column(dataset, "Account", "record")
    assert 0 not in left
    assert set(column(dataset, "Contact", "AccountId")) - {None} <= set(left)
