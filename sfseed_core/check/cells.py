"""Checks of single cells, a column at a time; `CELL_CHECKS` lists them in the order they are reported."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.check.column import Broken, Column
from sfseed_core.check.finding import Level
from sfseed_core.dataset import vectors
from sfseed_core.dataset.export.csv import NULL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sfseed_core.schema.model import Field

LEFT_OUT = "left-out"  # the rule of fields for which values are better not made

# SALESFORCE.md 2.4: what a date may be, in days and milliseconds since 1970
_FIRST_DAY = int(np.datetime64("1700-01-01", "D").astype(np.int64))
_LAST_DAY = int(np.datetime64("4000-12-31", "D").astype(np.int64))
_A_DAY = 86_400_000
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_EMAIL = rf"^{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}$"
_BASE64 = r"^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_CONTROL = np.zeros(256, bool)
_CONTROL[[*range(9), 11, 12, *range(14, 32), 127]] = True


def has_default(field: Field) -> bool:
    """Say whether the org fills the field itself where a row leaves it empty."""
    return bool(field.default_formula) or any(one.default and one.active for one in field.picklist)


def required(column: Column) -> Iterator[Broken]:
    """A value is missing; text of blanks only, and #N/A, are saved as no value."""
    if not column.rules.required:
        return
    missing = np.zeros(len(column), bool) if has_default(column.field) else column.empty
    if column.is_text and _holds_null_mark(column):
        missing = missing | _among(column.values, (NULL,))
    yield Broken("required", "a value is required", missing, fix="give it a value")


def read_only(column: Column) -> Iterator[Broken]:
    """The org takes no value for the field, or does more with one than anybody asked for."""
    why = column.rules.left_out_why
    if not column.rules.writable:
        yield Broken(
            "read-only", f"the field cannot be written: {why or 'not by this user'}", ~column.empty, fix="leave it empty"
        )
    elif why is not None:
        yield Broken(LEFT_OUT, f"better left empty: {why}", ~column.empty, Level.DOUBTFUL, "leave it empty")


def fixed(column: Column) -> Iterator[Broken]:
    """There is one value with which a record is sure to be taken as it is meant."""
    wanted = column.rules.fixed
    if wanted is None:
        return
    right = vectors.mask(column.values) == wanted if isinstance(wanted, bool) else _among(column.values, (str(wanted),))
    shown = str(wanted).lower() if isinstance(wanted, bool) else repr(wanted)
    message = f"anything but {shown} may be refused, or asks for more fields"
    yield Broken("fixed", message, ~right & ~column.empty, Level.DOUBTFUL, f"set it to {shown}")


def length(column: Column) -> Iterator[Broken]:
    """The text is longer than the field."""
    limit, byte_limit = column.rules.max_chars, column.rules.max_bytes
    if not column.is_text or not len(column):
        return
    longest = int(column.bytes.max())
    if limit is not None and longest > limit:  # as many characters as bytes at most
        characters = np.where(column.empty, 0, vectors.numbers(pc.utf8_length(column.values)))
        yield Broken("length", f"longer than {limit:,} characters", characters > limit, fix="shorten it")
    if byte_limit is not None and longest > byte_limit:
        yield Broken("length", f"longer than {byte_limit:,} bytes", column.bytes > byte_limit, fix="shorten it")


def size(column: Column) -> Iterator[Broken]:
    """The number has too many digits left of the point, or is out of its range."""
    kind = column.values.type
    if not (pa.types.is_decimal(kind) or pa.types.is_integer(kind)) or column.field.is_reference:
        return
    bounds = pc.min_max(column.values)
    lowest, highest = bounds["min"].as_py(), bounds["max"].as_py()
    if lowest is None:
        return
    rules = column.rules
    if rules.whole_digits is not None:
        limit = 10**rules.whole_digits
        if max(abs(lowest), abs(highest)) >= limit:
            rows = _at_least(pc.abs(column.values), limit)
            yield Broken("precision", f"more than {rules.whole_digits} digits left of the decimal point", rows)
    if rules.low is not None and lowest < rules.low:
        yield Broken("range", f"less than {rules.low}", ~_at_least(column.values, rules.low) & ~column.empty)
    if rules.high is not None and highest > rules.high:
        yield Broken("range", f"more than {rules.high}", _more(column.values, rules.high))


def dates(column: Column) -> Iterator[Broken]:
    """The date is outside what Salesforce stores."""
    kind = column.values.type
    if pa.types.is_date32(kind):
        days = vectors.numbers(column.values)
    elif pa.types.is_timestamp(kind):
        days = vectors.numbers(column.values) // _A_DAY
    else:
        return
    outside = ((days < _FIRST_DAY) | (days > _LAST_DAY)) & ~column.empty
    yield Broken("range", "a date must be between 1700-01-01 and 4000-12-31", outside)


def pattern(column: Column) -> Iterator[Broken]:
    """The text has not the form of an e-mail address, or is no base64."""
    shape = _SHAPES.get(column.rules.format or "")
    if shape is not None and column.is_text:
        expression, message, blanks_are_none = shape
        right = vectors.mask(pc.match_substring_regex(column.values, pattern=expression))
        yield Broken("format", message, ~right & ~(column.empty if blanks_are_none else column.missing))


