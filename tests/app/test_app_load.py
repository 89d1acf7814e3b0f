"""After a load: what failed is shown, mended and sent again; examples, the recipe saved, the run taken back."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

import pytest
import requests

from sfseed_core.load import turn
from sfseed_core.recipe.presets import preset_recipe
from sfseed_emulator.demo import ensure_demo
from tests.app.conftest import edit_cell, settle
from tests.app.test_app_journey import NAME_X, client_of, dataset_of

pytestmark = pytest.mark.browser

REFUSED = {
    "at": "row",
    "do": "fail",
    "rows": [2],
    "code": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
    "message": "A contact needs a better name",
    "match": {"object": "^Contact$", "operation": "insert"},
    "times": 1,
}


def test_what_failed_is_mended_and_sent_again(person, app, monkeypatch):
    """A refused record is found by its cause, changed in Preview, sent again alone; then all of it is taken back."""
    page = person.tab("/?recipe=minimal")
    page.get_by_role("button", name="Try it").click()
    page.get_by_role("button", name="Make the records").click()
    page.get_by_role("button", name="Next: Load").click()
    start = page.get_by_role("button", name=re.compile(r"^Load \d+ records into Brightwater"))
    start.wait_for()
    made = dataset_of(app, page)
    client = client_of(app)
    before = client.query("SELECT COUNT() FROM Contact")["totalSize"]
    add_fault(app, REFUSED)
    start.click()
    page.get_by_text("loaded in part", exact=True).wait_for(timeout=90_000)
    assert client.query("SELECT COUNT() FROM Contact")["totalSize"] == before + made.count("Contact") - 1
    page.get_by_text("A contact needs a better name").wait_for()
    save_recipe(page)
    page.get_by_role("button", name="Show them in Preview").click()
    page.get_by_role("radio", name="Failed in the load", checked=True).wait_for()
    page.get_by_text(re.compile(r"^1 of \d+ records$")).first.wait_for()
    edit_cell(page, 0, NAME_X, "Betterton")
    page.get_by_role("button", name="1 edit").wait_for()
    settle(page)
    page.get_by_role("link", name="Runs").click()
    page.get_by_role("heading", name="Runs").wait_for()
    settle(page)
    page.get_by_role("button", name="Retry").first.click()
    page.get_by_text("loaded", exact=True).wait_for(timeout=90_000)
    assert client.query("SELECT COUNT() FROM Contact WHERE LastName = 'Betterton'")["totalSize"] == 1
    assert client.query("SELECT COUNT() FROM Contact")["totalSize"] == before + made.count("Contact")
    take_back(page)
    assert client.query("SELECT COUNT() FROM Contact")["totalSize"] == before
    monkeypatch.setenv("SFSEED_HOME", str(app.home))
    assert preset_recipe("friday").objects["Account"].count == made.count("Account")


def add_fault(app, fault) -> None:
    """Let the practice org go wrong once."""
    info = ensure_demo(app.home)
    headers = {"Authorization": f"Bearer {info.control_token}"}
    requests.post(f"{info.base_url}/__emulator__/faults", json=fault, headers=headers, timeout=10).raise_for_status()


def save_recipe(page) -> None:
    """Keep what was asked for under a name."""
    page.get_by_role("button", name="Save as recipe").click()
    page.get_by_role("textbox", name="Name").fill("friday")
    page.get_by_role("textbox", name="Name").press("Enter")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text(re.compile("Saved. It is among the choices")).wait_for()
    page.keyboard.press("Escape")
    settle(page)


def take_back(page) -> None:
    """Keep the report, then undo the load."""
    settle(page)
    with page.expect_download() as kept:
        page.get_by_role("button", name="Report").click()
    report = kept.value.path().read_text(encoding="utf-8")
    assert "<h1>Run r-" in report
    assert "<script" not in report
    page.get_by_role("button", name="Undo this load").click()
    page.get_by_role("button", name=re.compile("^Look first")).click()
    page.get_by_text("They are as they were loaded, and nobody added anything to them.").wait_for()
    page.get_by_role("button", name=re.compile(r"^Delete \d+ records$")).click()
    page.get_by_text("taken back", exact=True).wait_for(timeout=90_000)


@pytest.mark.slow
def test_a_second_load_waits_its_turn_and_an_org_that_is_away_is_said(person, app):
    """Beside another load it begins when that has ended; while the org does not answer it says so, and waiting can be stopped."""
    page = person.tab("/?recipe=minimal")
    page.get_by_role("button", name="Try it").click()
    page.get_by_role("button", name="Make the records").click()
    page.get_by_role("button", name="Next: Load").wait_for()
    add_fault(app, {"at": "chunk", "do": "wait", "seconds": 8, "times": 0})
    other = seed_beside(app)
    try:
        page.get_by_role("button", name="Next: Load").click()
        page.get_by_text("Another load is working on this org.").wait_for()
        page.get_by_role("button", name=re.compile("^Start when the other has ended")).click()
        page.get_by_text("waiting", exact=True).wait_for(timeout=60_000)
        page.get_by_text("This one begins as soon as that has ended").wait_for()
        page.get_by_role("button", name="Stop waiting").wait_for()
        assert other.wait(120) == 0
        add_fault(app, {"at": "before", "do": "answer", "status": 503, "times": 0, "match": {"path": "jobs/ingest"}})
        page.get_by_text("The org has not answered since").wait_for(timeout=120_000)
        page.get_by_role("button", name="Stop waiting").click()
        page.get_by_role("button", name="Go on").wait_for(timeout=90_000)
    finally:
        other.kill()
        clear_faults(app)
    settle(page)
    page.get_by_role("button", name="Go on").click()
    page.get_by_text("loaded", exact=True).wait_for(timeout=90_000)


def seed_beside(app):
    """Another load into the practice org, from the command line; returns once it is at work."""
    command = [sys.executable, "-m", "sfseed_core.cli", "seed", "--preset", "minimal", "--org", "demo", "--yes", "--quiet"]
    process = subprocess.Popen(command, env=os.environ | {"SFSEED_HOME": str(app.home)}, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while turn.at_work(app.home, ensure_org_id(app)) is None:
        assert time.monotonic() < until
        time.sleep(0.05)
    return process


def ensure_org_id(app) -> str:
    """The id of the practice org."""
    return client_of(app).query("SELECT Id FROM Organization")["records"][0]["Id"]


def clear_faults(app) -> None:
    """Let the practice org go right again."""
    info = ensure_demo(app.home)
    headers = {"Authorization": f"Bearer {info.control_token}"}
    requests.delete(f"{info.base_url}/__emulator__/faults", headers=headers, timeout=10).raise_for_status()
