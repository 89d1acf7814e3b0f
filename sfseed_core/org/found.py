"""Records of an org by the values that one of their fields has, however many these are."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sfseed_core.org.soql import select, texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sfseed_core.org.client import Org

_PAGES_UP_TO = 2_000  # values from which a bulk query is cheaper
_LONGEST, _LONGEST_BULK = 6_000, 80_000  # characters of a list of values: an address and a query have their limits


def find_by(
    org: Org, object_name: str, columns: Sequence[str], field: str, values: Sequence[str], *, quoted: bool = True
) -> Iterator[dict[str, str]]:
    """Yield the object's records whose field has one of the values, each cell as the text that a CSV would hold.

    Values of numbers are not `quoted`.
    """
    wanted = list(dict.fromkeys(("Id", *columns)))
    bulk = len(values) > _PAGES_UP_TO
    for part in _parts(values, _LONGEST_BULK if bulk else _LONGEST):
        within = texts(part) if quoted else f"({','.join(part)})"
        soql = select(wanted, object_name, f"WHERE {field} IN {within}")
        yield from (
            _bulk(org, soql) if bulk else ({name: _text(row.get(name)) for name in wanted} for row in org.query(soql))
        )


def _bulk(org: Org, soql: str) -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="sfseed-") as folder:
        path = org.bulk_query(soql, Path(folder) / "found.csv")
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def _parts(values: Sequence[str], most: int) -> Iterator[list[str]]:
    """The values in lists that are not longer than so many characters, as they are encoded in an address."""
    part: list[str] = []
    length = 0
    for value in values:
        size = 3 * len(value.encode()) + 6
        if part and length + size > most:
            yield part
            part, length = [], 0
        part.append(value)
        length += size
    if part:
        yield part


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
