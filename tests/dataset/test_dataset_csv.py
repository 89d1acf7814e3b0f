"""Salesforce's CSV: the encoder, the folder of files, and reading a user's file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfseed_core.dataset.csv_file import csv_files, read_csv
from sfseed_core.dataset.edits import AddRecords, DeleteRecords
from sfseed_core.dataset.export.csv import NULL, CsvEncoder
from sfseed_core.dataset.export.folder import export_folder
from sfseed_core.errors import DataError, NotFound, UserError
from tests.staged import PLAN, table_of


def cells(written: bytes) -> list[list[str]]:
    """A CSV as Python's own reader sees it."""
    return list(csv.reader(io.StringIO(written.decode("utf-8"), newline="")))


def instant(value: datetime) -> str:
    """An instant as Salesforce reads it."""
    return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        (pa.string(), 'a "b", c', '"a ""b"", c"'),
        (pa.string(), "é😀", '"é😀"'),
        (pa.string(), "a\r\nb\rc\nd", '"a\nb\nc\nd"'),
        (pa.bool_(), True, "true"),
        (pa.bool_(), False, "false"),
        (pa.int64(), -12, "-12"),
        (pa.decimal128(18, 2), Decimal("1234.5"), "1234.50"),
        (pa.decimal128(18, 0), Decimal(7), "7"),
        (pa.decimal128(18, 15), Decimal("0.000000000000123"), '"0.000000000000123"'),
        (pa.decimal128(18, 15), Decimal("-0.00000001"), '"-0.000000010000000"'),
        (pa.decimal128(18, 15), Decimal(0), '"0.000000000000000"'),
        (pa.decimal128(18, 15), Decimal("-123.5"), '"-123.500000000000000"'),
        (pa.decimal128(38, 38), Decimal("1e-38"), '"0.00000000000000000000000000000000000001"'),
        (pa.date32(), date(2026, 2, 28), "2026-02-28"),
        (pa.timestamp("ms", "UTC"), datetime(2026, 2, 28, 9, 5, 1, 7000, tzinfo=UTC), '"2026-02-28T09:05:01.007Z"'),
        (pa.timestamp("ms", "UTC"), datetime(1700, 1, 1, tzinfo=UTC), '"1700-01-01T00:00:00.000Z"'),
        (pa.time32("ms"), time(23, 5, 1, 7000), '"23:05:01.007Z"'),
    ],
)
def test_values_are_written_as_salesforce_reads_them(kind, value, written):
    """Each type has its one form, whatever stands beside it."""
    table = pa.table({"X": pa.array([None, value], kind), "Y": pa.array(["y", None])})
    assert CsvEncoder(["X", "Y"]).whole(table).decode() == f'"X","Y"\n,"y"\n{written},\n'
    assert CsvEncoder(["X"]).rows(table.slice(1)).decode() == f"{written}\n"


def test_a_record_without_any_value_is_still_a_row():
    """Where a line would hold nothing, the empty text is quoted."""
    table = pa.table({"X": pa.array([None, None, 3])})
    assert CsvEncoder(["X"]).whole(table) == b'"X"\n""\n""\n"3"\n'
    both = pa.table({"X": pa.array([None], pa.string()), "Y": pa.array([None], pa.int64())})
    assert CsvEncoder(["X", "Y"]).rows(both) == b",\n"


def test_fields_can_be_emptied():
    """An update empties a field by #N/A, in the columns that were asked for only."""
    table = pa.table({"Id": ["001"], "X": pa.array([None], pa.date32()), "Y": pa.array([None], pa.string())})
    assert CsvEncoder(["Id", "X", "Y"], null_text=NULL, emptied=["X"]).rows(table) == b'"001","#N/A",\n'
    assert cells(CsvEncoder(["Id", "X", "Y"], null_text=NULL).rows(table)) == [["001", "#N/A", "#N/A"]]


def test_no_byte_order_mark_and_line_feeds_only():
    """The file begins with its header and ends each line with LF."""
    written = CsvEncoder(["X"]).whole(pa.table({"X": ["a\rb", "c"]}))
    assert written.startswith(b'"X"\n')
    assert b"\r" not in written


