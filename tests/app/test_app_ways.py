"""What people come for, in a browser: a spreadsheet of customers, records being made, a recipe typed, the drawing kept."""

from __future__ import annotations

import re

import pytest

from sfseed_core.dataset.store import list_datasets, open_dataset
from tests.app.conftest import settle
from tests.app.test_app_address import dataset, made

__all__ = ["dataset", "made"]

pytestmark = pytest.mark.browser

COLUMNS = "Company;Billing City;Annual Revenue;Account manager's notes\r\n"
CUSTOMERS = [f"Kundin {number} GmbH;Zürich;{number}.500.000,50;ask for the {number}\r\n" for number in range(1, 13)]


def test_twelve_customers_become_a_demo(person, app, tmp_path):
    """From a spreadsheet as Excel saves it to records with all that belongs around them: four clicks and the file."""
    sheet = tmp_path / "customers.csv"
    sheet.write_bytes((COLUMNS + "".join(CUSTOMERS)).encode("cp1252"))
    page = person.tab("/?org=demo")
    page.get_by_text("Spreadsheets or a recipe of mine").click()
    page.locator("input[type=file]").set_input_files(sheet)
    page.get_by_text("Account manager's notes").first.wait_for()
    page.get_by_role("button", name="Use these 12 rows").click()
    page.get_by_role("button", name="Make the records").click()
    page.get_by_role("button", name="Next: Load").wait_for(timeout=60_000)
    made_now = open_dataset(app.home, re.search(r"dataset=(d-[\w-]+)", page.url)[1])
    first = made_now.read("Account", 0, 12).to_pylist()
    assert [one["Name"] for one in first] == [f"Kundin {number} GmbH" for number in range(1, 13)]
    assert int(first[1]["AnnualRevenue"]) == 2_500_001  # 2.500.000,50 in a field without decimals
    assert made_now.counts["Contact"] >= 12
    assert made_now.counts["Opportunity"] >= 12


def test_f5_and_a_closed_tab_while_records_are_made(person, app):
    """Reloading and closing the page while records are made begins nothing anew: the address shows them when they are there."""
    before = len(list_datasets(app.home))
    page = person.tab("/design?org=demo&recipe=minimal&size=60000")
    page.get_by_role("button", name="Make the records").click()
    page.wait_for_url(re.compile(r"/preview\?.*making=m-"))
    address = page.url
    page.reload()
    page.close()
    again = person.tab(address.removeprefix(app.url))
    again.get_by_role("button", name="Next: Load").wait_for(timeout=90_000)
    found = list_datasets(app.home)
    assert len(found) == before + 1
    assert 50_000 < sum(found[0].objects.values()) < 70_000
    assert f"dataset={found[0].id}" in again.url
    assert "making=" not in again.url


def test_a_recipe_is_typed_and_the_page_follows(person):
    """An error names its line, a right text changes the page, and Back in the browser brings the old one."""
    page = person.tab("/design?org=demo&recipe=minimal")
    page.get_by_text("Recipe as text").click()
    area = page.get_by_role("textbox", name="The recipe (YAML)")
    area.fill("version: 1\nobjects:\n  Account: 7\n  Contcat: {per: Account, eech: 2}\n")
    area.press("ControlOrMeta+Enter")
    settle(page)
    page.get_by_role("button", name="Use this text").click()
    page.get_by_text("Line 4").wait_for()
    area.fill("version: 1\nobjects:\n  Account: 7\n  Contact: {per: Account, each: 2}\n")
    area.press("ControlOrMeta+Enter")
    settle(page)
    page.get_by_role("button", name="Use this text").click()
    page.get_by_text("21 records").first.wait_for()
    page.go_back()
    page.get_by_text("preset: minimal").first.wait_for()


def test_an_object_is_found_by_typing_and_the_drawing_kept(person, tmp_path):
    """A few letters choose an object in drawing, panel and table alike; a row of the table does so too; the PNG is a picture."""
    page = person.tab("/discover?org=demo&recipe=custom-only")
    page.locator(".graph[data-drawn]").wait_for()
    page.get_by_role("combobox", name="Find an object").fill("phas")
    page.get_by_role("option", name=re.compile("Project Phase")).click()
    page.wait_for_url("**focus=Project_Phase__c**")
    page.locator('.graph[data-selected="Project_Phase__c"]').wait_for()
    page.get_by_role("heading", name="Project Phase (Project_Phase__c)").wait_for()
    settle(page)
    with page.expect_download() as waited:
        page.get_by_role("button", name="Download the drawing as PNG").click()
    picture = tmp_path / "objects.png"
    waited.value.save_as(picture)
    data = picture.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert len(data) > 10_000
