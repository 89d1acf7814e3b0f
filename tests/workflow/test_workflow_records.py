"""What the preview does with records: made again, given by people, named, followed."""

from __future__ import annotations

import numpy as np
import pytest

from sfseed_core.clock import SYSTEM
from sfseed_core.dataset import family, naming
from sfseed_core.dataset.edits import DeleteRecords, SetCells
from sfseed_core.dataset.profile import profile
from sfseed_core.errors import DataError, NotFound, UserError
from sfseed_core.events import SILENT
from sfseed_core.workflow.generate import stage
from sfseed_core.workflow.given_rows import read_file, read_pasted, take, understand
from sfseed_core.workflow.make_again import make_again
from sfseed_core.workflow.packaged import demo_survey
from sfseed_core.workflow.plan import draw_up, recipe_of
from sfseed_core.workflow.request import make_request

RECIPE = "version: 1\nobjects: {Account: 20, Contact: {per: Account, each: 2}, Case: {per: Account, each: 1}}\n"


@pytest.fixture
def made(home):
    """Accounts, contacts and cases of the practice org."""
    request = make_request(org="demo", clock=SYSTEM, seed=3, as_of=None, recipe=RECIPE, recipe_path="r")
    found = demo_survey(recipe_of(request))
    return stage(draw_up(request, found), found.schema.objects, home=home, observer=SILENT, clock=SYSTEM)


def column(dataset, name, field):
    """All values of a field."""
    return dataset.read(name, columns=[field])[field].to_pylist()


def test_one_field_is_made_again_in_some_records(made):
    """The chosen records get other values in the field, all else stays, and it is one edit to undo."""
    before, emails = column(made, "Contact", "Title"), column(made, "Contact", "Email")
    chosen = np.arange(5, 25)
    make_again(made, "Contact", chosen, ["Title"], variation=9, clock=SYSTEM)
    after = column(made, "Contact", "Title")
    assert sum(was != now for was, now in zip(before[5:25], after[5:25], strict=True)) > 10
    assert before[:5] + before[25:] == after[:5] + after[25:]
    assert column(made, "Contact", "Email") == emails
    made.undo()
    assert column(made, "Contact", "Title") == before


def test_whole_records_agree_with_themselves_again(made):
    """Other persons at the same accounts: names change, their e-mail addresses with them, their accounts do not."""
    people = made.read("Contact").to_pylist()
    make_again(made, "Contact", np.arange(40), None, variation=4, clock=SYSTEM)
    now = made.read("Contact").to_pylist()
    assert [one["AccountId"] for one in now] == [one["AccountId"] for one in people]
    assert sum(a["LastName"] != b["LastName"] for a, b in zip(people, now, strict=True)) > 25
    written = [one for one in now if one["Email"]]
    plain = [one for one in written if one["LastName"].isascii() and one["LastName"].isalpha()]
    assert sum(one["LastName"].lower() in one["Email"] for one in plain) > len(plain) / 2


def test_what_cannot_be_made_again_is_told(made):
    """A lookup has no generator; a field that must be unique is made again in all records or none."""
    with pytest.raises(NotFound, match="AccountId"):
        make_again(made, "Contact", np.arange(3), ["AccountId"], variation=1, clock=SYSTEM)
    unique = next(one.field for one in made.plan.object("Account").columns if one.unique)
    with pytest.raises(UserError, match="differ in every record"):
        make_again(made, "Account", np.arange(3), [unique], variation=1, clock=SYSTEM)
    make_again(made, "Account", np.arange(20), [unique], variation=1, clock=SYSTEM)
    assert len(set(column(made, "Account", unique))) == 20


def test_rows_of_a_spreadsheet_are_added(made):
    """Columns are found by label, the parent by its name, a dotted day is a day; what is not given is made up on request."""
    account = column(made, "Account", "Name")[7]
    rows = read_pasted(f"Last Name\tAccount Name\tBirthdate\tNotes\nOkafor\t{account}\t3.11.1980\tx\nLee\t\t\t\n")
    given = understand(made, "Contact", rows)
    assert given.unknown == ("Notes",)
    take(made, given, fill=True, variation=5, clock=SYSTEM)
    first, second = made.read("Contact", 40, 42).to_pylist()
    assert (first["LastName"], first["AccountId"], str(first["Birthdate"])) == ("Okafor", 7, "1980-11-03")
    assert first["FirstName"]
    assert second["AccountId"] is None
    take(made, given, fill=False, variation=5, clock=SYSTEM)
    assert made.read("Contact", 42, 43)["FirstName"].to_pylist() == [None]


def test_rows_with_ids_change_those_records(made):
    """A file of ours that was changed outside is written over the records that it names."""
    rows = read_file("Contact.csv", "Id;Last Name\nContact:3;Néw\nContact:9;Öther\n".encode("cp1252"))
    take(made, understand(made, "Contact", rows), fill=True, variation=1, clock=SYSTEM)
    names = column(made, "Contact", "LastName")
    assert (names[3], names[9], len(names)) == ("Néw", "Öther", 40)


def test_rows_that_do_not_fit_are_told(made):
    """An unknown parent, a broken value, an id that is none, no known column and no table at all: each in words."""
    wrong = (
        ("Last Name\tAccount Name\nA\tNobody Ltd\n", "no record is called 'Nobody Ltd'"),
        ("Last Name\tBirthdate\nA\tsoon\n", "'soon' is not a date"),
        ("Id\tLast Name\nfirst\tA\n", "names no record"),
        ("Colour\nred\n", "no column of these rows"),
    )
    for text, said in wrong:
        with pytest.raises((UserError, DataError), match=said):
            take(made, understand(made, "Contact", read_pasted(text)), fill=True, variation=1, clock=SYSTEM)
    with pytest.raises(UserError, match=r"book\.xlsx"):
        read_file("book.xlsx", b"not a workbook")
    assert made.revision == 0


def test_records_have_names(made):
    """A person is called by both names, an account by its name; records are found by a part of it."""
    person = made.read("Contact", 2, 3).to_pylist()[0]
    assert naming.names_of(made, "Contact", np.array([2])) == [f"{person['FirstName']} {person['LastName']}"]
    name = column(made, "Account", "Name")[4]
    assert (4, name) in naming.named(made, "Account", name[1:6].upper(), 50)


def test_the_family_of_a_record(made):
    """An account leads to its contacts and cases, a contact to its account."""
    found = {one.object: one for one in family.children(made, "Account", 3) if one.field == "AccountId"}
    contacts = [row["record"] for row in made.read("Contact").to_pylist() if row["AccountId"] == 3]
    assert list(found["Contact"].records) == contacts
    assert found["Case"].count == column(made, "Case", "AccountId").count(3)
    assert family.Parent("AccountId", "Account", 3) in family.parents(made, "Contact", contacts[0])
    with pytest.raises(NotFound):
        family.parents(made, "Contact", 4000)


def test_a_profile_counts_what_is_left(made):
    """After deletions and additions the profile is of the records that there are, the last one included."""
    made.apply(DeleteRecords("Contact", [0, 1, 2], "clear"))
    made.apply(SetCells("Contact", [39], {"Title": ["Last of all"]}))
    found = profile(made, "Contact", "Title")
    assert found.records == 37
    assert "Last of all" in [value for value in column(made, "Contact", "Title") if value]
    assert made.count("Contact") == found.records
