"""The folder of datasets: staging a new one, opening, listing and removing them."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Self

from sfseed_core import ids, system
from sfseed_core.dataset import manifest as manifests
from sfseed_core.dataset.dataset import Dataset
from sfseed_core.dataset.manifest import Manifest, StoredFile
from sfseed_core.dataset.record_file import RecordWriter
from sfseed_core.dataset.vectors import numbers
from sfseed_core.errors import InternalError, NotFound
from sfseed_core.recipe import plan_json
from sfseed_core.recipe.columns import RECORD, schema_of
from sfseed_core.schema import typed_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    import pyarrow as pa

    from sfseed_core.recipe.model import Plan
    from sfseed_core.schema.model import ObjectSchema

LATEST = "latest"
_FOLDER = "datasets"
_SCHEMA_FILE = "schema.json"
_WRITING = "writing.lock"
_PACKAGES = ("pyarrow", "numpy")


@dataclass(frozen=True, slots=True)
class Listed:
    """One dataset as a list shows it; `objects` holds the staged records per object (edits not counted)."""

    id: str
    created: datetime
    objects: Mapping[str, int]
    bytes: int
    edits: int


def create(home: Path, plan: Plan, schema_objects: Mapping[str, ObjectSchema], *, now: datetime) -> Writer:
    """Begin a new dataset of the plan; it is there only once `Writer.finish` has returned.

    Of `schema_objects` those of the plan and those that its references point to are kept with it.
    """
    folder = system.private_folder(home / _FOLDER) / ids.new_dataset_id(now)
    folder.mkdir(mode=0o700)
    return Writer(folder, plan, schema_objects, now)


class Writer:
    """Stages the records of a plan; a context manager that removes the folder again when it is left unfinished."""

    def __init__(self, folder: Path, plan: Plan, schema_objects: Mapping[str, ObjectSchema], now: datetime) -> None:
        self.id = folder.name
        self._folder = folder
        self._plan = plan
        self._schema = _kept(plan, schema_objects)
        self._now = now
        self._open = ExitStack()
        self._open.enter_context(system.lock(folder / _WRITING))
        self._files = {one.name: f"{system.safe_name(one.name)}.parquet" for one in plan.objects}
        self._schemas = {one.name: schema_of(one) for one in plan.objects}
        self._writers: dict[str, RecordWriter] = {}
        self._finished = False

    def add(self, object_name: str, records: pa.RecordBatch | pa.Table) -> None:
        """Append records of one object; they come in ascending order of their number, without gaps."""
        writer = self._writer(object_name)
        found = numbers(records.column(RECORD))
        if len(found) and (found[0] != writer.rows or found[-1] != writer.rows + len(found) - 1):
            raise InternalError(f"{object_name}: records {found[0]}..{found[-1]} came where number {writer.rows} was due")
        if records.schema.names != self._schemas[object_name].names:
            raise InternalError(f"{object_name}: the columns are not those of the plan: {records.schema.names}")
        writer.write(records)

    def finish(self) -> Dataset:
        """Make everything durable, then the manifest; return the dataset."""
        counts = {name: self._close(name) for name in self._files}
        schema = json.dumps([typed_json.to_json(one) for one in self._schema.values()], ensure_ascii=False)
        system.write_durably(self._folder / _SCHEMA_FILE, schema.encode())
        manifest = Manifest(
            id=self.id,
            created=self._now,
            plan=plan_json.to_json(self._plan),
            plan_fingerprint=plan_json.fingerprint(self._plan),
            schema_fingerprint=self._plan.schema_fingerprint,
            schema=self._stored(_SCHEMA_FILE),
            objects={name: self._stored(file, counts[name]) for name, file in self._files.items()},
            versions={name: metadata.version(name) for name in _PACKAGES},
        )
        manifests.write(self._folder, manifest)
        system.sync_folder(self._folder.parent)
        self._finished = True
        self._open.close()
        return Dataset(self._folder, manifest)

    def discard(self) -> None:
        """Give the dataset up and remove what was staged."""
        for writer in self._writers.values():
            writer.close()
        self._open.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._finished:
            self.discard()

    def _writer(self, object_name: str) -> RecordWriter:
        if object_name not in self._files:
            raise InternalError(f"{object_name} is not in the plan of dataset {self.id}")
        if object_name not in self._writers:
            path = self._folder / self._files[object_name]
            self._writers[object_name] = RecordWriter(path, self._schemas[object_name])
        return self._writers[object_name]

    def _close(self, object_name: str) -> int:
        writer = self._writer(object_name)  # an object without records has an empty file
        writer.close()
        with (self._folder / self._files[object_name]).open("rb+") as file:
            os.fsync(file.fileno())
        return writer.rows

    def _stored(self, file: str, records: int = 0) -> StoredFile:
        return StoredFile(file, (self._folder / file).stat().st_size, records)


def open_dataset(home: Path, name: str) -> Dataset:
    """Open the dataset of this id, or the `latest`."""
    if name == LATEST:
        found = _newest(home)
        if found is None:
            raise NotFound("there is no dataset yet", hint="Make one: sfseed generate --org demo --preset sales-cloud")
        return found
    folder = home / _FOLDER / name
    if not ids.is_own(name) or not (folder / manifests.FILE).is_file():
        raise NotFound(
            f"no dataset {name!r} in {home / _FOLDER}", hint="List them: sfseed datasets list; 'latest' is the newest."
        )
    return Dataset(folder, manifests.read(folder))


def list_datasets(home: Path) -> list[Listed]:
    """Return all whole datasets, the newest first; damaged ones are left out."""
    found = (_listed(folder) for folder in _folders(home) if (folder / manifests.FILE).is_file())
    return sorted(found, key=lambda one: (one.created, one.id), reverse=True)


def delete(home: Path, name: str) -> None:
    """Remove a dataset with its edits; whoever still needs it (a run to resume) is the caller's to ask."""
    folder = home / _FOLDER / name
    if not ids.is_own(name) or not folder.is_dir():
        raise NotFound(f"no dataset {name!r} in {home / _FOLDER}")
    (folder / manifests.FILE).unlink(missing_ok=True)  # from here on it is a leftover, whatever happens
    shutil.rmtree(folder, ignore_errors=True)


