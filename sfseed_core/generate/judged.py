"""Records yet to be made, as the org's rules see them: which would be refused, and of which that cannot be known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from sfseed_core.constraints.formula_rows import Above, FormulaRows, World, keys_column, place
from sfseed_core.constraints.named import MOST, named_by_object, named_of
from sfseed_core.constraints.validation import TYPES, validation_constraints
from sfseed_core.formula.arrow import from_arrow
from sfseed_core.formula.column import Column, null, unknown
from sfseed_core.formula.evaluate import fires
from sfseed_core.formula.faults import Fault
from sfseed_core.formula.setting import Setting
from sfseed_core.formula.types import Type
from sfseed_core.generate import texts
from sfseed_core.generate.attempts import NOT_KNOWN, PASSES, REFUSED
from sfseed_core.generate.cells import Coded, Numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.constraints.named import Named
    from sfseed_core.constraints.validation import ValidationConstraint
    from sfseed_core.generate.cells import Cells
    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.model import ColumnPlan, Plan
    from sfseed_core.schema.model import Field, ObjectSchema

_PERCENT_PLACES = 2


class CellRows(FormulaRows):
    """Records of one object within an engine."""

    def __init__(self, schema: ObjectSchema, world: World, rows: Rows, depth: int = 0) -> None:
        super().__init__(schema, world, depth)
        self._rows = rows
        self._references = {one.field: one for one in rows.plan.references}

    def __len__(self) -> int:
        return len(self._rows)

    def held(self, field: Field) -> Column | None:
        """Return the values of a field; None where the plan makes none."""
        if field.type == "location":
            return self._place(field)
        if field.name in self._references:
            return self._keys(field.name)
        column = self._rows.engine.column(self._rows.plan.name, field.name)
        return None if column is None else _column(self._rows.cells(field.name), column)

    def _keys(self, name: str) -> Column:
        if self._references[name].deferred:
            return null(Type.TEXT)
        keys = self._rows.keys(name)
        every = np.ones(len(self), dtype=bool)
        filled = every if keys.valid is None else keys.valid
        own = keys.with_number()
        ours = every if own is None else own
        targets = {one.object for one in self._references[name].targets}
        label = next(iter(targets)) if len(targets) == 1 else name  # two references to one object may hold the same record
        return keys_column(label or name, keys.numbers, ours, filled & ~ours)

    def _place(self, field: Field) -> Column:
        stem = field.name.removesuffix("__c")
        parts = [self.schema.fields.get(f"{stem}__{part}__s") for part in ("Latitude", "Longitude")]
        found = [None if one is None else self.held(one) for one in parts]
        return place(found[0] or null(Type.NUMBER), found[1] or null(Type.NUMBER))

    def above(self, field: Field) -> Above | Column:
        """Return the records that a reference leads to, or a column that says why they are not known."""
        plan = self._references.get(field.name)
        if plan is None:
            unset = field.defaulted_on_create or not field.createable
            return unknown(f"the records that {field.name} points to are not made", Type.ANY) if unset else null()
        if plan.deferred:
            return null()
        link = self._rows.parents(field.name)
        keys = self._rows.keys(field.name)
        if link is None:
            return null() if keys.valid is not None and not keys.valid.any() else _elsewhere(field.name)
        schema = self.world.schemas.get(link.rows.plan.name)
        if schema is None or len({one.object for one in plan.targets}) > 1:
            return _elsewhere(field.name)
        valid = np.ones(len(self), dtype=bool) if link.valid is None else link.valid
        return Above(CellRows(schema, self.world, link.rows, self.depth + 1), link.places, valid)

    def loaded(self, name: str) -> Named | str | None:
        """Return the records of an object that are loaded before; or why they are not known."""
        plan = self._rows.engine.plan
        target = next((one for one in plan.objects if one.name == name), None)
        own = self._rows.plan
        if target is None or name == own.name or target.level > own.level:
            return None
        if target.level == own.level:
            return f"records of {name} are loaded at the same time"
        if target.count > MOST:
            return f"VLOOKUP is worked out through at most {MOST:,} new records of {name}"
        return self._rows.engine.once(("by name", name), lambda: self._named(name, target.count))

    def _named(self, name: str, count: int) -> Named | str:
        rows = CellRows(self.world.schemas[name], self.world, self._rows.engine.at(name, np.arange(count)))
        return named_of(rows)

    def record_type_names(self) -> Column | None:
        """Return the developer names of the records' types; None where all have the default."""
        types = self._rows.plan.record_types
        if not types:
            return None
        codes = self._rows.record_types().astype(np.int64)
        words = np.array([name for name, _ in types], dtype=object)
        return Column(Type.TEXT, codes, np.ones(len(codes), dtype=bool), words=words)


