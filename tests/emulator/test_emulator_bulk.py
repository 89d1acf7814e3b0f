"""Bulk API 2.0: jobs and their states, uploads, result files, query jobs."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest

from sfseed_emulator.bulk.processor import Processor
from sfseed_emulator.bulk.query_job import decimal_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.emulator.conftest import Org

CSV = {"Content-Type": "text/csv"}


def rows(text: str) -> list[dict[str, str]]:
    """Read a result file."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def opened(org: Org, **more: str) -> str:
    """Open an insert of accounts and return its id."""
    return str(org.call("POST", "/jobs/ingest", json={"object": "Account", "operation": "insert", **more}).json()["id"])


# Creating


def test_a_new_job_has_the_documented_shape(org: Org) -> None:
    """POST answers 200 with the job's facts, a relative contentUrl and a number as apiVersion."""
    answer = org.call("POST", "/jobs/ingest", json={"object": "account", "operation": "insert"})
    job = answer.json()
    assert answer.status_code == 200
    assert list(job) == [
        "id", "operation", "object", "createdById", "createdDate", "systemModstamp", "state", "concurrencyMode", "contentType",
        "apiVersion", "contentUrl", "lineEnding", "columnDelimiter",
    ]  # fmt: skip
    assert job["contentUrl"] == f"services/data/v67.0/jobs/ingest/{job['id']}/batches"
    assert (job["object"], job["state"], job["apiVersion"], job["id"][:3], len(job["id"])) == (
        "Account",
        "Open",
        67.0,
        "750",
        18,
    )
    assert (job["lineEnding"], job["columnDelimiter"], job["contentType"]) == ("LF", "COMMA", "CSV")


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        ({"object": "Nope", "operation": "insert"}, "INVALIDJOB", "Unable to find object: Nope"),
        ({"operation": "insert"}, "INVALIDJOB", "object"),
        ({"object": "Account"}, "INVALIDJOB", "operation"),
        ({"object": "Account", "operation": "merge"}, "INVALIDOPERATION", "merge"),
        (
            {"object": "CaseStatus", "operation": "insert"},
            "INVALIDENTITY",
            "Entity 'CaseStatus' is not supported by the Bulk API.",
        ),
        ({"object": "Account", "operation": "hardDelete"}, "FEATURENOTENABLED", "special user profile permission"),
        ({"object": "Account", "operation": "upsert"}, "INVALIDJOB", "External ID was blank for Account"),
        (
            {"object": "Account", "operation": "upsert", "externalIdFieldName": "Name"},
            "INVALIDJOB",
            "Field name provided, Name does not match an External ID, Salesforce Id, or indexed field for Account",
        ),
        ({"object": "Account", "operation": "insert", "externalIdFieldName": "Id"}, "INVALIDJOB", "upsert"),
        ({"object": "Account", "operation": "insert", "lineEnding": "CR"}, "INVALIDJOB", "CR"),
        ({"object": "Account", "operation": "insert", "contentType": "JSON"}, "INVALIDJOB", "JSON"),
        ({"object": "Account", "operation": "insert", "foo": "x"}, "JSON_PARSER_ERROR", 'Unrecognized field "foo"'),
    ],
)
def test_bad_jobs_are_refused(org: Org, body: dict[str, str], code: str, text: str) -> None:
    """What is wrong with a create request is said at once, code first."""
    answer = org.call("POST", "/jobs/ingest", json=body)
    [error] = answer.json()
    assert answer.status_code == 400
    assert list(error) == ["errorCode", "message"]
    assert error["errorCode"] == code
    assert text in error["message"]


def test_multipart_creates_uploads_and_closes_at_once(org: Org) -> None:
    """A multipart POST carries the data with it."""
    files = {
        "job": (None, '{"object":"Account","contentType":"CSV","operation":"insert"}', "application/json"),
        "content": ("content", "Name\nNorthwind\n", "text/csv"),
    }
    job = org.call("POST", "/jobs/ingest", files=files).json()
    assert job["state"] == "UploadComplete"
    Processor(org.state).run_pending()
    assert org.call("GET", f"/jobs/ingest/{job['id']}").json()["numberRecordsProcessed"] == 1


