"""Texts of formulas, one at a time."""

from __future__ import annotations

import json
import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from html import escape
from typing import TYPE_CHECKING, Any

from sfseed_emulator.formula_rows.java_patterns import from_java
from sfseed_emulator.formula_rows.outcome import Failed

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTEXT = Context(prec=39, rounding=ROUND_HALF_UP)
_FORM = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,9})?", re.ASCII)


def is_number(text: str | None) -> bool:
    """Tell whether a text is a number."""
    return bool(text and _FORM.fullmatch(text))


def value(text: str) -> Decimal:
    """Read a number."""
    if not is_number(text):
        raise Failed(f"{text!r} is no number")
    try:
        return _CONTEXT.create_decimal(text)
    except InvalidOperation as error:
        raise Failed(f"{text!r} is no number") from error


def length(text: str | None) -> Decimal:
    """Count the characters as Java does."""
    return Decimal(sum(2 if ord(char) > 0xFFFF else 1 for char in text or ""))


def substr(text: str, start: Decimal, count: Decimal | None = None) -> str | None:
    """Cut from a place on, a negative one counted from the end."""
    if not -len(text) <= start <= len(text):
        return None
    first = int(start) - 1 if start >= 1 else len(text) + int(start) if start < 0 else 0
    rest = text[first:]
    return (rest if count is None else rest[: max(0, int(count))]) or None


def mid(text: str, start: Decimal, count: Decimal) -> str | None:
    """Cut from a place on; one before the text counts as its first."""
    first = int(start) if start > 1 else 1
    return text[first - 1 :][: max(0, int(count))] or None


def left(text: str, count: Decimal) -> str | None:
    """Cut the beginning."""
    return text[: max(0, int(count))] or None


def right(text: str, count: Decimal) -> str | None:
    """Cut the end."""
    kept = max(0, int(count))
    return (text[len(text) - kept :] if kept < len(text) else text) or None if kept else None


def find(wanted: str | None, text: str | None, start: Any = Decimal(1)) -> Decimal | None:
    """Find the first place of a text in another, 0 for none."""
    if not wanted or not text:
        return Decimal(0)
    return None if start is None else Decimal(text.find(wanted, max(0, int(start) - 1)) + 1)


def begins(text: str | None, wanted: str | None) -> bool | None:
    """Tell whether a text begins so."""
    return _held(text, wanted, (text or "").startswith(wanted or ""))


def ends(text: str | None, wanted: str | None) -> bool | None:
    """Tell whether a text ends so."""
    return _held(text, wanted, (text or "").endswith(wanted or ""))


def contains(text: str | None, wanted: str | None) -> bool | None:
    """Tell whether a text holds another."""
    return _held(text, wanted, (wanted or "") in (text or ""))


def _held(text: str | None, wanted: str | None, found: bool) -> bool | None:
    if wanted is None:
        return True
    return found if text else None


def pad(text: str, count: Decimal, padding: str | None, *, before: bool) -> str | None:
    """Fill a text up to a length, or cut it."""
    size = int(count)
    if size <= 0 or not text:
        return None
    if len(text) >= size or not padding:
        return text[:size]
    filling = padding
    while len(filling) < size - len(text):
        filling += padding
    filling = filling[: size - len(text)]
    return filling + text if before else text + filling


def lpad(text: str, count: Decimal, padding: str | None = " ") -> str | None:
    """Fill from the left."""
    return pad(text, count, padding, before=True)


def rpad(text: str, count: Decimal, padding: str | None = " ") -> str | None:
    """Fill from the right."""
    return pad(text, count, padding, before=False)


def upper(text: str | None, locale: str | None = None) -> str | None:
    """Write in capitals."""
    if str(locale)[:2].lower() in ("tr", "az") and text:
        text = text.replace("i", "\u0130")
    return (text or "").upper() or None


def lower(text: str | None, locale: str | None = None) -> str | None:
    """Write in small letters."""
    if str(locale)[:2].lower() in ("tr", "az") and text:
        text = text.replace("I", "\u0131").replace("\u0130", "i")
    return (text or "").lower() or None


def substitute(text: str | None, old: str | None, new: str | None) -> str | None:
    """Replace every place of a text."""
    if text is None or old is None:
        return None
    return text if old == "" else (new or "").join(text.split(old))


def initcap(text: str) -> str:
    """Begin each word with a capital."""
    return "".join(
        (part[0].title() if len(part[0].title()) == 1 else part[0]) + part[1:].lower() if part[:1].isalnum() else part
        for part in re.findall(r"[^\W_]+|[\W_]+", text)
    )


def character(code: Decimal) -> str | None:
    """Return the character of a code."""
    return chr(int(code)) if 1 <= int(code) < 0x110000 else None


