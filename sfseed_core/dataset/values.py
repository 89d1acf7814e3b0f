"""Values as people write them, as Arrow values of a column's type, and which of them cannot be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?$"
_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
_SENT_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?"
_SENT_INSTANT = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T{_SENT_TIME}(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?$"
_INSTANT = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[T ]{_TIME}(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})?)?$"
_CLOCK = rf"^{_TIME}Z?$"
_ONE_DIGIT_FIRST, _ONE_DIGIT_MIDDLE = r"^(\d)\.(\d{1,2}\.\d{4})$", r"^(\d\d)\.(\d)\.(\d{4})$"
_DOTTED = r"^(\d\d)\.(\d\d)\.(\d{4})$"
_WIDE = pa.decimal256(76, 38)
_MOST_WHOLE = 9e18  # what an int64 holds
_WIDE_LIMIT = 1e37  # what the wide decimal holds left of the point


@dataclass(frozen=True, slots=True)
class Kind:
    """How one type is read from text (`read` sees what matches `shape`), and what it is called to people.

    `sent` is the narrower shape that Salesforce takes in a CSV.
    """

    called: str
    shape: str
    read: Callable[[pa.Array, pa.DataType], pa.Array]
    sent: str


def parse(written: pa.Array, wanted: pa.DataType, *, as_sent: bool = False) -> tuple[pa.Array, vectors.Mask]:
    """Return the texts as values of the type, and a mask of those that are none (null among the values).

    Empty text is no value. Blanks around a number, date or boolean do not count. `as_sent` reads as Salesforce reads a
    CSV: some short forms of dates are none, and neither are blanks alone.
    """
    if pa.types.is_string(wanted):
        return written, np.zeros(len(written), bool)
    kind = _kind(wanted)
    plain = pc.utf8_trim_whitespace(written)
    some = ~vectors.nulls(plain) & (vectors.numbers(pc.binary_length(written if as_sent else plain)) > 0)
    shape = kind.sent if as_sent else kind.shape
    shaped = some & vectors.mask(pc.match_substring_regex(plain, pattern=shape, ignore_case=True))
    values = kind.read(_only(plain, shaped), wanted)
    return values, some & vectors.nulls(values)


def column_of(values: Any, wanted: pa.DataType, where: str) -> pa.Array:
    """Return the values (an Arrow array, or a sequence of Python values or texts) as an array of the type.

    Raises DataError naming `where`, the first value that is none of that type, and how it is written.
    """
    array = _as_arrow(values, wanted)
    if array.type == wanted:
        return array
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), wanted)
    found, bad = parse(array if pa.types.is_string(array.type) else array.cast(pa.string()), wanted)
    if bad.any():
        raise DataError(f"{where}: {array[int(bad.argmax())].as_py()!r} is not {_kind(wanted).called}")
    return found


def european_days(texts: pa.Array) -> pa.Array:
    """Return days as people write them in Europe, `23.11.2026`, as ISO dates; other texts as they are."""
    for pattern, replacement in (
        (_ONE_DIGIT_FIRST, r"0\1.\2"),
        (_ONE_DIGIT_MIDDLE, r"\1.0\2.\3"),
        (_DOTTED, r"\3-\2-\1"),
    ):
        texts = pc.replace_substring_regex(texts, pattern=pattern, replacement=replacement)
    return texts


def _as_arrow(values: Any, wanted: pa.DataType) -> pa.Array:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        array = vectors.one_array(values)
        return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    try:
        return pa.array(values, wanted, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError, ValueError, OverflowError):
        return pa.array([_as_text(one) for one in values], pa.string())


def _as_text(value: Any) -> str | None:
    missing = value is None or value != value  # NaN and NaT differ from themselves
    return None if missing else str(value)


def _only(array: pa.Array, rows: vectors.Mask) -> pa.Array:
    return pc.if_else(vectors.booleans(rows), array, pa.nulls(len(array), array.type))


def _all(text: str, like: pa.Array) -> pa.Array:
    """The text as often as `like` has rows."""
    return vectors.texts([text]).take(vectors.integers(np.zeros(len(like), np.int64)))


def _kind(wanted: pa.DataType) -> Kind:
    return _KINDS[wanted.id]


def _boolean(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    yes = pc.is_in(pc.utf8_lower(array), value_set=vectors.texts(["true", "1", "yes"]))
    return _only(yes.cast(wanted), ~vectors.nulls(array))


def _whole(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    small = vectors.mask(pc.less(pc.abs(array.cast(pa.float64())), pa.scalar(_MOST_WHOLE))) & ~vectors.nulls(array)
    numbers = _only(array, small).cast(_WIDE)
    whole = pc.floor(numbers)
    return _only(whole, vectors.mask(pc.equal(whole, numbers)) & small).cast(wanted)


def _decimal(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Decimals are rounded to the scale, as the org does; those with too many digits left of the point are none."""
    near = vectors.mask(pc.less(pc.abs(array.cast(pa.float64())), pa.scalar(_WIDE_LIMIT))) & ~vectors.nulls(array)
    rounded = pc.round(_only(array, near).cast(_WIDE), ndigits=wanted.scale, round_mode="half_towards_infinity")
    limit = pa.array(["1" + "0" * (wanted.precision - wanted.scale)]).cast(_WIDE)[0]
    fits = vectors.mask(pc.less(pc.abs(rounded), limit)) & ~vectors.nulls(rounded)
    return _only(rounded, fits).cast(wanted)


