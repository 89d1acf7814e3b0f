"""The ways into an org: each flow as a conversation, and end to end against the emulator."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import replace

import pytest
import requests

from sfseed_core.errors import LoginFailed, NotFound, OrgUnreachable, SettingsError, UserError
from sfseed_core.org import callback, flows, sf_cli, web_login
from sfseed_core.org.address import instance_url, short_name
from sfseed_core.org.client import connect
from sfseed_core.org.credentials import CliLogin, JwtLogin, PasswordLogin, RefreshLogin, from_secret
from sfseed_core.org.exchange import Answered, carry_out
from sfseed_core.org.sf_cli import Printed
from sfseed_core.org.web_login import WebApp
from sfseed_emulator import grants, oauth, signing
from tests.emulated import ADDRESS

TOKEN = "00D000000000062!AQEAQ.secret_part"
SAID = {
    "access_token": TOKEN,
    "instance_url": "https://acme--uat.sandbox.my.salesforce.com",
    "id": "https://test.salesforce.com/id/00D000000000062EAA/005000000000001AAA",
}


@pytest.mark.parametrize(
    ("pasted", "url"),
    [
        ("acme--uat", "https://acme--uat.sandbox.my.salesforce.com"),
        (
            "https://acme--uat.sandbox.lightning.force.com/lightning/page/home",
            "https://acme--uat.sandbox.my.salesforce.com",
        ),
        ("https://acme--uat.sandbox.my.salesforce-setup.com/x", "https://acme--uat.sandbox.my.salesforce.com"),
        ("https://acme--uat--c.sandbox.vf.force.com/apex/x", "https://acme--uat.sandbox.my.salesforce.com"),
        ("https://acme--uat--c.visual.force.com/apex/x", "https://acme--uat.my.salesforce.com"),
        ("https://acme--uat--c.cs42.visual.force.com/apex/x", "https://acme--uat.my.salesforce.com"),
        ("acme--uat.sandbox.live-preview.salesforce-experience.com/x", "https://acme--uat.sandbox.my.salesforce.com"),
        ("ACME--UAT.sandbox.my.salesforce.com:443/x", "https://acme--uat.sandbox.my.salesforce.com"),
        ("https://acme--uat.sandbox.file.force.com", "https://acme--uat.sandbox.my.salesforce.com"),
        ("<https://test.salesforce.com/?un=a&pw=b>", "https://test.salesforce.com"),
        ("acme-dev-ed.develop.lightning.force.com/", "https://acme-dev-ed.develop.my.salesforce.com"),
        ("https://cs42.salesforce.com/001", "https://cs42.salesforce.com"),
        ('"https://acme.lightning.force.com";', "https://acme.my.salesforce.com"),
        ("https://acme.my.salesforce.mil/x", "https://acme.my.salesforce.mil"),
        ("https://acme.lightning.sfcrmapps.cn/x", "https://acme.my.sfcrmproducts.cn"),
    ],
)
def test_every_face_of_an_org_leads_to_its_my_domain(pasted, url):
    """Lightning, Setup, Visualforce and file addresses become the address that the APIs answer at."""
    assert instance_url(pasted) == url


@pytest.mark.parametrize("pasted", ["https://acme.my.site.com", "https://www.salesforce.com", "help.salesforce.com/x"])
def test_a_website_is_no_org(pasted):
    """An address that never answers as an org does is refused with words."""
    with pytest.raises(SettingsError, match="website"):
        instance_url(pasted)


@pytest.mark.parametrize(
    "pasted",
    ["https://acme.my.salesforce.com.evil.example/x", "acme--uat.my-salesforce.com", "https://lightning.force.com.co"],
)
def test_a_host_that_only_looks_like_salesforces_gets_no_token(pasted):
    """What holds Salesforce's domain but does not end in it belongs to somebody else."""
    with pytest.raises(SettingsError, match="belongs to somebody else"):
        instance_url(pasted)


@pytest.mark.parametrize(
    ("pasted", "name"),
    [
        ("acme--uat", "uat"),
        ("https://acme--uat--c.sandbox.vf.force.com", "uat"),
        ("acme.my.salesforce.com", "acme"),
        ("http://127.0.0.1:8080", ""),
        ("http://localhost:1", ""),
        ("http://[::1]:1", ""),
    ],
)
def test_an_org_has_a_name_of_its_own(pasted, name):
    """A connection without a given name is called as the sandbox is."""
    assert short_name(pasted) == name


