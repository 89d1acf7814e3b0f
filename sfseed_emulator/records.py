"""Saved records as REST shows them: typed values, compound fields put together, attributes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator import tables
from sfseed_emulator.soql.columns import component_fields, field_sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_emulator.schema import FieldDef, ObjectDef
    from sfseed_emulator.state import OrgState

_NUMBERS = frozenset(("double", "currency", "percent"))


def json_value(field: FieldDef, value: object) -> object:
    """Return a stored value as JSON carries it."""
    if field.type == "boolean":
        return bool(value)
    if field.type in _NUMBERS and isinstance(value, int | float):
        return float(value)
    return value


def attributes(object_name: str, record_id: str, version: str) -> dict[str, str]:
    """Return the `attributes` of a record."""
    return {"type": object_name, "url": record_url(object_name, record_id, version)}


def record_url(object_name: str, record_id: str, version: str) -> str:
    """Return the path of a record."""
    return f"/services/data/v{version}/sobjects/{object_name}/{record_id}"


def read(
    state: OrgState, found: ObjectDef, record_ids: Sequence[str], names: Sequence[str], version: str
) -> dict[str, dict[str, object]]:
    """Read live records by id as JSON objects with the given fields (API names as described)."""
    fields = [found.fields[name] for name in names]
    plain = list(dict.fromkeys(part.name for field in fields for part in _parts(found, field)))
    chosen = ["r.Id", *(field_sql(state.schema, found, found.fields[name], "r") for name in plain)]
    marks = ", ".join("?" * len(record_ids))
    statement = f"SELECT {', '.join(chosen)} FROM {tables.quoted(found.name)} r WHERE r.Id IN ({marks}) AND r.IsDeleted = 0"
    with state.lock:
        rows = state.db.execute(statement, list(record_ids)).fetchall()
    return {row[0]: _to_json(found, fields, dict(zip(plain, row[1:], strict=True)), row[0], version) for row in rows}


def _parts(found: ObjectDef, field: FieldDef) -> list[FieldDef]:
    if not field.compound:
        return [field]
    return [part for part in component_fields(found, field).values() if part is not None]


def _to_json(
    found: ObjectDef, fields: Sequence[FieldDef], values: Mapping[str, object], record_id: str, version: str
) -> dict[str, object]:
    record: dict[str, object] = {"attributes": attributes(found.name, record_id, version)}
    for field in fields:
        if field.compound:
            record[field.name] = compound(found, field, values)
        elif field.type == "base64":
            record[field.name] = f"{record_url(found.name, record_id, version)}/{field.name}"
        else:
            record[field.name] = json_value(field, values[field.name])
    return record


def compound(found: ObjectDef, field: FieldDef, values: Mapping[str, object]) -> dict[str, object] | None:
    """Put an address or geolocation together from its parts; None when all are empty."""
    parts = component_fields(found, field)
    joined = {key: json_value(part, values.get(part.name)) if part else None for key, part in parts.items()}
    return joined if any(value is not None for value in joined.values()) else None


def readable_names(found: ObjectDef, asked: str) -> list[str]:
    """Resolve a comma-separated list of fields to their described names; KeyError with the first unknown one.

    An empty list stands for all fields.
    """
    if not asked.strip():
        return list(found.fields)
    names = []
    for name in asked.split(","):
        field = found.field(name.strip())
        if field is None:
            raise KeyError(name.strip())
        names.append(field.name)
    return list(dict.fromkeys(names))
