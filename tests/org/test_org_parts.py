"""The pure parts of talking to an org: addresses, answers, waits, SOQL, CSV counting, secrets."""

from __future__ import annotations

import csv
import io
import json
from itertools import islice

import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st

from sfseed_core.errors import (
    InternalError,
    LoginFailed,
    OrgAnswered,
    OrgError,
    OrgUnreachable,
    SessionExpired,
    SettingsError,
    Throttled,
)
from sfseed_core.logs import json_lines
from sfseed_core.org.address import instance_url
from sfseed_core.org.answers import refused
from sfseed_core.org.client import negotiate
from sfseed_core.org.credentials import ClientCredentialsLogin, DemoLogin, TokenLogin, from_secret
from sfseed_core.org.csv_rows import RowCounter
from sfseed_core.org.flows import grant_of
from sfseed_core.org.jobs import job_info
from sfseed_core.org.login import Grant
from sfseed_core.org.retry import reads, waits
from sfseed_core.org.session import Request, outcome
from sfseed_core.org.soql import select, text, texts
from sfseed_core.org.transport import Bearer

TOKEN = "00D000000000062!AQEAQ.secret_part"


@pytest.mark.parametrize(
    ("pasted", "url"),
    [
        ("https://acme.my.salesforce.com/", "https://acme.my.salesforce.com"),
        (" acme--uat.sandbox.my.salesforce.com ", "https://acme--uat.sandbox.my.salesforce.com"),
        ("https://Acme.my.salesforce.com/lightning/page?x=1", "https://acme.my.salesforce.com"),
        ("http://127.0.0.1:8123", "http://127.0.0.1:8123"),
        ("http://localhost:80/x", "http://localhost:80"),
        ("http://[::1]:9", "http://[::1]:9"),
    ],
)
def test_addresses_are_understood_however_they_were_pasted(pasted, url):
    """Scheme, host and port are kept, the rest dropped."""
    assert instance_url(pasted) == url


@pytest.mark.parametrize(
    "pasted",
    [
        "http://acme.my.salesforce.com",
        "http://127.0.0.1.evil.example",
        "ftp://acme.my.salesforce.com",
        "https://user:pw@acme.my.salesforce.com",
        "https://",
        "",
        "https://acme:port",
    ],
)
def test_unencrypted_and_odd_addresses_are_refused(pasted):
    """A token never leaves the machine in the clear."""
    with pytest.raises(SettingsError):
        instance_url(pasted)


@pytest.mark.parametrize(
    ("status", "body", "kind", "code", "detail"),
    [
        (
            400,
            b'[{"errorCode":"INVALID_FIELD","message":"No such column"}]',
            OrgAnswered,
            "INVALID_FIELD",
            "No such column",
        ),
        (401, b'[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]', SessionExpired, None, None),
        (403, b'[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests"}]', Throttled, None, "TotalRequests"),
        (403, b'[{"errorCode":"INSUFFICIENT_ACCESS","message":"no"}]', OrgAnswered, "INSUFFICIENT_ACCESS", "no"),
        (503, b"<html>Server <b>Unavailable</b></html>", Throttled, "HTTP_503", "<html>Server <b>Unavailable</b></html>"),
        (429, b"", Throttled, "HTTP_429", ""),
        (404, b"[]", OrgAnswered, "HTTP_404", "[]"),
        (
            400,
            b'{"error":"invalid_grant","error_description":"authentication failure"}',
            OrgAnswered,
            "invalid_grant",
            None,
        ),
    ],
)
def test_an_error_answer_is_named_by_its_code(status, body, kind, code, detail):
    """Salesforce's own code and text are kept, and what may pass is told from what will not."""
    error = refused("GET /x", status, body)
    assert type(error) is kind
    assert error.status == status
    assert code in {None, error.code}
    assert detail in {None, error.detail}


def test_for_a_write_a_server_side_failure_leaves_the_outcome_unknown():
    """5xx is no refusal; 4xx is."""
    assert isinstance(outcome(refused("PUT /x", 502, b"")), OrgUnreachable)
    assert isinstance(outcome(refused("PUT /x", 400, b"")), OrgAnswered)


