"""The org's validation rules over records: where one refuses a record, and where that cannot be known."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.check.column import Broken
from sfseed_core.check.finding import Level
from sfseed_core.constraints.validation import TYPES, field_named, reference_named
from sfseed_core.dataset import vectors
from sfseed_core.formula.arrow import from_arrow
from sfseed_core.formula.column import Column, constant, null, unknown
from sfseed_core.formula.evaluate import fires
from sfseed_core.formula.faults import Fault
from sfseed_core.formula.types import Type
from sfseed_core.recipe.columns import RECORD_TYPE, target_column

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sfseed_core.check.finding import Step
    from sfseed_core.constraints.validation import ValidationConstraint
    from sfseed_core.formula.setting import Setting
    from sfseed_core.schema.model import Field, ObjectSchema

_ORIGIN = datetime(1900, 1, 1, tzinfo=UTC)
_MOST_UP = 10


class Parents(Protocol):
    """Where the records are found that others refer to."""

    def schema(self, name: str) -> ObjectSchema | None:
        """Return the schema of an object that has records here."""

    def take(self, name: str, keys: np.ndarray) -> pa.Table | None:
        """Return records by their local keys, one row for each key and in its order; nothing where they are not all here."""


@dataclass(frozen=True, slots=True)
class FormulaRows:
    """Records of a dataset, as formulas see them when they are inserted.

    `references` are the fields that hold local keys, with the one object that they count (empty where rows differ);
    `deferred` those that are empty at first, `linked` those given by a key of the org. A field that the records have no
    column for is as an insert leaves it. `old` are the records before an update.
    """

    schema: ObjectSchema
    table: pa.Table
    parents: Parents | None
    references: Mapping[str, tuple[str, ...]]
    deferred: frozenset[str] = frozenset()
    linked: frozenset[str] = frozenset()
    old: FormulaRows | None = None
    depth: int = 0
    made: dict[str, Column] = field(default_factory=dict, compare=False, repr=False)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def column(self, path: str) -> Column:
        """Return the values of a path, made at the first time of asking."""
        name = path.lower()
        if name not in self.made:
            self.made[name] = self._column(path)
        return self.made[name]

    def _column(self, path: str) -> Column:
        head, *rest = path.split(".")
        if head.startswith("$"):
            return self._global(head.lower(), rest, path)
        if rest:
            return self._above(head, ".".join(rest), path)
        name = field_named(self.schema, head)
        if name is None:
            return unknown(f"{self.schema.name} has no field {head}", Type.ANY)
        field = self.schema.fields[name]
        if name in self.linked:
            return unknown(f"{name} points to a record that the org has already", Type.TEXT)
        return self._own(field) if name in self.table.column_names else _left_out(self.schema, field)

    def before(self, path: str) -> Column:
        """Return the values before the save: of new records the same."""
        return (self.old or self).column(path)

    def updated(self) -> tuple[FormulaRows, np.ndarray] | None:
        """Return the records once their deferred references are filled in, and which of them change by it."""
        filled = [name for name in self.deferred if name in self.table.column_names]
        if not filled:
            return None
        changes = np.any([~vectors.nulls(self.table[name]) for name in filled], axis=0)
        return replace(self, deferred=frozenset(), old=self, made={}), changes

    def _own(self, field: Field) -> Column:
        values = vectors.one_array(self.table[field.name])
        if field.name == RECORD_TYPE:
            return unknown("the ids of record types are not compared", Type.TEXT)
        if field.name in self.deferred:
            return null(Type.TEXT)
        if field.name in self.references or (pa.types.is_integer(values.type) and field.is_reference):
            return self._keys(field.name, values)
        type_ = TYPES.get(field.type, Type.TEXT)
        if type_ is Type.GEOLOCATION or (type_ is Type.TEXT and not pa.types.is_string(values.type)):
            return unknown(f"the values of {field.name} are not compared", type_)
        if pa.types.is_string(values.type):
            values = pc.utf8_trim_whitespace(values)
        column = from_arrow(values, type_, percent=field.type == "percent")
        return _as_saved(column, field) if column.words is not None else column

    def _keys(self, name: str, values: pa.Array) -> Column:
        """Make texts of local keys that are equal where the keys are: no id of any org equals them."""
        valid = ~vectors.nulls(values)
        symbol = target_column(name)
        keys = vectors.keys(values)
        met, codes = np.unique(keys, return_inverse=True)
        words = np.array([f"new {name} {key}" for key in met.tolist()] or [""], dtype=object)
        column = Column(Type.TEXT, codes, valid, words=words)
        if symbol not in self.table.column_names:
            return column
        known_to_org = ~vectors.nulls(self.table[symbol]) & ~valid
        if not known_to_org.any():
            return column
        fault = np.where(known_to_org, np.int8(Fault.UNKNOWN), np.int8(0))
        reason = f"{name} points to a record that the org has already"
        return replace(column, valid=valid | known_to_org, fault=fault, reasons=frozenset((reason,)))

    def _global(self, name: str, rest: Sequence[str], path: str) -> Column:
        if name == "$system":
            return constant(round((_ORIGIN.timestamp()) * 1000), Type.DATETIME)
        if name == "$recordtype" and rest:
            return self._above("RecordType", rest[0], path)
        return unknown(f"{path} is not read from the org", Type.ANY)

    def _above(self, relationship: str, rest: str, path: str) -> Column:
        if relationship.lower() == "recordtype":
            return self._record_type(rest, path)
        name = reference_named(self.schema, relationship)
        if name is None or self.depth >= _MOST_UP:
            return unknown(f"{self.schema.name} has no relationship {relationship}", Type.ANY)
        targets = self.references.get(name, ())
        if name not in self.table.column_names or len(targets) != 1 or self.parents is None:
            return self._no_parent(name, path)
        if name in self.deferred:
            return null()
        return self._from_parents(name, targets[0], rest, path)

    def _no_parent(self, name: str, path: str) -> Column:
        field = self.schema.fields[name]
        if name in self.table.column_names or name in self.linked or field.defaulted_on_create or not field.createable:
            return unknown(f"the records that {path} is of are not here", Type.ANY)
        return null()

    def _from_parents(self, name: str, target: str, rest: str, path: str) -> Column:
        values = vectors.one_array(self.table[name])
        valid = ~vectors.nulls(values)
        symbols = target_column(name)
        if symbols in self.table.column_names and bool((~vectors.nulls(self.table[symbols]) & ~valid).any()):
            return unknown(f"the records that {path} is of are the org's", Type.ANY)
        assert self.parents is not None
        schema = self.parents.schema(target)
        met, places = np.unique(vectors.keys(values)[valid], return_inverse=True)
        table = self.parents.take(target, met)
        if schema is None or table is None:
            return unknown(f"the records that {path} is of are not here", Type.ANY)
        if not len(met):
            return null()
        above = FormulaRows(schema, table, self.parents, _references_of(schema), depth=self.depth + 1).column(rest)
        if len(above) == 1:
            above = above.spread(len(met))
        codes = np.zeros(len(values), dtype=np.int64)
        codes[valid] = places
        fault = None if above.fault is None else np.where(valid, above.fault[codes], np.int8(0))
        return replace(above, data=above.data[codes], valid=above.valid[codes] & valid, fault=fault)

    def _record_type(self, rest: str, path: str) -> Column:
        if rest.lower() == "developername" and RECORD_TYPE in self.table.column_names:
            return from_arrow(vectors.one_array(self.table[RECORD_TYPE]), Type.TEXT)
        default = next((one for one in self.schema.record_types if one.default and one.available), None)
        if RECORD_TYPE in self.table.column_names or default is None:
            return unknown(f"{path} is not compared", Type.TEXT)
        known = {"developername": default.developer_name, "name": default.name}.get(rest.lower())
        return unknown(f"{path} is not compared", Type.TEXT) if known is None else constant(known, Type.TEXT)


def _references_of(schema: ObjectSchema) -> dict[str, tuple[str, ...]]:
    return {one.name: one.reference_to for one in schema.references}


def _as_saved(column: Column, field: Field) -> Column:
    """Take texts as the org saves them: empty ones as none, values of a restricted picklist as the field spells them."""
    words = column.texts
    if field.restricted:
        spelled = {one.value.lower(): one.value for one in field.picklist if one.active}
        words = np.array([spelled.get(word.lower(), word) for word in words.tolist()] or [""], dtype=object)
    empty = np.asarray(words == "", dtype=bool)
    return replace(column, words=words, valid=column.valid & ~empty[column.data] if empty.any() else column.valid)


def _left_out(schema: ObjectSchema, field: Field) -> Column:
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


@dataclass(frozen=True, slots=True)
class Validation:
    """An object's validation rules, with what they are worked out against."""

    constraints: tuple[ValidationConstraint, ...]
    setting: Setting
    parents: Parents | None = None


