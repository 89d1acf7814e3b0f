"""Vocabularies of a locale that is not shipped: drawn from Faker once, kept in the home folder, the same from then on.

People's names are Faker's whole lists; places are real ones of the locale's country where Faker knows any, with streets of
its own; the rest is in its language where we have it, else English. Telephone numbers begin with 000, which no country gives out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sfseed_core import system
from sfseed_core.generate.pools import available, build
from sfseed_core.generate.pools.alike import first_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sfseed_core.generate.pools.build import Columns

_NAME = re.compile(r"[a-z]{2,3}_[A-Za-z0-9_]{2,10}")
_CITIES = 120
_STREETS = 400
_STEMS = 600
_SEED = 20_260
_EDITION = 3  # goes up with the lists that pools have: a file of an earlier release lacks some


def path_of(locale: str) -> Path:
    """Return where the vocabularies of the locale are kept."""
    return system.home() / "pools" / str(_EDITION) / f"{locale}.arrow"


def known(locale: str) -> bool:
    """Say whether Faker has the locale."""
    if not _NAME.fullmatch(locale):
        return False
    from faker.config import AVAILABLE_LOCALES

    return locale in AVAILABLE_LOCALES


def draw(locale: str) -> Path:
    """Return the file of the locale's vocabularies, drawn and written if it is not there yet."""
    path = path_of(locale)
    if not path.exists():
        columns, settings = vocabularies(locale)
        system.private_folder(path.parent)
        build.save(columns, settings, path)
    return path


def vocabularies(locale: str) -> tuple[Columns, dict[str, str]]:
    """Return what Faker has for the locale, the rest in English."""
    from faker import Faker

    fake = Faker(locale, use_weighting=False)
    fake.seed_instance(_SEED)
    columns, settings = build.build(available(locale))
    settings.pop("holidays", None)  # of another country
    columns |= build.people(locale)
    columns |= _stems(columns)
    country = _drawn(fake.current_country, "")
    code = _drawn(fake.current_country_code, "")
    columns |= _places(fake, country, code)
    columns["streets"] = sorted({_drawn(fake.street_name, "Main Street") for _ in range(_STREETS)})
    settings |= {"country": country, "country_code": code, "highest_house_number": "200"}
    if not _number_first(fake):
        settings["street"] = "{name} {number}"
    return columns, settings


def _stems(columns: Columns) -> Columns:
    """Return the most frequent family names that Latin letters can write as the first words of companies."""
    people = zip(columns["last_weights"], columns["last_names"], columns["last_slugs"], strict=True)
    plain = sorted((-int(str(weight)), str(name), str(slug)) for weight, name, slug in people if build.slug(str(name)))[
        :_STEMS
    ]
    by_name = {name: slug for _, name, slug in plain}
    stems = sorted((name, by_name[name]) for name in first_words(by_name, _STEMS))
    if not stems:
        return {}
    return {"company_stems": [name for name, _ in stems], "company_stem_slugs": [slug for _, slug in stems]}


def _places(fake: Any, country: str, code: str) -> Columns:
    """Return cities with their positions where Faker knows those of the country, else cities of its own making."""
    from faker.providers.geo import Provider

    real = [(name, latitude, longitude) for latitude, longitude, name, of, _ in Provider.land_coords if of == code]
    cities = real or [(name, "0", "0") for name in sorted({fake.city() for _ in range(_CITIES)})]
    count = len(cities)
    state = getattr(fake, "administrative_unit", None) or getattr(fake, "state", None)
    states = [_drawn(state, name) if state and not real else name for name, _, _ in cities]
    return {
        "city_names": [name for name, _, _ in cities],
        "city_states": states,
        "city_state_codes": states,
        "city_postal_codes": [_drawn(fake.postcode, "00000") for _ in cities],
        "city_countries": [country] * count,
        "city_countries_english": [country] * count,
        "city_areas": ["000"] * count,
        "city_country_codes": [code] * count,
        "city_latitudes": [round(float(latitude) * 10_000) for _, latitude, _ in cities],
        "city_longitudes": [round(float(longitude) * 10_000) for _, _, longitude in cities],
        "city_people": [1] * count,
        "city_phones": ["000 000 "] * count,
        "city_mobiles": ["000 900 "] * count,
        "phone_digits": [4],
        "mobile_digits": [4],
    }


def _number_first(fake: Any) -> bool:
    return bool(re.match(r"\d", _drawn(fake.street_address, "1")))


def _drawn(make: Callable[[], str], otherwise: str) -> str:
    """Return what Faker makes; it has not everything for every locale, and says so in several ways."""
    try:
        return str(make()).replace("\n", " ")
    except (AttributeError, ValueError, IndexError, KeyError, NotImplementedError):
        return otherwise
