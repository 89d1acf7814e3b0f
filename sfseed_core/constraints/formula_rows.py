"""Records of one object as formulas see them when they are inserted, wherever their values are held.

Fields, formula fields, parents and globals are found here; how a column of values is read is for those who hold the records.
"""

from __future__ import annotations

import dataclasses
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.constraints.named import column_of, find_by_name, kind_of
from sfseed_core.constraints.validation import TYPES, described, field_named, formula_type, reference_named
from sfseed_core.formula.column import Column, constant, null, unknown
from sfseed_core.formula.evaluate import evaluate
from sfseed_core.formula.faults import Fault
from sfseed_core.formula.nodes import FormulaError
from sfseed_core.formula.numeric import divide
from sfseed_core.formula.parser import parse
from sfseed_core.formula.setting import Blanks
from sfseed_core.formula.types import Type, check

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sfseed_core.constraints.named import Named
    from sfseed_core.formula.column import Array
    from sfseed_core.formula.setting import Setting
    from sfseed_core.formula.vlookup import Lookup
    from sfseed_core.schema.model import Field, ObjectSchema, RecordType

Value = str | bool | int | float | None
"""A global's value as JSON has it."""

_ORIGIN = datetime(1900, 1, 1, tzinfo=UTC)
_MOST_UP = 10
_ID_SHOWN = 15
RECORD_TYPE = "RecordTypeId"
OWNER = "OwnerId"


@dataclass(frozen=True, slots=True)
class World:
    """What rules are worked out against besides the records.

    `values` are those of globals, by path in small letters (`$user.profile.name`); `record_types` the ids by object and
    developer name, where they are known; `looked_up` the org's records that VLOOKUP goes through, by object in small letters.
    """

    setting: Setting
    schemas: Mapping[str, ObjectSchema] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    values: Mapping[str, Value] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    record_types: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    looked_up: Mapping[str, Named] = dataclasses.field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Above:
    """The records that a reference leads to: for each record its place among `rows`, where it has one."""

    rows: FormulaRows
    places: Array
    valid: Array


