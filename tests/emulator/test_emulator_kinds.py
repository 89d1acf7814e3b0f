"""Kinds of orgs and users, the org's language, and https."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from sfseed_emulator.language import labelled
from sfseed_emulator.options import OrgOptions
from sfseed_emulator.org_kinds import KINDS, USERS
from sfseed_emulator.schema import OrgSchema
from tests.emulator.conftest import Org


@pytest.mark.parametrize(
    ("kind", "sandbox", "trial", "edition"),
    [
        ("sandbox", True, False, "Enterprise Edition"),
        ("scratch", True, True, "Developer Edition"),
        ("developer", False, False, "Developer Edition"),
        ("trial", False, True, "Enterprise Edition"),
        ("production", False, False, "Enterprise Edition"),
    ],
)
def test_an_org_tells_its_kind_by_three_facts(kind: str, sandbox: bool, trial: bool, edition: str) -> None:
    """Sandbox, trial end and edition are what tools decide by."""
    made = KINDS[kind](OrgOptions(), datetime(2026, 11, 23, tzinfo=UTC))
    assert (made.is_sandbox, made.trial_expiration is not None, made.organization_type) == (sandbox, trial, edition)


class TestUsers:
    """What the running user may see and do."""

    @pytest.fixture
    def as_user(self, make_org: Callable[..., Org], practice_schema: OrgSchema) -> Callable[[str], Org]:
        """Make orgs whose running user is of a kind."""
        return lambda kind: make_org(USERS[kind](practice_schema), user=kind)

    def test_without_set_up_tooling_and_limits_are_refused(self, as_user: Callable[[str], Org]) -> None:
        """Records can be written all the same."""
        org = as_user("no-setup")
        for path in ("/tooling/query?q=SELECT+Id+FROM+Flow", "/limits"):
            assert org.error("GET", path)["errorCode"] == "INSUFFICIENT_ACCESS"
        assert org.insert("Account", Name="A")

    def test_without_opportunities_nothing_shows_that_there_are_any(self, as_user: Callable[[str], Org]) -> None:
        """Neither the object nor what hangs on it nor any reference to it is described."""
        org = as_user("no-opportunity")
        names = {one["name"] for one in org.call("GET", "/sobjects").json()["sobjects"]}
        assert {"Account", "Product2", "Contract"} <= names
        assert not {"Opportunity", "OpportunityLineItem", "OpportunityContactRole"} & names
        assert org.error("GET", "/query?q=SELECT+Id+FROM+Opportunity")["errorCode"] == "INVALID_TYPE"
        for name in names:
            described = org.call("GET", f"/sobjects/{name}/describe").json()
            assert not any("Opportunity" in field["referenceTo"] for field in described["fields"])
        assert org.insert("Task", Subject="Call", Status="Not Started", Priority="Normal")

    def test_without_the_api_every_call_is_refused_but_a_login_is_not(self, as_user: Callable[[str], Org]) -> None:
        """The token is good, and good for nothing."""
        org = as_user("no-api")
        assert org.error("GET", "/sobjects") == {
            "status": 403,
            "message": "The REST API is not enabled for this Organization.",
            "errorCode": "API_DISABLED_FOR_ORG",
        }
        assert org.call("GET", "/services/oauth2/userinfo").status_code == 200

    def test_without_marketing_campaigns_are_read_only(self, as_user: Callable[[str], Org]) -> None:
        """The describe says so and inserts are refused."""
        org = as_user("no-marketing")
        assert org.call("GET", "/sobjects/Campaign/describe").json()["createable"] is False
        error = org.error("POST", "/sobjects/Campaign", json={"Name": "C"})
        assert error["errorCode"] == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
        assert org.get("User", org.state.user_id)["UserPermissionsMarketingUser"] is False

    def test_who_may_set_audit_fields_does_so_in_new_records_only(self, as_user: Callable[[str], Org]) -> None:
        """A past is kept as given; a future, a change before the making and an update are refused; others may not at all."""
        org = as_user("audit-fields")
        fields = {one["name"]: one for one in org.call("GET", "/sobjects/Account/describe").json()["fields"]}
        assert fields["CreatedDate"]["createable"]
        assert not fields["CreatedDate"]["updateable"]
        assert not fields["SystemModstamp"]["createable"]
        past = {"CreatedDate": "2020-02-03T09:00:00Z", "LastModifiedDate": "2021-02-03T09:00:00Z"}
        made = org.get("Account", org.insert("Account", Name="Old", **past))
        assert made["CreatedDate"].startswith("2020-02-03T09:00:00")
        assert made["LastModifiedDate"].startswith("2021-02-03T09:00:00")
        assert made["SystemModstamp"] > made["LastModifiedDate"]
        turned = {"CreatedDate": past["LastModifiedDate"], "LastModifiedDate": past["CreatedDate"]}
        for wrong in (turned, {"CreatedDate": "2999-01-01T00:00:00Z"}):
            error = org.error("POST", "/sobjects/Account", json={"Name": "New", **wrong})
            assert error["errorCode"] == "FIELD_INTEGRITY_EXCEPTION"
        error = org.error("PATCH", f"/sobjects/Account/{made['Id']}", json=past)
        assert error["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
        error = as_user("admin").error("POST", "/sobjects/Account", json={"Name": "New", **past})
        assert error["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"


def test_a_german_org_labels_and_refuses_in_german(make_org: Callable[..., Org], practice_schema: OrgSchema) -> None:
    """Labels, and the texts of errors in REST, collections and bulk results; codes stay as they are."""
    org = make_org(labelled(practice_schema, "de"), language="de")
    described = org.call("GET", "/sobjects/Contact/describe").json()
    assert described["label"] == "Kontakt"
    assert {one["name"]: one["label"] for one in described["fields"]}["LastName"] == "Nachname"
    error = org.error("POST", "/sobjects/Contact", json={})
    assert (error["errorCode"], error["message"]) == ("REQUIRED_FIELD_MISSING", "Erforderliche Felder fehlen: [LastName]")
    record = {"attributes": {"type": "Contact"}, "LastName": "x", "Email": "x"}
    [row] = org.call("POST", "/composite/sobjects", json={"records": [record]}).json()
    assert row["errors"][0]["message"] == "E-Mail: Ungültige E-Mail-Adresse: x"
    failed = org.bulk("Contact", "LastName,Email\nx,y\n")["failedResults"]
    # The file's type names no charset, as Salesforce's does not, so the client took it for Latin-1.
    assert "INVALID_EMAIL_ADDRESS:E-Mail: Ungültige E-Mail-Adresse: y:Email --" in failed.encode("latin-1").decode()
    assert org.get("User", org.state.user_id)["LanguageLocaleKey"] == "de"


class TestProcess:
    """The same chosen on the command line."""

    @staticmethod
    def start(*arguments: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
        command = [sys.executable, "-m", "sfseed_emulator", "--port", "0", "--json", *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        return process, json.loads(process.stdout.readline())

    def test_https_is_served_with_a_certificate_that_its_authority_signed(self, tmp_path: Path) -> None:
        """Both names of this machine are good, tokens and addresses say https, and no other authority is trusted."""
        key = tmp_path / "client.key"
        process, info = self.start("--tls", "--kind", "scratch", "--jwt-key", str(key))
        try:
            assert info["base_url"].startswith("https://127.0.0.1:")
            assert key.read_text(encoding="ascii").startswith("-----BEGIN PRIVATE KEY-----")
            form = {
                "grant_type": "client_credentials",
                "client_id": info["client_id"],
                "client_secret": info["client_secret"],
            }
            by_name = info["base_url"].replace("127.0.0.1", "localhost")
            for base in (info["base_url"], by_name):
                answer = requests.post(
                    f"{base}/services/oauth2/token", data=form, verify=info["ca_file"], timeout=30
                ).json()
                assert answer["instance_url"] == base
            with pytest.raises(requests.exceptions.SSLError):
                requests.get(info["base_url"], timeout=30)
            headers = {"Authorization": f"Bearer {answer['access_token']}"}
            query = "/services/data/v67.0/query?q=SELECT+IsSandbox,+TrialExpirationDate+FROM+Organization"
            [org] = requests.get(base + query, headers=headers, verify=info["ca_file"], timeout=30).json()["records"]
            assert (org["IsSandbox"], org["TrialExpirationDate"] is not None) == (True, True)
        finally:
            process.terminate()
            process.wait(20)
        assert not Path(info["ca_file"]).exists()
