"""Names that VLOOKUP finds, with the values beside them, for records that are drawn again.

`VLOOKUP($ObjectType.Zip__c.Fields.City__c, ..., Zip__c) <> City__c` names the zip codes that there are, each with its city: chance
alone meets no pair of them.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.constraints.hints import field_about
from sfseed_core.constraints.named import Named, named_of
from sfseed_core.formula.column import distinct
from sfseed_core.formula.nodes import Binary, Call, walk
from sfseed_core.formula.types import Type
from sfseed_core.formula.vlookup import lookup_of
from sfseed_core.generate.engine import Engine
from sfseed_core.generate.judged import CellRows, judge_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sfseed_core.constraints.formula_rows import World
    from sfseed_core.formula.column import Column
    from sfseed_core.formula.nodes import Node
    from sfseed_core.formula.vlookup import Lookup
    from sfseed_core.recipe.model import Plan, RuleBook
    from sfseed_core.schema.model import Field

    Group = Mapping[str, tuple[str, ...]]

_MOST = 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def with_names(plan: Plan) -> Plan:
    """Return the plan with what its rules find by VLOOKUP among the hints, of the org's records and of those made before."""
    if plan.rules is None or not any(
        "vlookup" in one.formula.lower() for each in plan.rules.rules.values() for one in each
    ):
        return plan
    judge = judge_of(plan)
    if judge is None:
        return plan
    found: dict[str, tuple[Group, ...]] = {}
    for one in plan.objects:  # in load order: what goes before is settled by the names that were found for it
        engine = Engine(_with(plan, plan.rules, found))
        rules = judge.conditions.get(one.name, ())
        asked = [
            each for rule in rules if rule.condition is not None for each in _asked(plan.rules, one.name, rule.condition)
        ]
        groups = [_group(judge.world, engine, one.name, *each) for each in asked]
        if kept := tuple(group for group in groups if group):
            found[one.name] = kept
    return _with(plan, plan.rules, found)


def _with(plan: Plan, book: RuleBook, found: Mapping[str, tuple[Group, ...]]) -> Plan:
    return dataclasses.replace(plan, rules=dataclasses.replace(book, hinted_together=MappingProxyType(dict(found))))


def _asked(book: RuleBook, name: str, condition: Node) -> Iterator[tuple[Lookup, Field, Field | None]]:
    """Give each VLOOKUP by a field of the record, with the field that its answer is compared with, where there is one."""
    schema = book.schemas[name]
    compared: dict[int, Field | None] = {}
    for node in walk(condition):
        if isinstance(node, Binary) and node.operator in ("=", "<>"):
            for one, other in ((node.left, node.right), (node.right, node.left)):
                compared[id(_stripped(one))] = field_about(schema, other)
    for node in walk(condition):
        lookup = lookup_of(node)
        field = None if lookup is None else field_about(schema, _stripped(lookup.wanted))
        if lookup is not None and field is not None:
            yield lookup, field, compared.get(id(node))


def _stripped(node: Node) -> Node:
    """Return what LEFT, TEXT and the like take a part of."""
    while isinstance(node, Call) and node.name in ("LEFT", "RIGHT", "MID", "TEXT", "TRIM", "UPPER", "LOWER"):
        node = node.arguments[0]
    return node


def _group(world: World, engine: Engine, name: str, lookup: Lookup, field: Field, beside: Field | None) -> Group:
    """Return names and the values beside them, as a recipe would write them, that the two fields can hold."""
    pairs = [pair for source in _sources(world, engine, name, lookup) for pair in _pairs(source, lookup.gives)]
    takes = _holder(field)
    kept = {key: value for key, value in pairs if takes(key)}
    if beside is None or beside.name == field.name:
        return {field.name: tuple(kept)[:_MOST]} if kept else {}
    fits = _holder(beside)
    both = [(key, value) for key, value in kept.items() if value is not None and fits(value)][:_MOST]
    return {field.name: tuple(key for key, _ in both), beside.name: tuple(value for _, value in both)} if both else {}


def _sources(world: World, engine: Engine, name: str, lookup: Lookup) -> Iterator[Named]:
    theirs = world.looked_up.get(lookup.object.lower())
    if theirs is not None:
        yield theirs
    own = engine.plan.object(name)
    target = next((one for one in engine.plan.objects if one.name.lower() == lookup.object.lower()), None)
    if target is not None and target.level < own.level and target.name in world.schemas:
        some = engine.at(target.name, np.arange(min(target.count, _MOST)))
        ours = named_of(CellRows(world.schemas[target.name], world, some))
        if isinstance(ours, Named):
            yield ours


def _pairs(source: Named, field: str) -> Iterator[tuple[str, str | None]]:
    column = source.column(field)
    codes, values = distinct(column)
    for place in map(int, np.flatnonzero(column.faults() == 0)):
        name = source.names[place]
        if name:
            yield name, _written(column, values[codes[place]])


def _written(column: Column, value: object) -> str | None:
    if value is None:
        return None
    return _WRITERS.get(column.type, str)(value)


def _number(value: object) -> str:
    return f"{Decimal(str(value)).normalize():f}"


def _moment(value: object) -> str:
    return (_EPOCH + timedelta(milliseconds=int(str(value)))).isoformat()


_WRITERS: Mapping[Type, Callable[[object], str]] = {
    Type.NUMBER: _number,
    Type.BOOLEAN: lambda value: str(value).lower(),
    Type.DATE: lambda value: _moment(int(str(value)) * 86_400_000)[:10],
    Type.DATETIME: _moment,
    Type.TIME: lambda value: _moment(value)[11:23],
}


def _holder(field: Field) -> Callable[[str], bool]:
    """Return what tells whether a field can hold a value."""
    allowed = {one.value for one in field.picklist if one.active} if field.restricted else None
    most = field.length or None

    def holds(value: str) -> bool:
        return (most is None or len(value) <= most) and (allowed is None or value in allowed)

    return holds
