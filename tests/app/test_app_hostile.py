"""An org whose texts are attacks: labels, picklist values, names, cells; all of them show as nothing but text."""

from __future__ import annotations

import json
from datetime import date

import pytest

from sfseed_core.clock import SYSTEM
from sfseed_core.dataset.edits import SetCells
from sfseed_core.dataset.store import open_dataset
from sfseed_core.events import SILENT
from sfseed_core.org.client import connect
from sfseed_core.org.credentials import TokenLogin
from sfseed_core.workflow import generate, plan
from sfseed_core.workflow.discover import survey
from sfseed_core.workflow.request import make_request
from sfseed_emulator.schema import demo_schema
from tests.app.conftest import App, settle, sit_down
from tests.journeys.conftest import environment

pytestmark = pytest.mark.browser

SCRIPT = "<script>window.hacked=1</script>"
ATTACKS = (
    SCRIPT,
    '<img src="http://evil.example/i.png" onerror="window.hacked=2">',
    "[click](http://evil.example) ![i](http://evil.example/j.png)",
    '"><a href="javascript:window.hacked=3">href</a>',
    "=cmd|' /C calc'!A0",
    ":material/home: :red[red] $\\alpha$ http://evil.example www.evil.example",
)
OBJECTS = ("Project__c", "Project_Phase__c", "Site__c")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A server of the app beside an org with such texts, and a dataset of it with such cells."""
    import subprocess
    import sys

    folder = tmp_path_factory.mktemp("hostile")
    describes, home = folder / "describes", folder / "home"
    describes.mkdir()
    home.mkdir()
    for name in OBJECTS:
        (describes / f"{name}.json").write_text(json.dumps(poisoned(name)), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "sfseed_core.cli", "emulator", "--port", "0", "--json", "--describes", str(describes)],
        env=environment(folder / "emulator"),
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    info = json.loads(process.stdout.readline())
    variables = {"SFSEED_INSTANCE_URL": info["base_url"], "SFSEED_ACCESS_TOKEN": info["access_token"]}
    app = App.start(home, folder / "server.log", **variables)
    yield app, dataset_with_attacks(home, info)
    app.stop()
    process.terminate()
    process.wait(20)
    process.stdout.close()


def poisoned(name: str) -> dict:
    """The describe of a demo object with attacks for labels and picklist values."""
    describe = json.loads(json.dumps(demo_schema().objects[name].describe))
    describe["label"] = f"{ATTACKS[0]} {name}"
    describe["labelPlural"] = ATTACKS[1]
    for number, field in enumerate(describe["fields"]):
        field["label"] = ATTACKS[number % len(ATTACKS)]
        for place, value in enumerate(field["picklistValues"]):
            value["label"] = ATTACKS[place % len(ATTACKS)]
        field["referenceTo"] = [one for one in field["referenceTo"] if one in OBJECTS or not one.endswith("__c")]
    describe["childRelationships"] = []
    return describe


def dataset_with_attacks(home, info) -> str:
    """A dataset of the org's objects, an attack in every text cell of the first records."""
    request = make_request(org="env", clock=SYSTEM, seed=1, as_of=date(2026, 11, 23), preset="custom-only")
    org = connect(TokenLogin("env", info["base_url"], info["access_token"]))
    found = survey(org, plan.recipe_of(request), home=home)
    made = generate.stage(plan.draw_up(request, found), found.schema.objects, home=home, observer=SILENT, clock=SYSTEM)
    dataset = open_dataset(home, made.id)
    dataset.apply(SetCells("Project__c", range(len(ATTACKS)), {"Name": list(ATTACKS)}, label=ATTACKS[2]))
    return dataset.id


PAGES = (
    "/?org=env&recipe=custom-only",
    "/discover?org=env&recipe=custom-only&focus=Project__c",
    "/design?org=env&recipe=custom-only&object=Project__c",
    "/preview?org=env&dataset={dataset}&object=Project__c",
    "/load?org=env&dataset={dataset}",
    "/runs?org=env",
)


def test_hostile_texts_stay_texts(browser, hostile):
    """On no page does a text of the org run, become a link or an image, or fetch anything."""
    app, dataset = hostile
    for person in sit_down(browser, app):
        page = person.tab("/")
        for path in PAGES:
            page.goto(app.url + path.format(dataset=dataset))
            settle(page)
            page.wait_for_timeout(700)
            settle(page)
            assert page.evaluate("window.hacked") is None, path
            assert page.locator('[href*="evil"], [src*="evil"], a[href^="javascript"]').count() == 0, path
            assert page.get_by_test_id("stException").count() == 0, path
            assert page.get_by_text("That did not work").count() == 0, path
        page.goto(app.url + PAGES[1])
        page.get_by_role("heading", name=SCRIPT).wait_for()
