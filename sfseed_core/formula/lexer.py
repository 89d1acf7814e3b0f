"""The words of a formula, each with its place: one pattern per kind, comments and blanks left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from sfseed_core.formula.nodes import FormulaNotParsed, FormulaTooLarge, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CHARS = 50_000
"""More than ten times what Salesforce saves (3,900 characters as written)."""


class Kind(Enum):
    """What a token is."""

    NUMBER = "number"
    TEXT = "text"
    NAME = "name"
    OPERATOR = "operator"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a formula, as written."""

    kind: Kind
    text: str
    span: Span


_TOKENS = re.compile(
    r"""
      (?P<blank> [ \t\f\r\n\u00a0\ufeff]+ | /\* (?: \\\*/ | (?!\*/). )* \*/ )
    | (?P<number> [0-9]+ (?: \.[0-9]+ )? )
    | (?P<text> "(?: \\[nrt"'\\] | [^"\\] )*" | '(?: \\[nrt"'\\] | [^'\\] )*' )
    | (?P<name> [A-Za-z$][A-Za-z0-9_$:.\#]* )
    | (?P<operator> && | \|\| | == | != | <> | <= | >= | [-+*^&=<>!(),\[\]] | /(?!\*) )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"""\\(["'\\])""")
_STRAY_ESCAPE = re.compile(r"""\\[^nrt"'\\]""")


def tokens(formula: str) -> Iterator[Token]:
    """Split a formula into its tokens; the last one is the end."""
    if len(formula) > MAX_CHARS:
        raise FormulaTooLarge(
            f"the formula has {len(formula):,} characters; more than {MAX_CHARS:,} are not read", formula[:80], Span(0, 1)
        )
    place = 0
    while place < len(formula):
        found = _TOKENS.match(formula, place)
        if found is None:
            raise _unreadable(formula, place)
        if found.lastgroup != "blank":
            yield Token(Kind(found.lastgroup), found.group(), Span(place, found.end()))
        place = found.end()
    yield Token(Kind.END, "", Span(len(formula), len(formula)))


def unquoted(text: str) -> str:
    r"""Return what a quoted text stands for; `\n`, `\r` and `\t` stay two characters, as the platform keeps them."""
    return _ESCAPE.sub(r"\1", text[1:-1])


def _unreadable(formula: str, place: int) -> FormulaNotParsed:
    char = formula[place]
    if char in "\"'":
        stray = _STRAY_ESCAPE.search(formula, place)
        if stray is not None:
            message = f"{stray.group()!r} is no escape in a text: write two backslashes for one"
            return FormulaNotParsed(message, formula, Span(stray.start(), stray.end()))
        return FormulaNotParsed("a text begins here and its closing quote is missing", formula, Span(place, len(formula)))
    if formula.startswith("/*", place):
        return FormulaNotParsed("a comment begins here and its end */ is missing", formula, Span(place, len(formula)))
    return FormulaNotParsed(f"{char!r} has no place in a formula", formula, Span(place, place + 1))
