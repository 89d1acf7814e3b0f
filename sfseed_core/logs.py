"""What was asked of an org, one JSON line a call: method, path, status, time; never bodies, never secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from pathlib import Path

# session ids, refresh tokens, authorization codes and signed tokens of Salesforce; what stands in a header or a key file
_TOKEN = re.compile(
    r"00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]+"
    r"|\b5Aep[A-Za-z0-9._]{20,}"
    r"|\baPrx[A-Za-z0-9._%=-]{20,}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*"
    r"|(?<=Bearer )[^\s'\"]{8,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)
_SECRET_KEYS = re.compile(r"token|secret|password|authorization|session_?id", re.IGNORECASE)


class Log(Protocol):
    """Takes what happened, as a word and values."""

    def info(self, event: str, /, **values: Any) -> Any:
        """Note something ordinary."""

    def warning(self, event: str, /, **values: Any) -> Any:
        """Note something that somebody may want to look into."""


class _Silent:
    def info(self, event: str, /, **values: Any) -> None:
        """Ignore it."""

    def warning(self, event: str, /, **values: Any) -> None:
        """Ignore it."""


SILENT: Log = _Silent()


def json_lines(path: Path) -> Log:
    """Return a log that appends JSON lines to the file.

    The file is opened for each line, so that several processes may write and nothing is left open.
    """
    import structlog

    return cast(
        "Log",
        structlog.wrap_logger(
            _Appender(path),
            processors=[
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
                _redacted,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
            wrapper_class=structlog.BoundLogger,
            cache_logger_on_first_use=False,
        ),
    )


def redact(text: str) -> str:
    """Return the text with tokens, codes and private keys blacked out."""
    return _TOKEN.sub("[token]", text)


def _redacted(_logger: object, _method: str, values: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in values.items():
        if _SECRET_KEYS.search(key):
            values[key] = "[secret]"
        elif isinstance(value, str):
            values[key] = redact(value)
    return values


class _Appender:
    """The last step of a log: one line at the end of a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def info(self, line: str) -> None:
        """Append the line."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    warning = info
