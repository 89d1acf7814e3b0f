"""The main task of each page by keyboard alone: Tab, letters, Enter, the shortcuts; no mouse."""

from __future__ import annotations

import re

import pytest

from tests.app.conftest import settle
from tests.app.test_app_access import ACTIVE, focus_on

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STORAGE = re.compile(r"^Storage: ")


def type_over(page, text: str) -> None:
    """Write over what stands in the field that has the focus."""
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text, delay=60)


def onward(page) -> None:
    """Do the one next thing of the page."""
    settle(page)
    page.keyboard.press("Alt+Enter")


def focus_on_menu(page, name: str) -> None:
    """Move on with Tab until the button that opens the menu of that name has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if name in page.evaluate(ACTIVE).splitlines():  # between its icon and the sign that it opens
            return
    raise AssertionError(f"Tab never reaches the menu {name!r}")


def test_from_nothing_to_a_load_and_back(person):
    """The practice org is chosen, filled as suggested, loaded and cleared again."""
    page = person.tab("/?size=305")
    focus_on(page, "Try it")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Make the records").wait_for()
    onward(page)
    page.get_by_role("button", name="Next: Load").wait_for(timeout=90_000)
    onward(page)
    page.get_by_role("button", name=re.compile(r"^Load \d")).wait_for()
    onward(page)
    page.get_by_text("loaded", exact=True).wait_for(timeout=90_000)
    settle(page)
    focus_on_menu(page, "Undo this load")
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile(r"^Delete \d+ records$")).wait_for()
    focus_on(page, "Delete")
    page.keyboard.press("Enter")
    page.get_by_text("taken back", exact=True).wait_for(timeout=90_000)


def test_an_object_is_found_and_left_out(person):
    """On Discover a few letters find an object, Enter shows it, and its button leaves it out."""
    page = person.tab("/discover?org=demo&recipe=minimal")
    page.locator(".graph[data-drawn]").wait_for()
    settle(page)
    focus_on(page, "Find an object", role="combobox")
    page.keyboard.type("Opportu", delay=60)
    page.get_by_role("option", name="Opportunity", exact=True).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**focus=Opportunity**")
    page.get_by_role("heading", name="Opportunity", exact=True).wait_for()
    settle(page)
    focus_on(page, "Leave it out")
    page.keyboard.press("Enter")
    page.get_by_text("2 objects").first.wait_for()


def test_the_storage_moves_as_one_types(person):
    """On Design the storage follows the number while it is typed; what is no number changes nothing; Alt+Enter makes them."""
    page = person.tab("/design?org=demo&recipe=minimal&object=Contact")
    bar, field = page.get_by_text(STORAGE), page.get_by_role("textbox", name="How many records")
    field.wait_for()
    settle(page)
    focus_on(page, "How many records", role="textbox")
    type_over(page, "7")
    page.get_by_text("57 records").first.wait_for()
    small = bar.inner_text()
    page.keyboard.type("000", delay=60)
    page.get_by_text("7,050 records").first.wait_for()
    assert bar.inner_text() != small
    assert field.evaluate("one => one === document.activeElement"), "typing goes on where it was"
    large = bar.inner_text()
    page.keyboard.type("x")
    page.get_by_text("Give a whole number").wait_for()
    assert bar.inner_text() == large
    page.keyboard.press("Backspace")
    page.get_by_text("Now 7,000 records").wait_for()


def test_a_run_is_opened_from_the_list(person):
    """On Runs the list is walked with the arrows, a row is chosen, and Back returns to it."""
    page = person.tab("/runs?org=demo")
    if page.get_by_text("Nothing was loaded yet").count():
        test_from_nothing_to_a_load_and_back(person)
        page.goto(f"{person.url}/runs?org=demo")
        settle(page)
    page.get_by_test_id("stDataFrame").first.wait_for()
    page.wait_for_timeout(800)
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.testid || ''") == "data-grid-canvas":
            break
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ ")
    page.wait_for_url("**run=r-**")
    page.get_by_role("button", name="All runs").wait_for()
