"""A dataset's records as files: workbook, ZIP."""

from __future__ import annotations

import dataclasses
import io
import zipfile

import pytest

from sfseed_core.dataset.edits import SetCells
from sfseed_core.dataset.export.archive import one_file, zipped
from sfseed_core.dataset.export.excel import MOST_ROWS
from sfseed_core.dataset.export.folder import write_excel
from sfseed_core.errors import UserError
from sfseed_core.recipe.workbook import read_workbook
from tests.staged import PLAN


def test_a_workbook_holds_the_edited_records(dataset, tmp_path):
    """Names above, one line per record, dates as dates, and a text that begins with = stays a text."""
    dataset.apply(SetCells("Account", [2], {"Name": ['=HYPERLINK("http://x.example")']}))
    path = tmp_path / "Account.xlsx"
    path.write_bytes(one_file(dataset, "Account", "xlsx"))
    lines = [cells for _, cells in read_workbook(path)]
    assert lines[0][:2] == ["Id", "Name"]
    assert len(lines) == 1 + dataset.count("Account")
    assert lines[3][1] == '=HYPERLINK("http://x.example")'
    assert lines[1][lines[0].index("Founded__c")] == "1990-01-01"
    assert b"<f>" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


def test_more_than_a_sheet_holds_is_refused(tmp_path):
    """A sheet has 1,048,576 lines; more records are told to take another format."""
    many = dataclasses.replace(PLAN.object("Account"), count=MOST_ROWS + 1)
    with pytest.raises(UserError, match="rows of an Excel sheet"):
        write_excel(tmp_path / "a.xlsx", many, [])


@pytest.mark.parametrize("file_format", ["csv", "xlsx", "parquet"])
def test_a_zip_has_a_file_per_object(dataset, file_format):
    """Each object is a file of its own."""
    with zipfile.ZipFile(io.BytesIO(zipped(dataset, file_format))) as archive:
        assert archive.namelist() == [f"{name}.{file_format}" for name in dataset.objects]
        assert all(archive.getinfo(name).file_size for name in archive.namelist())
