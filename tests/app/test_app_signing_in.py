"""Connecting an org of one's own in the app, and being asked whether it is the right one."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from sfseed_core.clock import SYSTEM
from sfseed_core.org.client import connect
from sfseed_core.org.connections import Connection, read
from sfseed_core.org.guard import admit
from sfseed_core.workflow import connections
from sfseed_emulator import oauth
from tests.app.conftest import ROOT
from tests.loading import projects, stage
from tests.served import no_waiting, served

__all__ = ["no_waiting", "served"]


def opened(**parameters):
    """The app's first page."""
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    at.query_params.update(parameters)
    return at.run()


def field(at, label):
    """The last text field of that label: the others belong to other ways."""
    return [one for one in at.text_input if one.label == label][-1]


def test_without_the_cli_the_page_says_where_to_get_it(home, monkeypatch, tmp_path):
    """The first way has its own words; each other way has a message for the admin."""
    monkeypatch.setenv("PATH", str(tmp_path))
    at = opened()
    assert not at.exception
    assert any("salesforcecli" in one.value for one in at.caption)
    assert "Callback URL, exactly: http://localhost:1717/OauthRedirect" in at.code[0].value
    at.selectbox(key="way").select("jwt").run()
    assert "upload the certificate" in at.code[0].value


def test_a_token_connects_an_org_and_a_wrong_one_is_told(home, served):
    """A good token ends on the org's own page and is saved by its name; a bad one is an error in words."""
    server = served(name="Acme UAT")
    token = oauth.new_access_token(server.org.state)
    at = opened()
    at.selectbox(key="way").select("token").run()
    for given, good in (("00D000000000000!wrong", False), (token, True)):
        field(at, "Call it").input("uat")
        field(at, "The sandbox's address").input(f"{server.login.instance_url}/lightning/page/home")
        field(at, "Access token").input(given)
        at.button(key="connect_this").click().run()
        assert not at.exception
        assert bool(at.error) is not good
        assert ("uat" in read(home).saved) is good
    assert at.query_params["org"] in ("uat", ["uat"])
    assert token not in str(at.markdown) + str(at.caption)


@pytest.mark.parametrize("protected", [False, True])
def test_a_full_org_is_asked_about_once_more(home, served, protected):
    """More than a thousand records of the chosen objects: the load waits for a yes; a protected org gets none at all."""
    server = served(name="Acme UAT")
    guarded = admit(connect(server.login), home=home)
    job = guarded.create_job("Account", "insert")
    guarded.upload(job.id, ("Name\n" + "".join(f"A{n}\n" for n in range(1001))).encode())
    guarded.close(job.id)
    while not guarded.job(job.id).ended:
        pass
    connection = Connection("uat", "token", server.login.instance_url)
    draft = connections.Draft(connection, oauth.new_access_token(server.org.state))
    facts = connections.add(draft, home=home, clock=SYSTEM).facts
    if protected:
        connections.protect("uat", home=home, facts=facts)
    dataset = stage(home, server.org, projects(3)[:1])
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    at.query_params.update({"org": "uat", "dataset": dataset.id})
    at.run()
    at.switch_page("pages/load.py")
    at.query_params.update({"org": "uat", "dataset": dataset.id})
    at.run()
    assert not at.exception
    load = next(one for one in at.button if one.label.startswith("Load "))
    assert load.disabled
    if protected:
        assert "never written to" in str(at)
        assert not [one for one in at.checkbox if one.key == "right_org"]
    else:
        assert any("1,001 Account" in one.value.replace("\\", "") for one in at.caption)
        at.checkbox(key="right_org").check().run()
        assert not next(one for one in at.button if one.label.startswith("Load ")).disabled
