"""Bulk API 1: jobs, batches and results in CSV, XML and JSON."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import requests

from sfseed_emulator.bulk.processor import Processor
from tests.emulator.conftest import BASE, Org

ASYNC = f"{BASE}/services/async/59.0"
JSON_TYPE = {"Content-Type": "application/json"}
XML_TYPE = {"Content-Type": "application/xml; charset=UTF-8"}
JOB = '<jobInfo xmlns="http://www.force.com/2009/06/asyncapi/dataload">{}</jobInfo>'


def ask(org: Org, method: str, path: str, **more: Any) -> requests.Response:
    """Send a request of Bulk API 1, the session in its own header."""
    token = org.session.headers["Authorization"].partition(" ")[2]
    headers = {"X-SFDC-Session": token, "Authorization": None, **more.pop("headers", {})}
    return org.session.request(method, f"{ASYNC}/{path}", headers=headers, **more)


def new_job(org: Org, content: str, operation: str = "insert", **more: object) -> str:
    """Make a job and return its id."""
    body = {"operation": operation, "object": "Account", "contentType": content, **more}
    answer = ask(org, "POST", "job", json=body, headers=JSON_TYPE)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def batch_id(answer: requests.Response) -> str:
    """Return the id of an added batch."""
    assert answer.status_code == 201, answer.text
    return re.findall(r'id(?:>|":")(751\w{15})', answer.text)[0]


def run(org: Org, job: str, data: bytes, content_type: str = "text/csv") -> tuple[str, requests.Response]:
    """Add a batch, process it and return its id and its result."""
    batch = batch_id(ask(org, "POST", f"job/{job}/batch", data=data, headers={"Content-Type": content_type}))
    Processor(org.state).run_pending()
    return batch, ask(org, "GET", f"job/{job}/batch/{batch}/result")


def test_a_csv_job_answers_in_xml_and_lists_results_in_the_order_sent(org: Org) -> None:
    """Job and batch documents are XML; row i of the result is row i of the batch, without its columns."""
    body = "<operation>insert</operation><object>Account</object><contentType>CSV</contentType>"
    made = ask(org, "POST", "job", data=JOB.format(body), headers=XML_TYPE)
    assert (made.status_code, made.headers["Content-Type"]) == (201, "application/xml")
    job = re.findall("<id>(.*?)</id>", made.text)[0]
    assert "<state>Open</state>" in made.text
    assert "<numberBatchesTotal>0</numberBatchesTotal>" in made.text
    rows = "".join(f"A{n},{n}\r\n" if n % 3 else f",{n}\r\n" for n in range(450))
    batch, result = run(org, job, f"Name,NumberOfEmployees\r\n{rows}".encode())
    assert result.headers["Content-Type"] == "text/csv"
    lines = result.text.splitlines()
    assert lines[0] == '"Id","Success","Created","Error"'
    assert [line.split(",")[1] for line in lines[1:]] == ['"true"' if n % 3 else '"false"' for n in range(450)]
    assert lines[1] == '"","false","false","REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --"'
    info = ask(org, "GET", f"job/{job}/batch/{batch}", headers=JSON_TYPE)
    assert info.headers["Content-Type"] == "application/xml"
    assert "<state>Completed</state>" in info.text
    assert "<numberRecordsProcessed>450</numberRecordsProcessed><numberRecordsFailed>150<" in info.text
    closed = ask(org, "POST", f"job/{job}", data=JOB.format("<state>Closed</state>"), headers=XML_TYPE).text
    assert "<state>Closed</state>" in closed
    late = ask(org, "POST", f"job/{job}/batch", data=b"Name\nx", headers={"Content-Type": "text/csv"})
    assert "<exceptionCode>InvalidJobState</exceptionCode>" in late.text
    assert "Failed to create batch, since the Job is not Open. Current job state is 'Closed'" in late.text.replace(
        "&#39;", "'"
    )
    assert ask(org, "GET", f"job/{job}/batch/{batch}/request").content.startswith(b"Name,NumberOfEmployees\r\n")


def test_a_json_job_answers_in_json_and_takes_typed_values_and_nested_keys(org: Org) -> None:
    """Values are typed, a lookup may be given by external id, errors carry code and fields."""
    org.insert("Account", Name="P", Customer_Number__c="k-1")
    job = new_job(org, "JSON", concurrencyMode=1)
    rows = [{"Name": "A", "NumberOfEmployees": 5, "Parent": {"Customer_Number__c": "k-1"}}, {"Site": "x"}]
    _, result = run(org, job, json.dumps(rows).encode(), "application/json")
    good, bad = result.json()
    assert (good["success"], good["created"], good["errors"]) == (True, True, [])
    assert org.get("Account", good["id"])["NumberOfEmployees"] == 5
    assert bad["id"] is None
    assert bad["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    info = ask(org, "GET", f"job/{job}", headers=JSON_TYPE).json()
    assert (info["concurrencyMode"], info["numberRecordsFailed"], info["apiVersion"]) == ("Serial", 1, 59.0)
    listed = ask(org, "GET", f"job/{job}/batch", headers=JSON_TYPE).json()["batchInfo"]
    assert [one["state"] for one in listed] == ["Completed"]


def test_an_xml_job_reads_and_writes_xml(org: Org) -> None:
    """Rows are sObject elements; texts are escaped, nil empties a field."""
    account = org.insert("Account", Name="Old", Site="gone")
    job = new_job(org, "XML", "update")
    row = (
        f'<sObject><Id>{account}</Id><Name>A &amp; B</Name><Site xsi:nil="true"/></sObject>'
        '<sObject xmlns:n="x"><Id>001000000000000AAA</Id></sObject>'
    )
    namespaces = (
        'xmlns="http://www.force.com/2009/06/asyncapi/dataload" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    )
    _, result = run(org, job, f"<sObjects {namespaces}>{row}</sObjects>".encode(), "application/xml")
    assert result.headers["Content-Type"] == "application/xml"
    assert re.findall("<success>(.*?)</success>", result.text) == ["true", "false"]
    assert "<statusCode>INVALID_CROSS_REFERENCE_KEY</statusCode>" in result.text
    read = org.get("Account", account)
    assert (read["Name"], read["Site"]) == ("A & B", None)


def test_upserts_and_deletes_go_by_key_and_id(org: Org) -> None:
    """Upsert tells what was created; delete takes a column of ids."""
    org.insert("Account", Name="Here", Customer_Number__c="k-1")
    job = new_job(org, "CSV", "upsert", externalIdFieldName="Customer_Number__c")
    _, result = run(org, job, b"Customer_Number__c,Name\nk-1,Changed\nk-2,New\n")
    assert [line.split(",")[2] for line in result.text.splitlines()[1:]] == ['"false"', '"true"']
    ids = [line.split(",")[0].strip('"') for line in result.text.splitlines()[1:]]
    _, gone = run(org, new_job(org, "CSV", "delete"), "\n".join(["Id", *ids]).encode())
    assert gone.text.count('"true","false"') == 2
    assert org.state.live_count("Account") == 0


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("CSV", '"Name","Owner.Name"\n"A, B","Ada Keller"\n'),
        ("JSON", '"Name":"A, B"'),
        ("XML", "<Name>A, B</Name>"),
    ],
)
def test_a_query_job_lists_one_result(org: Org, content: str, expected: str) -> None:
    """The batch is the query's text; its result is fetched by an id of its own."""
    org.insert("Account", Name="A, B")
    job = new_job(org, content, "query")
    batch, listed = run(org, job, b"SELECT Name, Owner.Name FROM Account")
    [result] = listed.json() if content == "JSON" else re.findall("<result>(.*?)</result>", listed.text)
    data = ask(org, "GET", f"job/{job}/batch/{batch}/result/{result}")
    assert expected in data.text.replace('": "', '":"')
    assert ask(org, "GET", f"job/{job}/batch/{batch}/result/752000000000000AAA").status_code == 400


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"Nope\nx\n", "Field name not found : Nope"),
        (b"Name,Site\nx\n", "Failed to parse CSV"),
        (b'Name\n"x\n', "Failed to parse CSV"),
        (b"\xff\xfe\n", "not valid UTF-8"),
        (b"Name\n", "Records not found"),
        (b"Name\n" + b"x\n" * 10_001, "exceeds the limit of 10000"),
    ],
)
def test_a_batch_that_cannot_be_read_fails_as_a_whole(org: Org, data: bytes, said: str) -> None:
    """The batch's state message says why, and no row is saved."""
    job = new_job(org, "CSV")
    batch, result = run(org, job, data)
    told = ask(org, "GET", f"job/{job}/batch/{batch}").text
    assert ("<state>Failed</state>" in told, said in told) == (True, True)
    assert result.status_code == 400
    assert org.state.live_count("Account") == 0


