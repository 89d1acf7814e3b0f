"""A folder of SFDMU (the Salesforce Data Move Utility): what its export.json says of the files beside it.

Of each object it says what becomes of the records (`operation`) and by which field or fields (`externalId`, parted by `;`) they are
told. Files of objects that are only looked up, or only deleted, hold nothing to load.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from sfseed_core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

T = TypeVar("T")

SCRIPT = "export.json"
_FROM = re.compile(r"\bFROM\s+(\w+)", re.IGNORECASE)
_TAKEN = frozenset({"insert", "upsert", "update"})
_MATCHING = frozenset({"upsert", "update"})
_USUAL_KEY = "Name"  # what SFDMU takes where nothing is said


@dataclass(frozen=True, slots=True)
class Said:
    """What the script says of an object; `keys` are the fields that tell its records, `without` columns that are not sent."""

    object: str
    operation: str
    keys: tuple[str, ...]
    without: frozenset[str] = frozenset()

    @property
    def changes(self) -> bool:
        """Whether records that the org has are to be changed."""
        return self.operation in _MATCHING

    @property
    def key(self) -> str:
        """The fields that tell records, as SFDMU writes them."""
        return ";".join(self.keys)


Script = dict[str, Said]
"""By the objects' names in small letters."""


def read_script(path: Path) -> Script:
    """Return what an export.json says; raises DataError where it is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, ValueError) as error:
        raise DataError(f"{path} is no JSON: {error}") from error
    script: Script = {}
    for one in _objects(found):
        name = _FROM.search(str(one.get("query", "")))
        if name is not None:
            script.setdefault(name[1].lower(), _said(name[1], one))
    if not script:
        raise DataError(
            f"{path} names no objects", hint='It lists them as {"objects": [{"query": "SELECT Id, Name FROM Account"}]}.'
        )
    return script


def taken(script: Script, files: Mapping[str, T]) -> tuple[dict[str, T], list[str]]:
    """Return the files, by object, that SFDMU would load, and what is said of the others."""
    chosen: dict[str, T] = {}
    notes = []
    for name, file in files.items():
        said = script.get(name.lower())
        if said is None:
            notes.append(f"{name}: left out, since {SCRIPT} does not name it")
        elif said.operation not in _TAKEN:
            why = "its records are only looked up in the org" if said.operation == "readonly" else "nothing of it is loaded"
            notes.append(f"{name}: left out, since {SCRIPT} says {said.operation.capitalize()}: {why}")
        else:
            chosen[name] = file
    return chosen, notes


def _objects(found: Any) -> Iterator[dict[str, Any]]:
    sets = found.get("objectSets") if isinstance(found, dict) else None
    groups = [found, *(sets if isinstance(sets, list) else [])] if isinstance(found, dict) else []
    for group in groups:
        every = group.get("objects") if isinstance(group, dict) else None
        yield from (one for one in every or () if isinstance(one, dict))


def _said(name: str, one: dict[str, Any]) -> Said:
    operation = "excluded" if one.get("excluded") else str(one.get("operation") or "Readonly").lower()
    keys = tuple(part.strip() for part in str(one.get("externalId") or _USUAL_KEY).split(";") if part.strip())
    without = one.get("excludedFields")
    names = frozenset(str(each).lower() for each in without) if isinstance(without, list) else frozenset()
    return Said(name, operation, keys, names)
