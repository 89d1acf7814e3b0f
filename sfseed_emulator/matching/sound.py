"""How a name sounds: a plain reading of the metaphone rules, coarse enough that spellings of one name agree."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_RULES = tuple(
    (re.compile(pattern), sounds)
    for pattern, sounds in (
        (r"^(?:AE|GN|KN|PN|WR)", lambda found: found[0][1]),
        (r"^X", "S"),
        (r"^WH", "W"),
        (r"MB$", "M"),
        (r"SCH", "SK"),
        (r"T(?:IO|IA)|CIA|SH|CH", "X"),
        (r"TH", "0"),
        (r"PH", "F"),
        (r"DG(?=[EIY])", "J"),
        (r"G(?=[EIY])", "J"),
        (r"GH(?![AEIOUY])", ""),
        (r"GN$", "N"),
        (r"C(?=[EIY])", "S"),
        (r"CK|[CQ]", "K"),
        (r"X", "KS"),
        (r"B", "P"),
        (r"D", "T"),
        (r"G", "K"),
        (r"V", "F"),
        (r"Z", "S"),
        (r"[WY](?![AEIOU])", ""),
        (r"(?<=[AEIOU])H(?![AEIOU])|(?<=[CGPST])H", ""),
    )
)
_VOWELS_INSIDE = re.compile(r"(?<!^)[AEIOUY]")
_NO_LETTERS = re.compile("[^a-z]")
_DOUBLED = re.compile(r"(.)\1+")


def sound(word: str) -> str:
    """Return how a word sounds, one letter a consonant; a word without Latin letters is its own sound.

    Consonants that are easily mistaken for each other are one (b and p, d and t), as in Salesforce's examples: Doe is t,
    Benioff pnf.
    """
    spelt = plain(word)
    letters = _NO_LETTERS.sub("", spelt)
    return _sound(letters.upper()) if letters else spelt


@lru_cache(maxsize=1 << 14)
def _sound(letters: str) -> str:
    for pattern, sounds in _RULES:
        letters = pattern.sub(sounds, letters)
    return _VOWELS_INSIDE.sub("", _DOUBLED.sub(r"\1", letters)).lower()


@lru_cache(maxsize=1 << 14)
def plain(text: str) -> str:
    """Return a text in small letters without accents."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(part for part in parts if not unicodedata.combining(part)).lower()
