"""A CSV file that the user brings: read as text, with errors that say where and what to do."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pa_csv

from sfseed_core.errors import DataError, NotFound

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

_PIECE = 16 << 20
_SHOWN = 3  # broken lines named in a message
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class CsvFile:
    """The cells of a file as text, null where a cell is empty; `marked` when the file begins with a byte order mark."""

    path: Path
    table: pa.Table
    marked: bool


def csv_files(path: Path) -> list[Path]:
    """Return the file itself, or the CSV files of a folder in the order of their names."""
    if not path.exists():
        raise NotFound(f"there is no file or folder {path}")
    found = [path] if path.is_file() else sorted(one for one in path.iterdir() if one.suffix.lower() == ".csv")
    if not found:
        raise NotFound(f"the folder {path} holds no CSV file", hint="Name each file after its object: Contact.csv")
    return found


def read_csv(path: Path) -> CsvFile:
    """Read a file; DataError for what is no CSV that Salesforce takes (encoding, separator, ragged rows, header)."""
    marked = _checked_encoding(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        names = _header(path, file)
    return CsvFile(path, _parsed(path, path, names, ","), marked)


def decoded(data: bytes) -> str:
    """Return the text of a file as programs write it: UTF-8, UTF-16 with a byte order mark, or else Windows' cp1252."""
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8-sig"), *((mark, "utf-16") for mark in _WIDE_MARKS)):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def parse_csv(path: Path, data: bytes, sign: str) -> pa.Table:
    """Return the cells of UTF-8 text whose columns are parted by the sign, as texts; raises DataError naming the file `path`."""
    names = _header(path, io.StringIO(data.decode(), newline=""), sign)
    return _parsed(path, pa.BufferReader(data), names, sign)


def _parsed(path: Path, source: Path | pa.BufferReader, names: list[str], sign: str) -> pa.Table:
    broken: list[pa_csv.InvalidRow] = []

    def keep(row: pa_csv.InvalidRow) -> str:
        broken.append(row)
        return "skip" if len(broken) < _SHOWN else "error"

    try:
        table = pa_csv.read_csv(
            source,
            read_options=pa_csv.ReadOptions(use_threads=False),
            parse_options=pa_csv.ParseOptions(delimiter=sign, newlines_in_values=True, invalid_row_handler=keep),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                strings_can_be_null=True,
                null_values=[""],
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        if not broken:
            raise DataError(f"{path} cannot be read as CSV: {error}", hint=_QUOTES) from error
    if broken:
        raise DataError(f"{path}: {'; '.join(_said(row) for row in broken)}", hint=_QUOTES)
    return table


_QUOTES = 'A cell with a comma, a line break or a quote stands in quotes, inner quotes doubled: "1, ""Main"" St".'


def _said(row: pa_csv.InvalidRow) -> str:
    where = f"record {row.number - 1:,}" if row.number else "a record"
    return f"{where} has {row.actual_columns} cells where the header has {row.expected_columns}"


def _checked_encoding(path: Path) -> bool:
    """Make sure that the file is UTF-8; return whether it begins with a byte order mark."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = read = 0
    start = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            start = start or piece[:4]
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                if start.startswith(_WIDE_MARKS):
                    raise DataError(f"{path} is UTF-16", hint="Save it as 'CSV UTF-8'.") from error
                line = lines + error.object[: error.start].count(b"\n") + 1
                byte = error.object[error.start]
                raise DataError(
                    f"{path}, line {line:,}: byte 0x{byte:02x} is no UTF-8", hint="Save it as 'CSV UTF-8'."
                ) from error
            lines += piece.count(b"\n")
            read += len(piece)
    if not read:
        raise DataError(f"{path} is empty", hint="The first line names the fields: LastName,Email")
    return start.startswith(codecs.BOM_UTF8)


def _header(path: Path, file: TextIO, sign: str = ",") -> list[str]:
    names = next(csv.reader(file, delimiter=sign), [])
    if len(names) == 1 and sign == ",":
        other = next((mark for mark in ";\t|" if mark in names[0]), None)
        if other is not None:
            called = "tabs" if other == "\t" else f"{other!r}"
            raise DataError(f"{path}: its columns are separated by {called}", hint="Save it with commas.")
    blank = [place for place, name in enumerate(names, 1) if not name.strip()]
    if blank or not names:
        raise DataError(f"{path}: column {blank[0] if blank else 1} has no name in the first line")
    twice = sorted({name for name in names if [one.lower() for one in names].count(name.lower()) > 1})
    if twice:
        raise DataError(f"{path}: the first line names {', '.join(twice)} more than once")
    return names
