"""Links: which records of the org a dataset names by their external ids, and what of them the org has."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.dataset.export.csv import CsvEncoder
from sfseed_core.recipe.columns import SYMBOL_MARK, keyed_symbol, target_column
from sfseed_core.snapshot.keyed import found_by, read_keyed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.org.client import Org
    from sfseed_core.snapshot.model import Snapshot


def with_links(snapshot: Snapshot, org: Org, dataset: Dataset, *, revision: int | None = None) -> Snapshot:
    """Return the snapshot with what the org has of the records that the dataset names by a field of theirs."""
    wanted = named_by_field(dataset, revision)
    if not wanted:
        return snapshot
    found = read_keyed(org, dataset.schema, wanted)
    return dataclasses.replace(snapshot, existing=MappingProxyType({**snapshot.existing, **found}))


def changed_by(dataset: Dataset, snapshot: Snapshot, *, revision: int | None = None) -> tuple[str, ...]:
    """Say for each object with an external id to go by how many records of the org a load of the dataset changes."""
    found = []
    for plan in dataset.plan.objects:
        if plan.upsert is not None:
            symbol = keyed_symbol(plan.name, plan.upsert)
            values = _distinct(dataset, plan.name, plan.upsert, revision)
            there = sum(len(found_by(snapshot.existing, f"{symbol}={one}")) == 1 for one in values)
            count = dataset.count(plan.name, revision)
            found.append(f"{there:,} {plan.name} records that the org has (by {plan.upsert}); {count - there:,} are made")
    return tuple(found)


def named_by_field(dataset: Dataset, revision: int | None = None) -> Mapping[str, list[str]]:
    """Return the values by which a dataset names records of an org, by symbol: in references, and those to be changed by it."""
    wanted: dict[str, dict[str, None]] = {}
    for plan in dataset.plan.objects:
        for reference in plan.references:
            if any(one.keyed for one in reference.targets):
                for word in _distinct(dataset, plan.name, target_column(reference.field), revision):
                    symbol, sign, value = word.removeprefix(SYMBOL_MARK).partition(SYMBOL_MARK)
                    if word.startswith(SYMBOL_MARK) and sign:
                        wanted.setdefault(symbol, {})[value] = None
        if plan.upsert is not None:
            values = _distinct(dataset, plan.name, plan.upsert, revision)
            wanted.setdefault(keyed_symbol(plan.name, plan.upsert), {}).update(dict.fromkeys(values))
    return {symbol: list(values) for symbol, values in wanted.items()}


def _distinct(dataset: Dataset, name: str, column: str, revision: int | None) -> list[str]:
    table = CsvEncoder([column]).encoded(dataset.read(name, revision=revision, columns=[column]))
    texts = pc.cast(vectors.one_array(table[column]), "string")
    found: list[str] = texts.unique().drop_null().to_pylist()
    return found