def test_a_refused_address_is_told_without_what_is_secret_in_it():
    """A pasted address may hold a session or a password: the message shows the host only."""
    pasted = f"http://me:pa55@acme.my.salesforce.com/secur/frontdoor.jsp?sid={TOKEN}"
    with pytest.raises(SettingsError) as caught:
        instance_url(pasted)
    assert TOKEN not in str(caught.value)
    assert "pa55" not in str(caught.value)


def asked_of(flow):
    """The first thing that a flow asks."""
    return next(flow)


def test_a_flow_asks_what_its_rfc_says():
    """Each flow is one POST of a form to the token endpoint, secrets in its body only."""
    code = asked_of(flows.authorization_code("https://a", "c0de", client_id="id", redirect_uri="http://l", verifier="v"))
    assert code.url == "https://a/services/oauth2/token"
    assert code.form == {
        "grant_type": "authorization_code",
        "code": "c0de",
        "client_id": "id",
        "redirect_uri": "http://l",
        "code_verifier": "v",
    }
    assert "c0de" not in repr(code)
    renewed = asked_of(flows.refresh("https://a", "r3fresh", client_id="id", client_secret="s"))
    assert renewed.form["client_secret"] == "s"
    assert asked_of(flows.revoke("https://a", "t")).url.endswith("/revoke")


def test_an_answer_ends_a_flow():
    """A good answer is a grant with its org, and the refresh token where there is one."""
    flow = flows.refresh("https://a", "old", client_id="id")
    next(flow)
    with pytest.raises(StopIteration) as done:
        flow.send(Answered(200, json.dumps(SAID | {"refresh_token": "new"}).encode()))
    tokens = done.value.value
    assert (tokens.grant.org_id, tokens.refresh_token) == ("00D000000000062EAA", "new")
    assert TOKEN not in repr(tokens)
    assert "new" not in repr(tokens)


@pytest.mark.parametrize(
    ("status", "error", "description", "hint"),
    [
        (400, "invalid_grant", "expired authorization code", "start it again"),
        (400, "invalid_grant", "expired access/refresh token", "sign in again"),
        (400, "invalid_grant", "Audience validation failed", "My Domain"),
        (400, "invalid_grant", "user hasn't approved this consumer", "pre-authorizes"),
        (400, "invalid_client_id", "client identifier invalid", "consumer key"),
        (401, "invalid_client", "invalid client credentials", "consumer secret"),
        (400, "invalid_grant", "ip restricted", "company's network"),
        (400, "inactive_org", "inactive organization", "refreshed"),
        (400, "brand_new_error", "nobody knows", "Sign in again"),
    ],
)
def test_a_refusal_says_what_to_do(status, error, description, hint):
    """Each known refusal of the token endpoint has a next step, an unknown one is shown as it is."""
    flow = flows.refresh("https://a", "r3fresh", client_id="id")
    next(flow)
    with pytest.raises(LoginFailed) as caught:
        flow.send(Answered(status, json.dumps({"error": error, "error_description": description}).encode()))
    assert error in caught.value.message
    assert hint.lower() in caught.value.hint.lower()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (503, b"<html>down</html>", OrgUnreachable),
        (429, b"", OrgUnreachable),
        (302, b"", LoginFailed),
        (200, b"<html>a proxy's page</html>", LoginFailed),
        (200, b"[]", LoginFailed),
        (400, b"not json " + TOKEN.encode(), LoginFailed),
    ],
)
def test_odd_answers_are_no_grants(status, body, kind):
    """What cannot be read is an error in words, and shows no token."""
    flow = flows.refresh("https://a", "r", client_id="id")
    next(flow)
    with pytest.raises(kind) as caught:
        flow.send(Answered(status, body))
    assert TOKEN not in str(caught.value)


# End to end against the emulator


def test_a_signed_login_works_for_the_app_that_has_the_certificate(emulated):
    """The JWT flow gives a session; an unknown key or user is refused with words."""
    one = emulated()
    has = oauth.credentials(one.state)
    key = signing.new_rsa_key()
    grants.register_key(one.state, signing.public_half(key))
    login = JwtLogin("ci", ADDRESS, has.client_id, has.username, key, one.mounts)
    assert connect(login, mounts=one.mounts).facts.username == has.username
    with pytest.raises(LoginFailed):
        replace(login, key=signing.new_rsa_key()).grant()
    with pytest.raises(LoginFailed, match="not accept the signed login"):
        replace(login, username="nobody@example.com").grant()
    with pytest.raises(LoginFailed, match="no RSA key") as caught:
        replace(login, key="-----BEGIN s3cret").grant()
    assert "s3cret" not in str(caught.value)


