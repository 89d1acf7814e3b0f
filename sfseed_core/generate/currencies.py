"""Currencies whose amounts look otherwise than those of dollars or euros: no cents, and more digits.

Decimals by ISO 4217. How many units buy what one dollar or euro buys is a round number: it makes amounts believable, it is no
rate. Left out are currencies with decimals and everyday prices of the usual size.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Money(NamedTuple):
    """How amounts of a currency look: units for one dollar or euro, and whether it has decimals at all."""

    units: int = 1
    has_decimals: bool = True


USUAL = Money()
CURRENCIES: Mapping[str, Money] = MappingProxyType(
    {
        "CLP": Money(1_000, has_decimals=False),
        "COP": Money(4_000),
        "HUF": Money(400),
        "IDR": Money(15_000),
        "ISK": Money(100, has_decimals=False),
        "JPY": Money(100, has_decimals=False),
        "KRW": Money(1_000, has_decimals=False),
        "PYG": Money(7_000, has_decimals=False),
        "UGX": Money(4_000, has_decimals=False),
        "VND": Money(25_000, has_decimals=False),
        "XAF": Money(600, has_decimals=False),
        "XOF": Money(600, has_decimals=False),
        "XPF": Money(100, has_decimals=False),
    }
)
_BY_COUNTRY: Mapping[str, str] = MappingProxyType(
    {
        "CL": "CLP",
        "CO": "COP",
        "HU": "HUF",
        "ID": "IDR",
        "IS": "ISK",
        "JP": "JPY",
        "KR": "KRW",
        "PY": "PYG",
        "UG": "UGX",
        "VN": "VND",
        "CM": "XAF",
        "CI": "XOF",
        "SN": "XOF",
        "PF": "XPF",
    }
)


def currency_of(locale: str) -> str:
    """Return the currency of the locale's country, if it is one of those here; else nothing."""
    return _BY_COUNTRY.get(locale.replace("-", "_").rpartition("_")[2].upper(), "")


def money(currency: str | None) -> Money:
    """Return how amounts of the currency look."""
    return CURRENCIES.get(currency or "", USUAL)
