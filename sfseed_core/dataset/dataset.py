"""A dataset: the staged records of a plan with the user's edits over them, in numbered revisions."""

from __future__ import annotations

import json
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from sfseed_core.dataset.log import EditLog
from sfseed_core.dataset.recent import Recent
from sfseed_core.dataset.record_file import ROW_GROUP, RecordFile
from sfseed_core.dataset.state import Layout, ObjectState, layout
from sfseed_core.errors import NotFound
from sfseed_core.recipe import plan_json
from sfseed_core.recipe.columns import schema_of
from sfseed_core.schema import typed_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    import pyarrow as pa

    from sfseed_core.dataset.log import Operation
    from sfseed_core.dataset.manifest import Manifest
    from sfseed_core.recipe.model import Plan
    from sfseed_core.schema.model import ObjectSchema

_KEPT_STATES = 24


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
        self._files: Recent[str, RecordFile] = Recent(len(manifest.objects) or 1)
        self._states: Recent[tuple[str, Layout], ObjectState] = Recent(_KEPT_STATES)

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
        """Yield all records, ascending, in batches of at most `size`; memory stays flat."""
        for table in self.state(object_name, revision).tables(self._checked(object_name, columns)):
            yield from table.combine_chunks().to_batches(max_chunksize=size)

    def state(self, object_name: str, revision: int | None = None) -> ObjectState:
        """Return the object's records at the revision; kept, so that the next read is cheap."""
        self._known(object_name)
        stored = self._manifest.objects[object_name]
        plan = layout(self.operations(revision), object_name, stored.records)
        file = self._files.get(object_name, lambda: RecordFile(self.path / stored.file))
        return self._states.get(
            (object_name, plan),
            lambda: ObjectState(object_name, file, self._log.folder, plan, self.arrow_schema(object_name)),
        )

    def _known(self, object_name: str) -> None:
        if object_name not in self._manifest.objects:
            raise NotFound(f"dataset {self.id} has no object {object_name!r}: it has {', '.join(self.objects)}")

    def _checked(self, object_name: str, columns: Sequence[str] | None) -> Sequence[str] | None:
        if columns is not None:
            unknown = sorted(set(columns) - set(self.arrow_schema(object_name).names))
            if unknown:
                raise NotFound(f"{object_name} in dataset {self.id} has no column {', '.join(unknown)}")
        return columns
