"""Lookup filters as rules over the record that holds the reference, so that what draws and checks records obeys them too.

Only conditions that some record can be expected to meet are understood: over picklists, checkboxes, numbers, record types of the
record pointed to, whether its field is blank, and whether it refers to what the record itself refers to.
"""

from __future__ import annotations

import csv
import math
import re
from typing import TYPE_CHECKING

from sfseed_core.schema.model import ValidationRule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from sfseed_core.schema.model import Field, ObjectSchema

    _Told = tuple[str, float]  # a condition's formula, and about what share of records meet it

_MESSAGE = "Value does not exist or does not match filter criteria."
_TOKEN = re.compile(r"\s*(?:(\d+)|(AND|OR|NOT)\b|([()]))\s*", re.IGNORECASE)
_WORDS = {"AND": "&&", "OR": "||", "NOT": "!"}
_SOURCE = "$Source."
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}
_COMPARED = {
    "equals": "=",
    "notEqual": "<>",
    "lessThan": "<",
    "greaterThan": ">",
    "lessOrEqual": "<=",
    "greaterOrEqual": ">=",
}
_OR = "OR"
_CHECKED, _OTHERWISE, _SELDOM = 0.25, 0.5, 0.02  # about what share of records meet a condition
_ENOUGH = 0.15  # from which drawing a record again some dozens of times finds one
_EQUAL = {"equals": False, "notEqual": True}  # whether the condition is turned round


def filter_rules(schema: ObjectSchema, others: Mapping[str, ObjectSchema]) -> Iterator[ValidationRule]:
    """Yield a rule for each reference whose lookup filter is known, binding and understood."""
    for field in schema.references:
        formula = filter_formula(field, schema, others)
        if formula is not None:
            message = (field.lookup_filter.message if field.lookup_filter else None) or _MESSAGE
            yield ValidationRule(f"lookup filter of {field.name}", formula, message, field.name)


def filter_formula(field: Field, schema: ObjectSchema, others: Mapping[str, ObjectSchema]) -> str | None:
    """Return the formula that is true of a record whose reference its filter refuses; None where that cannot be said.

    The filter of a reference that no record may lack is only understood where enough records can be expected to meet it.
    """
    asked = field.lookup_filter
    target = others.get(field.reference_to[0]) if len(field.reference_to) == 1 else None
    if asked is None or asked.optional or target is None or not field.relationship_name or not asked.items:
        return None
    told = [one for item in asked.items if (one := _condition(item, field, schema, target)) is not None]
    if len(told) < len(asked.items):
        return None
    shares = [share for _, share in told]
    if field.required_on_create and (max(shares) if _OR in (asked.logic or "").upper() else math.prod(shares)) < _ENOUGH:
        return None
    conditions = [formula for formula, _ in told]
    joined = " && ".join(conditions) if asked.logic is None else _joined(asked.logic, conditions)
    return None if joined is None else f"NOT(ISBLANK({field.name})) && NOT({joined})"


def _condition(item: tuple[str, str, str, bool], field: Field, schema: ObjectSchema, target: ObjectSchema) -> _Told | None:
    path, operation, value, is_field = item
    owner, _, name = path.partition(".")
    if owner.lower() != target.name.lower():
        return None
    if is_field:
        return _same_parent(name, operation, value, field, schema, target)
    if name in {"RecordTypeId", "RecordType.Name", "RecordType.DeveloperName"}:
        return _of_record_type(field, operation, _texts(value), target)
    found = target.fields.get(name)
    if found is None:
        return None
    return _WRITERS.get(found.type, _blankness)(found, f"{field.relationship_name}.{name}", operation, value)


def _same_parent(
    name: str, operation: str, value: str, field: Field, schema: ObjectSchema, target: ObjectSchema
) -> _Told | None:
    """Compare a reference of the target with one of the record, which two chosen apart seldom share."""
    mine = schema.fields.get(value.removeprefix(_SOURCE)) if value.startswith(_SOURCE) else None
    theirs = target.fields.get(name)
    if mine is None or theirs is None or operation != "equals":
        return None
    alike = mine.is_reference and theirs.is_reference and mine.reference_to == theirs.reference_to
    return (f"{field.relationship_name}.{name} = {mine.name}", _SELDOM) if alike else None


def _of_record_type(field: Field, operation: str, wanted: Iterable[str], target: ObjectSchema) -> _Told | None:
    names = {one.name.lower(): one.developer_name for one in target.record_types if one.available and not one.master}
    names |= {name.lower(): name for name in names.values()}
    known = [names[one.lower()] for one in wanted if one.lower() in names]
    path = f"{field.relationship_name}.RecordType.DeveloperName"
    return _either(operation, [f"{path} = {_quoted(one)}" for one in known], len(set(names.values())))


def _of_picklist(found: Field, path: str, operation: str, value: str) -> _Told | None:
    if not value.strip('" '):
        return _blankness(found, path, operation, value)
    offered = {one.lower(): one for one in found.active_values}
    known = [offered[one.lower()] for one in _texts(value) if one.lower() in offered]
    return _either(operation, [f"ISPICKVAL({path}, {_quoted(one)})" for one in known], len(offered))


def _of_checkbox(_found: Field, path: str, operation: str, value: str) -> _Told | None:
    truth = _TRUTH.get(value.strip().lower())
    if truth is None or operation not in _EQUAL:
        return None
    return (path, _CHECKED) if truth is not _EQUAL[operation] else (f"NOT({path})", 1 - _CHECKED)


def _of_number(_found: Field, path: str, operation: str, value: str) -> _Told | None:
    compared = _COMPARED.get(operation)
    if not value.strip('" '):
        return _blankness(_found, path, operation, value)
    return (f"{path} {compared} {value}", _OTHERWISE) if compared and _NUMBER.fullmatch(value) else None


def _blankness(_found: Field, path: str, operation: str, value: str) -> _Told | None:
    if value.strip('" ') or operation not in _EQUAL:
        return None
    return (f"NOT(ISBLANK({path}))", _OTHERWISE) if _EQUAL[operation] else (f"ISBLANK({path})", _SELDOM)


def _either(operation: str, parts: list[str], of: int) -> _Told | None:
    """Join what may be equal, some `of` the possible values; nothing that could be is not understood."""
    if not parts or operation not in _EQUAL:
        return None
    joined, share = f"({' || '.join(parts)})", len(parts) / of
    return (f"NOT{joined}", 1 - share) if _EQUAL[operation] else (joined, share)


def _joined(logic: str, conditions: list[str]) -> str | None:
    """Put the conditions into logic such as `1 AND (2 OR 3)`."""
    parts, place = [], 0
    while place < len(logic):
        found = _TOKEN.match(logic, place)
        if found is None or (found[1] and not 0 < int(found[1]) <= len(conditions)):
            return None
        parts.append(
            f"({conditions[int(found[1]) - 1]})" if found[1] else _WORDS[found[2].upper()] if found[2] else found[3]
        )
        place = found.end()
    return f"({' '.join(parts)})"


def _texts(value: str) -> list[str]:
    """Return the alternatives of a condition's value, which commas separate and quotes hold together."""
    return [one.strip() for one in next(csv.reader([value], skipinitialspace=True), [])]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_WRITERS: Mapping[str, Callable[[Field, str, str, str], _Told | None]] = {
    "picklist": _of_picklist,
    "boolean": _of_checkbox,
    "double": _of_number,
    "currency": _of_number,
    "int": _of_number,
}
