"""The org as an ASGI application: reads a request, finds its route, runs the handler in a worker thread, sends the answer."""

from __future__ import annotations

import logging
import time
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.routing import Mount

from sfseed_emulator import limits, oauth, versions
from sfseed_emulator.errors import ApiError, ConnectionCut
from sfseed_emulator.language import language, translated
from sfseed_emulator.org_kinds import NO_API
from sfseed_emulator.routes.registry import all_routes
from sfseed_emulator.routes.route import Answer, Call, Route, Router
from sfseed_emulator.state import RequestEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from starlette.types import Receive, Scope, Send

    from sfseed_emulator.routes.route import FaultPoints
    from sfseed_emulator.state import OrgState

LARGEST_BODY = 160 * 1024 * 1024
QUERY_KEPT = 2_000
"""Characters of a query string that the request log keeps."""

CUT_EXTENSION = "sfseed.cut"
"""Name of the ASGI extension (a function) by which a server lets its connection be cut."""


def create_app(
    state: OrgState,
    *,
    faults: FaultPoints | None = None,
    log: logging.Logger | None = None,
    routes: Iterable[Route] | None = None,
    lifespan: Callable[[Starlette], Any] | None = None,
) -> Starlette:
    """Make the application that serves one org; `routes` replaces the registry's, `lifespan` is Starlette's."""
    if faults is not None:
        state.fault = faults.commit
    endpoint = OrgEndpoint(state, Router(all_routes() if routes is None else routes), faults, log)
    return Starlette(routes=[Mount("/", app=endpoint)], lifespan=lifespan)


