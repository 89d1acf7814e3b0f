"""Arrow's compute functions that making and writing records needs, by their names in `pyarrow.compute`.

Importing `pyarrow.compute` writes a Python function with its documentation for each of Arrow's 300, 30 ms of every start; the
functions themselves, `call_function` and the options, are in the module from which it takes them. The methods of arrays
(`cast`, `take`, ...) import it too: where every start passes, these stand instead.
"""

from __future__ import annotations

from typing import Any

from pyarrow import _compute as arrow

Values = Any  # an array or a scalar: Arrow's functions take either


def take(values: Values, places: Values) -> Values:
    """Return the values at the places, which are not checked: a wrong one ends the process."""
    return arrow.call_function("take", [values, places], arrow.TakeOptions(boundscheck=False))


def cast(values: Values, kind: Any) -> Values:
    """Return the values as another type; raises ArrowInvalid where one does not fit."""
    return arrow.call_function("cast", [values], arrow.CastOptions.safe(kind))


def dictionary_encode(values: Values) -> Values:
    """Return the values as different ones and each one's place among them."""
    return arrow.call_function("dictionary_encode", [values], arrow.DictionaryEncodeOptions())


def index_in(values: Values, pool: Values) -> Values:
    """Return each value's place in the pool, null where it is not there."""
    return arrow.call_function("index_in", [values], arrow.SetLookupOptions(pool))


def list_flatten(values: Values) -> Values:
    """Return what all the lists hold, one after the other."""
    return arrow.call_function("list_flatten", [values], arrow.ListFlattenOptions())


def if_else(condition: Values, yes: Values, no: Values) -> Values:
    """Return the one or the other, value by value."""
    return arrow.call_function("if_else", [condition, yes, no])


def coalesce(*values: Values) -> Values:
    """Return the first that is not null, value by value."""
    return arrow.call_function("coalesce", list(values))


def equal(values: Values, other: Values) -> Values:
    """Return where both are the same."""
    return arrow.call_function("equal", [values, other])


def binary_join_element_wise(*values: Values) -> Values:
    """Return the texts one after the other, with the last of them between."""
    return arrow.call_function("binary_join_element_wise", list(values), arrow.JoinOptions())


def replace_substring(values: Values, pattern: str, replacement: str) -> Values:
    """Return the texts with each occurrence of a text replaced."""
    return arrow.call_function("replace_substring", [values], arrow.ReplaceSubstringOptions(pattern, replacement))


def replace_substring_regex(values: Values, pattern: str, replacement: str) -> Values:
    """Return the texts with whatever fits a pattern of RE2 replaced."""
    return arrow.call_function("replace_substring_regex", [values], arrow.ReplaceSubstringOptions(pattern, replacement))


def starts_with(values: Values, pattern: str) -> Values:
    """Return which texts begin so."""
    return arrow.call_function("starts_with", [values], arrow.MatchSubstringOptions(pattern))


def match_substring(values: Values, pattern: str) -> Values:
    """Return which texts hold a text."""
    return arrow.call_function("match_substring", [values], arrow.MatchSubstringOptions(pattern))


def absolute(values: Values) -> Values:
    """Return the numbers without their signs."""
    return arrow.call_function("abs", [values])


def utf8_length(values: Values) -> Values:
    """Return the characters of each text."""
    return arrow.call_function("utf8_length", [values])


def utf8_lower(values: Values) -> Values:
    """Return the texts in small letters."""
    return arrow.call_function("utf8_lower", [values])


def utf8_upper(values: Values) -> Values:
    """Return the texts in capitals."""
    return arrow.call_function("utf8_upper", [values])


def ascii_lower(values: Values) -> Values:
    """Return ASCII texts in small letters."""
    return arrow.call_function("ascii_lower", [values])


def utf8_lpad(values: Values, width: int, padding: str) -> Values:
    """Return the texts, filled up in front to the width."""
    return arrow.call_function("utf8_lpad", [values], arrow.PadOptions(width, padding))


def utf8_normalize(values: Values, form: str) -> Values:
    """Return the texts in one of Unicode's normal forms."""
    return arrow.call_function("utf8_normalize", [values], arrow.Utf8NormalizeOptions(form))


def utf8_slice_codeunits(values: Values, start: int, stop: int) -> Values:
    """Return the characters from `start` to `stop` (not included) of each text."""
    return arrow.call_function("utf8_slice_codeunits", [values], arrow.SliceOptions(start, stop))


def utf8_trim(values: Values, characters: str) -> Values:
    """Return the texts without any of the characters at their ends."""
    return arrow.call_function("utf8_trim", [values], arrow.TrimOptions(characters))


def utf8_rtrim_whitespace(values: Values) -> Values:
    """Return the texts without blanks at their ends."""
    return arrow.call_function("utf8_rtrim_whitespace", [values])
