"""Deleting records: what points to them is deleted too, loses its reference, or is given to another record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.errors import NotFound, UserError
from sfseed_core.recipe.columns import RECORD, needs_target, target_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.recipe.model import ReferencePlan

Children = Literal["ask", "delete", "clear", "give"]


def children_of(dataset: Dataset, name: str, records: np.ndarray) -> Iterator[tuple[str, ReferencePlan, np.ndarray]]:
    """Yield who points to these records: child object, reference, numbers of the child records."""
    for plan in dataset.plan.objects:
        for reference in plan.references:
            if any(target.object == name for target in reference.targets):
                found = _pointing(dataset, plan.name, reference, name, records)
                if len(found):
                    yield plan.name, reference, found


def removal(
    dataset: Dataset, name: str, records: np.ndarray, children: Children, to: int | None
) -> Iterator[tuple[str, Literal["set", "delete"], pa.Table]]:
    """Yield what deleting the records does, object by object; UserError when children forbid it."""
    doomed = {name: np.unique(records)}
    if children == "give":
        _can_take(dataset, name, doomed[name], to)
    if children == "ask":
        _ask(dataset, name, doomed[name])
    if children == "delete":
        _doom_descendants(dataset, doomed, name, doomed[name])
    else:
        for child, reference, found in children_of(dataset, name, doomed[name]):
            left = _without(found, doomed.get(child))
            if len(left):
                _may_leave(name, child, reference, len(left), children)
                yield child, "set", _pointed(name, reference, left, to if children == "give" else None)
    for one, numbers in doomed.items():
        yield one, "delete", pa.table({RECORD: vectors.integers(numbers)})


def _doom_descendants(dataset: Dataset, doomed: dict[str, np.ndarray], name: str, records: np.ndarray) -> None:
    """Add everything that hangs on the records, however deep; each round looks at what is new only."""
    waiting = [(name, records)]
    while waiting:
        parent, newly = waiting.pop()
        for child, _, found in children_of(dataset, parent, newly):
            fresh = _without(found, doomed.get(child))
            if len(fresh):
                doomed[child] = np.union1d(doomed.get(child, fresh[:0]), fresh)
                waiting.append((child, fresh))


def _pointing(dataset: Dataset, child: str, reference: ReferencePlan, name: str, records: np.ndarray) -> np.ndarray:
    state = dataset.state(child)
    numbers, keys = state.column(reference.field)
    hit = np.isin(vectors.keys(keys), records)
    if needs_target(reference):
        _, targets = state.column(target_column(reference.field))
        hit &= vectors.mask(pc.is_in(vectors.one_array(targets), value_set=vectors.texts([name])))
    return numbers[hit]


def _can_take(dataset: Dataset, name: str, doomed: np.ndarray, to: int | None) -> None:
    if to is None or not dataset.state(name).exists(np.array([to], np.int64))[0]:
        raise NotFound(f"{name} has no record {to} to give the children to")
    if to in doomed:
        raise UserError(f"{name} {to} is to be deleted itself: choose another to give the children to")


def _ask(dataset: Dataset, name: str, doomed: np.ndarray) -> None:
    others = [
        f"{len(left):,} {child} by {reference.field}"
        for child, reference, found in children_of(dataset, name, doomed)
        if len(left := np.setdiff1d(found, doomed) if child == name else found)
    ]
    if others:
        raise UserError(
            f"records point to these {name} records: {', '.join(others)}",
            hint="Say what becomes of them: delete them too, clear the reference, or give them to another record.",
        )


def _may_leave(parent: str, child: str, reference: ReferencePlan, count: int, children: Children) -> None:
    if children == "clear" and reference.required:
        raise UserError(
            f"{child}.{reference.field} is required: {count:,} {child} cannot be without a {parent}",
            hint="Delete them too, or give them to another record.",
        )


def _pointed(name: str, reference: ReferencePlan, records: np.ndarray, to: int | None) -> pa.Table:
    """A patch that points the reference of these records to another one, or to none."""
    count = len(records)
    keys = pa.nulls(count, pa.int64()) if to is None else vectors.integers(np.full(count, to, np.int64))
    columns = {RECORD: vectors.integers(records), reference.field: keys}
    if needs_target(reference):
        named = vectors.texts([None if to is None else name])
        columns[target_column(reference.field)] = named.take(vectors.integers(np.zeros(count, np.int64)))
    return pa.table(columns)


def _without(records: np.ndarray, others: np.ndarray | None) -> np.ndarray:
    return records if others is None else np.setdiff1d(records, others)
