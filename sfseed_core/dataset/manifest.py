"""The manifest of a dataset, written last and durably: a folder without one is no dataset."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core import system
from sfseed_core.errors import DataError, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT = 1
FILE = "manifest.json"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of the dataset's folder, with its size in bytes and, of an object's records, their number."""

    file: str
    bytes: int
    records: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a dataset is: its plan (canonical JSON), the objects in load order, and what they were made with.

    `schema` is the file that holds the described objects; `versions` names the packages that wrote the files.
    """

    id: str
    created: datetime
    plan: str
    plan_fingerprint: str
    schema_fingerprint: str
    schema: StoredFile
    objects: Mapping[str, StoredFile]
    versions: Mapping[str, str]
    format: int = FORMAT


def write(folder: Path, manifest: Manifest) -> None:
    """Make the folder a dataset."""
    data = {slot.name: getattr(manifest, slot.name) for slot in dataclasses.fields(manifest)}
    data |= {
        "created": manifest.created.isoformat(),
        "plan": json.loads(manifest.plan),
        "schema": dataclasses.asdict(manifest.schema),
        "objects": {name: dataclasses.asdict(one) for name, one in manifest.objects.items()},
        "versions": dict(manifest.versions),
    }
    text = json.dumps(data, ensure_ascii=False, indent=1)
    system.write_durably(folder / FILE, text.encode())


def read(folder: Path) -> Manifest:
    """Read the manifest; DataError when it, or a file it names, is damaged."""
    try:
        data = json.loads((folder / FILE).read_text(encoding="utf-8"))
        _same_format(data["format"], folder)
        manifest = from_json(data)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"the dataset {folder.name} cannot be read: {error}") from error
    for stored in (manifest.schema, *manifest.objects.values()):
        _whole(folder, stored)
    return manifest


def from_json(data: Mapping[str, Any]) -> Manifest:
    """Return the manifest of its JSON."""
    changed = {
        "created": datetime.fromisoformat(data["created"]),
        "plan": json.dumps(data["plan"], ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        "schema": StoredFile(**data["schema"]),
        "objects": MappingProxyType({name: StoredFile(**one) for name, one in data["objects"].items()}),
        "versions": MappingProxyType(data["versions"]),
    }
    return Manifest(**{**data, **changed})


def _same_format(found: Any, folder: Path) -> None:
    if found != FORMAT:
        raise UserError(
            f"the dataset {folder.name} was written by another version of sfseed (format {found}, this one reads {FORMAT})",
            hint="Make it again with this version: sfseed generate.",
        )


def _whole(folder: Path, stored: StoredFile) -> None:
    path = folder / stored.file
    if not path.is_file():
        raise DataError(f"the dataset {folder.name} is damaged: {path} is missing")
    size = path.stat().st_size
    if size != stored.bytes:
        raise DataError(f"the dataset {folder.name} is damaged: {path} has {size} bytes, not {stored.bytes}")