def test_a_token_that_an_org_echoes_is_blacked_out():
    """Error texts do not carry tokens."""
    error = refused("GET /x", 400, json.dumps([{"errorCode": "X", "message": f"bad {TOKEN} here"}]).encode())
    assert TOKEN not in str(error) + error.detail


def test_reads_are_tried_again_and_writes_of_logic_are_not():
    """What is transient is repeated up to six times; an expired session or a refusal is not."""
    with stamina.set_testing(True, attempts=6):
        for error, tries in (
            (OrgUnreachable("cut"), 6),
            (Throttled("slow", status=429, code="", detail=""), 6),
            (SessionExpired("old", status=401, code="", detail=""), 1),
            (OrgAnswered("no", status=400, code="", detail=""), 1),
            (InternalError("bug"), 1),
        ):
            seen: list[int] = []
            with pytest.raises(type(error)):
                failing(error, seen)
            assert len(seen) == tries


def failing(error: Exception, seen: list[int]) -> None:
    """A read that fails each time."""
    for attempt in reads():
        with attempt:
            seen.append(1)
            raise error


def test_waits_grow_to_their_cap():
    """Polling starts quickly and never stops."""
    assert list(islice(waits(0.1, 2, 1), 7)) == [0.1, 0.2, 0.4, 0.8, 1, 1, 1]


def test_the_newest_version_known_to_both_is_taken():
    """Newer than tested is not used, older than the floor neither."""
    offer = [{"version": f"{n}.0"} for n in range(50, 75)]
    assert negotiate(offer) == "68.0"
    assert negotiate(offer[:13]) == "62.0"
    with pytest.raises(OrgError, match=r"50\.0 to 59\.0"):
        negotiate(offer[:10])
    for odd in ({"a": 1}, [{"version": None}], None, "text", []):
        with pytest.raises(OrgError):
            negotiate(odd)


def test_soql_text_is_escaped_and_names_are_checked():
    """Quotes and backslashes cannot end a literal, and no name can smuggle a clause."""
    assert text("O'Neil \\ \n") == "'O\\'Neil \\\\ \\n'"
    assert texts(["a", "b'"]) == "('a','b\\'')"
    assert select(["Id", "Owner.Name"], "Account", "WHERE Id = 'x'") == "SELECT Id, Owner.Name FROM Account WHERE Id = 'x'"
    for columns, source in ((["Id FROM User"], "Account"), (["Id"], "Account WHERE x"), (["Id--"], "A")):
        with pytest.raises(ValueError, match="not an API name"):
            select(columns, source)


cells = st.text(alphabet='ab",\n\r', max_size=6)


