"""Every route rejects garbage with Salesforce's error, never with a server's mistake."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from sfseed_emulator.routes.registry import all_routes
from sfseed_emulator.routes.route import Route
from tests.emulator.conftest import BASE, Org

SQL = 'x\' OR 1=1; DROP TABLE "Account"; --'
NAMES = ("Account", SQL, "%00\u2603", "x" * 3000, "..%2f..%2fetc", "001000000000000AAA", "0")
BODIES: tuple[bytes, ...] = (
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"\xff\xfe\x00",
    b"[" * 20_000,
    b'{"records":7,"compositeRequest":{},"graphs":[{}],"batchRequests":[[]],"state":[],"operation":{},"object":7}',
    json.dumps({"records": [{"attributes": 7}], "Name": SQL, "object": SQL, "operation": "insert", "query": SQL}).encode(),
    json.dumps({"records": [{"attributes": {"type": SQL}, SQL: {SQL: [1]}}], "ids": [SQL], "fields": [SQL]}).encode(),
    b'{"Name":{"a":[{}]},"NumberOfEmployees":1e400,"Id":"\\ud800"}',
    b"grant_type=" + quote(SQL).encode() + b"&code=x&assertion=a.b.c&token=%00&username=%ff",
    b"<x><y/></x>",
)
QUERIES: tuple[dict[str, str], ...] = (
    {},
    {"q": SQL, "ids": SQL, "fields": SQL, "start": SQL, "end": SQL, "limit": SQL, "sObjects": SQL},
    {"q": f"SELECT Id FROM Account WHERE Name = '{SQL}'", "explain": SQL, "locator": SQL, "maxRecords": "-1"},
    {"q": f"FIND {{{SQL}}} RETURNING Account(Id WHERE {SQL})", "sobject": SQL, "locator": "\u2603", "limit": "9" * 50},
    {"q": "(" * 5000, "allOrNone": SQL, "queryLocator": SQL, "maxRecords": "9" * 400},
)
ROUTES = [route for route in all_routes() if not route.path.startswith("/services/Soap")]


def paths(template: str) -> Iterator[str]:
    """Fill a template's parameters with names that are none."""
    names = re.findall(r"\{(\w+)[^}]*\}", template)
    for shift in range(len(NAMES)):
        filled = template
        for place, name in enumerate(names):
            value = NAMES[(shift + place * 3) % len(NAMES)]
            usual = {"version": "67.0", "number": "67.0"}.get(name) or (
                value if name != "object" or shift % 2 else "Account"
            )
            filled = re.sub(rf"\{{{name}[^}}]*\}}", lambda _found, text=usual: quote(text, safe="%"), filled, count=1)
        yield filled
        if not set(names) - {"version", "number"}:
            return


@pytest.fixture(scope="module")
def one_org(practice_schema: object) -> Iterator[Org]:
    """One org for all routes, so that it must also survive what came before."""
    import requests

    from sfseed_emulator import oauth
    from sfseed_emulator.app import create_app
    from sfseed_emulator.inprocess import InProcessAdapter
    from sfseed_emulator.schema import demo_rows
    from sfseed_emulator.state import OrgState

    state = OrgState.create(None, practice_schema, rows=demo_rows(practice_schema))  # type: ignore[arg-type]
    session = requests.Session()
    session.mount("https://", InProcessAdapter(create_app(state)))
    session.headers["Authorization"] = f"Bearer {oauth.new_access_token(state)}"
    yield Org(state, session)
    session.close()
    state.close()


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_garbage_is_answered_and_harms_nothing(one_org: Org, route: Route) -> None:
    """No body, query string or path makes an error of the server's own, and the tables are still there."""
    bodies, queries = itertools.cycle(BODIES), itertools.cycle(QUERIES)
    send: Callable[..., object] = one_org.session.request
    known = [*paths(route.path)]
    for turn in range(max(len(BODIES) if route.method not in ("GET", "DELETE") else len(QUERIES), len(known))):
        path, body, query = known[turn % len(known)], next(bodies), next(queries)
        kind = ("application/json", "text/csv", "application/x-www-form-urlencoded", "application/xml")[turn % 4]
        if not body.startswith(b"grant") and turn % 4 == 2:
            kind = "application/json"
        answer = send(
            route.method, BASE + path, data=body, params=query, headers={"Content-Type": kind}, allow_redirects=False
        )
        assert answer.status_code < 500, (path, body[:80], query, answer.text[:300])  # type: ignore[attr-defined]
    assert one_org.state.db.execute('SELECT COUNT(*) FROM "Account"').fetchone()[0] >= 0


def test_the_session_outlived_the_garbage(one_org: Org) -> None:
    """What was sent reached the handlers: hardly anything was refused for its session."""
    statuses = [entry.status for entry in one_org.state.requests]
    assert statuses.count(401) < len(statuses) / 10
    assert one_org.call("GET", "/sobjects/Account/describe").status_code == 200
