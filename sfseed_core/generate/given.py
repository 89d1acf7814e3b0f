"""What a recipe's own rows say of a company or a place, for all that is generated beside them and must agree with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from sfseed_core.generate import draws, texts
from sfseed_core.recipe.model import GIVEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from sfseed_core.generate.engine import Engine
    from sfseed_core.generate.pools import Pools
    from sfseed_core.generate.rows import Rows

UNKNOWN, NOT_SAID = -1, -2
_HOST = re.compile(r"(?:[a-z]+://)?(?:www\.)?([^/:?#\s]+)", re.IGNORECASE)
# parts of an address that tell the city, with the columns of the table of cities that may hold what a row says
_TELLING: Mapping[str, tuple[str, ...]] = {
    "address.city": ("city_names",),
    "address.postal_code": ("city_postal_codes",),
    "address.state": ("city_states", "city_state_codes"),
    "address.state_code": ("city_state_codes", "city_states"),
    "address.country": ("city_countries", "city_countries_english", "city_country_codes"),
    "address.country_code": ("city_country_codes", "city_countries", "city_countries_english"),
}


def given_values(engine: Engine, object_name: str, part: str) -> Sequence[str | None]:
    """Return the rows' values of the object's first column that is otherwise made as the part of an address, or by the provider."""
    for column in engine.object(object_name).columns:
        otherwise: Mapping[str, Any] = (column.options.get("otherwise") or {}) if column.provider == GIVEN else {}
        if otherwise and part in (otherwise["options"].get("part"), otherwise["provider"]):
            return list(column.options["values"])
    return ()


def given_places(rows: Rows, pools: Pools) -> np.ndarray | None:
    """Return the place in the table of cities of each of the first records; UNKNOWN or NOT_SAID. None without such rows."""
    name = rows.plan.name
    return rows.engine.once(("given places", name, pools.locale), lambda: _places(rows.engine, name, pools))


def _places(engine: Engine, name: str, pools: Pools) -> np.ndarray | None:
    said = {part: given_values(engine, name, part) for part in _TELLING}
    count = max(len(values) for values in said.values())
    if not count:
        return None
    tables = {part: [_folded(texts.listed(pools.text(column))) for column in columns] for part, columns in _TELLING.items()}
    rows = [{part: values[number] for part, values in said.items() if number < len(values)} for number in range(count)]
    picks = draws.mix(engine.key(name, "given places"), draws.spread(np.arange(count)))
    return np.array([_place(row, tables, int(pick)) for row, pick in zip(rows, picks, strict=True)], dtype=np.int64)


def _place(row: Mapping[str, str | None], tables: Mapping[str, list[np.ndarray]], pick: int) -> int:
    """Return a city that fits all that a row says; a row that names only its state or country gets one there."""
    told = {part: value.strip().casefold() for part, value in row.items() if value}
    if not told:
        return NOT_SAID
    fits = np.ones(len(tables["address.city"][0]), dtype=bool)
    for part, value in told.items():
        fits &= np.logical_or.reduce([column == value for column in tables[part]])
    found = np.flatnonzero(fits)
    return int(found[pick % len(found)]) if len(found) else UNKNOWN


def _folded(values: list[str]) -> np.ndarray:
    return np.array([value.casefold() for value in values], dtype=object)


def given_sites(rows: Rows) -> tuple[pa.StringArray, np.ndarray] | None:
    """Return the internet domains that the rows name as their companies' sites, and of each of the first records which (or -1)."""
    name = rows.plan.name
    return rows.engine.once(("given sites", name), lambda: _sites(given_values(rows.engine, name, "website")))


def _sites(values: Sequence[str | None]) -> tuple[pa.StringArray, np.ndarray] | None:
    hosts = [match[1].lower() if value and (match := _HOST.match(value.strip())) else None for value in values]
    pool = [host for host in hosts if host]
    if not pool:
        return None
    places = np.cumsum([host is not None for host in hosts]) - 1
    return texts.strings(pool), np.where([host is not None for host in hosts], places, -1)


def among(rows: Rows, table: np.ndarray, otherwise: int) -> np.ndarray:
    """Return the table's entry of each record; `otherwise` behind its end."""
    inside = rows.records < len(table)
    return np.where(inside, table[np.where(inside, rows.records, 0)], otherwise)
