"""How the letters of a language are written in addresses, where only a to z may stand.

Accents are left out, but where a language has a spelling of its own: Müller is mueller in German, Søren is soeren in Danish.
"""

from __future__ import annotations

import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# letters that are no other letter with an accent
_ANYWHERE = (
    *(("ß", "ss"), ("æ", "ae"), ("œ", "oe"), ("ø", "o"), ("ł", "l"), ("đ", "d"), ("ð", "d"), ("þ", "th"), ("\u0131", "i")),
    *(("'", ""), ("\u2019", "")),
)
_GERMAN = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"))
_DANISH = (("ø", "oe"), ("å", "aa"))
_BY_LANGUAGE: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {"de": _GERMAN, **dict.fromkeys(("da", "nb", "nn", "no"), _DANISH)}
)


def bare(text: str) -> str:
    """Return a text in small letters without accents."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(one for one in parts if not unicodedata.combining(one)).lower()


def spellings(locale: str) -> tuple[tuple[str, str], ...]:
    """Return the small letters that the locale's language writes with others, each with these; to be replaced in order."""
    return (*_BY_LANGUAGE.get(locale.replace("-", "_").split("_")[0], ()), *_ANYWHERE)
