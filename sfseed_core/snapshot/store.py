"""Snapshots as JSON: the newest of each org is kept beside its cached describes."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sfseed_core.errors import DataError
from sfseed_core.ids import to18
from sfseed_core.schema.model import ValidationRule
from sfseed_core.snapshot.model import DuplicateRule, LookedUp, Snapshot, Stage, User
from sfseed_core.system import private_folder, write_durably

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_FILE = "snapshot.json"


def save(home: Path, snapshot: Snapshot) -> Path:
    """Store a snapshot as its org's newest and return the file."""
    path = _path(home, snapshot.org_id)
    private_folder(path.parent)
    write_durably(path, json.dumps(to_json(snapshot), ensure_ascii=False, indent=1).encode())
    return path


def load(home: Path, org_id: str) -> Snapshot | None:
    """Return the org's newest stored snapshot; None when there is none that can be read."""
    try:
        return from_json(json.loads(_path(home, org_id).read_bytes()))
    except (OSError, ValueError, DataError):
        return None


def to_json(snapshot: Snapshot) -> dict[str, Any]:
    """Return the snapshot as JSON values."""
    plain = {slot.name: getattr(snapshot, slot.name) for slot in dataclasses.fields(snapshot)}
    return {name: _WRITERS.get(name, _same)(value) for name, value in plain.items()}


def from_json(raw: Mapping[str, Any]) -> Snapshot:
    """Return the snapshot that `to_json` wrote; DataError when the JSON was not written by it."""
    try:
        return Snapshot(**{name: _READERS.get(name, _same)(value) for name, value in raw.items()})
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise DataError(f"cannot read the stored snapshot: {error}") from error


def _path(home: Path, org_id: str) -> Path:
    return home / "orgs" / to18(org_id) / _FILE


def _same(value: Any) -> Any:
    return value


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    return dict(value)


def _lists(value: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {name: list(one) for name, one in value.items()}


def _tuples(value: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({name: tuple(one) for name, one in value.items()})


def looked_up_json(value: Mapping[str, LookedUp]) -> dict[str, Any]:
    """Return records that rules look up as JSON values."""
    return {
        name: {
            "names": list(one.names),
            "values": {key: list(each) for key, each in one.values.items()},
            "types": {**one.types},
        }
        for name, one in value.items()
    }


def looked_up_from_json(raw: Mapping[str, Any]) -> Mapping[str, LookedUp]:
    """Return the records that `looked_up_json` wrote."""
    return MappingProxyType(
        {
            name: LookedUp(tuple(one["names"]), _tuples(one["values"]), MappingProxyType({**one["types"]}))
            for name, one in raw.items()
        }
    )


_WRITERS: Mapping[str, Any] = {
    "taken_at": datetime.isoformat,
    "user": dataclasses.asdict,
    "users": lambda value: [dataclasses.asdict(one) for one in value],
    "currencies": list,
    "statuses": lambda value: {name: [dataclasses.asdict(one) for one in rows] for name, rows in value.items()},
    "record_types": lambda value: {name: dict(one) for name, one in value.items()},
    "person_types": _lists,
    "counts": _plain,
    "taken": _lists,
    "existing": _lists,
    "validation_rules": lambda value: {name: [dataclasses.asdict(one) for one in rules] for name, rules in value.items()},
    "globals": _plain,
    "looked_up": looked_up_json,
    "duplicate_rules": lambda value: [dataclasses.asdict(one) for one in value],
    "unread": _plain,
}
_READERS: Mapping[str, Any] = {
    "taken_at": datetime.fromisoformat,
    "user": lambda value: User(**value),
    "users": lambda value: tuple(User(**one) for one in value),
    "currencies": tuple,
    "statuses": lambda value: MappingProxyType({name: tuple(Stage(**one) for one in rows) for name, rows in value.items()}),
    "record_types": lambda value: MappingProxyType({name: MappingProxyType(one) for name, one in value.items()}),
    "person_types": _tuples,
    "counts": MappingProxyType,
    "taken": _tuples,
    "existing": _tuples,
    "validation_rules": lambda value: MappingProxyType(
        {name: tuple(ValidationRule(**one) for one in rules) for name, rules in value.items()}
    ),
    "globals": MappingProxyType,
    "looked_up": looked_up_from_json,
    "duplicate_rules": lambda value: tuple(DuplicateRule(**{**one, "matching": tuple(one["matching"])}) for one in value),
    "unread": MappingProxyType,
}
