"""Older clients, unmodified: salesforce-bulk over Bulk API 1, as many loaders still use it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.clients

SESSION = """
import json, sys
from salesforce_bulk import CsvDictsAdapter, SalesforceBulk
org = json.loads(sys.argv[1])
bulk = SalesforceBulk(sessionId=org["access_token"], host=org["base_url"].partition("://")[2])
job = bulk.create_insert_job("Account", contentType="CSV", concurrency="Serial")
batch = bulk.post_batch(job, CsvDictsAdapter(iter([{"Name": f"Old {n}", "Site": "old"} for n in range(300)])))
bulk.wait_for_batch(job, batch)
bulk.close_job(job)
assert [one.success for one in bulk.get_batch_results(batch)] == ["true"] * 300
for kind, read in (("JSON", json.load), ("XML", lambda found: ["x"] * found.read().count(b"<records")), ("CSV", list)):
    job = bulk.create_query_job("Account", contentType=kind)
    batch = bulk.query(job, "SELECT Id, Name, CreatedDate FROM Account WHERE Site = 'old'")
    bulk.wait_for_batch(job, batch)
    bulk.close_job(job)
    found = [row for part in bulk.get_all_results_for_query_batch(batch) for row in read(part)]
    assert len(found) == 300 + (kind == "CSV"), (kind, len(found))
job = bulk.create_upsert_job("Account", "Customer_Number__c", contentType="CSV")
batch = bulk.post_batch(job, CsvDictsAdapter(iter([{"Name": "Up", "Customer_Number__c": "old-1"}])))
bulk.wait_for_batch(job, batch)
assert len(bulk.get_batch_list(job)) == 1
bulk.abort_job(job)
assert bulk.job_status(job)["state"] == "Aborted"
"""


def test_salesforce_bulk_works(serve_org: Any, tmp_path: Path) -> None:
    """Inserts, queries in all three formats, upserts, serial jobs and aborts."""
    folder = tmp_path / "packages"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), "salesforce-bulk==2.2.0"]
    subprocess.run(install, check=True, timeout=300)
    org = serve_org("--tls")
    environment = {**os.environ, "PYTHONPATH": str(folder), "REQUESTS_CA_BUNDLE": org["ca_file"]}
    command = [sys.executable, "-c", SESSION, json.dumps(org)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
