"""One file of a set as texts, in whatever dialect a program wrote it, and where in it a record stands.

Excel writes CSV by the language of Windows: with a byte order mark, in UTF-16 or cp1252, with `;` where the decimal sign is a
comma. Workbooks and Parquet are read as `sfseed check` reads them.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sfseed_core.dataset import vectors
from sfseed_core.dataset.csv_file import decoded, parse_csv
from sfseed_core.dataset.user_file import read_user_file
from sfseed_core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import pyarrow as pa

_SIGNS = (",", ";", "\t", "|")
_CSV = frozenset({".csv", ".txt", ".tsv"})
_LINE = "line"  # what a place in a file is called


@dataclass(frozen=True, slots=True)
class Brought:
    """A file's cells as texts, null where one is empty; `comma`: whether its decimal sign may be a comma."""

    path: Path
    table: pa.Table
    comma: bool = False
    sign: str | None = None

    @property
    def count(self) -> int:
        """How many records the file has."""
        rows: int = self.table.num_rows
        return rows

    def column(self, name: str) -> pa.Array:
        """Return the cells of a column, as it is named in the file."""
        return vectors.one_array(self.table[name])

    def without(self, names: Collection[str]) -> Brought:
        """Return the file without these columns (in small letters)."""
        gone = [one for one in self.table.column_names if one.strip().lower() in names]
        return replace(self, table=self.table.drop_columns(gone)) if gone else self

    def where(self, record: int, column: str) -> str:
        """Return where a cell stands: `Contact.csv, line 17, column Email`."""
        return f"{self.path.name}, {_LINE} {self._line(record):,}, column {column}"

    def _line(self, record: int) -> int:
        """The line of the file (or row of the sheet) in which a record begins; a cell may hold several lines."""
        if self.sign is None:
            return record + 2
        before = 0
        lines = csv.reader(io.StringIO(decoded(self.path.read_bytes()), newline=""), delimiter=self.sign)
        filled = -1  # the header
        for cells in lines:
            if not cells or _is_told(cells):
                before = lines.line_num
                continue
            if filled == record:
                return before + 1
            filled, before = filled + 1, lines.line_num
        return before


def read_brought(path: Path) -> Brought:
    """Read a file; raises DataError naming the file and the place."""
    if path.suffix.lower() not in _CSV:
        return Brought(path, read_user_file(path).table)
    text = decoded(path.read_bytes())
    first, _, rest = text.partition("\n")
    if not text.strip():
        raise DataError(f"{path} is empty", hint="The first line names the fields: LastName,Email")
    sign = max(_SIGNS, key=first.count)
    if first.lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        sign, text = first[4], rest
    return Brought(path, parse_csv(path, text.encode(), sign), comma=sign == ";", sign=sign)


def _is_told(cells: list[str]) -> bool:
    """Whether a line is Excel's `sep=;`, which tells the separator."""
    return cells[0].lower().startswith("sep=") and len("".join(cells)) <= len("sep=;")
