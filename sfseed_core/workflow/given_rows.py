"""Given rows: records that people have in a spreadsheet, added to a dataset or written over its records.

A column is found by API name or label. A lookup is said as `Account:12` or by the parent's name. Where the rows have an
`Id` column as in our own files (`Contact:12`), they change those records; else they are added.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.dataset.edits import AddRecords, SetCells
from sfseed_core.dataset.naming import all_names
from sfseed_core.dataset.references import WRITTEN
from sfseed_core.dataset.values import european_days
from sfseed_core.errors import DataError, SfseedError, UserError
from sfseed_core.recipe.columns import RECORD, RECORD_TYPE, SYMBOL_MARK
from sfseed_core.recipe.rows import read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.dataset import Dataset

SHOWN = r"^.* · ([A-Za-z0-9_]+:\d+)$"
"""How a lookup is shown to people: `Acme GmbH · Account:12`."""

_KNOWN_ID = frozenset({"id", "#", "record"})


@dataclass(frozen=True, slots=True)
class Given:
    """Rows as they were read: texts by field, the records that they change (None: they are new), and what was passed over."""

    object: str
    count: int
    columns: Mapping[str, pa.Array]
    records: np.ndarray | None
    unknown: tuple[str, ...]


def read_pasted(text: str) -> list[dict[str, str]]:
    """Return the rows of a text that was copied from a spreadsheet: names in the first line; raises RecipeError."""
    return read_file("pasted.tsv", text.encode())


def read_file(name: str, data: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV file or workbook by its content; raises RecipeError."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"rows{Path(name).suffix.lower() or '.csv'}"
        path.write_bytes(data)
        try:
            return read_rows(path)
        except SfseedError as error:
            raise UserError(error.message.replace(str(path), name), hint=error.hint) from error


def understand(dataset: Dataset, object_name: str, rows: Sequence[Mapping[str, str]]) -> Given:
    """Return what the rows say in terms of the object's fields; raises DataError for a record that is not there."""
    fields = _fields(dataset, object_name)
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns: dict[str, pa.Array] = {}
    unknown, records = [], None
    for name in names:
        texts = pa.array([row.get(name) or None for row in rows], pa.string())
        field = fields.get(name.strip().lower())
        if field is not None:
            columns[field] = texts
        elif name.strip().lower() in _KNOWN_ID and records is None and texts.null_count < len(texts):
            records = _numbers(object_name, texts)
        else:
            unknown.append(name)
    return Given(object_name, len(rows), columns, records, tuple(unknown))


def take(dataset: Dataset, given: Given, *, fill: bool, variation: int, clock: Clock) -> int:
    """Add the rows, or write them over the records that they name, and return the new revision.

    With `fill` the fields of added records that the rows do not have are made up. Raises DataError naming a value that does
    not fit its field.
    """
    if not given.columns:
        raise UserError(
            f"no column of these rows is a field of {given.object}", hint="The first line names the fields: Name, Phone"
        )
    values: dict[str, Any] = {name: meant(dataset, given.object, name, texts) for name, texts in given.columns.items()}
    if given.records is not None:
        label = f"{given.count:,} {given.object} changed from rows"
        return dataset.apply(SetCells(given.object, given.records, values, label=label), clock=clock)
    if fill:
        values = {**_made_up(dataset, given, variation), **values}
    label = f"{given.count:,} {given.object} added from rows"
    return dataset.apply(AddRecords(given.object, given.count, values, label=label), clock=clock)


def _made_up(dataset: Dataset, given: Given, variation: int) -> dict[str, Any]:
    from sfseed_core.workflow.make_again import invented

    plan = dataset.plan.object(given.object)
    made: dict[str, Any] = dict(invented(dataset.plan, given.object, given.count, variation=variation))
    needed = [one for one in plan.references if one.required and one.field not in given.columns]
    if needed:
        from sfseed_core.dataset.export.readable import readable

        numbers = dataset.state(given.object).numbers()
        if len(numbers):
            like = readable(plan, dataset.take(given.object, numbers[np.arange(given.count) % len(numbers)]))
            made |= {one.field: vectors.one_array(like[one.field]) for one in needed}
    if plan.record_types:
        made[RECORD_TYPE] = vectors.texts([plan.record_types[0][0]]).take(vectors.integers(np.zeros(given.count, np.int64)))
    return made


def _fields(dataset: Dataset, object_name: str) -> dict[str, str]:
    """The columns of the object by what people may call them: API name, label, a lookup's name without `Id`."""
    columns = [one for one in dataset.arrow_schema(object_name).names if one != RECORD and not one.endswith("@")]
    described = dataset.schema[object_name].fields
    called: dict[str, str] = {}
    for name in columns:
        label = described[name].label if name in described else name
        short = label.removesuffix(" ID")
        for one in (short, f"{short} Name", label, name.removesuffix("Id"), name):
            called.setdefault(one.lower(), name)
    return called | {one.lower(): one for one in columns}


def _numbers(object_name: str, texts: pa.Array) -> np.ndarray:
    parts = pc.extract_regex(texts, pattern=WRITTEN)
    if parts.null_count:
        bad = texts[int(vectors.nulls(parts).argmax())].as_py()
        raise DataError(
            f"{object_name}: {bad!r} names no record", hint=f"Ids are written {object_name}:12, as in our files."
        )
    return vectors.numbers(pc.struct_field(parts, [1]).cast(pa.int64()))


def meant(dataset: Dataset, object_name: str, name: str, texts: pa.Array) -> pa.Array:
    """Return the texts as the column takes them: parents by their names, days as people write them.

    Raises DataError for a text of a lookup that is no record.
    """
    reference = next((one for one in dataset.plan.object(object_name).references if one.field == name), None)
    if reference is None:
        kind = dataset.arrow_schema(object_name).field(name).type
        return european_days(texts) if pa.types.is_date(kind) or pa.types.is_timestamp(kind) else texts
    texts = pc.replace_substring_regex(texts, pattern=SHOWN, replacement=r"\1")
    for target in (one.object for one in reference.targets if one.object in dataset.objects):
        texts = _by_name(dataset, str(target), texts)
    known = vectors.mask(pc.match_substring_regex(texts, pattern=f"{WRITTEN}|^{SYMBOL_MARK}")) | vectors.nulls(texts)
    if not known.all():
        bad = texts[int((~known).argmax())].as_py()
        raise DataError(f"{object_name}.{name}: no record is called {bad!r}", hint="Write its name as the table shows it.")
    return texts


def _by_name(dataset: Dataset, target: str, texts: pa.Array) -> pa.Array:
    """The texts, with names of the target's records replaced by `Target:number`."""
    numbers, names = all_names(dataset, target)
    place = pc.index_in(pc.utf8_lower(pc.utf8_trim_whitespace(texts)), value_set=pc.utf8_lower(names))
    found = ~vectors.nulls(place)
    if not found.any():
        return texts
    keys = vectors.integers(numbers[vectors.numbers(pc.fill_null(place, 0))])
    before, nothing = vectors.texts([f"{target}:", ""])
    written = pc.binary_join_element_wise(before, keys.cast(pa.string()), nothing)
    return pc.if_else(vectors.booleans(found), written, texts)
