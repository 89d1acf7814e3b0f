"""Every row of what analysts expect (UI.md F): by mouse and by keyboard alone, light and dark, on a laptop and at 200 % zoom."""

from __future__ import annotations

import inspect
import itertools
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from sfseed_core.clock import SYSTEM
from sfseed_core.events import SILENT
from sfseed_core.org.connections import Connection, change
from sfseed_core.workflow.generate import stage_for
from sfseed_core.workflow.request import draw_seed, make_request
from sfseed_emulator.demo import stop_demo
from tests.app.conftest import App, sit_down
from tests.app.matrix import choosing_objects, connecting, loading, previewing
from tests.app.matrix.expected import KEYS
from tests.app.matrix.hands import HANDS
from tests.app.matrix.visit import THEMES, VIEWS, ZONE, Visit
from tests.served import no_waiting, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["no_waiting", "served"]

SCENARIOS = {
    name: one
    for module in (connecting, choosing_objects, previewing, loading)
    for name, one in vars(module).items()
    if hasattr(one, "proves")
}
CELLS = ["-".join(cell) for cell in itertools.product(HANDS, THEMES, VIEWS)]
SAMPLE = ("keyboard-dark-zoomed", {"changing"})


def cases() -> list[Any]:
    """Every scenario in every cell; all but a sample of one cell are slow."""
    found = []
    for cell, scenario in itertools.product(CELLS, SCENARIOS):
        fast = cell == SAMPLE[0] and scenario in SAMPLE[1]
        found.append(pytest.param(cell, scenario, marks=() if fast else pytest.mark.slow, id=f"{scenario}-{cell}"))
    return found


def test_nothing_that_is_expected_is_left_out():
    """Each entry of the table is proved by a step of some scenario, and no scenario proves what is not in it."""
    proved = set().union(*(one.proves for one in SCENARIOS.values()))
    assert proved == KEYS


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A server whose home knows a sandbox besides the practice org."""
    folder = tmp_path_factory.mktemp("matrix")
    home = folder / "home"
    home.mkdir()
    change(home, lambda all_: all_.with_(Connection("uat", "web", "https://acme--uat.sandbox.my.salesforce.com")))
    from tests.emulated import EmulatedOrg
    from tests.served import serve_on_port

    org = EmulatedOrg.start(name="Acme UAT")
    server = serve_on_port(org)
    app = App.start(home, folder / "server.log", **named(server))
    yield app
    app.stop()
    server.stop()
    org.stop()
    stop_demo(home)


@pytest.fixture
def fresh(tmp_path, served) -> Iterator[Callable[[], tuple[App, Any]]]:
    """A maker of servers that have never been used, each beside an org of its own."""
    started = []

    def make() -> tuple[App, Any]:
        home = tmp_path / "fresh"
        home.mkdir()
        server = served(name="Acme UAT")
        started.append(App.start(home, tmp_path / "fresh.log", **named(server)))
        return started[-1], server

    yield make
    for one in started:
        one.stop()
        stop_demo(one.home)


@pytest.fixture
def dataset(place, monkeypatch) -> str:
    """Records that nobody has changed yet."""
    monkeypatch.setenv("SFSEED_HOME", str(place.home))
    asked = make_request(
        org="demo", clock=SYSTEM, seed=draw_seed(), as_of=date(2026, 11, 23), preset="minimal", count_scale=2.2
    )
    return stage_for(asked, home=place.home, observer=SILENT, clock=SYSTEM).id


def named(server) -> dict[str, str]:
    """The variables that name an org to the app."""
    login = server.login
    return {
        "SFSEED_INSTANCE_URL": login.instance_url,
        "SFSEED_CLIENT_ID": login.client_id,
        "SFSEED_CLIENT_SECRET": login.client_secret,
    }


@pytest.mark.browser
@pytest.mark.parametrize(("cell", "scenario"), cases())
def test_expected(browser, request, cell, scenario):
    """What the scenario proves holds in this cell: nothing serious by axe, no outside request, no error in the console."""
    hand, theme, view = cell.split("-")
    run = SCENARIOS[scenario]
    wants = set(inspect.signature(run).parameters) - {"at"}
    if "served" in wants:
        app, server = request.getfixturevalue("fresh")()
        given = {"served": server}
    else:
        app, given = request.getfixturevalue("place"), {}
    given |= {name: request.getfixturevalue(name) for name in wants - {"served"}}
    for person in sit_down(browser, app, **THEMES[theme], **VIEWS[view], timezone_id=ZONE, locale="en-US"):
        page = person.tab("/")
        at = Visit(person, app, HANDS[hand](page), page, cell)
        run(at, **given)
        assert at.shown == run.proves
        assert at.looked
