"""Make the vocabulary files: `python -m sfseed_core.generate.pools.build [LOCALE ...]`.

People's names come from Faker's lists with their frequencies, mended by `source/<locale>/people.yaml`; all else is written by
hand in `source/<locale>/`. A file changes only when someone runs this and commits it, so a release of Faker never changes
anybody's records.
"""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from sfseed_core.generate.letters import spellings
from sfseed_core.generate.pools.alike import SIMILAR, first_words, near, second_words, similarity, unlike

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FOLDER = Path(__file__).parent
_SOURCE = _FOLDER / "source"
_MOST_NAMES = 1500
_MOST_STEMS = 1200
_WEIGHT_UNIT = 1_000_000
_TOWN = 7
"""The column of cities with the town, where a postal code is a town's and its name belongs into the street."""
_RANKS = 20
"""Of names listed by their frequency the 21st is half as frequent as the first."""
_LEADING = ("job_executives", "job_directors", "job_managers")
"""Lists of those titles whose bearers lead others, from the top."""
_NO_NAMES = frozenset({"auch Schlauchin", "Dussen van"})
"""Slips in Faker's lists."""

Columns = dict[str, list[str] | list[int]]


def build(locale: str) -> tuple[Columns, dict[str, str]]:
    """Return the vocabularies of a locale and its settings, from its sources."""
    folder = _SOURCE / locale
    settings = {key: str(value) for key, value in _yaml(folder / "locale.yaml").items()}
    words = _words(folder)
    if "like" in settings:
        words = {**_words(_SOURCE / settings.pop("like")), **words}
    settings |= {name: words.pop(name) for name in [*words] if name.startswith("pattern_")}
    spellings = [item.split(">") for item in _items(words.pop("spellings", ""))]
    words = {name: _respelled(text, spellings) for name, text in words.items()}
    columns: Columns = {name: _items(text) for name, text in words.items() if "|" not in text}
    columns |= people(locale)
    columns |= _cities(folder, settings)
    columns |= _streets(columns)
    columns |= _companies(_items(words["company_trades"]), columns, locale)
    titles = _tagged("job_titles", words, "departments", "job_weights")
    columns |= {**_by_gender("job_titles", titles), "job_ranks": _ranks(columns, titles["job_titles"])}
    columns |= _tagged("product_kinds", words, "product_families")
    columns |= _tagged("salutations", words, "salutation_genders")
    columns |= _tagged("solutions", words, "solution_notes")
    for name, text in words.items():
        if "|" in text and name not in columns and name != "company_trades":
            columns |= _tagged(name, words, f"{name}_tags")
    return columns, settings


def _words(folder: Path) -> dict[str, str]:
    """Return the lists of a folder: those of `names.yaml` too."""
    return {**_yaml(folder / "words.yaml"), **_yaml(folder / "names.yaml")}


def write(locale: str) -> Path:
    """Write the locale's file and return its path."""
    path = _FOLDER / f"{locale}.arrow"
    save(*build(locale), path)
    return path


def save(columns: Columns, settings: Mapping[str, str], path: Path) -> None:
    """Write a file of vocabularies; it appears under its name only when it is whole."""
    import pyarrow as pa

    arrays, fields = [], []
    for name, values in sorted(columns.items()):
        kind = pa.list_(pa.string() if values and isinstance(values[0], str) else pa.int64())
        arrays.append(pa.array([values], kind))
        fields.append(pa.field(name, kind))
    schema = pa.schema(fields, metadata=settings)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    with pa.OSFile(str(unfinished), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=schema))
    unfinished.replace(path)


def slug(text: str, locale: str = "") -> str:
    """Return the text as it may stand in an e-mail address or a host name of the locale (of none: without accents)."""
    lower = unicodedata.normalize("NFC", text).lower()
    for letter, latin in spellings(locale):
        lower = lower.replace(letter, latin)
    plain = unicodedata.normalize("NFKD", lower)
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")


