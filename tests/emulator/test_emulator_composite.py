"""Composite, graph, batch and tree: several requests or records in one call."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import DATA, Org


def sub(method: str, path: str, name: str, body: object = None, **more: object) -> dict[str, object]:
    """Make one request of a composite."""
    whole = {"method": method, "url": path if path.startswith("/services") else DATA + path, "referenceId": name, **more}
    return whole if body is None else {**whole, "body": body}


def composite(org: Org, *requests: dict[str, object], **more: object) -> list[dict[str, Any]]:
    """Send a composite and return its answers."""
    answer = org.call("POST", "/composite", json={"compositeRequest": list(requests), **more})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["compositeResponse"])


def test_a_composite_uses_the_answers_of_its_earlier_requests(org: Org) -> None:
    """References stand for values of earlier answers in addresses and bodies, also in lists of a query's records."""
    made = composite(
        org,
        sub("POST", "/sobjects/Account", "acc", {"Name": "Northwind"}),
        sub("POST", "/sobjects/Contact/", "con", {"LastName": "Diaz", "AccountId": "@{acc.id}"}),
        sub("GET", "/query?q=SELECT+Id,Name+FROM+Account", "q"),
        sub("PATCH", "/sobjects/Account/@{q.records[0].Id}", "changed", {"Site": "named @{q.records[0].Name}"}),
        sub("GET", "/sobjects/Contact/@{con.id}?fields=AccountId", "read"),
    )
    assert [one["httpStatusCode"] for one in made] == [201, 201, 200, 204, 200]
    account = made[0]["body"]["id"]
    assert made[0]["httpHeaders"] == {"Location": f"{DATA}/sobjects/Account/{account}"}
    assert made[3] == {"body": None, "httpHeaders": {}, "httpStatusCode": 204, "referenceId": "changed"}
    assert made[4]["body"]["AccountId"] == account
    assert org.get("Account", account)["Site"] == "named Northwind"


def test_a_failed_request_undoes_the_others_only_with_all_or_none(org: Org) -> None:
    """With allOrNone nothing is kept and the others are halted; without it only what refers to the failed one fails."""
    requests = (
        sub("POST", "/sobjects/Account", "good", {"Name": "Kept?"}),
        sub("POST", "/sobjects/Account", "bad", {"Site": "no name"}),
        sub("POST", "/sobjects/Contact", "child", {"LastName": "D", "AccountId": "@{bad.id}"}),
    )
    halted = composite(org, *requests, allOrNone=True)
    assert [one["body"][0]["errorCode"] for one in halted] == [
        "PROCESSING_HALTED",
        "REQUIRED_FIELD_MISSING",
        "PROCESSING_HALTED",
    ]
    assert org.state.live_count("Account") == 0
    apart = composite(org, *requests)
    assert [one["httpStatusCode"] for one in apart] == [201, 400, 400]
    assert apart[2]["body"] == [
        {
            "errorCode": "PROCESSING_HALTED",
            "message": "Invalid reference specified. No value for bad.id found in bad.",
        }
    ]
    assert org.state.live_count("Account") == 1


def test_a_composite_of_describes_answers_304_for_what_is_known(org: Org) -> None:
    """A request inside has headers of its own; unmodified schema is not sent again."""
    [answer] = composite(
        org,
        sub("GET", "/sobjects", "d", httpHeaders={"If-Modified-Since": "Thu, 03 Sep 2099 21:35:07 GMT"}),
    )
    assert (answer["httpStatusCode"], answer["body"]) == (304, None)
    assert "Last-Modified" in answer["httpHeaders"]


def test_a_composite_counts_as_one_call_and_a_batch_as_each_of_its_requests(org: Org) -> None:
    """Only batch uses up a call for each request inside."""

    def used() -> int:
        return int(org.call("GET", "/limits").headers["Sforce-Limit-Info"].split("=")[1].split("/")[0])

    before = used()
    composite(org, *(sub("GET", "/limits", f"n{n}") for n in range(5)))
    between = used()
    org.call("POST", "/composite/batch", json={"batchRequests": [{"method": "GET", "url": "v67.0/limits"}] * 5})
    assert (between - before, used() - between) == (2, 7)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"compositeRequest": []},
        {"compositeRequest": "x"},
        {"compositeRequest": [7]},
        {"compositeRequest": [sub("GET", "/limits", "a b")]},
        {"compositeRequest": [sub("EAT", "/limits", "a")]},
        {"compositeRequest": [{"method": "GET", "referenceId": "a"}]},
        {"compositeRequest": [sub("GET", "/limits", "a")] * 2},
        {"compositeRequest": [sub("GET", "/limits", f"n{n}") for n in range(26)]},
        {"compositeRequest": [sub("GET", "/query?q=SELECT+Id+FROM+Account", f"n{n}") for n in range(6)]},
    ],
)
def test_a_malformed_composite_is_refused(org: Org, body: object) -> None:
    """What is no list of at most 25 named requests is refused as a whole."""
    assert org.error("POST", "/composite", json=body)["status"] == 400


