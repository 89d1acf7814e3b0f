"""Values of unique fields that an org already has, which a new record must not repeat."""

from __future__ import annotations

import csv
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from sfseed_core.schema.model import Schema

# what Salesforce's standard matching rules tell persons and companies apart by
NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"Account": ("Name",), "Contact": ("FirstName", "LastName"), "Lead": ("FirstName", "LastName")}
)
MOST_NAMES = 200_000  # more are not read: planning should not wait for them
BULK_FROM = 10_000  # records from which a bulk query is cheaper than pages of 2,000


def unique_fields(schema: Schema, name: str) -> tuple[str, ...]:
    """Return the unique fields of an object that a new record can be given."""
    found = schema.objects.get(name)
    if found is None:
        return ()
    return tuple(field.name for field in found.fields.values() if field.unique and field.createable)


def from_records(records: Iterable[Mapping[str, Any]], field: str) -> tuple[str, ...]:
    """Return the field's values as the text that a CSV would hold, sorted, each once."""
    return tuple(sorted({as_text(row[field]) for row in records if row.get(field) is not None}))


def named_objects(schema: Schema, objects: Collection[str]) -> tuple[str, ...]:
    """Return the objects whose records' names new ones must not repeat: contacts are compared with leads too."""
    wanted = {*objects, *(("Contact", "Lead") if {"Contact", "Lead"} & {*objects} else ())}
    return tuple(name for name in NAMES if name in wanted and (name in schema.objects or name in schema.listing))


def name_key(object_name: str) -> str:
    """Return under what name a snapshot's `taken` holds the names of an object's records; parts are joined by tabs."""
    return f"{object_name}.Name"


def names_of(rows: Iterable[Sequence[str | None]]) -> tuple[str, ...]:
    """Return names in parts as single texts, sorted, each once."""
    return tuple(sorted({"\t".join(part or "" for part in row) for row in rows}))


def from_csv(path: Path) -> tuple[str, ...]:
    """Return the values of a file of one column, sorted, each once."""
    return tuple(sorted({row[0] for row in csv_rows(path) if row[0]}))


def csv_rows(path: Path) -> Iterator[list[str]]:
    """Yield the rows of a file below its header."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows, None)
        yield from (row for row in rows if row)


def as_text(value: Any) -> str:
    """Return a value of an answer as the text that a CSV would hold."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