def case_safe_id(text: str) -> str | None:
    """Write an id of 15 characters in 18."""
    if len(text) != 15:
        return text if len(text) == 18 else None
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    flags = [int("".join("1" if char.isupper() else "0" for char in reversed(text[at : at + 5])), 2) for at in (0, 5, 10)]
    return text + "".join(letters[flag] for flag in flags)


def html(text: str) -> str:
    """Escape for HTML."""
    found = escape(text, quote=False).replace('"', "&quot;").replace("'", "&#39;")
    return found.replace("\u2028", "<br>").replace("\u2029", "<p>").replace("\u00a9", "&copy;")


_JS: Mapping[int, str] = str.maketrans(
    {one: f"\\{one}" for one in "\\\"'/*"} | {"\n": "\\n", "\r": "\\r", "\t": "\\t", "<": "\\u003C", ">": "\\u003E"}
)


def script(text: str) -> str:
    """Escape for JavaScript."""
    return text.translate(_JS)


def hyperlink(url: str | None, label: str | None, target: str | None = "_blank") -> str:
    """Write a link."""
    return f'<a href="{url or ""}" target="{target or "_blank"}">{label or ""}</a>'


def image(url: str | None, label: str | None, height: Any = None, width: Any = None) -> str:
    """Write an image."""
    sizes = "".join(f' {name}="{size}"' for name, size in (("height", height), ("width", width)) if size is not None)
    return f'<img src="{url or ""}" alt="{label or ""}"{sizes} border="0"/>'


_NO_CENTS = ["JPY", "KRW", "CLP", "VND", "ISK", "PYG", "UGX", "XAF", "XOF", "XPF", "RWF"]
_THREE_PLACES = ["KWD", "BHD", "OMR", "JOD", "TND", "IQD", "LYD"]


def currency(code: str | None, amount: Any) -> str | None:
    """Write an amount with its currency."""
    if amount is None:
        return None
    if abs(amount) >= 1 << 63:
        raise Failed("the amount is too large")
    places = 0 if code in _NO_CENTS else 3 if code in _THREE_PLACES else 2
    return f"{code or ''} {round_half_up(amount, places):,.{places}f}".strip()


def round_half_up(amount: Decimal, places: int) -> Decimal:
    """Round an amount of money."""
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def json_value(text: str | None, path: str | None) -> str | None:
    """Take a value out of JSON by its path."""
    if not text or not path:
        return None
    try:
        found: Any = json.loads(text, parse_float=str)
        for step in re.findall(r"[^.\[\]'\"]+", path.removeprefix("$")):
            found = found[int(step)] if isinstance(found, list) else found[step]
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    if isinstance(found, bool):
        return str(found).lower()
    return None if found is None else str(found)


def like(text: str | None, pattern: str | None, mark: str | None = "\\") -> bool | None:
    """Match as SQL's LIKE does, by a table of which beginnings match."""
    if text is None or pattern is None:
        return None
    reached = {0}
    chars = iter(pattern)
    for char in chars:
        wanted = next(chars, char) if char == mark else None
        if char == "%" and wanted is None:
            reached = set(range(min(reached), len(text) + 1)) if reached else set()
        elif char == "_" and wanted is None:
            reached = {at + 1 for at in reached if at < len(text)}
        else:
            reached = {at + 1 for at in reached if text[at : at + 1] == (wanted or char)}
    return len(text) in reached


_HEAVY = re.compile(r"[*+}|][^()]*\)\s*[*+{]")
_FLAGS = re.compile(r"\(\?[a-zU]*(?:-[a-z]+)?\)")
_ENDLESS = re.compile(r"[*+]|,\}")


def regex(text: str | None, pattern: str | None) -> bool:
    """Match a whole text; patterns that could take long go to an engine of linear time."""
    expression = from_java(pattern or "")
    try:
        checked = re.compile(expression, re.ASCII)
    except re.error as error:
        if _FLAGS.search(expression):
            return _linear(expression, text or "")  # which reads them as Java does
        raise Failed(f"{pattern!r} is no pattern") from error
    if _HEAVY.search(expression) or len(_ENDLESS.findall(expression)) > 3:
        return _linear(expression, text or "")
    return checked.fullmatch(text or "") is not None


def _linear(expression: str, text: str) -> bool:
    import pyarrow as pa
    from pyarrow import compute as pc

    try:
        wide = re.sub(r"\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})", lambda one: f"\\x{{{one[1] or one[2]}}}", expression)
        pattern = f"\\A(?:{wide})\\z".replace("\\Z", "\\z")
        return bool(pc.match_substring_regex(pa.array([text], pa.string()), pattern)[0].as_py())
    except pa.ArrowInvalid as error:
        raise Failed("the pattern is too complicated") from error
