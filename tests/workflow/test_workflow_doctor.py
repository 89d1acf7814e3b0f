"""The doctor: permissions, the write test, and a report that tells nobody anything."""

from __future__ import annotations

import json
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfseed_core.clock import SYSTEM
from sfseed_core.errors import GuardRefused, SfseedError
from sfseed_core.org.recording import Exchange, Recording
from sfseed_core.workflow import redaction
from sfseed_core.workflow.connect import ENV
from sfseed_core.workflow.doctor import examine_org, try_writing
from sfseed_core.workflow.examined import Examined
from sfseed_core.workflow.permissions import message, permissions
from sfseed_core.workflow.report import texts, write_report
from sfseed_emulator import oauth
from sfseed_emulator.org_kinds import USERS
from sfseed_emulator.schema import demo_schema


def found(results):
    """What was found, by what was looked at."""
    return {one.what.removeprefix("permission: "): one for one in results}


def all_of(home, recording=None):
    """Everything that the doctor says of the org behind `env`."""
    return found(examine_org(ENV, home, SYSTEM, recording or Recording()))


def test_a_well_allowed_user_is_told_so(home, served, env):
    """Reads only; each permission has its line, and what is missing its reason and loss."""
    server = served(name="Acme UAT")
    env(server)
    said = all_of(home)
    assert said["may be written to"].said.startswith("allowed")
    assert said["Create on the objects to be filled"].level == "ok"
    assert said["View Setup and Configuration"].level == "ok"
    assert "every record is created today" in said["Set Audit Fields upon Record Creation"].hint
    assert [call for call in server.org.calls() if call[0] != "GET" and "/oauth2/" not in call[1]] == []


@pytest.mark.parametrize(
    ("user", "name", "level", "detail"),
    [
        ("no-setup", "View Setup and Configuration", "warning", "no"),
        ("no-opportunity", "Create on the objects to be filled", "ok", "yes"),
        ("no-marketing", "Marketing User", "warning", "Campaign"),
    ],
)
def test_a_user_who_lacks_something_is_told_what_is_lost(home, served, env, user, name, level, detail):
    """Each kind of user of the emulator gets its own line, and nothing crashes."""
    env(served(user=user, schema=USERS[user](demo_schema())))
    said = all_of(home)
    assert said[name].level == level
    assert detail in said[name].said


def test_a_user_without_the_api_is_told_at_once(home, served, env):
    """Nothing else is asked."""
    env(served(user="no-api", schema=demo_schema()))
    said = all_of(home)
    assert said["org env"].level == "problem"
    assert len(said) == 1


def test_what_to_ask_the_admin_for_is_text_to_send(emulated):
    """The message names what is missing and why; nothing missing is said too."""
    one = emulated(user="no-setup", schema=demo_schema())
    asked = permissions(one.connect(), ["Account", "Nonsense__c"])
    said = message(asked)
    assert "- View Setup and Configuration: reads limits" in said
    assert "not visible: Nonsense__c" in said
    assert message(()) == "Nothing is missing."


def test_the_write_test_writes_six_records_and_takes_them_back(home, served, env):
    """By the load code: inserted, read back, undone; the org holds nothing afterwards."""
    server = served(name="Acme UAT")
    env(server)
    recording = Recording()
    said = found(try_writing(ENV, home, SYSTEM, recording, confirmed_name=None))
    assert {one.level for one in said.values()} == {"ok"}, said
    assert said["write: insert"].said.startswith("3 of 3 Account, 3 of 3 Contact")
    assert server.org.connect().count("SELECT COUNT() FROM Account") == 0
    assert server.org.connect().count("SELECT COUNT() FROM Contact") == 0
    assert [one for one in recording.exchanges if one.method == "PUT"], "the uploads were recorded"


def test_the_write_test_tells_what_the_org_refused(home, served, env):
    """Rows that the org refuses are named with their cause, and the rest is still taken back."""
    server = served()
    env(server)
    server.org.fault(at="row", do="fail", rows=[0], code="FIELD_CUSTOM_VALIDATION_EXCEPTION", match={"object": "Contact"})
    said = found(try_writing(ENV, home, SYSTEM, Recording(), confirmed_name=None))
    assert said["write: insert"].level == "problem"
    assert "FIELD_CUSTOM_VALIDATION_EXCEPTION" in said["write: insert"].said
    assert said["write: undo"].level == "ok"
    assert server.org.connect().count("SELECT COUNT() FROM Account") == 0


