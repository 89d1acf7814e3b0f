"""A row on its way into the org as formulas see it: its own fields, those of its parents, and the globals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sfseed_core.formula.types import Type
from sfseed_emulator import lookups
from sfseed_emulator.formula_rows import Moment, NotKnown, compiled, result
from sfseed_emulator.rules.dates import moment as stored_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfseed_emulator.org_model import FieldDef, ObjectDef, OrgSchema
    from sfseed_emulator.state import OrgState

Row = dict[str, object]

TYPES: Mapping[str, Type] = {
    "boolean": Type.BOOLEAN,
    "int": Type.NUMBER,
    "long": Type.NUMBER,
    "double": Type.NUMBER,
    "currency": Type.NUMBER,
    "percent": Type.NUMBER,
    "date": Type.DATE,
    "datetime": Type.DATETIME,
    "time": Type.TIME,
    "picklist": Type.PICKLIST,
    "multipicklist": Type.MULTIPICKLIST,
    "location": Type.GEOLOCATION,
}
"""The formula type of each type of field; all others are texts."""

_MOST_DEEP = 10
"""How many formula fields may hang on one another."""


def type_of(schema: OrgSchema, found: ObjectDef, path: str) -> Type:
    """Return the formula type of a path from an object; ANY for what the org does not describe."""
    head, *rest = path.split(".")
    name = head.lower()
    if name == "$permission":
        return Type.BOOLEAN
    if name == "$system":
        return Type.DATETIME
    start, steps = _start(schema, name, rest) if name.startswith("$") else (found, [head, *rest])
    for step in steps[:-1]:
        start = _target(schema, start, step) if start else None
    last = start.field(steps[-1]) if start and steps else None
    return Type.ANY if last is None else TYPES.get(last.type, Type.TEXT)


def _start(schema: OrgSchema, name: str, rest: Sequence[str]) -> tuple[ObjectDef | None, Sequence[str]]:
    if name == "$recordtype":
        return schema.get("RecordType"), rest
    if name == "$setup":
        return (schema.get(rest[0]) if rest else None), rest[1:]
    if name == "$objecttype":
        return (schema.get(rest[0]) if rest else None), rest[2:]
    if name == "$custommetadata":
        return (schema.get(rest[0]) if rest else None), rest[2:]
    return schema.get(name[1:]), rest


def _target(schema: OrgSchema, found: ObjectDef, step: str) -> ObjectDef | None:
    relationship, _, chosen = step.partition(":")
    reference = found.parent_field(relationship)
    if reference is None or not reference.reference_to:
        return None
    return schema.get(chosen or reference.reference_to[0])


@dataclass(frozen=True, slots=True)
class Writing:
    """What the records of one write share: the org, the moment, and the parents read so far."""

    state: OrgState
    moment: Moment
    parents: dict[str, Row | None] = field(default_factory=dict)

    def parent(self, record_id: str) -> tuple[ObjectDef, Row] | None:
        """Return a record by its id, read once."""
        found = self.state.schema.by_prefix.get(record_id[:3])
        if found is None:
            return None
        if record_id not in self.parents:
            self.parents[record_id] = lookups.rows_by_id(self.state, found, [record_id]).get(record_id)
        row = self.parents[record_id]
        return None if row is None else (found, row)


@dataclass(frozen=True, slots=True)
class RowRecord:
    """One row of one object, for the evaluator; `before` is the saved row that it changes."""

    writing: Writing
    found: ObjectDef
    row: Mapping[str, object]
    before: Mapping[str, object] | None = None
    depth: int = 0

    def value(self, path: str) -> Any:
        """Return the value of a path; raises NotKnown."""
        head, *rest = path.split(".")
        if head.startswith("$"):
            return self._global(head.lower(), rest)
        return self.step(head, rest)

    def old(self, path: str) -> Any:
        """Return the value that a path had in the saved row."""
        return RowRecord(self.writing, self.found, self.before or self.row, None, self.depth).value(path)

    def looked_up(self, object_name: str, field: str, name: str) -> Any:
        """Return a field's value of the oldest record of a custom object that has the name; raises NotKnown."""
        target = self.writing.state.schema.get(object_name)
        if target is None or not target.custom:
            raise NotKnown(f"VLOOKUP goes through custom objects only, not {object_name}")
        rows = lookups.where(self.writing.state, target.name, "Name", [name], ())
        oldest = min((str(row["Id"]) for row in rows), default=None)
        return None if oldest is None else self.above(oldest, [field])

    def step(self, head: str, rest: Sequence[str]) -> Any:
        """Return an own field, or go up one relationship."""
        if not rest:
            return self._own(head)
        reference = self.found.parent_field(head.partition(":")[0])
        if reference is None:
            raise NotKnown(f"{self.found.name} has no relationship {head}")
        record_id = self.row.get(reference.name)
        return self.above(record_id, rest)

    def above(self, record_id: object, rest: Sequence[str]) -> Any:
        """Return a path's value from another record on; nothing where there is none."""
        parent = self.writing.parent(record_id) if isinstance(record_id, str) else None
        if parent is None:
            return None
        return RowRecord(self.writing, *parent, None, self.depth).step(rest[0], rest[1:])

    def _own(self, name: str) -> Any:
        one = self.found.field(name)
        if one is None:
            raise NotKnown(f"{self.found.name} has no field {name}")
        formula = self.found.extras.get("formulas", {}).get(one.name)
        if formula is not None:
            return self._calculated(one, str(formula))
        if one.calculated:
            raise NotKnown(f"{self.found.name}.{one.name} is worked out by the org")
        if one.type == "location":
            return self._place(one)
        return formula_value(one, self.row.get(one.name))

    def _calculated(self, one: FieldDef, formula: str) -> Any:
        if self.depth >= _MOST_DEEP:
            raise NotKnown(f"{one.name} hangs on too many formulas")
        schema = self.writing.state.schema
        node = compiled(formula, lambda path: type_of(schema, self.found, path))
        value = result(node, RowRecord(self.writing, self.found, self.row, None, self.depth + 1), self.writing.moment)
        if one.type == "percent" and isinstance(value, Decimal):
            return value / 100
        return bool(value) if one.type == "boolean" else value

    def _place(self, one: FieldDef) -> Any:
        stem = one.name.removesuffix("__c")
        names = [f"{stem}__{part}__s" for part in ("Latitude", "Longitude")]
        north, east = (self.row.get(name) for name in names)
        return None if north is None or east is None else (Decimal(str(north)), Decimal(str(east)))

    def _global(self, name: str, rest: Sequence[str]) -> Any:
        reader = _GLOBALS.get(name)
        if reader is None or not rest:
            raise NotKnown(f"{name} is not kept by this org")
        return reader(self, rest)


