"""Small SFDX projects written for a test, and the projects of the outside data."""

from __future__ import annotations

import os
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

ROOT = Path(__file__).resolve().parents[1]
NAMESPACE = 'xmlns="http://soap.sforce.com/2006/04/metadata"'


def outside_projects() -> list:
    """One parameter per project of the outside data; a single one that skips where the data are absent."""
    folder = Path(os.environ.get("SFSEED_OUTSIDE_DATA", ROOT.parent / "shared" / "data")) / "sfdx"
    if not folder.is_dir():
        why = f"outside data not present at {folder}: set SFSEED_OUTSIDE_DATA"
        return [pytest.param(folder, marks=pytest.mark.skip(reason=why), id="absent")]
    return [pytest.param(one, id=one.name) for one in sorted(folder.iterdir()) if one.is_dir()]


def xml(root: str, body: str) -> str:
    """A metadata file's text."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {NAMESPACE}>\n{body}\n</{root}>\n'


def tags(**values: object) -> str:
    """Elements with these texts; true and false as metadata write them."""
    return "\n".join(f"<{name}>{escape(_said(value))}</{name}>" for name, value in values.items())


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class Project:
    """A project being written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.objects = folder / "force-app" / "main" / "default" / "objects"

    def object(self, name: str, *, name_field: str = "<type>Text</type>", **more: object) -> Project:
        """Write an object's own file."""
        said = {"label": name.replace("__c", ""), "pluralLabel": name.replace("__c", "s")} | more
        body = tags(**said) + f"<nameField><label>Name</label>{name_field}</nameField>"
        return self.file(self.objects / name / f"{name}.object-meta.xml", xml("CustomObject", body))

    def field(self, owner: str, name: str, kind: str, inner: str = "", **more: object) -> Project:
        """Write a field's file."""
        body = tags(**{"fullName": name, "label": name.replace("__c", "").replace("_", " "), "type": kind, **more}) + inner
        return self.file(self.objects / owner / "fields" / f"{name}.field-meta.xml", xml("CustomField", body))

    def picklist(
        self, owner: str, name: str, *values: str, restricted: bool = True, more: str = "", **said: object
    ) -> Project:
        """Write a picklist field with values of its own."""
        listed = "".join(f"<value>{tags(fullName=one, default=False, label=one)}</value>" for one in values)
        own = f"<valueSetDefinition><sorted>false</sorted>{listed}</valueSetDefinition>"
        inner = f"<valueSet>{tags(restricted=restricted)}{more}{own}</valueSet>"
        return self.field(owner, name, "Picklist", inner, **said)

    def part(self, owner: str, folder: str, kind: str, root: str, name: str, body: str) -> Project:
        """Write another part of an object: a record type, a rule, a process."""
        return self.file(self.objects / owner / folder / f"{name}.{kind}-meta.xml", xml(root, body))

    def file(self, path: Path, text: str) -> Project:
        """Write any file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return self