def test_an_aborted_job_leaves_what_waits_unprocessed(org: Org) -> None:
    """Batches that had not begun are not processed."""
    job = new_job(org, "CSV")
    batch = batch_id(ask(org, "POST", f"job/{job}/batch", data=b"Name\nx", headers={"Content-Type": "text/csv"}))
    ask(org, "POST", f"job/{job}", json={"state": "Aborted"}, headers=JSON_TYPE)
    Processor(org.state).run_pending()
    assert "<state>NotProcessed</state>" in ask(org, "GET", f"job/{job}/batch/{batch}").text


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", "job", "<x", "InvalidJob"),
        ("POST", "job", JOB.format("<operation>eat</operation>"), "InvalidJob"),
        ("POST", "job", JOB.format("<operation>hardDelete</operation>"), "FeatureNotEnabled"),
        ("POST", "job", JOB.format("<operation>insert</operation><object>Nope</object>"), "InvalidJob"),
        ("POST", "job", JOB.format("<operation>upsert</operation><object>Account</object>"), "InvalidJob"),
        ("GET", "job/'; DROP TABLE x", "", "InvalidJob"),
        ("GET", "job/750000000000000AAA/batch/x", "", "InvalidJob"),
    ],
)
def test_what_is_asked_wrongly_is_refused(org: Org, method: str, path: str, body: str, code: str) -> None:
    """Errors are documents with a code, in the request's format."""
    answer = ask(org, method, path, data=body.encode(), headers=XML_TYPE)
    assert (answer.status_code, f"<exceptionCode>{code}<" in answer.text) == (400, True)


def test_a_wrong_session_or_version_is_refused(org: Org) -> None:
    """Nobody gets in without a live session, and the version must be one there is."""
    nobody = org.session.get(f"{ASYNC}/job/x", headers={"Authorization": None, "X-SFDC-Session": "x"})
    assert (nobody.status_code, "InvalidSessionId" in nobody.text) == (401, True)
    late = ask(org, "GET", "../99.0/job/x", headers=JSON_TYPE)
    assert late.json()["exceptionCode"] == "InvalidVersion"
