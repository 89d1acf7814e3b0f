"""Texts. Null and the empty text are both blank; functions that cut give null where nothing is left."""

from __future__ import annotations

import json
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import numpy as np

from sfseed_core.formula.column import Column, booleans, constant, per_value, with_fault
from sfseed_core.formula.faults import Failed, Fault
from sfseed_core.formula.functions.family import plain
from sfseed_core.formula.functions.moments import written_date, written_datetime, written_time
from sfseed_core.formula.numeric import MATH
from sfseed_core.formula.regex import matcher
from sfseed_core.formula.types.kinds import WORDS, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sfseed_core.formula.functions.family import Function
    from sfseed_core.formula.setting import Setting

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")


def is_number(text: str | None) -> bool:
    """Tell whether a text is a number as Java reads one."""
    return text is not None and _NUMBER.fullmatch(text) is not None


def _value(text: str) -> Decimal:
    if not is_number(text):
        raise Failed(Fault.NOT_A_NUMBER)
    return MATH.create_decimal(text)


def plain_number(value: Decimal) -> str:
    """Write a number without exponent and without zeros at its end."""
    return f"{value.normalize(MATH):f}" if value else "0"


def _length(text: str | None) -> Decimal:
    return Decimal(len((text or "").encode("utf-16-le", "surrogatepass")) // 2)


def _left(text: str, count: Decimal) -> str | None:
    return text[: int(count)] or None if count > 0 else None


def _right(text: str, count: Decimal) -> str | None:
    return text[-int(count) :] or None if count >= 1 else None


def _mid(text: str, start: Decimal, count: Decimal) -> str | None:
    first = max(int(start), 1) - 1
    return text[first : first + max(int(count), 0)] or None


def _substr(text: str, start: Decimal, count: Decimal | None = None) -> str | None:
    if start > len(text) or start < -len(text):
        return None
    first = len(text) + int(start) if start < 0 else max(int(start), 1) - 1
    return text[first : None if count is None else first + max(int(count), 0)] or None


def _find(wanted: str | None, text: str | None, start: Decimal | None = Decimal(1)) -> Decimal | None:
    if not wanted or not text:
        return Decimal(0)
    if start is None:
        return None
    return Decimal(text.find(wanted, max(int(start), 1) - 1) + 1)


def _searching(found: Callable[[str, str], bool]) -> Function:
    def search(text: str | None, wanted: str | None) -> bool | None:
        if not wanted:
            return True if wanted is None or text else None
        return found(text, wanted) if text else None

    each = plain(search, Type.BOOLEAN, nulls=True)

    def search_all(columns: Sequence[Column], setting: Setting) -> Column:
        text, wanted = columns
        if text.type not in WORDS or wanted.type not in WORDS or len(wanted) != 1 or not wanted.valid[0]:
            return each(columns, setting)
        word = wanted.texts[wanted.data[0]]
        if not word:
            return each(columns, setting)
        hits = np.array([found(one, word) for one in text.texts.tolist()], dtype=bool)
        filled = np.array(text.texts != "", dtype=bool)
        return booleans(hits[text.data], columns, text.valid & filled[text.data])

    return search_all


def _padded(text: str, count: Decimal, padding: str | None, *, left: bool) -> str | None:
    size = int(count)
    if not text or size <= 0:
        return None
    missing = size - len(text)
    if missing <= 0 or not padding:
        return text[:size]
    filling = (padding * (missing // len(padding) + 1))[:missing]
    return filling + text if left else text + filling


def _lpad(text: str, count: Decimal, padding: str | None = " ") -> str | None:
    return _padded(text, count, padding, left=True)


def _rpad(text: str, count: Decimal, padding: str | None = " ") -> str | None:
    return _padded(text, count, padding, left=False)


def _upper(text: str | None, locale: str | None = None) -> str | None:
    if not text:
        return None
    turkish = (locale or "").split("_")[0].lower() in ("tr", "az")
    return (text.replace("i", "\u0130") if turkish else text).upper()


def _lower(text: str | None, locale: str | None = None) -> str | None:
    if not text:
        return None
    turkish = (locale or "").split("_")[0].lower() in ("tr", "az")
    return (text.replace("\u0130", "i").replace("I", "\u0131") if turkish else text).lower()


def _substitute(text: str | None, old: str | None, new: str | None) -> str | None:
    if text is None or old is None:
        return None
    return text.replace(old, new or "") if old else text


def _initcap(text: str) -> str:
    return re.sub(r"[^\W_]+", lambda found: _capital(found.group()[0]) + found.group()[1:].lower(), text)


def _capital(char: str) -> str:
    """Return the title form where it is one character, as Java has it: a sharp s stays as it is."""
    return char.title() if len(char.title()) == 1 else char


def _chr(code: Decimal) -> str | None:
    number = int(code)
    return chr(number) if 0 < number <= 0x10FFFF else None


def _case_safe_id(text: str) -> str | None:
    if len(text) != 15:
        return text if len(text) == 18 else None
    flags = (
        sum(1 << place for place, char in enumerate(text[start : start + 5]) if char.isupper()) for start in (0, 5, 10)
    )
    return text + "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[flag] for flag in flags)


_HTML = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
    "\u2028": "<br>",
    "\u2029": "<p>",
    "\u00a9": "&copy;",
}
_SCRIPT = {
    "\\": "\\\\",
    '"': '\\"',
    "'": "\\'",
    "/": "\\/",
    "*": "\\*",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "<": "\\u003C",
    ">": "\\u003E",
}


def _encoded(table: Mapping[str, str]) -> Callable[[str], str]:
    return lambda text: "".join(table.get(char, char) for char in text)


def _hyperlink(url: str | None, label: str | None, target: str | None = "_blank") -> str:
    return f'<a href="{url or ""}" target="{target or "_blank"}">{label or ""}</a>'


def _image(url: str | None, label: str | None, height: Decimal | None = None, width: Decimal | None = None) -> str:
    size = (f' height="{height}"' if height is not None else "") + (f' width="{width}"' if width is not None else "")
    return f'<img src="{url or ""}" alt="{label or ""}"{size} border="0"/>'


_PLACES: Mapping[str, int] = dict.fromkeys(
    ("JPY", "KRW", "CLP", "VND", "ISK", "PYG", "UGX", "XAF", "XOF", "XPF", "RWF"), 0
) | (dict.fromkeys(("KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"), 3))


def _format_currency(code: str | None, amount: Decimal | None) -> str | None:
    if amount is None:
        return None
    if abs(amount) >= 2**63:
        raise Failed(Fault.OUT_OF_RANGE)
    places = _PLACES.get(code or "", 2)
    shown = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{code or ''} {shown:,f}".strip()


def _json_path(text: str | None, path: str | None) -> str | None:
    if not text or not path:
        return None
    try:
        value = json.loads(text, parse_float=str)
    except ValueError:
        return None
    for name, quoted, number in re.findall(r"\.?([\w-]+)|\[['\"]([^'\"]*)['\"]\]|\[(\d+)\]", path.removeprefix("$")):
        key = name or quoted
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and (number or name).isdigit() and int(number or name) < len(value):
            value = value[int(number or name)]
        else:
            return None
    return None if value is None else json.dumps(value).lower() if isinstance(value, bool) else str(value)


def _like(text: str | None, pattern: str | None, escape: str | None = "\\") -> bool | None:
    if text is None or pattern is None:
        return None
    wanted = _like_parts(pattern, escape)
    place = part = 0
    back: tuple[int, int] | None = None
    while place < len(text):
        if part < len(wanted) and wanted[part] == _ANY_TEXT:
            back = (place, part)
            part += 1
        elif part < len(wanted) and wanted[part] in (_ANY_CHAR, text[place]):
            place, part = place + 1, part + 1
        elif back is not None:
            back = (back[0] + 1, back[1])
            place, part = back[0], back[1] + 1
        else:
            return False
    return all(one == _ANY_TEXT for one in wanted[part:])


_ANY_TEXT, _ANY_CHAR = "any text", "any character"


def _like_parts(pattern: str, escape: str | None) -> list[str]:
    chars = iter(pattern)
    special = {"%": _ANY_TEXT, "_": _ANY_CHAR}
    return [next(chars, char) if char == escape else special.get(char, char) for char in chars]


def _regex(columns: Sequence[Column], _setting: Setting) -> Column:
    text, pattern = columns
    if len(pattern) > 1 or text.type not in WORDS:
        return per_value(lambda one, two: matcher(two or "")([one or ""])[0], Type.BOOLEAN, columns, nulls=True)
    try:
        match = matcher(str(pattern.texts[pattern.data[0]]) if pattern.valid[0] else "")
        found = np.array(match(text.texts.tolist()), dtype=bool)[text.data]
        data = found if text.valid.all() else np.where(text.valid, found, match([""])[0])
    except Failed as failed:
        return with_fault(
            booleans(np.zeros(1, dtype=bool), columns, np.ones(1, dtype=bool)), failed.fault, np.ones(1, dtype=bool)
        )
    return booleans(data, columns, np.ones(1, dtype=bool))


def _text(columns: Sequence[Column], _setting: Setting) -> Column:
    column = columns[0]
    writers: Mapping[Type, Callable[..., str]] = {
        Type.NUMBER: plain_number,
        Type.DATE: written_date,
        Type.DATETIME: written_datetime,
        Type.TIME: written_time,
    }
    writer = writers.get(column.type)
    return column if writer is None else per_value(writer, Type.TEXT, columns)


FUNCTIONS: Mapping[str, Function] = {
    "ASCII": plain(lambda text: Decimal(ord(text[0])) if text else None, Type.NUMBER),
    "BEGINS": _searching(lambda text, wanted: text.startswith(wanted)),
    "ENDS": _searching(lambda text, wanted: text.endswith(wanted)),
    "CONTAINS": _searching(lambda text, wanted: wanted in text),
    "BR": lambda _columns, _setting: constant("\n", Type.TEXT),
    "CASESAFEID": plain(_case_safe_id, Type.TEXT),
    "CHR": plain(_chr, Type.TEXT),
    "FIND": plain(_find, Type.NUMBER, nulls=True),
    "FORMATCURRENCY": plain(_format_currency, Type.TEXT, nulls=True),
    "HTMLENCODE": plain(_encoded(_HTML), Type.TEXT),
    "HYPERLINK": plain(_hyperlink, Type.TEXT, nulls=True),
    "IMAGE": plain(_image, Type.TEXT, nulls=True),
    "INITCAP": plain(_initcap, Type.TEXT),
    "JSENCODE": plain(_encoded(_SCRIPT), Type.TEXT),
    "JSINHTMLENCODE": plain(lambda text: _encoded(_HTML)(_encoded(_SCRIPT)(text)), Type.TEXT),
    "JSONPATHVALUE": plain(_json_path, Type.TEXT, nulls=True),
    "JSONVALUE": plain(_json_path, Type.TEXT, nulls=True),
    "LEFT": plain(_left, Type.TEXT),
    "LEN": plain(_length, Type.NUMBER, nulls=True),
    "LIKE": plain(_like, Type.BOOLEAN, nulls=True),
    "LOWER": plain(_lower, Type.TEXT, nulls=True),
    "LPAD": plain(_lpad, Type.TEXT),
    "MID": plain(_mid, Type.TEXT),
    "REGEX": _regex,
    "REVERSE": plain(lambda text: text[::-1] or None, Type.TEXT),
    "RIGHT": plain(_right, Type.TEXT),
    "RPAD": plain(_rpad, Type.TEXT),
    "SUBSTITUTE": plain(_substitute, Type.TEXT, nulls=True),
    "SUBSTR": plain(_substr, Type.TEXT),
    "TEXT": _text,
    "TRIM": plain(lambda text: text.strip("".join(map(chr, range(33)))) or None, Type.TEXT),
    "UPPER": plain(_upper, Type.TEXT, nulls=True),
    "URLENCODE": plain(quote_plus, Type.TEXT),
    "VALUE": plain(_value, Type.NUMBER),
}
