"""simple-salesforce, unmodified, logs in every way and reads and writes over https."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)

pytestmark = pytest.mark.clients


class _Redirected(HTTPAdapter):
    """Sends what is for a login host of Salesforce to the emulator instead, as its name in DNS would."""

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.base_url = base_url

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        parts = urlsplit(str(request.url))
        request.url = self.base_url + parts._replace(scheme="", netloc="").geturl()
        request.headers["Host"] = urlsplit(self.base_url).netloc
        return super().send(request, **options)


@pytest.fixture(scope="module")
def safe(serve_org: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """An org over https."""
    return dict(serve_org("--tls", "--jwt-key", str(tmp_path_factory.mktemp("key") / "client.key")))


@pytest.fixture
def session(safe: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[requests.Session]:
    """A session that trusts the emulator's authority and finds Salesforce's login hosts there."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", safe["ca_file"])
    with requests.Session() as session:
        for host in ("login", "test", "acme.my"):
            session.mount(f"https://{host}.salesforce.com", _Redirected(safe["base_url"]))
        yield session


@pytest.fixture
def sf(safe: dict[str, Any], session: requests.Session) -> Salesforce:
    """A client with a session id."""
    return Salesforce(instance=urlsplit(safe["base_url"]).netloc, session_id=safe["access_token"], session=session)


class TestLogins:
    """Every way in that the library has."""

    def logged_in(self, session: requests.Session, **how: Any) -> str:
        return str(Salesforce(session=session, **how).query("SELECT Id FROM Organization")["records"][0]["Id"])

    def test_by_soap(self, session: requests.Session, safe: dict[str, Any]) -> None:
        """User name, password and security token."""
        given = {name: safe[name] for name in ("username", "password", "security_token")}
        assert self.logged_in(session, **given) == safe["org_id"]
        with pytest.raises(SalesforceAuthenticationFailed, match="INVALID_LOGIN"):
            Salesforce(session=session, **{**given, "password": "wrong"})

    def test_by_password_grant(self, session: requests.Session, safe: dict[str, Any]) -> None:
        """User name and password with the client's id and secret."""
        how = {
            "username": safe["username"],
            "password": safe["password"] + safe["security_token"],
            "consumer_key": safe["client_id"],
            "consumer_secret": safe["client_secret"],
        }
        assert self.logged_in(session, **how) == safe["org_id"]

    def test_by_client_credentials(self, session: requests.Session, safe: dict[str, Any]) -> None:
        """The client's id and secret alone, at the org's own host."""
        how = {"consumer_key": safe["client_id"], "consumer_secret": safe["client_secret"], "domain": "acme.my"}
        assert self.logged_in(session, **how) == safe["org_id"]

    def test_by_jwt(self, session: requests.Session, safe: dict[str, Any]) -> None:
        """The client's private key, as a file or a text."""
        how = {"username": safe["username"], "consumer_key": safe["client_id"]}
        assert self.logged_in(session, **how, privatekey_file=safe["jwt_key_file"]) == safe["org_id"]
        assert self.logged_in(session, **how, privatekey=Path(safe["jwt_key_file"]).read_text()) == safe["org_id"]


def test_records(sf: Salesforce) -> None:
    """Create, read, change, upsert, delete; errors are the library's own."""
    made = sf.Account.create({"Name": "SS"})["id"]
    assert sf.Account.update(made, {"Site": "x"}) == 204
    assert sf.Account.get(made)["Site"] == "x"
    assert sf.Account.upsert("Customer_Number__c/ss-1", {"Name": "U"}) == 201
    assert sf.Account.get_by_custom_id("Customer_Number__c", "ss-1")["Name"] == "U"
    assert sf.Account.delete(made) == 204
    with pytest.raises(SalesforceResourceNotFound):
        sf.Account.get(made)
    with pytest.raises(SalesforceMalformedRequest, match="REQUIRED_FIELD_MISSING"):
        sf.Account.create({"Site": "no name"})


def test_queries_and_describes(sf: Salesforce) -> None:
    """Queries over all pages, deleted records, search, describes, limits, spans of time."""
    assert sf.is_sandbox() is True
    assert len(list(sf.query_all_iter("SELECT Id FROM User"))) == sf.query("SELECT COUNT() FROM User")["totalSize"]
    assert sf.query_all("SELECT Id FROM Account", include_deleted=True)["done"] is True
    assert "searchRecords" in sf.search("FIND {SS} RETURNING Account(Id)")
    assert len(sf.describe()["sobjects"]) > 50
    assert sf.Account.describe()["name"] == "Account"
    assert "DailyApiRequests" in sf.limits()
    span = (datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) + timedelta(minutes=2))
    assert "ids" in sf.Account.updated(*span)
    assert "deletedRecords" in sf.Account.deleted(*span)
    assert sf.toolingexecute("query/?q=SELECT+Id+FROM+ApexTrigger")["totalSize"] == 0


def test_bulk_1(sf: Salesforce) -> None:
    """Insert with a bad row, upsert, query, detailed results, delete."""
    made = sf.bulk.Account.insert([{"Name": "b1"}, {"Site": "x"}])
    assert [one["success"] for one in made] == [True, False]
    assert sf.bulk.Account.upsert([{"Name": "b1", "Customer_Number__c": "ss-9"}], "Customer_Number__c")[0]["created"]
    found = sf.bulk.Account.query("SELECT Id, Name FROM Account WHERE Name = 'b1'")
    assert len(found) == 2
    [told] = sf.bulk.submit_dml("Account", "insert", [{"Name": "b1"}], include_detailed_results=True)
    assert told["Name"] == "b1"
    gone = sf.bulk.Account.delete([{"Id": one["Id"]} for one in found])
    assert all(one["success"] for one in gone)


def test_bulk_2(sf: Salesforce) -> None:
    """Insert with a bad row, upsert, update, query, delete."""
    [told] = sf.bulk2.Account.insert(records=[{"Name": "b2", "Site": "a"}, {"Name": "", "Site": "b"}])
    assert (told["numberRecordsProcessed"], told["numberRecordsFailed"]) == (2, 1)
    assert "REQUIRED_FIELD_MISSING" in sf.bulk2.Account.get_failed_records(told["job_id"])
    sf.bulk2.Account.upsert(records=[{"Name": "b2", "Customer_Number__c": "ss-2"}], external_id_field="Customer_Number__c")
    ids = [one["Id"] for one in sf.query("SELECT Id FROM Account WHERE Name = 'b2'")["records"]]
    assert len(ids) == 2
    sf.bulk2.Account.update(records=[{"Id": one, "Name": "b2 changed"} for one in ids])
    pages = list(sf.bulk2.Account.query("SELECT Id, Name FROM Account WHERE Name = 'b2 changed'"))
    assert sum(page.count("b2 changed") for page in pages) == 2
    [gone] = sf.bulk2.Account.delete(records=[{"Id": one} for one in ids])
    assert gone["numberRecordsFailed"] == 0
