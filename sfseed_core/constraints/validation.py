"""The org's validation rules as constraints: read and checked against the schema once, for checks and for generation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sfseed_core.constraints.lookup_filters import filter_rules
from sfseed_core.formula.column import Column, unknown
from sfseed_core.formula.evaluate import fires
from sfseed_core.formula.faults import Fault
from sfseed_core.formula.nodes import FormulaError, Node, fields
from sfseed_core.formula.parser import parse
from sfseed_core.formula.setting import Setting
from sfseed_core.formula.types import Type, check
from sfseed_core.formula.vlookup import named_field
from sfseed_core.schema.model import ValidationRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.formula.vlookup import Lookup
    from sfseed_core.schema.model import ObjectSchema
    from sfseed_core.snapshot.model import Snapshot

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

_GLOBALS: Mapping[str, Type] = {"$permission": Type.BOOLEAN, "$system": Type.DATETIME, "$label": Type.TEXT}


@dataclass(frozen=True, slots=True)
class ValidationConstraint:
    """One active rule; `condition` is its formula's tree, or None with `why` where the formula cannot be used at all."""

    rule: ValidationRule
    condition: Node | None
    why: str | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The paths that the rule reads."""
        return () if self.condition is None else fields(self.condition)


def validation_constraints(
    schema: ObjectSchema, others: Mapping[str, ObjectSchema], snapshot: Snapshot | None
) -> tuple[ValidationConstraint, ...]:
    """Return an object's active rules, those that were read from the org, else those of the schema's source, and its filters.

    Where the org did not let them be read, one constraint says so: not read is not none.
    """
    unread = None if snapshot is None else snapshot.unread.get("validation rules")
    filters = filter_rules(schema, others)
    if unread is not None and not schema.validation_rules:
        why = f"the org's validation rules were not read: {unread}"
        return (
            ValidationConstraint(ValidationRule("*", ""), None, why),
            *(_constraint(schema, others, one) for one in filters),
        )
    found = (
        schema.validation_rules if snapshot is None else snapshot.validation_rules.get(schema.name, schema.validation_rules)
    )
    named = {rule.name: rule for rule in (*found, *filters) if rule.active}
    return tuple(_constraint(schema, others, rule) for rule in named.values())


def _constraint(schema: ObjectSchema, others: Mapping[str, ObjectSchema], rule: ValidationRule) -> ValidationConstraint:
    if not rule.formula.strip():
        return ValidationConstraint(rule, None, "its package hides the formula")
    try:
        node = parse(rule.formula)
        check(node, rule.formula, lambda path: formula_type(schema, others, path))
    except FormulaError as error:
        return ValidationConstraint(rule, None, f"the formula cannot be read: {error.message}")
    return ValidationConstraint(rule, node)


class _NothingKnown:
    """Rows of which no value is known."""

    def __len__(self) -> int:
        return 1

    def column(self, path: str) -> Column:
        return unknown(path, Type.ANY)

    def before(self, path: str) -> Column:
        return unknown(path, Type.ANY)

    def looked_up(self, lookup: Lookup, wanted: Column) -> Column:  # noqa: ARG002 - as `Rows` has it
        return unknown(lookup.object, Type.ANY)


def can_fire_at_insert(condition: Node) -> bool:
    """Say whether a rule could refuse some new record: not where it asks for a change, or for a record that is not new."""
    found = fires(condition, _NothingKnown(), Setting(datetime(2000, 1, 1, tzinfo=UTC), UTC))
    return bool(found.data[0]) or bool(found.faults()[0] == Fault.UNKNOWN)


def formula_type(schema: ObjectSchema, others: Mapping[str, ObjectSchema], path: str) -> Type:
    """Return the formula type of a path; ANY where the way to it is not described."""
    head, *rest = path.split(".")
    named = named_field(path)
    if named is not None:
        looked_through = described(others, named[0])
        return Type.ANY if looked_through is None else formula_type(looked_through, others, named[1])
    if head.startswith("$"):
        return _GLOBALS.get(head.lower(), Type.TEXT if head.lower() == "$recordtype" else Type.ANY)
    current: ObjectSchema | None = schema
    steps = [head, *rest]
    for step in steps[:-1]:
        parent = None if current is None else parent_object(current, step)
        current = others.get(parent) if parent else None
    name = None if current is None else field_named(current, steps[-1])
    return Type.ANY if current is None or name is None else TYPES.get(current.fields[name].type, Type.TEXT)


def described(schemas: Mapping[str, ObjectSchema], name: str) -> ObjectSchema | None:
    """Return an object by its name in any case; None where it is not described."""
    return schemas.get(name) or next((one for known, one in schemas.items() if known.lower() == name.lower()), None)


def field_named(schema: ObjectSchema, name: str) -> str | None:
    """Return a field's API name as the org writes it, whatever the case."""
    if name in schema.fields:
        return name
    wanted = name.lower()
    return next((one for one in schema.fields if one.lower() == wanted), None)


def reference_named(schema: ObjectSchema, relationship: str) -> str | None:
    """Return the reference field that a path such as `Account.Name` starts with."""
    wanted = relationship.partition(":")[0].lower()
    return next((one.name for one in schema.references if (one.relationship_name or "").lower() == wanted), None)


def parent_object(schema: ObjectSchema, step: str) -> str | None:
    """Return the object that a step of a path leads to, where there is only one."""
    _, _, chosen = step.partition(":")
    name = reference_named(schema, step)
    if name is None:
        return None
    targets = schema.fields[name].reference_to
    return chosen or (targets[0] if len(targets) == 1 else None)
