"""The functions of formulas by name, for plain values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from sfseed_emulator.formula_rows import moments, numbers, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_emulator.formula_rows.machine import Moment

NEEDS_THE_ORG = frozenset(
    (
        "CURRENCYRATE", "GETSESSIONID", "GETRECORDIDS", "LABEL", "RENAMEABLE", "LINKTO", "URLFOR",
        "PARENTGROUPVAL", "PREVGROUPVAL", "PREDICT",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Function:
    """What a function does with the moment of the save and its arguments; without nulls, unless it takes them."""

    run: Callable[..., Any]
    takes_nulls: bool = False


def _of(function: Callable[..., Any], *, nulls: bool = False) -> Function:
    """Make a function that does not ask for the moment."""
    return Function(lambda _moment, *values: function(*values), nulls)


def _whole(function: Callable[[Any], int]) -> Function:
    return _of(lambda value: Decimal(function(value)))


def _text(value: Any) -> Any:
    if isinstance(value, Decimal):
        return numbers.written(value)
    return moments.written(value) if isinstance(value, date | datetime | time) else value


def _format(pattern: Any, *values: Any) -> Any:
    if isinstance(pattern, date):
        return f"{pattern.month}/{pattern.day}/{pattern.year}"
    found = _text(pattern) or ""
    for place, value in enumerate(values):
        found = found.replace(f"{{{place}}}", _text(value) or "")
    return found


def _includes(values: str | None, wanted: str | None) -> bool:
    return wanted is not None and bool(values) and wanted in (values or "").split(";")


_MATHS: Mapping[str, Function] = {
    "ABS": _of(abs),
    "CEILING": _of(numbers.CEILING),
    "FLOOR": _of(numbers.FLOOR),
    "MCEILING": _of(numbers.MCEILING),
    "MFLOOR": _of(numbers.MFLOOR),
    "ROUND": _of(numbers.rounded),
    "TRUNC": _of(numbers.cut),
    "MOD": _of(numbers.remainder),
    "POWER": _of(numbers.OPERATORS["^"]),
    "MAX": _of(lambda *values: max(values)),
    "MIN": _of(lambda *values: min(values)),
    "SIGN": _of(lambda value: Decimal(0 if value == 0 else 1 if value > 0 else -1)),
    "PI": _of(lambda: Decimal(str(math.pi))),
    "ATAN2": _of(numbers.angle, nulls=True),
    "SQRT": _of(numbers.double(math.sqrt)),
    "EXP": _of(numbers.double(math.exp)),
    "LN": _of(numbers.double(math.log)),
    "LOG": _of(numbers.double(math.log10)),
    "SIN": _of(numbers.double(math.sin)),
    "COS": _of(numbers.double(math.cos)),
    "TAN": _of(numbers.double(math.tan)),
    "ASIN": _of(numbers.double(math.asin)),
    "ACOS": _of(numbers.double(math.acos)),
    "ATAN": _of(numbers.double(math.atan)),
    "GEOLOCATION": _of(numbers.place, nulls=True),
    "DISTANCE": _of(numbers.distance),
}
_TEXTS: Mapping[str, Function] = {
    "ASCII": _of(lambda text: Decimal(ord(text[0])) if text else None),
    "BEGINS": _of(texts.begins, nulls=True),
    "BR": _of(lambda: "\n"),
    "CASESAFEID": _of(texts.case_safe_id),
    "CHR": _of(texts.character),
    "CONTAINS": _of(texts.contains, nulls=True),
    "ENDS": _of(texts.ends, nulls=True),
    "FIND": _of(texts.find, nulls=True),
    "FORMAT": _of(_format, nulls=True),
    "FORMATCURRENCY": _of(texts.currency, nulls=True),
    "HTMLENCODE": _of(texts.html),
    "HYPERLINK": _of(texts.hyperlink, nulls=True),
    "IMAGE": _of(texts.image, nulls=True),
    "INCLUDES": _of(_includes, nulls=True),
    "INITCAP": _of(texts.initcap),
    "ISNUMBER": _of(texts.is_number, nulls=True),
    "ISPICKVAL": _of(lambda value, wanted: (value or "") == (wanted or ""), nulls=True),
    "JSENCODE": _of(texts.script),
    "JSINHTMLENCODE": _of(lambda text: texts.html(texts.script(text))),
    "JSONPATHVALUE": _of(texts.json_value, nulls=True),
    "JSONVALUE": _of(texts.json_value, nulls=True),
    "LEFT": _of(texts.left),
    "LEN": _of(texts.length, nulls=True),
    "LIKE": _of(texts.like, nulls=True),
    "LOWER": _of(texts.lower, nulls=True),
    "LPAD": _of(texts.lpad),
    "MID": _of(texts.mid),
    "PICKLISTCOUNT": _of(lambda value: Decimal(sum(map(bool, (value or "").split(";")))), nulls=True),
    "REGEX": _of(texts.regex, nulls=True),
    "REVERSE": _of(lambda text: "".join(reversed(text)) or None),
    "RIGHT": _of(texts.right),
    "RPAD": _of(texts.rpad),
    "SUBSTITUTE": _of(texts.substitute, nulls=True),
    "SUBSTR": _of(texts.substr),
    "TEXT": _of(_text),
    "TRIM": _of(lambda text: text.strip("".join(chr(code) for code in range(33))) or None),
    "UPPER": _of(texts.upper, nulls=True),
    "URLENCODE": _of(quote_plus),
    "VALUE": _of(texts.value),
}


def _now_time(moment: Moment) -> time:
    return moments.now(moment).time()


_MOMENTS: Mapping[str, Function] = {
    "ADDMONTHS": Function(moments.add_months),
    "DATE": _of(moments.make_date),
    "DATETIMEVALUE": Function(moments.datetime_value),
    "DATEVALUE": Function(moments.date_value),
    "TIMEVALUE": Function(moments.time_value),
    "FORMATDURATION": Function(moments.duration, takes_nulls=True),
    "FROMUNIXTIME": Function(moments.from_unix),
    "UNIXTIMESTAMP": Function(moments.unix),
    "TODAY": Function(moments.today),
    "NOW": Function(moments.now),
    "TIMENOW": Function(_now_time),
    "ISNEW": Function(lambda moment: moment.is_new),
    "ISCLONE": Function(lambda moment: moment.is_clone),
    "YEAR": _whole(lambda day: day.year),
    "MONTH": _whole(lambda day: day.month),
    "DAY": _whole(lambda day: day.day),
    "DAYOFYEAR": _whole(lambda day: int(day.strftime("%j"))),
    "WEEKDAY": _whole(lambda day: day.isoweekday() % 7 + 1),
    "ISOWEEK": _whole(lambda day: day.isocalendar()[1]),
    "ISOYEAR": _whole(lambda day: day.isocalendar()[0]),
    "HOUR": _whole(lambda clock: clock.hour),
    "MINUTE": _whole(lambda clock: clock.minute),
    "SECOND": _whole(lambda clock: clock.second),
    "MILLISECOND": _whole(lambda clock: clock.microsecond // 1000),
}

FUNCTIONS: Mapping[str, Function] = {**_MATHS, **_TEXTS, **_MOMENTS}
