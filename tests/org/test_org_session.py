"""Reads are repeated, writes are not, tokens are renewed into the same org only."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import stamina
from requests.adapters import BaseAdapter

from sfseed_core.errors import GuardRefused, LoginFailed, NobodyThere, OrgAnswered, OrgError, OrgUnreachable, SessionExpired
from sfseed_core.logs import json_lines
from sfseed_core.org.client import connect
from sfseed_core.org.credentials import ClientCredentialsLogin, TokenLogin
from sfseed_core.org.guard import admit
from sfseed_core.org.login import Grant
from sfseed_core.org.recording import Recording
from sfseed_emulator import oauth
from tests.emulated import ADDRESS, EmulatedOrg

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests

    from sfseed_core.org.guard import GuardedOrg

EXPIRED = {"do": "answer", "status": 401, "code": "INVALID_SESSION_ID", "message": "Session expired or invalid"}


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    """Repeated reads follow each other at once."""
    with stamina.set_testing(True, attempts=6):
        yield


def test_connecting_learns_which_org_it_is(emulated):
    """Org, user, version and kind are known after connecting."""
    org = emulated(name="Acme UAT").connect()
    assert org.facts.name == "Acme UAT"
    assert org.facts.is_sandbox is True
    assert org.org_id.startswith("00D")
    assert org.facts.user_id.startswith("005")
    assert org.api_version == "68.0"


def test_a_pasted_token_connects_too(emulated):
    """Neither client id nor secret are needed with a token."""
    one = emulated()
    assert connect(one.token_login(), mounts=one.mounts).org_id == one.state.org_id


def test_wrong_credentials_are_refused_without_being_shown(emulated):
    """The message says what was not accepted, not what was tried."""
    one = emulated()
    login = ClientCredentialsLogin("ci", ADDRESS, "some-id", "some-very-secret", one.mounts)
    with pytest.raises(LoginFailed) as caught:
        connect(login, mounts=one.mounts)
    assert "some-very-secret" not in str(caught.value)


def test_a_query_gives_all_pages(emulated):
    """More than a page comes out whole, without attributes."""
    one = emulated()
    guarded = one.admit()
    load(guarded, "Account", "Name\n" + "".join(f"A{n}\n" for n in range(2300)))
    names = [row["Name"] for row in guarded.org.query("SELECT Name FROM Account ORDER BY Name")]
    assert sorted(names) == sorted(f"A{n}" for n in range(2300))
    assert guarded.org.count("SELECT COUNT() FROM Account") == 2300
    assert guarded.org.record_counts(["Account", "Contact", "Nonsense"]) == {"Account": 2300}
    assert all("attributes" not in row for row in guarded.org.query("SELECT Id FROM Account LIMIT 3"))


@pytest.mark.parametrize(
    "fault",
    [
        {"at": "before", "do": "cut"},
        {"at": "after", "do": "cut"},
        {"at": "before", "do": "answer", "status": 503, "code": "SERVER_UNAVAILABLE", "message": "busy"},
        {"at": "before", "do": "answer", "status": 403, "code": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentPerOrg"},
    ],
    ids=["cut before", "cut after", "unavailable", "throttled"],
)
def test_a_read_is_repeated(emulated, fault):
    """A lost connection or an overloaded org is asked again."""
    one = emulated()
    org = one.connect()
    one.fault(**fault, times=3, match={"path": "/query"})
    assert list(org.query("SELECT Id FROM Account")) == []
    assert len([call for call in one.calls("GET", "/query") if call[2] == 200]) >= 1


def test_a_read_that_never_succeeds_ends_in_the_last_error(emulated):
    """After six attempts the error is told."""
    one = emulated()
    org = one.connect()
    one.fault(at="before", do="cut", times=0, match={"path": "/query"})
    before = len(one.calls("GET", "/query"))
    with pytest.raises(OrgUnreachable, match="no usable answer to GET"):
        list(org.query("SELECT Id FROM Account"))
    assert len(one.calls("GET", "/query")) - before == 6


def test_a_refused_read_is_not_repeated(emulated):
    """Salesforce's code and text come through at the first attempt."""
    one = emulated()
    org = one.connect()
    before = len(one.calls("GET", "/query"))
    with pytest.raises(OrgAnswered) as caught:
        list(org.query("SELECT Naem FROM Account"))
    assert caught.value.code == "INVALID_FIELD"
    assert len(one.calls("GET", "/query")) - before == 1


