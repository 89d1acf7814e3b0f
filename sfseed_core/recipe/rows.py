"""Rows of one's own beside a recipe: CSV as Excel and others write it, Excel's workbooks, YAML.

Excel writes CSV by the language of Windows: with a byte order mark or in cp1252, with `;` where the decimal sign is a comma.
What is read is text by column; the planner turns it into the field's type.
"""

from __future__ import annotations

import csv
import io
import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import DataError, RecipeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

Row = dict[str, str]

_LARGEST = 64 * 1024 * 1024
_SIGNS = (";", "\t", ",", "|")
_COMMA_NUMBER = re.compile(r"-?\d{1,3}(?:\.\d{3})*,\d+|-?\d+,\d+")


def read_rows(path: Path) -> list[Row]:
    """Return the file's rows, each a text per column; raises RecipeError naming file and line."""
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise RecipeError(f"{path}: rows are read from {', '.join(_READERS)} files")
    try:
        if path.stat().st_size > _LARGEST:
            raise RecipeError(f"{path}: larger than {_LARGEST:,} bytes")
        return reader(path)
    except FileNotFoundError as error:
        raise RecipeError(f"there is no file {path}", hint="Files are looked for beside the recipe.") from error
    except OSError as error:
        raise RecipeError(f"{path}: cannot be read: {error.strerror}") from error


def _csv(path: Path) -> list[Row]:
    text = _decoded(path.read_bytes())
    first = text.split("\n", 1)[0]
    sign = max(_SIGNS, key=first.count)
    if first.lower().startswith("sep=") and len(first.strip()) == len("sep=;"):
        sign, text = first[4], text.split("\n", 1)[1]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    return _table([(lines.line_num, cells) for cells in lines], path, decimal_comma=sign == ";")


def _decoded(data: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _table(lines: list[tuple[int, list[str]]], path: Path, *, decimal_comma: bool = False) -> list[Row]:
    """Return the rows under the first line's names; lines that hold nothing are left out."""
    filled = [(number, [cell.strip() for cell in cells]) for number, cells in lines if any(cell.strip() for cell in cells)]
    if not filled:
        raise RecipeError(f"{path}: is empty; its first line names the columns")
    names = filled[0][1]
    for name in names:
        if not name or names.count(name) > 1:
            what = "a column has no name" if not name else f"the column {name!r} stands twice"
            raise RecipeError(f"{path}:{filled[0][0]}: {what}")
    rows = []
    for number, cells in filled[1:]:
        if len(cells) > len(names) and any(cells[len(names) :]):
            raise RecipeError(f"{path}:{number}: {len(cells)} cells under {len(names)} columns")
        rows.append(dict(zip(names, (_plain(cell) if decimal_comma else cell for cell in cells), strict=False)))
    return rows


def _plain(cell: str) -> str:
    """Return a number with a decimal point: where columns are parted by `;` the decimal sign is a comma."""
    return cell.replace(".", "").replace(",", ".") if _COMMA_NUMBER.fullmatch(cell) else cell


def _yaml(path: Path) -> list[Row]:
    import yaml

    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, ValueError) as error:
        raise RecipeError(f"{path}: not YAML: {error}") from error
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        raise RecipeError(f"{path}: a list of rows is wanted, each with its columns by name")
    return [{str(name): plain_text(value) for name, value in one.items()} for one in raw]


def plain_text(value: Any) -> str:
    """Return a YAML value as a cell's text."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _workbook(path: Path) -> list[Row]:
    from sfseed_core.recipe.workbook import read_workbook

    try:
        return _table(read_workbook(path), path)
    except DataError as error:
        raise RecipeError(error.message) from error


_READERS: Mapping[str, Callable[[Path], list[Row]]] = MappingProxyType(
    {".csv": _csv, ".txt": _csv, ".tsv": _csv, ".xlsx": _workbook, ".yaml": _yaml, ".yml": _yaml}
)
