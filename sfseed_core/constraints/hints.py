"""Values of a field that its rules turn on: what they compare it with, and what lies just beside.

A record that is drawn again takes some of them, since chance alone rarely meets `Code__c = "A-17"` or a pattern.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from sfseed_core.constraints.formula_rows import World, as_column
from sfseed_core.constraints.regex_samples import samples
from sfseed_core.constraints.validation import TYPES, field_named
from sfseed_core.formula.column import Column, distinct, unknown
from sfseed_core.formula.evaluate import evaluate
from sfseed_core.formula.nodes import Binary, Call, Node, fields, walk
from sfseed_core.formula.nodes import Field as Path
from sfseed_core.formula.types import Type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sfseed_core.constraints.model import ObjectRules
    from sfseed_core.formula.vlookup import Lookup
    from sfseed_core.schema.model import Field, ObjectSchema

_MOST = 64
_SAMPLES = 24
_LONGEST = 255
_COMPARING = frozenset(("=", "<>", "<", ">", "<=", ">="))
_SEEING_THROUGH = frozenset(
    ("TEXT", "TRIM", "UPPER", "LOWER", "VALUE", "DATEVALUE", "BLANKVALUE", "NULLVALUE", "ROUND", "ABS")
)
_EPOCH = date(1970, 1, 1)


def hints_of(
    schema: ObjectSchema, rules: ObjectRules, conditions: Iterable[Node], world: World
) -> Mapping[str, tuple[str, ...]]:
    """Return per field the values that conditions name, as a recipe would write them, that the field can hold."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for condition in conditions:
        for name, value in _named(schema, condition, world):
            found[name][value] = None
    usable = {name: _usable(schema.fields[name], rules, values) for name, values in found.items()}
    return {name: values for name, values in usable.items() if values}


def _usable(field: Field, rules: ObjectRules, values: Iterable[str]) -> tuple[str, ...]:
    asked = rules.fields[field.name]
    if asked.unique or asked.controller or asked.by_record_type or field.is_reference or field.calculated:
        return ()
    allowed = asked.allowed if asked.allowed is not None else asked.suggested if field.picklist else None
    kept = [value for value in values if value and (not asked.max_chars or len(value) <= asked.max_chars)]
    if allowed is not None:
        kept = [value for value in kept if all(one in allowed for one in value.split(";"))]
    fits = _FITS.get(TYPES.get(field.type, Type.TEXT))
    kept = [value for value in kept if fits is None or fits(field, value)]
    if asked.format == "email":
        kept = [value for value in kept if "@" in value[1:-1]]
    return tuple(kept[:_MOST])


def _fits_digits(field: Field, value: str) -> bool:
    whole = (field.precision - field.scale) if field.precision else (field.digits or 9)
    return abs(Decimal(value)) < 10 ** max(whole, 0) and (field.type not in ("int", "long") or "." not in value)


_FITS: Mapping[Type, Callable[[Field, str], bool]] = {Type.NUMBER: _fits_digits}


def _named(schema: ObjectSchema, condition: Node, world: World) -> Iterator[tuple[str, str]]:
    for node in walk(condition):
        if isinstance(node, Binary) and node.operator in _COMPARING:
            yield from _compared(schema, node.left, node.right, world)
            yield from _compared(schema, node.right, node.left, world)
        elif isinstance(node, Call) and node.name in _CALLS:
            yield from _CALLS[node.name](schema, node, world)


def _compared(schema: ObjectSchema, about: Node, other: Node, world: World) -> Iterator[tuple[str, str]]:
    """Name values of the field that one side is about, when the other side is a constant."""
    value = _constant(other, world)
    if value is None:
        yield from _first_of_month(schema, about, other, world)
        return
    if isinstance(about, Call) and about.name == "LEN" and isinstance(value, Decimal):
        field = field_about(schema, about.arguments[0])
        yield from ((field.name, text) for text in _of_length(int(value))) if field else ()
        return
    if isinstance(about, Call) and about.name in _PARTS and isinstance(value, str):
        field = field_about(schema, about.arguments[0])
        yield from ((field.name, text) for text in _PARTS[about.name](value)) if field else ()
        return
    if isinstance(about, Call) and about.name in _OF_DAYS and isinstance(value, Decimal):
        field = field_about(schema, about.arguments[0])
        yield from _days(field, about.name, int(value), world) if field else ()
        return
    field = field_about(schema, about)
    if field is not None:
        yield from ((field.name, text) for text in _near(field, value))


_OF_DAYS: Mapping[str, Callable[[date], int]] = {
    "DAY": lambda day: day.day,
    "MONTH": lambda day: day.month,
    "YEAR": lambda day: day.year,
    "WEEKDAY": lambda day: day.isoweekday() % 7 + 1,
}
_NEAR_DAYS = 400