# Uploading and closing


def test_exactly_one_upload_per_job(org: Org) -> None:
    """The first PUT answers 201 without a body, a second one is refused."""
    job = opened(org)
    first = org.call("PUT", f"/jobs/ingest/{job}/batches", data=b"Name\nA\n", headers=CSV)
    assert (first.status_code, first.content) == (201, b"")
    error = org.error("PUT", f"/jobs/ingest/{job}/batches", data=b"Name\nB\n", headers=CSV)
    assert (error["status"], error["message"][:27]) == (400, "Found multiple contents for")


def test_uploads_must_be_csv_and_the_job_open(org: Org) -> None:
    """Another content type is 415; a job that is closed takes no data."""
    job = opened(org)
    assert (
        org.error("PUT", f"/jobs/ingest/{job}/batches", data=b"x", headers={"Content-Type": "text/plain"})["status"] == 415
    )
    org.call("PATCH", f"/jobs/ingest/{job}", json={"state": "Aborted"})
    error = org.error("PUT", f"/jobs/ingest/{job}/batches", data=b"Name\nA\n", headers=CSV)
    assert (error["status"], error["errorCode"]) == (400, "INVALIDJOBSTATE")


def test_states_move_only_as_documented(org: Org) -> None:
    """Closing twice is harmless while the job waits; ended jobs move no more; other states cannot be asked for."""
    job = opened(org)
    org.call("PUT", f"/jobs/ingest/{job}/batches", data=b"Name\nA\n", headers=CSV)
    for _ in range(2):
        assert (
            org.call("PATCH", f"/jobs/ingest/{job}", json={"state": "UploadComplete"}).json()["state"] == "UploadComplete"
        )
    assert org.error("PATCH", f"/jobs/ingest/{job}", json={"state": "InProgress"})["status"] == 400
    Processor(org.state).run_pending()
    closing = org.error("PATCH", f"/jobs/ingest/{job}", json={"state": "UploadComplete"})
    assert (closing["errorCode"], closing["message"]) == ("INVALIDJOBSTATE", "Closing already Completed Job not allowed")
    aborting = org.error("PATCH", f"/jobs/ingest/{job}", json={"state": "Aborted"})
    assert (aborting["errorCode"], aborting["message"]) == ("INVALIDJOBSTATE", "Aborting already Completed Job not allowed")


def test_nothing_is_processed_before_the_job_is_closed(org: Org) -> None:
    """An uploaded but open job saves nothing, and an aborted one lists its rows as unprocessed."""
    job = opened(org)
    org.call("PUT", f"/jobs/ingest/{job}/batches", data=b"Name\nA\nB\n", headers=CSV)
    Processor(org.state).run_pending()
    assert org.call("GET", "/query", params={"q": "SELECT COUNT() FROM Account"}).json()["totalSize"] == 0
    org.call("PATCH", f"/jobs/ingest/{job}", json={"state": "Aborted"})
    unprocessed = org.call("GET", f"/jobs/ingest/{job}/unprocessedrecords/").text
    assert unprocessed == '"Name"\n"A"\n"B"\n'
    assert org.call("GET", f"/jobs/ingest/{job}/successfulResults/").text == '"sf__Id","sf__Created","Name"\n'


def test_delete_only_when_not_open_or_at_work(org: Org) -> None:
    """An open job cannot be deleted; an aborted one can, and is gone."""
    job = opened(org)
    assert org.error("DELETE", f"/jobs/ingest/{job}")["errorCode"] == "INVALIDJOBSTATE"
    org.call("PATCH", f"/jobs/ingest/{job}", json={"state": "Aborted"})
    assert org.call("DELETE", f"/jobs/ingest/{job}").status_code == 204
    gone = org.error("GET", f"/jobs/ingest/{job}")
    assert (gone["status"], gone["errorCode"]) == (404, "NOT_FOUND")


