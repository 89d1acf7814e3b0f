"""Everyone can use the pages: axe finds nothing serious, in both themes, on a laptop and at 200 % zoom; the keyboard is enough."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from sfseed_core.dataset.store import open_dataset
from tests.app.conftest import settle, sit_down, unavailable
from tests.app.test_app_address import dataset, made

__all__ = ["dataset", "made"]

pytestmark = pytest.mark.browser

SAMPLE = {
    "discover": "/discover?org=demo&focus=Contact",
    "design fields": "/design?org=demo&object=Contact&view=fields&field=Title",
    "preview one": "/preview?org=demo&dataset={dataset}&object=Contact&mode=record",
}
STATES = {
    **SAMPLE,
    "connect": "/",
    "fill": "/?org=demo",
    "own file": "/?org=demo&recipe=file",
    "discover many": "/discover?org=demo&recipe=everything",
    "discover empty": "/discover",
    "discover error": "/discover?org=nobody",
    "design": "/design?org=demo&object=Contact",
    "design whole": "/design?org=demo&view=whole",
    "design empty": "/design",
    "design error": "/design?org=demo&recipe=nonsense",
    "preview": "/preview?org=demo&dataset={dataset}&object=Contact",
    "preview values": "/preview?org=demo&dataset={dataset}&object=Account&mode=fields&field=AnnualRevenue",
    "preview empty": "/preview",
    "preview error": "/preview?dataset=d-20200101-000000-aaaa",
    "load": "/load?org=demo&dataset={dataset}",
    "runs": "/runs?org=demo",
}
SCREENS = {
    "laptop": {"viewport": {"width": 1280, "height": 800}},
    "dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "zoomed": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
}


def axe() -> str:
    """The accessibility checker that the package axe-playwright-python carries."""
    try:
        return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
    except ModuleNotFoundError:
        unavailable("axe-playwright-python is not installed")
        raise


def serious(page) -> list[str]:
    """What axe calls serious or critical on the page as it stands."""
    page.evaluate(axe())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]} {one['nodes'][0]['failureSummary'][:200]}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


def look_at(person, states, name: str) -> None:
    """Check each state: nothing serious, and nothing to scroll for sideways."""
    page = person.tab("/")
    for state, path in states.items():
        page.goto(person.url + path.format(dataset=name))
        settle(page)
        page.wait_for_timeout(500)
        assert serious(page) == [], state
        wide = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
        assert wide <= 1, (state, wide)


def test_nothing_serious_in_a_sample(person, dataset):
    """A page of each kind, as it stands at first."""
    look_at(person, SAMPLE, dataset)


@pytest.mark.slow
@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_serious_anywhere(browser, app, dataset, screen):
    """Every page in its empty, ready and error state, on every screen."""
    for person in sit_down(browser, app, **SCREENS[screen]):
        look_at(person, STATES, dataset)


ACTIVE = "(document.activeElement.getAttribute('aria-label') || document.activeElement.innerText || '').trim()"


def focus_on(page, name: str, *, role: str = "button") -> None:
    """Move on with Tab until the control of that name has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        active = page.evaluate(ACTIVE)
        if active.rpartition("\n")[2].startswith(name):  # a button's icon stands in a line before its name
            return
    raise AssertionError(f"Tab never reaches the {role} {name!r}")


@pytest.mark.slow  # the default run changes records by keyboard in its sample of the matrix
def test_a_record_is_changed_by_keyboard_alone(person, app, made):
    """Tab to the form's first field, type, Enter saves; a shortcut leads to the next record, Tab and Enter to its account."""
    name = made(21)
    page = person.tab(f"/preview?org=demo&dataset={name}&object=Contact&mode=record&record=2")
    page.get_by_role("button", name="Save", exact=True).wait_for()
    focus_on(page, "Last Name (required)", role="textbox")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("Keyes", delay=30)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="1 edit").wait_for()
    assert open_dataset(app.home, name).read("Contact", 2, 3)["LastName"].to_pylist() == ["Keyes"]
    settle(page)
    page.keyboard.press("Alt+ArrowDown")
    page.wait_for_url("**record=3**")
    settle(page)
    focus_on(page, "Account:")
    page.keyboard.press("Enter")
    page.wait_for_url("**object=Account**")
    page.get_by_text(re.compile(r"^Account \d+ of \d+$")).wait_for()
