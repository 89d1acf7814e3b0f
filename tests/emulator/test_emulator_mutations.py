"""Requests that were right until one value in them was changed: answered with Salesforce's error or done, never with a 500."""

from __future__ import annotations

import copy
import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from sfseed_emulator import app
from tests.emulator.conftest import Org
from tests.emulator.test_emulator_garbage import SQL, one_org

__all__ = ["one_org"]  # the same org for all, as for the garbage

UNKNOWN_ID = "001ZZ0000000ZZZAAA"
ACCOUNT = {"attributes": {"type": "Account"}, "Name": "A", "NumberOfEmployees": 7, "AnnualRevenue": 1.5, "ParentId": None}
CONTACT = {
    "attributes": {"type": "Contact"},
    "LastName": "L",
    "Birthdate": "1990-01-02",
    "Account": {"Customer_Number__c": "k"},
}
INNER = {"method": "POST", "url": "/services/data/v67.0/sobjects/Account", "referenceId": "a", "body": {"Name": "A"}}
READ = {"method": "GET", "url": "/services/data/v67.0/sobjects/Account/@{a.id}", "referenceId": "b"}
TREE = {"attributes": {"type": "Account", "referenceId": "a"}, "Name": "A", "Contacts": {"records": [
    {"attributes": {"type": "Contact", "referenceId": "c"}, "LastName": "L"}]}}  # fmt: skip
RIGHT: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("POST", "/sobjects/Account", ACCOUNT),
    ("POST", "/sobjects/Contact", CONTACT),
    ("PATCH", "/sobjects/Account/Customer_Number__c/k-9", {"Name": "A", "Site": "x", "Phone": None}),
    ("PATCH", f"/sobjects/Account/{UNKNOWN_ID}", {"Name": "A"}),
    ("POST", "/composite/sobjects", {"allOrNone": False, "records": [ACCOUNT, CONTACT]}),
    ("PATCH", "/composite/sobjects", {"allOrNone": True, "records": [{**ACCOUNT, "id": UNKNOWN_ID}]}),
    ("PATCH", "/composite/sobjects/Account/Customer_Number__c", {"records": [{**ACCOUNT, "Customer_Number__c": "m"}]}),
    ("POST", "/composite/sobjects/Account", {"ids": [UNKNOWN_ID], "fields": ["Name"]}),
    ("POST", "/composite", {"allOrNone": True, "collateSubrequests": True, "compositeRequest": [INNER, READ]}),
    ("POST", "/composite/batch", {"haltOnError": True, "batchRequests": [{"method": "GET", "url": "v67.0/limits"}]}),
    ("POST", "/composite/graph", {"graphs": [{"graphId": "g", "compositeRequest": [INNER, READ]}]}),
    ("POST", "/composite/tree/Account", {"records": [TREE]}),
    ("POST", "/parameterizedSearch", {"q": "Acme", "in": "NAME", "overallLimit": 5,
     "sobjects": [{"name": "Account", "fields": ["Id", "Name"], "where": "Name != null", "limit": 3}]}),
    ("POST", "/jobs/ingest", {"object": "Account", "operation": "upsert", "externalIdFieldName": "Customer_Number__c",
     "contentType": "CSV", "lineEnding": "LF", "columnDelimiter": "COMMA"}),
    ("POST", "/jobs/query", {"operation": "query", "query": "SELECT Id FROM Account", "contentType": "CSV"}),
    ("POST", "/services/async/67.0/job", {"operation": "insert", "object": "Account", "contentType": "CSV"}),
)  # fmt: skip
WRONG: tuple[Any, ...] = (
    None,
    True,
    7,
    -1.5e300,
    "",
    SQL,
    UNKNOWN_ID,
    "\u2603\x00",
    "x" * 40_000,
    [],
    [[]],
    {},
    {"a": [SQL]},
)


def mutated(value: Any) -> Iterator[Any]:
    """Make copies of a request with one value in it changed, dropped or named otherwise."""
    if isinstance(value, dict):
        for name, inner in value.items():
            for changed in [*WRONG, *mutated(inner)]:
                yield {**value, name: changed}
            yield {key: one for key, one in value.items() if key != name}
            yield {SQL if key == name else key: one for key, one in value.items()}
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            for changed in [*WRONG, *mutated(inner)]:
                yield [*value[:place], changed, *value[place + 1 :]]
        yield value * 300


@pytest.mark.parametrize(("method", "path", "right"), RIGHT, ids=[f"{method} {path}" for method, path, _ in RIGHT])
def test_one_wrong_value_is_refused_or_taken_never_broken(
    one_org: Org, method: str, path: str, right: dict[str, Any]
) -> None:
    """Every refusal is a list of errors with a code and a message (v1 jobs: one document)."""
    for body in [copy.deepcopy(right), *mutated(right)]:
        answer = one_org.call(method, path, json=body)
        assert answer.status_code < 500, (body, answer.text[:300])
        if answer.status_code >= 400 and "/tree/" not in path and "/async/" not in path:
            for error in answer.json():
                assert error["errorCode"], body
                assert isinstance(error["message"], str), body
    assert one_org.state.db.execute('SELECT COUNT(*) FROM "Account"').fetchone()[0] > 0


def test_bodies_that_are_too_large_are_refused(one_org: Org, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sent plainly, or packed so that they are small on the way."""
    monkeypatch.setattr(app, "LARGEST_BODY", 50_000)
    body = json.dumps({"Name": "x" * 60_000}).encode()
    for sent, headers in ((body, {}), (gzip.compress(body), {"Content-Encoding": "gzip"})):
        answer = one_org.call(
            "POST", "/sobjects/Account", data=sent, headers={"Content-Type": "application/json", **headers}
        )
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (413, "ENTITY_TOO_LARGE")
    assert (
        one_org.call("POST", "/sobjects/Account", data=b"\x1f\x8bno", headers={"Content-Encoding": "gzip"}).status_code
        == 400
    )
