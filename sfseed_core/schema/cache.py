"""Describes kept between sessions, per org and API version, with what the org wants to hear to say "not changed"."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sfseed_core.ids import to18
from sfseed_core.org.client import Stamp
from sfseed_core.system import private_folder, safe_name, write_whole

if TYPE_CHECKING:
    from pathlib import Path

LISTING = "-listing"  # no object can be called so


@dataclass(frozen=True, slots=True)
class Cached:
    """A stored describe, as the org gave it."""

    raw: dict[str, Any]
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Cache:
    """The describes below one home; entries that cannot be read count as absent."""

    home: Path

    def read(self, org_id: str, api_version: str, name: str) -> Cached | None:
        """Return what is stored for an object (or the LISTING), if anything usable is."""
        path = self._path(org_id, api_version, name)
        try:
            found = json.loads(path.read_bytes())
            raw, stamp = found["describe"], Stamp(**found["stamp"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return Cached(raw, stamp) if isinstance(raw, dict) else None

    def write(self, org_id: str, api_version: str, name: str, entry: Cached) -> None:
        """Store a describe."""
        path = self._path(org_id, api_version, name)
        private_folder(path.parent)
        text = json.dumps({"stamp": asdict(entry.stamp), "describe": entry.raw}, ensure_ascii=False, separators=(",", ":"))
        write_whole(path, text.encode())  # an entry that cannot be read is described anew

    def _path(self, org_id: str, api_version: str, name: str) -> Path:
        """Return the entry's file; ValueError for an id or name that could lead elsewhere."""
        file_name = name if name == LISTING else safe_name(name)
        version = f"v{float(api_version):.1f}"
        return self.home / "orgs" / to18(org_id) / version / f"{file_name}.json"
