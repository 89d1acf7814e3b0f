"""The pictures of docs/connecting.md; made by `python docs/screenshots.py`, or alone: `python docs/screenshots_connecting.py`.

A sandbox of the emulator stands for the user's own. Where Salesforce's CLI is on the path, the pictures of its sign-in are made
with it; else they are left as they are.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.app.conftest import App, chromium, free_port, settle  # noqa: E402 - the project is found from any folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

IMAGES = Path(os.environ.get("SFSEED_SHOTS") or ROOT / "docs" / "images")
SIZE = {"width": 1280, "height": 900}
THEMES = (("light", ""), ("dark", "-dark"))
# what opens instead of a browser: gives name and password to Salesforce's page, as its user would
LOG_IN = """
import json, sys, urllib.parse, urllib.request
url, form = sys.argv[-1], json.load(open({form!r}, encoding="utf-8"))
asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
urllib.request.urlopen(url.partition("?")[0], urllib.parse.urlencode(asked | form).encode(), timeout=20).read()
"""


@contextmanager
def sandbox() -> Iterator[dict[str, Any]]:
    """Run an emulated sandbox; gives its line of JSON."""
    command = [sys.executable, "-m", "sfseed_emulator", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own emulator
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def of_the_cli(folder: Path, org: dict[str, Any]) -> dict[str, str]:
    """Return the variables of a user whose browser logs in by itself, with an empty home for the CLI."""
    form, program, opener = folder / "form.json", folder / "log_in.py", folder / "xdg-open"
    form.write_text(json.dumps({key: org[key] for key in ("username", "password")}), encoding="utf-8")
    program.write_text(LOG_IN.format(form=str(form)), encoding="utf-8")
    opener.write_text(f'#!/bin/sh\nnohup "{sys.executable}" "{program}" "$@" >/dev/null 2>&1 &\n', encoding="utf-8")
    opener.chmod(0o755)
    quiet = {"SF_USE_GENERIC_UNIX_KEYCHAIN": "true", "SF_DISABLE_TELEMETRY": "true"}
    return {"HOME": str(folder), "PATH": f"{folder}:{os.environ['PATH']}", "BROWSER": str(opener), **quiet}


class Camera:
    """Takes pictures of a page once it rests."""

    def __init__(self, page: Page, suffix: str) -> None:
        self.page, self._suffix = page, suffix

    def shot(self, name: str, *, down_to: str | None = None, resting: bool = True) -> None:
        """Take one; `down_to` is a text that is scrolled to first."""
        if resting:
            settle(self.page)
        if down_to is not None:
            self.page.get_by_text(down_to).first.scroll_into_view_if_needed()
        self.page.wait_for_timeout(800)
        self.page.screenshot(path=IMAGES / f"connecting-{name}{self._suffix}.png")


def walk(page: Page, app: App, org: dict[str, Any], suffix: str) -> None:
    """Connect, look at the org, and what can be done to a remembered one."""
    camera = Camera(page, suffix)
    page.goto(app.url)
    page.get_by_text("Connect another org").click()
    if shutil.which("sf"):
        page.get_by_role("textbox", name="The sandbox's address").first.fill(org["base_url"])
        page.get_by_role("textbox", name="Call it").first.fill("uat")
        page.get_by_role("textbox", name="Call it").first.press("Tab")
        camera.shot("1-sign-in", down_to="Connect another org")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**org=uat**", timeout=120_000)
        page.get_by_role("button", name="Make the records").wait_for(timeout=60_000)
        camera.shot("2-connected")
    else:
        browser_way(camera, org)
    page.get_by_text("Check this org: access").click()
    page.get_by_role("button", name="Check this org", exact=True).click()
    page.get_by_text("What your user may do", exact=True).wait_for(timeout=60_000)
    camera.shot("3-checked", down_to="Looks at what the org is")
    camera.shot("4-permissions", down_to="Read the report")
    page.goto(app.url)
    page.get_by_role("button", name="Change").first.click()
    page.get_by_text("violet").click()
    camera.shot("5-remembered")


def browser_way(camera: Camera, org: dict[str, Any]) -> None:
    """Sign in with an app of the admin's."""
    page, port = camera.page, free_port()
    page.get_by_role("textbox", name="Call it").last.fill("uat")
    page.get_by_role("textbox", name="The sandbox's address").last.fill(org["base_url"])
    page.get_by_role("textbox", name="Consumer key").fill(org["client_id"])
    page.get_by_role("spinbutton", name="Port to which").fill(str(port))
    page.keyboard.press("Tab")
    page.wait_for_timeout(800)
    page.get_by_role("button", name="Connect this org").click()
    link = page.get_by_role("link", name="Sign in at Salesforce")
    link.wait_for()
    camera.shot("browser", resting=False)
    with page.context.expect_page() as opened:
        link.click()
    tab = opened.value
    tab.get_by_label("Username").fill(org["username"])
    tab.get_by_label("Password").fill(org["password"])
    tab.get_by_role("button", name="Log in").click()
    page.wait_for_url("**org=uat**", timeout=60_000)
    page.get_by_role("button", name="Make the records").wait_for(timeout=60_000)


def pictures(browser: Browser, themes: tuple[tuple[str, str], ...]) -> None:
    """Make them, in each theme with a home and an org of its own."""
    for theme, suffix in themes:
        folder = Path(tempfile.mkdtemp())
        home = folder / "home"
        home.mkdir()
        with sandbox() as org:
            app = App.start(home, folder / "server.log", **of_the_cli(folder, org))
            try:
                context = browser.new_context(viewport=SIZE, color_scheme=theme)  # type: ignore[arg-type]
                walk(context.new_page(), app, org, suffix)
                context.close()
            finally:
                app.stop()
                shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Make these pictures only."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        pictures(browser, THEMES[: 1 + ("--dark" in sys.argv)])
        browser.close()


if __name__ == "__main__":
    main()
