"""No button of any page writes to an org that must not be written to, whatever the page offers or hides."""

from __future__ import annotations

import pytest

from sfseed_core.clock import SYSTEM
from sfseed_core.events import SILENT
from sfseed_core.load.follow import follow
from sfseed_core.load.journal import Run
from sfseed_core.workflow import connections, load
from sfseed_core.workflow.connect import open_org
from tests.app.test_app_orgs import uat, writes
from tests.app.test_app_pages import visit
from tests.loading import projects, stage
from tests.served import no_waiting, served

__all__ = ["no_waiting", "served", "uat"]


def to_production(home, server):
    """The sandbox was one when the records went in; now the name leads to production."""
    server.org.state.db.execute('UPDATE "Organization" SET IsSandbox = 0')


def to_unknown(home, server):
    """The org no longer says what it is."""
    refusal = {"status": 400, "code": "INVALID_TYPE", "message": "no", "times": 0}
    server.org.fault(at="before", do="answer", match={"query": "Organization"}, **refusal)


def to_protected(home, server):
    """The user protects it."""
    connections.protect("uat", home=home, facts=open_org("uat", clock=SYSTEM, home=home).facts)


def to_developer(home, server):
    """An org for which a name has to be typed."""
    server.org.state.db.execute("UPDATE \"Organization\" SET IsSandbox = 0, OrganizationType = 'Developer Edition'")


@pytest.fixture
def loaded(home, uat):
    """A dataset, and a run of it that ended with a record to retry and others to undo."""
    server = uat()
    dataset = stage(home, server.org, projects(3)[:1])
    server.org.fault(at="row", do="fail", rows=[0], code="FIELD_CUSTOM_VALIDATION_EXCEPTION")
    run = Run.open(home, load.begin_load(dataset.id, org="uat", home=home, observer=SILENT, clock=SYSTEM))
    follow(run, observer=SILENT, clock=SYSTEM)
    assert run.status().objects["Account"].succeeded == 2
    yield server, dataset, run
    run.close()


EVERY = ("connect", "load", "runs")
KINDS = (to_production, to_unknown, to_protected, to_developer)


@pytest.mark.parametrize(
    ("become", "pages"),
    [(to_production, EVERY[1:2]), *(pytest.param(one, EVERY, marks=pytest.mark.slow) for one in KINDS)],
)
def test_no_button_writes(home, loaded, become, pages):
    """Every button of Connect, Load and Runs is pressed, the disabled ones too: the org's request log holds no write."""
    server, dataset, run = loaded
    become(home, server)
    server.org.state.requests.clear()
    places = [
        ("connect", {"org": "uat", "recipe": "minimal"}),
        ("load", {"org": "uat", "dataset": dataset.id}),
        ("load", {"org": "uat", "run": run.id}),
        ("runs", {"org": "uat", "run": run.id}),
    ]
    pressed = []
    for page, parameters in (one for one in places if one[0] in pages):
        for number in range(len(visit(page, **parameters).button)):
            at = visit(page, **parameters)
            if number >= len(at.button):
                continue
            button = at.button[number]
            pressed.append(button.key or button.label)
            button._value = True  # as a message to the server would say, whether the button is disabled or not
            at.run()
            assert not at.exception, pressed
            follow(run, observer=SILENT, clock=SYSTEM)
            assert writes(server) == [], pressed
    assert {"undo_load", "retry"} <= set(pressed)
    assert [one for one in pressed if one.startswith("onward")], pressed
    assert server.org.calls("GET"), "the pages did reach the org"