def _user(record: RowRecord, rest: Sequence[str]) -> Any:
    return record.above(record.writing.state.user_id, rest)


def _through_user(reference: str) -> Callable[[RowRecord, Sequence[str]], Any]:
    def read(record: RowRecord, rest: Sequence[str]) -> Any:
        user = record.writing.parent(record.writing.state.user_id)
        return record.above(user[1].get(reference) if user else None, rest)

    return read


def _organization(record: RowRecord, rest: Sequence[str]) -> Any:
    return record.above(record.writing.state.org_id, rest)


def _record_type(record: RowRecord, rest: Sequence[str]) -> Any:
    return record.above(record.row.get("RecordTypeId"), rest)


def _permission(record: RowRecord, rest: Sequence[str]) -> bool:
    """Say whether the running user has a custom permission."""
    held = record.writing.state.options.permissions.lower().split(",")
    return rest[0].lower() in (one.strip() for one in held)


def _setting(record: RowRecord, rest: Sequence[str]) -> Any:
    """Read a hierarchical custom setting: the user's, else the profile's, else the org's."""
    found = record.writing.state.schema.get(rest[0])
    one = found.field(rest[1]) if found and len(rest) > 1 else None
    if found is None or one is None:
        raise NotKnown(f"{rest[0]} is no custom setting of this org")
    user = record.writing.parent(record.writing.state.user_id)
    owners = [record.writing.state.user_id, user[1].get("ProfileId") if user else None, record.writing.state.org_id]
    names = ["SetupOwnerId", one.name]
    rows = lookups.where(record.writing.state, found.name, "SetupOwnerId", [one for one in owners if one], names)
    by_owner = {row.get("SetupOwnerId"): row.get(one.name) for row in rows}
    value = next((by_owner[owner] for owner in owners if by_owner.get(owner) is not None), None)
    return formula_value(one, 0 if value is None and one.type == "boolean" else value)


def _metadata(record: RowRecord, rest: Sequence[str]) -> Any:
    found = record.writing.state.schema.get(rest[0])
    one = found.field(rest[2]) if found and len(rest) == 3 else None
    if found is None or one is None:
        raise NotKnown(f"{rest[0]} is no custom metadata of this org")
    rows = lookups.where(record.writing.state, found.name, "DeveloperName", [rest[1]], [one.name])
    return formula_value(one, rows[0].get(one.name)) if rows else None


_GLOBALS: Mapping[str, Callable[[RowRecord, Sequence[str]], Any]] = {
    "$user": _user,
    "$profile": _through_user("ProfileId"),
    "$userrole": _through_user("UserRoleId"),
    "$organization": _organization,
    "$recordtype": _record_type,
    "$permission": _permission,
    "$setup": _setting,
    "$custommetadata": _metadata,
    "$system": lambda _record, _rest: datetime(1900, 1, 1, tzinfo=UTC),
}


def formula_value(one: FieldDef, value: object) -> Any:
    """Turn a stored value into what formulas work with; ids have 15 characters there, percents count by the hundredth."""
    if value is None:
        return None
    reader = _READERS.get(one.type)
    return str(value) if reader is None else reader(value)


def _number(value: object) -> Decimal:
    return Decimal(str(value))


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "boolean": bool,
    "int": _number,
    "long": _number,
    "double": _number,
    "currency": _number,
    "percent": lambda value: _number(value) / 100,
    "date": date.fromisoformat,
    "datetime": stored_moment,
    "time": lambda value: time.fromisoformat(str(value).removesuffix("Z")),
    "id": lambda value: str(value)[:15],
    "reference": lambda value: str(value)[:15],
}
