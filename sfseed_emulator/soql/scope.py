"""What names mean inside one query: fields of its object, and of the parents that paths lead to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sfseed_emulator.soql.binder import Binder, quoted, string
from sfseed_emulator.soql.columns import field_sql, type_sql
from sfseed_emulator.soql.errors import SoqlError, fault
from sfseed_emulator.soql.tree import FieldRef

if TYPE_CHECKING:
    from sfseed_emulator.schema import FieldDef, ObjectDef, OrgSchema
    from sfseed_emulator.soql.tree import Source

MAX_LEVELS = 5
_APPEND_FIELD = (
    "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name."
    " Please reference your WSDL or the describe call for the appropriate names."
)
_APPEND_RELATIONSHIP = (
    "If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name."
    " Please reference your WSDL or the describe call for the appropriate names."
)
_APPEND_OBJECT = (
    "If you are attempting to use a custom object, be sure to append the '__c' after the entity name."
    " Please reference your WSDL or the describe call for the appropriate names."
)


@dataclass(frozen=True, slots=True)
class Column:
    """A resolved path: how to read it, and what it is.

    `path` has the relationship names of the schema; `owner` and `alias` are of the row that holds the field (for a path
    over a polymorphic reference: of no single row, and `alias` is empty).
    """

    sql: str
    field: FieldDef
    owner: ObjectDef
    path: tuple[str, ...]
    alias: str


@dataclass(frozen=True, slots=True)
class Parent:
    """A parent row of the query's row: the SQL of its id and of its object's name."""

    path: tuple[str, ...]
    id_sql: str
    type_sql: str


@dataclass(frozen=True, slots=True)
class _Step:
    owner: ObjectDef
    alias: str
    path: tuple[str, ...]


@dataclass(slots=True)
class Scope:
    """Resolves the names of one query (or subquery) and collects the joins that they need."""

    text: str
    schema: OrgSchema
    binder: Binder
    owner: ObjectDef
    alias: str
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)  # alias of FROM to the path it stands for
    joins: dict[tuple[str, ...], tuple[str, ObjectDef]] = field(default_factory=dict)
    join_sql: list[str] = field(default_factory=list)

    def column(self, ref: FieldRef) -> Column:
        """Resolve a field or a path to one."""
        path = self._without_own_name(ref)
        if len(path) > MAX_LEVELS + 1:
            raise fault("INVALID_FIELD", self.text, ref.at, f"field path {ref.written} has more than 5 levels")
        return self._resolve(_Step(self.owner, self.alias, ()), path, ref)

    def parent(self, path: tuple[str, ...]) -> Parent:
        """Return the id and object name of the parent at the end of a path of known relationship names."""
        step = _Step(self.owner, self.alias, ())
        for name in path[:-1]:
            reference = step.owner.parent_field(name)
            assert reference is not None
            if self._is_polymorphic(reference):
                return self._parent_beyond(path)
            step = self._join(step, reference)
        reference = step.owner.parent_field(path[-1])
        assert reference is not None
        column = f"{step.alias}.{quoted(reference.name)}"
        if self._is_polymorphic(reference):
            return Parent(path, column, type_sql(self.schema, reference.reference_to, column))
        joined = self._join(step, reference)
        return Parent(path, f"{joined.alias}.{quoted('Id')}", string(joined.owner.name))

    def from_sql(self) -> str:
        """Return the FROM part: the table and its joins."""
        return " ".join([f"{quoted(self.owner.name)} {self.alias}", *self.join_sql])

    # ---- paths

    def _without_own_name(self, ref: FieldRef) -> tuple[str, ...]:
        first = ref.path[0].lower()
        if len(ref.path) == 1:
            return ref.path
        if first in self.names:
            return (*self.names[first], *ref.path[1:])
        if first == self.owner.name.lower() and self.owner.parent_field(first) is None:
            return ref.path[1:]
        return ref.path

    def _resolve(self, step: _Step, path: tuple[str, ...], ref: FieldRef) -> Column:
        for at, name in enumerate(path[:-1]):
            reference = step.owner.parent_field(name)
            if reference is None:
                raise self.unknown_relationship(name, ref.at)
            if self._is_polymorphic(reference):
                return self._polymorphic(step, reference, path[at + 1 :], ref)
            step = self._join(step, reference)
        found = step.owner.field(path[-1])
        if found is None:
            raise self.unknown_field(path[-1], step.owner.name, ref.at)
        sql = field_sql(self.schema, step.owner, found, step.alias)
        return Column(sql, found, step.owner, step.path, step.alias)

    def _join(self, step: _Step, reference: FieldDef) -> _Step:
        target = self.schema.get(reference.reference_to[0])
        path = (*step.path, str(reference.relationship_name))
        if target is None:  # an org served from describes may lack the object that a reference names
            raise SoqlError("INVALID_FIELD", f"sObject type '{reference.reference_to[0]}' is not supported.")
        if path not in self.joins:
            alias = self.binder.alias()
            self.joins[path] = (alias, target)
            self.join_sql.append(
                f"LEFT JOIN {quoted(target.name)} {alias} ON {alias}.{quoted('Id')} = {step.alias}.{quoted(reference.name)}"
            )
        return _Step(target, self.joins[path][0], path)

    # ---- polymorphic references: a subselect for each object they may point to

    def _is_polymorphic(self, reference: FieldDef) -> bool:
        return len(reference.reference_to) > 1

    def _polymorphic(self, step: _Step, reference: FieldDef, rest: tuple[str, ...], ref: FieldRef) -> Column:
        path = (*step.path, str(reference.relationship_name))
        column = f"{step.alias}.{quoted(reference.name)}"
        if len(rest) == 1 and rest[0].lower() == "type":
            pseudo = self._type_field(reference)
            return Column(type_sql(self.schema, reference.reference_to, column), pseudo, step.owner, path, "")
        cases, found = [], None
        for target in self._targets(reference):
            inner = Scope(self.text, self.schema, self.binder, target, self.binder.alias())
            try:
                resolved = inner._resolve(_Step(target, inner.alias, ()), rest, ref)
            except SoqlError:
                continue
            found = found or resolved
            cases.append(
                f"WHEN {string(str(target.key_prefix))} THEN (SELECT {resolved.sql} FROM {inner.from_sql()}"
                f" WHERE {inner.alias}.{quoted('Id')} = {column})"
            )
        if found is None:
            raise self.unknown_field(rest[-1], "Name", ref.at)
        return Column(
            f"CASE SUBSTR({column}, 1, 3) {' '.join(cases)} END", found.field, found.owner, (*path, *found.path), ""
        )

    def _parent_beyond(self, path: tuple[str, ...]) -> Parent:
        column = self._resolve(_Step(self.owner, self.alias, ()), (*path, "Id"), FieldRef((*path, "Id")))
        return Parent(path, column.sql, type_sql(self.schema, tuple(self.schema.objects), f"({column.sql})"))

    def _targets(self, reference: FieldDef) -> list[ObjectDef]:
        found = (self.schema.get(name) for name in reference.reference_to)
        return [target for target in found if target is not None and target.key_prefix]

    def _type_field(self, reference: FieldDef) -> FieldDef:
        return replace(
            reference, name="Type", type="picklist", reference_to=(), relationship_name=None, filterable=True,
            sortable=True, groupable=True,
        )  # fmt: skip

    # ---- refusals

    def unknown_field(self, name: str, owner: str, at: int) -> SoqlError:
        """Return Salesforce's error about a field that is not there."""
        return fault("INVALID_FIELD", self.text, at, f"No such column '{name}' on entity '{owner}'. {_APPEND_FIELD}")

    def unknown_relationship(self, name: str, at: int) -> SoqlError:
        """Return Salesforce's error about a parent relationship that is not there."""
        return fault(
            "INVALID_FIELD", self.text, at, f"Didn't understand relationship '{name}' in field path. {_APPEND_RELATIONSHIP}"
        )


