"""Java's regular expressions written as Python has them.

What the two read differently is rewritten: classes within classes, flags in the middle of a group, `.` beside line ends, escapes
of one only, quantifiers that one of them takes for plain text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfseed_core.formula.faults import Failed, Fault
from sfseed_core.formula.java_classes import ESCAPES, common, named, pairs, united, without, written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.formula.java_classes import Span, Spans

MAX_PATTERN = 2_000
_DEEPEST = 50

_WORD = re.compile(
    r"""
      (?P<quote>\\Q.*?(?:\\E|\Z)) | (?P<named>\\[pP](?:\{[\w=]+\}|\w)) | (?P<code>\\(?:x\{[0-9A-Fa-f]{1,6}\}
    | x[0-9A-Fa-f]{2} | u[0-9A-Fa-f]{4}))
    | (?P<code8>\\0[0-3]?[0-7]{1,2}) | (?P<key>\\c[\x00-\x7f])
    | (?P<again>\\k<\w+>) | (?P<class>\\[dDwWsShHvV]) | (?P<special>\\[zZReaG]) | (?P<escape>\\.)
    | (?P<flags>\(\?[idmsuxU]*(?:-[idmsuxU]+)?[):]) | (?P<group>\((?:\?(?:<[=!]|<[A-Za-z]\w*>|[:=!>]))?)
    | (?P<count>\{\d+(?:,\d*)?\}) | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_SPECIAL: Mapping[str, str] = {
    "z": "\\Z",
    "Z": "(?=(?:\\r\\n|[\\n\\r\\x85\\u2028\\u2029])?\\Z)",
    "R": "(?:\\r\\n|[\\n-\\r\\x85\\u2028\\u2029])",
    "e": "\\x1b",
    "a": "\\x07",
    "G": "\\A",
}
_ANCHORS = frozenset(("^", "$", "\\b", "\\B", "\\A", "\\z", "\\Z", "\\G"))
"""What stands for a place: Java repeats these, Python does not."""
_KEPT_FLAGS = str.maketrans("", "", "duUx")
_DOT = "[^\\n\\r\\x85\\u2028\\u2029]"
_DOTS: Mapping[str, str] = {"s": "(?s:.)", "d": "[^\\n]"}
"""What `.` stands for under a flag."""


def translated(pattern: str) -> str:
    """Write a Java pattern as Python has it; raises Failed for what is no pattern, or beyond us."""
    if len(pattern) > MAX_PATTERN:
        raise Failed(Fault.PATTERN_TOO_COMPLICATED)
    return _Writing(_whole_characters(pattern)).text()


def _whole_characters(pattern: str) -> str:
    """Put the two halves together that Java writes a character beyond the first plane as."""

    def whole(found: re.Match[str]) -> str:
        high, low = int(found[1], 16), int(found[2], 16)
        return f"\\x{{{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):x}}}"

    return re.sub(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})", whole, pattern)


