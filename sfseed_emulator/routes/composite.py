"""Several requests in one: composite (they may refer to each other), graph (several composites) and batch (independent)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from sfseed_emulator import limits, references
from sfseed_emulator.errors import ApiError
from sfseed_emulator.routes.route import DATA, JSON_TYPE, Answer, Route

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_emulator.routes.route import Call

MOST_REQUESTS = 25
MOST_COSTLY = 5
MOST_GRAPHS = 75
MOST_NODES = 500
MOST_FAILED_GRAPHS = 14
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_COSTLY = ("/query", "/queryAll", "/composite/sobjects")
_NEVER_INSIDE = ("/composite", "/composite/batch", "/composite/graph", "/composite/tree")
_HEADERS_SHOWN = ("ETag", "Last-Modified", "Location")
_ROLLED_BACK = "The transaction was rolled back since another operation in the same transaction failed."


class _RolledBack(Exception):
    """A request inside failed and the caller wants all or none."""


@dataclass(frozen=True, slots=True)
class SubRequest:
    """One request inside a composite one."""

    method: str
    url: str
    reference: str
    body: object
    headers: Mapping[str, str]


Outcome = tuple[SubRequest, Answer]


# Reading


def read_requests(listed: object, most: int) -> list[SubRequest]:
    """Read the list of requests inside a composite; ApiError where it is none, too long, or names one twice."""
    if not isinstance(listed, list) or not listed:
        raise ApiError("INVALID_INPUT", "The compositeRequest list is required and must hold at least one subrequest")
    if len(listed) > most:
        raise ApiError("LIMIT_EXCEEDED", f"Composite requests cannot hold more than {most} subrequests: {len(listed)}")
    found = [_read_request(one) for one in listed]
    names = [one.reference for one in found]
    twice = next((name for place, name in enumerate(names) if name in names[:place]), None)
    if twice is not None:
        raise ApiError("INVALID_INPUT", f"Duplicate referenceId provided: {twice}")
    return found


def _read_request(data: object) -> SubRequest:
    if not isinstance(data, dict):
        raise ApiError("JSON_PARSER_ERROR", "Every subrequest must be a JSON object")
    method, url, name = (data.get(key) for key in ("method", "url", "referenceId"))
    if not isinstance(name, str) or not references.NAME.fullmatch(name):
        raise ApiError("INVALID_INPUT", f"Provided referenceId is not valid (letters, digits and underscores only): {name}")
    if not isinstance(method, str) or method.upper() not in _METHODS:
        raise ApiError("INVALID_INPUT", f"Subrequest {name} has no valid method: {method}")
    if not isinstance(url, str) or not url:
        raise ApiError("INVALID_INPUT", f"Subrequest {name} has no url")
    return SubRequest(method.upper(), url, name, data.get("body"), _headers(data.get("httpHeaders")))


def _headers(given: object) -> dict[str, str]:
    return {str(name).lower(): str(value) for name, value in given.items()} if isinstance(given, dict) else {}


def _path(url: str) -> str:
    path = url.split("?", maxsplit=1)[0].rstrip("/")
    return path if path.startswith("/") else f"/{path}"


def _below_version(url: str) -> str:
    return "/" + "/".join(_path(url).split("/")[4:])  # what follows "", services, data, vXX.0


def _check_costs(requests: Sequence[SubRequest]) -> None:
    costly = [one for one in requests if _below_version(one.url).startswith(_COSTLY)]
    if len(costly) > MOST_COSTLY:
        text = f"Composite requests cannot hold more than {MOST_COSTLY} query or sObject Collections subrequests"
        raise ApiError("LIMIT_EXCEEDED", text)


# Acting


def send(call: Call, method: str, url: str, body: object, headers: Mapping[str, str]) -> Answer:
    """Act on a request inside another, on behalf of the same user."""
    path, _, query = url.partition("?")
    path = path if path.startswith("/") else f"/{path}"
    below = _below_version(path)
    if not path.startswith("/services/data/") or below in _NEVER_INSIDE or below.startswith("/composite/tree/"):
        raise ApiError("NOT_FOUND", "The requested resource does not exist")
    kept = {name: value for name, value in call.headers.items() if not name.startswith(("content-", "if-"))}
    inner = replace(
        call,
        method=method,
        path=path,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers={**kept, **headers},
        body=b"" if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8"),
    )
    return call.dispatch(inner)


def _act(call: Call, request: SubRequest, answers: Mapping[str, object]) -> Answer:
    try:
        url = references.resolve_text(unquote(request.url) if "@%7B" in request.url else request.url, answers)
        body = references.resolve(request.body, answers)
        return send(call, request.method, url, body, request.headers)
    except ApiError as error:
        return Answer(error.body(code_first=True), status=error.status)


def run(call: Call, requests: Sequence[SubRequest], *, all_or_none: bool) -> tuple[list[Outcome], bool]:
    """Act on requests in their order; say whether all went well. With `all_or_none` nothing is kept if one did not."""
    outcomes: list[Outcome] = []
    if not all_or_none:
        _run_each(call, requests, outcomes, halt=False)
        return outcomes, all(_went_well(answer) for _, answer in outcomes)
    try:
        with call.state.transaction(), call.state.savepoint():
            _run_each(call, requests, outcomes, halt=True)
    except _RolledBack:
        return _halted(requests, outcomes[-1]), False
    return outcomes, True


def _run_each(call: Call, requests: Sequence[SubRequest], outcomes: list[Outcome], *, halt: bool) -> None:
    answers: dict[str, object] = {}
    for request in requests:
        answer = _act(call, request, answers)
        outcomes.append((request, answer))
        if _went_well(answer):
            answers[request.reference] = answer.content
        elif halt:
            raise _RolledBack


def _halted(requests: Sequence[SubRequest], culprit: Outcome) -> list[Outcome]:
    halted = Answer([{"errorCode": "PROCESSING_HALTED", "message": _ROLLED_BACK}], status=400)
    return [(one, culprit[1] if one is culprit[0] else halted) for one in requests]


def _went_well(answer: Answer) -> bool:
    """Whether a request inside counts as done: rows of a collection that failed on their own do not undo the others."""
    return answer.status < 400


# Answering


def shown(outcome: Outcome) -> dict[str, object]:
    """Write one request's answer as composite does."""
    request, answer = outcome
    return {
        "body": _content(answer),
        "httpHeaders": {name: answer.headers[name] for name in _HEADERS_SHOWN if name in answer.headers},
        "httpStatusCode": answer.status,
        "referenceId": request.reference,
    }


