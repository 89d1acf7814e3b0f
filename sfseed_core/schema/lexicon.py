"""Words of field names and labels in other languages, and the English words that they are read as.

The list is `lexicon.txt`, beside this file. Names and labels are compared without accents (`folded`); German and Dutch words
are also found at the end of a compound (Rechnungsstraße: rechnung, street), Japanese ones anywhere.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# words that are common in English names too: read as foreign only when they are all that is said, or beside another foreign one
_SHARED = frozenset(
    (
        *("anno", "ano", "archive", "artikel", "cap", "cargo", "cif", "color", "commune", "concurrent", "cor"),
        *("cp", "fonction", "land", "local", "mobil", "mois", "name", "nom", "nome", "note", "nr", "numero", "ore"),
        *("ort", "portable", "profession", "region", "resume", "rg", "saldo", "sede", "service", "surface", "titel"),
        *("status", "prima", "primo", "total", "uf", "valor", "via"),
    )
)
# German and Dutch words that stand at the end of longer ones
_COMPOUNDED = (
    *(
        "strasse",
        "stadt",
        "postleitzahl",
        "adresse",
        "anschrift",
        "telefonnummer",
        "nummer",
        "betrag",
        "summe",
        "preis",
        "menge",
    ),
    *(
        "beschreibung",
        "bemerkung",
        "notiz",
        "sprache",
        "wahrung",
        "farbe",
        "dauer",
        "kosten",
        "rabatt",
        "gewicht",
        "breite",
    ),
    *(
        "hohe",
        "flache",
        "grund",
        "abteilung",
        "gehalt",
        "gebuhr",
        "monate",
        "stunden",
        "umsatz",
        "straat",
        "bedrag",
        "prijs",
    ),
    *("omschrijving", "opmerking", "taal", "adres", "plaats", "status"),
)
# Japanese signs that say what a longer word is about when they end it
_LAST_SIGNS: Mapping[str, str] = MappingProxyType(
    {"数": "count", "日": "date", "額": "amount", "率": "percent", "名": "name"}
)
_ENGLISH_ENDINGS = frozenset({"status"})  # which make a compound foreign all the same: Importstatus


def folded(text: str) -> str:
    """Return text in lower case and without accents, its words parted by single blanks."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    bare = unicodedata.normalize(
        "NFC", "".join(mark for mark in plain if not unicodedata.combining(mark) or mark in "\u3099\u309a")
    )
    return " ".join(bare.split())


def _entries() -> Iterator[tuple[str, str]]:
    """Read the packaged list; a line that begins with a blank goes on with the one before."""
    text = Path(__file__).with_name("lexicon.txt").read_text(encoding="utf-8")
    lines = (line for line in text.replace("\n ", " ").splitlines() if line and not line.startswith("#"))
    for line in lines:
        english, _, phrases = line.partition(":")
        for phrase in phrases.split(","):
            yield folded(phrase), english


_ENDINGS = tuple(sorted(_COMPOUNDED, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The list as read: English by phrase, the most words of a phrase, and those in signs, longest first."""

    phrases: Mapping[str, str]
    longest: int
    signs: tuple[str, ...]


@cache
def _lexicon() -> _Lexicon:
    """Read the list once, and only where a name is asked about: standard fields are known without it."""
    phrases = dict(reversed(list(_entries())))
    signs = sorted((one for one in phrases if not one.isascii()), key=len, reverse=True)
    return _Lexicon(MappingProxyType(phrases), max(len(phrase.split()) for phrase in phrases), tuple(signs))


def in_english(words: Sequence[str]) -> tuple[str, ...] | None:
    """Return the words with what is known of other languages put into English.

    None when nothing is, or nothing that could not be an English word as well.
    """
    plain = [part for word in words for part in folded(word).split()]
    found: list[str] = []
    sure, place = False, 0
    while place < len(plain):
        taken, english = _phrase_at(plain, place)
        if english is None:
            taken, english = 1, _within(plain[place])
        spoken = " ".join(plain[place : place + taken])
        sure = sure or (english is not None and (spoken not in _SHARED or len(plain) == taken))
        found += (english or spoken).split()
        place += taken
    return tuple(found) if sure else None


def _phrase_at(plain: Sequence[str], place: int) -> tuple[int, str | None]:
    known = _lexicon()
    for length in range(min(known.longest, len(plain) - place), 0, -1):
        english = known.phrases.get(" ".join(plain[place : place + length]))
        if english is not None:
            return length, english
    return 1, None


def _within(word: str) -> str | None:
    """Return a compound with its last part in English, or a text in signs with what is known of it."""
    phrases = _lexicon().phrases
    if not word.isascii():
        for sign in _lexicon().signs:
            if sign in word and len(sign) > 1:
                before, _, after = word.partition(sign)
                rest = in_english((after,)) if after else None
                return " ".join(filter(None, (before, phrases[sign] if rest else after, *(rest or (phrases[sign],)))))
        last = _LAST_SIGNS.get(word[-1:]) if len(word) > 1 else None
        return f"{word[:-1]} {last}" if last else None
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + 3 and ending not in _SHARED - _ENGLISH_ENDINGS:
            return f"{word.removesuffix(ending)} {phrases[ending]}"
    return None