class FormulaRows(ABC):
    """Records of one object, to ask columns of by path; each is made at the first time of asking."""

    def __init__(self, schema: ObjectSchema, world: World, depth: int = 0) -> None:
        self.schema = schema
        self.world = world
        self.depth = depth
        self._made: dict[str, Column] = {}

    @abstractmethod
    def __len__(self) -> int:
        """Count the records."""

    @abstractmethod
    def held(self, field: Field) -> Column | None:
        """Return the values of a field that the records hold; None where they have no column for it."""

    @abstractmethod
    def above(self, field: Field) -> Above | Column:
        """Return the records that a reference leads to, or a column that says why they are not known."""

    @abstractmethod
    def record_type_names(self) -> Column | None:
        """Return the developer names of the records' types; None where all have the default."""

    def column(self, path: str) -> Column:
        """Return the values of a path."""
        name = path.lower()
        if name not in self._made:
            self._made[name] = self._column(path)
        return self._made[name]

    @abstractmethod
    def loaded(self, name: str) -> Named | str | None:
        """Return the records of an object that are loaded with these, or why they are not known; None where there are none."""

    def before(self, path: str) -> Column:
        """Return the values before the save: of new records the same."""
        return self.column(path)

    def looked_up(self, lookup: Lookup, wanted: Column) -> Column:
        """Return what VLOOKUP finds, among the org's records and those that are loaded before."""
        name = lookup.object
        theirs = self.world.looked_up.get(name.lower())
        if theirs is None:
            return unknown(f"the records of {name} that VLOOKUP goes through were not read", Type.ANY)
        schema = described(self.world.schemas, name)
        ours = None if schema is None else self.loaded(schema.name)
        if isinstance(ours, str):
            return unknown(ours, Type.ANY)
        sources = [theirs] if ours is None else [theirs, ours]
        columns = [one.column(lookup.gives) for one in sources]
        path = f"$ObjectType.{name}.Fields.{lookup.gives}"
        stated = formula_type(self.schema, self.world.schemas, path)
        type_ = kind_of(columns, Type.TEXT if stated is Type.ANY else stated)
        reason = f"which record of {name} VLOOKUP finds by its name is not known"
        return find_by_name(wanted, lookup.gives, sources, type_, reason)

    def _column(self, path: str) -> Column:
        head, *rest = path.split(".")
        if head.startswith("$"):
            return self._global(path, rest)
        if rest:
            return self._upward(head, ".".join(rest), path)
        name = field_named(self.schema, head)
        if name is None:
            return unknown(f"{self.schema.name} has no field {head}", Type.ANY)
        return self._own(self.schema.fields[name])

    def _own(self, field: Field) -> Column:
        if field.name == RECORD_TYPE:
            return self._record_type("id", RECORD_TYPE)
        if field.formula:
            return self._calculated(field)
        found = self.held(field)
        if found is None:
            return self._left_out(field)
        return _as_saved(found, field) if found.words is not None else found

    def _left_out(self, field: Field) -> Column:
        if field.name == OWNER and "$user.id" in self.world.values:
            return constant(str(self.world.values["$user.id"])[:_ID_SHOWN], Type.TEXT)
        if field.default_formula and not field.calculated:
            return self._worked_out(field, field.default_formula)
        return left_out(self.schema, field)

    def _calculated(self, field: Field) -> Column:
        """Work a formula field out; numbers of a percent field count by the hundredth."""
        value = self._worked_out(field, field.formula or "")
        if value.type is Type.NUMBER and field.type == "percent":
            return divide(value, constant(Decimal(100), Type.NUMBER))
        return value

    def _worked_out(self, field: Field, formula: str) -> Column:
        where = f"{self.schema.name}.{field.name}"
        if self.depth >= _MOST_UP:
            return unknown(f"{where} hangs on more than {_MOST_UP} formula fields", Type.ANY)
        type_ = TYPES.get(field.type, Type.TEXT)
        try:
            node = parse(formula)
            check(node, formula, lambda path: formula_type(self.schema, self.world.schemas, path))
        except FormulaError as error:
            return unknown(f"the formula of {where} cannot be read: {error.message}", type_)
        self.depth += 1
        try:
            blanks = Blanks.AS_ZERO if field.formula_zero else Blanks.AS_BLANK
            value = evaluate(node, self, replace(self.world.setting, blanks=blanks))
        finally:
            self.depth -= 1
        if value.type is Type.NULL:
            value = replace(null(type_), fault=value.fault, reasons=value.reasons)
        if type_ is Type.BOOLEAN:
            return replace(value, data=value.data.astype(bool) & value.valid, valid=np.ones(len(value), dtype=bool))
        return value

    def _global(self, path: str, rest: Sequence[str]) -> Column:
        head = path.partition(".")[0].lower()
        if head == "$recordtype" and rest:
            return self._record_type(rest[0].lower(), path)
        values = self.world.values
        if path.lower() in values:
            return as_column(values[path.lower()])
        if head == "$system":
            return constant(round(_ORIGIN.timestamp() * 1000), Type.DATETIME)
        return unknown(f"{path} was neither read from the org nor given", Type.ANY)

    def _upward(self, relationship: str, rest: str, path: str) -> Column:
        if relationship.lower() == "recordtype":
            return self._record_type(rest.lower(), path)
        name = reference_named(self.schema, relationship)
        if name is None or self.depth >= _MOST_UP:
            return unknown(f"{self.schema.name} has no relationship {relationship}", Type.ANY)
        field = self.schema.fields[name]
        if name == OWNER and self.held(field) is None:
            return self._global(f"$User.{rest}", rest.split("."))
        above = self.above(field)
        if isinstance(above, Column):
            return above
        found = above.rows.column(rest)
        if len(found) == 1:
            found = found.spread(len(above.rows))
        if not len(above.rows):
            return null(found.type)
        return _taken(found, above)

    def _record_type(self, what: str, path: str) -> Column:
        names = self.record_type_names()
        kinds = {one.developer_name: one for one in self.schema.record_types}
        if names is None:
            default = next((one for one in self.schema.record_types if one.default and one.available), None)
            if default is None:
                return self._without_types(path)
            names = constant(default.developer_name, Type.TEXT)
        told = [self._told(kinds.get(str(word)), str(word), what) for word in names.texts.tolist()]
        wanting = np.array([one is None for one in told], dtype=bool)[names.data] & names.valid
        words = np.array([one or "" for one in told] or [""], dtype=object)
        fault = np.where(wanting, np.int8(Fault.UNKNOWN), np.int8(0)) if wanting.any() else None
        return replace(names, words=words, fault=fault, reasons=frozenset((f"{path} is not known",)))

    def _without_types(self, path: str) -> Column:
        """Return what records of an object without record types of its own have: none, where all of them were read."""
        own = [one for one in self.schema.record_types if not one.master]
        return unknown(f"{path} is not known", Type.TEXT) if own else null(Type.TEXT)

    def _told(self, kind: RecordType | None, name: str, what: str) -> str | None:
        if what == "developername":
            return name
        if what == "name":
            return None if kind is None else kind.name
        known = self.world.record_types.get(self.schema.name, {}).get(name) or ("" if kind is None else kind.id)
        return known[:_ID_SHOWN] or None


