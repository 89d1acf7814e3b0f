"""Records that a duplicate rule may find alike: those that agree in names and in what tells persons and companies apart.

Matching rules are fuzzy, and an org's own are not known: what agrees in these fields is found by any of them; what does not may
still be found by some.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.check.column import Broken
from sfseed_core.check.finding import Level
from sfseed_core.dataset import vectors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ALIKE = "alike"
NAMES: Mapping[str, tuple[str, ...]] = {
    "Account": ("Name",),
    "Contact": ("FirstName", "LastName"),
    "Lead": ("FirstName", "LastName"),
}
"""The fields by which the standard matching rules compare names."""

_BESIDE: Mapping[str, tuple[str, ...]] = {
    "Account": ("Website", "Phone", "BillingPostalCode"),
    "Contact": ("Email", "Phone"),
    "Lead": ("Email", "Phone", "Company"),
}


def columns_of(name: str, columns: tuple[str, ...]) -> frozenset[str]:
    """Return the columns that must be compared over all records of an object."""
    return frozenset(columns) & {*NAMES.get(name, ()), *_BESIDE.get(name, ())}


def alike(name: str, table: pa.Table) -> Iterator[Broken]:
    """Find records that agree with an earlier one in their names and in a field that tells them apart."""
    names = [one for one in NAMES.get(name, ()) if one in table.column_names]
    if not names or len(names) < len(NAMES[name]):
        return
    found = np.zeros(table.num_rows, dtype=bool)
    for beside in _BESIDE[name]:
        if beside in table.column_names:
            found |= _repeated(table, [*names, beside])
    fix = "give it another name, or turn the rule off while you load"
    yield Broken(ALIKE, "a duplicate rule may take it for a record before it", found, Level.DOUBTFUL, fix)


def _repeated(table: pa.Table, names: list[str]) -> np.ndarray:
    parts = [pc.utf8_lower(vectors.one_array(table[one]).cast(pa.string())) for one in names]
    whole = pc.binary_join_element_wise(*parts, "\n")
    codes = vectors.one_array(whole).dictionary_encode()
    known = ~vectors.nulls(whole)
    places = np.where(known, vectors.numbers(codes.indices), -1)
    _, firsts = np.unique(places, return_index=True)
    repeated = known.copy()
    repeated[firsts] = False
    return repeated
