"""SOQL text to tokens with their places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from sfseed_emulator.soql.errors import malformed


class Kind(Enum):
    """What a token is."""

    NAME = "name"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    SYMBOL = "symbol"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `raw` is the text as written, `start` its offset in the query."""

    kind: Kind
    raw: str
    start: int

    @property
    def end(self) -> int:
        """Offset just behind the token."""
        return self.start + len(self.raw)


_PATTERN = re.compile(
    r"""(?P<space>\s+)
      |(?P<DATETIME>\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)
      |(?P<DATE>\d{4}-\d\d-\d\d(?![\w-]))
      |(?P<TIME>\d\d:\d\d:\d\d(?:\.\d{1,3})?Z?)
      |(?P<NUMBER>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?!\w))
      |(?P<NAME>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
      |(?P<TEXT>'(?:[^'\\]|\\.)*')
      |(?P<SYMBOL><=|>=|!=|<>|[=<>(),:])""",
    re.VERBOSE | re.DOTALL,
)


def tokens(text: str) -> tuple[Token, ...]:
    """Return the query's tokens, an END token last."""
    found = []
    at = 0
    while at < len(text):
        match = _PATTERN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _unreadable(text, at)
        if match.lastgroup != "space":
            found.append(Token(Kind[match.lastgroup], match.group(), at))
        at = match.end()
    found.append(Token(Kind.END, "", len(text)))
    return tuple(found)


def _unreadable(text: str, at: int) -> Exception:
    if text[at] == "'":
        return malformed(text, at, f"line 1:{len(text)} mismatched character '<EOF>' expecting '''")
    return malformed(text, at, f"line 1:{at} no viable alternative at character '{text[at]}'")


_ESCAPES = {
    "n": "\n",
    "N": "\n",
    "r": "\r",
    "R": "\r",
    "t": "\t",
    "T": "\t",
    "b": "\b",
    "B": "\b",
    "f": "\f",
    "F": "\f",
    '"': '"',
    "'": "'",
    "\\": "\\",
}
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)


def unquote(query: str, token: Token, *, pattern: bool = False) -> str:
    r"""Return the text that a quoted literal stands for.

    For the right side of LIKE (`pattern`) the result keeps `\%`, `\_` and `\\` escaped, since there the escaped
    character means itself and the bare one is a wildcard.
    """

    def replaced(match: re.Match[str]) -> str:
        mark = match.group(1)
        if mark[0] == "u" and len(mark) == 5:
            return chr(int(mark[1:], 16))
        if mark in ("%", "_"):
            return "\\" + mark if pattern else mark
        if mark == "\\" and pattern:
            return "\\\\"
        if mark not in _ESCAPES:
            raise malformed(
                query, token.start, f"Invalid string literal {token.raw}. Illegal character sequence '\\{mark}'"
            )
        return _ESCAPES[mark]

    return _ESCAPE.sub(replaced, token.raw[1:-1])
