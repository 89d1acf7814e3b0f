"""Java's classes of characters as sets of code points: unions, intersections, named classes by Unicode's categories and scripts."""

from __future__ import annotations

import sys
import unicodedata
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from sfseed_core.formula.faults import Failed, Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Span = tuple[int, int]
Spans = tuple[Span, ...]
"""Code points from, to (included), ascending and apart."""

LAST = sys.maxunicode

_ASCII: Mapping[str, str] = {
    "Lower": "az",
    "Upper": "AZ",
    "ASCII": "\x00\x7f",
    "Alpha": "AZaz",
    "Digit": "09",
    "Alnum": "09AZaz",
    "Punct": "!/:@[`{~",
    "Graph": "!~",
    "Print": " ~",
    "Blank": "\t\t  ",
    "Cntrl": "\x00\x1f\x7f\x7f",
    "XDigit": "09AFaf",
    "Space": "\t\r  ",
}
"""The classes that know ASCII only, as pairs of first and last."""
ESCAPES: Mapping[str, str] = {
    "d": "09",
    "w": "09AZ__az",
    "s": "\t\r  ",
    "h": "\t\t  \xa0\xa0\u1680\u1680\u180e\u180e\u2000\u200a\u202f\u202f\u205f\u205f\u3000\u3000",
    "v": "\n\r\x85\x85\u2028\u2029",
}
"""What stands behind a backslash for a class; in capitals for all else."""
_PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "Alphabetic": ("L", "Nl"),
    "Letter": ("L",),
    "Digit": ("Nd",),
    "UpperCase": ("Lu",),
    "LowerCase": ("Ll",),
    "Uppercase": ("Lu",),
    "Lowercase": ("Ll",),
    "Punctuation": ("P",),
    "White_Space": ("Z",),
    "Control": ("Cc",),
}
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "HEBREW", "ARABIC", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "DEVANAGARI")
_HAN = ("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "CJK RADICAL", "KANGXI")


def named(name: str) -> Spans:
    """Return a class by its name, as in `{L}`; raises Failed for one that Java does not know, or that is beyond us."""
    if name in _ASCII:
        return pairs(_ASCII[name])
    plain = name.removeprefix("Is").removeprefix("java")
    for categories in (_PROPERTIES.get(plain), (plain,), (name.rpartition("=")[2],)):
        spans = [span for one in categories or () for span in _category(one)]
        if spans:
            return united(spans)
    script = name.rpartition("=")[2].removeprefix("Is").upper()
    if script in _SCRIPTS:
        return _script((script, f"FULLWIDTH {script}", f"HALFWIDTH {script}"))
    if script == "HAN":
        return _script(_HAN)
    raise Failed(
        Fault.PATTERN_TOO_COMPLICATED if name.startswith(("In", "Is", "java")) or "=" in name else Fault.BAD_PATTERN
    )


def pairs(ends: str) -> Spans:
    """Return spans that are written as their first and last characters, one after the other."""
    return tuple((ord(ends[place]), ord(ends[place + 1])) for place in range(0, len(ends), 2))


def united(spans: Iterable[Span]) -> Spans:
    """Return spans as few as may be, ascending."""
    found: list[Span] = []
    for low, high in sorted(spans):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return tuple(found)


def without(spans: Spans) -> Spans:
    """Return all other code points."""
    found: list[Span] = []
    start = 0
    for low, high in united(spans):
        if low > start:
            found.append((start, low - 1))
        start = high + 1
    return (*found, (start, LAST)) if start <= LAST else tuple(found)


def common(one: Spans, other: Spans) -> Spans:
    """Return the code points of both."""
    return without(united((*without(one), *without(other))))


def written(spans: Spans, *, negated: bool = False) -> str:
    """Write a class as Python has it; raises Failed for one without any character."""
    if not spans:
        return "[^\\x00-\\U0010ffff]" if not negated else "[\\x00-\\U0010ffff]"
    inner = "".join(_char(low) if low == high else f"{_char(low)}-{_char(high)}" for low, high in spans)
    return f"[{'^' if negated else ''}{inner}]"


def _char(code: int) -> str:
    char = chr(code)
    if char.isascii() and char.isalnum():
        return char
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65_536 else f"\\U{code:08x}"


@cache
def _categories() -> Mapping[str, Spans]:
    found: defaultdict[str, list[Span]] = defaultdict(list)
    for code in range(LAST + 1):
        spans = found[unicodedata.category(chr(code))]
        if spans and spans[-1][1] == code - 1:
            spans[-1] = (spans[-1][0], code)
        else:
            spans.append((code, code))
    return {name: tuple(spans) for name, spans in found.items()}


@cache
def _category(name: str) -> Spans:
    """Return a general category (`Lu`), or all that begin with its letter (`L`)."""
    if len(name) not in (1, 2):
        return ()
    return united(span for one, spans in _categories().items() if one == name or one[:1] == name for span in spans)


@cache
def _script(beginnings: tuple[str, ...]) -> Spans:
    letters = _category("L")
    return united(
        (code, code)
        for low, high in letters
        for code in range(low, high + 1)
        if unicodedata.name(chr(code), "").startswith(beginnings)
    )