def _taken(found: Column, above: Above) -> Column:
    """Give each record its parent's value, and those without a parent none."""
    places = np.where(above.valid, above.places, 0)
    fault = None if found.fault is None else np.where(above.valid, found.fault[places], np.int8(0))
    parts = tuple(_taken(one, above) for one in found.parts)
    return replace(found, data=found.data[places], valid=found.valid[places] & above.valid, fault=fault, parts=parts)


def as_column(value: Value) -> Column:
    """Make a constant of a global's value."""
    if isinstance(value, bool):
        return constant(value, Type.BOOLEAN)
    if isinstance(value, int | float):
        return constant(Decimal(str(value)), Type.NUMBER)
    if value is None:
        return null()
    try:
        kind = next((type_ for type_, form in _MOMENTS.items() if form.fullmatch(value)), Type.TEXT)
        return column_of([value], kind)
    except ValueError:
        return constant(value, Type.TEXT)  # the thirty-first of February is a text


_MOMENTS: Mapping[Type, re.Pattern[str]] = {
    Type.DATE: re.compile(r"\d{4}-\d\d-\d\d"),
    Type.DATETIME: re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)"),
}
"""How answers write days and moments: a value of these forms is one."""


def keys_column(name: str, keys: Array, valid: Array, known_to_org: Array | None = None) -> Column:
    """Make texts of local keys that are equal where the keys are: no id of any org equals them."""
    met, codes = np.unique(keys, return_inverse=True)
    words = np.array([f"new {name} {key}" for key in met.tolist()] or [""], dtype=object)
    column = Column(Type.TEXT, codes, valid, words=words)
    if known_to_org is None or not known_to_org.any():
        return column
    fault = np.where(known_to_org, np.int8(Fault.UNKNOWN), np.int8(0))
    reason = f"{name} points to a record that the org has already"
    return replace(column, valid=valid | known_to_org, fault=fault, reasons=frozenset((reason,)))


def _as_saved(column: Column, field: Field) -> Column:
    """Take texts as the org saves them: empty ones as none, values of a restricted picklist as the field spells them."""
    words = column.texts
    if field.restricted:
        spelled = {one.value.lower(): one.value for one in field.picklist if one.active}
        words = np.array([spelled.get(word.lower(), word) for word in words.tolist()] or [""], dtype=object)
    empty = np.asarray(words == "", dtype=bool)
    return replace(column, words=words, valid=column.valid & ~empty[column.data] if empty.any() else column.valid)


def left_out(schema: ObjectSchema, field: Field) -> Column:
    """Return what an insert leaves in a field that is not given."""
    type_ = TYPES.get(field.type, Type.TEXT)
    what = f"{schema.name}.{field.name}"
    if field.calculated or field.auto_number:
        return unknown(f"{what} is worked out by the org", type_)
    if field.default_formula:
        return unknown(f"{what} has a default that the org works out", type_)
    default = field.default_value
    if default is None and field.type == "picklist":
        default = next((one.value for one in field.picklist if one.default and one.active), None)
    if type_ is Type.BOOLEAN:
        return constant(str(default).lower() == "true", type_)
    if default is None and not field.defaulted_on_create:
        return null(type_)
    if type_ in (Type.TEXT, Type.PICKLIST, Type.MULTIPICKLIST) and isinstance(default, str) and not field.is_reference:
        return constant(default, type_)
    return unknown(f"{what} is set by the org", type_)


def place(north: Column, east: Column) -> Column:
    """Make a geolocation of its two numbers; there is none where one is missing."""
    count = max(len(north), len(east))
    parts = (north.spread(count), east.spread(count))
    return Column(Type.GEOLOCATION, np.zeros(count, dtype=np.int64), parts[0].valid & parts[1].valid, parts=parts)