def test_the_write_test_is_guarded(home, served, env):
    """Production gets no write."""
    server = served(is_sandbox=False)
    env(server)
    with pytest.raises(GuardRefused):
        list(try_writing(ENV, home, SYSTEM, Recording(), confirmed_name=None))
    assert [call for call in server.org.calls() if call[0] != "GET" and "/oauth2/" not in call[1]] == []


# Every fault

WRITES = "POST|PUT|PATCH"
FAULTS = {
    "throttled": {"at": "before", "do": "answer", "status": 503, "match": {"path": "/services/data"}},
    "limit": {"at": "before", "do": "answer", "status": 403, "code": "REQUEST_LIMIT_EXCEEDED", "match": {"path": "limits"}},
    "no limits": {"at": "before", "do": "answer", "status": 400, "code": "ZEBRA", "times": 0, "match": {"path": "limits"}},
    "a proxy's page": {"at": "before", "do": "html", "match": {"path": "sobjects"}},
    "a proxy's page for good": {"at": "before", "do": "html", "times": 0, "match": {"path": "Contact/describe"}},
    "cut": {"at": "before", "do": "cut", "match": {"path": "query"}},
    "cut for good": {"at": "before", "do": "cut", "times": 0, "match": {"path": "Account/describe"}},
    "broken off": {"at": "after", "do": "break_off", "match": {"path": "sobjects"}},
    "expired": {"at": "before", "do": "expire_token", "match": {"path": "sobjects"}},
    "create lost": {"at": "after", "do": "cut", "match": {"method": "POST", "path": "/jobs/ingest"}},
    "upload cut": {"at": "upload", "do": "cut", "bytes": 10},
    "close lost": {"at": "after", "do": "cut", "match": {"method": "PATCH", "path": "/jobs/ingest"}},
    "chunk failed": {"at": "chunk", "do": "fail", "message": "locked"},
    "rows failed": {"at": "row", "do": "fail", "share": 1.0, "code": "FIELD_CUSTOM_VALIDATION_EXCEPTION"},
    "lines lost": {"at": "line", "do": "lose", "rows": [0]},
    "changed echo": {"at": "echo", "do": "trim"},
    "purged": {"at": "before", "do": "purge_job", "match": {"method": "GET", "path": "/jobs/ingest/750"}},
    "refreshed": {"at": "before", "do": "refresh_sandbox", "match": {"method": WRITES, "path": "/jobs/ingest"}},
}
SAMPLE = {"a proxy's page for good", "create lost", "rows failed", "refreshed"}


@pytest.mark.parametrize("name", [pytest.param(n, marks=() if n in SAMPLE else pytest.mark.slow) for n in FAULTS])
def test_with_any_fault_the_doctor_tells_and_leaves_nothing(home, served, env, name):
    """Looking and the write test end in lines, whatever goes wrong; what was written is taken back, or named to be."""
    server = served(name="Xyzzy Holdings")
    env(server)
    server.org.fault(**FAULTS[name])
    recording = Recording()
    told = [*examine_org(ENV, home, SYSTEM, recording)]
    try:
        told += try_writing(ENV, home, SYSTEM, recording, confirmed_name=None)
    except SfseedError as error:
        told.append(Examined("write", "problem", error.message, error.hint))
    assert all(one.said for one in told)
    left = server.org.connect().count("SELECT COUNT() FROM Account")
    assert not left or [one for one in told if one.what == "write: undo" and one.level == "problem" and one.hint], told
    path = home / "sfseed-report.zip"
    write_report(path, told, recording.exchanges)
    text = "\n".join(texts(path.read_bytes()).values())
    for secret in ("Xyzzy", server.org.state.org_id, "127.0.0.1", "brightwater"):
        assert secret not in text


# The report


def strings(data):
    """Every text in JSON data."""
    if isinstance(data, dict):
        return {text for key, one in data.items() for text in {key} | strings(one)}
    if isinstance(data, list):
        return {text for one in data for text in strings(one)}
    return {data} if isinstance(data, str) else set()


