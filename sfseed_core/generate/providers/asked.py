"""What only a recipe asks for: templates over other fields, sequences, ranges."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sfseed_core.errors import RecipeError
from sfseed_core.generate import kernels, texts
from sfseed_core.generate.cells import Numbers, Texts, both
from sfseed_core.generate.curves import Curve
from sfseed_core.generate.paths import find_field, refuse_gaps
from sfseed_core.generate.provider import (
    ALL_TEXT,
    CHOICE,
    DAY,
    NUMBER,
    TEXT,
    WHOLE,
    Make,
    Options,
    Provider,
    Scope,
    nothing_to_say,
)
from sfseed_core.generate.providers import days
from sfseed_core.generate.providers.codes import capacity, taken_numbers
from sfseed_core.generate.providers.companies import slugs
from sfseed_core.generate.spelling import Template
from sfseed_core.recipe.columns import arrow_type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

_PART = re.compile(r"\{([^{}]*)\}")
_HOST = r"^(?:[a-z]+://)?(?:www\.)?(?:[^/@]*@)?([^/:?#]+).*$"
_RELATIVE = re.compile(r"(?P<day>today|\d{4}-\d\d-\d\d)(?P<steps>(?:\s*[+-]\s*\d+\s*[dwmy])*)", re.IGNORECASE)
_STEP = re.compile(r"([+-])\s*(\d+)\s*([dwmy])", re.IGNORECASE)
_DAYS = MappingProxyType({"d": 1, "w": 7})
_MONTHS = MappingProxyType({"m": 1, "y": 12})
# shares of the way from the lowest to the highest value, in thousandths: quantiles
DISTRIBUTIONS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "uniform": (0, 1000),
        "normal": (0, 280, 360, 415, 460, 500, 540, 585, 640, 720, 1000),
        "low": (0, 20, 45, 75, 115, 165, 235, 330, 460, 660, 1000),
        "high": (0, 340, 540, 670, 765, 835, 885, 925, 955, 980, 1000),
        "long_tail": (0, 4, 9, 15, 24, 37, 58, 95, 170, 370, 1000),
    }
)


def _place(request: FieldRequest) -> str:
    return f"{request.context.object.name}.{request.field.name}"


def _domain(array: pa.StringArray) -> pa.StringArray:
    return kernels.replace_substring_regex(array, pattern=_HOST, replacement=r"\1")


# each takes the texts, and the locale of their records
_FORMS: Mapping[str, Callable[[pa.StringArray, str], pa.StringArray]] = MappingProxyType(
    {
        "domain": lambda array, _: _domain(array),
        "slug": lambda array, locale: slugs(array, "x", locale),
        "lower": lambda array, _: kernels.utf8_lower(array),
        "upper": lambda array, _: kernels.utf8_upper(array),
        "initial": lambda array, _: kernels.utf8_slice_codeunits(array, 0, 1),
    }
)


def _read_template(request: FieldRequest, asked: Options) -> Options:
    """Return the template as its parts: texts, and fields of this record or of one it refers to."""
    parts: list[Any] = []
    for number, piece in enumerate(_PART.split(str(asked.get("template", "")))):
        if number % 2 == 0:
            parts += [piece] if piece else []
            continue
        path, _, form = piece.rpartition(".")
        if form not in _FORMS:
            path, form = piece, ""
        if request.field.type == "email" and not form:
            form = "slug"
        if piece == "record":
            parts.append({"number": True})
            continue
        found = find_field(request, path)
        refuse_gaps(request, found)
        parts.append({**found, "form": form})
    if not any(isinstance(part, dict) for part in parts):
        raise RecipeError(f"{_place(request)}: the template names no field; write for example {{FirstName}}.{{LastName}}")
    return {"parts": parts}


def _template(scope: Scope) -> Make:
    parts, length = scope.options["parts"], scope.column.length

    def make(rows: Rows) -> Texts:
        pieces: list[pa.StringArray | str] = []
        valid: np.ndarray | None = None
        for part in parts:
            if isinstance(part, str):
                pieces.append(part)
                continue
            text, known = _part(rows, part)
            pieces.append(text)
            valid = both(valid, known)
        return Texts(texts.fit(texts.join(*pieces), length), valid)

    return make


def _part(rows: Rows, part: Mapping[str, Any]) -> tuple[pa.StringArray, np.ndarray | None]:
    """Return a field's text for each record, and where there is any."""
    if part.get("number"):
        return Numbers(rows.records + 1).text(), None
    via, field = part.get("via"), str(part["field"])
    link = rows.parents(str(via), part.get("of")) if via else None
    if via and link is None:
        return texts.strings(["x"]).take(_zeros(len(rows))), np.zeros(len(rows), dtype=bool)
    source = link.rows if link else rows
    column = rows.engine.column(source.plan.name, field)
    assert column is not None
    cells = link.cells(field) if link else rows.cells(field)
    array = kernels.cast(cells.arrow(arrow_type(column.type, column.precision, column.scale)), pa.string())
    valid = cells.valid
    if array.null_count:
        array = kernels.coalesce(array, texts.scalar("x"))
    form = _FORMS.get(part.get("form", ""))
    return (form(array, rows.pools().locale) if form else array), valid


def _zeros(count: int) -> pa.Array:
    return Numbers(np.zeros(count, dtype=np.int64)).arrow(pa.int64())