def test_an_expired_session_is_renewed_once(emulated):
    """The caller does not notice; a token that is refused again is an error."""
    one = emulated()
    org = one.connect()
    one.fault(at="before", **EXPIRED, match={"path": "/query"})
    assert list(org.query("SELECT Id FROM Account")) == []
    assert len(one.calls("POST", "/oauth2/token")) == 2
    one.fault(at="before", **EXPIRED, times=0, match={"path": "/query"})
    with pytest.raises(SessionExpired):
        list(org.query("SELECT Id FROM Account"))


def test_many_threads_renew_an_expired_session_once(emulated):
    """Threads that meet the expired token together wait for one renewal."""
    one = emulated()
    org = one.connect()
    oauth.expire(one.state, org.session.grant.access_token)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: org.count("SELECT COUNT() FROM Account"), range(24)))
    assert found == [0] * 24
    assert len(one.calls("POST", "/oauth2/token")) == 2


def test_an_expired_pasted_token_says_so(emulated):
    """What cannot be renewed ends in LoginFailed."""
    one = emulated()
    org = connect(one.token_login(), mounts=one.mounts)
    one.fault(at="before", **EXPIRED, times=0)
    with pytest.raises(LoginFailed, match="no longer accepted"):
        list(org.query("SELECT Id FROM Account"))


@dataclass(frozen=True)
class Wandering:
    """A login that leads to another org when it is renewed."""

    first: Any
    then: Any
    states_org: bool = True
    name: str = "wandering"
    may_move: bool = False

    def grant(self, *, renew: bool = False) -> Grant:
        """The first org's grant, then the other's."""
        given = (self.then if renew else self.first).grant()
        return given if self.states_org else Grant(given.instance_url, given.access_token)

    def to_secret(self) -> dict[str, str]:
        """Nothing of use."""
        return {}


@pytest.mark.parametrize("states_org", [True, False], ids=["the answer names the org", "the org has to be asked"])
@pytest.mark.parametrize("verb", ["read", "write"])
def test_a_renewal_into_another_org_is_refused(emulated, states_org, verb):
    """The other org gets no request but those that ask who it is, and the session stays where it was."""
    home, other = emulated(), emulated()
    mounts = {"https://home.example.com": home.adapter, "https://other.example.com": other.adapter}
    logins = [
        ClientCredentialsLogin(name, f"https://{name}.example.com", has.client_id, has.client_secret, mounts)
        for name, has in (("home", oauth.credentials(home.state)), ("other", oauth.credentials(other.state)))
    ]
    guarded = admit(connect(Wandering(*logins, states_org), mounts=mounts))
    home.fault(at="before", **EXPIRED, times=0)
    for _ in range(2):
        with pytest.raises(GuardRefused, match="another org"):
            list(guarded.org.query("SELECT Id FROM Account")) if verb == "read" else guarded.create_job("Account", "insert")
    assert {path for _, path, _ in other.calls()} <= {"/services/oauth2/token", "/services/oauth2/userinfo"}
    assert guarded.org.session.instance_url == "https://home.example.com"


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[EmulatedOrg, GuardedOrg]]:
    """One org for many small cases."""
    one = EmulatedOrg.start()
    yield one, one.admit()
    one.stop()


VERBS = {
    "create": lambda guarded, job: guarded.create_job("Account", "insert"),
    "upload": lambda guarded, job: guarded.upload(job, b"Name\nA\n"),
    "close": lambda guarded, job: guarded.close(job),
    "abort": lambda guarded, job: guarded.abort(job),
    "insert_one": lambda guarded, job: guarded.insert_one("Account", {"Name": "A"}),
    "update_one": lambda guarded, job: guarded.update_one("Account", "001000000000001AAA", {"Name": "A"}),
    "delete_one": lambda guarded, job: guarded.delete_one("Account", "001000000000001AAA"),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"at": "before", "do": "cut"}, OrgUnreachable),
        ({"at": "after", "do": "cut"}, OrgUnreachable),
        ({"at": "before", "do": "answer", "status": 502, "code": "X", "message": "gateway"}, OrgUnreachable),
        ({"at": "before", "do": "answer", "status": 503, "code": "SERVER_UNAVAILABLE", "message": "x"}, OrgUnreachable),
        ({"at": "before", "do": "answer", "status": 400, "code": "INVALIDJOBSTATE", "message": "x"}, OrgAnswered),
        ({"at": "before", "do": "answer", "status": 403, "code": "REQUEST_LIMIT_EXCEEDED", "message": "x"}, OrgAnswered),
    ],
    ids=["cut before", "cut after", "502", "503", "400", "403"],
)
def test_a_write_is_sent_once(shared, verb, fault, error):
    """Whatever happens to it, one request; unknown outcomes are told from certain refusals."""
    one, guarded = shared
    one.faults.clear()
    job = guarded.create_job("Account", "insert").id
    writes = len([call for call in one.calls() if call[0] != "GET"])
    one.fault(**fault, times=0, match={"method": "POST|PUT|PATCH|DELETE"})
    with pytest.raises(error) as caught:
        VERBS[verb](guarded, job)
    assert type(caught.value) is not OrgError
    assert len([call for call in one.calls() if call[0] != "GET"]) - writes == 1


