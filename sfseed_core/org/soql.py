"""Queries and text in SOQL; names and values that come from an org are never trusted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]*|COUNT\(\)")
_ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"})


def select(columns: Iterable[str], source: str, *rest: str) -> str:
    """Return a query; `rest` are its further clauses, whose values are the caller's to escape.

    Raises ValueError for a name that is no API name.
    """
    names = [*columns]
    for name in (*names, source):
        if not _NAME.fullmatch(name):
            raise ValueError(f"not an API name: {name[:80]!r}")
    return " ".join(["SELECT", ", ".join(names), "FROM", source, *rest])


def text(value: str) -> str:
    """Return the value as a SOQL string literal."""
    return f"'{value.translate(_ESCAPES)}'"


def texts(values: Iterable[str]) -> str:
    """Return the values as the parenthesised list that IN takes."""
    return f"({','.join(map(text, values))})"
