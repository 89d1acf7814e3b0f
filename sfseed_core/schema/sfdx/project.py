"""What a project's files say, gathered by object: source format folders and older `.object` files alike.

With an `sfdx-project.json` its package directories are read, without one every folder. Where files say something twice, the
source format goes before the older one, and the first path before others.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sfseed_core.errors import DataError, NotFound
from sfseed_core.schema.sfdx import xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sfseed_core.schema.sfdx.xml import Element

# kinds of file, with their root element and the tag of the same thing inside of an `.object` file
_PARTS = {
    "field": ("CustomField", "fields"),
    "recordType": ("RecordType", "recordTypes"),
    "validationRule": ("ValidationRule", "validationRules"),
    "businessProcess": ("BusinessProcess", "businessProcesses"),
}
_WHOLES = {"object": "CustomObject", "globalValueSet": "GlobalValueSet", "standardValueSet": "StandardValueSet"}
_FILE = re.compile(rf"(.+)\.({'|'.join([*_PARTS, *_WHOLES])})(-meta\.xml)?")
_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,119}")
_NAMESPACE = re.compile(r"(___|%%%)NAMESPACE(D_ORG|D_RT|_DOT)?\1")  # what packaging tools put a namespace in for
_NOT_SOURCE = frozenset({"node_modules", "__pycache__"})
_SETTINGS = "sfdx-project.json"


@dataclass(slots=True)
class Source:
    """What the files say of one object; `parts` by kind and name."""

    name: str
    own: Element | None = None
    fields: dict[str, Element] = field(default_factory=dict)
    record_types: dict[str, Element] = field(default_factory=dict)
    rules: dict[str, Element] = field(default_factory=dict)
    processes: dict[str, Element] = field(default_factory=dict)

    def kind(self, kind: str) -> dict[str, Element]:
        """Return the parts of a kind of file."""
        found: dict[str, dict[str, Element]] = {
            "field": self.fields,
            "recordType": self.record_types,
            "validationRule": self.rules,
            "businessProcess": self.processes,
        }
        return found[kind]


@dataclass(slots=True)
class Project:
    """All that a project's files say."""

    folder: Path
    objects: dict[str, Source] = field(default_factory=dict)
    value_sets: dict[str, Element] = field(default_factory=dict)
    standard_sets: dict[str, Element] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    name: str
    kind: str
    whole_format: bool

    @property
    def owner(self) -> str:
        return self.name if self.kind in _WHOLES else _plain(self.path.parent.parent.name)


def read_project(folder: Path) -> Project:
    """Read all metadata files of a project that say something of its schema.

    Raises NotFound when the folder holds none, DataError naming the file and line that is wrong.
    """
    if not folder.is_dir():
        raise NotFound(f"there is no folder {folder}", hint="Name an SFDX project: --org sfdx:PATH")
    files = sorted(_files(folder), key=lambda one: (one.whole_format, str(one.path)))
    project = Project(folder)
    for file in files:
        _TAKERS.get(file.kind, _take_part)(project, file)
    if not project.objects:
        raise NotFound(f"{folder} holds no objects: no *.object-meta.xml, *.field-meta.xml or *.object file below it")
    return project


def _take_part(project: Project, file: _File) -> None:
    root, _ = _PARTS[file.kind]
    element = xml.read(file.path, root=root, without=_NAMESPACE)
    _add_part(_source(project, file), file, file.kind, element)


def _take_object(project: Project, file: _File) -> None:
    element = xml.read(file.path, root="CustomObject", without=_NAMESPACE)
    source = _source(project, file)
    if source.own is None or (source.own.find("nameField") is None and element.find("nameField") is not None):
        source.own = element
    for kind, (_, tag) in _PARTS.items():
        for part in element.all(tag):
            _add_part(source, file, kind, part)


def _take_value_set(project: Project, file: _File) -> None:
    project.value_sets.setdefault(file.name, xml.read(file.path, root="GlobalValueSet", without=_NAMESPACE))


def _take_standard_set(project: Project, file: _File) -> None:
    project.standard_sets.setdefault(file.name, xml.read(file.path, root="StandardValueSet", without=_NAMESPACE))


_TAKERS: dict[str, Callable[[Project, _File], None]] = {
    "object": _take_object,
    "globalValueSet": _take_value_set,
    "standardValueSet": _take_standard_set,
}


def _source(project: Project, file: _File) -> Source:
    if not _API_NAME.fullmatch(file.owner):
        raise DataError(f"{file.path}: {file.owner[:80]!r} is not an object's API name")
    return project.objects.setdefault(file.owner, Source(file.owner))


def _add_part(source: Source, file: _File, kind: str, element: Element) -> None:
    name = element.said("fullName") or ("" if file.kind == "object" else file.name)
    if kind != "businessProcess" and not _API_NAME.fullmatch(name):  # a process may have any name
        raise xml.wrong(element, f"{name[:80]!r} is not an API name")
    source.kind(kind).setdefault(name, element)


def _files(folder: Path) -> Iterator[_File]:
    root = folder.resolve()
    for package in _packages(root):
        for place, folders, names in os.walk(package):
            folders[:] = sorted(one for one in folders if one not in _NOT_SOURCE and not one.startswith("."))
            for name in names:
                match = _FILE.fullmatch(name)
                if match is not None:
                    path = Path(place) / name
                    if not path.resolve().is_relative_to(root):
                        raise DataError(f"{path}: leads out of the project, to {path.resolve()}")
                    yield _File(path, _plain(match[1]), match[2], match[3] is None)


def _packages(root: Path) -> list[Path]:
    """Return the folders to read: those that the project's settings name, else the project's."""
    settings = root / _SETTINGS
    if not settings.is_file():
        return [root]
    try:
        listed = json.loads(settings.read_text(encoding="utf-8-sig"))["packageDirectories"]
        named = [str(one["path"]) for one in listed]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{settings}: no list of packageDirectories with paths can be read from it ({error})") from error
    folders = list(dict.fromkeys((root / one).resolve() for one in named))
    for one in folders:
        if not one.is_relative_to(root):
            raise DataError(f"{settings}: the package directory {one} lies outside of the project")
    return [one for one in folders if one.is_dir()] or [root]


def _plain(name: str) -> str:
    return _NAMESPACE.sub("", name)
