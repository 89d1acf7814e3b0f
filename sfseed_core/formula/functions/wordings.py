"""Texts for people: values as the running user's locale writes them, labels, and labels with the names of objects in them.

Labels are data of the setting, `section.key` to text (`object.name` is an object's name, `article.name` the article that such a
name has). A text may hold `{0}` and `{0,number,integer}` for arguments, and
`<Entity entity="0"/>` and `<A/>` for an object's name and its article, which FORMAT fills in.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.formula.column import Column, per_value, unknown
from sfseed_core.formula.functions.dates import away
from sfseed_core.formula.functions.moments import DAY, date_of
from sfseed_core.formula.types.kinds import Type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfseed_core.formula.functions.family import Function
    from sfseed_core.formula.setting import Setting

_COMMA_LANGUAGES = frozenset(("da", "de", "es", "fi", "fr", "it", "nl", "no", "pl", "pt", "ru", "sv", "tr"))
"""Languages that write 5,2 where English writes 5.2."""

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_ARGUMENT = re.compile(r"\{(\d+)(?:,number(?:,(integer))?)?\}")
_NAMED = re.compile(r'(?:(<A/>) )?<Entity entity="(\d+)"[^>]*/>')


def number(value: Decimal, locale: str, most: int = 3) -> str:
    """Write a number with its thousands apart and as many decimals as it has, at most some."""
    rounded = value.quantize(Decimal(1).scaleb(-most), ROUND_HALF_EVEN)
    text = f"{rounded:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.translate(str.maketrans(",.", ".,")) if locale[:2].lower() in _COMMA_LANGUAGES else text


def short_date(days: int) -> str:
    """Write a date as 1/31/2024."""
    day = date_of(days)
    return f"{day.month}/{day.day}/{day.year}"


def long_date(days: int) -> str:
    """Write a date as January 31, 2024."""
    day = date_of(days)
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def short_time(milliseconds: int) -> str:
    """Write a time of day as 1:05 PM."""
    minutes = milliseconds // 60_000 % 1440
    return f"{(minutes // 60 - 1) % 12 + 1}:{minutes % 60:02d} {'AM' if minutes < 720 else 'PM'}"


def _short_moment(milliseconds: int) -> str:
    return f"{short_date(milliseconds // DAY)}, {short_time(milliseconds % DAY)}"


_STYLES: Mapping[str, Callable[[int], str]] = {
    "": _short_moment,
    "date": lambda milliseconds: short_date(milliseconds // DAY),
    "ldate": lambda milliseconds: long_date(milliseconds // DAY),
    "time": lambda milliseconds: short_time(milliseconds % DAY),
    "time_correct": lambda milliseconds: short_time(milliseconds % DAY),
}
"""How a moment of the user's clock is written, by the second argument of FORMAT."""


def _format(columns: Sequence[Column], setting: Setting) -> Column:
    first, *rest = columns
    if first.type in (Type.DATE, Type.DATETIME, Type.TIME):
        return _moment(first, rest[0] if rest else None, setting)
    if first.type is Type.NUMBER:
        return per_value(lambda value, *_: number(value, setting.locale), Type.TEXT, columns)
    return _filled(columns, setting)


def _moment(moment: Column, style: Column | None, setting: Setting) -> Column:
    """Write a date, time or both; a date that is given a style counts as its midnight of UTC, as the engine has it."""
    if moment.type is Type.DATE and style is None:
        return per_value(short_date, Type.TEXT, (moment,))
    milliseconds = moment.data * DAY if moment.type is Type.DATE else moment.data
    ahead = np.array([away(one, setting) for one in milliseconds.tolist()], dtype=np.int64)
    local = replace(moment, type=Type.DATETIME, data=milliseconds + ahead)
    if moment.type is Type.TIME and style is None:
        return per_value(short_time, Type.TEXT, (local,))
    if style is None:
        return per_value(_short_moment, Type.TEXT, (local,))
    return per_value(lambda at, name: _STYLES.get(name or "", _short_moment)(at), Type.TEXT, (local, style))


def _filled(columns: Sequence[Column], setting: Setting) -> Column:
    def fill(pattern: str | None, *values: object) -> str:
        return _with_values(_with_names(pattern or "", values, setting.labels), values, setting.locale)

    return per_value(fill, Type.TEXT, columns, nulls=True)


def _with_values(text: str, values: Sequence[object], locale: str) -> str:
    def argument(found: re.Match[str]) -> str:
        place = int(found[1])
        if place >= len(values):
            return found[0]
        value = values[place]
        if isinstance(value, Decimal):
            return number(value, locale, 0 if found[2] else 3)
        return "" if value is None else str(value)

    return _ARGUMENT.sub(argument, text)


def _with_names(text: str, values: Sequence[object], labels: Mapping[str, str]) -> str:
    def named(found: re.Match[str]) -> str:
        place = int(found[2])
        if place >= len(values):
            return found[0]
        name = str(values[place] or "")
        article = labels.get(f"article.{name.lower()}", "An" if name[:1].lower() in "aeio" else "A")
        return f"{article} {name}" if found[1] else name

    return _NAMED.sub(named, text)


def _label(columns: Sequence[Column], setting: Setting) -> Column:
    """LABEL: a label of the setting with its arguments put in; the names of objects in it are left to FORMAT."""
    if not setting.labels:
        return unknown("LABEL needs the org's labels", Type.TEXT)

    def look_up(section: str | None, key: str | None, *values: object) -> str:
        text = setting.labels.get(f"{section}.{key}".lower())
        if text is None:
            return f"__MISSING LABEL__ PropertyFile - val {key} not found in section {section}"
        return _with_values(text, values, setting.locale)

    return per_value(look_up, Type.TEXT, columns, nulls=True)


def _renameable(columns: Sequence[Column], setting: Setting) -> Column:
    """RENAMEABLE: the name that an object has in the org."""
    if not setting.labels:
        return unknown("RENAMEABLE needs the org's labels", Type.TEXT)
    return per_value(lambda name: setting.labels.get(f"object.{name}".lower(), name), Type.TEXT, columns)


FUNCTIONS: Mapping[str, Function] = {"FORMAT": _format, "LABEL": _label, "RENAMEABLE": _renameable}
