"""Where a person is stands in the address: F5, Back, a bookmark and a second tab change nothing."""

from __future__ import annotations

from datetime import date

import pytest

from sfseed_core.clock import SYSTEM
from sfseed_core.dataset.store import open_dataset
from sfseed_core.events import SILENT
from sfseed_core.workflow.generate import stage_for
from sfseed_core.workflow.request import make_request
from tests.app.conftest import App, edit_cell, settle, sit_down

pytestmark = pytest.mark.browser

NAME_X = 180
PAGES = {
    "/?org=demo&size=3000": "What should it be filled with?",
    "/discover?org=demo&recipe=custom-only&focus=Project__c": "Discover",
    "/design?org=demo&object=Contact": "Design",
    "/preview?org=demo&dataset={dataset}&object=Contact&search=a&page=1&view=all": "Preview",
    "/load?org=demo&dataset={dataset}": "Load",
    "/runs?org=demo": "Runs",
}


@pytest.fixture(scope="session")
def made(app: App):
    """A maker of datasets in the server's home."""

    def make(seed: int, **more) -> str:
        request = make_request(org="demo", clock=SYSTEM, seed=seed, as_of=date(2026, 11, 23), preset="sales-cloud", **more)
        return stage_for(request, home=app.home, observer=SILENT, clock=SYSTEM).id

    return make


@pytest.fixture(scope="session")
def dataset(made) -> str:
    """One dataset."""
    return made(1)


def shown(page) -> str:
    """All that stands on the page, once it has come to rest."""
    settle(page)
    before, now = None, text_of(page)
    while before != now:
        page.wait_for_timeout(400)
        before, now = now, text_of(page)
    return now


def text_of(page) -> str:
    """All that stands on the page right now."""
    return "\n".join(page.get_by_test_id(part).inner_text() for part in ("stSidebar", "stMain"))


def test_f5_changes_nothing(person, dataset):
    """Each of the six pages is the same after F5: what it says, and its address."""
    page = person.tab("/")
    for path, heading in PAGES.items():
        page.goto(person.url + path.format(dataset=dataset))
        page.get_by_role("heading", name=heading).wait_for()
        before, address = shown(page), page.url
        page.reload()
        page.get_by_role("heading", name=heading).wait_for()
        assert shown(page) == before, path
        assert page.url == address


def test_two_tabs_do_not_disturb_each_other(person, made, app):
    """Two tabs with two datasets, edited in turn and reloaded: each has its own edit only, on disk at once."""
    names = [made(3), made(4)]
    tabs = [person.tab(f"/preview?org=demo&dataset={name}&object=Account") for name in names]
    for number, page in enumerate(tabs):
        page.bring_to_front()
        page.get_by_role("button", name="0 edits").wait_for()
        edit_cell(page, number, NAME_X, f"Only in {number}")
        page.get_by_role("button", name="1 edit").wait_for()
        page.reload()
        page.get_by_role("button", name="1 edit").wait_for()
    for number, name in enumerate(names):
        found = open_dataset(app.home, name).read("Account", 0, 2)["Name"].to_pylist()
        assert [text.startswith("Only in") for text in found] == [number == 0, number == 1]
    assert [name in page.url for name, page in zip(names, tabs, strict=True)] == [True, True]


@pytest.mark.slow
def test_back_returns(person, dataset):
    """Back leads through what was looked at, step by step."""
    page = person.tab(f"/preview?org=demo&dataset={dataset}")
    page.get_by_role("radio", name="Contact 40").click()
    page.wait_for_url("**object=Contact**")
    settle(page)
    page.get_by_role("button", name="Next: Load").click()
    page.wait_for_url("**/load?**")
    settle(page)
    page.go_back()
    page.wait_for_url("**/preview?**object=Contact**")
    settle(page)
    page.get_by_role("heading", name="Preview").wait_for()
    page.go_back()
    page.get_by_role("radio", name="Account 25", checked=True).wait_for()


def test_a_bookmark_opens_on_a_server_just_started(browser, app, dataset, tmp_path):
    """A page opened by its own address is whole even when the server has never drawn another one."""
    fresh = App.start(app.home, tmp_path / "server.log")
    try:
        for person in sit_down(browser, fresh):
            page = person.tab(f"/preview?org=demo&dataset={dataset}")
            page.get_by_role("button", name="Next: Load").wait_for()
            page.get_by_role("link", name="5 Load").wait_for()
            page.get_by_text("Practice org").first.wait_for()
    finally:
        fresh.stop()


def test_the_drawing_is_clicked_and_sent_once(person):
    """A click on an object in the drawing chooses it, in the address and in the panel, and the library is not sent again."""
    page = person.tab("/discover?org=demo&recipe=custom-only")
    graph = page.locator(".graph[data-drawn]")
    graph.wait_for()
    settle(page)
    before = len(person.received)
    where = """root => {
        const at = root.network.canvasToDOM(root.network.getPosition("Project__c")), box = root.getBoundingClientRect();
        return [box.x + at.x, box.y + at.y];
    }"""
    page.mouse.click(*graph.evaluate(where))
    page.wait_for_url("**focus=Project__c**")
    page.get_by_role("heading", name="Project (Project__c)").wait_for()
    assert page.locator('.graph[data-selected="Project__c"]').count() == 1
    settle(page)
    assert sum(person.received[before:]) <= 100_000