def _days(field: Field, part: str, wanted: int, world: World) -> Iterator[tuple[str, str]]:
    """Name days around the moment of which a part is as wanted, some of them and not all in a row."""
    today = world.setting.now.date()
    near = (today + timedelta(days=away) for away in range(-_NEAR_DAYS, _NEAR_DAYS))
    met = [day for day in near if _OF_DAYS[part](day) == wanted]
    for day in met[:: max(1, len(met) // _SAMPLES)]:
        moment = TYPES.get(field.type) is Type.DATETIME
        yield field.name, f"{day.isoformat()}T12:00:00+00:00" if moment else day.isoformat()


def _first_of_month(schema: ObjectSchema, about: Node, other: Node, world: World) -> Iterator[tuple[str, str]]:
    """`Start__c = DATE(YEAR(Start__c), MONTH(Start__c), 1)` names days of that number."""
    if isinstance(other, Call) and other.name == "DATE" and len(other.arguments) == 3:
        field, number = field_about(schema, about), _constant(other.arguments[2], world)
        if field is not None and isinstance(number, Decimal):
            yield from _days(field, "DAY", int(number), world)


_PARTS: Mapping[str, Callable[[str], tuple[str, ...]]] = {
    "LEFT": lambda text: (text, f"{text}1", f"{text}1000"),
    "RIGHT": lambda text: (text, f"1{text}", f"1000{text}"),
}
"""Whole texts that a part of which rules compare is of."""


def field_about(schema: ObjectSchema, node: Node) -> Field | None:
    """Return the field of the record itself that an expression is about."""
    while isinstance(node, Call) and node.name in _SEEING_THROUGH and node.arguments:
        node = node.arguments[0]
    if isinstance(node, Binary) and node.operator in ("+", "-", "*", "/"):
        left, right = field_about(schema, node.left), field_about(schema, node.right)
        return left or right
    if not isinstance(node, Path) or "." in node.path:
        return None
    name = field_named(schema, node.path)
    return None if name is None else schema.fields[name]


def _of_length(length: int) -> Iterator[str]:
    for size in (length, length - 1, length + 1):
        if 0 < size <= _LONGEST:
            yield ("1234567890" * (size // 10 + 1))[:size]


def _near(field: Field, value: object) -> Iterator[str]:
    kind = TYPES.get(field.type, Type.TEXT)
    if kind is Type.NUMBER and isinstance(value, Decimal):
        step = Decimal(1).scaleb(-field.scale) if field.scale else Decimal(1)
        shown = value * 100 if field.type == "percent" else value
        yield from (f"{one.normalize():f}" for one in (shown, shown - 1, shown + 1, shown - step, shown + step))
    elif kind in (Type.DATE, Type.DATETIME) and isinstance(value, date):
        for days in (0, -1, 1, -10, 10):
            day = value + timedelta(days=days)
            yield day.isoformat() if kind is Type.DATE else f"{day.isoformat()}T12:00:00+00:00"
    elif kind in (Type.TEXT, Type.PICKLIST, Type.MULTIPICKLIST) and isinstance(value, str):
        yield value
    elif kind is Type.BOOLEAN and isinstance(value, bool):
        yield from ("true", "false")
    elif kind is Type.TEXT and isinstance(value, Decimal):
        yield f"{value.normalize():f}"


def _constant(node: Node, world: World) -> object:
    """Work out an expression without fields: a number, text, truth or day; None where there is no such value."""
    if any(not path.startswith("$") for path in fields(node)):
        return None
    found = evaluate(node, _Nothing(world), world.setting)
    if len(found) != 1 or found.faults()[0] or not found.valid[0]:
        return None
    codes, values = distinct(found)
    value = values[int(codes[0])]
    if found.type is Type.DATE and isinstance(value, int):
        return _EPOCH + timedelta(days=value)
    if found.type is Type.DATETIME and isinstance(value, int):
        return _EPOCH + timedelta(milliseconds=value)
    return value


@dataclass(frozen=True, slots=True)
class _Nothing:
    """Rows without any field: only globals."""

    world: World

    def __len__(self) -> int:
        return 1

    def column(self, path: str) -> Column:
        values = self.world.values
        return as_column(values[path.lower()]) if path.lower() in values else unknown(path, Type.ANY)

    def before(self, path: str) -> Column:
        return self.column(path)

    def looked_up(self, lookup: Lookup, wanted: Column) -> Column:  # noqa: ARG002 - as `Rows` has it
        return unknown(lookup.object, Type.ANY)


def _values_of(schema: ObjectSchema, node: Call, world: World) -> Iterator[tuple[str, str]]:
    """The values that CASE, ISPICKVAL, INCLUDES and the like compare their first argument with."""
    ends = len(node.arguments) - 1 if node.name == "CASE" else len(node.arguments)
    step = 2 if node.name == "CASE" else 1
    for place in range(1, ends, step):
        yield from _compared(schema, node.arguments[0], node.arguments[place], world)


def _containing(schema: ObjectSchema, node: Call, world: World) -> Iterator[tuple[str, str]]:
    """CONTAINS and BEGINS: a text that holds the other; `CONTAINS("a;b;c", TEXT(field))` names each part."""
    whole = _constant(node.arguments[0], world)
    field = field_about(schema, node.arguments[1])
    if isinstance(whole, str) and field is not None:
        for mark in (";", ":", ",", "|", " "):
            yield from ((field.name, part.strip()) for part in whole.split(mark) if part.strip())
        return
    yield from _compared(schema, node.arguments[0], node.arguments[1], world)


def _matching(schema: ObjectSchema, node: Call, world: World) -> Iterator[tuple[str, str]]:
    field, pattern = field_about(schema, node.arguments[0]), _constant(node.arguments[1], world)
    if field is not None and isinstance(pattern, str):
        yield from ((field.name, text) for text in samples(pattern, _SAMPLES))


_CALLS: Mapping[str, Callable[[ObjectSchema, Call, World], Iterator[tuple[str, str]]]] = {
    **dict.fromkeys(("CASE", "ISPICKVAL", "INCLUDES", "IN"), _values_of),
    **dict.fromkeys(("CONTAINS", "BEGINS", "ENDS", "FIND"), _containing),
    "REGEX": _matching,
}
