"""Make the short film of the README from the running app: `python docs/screencast.py` (needs Chromium)."""

from __future__ import annotations

import io
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.app.conftest import App, chromium, edit_cell, settle  # noqa: E402 - the project is found from any folder

if TYPE_CHECKING:
    from PIL.Image import Image
    from playwright.sync_api import Page

FILM = ROOT / "docs" / "images" / "sfseed.webp"
SIZE = {"width": 1280, "height": 800}
SHOWN = (1120, 700)
MOST = 3_000_000  # bytes
LOOK, BLINK = 2_200, 450  # milliseconds that a picture stays


@dataclass
class Film:
    """Pictures and how long each of them stays."""

    page: Page
    pictures: list[Image] = field(default_factory=list)
    times: list[int] = field(default_factory=list)

    def take(self, stays: int = LOOK) -> None:
        """Take a picture of the page as it is."""
        from PIL import Image

        shot = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB").resize(SHOWN, Image.Resampling.LANCZOS)
        self.pictures.append(shot)
        self.times.append(stays)

    def write(self, path: Path) -> int:
        """Write the film; return its size in bytes."""
        first, *rest = self.pictures
        first.save(path, save_all=True, append_images=rest, duration=self.times, loop=0, quality=72, method=4)
        return path.stat().st_size


def play(film: Film, url: str) -> None:
    """From an empty practice org to a filled one."""
    page = film.page
    page.goto(f"{url}/?seed=8")
    page.get_by_role("button", name="Try it").wait_for()
    settle(page)
    film.take()
    page.get_by_role("button", name="Try it").click()
    page.get_by_role("button", name="Make the records").wait_for()
    settle(page)
    film.take()
    page.get_by_role("link", name="2 Discover").click()
    page.locator(".graph[data-drawn]").wait_for()
    page.wait_for_timeout(1000)
    film.take()
    page.get_by_role("button", name="Make the records").click()
    page.get_by_role("button", name="Next: Load").wait_for(timeout=60_000)
    page.get_by_role("radio", name=re.compile("^Contact ")).click()
    page.wait_for_url("**object=Contact**")
    settle(page)
    film.take()
    edit_cell(page, 0, 180, "Quillfeather")
    page.get_by_role("button", name="1 edit").wait_for()
    settle(page)  # a press while the page still draws is lost
    page.wait_for_timeout(1000)
    film.take()
    page.get_by_role("button", name="Next: Load").click()
    load = page.get_by_role("button", name=re.compile(r"^Load \d"))
    load.wait_for(timeout=60_000)
    settle(page)
    film.take()
    load.click()
    page.wait_for_url("**run=r-**")
    done = page.get_by_text("loaded", exact=True)
    for _ in range(120):
        film.take(BLINK)
        if done.is_visible():
            break
        page.wait_for_timeout(700)
    settle(page)
    page.wait_for_timeout(800)
    film.take(2 * LOOK)


def main() -> None:
    """Make the film."""
    from playwright.sync_api import sync_playwright

    from sfseed_emulator.demo import stop_demo

    folder = Path(tempfile.mkdtemp())
    home = folder / "home"
    home.mkdir()
    app = App.start(home, folder / "server.log")
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            film = Film(browser.new_context(viewport=SIZE).new_page())  # type: ignore[arg-type]
            play(film, app.url)
            browser.close()
        size = film.write(FILM)
        sys.stdout.write(f"{FILM.name}: {len(film.pictures)} pictures, {size:,} bytes\n")
        assert size < MOST, "too large for a README"
    finally:
        app.stop()
        stop_demo(home)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
