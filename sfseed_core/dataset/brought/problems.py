"""What is wrong with the files of a set: gathered over all of them, so that one look mends them all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.errors import FilesRefused

if TYPE_CHECKING:
    import pyarrow as pa

    from sfseed_core.dataset import vectors
    from sfseed_core.dataset.brought.table import Brought

_EACH = 3  # cells of a kind that are named
_SHOWN = 12
_LONGEST = 60


class Problems:
    """Gathers lines about files."""

    def __init__(self) -> None:
        self._lines: list[tuple[str, str]] = []

    def add(self, file: Brought, line: str) -> None:
        """Take a line about a file."""
        self._lines.append((file.path.name, line))

    def cells(self, file: Brought, column: str, cells: pa.Array, bad: vectors.Mask, what: str) -> None:
        """Take the cells of a column where `bad` is true, the first of them by line and value."""
        found = np.flatnonzero(bad)
        for record in found[:_EACH].tolist():
            self.add(file, f"{file.where(record, column)}: {_short(cells[record].as_py())} {what}")
        if len(found) > _EACH:
            self.add(file, f"{file.path.name}, column {column}: {len(found) - _EACH:,} more cells like these")

    def stop(self) -> None:
        """Raise FilesRefused with all that was gathered, if there is anything."""
        if self._lines:
            more = len(self._lines) - _SHOWN
            shown = [*(line for _, line in self._lines[:_SHOWN]), *([f"and {more:,} more"] if more > 0 else [])]
            message = "\n".join(["these files cannot be taken as they are:", *shown])
            raise FilesRefused(message, lines=tuple(self._lines))


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
