"""Values of unique fields that an org already has, which a new record must not repeat."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sfseed_core.schema.model import Schema

BULK_FROM = 10_000  # records from which a bulk query is cheaper than pages of 2,000


def unique_fields(schema: Schema, name: str) -> tuple[str, ...]:
    """Return the unique fields of an object that a new record can be given."""
    found = schema.objects.get(name)
    if found is None:
        return ()
    return tuple(field.name for field in found.fields.values() if field.unique and field.createable)


def from_records(records: Iterable[Mapping[str, Any]], field: str) -> tuple[str, ...]:
    """Return the field's values as the text that a CSV would hold, sorted, each once."""
    return tuple(sorted({_text(row[field]) for row in records if row.get(field) is not None}))


def from_csv(path: Path) -> tuple[str, ...]:
    """Return the values of a file of one column, sorted, each once."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows, None)
        return tuple(sorted({row[0] for row in rows if row and row[0]}))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
