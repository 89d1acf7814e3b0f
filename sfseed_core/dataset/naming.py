"""What people call a record: its name field, a person's two names, a subject; never an id or a number alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.recipe.columns import RECORD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sfseed_core.dataset.dataset import Dataset

_PERSON = ("FirstName", "LastName")
_ELSE = ("Name", "Subject", "Title", "CaseNumber", "Description")


def name_columns(dataset: Dataset, object_name: str) -> tuple[str, ...]:
    """Return the columns whose texts, joined by a blank, name a record; nothing where there are none."""
    columns = dataset.arrow_schema(object_name)
    described = dataset.schema.get(object_name)
    own = [one.name for one in described.fields.values() if one.name_field] if described is not None else []
    person = tuple(name for name in _PERSON if name in columns.names)
    if person and not any(name in columns.names for name in own if name not in _PERSON):
        return person
    names = [name for name in (*own, *_ELSE) if name in columns.names and pa.types.is_string(columns.field(name).type)]
    return tuple(names[:1])


def names_of(dataset: Dataset, object_name: str, records: np.ndarray) -> list[str]:
    """Return what each of these records is called; one without a name is called by its object and number."""
    table = dataset.take(object_name, records, columns=[RECORD, *name_columns(dataset, object_name)])
    joined = _joined(table)
    found = dict(zip(vectors.numbers(table[RECORD]).tolist(), joined.to_pylist(), strict=True))  # some records of a page
    return [found.get(int(one)) or f"{object_name} {one}" for one in records]


def all_names(dataset: Dataset, object_name: str) -> tuple[np.ndarray, pa.Array]:
    """Return the numbers of all records, and what they are called (empty where they have no name)."""
    table = dataset.read(object_name, columns=[RECORD, *name_columns(dataset, object_name)])
    return vectors.numbers(table[RECORD]), _joined(table)


def named(dataset: Dataset, object_name: str, text: str, most: int) -> Sequence[tuple[int, str]]:
    """Return the first records whose name contains the text, without regard to case, with their names."""
    numbers, names = all_names(dataset, object_name)
    hit = vectors.mask(pc.match_substring(names, pattern=text.strip(), ignore_case=True))
    chosen = numbers[hit][:most]
    return list(zip(chosen.tolist(), names_of(dataset, object_name, chosen), strict=True))


def _joined(table: pa.Table) -> pa.Array:
    parts = [vectors.one_array(table[name]) for name in table.column_names if name != RECORD]
    if not parts:
        return vectors.texts([""]).take(vectors.integers(np.zeros(table.num_rows, np.int64)))
    joined = pc.binary_join_element_wise(*parts, " ", null_handling="replace", null_replacement="")
    return pc.utf8_trim_whitespace(joined)


def shown(dataset: Dataset, written: pa.Array) -> list[str | None]:
    """Return references of some records (`Account:12`) with the names of what they point to: `Acme GmbH · Account:12`."""
    found: list[str | None] = written.to_pylist()  # one page of records
    by_target: dict[str, list[int]] = {}
    for text in found:
        target, mark, key = (text or "").partition(":")
        if mark and target in dataset.objects:
            by_target.setdefault(target, []).append(int(key))
    names: dict[str, str] = {}
    for target, keys in by_target.items():
        records = np.unique(np.array(keys, np.int64))
        names |= {
            f"{target}:{record}": name
            for record, name in zip(records.tolist(), names_of(dataset, target, records), strict=True)
        }
    return [f"{names[text]} · {text}" if text in names else text for text in found]
