"""Faults as data: what they do to requests, jobs and result lines, and the resources that set them."""

from __future__ import annotations

import csv
import io
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from sfseed_emulator import oauth
from sfseed_emulator.app import create_app
from sfseed_emulator.bulk import ingest
from sfseed_emulator.bulk.processor import Processor
from sfseed_emulator.faults import FaultError, Faults, read_fault
from sfseed_emulator.inprocess import InProcessAdapter
from sfseed_emulator.routes.control import control_routes
from sfseed_emulator.routes.registry import all_routes
from sfseed_emulator.schema import demo_rows, demo_schema
from sfseed_emulator.state import OrgState
from tests.emulator.conftest import BASE, Org

TOKEN = "control-token"


class FaultyOrg(Org):
    """An org whose faults a test can set."""

    faults: Faults

    def fault(self, **fault: Any) -> None:
        """Add a fault."""
        self.faults.add(read_fault(fault))

    def control(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """Call one of the emulator's own resources."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return self.session.request(method, f"{BASE}/__emulator__{path}", headers=headers, **kwargs)

    def load(self, object_name: str, upload: str) -> dict[str, Any]:
        """Insert rows by a job and return it with its result lines."""
        job = self.call("POST", "/jobs/ingest", json={"object": object_name, "operation": "insert"}).json()["id"]
        self.call("PUT", f"/jobs/ingest/{job}/batches", data=upload.encode(), headers={"Content-Type": "text/csv"})
        self.call("PATCH", f"/jobs/ingest/{job}", json={"state": "UploadComplete"})
        ended: dict[str, Any] = self.call("GET", f"/jobs/ingest/{job}").json()
        text = self.call("GET", f"/jobs/ingest/{job}/successfulResults").text
        return {**ended, "rows": list(csv.DictReader(io.StringIO(text, newline="")))}

    def count(self, object_name: str) -> int:
        """Count an object's records."""
        return int(self.call("GET", "/query", params={"q": f"SELECT COUNT() FROM {object_name}"}).json()["totalSize"])


@pytest.fixture
def faulty() -> Iterator[FaultyOrg]:
    """A demo org with no faults yet; jobs are processed as they are closed."""
    schema = demo_schema()
    state = OrgState.create(None, schema, rows=demo_rows(schema))
    faults = Faults()
    Processor(state, faults, workers=0).start()
    session = requests.Session()
    routes = (*all_routes(), *control_routes(faults, TOKEN))
    session.mount("https://", InProcessAdapter(create_app(state, faults=faults, routes=routes)))
    session.headers["Authorization"] = f"Bearer {oauth.new_access_token(state)}"
    org = FaultyOrg(state, session)
    org.faults = faults
    yield org
    faults.clear()
    session.close()
    state.close()


def in_background(act: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Run something on a thread and gather what it returns."""
    got: list[Any] = []
    thread = threading.Thread(target=lambda: got.append(act()), daemon=True)
    thread.start()
    return thread, got


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ({"at": "nowhere", "do": "cut"}, "at: 'nowhere' is none of"),
        ({"at": "commit", "do": "cut"}, "do: 'cut' is none of kill"),
        ({"at": "before", "do": "cut", "nht": 3}, "unknown key: nht"),
        ({"at": "before", "do": "cut", "match": {"verb": "GET"}}, "match: an object with keys of"),
        ({"at": "before", "do": "cut", "match": {"path": "("}}, "is no regular expression"),
        ({"at": "before", "do": "cut", "nth": -1}, "nth: a whole number"),
        ("cut", "a fault is a JSON object"),
    ],
)
def test_faults_that_mean_nothing_are_refused(fault: object, text: str) -> None:
    """A misspelt fault is an error, not a fault that never strikes."""
    with pytest.raises(FaultError, match=text.replace("(", "\\(")):
        read_fault(fault)


def test_a_held_answer_leaves_the_act_done(faulty: FaultyOrg) -> None:
    """Held after the act: the record is there while the client still waits; released, the answer comes."""
    faulty.fault(at="after", do="hold", match={"method": "POST", "path": "/sobjects/Account$"})
    thread, got = in_background(lambda: faulty.call("POST", "/sobjects/Account", json={"Name": "A"}))
    until(lambda: faulty.control("GET", "/faults").json()[0]["fired"] == 1)
    assert faulty.count("Account") == 1
    assert got == []
    assert faulty.control("POST", "/faults/release", json={"number": 0}).status_code == 204
    thread.join(20)
    assert got[0].status_code == 201


def test_a_held_request_has_not_acted(faulty: FaultyOrg) -> None:
    """Held before the act: nothing is saved until it is released."""
    faulty.fault(at="before", do="hold", match={"method": "POST"})
    thread, got = in_background(lambda: faulty.call("POST", "/sobjects/Account", json={"Name": "A"}))
    until(lambda: faulty.control("GET", "/faults").json()[0]["fired"] == 1)
    assert faulty.count("Account") == 0
    faulty.control("DELETE", "/faults")
    thread.join(20)
    assert (got[0].status_code, faulty.count("Account")) == (201, 1)


@pytest.mark.parametrize(("at", "saved"), [("before", 0), ("after", 1)])
def test_a_cut_connection(faulty: FaultyOrg, at: str, saved: int) -> None:
    """A connection cut before the act leaves nothing, one cut after it leaves the record."""
    faulty.fault(at=at, do="cut", match={"method": "POST", "path": "/sobjects/"})
    with pytest.raises(requests.ConnectionError):
        faulty.call("POST", "/sobjects/Account", json={"Name": "A"})
    assert faulty.count("Account") == saved
    assert faulty.call("POST", "/sobjects/Account", json={"Name": "B"}).status_code == 201


def test_nth_and_times_choose_the_matches(faulty: FaultyOrg) -> None:
    """From the second match on, for two matches, and no more; other requests do not count."""
    faulty.fault(
        at="before", do="answer", status=403, code="REQUEST_LIMIT_EXCEEDED", match={"path": "/limits"}, nth=2, times=2
    )
    statuses = []
    for _ in range(5):
        statuses.append(faulty.call("GET", "/limits").status_code)
        faulty.call("GET", "/sobjects")
    assert statuses == [200, 403, 403, 200, 200]


def test_an_expired_token(faulty: FaultyOrg) -> None:
    """The session ends at the chosen request, and a new token works."""
    faulty.fault(at="before", do="expire_token", match={"path": "/limits"})
    error = faulty.error("GET", "/limits")
    assert (error["status"], error["errorCode"]) == (401, "INVALID_SESSION_ID")
    faulty.session.headers["Authorization"] = f"Bearer {oauth.new_access_token(faulty.state)}"
    assert faulty.call("GET", "/limits").status_code == 200


@pytest.mark.parametrize(
    ("do", "sent", "told"),
    [
        ("trim", '"  Acme  "', "Acme"),
        ("lower_email", "Ana@Example.COM", "ana@example.com"),
        ("trailing_zero", "1.10", "1.1"),
        ("crlf_to_lf", '"two\nlines"', "two\nlines"),
    ],
)
def test_changed_echoes(faulty: FaultyOrg, do: str, sent: str, told: str) -> None:
    """Result lines repeat values as Salesforce might have changed them; what is saved stays."""
    faulty.fault(at="echo", do=do, match={"object": "Account"})
    [row] = faulty.load("Account", f"Name\n{sent}\n")["rows"]
    assert row["Name"] == told


def test_rows_saved_without_a_line(faulty: FaultyOrg) -> None:
    """The chosen rows are saved and counted, yet in no result file; `counted` false leaves them out of the counters."""
    faulty.fault(at="line", do="lose", rows=[1], times=1)
    faulty.fault(at="line", do="lose", rows=[0, 2], counted=False, nth=2)
    job = faulty.load("Account", "Name\nA\nB\nC\n")
    assert ({row["Name"] for row in job["rows"]}, job["numberRecordsProcessed"], faulty.count("Account")) == (
        {"A", "C"},
        3,
        3,
    )
    job = faulty.load("Account", "Name\nD\nE\nF\n")
    assert ({row["Name"] for row in job["rows"]}, job["numberRecordsProcessed"], faulty.count("Account")) == ({"E"}, 1, 6)


def test_a_share_of_lines_is_lost(faulty: FaultyOrg) -> None:
    """A share loses about that many lines."""
    faulty.fault(at="line", do="lose", share=0.5)
    job = faulty.load("Account", "Name\n" + "A\n" * 400)
    assert 120 < len(job["rows"]) < 280


def test_a_job_that_fails_half_way(faulty: FaultyOrg) -> None:
    """Chunks before the failure stay saved with their lines, the rest is unprocessed."""
    faulty.fault(at="chunk", do="fail", nth=2, message="InternalServerError : Retried more than 20 times")
    job = faulty.load("Account", "Name\n" + "A\n" * 500)
    assert (job["state"], job["numberRecordsProcessed"], faulty.count("Account")) == ("Failed", 200, 200)
    unprocessed = faulty.call("GET", f"/jobs/ingest/{job['id']}/unprocessedrecords").text
    assert len(unprocessed.splitlines()) == 301


def test_rows_that_fail_as_if_locked(faulty: FaultyOrg) -> None:
    """The chosen rows of the first job are not saved and say why; sent again they are."""
    faulty.fault(at="row", do="fail", rows=[0, 2], times=1)
    job = faulty.load("Account", "Name\nA\nB\nC\n")
    assert ([row["Name"] for row in job["rows"]], job["numberRecordsFailed"], faulty.count("Account")) == (["B"], 2, 1)
    failed = faulty.call("GET", f"/jobs/ingest/{job['id']}/failedResults").text
    assert failed.count("UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record") == 2
    assert faulty.load("Account", "Name\nA\nC\n")["numberRecordsFailed"] == 0


def contacts(accounts: list[str], order: str) -> str:
    """Write contacts of some accounts, 600 of each, one account after the other or by turns."""
    count = len(accounts) * 600
    chosen = [accounts[at % len(accounts) if order == "by turns" else at * len(accounts) // count] for at in range(count)]
    return "LastName,AccountId\n" + "".join(f"L{at},{account}\n" for at, account in enumerate(chosen))


@pytest.mark.parametrize(("order", "locked"), [("one after the other", False), ("by turns", True)])
def test_rows_of_one_parent_contend_across_the_batches_of_a_job(
    faulty: FaultyOrg, monkeypatch: pytest.MonkeyPatch, order: str, locked: bool
) -> None:
    """Batches run side by side: rows of an account that are spread over them fight, rows that stand together do not."""
    monkeypatch.setattr(ingest, "CHUNKS", 3)  # batches of 600 rows, so that a job has several
    accounts = [faulty.insert("Account", Name=f"A{at}") for at in range(4)]
    faulty.fault(at="row", do="contend")
    ended = faulty.load("Contact", contacts(accounts, order))
    assert (ended["numberRecordsFailed"] > 0) is locked
    if locked:
        failed = faulty.call("GET", f"/jobs/ingest/{ended['id']}/failedResults").text
        assert (
            f"UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: {accounts[0][:15]}"
            in failed
        )
        assert faulty.count("Contact") == ended["numberRecordsProcessed"] - ended["numberRecordsFailed"]


def test_jobs_of_different_objects_contend_for_one_account(faulty: FaultyOrg, monkeypatch: pytest.MonkeyPatch) -> None:
    """Contacts and opportunities of the same account at the same time; alone, or on accounts of their own, all are saved."""
    first, second = faulty.insert("Account", Name="A"), faulty.insert("Account", Name="B")
    faulty.fault(at="row", do="contend")
    monkeypatch.setattr(faulty.state, "jobs_ready", lambda: None)

    def closed(object_name: str, upload: str) -> str:
        job = str(faulty.call("POST", "/jobs/ingest", json={"object": object_name, "operation": "insert"}).json()["id"])
        faulty.call("PUT", f"/jobs/ingest/{job}/batches", data=upload.encode(), headers={"Content-Type": "text/csv"})
        faulty.call("PATCH", f"/jobs/ingest/{job}", json={"state": "UploadComplete"})
        return job

    def failed(contact_account: str) -> list[int]:
        people = "LastName,AccountId\n" + "".join(f"L{at},{contact_account}\n" for at in range(300))
        deals = "Name,StageName,CloseDate,AccountId\n" + "".join(f"O{at},Won,2026-01-02,{second}\n" for at in range(300))
        jobs = [closed("Contact", people), closed("Opportunity", deals)]
        Processor(faulty.state, faulty.faults).run_pending()
        return [int(faulty.call("GET", f"/jobs/ingest/{job}").json()["numberRecordsFailed"]) for job in jobs]

    assert failed(first) == [0, 0]
    assert failed(second) == [0, 300]  # the contacts came first and hold the account until their job has ended


def test_control_needs_its_token(faulty: FaultyOrg) -> None:
    """An org's access token opens nothing of the emulator's own."""
    assert faulty.call("GET", "/__emulator__/requests").status_code == 401


def test_the_log_of_requests(faulty: FaultyOrg) -> None:
    """Every request is listed with its status, and the list can be emptied."""
    faulty.control("DELETE", "/requests")
    faulty.call("GET", "/limits")
    faulty.call("GET", "/nowhere")
    listed = faulty.control("GET", "/requests").json()
    wanted = [("GET", "/services/data/v67.0/limits", 200), ("GET", "/services/data/v67.0/nowhere", 404)]
    assert [(one["method"], one["path"], one["status"]) for one in listed if "__emulator__" not in one["path"]] == wanted


def test_faults_are_set_over_the_wire(faulty: FaultyOrg) -> None:
    """A list of faults is taken as a whole or refused as a whole."""
    good = {"at": "before", "do": "answer", "match": {"path": "/limits"}}
    assert faulty.control("POST", "/faults", json=[good, {"at": "x"}]).status_code == 400
    assert faulty.control("GET", "/faults").json() == []
    assert faulty.control("POST", "/faults", json=[good]).json() == {"numbers": [0]}
    assert faulty.call("GET", "/limits").status_code == 503


def test_an_upload_can_be_cut(faulty: FaultyOrg) -> None:
    """The connection ends in the body, and nothing of it is kept."""
    job = faulty.call("POST", "/jobs/ingest", json={"object": "Account", "operation": "insert"}).json()["id"]
    faulty.fault(at="upload", do="cut", bytes=10, match={"path": "batches"})
    headers = {"Content-Type": "text/csv"}
    with pytest.raises(requests.ConnectionError):
        faulty.call("PUT", f"/jobs/ingest/{job}/batches", data=b"Name\n" + b"x\n" * 100, headers=headers)
    assert faulty.call("PUT", f"/jobs/ingest/{job}/batches", data=b"Name\nx\n", headers=headers).status_code == 201


def test_a_download_can_break_off(faulty: FaultyOrg) -> None:
    """The answer ends before its own length."""
    faulty.fault(at="after", do="break_off", bytes=20, match={"path": "/sobjects$"})
    with pytest.raises(requests.ConnectionError):
        faulty.call("GET", "/sobjects")
    assert faulty.call("GET", "/sobjects").status_code == 200


def test_a_proxy_can_answer_with_a_page(faulty: FaultyOrg) -> None:
    """The answer is HTML and the request did not act, or did."""
    faulty.fault(at="before", do="html", match={"method": "POST"})
    faulty.fault(at="after", do="html", status=503, match={"method": "POST"}, nth=1)
    first = faulty.call("POST", "/sobjects/Account", json={"Name": "A"})
    assert (first.status_code, first.headers["Content-Type"]) in ((502, "text/html"), (503, "text/html"))
    assert "<html>" in first.text


@pytest.mark.parametrize(("saved", "kept"), [(True, 400), (False, 200)])
def test_a_job_can_fail_half_way_with_its_chunk_saved(faulty: FaultyOrg, saved: bool, kept: int) -> None:
    """The rows of the failed chunk are listed as unprocessed, whether they were saved or not."""
    faulty.fault(at="chunk", do="fail", nth=2, saved=saved)
    ended = faulty.load("Account", "Name\n" + "".join(f"A{n}\n" for n in range(500)))
    assert (ended["state"], ended["numberRecordsProcessed"], len(ended["rows"])) == ("Failed", 200, 200)
    left = faulty.call("GET", f"/jobs/ingest/{ended['id']}/unprocessedrecords").text
    assert len(left.splitlines()) == 301
    assert faulty.count("Account") == kept


def test_results_can_be_short_at_first_and_a_job_purged_at_last(faulty: FaultyOrg) -> None:
    """A result file may lack its last rows for a while; a purged job is not found."""
    faulty.fault(at="after", do="leave_out_rows", rows_left_out=3, match={"path": "successfulResults"})
    ended = faulty.load("Account", "Name\n" + "".join(f"A{n}\n" for n in range(10)))
    again = faulty.call("GET", f"/jobs/ingest/{ended['id']}/successfulResults").text
    assert (len(ended["rows"]), len(again.splitlines())) == (7, 11)
    faulty.fault(at="before", do="purge_job", match={"path": ended["id"]})
    assert faulty.error("GET", f"/jobs/ingest/{ended['id']}")["errorCode"] == "NOT_FOUND"


def test_a_sandbox_can_be_refreshed_in_the_middle(faulty: FaultyOrg) -> None:
    """The same address is another org: new id, no business records, no live token, the same password."""
    faulty.insert("Account", Name="A")
    former, own = faulty.state.org_id, oauth.credentials(faulty.state)
    faulty.fault(at="before", do="refresh_sandbox", match={"path": "/limits"})
    assert faulty.error("GET", "/limits")["errorCode"] == "INVALID_SESSION_ID"
    form = {"grant_type": "client_credentials", "client_id": own.client_id, "client_secret": own.client_secret}
    answer = faulty.call("POST", "/services/oauth2/token", data=form).json()
    assert faulty.state.org_id not in (former, "")
    assert f"/id/{faulty.state.org_id}/" in answer["id"]
    faulty.session.headers["Authorization"] = f"Bearer {answer['access_token']}"
    assert faulty.count("Account") == 0
    [row] = faulty.call("GET", "/query?q=SELECT Id FROM Organization").json()["records"]
    assert row["Id"] == faulty.state.org_id
    assert faulty.call("GET", "/query?q=SELECT Id FROM Pricebook2 WHERE IsStandard = true").json()["totalSize"] == 1
