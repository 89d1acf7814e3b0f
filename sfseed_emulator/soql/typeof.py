"""TYPEOF: other fields of a polymorphic parent for each object that it may be of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sfseed_emulator.soql.binder import quoted
from sfseed_emulator.soql.errors import malformed
from sfseed_emulator.soql.scope import Scope
from sfseed_emulator.soql.selection import Output, Reader, Row, Selection, attributes, reader
from sfseed_emulator.soql.tree import FieldRef

if TYPE_CHECKING:
    from sfseed_emulator.soql.tree import Typeof

Readers = dict[str, Reader]


def select_typeof(typeof: Typeof, selection: Selection) -> None:
    """Select a parent whose fields depend on its object."""
    scope = selection.scope
    path = typeof.relationship.path
    reference = scope.owner.parent_field(path[0])
    if reference is None:
        raise scope.unknown_relationship(path[0], typeof.relationship.at)
    if len(path) > 1 or len(reference.reference_to) < 2:
        raise malformed(scope.text, typeof.at, f"TYPEOF is only allowed on a polymorphic relationship: {path[-1]}")
    name = str(reference.relationship_name)
    column = f"{scope.alias}.{quoted(reference.name)}"
    id_at, type_at = selection.add_parents((name,))
    by_type = {}
    for object_name, fields in typeof.whens:
        target = scope.schema.get(object_name)
        if target is None or target.name not in reference.reference_to:
            raise malformed(scope.text, typeof.at, f"{object_name} is not an object that {name} may refer to")
        inner = Scope(scope.text, scope.schema, scope.binder, target, scope.binder.alias())
        by_type[target.name] = _of_target(fields, inner, column, selection)
    otherwise = _otherwise(typeof, name, selection)

    def read(row: Row) -> object:
        if row[id_at] is None or row[type_at] is None:
            return None
        readers = by_type.get(row[type_at], otherwise)
        values = {key: read_value(row) for key, read_value in readers.items()}
        return {"attributes": attributes(selection.version, row[type_at], row[id_at]), **values}

    selection.outputs.append(Output((name,), "typeof", read, -1))


def _of_target(fields: tuple[FieldRef, ...], inner: Scope, column: str, selection: Selection) -> Readers:
    found: Readers = {}
    for field in fields:
        resolved = inner.column(field)
        own = f"{inner.alias}.{quoted('Id')} = {column}"
        at = selection.add_sql(f"(SELECT {resolved.sql} FROM {inner.from_sql()} WHERE {own})")
        found[resolved.field.name] = reader(resolved.field.type, at)
    return found


def _otherwise(typeof: Typeof, name: str, selection: Selection) -> Readers:
    found: Readers = {}
    for field in typeof.otherwise:
        resolved = selection.scope.column(FieldRef((name, *field.path), field.at))
        found[resolved.field.name] = reader(resolved.field.type, selection.add_sql(resolved.sql))
    return found