def root_scope(
    text: str,
    schema: OrgSchema,
    binder: Binder,
    source: Source,
    further: tuple[Source, ...] = (),
    *,
    name: str | None = None,
) -> Scope:
    """Open the scope of a query; `name` is its object where FROM names a child relationship instead."""
    owner = schema.get(name or source.name)
    if owner is None:
        raise fault("INVALID_TYPE", text, source.at, f"sObject type '{source.name}' is not supported. {_APPEND_OBJECT}")
    if not owner.queryable:
        raise SoqlError("INVALID_TYPE_FOR_OPERATION", f"entity type {owner.name} does not support query")
    scope = Scope(text, schema, binder, owner, binder.alias())
    if source.alias:
        scope.names[source.alias.lower()] = ()
    for other in further:
        path = tuple(other.name.split("."))
        base = scope.names.get(path[0].lower())
        if other.alias is None or base is None:
            raise fault("MALFORMED_QUERY", text, other.at, f"unexpected token: {other.name}")
        scope.names[other.alias.lower()] = (*base, *path[1:])
    return scope


def child_source(text: str, schema: OrgSchema, parent: ObjectDef, source: Source) -> tuple[str, str, str]:
    """Return (object, reference field, relationship name) of the child relationship that a subquery reads."""
    relation = schema.child_relationship(parent.name, source.name)
    if relation is None or relation.name is None:
        raise fault(
            "INVALID_TYPE", text, source.at,
            f"Didn't understand relationship '{source.name}' in FROM part of query call. {_APPEND_RELATIONSHIP}",
        )  # fmt: skip
    return relation.child, relation.field, relation.name
