"""The org's validation rules over records: where one refuses a record, and where that cannot be known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.check.column import Broken
from sfseed_core.check.finding import Level
from sfseed_core.constraints.formula_rows import Above, FormulaRows, keys_column, place
from sfseed_core.constraints.validation import TYPES
from sfseed_core.dataset import vectors
from sfseed_core.formula.arrow import from_arrow
from sfseed_core.formula.column import Column, null, unknown
from sfseed_core.formula.evaluate import fires
from sfseed_core.formula.faults import Fault
from sfseed_core.formula.types import Type
from sfseed_core.recipe.columns import RECORD, RECORD_TYPE, target_column

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sfseed_core.check.finding import Step
    from sfseed_core.constraints.formula_rows import World
    from sfseed_core.constraints.named import Named
    from sfseed_core.constraints.validation import ValidationConstraint
    from sfseed_core.formula.setting import Setting
    from sfseed_core.schema.model import Field, ObjectSchema


STATUS = "Status"


class Parents(Protocol):
    """Where the records are found that others refer to, or look up."""

    def take(self, name: str, keys: np.ndarray) -> pa.Table | None:
        """Return records by their local keys, one row for each key and in its order; nothing where they are not all here."""

    def named(self, name: str, by: str, world: World) -> Named | str | None:
        """Return the records of an object by their names that are in the org when those of another are inserted."""


@dataclass(frozen=True, slots=True)
class Held:
    """How a table's columns are to be read.

    `references` are the fields that hold local keys, with the one object that they count (empty where rows differ);
    `deferred` those that are empty at first, `linked` those given by a key of the org.
    """

    references: Mapping[str, tuple[str, ...]]
    deferred: frozenset[str] = frozenset()
    linked: frozenset[str] = frozenset()


class TableRows(FormulaRows):
    """Records of a dataset or file, as formulas see them when they are inserted; `old` are they before an update.

    A field that the records have no column for is as an insert leaves it.
    """

    def __init__(
        self,
        schema: ObjectSchema,
        world: World,
        table: pa.Table,
        parents: Parents | None,
        how: Held,
        *,
        old: TableRows | None = None,
        depth: int = 0,
    ) -> None:
        super().__init__(schema, world, depth)
        self._table = table
        self._parents = parents
        self._how = how
        self._old = old

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def before(self, path: str) -> Column:
        """Return the values before the save: of new records the same."""
        return (self._old or self).column(path)

    def updated(self) -> tuple[TableRows, np.ndarray] | None:
        """Return the records once their deferred references are filled in, and which of them change by it."""
        filled = [name for name in self._how.deferred if name in self._table.column_names]
        if not filled:
            return None
        changes = np.any([~vectors.nulls(self._table[name]) for name in filled], axis=0)
        how = replace(self._how, deferred=frozenset())
        return TableRows(self.schema, self.world, self._table, self._parents, how, old=self), changes

    def activated(self, activation: Activation) -> tuple[TableRows, np.ndarray]:
        """Return the records once the last step has given them their status, and which of them change by it."""
        keys = vectors.numbers(self._table[RECORD])
        changes = np.ones(len(self), bool) if activation.records is None else np.isin(keys, activation.records)
        filled = replace(self._how, deferred=frozenset())
        before = TableRows(self.schema, self.world, self._table, self._parents, filled)
        there = STATUS in self._table.column_names
        was = vectors.one_array(self._table[STATUS]) if there else pa.nulls(len(self), pa.string())
        now = pc.if_else(vectors.booleans(changes), vectors.texts([activation.status])[0], was)
        changed = self._table.drop_columns([STATUS]) if there else self._table
        table = changed.append_column(STATUS, now)
        return TableRows(self.schema, self.world, table, self._parents, filled, old=before), changes

    def held(self, field: Field) -> Column | None:
        """Return the values of a field; None where the table has no column for it."""
        if field.name in self._how.linked:
            return unknown(f"{field.name} points to a record that the org has already", Type.TEXT)
        if field.type == "location":
            return self._place(field)
        if field.name not in self._table.column_names:
            return None
        values = vectors.one_array(self._table[field.name])
        if field.name in self._how.deferred:
            return null(Type.TEXT)
        if field.name in self._how.references or (pa.types.is_integer(values.type) and field.is_reference):
            return self._keys(field.name, values)
        type_ = TYPES.get(field.type, Type.TEXT)
        if type_ is Type.TEXT and not pa.types.is_string(values.type):
            return unknown(f"the values of {field.name} are not compared", type_)
        if pa.types.is_string(values.type):
            values = pc.utf8_trim_whitespace(values)
        return from_arrow(values, type_, percent=field.type == "percent")

    def _keys(self, name: str, values: pa.Array) -> Column:
        valid = ~vectors.nulls(values)
        symbol = target_column(name)
        there = symbol in self._table.column_names
        known = ~vectors.nulls(self._table[symbol]) & ~valid if there else None
        targets = self._how.references.get(name, ())
        return keys_column(targets[0] if len(targets) == 1 else name, vectors.keys(values), valid, known)

    def _place(self, field: Field) -> Column:
        """Return a geolocation, of the two columns that hold it."""
        stem = field.name.removesuffix("__c")
        parts = [self.schema.fields.get(f"{stem}__{part}__s") for part in ("Latitude", "Longitude")]
        found = [null(Type.NUMBER) if one is None else self.held(one) or null(Type.NUMBER) for one in parts]
        return place(found[0], found[1])

    def above(self, field: Field) -> Above | Column:
        """Return the records that a reference leads to, or a column that says why they are not known."""
        name, why = field.name, unknown(f"the records that {field.name} points to are not here", Type.ANY)
        targets = self._how.references.get(name, ())
        if name not in self._table.column_names or len(targets) != 1 or self._parents is None:
            unset = name in self._table.column_names or name in self._how.linked or field.defaulted_on_create
            return why if unset or not field.createable else null()
        if name in self._how.deferred:
            return null()
        values = vectors.one_array(self._table[name])
        valid = ~vectors.nulls(values)
        symbols = target_column(name)
        if symbols in self._table.column_names and bool((~vectors.nulls(self._table[symbols]) & ~valid).any()):
            return unknown(f"the records that {name} points to are the org's", Type.ANY)
        return self._found_above(targets[0], values, valid) or why

    def _found_above(self, target: str, values: pa.Array, valid: np.ndarray) -> Above | None:
        assert self._parents is not None
        schema = self.world.schemas.get(target)
        met, places = np.unique(vectors.keys(values)[valid], return_inverse=True)
        table = self._parents.take(target, met)
        if schema is None or table is None:
            return None
        how = Held({one.name: one.reference_to for one in schema.references})
        rows = TableRows(schema, self.world, table, self._parents, how, depth=self.depth + 1)
        codes = np.zeros(len(values), dtype=np.int64)
        codes[valid] = places
        return Above(rows, codes, valid)

    def loaded(self, name: str) -> Named | str | None:
        """Return the records of an object that are loaded with these; or why they are not known."""
        return None if self._parents is None else self._parents.named(name, self.schema.name, self.world)

    def record_type_names(self) -> Column | None:
        """Return the developer names of the records' types; None where all have the default."""
        if RECORD_TYPE not in self._table.column_names:
            return None
        found = from_arrow(vectors.one_array(self._table[RECORD_TYPE]), Type.TEXT)
        names = {kind: name for name, kind in self.world.record_types.get(self.schema.name, {}).items() if kind}
        words = [names.get(str(word), str(word)) for word in found.texts.tolist()]
        return replace(found, words=np.array(words or [""], dtype=object))