class _Writing:
    """One pattern on its way; `open` are, per group, the flags that hold from their place to its end."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._open: list[list[str]] = [[]]
        self._dots = [_DOT]
        self._spaced = [False]

    def text(self) -> str:
        parts: list[str] = []
        kind = ""
        while self._at < len(self._pattern):
            if self._pattern[self._at] == "[":
                self._at += 1
                negated, spans = self._class(0)
                parts.append(written(spans, negated=negated))
                continue
            found = _WORD.match(self._pattern, self._at)
            assert found is not None
            self._at = found.end()
            before, kind, text = kind, found.lastgroup or "", found.group()
            if kind == before == "count":
                raise Failed(Fault.PATTERN_TOO_COMPLICATED)  # Java repeats what is repeated
            if self._spaced[-1] and text.isspace():
                continue
            if self._spaced[-1] and text == "#":
                self._at = end if (end := self._pattern.find("\n", self._at)) >= 0 else len(self._pattern)
                continue
            word = self._word(kind, text)
            parts.append(f"(?:{word})" if text in _ANCHORS and self._repeated() else word)
        if len(self._open) > 1:
            raise Failed(Fault.BAD_PATTERN)
        return "".join(parts) + ")" * len(self._open[0])

    def _repeated(self) -> bool:
        return self._pattern[self._at : self._at + 1] in ("*", "+", "?", "{") and self._at < len(self._pattern)

    def _word(self, kind: str, text: str) -> str:
        match kind:
            case "quote":
                return re.escape(text[2:].removesuffix("\\E"))
            case "named":
                return written(_named(text))
            case "class":
                return text if text[1] in "dDwW" else written(_escaped(text[1]))
            case "code" | "code8" | "key":
                return f"\\U{_code(text):08x}"
            case "again":
                return f"(?P={text[3:-1]})"
            case "special":
                return _SPECIAL[text[1]]
            case "flags":
                return self._flags(text)
            case "group":
                return self._group(text)
            case "other":
                return self._other(text)
        return text

    def _group(self, text: str) -> str:
        self._open.append([])
        self._dots.append(self._dots[-1])
        self._spaced.append(self._spaced[-1])
        return text.replace("(?<", "(?P<") if text.endswith(">") and text != "(?>" else text

    def _flags(self, text: str) -> str:
        on, _, off = text[2:-1].partition("-")
        if text.endswith(":"):
            self._group(text)
        for letter in on:
            self._dots[-1] = _DOTS.get(letter, self._dots[-1])
        self._spaced[-1] = (self._spaced[-1] or "x" in on) and "x" not in off
        if {*off} & {*_DOTS}:
            self._dots[-1] = _DOT
        kept = on.translate(_KEPT_FLAGS), off.translate(_KEPT_FLAGS)
        flags = f"(?{kept[0]}{'-' if kept[1] else ''}{kept[1]}:"
        if not text.endswith(":"):
            self._open[-1].append(flags)
        return flags

    def _other(self, text: str) -> str:
        if text == ")":
            if len(self._open) == 1:
                raise Failed(Fault.BAD_PATTERN)
            self._dots.pop()
            self._spaced.pop()
            return ")" * len(self._open.pop()) + ")"
        if text == "|":
            flags = self._open[-1]
            return ")" * len(flags) + "|" + "".join(flags)
        if text == "{":
            raise Failed(Fault.BAD_PATTERN)  # Java reads no such text as it stands
        if text == ".":
            return self._dots[-1]
        return text

    def _class(self, depth: int) -> tuple[bool, Spans]:
        """Read a class from behind its bracket to the one that closes it."""
        if depth > _DEEPEST:
            raise Failed(Fault.PATTERN_TOO_COMPLICATED)
        negated = self._pattern.startswith("^", self._at)
        self._at += negated
        found: list[Span] = []
        so_far: Spans | None = None
        first = True
        while True:
            rest = self._pattern[self._at : self._at + 2]
            if not rest:
                raise Failed(Fault.BAD_PATTERN)
            if rest[0] == "]" and not first:
                self._at += 1
                break
            if rest == "&&":
                self._at += 2
                if found:
                    so_far = united(found) if so_far is None else common(so_far, united(found))
                found = []
                continue
            found += self._member(depth)
            first = False
        spans = united(found)
        return negated, spans if so_far is None else common(so_far, spans) if spans else so_far

    def _member(self, depth: int) -> Spans:
        """Read one character, range, escape or class within a class."""
        if self._pattern[self._at] == "[":
            self._at += 1
            negated, spans = self._class(depth + 1)
            return without(spans) if negated else spans
        low = self._single()
        if not isinstance(low, int):
            return low
        after = self._pattern[self._at : self._at + 2]
        if len(after) == 2 and after[0] == "-" and after[1] not in "][":
            self._at += 1
            high = self._single()
            if not isinstance(high, int) or high < low:
                raise Failed(Fault.BAD_PATTERN)
            return ((low, high),)
        return ((low, low),)

    def _single(self) -> int | Spans:
        if self._pattern[self._at] != "\\":
            self._at += 1
            return ord(self._pattern[self._at - 1])
        found = _WORD.match(self._pattern, self._at)
        if found is None or len(found.group()) < 2:
            raise Failed(Fault.BAD_PATTERN)
        self._at = found.end()
        kind, text = found.lastgroup or "", found.group()
        match kind:
            case "named":
                return _named(text)
            case "class":
                return _escaped(text[1])
            case "code" | "code8" | "key":
                return _code(text)
            case "quote":
                return united((ord(one), ord(one)) for one in text[2:].removesuffix("\\E"))
        return _control(text[1])


_CONTROLS: Mapping[str, int] = {"n": 10, "r": 13, "t": 9, "f": 12, "a": 7, "e": 27}


def _control(char: str) -> int:
    if char in _CONTROLS:
        return _CONTROLS[char]
    if char.isascii() and char.isalpha():
        raise Failed(Fault.BAD_PATTERN)
    return ord(char)


def _named(text: str) -> Spans:
    spans = named(text[2:].strip("{}"))
    return without(spans) if text[1] == "P" else spans


def _escaped(letter: str) -> Spans:
    spans = pairs(ESCAPES[letter.lower()])
    return spans if letter.islower() else without(spans)


def _code(text: str) -> int:
    if text[1] == "c":
        return ord(text[2]) ^ 64
    code = int(f"0o{text[2:]}", 0) if text[1] == "0" else int(text[2:].strip("{}"), 16)
    if code > 0x10FFFF:
        raise Failed(Fault.BAD_PATTERN)
    return code