def test_a_password_login_works_where_soap_is_on(emulated):
    """SOAP login gives a session; a wrong password is refused without being shown."""
    one = emulated()
    has = oauth.credentials(one.state)
    password = f"{has.password}{has.security_token}"
    login = PasswordLogin("old", ADDRESS, has.username, password, one.mounts)
    org = connect(login, mounts=one.mounts)
    assert (org.facts.username, org.org_id) == (has.username, one.state.org_id)
    with pytest.raises(LoginFailed) as caught:
        replace(login, password="wr0ng<&>").grant()
    assert "wr0ng" not in str(caught.value)
    assert "Check username" in caught.value.hint
    assert password not in repr(login)


def test_a_soap_fault_and_a_dead_server_are_told_apart():
    """A fault is a refusal; a 5xx without one may pass."""
    flow = flows.soap_login("https://a", "u", "p")
    next(flow)
    with pytest.raises(OrgUnreachable):
        flow.send(Answered(503, b"<html>down</html>"))
    flow = flows.soap_login("https://a", "u", "p")
    next(flow)
    fault = b"<soapenv:Fault><faultcode>sf:INVALID_OPERATION</faultcode><faultstring>SOAP API login() is disabled"
    with pytest.raises(LoginFailed, match="login") as caught:
        flow.send(Answered(500, fault + b"</faultstring></soapenv:Fault>"))
    assert "another way in" in caught.value.hint


def browser(one, address, *, password=None):
    """Log in on the emulator's page as a browser would; return where it is sent."""
    has = oauth.credentials(one.state)
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
    session = requests.Session()
    session.mount("https://", one.adapter)
    form = asked | {"username": has.username, "password": password or has.password}
    answer = session.post(address.partition("?")[0], data=form, allow_redirects=False)
    return answer.headers.get("Location", "")


def app_of(one, port):
    """The emulated org's client app with a callback on a port."""
    return WebApp(ADDRESS, oauth.credentials(one.state).client_id, callback.redirect_uri(port))


def visit(address):
    """Open an address; return the status."""
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_signing_in_with_the_browser(emulated):
    """The browser comes back to the listener, the code becomes tokens, and the tokens renew themselves."""
    one = emulated()
    with callback.Callback("x", 0) as free:
        port = free.port
    pending = web_login.begin(app_of(one, port))
    with callback.Callback(pending.state, port) as listener:
        back = browser(one, pending.address)
        assert back.startswith(f"http://localhost:{port}/OauthRedirect?")
        came = threading.Thread(target=visit, args=(back,))
        came.start()
        returned = listener.wait(10)
        came.join()
        assert visit(back) == 400, "an answer is taken once"
    tokens = carry_out(web_login.finish(pending, returned), one.mounts)
    assert tokens.grant.org_id == one.state.org_id
    login = RefreshLogin("uat", ADDRESS, pending.app.client_id, tokens.refresh_token, mounts=one.mounts)
    org = connect(login, mounts=one.mounts)
    oauth.expire(one.state, org.session.grant.access_token)
    assert list(org.query("SELECT Id FROM Account")) == []
    with pytest.raises(LoginFailed, match="expired authorization code"):
        carry_out(web_login.finish(pending, returned), one.mounts)


def test_the_code_is_worth_nothing_without_the_verifier(emulated):
    """Whoever catches the browser's answer cannot use it."""
    one = emulated()
    pending = web_login.begin(app_of(one, 1717))
    returned = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(browser(one, pending.address)).query))
    thief = replace(pending, verifier="v" * 64)
    with pytest.raises(LoginFailed, match="verifier"):
        carry_out(web_login.finish(thief, returned), one.mounts)


def test_the_callback_takes_only_its_own_answer():
    """Another state, path or host is answered and ignored; a closed tab ends in words after the time."""
    with callback.Callback("right", 0) as listener:
        base = f"http://127.0.0.1:{listener.port}"
        assert visit(f"{base}/OauthRedirect?code=c&state=wrong") == 400
        assert visit(f"{base}/elsewhere?code=c&state=right") == 404
        assert listener.take("evil.example", "/OauthRedirect?code=c&state=right")[0] == 404
        with pytest.raises(LoginFailed, match="nobody came back"):
            listener.wait(0.01)


