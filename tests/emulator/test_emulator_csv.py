"""The CSV of uploads and results: read as strictly as Salesforce reads, written as Salesforce writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfseed_emulator.bulk import csv_out
from sfseed_emulator.bulk.csv_in import BadUpload, Dialect, check_line_ends, records, values

TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00"), max_size=12)
DELIMITERS = st.sampled_from([",", "\t", ";", "|", "^", "`"])


def read(data: bytes, delimiter: str = ",", newline: str = "\n", pieces: int = 7, start: int = 0) -> list[list[str]]:
    """Read an upload that arrives in small pieces."""
    dialect = Dialect(delimiter, newline)
    split = [data[at : at + pieces] for at in range(start, len(data), pieces)]
    return values([record.text for record in records(split, start, newline)], dialect, dialect.row_pattern())


@given(st.lists(st.lists(TEXT, min_size=2, max_size=4), max_size=6), DELIMITERS, st.integers(1, 30))
def test_what_is_written_reads_back(rows: list[list[str]], delimiter: str, pieces: int) -> None:
    """Quoted values with delimiters, quotes and line ends inside come back, however the upload is cut into pieces."""
    data = csv_out.lines(rows, delimiter, "\n").encode("utf-8")
    assert read(data, delimiter, pieces=pieces) == rows


@given(st.lists(st.lists(TEXT, min_size=2, max_size=3), min_size=1, max_size=6), st.integers(0, 5))
def test_reading_goes_on_from_any_record(rows: list[list[str]], at: int) -> None:
    """The place behind a record is where the next reading can begin."""
    data = csv_out.lines(rows, ",", "\n").encode("utf-8")
    ends = [0, *(record.end for record in records([data], 0, "\n"))]
    start = ends[min(at, len(rows))]
    assert read(data, start=start) == rows[min(at, len(rows)) :]


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        ("Name,Site\na,b\n", [["Name", "Site"], ["a", "b"]]),
        ("Name,Site\na,b", [["Name", "Site"], ["a", "b"]]),
        ("Name\n\na\n", [["Name"], ["a"]]),
        (" a , b \n", [[" a ", " b "]]),
        ('"a ""quoted"" one",b\n', [['a "quoted" one', "b"]]),
        ('"two\nlines",\n', [["two\nlines", ""]]),
    ],
)
def test_reads(data: str, rows: list[list[str]]) -> None:
    """Values are not trimmed, empty lines do not count, the last line needs no end."""
    assert read(data.encode()) == rows


@pytest.mark.parametrize("data", ['a "b" c,d\n', 'a, "b"\n', '"a" ,b\n', '"a"b,c\n', '"open,b\n', '\ufeff"Name"\na\n'])
def test_misplaced_quotes_are_refused(data: str) -> None:
    """A quote may only stand around a whole value; a byte order mark before a quoted header breaks that too."""
    with pytest.raises(BadUpload, match="Found unescaped quote"):
        read(data.encode())


@pytest.mark.parametrize(
    ("data", "setting", "fine"),
    [
        (b"a\nb\n", "LF", True),
        (b"a\r\nb\n", "LF", False),
        (b'a\n"x\r\ny"\n', "LF", False),
        (b"a\r\nb\r\n", "CRLF", True),
        (b"a\r\nb\n", "CRLF", False),
        (b'a\r\n"x\ny"\r\n', "CRLF", False),
        (b"", "CRLF", True),
    ],
)
def test_line_ends_must_agree_with_the_job(data: bytes, setting: str, fine: bool) -> None:
    """One line end of the other kind anywhere, inside quotes too, fails the job; cuts between the bytes do not matter."""
    for size in (1, 2, 100):
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        if fine:
            check_line_ends(pieces, setting)
            continue
        with pytest.raises(BadUpload) as refused:
            check_line_ends(pieces, setting)
        said = f"ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {setting}"
        assert refused.value.message == said


def test_what_is_not_utf_8_is_refused() -> None:
    """Bytes of another encoding fail the job."""
    with pytest.raises(BadUpload, match="not valid UTF-8"):
        read("Müller\n".encode("latin-1"))
