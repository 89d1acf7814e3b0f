"""The select list: which SQL columns are read, and how a row of them becomes a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sfseed_emulator.soql.columns import component_fields, field_sql
from sfseed_emulator.soql.literals import NUMBERS

if TYPE_CHECKING:
    from sfseed_emulator.soql.scope import Column, Scope

Row = Sequence[Any]
Reader = Callable[[Row], object]

CHILDREN = "children"
"""Type of an output that only keeps the place of a child subquery's records."""

_FLOATS = NUMBERS - {"int"}


@dataclass(frozen=True, slots=True)
class Output:
    """One selected value: its path in the record, its type, and how to read it from a row."""

    path: tuple[str, ...]
    type: str
    read: Reader
    column: int  # the SQL column that holds it, -1 for a value put together from several

    @property
    def name(self) -> str:
        """The header of a CSV column."""
        return ".".join(self.path)


@dataclass(slots=True)
class Selection:
    """Collects the SQL columns of a query and the outputs that are read from them."""

    scope: Scope
    version: str
    sql: list[str] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    parents: dict[tuple[str, ...], tuple[int, int]] = field(default_factory=dict)

    def add_sql(self, expression: str) -> int:
        """Read one more SQL column and return its index."""
        self.sql.append(expression)
        return len(self.sql) - 1

    def add_field(self, column: Column, label_of: Mapping[str, str] | None = None) -> None:
        """Select a field of the row or of a parent."""
        self.add_parents(column.path)
        path = (*column.path, column.field.name)
        if column.field.compound and column.alias:
            self.outputs.append(Output(path, column.field.type, self._compound(column), -1))
            return
        self.add_value(path, column.sql, column.field.type, label_of)

    def add_value(self, path: tuple[str, ...], sql: str, kind: str, label_of: Mapping[str, str] | None = None) -> None:
        """Select the value of an expression under a name."""
        at = self.add_sql(sql)
        self.outputs.append(Output(path, kind, _labelled(at, label_of) if label_of else reader(kind, at), at))

    def add_children(self, name: str) -> None:
        """Keep the place of a child subquery's records."""
        self.outputs.append(Output((name,), CHILDREN, lambda _row: None, -1))

    def add_parents(self, path: tuple[str, ...]) -> tuple[int, int]:
        """Read the ids and object names of the parents along a path; return the SQL columns of the last one's."""
        found = (-1, -1)
        for depth in range(1, len(path) + 1):
            step = path[:depth]
            if step not in self.parents:
                parent = self.scope.parent(step)
                self.parents[step] = (self.add_sql(parent.id_sql), self.add_sql(parent.type_sql))
            found = self.parents[step]
        return found

    def _compound(self, column: Column) -> Reader:
        parts = {}
        for key, component in component_fields(column.owner, column.field).items():
            sql = "NULL" if component is None else field_sql(self.scope.schema, column.owner, component, column.alias)
            parts[key] = reader(component.type if component else "string", self.add_sql(sql))

        def read(row: Row) -> object:
            found = {key: part(row) for key, part in parts.items()}
            return found if any(value is not None for value in found.values()) else None

        return read


def reader(kind: str, at: int) -> Reader:
    """Return what turns a stored value into its JSON form."""
    if kind == "boolean":
        return lambda row: bool(row[at])
    if kind in _FLOATS:
        return lambda row: None if row[at] is None else float(row[at])
    if kind == "base64":
        return lambda row: None if row[at] is None else str(row[at])
    return lambda row: row[at]


def _labelled(at: int, label_of: Mapping[str, str]) -> Reader:
    return lambda row: label_of.get(row[at], row[at])


def record_url(version: str, object_name: str, record_id: str) -> str:
    """Return the path of a record's resource."""
    return f"/services/data/v{version}/sobjects/{object_name}/{record_id}"


def attributes(version: str, object_name: str, record_id: str) -> dict[str, str]:
    """Return what every record in JSON begins with."""
    return {"type": object_name, "url": record_url(version, object_name, record_id)}


@dataclass(frozen=True, slots=True)
class RecordShape:
    """Builds records as JSON objects; the row's own id is in column 0."""

    object_name: str
    outputs: tuple[Output, ...]
    parents: Mapping[tuple[str, ...], tuple[int, int]]
    version: str

    def record(self, row: Row) -> dict[str, object]:
        """Return one record; parents are nested, null where there is none."""
        made: dict[str, object] = {"attributes": attributes(self.version, self.object_name, row[0])}
        nested: dict[tuple[str, ...], dict[str, object] | None] = {(): made}
        for output in self.outputs:
            owner = self._owner(nested, output.path[:-1], row)
            if owner is not None:
                owner[output.path[-1]] = output.read(row)
        return made

    def _owner(
        self, nested: dict[tuple[str, ...], dict[str, object] | None], path: tuple[str, ...], row: Row
    ) -> dict[str, object] | None:
        if path in nested:
            return nested[path]
        above = self._owner(nested, path[:-1], row)
        if above is None:
            nested[path] = None
            return None
        id_at, type_at = self.parents[path]
        found = None if row[id_at] is None else {"attributes": attributes(self.version, row[type_at], row[id_at])}
        nested[path] = found  # type: ignore[assignment]  # an attributes object is an object
        above[path[-1]] = found
        return nested[path]
