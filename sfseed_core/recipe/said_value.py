"""Values that a recipe writes out, for a field of the org: as the org takes them, or refused with what was meant."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING

from sfseed_core.errors import RecipeError
from sfseed_core.recipe.suggestion import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.constraints.model import FieldRules
    from sfseed_core.schema.model import Field

_DOTTED_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_MAIL = re.compile(r"[^\s@,;<>()\[\]\\\"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_TRUTH = MappingProxyType(
    {**dict.fromkeys(("true", "1", "yes", "x"), "true"), **dict.fromkeys(("false", "0", "no", ""), "false")}
)


def checked(value: str, field: Field, rules: FieldRules, where: str) -> str:
    """Return the value as the field takes it, an empty one as it is; raises RecipeError, which begins with `where`."""
    if value == "":
        return value
    read = _READERS.get(field.type, _text)
    return read(value, field, rules, where)


def _truth(value: str, _: Field, __: FieldRules, where: str) -> str:
    if value.lower() not in _TRUTH:
        raise RecipeError(f"{where}: {value!r} is neither true nor false")
    return _TRUTH[value.lower()]


def _number(value: str, field: Field, rules: FieldRules, where: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise RecipeError(f"{where}: {value!r} is not a number") from error
    digits = rules.whole_digits
    if not number.is_finite() or (digits is not None and abs(number) >= Decimal(10) ** digits):
        raise RecipeError(f"{where}: {value} has more digits before the point than the {digits} that {field.name} takes")
    if (rules.low is not None and number < rules.low) or (rules.high is not None and number > rules.high):
        raise RecipeError(f"{where}: {value} is not between {rules.low} and {rules.high}")
    return str(number)


def _day(value: str, _: Field, __: FieldRules, where: str) -> str:
    match = _DOTTED_DAY.fullmatch(value)
    text = f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}" if match else value
    try:
        return (date if len(text) == len("2026-11-23") else datetime).fromisoformat(text).isoformat()
    except ValueError as error:
        raise RecipeError(f"{where}: {value!r} is not a date: write 2026-11-23") from error


def _time(value: str, _: Field, __: FieldRules, where: str) -> str:
    try:
        return time.fromisoformat(value).isoformat()
    except ValueError as error:
        raise RecipeError(f"{where}: {value!r} is not a time: write 14:30") from error


def _choice(value: str, field: Field, rules: FieldRules, where: str) -> str:
    chosen = value.split(";") if field.type == "multipicklist" else [value]
    for one in chosen if rules.allowed is not None else ():
        if one not in (rules.allowed or ()):
            raise RecipeError(f"{where}: {one!r} is not one of its values{_instead(one, rules.allowed or ())}")
    if rules.max_selected and len(chosen) > rules.max_selected:
        raise RecipeError(f"{where}: {len(chosen)} values are chosen, {rules.max_selected} at most")
    return _text(value, field, rules, where)


def _instead(value: str, allowed: tuple[str, ...]) -> str:
    more = f", +{len(allowed) - 5} more" if len(allowed) > 5 else ""
    return did_you_mean(value, allowed) or f": {', '.join(allowed[:5])}{more}"


def _mail(value: str, field: Field, rules: FieldRules, where: str) -> str:
    if not _MAIL.fullmatch(value):
        raise RecipeError(f"{where}: {value!r} is no e-mail address")
    return _text(value, field, rules, where)


def _text(value: str, field: Field, rules: FieldRules, where: str) -> str:
    text = value.strip()  # as the org does when it saves
    if not text:
        raise RecipeError(f"{where}: only blanks: the org takes that for nothing")
    longest = min(field.length or 0, rules.max_chars or field.length or 0)
    if longest and len(text) > longest:
        raise RecipeError(f"{where}: {len(text)} characters, it takes {longest}")
    return text


_READERS: Mapping[str, Callable[[str, Field, FieldRules, str], str]] = MappingProxyType(
    {
        "boolean": _truth,
        **dict.fromkeys(("date", "datetime"), _day),
        **dict.fromkeys(("int", "long", "double", "currency", "percent"), _number),
        **dict.fromkeys(("picklist", "multipicklist"), _choice),
        "email": _mail,
        "time": _time,
    }
)