@pytest.mark.parametrize("verb", ["create", "upload", "insert_one"])
def test_a_write_refused_for_its_token_is_sent_again_after_renewal(emulated, verb):
    """A request that was refused for its token has not acted."""
    one = emulated()
    guarded = one.admit()
    job = guarded.create_job("Account", "insert").id
    one.fault(at="before", **EXPIRED, match={"path": "/(jobs|sobjects)/"})
    VERBS[verb](guarded, job)
    assert len([call for call in one.calls() if call[2] == 401]) == 1


def test_single_records_are_written_and_refused_with_the_orgs_code(emulated):
    """Insert, update and delete of one record, and what the org says against them."""
    guarded = emulated().admit()
    made = guarded.insert_one("Account", {"Name": "Ada's"})
    guarded.update_one("Account", made, {"Name": "Bob's"})
    assert [row["Name"] for row in guarded.org.query("SELECT Name FROM Account")] == ["Bob's"]
    guarded.delete_one("Account", made)
    assert guarded.org.count("SELECT COUNT() FROM Account") == 0
    for refusal, call in {
        "INVALID_FIELD": lambda: guarded.insert_one("Account", {"Naem": "x"}),
        "REQUIRED_FIELD_MISSING": lambda: guarded.insert_one("Account", {}),
        "NOT_FOUND": lambda: guarded.insert_one("Nonsense", {"Name": "x"}),
    }.items():
        with pytest.raises(OrgAnswered) as caught:
            call()
        assert caught.value.code == refusal


def test_simple_salesforce_reaches_an_org_on_this_machine(emulated):
    """The library's client, which knows https only, works over plain http on loopback."""
    one = emulated()
    address = "http://127.0.0.1:8999"
    has = oauth.credentials(one.state)
    mounts = {address: one.adapter}
    guarded = admit(connect(ClientCredentialsLogin("x", address, has.client_id, has.client_secret, mounts), mounts=mounts))
    made = guarded.insert_one("Account", {"Name": "A"})
    client = guarded.simple_salesforce()
    assert [row["Id"] for row in client.query_all_iter("SELECT Id FROM Account")] == [made]


@dataclass
class Listening(BaseAdapter):
    """Lets requests through to the emulator and notes how their bodies were given."""

    inner: BaseAdapter
    bodies: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        """Note and pass on."""
        self.bodies.append((request.method, request.body, request.headers.get("Content-Length")))
        return self.inner.send(request, *args, **more)

    def close(self) -> None:
        """Nothing of its own to close."""


def test_an_upload_streams_from_the_file(emulated, tmp_path):
    """The file is never held in memory by us: the body is the open file, its length announced."""
    one = emulated()
    ear = Listening(one.adapter)
    guarded = admit(connect(one.login(), mounts={"https://": ear}))
    path = tmp_path / "a.csv"
    path.write_bytes(b"Name\nA\n")
    job = guarded.create_job("Account", "insert")
    guarded.upload(job.id, path)
    method, body, length = ear.bodies[-1]
    assert method == "PUT"
    assert isinstance(body, io.BufferedReader)
    assert body.closed
    assert length == "7"