def _elsewhere(name: str) -> Column:
    return unknown(f"the records that {name} points to are the org's", Type.ANY)


def _column(cells: Cells, plan: ColumnPlan) -> Column:
    """Read cells as formulas have them: texts by their words, numbers with their scale."""
    type_ = TYPES.get(plan.type, Type.TEXT)
    if isinstance(cells, Numbers) and type_ not in (Type.TEXT, Type.PICKLIST, Type.MULTIPICKLIST):
        valid = np.ones(len(cells), dtype=bool) if cells.valid is None else cells.valid
        if type_ is Type.BOOLEAN:
            return Column(type_, cells.values.astype(bool), valid)
        scale = plan.scale if plan.type in ("double", "currency", "percent") else 0
        scale += _PERCENT_PLACES if plan.type == "percent" else 0
        return Column(type_, cells.values.astype(np.int64), valid, scale=scale if type_ is Type.NUMBER else 0)
    if isinstance(cells, Coded):
        words = np.array(texts.listed(cells.pool) or [""], dtype=object)
        valid = np.ones(len(cells), dtype=bool) if cells.valid is None else cells.valid
        return Column(type_, cells.codes.astype(np.int64), valid, words=words)
    return from_arrow(cells.text(), type_)


@dataclass(frozen=True, slots=True)
class Judge:
    """The rules of a plan's objects, read and ready to be worked out over records."""

    world: World
    conditions: Mapping[str, tuple[ValidationConstraint, ...]]

    def verdicts(self, rows: Rows) -> np.ndarray:
        """Return how much the rules together have against each record; from REFUSED on at least one refuses it."""
        total = np.zeros(len(rows), dtype=np.int64)
        for one in self.conditions[rows.plan.name]:
            total += self.verdict(rows, one)
        return total

    def verdict(self, rows: Rows, one: ValidationConstraint) -> np.ndarray:
        """Return the same for one rule."""
        assert one.condition is not None
        seen = rows.once("as rules see it", lambda: CellRows(self.world.schemas[rows.plan.name], self.world, rows))
        found = fires(one.condition, seen, self.world.setting)
        faults = found.faults()
        refused = found.data & (faults == Fault.NONE)
        return np.where(refused, REFUSED, np.where(faults == Fault.UNKNOWN, NOT_KNOWN, PASSES))


def judge_of(plan: Plan) -> Judge | None:
    """Return the judge of a plan's records; None where no rule asks anything of them."""
    book = plan.rules
    if book is None:
        return None
    world = World(_moment(plan), book.schemas, book.values, looked_up=named_by_object(book.looked_up))
    conditions = {}
    for name, schema in book.schemas.items():
        if name in book.rules:
            found = validation_constraints(schema, book.schemas, None)
            kept = tuple(
                one for one in found if one.condition is not None and f"{name}.{one.rule.name}" not in book.unjudged
            )
            if kept:
                conditions[name] = kept
    return Judge(world, conditions) if conditions else None


def _moment(plan: Plan) -> Setting:
    """Return the moment that records are made for: noon of the as-of day where the running user is."""
    try:
        zone = ZoneInfo(plan.zone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return Setting(datetime.combine(plan.as_of, time(12), zone).astimezone(UTC), zone)
