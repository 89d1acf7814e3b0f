"""Bulk API 2.0: jobs from creation to results, and downloads that were cut."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import stamina
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from sfseed_core.errors import OrgAnswered, OrgError, OrgUnreachable
from sfseed_core.org.bulk_query import bulk_query
from sfseed_core.org.client import connect
from sfseed_core.org.guard import admit

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

ROWS = 'Name,Description\nA,"two\nlines"\n"B ""x""",\n,no name\n'


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Repeated reads follow each other at once."""
    with stamina.set_testing(True, attempts=6):
        yield


def finished(guarded, csv_text: str, **more):
    """An ended insert job for these rows."""
    job = guarded.create_job("Account", "insert", **more)
    guarded.upload(job.id, csv_text.encode())
    closed = guarded.close(job.id)
    assert closed.state == "UploadComplete"
    while not (found := guarded.job(job.id)).ended:
        pass
    return found


def read(path):
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_job_from_creation_to_deletion(emulated, tmp_path):
    """States, counters and the three result files."""
    guarded = emulated().admit()
    job = finished(guarded, ROWS)
    assert (job.state, job.processed, job.failed, job.succeeded) == ("JobComplete", 3, 1, 2)
    assert job.created <= job.modified
    saved = read(guarded.results(job.id, "successful", tmp_path / "s.csv", expect=2))
    failed = read(guarded.results(job.id, "failed", tmp_path / "f.csv", expect=1))
    rest = read(guarded.results(job.id, "unprocessed", tmp_path / "u.csv"))
    assert sorted(row["Name"] for row in saved) == ["A", 'B "x"']
    assert {row["Description"] for row in saved} == {"two\nlines", ""}
    assert failed[0]["sf__Error"].startswith("REQUIRED_FIELD_MISSING")
    assert rest == []
    assert [one.id for one in guarded.jobs()] == [job.id]
    guarded.delete_job(job.id)
    assert list(guarded.jobs()) == []
    with pytest.raises(OrgAnswered) as caught:
        guarded.job(job.id)
    assert caught.value.code == "NOT_FOUND"


def test_an_aborted_job_stays_unprocessed(emulated, tmp_path):
    """Abort ends an open job; a second upload is refused for certain."""
    guarded = emulated().admit()
    job = guarded.create_job("Account", "insert")
    guarded.upload(job.id, b"Name\nA\n")
    with pytest.raises(OrgAnswered, match="multiple contents"):
        guarded.upload(job.id, b"Name\nA\n")
    assert guarded.abort(job.id).state == "Aborted"
    assert guarded.job(job.id).ended
    assert guarded.org.count("SELECT COUNT() FROM Account") == 0


def test_an_unknown_object_is_refused_at_creation(emulated):
    """The org's own code comes through."""
    with pytest.raises(OrgAnswered) as caught:
        emulated().admit().create_job("Nonsense__c", "insert")
    assert caught.value.status == 400


@pytest.mark.parametrize("job_id", ["", "../../query", "750", "7505g00000Q1AbCAAX/batches"])
def test_what_is_no_job_id_is_never_sent(emulated, job_id):
    """A damaged id cannot become another address."""
    one = emulated()
    guarded = one.admit()
    before = len(one.calls())
    with pytest.raises(OrgError, match="not the id of a job"):
        guarded.close(job_id)
    assert len(one.calls()) == before


@dataclass
class Cutting(BaseAdapter):
    """Cuts answers to matching requests without a trace in their headers, as a broken proxy does."""

    inner: BaseAdapter
    path: str
    keep: int
    times: int
    cut: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """Pass the request on and shorten the answer."""
        answer = self.inner.send(request, *args, **more)
        if not re.search(self.path, str(request.path_url)) or len(self.cut) >= self.times:
            return answer
        self.cut.append(str(request.path_url))
        body = answer.content[: self.keep]
        answer.headers["Content-Length"] = str(len(body))
        raw = HTTPResponse(io.BytesIO(body), headers=answer.headers, status=answer.status_code, preload_content=False)
        return HTTPAdapter().build_response(request, raw)

    def close(self) -> None:
        """Nothing of its own to close."""


