"""Values at the edge of what a field takes: longest, shortest, other scripts, right to left, emoji, boundary numbers and days.

What names a company or a person, and what a field wants unique, must not repeat: a dozen odd texts would be refused as duplicates
from the thirteenth record on. There each text holds a word of its own, numbered, and reads the same however a matching rule
normalises it: by its first six letters, by its sound, without accents and signs.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sfseed_core.errors import RecipeError
from sfseed_core.generate import kernels, texts
from sfseed_core.generate.cells import Texts
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
from sfseed_core.generate.providers import choices
from sfseed_core.generate.unique import Free
from sfseed_core.snapshot.taken import NAMES, name_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sfseed_core.generate.rows import Rows
    from sfseed_core.recipe.chooser import FieldRequest

_TEXTS = (
    "x",
    "Zoë Ångström-Łukasiewicz",
    "שלום עולם",
    "مرحبا بالعالم",
    "日本語テスト",
    "🚀 Launch 👩‍💻",
    "Quotes \"double\" and 'single', commas; semicolons",
    "<b>not bold</b> & {not} a %template%",
    "0012",
    "=1+1",
    "two  blanks",
)
_EMAILS = ("a@example.com", "first+tag@sub.example.org", "o'brien@example.com", f"{'l' * 64}@example.com")
_LINKS = ("https://example.com", "https://example.com/?q=%C3%BC&x=1#top", f"https://example.com/{'p' * 180}")
_PHONES = ("1", "+1 (555) 010-0100 x1234", "0" * 40)
_DAYS = ("1700-01-01", "1970-01-01", "2000-02-29", "4000-12-31")
_TIMES = ("00:00:00", "12:00:00", "23:59:59")

# Numbered words. Each of nine consonants sounds like no other, and the first three syllables tell all words apart too.
_CONSONANTS, _VOWELS, _SYLLABLES = "rklmtnsfp", "aeiou", 5
WORDS = len(_CONSONANTS) ** _SYLLABLES
_ACCENTS = tuple(zip("aeiounsrt", "áêïõűñšřť", strict=True))  # all decompose into the letter and its accent
_HEBREW, _ARABIC = "אבגדהוזחטיכלמנסעפצקרשת", "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
_KANJI = "山川田中木村林森石松竹梅花鳥風月星空海島谷原野池泉橋宮城町里南北東西春夏秋冬光金"
_IDEOGRAPHS, _FIRST_IDEOGRAPH = 20_902, 0x4E00


def _read(request: FieldRequest, _: Options) -> Options:
    """Return values at the edge of what the field takes, each valid."""
    rules, place = request.rules, f"{request.context.object.name}.{request.field.name}"
    if request.field.type in CHOICE and (rules.by_controller or rules.by_record_type):
        proposed = choices.propose(request)  # which values go together is the org's to say: all of them are drawn
        if isinstance(proposed, str):
            raise RecipeError(f"{place}: {proposed}")
        return proposed
    if request.field.type in TEXT and (rules.unique or request.field.name in _names(request)):
        return _read_numbered(request, place)
    if rules.unique:
        raise RecipeError(f"{place} is unique, and too few values are at the edge of type {request.field.type}")
    found = [value for value in _edges(request) if value.strip()]
    if not found:
        raise RecipeError(f"{place}: nothing is at the edge of type {request.field.type}")
    return {"values": list(dict.fromkeys(found))}


def _names(request: FieldRequest) -> tuple[str, ...]:
    """Return the fields by which the standard matching rules compare the object's names."""
    return NAMES.get(request.context.object.name, ())


def _edges(request: FieldRequest) -> list[str]:
    field, rules = request.field, request.rules
    length = rules.max_chars or field.length or 255
    values = rules.allowed or rules.suggested or field.active_values
    by_type: dict[str, tuple[str, ...]] = {
        "email": _EMAILS,
        "url": _LINKS,
        "phone": _PHONES,
        "time": _TIMES,
        "boolean": ("true", "false"),
    }
    if field.type in CHOICE:
        return sorted(values, key=len)[:1] + sorted(values, key=len)[-1:] + list(values[:1]) + list(values[-1:])
    if field.type in NUMBER:
        return _numbers(request)
    if field.type in DAY:
        return [f"{day}T00:00:00+00:00" if field.type == "datetime" else day for day in _days(request)]
    if field.type in by_type:
        return [
            value for value in by_type[field.type] if len(value) <= length or field.type in ("date", "datetime", "time")
        ]
    most = min(length, rules.max_bytes or length)
    texts_that_fit = [value for value in _TEXTS if len(value) <= length and len(value.encode()) <= most * 4]
    return ["W" * most, *texts_that_fit]


