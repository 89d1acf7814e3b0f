"""What generation can keep to of validation rules by construction: rules of simple shapes, turned into rules of fields.

Of a condition that is an AND it is enough that one part can never hold; of an OR every part must not. What has no such shape
is left to the checks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.constraints.model import StandardRule
from sfseed_core.constraints.validation import field_named
from sfseed_core.formula.nodes import Binary, Call, Node, Number, Text, Unary
from sfseed_core.formula.nodes import Field as Path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sfseed_core.constraints.model import FieldRules, ObjectRules
    from sfseed_core.constraints.validation import ValidationConstraint
    from sfseed_core.schema.model import ObjectSchema

CODE = "FIELD_CUSTOM_VALIDATION_EXCEPTION"
_DAYS = frozenset({"date", "datetime"})
_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_PART = re.compile(r"(?P<set>\[[A-Za-z0-9-]+\]|\\d)(?:\{(?P<times>\d{1,2})\})?|(?P<plain>[A-Za-z0-9 _./-])")


@dataclass(frozen=True, slots=True)
class _Kept:
    """One part of a condition that generation makes impossible."""

    standard: StandardRule | None = None
    field: str = ""
    needed: bool = False
    low: int | None = None
    high: int | None = None
    template: str | None = None


def heeding(rules: ObjectRules, schema: ObjectSchema, constraints: Iterable[ValidationConstraint]) -> ObjectRules:
    """Return the rules of an object's records with what generation keeps to of its validation rules."""
    fields, standard = dict(rules.fields), list(rules.standard)
    for one in constraints:
        for kept in _kept(schema, one.condition, one.rule.message) if one.condition is not None else ():
            if kept.standard is not None:
                standard.append(kept.standard)
            elif kept.field in fields:
                fields[kept.field] = _narrowed(fields[kept.field], kept)
    return replace(rules, fields=MappingProxyType(fields), standard=tuple(standard))


def _narrowed(rules: FieldRules, kept: _Kept) -> FieldRules:
    lows = [one for one in (rules.low, kept.low) if one is not None]
    highs = [one for one in (rules.high, kept.high) if one is not None]
    return replace(
        rules,
        needed=rules.needed or (kept.needed and rules.left_out_why is None),
        low=max(lows, default=None),
        high=min(highs, default=None),
        template=kept.template or rules.template,
    )


def _kept(schema: ObjectSchema, condition: Node, message: str) -> Iterator[_Kept]:
    """Say how a condition is made impossible; nothing where it cannot be done by a field or two."""
    if _is(condition, "OR", "or"):
        for part in _parts(condition):
            yield from _kept(schema, part, message)
        return
    parts = _parts(condition) if _is(condition, "AND", "and") else (condition,)
    found = (_one(schema, part, message) for part in parts)
    first = next((one for one in found if one is not None), None)
    if first is not None:
        yield first


def _is(node: Node, name: str, operator: str) -> bool:
    return (isinstance(node, Call) and node.name == name) or (isinstance(node, Binary) and node.operator == operator)


def _parts(node: Node) -> tuple[Node, ...]:
    return node.arguments if isinstance(node, Call) else (node.left, node.right) if isinstance(node, Binary) else (node,)


def _one(schema: ObjectSchema, node: Node, message: str) -> _Kept | None:
    match node:
        case Binary(operator="<" | ">" | "<=" | ">=" as operator, left=Path() as left, right=Path() as right):
            return _ordered(schema, operator, left.path, right.path, message)
        case Binary(operator="<" | ">" | "<=" | ">=" as operator, left=Path() as left, right=Number() as right):
            return _bounded(schema, operator, left.path, right)
        case Binary(operator="<" | ">" | "<=" | ">=" as operator, left=Number() as left, right=Path() as right):
            return _bounded(schema, _FLIPPED[operator], right.path, left)
        case Call(name="ISBLANK" | "ISNULL", arguments=(Path() as field,)):
            name = field_named(schema, field.path)
            return None if name is None else _Kept(field=name, needed=True)
        case Unary(operator="not", operand=Call(name="REGEX", arguments=(Path() as field, Text() as pattern))):
            name, template = field_named(schema, field.path), template_of(pattern.value)
            return None if name is None or template is None else _Kept(field=name, template=template)
    return None


def _ordered(schema: ObjectSchema, operator: str, left: str, right: str, message: str) -> _Kept | None:
    first, second = field_named(schema, left), field_named(schema, right)
    if first is None or second is None or operator not in ("<", ">"):
        return None
    if schema.fields[first].type != schema.fields[second].type or schema.fields[first].type not in _DAYS:
        return None
    pair = (second, first) if operator == "<" else (first, second)
    return _Kept(standard=StandardRule("not_after", pair, message, CODE))


def _bounded(schema: ObjectSchema, operator: str, path: str, number: Number) -> _Kept | None:
    name = field_named(schema, path)
    if name is None or "." in number.text:
        return None
    bound = int(number.text)
    if operator in ("<", "<="):
        return _Kept(field=name, low=bound + (operator == "<="))
    return _Kept(field=name, high=bound - (operator == ">="))


def template_of(pattern: str) -> str | None:
    """Write a template of codes for a pattern of letters and digits of fixed number; None for any other pattern.

    A set that holds digits becomes `#`, any other its first letter.
    """
    written: list[str] = []
    place = 0
    inner = pattern.removeprefix("^").removesuffix("$")
    while place < len(inner):
        found = _PART.match(inner, place)
        if found is None or found["plain"] == ".":
            return None
        one = found["plain"] or ("#" if found["set"] in ("\\d", "[0-9]") else found["set"][1])
        if one == "-" and found["set"]:
            return None
        written.append(one * int(found["times"] or 1))
        place = found.end()
    return "".join(written) or None
