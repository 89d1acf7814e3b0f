"""What an org's answer means: the error in its body, and the exception that stands for it."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import OrgAnswered, OrgError, SessionExpired, Throttled
from sfseed_core.logs import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

_LIMIT_CODES = frozenset({"REQUEST_LIMIT_EXCEEDED", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT", "REQUEST_RUNNING_TOO_LONG"})
_LONGEST = 500
_TITLE = re.compile(r"<title[^>]*>([^<]*)</title", re.IGNORECASE)


def refused(what: str, status: int, body: bytes | str) -> OrgAnswered:
    """Return the error for an answer that is no success; `what` was asked, as `GET /path`."""
    return refused_as(what, status, *error_of(status, body))


def refused_as(what: str, status: int, code: str, detail: str) -> OrgAnswered:
    """Return the error for an answer whose code and text are already known."""
    message = redact(f"the org answered {what} with {status} {code}: {detail}")
    return _kind(status, code)(message, status=status, code=code, detail=redact(detail))


@contextmanager
def understood(what: str) -> Iterator[None]:
    """Read an answer inside: one of another shape than we know (unknown keys, types, nothing at all) becomes an OrgError.

    A report shows the answer (`sfseed doctor --org NAME`); nothing crashes.
    """
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, OverflowError) as error:
        reason = f"{type(error).__name__}: {redact(str(error))[:120]}"
        raise OrgError(
            f"the org's answer about {what} has a shape that is not known ({reason})",
            hint="sfseed doctor --org NAME writes a report that helps to mend this.",
        ) from error


def error_of(status: int, body: bytes | str) -> tuple[str, str]:
    """Return Salesforce's error code and text; for a body of another shape a code by status and the body's beginning."""
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    first = found[0] if isinstance(found, list) and found else found
    if isinstance(first, dict):
        code = first.get("errorCode") or first.get("error") or first.get("statusCode")
        detail = first.get("message") or first.get("error_description") or ""
        if isinstance(code, str):
            return code, str(detail)[:_LONGEST]
    return f"HTTP_{status}", _gist(text)


def _gist(text: str) -> str:
    """Return what a body says that is no error of Salesforce's: of a web page (a proxy's, most often) its title only."""
    title = _TITLE.search(text[:5_000])
    if title is not None:
        return (
            f"a web page instead of an answer, {' '.join(title[1].split())[:100]!r}: something on the way, or maintenance"
        )
    return " ".join(text.split())[:_LONGEST]


def error_of_parsed(status: int, content: Any) -> tuple[str, str]:
    """Return the same of a body that a library has already parsed (or left as text)."""
    return error_of(status, content if isinstance(content, bytes | str) else json.dumps(content, default=str))


def _kind(status: int, code: str) -> type[OrgAnswered]:
    if status == 401:
        return SessionExpired
    if status in {429, 500, 502, 503, 504} or (status == 403 and code in _LIMIT_CODES):
        return Throttled
    return OrgAnswered