def _content(answer: Answer) -> object:
    if answer.pieces is not None:
        return b"".join(answer.pieces).decode("utf-8", "replace")
    if not isinstance(answer.content, bytes):
        return answer.content
    return json.loads(answer.content) if answer.media_type == JSON_TYPE else answer.content.decode("utf-8", "replace")


def composite(call: Call) -> Answer:
    """Act on up to 25 requests that may use each other's answers."""
    body = call.json_object()
    requests = read_requests(body.get("compositeRequest"), MOST_REQUESTS)
    _check_costs(requests)
    outcomes, _ = run(call, requests, all_or_none=body.get("allOrNone") is True)
    return Answer({"compositeResponse": [shown(one) for one in outcomes]})


def graph(call: Call) -> Answer:
    """Act on several composites, each of them a transaction of its own."""
    graphs = call.json_object().get("graphs")
    if not isinstance(graphs, list) or not graphs or not all(isinstance(one, dict) for one in graphs):
        raise ApiError("INVALID_INPUT", "The graphs list is required and must hold at least one graph")
    if len(graphs) > MOST_GRAPHS:
        raise ApiError("LIMIT_EXCEEDED", f"A payload cannot hold more than {MOST_GRAPHS} graphs: {len(graphs)}")
    read = [(str(one.get("graphId", "")), read_requests(one.get("compositeRequest"), MOST_NODES)) for one in graphs]
    _check_graphs(read)
    failed = 0
    answered: list[object] = []
    for name, requests in read:
        outcomes, well = _run_graph(call, requests, halted=failed > MOST_FAILED_GRAPHS)
        failed += not well
        response = {"compositeResponse": [shown(one) for one in outcomes]}
        answered.append({"graphId": name, "graphResponse": response, "isSuccessful": well})
    return Answer({"graphs": answered})


