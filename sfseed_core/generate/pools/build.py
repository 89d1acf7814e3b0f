"""Make the vocabulary files: `python -m sfseed_core.generate.pools.build [LOCALE ...]`.

People's names come from Faker's lists with their frequencies; all else is written by hand in `source/<locale>/`. A file
changes only when someone runs this and commits it, so a release of Faker never changes anybody's records.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FOLDER = Path(__file__).parent
_SOURCE = _FOLDER / "source"
_MOST_NAMES = 1500
_STEMS_FROM_NAMES = 600
_WEIGHT_UNIT = 1_000_000

Columns = dict[str, list[str] | list[int]]


def build(locale: str) -> tuple[Columns, dict[str, str]]:
    """Return the vocabularies of a locale and its settings, from its sources."""
    folder = _SOURCE / locale
    settings = {key: str(value) for key, value in _yaml(folder / "locale.yaml").items()}
    words = _yaml(folder / "words.yaml")
    if "like" in settings:
        words = {**_yaml(_SOURCE / settings.pop("like") / "words.yaml"), **words}
    columns: Columns = {name: _items(text) for name, text in words.items() if "|" not in text}
    columns |= _people(locale)
    columns |= _cities(folder, settings)
    columns |= _streets(columns)
    columns |= _companies(_items(words["company_trades"]), columns)
    columns |= _tagged("job_titles", words, "departments", "job_weights")
    columns |= _tagged("product_kinds", words, "product_families")
    columns |= _tagged("salutations", words, "salutation_genders")
    return columns, settings


def write(locale: str) -> Path:
    """Write the locale's file and return its path."""
    import pyarrow as pa

    columns, settings = build(locale)
    arrays, fields = [], []
    for name, values in sorted(columns.items()):
        kind = pa.list_(pa.string() if values and isinstance(values[0], str) else pa.int64())
        arrays.append(pa.array([values], kind))
        fields.append(pa.field(name, kind))
    schema = pa.schema(fields, metadata=settings)
    path = _FOLDER / f"{locale}.arrow"
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=schema))
    return path


def slug(text: str) -> str:
    """Return the text as it may stand in an e-mail address or a host name."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o").replace("Ø", "O"))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")


def _yaml(path: Path) -> dict[str, str]:
    import yaml

    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def _items(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _people(locale: str) -> Columns:
    from faker import Faker

    provider = next(one for one in Faker(locale).providers if hasattr(one, "first_names"))
    male = _weighted(getattr(provider, "first_names_male", provider.first_names))
    female = _weighted(getattr(provider, "first_names_female", provider.first_names))
    last = _weighted(provider.last_names)
    first = [*_halved(male), *_halved(female)]
    return {
        "first_names": [name for name, _ in first],
        "first_slugs": [_letters(name) for name, _ in first],
        "first_initials": [_letters(name)[0] for name, _ in first],
        "first_weights": [weight for _, weight in first],
        "first_males": [len(male)],
        "last_names": [name for name, _ in last],
        "last_slugs": [_letters(name) for name, _ in last],
        "last_weights": [weight for _, weight in last],
    }


def _weighted(names: Mapping[str, float] | Sequence[str]) -> list[tuple[str, int]]:
    """Return the most frequent names with whole-number weights, in alphabetical order."""
    pairs = list(names.items()) if hasattr(names, "items") else [(name, 1.0) for name in dict.fromkeys(names)]
    total = sum(weight for _, weight in pairs)
    usable = [(name, weight) for name, weight in pairs if _letters(name) and name == name.strip()]
    kept = sorted(usable, key=lambda pair: (-pair[1], pair[0]))[:_MOST_NAMES]
    return sorted((name, max(1, round(weight / total * _WEIGHT_UNIT))) for name, weight in kept)


def _halved(names: list[tuple[str, int]]) -> list[tuple[str, int]]:
    total = sum(weight for _, weight in names)
    return [(name, max(1, weight * _WEIGHT_UNIT // total)) for name, weight in names]


def _letters(name: str) -> str:
    return slug(name).replace("-", "")


def _cities(folder: Path, settings: Mapping[str, str]) -> Columns:
    states = dict(_rows(folder / "states.tsv"))
    rows = _rows(folder / "cities.tsv")
    columns: dict[str, list[Any]] = {
        "city_names": [row[0] for row in rows],
        "city_states": [states[row[1]] for row in rows],
        "city_state_codes": [row[1] for row in rows],
        "city_postal_codes": [row[2] for row in rows],
        "city_countries": [settings["country"]] * len(rows),
        "city_country_codes": [settings["country_code"]] * len(rows),
        "city_latitudes": [_ten_thousandths(row[4]) for row in rows],
        "city_longitudes": [_ten_thousandths(row[5]) for row in rows],
        "city_people": [int(row[6]) for row in rows],
    }
    for kind in ("phone", "mobile"):
        full = [settings[kind].format(area=row[3]) for row in rows]
        columns[f"city_{kind}s"] = [text.rstrip("#") for text in full]
        columns[f"{kind}_digits"] = [len(full[0]) - len(full[0].rstrip("#"))]  # the same for all cities of a locale
    return columns


def _rows(path: Path) -> list[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def _ten_thousandths(degrees: str) -> int:
    return round(float(degrees) * 10_000)


def _streets(columns: Columns) -> Columns:
    kinds = columns.pop("street_kinds")
    return {"streets": [f"{name} {kind}" for name in columns["streets"] for kind in kinds]}


def _companies(trades: list[str], columns: Columns) -> Columns:
    """Stems are place-like words and family names; each trade belongs to an industry."""
    names, weights = columns["last_names"], columns["last_weights"]
    common = sorted(range(len(names)), key=lambda place: -int(weights[place]))[:_STEMS_FROM_NAMES]
    words = [str(word) for word in columns["company_stems"]]
    stems = sorted(dict.fromkeys([*words, *(str(names[place]) for place in common)]))
    pairs = [trade.split("|") for trade in trades]
    regions = ["", *(str(region) for region in columns["company_regions"])]
    return {
        "company_stems": stems,
        "company_stem_slugs": [slug(stem) for stem in stems],
        "company_trades": [trade for trade, _ in pairs],
        "company_trade_slugs": [slug(trade) for trade, _ in pairs],
        "company_industries": [industry for _, industry in pairs],
        "company_regions": regions,
        "company_region_slugs": [slug(region) for region in regions],
    }


def _tagged(name: str, words: Mapping[str, str], tag: str, weight: str | None = None) -> Columns:
    """Split `text|tag|weight` items into parallel vocabularies."""
    parts = [item.split("|") for item in _items(words[name])]
    columns: Columns = {name: [part[0] for part in parts], tag: [part[1] for part in parts]}
    if weight:
        columns[weight] = [int(part[2]) for part in parts]
    return columns


if __name__ == "__main__":
    for asked in sys.argv[1:] or sorted(path.name for path in _SOURCE.iterdir() if path.is_dir()):
        sys.stdout.write(f"{write(asked)}\n")
