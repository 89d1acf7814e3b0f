"""A record's family: what it points to, and what points to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.dataset.removal import children_of
from sfseed_core.errors import NotFound
from sfseed_core.recipe.columns import SYMBOL_MARK, needs_target, target_column

if TYPE_CHECKING:
    from sfseed_core.dataset.dataset import Dataset

FEW = 12


@dataclass(frozen=True, slots=True)
class Parent:
    """The record that a reference leads to."""

    field: str
    object: str
    record: int


@dataclass(frozen=True, slots=True)
class Children:
    """The records of one object that point here by one field: how many, and the first of them."""

    object: str
    field: str
    count: int
    records: tuple[int, ...]


def parents(dataset: Dataset, object_name: str, record: int) -> list[Parent]:
    """Return what the record points to within the dataset; raises NotFound when there is no such record."""
    rows = dataset.take(object_name, np.array([record])).to_pylist()
    if not rows:
        raise NotFound(f"{object_name} in dataset {dataset.id} has no record {record}")
    found = []
    for one in dataset.plan.object(object_name).references:
        key = rows[0][one.field]
        target = rows[0].get(target_column(one.field)) if needs_target(one) else one.targets[0].object
        if key is not None and target and not target.startswith(SYMBOL_MARK):
            found.append(Parent(one.field, target, int(key)))
    return found


def children(dataset: Dataset, object_name: str, record: int, *, most: int = FEW) -> list[Children]:
    """Return who points to the record, by object and field, in load order."""
    return [
        Children(child, reference.field, len(found), tuple(int(one) for one in found[:most]))
        for child, reference, found in children_of(dataset, object_name, np.array([record], np.int64))
    ]
