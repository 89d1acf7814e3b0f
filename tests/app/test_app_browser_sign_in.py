"""Signing in with the browser, as a person does it: two tabs, Salesforce's page between them, and all that can go wrong."""

from __future__ import annotations

import json
import re
import socket

import pytest

from sfseed_core.org.connections import read
from sfseed_emulator import grants, oauth
from tests.app.conftest import App, free_port, settle, sit_down
from tests.served import no_waiting, served

__all__ = ["no_waiting", "served"]

pytestmark = pytest.mark.browser

WAITING = "Waiting for the sign-in in the other tab… Keep this one open."


@pytest.fixture(scope="module")
def own_app(tmp_path_factory):
    """A server of the app with nothing in its home."""
    folder = tmp_path_factory.mktemp("signing-in")
    home = folder / "home"
    home.mkdir()
    app = App.start(home, folder / "server.log")
    yield app
    app.stop()


class Somebody:
    """A person who signs in to an org by the app's form."""

    def __init__(self, person, server):
        self.person, self.server = person, server
        self.has = oauth.credentials(server.org.state)
        self.port = free_port()
        self.page = person.tab("/")

    def ask(self, name="uat"):
        """Fill in the form and press Connect."""
        page = self.page
        page.get_by_text("Connect another org").click()
        page.get_by_role("textbox", name="Call it").last.fill(name)
        page.get_by_role("textbox", name="The sandbox's address").last.fill(f"{self.server.login.instance_url}/lightning")
        page.get_by_role("textbox", name="Consumer key").fill(self.has.client_id)
        page.get_by_role("spinbutton", name="Port to which").fill(str(self.port))
        page.keyboard.press("Tab")
        page.wait_for_timeout(500)
        page.get_by_role("button", name="Connect this org").click()
        return self

    def salesforce(self):
        """Follow the link; return Salesforce's tab."""
        link = self.page.get_by_role("link", name="Sign in at Salesforce")
        link.wait_for()
        with self.page.context.expect_page() as opened:
            link.click()
        return opened.value

    def log_in(self, tab):
        """Give name and password there."""
        tab.get_by_label("Username").fill(self.has.username)
        tab.get_by_label("Password").fill(self.has.password)
        tab.get_by_role("button", name="Log in").click()


def kept_by(page):
    """All that the browser keeps of the app."""
    stored = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, location.href])")
    return stored + json.dumps(page.context.cookies()) + page.content()


def test_signing_in_and_what_the_browser_keeps(browser, own_app, served):
    """A foreign answer is turned away, the right one connects and saves; the browser holds no token, code or password."""
    server = served(name="Acme UAT")
    for person in sit_down(browser, own_app):
        one = Somebody(person, server).ask()
        tab = one.salesforce()
        foreign = one.page.context.new_page()
        foreign.goto(f"http://localhost:{one.port}/OauthRedirect?code=aPrxStolen&state=wrong")
        assert "belongs to no sign-in" in foreign.inner_text("body")
        assert one.page.get_by_text(WAITING).is_visible()
        one.log_in(tab)
        tab.get_by_role("heading", name="Signed in").wait_for()
        one.page.wait_for_url("**org=uat**")
        one.page.get_by_text("What should it be filled with?").first.wait_for()
        settle(one.page)
        saved = read(own_app.home).find("uat")
        assert (saved.way, saved.org_name, saved.callback_port) == ("web", "Acme UAT", one.port)
        kept = kept_by(one.page) + own_app.log.read_text(encoding="utf-8")
        for secret in (*secrets(one, server), re.search(r"code=([^&]+)", tab.url)[1]):
            assert secret not in kept


def secrets(one, server):
    """What nobody may find: the tokens that the org has given out, and the user's and the app's secrets."""
    with server.org.state.lock:
        issued = [row[0] for row in server.org.state.db.execute('SELECT token FROM "_token"')]
    assert issued
    return [*issued, one.has.refresh_token, one.has.password, one.has.client_secret]


@pytest.mark.slow
def test_a_whole_run_by_the_pages_leaves_no_secret(browser, own_app, served):
    """Signed in, made, loaded: no token or password is in the browser, in a file of the home, or in the server's log."""
    server = served(name="Acme UAT")
    for person in sit_down(browser, own_app):
        one = Somebody(person, server).ask("whole")
        one.log_in(one.salesforce())
        page = one.page
        page.wait_for_url("**org=whole**")
        for name in ("Make the records", "Next: Load", re.compile(r"^Load \d")):
            page.get_by_role("button", name=name).click(timeout=90_000)
        page.get_by_text("loaded", exact=True).wait_for(timeout=120_000)
        settle(page)
        written = b"\n".join(path.read_bytes() for path in own_app.home.rglob("*") if path.is_file())
        assert len(written) > 100_000
        kept = kept_by(page).encode() + own_app.log.read_bytes()
        for secret in secrets(one, server):
            assert secret.encode() not in kept
            assert secret.encode() not in written


def test_a_sign_in_that_is_denied_or_comes_too_late(browser, own_app, served, monkeypatch):
    """Deny in Salesforce's tab, and a code that has expired: told in words, nothing is saved, and one can start again."""
    server = served(name="Acme UAT")
    for person in sit_down(browser, own_app):
        one = Somebody(person, server).ask("denied")
        tab = one.salesforce()
        tab.get_by_role("button", name="Deny").click()
        tab.get_by_role("heading", name="Not signed in").wait_for()
        one.page.get_by_text("the access was denied in the browser").wait_for()
        monkeypatch.setattr(grants, "_CODE_SECONDS", -1)
        one.page.get_by_role("button", name="Connect this org").click()
        one.log_in(one.salesforce())
        one.page.get_by_text("expired authorization code").wait_for()
        one.page.get_by_text("The sign-in took too long").wait_for()
        assert "denied" not in read(own_app.home).saved


@pytest.mark.slow
def test_a_closed_tab_and_a_busy_port(browser, own_app, served):
    """The port is told before anything opens; Cancel ends the waiting; a sign-in whose tab was closed blocks no other."""
    server = served(name="Acme UAT")
    for person in sit_down(browser, own_app):
        one = Somebody(person, server)
        with socket.socket() as other:
            other.bind(("127.0.0.1", one.port))
            other.listen()
            one.ask("late")
            one.page.get_by_text(f"the port {one.port}, to which the browser comes back, is taken").wait_for()
            assert one.page.get_by_role("link", name="Sign in at Salesforce").count() == 0
        one.page.get_by_role("button", name="Connect this org").click()
        one.salesforce().close()
        one.page.get_by_role("button", name="Cancel").click()
        one.page.get_by_text(WAITING).wait_for(state="detached")
        one.page.get_by_role("button", name="Connect this org").click()
        one.page.get_by_text(WAITING).wait_for()
        one.page.close()
        again = Somebody(person, server)
        again.port = one.port
        again.log_in(again.ask("late").salesforce())
        again.page.wait_for_url("**org=late**")
        assert read(own_app.home).find("late").org_name == "Acme UAT"
