"""Remembered orgs in the app, the check of the chosen one, the write test, and keeping it from being written to."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from sfseed_core.clock import SYSTEM
from sfseed_core.errors import SfseedError
from sfseed_core.events import SILENT
from sfseed_core.load.follow import follow
from sfseed_core.load.journal import Run
from sfseed_core.org.connections import Connection, protection, read
from sfseed_core.org.secret_store import secret_store
from sfseed_core.workflow import connections, load
from sfseed_core.workflow.connect import open_org
from sfseed_emulator import oauth
from sfseed_emulator.org_kinds import USERS
from sfseed_emulator.schema import demo_schema
from tests.app.test_app_pages import texts, visit
from tests.app.test_app_signing_in import opened
from tests.loading import projects, stage
from tests.served import no_waiting, served

__all__ = ["no_waiting", "served"]


@pytest.fixture
def uat(home, served):
    """A maker of served orgs that are saved as uat."""

    def make(**options):
        server = served(**({"name": "Acme UAT"} | options))
        one = Connection("uat", "token", server.login.instance_url)
        draft = connections.Draft(one, oauth.new_access_token(server.org.state))
        connections.add(draft, home=home, clock=SYSTEM)
        return server

    return make


def writes(server):
    """The requests that would change something; a query by Bulk is asked for by POST, and changes nothing."""
    return [one for one in server.org.calls() if one[0] != "GET" and not re.search("/oauth2/|/jobs/query", one[1])]


def test_a_remembered_org_is_renamed_coloured_and_forgotten(home, uat):
    """Each does what it says, a name that cannot be is told, and forgetting asks first."""
    uat()
    at = opened()
    at.text_input(key="rename_uat").input("demo").run()
    at.button(key="Rename_uat").click().run()
    assert "cannot be the name of a connection" in at.error[0].value.replace("\\", "")
    at.text_input(key="rename_uat").input("test").run()
    at.button(key="Rename_uat").click().run()
    assert not at.exception
    assert list(read(home).saved) == ["test"]
    at.segmented_control(key="colour_test").select("violet").run()
    assert read(home).find("test").colour == "violet"
    assert ":violet-badge[test]" in texts(at)
    assert at.button(key="Forget_test").disabled
    at.checkbox(key="sure_test").check().run()
    at.button(key="Forget_test").click().run()
    assert read(home).saved == {}
    assert "test is forgotten" in at.success[0].value.replace("\\", "")


def test_revoking_ends_the_token_in_the_org(home, uat):
    """The org takes the token no more, and the connection is gone."""
    server = uat()
    at = opened()
    at.checkbox(key="sure_uat").check().run()
    at.button(key="Forget, and end its access in the org_uat").click().run()
    assert read(home).saved == {}
    assert ("POST", "/services/oauth2/revoke", 200) in server.org.calls()
    assert "revoked and forgotten" in at.success[0].value.replace("\\", "")


@pytest.mark.parametrize(
    ("user", "said"),
    [
        ("admin", "It works"),
        pytest.param("no-setup", "View Setup and Configuration", marks=pytest.mark.slow),
        pytest.param("no-opportunity", "Create on the objects", marks=pytest.mark.slow),
        pytest.param("no-marketing", "Marketing User", marks=pytest.mark.slow),
    ],
)
def test_the_check_says_what_the_user_may_do(home, uat, user, said):
    """Green, amber or red by line, what is lost without it, and a message for the admin; it only reads."""
    server = uat(user=user, schema=USERS[user](demo_schema()))
    at = opened(org="uat", recipe="minimal")
    at.button(key="check_org").click().run()
    assert not at.exception
    shown = texts(at).replace("\\", "")
    assert "Acme UAT" in shown
    assert said in shown
    assert ":green-badge" in shown
    asked = next(one.value for one in at.code if one.value.startswith("Please give my user"))
    assert "Set Audit Fields upon Record Creation" in asked
    assert writes(server) == []
    report = (home / "sfseed-report.zip").read_bytes()
    assert "Acme" not in zipfile.ZipFile(io.BytesIO(report)).read("checks.txt").decode()


def test_where_the_org_cannot_be_entered_the_check_is_offered(home, uat):
    """A user without the API: the error in words, and the check that says the same with what to do."""
    server = uat()
    server.org.fault(
        at="before",
        do="answer",
        status=403,
        code="API_CURRENTLY_DISABLED",
        message="API is disabled for this User",
        times=0,
    )
    at = opened(org="uat")
    assert not at.exception
    assert "API" in at.error[0].value
    at.button(key="check_org").click().run()
    assert not at.exception
    assert ":red-badge" in texts(at)


def test_the_write_test_by_the_page(home, uat):
    """Six records in, read back, out again; told line by line."""
    server = uat()
    at = opened(org="uat", recipe="minimal")
    at.button(key="write_test").click().run()
    assert not at.exception
    shown = texts(at).replace("\\", "")
    assert "3 of 3 Account" in shown
    assert writes(server)
    assert server.org.connect().count("SELECT COUNT() FROM Account") == 0


@pytest.mark.parametrize(
    ("options", "offered"),
    [({"is_sandbox": False}, False), ({"is_sandbox": False, "organization_type": "Developer Edition"}, True)],
)
def test_the_write_test_is_guarded_on_the_page(home, uat, options, offered):
    """Production has no button; a Developer Edition has its name typed first."""
    server = uat(**options)
    at = opened(org="uat", recipe="minimal")
    assert bool([one for one in at.button if one.key == "write_test"]) is offered
    if offered:
        assert at.button(key="write_test").disabled
        at.text_input(key="write_name").input("Acme UAT").run()
        at.button(key="write_test").click().run()
        assert "3 of 3 Account" in texts(at).replace("\\", "")
    assert bool(writes(server)) is offered


def test_an_org_is_protected_and_opened_again_by_its_name(home, uat):
    """Protected: said on the page, no write test; lifted only after the org's name was typed."""
    uat()
    at = opened(org="uat", recipe="minimal")
    at.button(key="protect").click().run()
    org_id = read(home).find("uat").org_id
    assert protection(home, org_id) == "uat"
    assert "This org is never written to" in at.error[0].value
    assert not [one for one in at.button if one.key == "write_test"]
    assert at.button(key="unprotect").disabled
    at.text_input(key="unprotect_name").input("Acme UAT").run()
    at.button(key="unprotect").click().run()
    assert protection(home, org_id) is None
    assert [one for one in at.button if one.key == "write_test"]


def test_a_refreshed_sandbox_is_told_in_the_app(home, uat):
    """The same name leads to a new org: said beside it with the dataset to load again; its runs are before the refresh."""
    server = uat()
    dataset = stage(home, server.org, projects(2)[:1])
    run = Run.open(home, load.begin_load(dataset.id, org="uat", home=home, observer=SILENT, clock=SYSTEM))
    follow(run, observer=SILENT, clock=SYSTEM)
    run.close()
    server.org.fault(at="before", do="refresh_sandbox", match={"path": "/services/data/"})
    with pytest.raises(SfseedError):
        open_org("uat", clock=SYSTEM, home=home)  # the old token ended with the old org
    secret_store(home).put("uat", oauth.new_access_token(server.org.state))
    at = opened(org="uat", recipe="minimal")
    assert not at.exception
    told = " ".join(one.value for one in at.warning).replace("\\", "")
    assert "uat was refreshed" in told
    assert dataset.id in told
    listed = visit("runs", org="uat")
    assert "before the refresh" in str(listed.dataframe[0].value["State"].tolist())
