"""Numbers as text out of pools: digits in groups of four, so that a number is a few codes and joins a line like any word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Self

import numpy as np
import pyarrow as pa

from sfseed_core.generate import kernels, texts
from sfseed_core.generate.cells import Coded, Joined, numbers_array

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDTH = 4
_GROUP = 10**_WIDTH
_SIGNS = texts.strings(["", "-"])
_RUNS = re.compile("#{1,4}|@{1,2}|[^#@]+")


@lru_cache
def padded_pool(width: int) -> pa.StringArray:
    """Return all numbers of so many digits, zeros in front."""
    rows = texts.matrix(10**width, "0" * width)
    texts.write_digits(rows, 0, width, np.arange(10**width))
    return texts.from_matrix(rows)


@lru_cache
def _groups(*, last: bool) -> pa.StringArray:
    """Return the numbers below 10,000 as they stand first, then as they stand behind others; in front of more, 0 is nothing."""
    plain = kernels.cast(numbers_array(np.arange(_GROUP), pa.int64()), pa.string())
    first = plain if last else pa.concat_arrays([texts.strings([""]), plain.slice(1)])
    return pa.concat_arrays([first, padded_pool(_WIDTH)])


def whole(numbers: np.ndarray) -> tuple[Coded, ...]:
    """Return the numbers in decimal digits, with a minus sign where they are negative."""
    if len(numbers) and numbers.min() < 0:
        return (Coded(_SIGNS, (numbers < 0).view(np.int8)), *_digits(np.abs(numbers)))
    return tuple(_digits(numbers))


def _digits(numbers: np.ndarray) -> list[Coded]:
    parts: list[Coded] = []
    rest, most = numbers, int(numbers.max(initial=0))
    while True:
        pool = _groups(last=not parts)
        most //= _GROUP
        if not most:
            return [Coded(pool, rest), *parts]
        higher = rest // _GROUP
        codes = rest - higher * _GROUP
        codes += (higher > 0) * _GROUP
        parts.insert(0, Coded(pool, codes))
        rest = higher


def padded(numbers: np.ndarray, width: int) -> tuple[Coded, ...]:
    """Return the last `width` decimal digits of the numbers (not negative), zeros in front."""
    parts: list[Coded] = []
    rest = numbers
    for size in [*[_WIDTH] * (width // _WIDTH), *([width % _WIDTH] if width % _WIDTH else [])]:
        higher = rest // 10**size
        parts.insert(0, Coded(padded_pool(size), rest - higher * 10**size))
        rest = higher
    return tuple(parts)


def decimals(units: np.ndarray, scale: int) -> tuple[Coded, ...]:
    """Return plain decimals of numbers counted in units of their last place."""
    if not scale:
        return whole(units)
    signs = (Coded(_SIGNS, (units < 0).view(np.int8)),) if len(units) and units.min() < 0 else ()
    size = np.abs(units) if signs else units
    above = size // 10**scale
    first, *others = padded(size - above * 10**scale, scale)
    return (*signs, *_digits(above), Coded(_behind_point(scale % _WIDTH or _WIDTH), first.codes), *others)


@lru_cache
def _behind_point(width: int) -> pa.StringArray:
    return texts.join(".", padded_pool(width))


@lru_cache
def _letters(count: int) -> pa.StringArray:
    """Return all codes of so many capitals and digits that are not mistaken for one another."""
    rows = texts.matrix(32**count, "0" * count)
    texts.write_letters(rows, 0, count, np.arange(32**count))
    return texts.from_matrix(rows)


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """Writes numbers by a template in which `#` stands for a digit, `@` for a capital or digit, all else for itself."""

    runs: tuple[tuple[pa.StringArray, int], ...]

    @classmethod
    def of(cls, template: str, *, lower: bool = False) -> Self:
        """Return the template made ready; `lower` writes letters small."""
        return cls(tuple(_runs(template, lower=lower)))

    def written(self, numbers: np.ndarray) -> Joined:
        """Return the numbers (not negative) as texts; the last place of the template tells the least."""
        parts: list[Coded] = []
        rest = numbers
        for pool, size in reversed(self.runs):
            if size == 1:
                parts.append(Coded(pool, np.zeros(len(numbers), dtype=np.int32)))
                continue
            higher = rest // size
            parts.append(Coded(pool, rest - higher * size))
            rest = higher
        return Joined(tuple(reversed(parts)))


@lru_cache
def _run(before: str, run: str, *, lower: bool) -> pa.StringArray:
    """Return all texts of a stretch; columns that are written alike share them."""
    pool = padded_pool(len(run)) if run[0] == "#" else _letters(len(run))
    pool = texts.join(before, pool) if before else pool
    return texts.lowered(pool) if lower else pool


def _runs(template: str, *, lower: bool) -> Iterator[tuple[pa.StringArray, int]]:
    """Yield the template's stretches from the left: their texts, and how many there are (1: a constant).

    A constant before digits or letters joins them.
    """
    before = ""
    for run in _RUNS.findall(template):
        if run[0] not in "#@":
            before = run
            continue
        pool = _run(before, run, lower=lower)
        before = ""
        yield pool, len(pool)
    if before:
        yield texts.strings([before]), 1
