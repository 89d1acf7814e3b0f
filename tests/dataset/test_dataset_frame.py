"""Frames: records as pandas, and the edits that a changed frame stands for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sfseed_core.dataset import frame as frames
from sfseed_core.dataset.edits import AddRecords, SetCells
from sfseed_core.errors import DataError, NotFound, UserError
from tests.staged import table_of


def test_a_frame_holds_the_records_exactly(dataset):
    """Index, columns, types and values are those of the records."""
    frame = dataset.frame("Account")
    assert frame.index.tolist() == list(range(10))
    assert frame.reset_index().columns.tolist() == table_of("Account").column_names
    assert frame["AnnualRevenue"].tolist()[:2] == table_of("Account")["AnnualRevenue"].to_pylist()[:2]
    assert frame["Founded__c"].isna().tolist() == [n % 5 == 4 for n in range(10)]


def test_an_unchanged_frame_changes_nothing(dataset):
    """Giving a frame back as it is makes no revision, for every object and type."""
    for name in dataset.objects:
        assert dataset.apply(dataset.frame(name)) == 0


def test_changed_cells_become_one_operation(dataset):
    """Only the cells that differ are set, in one operation over all columns."""
    frame = dataset.frame("Account")
    frame.loc[3, "Name"] = "Three"
    frame.loc[4, "Employees"] = 44
    frame.loc[5, "ParentId"] = pd.NA
    frame["Active__c"] = True
    assert dataset.apply(frame) == 1
    parts = {part.columns: part.count for part in dataset.operations()[0].parts}
    assert parts == {("Name",): 1, ("Employees",): 1, ("ParentId",): 1, ("Active__c",): 5}
    assert dataset.read("Account", 3, 6, columns=["Name", "Employees", "ParentId"]).to_pylist() == [
        {"Name": "Three", "Employees": 21, "ParentId": 2},
        {"Name": 'A "4", Inc.', "Employees": 44, "ParentId": None},
        {"Name": 'A "5", Inc.', "Employees": 35, "ParentId": None},
    ]


def test_a_part_of_a_frame_means_its_rows_only(dataset):
    """A filtered, reordered frame with fewer columns changes what it shows; missing rows are not deleted."""
    frame = dataset.frame("Contact")
    some = frame[frame["AccountId"] == 2][["LastName"]].iloc[::-1].copy()
    some["LastName"] = some["LastName"].str.upper()
    dataset.apply(some)
    assert dataset.count("Contact") == 20
    assert dataset.read("Contact", 4, 6)["LastName"].to_pylist() == ["NAME 4", "NAME 5"]


@pytest.mark.parametrize("kind", ["object", "numpy"])
def test_other_pandas_types_are_taken_too(dataset, kind):
    """Numbers as floats, dates as timestamps and mixed objects are read like values that people write."""
    frame = dataset.frame("Account")
    frame["Employees"] = frame["Employees"].astype("float64" if kind == "numpy" else object)
    frame["Founded__c"] = pd.to_datetime(frame["Founded__c"]) if kind == "numpy" else frame["Founded__c"].astype(object)
    frame["AnnualRevenue"] = frame["AnnualRevenue"].astype("float64" if kind == "numpy" else object)
    frame.loc[0, "Employees"] = 5.0
    frame.loc[1, "Founded__c"] = pd.Timestamp(2001, 2, 3) if kind == "numpy" else "2001-02-03"
    frame.loc[2, "AnnualRevenue"] = 1.5
    dataset.apply(frame)
    assert sum(part.count for part in dataset.operations()[0].parts) == 3
    assert str(dataset.read("Account", 1, 2)["Founded__c"][0]) == "2001-02-03"


def test_new_rows_are_added(dataset):
    """Rows whose index is no record become records."""
    frame = dataset.frame("Contact", records=np.array([1, 2]))
    more = pd.DataFrame({"LastName": ["New", None], "AccountId": [3, 4]}, index=["x", 99])
    both = pd.concat([frame, more])
    both.attrs = frame.attrs
    dataset.apply(both)
    assert dataset.read("Contact", 20, columns=["LastName", "AccountId"]).to_pylist() == [
        {"LastName": "New", "AccountId": 3},
        {"LastName": None, "AccountId": 4},
    ]


def test_missing_rows_are_deleted_when_asked(dataset):
    """With `deletions` a dropped row is a deleted record."""
    frame = dataset.frame("Task").drop(index=[2, 5])
    dataset.apply(frames.changes(dataset, frame, deletions=True))
    assert dataset.count("Task") == 10


def test_what_others_changed_since_stays(dataset):
    """A frame stands for its own changes against the revision it was read at."""
    frame = dataset.frame("Contact")
    dataset.apply(SetCells("Contact", [1, 2], {"LastName": ["theirs", "theirs"]}))
    dataset.apply(AddRecords("Contact", 1))
    frame.loc[2, "LastName"] = "mine"
    frame.loc[3, "Email"] = "mine@example.com"
    dataset.apply(frame)
    assert dataset.read("Contact", 1, 4)["LastName"].to_pylist() == ["theirs", "mine", None]


def test_frames_that_cannot_be_understood_are_refused(dataset):
    """A foreign frame, an unknown column, a number twice and an unreadable value are named."""
    with pytest.raises(UserError, match="does not come from this dataset"):
        dataset.apply(pd.DataFrame({"LastName": ["x"]}))
    frame = dataset.frame("Contact")
    frame["LastNmae"] = "x"
    with pytest.raises(NotFound, match="Did you mean LastName"):
        dataset.apply(frame)
    frame = dataset.frame("Contact")
    twice = pd.concat([frame, frame.iloc[:1]])
    twice.attrs = frame.attrs
    with pytest.raises(UserError, match="twice"):
        dataset.apply(twice)
    frame = dataset.frame("Account")
    frame["Founded__c"] = "soon"
    with pytest.raises(DataError, match=r"Account\.Founded__c: 'soon' is not a date"):
        dataset.apply(frame)
