"""Writing result files: every value quoted, the job's delimiter and line ending."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def lines(rows: Iterable[Sequence[object]], delimiter: str, newline: str) -> str:
    """Return rows as CSV; None is an empty value."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue()


def read(data: str, delimiter: str) -> list[list[str]]:
    """Read lines that `lines` wrote."""
    return list(csv.reader(io.StringIO(data, newline=""), delimiter=delimiter))
