"""Every way to log in: the web server flow with its page, JWT bearer, SOAP; and what becomes of tokens."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
import requests

from sfseed_emulator import grants, oauth, signing
from tests.emulator.conftest import BASE, Org

CALLBACK = "http://localhost:1717/OauthRedirect"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def token(org: Org, **form: str) -> requests.Response:
    """Ask the token endpoint."""
    return org.call("POST", "/services/oauth2/token", data=form)


def asked(org: Org, **more: str) -> dict[str, str]:
    """Return what a client sends a browser to the login page with."""
    own = oauth.credentials(org.state)
    usual = {
        "response_type": "code",
        "client_id": own.client_id,
        "redirect_uri": CALLBACK,
        "state": "s&<1>",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {**usual, **more}


def browse(org: Org, password: str | None = None, **more: str) -> requests.Response:
    """Fill in and send the login page."""
    own = oauth.credentials(org.state)
    filled = {**asked(org, **more), "username": own.username, "password": own.password if password is None else password}
    return org.session.post(f"{BASE}/services/oauth2/authorize", data=filled, allow_redirects=False)


class TestWebServerFlow:
    """Log in with a browser, come back with a code, trade it for tokens."""

    def test_a_code_is_traded_once_for_tokens_that_work(self, org: Org) -> None:
        """The verifier must be the challenge's, and a code is good for one trade only."""
        back = browse(org)
        assert back.status_code == 302
        address = urlsplit(back.headers["Location"])
        given = dict(parse_qsl(address.query))
        assert (back.headers["Location"].partition("?")[0], given["state"]) == (CALLBACK, "s&<1>")
        form = {
            "grant_type": "authorization_code",
            "code": given["code"],
            "client_id": oauth.credentials(org.state).client_id,
            "redirect_uri": CALLBACK,
            "code_verifier": "w" * 64,
        }
        assert token(org, **form).json()["error_description"] == "invalid code verifier"
        tokens = token(org, **{**form, "code_verifier": VERIFIER}).json()
        assert oauth.user_of(org.state, tokens["access_token"]) == org.state.user_id
        assert token(org, **{**form, "code_verifier": VERIFIER}).json() == {
            "error": "invalid_grant",
            "error_description": "expired authorization code",
        }
        again = token(
            org, grant_type="refresh_token", refresh_token=tokens["refresh_token"], client_id=form["client_id"]
        ).json()
        assert oauth.user_of(org.state, again["access_token"]) == org.state.user_id

    def test_the_page_escapes_what_it_is_given(self, org: Org) -> None:
        """Nothing of the address becomes markup, on the page or after a wrong password."""
        evil = '"><script>alert(1)</script>'
        shown = org.session.get(f"{BASE}/services/oauth2/authorize", params=asked(org, state=evil, login_hint=evil)).text
        again = browse(org, password="wrong", state=evil)
        assert again.status_code == 200
        assert "check your username and password" in again.text.lower()
        for page in (shown, again.text):
            assert "<script" not in page
            assert "&lt;script&gt;" in page

    @pytest.mark.parametrize(
        ("more", "said"),
        [
            ({"client_id": "nobody"}, "invalid_client_id"),
            ({"redirect_uri": "https://evil.example.com/"}, "redirect_uri_mismatch"),
            ({"redirect_uri": "javascript:alert(1)"}, "redirect_uri_mismatch"),
            ({"redirect_uri": "http://localhost.evil.example.com/"}, "redirect_uri_mismatch"),
        ],
    )
    def test_nobody_is_sent_to_an_address_that_is_not_the_clients(self, org: Org, more: dict[str, str], said: str) -> None:
        """An unknown client or address is told to the person, not to the address."""
        answer = browse(org, **more)
        assert (answer.status_code, said in answer.text) == (400, True)

    def test_the_client_is_told_what_it_asked_wrongly(self, org: Org) -> None:
        """A response type or challenge method that is not served comes back as an error in the callback."""
        for more, said in (
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
        ):
            assert f"error={said}" in browse(org, **more).headers["Location"]


@pytest.fixture(scope="module")
def key() -> str:
    """Make the client app's private key."""
    return signing.new_rsa_key()