def _run_graph(call: Call, requests: Sequence[SubRequest], *, halted: bool) -> tuple[list[Outcome], bool]:
    if not halted:
        return run(call, requests, all_or_none=True)
    text = "The graph was not processed since too many graphs of the payload failed."
    answer = Answer([{"errorCode": "PROCESSING_HALTED", "message": text}], status=400)
    return [(one, answer) for one in requests], False


def _check_graphs(graphs: Sequence[tuple[str, Sequence[SubRequest]]]) -> None:
    nodes = sum(len(requests) for _, requests in graphs)
    if nodes > MOST_NODES:
        raise ApiError("LIMIT_EXCEEDED", f"A payload cannot hold more than {MOST_NODES} nodes: {nodes}")
    names = [name for name, _ in graphs]
    if len(set(names)) < len(names) or not all(names):
        raise ApiError("INVALID_INPUT", "Every graph needs a graphId of its own")
    for _, requests in graphs:
        for one in requests:
            if not _below_version(one.url).startswith("/sobjects/"):
                raise ApiError("INVALID_INPUT", f"Only sObject rows are supported in a graph: {one.url}")


# Batch


def batch(call: Call) -> Answer:
    """Act on up to 25 independent requests; each counts as a call."""
    body = call.json_object()
    listed = body.get("batchRequests")
    if not isinstance(listed, list) or not listed or not all(isinstance(one, dict) for one in listed):
        raise ApiError("INVALID_INPUT", "The batchRequests list is required and must hold at least one subrequest")
    if len(listed) > MOST_REQUESTS:
        raise ApiError("LIMIT_EXCEEDED", f"Batch requests cannot hold more than {MOST_REQUESTS} subrequests: {len(listed)}")
    halt = body.get("haltOnError") is True
    results: list[dict[str, object]] = []
    for one in listed:
        halted = halt and any(int(str(done["statusCode"])) >= 400 for done in results)
        results.append(_batch_halted() if halted else _batched(call, one))
    return Answer({"hasErrors": any(int(str(one["statusCode"])) >= 400 for one in results), "results": results})


def _batch_halted() -> dict[str, object]:
    text = "Batch processing was halted because of an error in an earlier subrequest."
    return {"statusCode": 412, "result": [{"errorCode": "BATCH_PROCESSING_HALTED", "message": text}]}


def _batched(call: Call, data: Mapping[str, object]) -> dict[str, object]:
    method, url = str(data.get("method", "")).upper(), str(data.get("url", ""))
    below = url.lstrip("/").removeprefix("services/data/")
    try:
        limits.count_call(call.state)
        answer = send(call, method, f"/services/data/{below}", data.get("richInput"), {})
    except ApiError as error:
        answer = Answer(error.body(code_first=True), status=error.status)
    return {"statusCode": answer.status, "result": _content(answer)}


def offered(call: Call) -> Answer:
    """List what composite offers."""
    base = f"/services/data/v{call.version}/composite"
    return Answer({name: f"{base}/{name}" for name in ("tree", "batch", "sobjects", "graph")})


ROUTES = (
    Route("GET", f"{DATA}/composite", offered),
    Route("POST", f"{DATA}/composite", composite),
    Route("POST", f"{DATA}/composite/batch", batch),
    Route("POST", f"{DATA}/composite/graph", graph),
)
