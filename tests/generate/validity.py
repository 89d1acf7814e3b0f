"""An own reader of the org's rules, row by row: what a record must keep to, from the describe alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sfseed_core.constraints.rules import object_rules
from sfseed_core.recipe.model import ObjectPlan, Plan
from sfseed_core.schema.model import Field, ObjectSchema
from sfseed_core.schema.picklists import dependency
from sfseed_core.snapshot.model import Snapshot

EMAIL = re.compile(r"[a-z0-9][a-z0-9._-]*@([a-z0-9-]+\.)+[a-z]{2,}")
RESERVED = (".invalid", "example.com", "example.org", "example.net")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def broken(schema: ObjectSchema, plan: ObjectPlan, table: dict[str, list[Any]], snapshot: Snapshot) -> list[str]:
    """Return what is wrong with the records, a line each; nothing when the org would take them all."""
    found = [line for field in schema.fields.values() for line in _field(schema, field, plan, table)]
    return found + list(_between(schema, table, snapshot))


def _field(schema: ObjectSchema, field: Field, plan: ObjectPlan, table: dict[str, list[Any]]) -> Iterator[str]:
    column = next((one for one in plan.columns if one.field == field.name), None)
    values = table.get(field.name)
    where = f"{schema.name}.{field.name} ({column.provider if column else 'reference'})"
    if values is None:
        if field.required_on_create:
            yield f"{where} is required and not made"
        return
    if not field.createable:
        yield f"{where} cannot be written"
    if f"{field.name}@" in table:  # a symbol stands for a record that the org has
        values = [target if value is None else value for value, target in zip(values, table[f"{field.name}@"], strict=True)]
    filled = [value for value in values if value is not None and not str(value).startswith("=")]
    if field.required_on_create and None in values:
        yield f"{where} has empty cells and is required"
    if field.unique and len({str(value).lower() for value in filled}) < len(filled):
        yield f"{where} repeats a value and is unique"
    for value in filled:
        wrong = _value(field, value) or (_choice(schema, field, value) if isinstance(value, str) else None)
        if wrong:
            yield f"{where}: {value!r} {wrong}"
            break


def _value(field: Field, value: Any) -> str | None:
    if isinstance(value, str):
        return _text(field, value)
    if isinstance(value, Decimal):
        whole = len(str(abs(int(value)))) if int(value) else 0
        if -value.as_tuple().exponent > field.scale or whole > max(field.precision - field.scale, 0):
            return f"does not fit {field.precision}/{field.scale}"
    if field.type == "int" and len(str(abs(value))) > (field.digits or 9):
        return "has too many digits"
    return None


def _text(field: Field, value: str) -> str | None:
    if field.length and len(value) > field.length:
        return f"is longer than {field.length}"
    if not value or value != value.strip() or value == "#N/A" or CONTROL.search(value):
        return "is blank, has blanks at an end, is #N/A or holds control characters"
    if field.type == "email" and not (EMAIL.fullmatch(value) and value.endswith(RESERVED)):
        return "is no address at a reserved domain"
    return None


def _choice(schema: ObjectSchema, field: Field, value: str) -> str | None:
    if not field.restricted:
        return None
    chosen = value.split(";") if field.type == "multipicklist" else [value]
    return None if set(chosen) <= set(field.active_values) and len(set(chosen)) == len(chosen) else "is not in its picklist"


def _between(schema: ObjectSchema, table: dict[str, list[Any]], snapshot: Snapshot) -> Iterator[str]:
    rows = range(len(next(iter(table.values()))))
    for field in schema.fields.values():
        if field.controller in table and field.name in table:
            allowed = dependency(schema, field)
            for record in rows:
                value, controller = table[field.name][record], str(table[field.controller][record])
                if value is not None and value not in allowed.get(controller, allowed.get(controller.lower(), ())):
                    yield f"{schema.name}.{field.name}: {value!r} does not go with {controller!r}"
                    break
    for rule in object_rules(schema, snapshot).standard:
        if not set(rule.fields) <= table.keys():
            continue
        for record in rows:
            values = [table[name][record] for name in rule.fields]
            if not KINDS[rule.kind](values):
                yield f"{schema.name}: {rule.message}: {dict(zip(rule.fields, values, strict=True))}"
                break


def _count(values: list[Any]) -> int:
    return sum(value is not None for value in values)


KINDS = {
    "exactly_one": lambda values: _count(values) == 1,
    "at_least_one": lambda values: _count(values) >= 1,
    "at_most_one": lambda values: _count(values) <= 1,
    "all_or_none": lambda values: _count(values) in (0, len(values)),
    "not_after": lambda values: None in values or values[0] <= values[1],
    "not_with": lambda values: True,
    "unique_together": lambda values: True,
}


def references_resolve(plan: Plan, tables: dict[str, dict[str, list[Any]]]) -> list[str]:
    """Return the references that hold a key which their target does not have."""
    found = []
    for one in plan.objects:
        for reference in one.references:
            keys = tables[one.name][reference.field]
            names = tables[one.name].get(f"{reference.field}@", [reference.targets[0].object] * len(keys))
            for key, name in zip(keys, names, strict=True):
                if key is not None and not 0 <= key < plan.object(name).count:
                    found.append(f"{one.name}.{reference.field}: no {name} {key}")
    return found
