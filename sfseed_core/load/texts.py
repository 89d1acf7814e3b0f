"""From a dataset's records to the cells of a Bulk CSV: all text, local keys replaced by ids of the org."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.dataset.export.csv import CsvEncoder
from sfseed_core.load import ids
from sfseed_core.load.outcome import Fate
from sfseed_core.recipe.columns import RECORD, RECORD_TYPE, SYMBOL_MARK, needs_target, target_column

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sfseed_core.load.resolve import Resolver
    from sfseed_core.recipe.model import ObjectPlan, ReferencePlan


class Parents(Protocol):
    """Knows where the records are that others refer to."""

    def ids(self, object_name: str, keys: np.ndarray) -> np.ndarray:
        """Return 18-byte ids of records by local key, empty where the record is not in the org or the key is negative."""

    def fates(self, object_name: str) -> np.ndarray:
        """Return where each record of the object stands (`Fate`), by local key."""


@dataclass(frozen=True, slots=True)
class Pointers:
    """One reference of a table's rows, resolved: the 18-byte `ids`, and which rows have to wait for their parent."""

    ids: np.ndarray
    missing: np.ndarray


def point(table: pa.Table, reference: ReferencePlan, parents: Parents, resolver: Resolver) -> Pointers:
    """Resolve one reference column."""
    keys = vectors.keys(table[reference.field])
    found = np.zeros(len(keys), ids.ID)
    missing = np.zeros(len(keys), bool)
    queries = {f"{SYMBOL_MARK}{one.symbol}" for one in reference.targets if one.count}
    keyed = {f"{SYMBOL_MARK}{one.symbol}" for one in reference.targets if one.keyed}
    if keyed:
        found, missing = _keyed(table[target_column(reference.field)], resolver)
    for target, mask in targets(table, reference):
        if target in keyed:
            continue
        if target in queries:
            there = mask & (keys >= 0)
            if there.any():
                own = np.array(resolver.found(target.removeprefix(SYMBOL_MARK)), ids.ID)
                found[there] = own[keys[there] % len(own)]
        elif target.startswith(SYMBOL_MARK):
            if mask.any():
                found[mask] = resolver.symbol(target.removeprefix(SYMBOL_MARK)).encode()
        else:
            rows = mask & (keys >= 0)
            found[rows] = parents.ids(target, keys[rows])
            missing[rows] = parents.fates(target)[keys[rows]] != Fate.SUCCEEDED
    return Pointers(found, missing)


def _keyed(column: pa.ChunkedArray, resolver: Resolver) -> tuple[np.ndarray, np.ndarray]:
    """The ids of the org's records that are named by a field, and which rows name one that is not there."""
    words = vectors.one_array(column.cast(pa.string())).dictionary_encode()
    texts: list[str] = words.dictionary.to_pylist()  # the records that are named, each once
    named = [text[1:] if text.startswith(SYMBOL_MARK) and SYMBOL_MARK in text[1:] else None for text in texts]
    known = [None if one is None else resolver.keyed(one) for one in named]
    lost = np.array([name is not None and one is None for name, one in zip(named, known, strict=True)] + [False])
    place = vectors.keys(words.indices.cast(pa.int64()))
    own = np.array([(one or "").encode() for one in known] + [b""], ids.ID)
    return own[place], lost[place]


def targets(table: pa.Table, reference: ReferencePlan) -> Iterator[tuple[str, np.ndarray]]:
    """Give each target of the reference, as its column says it, with the mask of the rows that have it."""
    if not needs_target(reference):
        for target in reference.targets:
            yield target.object or "", np.ones(table.num_rows, bool)
        return
    column = table[target_column(reference.field)].cast(pa.string())
    for target in reference.targets:
        name = target.object or f"{SYMBOL_MARK}{target.symbol}"
        yield name, _where(pc.equal(column, vectors.texts([name])[0]))


def _where(column: pa.ChunkedArray) -> np.ndarray:
    """Where a column of truth values is true; null is not."""
    return vectors.mask(column) & ~vectors.nulls(column)


def refers_to_symbol(table: pa.Table, field: str, symbol: str) -> np.ndarray:
    """Say for each row whether its reference holds the symbol."""
    column = table[target_column(field)].cast(pa.string())
    return _where(pc.equal(column, vectors.texts([f"{SYMBOL_MARK}{symbol}"])[0]))


def insert_texts(
    table: pa.Table, plan: ObjectPlan, *, left_out: Collection[str], parents: Parents, resolver: Resolver
) -> tuple[pa.Table, np.ndarray]:
    """Return the cells of an insert, and which rows have to wait for a parent; fields in `left_out` stay empty.

    With `RecordTypeId` among those, record types that the org does not have become its default.
    """
    columns: dict[str, pa.Array] = {}
    held = np.zeros(table.num_rows, bool)
    for name in (one.field for one in plan.columns if one.field not in left_out):
        columns[name] = table[name]
    for reference in plan.references:
        if reference.field not in left_out:
            pointers = point(table, reference, parents, resolver)
            columns[reference.field] = ids.to_texts(pointers.ids)
            held |= pointers.missing
    if RECORD_TYPE in table.column_names:
        columns[RECORD_TYPE] = _record_types(table[RECORD_TYPE], plan.name, resolver, lenient="RecordTypeId" in left_out)
    return as_texts(pa.table(columns)), held


def _record_types(column: pa.ChunkedArray, object_name: str, resolver: Resolver, *, lenient: bool) -> pa.Array:
    encoded = vectors.one_array(column.cast(pa.string())).dictionary_encode()
    names: list[str] = encoded.dictionary.to_pylist()  # a handful of record types, not records
    there = resolver.record_types.get(object_name, {})
    known = vectors.texts(
        [None if lenient and name not in there else resolver.record_type(object_name, name) for name in names]
    )
    return known.take(encoded.indices) if len(known) else encoded.cast(pa.string())


def local_keys(table: pa.Table) -> np.ndarray:
    """Return the local keys of a table's rows."""
    return vectors.numbers(table[RECORD])


def as_texts(table: pa.Table) -> pa.Table:
    """Return the table with every cell as the text that is sent; null where it is empty."""
    encoded = CsvEncoder(table.column_names).encoded(table)
    return pa.table({name: vectors.one_array(encoded[name]).cast(pa.string()) for name in table.column_names})