@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=8)),
            st.one_of(st.none(), st.decimals(-(10**6), 10**6, places=8)),
            st.one_of(st.none(), st.datetimes(datetime(1700, 1, 1), datetime(4000, 12, 31))),  # noqa: DTZ001
            st.one_of(st.none(), st.booleans()),
        ),
        max_size=20,
    ),
    st.integers(0, 5),
)
def test_every_value_survives_the_file(rows, cut):
    """A plain CSV reader reads back what was written, for any slice of any table."""
    texts, decimals, instants, flags = zip(*rows, strict=True) if rows else ((), (), (), ())
    table = pa.table(
        {
            "T": pa.array(texts, pa.string()),
            "D": pa.array(decimals, pa.decimal128(18, 8)),
            "I": pa.array(
                [i and i.replace(microsecond=i.microsecond // 1000 * 1000) for i in instants], pa.timestamp("ms", "UTC")
            ),
            "B": pa.array(flags, pa.bool_()),
        }
    ).slice(cut)
    read = cells(CsvEncoder(table.column_names).whole(table))
    assert read[0] == ["T", "D", "I", "B"]
    for row, given_row in zip(read[1:], table.to_pylist(), strict=True):
        assert row[0] == (given_row["T"] or "").replace("\r\n", "\n").replace("\r", "\n")
        assert "E" not in row[1]
        assert row[1] == "" if given_row["D"] is None else Decimal(row[1]) == given_row["D"]
        assert row[2] == ("" if given_row["I"] is None else instant(given_row["I"]))
        assert row[3] == {None: "", True: "true", False: "false"}[given_row["B"]]


def test_exported_references_can_be_joined(dataset, home):
    """In a folder of CSVs each record has an Id, by which others refer to it; edits are in."""
    dataset.apply(AddRecords("Contact", 1, {"LastName": ["New"], "AccountId": [9]}))
    dataset.apply(DeleteRecords("Account", [4], children="delete"))
    files = export_folder(home / "out", dataset.plan, dataset.batches)
    read = {name: list(csv.DictReader(path.open(encoding="utf-8", newline=""))) for name, path in files.items()}
    accounts = {row["Id"] for row in read["Account"]}
    assert len(accounts) == 8
    assert "Account:4" not in accounts
    assert {row["AccountId"] for row in read["Contact"]} <= accounts
    assert read["Contact"][-1] == {"Id": "Contact:20", "LastName": "New", "Email": "", "AccountId": "Account:9"}
    known = accounts | {row["Id"] for row in read["Contact"]}
    assert {row["WhatId"] for row in read["Task"]} <= known | {""}
    assert {row["BookId"] for row in read["Task"]} == {"=standard-price-book"}
    assert sorted(path.name for path in (home / "out").iterdir()) == ["Account.csv", "Contact.csv", "Task.csv"]


def test_parquet_files_hold_the_records_as_staged(dataset, home):
    """Parquet export keeps types and local keys."""
    files = export_folder(home / "out", dataset.plan, dataset.batches, format="parquet")
    for name, path in files.items():
        assert pq.read_table(path).equals(table_of(name))


def test_unknown_formats_are_refused(home):
    """An unknown format names the known ones."""
    with pytest.raises(UserError, match="csv, parquet"):
        export_folder(home, PLAN, lambda name: [], format="xml")


def _written(folder, content: bytes, name: str = "Contact.csv"):
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_users_file_is_read_as_text(tmp_path):
    """Cells keep their text; empty ones, quoted or not, are empty; line breaks in quotes belong to the cell."""
    file = read_csv(_written(tmp_path, b'\xef\xbb\xbfLastName,Nr\r\n"a\nb",007\r\n"",\r\n'))
    assert file.table.to_pydict() == {"LastName": ["a\nb", None], "Nr": ["007", None]}
    assert file.marked


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        ("LastName\nÄrger\n".encode("latin-1"), r"line 2: byte 0xc4 is no UTF-8"),
        ("LastName\nx\n".encode("utf-16"), "is UTF-16"),
        (b"LastName;Email\na;b\n", "separated by ';'"),
        (b"LastName\tEmail\na\tb\n", "separated by tabs"),
        (b"LastName,,Email\n", "column 2 has no name"),
        (b"LastName,Email,lastname\n", "LastName, lastname more than once"),
        (b"LastName,Email\na,b\nc\nd,e,f\n", r"record 2 has 1 cells where the header has 2; record 3 has 3 cells"),
    ],
)
def test_what_is_no_csv_is_said_with_its_place(tmp_path, content, said):
    """Encoding, separator, header and ragged rows are named with file and place."""
    with pytest.raises(DataError, match=said) as caught:
        read_csv(_written(tmp_path, content))
    assert "Contact.csv" in str(caught.value)


def test_a_folder_stands_for_its_csv_files(tmp_path):
    """A folder gives its CSV files by name; one without any, or a path that is not there, is not found."""
    with pytest.raises(NotFound, match="holds no CSV file"):
        csv_files(tmp_path)
    names = ["Contact.csv", "Account.CSV", "notes.txt"]
    for name in names:
        _written(tmp_path, b"Id\n", name)
    assert [one.name for one in csv_files(tmp_path)] == ["Account.CSV", "Contact.csv"]
    with pytest.raises(NotFound):
        csv_files(tmp_path / "nope")
