"""Salesforce's CLI, unmodified, does with the emulator all that it does with data."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.clients

Sf = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder of the CLI's own."""
    return tmp_path_factory.mktemp("sf")


@pytest.fixture(scope="module")
def sf(clients: Any, org: dict[str, Any], home: Path) -> Sf:
    """Run the CLI logged in by access token, and return its JSON."""
    environment = {
        **os.environ,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "SF_DISABLE_TELEMETRY": "true",
        "SF_AUTOUPDATE_DISABLE": "true",
        "SF_USE_GENERIC_UNIX_KEYCHAIN": "true",
        "SF_SKIP_NEW_VERSION_CHECK": "true",
        "SF_ACCESS_TOKEN": org["access_token"],
        "NO_COLOR": "1",
    }

    def run(*arguments: str, status: int = 0, **more: str) -> dict[str, Any]:
        command = [*clients.cli, *arguments, "--json"]
        done = subprocess.run(
            command, env={**environment, **more}, cwd=home, capture_output=True, text=True, timeout=180, check=False
        )
        answer = json.loads(done.stdout)
        assert answer["status"] == status, done.stdout
        return dict(answer)

    run("org", "login", "access-token", "--instance-url", org["base_url"], "--no-prompt", "--alias", "emu")
    return run


def records(sf: Sf, text: str) -> list[dict[str, Any]]:
    """Query, and return the records."""
    return list(sf("data", "query", "-o", "emu", "-q", text)["result"]["records"])


def test_the_org_is_shown_as_connected(sf: Sf, org: dict[str, Any]) -> None:
    """Display, list and the user all know the org."""
    shown = sf("org", "display", "-o", "emu")["result"]
    assert (shown["connectedStatus"], shown["id"], shown["apiVersion"]) == ("Connected", org["org_id"], "68.0")
    assert any(
        one["isSandbox"] for one in sf("org", "list")["result"]["nonScratchOrgs"] + sf("org", "list")["result"]["sandboxes"]
    )
    assert sf("org", "display", "user", "-o", "emu")["result"]["profileName"] == "System Administrator"
    token = sf("org", "auth", "show-access-token", "-o", "emu")["result"]["accessToken"]
    assert token == org["access_token"]


def test_objects_limits_and_counts_are_listed(sf: Sf) -> None:
    """Describes, limits and record counts read well."""
    assert "Account" in sf("sobject", "list", "-o", "emu", "-s", "all")["result"]
    assert sf("sobject", "describe", "-o", "emu", "-s", "Account")["result"]["name"] == "Account"
    assert {one["name"] for one in sf("org", "list", "limits", "-o", "emu")["result"]} >= {"DailyApiRequests"}
    counts = sf("org", "list", "sobject", "record-counts", "-o", "emu")["result"]
    assert "User" in {one["name"] for one in counts}


def test_single_records_are_made_read_changed_and_deleted(sf: Sf) -> None:
    """Values are sent as texts; conditions find the record again."""
    made = sf("data", "create", "record", "-o", "emu", "-s", "Account", "-v", "Name='Acme One' NumberOfEmployees=7")[
        "result"
    ]
    found = sf("data", "get", "record", "-o", "emu", "-s", "Account", "-w", "Name='Acme One'")["result"]
    assert (found["Id"], found["NumberOfEmployees"]) == (made["id"], 7)
    sf("data", "update", "record", "-o", "emu", "-s", "Account", "-i", made["id"], "-v", "Site=North")
    [read] = records(sf, "SELECT Site, Owner.Name, (SELECT Id FROM Contacts) FROM Account WHERE Name = 'Acme One'")
    assert (read["Site"], read["Contacts"]) == ("North", None)
    sf("data", "delete", "record", "-o", "emu", "-s", "Account", "-i", made["id"])
    assert records(sf, "SELECT Id FROM Account WHERE Name = 'Acme One'") == []


def test_trees_go_out_and_in(sf: Sf, home: Path) -> None:
    """A tree is imported, exported as a plan and imported again."""
    contact = {"attributes": {"type": "Contact", "referenceId": "c1"}, "LastName": "Diaz"}
    account = {"attributes": {"type": "Account", "referenceId": "a1"}, "Name": "Tree", "Contacts": {"records": [contact]}}
    (home / "tree.json").write_text(json.dumps({"records": [account]}), encoding="utf-8")
    assert len(sf("data", "import", "tree", "-o", "emu", "-f", "tree.json")["result"]) == 2
    text = "SELECT Name, (SELECT LastName FROM Contacts) FROM Account WHERE Name = 'Tree'"
    sf("data", "export", "tree", "-o", "emu", "-p", "-q", text, "-d", "out")
    [plan] = (home / "out").glob("*plan.json")
    sf("data", "import", "tree", "-o", "emu", "-p", str(plan))
    assert [len(one["Contacts"]["records"]) for one in records(sf, text)] == [1, 1]