def _days(request: FieldRequest) -> tuple[str, ...]:
    """Return the earliest and latest days among others; of two in an order the first is early and the second late."""
    pairs = [rule.fields for rule in request.context.rules.standard if rule.kind == "not_after"]
    if any(fields[1] == request.field.name for fields in pairs):
        return _DAYS[-1:]
    return _DAYS[:1] if any(fields[0] == request.field.name for fields in pairs) else _DAYS


def _numbers(request: FieldRequest) -> list[str]:
    rules, scale = request.rules, 0 if request.field.type in WHOLE else request.field.scale
    digits = min(rules.whole_digits if rules.whole_digits is not None else 9, 15 - min(scale, 4))
    most = 10**digits - 1
    low = -most if rules.low is None else max(int(rules.low), -most)
    high = most if rules.high is None else min(int(rules.high), most)
    smallest = [str(Decimal(1).scaleb(-scale)), str(-Decimal(1).scaleb(-scale))] if scale else ["1", "-1"]
    return [one for one in (str(low), str(high), "0", *smallest) if low <= Decimal(one) <= high]


# Texts of which no two are alike


def _read_numbered(request: FieldRequest, place: str) -> Options:
    length = request.rules.max_chars or request.field.length or 255
    most = min(length, request.rules.max_bytes or length)
    ends = np.array([0, WORDS - 1])
    kinds = [
        kind
        for kind, make in _KINDS.items()
        if (kind != "longest" or most >= 2 * _SYLLABLES)  # a word cut short is no longer its own
        and texts.lengths(made := make(ends, most)).max() <= length
        and texts.longest(made) <= (request.rules.max_bytes or length * 4)
    ]
    size, taken = WORDS * len(kinds), _taken(request, kinds, most)
    if request.rules.unique and size - len(taken) < request.context.count:
        raise RecipeError(
            f"{place} is unique: {size - len(taken):,} texts at its edge are free, {request.context.count:,} are wanted"
        )
    return {"kinds": kinds, "most": most, **({"taken": taken} if taken else {})}


def _taken(request: FieldRequest, kinds: list[str], most: int) -> list[int]:
    """Return the numbers of those texts that the org has, as values of the unique field or as names."""
    known = {value.lower() for value in request.taken}
    if request.field.name in _names(request)[-1:]:
        objects = ("Contact", "Lead") if request.field.name == "LastName" else (request.context.object.name,)
        names = (name for one in objects for name in request.context.snapshot.taken.get(name_key(one), ()))
        known |= {name.rpartition("\t")[2].lower() for name in names}
    pool = texts.strings(sorted(known))
    found: list[int] = []
    for place, kind in enumerate(kinds if known else ()):
        every = kernels.utf8_lower(_KINDS[kind](np.arange(WORDS), most))
        found += [int(number) * len(kinds) + place for number in np.flatnonzero(texts.places_in(every, pool) >= 0)]
    return sorted(found)


def _prepare(scope: Scope) -> Make:
    if "kinds" not in scope.options:
        return choices.prepare(scope)
    kinds = [_KINDS[kind] for kind in scope.options["kinds"]]
    free, most = Free.of(WORDS * len(kinds), scope.key(), scope.options.get("taken", ())), int(scope.options["most"])

    def make(rows: Rows) -> Texts:
        word, kind = np.divmod(free.at(rows.records % free.capacity), len(kinds))
        order = np.argsort(kind, kind="stable")
        edges = np.searchsorted(kind[order], np.arange(len(kinds) + 1))
        made = [
            one(word[order[start:end]], most)
            for one, start, end in zip(kinds, edges[:-1], edges[1:], strict=True)
            if end > start
        ]
        places = np.empty(len(order), dtype=np.int32)
        places[order] = np.arange(len(order), dtype=np.int32)
        return Texts(texts.weave([(pa.concat_arrays(made or [texts.strings([])]), places)]))

    return make


