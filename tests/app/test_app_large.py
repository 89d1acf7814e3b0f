"""The app with many records, and a load that outlives its server."""

from __future__ import annotations

import re
from datetime import date

import pytest

from sfseed_core.clock import SYSTEM
from sfseed_core.dataset.store import open_dataset
from sfseed_core.events import SILENT
from sfseed_core.workflow.generate import stage_for
from sfseed_core.workflow.request import make_request
from tests.app.conftest import App, edit_cell, settle, sit_down

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST = 100_000  # bytes to the browser per interaction
RECORDS = 120_000
NAME_X = 180


def made(app: App, **more) -> str:
    """A dataset in the server's home."""
    request = make_request(org="demo", clock=SYSTEM, seed=5, as_of=date(2026, 11, 23), **more)
    return stage_for(request, home=app.home, observer=SILENT, clock=SYSTEM).id


def test_an_interaction_costs_the_same_at_any_size(person, app):
    """With 120,000 records paging, editing, filtering and a bulk change send at most 100 kB to the browser each."""
    name = made(app, recipe="version: 1\nobjects: {Account: 20000, Contact: 100000}\n", recipe_path="large")
    assert sum(open_dataset(app.home, name).counts.values()) == RECORDS
    page = person.tab(f"/preview?org=demo&dataset={name}&object=Contact")
    page.get_by_role("button", name="0 edits").wait_for(timeout=90_000)

    def costs(what: str, act) -> None:
        settle(page)
        page.wait_for_timeout(500)
        before = len(person.received)
        act()
        settle(page)
        page.wait_for_timeout(500)
        spent = sum(person.received[before:])
        print(what, spent)
        assert 0 < spent <= MOST, (what, spent)

    costs("edit", lambda: edit_cell(page, 0, NAME_X, "Quillfeather"))
    page.get_by_role("button", name="1 edit").wait_for()
    costs("page", page.get_by_role("button", name=re.compile("^(Page )?2$")).first.click)
    search = page.get_by_role("textbox", name="Search")
    costs("search", lambda: (search.fill("Quillfeather"), search.press("Enter")))
    page.get_by_text("1 of 100,000 records").wait_for()
    costs("all again", lambda: (search.fill(""), search.press("Enter")))
    page.get_by_text("100,000 records", exact=True).wait_for()
    costs("bulk", lambda: change_all(page))
    found = open_dataset(app.home, name)
    assert found.read("Contact", 99_999, 100_000)["Title"].to_pylist() == ["Tester"]


def change_all(page) -> None:
    """Give all contacts a title."""
    page.get_by_role("button", name="Change many").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Field").click()
    dialog.get_by_role("combobox", name="Field").fill("Title")
    page.get_by_role("option", name="Title", exact=True).click()
    dialog.get_by_role("textbox", name="Value").fill("Tester")
    dialog.get_by_role("textbox", name="Value").press("Enter")
    dialog.get_by_role("button", name="Change 100,000 records").click()
    page.get_by_role("button", name="2 edits").wait_for()


def test_a_load_outlives_the_server(browser, app, tmp_path):
    """Stopping the server in the middle of a load stops nothing: a new one finds the run, and it ends."""
    name = made(app, preset="sales-cloud", count_scale=3.0)
    first = App.start(app.home, tmp_path / "first.log")
    for person in sit_down(browser, first):
        page = person.tab(f"/load?org=demo&dataset={name}")
        page.get_by_role("button", name=re.compile(r"^Load \d")).click()
        page.wait_for_url("**run=r-**")
        path = page.url.removeprefix(first.url)
        page.close()
    first.stop()
    second = App.start(app.home, tmp_path / "second.log")
    try:
        for person in sit_down(browser, second):
            page = person.tab(path)
            page.get_by_text("loaded", exact=True).wait_for(timeout=120_000)
            page.get_by_role("button", name="Undo this load").click()
            page.get_by_role("button", name=re.compile(r"^Delete \d+ records")).click()
            page.get_by_text("taken back", exact=True).wait_for(timeout=120_000)
    finally:
        second.stop()


def test_a_load_is_stopped_and_goes_on(person, app):
    """Stop for now ends what is under way and leaves the rest; Go on loads it, and nothing twice."""
    name = made(app, preset="sales-cloud", count_scale=30.0)
    page = person.tab(f"/load?org=demo&dataset={name}")
    page.get_by_role("button", name=re.compile(r"^Load [\d,]+")).click()
    page.get_by_role("button", name="Stop for now").click()
    page.get_by_text("stopped, can go on", exact=True).wait_for(timeout=90_000)
    settle(page)
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("loaded", exact=True).wait_for(timeout=120_000)
    total = sum(open_dataset(app.home, name).counts.values())
    page.get_by_text(f"{total:,} of {total:,} records").wait_for()


def test_a_recipe_of_ones_own(person, tmp_path):
    """An uploaded recipe is planned at once; one that is wrong is told with what to do."""
    right, wrong = tmp_path / "right.yaml", tmp_path / "wrong.yaml"
    right.write_text(
        "version: 1\ntitle: Mine\nobjects:\n  Account: 7\n  Contact: {per: Account, each: 2}\n", encoding="utf-8"
    )
    wrong.write_text("version: 1\nobjects:\n  Account: many\n", encoding="utf-8")
    page = person.tab("/?org=demo&recipe=file")
    page.locator("input[type=file]").set_input_files(wrong)
    page.get_by_text("That did not work").wait_for()
    page.locator("input[type=file]").set_input_files(right)
    page.get_by_text(re.compile("7 Accounts, 14 Contacts")).wait_for()
    page.get_by_role("radio", name="Mine", exact=True).wait_for()
