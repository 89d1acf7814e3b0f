"""A dataset: the staged records of a plan with the user's edits over them, in numbered revisions."""

from __future__ import annotations

import json
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.clock import SYSTEM
from sfseed_core.dataset.log import EditLog
from sfseed_core.dataset.patches import Overlays
from sfseed_core.dataset.query import Page, QueryEngine
from sfseed_core.dataset.recent import Recent
from sfseed_core.dataset.record_file import ROW_GROUP, RecordFile, cut, decoded_columns
from sfseed_core.dataset.state import Layout, ObjectState, layout
from sfseed_core.errors import NotFound
from sfseed_core.recipe import plan_json
from sfseed_core.recipe.columns import schema_of
from sfseed_core.schema import typed_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

    from sfseed_core.clock import Clock
    from sfseed_core.dataset.edits import Edit
    from sfseed_core.dataset.log import Operation
    from sfseed_core.dataset.manifest import Manifest
    from sfseed_core.dataset.query import Query
    from sfseed_core.recipe.model import Plan
    from sfseed_core.schema.model import ObjectSchema

_KEPT_STATES = 24
_KEPT_ANSWERS = 8


class Dataset:
    """Reads records by their number at any revision.

    Every record keeps its number for ever: deleting one leaves a gap, added ones get new numbers, so that a reference
    (which holds a number) never changes its meaning. `revision=None` is the newest one; a pinned revision always reads
    the same, whatever is edited later. One instance may be shared by threads.
    """

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.path = folder
        self.id = manifest.id
        self.created: datetime = manifest.created
        self.plan_fingerprint = manifest.plan_fingerprint
        self._manifest = manifest
        self._log = EditLog(folder / "edits")
        self.overlays = Overlays(folder / "edits")
        self._decoded = decoded_columns()
        self._files: Recent[str, RecordFile] = Recent(len(manifest.objects) or 1)
        self._states: Recent[tuple[str, Layout], ObjectState] = Recent(_KEPT_STATES)
        self._answers: Recent[tuple[str, Layout, Query], np.ndarray] = Recent(_KEPT_ANSWERS)

    def __repr__(self) -> str:
        return f"<Dataset {self.id}: {len(self.objects)} objects, revision {self.revision}>"

    @cached_property
    def plan(self) -> Plan:
        """The plan that the records were made by."""
        plan: Plan = plan_json.from_json(self._manifest.plan)
        return plan

    @cached_property
    def schema(self) -> Mapping[str, ObjectSchema]:
        """The described objects that the records were made for, by API name."""
        stored = json.loads((self.path / self._manifest.schema.file).read_text(encoding="utf-8"))
        return MappingProxyType({one["name"]: typed_json.from_json(one) for one in stored})

    @property
    def objects(self) -> tuple[str, ...]:
        """The API names of the objects, in load order."""
        return tuple(self._manifest.objects)

    @property
    def revision(self) -> int:
        """The number of operations in the log of edits, by whichever process."""
        return len(self._log.operations())

    @property
    def log(self) -> EditLog:
        """The log of edits."""
        return self._log

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of records per object, at the newest revision."""
        return {name: self.count(name) for name in self.objects}

    def operations(self, revision: int | None = None) -> tuple[Operation, ...]:
        """Return the operations up to the revision."""
        known = self._log.operations()
        if revision is None:
            return known
        if not 0 <= revision <= len(known):
            raise NotFound(f"dataset {self.id} has no revision {revision} (it has 0 to {len(known)})")
        return known[:revision]

    def arrow_schema(self, object_name: str) -> pa.Schema:
        """Return names and types of the object's columns."""
        self._known(object_name)
        return schema_of(self.plan.object(object_name))

    def count(self, object_name: str, revision: int | None = None) -> int:
        """Return the number of records."""
        return self.state(object_name, revision).count

    def extent(self, object_name: str, revision: int | None = None) -> int:
        """Return one more than the highest record number that was ever used: the size of a list by record number."""
        return self.state(object_name, revision).extent

    def read(
        self,
        object_name: str,
        start: int = 0,
        stop: int | None = None,
        *,
        revision: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """Return the records with numbers start..stop, ascending; deleted ones have no row."""
        state = self.state(object_name, revision)
        return state.slice(start, state.extent if stop is None else stop, self._checked(object_name, columns))

    def take(
        self,
        object_name: str,
        records: np.ndarray,
        *,
        revision: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """Return the records of these numbers, in this order; deleted and unknown ones have no row."""
        state = self.state(object_name, revision)
        return state.take(np.asarray(records, np.int64), self._checked(object_name, columns))

    def batches(
        self,
        object_name: str,
        *,
        revision: int | None = None,
        columns: Sequence[str] | None = None,
        size: int = ROW_GROUP,
    ) -> Iterator[pa.RecordBatch]:
        """Yield all records, ascending, in batches of `size` (fewer where records are very wide); memory stays flat."""
        tables = self.state(object_name, revision).tables(self._checked(object_name, columns))
        return cut(tables, size)

    def state(self, object_name: str, revision: int | None = None) -> ObjectState:
        """Return the object's records at the revision; kept, so that the next read is cheap."""
        self._known(object_name)
        stored = self._manifest.objects[object_name]
        plan = layout(self.operations(revision), object_name, stored.records)
        file = self._files.get(object_name, lambda: RecordFile(self.path / stored.file, self._decoded))
        return self._states.get(
            (object_name, plan),
            lambda: ObjectState(object_name, file, self.overlays, plan, self.arrow_schema(object_name)),
        )

    def select(self, object_name: str, query: Query, *, revision: int | None = None) -> np.ndarray:
        """Return the numbers of the records that the query asks for, in its order; the last few answers are kept."""
        state = self.state(object_name, revision)
        if query.is_plain:
            return state.numbers()
        return self._answers.get((object_name, state.layout, query), lambda: self._engine.select(state, query))

    def page(self, object_name: str, query: Query, offset: int, limit: int, *, revision: int | None = None) -> Page:
        """Return `limit` records from the query's answer, beside the number of all."""
        state = self.state(object_name, revision)
        if query.is_plain:
            stop = min(offset + limit, state.count)
            first, last = state.number_at(offset), state.number_at(stop - 1)
            return Page(state.slice(first, last + 1 if offset < stop else first), offset, state.count)
        key = (object_name, state.layout, query)
        if query.is_only_sorted and offset == 0 and self._answers.peek(key) is None:
            total, shown = state.count, self._engine.select(state, query, limit)
        else:
            records = self.select(object_name, query, revision=revision)
            total, shown = len(records), records[offset : offset + limit]
        return Page(state.take(shown, fetch=self._engine.fetch), offset, total)

    def apply(self, change: Edit | pd.DataFrame, *, clock: Clock = SYSTEM) -> int:
        """Make an edit, or what was changed in a `frame`, one operation of the log; return the new revision."""
        from sfseed_core.dataset import edits, frame

        edit = change if isinstance(change, edits.Edit) else frame.changes(self, change)
        return edits.apply(self, edit, clock=clock)

    def undo(self, edit: int | None = None, *, clock: Clock = SYSTEM) -> int:
        """Take back an edit, the last one if none is named; return the new revision."""
        from sfseed_core.dataset import edits

        return edits.undo(self, edit, clock=clock)

    def redo(self, *, clock: Clock = SYSTEM) -> int:
        """Bring back the edit that was undone last; return the new revision."""
        from sfseed_core.dataset import edits

        return edits.redo(self, clock=clock)

    def frame(self, object_name: str, *, records: np.ndarray | None = None, revision: int | None = None) -> pd.DataFrame:
        """Return the records (all if none are named) as a pandas DataFrame, to be changed and given to `apply`."""
        from sfseed_core.dataset import frame

        return frame.frame(self, object_name, records, self.revision if revision is None else revision)

    @cached_property
    def _engine(self) -> QueryEngine:
        return QueryEngine()

    def _known(self, object_name: str) -> None:
        if object_name not in self._manifest.objects:
            raise NotFound(f"dataset {self.id} has no object {object_name!r}: it has {', '.join(self.objects)}")

    def _checked(self, object_name: str, columns: Sequence[str] | None) -> Sequence[str] | None:
        if columns is not None:
            unknown = sorted(set(columns) - set(self.arrow_schema(object_name).names))
            if unknown:
                raise NotFound(f"{object_name} in dataset {self.id} has no column {', '.join(unknown)}")
        return columns