def _yaml(path: Path) -> dict[str, str]:
    import yaml

    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def _items(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _respelled(text: str, spellings: Sequence[Sequence[str]]) -> str:
    """Return the words of another locale as this one writes them (Center, Centre)."""
    for theirs, ours in spellings:
        text = re.sub(rf"\b{re.escape(theirs)}\b", ours, text)
    return text


def people(locale: str) -> Columns:
    """Return Faker's lists of names with their frequencies, and how each is written in an address."""
    from faker import Faker

    provider = next(one for one in Faker(locale).providers if hasattr(one, "first_names"))
    mending = _Mending.of(locale)
    letters = _Letters.of(provider, locale, mending.latin())
    male = letters.weighted(mending.of_names("male", getattr(provider, "first_names_male", provider.first_names)))
    female = letters.weighted(mending.of_names("female", getattr(provider, "first_names_female", provider.first_names)))
    last = letters.weighted(mending.of_names("last", provider.last_names))
    first = [*_halved(male), *_halved(female)]
    # of two that begin with the same name (Anna Lena, Anna Maria) the rules see little more than that
    simple = [("" if re.search(r"[ -]", name) else name, weight) for name, weight in first]
    pair_firsts = _apart(first, _unlike(letters, simple))
    heard = [letters.of_name(first[place][0]) for place in pair_firsts]
    heard += [letters.in_address(first[place][0]) for place in pair_firsts]
    pair_lasts = _unlike(letters, last, without=heard, alike=near)
    return {
        "pair_firsts": pair_firsts or [0],
        "pair_lasts": pair_lasts or [0],
        "first_names": [name for name, _ in first],
        "first_slugs": [letters.in_address(name) for name, _ in first],
        "first_initials": [letters.of_name(name)[0] for name, _ in first],
        "first_weights": [weight for _, weight in first],
        "first_males": [len(male)],
        "last_names": [re.sub("^Mc[a-z]", lambda start: f"Mc{start[0][2].upper()}", name) for name, _ in last],
        "last_slugs": [letters.in_address(name) for name, _ in last],
        "last_weights": [weight for _, weight in last],
        **mending.unpaired(),
    }


def _unlike(letters: _Letters, names: Sequence[tuple[str, int]], **how: Any) -> list[int]:
    """Return the places of names of which no two are alike without their accents, nor as addresses write them."""
    kept = [*range(len(names))]
    for write in (letters.of_name, letters.in_address):
        written = [write(names[place][0]) if names[place][0] else "" for place in kept]
        kept = [kept[place] for place in unlike(written, [names[place][1] for place in kept], **how)]
    return kept


def _apart(names: Sequence[tuple[str, int]], places: Sequence[int]) -> list[int]:
    """Return the places of names of which none, in letters other than Latin ones, is nearly another or its beginning.

    The rules read one letter as an initial, also where it is a whole name (明, 明美).
    """
    kept: list[int] = []
    for place in sorted(places, key=lambda one: (-names[one][1], names[one][0])):
        name = names[place][0]
        others = [] if slug(name) else [names[one][0] for one in kept]
        if not any(similarity(name, one) >= SIMILAR or one.startswith(name) or name.startswith(one) for one in others):
            kept.append(place)
    return sorted(kept)


@dataclass(frozen=True, slots=True)
class _Mending:
    """What is added to Faker's names of a locale, left out of them, and spelt otherwise, or listed in their stead.

    A list in their stead (`only_male`) begins with the most frequent names. Names in other letters than Latin ones say how these
    write them (`裕子/yuko`).
    """

    words: Mapping[str, str]

    @classmethod
    def of(cls, locale: str) -> _Mending:
        path = _SOURCE / locale / "people.yaml"
        return cls(_yaml(path) if path.exists() else {})

    def of_names(self, kind: str, names: Mapping[str, float] | Sequence[str]) -> Mapping[str, float] | Sequence[str]:
        """Return the names of a kind (male, female, last) as people bear them; those of other locales as they are."""
        if not self.words:
            return names
        weights = dict(names.items()) if hasattr(names, "items") else dict.fromkeys(names, 1.0)
        usual = sum(weights.values()) / len(weights)
        weights |= {name: usual for name in _items(self.words.get(kind, "")) if name not in weights}
        if ranked := _items(self.words.get(f"only_{kind}", "")):
            weights = {name.split("/")[0]: 1 / (place + _RANKS) for place, name in enumerate(ranked)}
        spelt = dict(pair.split("=") for pair in _items(self.words.get("spelt", "")))
        left_out = {*_items(self.words.get("unused", "")), *_items(self.words.get(f"unused_{kind}", ""))}
        mended: dict[str, float] = {}
        for name, weight in weights.items():
            if name not in left_out:
                written = " ".join(spelt.get(word, word) for word in name.split(" "))
                mended[written] = max(weight, mended.get(written, 0.0))
        return mended

    def latin(self) -> dict[str, str]:
        """Return how Latin letters write the names of which it is said."""
        return dict(name.split("/") for text in self.words.values() for name in _items(text) if "/" in name)

    def unpaired(self) -> Columns:
        """Return the known persons whose names are not to be given to anybody."""
        known = _items(self.words.get("unpaired", ""))
        return {"unpaired": known} if known else {}


@dataclass(frozen=True, slots=True)
class _Letters:
    """How names are written in Latin letters: as the provider says, else without their accents."""

    known: Mapping[str, str]
    locale: str

    @classmethod
    def of(cls, provider: Any, locale: str, said: Mapping[str, str]) -> _Letters:
        lists = [getattr(provider, name, ()) for name in ("first_name_pairs", "last_name_pairs")]
        return cls({pair[0]: pair[2] for pairs in lists for pair in pairs} | dict(said), locale)

    def of_name(self, name: str) -> str:
        """Return the name in Latin letters; of one in other letters, a word of its own for it."""
        return self._plain(name, "")

    def in_address(self, name: str) -> str:
        """Return the name as the locale's addresses write it."""
        return self._plain(name, self.locale)

    def _plain(self, name: str, locale: str) -> str:
        plain = slug(self.known.get(name, name), locale).replace("-", "")
        return plain or f"p{crc32(name.encode()):x}"

    def weighted(self, names: Mapping[str, float] | Sequence[str]) -> list[tuple[str, int]]:
        """Return the most frequent names with whole-number weights, in alphabetical order."""
        pairs = list(names.items()) if hasattr(names, "items") else [(name, 1.0) for name in dict.fromkeys(names)]
        total = sum(weight for _, weight in pairs)
        usable = [
            (name, weight)
            for name, weight in pairs
            if self.of_name(name) and name == name.strip() and name not in _NO_NAMES
        ]
        kept = sorted(usable, key=lambda pair: (-pair[1], pair[0]))[:_MOST_NAMES]
        return sorted((name, max(1, round(weight / total * _WEIGHT_UNIT))) for name, weight in kept)


def _halved(names: list[tuple[str, int]]) -> list[tuple[str, int]]:
    total = sum(weight for _, weight in names)
    return [(name, max(1, weight * _WEIGHT_UNIT // total)) for name, weight in names]


def _cities(folder: Path, settings: Mapping[str, str]) -> Columns:
    states = dict(_rows(folder / "states.tsv"))
    rows = _rows(folder / "cities.tsv")
    columns: dict[str, list[Any]] = {
        "city_names": [row[0] for row in rows],
        "city_states": [states[row[1]] for row in rows],
        "city_state_codes": [row[1] for row in rows],
        "city_postal_codes": [row[2] for row in rows],
        "city_countries": [settings["country"]] * len(rows),
        "city_countries_english": [settings.get("country_english", settings["country"])] * len(rows),
        "city_areas": [(re.findall(r"\d+", row[3]) or [""])[0] for row in rows],
        "city_country_codes": [settings["country_code"]] * len(rows),
        "city_latitudes": [_ten_thousandths(row[4]) for row in rows],
        "city_longitudes": [_ten_thousandths(row[5]) for row in rows],
        "city_people": [int(row[6]) for row in rows],
    }
    if len(rows[0]) > _TOWN:
        columns["city_towns"] = [row[_TOWN] for row in rows]
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
    kinds, gap = columns.pop("street_kinds"), str((columns.pop("street_join", [" "]) or [""])[0])
    order = columns.pop("street_order", None)
    if not kinds:
        return {}  # the streets are whole names
    if order:
        return {"streets": [f"{kind} {name}" for name in columns["streets"] for kind in kinds]}
    return {"streets": [f"{name}{gap}{kind}" for name in columns["streets"] for kind in kinds]}


def _companies(trades: list[str], columns: Columns, locale: str) -> Columns:
    """Stems are place-like words and family names that read well as a company's; each trade belongs to an industry."""

    def read_as(item: str, sign: str = "/") -> tuple[str, str]:
        """Split `text/in Latin letters`; without the second part the text as addresses write it."""
        text, _, letters = item.partition(sign)
        return text, letters or slug(text, locale)

    names, slugs, weights = columns["last_names"], columns["last_slugs"], columns["last_weights"]
    unused = {*columns.pop("company_unused", [])}
    common = sorted(range(len(names)), key=lambda place: -int(weights[place]))
    stems = dict(read_as(str(word)) for word in columns["company_stems"])
    stems |= {
        str(names[place]): str(slugs[place]) for place in common if names[place] not in unused and names[place] not in stems
    }
    by_slug = {stems[stem]: stem for stem in reversed(first_words(stems, _MOST_STEMS))}  # a slug is the web site's name
    stems = {stem: slug for slug, stem in by_slug.items()}
    known_trades = second_words(trade.split("|")[0] for trade in trades)
    pairs = [(trade, industry) for trade, industry in (read_as(trade, "|") for trade in trades) if trade in known_trades]
    known = [read_as(industry) if "/" in industry else (industry, slug(trade, locale)) for trade, industry in pairs]
    regions = [("", ""), *(read_as(str(region)) for region in columns["company_regions"])]
    return {
        "company_stems": sorted(stems),
        "company_stem_slugs": [stems[stem] for stem in sorted(stems)],
        "company_trades": [trade for trade, _ in pairs],
        "company_trade_slugs": [one for _, one in known],
        "company_industries": [industry for industry, _ in known],
        "company_regions": [region for region, _ in regions],
        "company_region_slugs": [one for _, one in regions],
    }


def _by_gender(name: str, columns: Columns) -> Columns:
    """Split `Acheteur/Acheteuse` into what men and what women are called, if any words of the locale have both."""
    forms = [str(word).split("/") for word in columns[name]]
    if all(len(one) == 1 for one in forms):
        return columns
    return {**columns, name: [one[0] for one in forms], f"{name}_female": [one[-1] for one in forms]}


def _ranks(columns: Columns, titles: Sequence[str | int]) -> list[int]:
    """Return the rank of each title: 0 leads the company, 1 a division, 2 a team, 3 nobody.

    Raises ValueError where a list of those who lead names what is no title.
    """
    ranks = {str(title).split("/")[0]: len(_LEADING) for title in titles}
    for rank, name in enumerate(_LEADING):
        for title in columns.pop(name, []):
            if title not in ranks:
                raise ValueError(f"{name}: {title!r} is none of job_titles")
            ranks[str(title)] = rank
    return [*ranks.values()]


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
