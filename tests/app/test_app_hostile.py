"""An org whose texts are attacks: labels, helps, picklist values, names, users, errors, rules, cells; all show as text."""

from __future__ import annotations

from datetime import date

import pytest

from sfseed_core.clock import SYSTEM
from sfseed_core.dataset.edits import SetCells
from sfseed_core.dataset.store import open_dataset
from sfseed_core.events import SILENT
from sfseed_core.load.follow import follow
from sfseed_core.load.journal import Run
from sfseed_core.workflow import load
from sfseed_core.workflow.generate import stage_for
from sfseed_core.workflow.request import make_request
from tests.app.conftest import App, settle, sit_down
from tests.app.hostile_org import ATTACKS, MARKS, Poison, hostile_schema, poison_rows
from tests.emulated import EmulatedOrg
from tests.served import Served, serve_on_port

pytestmark = pytest.mark.browser

OBJECTS = ("Project__c", "Project_Phase__c", "Site__c", "Project_Task__c")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A server of the app beside such an org; a dataset with such cells, and a run whose errors are attacks."""
    folder = tmp_path_factory.mktemp("hostile")
    home, poison = folder / "home", Poison()
    home.mkdir()
    org = EmulatedOrg.start(schema=hostile_schema(OBJECTS, poison), name=ATTACKS[0])
    assert poison.unknown == set(), "texts of a describe that are neither structure nor poisoned"
    poison_rows(org.state, poison)
    server = serve_on_port(org)
    variables = {
        "SFSEED_HOME": str(home),
        "SFSEED_INSTANCE_URL": server.login.instance_url,
        "SFSEED_CLIENT_ID": server.login.client_id,
        "SFSEED_CLIENT_SECRET": server.login.client_secret,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        dataset, run = work_in(home, server)
        app = App.start(home, folder / "server.log", **variables)
        yield app, dataset, run
        app.stop()
    server.stop()
    org.stop()


def work_in(home, server: Served) -> tuple[str, str]:
    """A dataset with an attack in every text cell of its first records, and a run of it that fails with attacks."""
    request = make_request(org="env", clock=SYSTEM, seed=1, as_of=date(2026, 11, 23), preset="custom-only")
    dataset = open_dataset(home, stage_for(request, home=home, observer=SILENT, clock=SYSTEM).id)
    texts = [one[:80] for one in ATTACKS[: dataset.counts["Project__c"]]]
    dataset.apply(SetCells("Project__c", range(len(texts)), {"Name": texts}, label=ATTACKS[2]))
    for number, text in enumerate(ATTACKS[:4]):
        server.org.fault(at="row", do="fail", rows=[number], code="FIELD_CUSTOM_VALIDATION_EXCEPTION", message=text)
    begun = load.begin_load(dataset.id, org="env", home=home, observer=SILENT, clock=SYSTEM)
    run = Run.open(home, begun)
    follow(run, observer=SILENT, clock=SYSTEM)
    run.close()
    return dataset.id, begun


SHORT = (
    "/?org=env&recipe=custom-only",
    "/discover?org=env&recipe=custom-only&focus=Project__c",
    "/load?org=env&run={run}",
)
LONG = (
    "/discover?org=env&recipe=custom-only&focus=Site__c",
    "/design?org=env&recipe=custom-only&object=Project__c",
    "/design?org=env&recipe=custom-only&object=Site__c",
    "/preview?org=env&dataset={dataset}&object=Project__c",
    "/load?org=env&dataset={dataset}",
    "/runs?org=env&run={run}",
    "/runs?org=env",
)
EFFECTS = ('[href*="evil"]', '[src*="evil"]', 'a[href^="javascript"]', ".katex", '[data-testid="stException"]')


def wrong(page) -> list[str]:
    """What of the attacks had an effect on a page: code ran, something became a link, or it is not shown as it is."""
    found = []
    if page.evaluate("window.hacked") is not None:
        found.append("code ran")
    found += [one for one in EFFECTS if page.locator(one).count()]
    text = shown(page)
    for mark, whole in MARKS.items():
        if text.count(mark) != text.count(whole):
            found.append(f"not as it is: {text[max(0, text.index(mark) - len(whole) - 10) : text.index(mark)]!r}")
    return found


def shown(page) -> str:
    """All texts of a page, folded parts and the table's own for screen readers too."""
    return " ".join(page.evaluate("document.body.textContent").replace("\u2060", "").split())


@pytest.mark.parametrize("path", [*SHORT, *(pytest.param(one, marks=pytest.mark.slow) for one in LONG)])
def test_hostile_texts_stay_texts(browser, hostile, path):
    """On no page does a text of the org run, become a link, an image, a colour, an icon or a formula, or fetch anything."""
    app, dataset, run = hostile
    for person in sit_down(browser, app):
        page = person.tab(path.format(dataset=dataset, run=run))
        page.wait_for_timeout(700)
        settle(page)
        if path == SHORT[0]:
            page.get_by_text("Check this org: access").click()
            page.get_by_role("button", name="Check this org", exact=True).click()
            page.get_by_text("What your user may do", exact=True).wait_for()
            settle(page)
        assert wrong(page) == []
        assert any(mark in shown(page) for mark in MARKS), "the page shows texts of the org"
