"""Make the pictures of the documentation from the running app: `python docs/screenshots.py` (needs Chromium).

With `--dark` also those of the dark theme, to look at.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import screenshots_connecting  # noqa: E402 - it stands beside this file

from tests.app.conftest import App, chromium, settle  # noqa: E402 - the project is found from any folder

if TYPE_CHECKING:
    from playwright.sync_api import Page

IMAGES = ROOT / "docs" / "images"
SIZE = {"width": 1280, "height": 800}
THEMES = (("light", ""), ("dark", "-dark"))


def walk(page: Page, url: str, suffix: str) -> None:
    """Go the four clicks, taking a picture of each page on the way."""

    def shot(name: str) -> None:
        settle(page)
        page.wait_for_timeout(1200)
        page.mouse.move(5, 5)
        page.screenshot(path=IMAGES / f"{name}{suffix}.png")

    page.goto(f"{url}/?seed=8")
    page.get_by_role("button", name="Try it").wait_for()
    shot("connect")
    page.get_by_role("button", name="Try it").click()
    page.get_by_role("button", name="Make the records").wait_for()
    shot("fill")
    page.get_by_role("link", name="2 Discover").click()
    page.locator(".graph[data-drawn]").wait_for()
    shot("discover")
    page.get_by_role("link", name="3 Design").click()
    page.get_by_role("heading", name="Design").wait_for()
    shot("design")
    page.get_by_role("button", name="Make the records").click()
    page.get_by_role("button", name="Next: Load").wait_for(timeout=60_000)
    page.get_by_role("radio", name=re.compile("^Contact ")).click()
    page.wait_for_url("**object=Contact**")
    shot("preview")
    page.get_by_role("button", name="Next: Load").click()
    load = page.get_by_role("button", name=re.compile(r"^Load \d"))
    load.wait_for()
    shot("load")
    load.click()
    page.get_by_text("loaded", exact=True).wait_for(timeout=90_000)
    shot("loaded")


def main() -> None:
    """Make every picture."""
    from playwright.sync_api import sync_playwright

    from sfseed_emulator.demo import stop_demo

    IMAGES.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp())
    home = folder / "home"
    home.mkdir()
    app = App.start(home, folder / "server.log")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            for theme, suffix in THEMES[: 1 + ("--dark" in sys.argv)]:
                context = browser.new_context(viewport=SIZE, color_scheme=theme)  # type: ignore[arg-type]
                walk(context.new_page(), app.url, suffix)
                context.close()
            screenshots_connecting.pictures(browser, THEMES[: 1 + ("--dark" in sys.argv)])
            browser.close()
    finally:
        app.stop()
        stop_demo(home)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
