"""The HTTP surface: who may call, what exists, how errors look, records and collections, limits, the request log."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import threading
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfseed_emulator import oauth
from sfseed_emulator.app import create_app
from sfseed_emulator.inprocess import InProcessAdapter
from sfseed_emulator.routes.route import Answer, Call, Route, Router

BASE = "https://org.example.com"
DATA = "/services/data/v67.0"
TOKEN = "/services/oauth2/token"


def grant(org: Any, **form: str) -> requests.Response:
    """Ask the token endpoint, without being logged in."""
    return org.call("POST", TOKEN, data=form, headers={"Authorization": None})


class TestOAuth:
    """Tokens and what they open."""

    def test_client_credentials(self, org: Any) -> None:
        """Id and secret, in the form or as Basic, give a token whose signature and id are right."""
        own = oauth.credentials(org.state)
        granted = grant(
            org, grant_type="client_credentials", client_id=own.client_id, client_secret=own.client_secret
        ).json()
        assert granted["instance_url"] == BASE
        assert granted["id"] == f"{BASE}/id/{org.state.org_id}/{org.state.user_id}"
        assert granted["access_token"].startswith(org.state.org_id[:15] + "!")
        signed = (granted["id"] + granted["issued_at"]).encode()
        expected = hmac.new(own.client_secret.encode(), signed, hashlib.sha256).digest()
        assert base64.b64decode(granted["signature"]) == expected
        pair = base64.b64encode(f"{own.client_id}:{own.client_secret}".encode()).decode()
        basic = org.call(
            "POST", TOKEN, data={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {pair}"}
        )
        assert basic.status_code == 200

    def test_password_and_refresh(self, org: Any) -> None:
        """Password with security token, and the refresh token, give access tokens that work."""
        own = oauth.credentials(org.state)
        app = {"client_id": own.client_id, "client_secret": own.client_secret}
        whole = own.password + own.security_token
        first = grant(org, grant_type="password", username=own.username, password=whole, **app).json()["access_token"]
        second = grant(org, grant_type="refresh_token", refresh_token=own.refresh_token, **app).json()["access_token"]
        for token in (first, second):
            headers = {"Authorization": f"Bearer {token}"}
            assert org.call("GET", "/limits", headers=headers).status_code == 200

    @pytest.mark.parametrize(
        ("form", "status", "error", "text"),
        [
            ({"grant_type": "device"}, 400, "unsupported_grant_type", "grant type not supported"),
            ({"grant_type": "password", "client_id": "x"}, 400, "invalid_client_id", "client identifier invalid"),
            (
                {"grant_type": "client_credentials", "client_secret": "x"},
                401,
                "invalid_client",
                "invalid client credentials",
            ),
            ({"grant_type": "password", "password": "x"}, 400, "invalid_grant", "authentication failure"),
            ({"grant_type": "refresh_token"}, 400, "invalid_grant", "expired access/refresh token"),
        ],
    )
    def test_refusals(self, org: Any, form: dict[str, str], status: int, error: str, text: str) -> None:
        """Each wrong request has its error and description."""
        own = oauth.credentials(org.state)
        answer = grant(org, **{"client_id": own.client_id, "client_secret": own.client_secret, **form})
        assert (answer.status_code, answer.json()) == (status, {"error": error, "error_description": text})

    def test_revoke(self, org: Any) -> None:
        """A revoked token opens nothing, nor do the others of its grant."""
        own = oauth.credentials(org.state)
        token = oauth.new_access_token(org.state)
        assert org.call("POST", "/services/oauth2/revoke", data={"token": own.refresh_token}).status_code == 200
        error = org.error("GET", "/limits", headers={"Authorization": f"Bearer {token}"})
        assert (error["status"], error["errorCode"]) == (401, "INVALID_SESSION_ID")
        assert org.call("POST", "/services/oauth2/revoke", data={"token": "x"}).status_code == 400

    def test_sessions_end(self, org: Any) -> None:
        """An expired token is refused as Salesforce refuses it."""
        oauth.expire(org.state, org.session.headers["Authorization"].partition(" ")[2])
        error = org.error("GET", "/sobjects")
        assert error == {"status": 401, "message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}

    def test_other_schemes_are_refused(self, org: Any) -> None:
        """Only a bearer token is taken."""
        error = org.error("GET", "/limits", headers={"Authorization": "Basic eDp5"})
        assert (error["status"], error["errorCode"]) == (401, "INVALID_AUTH_HEADER")

    def test_who_am_i(self, org: Any) -> None:
        """Userinfo and the identity URL tell the user and the org."""
        info = org.call("GET", "/services/oauth2/userinfo").json()
        assert (info["user_id"], info["organization_id"]) == (org.state.user_id, org.state.org_id)
        own = org.call("GET", f"/id/{org.state.org_id}/{org.state.user_id}").json()
        assert own["username"] == info["preferred_username"]
        assert org.call("GET", f"/id/{org.state.org_id}/005000000000001").status_code == 404
        assert org.call("GET", "/services/oauth2/userinfo", headers={"Authorization": None}).status_code == 401

    def test_secrets_stay_out_of_reprs(self, org: Any) -> None:
        """Credentials can be shown without telling them."""
        own = oauth.credentials(org.state)
        assert own.password not in repr(own)
        assert own.client_secret not in repr(own)


class TestSurface:
    """Paths, methods, versions and describes."""

    def test_versions_need_no_token(self, org: Any) -> None:
        """The versions are listed in ascending order to anybody."""
        listed = org.call("GET", "/services/data/", headers={"Authorization": None}).json()
        assert [float(one["version"]) for one in listed] == sorted(float(one["version"]) for one in listed)
        assert {"label": "Summer '26", "url": "/services/data/v67.0", "version": "67.0"} in listed

    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [
            ("GET", "/nothing/here", 404, "NOT_FOUND"),
            ("GET", "/sobjects/Nope__c/describe", 404, "NOT_FOUND"),
            ("POST", "/sobjects/Nope__c", 404, "NOT_FOUND"),
            ("PUT", "/limits", 405, "METHOD_NOT_ALLOWED"),
            ("GET", "/services/data/v99.0/limits", 404, "NOT_FOUND"),
            ("GET", "/services/data/vlatest/limits", 404, "NOT_FOUND"),
            ("GET", "/services/data/v20.0/limits", 410, "GONE"),
            ("GET", "/composite/tree/Account", 405, "METHOD_NOT_ALLOWED"),
        ],
    )
    def test_what_is_not_there(self, org: Any, method: str, path: str, status: int, code: str) -> None:
        """Unknown paths, objects, methods and versions answer as Salesforce answers."""
        error = org.error(method, path)
        assert (error["status"], error["errorCode"]) == (status, code)

    def test_unknown_things_are_logged(self, org: Any, caplog: pytest.LogCaptureFixture) -> None:
        """What the emulator does not serve is warned about, with its path and no token."""
        org.call("GET", "/nothing/here")
        assert "GET /services/data/v67.0/nothing/here" in caplog.text
        assert org.state.org_id[:15] + "!" not in caplog.text

    def test_describes(self, org: Any) -> None:
        """Global and full describes are those of the schema; who knows them already is told so."""
        listed = org.call("GET", "/sobjects/").json()
        assert {one["name"] for one in listed["sobjects"]} == set(org.state.schema.objects)
        found = org.call("GET", "/sobjects/account/describe")
        assert found.json() == org.state.schema.get("Account").describe
        since = {"If-Modified-Since": found.headers["Last-Modified"]}
        again = org.call("GET", "/sobjects/Account/describe", headers=since)
        assert (again.status_code, again.content) == (304, b"")
        early = {"If-Modified-Since": "Tue, 23 Mar 2010 00:00:00 GMT"}
        assert org.call("GET", "/sobjects", headers=early).status_code == 200
        short = org.call("GET", "/sobjects/Account").json()
        assert short["objectDescribe"]["name"] == "Account"

    def test_a_gzipped_body_is_read(self, org: Any) -> None:
        """A compressed request is unpacked; what only says that it is compressed is refused."""
        packed = gzip.compress(json.dumps({"Name": "A"}).encode())
        headers = {"Content-Encoding": "gzip"}
        assert org.call("POST", "/sobjects/Account", data=packed, headers=headers).status_code == 201
        assert org.call("POST", "/sobjects/Account", data=b"no", headers=headers).status_code == 400

    def test_calls_are_counted_and_logged(self, make_org: Any) -> None:
        """Each call uses the day's allowance, is told in a header, and stands in the request log; then comes 403."""
        org = make_org(daily_api_requests=2)
        assert org.call("GET", "/limits").headers["Sforce-Limit-Info"] == "api-usage=1/2"
        org.call("GET", "/services/data")
        org.call("POST", "/sobjects/Account", json={})
        error = org.error("GET", "/limits")
        assert (error["status"], error["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
        kept = [(one.method, one.path, one.status) for one in org.state.requests]
        assert kept[2] == ("POST", f"{DATA}/sobjects/Account", 400)
        assert len(kept) == 4

    def test_base_url_follows_the_proxy(self, org: Any) -> None:
        """Behind a proxy that ends TLS the org names itself by the outer address."""
        own = oauth.credentials(org.state)
        form = {"grant_type": "client_credentials", "client_id": own.client_id, "client_secret": own.client_secret}
        answer = org.call("POST", TOKEN, data=form, headers={"X-Forwarded-Proto": "http", "Host": "sf.test:1"})
        assert answer.json()["instance_url"] == "http://sf.test:1"

    def test_limits_and_counts(self, org: Any) -> None:
        """Limits name the storage, counts leave out empty and unknown objects."""
        org.insert("Account", Name="A")
        limits = org.call("GET", "/limits").json()
        assert limits["DataStorageMB"] == {"Max": 20480, "Remaining": 20479}
        assert limits["DailyApiRequests"]["Max"] == 1_000_000
        counts = org.call("GET", "/limits/recordCount?sObjects=Account,Contact,Nope").json()
        assert counts == {"sObjects": [{"count": 1, "name": "Account"}]}


class TestRecords:
    """Single records."""

    def test_a_record_through_its_life(self, org: Any) -> None:
        """Create, read by 15 and 18 characters, update, delete."""
        answer = org.call("POST", "/sobjects/Account/", json={"Name": "A", "BillingCity": "Ulm"})
        record_id = answer.json()["id"]
        assert (answer.status_code, answer.json()) == (201, {"id": record_id, "success": True, "errors": []})
        assert answer.headers["Location"] == f"{DATA}/sobjects/Account/{record_id}"
        shown = org.call("GET", f"/sobjects/Account/{record_id[:15]}?fields=name,BillingAddress").json()
        assert list(shown) == ["attributes", "Name", "BillingAddress"]
        assert shown["attributes"] == {"type": "Account", "url": f"{DATA}/sobjects/Account/{record_id}"}
        assert shown["BillingAddress"]["city"] == "Ulm"
        assert org.call("PATCH", f"/sobjects/Account/{record_id}", json={"Name": "B"}).status_code == 204
        assert org.call("DELETE", f"/sobjects/Account/{record_id}").status_code == 204
        for method, kwargs in (("GET", {}), ("PATCH", {"json": {"Name": "C"}}), ("DELETE", {})):
            error = org.error(method, f"/sobjects/Account/{record_id}", **kwargs)
            assert (error["status"], error["errorCode"]) == (404, "ENTITY_IS_DELETED")

    @pytest.mark.parametrize(
        ("body", "code", "text"),
        [
            ('{"Naem": "A"}', "INVALID_FIELD", "No such column 'Naem' on sobject of type Account"),
            ('{"Id": "001"}', "INVALID_FIELD", "The Id field should not be specified in the sobject data."),
            ("{bad", "JSON_PARSER_ERROR", "Unexpected character ('b' (code 98))"),
            ("", "JSON_PARSER_ERROR", "Unexpected end-of-input"),
            ("[]", "JSON_PARSER_ERROR", "The HTTP entity body is required to be a JSON object"),
            ('{"Name": "\\ud800"}', "JSON_PARSER_ERROR", "Invalid UTF-8"),
            ('{"Name": NaN}', "JSON_PARSER_ERROR", "Non-standard token 'NaN'"),
            ("[" * 100_000, "JSON_PARSER_ERROR", "Document nested too deeply"),
            ('{"Name": "A", "Owner": {"Username": "x"}}', "INVALID_FIELD", "Foreign key external ID: x not found"),
            ('{"Parent": {"Name": "x"}}', "INVALID_FIELD", "Name is not an External ID or indexed field for Account"),
        ],
    )
    def test_bodies_that_are_refused(self, org: Any, body: str, code: str, text: str) -> None:
        """What cannot be read or written is a 400 with its own words."""
        error = org.error("POST", "/sobjects/Account", data=body.encode())
        assert (error["status"], error["errorCode"]) == (400, code)
        assert error["message"].startswith(text)

    def test_ids_that_are_nowhere(self, org: Any) -> None:
        """A well-formed id without record and a text that is no id are both not found."""
        missing = "001" + org.state.org_id[3:5] + "0zzzzzzzzz"
        assert org.error("GET", f"/sobjects/Account/{missing}")["message"] == "The requested resource does not exist"
        assert "does not exist or is not accessible: x" in org.error("GET", "/sobjects/Account/x")["message"]

    def test_by_external_id(self, org: Any) -> None:
        """The external id in the path creates, updates, reads and deletes; two holders answer with their URLs."""
        path = "/sobjects/Account/Customer_Number__c/C-100001"
        made = org.call("PATCH", path, json={"Name": "A"})
        record_id = made.json()["id"]
        assert (made.status_code, made.json()["created"]) == (201, True)
        changed = org.call("PATCH", path, json={"Name": "B"})
        assert (changed.status_code, changed.json()) == (
            200,
            {"id": record_id, "success": True, "errors": [], "created": False},
        )
        assert org.call("GET", path).json()["Name"] == "B"
        assert org.error("PATCH", path, json={"Customer_Number__c": "C-100001"})["errorCode"] == "INVALID_FIELD"
        assert org.call("DELETE", path).status_code == 204
        assert org.call("GET", path).status_code == 404
        assert org.call("PATCH", f"{path}?updateOnly=true", json={"Name": "A"}).status_code == 404
        for name in ("A", "B"):
            org.insert("Opportunity", Name="Same", StageName="Qualify", CloseDate="2026-12-01", NextStep=name)
        several = org.call("GET", "/sobjects/Opportunity/Name/same")
        assert (several.status_code, len(several.json())) == (300, 2)

    def test_an_odd_key_in_the_path(self, org: Any) -> None:
        """A key with a slash and spaces is read from its percent encoding."""
        org.insert("Opportunity", Name="a/b c", StageName="Qualify", CloseDate="2026-12-01")
        assert org.call("GET", "/sobjects/Opportunity/Name/a%2Fb%20c").json()["Name"] == "a/b c"


class TestCollections:
    """Up to 200 records a call."""

    def rows(self, *names: str | None) -> list[dict[str, Any]]:
        """Build account rows."""
        return [{"attributes": {"type": "Account"}, "Name": name} for name in names]

    def test_order_and_partial_success(self, org: Any) -> None:
        """Results stand in the order of the rows; failed ones have no id."""
        results = org.call("POST", "/composite/sobjects", json={"records": self.rows("A", None, "C")}).json()
        assert [one["success"] for one in results] == [True, False, True]
        assert results[1] == {
            "success": False,
            "errors": [
                {
                    "statusCode": "REQUIRED_FIELD_MISSING",
                    "message": "Required fields are missing: [Name]",
                    "fields": ["Name"],
                }
            ],
        }

    def test_all_or_none(self, org: Any) -> None:
        """With allOrNone one bad row undoes the others."""
        body = {"allOrNone": True, "records": self.rows("A", None)}
        results = org.call("POST", "/composite/sobjects", json=body).json()
        assert results[0]["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
        assert results[1]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
        assert org.state.live_count("Account") == 0
        org.insert("Account", Name="B")
        assert org.state.live_count("Account") == 1

    def test_update_upsert_delete_read(self, org: Any) -> None:
        """The other verbs keep the order too."""
        made = [one["id"] for one in org.call("POST", "/composite/sobjects", json={"records": self.rows("A", "B")}).json()]
        rows = [{"attributes": {"type": "Account"}, "id": one, "Site": "S"} for one in made]
        assert all(one["success"] for one in org.call("PATCH", "/composite/sobjects", json={"records": rows}).json())
        keyed = [{**row, "Customer_Number__c": f"C-{100001 + at}"} for at, row in enumerate(self.rows("C", "D"))]
        path = "/composite/sobjects/Account/Customer_Number__c"
        assert [one["created"] for one in org.call("PATCH", path, json={"records": keyed}).json()] == [True, True]
        assert [one["created"] for one in org.call("PATCH", path, json={"records": keyed}).json()] == [False, False]
        asked = f"{made[1]},001000000000001AAA,{made[0]}"
        read = org.call("GET", f"/composite/sobjects/Account?ids={asked}&fields=Name,Site").json()
        assert [one and one["Name"] for one in read] == ["B", None, "A"]
        gone = org.call("DELETE", f"/composite/sobjects?ids={made[0]}%2C{made[1]},x&allOrNone=false").json()
        assert [one["success"] for one in gone] == [True, True, False]

    def test_limits_of_a_call(self, org: Any) -> None:
        """More than 200 rows, unknown types and mixed set-up objects are refused as a whole."""
        assert org.error("POST", "/composite/sobjects", json={"records": self.rows(*["A"] * 201)})["status"] == 400
        unknown = {"records": [{"attributes": {"type": "Nope"}}]}
        assert org.error("POST", "/composite/sobjects", json=unknown)["errorCode"] == "INVALID_TYPE"
        mixed = {"records": [*self.rows("A"), {"attributes": {"type": "Group"}, "Name": "Q", "Type": "Queue"}]}
        assert org.error("POST", "/composite/sobjects", json=mixed)["errorCode"] == "MIXED_DML_OPERATION"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        "Name",
        "ParentId",
        "Parent",
        "AnnualRevenue",
        "NumberOfEmployees",
        "OwnerId",
        "Id",
        "attributes",
        "Type",
        "BillingAddress",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=JSON | st.dictionaries(NAMES, JSON, max_size=4))
def test_no_body_breaks_the_org(org: Any, body: object) -> None:
    """Whatever JSON is sent, the answer is a success or a list of 4xx errors."""
    for method, path, sent in (
        ("POST", "/sobjects/Account", body),
        ("POST", "/composite/sobjects", {"records": [body]}),
        ("POST", "/composite/sobjects", {"records": [{"attributes": {"type": "Account"}, "Name": "A", "Site": body}]}),
        ("PATCH", f"/sobjects/User/{org.state.user_id}", body),
    ):
        answer = org.call(method, path, data=json.dumps(sent).encode(), headers={"Content-Type": "application/json"})
        assert answer.status_code < 500, (path, sent, answer.text)


def test_many_threads_write_at_once(org: Any) -> None:
    """Records written by several threads are all there, each with its own id."""
    made: list[str] = []

    def work(at: int) -> None:
        made.extend(org.insert("Lead", LastName=f"{at}-{number}", Company="A") for number in range(10))

    threads = [threading.Thread(target=work, args=(at,)) for at in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(set(made)) == 60
    assert org.state.live_count("Lead") == 60


class CutAnswers:
    """A fault that ends every connection after the act."""

    def upload(self, call: Call) -> int | None:
        """Let every body come in."""
        return None

    async def before(self, call: Call) -> Answer | None:
        """Let the request act."""
        return None

    async def after(self, call: Call, answer: Answer) -> Answer:
        """Cut the connection."""
        return Answer(cut=True)

    def commit(self, moment: str) -> None:
        """Let every commit pass."""


def test_a_cut_connection_still_acted(org: Any) -> None:
    """A connection cut after the act fails at the client, and the record is there."""
    session = requests.Session()
    session.mount("https://", InProcessAdapter(create_app(org.state, faults=CutAnswers())))
    session.headers.update(org.session.headers)
    with pytest.raises(requests.ConnectionError):
        session.post(f"{BASE}{DATA}/sobjects/Account", json={"Name": "A"})
    session.close()
    assert org.state.live_count("Account") == 1
    assert org.state.requests[-1].status == 0


def test_routes_match_the_most_exact_template() -> None:
    """Literal segments win over parameters, letters' case and a trailing slash do not matter, doubles are refused."""

    def answer(call: Call) -> Answer:
        return Answer(call.path)

    routes = [Route("GET", "/a/{id}", answer), Route("GET", "/a/describe", answer), Route("GET", "/x/{rest:path}", answer)]
    router = Router(routes)
    assert router.match("GET", "/A/Describe/")[0].path == "/a/describe"
    assert router.match("GET", "/a/b%2Fc")[1] == {"id": "b/c"}
    assert router.match("GET", "/x/1/2")[1] == {"rest": "1/2"}
    with pytest.raises(ValueError, match="two routes"):
        Router([routes[0], routes[0]])
