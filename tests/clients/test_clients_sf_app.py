"""A first-time user with Salesforce's CLI installed and the README in hand: from nothing to a connected org, steps counted."""

from __future__ import annotations

import pytest

from sfseed_core.org.connections import read
from tests.app.conftest import App, browser, sit_down
from tests.clients.test_clients_sf_cli import cli, emulator, user

__all__ = ["browser", "cli", "emulator", "user"]

pytestmark = [pytest.mark.clients, pytest.mark.browser]


def test_three_things_to_do_on_the_page(home, user, browser, tmp_path):
    """Open the section, paste the address, press Sign in: connected, saved, and the CLI's alias is the connection's name."""
    app = App.start(home, tmp_path / "server.log")
    steps = []
    try:
        for person in sit_down(browser, app):
            page = person.tab("/")
            page.get_by_text("Connect another org").click()
            steps.append("open")
            address = page.get_by_role("textbox", name="The sandbox's address").first
            address.fill(user["base_url"])
            address.press("Tab")
            steps.append("address")
            page.get_by_role("textbox", name="Call it").first.fill("uat")  # 127.0.0.1 has no name of its own
            page.get_by_role("textbox", name="Call it").first.press("Tab")
            page.get_by_role("button", name="Sign in", exact=True).click()
            steps.append("sign in")
            page.wait_for_url("**org=uat**", timeout=120_000)
            page.get_by_role("button", name="Make the records").wait_for(timeout=60_000)
    finally:
        app.stop()
    assert len(steps) == 3
    saved = read(home).find("uat")
    assert (saved.way, saved.alias, saved.org_name) == ("sf-cli", "uat", "Brightwater")
