"""Changes of a dataset's records: what each kind of edit does, decided first, then made durable in one operation."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa

from sfseed_core.dataset import patches, vectors
from sfseed_core.dataset.log import Operation, Part, live, next_redo, next_undo
from sfseed_core.dataset.references import reference_columns
from sfseed_core.dataset.removal import removal
from sfseed_core.dataset.values import column_of
from sfseed_core.errors import NotFound, UserError
from sfseed_core.recipe.columns import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.dataset.query import Query
    from sfseed_core.dataset.removal import Children


@dataclass(frozen=True, slots=True)
class SetCells:
    """Give these records values, column by column: as many as records, as Arrow, Python values or text."""

    object: str
    records: Sequence[int] | np.ndarray
    values: Mapping[str, Any]
    label: str = ""


@dataclass(frozen=True, slots=True)
class SetWhere:
    """Give every record that the query finds now the same values."""

    object: str
    query: Query
    values: Mapping[str, Any]
    label: str = ""


@dataclass(frozen=True, slots=True)
class AddRecords:
    """Add `count` records; columns that `values` does not name are empty."""

    object: str
    count: int
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    label: str = ""


@dataclass(frozen=True, slots=True)
class DeleteRecords:
    """Delete records; `children` says what becomes of those that point to them (`ask`: stop if there are any).

    `to` is the record of the same object that they are given to.
    """

    object: str
    records: Sequence[int] | np.ndarray
    children: Children = "ask"
    to: int | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Together:
    """Several edits as one operation, undone as one."""

    edits: tuple[SetCells | SetWhere | AddRecords | DeleteRecords, ...]
    label: str = ""


Edit = SetCells | SetWhere | AddRecords | DeleteRecords | Together


@dataclass(frozen=True, slots=True)
class Change:
    """What an edit does to one object: `set` and `delete` name records, `add` has whole ones, numbered anew."""

    object: str
    kind: Literal["set", "add", "delete"]
    table: pa.Table


def apply(dataset: Dataset, edit: Edit, *, clock: Clock) -> int:
    """Decide what the edit does to the newest revision, make it durable, and return the new revision.

    An edit that changes nothing (no record found) makes no revision.
    """
    with dataset.log.lock():
        changes = _numbered(dataset, [one for one in _changes(dataset, edit) if one.table.num_rows])
        if not changes:
            return dataset.revision
        number = dataset.revision + 1
        parts = tuple(_written(dataset, one, f"{number:06d}-{place}") for place, one in enumerate(changes))
        revision = dataset.log.append(Operation("edit", edit.label or _label(changes), clock.now(), parts))
        _keep_sums(dataset, parts)
    return revision


def undo(dataset: Dataset, number: int | None = None, *, clock: Clock) -> int:
    """Take back an edit (the last in force, if none is named) and return the new revision; all other edits stay."""
    with dataset.log.lock():
        operations = dataset.operations()
        which = next_undo(operations) if number is None else number
        if which is None:
            raise NotFound(f"nothing to undo in dataset {dataset.id}")
        return _turn(dataset, "undo", which, clock)


def redo(dataset: Dataset, *, clock: Clock) -> int:
    """Bring back the edit that was undone last and return the new revision."""
    with dataset.log.lock():
        which = next_redo(dataset.operations())
        if which is None:
            raise NotFound(f"nothing to redo in dataset {dataset.id}")
        return _turn(dataset, "redo", which, clock)


def _turn(dataset: Dataset, kind: Literal["undo", "redo"], which: int, clock: Clock) -> int:
    operations = dataset.operations()
    if not 1 <= which <= len(operations) or operations[which - 1].kind != "edit":
        raise NotFound(f"dataset {dataset.id} has no edit {which}")
    if (which in live(operations)) != (kind == "undo"):
        raise UserError(f"edit {which} is {'not in force' if kind == 'undo' else 'in force'} already")
    return dataset.log.append(Operation(kind, operations[which - 1].label, clock.now(), of=which))


def _changes(dataset: Dataset, edit: Edit) -> Iterator[Change]:
    match edit:
        case Together():
            for one in edit.edits:
                yield from _changes(dataset, one)
        case SetCells():
            records = _existing(dataset, edit.object, edit.records)
            yield _set(edit.object, records, _columns(dataset, edit.object, edit.values))
        case SetWhere():
            records = dataset.select(edit.object, edit.query)
            once = _columns(dataset, edit.object, {name: [value] for name, value in edit.values.items()})
            everywhere = vectors.integers(np.zeros(len(records), np.int64))
            yield _set(edit.object, records, {name: one.take(everywhere) for name, one in once.items()})
        case AddRecords():
            yield _add(dataset, edit)
        case DeleteRecords():
            doomed = _existing(dataset, edit.object, edit.records)
            for name, kind, table in removal(dataset, edit.object, doomed, edit.children, edit.to):
                yield Change(name, kind, table)


def _set(name: str, records: np.ndarray, columns: Mapping[str, pa.Array]) -> Change:
    for column, values in columns.items():
        if len(values) != len(records):
            raise UserError(f"{name}.{column}: {len(values)} values for {len(records)} records")
    return Change(name, "set", patches.in_order(pa.table({RECORD: vectors.integers(records), **columns})))


def _add(dataset: Dataset, edit: AddRecords) -> Change:
    schema = dataset.arrow_schema(edit.object)
    given = _columns(dataset, edit.object, edit.values)
    columns = {one.name: given.get(one.name, pa.nulls(edit.count, one.type)) for one in schema}
    columns[RECORD] = vectors.integers(np.arange(edit.count, dtype=np.int64))
    for column, values in columns.items():
        if len(values) != edit.count:
            raise UserError(f"{edit.object}.{column}: {len(values)} values for {edit.count} records")
    return Change(edit.object, "add", pa.table(columns, schema=schema))


def _numbered(dataset: Dataset, changes: Sequence[Change]) -> list[Change]:
    """The changes with added records numbered on from the highest number that was ever used."""
    free = {one.object: dataset.extent(one.object) for one in changes if one.kind == "add"}
    numbered = []
    for one in changes:
        if one.kind == "add":
            numbers = np.arange(free[one.object], free[one.object] + one.table.num_rows, dtype=np.int64)
            free[one.object] += one.table.num_rows
            table = one.table.set_column(0, one.table.schema.field(0), vectors.integers(numbers))
            numbered.append(Change(one.object, "add", table))
        else:
            numbered.append(one)
    return numbered


def _columns(dataset: Dataset, name: str, values: Mapping[str, Any]) -> dict[str, pa.Array]:
    """The values as columns of the object; a reference's target column follows its key."""
    schema = dataset.arrow_schema(name)
    unknown = sorted(set(values) - set(schema.names) | {RECORD} & set(values))
    if unknown:
        raise NotFound(f"{name} in dataset {dataset.id} has no column {', '.join(unknown)} to set")
    references = {one.field: one for one in dataset.plan.object(name).references}
    columns: dict[str, pa.Array] = {}
    for column, given in values.items():
        if column in references:
            columns |= reference_columns(name, references[column], given)
    plain = {column: given for column, given in values.items() if column not in references}
    columns |= {column: column_of(given, schema.field(column).type, f"{name}.{column}") for column, given in plain.items()}
    return columns


def _existing(dataset: Dataset, name: str, records: Sequence[int] | np.ndarray) -> np.ndarray:
    wanted = np.asarray(records, np.int64)
    there = dataset.state(name).exists(wanted)
    if not there.all():
        raise NotFound(f"{name} in dataset {dataset.id} has no record {int(wanted[~there][0])}")
    return wanted


def _written(dataset: Dataset, change: Change, stem: str) -> Part:
    file = f"{stem}.parquet"
    patches.write(dataset.log.folder / file, change.table)
    records = vectors.numbers(change.table[RECORD])
    columns = tuple(name for name in change.table.column_names if name != RECORD) if change.kind == "set" else ()
    first = int(records[0]) if change.kind == "add" else 0
    return Part(change.object, change.kind, file, change.table.num_rows, columns, first)


def _keep_sums(dataset: Dataset, parts: Sequence[Part]) -> None:
    for part in parts:
        for column in part.columns:
            dataset.overlays.keep_sum(part.object, column, dataset.state(part.object).patches[column])


def _label(changes: Sequence[Change]) -> str:
    return "; ".join(f"{one.kind} {one.table.num_rows:,} {one.object}" for one in changes)