def test_jobs_are_listed_and_found_by_short_ids(org: Org) -> None:
    """The list shows each job with its type; 15 characters of an id are enough."""
    job = opened(org)
    listed = org.call("GET", "/jobs/ingest").json()
    assert (listed["done"], listed["nextRecordsUrl"]) == (True, None)
    assert [(one["id"], one["jobType"]) for one in listed["records"]] == [(job, "V2Ingest")]
    assert org.call("GET", f"/jobs/ingest/{job[:15]}").json()["id"] == job


# Results


def test_results_tell_each_row_once_with_its_columns_as_sent(org: Org) -> None:
    """Good rows are in one file with new ids, bad ones in the other with the reason; headers as spelt in the upload."""
    job = org.bulk("Account", 'name,"NumberOfEmployees"\nGood,5\n"Too, bad",x\n,7\n')
    assert (job["state"], job["numberRecordsProcessed"], job["numberRecordsFailed"]) == ("JobComplete", 3, 2)
    assert "contentUrl" not in job
    assert job["jobType"] == "V2Ingest"
    assert job["successfulResults"].splitlines()[0] == '"sf__Id","sf__Created","name","NumberOfEmployees"'
    [good] = rows(job["successfulResults"])
    assert (good["sf__Id"][:3], len(good["sf__Id"]), good["sf__Created"], good["name"]) == ("001", 18, "true", "Good")
    errors = {row["name"]: row["sf__Error"] for row in rows(job["failedResults"])}
    assert errors[""] == "REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --"
    assert set(errors) == {"", "Too, bad"}
    assert all(row["sf__Id"] == "" for row in rows(job["failedResults"]))


def test_result_order_is_not_the_order_sent(org: Org) -> None:
    """All rows are there, in another order, the same at each reading."""
    names = [f"Account {number}" for number in range(500)]
    job = org.bulk("Account", "Name\n" + "\n".join(names) + "\n")
    told = [row["Name"] for row in rows(job["successfulResults"])]
    assert told != names
    assert sorted(told) == sorted(names)
    assert org.call("GET", f"/jobs/ingest/{job['id']}/successfulResults").text == job["successfulResults"]


@pytest.mark.parametrize(
    ("delimiter", "mark"), [("TAB", "\t"), ("SEMICOLON", ";"), ("PIPE", "|"), ("CARET", "^"), ("BACKQUOTE", "`")]
)
def test_results_use_the_jobs_delimiter_and_line_ending(org: Org, delimiter: str, mark: str) -> None:
    """An upload of another delimiter and CRLF is read, and answered in kind."""
    job = org.bulk("Account", f'Name{mark}Site\r\n"a{mark}b"{mark}here\r\n', columnDelimiter=delimiter, lineEnding="CRLF")
    header, line, end = job["successfulResults"].split("\r\n")
    assert header == mark.join(['"sf__Id"', '"sf__Created"', '"Name"', '"Site"'])
    assert line.endswith(mark.join(["", f'"a{mark}b"', '"here"']))
    assert end == ""


@pytest.mark.parametrize(
    ("upload", "message"),
    [
        ("Name\r\nA\r\n", "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF"),
        ("Naem,Foo\nA,B\n", "InvalidBatch : Field name not found : Naem"),
        ("Name,Acount.Name\nA,B\n", "InvalidBatch : Unable to find relationship: Acount"),
        (
            "Name,Account:Parent.Id\nA,\n",
            "InvalidBatch : type is not needed for non polymorphic foreign key references: Parent",
        ),
        (
            '\ufeff"Name"\nA\n',
            "InvalidBatch : Failed to parse CSV. Found unescaped quote. A value with quote should be within a quote",
        ),
        ("Name\nA\nB,C\n", "InvalidBatch : Failed to parse CSV. A record has 2 columns, the header has 1"),
        ("", "InvalidBatch : Records not found"),
    ],
)
def test_what_cannot_be_read_fails_the_job(org: Org, upload: str, message: str) -> None:
    """The upload is taken; the job then ends Failed with nothing processed and nothing saved."""
    job = org.bulk("Account", upload)
    assert (job["state"], job["errorMessage"]) == ("Failed", message)
    assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (0, 0)
    assert org.call("GET", "/query", params={"q": "SELECT COUNT() FROM Account"}).json()["totalSize"] == 0


