"""The SQLite tables behind an org: one per object, one column per stored field."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_emulator.schema import FieldDef, ObjectDef

SYSTEM_COLUMNS: Mapping[str, str] = {
    "Id": "TEXT PRIMARY KEY",
    "IsDeleted": "INTEGER",
    "CreatedDate": "TEXT",
    "CreatedById": "TEXT",
    "LastModifiedDate": "TEXT",
    "LastModifiedById": "TEXT",
    "SystemModstamp": "TEXT",
}
"""Every table has these, even where the object's describe does not name them."""

_AFFINITY: Mapping[str, str] = {
    "boolean": "INTEGER",
    "int": "INTEGER",
    "double": "REAL",
    "currency": "REAL",
    "percent": "REAL",
}

INTERNAL = """
CREATE TABLE IF NOT EXISTS "_meta" (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS "_serial" (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS "_token" (
    token TEXT PRIMARY KEY, kind TEXT NOT NULL, user_id TEXT NOT NULL, grant_id TEXT NOT NULL, used REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS "_match_key" (key INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY (key, id)) WITHOUT ROWID;
"""


def quoted(name: str) -> str:
    """Quote a table or column name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def is_stored(field: FieldDef) -> bool:
    """Tell whether a field has a column: all but addresses and geolocations, which are their components.

    The columns of formulas and roll-ups stay empty: those are worked out when read.
    """
    return not field.compound


def columns(found: ObjectDef) -> dict[str, str]:
    """List the columns of an object's table with their SQL types, system columns first."""
    stored = {field.name: _AFFINITY.get(field.type, "TEXT") for field in found.fields.values() if is_stored(field)}
    return {**SYSTEM_COLUMNS, **{name: kind for name, kind in stored.items() if name not in SYSTEM_COLUMNS}}


def create_table(found: ObjectDef) -> list[str]:
    """Write the statements that make an object's table and the indexes that its writes need."""
    table = quoted(found.name)
    body = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns(found).items())
    keys = [field for field in found.fields.values() if is_key(field)]
    return [f"CREATE TABLE IF NOT EXISTS {table} ({body})", *(create_index(found, field) for field in keys)]


def create_index(found: ObjectDef, field: FieldDef) -> str:
    """Write the statement that indexes the given values of one column, as they are compared."""
    name = quoted(f"{found.name}.{field.name}")
    column = quoted(field.name)
    return (
        f"CREATE INDEX IF NOT EXISTS {name} ON {quoted(found.name)} ({column}{collation(field)}) WHERE {column} IS NOT NULL"
    )


def is_key(field: FieldDef) -> bool:
    """Tell whether records are looked up by this field on writes."""
    return is_stored(field) and field.name != "Id" and (field.unique or field.external_id or field.id_lookup)


def collation(field: FieldDef) -> str:
    """Return how the column's values are compared: text in any case, unless the field is case sensitive."""
    text = field.type not in _AFFINITY and field.type not in ("id", "reference", "date", "datetime", "time")
    return " COLLATE NOCASE" if text and not field.case_sensitive else ""


def empty_row(found: ObjectDef) -> dict[str, object]:
    """Return a row of the object with nothing given: null everywhere, false in checkboxes."""
    boolean = {field.name for field in found.fields.values() if field.type == "boolean"}
    return {name: 0 if name in boolean or name == "IsDeleted" else None for name in columns(found)}
