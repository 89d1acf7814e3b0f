"""The app in a real browser: from starting the server to the first page, and from a click on a step to its page.

Needs Chromium and the project's test tools. The org is the practice org, the records a dataset of Sales Cloud. Beside the clock
the server's processor time is printed, which other work on the machine changes less.

python benchmarks/app_speed.py [rounds]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.app.conftest import App, chromium, free_port, settle  # noqa: E402 - the project is found from any folder

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

COLD, SWITCH = 3.0, 0.5  # seconds: what DESIGN.md allows
STEPS = {  # the link above the page -> what is there once its page is
    "2 Discover": ".graph[data-drawn]",
    "3 Design": "h1:has-text('Design') >> visible=true",
    "4 Preview": ".st-key-objects",
    "5 Load": "h1:has-text('Load') >> visible=true",
    "Runs": "h1:has-text('Runs') >> visible=true",
    "1 Connect": "h1:has-text('What should it be filled with?') >> visible=true",
}


def cold(home: Path, browser: Browser) -> tuple[App, Page, float]:
    """Start a server, and the first page in a new browser; return how long that took from the command on."""
    begun = time.perf_counter()
    app = App.start(home, home / "server.log", port=free_port())
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(app.url)
    page.get_by_role("button", name="Try it").wait_for()
    return app, page, time.perf_counter() - begun


def spent(app: App) -> float:
    """Return the processor time of the server so far."""
    times = psutil.Process(app.process.pid).cpu_times()
    return times.user + times.system


def switched(page: Page, link: str, sign: str) -> float:
    """Click a step; return how long it takes until its page is there and its script has run."""
    begun = time.perf_counter()
    page.get_by_role("link", name=link).click()
    page.locator(sign).first.wait_for()
    page.locator('[data-test-script-state="notRunning"]').first.wait_for(state="attached")
    return time.perf_counter() - begun


def dataset(page: Page, url: str) -> None:
    """Make the records of Sales Cloud."""
    page.goto(f"{url}/?org=demo&seed=8")
    page.get_by_role("button", name="Make the records").click()
    page.get_by_role("button", name="Next: Load").wait_for(timeout=90_000)
    settle(page)


def told(what: str, seconds: list[float], budget: float) -> None:
    """Print the middle and the slowest of some times."""
    middle = statistics.median(seconds)
    print(f"{what:<28} {middle:5.2f} s   slowest {max(seconds):5.2f} s   budget {budget:.1f} s"
          f"{'' if middle <= budget else '   OVER'}", flush=True)  # fmt: skip


def main(rounds: int) -> None:
    """Print the times."""
    from playwright.sync_api import sync_playwright

    from sfseed_emulator.demo import stop_demo

    home = Path(tempfile.mkdtemp())
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        starts, busy = [], []
        for number in range(rounds):
            app, page, seconds = cold(home, browser)
            starts.append(seconds)
            busy.append(spent(app))
            if number < rounds - 1:
                app.stop()
        told("cold start to first page", starts, COLD)
        print(f"  of it processor time of the server: {statistics.median(busy):.2f} s", flush=True)
        try:
            dataset(page, app.url)
            times: dict[str, list[float]] = {link: [] for link in STEPS}
            for number in range(rounds + 1):
                if number == 1:  # what the first round reads and works out is kept
                    before = spent(app)
                for link, sign in STEPS.items():
                    times[link].append(switched(page, link, sign))
                    page.wait_for_timeout(700)
            each = (spent(app) - before) / rounds / len(STEPS)
            for link, seconds_ in times.items():
                print(f"  first {seconds_[0]:5.2f} s", end="  ")
                told(link, seconds_[1:], SWITCH)
            print(f"  processor time of the server for one switch: {each:.2f} s", flush=True)
        finally:
            app.stop()
            stop_demo(home)
            browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