def test_unprocessed_rows_of_a_failed_job_are_listed(org: Org) -> None:
    """All rows of a job with a bad header are unprocessed, without any column of Salesforce's."""
    job = org.bulk("Account", "Naem\nA\n")
    assert org.call("GET", f"/jobs/ingest/{job['id']}/unprocessedRecords").text == '"Naem"\n"A"\n'


def test_update_and_delete(org: Org) -> None:
    """Updates answer false for created and the given id, also where they fail; deletes take ids alone."""
    record = org.insert("Account", Name="Old", Site="Here")
    job = org.bulk("Account", f"Id,Name,Site\n{record},New,#N/A\n001000000000000AAA,None,\n", operation="update")
    [good] = rows(job["successfulResults"])
    assert (good["sf__Id"], good["sf__Created"]) == (record, "false")
    [bad] = rows(job["failedResults"])
    assert bad["sf__Id"] == "001000000000000AAA"
    saved = org.get("Account", record)
    assert (saved["Name"], saved["Site"]) == ("New", None)
    gone = org.bulk("Account", f"Id\n{record}\n", operation="delete")
    assert rows(gone["successfulResults"])[0]["sf__Id"] == record
    again = org.bulk("Account", f"Id\n{record}\n", operation="delete")
    assert rows(again["failedResults"])[0]["sf__Error"].startswith("ENTITY_IS_DELETED:entity is deleted")


def test_upsert_by_external_id(org: Org) -> None:
    """Unknown keys insert (created true), known ones update (created false)."""
    key = next(field.name for field in org.state.schema.objects["Account"].fields.values() if field.external_id)
    org.bulk("Account", f"Name,{key}\nA,k-1\n", operation="upsert", externalIdFieldName=key)
    job = org.bulk("Account", f"Name,{key}\nA2,k-1\nB,k-2\n", operation="upsert", externalIdFieldName=key)
    assert {row["Name"]: row["sf__Created"] for row in rows(job["successfulResults"])} == {"A2": "false", "B": "true"}
    names = org.call("GET", "/query", params={"q": "SELECT Name FROM Account ORDER BY Name"}).json()["records"]
    assert [record["Name"] for record in names] == ["A2", "B"]


def test_relationship_columns_find_parents_by_key(org: Org) -> None:
    """A parent is found by its external id; a key of none fails the row."""
    key = next(field.name for field in org.state.schema.objects["Account"].fields.values() if field.external_id)
    account = org.insert("Account", Name="A", **{key: "k-1"})
    job = org.bulk("Contact", f"LastName,Account.{key}\nDiaz,k-1\nBerg,\nNone,k-9\n")
    assert len(rows(job["successfulResults"])) == 2
    [bad] = rows(job["failedResults"])
    assert bad["sf__Error"] == f"INVALID_FIELD:Foreign key external ID: k-9 not found for field {key} in entity Account:--"
    found = org.call("GET", "/query", params={"q": "SELECT AccountId FROM Contact WHERE LastName = 'Diaz'"}).json()
    assert found["records"][0]["AccountId"] == account


def test_the_days_batches_run_out(make_org: Callable[..., Org]) -> None:
    """Over the day's batches a job fails with its rows unprocessed."""
    org = make_org(daily_bulk_batches=1)
    assert org.bulk("Account", "Name\nA\n")["state"] == "JobComplete"
    job = org.bulk("Account", "Name\nB\n")
    assert (job["state"], job["errorMessage"].split(" ")[0]) == ("Failed", "ExceededQuota")
    assert org.call("GET", f"/jobs/ingest/{job['id']}/unprocessedrecords").text == '"Name"\n"B"\n'


# Query jobs


def queried(org: Org, query: str, **more: str) -> dict[str, Any]:
    """Run a query job and return it."""
    job = org.call("POST", "/jobs/query", json={"operation": "query", "query": query, **more}).json()
    Processor(org.state).run_pending()
    return dict(org.call("GET", f"/jobs/query/{job['id']}").json())


