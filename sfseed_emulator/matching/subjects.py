"""A record as the matching rules see it: its values normalised as Salesforce normalises them before it compares."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sfseed_emulator.matching.sound import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SIGNS = re.compile(r"[^\w\s]|_")
_NO_DIGITS = re.compile(r"\D")
_NO_LETTERS = re.compile("[^a-z0-9]")
_US_ZIP = re.compile(r"\d{5}(-?\d{4})?")
_LEGAL_FORMS = frozenset((
    "inc", "incorporated", "llc", "llp", "lp", "ltd", "limited", "corp", "corporation", "co", "company", "plc", "gmbh", "ag",
    "kg", "ohg", "se", "sa", "sas", "sarl", "srl", "spa", "bv", "nv", "ab", "oy", "as", "kk", "the", "and",
))  # fmt: skip
_SECOND_LEVEL = frozenset(("co", "com", "ac", "gov", "net", "org", "ne", "or"))
_US_NUMBER = 10


@dataclass(frozen=True, slots=True)
class Subject:
    """One record's comparable values; an empty text is a blank. `area` is the part of the phone that must agree."""

    first: str = ""
    last: str = ""
    title: str = ""
    company: str = ""
    email: str = ""
    domain: str = ""
    website: str = ""
    area: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""


def subject(values: Mapping[str, object]) -> Subject:
    """Normalise a record's values, named as the rules name them (`first`, `phone`, `email`...)."""
    told: dict[str, str] = {}
    for name, value in values.items():
        if value is not None:
            part, normal = NORMAL[name]
            told[part] = normal(str(value))
    return Subject(**told, domain=told["email"].partition("@")[2] if "email" in told else "")


@lru_cache(maxsize=1 << 12)
def _words(text: str) -> str:
    return " ".join(_SIGNS.sub(" ", plain(text)).split())


@lru_cache(maxsize=1 << 12)
def company_name(text: str) -> str:
    """Return a company's name without its legal form."""
    words = _words(text).split()
    return " ".join([word for word in words if word not in _LEGAL_FORMS] or words)


def email_key(text: str) -> str:
    """Return an address without signs before the @ and without subdomains behind it."""
    local, at, host = plain(text).strip().rpartition("@")
    return f"{_NO_LETTERS.sub('', local)}@{_registered(host)}" if at else ""


def _registered(host: str) -> str:
    labels = host.split(".")
    kept = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2 else 2
    return ".".join(labels[-kept:])


def _website(text: str) -> str:
    host = plain(text).strip().partition("://")[2] or plain(text).strip()
    return host.partition("/")[0].removeprefix("www.")


def _area(text: str) -> str:
    """Return what of a phone number must agree: a US number's area code and exchange, any other number in full.

    Salesforce weighs the parts of a number (10, 50, 30 and 10 of 100, from 80 on they match) "to fit North America".
    """
    digits = _NO_DIGITS.sub("", text)
    if len(digits) == _US_NUMBER + 1 and digits[0] == "1":
        digits = digits[1:]
    return digits[:6] if len(digits) == _US_NUMBER and not text.strip().startswith("+") else digits


def _zip(text: str) -> str:
    """Return the first five digits of a US ZIP code; others are not compared."""
    return text.strip()[:5] if _US_ZIP.fullmatch(text.strip()) else ""


NORMAL: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "first": ("first", _words),
    "last": ("last", _words),
    "title": ("title", _words),
    "company": ("company", company_name),
    "email": ("email", email_key),
    "website": ("website", _website),
    "phone": ("area", _area),
    "street": ("street", _words),
    "city": ("city", _words),
    "state": ("state", _words),
    "zip": ("zip", _zip),
}
"""By the name of a value: which part of a subject it is, and how it is normalised."""