def test_a_busy_callback_port_is_noticed_before_the_browser_is_sent_away():
    """The port is named, and that another can be used."""
    with callback.Callback("x", 0) as first, pytest.raises(UserError, match=f"port {first.port}") as caught:
        callback.Callback("y", first.port)
    assert "another port" in caught.value.hint


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ({"error": "access_denied", "error_description": "end-user denied authorization"}, "denied"),
        ({"error": "OAUTH_APP_BLOCKED"}, "OAUTH_APP_BLOCKED"),
        ({"error": "<script>alert(1)</script>"}, "scriptalert1script"),
        ({}, "no code"),
    ],
)
def test_a_sign_in_that_was_refused_in_the_browser(returned, said):
    """Denial and odd answers end the sign-in in words, without the browser's own text."""
    pending = web_login.begin(WebApp("https://a", "id", "http://localhost:1717/OauthRedirect"))
    with pytest.raises(LoginFailed, match=said):
        web_login.finish(pending, returned | {"state": pending.state})


def test_an_answer_to_another_sign_in_is_refused():
    """The state has to be the one of this sign-in."""
    pending = web_login.begin(WebApp("https://a", "id", "http://l"))
    for state in ({}, {"state": "x"}, {"state": "ü"}):
        with pytest.raises(LoginFailed, match="another sign-in"):
            web_login.finish(pending, {"code": "c"} | state)


def test_pending_sign_ins_show_nothing():
    """State, verifier and secret are in no repr; the address asks for two scopes only."""
    pending = web_login.begin(WebApp("https://a", "id", "http://l", "s3cret"))
    for secret in (pending.state, pending.verifier, "s3cret"):
        assert secret not in repr(pending)
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(pending.address).query))
    assert asked["scope"] == "api refresh_token"
    assert asked["code_challenge_method"] == "S256"
    assert pending.verifier not in pending.address


def test_a_rotated_refresh_token_replaces_the_saved_one():
    """Where an org gives a new refresh token at each use, the new one is kept."""
    kept = []

    class Rotating(requests.adapters.BaseAdapter):
        def send(self, request, **_):
            answer = requests.Response()
            answer.status_code = 200
            answer._content = json.dumps(SAID | {"refresh_token": "second"}).encode()
            return answer

        def close(self):
            pass

    login = RefreshLogin("uat", "https://a", "id", "first", keep=kept.append, mounts={"https://": Rotating()})
    login.grant()
    assert kept == ["second"]
    assert login.to_secret()["refresh_token"] == "second"


# Salesforce's CLI


def talk(conversation, *printed):
    """Answer a conversation with what was printed; return what it asked and how it ended."""
    asked = [next(conversation), *(conversation.send(one) for one in printed[:-1])]
    with pytest.raises(StopIteration) as done:
        conversation.send(printed[-1])
    return asked, done.value.value


def ok(**result):
    """What the CLI prints when a command went well."""
    return Printed(0, " >   Warning: update available\n" + json.dumps({"status": 0, "result": result, "warnings": []}))


def failed(name, message, code=1):
    """What the CLI prints when a command failed."""
    return Printed(code, json.dumps({"status": 1, "name": name, "message": message, "exitCode": code}))


SHOWN = {"id": "00D000000000062", "instanceUrl": "https://acme--uat.sandbox.my.salesforce.com", "username": "a@b.uat"}
HIDDEN = "[REDACTED] Use 'sf org auth show-access-token' to view"


def test_a_newer_cli_is_asked_for_the_token_by_its_own_command():
    """Where `org display` hides the token, `show-access-token` gives it."""
    asked, grant = talk(sf_cli.grant_of("uat"), ok(**SHOWN, accessToken=HIDDEN), ok(accessToken=TOKEN))
    assert [one[:3] for one in asked] == [("org", "display", "--target-org"), ("org", "auth", "show-access-token")]
    assert (grant.access_token, grant.org_id) == (TOKEN, "00D000000000062EAA")


def test_an_older_cli_shows_the_token_itself():
    """Where `org display` has the token, nothing more is asked."""
    asked, grant = talk(sf_cli.grant_of("uat"), ok(**SHOWN, accessToken=TOKEN))
    assert len(asked) == 1
    assert grant.access_token == TOKEN


