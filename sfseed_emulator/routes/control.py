"""The emulator's own resources under /__emulator__: faults, the log of requests, tokens. Salesforce has nothing of the kind."""

from __future__ import annotations

import hmac
from dataclasses import asdict
from typing import TYPE_CHECKING

from sfseed_emulator import oauth
from sfseed_emulator.errors import ApiError
from sfseed_emulator.faults import CONTROL, FaultError, Faults, read_fault
from sfseed_emulator.routes.route import Answer, Call, Handler, Route

if TYPE_CHECKING:
    from sfseed_emulator.state import RequestEntry


def control_routes(faults: Faults, token: str) -> tuple[Route, ...]:
    """Return the routes by which a test (or a person) that knows the control token sets faults and sees what was asked."""
    handlers: tuple[tuple[str, str, Handler], ...] = (
        ("GET", "requests", _requests),
        ("DELETE", "requests", _forget),
        ("GET", "faults", lambda _call: Answer(faults.listed())),
        ("POST", "faults", lambda call: _add(faults, call)),
        ("DELETE", "faults", lambda _call: _cleared(faults)),
        ("POST", "faults/release", lambda call: _release(faults, call)),
        ("POST", "tokens/expire", _expire),
    )
    return tuple(
        Route(method, f"{CONTROL}/{path}", _guarded(handler, token), auth=False, counts=False)
        for method, path, handler in handlers
    )


def _guarded(handler: Handler, token: str) -> Handler:
    def guarded(call: Call) -> Answer:
        given = call.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode("utf-8"), token.encode("utf-8")):
            raise ApiError("INVALID_SESSION_ID", "The control token is missing or wrong")
        return handler(call)

    return guarded


def _requests(call: Call) -> Answer:
    return Answer([_entry(entry) for entry in list(call.state.requests)])


def _entry(entry: RequestEntry) -> dict[str, object]:
    return {**asdict(entry), "at": entry.at.isoformat()}


def _forget(call: Call) -> Answer:
    call.state.requests.clear()
    return Answer(status=204)


def _add(faults: Faults, call: Call) -> Answer:
    data = call.json()
    try:
        found = [read_fault(one) for one in (data if isinstance(data, list) else [data])]
    except FaultError as error:
        raise ApiError("INVALID_FAULT", str(error)) from None
    numbers = [faults.add(fault) for fault in found]
    return Answer({"numbers": numbers}, status=201)


def _cleared(faults: Faults) -> Answer:
    faults.clear()
    return Answer(status=204)


def _release(faults: Faults, call: Call) -> Answer:
    number = call.json_object().get("number") if call.body else None
    faults.release(number if isinstance(number, int) else None)
    return Answer(status=204)


def _expire(call: Call) -> Answer:
    token = str(call.json_object().get("token", ""))
    oauth.expire(call.state, token)
    return Answer(status=204)