def validated(seen: FormulaRows, validation: Validation) -> Iterator[tuple[Step, str | None, Broken]]:
    """Check records as their insert shows them, then as the update does that fills in their deferred references.

    Each answer comes with the step and the field that it is shown at.
    """
    inserted: dict[str, np.ndarray] = {}
    for one in validation.constraints:
        for broken in _answers(one, seen, validation.setting):
            inserted.setdefault(one.rule.name, broken.rows)
            yield "insert", one.rule.field, broken
    updated = seen.updated()
    if updated is None or not updated[1].any():
        return
    setting = replace(validation.setting, is_new=False)
    for one in validation.constraints:
        if one.condition is None:
            continue
        for broken in _answers(one, updated[0], setting):
            again = broken.rows & updated[1] & ~inserted[one.rule.name]
            yield "update", one.rule.field, replace(broken, rows=again)


def _answers(one: ValidationConstraint, seen: FormulaRows, setting: Setting) -> Iterator[Broken]:
    name = f"validation:{one.rule.name}"
    if one.condition is None:
        yield Broken(name, f"not evaluable: {one.why}", np.ones(len(seen), bool), Level.DOUBTFUL)
        return
    found = fires(one.condition, seen, setting)
    faults = found.faults()
    yield Broken(name, one.rule.message or one.rule.name, found.data & (faults == Fault.NONE))
    hanging = faults == Fault.UNKNOWN
    for reason in sorted(found.reasons) if hanging.any() else ():
        yield Broken(name, f"not evaluable: {reason}", hanging, Level.DOUBTFUL)