def _read_sequence(request: FieldRequest, asked: Options) -> Options:
    """Return the sequence's template and first number, behind what the org has."""
    template, start, step = str(asked.get("template", "")), int(asked.get("start", 1)), int(asked.get("step", 1))
    numeric = request.field.type in NUMBER
    if step < 1:
        raise RecipeError(f"{_place(request)}: a sequence's step is at least 1, not {step}")
    if numeric:
        return {"start": start, "step": step}
    if "#" not in template:
        template += "#" * max(len(str(start + step * request.context.count)), 4)
    taken = [number for number in taken_numbers(template, request.taken) if number >= start]
    start = max([start, *(number + 1 for number in taken)])
    if start + step * (request.context.count - 1) >= capacity(template):
        raise RecipeError(f"{_place(request)}: {template!r} has no room for {request.context.count:,} numbers from {start}")
    if request.field.length and len(template) > request.field.length:
        raise RecipeError(f"{_place(request)}: {template!r} is longer than its {request.field.length} characters")
    return {"template": template, "start": start, "step": step}


def _sequence(scope: Scope) -> Make:
    template, start, step = scope.options.get("template"), int(scope.options["start"]), int(scope.options["step"])
    unit = 1 if scope.column.type in WHOLE else 10**scope.column.scale
    if template is None:
        return lambda rows: Numbers((start + rows.records * step) * unit)
    form = Template.of(str(template))
    return lambda rows: form.written(start + rows.records * step)


def _read_range(request: FieldRequest, asked: Options) -> Options:
    """Return the range's ends and its distribution: of days counted from the as-of date, of numbers as quantiles."""
    name = str(asked.get("distribution", "uniform"))
    if name not in DISTRIBUTIONS:
        raise RecipeError(f"{_place(request)}: there is no distribution {name!r}; there are {', '.join(DISTRIBUTIONS)}")
    low, high = str(asked.get("from", "")).strip(), str(asked.get("to", "")).strip()
    if request.field.type in DAY:
        today = request.context.as_of
        first, last = (day_of(text, today, _place(request)) for text in (low, high))
        ends: tuple[int, int] = ((first - today).days, (last - today).days)
        found: dict[str, Any] = {"from": ends[0], "to": ends[1], "working": bool(asked.get("working", False))}
        found |= {} if "today" in (low + high).lower() else {"fixed": True}
        found |= days.passing(request) if ends[0] < 0 < ends[1] else {}
    else:
        scale = 0 if request.field.type in WHOLE else request.field.scale
        ends = (_units(low, scale, request), _units(high, scale, request))
        found = {"knots": [ends[0] + (ends[1] - ends[0]) * share // 1000 for share in DISTRIBUTIONS[name]]}
    if ends[0] > ends[1]:
        raise RecipeError(f"{_place(request)}: the range begins at {low}, behind its end {high}")
    return found


def day_of(text: str, today: date, place: str) -> date:
    """Return the day that `2026-11-23`, `today` or `today - 2y + 3d` means; raises RecipeError."""
    match = _RELATIVE.fullmatch(text.strip())
    if match is None:
        raise RecipeError(f"{place}: {text!r} is not a day: write 2026-11-23, today, or today - 2y (d, w, m, y)")
    try:
        day = today if match["day"].lower() == "today" else date.fromisoformat(match["day"])
        for sign, number, unit in _STEP.findall(match["steps"].lower()):
            count = int(f"{sign}{number}")
            day = day + timedelta(days=count * _DAYS[unit]) if unit in _DAYS else _months_on(day, count * _MONTHS[unit])
    except (ValueError, OverflowError) as error:
        raise RecipeError(f"{place}: {text!r} is not a day: {error}") from error
    return day


def _months_on(day: date, months: int) -> date:
    """Return the same day so many months on, or the month's last before it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(number, day.day))
        except ValueError:
            if number == 28:
                raise
    raise ValueError(f"there is no such month: {year}-{month + 1}")


def _units(text: str, scale: int, request: FieldRequest) -> int:
    try:
        return int(Decimal(text) * 10**scale)
    except InvalidOperation as error:
        raise RecipeError(f"{_place(request)}: {text!r} is not a number") from error


def _range(scope: Scope) -> Make:
    if "knots" not in scope.options:
        return days.prepare(scope)
    curve, key = Curve.of([int(knot) for knot in scope.options["knots"]]), scope.key()
    return lambda rows: Numbers(curve.at(rows.draw(key)))


PROVIDERS = (
    Provider(
        "template",
        "other fields put together",
        ALL_TEXT - CHOICE,
        nothing_to_say,
        _template,
        options={"template": "text with {Field}, {Account.Field}, {Field.slug}, {record}", "parts": "the template, read"},
        read=_read_template,
    ),
    Provider(
        "sequence",
        "numbers one after the other",
        TEXT | NUMBER | {"phone"},
        nothing_to_say,
        _sequence,
        options={"template": "# a digit", "start": "the first number", "step": "from one to the next"},
        distinct=True,
        read=_read_sequence,
    ),
    Provider(
        "range",
        "between two ends",
        NUMBER | DAY,
        nothing_to_say,
        _range,
        options={
            "from": "the lowest",
            "to": "the highest",
            "distribution": ", ".join(DISTRIBUTIONS),
            "working": "working days only",
            "fixed": "of days: its ends were not said by today, so that a load on a later day leaves them",
        },
        read=_read_range,
    ),
)