def test_bulk_jobs_load_change_and_delete(sf: Sf, home: Path) -> None:
    """Import with good and bad rows, results, export, update, upsert, delete, resume."""
    (home / "good.csv").write_text("Name,Customer_Number__c\nBulk A,k-1\nBulk B,k-2\n", encoding="utf-8")
    (home / "bad.csv").write_text("Name,NumberOfEmployees\nBulk C,1\n,2\n", encoding="utf-8")
    usual = ("-o", "emu", "-s", "Account", "--wait", "5")
    done = sf("data", "import", "bulk", *usual, "-f", "good.csv", "--line-ending", "LF")["result"]
    assert (done["processedRecords"], done["successfulRecords"]) == (2, 2)
    failed = sf("data", "import", "bulk", *usual, "-f", "bad.csv", "--line-ending", "LF", status=1)
    job = failed["data"]["jobId"]
    told = sf("data", "bulk", "results", "-o", "emu", "--job-id", job)["result"]
    assert (told["successfulRecords"], told["failedRecords"]) == (1, 1)
    assert "REQUIRED_FIELD_MISSING" in (home / told["failedFilePath"]).read_text(encoding="utf-8")
    (home / "later.csv").write_text("Name\nBulk D\n", encoding="utf-8")
    begun = sf("data", "import", "bulk", "-o", "emu", "-s", "Account", "-f", "later.csv", "--line-ending", "LF")["result"]
    resumed = sf("data", "import", "resume", "--job-id", begun["jobId"], "--wait", "2")["result"]
    assert (resumed["jobId"], resumed["successfulRecords"]) == (begun["jobId"], 1)
    sf("data", "export", "bulk", "-o", "emu", "-q", "SELECT Id, Name FROM Account WHERE Name LIKE 'Bulk%'",
       "--output-file", "all.csv", "--wait", "5")  # fmt: skip
    lines = (home / "all.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 5
    (home / "changed.csv").write_text("\n".join([lines[0], lines[1].replace("Bulk", "Changed")]) + "\n", encoding="utf-8")
    assert sf("data", "update", "bulk", *usual, "-f", "changed.csv", "--line-ending", "LF")["result"]["failedRecords"] == 0
    key = ("-i", "Customer_Number__c")
    sf("data", "upsert", "bulk", *usual, "-f", "good.csv", *key, "--line-ending", "LF")
    assert len(records(sf, "SELECT Id FROM Account WHERE Name LIKE 'Bulk%'")) == 4
    (home / "gone.csv").write_text("\n".join(line.split(",")[0] for line in lines) + "\n", encoding="utf-8")
    sf("data", "delete", "bulk", *usual, "-f", "gone.csv", "--line-ending", "LF")
    assert records(sf, "SELECT Id FROM Account WHERE Name LIKE 'Bulk%'") == []


def test_search_and_tooling_answer(sf: Sf) -> None:
    """SOSL finds records; the Tooling API lists validation rules."""
    sf("data", "create", "record", "-o", "emu", "-s", "Account", "-v", "Name='Findable Ltd'")
    found = sf("data", "search", "-o", "emu", "-q", "FIND {Findable} IN Name Fields RETURNING Account (Name)")["result"]
    assert [one["Name"] for one in found["searchRecords"]] == ["Findable Ltd"]
    rules = sf("data", "query", "-t", "-o", "emu", "-q", "SELECT Id, ValidationName FROM ValidationRule")["result"]
    assert rules["totalSize"] >= 1


def test_a_login_by_jwt_works_over_https(sf: Sf, serve_org: Any, tmp_path: Path) -> None:
    """The CLI trusts the certificate by NODE_EXTRA_CA_CERTS and logs in with its key."""
    safe = serve_org("--tls", "--jwt-key", str(tmp_path / "client.key"))
    trust = {"NODE_EXTRA_CA_CERTS": safe["ca_file"]}
    sf("org", "login", "jwt", "--username", safe["username"], "--jwt-key-file", safe["jwt_key_file"], "--client-id",
       safe["client_id"], "--instance-url", safe["base_url"], "--alias", "safe", **trust)  # fmt: skip
    shown = sf("data", "query", "-o", "safe", "-q", "SELECT Id FROM Organization", **trust)["result"]
    assert shown["records"][0]["Id"] == safe["org_id"]
