"""Whatever an org says that we do not know is kept, shown or told in words; it never crashes anything."""

from __future__ import annotations

import contextlib
import copy
import json
import random
import tempfile
from pathlib import Path

import pytest
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st
from requests.adapters import BaseAdapter

from sfseed_core.errors import InternalError, SfseedError
from sfseed_core.load.execute import execute
from sfseed_core.load.options import Options
from sfseed_core.org.client import connect
from sfseed_core.org.guard import admit, decide
from sfseed_core.schema.cache import Cache
from sfseed_core.schema.discover import discover
from sfseed_core.snapshot.read import take
from sfseed_core.workflow.permissions import message, permissions
from sfseed_core.workflow.redaction import body
from tests.emulated import EmulatedOrg
from tests.loading import new_run, projects, resolver_of, stage

OBJECTS = ("Account", "Contact", "Project__c")
ODD = (None, True, -1, 0.5, 10**30, "", "Zebra", "2026-13-45", [], {}, [None], [[]], {"a": {"b": []}}, "\x00", "ü" * 300)
BODIES = (
    b"",
    b"null",
    b"<html>maintenance</html>",
    b"\xff\xfe",
    b"[" * 3000,
    b'{"a":',
    b"7",
    b'"text"',
    b"[]",
    b"{}",
    b"{}{}",
)
STATUSES = (200, 204, 207, 299, 302, 400, 401, 403, 404, 409, 418, 429, 500, 502, 503, 599)
JOB_STATES = ("Zebra", "", None, 7, "uploadcomplete", "JobCompleteMaybe")


class Odd(BaseAdapter):
    """Stands before an emulated org and changes some of its answers."""

    def __init__(self, inner: BaseAdapter, seed: int, share: float, only: str = "") -> None:
        super().__init__()
        self._inner, self._draw, self._share, self._only = inner, random.Random(seed), share, only
        self.changed: list[str] = []

    def send(self, request, *args, **more):
        """Send it, and perhaps change what came back."""
        answer = self._inner.send(request, *args, **more)
        if self._only in request.url and self._draw.random() < self._share:
            how = self._draw.choice((self._keys, self._keys, self._body, self._status))
            self.changed.append(f"{how.__name__} {request.method} {request.url}")
            how(answer)
        return answer

    def close(self):
        """Leave the org to its owner."""

    def _body(self, answer):
        answer._content = self._draw.choice(BODIES)
        answer._content_consumed = True

    def _status(self, answer):
        answer.status_code = self._draw.choice(STATUSES)

    def _keys(self, answer):
        try:
            data = json.loads(answer.content)
        except ValueError:
            return
        for _ in range(self._draw.randint(1, 4)):
            self._at_one_place(data)
        with contextlib.suppress(ValueError):  # it would hold itself
            answer._content = json.dumps(data).encode()

    def _at_one_place(self, data):
        """Walk down at random; there put an unknown key, take one out, or change a value."""
        while True:
            inside = [
                one for one in (data.values() if isinstance(data, dict) else data) if isinstance(one, dict | list) and one
            ]
            if not inside or self._draw.random() < 0.15:
                break
            data = self._draw.choice(inside)
        if isinstance(data, list):
            if data:
                data[self._draw.randrange(len(data))] = copy.deepcopy(self._draw.choice(ODD))
            return
        key = self._draw.choice([*data, "zebraStripes"])
        if key in data and self._draw.random() < 0.4:
            del data[key]
        else:
            data[key] = copy.deepcopy(self._draw.choice(ODD))


@pytest.fixture(scope="module")
def org():
    """One emulated org for all examples."""
    with stamina.set_testing(True, attempts=2):
        one = EmulatedOrg.start(schema=None, name="Acme UAT")
        yield one
        one.stop()


def look_everywhere(org, odd):
    """Do all that only reads: connect, judge, discover, snapshot, permissions."""
    client = connect(org.login(), mounts={"https://": odd})
    decide(client.facts)
    told(lambda: admit(client, confirmed_name="Acme UAT"))
    message(permissions(client, OBJECTS))
    with tempfile.TemporaryDirectory() as folder:
        schema = discover(client, names=OBJECTS, cache=Cache(Path(folder)), parallel=1)
    take(client, schema, objects=OBJECTS)
    client.record_counts(OBJECTS)
    client.limits()


def told(do) -> SfseedError | None:
    """Do it; return the error of ours that it ended with."""
    try:
        do()
    except SfseedError as error:
        return error
    return None


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 1 << 32),
    st.sampled_from([0.03, 0.15, 1.0]),
    st.sampled_from(["", "describe", "query", "limits", "/sobjects"]),
)
def test_reading_an_odd_org_never_crashes(org, seed, share, only):
    """Unknown and missing keys, other types, other statuses, bodies that are no JSON: an error of ours in words, or none."""
    odd = Odd(org.adapter, seed, share, only)
    said = told(lambda: look_everywhere(org, odd))
    assert not isinstance(said, InternalError), odd.changed
    assert said is None or 0 < len(said.message) < 2000


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["text/csv", "application/json", "text/html", ""]))
def test_any_body_can_be_shown_in_a_report(content, kind):
    """Whatever a body is, it is shown by its shape."""
    assert isinstance(body(content, kind), str)


@pytest.mark.parametrize("seed", range(3))
def test_an_odd_fact_never_opens_an_org(emulated, seed):
    """Whatever production says of itself in other words than we know, it is not written to."""
    one = emulated(is_sandbox=False)
    for number in range(25):
        odd = Odd(one.adapter, seed * 1000 + number, 1.0, only="Organization")
        try:
            client = connect(one.login(), mounts={"https://": odd})
            verdict = decide(client.facts).verdict
        except SfseedError:
            continue
        if verdict == "allowed":
            assert client.facts.is_sandbox is True, odd.changed


@pytest.mark.parametrize("seed", range(4))
def test_loading_into_an_odd_org_ends_in_words_and_loses_nothing(home, emulated, seed):
    """Job answers with unknown states, keys and codes: the run ends or stops with an error of ours, and can be gone on with."""
    one = emulated()
    made = projects(2)[:1]
    dataset = stage(home, one, made)
    client = one.connect()
    resolver = resolver_of(client)
    run = new_run(home, dataset)
    odd = Odd(one.adapter, seed, 0.3, only="/jobs/ingest")
    quick = Options(first_wait=0.001, longest_wait=0.01, patience=5)
    said = told(
        lambda: execute(run, admit(connect(one.login(), mounts={"https://": odd})), dataset, resolver, options=quick)
    )
    assert not isinstance(said, InternalError), odd.changed
    status = execute(run, one.admit(), dataset, resolver, options=quick)
    counts = status.objects["Account"]
    assert counts.adds_up()
    assert client.count("SELECT COUNT() FROM Account") == counts.succeeded + counts.in_doubt, odd.changed