class TestJwtBearer:
    """A signed assertion in place of a password."""

    def ask(self, org: Org, key: str, **changed: Any) -> dict[str, str]:
        own = oauth.credentials(org.state)
        usual = {"iss": own.client_id, "sub": own.username, "aud": "https://test.salesforce.com", "exp": time.time() + 170}
        assertion = jwt.encode({**usual, **changed}, key, algorithm="RS256")
        return dict(token(org, grant_type=grants.JWT_GRANT, assertion=assertion).json())

    def test_an_assertion_signed_with_the_registered_key_logs_in(self, org: Org, key: str) -> None:
        """The answer has an access token and no refresh token."""
        grants.register_key(org.state, signing.public_half(key))
        answer = self.ask(org, key)
        assert oauth.user_of(org.state, answer["access_token"]) == org.state.user_id
        assert "refresh_token" not in answer
        for written in (str(int(time.time()) + 100), int(time.time() * 1000) + 300):  # as clients write it
            assert "access_token" in self.ask(org, key, exp=written)

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"aud": "https://elsewhere.example.com"}, "Audience validation failed"),
            ({"exp": 1}, "assertion has expired, or expires too late"),
            ({"exp": 9999999999}, "assertion has expired, or expires too late"),
            ({"sub": "somebody@example.com"}, "user hasn't approved this consumer"),
            ({"iss": "nobody"}, "client identifier invalid"),
        ],
    )
    def test_an_assertion_that_says_something_else_is_refused(
        self, org: Org, key: str, changed: dict[str, Any], said: str
    ) -> None:
        """Audience, time, user and client must be right."""
        grants.register_key(org.state, signing.public_half(key))
        assert self.ask(org, key, **changed)["error_description"] == said

    def test_an_assertion_of_another_key_or_none_is_refused(self, org: Org, key: str) -> None:
        """Without the registered key's signature nobody gets in."""
        assert self.ask(org, key)["error"] == "invalid_grant"
        grants.register_key(org.state, signing.public_half(signing.new_rsa_key()))
        assert self.ask(org, key)["error_description"] == "invalid assertion"
        for garbage in ("", "a.b", "a.b.c", "e30.e30.e30", "W10.W10.W10"):
            assert token(org, grant_type=grants.JWT_GRANT, assertion=garbage).status_code == 400


def test_introspection_tells_the_client_app_whether_a_token_lives(org: Org) -> None:
    """A live token's user and times are told; any other is not active; a stranger is refused."""
    own = oauth.credentials(org.state)
    live = oauth.new_access_token(org.state)
    known = {"client_id": own.client_id, "client_secret": own.client_secret}

    def told(of: str, **client: str) -> dict[str, Any]:
        return dict(org.call("POST", "/services/oauth2/introspect", data={"token": of, **client}).json())

    answer = told(live, **known)
    assert (answer["active"], answer["username"], answer["token_type"]) == (True, own.username, "access_token")
    assert answer["exp"] - answer["iat"] == org.state.options.session_seconds
    assert told("nothing", **known) == {"active": False}
    oauth.revoke(org.state, live)
    assert told(live, **known) == {"active": False}
    assert told(live, client_id=own.client_id, client_secret="x")["error"] == "invalid_client"