@pytest.mark.parametrize(
    "path", ["/composite", "/composite/batch", "/composite/tree/Account", "/nothing", "/services/oauth2/userinfo"]
)
def test_a_composite_reaches_rest_resources_only(org: Org, path: str) -> None:
    """Composites do not nest, and log nobody in."""
    [answer] = composite(org, sub("GET", path, "inner"))
    assert (answer["httpStatusCode"], answer["body"][0]["errorCode"]) == (404, "NOT_FOUND")


def test_a_batch_runs_independent_requests_and_halts_if_told(org: Org) -> None:
    """Each request has its own result; with haltOnError what follows a failure is not run."""
    requests = [
        {"method": "POST", "url": "v67.0/sobjects/Account", "richInput": {"Name": "One"}},
        {"method": "GET", "url": f"{DATA}/sobjects/Nothing/describe"},
        {"method": "GET", "url": "v67.0/limits/"},
    ]
    told = org.call("POST", "/composite/batch", json={"batchRequests": requests}).json()
    assert told["hasErrors"] is True
    assert [one["statusCode"] for one in told["results"]] == [201, 404, 200]
    assert told["results"][0]["result"]["success"] is True
    halted = org.call("POST", "/composite/batch", json={"batchRequests": requests, "haltOnError": True}).json()
    assert [one["statusCode"] for one in halted["results"]] == [201, 404, 412]
    assert halted["results"][2]["result"][0]["errorCode"] == "BATCH_PROCESSING_HALTED"


def test_each_graph_is_a_transaction_of_its_own(org: Org) -> None:
    """A graph that fails leaves nothing behind, and the other graphs are kept."""

    def graph(name: str, last: object) -> dict[str, object]:
        first = sub("POST", "/sobjects/Account", "acc", {"Name": name})
        return {
            "graphId": name,
            "compositeRequest": [
                first,
                sub("POST", "/sobjects/Contact", "con", {"LastName": last, "AccountId": "@{acc.id}"}),
            ],
        }

    answer = org.call("POST", "/composite/graph", json={"graphs": [graph("good", "Diaz"), graph("bad", None)]}).json()
    assert [(one["graphId"], one["isSuccessful"]) for one in answer["graphs"]] == [("good", True), ("bad", False)]
    assert [one["httpStatusCode"] for one in answer["graphs"][1]["graphResponse"]["compositeResponse"]] == [400, 400]
    assert org.call("GET", "/query?q=SELECT Name FROM Account").json()["records"][0]["Name"] == "good"
    assert org.state.live_count("Account") == 1


def test_a_tree_is_saved_whole_or_not_at_all(org: Org) -> None:
    """Children refer to their parents; one bad record keeps the whole tree out and only the culprit is named."""

    def tree(email: str) -> dict[str, object]:
        contact = {"attributes": {"type": "Contact", "referenceId": "c1"}, "LastName": "Diaz", "Email": email}
        account = {"attributes": {"type": "Account", "referenceId": "a1"}, "Name": "Northwind"}
        return {"records": [{**account, "Contacts": {"records": [contact]}}]}

    bad = org.call("POST", "/composite/tree/Account", json=tree("x"))
    assert bad.status_code == 400
    assert bad.json() == {
        "hasErrors": True,
        "results": [
            {
                "referenceId": "c1",
                "errors": [
                    {
                        "statusCode": "INVALID_EMAIL_ADDRESS",
                        "message": "Email: invalid email address: x",
                        "fields": ["Email"],
                    }
                ],
            }
        ],
    }
    assert org.state.live_count("Account") == 0
    good = org.call("POST", "/composite/tree/Account/", json=tree("x@example.com"))
    assert good.status_code == 201
    assert [one["referenceId"] for one in good.json()["results"]] == ["a1", "c1"]
    account, contact = (one["id"] for one in good.json()["results"])
    assert org.get("Contact", contact)["AccountId"] == account


@pytest.mark.parametrize(
    "records",
    [
        None,
        [],
        [3],
        [{"Name": "no reference"}],
        [{"attributes": {"type": "Contact", "referenceId": "a"}, "LastName": "wrong type"}],
        [{"attributes": {"type": "Account", "referenceId": "a"}, "Name": "twice"}] * 2,
        [{"attributes": {"type": "Account", "referenceId": f"a{n}"}, "Name": "many"} for n in range(201)],
        [{"attributes": {"type": "Account", "referenceId": "a"}, "Name": "x", "Contacts": {"records": 5}}],
    ],
)
def test_a_malformed_tree_is_refused(org: Org, records: object) -> None:
    """Every record needs its type and a reference of its own, and there may be 200."""
    assert org.error("POST", "/composite/tree/Account", json={"records": records})["errorCode"] == "INVALID_INPUT"
