"""What a plan keeps of the org's validation rules, so that its records can be made to pass them anywhere, without the org."""

from __future__ import annotations

import dataclasses
import re
from collections import defaultdict
from datetime import UTC, datetime, time
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.constraints.formula_rows import World
from sfseed_core.constraints.hints import hints_of
from sfseed_core.constraints.validation import (
    described,
    field_named,
    parent_object,
    reference_named,
    validation_constraints,
)
from sfseed_core.formula.nodes import FormulaError, fields
from sfseed_core.formula.parser import parse
from sfseed_core.formula.setting import Setting
from sfseed_core.formula.vlookup import KEY, lookups
from sfseed_core.recipe.model import RuleBook
from sfseed_core.snapshot.model import LookedUp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from sfseed_core.constraints.validation import ValidationConstraint
    from sfseed_core.formula.nodes import Node
    from sfseed_core.recipe.shape import Shape
    from sfseed_core.schema.model import ObjectSchema
    from sfseed_core.snapshot.model import Snapshot

_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")
_DEEPEST = 10


def rule_book(
    shapes: Mapping[str, Shape], schemas: Mapping[str, ObjectSchema], snapshot: Snapshot, as_of: date
) -> RuleBook | None:
    """Return the rules of the objects with what they read; None where there is nothing that generation could obey.

    No id of the org is kept: one dataset goes to many orgs. What a rule compares with an id is then not known, and records are
    made so that it does not matter, where they can be.
    """
    found = {name: _usable(schemas[name], schemas, snapshot) for name in shapes if name in schemas}
    found = {name: rules for name, rules in found.items() if rules}
    if not found:
        return None
    read = _Read(schemas)
    for name, rules in found.items():
        for one in rules:
            read.paths(schemas[name], one.fields)
            read.looked_up(one.condition)
    values = {path: value for path, value in snapshot.globals.items() if not _is_id(value)}
    world = World(Setting(datetime.combine(as_of, time(12), UTC), UTC), schemas, values)
    hints: dict[str, tuple[str, ...]] = {}
    for name, rules in found.items():
        conditions = [one.condition for one in rules if one.condition is not None]
        named = hints_of(schemas[name], shapes[name].rules, conditions, world)
        hints |= {f"{name}.{field}": texts for field, texts in named.items()}
    return RuleBook(
        rules=MappingProxyType({name: tuple(one.rule for one in rules) for name, rules in found.items()}),
        schemas=MappingProxyType({name: _only(schemas[name], names, found) for name, names in read.fields.items()}),
        values=MappingProxyType(values),
        hints=MappingProxyType(hints),
        looked_up=MappingProxyType(
            {
                name.lower(): _without_ids(snapshot.looked_up[name.lower()])
                for name in read.through
                if name.lower() in snapshot.looked_up
            }
        ),
    )


def _usable(
    schema: ObjectSchema, schemas: Mapping[str, ObjectSchema], snapshot: Snapshot
) -> tuple[ValidationConstraint, ...]:
    return tuple(one for one in validation_constraints(schema, schemas, snapshot) if one.condition is not None)


def _without_ids(records: LookedUp) -> LookedUp:
    kept = {name: kind for name, kind in records.types.items() if kind not in ("id", "reference")}
    return LookedUp(
        records.names,
        MappingProxyType({name: values for name, values in records.values.items() if name in kept}),
        MappingProxyType(kept),
    )


def _is_id(value: object) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


class _Read:
    """Which fields of which objects are read, up the paths and through formula fields."""

    def __init__(self, schemas: Mapping[str, ObjectSchema]) -> None:
        self._schemas = schemas
        self.fields: defaultdict[str, set[str]] = defaultdict(set)
        self.through: set[str] = set()

    def paths(self, schema: ObjectSchema, paths: Iterable[str], depth: int = 0) -> None:
        self.fields[schema.name].update(())
        for path in paths:
            self._path(schema, path.split("."), depth)

    def looked_up(self, condition: Node | None) -> None:
        """Note what VLOOKUP takes of the records that it goes through."""
        for one in () if condition is None else lookups(condition):
            self.through.add(one.object)
            schema = described(self._schemas, one.object)
            if schema is not None:
                self.paths(schema, (KEY, one.gives))

    def _path(self, schema: ObjectSchema, steps: list[str], depth: int) -> None:
        head, *rest = steps
        if head.startswith("$"):
            return
        name = reference_named(schema, head) if rest else field_named(schema, head)
        if name is None:
            return
        self._field(schema, name, depth)
        target = self._schemas.get(parent_object(schema, head) or "") if rest else None
        if target is not None:
            self.paths(target, [".".join(rest)], depth)

    def _field(self, schema: ObjectSchema, name: str, depth: int) -> None:
        if name in self.fields[schema.name]:
            return
        self.fields[schema.name].add(name)
        field = schema.fields[name]
        if field.type == "location":
            stem = name.removesuffix("__c")
            self.fields[schema.name].update(
                one for part in ("Latitude", "Longitude") if (one := f"{stem}__{part}__s") in schema.fields
            )
        for formula in (field.formula, field.default_formula):
            if formula and depth < _DEEPEST:
                try:
                    self.paths(schema, fields(parse(formula)), depth + 1)
                except FormulaError:
                    continue


def _only(schema: ObjectSchema, names: set[str], found: Mapping[str, tuple[ValidationConstraint, ...]]) -> ObjectSchema:
    """Return the object with the named fields only, without ids."""
    return dataclasses.replace(
        schema,
        fields=MappingProxyType({name: field for name, field in schema.fields.items() if name in names}),
        record_types=tuple(dataclasses.replace(one, id="", picklists={}) for one in schema.record_types),
        children=(),
        validation_rules=tuple(one.rule for one in found.get(schema.name, ())),
    )
