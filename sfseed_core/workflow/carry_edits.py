"""Carry edits: what was changed by hand in one dataset, made again in another by record number and field.

Records of the same number are taken for the same ones. What finds no place is said, never dropped silently.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.dataset.edits import AddRecords, DeleteRecords, SetCells
from sfseed_core.dataset.export.readable import reference_text
from sfseed_core.errors import SfseedError
from sfseed_core.recipe.columns import RECORD, target_column

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.dataset.edits import Edit

_NOTHING = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class Carried:
    """How many changes were made again, and a line for each that could not be."""

    changes: int
    misfits: tuple[str, ...]


def carry(earlier: Dataset, later: Dataset, *, clock: Clock) -> Carried:
    """Make the changes of the earlier dataset again in the later one: added records, cells, then deletions."""
    work = _Carrying(earlier, later, clock)
    shared = [name for name in earlier.objects if name in later.objects]
    for name in earlier.objects:
        if name not in later.objects and work.changed(name):
            work.misfits.append(f"{name} is no longer made: what was changed in it is left behind")
    for name in shared:
        work.add(name)
    for name in shared:
        work.set(name)
    for name in reversed(shared):  # children first, so that nothing hangs on what goes
        work.delete(name)
    return Carried(work.changes, tuple(work.misfits))


class _Carrying:
    def __init__(self, earlier: Dataset, later: Dataset, clock: Clock) -> None:
        self._earlier, self._later, self._clock = earlier, later, clock
        self._bases = {name: later.extent(name) for name in later.objects}
        self.changes = 0
        self.misfits: list[str] = []

    def changed(self, name: str) -> bool:
        """Say whether anything of the object was changed."""
        state = self._earlier.state(name)
        return bool(state.patches or len(self._added(name)) or len(self._deleted(name)))

    def add(self, name: str) -> None:
        """Add the records that were added."""
        records = self._added(name)
        if not len(records):
            return
        table = self._earlier.take(name, records)
        values: dict[str, Any] = {}
        for column, array in self._columns(name, table):
            if column in self._later.arrow_schema(name).names:
                values[column] = array
            else:
                self.misfits.append(f"{name} has no {column} any more: left out of {len(records):,} added records")
        self._apply(AddRecords(name, len(records), values, label=f"{len(records):,} {name} added, carried over"))

    def set(self, name: str) -> None:
        """Set the cells that were set, column by column."""
        state = self._earlier.state(name)
        targets = {target_column(one.field): one.field for one in self._earlier.plan.object(name).references}
        for column in dict.fromkeys(targets.get(one, one) for one in state.patches):
            patched = [state.overlay(one) for one in (column, target_column(column))]
            records = np.unique(np.concatenate([one.records for one in patched if one is not None]))
            self._set(name, column, records[state.exists(records) & (records < state.layout.base)])

    def _set(self, name: str, column: str, records: np.ndarray) -> None:
        there = self._later.state(name).exists(records) & (records < self._bases[name])
        if not there.all():
            self.misfits.append(f"{name}.{column}: {int((~there).sum()):,} changed records are no longer made")
        if column not in self._later.arrow_schema(name).names:
            self.misfits.append(f"{name}.{column} is no longer filled: {len(records):,} changes left behind")
            return
        kept = records[there]
        if len(kept):
            table = self._earlier.take(name, kept)
            values = dict(self._columns(name, table))[column]
            self._apply(SetCells(name, kept, {column: values}, label=f"{len(kept):,} {name}: {column}, carried over"))

    def delete(self, name: str) -> None:
        """Delete what was deleted, and what still hangs on it."""
        records = self._deleted(name)
        records = records[self._later.state(name).exists(records) & (records < self._bases[name])]
        if len(records):
            self._apply(DeleteRecords(name, records, "delete", label=f"{len(records):,} {name} deleted, carried over"))

    def _apply(self, edit: Edit) -> None:
        try:
            self._later.apply(edit, clock=self._clock)
            self.changes += 1
        except SfseedError as error:
            self.misfits.append(error.message)

    def _added(self, name: str) -> np.ndarray:
        state = self._earlier.state(name)
        numbers = state.numbers() if state.layout.added else _NOTHING
        return numbers[numbers >= state.layout.base]

    def _deleted(self, name: str) -> np.ndarray:
        state = self._earlier.state(name)
        return state.gone[state.gone < state.layout.base]

    def _columns(self, name: str, table: pa.Table) -> Iterator[tuple[str, Any]]:
        """The records' columns as an edit takes them: references by the numbers that their targets have now."""
        references = {one.field: one for one in self._earlier.plan.object(name).references}
        for column in table.column_names:
            if column == RECORD or column.endswith("@"):
                continue
            array = vectors.one_array(table[column])
            if column not in references:
                yield column, array
                continue
            which = target_column(column)
            if which in table.column_names:
                targets = vectors.one_array(table[which])
                yield column, reference_text(self._moved(array, targets), targets)
            else:
                yield column, self._moved_to(array, references[column].targets[0].object or "")

    def _moved(self, keys: pa.Array, targets: pa.Array) -> pa.Array:
        for target in (one for one in pc.unique(targets).to_pylist() if one in self._bases):
            here = pc.fill_null(pc.equal(targets, vectors.texts([target])[0]), False)
            keys = pc.if_else(here, self._moved_to(keys, target), keys)
        return keys

    def _moved_to(self, keys: pa.Array, target: str) -> pa.Array:
        """Keys of the target's records: those of added ones by their place among the added."""
        added = self._added(target) if target in self._earlier.objects else _NOTHING
        if not len(added) or target not in self._bases:
            return keys
        numbers = vectors.numbers(pc.fill_null(keys, -1))
        place = np.searchsorted(added, numbers)
        place[place == len(added)] = 0
        moved = np.where(added[place] == numbers, self._bases[target] + place, numbers).astype(np.int64)
        return pc.if_else(vectors.booleans(vectors.nulls(keys)), pa.nulls(len(keys), pa.int64()), vectors.integers(moved))