class TestSoap:
    """The SOAP API: its login up to version 64, and rows."""

    ENVELOPE = (
        '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:partner.soap.sforce.com" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><env:Header>{header}</env:Header>'
        "<env:Body>{body}</env:Body></env:Envelope>"
    )

    def send(self, org: Org, body: str, *, version: str = "64.0", session: str = "", header: str = "") -> requests.Response:
        own = f"<urn:SessionHeader><urn:sessionId>{session}</urn:sessionId></urn:SessionHeader>" if session else ""
        text = self.ENVELOPE.format(header=own + header, body=body)
        return requests.Session.post(
            org.session, f"{BASE}/services/Soap/u/{version}", data=text.encode(), headers={"Content-Type": "text/xml"}
        )

    def login(self, org: Org, password: str | None = None, version: str = "64.0") -> requests.Response:
        own = oauth.credentials(org.state)
        given = own.password + own.security_token if password is None else password
        body = f"<urn:login><urn:username>{own.username}</urn:username><urn:password>{given}</urn:password></urn:login>"
        return self.send(org, body, version=version)

    def test_login_gives_a_session_without_prefixes(self, org: Org) -> None:
        """Clients find session, server and organization by plain element names."""
        text = self.login(org).text
        found = dict(re.findall(r"<(\w+)>([^<]*)</\1>", text))
        assert oauth.user_of(org.state, found["sessionId"]) == org.state.user_id
        assert found["serverUrl"] == f"{BASE}/services/Soap/u/64.0/{org.state.org_id[:15]}"
        assert (found["organizationId"], found["passwordExpired"], found["sandbox"]) == (org.state.org_id, "false", "true")
        assert self.send(org, "<urn:logout/>", session=found["sessionId"]).status_code == 200
        assert oauth.user_of(org.state, found["sessionId"]) is None

    def test_login_is_refused_with_a_wrong_password_and_from_version_65_on(self, org: Org) -> None:
        """Faults have status 500, a code and the prefix that clients look for."""
        wrong = self.login(org, password="wrong")
        assert wrong.status_code == 500
        assert "<faultcode>INVALID_LOGIN</faultcode>" in wrong.text
        assert "<faultstring>INVALID_LOGIN: Invalid username, password, security token; or user locked out." in wrong.text
        assert "<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>" in wrong.text
        late = self.login(org, version="65.0")
        assert (late.status_code, "UNSUPPORTED_API_VERSION" in late.text) == (500, True)

    def test_rows_are_written_queried_and_deleted(self, org: Org) -> None:
        """Values are texts in XML, escaped both ways; a bad row has its errors."""
        session = oauth.new_access_token(org.state)
        rows = (
            '<urn:sObjects xsi:type="urn:Account"><Name>A &amp; &lt;B&gt;</Name><NumberOfEmployees>7</NumberOfEmployees>'
            "</urn:sObjects><urn:sObjects><type>Account</type><Site>no name</Site></urn:sObjects>"
        )
        made = self.send(org, f"<urn:create>{rows}</urn:create>", session=session).text
        assert re.findall("<success>(.*?)</success>", made) == ["true", "false"]
        assert "<statusCode>REQUIRED_FIELD_MISSING</statusCode>" in made
        [account] = re.findall("<id>(.*?)</id>", made)
        soql = "SELECT Id, Name, NumberOfEmployees, Owner.Name FROM Account"
        query = f"<urn:query><urn:queryString>{soql}</urn:queryString></urn:query>"
        found = self.send(org, query, session=session).text
        assert "<sf:Name>A &amp; &lt;B&gt;</sf:Name><sf:NumberOfEmployees>7</sf:NumberOfEmployees>" in found
        assert f"<sf:type>Account</sf:type><sf:Id>{account}</sf:Id>" in found
        gone = self.send(org, f"<urn:delete><urn:ids>{account}</urn:ids></urn:delete>", session=session).text
        assert "<success>true</success>" in gone
        assert "<size>0</size>" in self.send(org, query, session=session).text

    def test_all_or_none_undoes_the_good_rows(self, org: Org) -> None:
        """With the header nothing of a call with a bad row is kept."""
        header = "<urn:AllOrNoneHeader><urn:allOrNone>true</urn:allOrNone></urn:AllOrNoneHeader>"
        rows = (
            '<urn:sObjects xsi:type="urn:Account"><Name>A</Name></urn:sObjects>'
            '<urn:sObjects xsi:type="urn:Account"><Site>x</Site></urn:sObjects>'
        )
        session = oauth.new_access_token(org.state)
        text = self.send(org, f"<urn:create>{rows}</urn:create>", session=session, header=header).text
        assert "ALL_OR_NONE_OPERATION_ROLLED_BACK" in text
        assert org.state.live_count("Account") == 0

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"not xml",
            b"<x/>",
            b"\xff\xfe",
            b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>',
            b'<e:Envelope xmlns:e="x"><e:Body/></e:Envelope>',
            b'<e:Envelope xmlns:e="x"><e:Body><eat/></e:Body></e:Envelope>',
            b'<e:Envelope xmlns:e="x"><e:Body><query/></e:Body></e:Envelope>',
        ],
    )
    def test_garbage_is_answered_with_a_fault(self, org: Org, body: bytes) -> None:
        """What is no envelope, no known operation or without a session gets a fault."""
        answer = org.session.post(f"{BASE}/services/Soap/u/60.0", data=body)
        assert (answer.status_code, "<sf:exceptionCode>" in answer.text) == (500, True)

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ("<urn:query><urn:queryString>SELECT Nope FROM Account</urn:queryString></urn:query>", "INVALID_FIELD"),
            ("<urn:queryMore><urn:queryLocator>../x</urn:queryLocator></urn:queryMore>", "INVALID_QUERY_LOCATOR"),
            ('<urn:create><urn:sObjects xsi:type="urn:Nope"/></urn:create>', "INVALID_TYPE"),
            ("<urn:describeSObjects><urn:sObjectType>Nope</urn:sObjectType></urn:describeSObjects>", "INVALID_TYPE"),
        ],
    )
    def test_what_is_not_there_is_named_in_the_fault(self, org: Org, body: str, code: str) -> None:
        """The codes are those of REST."""
        assert f"<sf:exceptionCode>{code}<" in self.send(org, body, session=oauth.new_access_token(org.state)).text

    def test_describes_and_retrieves(self, org: Org) -> None:
        """Describes carry the fields; a missing record is a nil."""
        session = oauth.new_access_token(org.state)
        account = org.insert("Account", Name="R")
        described = self.send(
            org, "<urn:describeSObjects><urn:sObjectType>Account</urn:sObjectType></urn:describeSObjects>", session=session
        ).text
        assert "<name>AnnualRevenue</name>" in described
        body = (
            "<urn:retrieve><urn:fieldList>Id, Name</urn:fieldList><urn:sObjectType>Account</urn:sObjectType>"
            f"<urn:ids>{account}</urn:ids><urn:ids>001000000000000AAA</urn:ids></urn:retrieve>"
        )
        text = self.send(org, body, session=session).text
        assert "<sf:Name>R</sf:Name>" in text
        assert '<result xsi:nil="true"/>' in text