@pytest.mark.parametrize(
    ("printed", "kind", "said"),
    [
        ((failed("NamedOrgNotFoundError", "No authorization information found for x."),), NotFound, "no org called"),
        ((failed("RefreshTokenAuthError", "expired access/refresh token"),), LoginFailed, "RefreshTokenAuthError"),
        ((ok(**SHOWN, accessToken=HIDDEN), Printed(127, "", "org auth is not a sf command")), LoginFailed, "hides"),
        ((ok(**SHOWN, accessToken=HIDDEN), ok(accessToken=HIDDEN)), LoginFailed, "no token"),
        ((Printed(0, "<html>"),), LoginFailed, "exit code"),
        ((ok(accessToken=TOKEN),), LoginFailed, "where the org"),
    ],
)
def test_what_the_cli_cannot_give_is_told(printed, kind, said):
    """Unknown orgs, ended logins, hidden tokens and odd output each have their words."""
    conversation = sf_cli.grant_of("uat")
    next(conversation)
    for one in printed[:-1]:
        conversation.send(one)
    with pytest.raises(kind, match=said) as caught:
        conversation.send(printed[-1])
    assert TOKEN not in str(caught.value)


def test_the_orgs_of_the_cli_are_listed_once_each():
    """An org stands in several groups of `org list`; kinds and missing aliases are understood."""
    hub = {"username": "hub@acme.com", "alias": "hub", "orgId": "00D1", "instanceUrl": "https://acme.my.salesforce.com"}
    uat = {"username": "a@b.uat", "orgId": "00D2", "instanceUrl": "https://x", "isSandbox": True, "connectedStatus": "?"}
    scratch = {"username": "s@b", "alias": "dev", "isScratch": True, "isExpired": True}
    rows = {"devHubs": [hub], "nonScratchOrgs": [hub], "sandboxes": [uat], "scratchOrgs": [scratch, 7], "other": None}
    asked, found = talk(sf_cli.listing(), ok(**rows))
    assert asked == [("org", "list", "--json", "--skip-connection-status")]
    assert [(one.name, one.kind) for one in found] == [
        ("a@b.uat", "sandbox"),
        ("dev", "scratch org, expired"),
        ("hub", "org"),
    ]


def test_the_cli_opens_the_browser_itself():
    """The sign-in button runs `sf org login web` for the address and alias."""
    asked, found = talk(sf_cli.login_web("acme--uat", "uat"), ok(username="a@b.uat", orgId="00D2", instanceUrl="https://x"))
    assert asked[0][:4] == ("org", "login", "web", "--instance-url")
    assert asked[0][4] == "https://acme--uat.sandbox.my.salesforce.com"
    assert found.name == "uat"


@pytest.mark.parametrize("alias", ["", "-o", "a b", "a;b", "$(x)", "a\nb", "x" * 200, "&calc"])
def test_an_alias_cannot_be_anything_else(alias):
    """What could be an option or a shell word never becomes an argument."""
    with pytest.raises(UserError):
        next(sf_cli.grant_of(alias))


def test_the_cli_is_run_without_our_secrets(tmp_path, monkeypatch):
    """A program called sf gets arguments as they are and none of our settings; its answer becomes a grant."""
    answer = json.dumps({"status": 0, "result": SHOWN | {"accessToken": TOKEN}})
    program = tmp_path / "sf"
    program.write_text(f"#!/bin/sh\nenv > {tmp_path}/environment\necho '{answer}'\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("SFSEED_ACCESS_TOKEN", "s3cret")
    login = from_secret(CliLogin("uat", "uat").to_secret())
    assert login.grant().access_token == TOKEN
    assert "s3cret" not in (tmp_path / "environment").read_text(encoding="utf-8")


def test_without_the_cli_the_user_hears_where_to_get_it(monkeypatch, tmp_path):
    """No sf on the path is no crash."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="not installed") as caught:
        CliLogin("uat", "uat").grant()
    assert "salesforcecli" in caught.value.hint
    assert sf_cli.find() is None


# Proxies and certificates


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy"])
def test_a_dead_proxy_is_named_by_its_setting(monkeypatch, variable):
    """The message says which variable to look at, and not what is in it."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "http://me:pa55@127.0.0.1:9")
    with pytest.raises(OrgUnreachable) as caught:
        carry_out(flows.refresh("https://acme.my.salesforce.com", "r", client_id="id"))
    assert variable in str(caught.value)
    assert "pa55" not in str(caught.value)


def test_a_bundle_that_is_not_there_is_named_by_its_setting(monkeypatch):
    """REQUESTS_CA_BUNDLE with a wrong path is told as such."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/file.pem")
    with pytest.raises(OrgUnreachable, match="REQUESTS_CA_BUNDLE"):
        carry_out(flows.refresh("https://127.0.0.1:9", "r", client_id="id"))