_SHAPES = {"email": (_EMAIL, "not an e-mail address", True), "base64": (_BASE64, "not base64", False)}


def choice(column: Column) -> Iterator[Broken]:
    """The value is not one of the picklist's."""
    rules = column.rules
    if not column.is_text or column.field.type == "multipicklist":
        return
    if rules.allowed is not None:
        wrong = _outside(column.values, rules.allowed) & ~column.empty
        yield Broken("picklist", f"not a value of the picklist ({_some(rules.allowed)})", wrong)
    elif rules.suggested and column.field.type == "picklist":
        wrong = _outside(column.values, rules.suggested) & ~column.empty
        message = f"not a value of the picklist ({_some(rules.suggested)}): its pages do not offer it"
        yield Broken("picklist", message, wrong, Level.PAGES)


def choices(column: Column) -> Iterator[Broken]:
    """One of several chosen values is not one of the picklist's, or too many are chosen."""
    rules = column.rules
    if not column.is_text or column.field.type != "multipicklist":
        return
    parts = pc.split_pattern(column.values, pattern=";")
    allowed = rules.allowed if rules.allowed is not None else rules.suggested
    if allowed:
        single = pc.list_flatten(parts)
        wrong_parts = _outside(single, allowed)
        wrong = np.zeros(len(column), bool)
        wrong[vectors.numbers(pc.list_parent_indices(parts))[wrong_parts]] = True
        level = Level.REFUSED if rules.allowed is not None else Level.PAGES
        yield Broken(
            "picklist", f"holds a value that the picklist has not ({_some(allowed)})", wrong & ~column.empty, level
        )
    if rules.max_selected is not None:
        chosen = vectors.numbers(pc.list_value_length(parts))
        rows = (chosen > rules.max_selected) & ~column.empty
        yield Broken("picklist", f"more than {rules.max_selected} values chosen", rows)


def trimmed(column: Column) -> Iterator[Broken]:
    """Blanks at the ends, which Salesforce takes away when it saves."""
    if not column.is_text or not len(column):
        return
    found = column.blank_start | column.blank_end
    yield Broken("blanks", "blanks at its ends are lost when it is saved", found, Level.DOUBTFUL, "remove them")


def null_mark(column: Column) -> Iterator[Broken]:
    """The text `#N/A`, by which a load empties a field."""
    if column.is_text and _holds_null_mark(column):
        rows = _among(column.values, (NULL,))
        yield Broken("null-mark", "the org takes #N/A for 'no value'", rows, Level.DOUBTFUL, "write it in another way")


def characters(column: Column) -> Iterator[Broken]:
    """Characters that a load cannot carry as they are."""
    content = column.content if column.is_text else np.zeros(0, np.uint8)
    # what Unicode calls control characters is rare: most columns end here
    if not len(content) or not bool(((content < 32) | (content == 127)).any()):
        return
    returns = np.flatnonzero(content == 13)
    if len(returns):
        message = "carriage returns become line feeds when it is loaded"
        yield Broken("line-break", message, _rows_of(column, returns), Level.DOUBTFUL, "use line feeds")
    controls = np.flatnonzero(_CONTROL[content])
    if len(controls):
        rows = _rows_of(column, controls)
        yield Broken("control-character", "holds a control character", rows, Level.DOUBTFUL, "remove it")


CELL_CHECKS: tuple[Callable[[Column], Iterator[Broken]], ...] = (
    required,
    read_only,
    fixed,
    length,
    size,
    dates,
    pattern,
    choice,
    choices,
    trimmed,
    null_mark,
    characters,
)


def _holds_null_mark(column: Column) -> bool:
    return NULL.encode() in column.content.tobytes()


def _among(values: pa.Array, allowed: tuple[str, ...]) -> vectors.Mask:
    return vectors.mask(pc.is_in(values, value_set=vectors.texts(allowed)))


def _outside(values: pa.Array, allowed: tuple[str, ...]) -> vectors.Mask:
    """The values that are none of those allowed; Salesforce compares without case (SALESFORCE.md 2.6)."""
    wrong = ~_among(values, allowed) & ~vectors.nulls(values)
    if wrong.any():
        wrong &= ~_among(pc.utf8_lower(values), tuple(value.lower() for value in allowed))
    return wrong


def _at_least(values: pa.Array, limit: int) -> vectors.Mask:
    return vectors.mask(pc.greater_equal(values, _same(values, limit))) & ~vectors.nulls(values)


def _more(values: pa.Array, limit: int) -> vectors.Mask:
    return vectors.mask(pc.greater(values, _same(values, limit))) & ~vectors.nulls(values)


def _same(values: pa.Array, limit: int) -> pa.Scalar:
    return pa.scalar(limit, pa.int64()) if pa.types.is_integer(values.type) else pa.scalar(Decimal(limit))


def _rows_of(column: Column, places: np.ndarray) -> vectors.Mask:
    """The rows in whose bytes the places (within `content`) lie."""
    offsets, _ = column.spans
    rows = np.searchsorted(offsets, places + offsets[0], side="right") - 1
    found = np.zeros(len(column), bool)
    found[rows] = True
    return found & ~column.missing


def _some(values: tuple[str, ...], shown: int = 5) -> str:
    more = f", +{len(values) - shown} more" if len(values) > shown else ""
    return ", ".join(values[:shown]) + more