def test_query_jobs_page_by_locator(org: Org) -> None:
    """Each page repeats the header; the last one's locator is the word null; pages can be fetched again."""
    org.bulk("Account", "Name,Site\n" + "".join(f'"Line\n{number}",here\n' for number in range(2500)))
    job = queried(org, "SELECT Name, Site, Owner.Username, IsDeleted, AnnualRevenue FROM Account ORDER BY CreatedDate, Id")
    assert (job["state"], job["numberRecordsProcessed"], job["jobType"], job["object"]) == (
        "JobComplete",
        2500,
        "V2Query",
        "Account",
    )
    names, locator, pages = [], "", 0
    while locator != "null":
        params = {"maxRecords": "900", **({"locator": locator} if locator else {})}
        page = org.call("GET", f"/jobs/query/{job['id']}/results", params=params)
        told = rows(page.text)
        assert page.headers["Sforce-NumberOfRecords"] == str(len(told))
        assert page.headers["Content-Type"].startswith("text/csv")
        assert list(told[0]) == ["Name", "Site", "Owner.Username", "IsDeleted", "AnnualRevenue"]
        assert (told[0]["IsDeleted"], told[0]["AnnualRevenue"]) == ("false", "")
        names += [row["Name"] for row in told]
        locator, pages = page.headers["Sforce-Locator"], pages + 1
    assert pages == 3
    assert names == [f"Line\n{number}" for number in range(2500)]


def test_an_empty_result_is_a_header(org: Org) -> None:
    """No records: the header line and the locator null."""
    job = queried(org, "SELECT Id, Account.Name FROM Contact", columnDelimiter="PIPE", lineEnding="CRLF")
    page = org.call("GET", f"/jobs/query/{job['id']}/results")
    assert page.content == b'"Id"|"Account.Name"\r\n'
    assert (page.headers["Sforce-Locator"], page.headers["Sforce-NumberOfRecords"]) == ("null", "0")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT Naem FROM Account", "INVALID_FIELD"),
        ("SELECT Id FORM Account", "MALFORMED_QUERY"),
        ("SELECT BillingAddress FROM Account", "API_ERROR"),
        ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "API_ERROR"),
        ("SELECT COUNT() FROM Account", "API_ERROR"),
        ("SELECT Industry, COUNT(Id) FROM Account GROUP BY Industry", "API_ERROR"),
        ("SELECT Id FROM Account OFFSET 5", "API_ERROR"),
    ],
)
def test_queries_that_bulk_refuses(org: Org, query: str, code: str) -> None:
    """What a bulk query cannot do is refused when the job is made."""
    error = org.error("POST", "/jobs/query", json={"operation": "query", "query": query})
    assert (error["status"], error["errorCode"]) == (400, code)


def test_results_wait_for_the_job_and_keep_its_version(org: Org) -> None:
    """Results of an unfinished job are refused; another API version is a conflict."""
    job = org.call("POST", "/jobs/query", json={"operation": "query", "query": "SELECT Id FROM User"}).json()
    assert job["state"] == "UploadComplete"
    assert org.error("GET", f"/jobs/query/{job['id']}/results")["errorCode"] == "INVALIDJOBSTATE"
    Processor(org.state).run_pending()
    assert org.error("GET", f"/services/data/v66.0/jobs/query/{job['id']}/results")["status"] == 409
    assert org.call("GET", f"/jobs/query/{job['id']}/results").status_code == 200


def test_query_all_sees_deleted_records(org: Org) -> None:
    """QueryAll lists what lies in the recycle bin."""
    record = org.insert("Account", Name="Gone")
    org.call("DELETE", f"/sobjects/Account/{record}")
    assert queried(org, "SELECT Id FROM Account")["numberRecordsProcessed"] == 0
    assert queried(org, "SELECT Id FROM Account", operation="queryAll")["numberRecordsProcessed"] == 1


def test_numbers_in_csv_have_no_exponent() -> None:
    """Numbers read back exactly, however large or small."""
    assert [decimal_text(value) for value in (5.0, 0.1, -2.25, 1e16, 123456789012.5)] == [
        "5.0",
        "0.1",
        "-2.25",
        "10000000000000000.0",
        "123456789012.5",
    ]
