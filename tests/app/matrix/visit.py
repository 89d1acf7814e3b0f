"""Somebody at a page in one cell of the matrix: how it is used, what is looked at in each state, what has been shown."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.app.conftest import App, Person, settle
from tests.app.matrix.expected import KEYS
from tests.app.test_app_access import serious

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Locator, Page

    from tests.app.matrix.hands import Hand

SHOTS = os.environ.get("SFSEED_SHOTS")  # asked before tests lose the settings of whoever runs them
ZONE = "Asia/Tokyo"  # nine hours from the machine's
THEMES = {"light": {"color_scheme": "light"}, "dark": {"color_scheme": "dark"}}
VIEWS = {
    "laptop": {"viewport": {"width": 1280, "height": 800}},
    "zoomed": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
}
NO_SEPARATOR = re.compile(r"(?<![\w.,:/#\u2060-])\d{4,}(?![\w:/-])")
YEAR = re.compile(r"(19|20)\d\d")
WITHOUT_HELP = """() => [...document.querySelectorAll('[data-testid="stWidgetLabel"]')]
  .filter((one) => one.checkVisibility() && one.offsetWidth > 1 && one.innerText.trim())
  .filter((one) => !one.closest('[class*="stCheckbox"]') && !one.querySelector("button, [data-testid=stTooltipIcon]"))
  .map((one) => one.innerText)"""

# what is just fading in has too little contrast for a moment; what turns for ever is not waited for
FADED_IN = """() => Promise.all(document.getAnimations()
  .filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
  .map((one) => one.finished.catch(() => null)))"""


@dataclass
class Visit:
    """A tab, the hand that uses it, and what it has shown so far."""

    person: Person
    app: App
    hand: Hand
    page: Page
    cell: str
    shown: set[str] = field(default_factory=set)
    looked: int = 0

    @property
    def zoomed(self) -> bool:
        """Whether the page is enlarged."""
        return self.cell.endswith("zoomed")

    @property
    def by_keyboard(self) -> bool:
        """Whether there is no mouse."""
        return self.cell.startswith("keyboard")

    @contextmanager
    def shows(self, *keys: str) -> Iterator[None]:
        """A step that proves these entries of the table."""
        assert set(keys) <= KEYS, sorted(set(keys) - KEYS)
        try:
            yield
        except Exception as error:
            error.add_note(f"{self.cell}: {', '.join(keys)}")
            self.shot(f"failed {keys[0]}".replace(":", ""))
            raise
        self.shown |= set(keys)

    def to(self, path: str) -> None:
        """Open an address."""
        self.page.goto(self.app.url + path)
        settle(self.page)

    def says(self, text: str | re.Pattern[str], *, seconds: float = 30) -> Locator:
        """Wait until a text is seen."""
        found = self.page.get_by_text(text).first
        found.wait_for(timeout=1000 * seconds)
        return found

    def button(self, name: str | re.Pattern[str], *, exact: bool = False) -> Locator:
        """A button by its name; its icon stands before it."""
        return self.page.get_by_role("button", name=name, exact=exact).first

    def menu(self, name: str) -> Locator:
        """A button that opens a menu."""
        return self.page.get_by_test_id("stPopover").get_by_role("button", name=re.compile(name)).first

    def field(self, name: str | re.Pattern[str], role: str = "textbox") -> Locator:
        """An input by its label."""
        return self.page.get_by_role(role, name=name).first  # type: ignore[arg-type]  # roles of inputs

    def folded(self, title: str | re.Pattern[str]) -> Locator:
        """The line that unfolds a part of the page."""
        return self.page.locator("summary").filter(has_text=title).first

    def table(self, alt: str | re.Pattern[str]) -> Locator:
        """A table by what it is called for screen readers."""
        button = self.page.get_by_role("button", name=re.compile(f"^Fullscreen: {getattr(alt, 'pattern', alt)}"))
        return self.page.get_by_test_id("stDataFrame").filter(has=button).first

    def beside(self, act: Callable[[], Any]) -> None:
        """Do something in the sidebar, which an enlarged page folds away."""
        if self.zoomed:
            self.hand.press(self.page.get_by_test_id("stExpandSidebarButton"))
        act()
        self.settle()
        if self.zoomed:
            self.hand.press(self.page.get_by_test_id("stSidebarCollapseButton").locator("button"))

    def org_is(self, kind: str, name: str) -> None:
        """The kind and the name of the org can be seen without opening anything."""
        place = self.page.locator(".st-key-narrow_org") if self.zoomed else self.page.get_by_test_id("stSidebar")
        place.get_by_text(kind).first.wait_for()
        place.get_by_text(name, exact=True).first.wait_for()

    def settle(self) -> None:
        """Until the page has come to rest."""
        settle(self.page)

    def look(self, state: str) -> None:
        """Look at the page as it stands: what no page may have in any state."""
        self.settle()
        self.page.wait_for_timeout(300)
        self.shot(state)
        self.page.evaluate(FADED_IN)
        found = serious(self.page)
        assert found == [], (state, found)
        wide = self.page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
        assert wide <= 1, (state, wide)
        helpless = self.page.evaluate(WITHOUT_HELP)
        assert helpless == [], (state, helpless)
        text = self.page.locator("body").inner_text()
        text = re.sub(r"variation number \d+", "", text)  # which is written down and given again, not read
        bare = [one for one in NO_SEPARATOR.findall(text) if not YEAR.fullmatch(one)]
        assert bare == [], (state, bare)
        self.looked += 1

    def shot(self, state: str) -> None:
        """Keep a picture, where somebody wants to look at them."""
        if SHOTS:
            folder = Path(SHOTS) / self.cell
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=folder / f"{state}.png")

    def download(self, press: Callable[[], Any]) -> bytes:
        """What comes when something is pressed."""
        with self.page.expect_download() as waited:
            press()
        return waited.value.path().read_bytes()


def proves(*keys: str) -> Callable[[Any], Any]:
    """Mark a scenario with the entries of the table that its steps prove."""
    assert set(keys) <= KEYS, sorted(set(keys) - KEYS)

    def mark(scenario: Any) -> Any:
        scenario.proves = frozenset(keys)
        return scenario

    return mark