def test_the_report_holds_none_of_the_org(home, served, env):
    """Every text that the org sent or was sent, but for the protocol's own words, is absent from the zip."""
    server = served(name="Xyzzy Holdings")
    env(server)
    recording = Recording()
    results = [
        *examine_org(ENV, home, SYSTEM, recording),
        *try_writing(ENV, home, SYSTEM, recording, confirmed_name=None),
        Examined("write: insert", "problem", "0 of 3 Xyzzy", "hint of Xyzzy"),
    ]
    path = home / "sfseed-report.zip"
    write_report(path, results, recording.exchanges)
    with zipfile.ZipFile(path) as archive:
        assert sorted(archive.namelist()) == ["README.txt", "checks.txt", "exchanges.txt"]
        told = {name: archive.read(name).decode() for name in archive.namelist()}
    text = "\n".join(told.values())
    words = set(re.findall(r"[\w.@!+-]+", told["exchanges.txt"]))
    has = oauth.credentials(server.org.state)
    for secret in (
        *(getattr(has, name) for name in has.__slots__),
        server.org.state.org_id,
        "Xyzzy",
        "127.0.0.1",
        str(home),
    ):
        assert secret not in text
    sent = set()
    for one in recording.exchanges:
        try:
            sent |= strings(json.loads(one.received))
        except ValueError:
            sent |= set(re.findall(r"[^,\"\n]+", one.received.decode() + one.sent.decode()))
    kept = {one for one in sent & words if redaction.value(one) != one and not re.fullmatch(r"[A-Z_]+|\d+", one)}
    assert len(sent) > 1000
    assert kept <= {"text", "number", "name", "page", "rows", "more"}


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_of_an_org_passes(key, text):
    """Whatever a key or value is, it is replaced unless it is a word of the protocol; nothing raises."""
    shown = json.dumps(redaction.shape({key: text, "q": [text]}), ensure_ascii=False)
    for one in (key, text):
        assert redaction.value(one) == one or len(one) < 8 or one not in shown
    redaction.soql(text)
    redaction.body(text.encode(), "text/csv")
    redaction.address(f"https://x/{key}?q={text}")


def test_what_is_kept_of_an_exchange_is_its_shape():
    """Verbs, standard names, codes, counts and lengths stay; names, ids and values go."""
    query = "SELECT Id, Secret__c FROM Account WHERE Name = 'Ann O\\'Neil' AND X__c > 12"
    one = Exchange(
        "GET",
        f"https://acme--uat.sandbox.my.salesforce.com/services/data/v67.0/query?q={query.replace(' ', '%20')}",
        400,
        12,
        received=b'[{"errorCode":"INVALID_FIELD","message":"No such column Secret__c","novelty":true,"nouvelle":1}]',
        content_type="application/json;charset=UTF-8",
    )
    shown = redaction.exchange(one)
    assert "GET /services/data/v67.0/query?q=SELECT Id, <name 9>__c FROM Account WHERE Name = '<text 11>' AND" in shown
    assert '"errorCode": "INVALID_FIELD"' in shown
    assert '"message": "<text 24>"' in shown
    assert "Secret" not in shown
    assert "acme" not in shown


def test_unknown_keys_of_one_length_are_all_kept():
    """Two keys that look the same once replaced are numbered."""
    assert redaction.shape({"abcd": 1, "efgh": 22}) == {"<text 4>": "<number 1>", "<text 4> #2": "<number 2>"}


def test_a_lost_connection_is_part_of_the_report():
    """An exchange without an answer says so."""
    recording = Recording()
    session = Recording({"https://": next(iter(recording.mounts.values()))})
    assert session.exchanges == []
    shown = redaction.exchange(Exchange("POST", "https://a/services/data/v67.0/jobs/ingest", 0, 5, failure="ReadTimeout"))
    assert shown == "POST /services/data/v67.0/jobs/ingest -> no answer (ReadTimeout), 5 ms"


@pytest.mark.parametrize(
    "answer",
    [b"<html>maintenance</html>", b"", b"{", b"null", b"[]", b'{"records":7}', b"\xff\xfe", b"[" * 5000],
)
def test_an_odd_answer_is_told_and_never_crashes(answer):
    """Non-JSON and unknown shapes become errors in words."""
    shown = redaction.body(answer)
    assert "maintenance" not in shown
