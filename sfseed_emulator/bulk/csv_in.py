"""Reading an uploaded CSV as strictly as Bulk API 2.0 does, piece by piece."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_HEADER = 32_000
MAX_FIELD = 131_072
MAX_COLUMNS = 5_000
MAX_RECORD = 400_000

UNESCAPED = "InvalidBatch : Failed to parse CSV. Found unescaped quote. A value with quote should be within a quote"


class BadUpload(Exception):
    """The upload cannot be read; `message` is the job's errorMessage."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Record:
    """One record's text without its line end, and the place (in bytes) behind it."""

    text: str
    end: int


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an upload is written."""

    delimiter: str
    newline: str

    def row_pattern(self) -> re.Pattern[str]:
        """Return the pattern of a well-formed record: a quote only around a whole value, doubled inside."""
        stop = re.escape(self.delimiter)
        value = rf'(?:"(?:[^"]|"")*"|[^"{stop}]*)'
        return re.compile(f"{value}(?:{stop}{value})*")


def check_line_ends(pieces: Iterable[bytes], line_ending: str) -> None:
    """Refuse an upload with a line end of the other kind anywhere, inside quoted values too."""
    newlines = pairs = 0
    last = b""
    for piece in pieces:
        newlines += piece.count(b"\n")
        pairs += piece.count(b"\r\n") + (last == b"\r" and piece.startswith(b"\n"))
        last = piece[-1:] or last
    wrong = pairs if line_ending == "LF" else newlines - pairs
    if wrong:
        raise BadUpload(
            f"ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {line_ending}"
        )


def records(pieces: Iterable[bytes], start: int, newline: str) -> Iterator[Record]:
    """Split an upload into records; a line end inside quotes belongs to the value. Empty lines are passed over."""
    at = start
    held = b""
    for line in _lines(pieces):
        at += len(line)
        held = held + line if held else line
        if held.count(b'"') % 2:
            if len(held) > 4 * MAX_RECORD:
                raise BadUpload("InvalidBatch : Failed to parse CSV. A record is too long, or its quotes do not end")
            continue
        text = _decoded(held).removesuffix(newline)
        held = b""
        if text:
            yield Record(text, at)
    if held:
        raise BadUpload(UNESCAPED)


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    held = b""
    for piece in pieces:
        whole = held + piece
        lines = whole.split(b"\n")
        held = lines.pop()
        for line in lines:
            yield line + b"\n"
    if held:
        yield held


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadUpload("InvalidBatch : Failed to parse CSV. The data is not valid UTF-8") from None


def values(texts: Sequence[str], dialect: Dialect, pattern: re.Pattern[str]) -> list[list[str]]:
    """Return the values of records; raise BadUpload on a misplaced quote."""
    for text in texts:
        if '"' in text and pattern.fullmatch(text) is None:
            raise BadUpload(UNESCAPED)
    return [_split(text, dialect.delimiter) for text in texts]


def _split(text: str, delimiter: str) -> list[str]:
    if '"' not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:  # a bare carriage return outside quotes
        raise BadUpload(UNESCAPED) from None


def check_record(row: Sequence[str], width: int) -> None:
    """Refuse a record that does not fit the header or the platform's limits."""
    if len(row) != width:
        raise BadUpload(f"InvalidBatch : Failed to parse CSV. A record has {len(row)} columns, the header has {width}")
    if sum(map(len, row)) > MAX_RECORD:
        raise BadUpload(f"InvalidBatch : Record is too long (max {MAX_RECORD} characters)")
    if max(map(len, row)) > MAX_FIELD:
        raise BadUpload(f"InvalidBatch : Field value is too long (max {MAX_FIELD} characters)")
