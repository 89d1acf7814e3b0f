"""Java's regular expressions for Python's engine, by looking ahead: what lies in both classes is what both look at and take.

Written apart from the core's, which counts code points instead: the two are each other's oracle.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

from sfseed_emulator.formula_rows.outcome import Failed

if TYPE_CHECKING:
    from collections.abc import Mapping

_ASCII: Mapping[str, str] = {
    "Alpha": "A-Za-z",
    "Digit": "0-9",
    "Alnum": "A-Za-z0-9",
    "Upper": "A-Z",
    "Lower": "a-z",
    "Punct": r"!-/:-@\[-`{-~",
    "Graph": "!-~",
    "Print": " -~",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1f\x7f",
    "ASCII": r"\x00-\x7f",
    "Space": r"\s",
    "XDigit": "0-9A-Fa-f",
}
_BLANKS = r" \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000"
_ENDS = r"\n-\r\x85\u2028\u2029"
_ESCAPES: Mapping[str, str] = {
    r"\h": f"[{_BLANKS}]", r"\H": f"[^{_BLANKS}]", r"\v": f"[{_ENDS}]", r"\V": f"[^{_ENDS}]", r"\e": r"\x1b",
    r"\R": rf"(?:\r\n|[{_ENDS}])", r"\z": r"\Z", r"\Z": rf"(?=(?:\r\n|[{_ENDS}])?\Z)",
}  # fmt: skip
_ANY = "(?s:.)"
_LINE = r"[^\n\r\x85\u2028\u2029]"
_WORD = re.compile(
    r"\\Q(?P<quoted>.*?)(?:\\E|$)|\\(?P<sign>[pP])(?:\{(?P<name>[\w=]+)\}|(?P<letter>\w))"
    r"|\\u(?P<high>[dD][89abAB]..)\\u(?P<low>[dD][c-fC-F]..)|\\k<(?P<again>\w+)>|\\x\{(?P<code>[0-9a-fA-F]+)\}|\\.|\[\^?|&&|.",
    re.DOTALL,
)


def from_java(pattern: str) -> str:
    """Return a Java pattern as Python has it; raises Failed for what is no pattern."""
    return _Reader(pattern).outside()


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self._words = list(_WORD.finditer(pattern))
        self._at = 0
        self._line = _ANY if re.search(r"\(\?[a-z]*s", pattern) else _LINE

    def outside(self) -> str:
        parts: list[str] = []
        while self._at < len(self._words):
            found = self._words[self._at]
            self._at += 1
            word = found.group()
            if word.startswith("["):
                parts.append(self._class(negated=word == "[^"))
            elif word == ".":
                parts.append(self._line)
            elif word == "{" and not re.match(r"\{\d+(,\d*)?\}", found.string[found.start() :]):
                raise Failed("a brace that repeats nothing")
            elif found["quoted"] is not None:
                parts.append(re.escape(found["quoted"]))
            else:
                parts.append(self._one(found))
        return "".join(parts).replace("(?<", "(?P<").replace("(?P<=", "(?<=").replace("(?P<!", "(?<!")

    def _one(self, found: re.Match[str]) -> str:
        """Write an escape or a plain character, as it stands outside of classes."""
        if found["sign"]:
            members = _members(found["name"] or found["letter"])
            return f"[{'^' if found['sign'] == 'P' else ''}{members}]"
        if found["code"]:
            return f"\\U{int(found['code'], 16):08x}"
        if found["high"]:
            pair = bytes.fromhex(found["high"] + found["low"]).decode("utf-16-be")
            return f"\\U{ord(pair):08x}"
        if found["again"]:
            return f"(?P={found['again']})"
        return _ESCAPES.get(found.group(), found.group())

    def _class(self, *, negated: bool) -> str:
        """Write a class: what it lists at one go, classes within it as alternatives, intersections by looking ahead."""
        wholes: list[str] = []
        plain: list[str] = []
        others: list[str] = []
        first = True
        while True:
            if self._at >= len(self._words):
                raise Failed("a class that is not closed")
            found = self._words[self._at]
            self._at += 1
            word = found.group()
            if word == "]" and not first:
                break
            if word == "&&":
                if plain or others:
                    wholes.append(_either(plain, others))
                plain, others = [], []
                continue
            first = False
            if word.startswith("["):
                others.append(self._class(negated=word == "[^"))
            elif found["quoted"] is not None:
                plain.append(re.escape(found["quoted"]))
            else:
                one = self._one(found)
                (others if len(one) > 1 and one.startswith(("[", "(")) else plain).append(
                    one if one.startswith("\\") or len(one) > 1 else _plain(one)
                )
        if plain or others:
            wholes.append(_either(plain, others))
        whole = "".join(f"(?={one})" for one in wholes[:-1]) + wholes[-1]
        if negated and len(wholes) == 1 and whole.startswith("[") and not others:
            return f"[^{whole[1:]}"
        return f"(?:(?!{whole}){_ANY})" if negated else f"(?:{whole})" if len(wholes) > 1 else whole


def _plain(char: str) -> str:
    return f"\\{char}" if char in "[]^&|~" else char


def _either(plain: list[str], others: list[str]) -> str:
    listed = "".join(plain)
    every = [*([f"[{listed}]"] if listed else []), *others]
    return every[0] if len(every) == 1 else f"(?:{'|'.join(every)})"


def _members(name: str) -> str:
    """Return what stands in a class for a named one: of ASCII, or of Unicode's letters, digits and marks by category."""
    if name in _ASCII:
        return _ASCII[name]
    short = {"IsAlphabetic": "L", "javaUpperCase": "Lu", "javaLowerCase": "Ll", "IsLetter": "L", "IsDigit": "Nd"}.get(
        name, name
    )
    members = _of_category(short.removeprefix("Is")) if len(short.removeprefix("Is")) <= 2 else ""
    if not members:
        raise Failed(f"{name} is no class of characters")
    return members


@cache
def _of_category(name: str) -> str:
    parts: list[str] = []
    start = -1
    for code in range(0x110001):
        inside = code < 0x110000 and unicodedata.category(chr(code)).startswith(name)
        if inside and start < 0:
            start = code
        elif not inside and start >= 0:
            parts.append(f"\\U{start:08x}-\\U{code - 1:08x}")
            start = -1
    return "".join(parts)