@settings(max_examples=300)
@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=8), st.integers(1, 7), st.data())
def test_rows_are_counted_whatever_the_values_and_chunks(rows, size, data):
    """Line ends inside quotes do not count, and a cut is seen unless it falls on a line end."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([["x", "y"], *rows])
    raw = out.getvalue().encode()
    whole = counted(raw, size)
    assert (whole.rows, whole.ended, whole.torn, whole.size) == (len(rows), True, False, len(raw))
    cut = data.draw(st.integers(1, len(raw)))
    part = counted(raw[:cut], size)
    assert part.rows <= len(rows)
    if part.ended:
        assert raw[cut - 1 : cut] == b"\n"


def counted(raw: bytes, size: int) -> RowCounter:
    """A counter that was fed the bytes in chunks, and asked in between: it looks at what it has by then."""
    counter, before = RowCounter(), 0
    for start in range(0, len(raw), size):
        counter.feed(raw[start : start + size])
        assert before <= counter.lines
        before = counter.lines
    return counter


def test_a_job_is_read_with_its_counters_and_its_rest():
    """Counters, times and unknown keys are kept."""
    job = job_info(
        {
            "id": "7505g00000Q1AbCAAV",
            "object": "Account",
            "operation": "insert",
            "state": "JobComplete",
            "createdDate": "2026-11-23T09:15:01.000+0000",
            "systemModstamp": "2026-11-23T09:15:09.000+0000",
            "numberRecordsProcessed": 10,
            "numberRecordsFailed": 3,
            "isPkChunkingSupported": False,
        }
    )
    assert (job.succeeded, job.ended, job.created.hour, job.raw["isPkChunkingSupported"]) == (7, True, 9, False)


@pytest.mark.parametrize("odd", [None, [], "x", {}, {"id": "", "state": "Open"}, {"id": "7", "state": None}])
def test_an_answer_that_is_no_job_leaves_the_outcome_unknown(odd):
    """Nothing is concluded from an answer that cannot be read."""
    with pytest.raises(OrgUnreachable):
        job_info(odd)


LOGINS = [
    TokenLogin("env", "https://a.my.salesforce.com", TOKEN),
    ClientCredentialsLogin("ci", "https://a.my.salesforce.com", "id", "s3cret-value"),
]


@pytest.mark.parametrize("login", LOGINS, ids=lambda login: login.name)
def test_a_login_travels_as_a_secret_and_shows_nothing(login):
    """A worker gets all it needs by `to_secret`; repr and str hold no secret."""
    assert from_secret(login.to_secret()) == login
    for hidden in (TOKEN, "s3cret-value"):
        assert hidden not in repr(login) + str(login) + repr(Grant("https://a", TOKEN)) + repr(Bearer(TOKEN))
        assert hidden not in repr(Request("PUT", "/x", body=hidden.encode()))


def test_the_demo_login_travels_by_its_home(tmp_path):
    """The demo org's credentials stay in their private file."""
    assert from_secret(DemoLogin(tmp_path).to_secret()) == DemoLogin(tmp_path)


@pytest.mark.parametrize("secret", [{}, {"kind": "magic"}, {"kind": "token", "access_token": TOKEN}])
def test_an_unusable_secret_is_refused_without_quoting_it(secret):
    """The message names kinds and keys, not values."""
    with pytest.raises(SettingsError) as caught:
        from_secret(secret)
    assert TOKEN not in str(caught.value)


def test_a_token_cannot_be_renewed():
    """When it ends, the user has to bring another one."""
    with pytest.raises(LoginFailed, match="no longer accepted"):
        LOGINS[0].grant(renew=True)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"access_token": TOKEN, "instance_url": "https://a", "id": "https://login/id/xyz/005"},
        {"access_token": TOKEN, "instance_url": "https://a", "id": None},
        {"instance_url": "https://a", "id": "https://login/id/00D000000000062EAA/005000000000001AAA"},
    ],
)
def test_a_token_answer_without_an_org_is_no_grant(answer):
    """A token whose org is not stated is not used, nor shown."""
    with pytest.raises(LoginFailed) as caught:
        grant_of(answer)
    assert TOKEN not in str(caught.value)


def test_a_token_answer_names_its_org():
    """The org id comes from the identity address."""
    identity = "https://test.salesforce.com/id/00D000000000062EAA/005000000000001AAA"
    grant = grant_of({"access_token": TOKEN, "instance_url": "https://a.my.salesforce.com", "id": identity})
    assert grant == Grant("https://a.my.salesforce.com", TOKEN, "00D000000000062EAA")


def test_the_log_keeps_calls_and_no_secrets(tmp_path):
    """One JSON line a call; tokens and values under telling names are blacked out."""
    log = json_lines(tmp_path / "log.jsonl")
    log.info("call", method="GET", path="/x", status=200, ms=3)
    log.warning("odd", detail=f"Bearer {TOKEN}", access_token=TOKEN, password="pw1")
    written = (tmp_path / "log.jsonl").read_text(encoding="utf-8")
    first, second = map(json.loads, written.splitlines())
    assert (first["event"], first["method"], first["status"], first["level"]) == ("call", "GET", 200, "info")
    assert second["detail"] == "Bearer [token]"
    assert TOKEN not in written
    assert "pw1" not in written
