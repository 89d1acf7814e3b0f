"""Reading metadata XML: elements with their lines; documents that declare types or entities are refused unread."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

from sfseed_core.errors import DataError

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator
    from pathlib import Path

_LARGEST = 32 * 1024 * 1024
_DEEPEST = 64
_TRUTH = {"true": True, "false": False, "1": True, "0": False}


@dataclass(slots=True)
class Element:
    """One element: `text` is its own, without blanks around it; `line` is where it begins in `path`."""

    tag: str
    path: Path
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> Iterator[Element]:
        """Return the children of a tag."""
        return (child for child in self.children if child.tag == tag)

    def find(self, *tags: str) -> Element | None:
        """Return the first element down a path of tags."""
        found: Element | None = self
        for tag in tags:
            found = next(found.all(tag), None) if found is not None else None
        return found

    def said(self, *tags: str) -> str:
        """Return the text of the first element down a path; empty when there is none."""
        found = self.find(*tags)
        return found.text if found is not None else ""

    def flag(self, *tags: str, default: bool = False) -> bool:
        """Return true or false as the element down a path says; DataError when it says neither."""
        found = self.find(*tags)
        if found is None or not found.text:
            return default
        if found.text.lower() not in _TRUTH:
            raise wrong(found, f"<{found.tag}> is {found.text[:40]!r}, not true or false")
        return _TRUTH[found.text.lower()]

    def whole(self, *tags: str, default: int = 0) -> int:
        """Return the whole number down a path; DataError when it is none."""
        found = self.find(*tags)
        if found is None or not found.text:
            return default
        if not found.text.isdecimal() or len(found.text) > 9:
            raise wrong(found, f"<{found.tag}> is {found.text[:40]!r}, not a whole number")
        return int(found.text)


def read(path: Path, *, root: str, without: re.Pattern[str] | None = None) -> Element:
    """Return the root element of a file, which must have the tag `root`; what matches `without` is taken out of its texts.

    Raises DataError naming file and line.
    """
    builder = _Builder(path, without)
    try:
        if path.stat().st_size > _LARGEST:
            raise DataError(f"{path}: larger than {_LARGEST >> 20} MB, which no metadata file is")
        builder.feed(*_trimmed(path.read_bytes()))
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    except expat.ExpatError as error:
        raise DataError(
            f"{path}, line {error.lineno + builder.lines_before}: not well-formed XML: {expat.errors.messages[error.code]}"
        ) from error
    if builder.root is None or builder.root.tag != root:
        raise DataError(f"{path}: begins with <{builder.root.tag if builder.root else ''}>, not with <{root}>")
    return builder.root


def _trimmed(content: bytes) -> tuple[bytes, int]:
    """Return the document without the blanks before it, after which no declaration may stand, and how many lines they took."""
    trimmed = content.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")
    return trimmed, content[: len(content) - len(trimmed)].count(b"\n")


def wrong(element: Element, what: str) -> DataError:
    """Return the error for an element that cannot be understood."""
    return DataError(f"{element.path}, line {element.line}: {what}")


class _Builder:
    """Builds elements from the parser's events."""

    def __init__(self, path: Path, without: re.Pattern[str] | None) -> None:
        self.path, self.without = path, without
        self.lines_before = 0
        self.root: Element | None = None
        self._open: list[Element] = []
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse

    def feed(self, content: bytes, lines_before: int) -> None:
        self.lines_before = lines_before
        self._parser.Parse(content, True)

    @property
    def _line(self) -> int:
        return self._parser.CurrentLineNumber + self.lines_before

    def _refuse(self, *_: object) -> None:
        raise DataError(f"{self.path}, line {self._line}: declares a document type or entities, which metadata never does")

    def _start(self, name: str, _attributes: object) -> None:
        element = Element(name.rpartition("}")[2], self.path, self._line)
        if len(self._open) >= _DEEPEST:
            raise wrong(element, f"nested deeper than {_DEEPEST} elements")
        if self._open:
            self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, _name: str) -> None:
        element = self._open.pop()
        text = element.text if self.without is None else self.without.sub("", element.text)
        element.text = text.strip()

    def _text(self, data: str) -> None:
        self._open[-1].text += data