def _date(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    found = pc.strptime(pc.utf8_slice_codeunits(array, 0, 10), format="%Y-%m-%d", unit="s", error_is_null=True)
    days = found.cast(wanted)
    real = vectors.mask(pc.equal(days.cast(pa.string()), pc.utf8_slice_codeunits(array, 0, 10)))
    return _only(days, real & ~vectors.nulls(days))  # 31 February is read as some day in March


def _instant(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Without an offset, UTC is meant."""
    day = _only(array, ~vectors.nulls(_date(array, pa.date32())))
    clock = pc.utf8_slice_codeunits(day, 11)
    zoned = vectors.mask(pc.match_substring_regex(clock, pattern=r"(?:Z|[+-]\d\d:?\d\d)$", ignore_case=True))
    bare = vectors.mask(pc.equal(pc.utf8_length(day), pa.scalar(10)))
    ending = vectors.texts(["", "Z", "T00:00:00Z"]).take(vectors.integers(np.where(bare, 2, np.where(zoned, 0, 1))))
    whole = pc.binary_join_element_wise(day, ending, _all("", array))
    return whole.cast(pa.timestamp("us", "UTC")).cast(wanted, safe=False)


def _clock(array: pa.Array, wanted: pa.DataType) -> pa.Array:
    """Arrow reads no times, but instants."""
    plain = pc.replace_substring_regex(array, pattern="[Zz]$", replacement="")
    instant = pc.binary_join_element_wise(_all("1970-01-01T", array), plain, _all("", array)).cast(pa.timestamp("us"))
    return instant.cast(pa.timestamp("ms"), safe=False).cast(pa.int64()).cast(pa.int32()).view(wanted)


_FLAG = "^(?:true|false|yes|no|1|0)$"
_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}"
_KINDS: Mapping[int, Kind] = {
    pa.bool_().id: Kind("true or false", _FLAG, _boolean, _FLAG),
    pa.int64().id: Kind("a whole number", _NUMBER, _whole, _NUMBER),
    pa.decimal128(1).id: Kind("a number of the field's size, like 1234.5", _NUMBER, _decimal, _NUMBER),
    pa.date32().id: Kind("a date (yyyy-MM-dd)", f"{_DAY}(?: 00:00:00)?$", _date, f"{_DAY}$"),
    pa.timestamp("ms").id: Kind("a date and time (yyyy-MM-ddTHH:mm:ss.SSSZ)", _INSTANT, _instant, _SENT_INSTANT),
    pa.time32("ms").id: Kind("a time (HH:mm:ss.SSSZ)", _CLOCK, _clock, f"^{_SENT_TIME}Z?$"),
}


def called(wanted: pa.DataType) -> str:
    """Return how people call and write a value of the type."""
    return "text" if pa.types.is_string(wanted) else _kind(wanted).called