@pytest.mark.parametrize("keep", [0, 5, 40, 60, 90])
def test_a_cut_download_is_fetched_again(emulated, tmp_path, keep):
    """Wherever it was cut, the file on disk is the whole one."""
    one = emulated()
    job = finished(one.admit(), ROWS)
    cutter = Cutting(one.adapter, "successfulResults", keep, times=2)
    guarded = admit(connect(one.login(), mounts={"https://": cutter}))
    saved = read(guarded.results(job.id, "successful", tmp_path / "s.csv", expect=job.succeeded))
    assert sorted(row["Name"] for row in saved) == ["A", 'B "x"']
    assert cutter.cut
    assert [path.name for path in tmp_path.iterdir()] == ["s.csv"]


def test_a_download_that_is_always_cut_inside_a_value_is_no_file(emulated, tmp_path):
    """Half a value is never taken for data."""
    one = emulated()
    job = finished(one.admit(), ROWS)
    cutter = Cutting(one.adapter, "successfulResults", 50, times=99)
    guarded = admit(connect(one.login(), mounts={"https://": cutter}))
    with pytest.raises(OrgUnreachable, match="cut inside a value"):
        guarded.results(job.id, "successful", tmp_path / "s.csv", expect=2)
    assert not (tmp_path / "s.csv").exists()


def test_lines_that_the_org_does_not_have_are_left_to_the_caller(emulated, tmp_path):
    """Fewer rows than the counters, twice the same, are what the org knows."""
    one = emulated()
    guarded = one.admit()
    one.fault(at="line", do="lose", rows=[0], times=0)
    job = finished(guarded, "Name\nA\nB\n")
    saved = read(guarded.results(job.id, "successful", tmp_path / "s.csv", expect=2))
    assert [row["Name"] for row in saved] == ["B"]


def test_a_bulk_query_joins_its_pages_under_one_header(emulated, tmp_path):
    """All rows, one header, the job cleaned up."""
    one = emulated()
    guarded = one.admit()
    finished(guarded, "Name\n" + "".join(f'"A{n}\n,"\n' for n in range(450)))
    org = guarded.org
    soql = "SELECT Id, Name FROM Account"
    assert bulk_query(org.session, org.api_version, soql, tmp_path / "q.csv", page_rows=200) == 450
    rows = read(tmp_path / "q.csv")
    assert sorted(row["Name"] for row in rows) == sorted(f"A{n}\n," for n in range(450))
    assert len(one.calls("GET", "/results")) == 3
    assert len(one.calls("DELETE", "/jobs/query/")) == 1
    empty = org.bulk_query("SELECT Id FROM Contact", tmp_path / "e.csv")
    assert empty.read_bytes() == b'"Id"\n'


def test_a_cut_page_of_a_bulk_query_is_fetched_again(emulated, tmp_path):
    """A page counts only when it has the rows that its header announces."""
    one = emulated()
    finished(one.admit(), "Name\n" + "".join(f"A{n}\n" for n in range(30)))
    cutter = Cutting(one.adapter, "/results", 300, times=3)
    org = connect(one.login(), mounts={"https://": cutter})
    assert len(read(org.bulk_query("SELECT Id, Name FROM Account", tmp_path / "q.csv"))) == 30
    assert len(cutter.cut) == 3


def test_a_bulk_query_that_the_org_refuses_says_why(emulated, tmp_path):
    """Refused at creation or while it runs, the org's text comes through and no file is made."""
    with pytest.raises(OrgAnswered):
        emulated().connect().bulk_query("SELECT Nonsense FROM Account", tmp_path / "q.csv")
    assert list(tmp_path.iterdir()) == []


def test_the_time_is_the_orgs_own(emulated):
    """The clock for a census is an aware instant."""
    assert emulated().connect().server_now().tzinfo is not None
