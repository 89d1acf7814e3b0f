"""What a project says of each object: its own element, fields, record types and rules, and the shared value sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from sfseed_emulator.sfdx.files import API_NAME, ProjectError, metadata_files, read_xml

if TYPE_CHECKING:
    from pathlib import Path

    from sfseed_emulator.sfdx.files import MetadataFile

_PARTS = {
    "field": "fields",
    "recordType": "recordTypes",
    "validationRule": "validationRules",
    "businessProcess": "businessProcesses",
}
"""The tag that each part of an object has inside of an older, whole object file."""

_NAMED = frozenset(("field", "recordType", "validationRule"))  # a business process may be called anything

_ROOTS = {
    "object": "CustomObject",
    "field": "CustomField",
    "recordType": "RecordType",
    "validationRule": "ValidationRule",
    "businessProcess": "BusinessProcess",
    "globalValueSet": "GlobalValueSet",
    "standardValueSet": "StandardValueSet",
}


@dataclass(slots=True)
class ObjectSource:
    """The elements of one object; of parts defined twice the first one met counts."""

    name: str
    own: Element = field(default_factory=lambda: Element("CustomObject"))
    parts: dict[str, dict[str, Element]] = field(default_factory=lambda: {kind: {} for kind in _PARTS})


@dataclass(slots=True)
class Project:
    """All objects by API name, and the values of global and standard value sets."""

    objects: dict[str, ObjectSource]
    value_sets: dict[str, Element]
    standard_values: dict[str, Element]


def read_project(root: Path) -> Project:
    """Read a project's files; ProjectError names the file that is wrong."""
    project = Project({}, {}, {})
    for file in metadata_files(root):
        element = read_xml(file.path)
        if element.tag != _ROOTS[file.kind]:
            raise ProjectError(f"{file.path}: begins with <{element.tag}>, not <{_ROOTS[file.kind]}>")
        _take(project, file, element)
    return project


def _take(project: Project, file: MetadataFile, element: Element) -> None:
    if file.kind == "globalValueSet":
        project.value_sets.setdefault(file.name, element)
    elif file.kind == "standardValueSet":
        project.standard_values.setdefault(file.name, element)
    else:
        source = project.objects.setdefault(file.owner, ObjectSource(file.owner))
        if file.kind == "object":
            _whole(source, file, element)
        else:
            _part(source, file.kind, file, element)


def _whole(source: ObjectSource, file: MetadataFile, element: Element) -> None:
    for kind, tag in _PARTS.items():
        for part in element.findall(tag):
            _part(source, kind, file, part)
    if len(source.own) == 0 or (source.own.find("nameField") is None and element.find("nameField") is not None):
        source.own = element


def _part(source: ObjectSource, kind: str, file: MetadataFile, element: Element) -> None:
    name = text(element, "fullName") or file.name
    if kind in _NAMED and not API_NAME.fullmatch(name):
        raise ProjectError(f"{file.path}: {name[:80]!r} is no API name")
    source.parts[kind].setdefault(name, element)


def text(element: Element | None, path: str, default: str = "") -> str:
    """Return the text of the first element at a path, without blanks around it."""
    found = element.findtext(path) if element is not None else None
    return found.strip() if found else default


def truth(element: Element, path: str, *, default: bool = False) -> bool:
    """Return whether the element at a path says true."""
    return text(element, path, str(default)).lower() == "true"