class OrgEndpoint:
    """The one ASGI endpoint behind all paths."""

    def __init__(self, state: OrgState, router: Router, faults: FaultPoints | None, log: logging.Logger | None) -> None:
        self._state = state
        self._router = router
        self._faults = faults
        self._language = language(state.options.language)
        self._log = log or logging.getLogger("sfseed.emulator")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        call, route = None, None
        try:
            call = await self._read(scope, receive)
            raw = scope.get("raw_path") or call.path.encode("utf-8")
            call, route = self._find(call, _one_slash(raw.split(b"?")[0].decode("latin-1")))
            answer = await self._answer(call, route)
        except ConnectionCut:
            call, answer = call or self._bare(scope), Answer(cut=True)
        except ApiError as error:
            call = call or self._bare(scope)
            answer = self._refusal(call, error)
            if self._faults is not None:
                answer = await self._faults.after(call, answer)
        self._note(call, answer, time.perf_counter() - began)
        await self._send(scope, send, call, answer)

    # Reading

    def _bare(self, scope: Scope) -> Call:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        scheme = str(headers.get("x-forwarded-proto") or scope["scheme"]).split(",")[0].strip()
        host = headers.get("host") or "{}:{}".format(*(scope.get("server") or ("127.0.0.1", 80)))
        return Call(
            state=self._state,
            method=scope["method"],
            path=_one_slash(scope["path"]),
            query=query,
            headers=headers,
            base_url=f"{scheme}://{host}",
            dispatch=self._inside,
        )

    async def _read(self, scope: Scope, receive: Receive) -> Call:
        call = self._bare(scope)
        parts: list[bytes] = []
        size = 0
        most = self._faults.upload(call) if self._faults is not None else None
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ApiError("UNKNOWN_EXCEPTION", "the client went away")
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if most is not None and (size > most or not message.get("more_body")):
                raise ConnectionCut
            if size > LARGEST_BODY:
                raise ApiError("ENTITY_TOO_LARGE", f"Request body larger than {LARGEST_BODY} bytes")
            if not message.get("more_body"):
                break
        return replace(call, body=_plain(b"".join(parts), call.headers.get("content-encoding", "")))

    def _find(self, call: Call, raw_path: str) -> tuple[Call, Route]:
        method = "GET" if call.method == "HEAD" else call.method
        route, params = self._router.match(method, raw_path)
        if "version" in params:
            versions.check(params["version"])
        return replace(call, params=params), route

    # Acting

    async def _answer(self, call: Call, route: Route) -> Answer:
        answer = await self._faults.before(call) if self._faults is not None else None
        if answer is None:
            answer = await run_in_threadpool(self._act, call, route)
        return await self._faults.after(call, answer) if self._faults is not None else answer

    def _act(self, call: Call, route: Route) -> Answer:
        try:
            if route.auth:
                call = replace(call, user_id=self._user(call))
                self._check_api()
            if route.counts:
                limits.count_call(self._state)
            answer = route.handler(call)
        except ApiError as error:
            answer = self._refusal(call, error)
        except Exception:  # noqa: BLE001 - a handler's own mistake: answered and logged as a server's is
            self._log.exception("%s %s failed", call.method, call.path)
            text = "An unexpected error occurred. Please include this ErrorId if you contact support: 0-0 (0)"
            answer = self._refusal(call, ApiError("UNKNOWN_EXCEPTION", text, status=500))
        if self._language is not None:
            answer = replace(answer, content=translated(answer.content, self._language))
        if route.counts:
            usage = {"Sforce-Limit-Info": limits.usage_header(self._state)}
            answer = replace(answer, headers={**usage, **answer.headers})
        return answer

    def _check_api(self) -> None:
        if self._state.options.user == NO_API:
            raise ApiError("API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.")

    def _inside(self, call: Call) -> Answer:
        """Answer a request that stands inside another: the user is known, and it is no call of its own."""
        try:
            found, route = self._find(call, call.path)
            return route.handler(found)
        except ApiError as error:
            return Answer(error.body(code_first=True), status=error.status, headers=error.headers)

    def _user(self, call: Call) -> str:
        header = call.headers.get("authorization", "")
        kind, _, token = header.partition(" ")
        if header and kind.lower() not in ("bearer", "oauth"):
            raise ApiError("INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")
        user_id = oauth.user_of(self._state, token.strip()) if token else None
        if user_id is None:
            raise ApiError("INVALID_SESSION_ID", "Session expired or invalid")
        return user_id

    def _refusal(self, call: Call, error: ApiError) -> Answer:
        if error.status in (404, 405, 410):
            self._log.warning("not served: %s %s (%s)", call.method, call.path, error.code)
        body = error.body(code_first="/jobs/" in call.path)
        return Answer(body, status=error.status, headers=error.headers)

    # Sending

    def _note(self, call: Call, answer: Answer, seconds: float) -> None:
        entry = RequestEntry(
            at=self._state.now(),
            method=call.method,
            path=call.path,
            query=urlencode({name: value for name, value in call.query.items() if "token" not in name.lower()})[
                :QUERY_KEPT
            ],
            status=0 if answer.cut else answer.status,
            size=len(call.body),
            seconds=seconds,
        )
        self._state.requests.append(entry)

    async def _send(self, scope: Scope, send: Send, call: Call, answer: Answer) -> None:
        if answer.cut:
            _cut(scope)
            return
        if answer.pieces is not None:
            await _send_pieces(send, call, answer, answer.pieces)
            return
        body = answer.encoded()
        headers = dict(answer.headers)
        if body or answer.status not in (204, 304):
            headers.setdefault("Content-Type", answer.media_type)
            headers["Content-Length"] = str(len(body))
        await send({"type": "http.response.start", "status": answer.status, "headers": _encoded(headers)})
        if answer.cut_after is not None:
            await send({"type": "http.response.body", "body": body[: answer.cut_after], "more_body": True})
            _cut(scope)
            return
        await send({"type": "http.response.body", "body": b"" if call.method == "HEAD" else body})


def _cut(scope: Scope) -> None:
    cut = scope.get("extensions", {}).get(CUT_EXTENSION)
    if cut is None:
        raise ConnectionCut
    cut()


async def _send_pieces(send: Send, call: Call, answer: Answer, pieces: Iterable[bytes]) -> None:
    headers = {"Content-Type": answer.media_type, **answer.headers}
    await send({"type": "http.response.start", "status": answer.status, "headers": _encoded(headers)})
    if call.method != "HEAD":
        async for piece in iterate_in_threadpool(pieces):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _one_slash(path: str) -> str:
    """Drop what clients write twice that join an instance URL's closing slash with a path's first one."""
    return "/" + path.lstrip("/")


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def _plain(body: bytes, encoding: str) -> bytes:
    if encoding.lower() != "gzip" or not body:
        return body
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        plain = unpack.decompress(body, LARGEST_BODY)
    except zlib.error:
        raise ApiError("INVALID_REQUEST", "The request body is not gzip-compressed data") from None
    if unpack.unconsumed_tail:
        raise ApiError("ENTITY_TOO_LARGE", f"Request body larger than {LARGEST_BODY} bytes")
    return plain
