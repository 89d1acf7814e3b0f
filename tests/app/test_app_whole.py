"""The whole of an analyst's work on 120,000 records, in one sitting, read back by somebody else's client."""

from __future__ import annotations

import re

import pytest

from sfseed_core.dataset.store import open_dataset
from sfseed_core.load.failures import failures
from sfseed_core.load.journal import Run
from tests.app.conftest import edit_cell, settle
from tests.app.test_app_journey import NAME_X, client_of
from tests.app.test_app_large import RECORDS, made
from tests.app.test_app_load import REFUSED, add_fault

pytestmark = [pytest.mark.browser, pytest.mark.slow]

RECIPE = "version: 1\nobjects: {Account: 20000, Contact: {count: 100000}}\n"
LONG = 600_000  # milliseconds


def test_edited_mended_loaded_retried_undone(person, app):
    """One cell and many are changed, problems are found and mended, all is loaded, what failed sent again, all taken back."""
    name = made(app, recipe=RECIPE, recipe_path="whole")
    assert sum(open_dataset(app.home, name).counts.values()) == RECORDS
    client = client_of(app)
    before = {one: count(client, one) for one in ("Account", "Contact")}
    page = person.tab(f"/preview?org=demo&dataset={name}&object=Contact")
    page.get_by_role("button", name="0 edits").wait_for(timeout=90_000)
    edit_cell(page, 0, NAME_X, "Quillfeather")
    page.get_by_role("button", name="1 edit").wait_for()
    broken = break_some(page)
    mend(page, broken)
    load(page, app)
    told = [(one.object, one.code, one.count, one.message) for one in causes(app)]
    assert told == [("Contact", REFUSED["code"], 1, REFUSED["message"])]
    assert count(client, "Contact") == before["Contact"] + 99_999
    assert count(client, "Account") == before["Account"] + 20_000
    settle(page)
    page.get_by_role("button", name="Retry 1 record").click()
    page.get_by_text("loaded", exact=True).wait_for(timeout=LONG)
    assert count(client, "Contact") == before["Contact"] + 100_000
    assert count(client, "Contact WHERE LastName = 'Quillfeather'") == 1
    assert count(client, "Contact WHERE Email = 'no address'") == 0
    settle(page)
    page.get_by_role("button", name="Undo this load").click()
    page.get_by_role("button", name=re.compile(r"^Delete [\d,]+ records$")).click()
    page.get_by_text("taken back", exact=True).wait_for(timeout=LONG)
    assert {one: count(client, one) for one in before} == before


def causes(app):
    """Why records of the newest run are not in."""
    run = Run.open(app.home, "latest")
    try:
        return failures(run)
    finally:
        run.close()


def count(client, what: str) -> int:
    """How many records the org has."""
    return client.query(f"SELECT COUNT() FROM {what}")["totalSize"]


def break_some(page) -> int:
    """Give the contacts of one name an address that is none; return how many."""
    search = page.get_by_role("textbox", name="Search")
    search.fill("Wilson")
    search.press("Enter")
    shown = page.get_by_text(re.compile(r"^[\d,]+ of 100,000 records$")).first
    shown.wait_for(timeout=60_000)
    settle(page)
    found = int(shown.inner_text().split()[0].replace(",", ""))
    assert found > 10
    dialog = change_many(page, "Email")
    dialog.get_by_role("textbox", name="Value").fill("no address")
    dialog.get_by_role("textbox", name="Value").press("Enter")
    dialog.get_by_role("button", name=f"Change {found:,} records").click()
    page.get_by_role("button", name="2 edits").wait_for(timeout=60_000)
    search.fill("")
    search.press("Enter")
    settle(page)
    return found


def mend(page, broken: int) -> None:
    """Look at the records with problems only, and empty the field."""
    page.get_by_role("radio", name="With problems").click()
    page.get_by_text(f"{broken:,} of 100,000 records").first.wait_for(timeout=60_000)
    settle(page)
    dialog = change_many(page, "Email")
    dialog.get_by_role("radio", name="Empty").click()
    dialog.get_by_role("button", name=f"Change {broken:,} records").click()
    page.get_by_role("button", name="3 edits").wait_for(timeout=60_000)
    settle(page)


def change_many(page, field: str):
    """Open the dialog and choose the field."""
    page.get_by_role("button", name="Change many").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Field").click()
    dialog.get_by_role("combobox", name="Field").fill(field)
    page.get_by_role("option", name=field, exact=True).click()
    return dialog


def load(page, app) -> None:
    """Load while the org refuses one contact."""
    page.get_by_role("button", name="Next: Load").click()
    start = page.get_by_role("button", name=re.compile(r"^Load 120,000 records into Brightwater"))
    start.wait_for(timeout=120_000)
    add_fault(app, REFUSED)
    start.click()
    page.get_by_text("loaded in part", exact=True).wait_for(timeout=LONG)