def _word(numbers: np.ndarray) -> pa.StringArray:
    """Return the words of the numbers (below WORDS): five syllables."""
    sounds = [numbers // len(_CONSONANTS) ** place % len(_CONSONANTS) for place in range(_SYLLABLES)]
    tail = sounds[3] * len(_CONSONANTS) + sounds[4]
    tones = [tail % 5, tail // 5 % 5, tail // 25, (sounds[0] + sounds[2]) % 5, (sounds[1] + sounds[4]) % 5]
    letters = np.empty((len(numbers), 2 * _SYLLABLES), dtype=np.uint8)
    for place, (sound, tone) in enumerate(zip(sounds, tones, strict=True)):
        letters[:, 2 * place] = np.frombuffer(_CONSONANTS.encode(), dtype=np.uint8)[sound]
        letters[:, 2 * place + 1] = np.frombuffer(_VOWELS.encode(), dtype=np.uint8)[tone]
    letters[:, 0] -= ord("a") - ord("A")
    return texts.from_matrix(letters)


def _other(numbers: np.ndarray, offset: int) -> pa.StringArray:
    """Return a second word, another for each kind of text."""
    return _word((numbers * 7919 + offset) % WORDS)


def _signs(numbers: np.ndarray, alphabet: str, width: int) -> pa.StringArray:
    """Return the numbers in `width` signs of an alphabet."""
    pool, base = texts.strings(list(alphabet)), len(alphabet)
    return texts.weave([(pool, numbers // base**place % base) for place in range(width)])


def _two_words(numbers: np.ndarray, alphabet: str) -> pa.StringArray:
    return texts.join(_signs(numbers, alphabet, 4), " ", _signs((numbers * 7919 + 4_242) % WORDS, alphabet, 4))


def _digits(numbers: np.ndarray, before: str) -> pa.StringArray:
    """Return each number in five digits, and five more without which neighbours would differ by a slip of the keys."""
    width = len(str(WORDS))
    rows = texts.matrix(len(numbers), before + "0" * 2 * width)
    texts.write_digits(rows, len(before), width, numbers)
    texts.write_digits(rows, len(before) + width, width, (numbers * 7919 + 4_242) % 10**width)
    return texts.from_matrix(rows)


def _longest(numbers: np.ndarray, most: int) -> pa.StringArray:
    word = texts.bytes_matrix(_word(numbers), 2 * _SYLLABLES)
    return texts.from_matrix(np.tile(word, (1, -(-most // word.shape[1])))[:, :most])


def _shortest(numbers: np.ndarray, _: int) -> pa.StringArray:
    """Return one ideograph; two where more than all of them are wanted."""
    more, first = np.divmod(numbers, _IDEOGRAPHS)
    return texts.weave([(_ideographs(), first), (_nothing_or_ideographs(), more)])


@cache
def _ideographs() -> pa.StringArray:
    code = _FIRST_IDEOGRAPH + np.arange(_IDEOGRAPHS)
    in_utf8 = [0xE0 | code >> 12, 0x80 | code >> 6 & 0x3F, 0x80 | code & 0x3F]
    return texts.from_matrix(np.stack(in_utf8, axis=1).astype(np.uint8))


@cache
def _nothing_or_ideographs() -> pa.StringArray:
    return pa.concat_arrays([texts.single(""), _ideographs()])


def _accents(numbers: np.ndarray, _: int) -> pa.StringArray:
    word = _word(numbers)
    for plain, accented in _ACCENTS:
        word = kernels.replace_substring(word, pattern=plain, replacement=accented)
    return texts.join(word, "-", _other(numbers, 1_009))


_KINDS: Mapping[str, Callable[[np.ndarray, int], pa.StringArray]] = MappingProxyType(
    {
        "shortest": _shortest,
        "longest": _longest,
        "accents": _accents,
        "Hebrew": lambda numbers, _: _two_words(numbers, _HEBREW),
        "Arabic": lambda numbers, _: _two_words(numbers, _ARABIC),
        "Japanese": lambda numbers, _: texts.join(_signs(numbers, _KANJI, 3), "テスト"),
        "emoji": lambda numbers, _: texts.join("🚀 ", _word(numbers), " 👩‍💻"),
        "quotes": lambda numbers, _: texts.join(
            '"', _word(numbers), "\" and '", _other(numbers, 20_011), "', commas; semicolons"
        ),
        "markup": lambda numbers, _: texts.join("<b>", _word(numbers), "</b> & {", _other(numbers, 30_011), "} a %x%"),
        "zeros": lambda numbers, _: _digits(numbers, "0"),
        "formula": lambda numbers, _: _digits(numbers, "=1+"),
        "blanks": lambda numbers, _: texts.join(_word(numbers), "  ", _other(numbers, 40_009)),
    }
)

PROVIDERS = (
    Provider(
        "edge",
        "values at the edge of what the field takes; names and unique texts without two alike",
        ALL_TEXT | CHOICE | NUMBER | DAY | {"time", "boolean"},
        nothing_to_say,
        _prepare,
        options={},
        distinct=True,
        read=_read,
    ),
)
