"""Texts over columns: equal, ordered, joined, and chosen from two columns of any type."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.formula.column import (
    NO_WORDS,
    Array,
    Column,
    booleans,
    merged_faults,
    merged_reasons,
    per_value,
    width,
)
from sfseed_core.formula.numeric import COMPARISONS, aligned, decimals
from sfseed_core.formula.types.kinds import WORDS, Type

if TYPE_CHECKING:
    from collections.abc import Callable


def blank(column: Column) -> Array:
    """Tell where a column is null, or a text without a character."""
    if column.type not in WORDS:
        return ~column.valid
    empty = np.asarray(column.texts == "", dtype=bool)
    missing: Array = ~column.valid | empty[column.data]
    return missing


def equal_texts(one: Column, other: Column) -> Column:
    """Compare two columns of texts; null is the empty text."""
    if len(other) == 1 and one.type in WORDS and other.type in WORDS:
        return _equal_to(one, other)
    left, right = _numbered(one, other, lambda words: words)
    return booleans(left == right, (one, other), np.ones(1, dtype=bool))


def _equal_to(one: Column, other: Column) -> Column:
    wanted = other.texts[other.data[0]] if other.valid[0] else ""
    same = np.asarray(one.texts == wanted, dtype=bool)[one.data]
    return booleans(np.where(one.valid, same, wanted == ""), (one, other), np.ones(1, dtype=bool))


def compare_texts(operator: str, one: Column, other: Column) -> Column:
    """Order two columns of texts as Java does; null where one is null."""
    left, right = _numbered(one, other, _java_order)
    return booleans(COMPARISONS[operator](left, right), (one, other))


def _java_order(words: list[str]) -> list[str]:
    return sorted(words, key=lambda word: word.encode("utf-16-be", "surrogatepass"))


def _numbered(one: Column, other: Column, arranged: Callable[[list[str]], list[str]]) -> tuple[Array, Array]:
    words = dict.fromkeys(["", *_words(one), *_words(other)])
    numbers = {word: number for number, word in enumerate(arranged(list(words)))}
    return tuple(  # type: ignore[return-value]
        np.where(
            column.valid, np.array([numbers[word] for word in _words(column)], dtype=np.int64)[column.data], numbers[""]
        )
        for column in (one, other)
    )


def _words(column: Column) -> Array:
    return column.texts if column.type in WORDS else NO_WORDS.repeat(int(column.data.max(initial=0)) + 1)


def join(one: Column, other: Column) -> Column:
    """Put texts one after the other; null is the empty text."""
    return per_value(lambda left, right: (left or "") + (right or ""), Type.TEXT, (one, other), nulls=True)


def choose(condition: Array, one: Column, other: Column) -> Column:
    """Take each row from one column where the condition holds, from the other where not."""
    if one.type is Type.NULL and other.type is not Type.NULL:
        one = _null_like(one, other)
    if other.type is Type.NULL and one.type is not Type.NULL:
        other = _null_like(other, one)
    valid = np.where(condition, one.valid, other.valid)
    fault = _chosen_faults(condition, one, other)
    reasons = merged_reasons((one, other)) if fault is not None else frozenset()
    shared = replace(one, data=valid, valid=valid, fault=fault, reasons=reasons)
    if one.type in WORDS and other.type in WORDS:
        words = np.concatenate([one.texts, other.texts])
        type_ = one.type if one.type is other.type else Type.TEXT
        return replace(shared, type=type_, data=np.where(condition, one.data, other.data + len(one.texts)), words=words)
    if one.type is Type.NUMBER and other.type is Type.NUMBER:
        pair = aligned(one, other)
        left, right, scale = (decimals(one), decimals(other), 0) if pair is None else pair
        return replace(shared, data=np.where(condition, left, right), scale=scale)
    if one.parts and other.parts:
        parts = tuple(choose(condition, left, right) for left, right in zip(one.parts, other.parts, strict=True))
        return replace(shared, data=np.zeros(len(valid), dtype=np.int64), parts=parts)
    return replace(shared, data=np.where(condition, one.data, other.data))


def _null_like(nothing: Column, like: Column) -> Column:
    data = (
        np.zeros(len(nothing), dtype=like.data.dtype)
        if like.data.dtype != object
        else np.zeros(len(nothing), dtype=np.int64)
    )
    parts = tuple(_null_like(nothing, one) for one in like.parts)
    return replace(nothing, type=like.type, data=data, words=NO_WORDS if like.words is not None else None, parts=parts)


def _chosen_faults(condition: Array, one: Column, other: Column) -> Array | None:
    if one.fault is None and other.fault is None:
        return None
    left, right = one.faults(), other.faults()
    return np.where(condition, left, right)


def spread_faults(result: Column, *before: Column) -> Column:
    """Add the faults of columns that a result hangs on; theirs come first."""
    fault = merged_faults((*before, result))
    if fault is None:
        return result
    count = width((*before, result))
    return replace(result.spread(count), fault=fault, reasons=merged_reasons((*before, result)))
