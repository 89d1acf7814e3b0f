"""Java's regular expressions, matched in linear time by RE2, or by Python where RE2 lacks a construct and the time stays bounded.

RE2 has no look-around and no back references; a pattern with these whose repetitions are nested is refused as too complicated, as
Salesforce refuses patterns that take too long.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfseed_core.formula.faults import Failed, Fault
from sfseed_core.formula.java_regex import translated

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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
        beyond = "look-behind" in str(error)  # Java takes those of several lengths
        raise Failed(Fault.PATTERN_TOO_COMPLICATED if beyond else Fault.BAD_PATTERN) from error
    if not _NEEDS_MORE.search(python):
        by_re2 = _re2(python)
        if by_re2 is not None:
            return by_re2
    ahead = _looking_ahead(python)
    if ahead is not None:
        return ahead
    if _REPEATED_GROUP.search(python):
        raise Failed(Fault.PATTERN_TOO_COMPLICATED)
    longest = int(_STEPS ** (1 / max(len(_UNBOUNDED.findall(python)), 1)))

    def match(texts: Sequence[str]) -> list[bool]:
        if any(len(text) > longest for text in texts):
            raise Failed(Fault.PATTERN_TOO_COMPLICATED)
        return [compiled.fullmatch(text) is not None for text in texts]

    return match


_PIECE = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\(|\)|[^()\[\\]+", re.DOTALL)
_START = re.compile(r"\^|\\A")


def _looking_ahead(python: str) -> Callable[[Sequence[str]], list[bool]] | None:
    """Match a pattern that begins with looks ahead, such as those of passwords: each by itself, in linear time."""
    rest = _START.sub("", python, count=1) if _START.match(python) else python
    tests: list[tuple[Callable[[Sequence[str]], list[bool]], bool]] = []
    while rest[:3] in ("(?=", "(?!"):
        end = _closed(rest)
        inner, wanted, rest = rest[3 : end - 1], rest[2] == "=", rest[end:]
        test = None if end == 0 or (rest[:1] in "*+?{" and rest) else _re2(inner, whole=False)
        if test is None or _NEEDS_MORE.search(inner):
            return None
        tests.append((test, wanted))
    whole = None if not tests or _NEEDS_MORE.search(rest) or _alternatives(rest) else _re2(rest)
    if whole is None:
        return None
    found = whole

    def match(texts: Sequence[str]) -> list[bool]:
        verdicts = [[one == wanted for one in test(texts)] for test, wanted in tests]
        return [all(every) for every in zip(found(texts), *verdicts, strict=True)]

    return match


def _closed(pattern: str) -> int:
    """Return where the group ends that the pattern begins with; 0 where it does not end."""
    depth = 0
    for piece in _PIECE.finditer(pattern):
        depth += {"(": 1, ")": -1}.get(piece.group(), 0)
        if depth == 0:
            return piece.end()
    return 0


def _alternatives(pattern: str) -> bool:
    """Say whether a pattern has alternatives outside of groups: what stands before them belongs to the first alone."""
    depth = 0
    for piece in _PIECE.finditer(pattern):
        text = piece.group()
        depth += {"(": 1, ")": -1}.get(text, 0)
        if depth == 0 and "|" in text and text[0] not in "\\[":
            return True
    return False


def _re2(python: str, *, whole: bool = True) -> Callable[[Sequence[str]], list[bool]] | None:
    import pyarrow as pa
    from pyarrow import compute as pc

    pattern = _escaped_for_re2("\\A(?:" + python + (")\\z" if whole else ")"))
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid:
        return None

    def match(texts: Sequence[str]) -> list[bool]:
        found: list[bool] = pc.match_substring_regex(pa.array(list(texts), pa.string()), pattern).to_pylist()
        return found

    return match


def _escaped_for_re2(pattern: str) -> str:
    wide = re.sub(r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})", lambda found: f"\\x{{{found[1] or found[2]}}}", pattern)
    return wide.replace("\\Z", "\\z")
