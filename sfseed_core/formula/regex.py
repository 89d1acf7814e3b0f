"""Java's regular expressions, matched in linear time by RE2, or by Python where RE2 lacks a construct and the time stays bounded.

RE2 has no look-around and no back references; a pattern with these whose repetitions are nested is refused as too complicated, as
Salesforce refuses patterns that take too long.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfseed_core.formula.faults import Failed, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MAX_PATTERN = 2_000

_CLASSES: Mapping[str, str] = {
    "Lower": "a-z",
    "Upper": "A-Z",
    "ASCII": r"\x00-\x7f",
    "Alpha": "A-Za-z",
    "Digit": "0-9",
    "Alnum": "A-Za-z0-9",
    "Punct": r"!-/:-@\[-`{-~",
    "Graph": "!-~",
    "Print": " -~",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1f\x7f",
    "XDigit": "0-9A-Fa-f",
    "Space": r"\s",
    "L": r"A-Za-z\u00aa-\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u1fff\u2c00-\ud7ff\uf900-\ufdff",
    "IsAlphabetic": r"A-Za-z\u00aa-\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u1fff\u2c00-\ud7ff\uf900-\ufdff",
    "N": "0-9",
    "Lu": r"A-Z\u00c0-\u00d6\u00d8-\u00de",
    "Ll": r"a-z\u00df-\u00f6\u00f8-\u00ff",
}
"""Java's named classes; letters outside ASCII by their great blocks."""

_WORD = re.compile(
    r"""
      (?P<quote>\\Q.*?(?:\\E|\Z)) | (?P<named>\\[pP](?:\{\w+\}|\w)) | (?P<group>\(\?<(?=[A-Za-z])) | (?P<name>\\k<\w+>)
    | (?P<blanks>\\[hHR]) | (?P<end>\\[zZ]) | (?P<escape>\\.) | (?P<open>\[\^?\]?) | (?P<close>\]) | (?P<and>&&)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


def translated(pattern: str) -> str:
    """Write a Java pattern as Python has it; intersections and unions of classes are refused as too complicated."""
    if len(pattern) > MAX_PATTERN:
        raise Failed(Fault.PATTERN_TOO_COMPLICATED)
    written: list[str] = []
    inside = False
    for found in _WORD.finditer(pattern):
        kind, text = found.lastgroup or "", found.group()
        if inside and kind in ("open", "and"):
            raise Failed(Fault.PATTERN_TOO_COMPLICATED)
        inside = kind == "open" or (inside and kind != "close")
        written.append(_written(kind, text, inside=inside))
    return "".join(written)


def _written(kind: str, text: str, *, inside: bool) -> str:
    match kind:
        case "quote":
            return re.escape(text[2:].removesuffix("\\E"))
        case "named":
            return _named(text, inside=inside)
        case "group":
            return "(?P<"
        case "name":
            return f"(?P={text[3:-1]})"
        case "blanks":
            return {"h": "[ \\t\\u00a0]", "H": "[^ \\t\\u00a0]", "R": "(?:\\r\\n|[\\n\\r\\u2028\\u2029])"}[text[1]]
        case "end":
            return "\\Z" if text[1] == "z" else "(?=\\n?\\Z)"
    return text


def _named(text: str, *, inside: bool) -> str:
    members = _CLASSES.get(text[2:].strip("{}"))
    if members is None or (inside and text[1] == "P"):
        raise Failed(Fault.BAD_PATTERN)
    return members if inside else f"[{'^' if text[1] == 'P' else ''}{members}]"


_NEEDS_MORE = re.compile(r"\(\?(?:[=!>]|<[=!])|\\[1-9]|\(\?P=|[*+?}]\+")
"""Look-around, atomic groups, back references, possessive repetition: what RE2 lacks."""

_UNBOUNDED = re.compile(r"[*+]|\{\d+,\d*\}")
_STEPS = 1e8
"""How many steps of Python's engine a text may take at worst: its length to the power of the pattern's repetitions."""

_REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{\d+,\d*\})")


def matcher(pattern: str) -> Callable[[Sequence[str]], list[bool]]:
    """Return what tells, for texts, whether each matches as a whole; raises Failed where the pattern is no pattern."""
    python = translated(pattern)
    try:
        compiled = re.compile(python, re.ASCII)
    except (re.error, RecursionError, OverflowError) as error:
        raise Failed(Fault.BAD_PATTERN) from error
    if not _NEEDS_MORE.search(python):
        by_re2 = _re2(python)
        if by_re2 is not None:
            return by_re2
    if _REPEATED_GROUP.search(python):
        raise Failed(Fault.PATTERN_TOO_COMPLICATED)
    longest = int(_STEPS ** (1 / max(len(_UNBOUNDED.findall(python)), 1)))

    def match(texts: Sequence[str]) -> list[bool]:
        if any(len(text) > longest for text in texts):
            raise Failed(Fault.PATTERN_TOO_COMPLICATED)
        return [compiled.fullmatch(text) is not None for text in texts]

    return match


def _re2(python: str) -> Callable[[Sequence[str]], list[bool]] | None:
    import pyarrow as pa
    from pyarrow import compute as pc

    pattern = _escaped_for_re2(f"\\A(?:{python})\\z")
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid:
        return None

    def match(texts: Sequence[str]) -> list[bool]:
        found: list[bool] = pc.match_substring_regex(pa.array(list(texts), pa.string()), pattern).to_pylist()
        return found

    return match


def _escaped_for_re2(pattern: str) -> str:
    wide = re.sub(r"\\u([0-9a-fA-F]{4})", r"\\x{\1}", pattern)
    return wide.replace("\\Z", "\\z")