@dataclass(frozen=True, slots=True)
class Activation:
    """The status that the last step of a load gives to records: to all, or to those of these local keys."""

    status: str
    records: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Validation:
    """An object's validation rules, with what they are worked out against, and what a load does last with the records."""

    constraints: tuple[ValidationConstraint, ...]
    world: World
    parents: Parents | None = None
    activation: Activation | None = None


def validated(seen: TableRows, validation: Validation) -> Iterator[tuple[Step, str | None, Broken]]:
    """Check records as their insert shows them, then as the updates do that fill in references and set their status last.

    Each answer comes with the step and the field that it is shown at; a record that a rule refuses is told once of it.
    """
    refused: dict[str, np.ndarray] = {}
    for one in validation.constraints:
        for broken in _answers(one, seen, validation.world.setting):
            refused.setdefault(one.rule.name, broken.rows)
            yield "insert", one.rule.field, broken
    yield from _again("update", seen.updated(), validation, refused)
    if validation.activation is not None:
        yield from _again("status", seen.activated(validation.activation), validation, refused)


def _again(
    step: Step, later: tuple[TableRows, np.ndarray] | None, validation: Validation, refused: dict[str, np.ndarray]
) -> Iterator[tuple[Step, str | None, Broken]]:
    if later is None or not later[1].any():
        return
    rows, changes = later
    setting = replace(validation.world.setting, is_new=False)
    for one in validation.constraints:
        if one.condition is None:
            continue
        before = refused[one.rule.name]
        for broken in _answers(one, rows, setting):
            refused[one.rule.name] = refused[one.rule.name] | broken.rows
            yield step, one.rule.field, replace(broken, rows=broken.rows & changes & ~before)


def _answers(one: ValidationConstraint, seen: TableRows, setting: Setting) -> Iterator[Broken]:
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
