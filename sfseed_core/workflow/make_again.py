"""Make again: other values for chosen fields of chosen records, by the plan's own generators.

One field alone agrees with the others of its record as they were made (an e-mail address with the name). Where all fields are
made again they agree with each other anew, and the record keeps its parents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow.compute as pc

from sfseed_core.dataset import vectors
from sfseed_core.dataset.edits import SetCells
from sfseed_core.errors import NotFound, UserError
from sfseed_core.generate import draws
from sfseed_core.generate.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pyarrow as pa

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.generate.provider import Make
    from sfseed_core.recipe.model import ColumnPlan, ObjectPlan, Plan

_TRIES = 4
_SHARED = ("people",)  # draws that all persons share


class _OtherDraws:
    """An engine to one provider, but for its keys: these are of another variation."""

    def __init__(self, engine: Engine, variation: int) -> None:
        self._engine, self._variation = engine, variation

    def key(self, *names: str | int) -> int:
        return draws.key(self._variation, *names)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


class _OneField(Engine):
    """Makes some columns of an object with other draws, and all that they borrow as it was."""

    def __init__(self, plan: Plan, object_name: str, fields: Collection[str], variation: int) -> None:
        super().__init__(plan)
        self._other = {(object_name, one) for one in fields}
        self._variation = variation

    def maker(self, plan: ObjectPlan, column: ColumnPlan) -> Make:
        if (plan.name, column.field) not in self._other:
            return super().maker(plan, column)
        return Engine.maker(cast("Engine", _OtherDraws(self, self._variation)), plan, column)


class _WholeRecords(Engine):
    """Makes all columns of an object with other draws, and its references as they were."""

    def __init__(self, plan: Plan, object_name: str, variation: int) -> None:
        super().__init__(plan)
        self._object = object_name
        self._kept = {one.field for one in plan.object(object_name).references} | {"RecordTypeId", "slot"}
        self._variation = variation

    def key(self, *names: str | int) -> int:
        own = names[:1] == (self._object,) and not (len(names) > 1 and names[1] in self._kept)
        return draws.key(self._variation, *names) if own or names == _SHARED else super().key(*names)


def make_again(
    dataset: Dataset,
    object_name: str,
    records: np.ndarray,
    fields: Sequence[str] | None,
    *,
    variation: int,
    clock: Clock,
) -> int:
    """Give the records other values in these fields (None: in all that are generated) and return the new revision.

    Raises NotFound for a field that is not generated, UserError where the records come from a file, where values must differ in
    every record and only some records are chosen, or where the field takes its values from others.
    """
    plan = dataset.plan.object(object_name)
    columns = {one.field: one for one in plan.columns}
    if any("file" in one.options for one in plan.columns):
        raise UserError(
            f"the records of {object_name} come from a file of yours: nothing made them, so nothing makes them again",
            hint="Change their values in Preview, or the file, and stage it again: sfseed datasets add",
        )
    every = len(records) == dataset.count(object_name)
    if fields is None:
        wanted = [one for one in plan.columns if not one.unique]
    else:
        wanted = [_known(columns, object_name, name) for name in fields]
        _may(wanted, object_name, every=every)
    for trial in range(_TRIES):
        values = _made(dataset.plan, object_name, records, wanted, draws.key(variation, trial), whole=fields is None)
        changed = {name: array for name, array in values.items() if not _same(dataset, object_name, records, name, array)}
        if changed:
            what = "all fields" if fields is None else ", ".join(fields)
            label = f"{len(records):,} {object_name}: {what} made again"
            return dataset.apply(SetCells(object_name, records, changed, label=label), clock=clock)
    raise UserError(
        f"{object_name}.{', '.join(one.field for one in wanted)} follows from other fields of the record: nothing else fits",
        hint="Make all fields of these records again, or change the field that it follows.",
    )


def invented(plan: Plan, object_name: str, count: int, *, variation: int) -> dict[str, pa.Array]:
    """Return made-up values for new records: of all columns that need not be unique, by field."""
    own = plan.object(object_name)
    places = np.arange(count, dtype=np.int64) % max(own.count, 1)
    return _made(plan, object_name, places, [one for one in own.columns if not one.unique], variation, whole=True)


def _made(
    plan: Plan, object_name: str, records: np.ndarray, wanted: Sequence[ColumnPlan], variation: int, *, whole: bool
) -> dict[str, pa.Array]:
    from sfseed_core.recipe.columns import arrow_type

    fields = [one.field for one in wanted]
    engine = _WholeRecords(plan, object_name, variation) if whole else _OneField(plan, object_name, fields, variation)
    some = engine.at(object_name, records % max(plan.object(object_name).count, 1))  # added ones are like others
    return {one.field: some.cells(one.field).arrow(arrow_type(one.type, one.precision, one.scale)) for one in wanted}


def _known(columns: dict[str, ColumnPlan], object_name: str, name: str) -> ColumnPlan:
    if name not in columns:
        raise NotFound(f"{object_name}.{name} is not made by a generator: lookups and record types stay as they are")
    return columns[name]


def _may(wanted: Sequence[ColumnPlan], object_name: str, *, every: bool) -> None:
    unique = [one.field for one in wanted if one.unique]
    if unique and not every:
        raise UserError(
            f"{object_name}.{unique[0]} must differ in every record: it can only be made again in all of them at once"
        )


def _same(dataset: Dataset, object_name: str, records: np.ndarray, name: str, made: pa.Array) -> bool:
    was = vectors.one_array(dataset.take(object_name, records, columns=[name])[name])
    differs = ~vectors.mask(pc.fill_null(pc.equal(was, made), False)) & ~(vectors.nulls(was) & vectors.nulls(made))
    return not differs.any()
