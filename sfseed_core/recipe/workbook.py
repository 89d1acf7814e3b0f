"""The first sheet of an Excel workbook as lines of texts: a workbook is a ZIP file of XML.

Numbers come as they are stored, dates as ISO text where the cell's style shows a date. A document type or an entity in any
of the files is refused unread.
"""

from __future__ import annotations

import re
import zipfile
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from xml.parsers import expat

from sfseed_core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    Event = tuple[str, Mapping[str, str], str]  # the element's name, its attributes, and its text; as it ends

_LARGEST = 256 * 1024 * 1024
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's days have no zone
_OWN_DATE_FORMATS = frozenset({*range(14, 23), *range(45, 48)})
_PLACE = re.compile(r"([A-Z]{1,3})(\d+)")
_IN_QUOTES = re.compile(r'"[^"]*"|\[[^\]]*\]')


def read_workbook(path: Path) -> list[tuple[int, list[str]]]:
    """Return the lines of the first sheet, each with its number; raises DataError when it is no workbook."""
    try:
        with zipfile.ZipFile(path) as book:
            names = [name for name in book.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
            first = min(names, key=lambda name: int(re.findall(r"\d+", name)[0]))
            return _lines(_part(book, first), _shared(book), _dates(book))
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError) as error:
        raise DataError(f"{path}: not a workbook that can be read: {error}") from error
    except expat.ExpatError as error:
        raise DataError(f"{path}: not a workbook that can be read: line {error.lineno}") from error


def _part(book: zipfile.ZipFile, name: str) -> Iterator[Event]:
    if name not in book.namelist():
        return iter(())
    if book.getinfo(name).file_size > _LARGEST:
        raise ValueError(f"{name} is larger than {_LARGEST:,} bytes")
    return iter(_events(book.read(name)))


def _events(data: bytes) -> list[Event]:
    events: list[Event] = []
    opened: list[tuple[str, dict[str, str], list[str]]] = []
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        opened.append((name.rpartition(":")[2], attributes, []))

    def end(_: str) -> None:
        name, attributes, texts = opened.pop()
        text = "".join(texts)
        events.append((name, attributes, text))
        if opened and name in {"t", "r", "v", "is"}:
            opened[-1][2].append(text)

    def take(text: str) -> None:
        opened[-1][2].append(text)

    def refuse(*_: object) -> None:
        raise ValueError("it declares a document type or entities")

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = take
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.Parse(data, True)
    return events


def _shared(book: zipfile.ZipFile) -> list[str]:
    return [text for name, _, text in _part(book, "xl/sharedStrings.xml") if name == "si"]


def _dates(book: zipfile.ZipFile) -> frozenset[int]:
    """Return the cell styles that show dates."""
    formats: dict[int, str] = {}
    styles: list[int] = []
    pending: list[int] = []
    for name, attributes, _ in _part(book, "xl/styles.xml"):
        if name == "numFmt":
            formats[int(attributes["numFmtId"])] = _IN_QUOTES.sub("", attributes.get("formatCode", "")).lower()
        elif name == "xf":
            pending.append(int(attributes.get("numFmtId", 0)))
        elif name in {"cellStyleXfs", "cellXfs"}:
            styles, pending = pending, []
            if name == "cellXfs":
                break
    return frozenset(
        place
        for place, one in enumerate(styles)
        if one in _OWN_DATE_FORMATS or re.search("[dy]|h:|mm:", formats.get(one, ""))
    )


def _lines(sheet: Iterator[Event], shared: list[str], dates: frozenset[int]) -> list[tuple[int, list[str]]]:
    lines: dict[int, dict[int, str]] = {}
    for name, attributes, text in sheet:
        match = _PLACE.fullmatch(attributes.get("r", "")) if name == "c" else None
        if match:
            lines.setdefault(int(match[2]), {})[_column(match[1])] = _cell(attributes, text, shared, dates)
    return [(number, [cells.get(one, "") for one in range(max(cells) + 1)]) for number, cells in sorted(lines.items())]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _cell(attributes: Mapping[str, str], text: str, shared: list[str], dates: frozenset[int]) -> str:
    kind = attributes.get("t", "n")
    if kind == "s":
        return shared[int(text)]
    if kind == "b":
        return "true" if text == "1" else "false"
    if kind != "n" or not text:
        return text
    if int(attributes.get("s", 0)) in dates:
        when = _FIRST_DAY + timedelta(days=float(text))
        return when.date().isoformat() if when.time() == _FIRST_DAY.time() else when.isoformat(timespec="seconds")
    return text.removesuffix(".0") if "E" not in text else repr(float(text))
