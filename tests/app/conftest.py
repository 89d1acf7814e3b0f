"""The app as a person meets it: a server of its own, a real browser, and nothing beyond this machine."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
REQUIRED = os.environ.get("SFSEED_REQUIRE_BROWSER") == "1"
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# a page opened by its own address first asks below it whether the server is there: Streamlit's way to find its base
PROBE = re.compile(r"/(discover|design|preview|load|runs)/_stcore/(health|host-config)$")


def chromium() -> str | None:
    """Where a Chromium is on this machine."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def unavailable(why: str) -> None:
    """Skip, or fail where CI says that a browser must be there."""
    if REQUIRED:
        pytest.fail(f"{why}, and SFSEED_REQUIRE_BROWSER=1")
    pytest.skip(f"{why}: install Debian's chromium, or set CHROMIUM")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        unavailable("playwright is not installed")
    path = chromium()
    if path is None:
        unavailable("no Chromium found")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@dataclass
class App:
    """A running server of the app with its home."""

    home: Path
    port: int
    process: subprocess.Popen
    log: Path

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @classmethod
    def start(cls, home: Path, log: Path, *, port: int | None = None, **variables: str) -> App:
        """Start a server as `streamlit run` does."""
        port = port or free_port()
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("SFSEED_", "STREAMLIT_"))}
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "streamlit",
                "run",
                str(ROOT / "streamlit_app.py"),
                "--server.headless",
                "true",
                "--server.port",
                str(port),
            ],
            cwd=home,  # from any folder: the settings stand beside the script
            env=kept | {"SFSEED_HOME": str(home)} | variables,
            stdout=log.open("ab"),
            stderr=subprocess.STDOUT,
        )
        app = cls(home, port, process, log)
        app.wait()
        return app

    def wait(self) -> None:
        """Until it answers."""
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2).read()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise AssertionError(self.log.read_text(encoding="utf-8", errors="replace")[-2000:])

    def stop(self) -> None:
        """End the server; what it started lives on."""
        self.process.terminate()
        self.process.wait(20)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """One server with a practice org, for tests that do not mind each other."""
    from sfseed_emulator.demo import stop_demo

    folder = tmp_path_factory.mktemp("app")
    home = folder / "home"
    home.mkdir()
    started = App.start(home, folder / "server.log")
    yield started
    started.stop()
    stop_demo(home)


@dataclass
class Person:
    """Somebody at a browser: every page of theirs is watched."""

    context: BrowserContext
    url: str
    complaints: list[str] = field(default_factory=list)
    received: list[int] = field(default_factory=list)

    def tab(self, path: str = "/") -> Page:
        """Open a tab and wait until it is drawn."""
        page = self.context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        page.on("console", self._heard)
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket_: socket_.on("framereceived", lambda data: self.received.append(len(data))))
        page.goto(self.url + path)
        settle(page)
        return page

    def _heard(self, message: Any) -> None:
        if message.type == "error" and not PROBE.search(message.location.get("url", "")):
            self.complaints.append(f"console: {message.text} {message.location}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:")):
            self.complaints.append(f"left this machine: {url}")


@pytest.fixture
def person(browser: Browser, app: App) -> Iterator[Person]:
    """A person at the shared server; fails the test on any outside request, page error or console error."""
    yield from sit_down(browser, app)


def sit_down(browser: Browser, app: App, **options: Any) -> Iterator[Person]:
    """A new, empty browser profile at the server."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
    somebody = Person(context, app.url)
    yield somebody
    if os.environ.get("SFSEED_SHOTS"):
        for number, page in enumerate(context.pages):
            page.screenshot(path=Path(os.environ["SFSEED_SHOTS"]) / f"end-{number}.png")
    context.close()
    assert somebody.complaints == []


def settle(page: Page) -> None:
    """Wait until the page's script has run and nothing is stale."""
    page.get_by_test_id("stApp").wait_for()
    page.locator('[data-test-script-state="notRunning"]').first.wait_for(state="attached")
    page.wait_for_timeout(150)
    page.locator('[data-test-script-state="notRunning"]').first.wait_for(state="attached")


def edit_cell(page: Page, row: int, column_x: int, text: str) -> None:
    """Type into a cell of the table of records, as a person does: click, Enter, type over, Enter."""
    grid = page.get_by_test_id("stDataFrame").first
    field = page.locator("#portal textarea, #portal input").first
    for _ in range(6):  # a table that is just being drawn anew takes no clicks, and may move
        grid.scroll_into_view_if_needed()
        box = grid.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + column_x, box["y"] + 35 * (row + 1) + 18)
        page.keyboard.press("Enter")
        page.wait_for_timeout(1000)
        if field.is_visible():
            break
    field.wait_for()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text, delay=20)
    page.keyboard.press("Enter")
    settle(page)


@pytest.fixture
def patiently() -> Callable[[Callable[[], Any]], Any]:
    """Ask again until the answer is true."""

    def ask(question: Callable[[], Any], seconds: float = 30) -> Any:
        end = time.monotonic() + seconds
        while not (answer := question()):
            assert time.monotonic() < end, "it never became true"
            time.sleep(0.1)
        return answer

    return ask
