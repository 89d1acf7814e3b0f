"""The way of an analyst through the app, from nothing to records in the org, read back by somebody else's client."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from sfseed_core.dataset.store import open_dataset
from sfseed_emulator.demo import ensure_demo
from tests.app.conftest import edit_cell, settle
from tests.journeys.conftest import plain_client

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SIZE = 381  # at which there are exactly 50 contacts
LOAD = re.compile(r"^Load \d+ records into Brightwater")
NAME_X = 180  # where the first column of a record's own fields is


class Clicks:
    """Presses buttons and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press the button of that name as soon as it can be."""
        self.page.get_by_role("button", name=name).click()
        self.count += 1


def test_four_clicks_edits_and_a_load_that_outlives_its_tab(person, app, patiently):
    """Four clicks fill the org; edits made between are in it; closing the tab during the load changes nothing."""
    page = person.tab(f"/?size={SIZE}")
    clicks = Clicks(page)
    clicks.press("Try it")
    clicks.press("Make the records")
    page.get_by_role("button", name="Next: Load").wait_for()
    before = counts_in_org(app, page)
    change_records(page, patiently)
    clicks.press("Next: Load")
    clicks.press(LOAD)
    page.wait_for_url("**run=r-**")
    assert clicks.count == 4
    address = page.url
    page.close()
    again = person.tab(address.removeprefix(app.url))
    again.get_by_text("loaded", exact=True).wait_for(timeout=90_000)
    settle(again)
    read_back(app, again, before)


def counts_in_org(app, page: Page) -> dict[str, int]:
    """How many records of the dataset's objects the org has."""
    made = dataset_of(app, page)
    client = client_of(app)
    return {name: client.query(f"SELECT COUNT() FROM {name}")["totalSize"] for name in made.objects}


def dataset_of(app, page: Page):
    """The dataset that the address names."""
    return open_dataset(app.home, parse_qs(urlsplit(page.url).query)["dataset"][0])


def client_of(app):
    """Somebody else's client on the practice org."""
    info = ensure_demo(app.home)
    return plain_client(info.base_url, info.access_token)


def change_records(page: Page, patiently) -> None:
    """Edit a cell, change fifty at once, edit another and take that back."""
    page.get_by_role("radio", name="Contact 50").click()
    page.wait_for_url("**object=Contact**")
    settle(page)
    edit_cell(page, 0, NAME_X, "Quillfeather")
    page.get_by_role("button", name="1 edit").wait_for()
    page.get_by_role("button", name="Change many").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("50 Contact").wait_for()
    dialog.get_by_role("combobox", name="Field").click()
    dialog.get_by_role("combobox", name="Field").fill("Title")
    page.get_by_role("option", name="Title", exact=True).click()
    dialog.get_by_role("textbox", name="Value").fill("Chief {Department} tester")
    dialog.get_by_role("textbox", name="Value").press("Enter")
    dialog.get_by_role("button", name="Change 50 records").click()
    page.get_by_role("button", name="2 edits").wait_for()
    settle(page)
    edit_cell(page, 1, NAME_X, "Undonesson")
    page.get_by_role("button", name="3 edits").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="2 edits").wait_for()
    settle(page)


def read_back(app, page: Page, before: dict[str, int]) -> None:
    """Every record and every edit is in the org, and nothing else."""
    made, client = dataset_of(app, page), client_of(app)
    for name, count in made.counts.items():
        now = client.query(f"SELECT COUNT() FROM {name}")["totalSize"]
        assert now - before[name] == count, name
    assert client.query("SELECT COUNT() FROM Contact WHERE LastName = 'Quillfeather'")["totalSize"] == 1
    assert client.query("SELECT COUNT() FROM Contact WHERE LastName = 'Undonesson'")["totalSize"] == 0
    titles = client.query("SELECT Title, Department FROM Contact WHERE Title LIKE 'Chief %'")["records"]
    assert len(titles) == 50
    assert all(one["Title"] == f"Chief {one['Department'] or ''} tester" for one in titles)
