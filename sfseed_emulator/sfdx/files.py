"""The metadata files of a project, found below its package folders and read as plain XML."""

from __future__ import annotations

import codecs
import json
import os
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

_KINDS = ("object", "field", "recordType", "validationRule", "businessProcess", "globalValueSet", "standardValueSet")
_FILE = re.compile(rf"(?P<name>.+)\.(?P<kind>{'|'.join(_KINDS)})(?P<source>-meta\.xml)?")
_TOKEN = re.compile(r"(___|%%%)NAMESPACE(D_ORG|D_RT|_DOT)?\1")
API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,119}")
_SKIPPED = frozenset(("node_modules", "__pycache__"))
_LARGEST = 32 * 1024 * 1024


class ProjectError(ValueError):
    """A project cannot be served: no folder, no metadata in it, or a file that cannot be read."""


@dataclass(frozen=True, slots=True)
class MetadataFile:
    """One file: its kind, the name that it bears, and the object that its folder belongs to."""

    path: Path
    kind: str
    name: str
    owner: str
    decomposed: bool


def without_tokens(text: str) -> str:
    """Take out of a text what stands in for the namespace of a package."""
    return _TOKEN.sub("", text)


def metadata_files(root: Path) -> list[MetadataFile]:
    """List the project's metadata files, those of the source format before older ones, else by path."""
    if not root.is_dir():
        raise ProjectError(f"{root}: no such folder")
    found = [one for folder in _package_folders(root) for one in _below(folder)]
    if not found:
        raise ProjectError(f"{root}: no *.object-meta.xml, *.field-meta.xml or *.object file in it")
    return sorted(found, key=lambda one: (not one.decomposed, str(one.path)))


def read_xml(path: Path) -> Element:
    """Parse a file whose text declares no entities; tags lose their namespace."""
    if path.stat().st_size > _LARGEST:
        raise ProjectError(f"{path}: larger than {_LARGEST >> 20} MB")
    parser = ET.XMLParser(target=_Plain(path))  # noqa: S314 - document types are refused
    try:
        parser.feed(path.read_bytes().removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n"))
        found: Element = parser.close()
    except (ET.ParseError, LookupError, ValueError) as error:
        if isinstance(error, ProjectError):
            raise
        raise ProjectError(f"{path}: not XML: {error}") from error
    for element in found.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.text = without_tokens(element.text) if element.text else element.text
    return found


class _Plain(ET.TreeBuilder):
    """Builds a tree; a declared document type ends it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def doctype(self, *_: object) -> None:
        raise ProjectError(f"{self._path}: declares a document type, which metadata never does")


def _package_folders(root: Path) -> list[Path]:
    settings = root / "sfdx-project.json"
    if not settings.is_file():
        return [root]
    try:
        listed = [str(one["path"]) for one in json.loads(settings.read_text(encoding="utf-8-sig"))["packageDirectories"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ProjectError(f"{settings}: names no packageDirectories: {error}") from error
    folders = [(root / one).resolve() for one in listed]
    for folder in folders:
        if not folder.is_relative_to(root.resolve()):
            raise ProjectError(f"{settings}: the package folder {folder} lies outside of the project")
    return [folder for folder in dict.fromkeys(folders) if folder.is_dir()] or [root]


def _below(folder: Path) -> Iterator[MetadataFile]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith(".") and one not in _SKIPPED)
        for name in sorted(names):
            matched = _FILE.fullmatch(name)
            if matched:
                yield _file(Path(place) / name, matched)


def _file(path: Path, matched: re.Match[str]) -> MetadataFile:
    kind, name = matched["kind"], without_tokens(matched["name"])
    inside = kind in {"field", "recordType", "validationRule", "businessProcess"}
    owner = without_tokens(path.parent.parent.name) if inside else name
    if kind not in {"globalValueSet", "standardValueSet"} and not API_NAME.fullmatch(owner):
        raise ProjectError(f"{path}: {owner[:80]!r} is no object's name")
    return MetadataFile(path, kind, name, owner, decomposed=matched["source"] is not None)