def clean(home: Path) -> list[str]:
    """Remove what unfinished writers left behind; return the ids of the removed folders."""
    removed = []
    for folder in _folders(home):
        if not (folder / manifests.FILE).exists() and _is_abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(folder.name)
    return removed


def _is_abandoned(folder: Path) -> bool:
    try:
        with system.lock(folder / _WRITING):
            return True
    except TimeoutError:
        return False


def _folders(home: Path) -> list[Path]:
    above = home / _FOLDER
    return sorted(one for one in above.iterdir() if ids.is_own(one.name)) if above.is_dir() else []


def _newest(home: Path) -> Dataset | None:
    whole = [folder for folder in _folders(home) if (folder / manifests.FILE).is_file()]
    if not whole:
        return None
    second = whole[-1].name.rpartition("-")[0]  # ids sort by time to the second
    rivals = [Dataset(one, manifests.read(one)) for one in whole if one.name.startswith(second)]
    return max(rivals, key=lambda one: (one.created, one.id))


def _listed(folder: Path) -> Listed:
    data = json.loads((folder / manifests.FILE).read_text(encoding="utf-8"))
    manifest = manifests.from_json(data)
    log = folder / "edits" / "log.jsonl"
    return Listed(
        id=manifest.id,
        created=manifest.created,
        objects={name: one.records for name, one in manifest.objects.items()},
        bytes=sum(one.bytes for one in manifest.objects.values()),
        edits=log.read_bytes().count(b"\n") if log.exists() else 0,
    )


def _kept(plan: Plan, objects: Mapping[str, ObjectSchema]) -> dict[str, ObjectSchema]:
    wanted = {one.name for one in plan.objects}
    wanted |= {target.object for one in plan.objects for ref in one.references for target in ref.targets if target.object}
    return {name: one for name, one in objects.items() if name in wanted}
