"""Connect: choosing an org, signing in, and what goes wrong on the way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfseed_emulator import grants, oauth
from tests.app.conftest import free_port
from tests.app.matrix.visit import proves
from tests.served import serve_on_port

if TYPE_CHECKING:
    import pytest

    from tests.app.matrix.visit import Visit
    from tests.served import Served

WAITING = re.compile("^Waiting for the sign-in in the other tab")


@proves(
    "connect: empty",
    "connect: practice card",
    "connect: sandbox card",
    "connect: kind of org",
    "connect: who and where",
    "connect: disconnect",
    "connect: remembered orgs",
    "all: not by colour alone",
    "all: contrast, sizes",
    "all: help",
    "all: labels",
)
def choosing(at: Visit) -> None:
    """From nothing chosen to the practice org and back, then to a sandbox that is known."""
    at.to("/")
    with at.shows("connect: empty", "connect: practice card"):
        at.says("Fill a Salesforce sandbox with records that look real")
        at.says("See and change every record before it is loaded")
        at.says("Built in, no Salesforce needed")
        at.look("connect-empty")
        at.hand.press(at.button("Try it"))
        at.says("What should it be filled with?")
    with at.shows("connect: kind of org", "all: not by colour alone"):
        at.org_is("Practice org", "Brightwater")
    with at.shows("connect: who and where"):
        at.says(re.compile(r"The org has [\d,]+ API calls left today"))
        at.look("connect-ready")
        at.beside(lambda: at.hand.press(at.folded("About this org")))
        at.says(re.compile(r"Org id 00D\w{15}"))
        at.says(re.compile(r"API version \d\d\.0"))
        at.says(re.compile(r"admin@\W*brightwater"))
    with at.shows("connect: disconnect"):
        at.beside(lambda: at.hand.press(at.button("Leave this org")))
        at.says("Built in, no Salesforce needed")
    with at.shows("connect: sandbox card", "connect: remembered orgs", "all: help", "all: labels"):
        at.settle()
        at.hand.press(at.menu("Change"))
        at.hand.choose(at.page.get_by_role("radio", name="violet"))
        at.settle()
        at.look("connect-remembered")
        at.page.keyboard.press("Escape")
        at.settle()
        at.hand.press(at.folded("Connect another org"))
        at.field("Consumer key").wait_for()
        at.look("connect-another")
        at.hand.press(at.page.locator(".st-key-use_env button"))
        at.says("What should it be filled with?")
        at.org_is("Sandbox", "Acme UAT")
    with at.shows("all: contrast, sizes"):
        at.look("connect-sandbox")


@proves("connect: loading", "connect: error: link expired", "all: shortcut")
def signing_in(at: Visit, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser is waited for, the waiting cancelled; a sign-in that took too long is told, and another begun."""
    has, port = oauth.credentials(served.org.state), free_port()
    at.to("/")
    at.hand.press(at.folded("Connect another org"))
    with at.shows("connect: loading"):
        at.hand.write(at.page.get_by_role("textbox", name="The sandbox's address").last, served.login.instance_url)
        at.hand.write(at.page.get_by_role("textbox", name="Call it").last, "late")
        at.hand.write(at.field("Consumer key"), has.client_id)
        at.hand.write(at.field("Port to which", "spinbutton"), str(port))
        at.settle()
        at.hand.press(at.button("Connect this org"))
        at.says(WAITING)
        at.shot("connect-waiting")
        at.hand.press(at.button("Cancel"))
        at.page.get_by_text(WAITING).wait_for(state="detached")
    with at.shows("connect: error: link expired"):
        monkeypatch.setattr(grants, "_CODE_SECONDS", -1)
        at.settle()
        at.hand.press(at.button("Connect this org"))
        link = at.page.get_by_role("link", name="Sign in at Salesforce")
        link.wait_for()
        with at.page.context.expect_page() as opened:
            at.hand.press(link)
        tab = opened.value  # Salesforce's own page, not ours
        tab.get_by_label("Username").fill(has.username)
        tab.get_by_label("Password").fill(has.password)
        tab.get_by_role("button", name="Log in").click()
        at.says("expired authorization code")
        at.says("The sign-in took too long")
        tab.close()
        at.look("connect-expired")
    with at.shows("all: shortcut"):
        at.to("/?org=demo")
        assert "Alt" in at.button("Make the records").inner_text()


@proves(
    "connect: error: no network",
    "connect: error: no permission",
    "connect: error: wrong kind",
    "connect: production refused",
    "runs: empty",
)
def refused(at: Visit, served: Served) -> None:
    """The org does not answer, then lets nobody in, then turns out to be production: each told with what to do."""
    org = served.org
    with at.shows("runs: empty"):
        at.to("/runs")
        at.says("Nothing was loaded yet")
        at.look("runs-empty")
    with at.shows("connect: error: no network"):
        port = served.login.instance_url.rpartition(":")[2]
        served.stop()
        at.to("/?org=env")
        at.says("The org did not do that", seconds=90)
        at.says("What to do:")
        at.hand.press(at.folded("Details to copy"))
        at.look("connect-no-network")
    with at.shows("connect: error: no permission"):
        back = serve_on_port(org, int(port))
        refusal = {"status": 403, "code": "API_DISABLED_FOR_ORG", "message": "API is not enabled for this Organization"}
        org.fault(at="before", do="answer", times=0, match={"path": "/services/data"}, **refusal)
        at.hand.press(at.button("Try again"))
        at.says("API is not enabled")
        at.says("What to do:")
        at.look("connect-no-permission")
        org.faults.clear()
    with at.shows("connect: error: wrong kind", "connect: production refused"):
        with org.state.lock:
            org.state.db.execute("UPDATE \"Organization\" SET IsSandbox = 0, OrganizationType = 'Enterprise Edition'")
        at.hand.press(at.button("Try again"))
        at.says("Not an org to fill")
        at.says("This org is never written to")
        at.org_is("Production: read only", "Acme UAT")
        at.look("connect-production")
    back.stop()
