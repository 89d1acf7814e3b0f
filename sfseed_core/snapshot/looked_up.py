"""Records that validation rules go through by VLOOKUP: names, and the fields that rules take, read once for all of them."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sfseed_core.errors import GuardRefused, LoginFailed, OrgError, SessionExpired
from sfseed_core.formula.nodes import FormulaError
from sfseed_core.formula.parser import parse
from sfseed_core.formula.vlookup import KEY, lookups
from sfseed_core.org.soql import select
from sfseed_core.snapshot.model import LookedUp
from sfseed_core.snapshot.taken import BULK_FROM, as_text, csv_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sfseed_core.org.client import Org

_FATAL = (LoginFailed, GuardRefused, SessionExpired)
_IDS = frozenset(("id", "reference"))
MOST = 50_000
"""Of objects with more records none are read: planning should not wait for them."""


def looked_through(formulas: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the objects that formulas go through by VLOOKUP, each with the fields that they take."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    written: dict[str, str] = {}
    for formula in formulas:
        if "vlookup" not in formula.lower():
            continue
        try:
            node = parse(formula)
        except FormulaError:
            continue
        for one in lookups(node):
            name = written.setdefault(one.object.lower(), one.object)
            found[name].setdefault(one.gives.lower(), one.gives)
    return {name: tuple(fields.values()) for name, fields in found.items()}


def read_looked_up(org: Org, formulas: Iterable[str]) -> tuple[Mapping[str, LookedUp], dict[str, str]]:
    """Return the records by object in small letters, and of objects that could not be read why not."""
    found: dict[str, LookedUp] = {}
    unread: dict[str, str] = {}
    for name, fields in looked_through(formulas).items():
        try:
            found[name.lower()] = _records(org, name, fields)
        except _FATAL:
            raise
        except OrgError as error:
            unread[f"records of {name}"] = error.message
    return MappingProxyType(found), unread


def _records(org: Org, name: str, fields: Collection[str]) -> LookedUp:
    described = {str(one["name"]).lower(): one for one in _fields(org, name)}
    known = [described[one.lower()] for one in fields if one.lower() in described]
    types = {str(one["name"]): str(one["type"]) for one in known}
    count = org.count(select(("COUNT()",), name))
    if count > MOST:
        raise OrgError(f"{count:,} records: VLOOKUP is worked out through at most {MOST:,}")
    columns = tuple(dict.fromkeys((KEY, *types)))
    rows = _rows(org, select(columns, name), columns, few=count < BULK_FROM)
    values = {column: tuple(row[place] for row in rows) for place, column in enumerate(columns)}
    shown = {
        one: tuple(text and text[:15] for text in values[one]) if kind in _IDS else values[one]
        for one, kind in types.items()
    }
    return LookedUp(tuple(one or "" for one in values[KEY]), MappingProxyType(shown), MappingProxyType(types))


def _fields(org: Org, name: str) -> Sequence[Mapping[str, Any]]:
    return list(org.get(f"sobjects/{quote(name, safe='')}/describe").get("fields") or ())


def _rows(org: Org, soql: str, columns: Sequence[str], *, few: bool) -> list[list[str | None]]:
    if few:
        return [[None if row.get(one) is None else as_text(row[one]) for one in columns] for row in org.query(soql)]
    with tempfile.TemporaryDirectory(prefix="sfseed-") as folder:
        path = org.bulk_query(soql, Path(folder) / "records.csv")
        return [[one or None for one in row] for row in csv_rows(path)]
