"""What every route handler takes and gives: Call in, Answer out; Route ties one to a method and path."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol
from urllib.parse import parse_qs, unquote

from sfseed_emulator.errors import ApiError

if TYPE_CHECKING:
    from sfseed_emulator.state import OrgState

DATA = "/services/data/v{version}"
"""Prefix of all versioned REST paths."""

JSON_TYPE = "application/json;charset=UTF-8"


def _no_dispatch(_call: Call) -> Answer:
    raise ApiError("NOT_FOUND", "The requested resource does not exist")


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read in full.

    `params` and `query` are percent-decoded (`query` keeps the last value of a repeated key); header names
    are lower case. `user_id` is empty on routes that ask for no token. `dispatch` answers a request inside this one (of the
    same user; what refuses it is answered, not raised).
    """

    state: OrgState
    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = ""
    user_id: str = ""
    dispatch: Callable[[Call], Answer] = field(default=_no_dispatch, repr=False, compare=False)

    @property
    def version(self) -> str:
        """The API version in the path, for instance `67.0`."""
        return self.params.get("version", "")

    @property
    def allow_duplicates(self) -> bool:
        """Whether the caller wants records saved that a duplicate rule warns of (`Sforce-Duplicate-Rule-Header`)."""
        parts = self.headers.get("sforce-duplicate-rule-header", "").lower().split(";")
        return "allowsave=true" in [part.replace(" ", "") for part in parts]

    def json(self) -> object:
        """Return the body as JSON; JSON_PARSER_ERROR when it is none."""
        try:
            value: object = json.loads(self.body, parse_constant=_no_constant)
            if b"\\u" in self.body:
                json.dumps(value, ensure_ascii=False).encode("utf-8")  # halves of a pair cannot be stored
        except UnicodeError:
            raise ApiError("JSON_PARSER_ERROR", "Invalid UTF-8 in the request body") from None
        except RecursionError:
            raise ApiError("JSON_PARSER_ERROR", "Document nested too deeply") from None
        except ValueError as error:
            raise ApiError("JSON_PARSER_ERROR", _unexpected(error)) from None
        return value

    def json_object(self) -> dict[str, object]:
        """Return the body as a JSON object; JSON_PARSER_ERROR for any other JSON."""
        value = self.json()
        if not isinstance(value, dict):
            raise ApiError("JSON_PARSER_ERROR", "The HTTP entity body is required to be a JSON object")
        return value

    def form(self) -> dict[str, str]:
        """Read the body as an urlencoded form, joined with the query string (the body wins)."""
        parsed = parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return {**self.query, **{key: values[-1] for key, values in parsed.items()}}

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Read a boolean of the query string."""
        return self.query.get(name, "true" if default else "false").lower() == "true"


@dataclass(frozen=True, slots=True)
class Answer:
    """One response: `content` is bytes sent as they are, or any other value sent as JSON; None sends no body.

    `pieces`, if given, is a body too large to be held at once: sent piece by piece as it is made.
    `cut` ends the connection instead of answering, `cut_after` in the midst of the body (faults, see FaultPoints).
    """

    content: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON_TYPE
    cut: bool = False
    pieces: Iterable[bytes] | None = None
    cut_after: int | None = None

    def encoded(self) -> bytes:
        """Return the bytes of the body."""
        if self.content is None:
            return b""
        if isinstance(self.content, bytes):
            return self.content
        return json.dumps(self.content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


Handler = Callable[[Call], Answer]


def need_setup(call: Call) -> None:
    """Refuse a user who may not see the org's set-up (permission View Setup and Configuration)."""
    if call.state.options.user == "no-setup":
        raise ApiError("INSUFFICIENT_ACCESS", "You do not have the level of access necessary to perform this operation.")


class FaultPoints(Protocol):
    """What may go wrong around a request; the coroutines may wait without holding a worker thread."""

    def upload(self, call: Call) -> int | None:
        """Say after how many bytes of a request's body the connection is to end; None for no such thing."""

    async def before(self, call: Call) -> Answer | None:
        """Run before the request acts; an answer returned here is sent instead of acting."""

    async def after(self, call: Call, answer: Answer) -> Answer:
        """Run after the request has acted; what is returned is sent."""

    def commit(self, moment: Literal["before", "after"]) -> None:
        """Run just before and just after each commit of the org's state, in the committing thread."""


@dataclass(frozen=True, slots=True)
class Route:
    """A handler under a method and a path template.

    In the template `{name}` takes one path segment and `{name:path}` all that is left; literals match in any
    case and a trailing slash is optional. `auth` asks for a token, `counts` uses up one API call.
    """

    method: str
    path: str
    handler: Handler
    auth: bool = True
    counts: bool = True

    def pattern(self) -> re.Pattern[str]:
        """Return the template as a regular expression over the undecoded path."""
        return re.compile("".join(_segment(part) for part in _segments(self.path)) + "/?")

    def specificity(self) -> tuple[int, ...]:
        """Sorts literal segments before parameters, so that the most exact template is tried first."""
        return tuple(_rank(part) for part in _segments(self.path))


def _no_constant(name: str) -> object:
    raise ValueError(f"Non-standard token '{name}': Enable JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS to allow")


def _unexpected(error: ValueError) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return f"{error} at [line:1, column:1]"
    seen = error.doc[error.pos : error.pos + 1]
    what = f"Unexpected character ('{seen}' (code {ord(seen)}))" if seen else "Unexpected end-of-input"
    return f"{what}: expected a valid value at [line:{error.lineno}, column:{error.colno}]"


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/")


def _segment(part: str) -> str:
    pieces = re.split(r"\{(\w+)(:path)?\}", part)
    out = "/"
    for index in range(0, len(pieces), 3):
        out += f"(?i:{re.escape(pieces[index])})" if pieces[index] else ""
        if index + 1 < len(pieces):
            out += f"(?P<{pieces[index + 1]}>{'.+' if pieces[index + 2] else '[^/]+'})"
    return out


def _rank(part: str) -> int:
    return 2 if ":path}" in part else int("{" in part)


class Router:
    """All routes, asked by method and path.

    Knows apart a path that exists under another method (405) from one that does not exist (404).
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        ordered = sorted(routes, key=lambda route: (route.specificity(), route.method))
        self._table: Sequence[tuple[re.Pattern[str], Route]] = [(r.pattern(), r) for r in ordered]
        self._known: dict[tuple[str, str], None] = {}
        for route in ordered:
            key = (route.method, route.path)
            if key in self._known:
                raise ValueError(f"two routes for {route.method} {route.path}")
            self._known[key] = None

    def match(self, method: str, raw_path: str) -> tuple[Route, dict[str, str]]:
        """Find the route of a request and its decoded path parameters; ApiError when there is none."""
        allowed: list[str] = []
        for pattern, route in self._table:
            found = pattern.fullmatch(raw_path)
            if found is None:
                continue
            if route.method == method:
                return route, {name: unquote(value) for name, value in found.groupdict().items()}
            allowed.append(route.method)
        if allowed:
            raise ApiError(
                "METHOD_NOT_ALLOWED",
                f"HTTP Method '{method}' not allowed. Allowed are {','.join(sorted(set(allowed)))}",
                headers={"Allow": ",".join(sorted(set(allowed)))},
            )
        raise ApiError("NOT_FOUND", "The requested resource does not exist")
