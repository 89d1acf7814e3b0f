"""Files of records that the user brings: CSV, Excel and Parquet, each read as columns of text."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sfseed_core.dataset import vectors
from sfseed_core.dataset.csv_file import CsvFile, read_csv
from sfseed_core.errors import DataError, NotFound
from sfseed_core.recipe.workbook import read_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


def user_files(path: Path) -> list[Path]:
    """Return the file itself, or the files of a folder that can be read, in the order of their names."""
    if not path.exists():
        raise NotFound(f"there is no file or folder {path}")
    found = [path] if path.is_file() else sorted(one for one in path.iterdir() if _holds_records(one))
    if not found:
        kinds = ", ".join(READERS)
        raise NotFound(
            f"the folder {path} holds no file of records ({kinds})", hint="Name each after its object: Contact.csv"
        )
    return found


def _holds_records(path: Path) -> bool:
    """Whether it can be read and is not what a program keeps beside a file while that is open in it."""
    return path.suffix.lower() in READERS and not path.name.startswith((".", "~$"))


def read_user_file(path: Path) -> CsvFile:
    """Read a file by its ending (what has none of ours counts as CSV); raises DataError naming file and place."""
    return READERS.get(path.suffix.lower(), read_csv)(path)


def _read_sheet(path: Path) -> CsvFile:
    lines = read_workbook(path)
    if not lines:
        raise DataError(f"{path} is empty", hint="The first line of the first sheet names the fields: LastName, Email")
    (_, header), *rest = lines
    names = [name.strip() for name in header]
    blank = next((place for place, name in enumerate(names, 1) if not name), None)
    if blank is not None:
        raise DataError(f"{path}: column {blank} has no name in the first line")
    wide = next((number for number, cells in rest if len(cells) > len(names)), None)
    if wide is not None:
        raise DataError(f"{path}, line {wide}: it has more cells than the first line")
    columns = [[(cells[place] or None) if place < len(cells) else None for _, cells in rest] for place in range(len(names))]
    return _checked(CsvFile(path, pa.table([vectors.texts(one) for one in columns], names), marked=False))


def _read_parquet(path: Path) -> CsvFile:
    try:
        table = pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{path} cannot be read as Parquet: {error}") from error
    columns = [_as_text(path, name, table[name]) for name in table.column_names]
    return _checked(CsvFile(path, pa.table(columns, table.column_names), marked=False))


def _as_text(path: Path, name: str, column: pa.ChunkedArray) -> pa.Array:
    values = vectors.one_array(column)
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_timestamp(values.type):
        return pc.strftime(values.cast(pa.timestamp("ms", values.type.tz)), format="%Y-%m-%dT%H:%M:%SZ")
    try:
        texts = values.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise DataError(f"{path}: column {name} holds {values.type}, which is no value of a field") from error
    return pc.if_else(pc.equal(texts, ""), pa.nulls(len(texts), pa.string()), texts)


def _checked(file: CsvFile) -> CsvFile:
    names = [name.lower() for name in file.table.column_names]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError(f"{file.path}: the first line names {', '.join(twice)} more than once")
    return file


READERS: Mapping[str, Callable[[Path], CsvFile]] = MappingProxyType(
    {".csv": read_csv, ".xlsx": _read_sheet, ".parquet": _read_parquet}
)
