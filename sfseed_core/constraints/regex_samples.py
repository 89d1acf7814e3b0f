"""Texts that match a pattern: what a rule with REGEX wants to see."""

from __future__ import annotations

import re
import warnings
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from sfseed_core.formula.faults import Failed
from sfseed_core.formula.java_regex import translated
from sfseed_core.formula.regex import matcher

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ANY = _LETTERS + "0123456789"
_MORE = 6
"""How often something unbounded is repeated beyond what it must."""

_CATEGORIES: Mapping[str, str] = {
    "CATEGORY_DIGIT": "0123456789",
    "CATEGORY_NOT_DIGIT": _LETTERS,
    "CATEGORY_WORD": _ANY,
    "CATEGORY_NOT_WORD": " -.",
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_SPACE": _ANY,
}
_PRINTABLE = [chr(code) for code in range(32, 127)]


def samples(pattern: str, count: int) -> tuple[str, ...]:
    """Return distinct texts that match a Java pattern as a whole, up to `count`; none where it is beyond us.

    The same pattern gives the same texts.
    """
    try:
        matches = matcher(pattern)
        tree = _parsed(translated(pattern))
    except (Failed, re.error, RecursionError, OverflowError):
        return ()
    drawn = _Drawn(pattern)
    made = dict.fromkeys(_written(tree, drawn) for _ in range(count * 2))
    texts = [one for one in made if one and one == one.strip()]
    fits = matches(texts) if texts else []
    return tuple(text for text, fit in zip(texts, fits, strict=True) if fit)[:count]


def _parsed(pattern: str) -> Any:
    """Return Python's own reading of the pattern: the standard library has no other door to it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from re import _parser  # type: ignore[attr-defined]
    return _parser.parse(pattern, re.ASCII)


class _Drawn:
    """Choices that follow from a name."""

    def __init__(self, name: str) -> None:
        self._name = name.encode("utf-8", "surrogatepass")
        self._number = 0

    def below(self, limit: int) -> int:
        self._number += 1
        found = blake2b(self._name + self._number.to_bytes(8, "little"), digest_size=8).digest()
        return int.from_bytes(found, "little") % limit

    def one(self, choices: Sequence[Any]) -> Any:
        return choices[self.below(len(choices))]


def _written(tree: Any, drawn: _Drawn) -> str:
    groups: dict[int, str] = {}
    return _all(tree, drawn, groups)


def _all(tree: Any, drawn: _Drawn, groups: dict[int, str]) -> str:
    return "".join(_WRITERS.get(str(kind), _nothing)(value, drawn, groups) for kind, value in tree)


def _nothing(_value: Any, _drawn: _Drawn, _groups: dict[int, str]) -> str:
    return ""


def _literal(value: Any, _drawn: _Drawn, _groups: dict[int, str]) -> str:
    return chr(value)


def _set(value: Any, drawn: _Drawn, _groups: dict[int, str]) -> str:
    members: list[str] = []
    negated = False
    for kind, one in value:
        name = str(kind)
        negated = negated or name == "NEGATE"
        members += _members(name, one)
    if negated:
        members = [char for char in _ANY if char not in members] or [char for char in _PRINTABLE if char not in members]
    return str(drawn.one(members)) if members else ""


def _members(kind: str, value: Any) -> list[str]:
    if kind == "LITERAL":
        return [chr(value)]
    if kind == "RANGE":
        low, high = value
        return [chr(code) for code in range(low, min(high, low + 200) + 1)]
    return list(_CATEGORIES.get(str(value), "")) if kind == "CATEGORY" else []


def _repeated(value: Any, drawn: _Drawn, groups: dict[int, str]) -> str:
    least, most, tree = value
    times = int(least) + drawn.below(min(int(most), int(least) + _MORE) - int(least) + 1)
    return "".join(_all(tree, drawn, groups) for _ in range(min(times, 200)))


def _group(value: Any, drawn: _Drawn, groups: dict[int, str]) -> str:
    found = _all(value[-1], drawn, groups)
    groups[value[0] or 0] = found
    return found


_WRITERS: Mapping[str, Callable[[Any, _Drawn, dict[int, str]], str]] = {
    "LITERAL": _literal,
    "NOT_LITERAL": lambda value, drawn, _: str(drawn.one([char for char in _ANY if ord(char) != value])),
    "ANY": lambda _, drawn, __: str(drawn.one(_ANY)),
    "IN": _set,
    "BRANCH": lambda value, drawn, groups: _all(drawn.one(value[1]), drawn, groups),
    "MAX_REPEAT": _repeated,
    "MIN_REPEAT": _repeated,
    "POSSESSIVE_REPEAT": _repeated,
    "SUBPATTERN": _group,
    "ATOMIC_GROUP": _all,
    "GROUPREF": lambda value, _, groups: groups.get(value, ""),
}
"""How each kind of node of Python's reading is written; assertions write nothing and are proved at the end."""