def test_nothing_that_we_write_or_say_holds_a_secret(emulated, tmp_path):
    """Logs, errors and reprs of a session with failures hold neither tokens nor client secrets."""
    one = emulated()
    has = oauth.credentials(one.state)
    guarded = admit(connect(one.login(), mounts=one.mounts, log=json_lines(tmp_path / "log.jsonl")))
    said = [repr(guarded), repr(guarded.org), repr(guarded.org.session), repr(one.login())]
    one.fault(at="before", **EXPIRED)
    assert guarded.org.limits() is not None
    one.fault(at="before", do="cut", times=0)
    for call in (
        lambda: list(guarded.org.query("SELECT Id FROM Account")),
        lambda: guarded.create_job("Account", "insert"),
        lambda: guarded.insert_one("Account", {"Name": "x"}),
    ):
        with pytest.raises(OrgError) as caught:
            call()
        said += [str(caught.value), repr(caught.value), repr(caught.value.__cause__)]
    said.append((tmp_path / "log.jsonl").read_text(encoding="utf-8"))
    assert "/query" in said[-1]
    for secret in (has.client_secret, has.password, has.refresh_token, guarded.org.session.grant.access_token, "!"):
        assert not any(secret in text for text in said)


def load(guarded, object_name: str, csv: str) -> None:
    """Insert by one job and wait for its end."""
    job = guarded.create_job(object_name, "insert")
    guarded.upload(job.id, csv.encode())
    guarded.close(job.id)
    while not guarded.job(job.id).ended:
        pass
    assert guarded.job(job.id).failed == 0


def test_each_kind_of_org_is_met_as_decided(emulated):
    """Production gets no write at all; Developer Edition and trial only after their name was typed."""
    soon = "2099-01-01T00:00:00.000+0000"
    matrix = {
        "production": {"is_sandbox": False},
        "developer": {"is_sandbox": False, "organization_type": "Developer Edition"},
        "trial": {"is_sandbox": False, "trial_expiration": soon},
        "scratch": {"trial_expiration": soon},
        "sandbox": {},
    }
    admitted = {}
    for kind, options in matrix.items():
        one: EmulatedOrg = emulated(name="Acme", **options)
        for typed in (None, "acme", "Acme"):
            try:
                admitted[kind, typed] = admit(one.connect(), confirmed_name=typed).decision.kind
            except GuardRefused:
                admitted[kind, typed] = "refused"
        assert not [call for call in one.calls() if call[0] != "GET" and "/oauth2/" not in call[1]]
    assert {key for key, value in admitted.items() if value == "refused"} == {
        *(("production", typed) for typed in (None, "acme", "Acme")),
        *((kind, typed) for kind in ("developer", "trial") for typed in (None, "acme")),
    }
    assert admitted["scratch", None] == "scratch"
    assert admitted["developer", "Acme"] == "developer"


def test_a_run_begun_elsewhere_is_refused(emulated):
    """A refreshed sandbox is another org."""
    with pytest.raises(GuardRefused, match="this was begun in 00D000000000062EAA"):
        admit(emulated().connect(), expect_org_id="00D000000000062EAA")


def test_an_org_that_does_not_show_its_kind_is_refused(emulated):
    """Where Organization cannot be read, reading goes on and writing does not."""
    one = emulated()
    one.fault(
        at="before", do="answer", status=400, code="INVALID_TYPE", message="no", times=0, match={"query": "Organization"}
    )
    org = one.connect()
    assert org.facts.doubts
    assert list(org.query("SELECT Id FROM Account")) == []
    with pytest.raises(GuardRefused, match="cannot be read"):
        admit(org)


def test_limits_that_the_user_may_not_see_are_none(emulated):
    """A missing permission is no error."""
    one = emulated()
    org = one.connect()
    assert org.limits()["DataStorageMB"]["Max"] == 20 * 1024
    one.fault(at="before", do="answer", status=403, code="INSUFFICIENT_ACCESS", message="no", match={"path": "/limits"})
    assert org.limits() is None


@pytest.mark.parametrize(
    ("address", "said"), [("http://127.0.0.1:9", "nobody listens"), ("https://no.invalid", "not known")]
)
def test_where_nobody_is_a_command_gives_up_soon(address, said):
    """The first call names address and reason after a few attempts; later reads are more patient."""
    recording = Recording()
    with stamina.set_testing(False), pytest.raises(NobodyThere, match=said) as caught:
        connect(TokenLogin("x", address, "00D000000000062!x"), mounts=recording.mounts)
    assert address.partition("://")[2] in caught.value.message
    assert 2 <= len(recording.exchanges) <= 4
