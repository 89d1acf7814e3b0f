"""Edits: an append-only log over staged records, in numbered revisions that never change."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfseed_core.dataset import store
from sfseed_core.dataset.edits import AddRecords, DeleteRecords, SetCells, SetWhere, Together
from sfseed_core.dataset.patches import MANY
from sfseed_core.dataset.query import Filter, Query
from sfseed_core.errors import DataError, NotFound, UserError
from tests.staged import NOW, PLAN, SCHEMA, rows_of, table_of


def column(dataset, name, field, revision=None):
    """One column as a map from record number to value."""
    table = dataset.read(name, columns=["record", field], revision=revision)
    return dict(zip(table["record"].to_pylist(), table[field].to_pylist(), strict=True))


def test_cells_are_set(dataset):
    """Setting cells changes them and nothing else."""
    assert dataset.apply(SetCells("Contact", [4, 2], {"LastName": ["Four", None]})) == 1
    assert column(dataset, "Contact", "LastName") == {
        row["record"]: {4: "Four", 2: None}.get(row["record"], row["LastName"]) for row in rows_of("Contact")
    }
    assert dataset.read("Contact").drop_columns(["LastName"]).equals(table_of("Contact").drop_columns(["LastName"]))
    assert dataset.read("Contact").schema.equals(table_of("Contact").schema)


@pytest.mark.parametrize(
    ("field", "written", "value"),
    [
        ("AnnualRevenue", "12.345", Decimal("12.35")),
        ("AnnualRevenue", 3, Decimal("3.00")),
        ("Employees", "12", 12),
        ("Active__c", "No", False),
        ("Founded__c", "2026-02-28", dt.date(2026, 2, 28)),
        ("Founded__c", dt.date(2026, 2, 28), dt.date(2026, 2, 28)),
        ("Seen__c", "2026-02-28T10:00:00+01:00", dt.datetime(2026, 2, 28, 9, tzinfo=dt.UTC)),
        ("Opens__c", "07:30", dt.time(7, 30)),
        ("ParentId", "Account:3", 3),
        ("ParentId", 4, 4),
        ("Name", "", ""),
        ("Founded__c", "", None),
    ],
)
def test_values_may_be_written_as_text(dataset, field, written, value):
    """What people write becomes a value of the column's type."""
    dataset.apply(SetCells("Account", [1], {field: [written]}))
    assert column(dataset, "Account", field)[1] == value


@pytest.mark.parametrize(
    ("field", "written", "said"),
    [
        ("Founded__c", "2026-02-31", "Account.Founded__c: '2026-02-31' is not a date"),
        ("Employees", "4.5", "'4.5' is not a whole number"),
        ("AnnualRevenue", "1" * 20, "is not a number of the field's size"),
        ("Active__c", "maybe", "'maybe' is not true or false"),
        ("ParentId", "Contact:1", "cannot point to 'Contact', only to Account"),
        ("ParentId", "somebody", "'somebody' is no record"),
    ],
)
def test_unreadable_values_are_refused_in_words(dataset, field, written, said):
    """A value of the wrong kind changes nothing and is named with what was allowed."""
    with pytest.raises(DataError, match=said.replace("(", r"\(")):
        dataset.apply(SetCells("Account", [1], {field: [written]}))
    assert dataset.revision == 0


def test_references_with_several_targets_keep_their_target(dataset):
    """Pointing a polymorphic reference elsewhere changes key and target together."""
    dataset.apply(SetCells("Task", [0, 1, 2], {"WhatId": ["Contact:3", None, "Account:0"]}))
    found = dataset.read("Task", 0, 3, columns=["WhatId", "WhatId@"])
    assert found.to_pylist() == [
        {"WhatId": 3, "WhatId@": "Contact"},
        {"WhatId": None, "WhatId@": None},
        {"WhatId": 0, "WhatId@": "Account"},
    ]
    with pytest.raises(DataError, match="Write Object:number"):
        dataset.apply(SetCells("Task", [0], {"WhatId": [3]}))


def test_many_records_are_set_by_a_condition(dataset):
    """Set-where changes the records that the query finds now; it does not look again later."""
    dataset.apply(SetWhere("Contact", Query((Filter("LastName", "is", "name 1"),)), {"Email": "one@example.com"}))
    dataset.apply(SetCells("Contact", [0], {"LastName": ["Name 1"]}))
    changed = [n for n, value in column(dataset, "Contact", "Email").items() if value == "one@example.com"]
    assert changed == [1, 8, 15]


def test_an_edit_of_nothing_makes_no_revision(dataset):
    """A condition that finds no record leaves the log as it is."""
    assert dataset.apply(SetWhere("Contact", Query((Filter("LastName", "is", "nobody"),)), {"Email": "x@y.zz"})) == 0


def test_added_records_get_new_numbers(dataset):
    """Added records follow the staged ones and can be changed like them; numbers are never used again."""
    dataset.apply(AddRecords("Contact", 2, {"LastName": ["New", "Newer"], "AccountId": [1, "Account:2"]}))
    dataset.apply(SetCells("Contact", [21], {"LastName": ["Newest"]}))
    assert dataset.count("Contact") == 22
    assert dataset.read("Contact", 20).to_pylist() == [
        {"record": 20, "LastName": "New", "Email": None, "AccountId": 1},
        {"record": 21, "LastName": "Newest", "Email": None, "AccountId": 2},
    ]
    dataset.undo(1)
    assert dataset.count("Contact") == 20
    dataset.apply(AddRecords("Contact", 1))
    assert dataset.read("Contact", 20)["record"].to_pylist() == [22]
    assert dataset.extent("Contact") == 23
    assert dataset.take("Contact", [22, 0, 21])["record"].to_pylist() == [22, 0]


def test_a_deleted_record_leaves_a_gap(dataset):
    """The numbers of other records stay, whichever way they are read."""
    dataset.apply(DeleteRecords("Contact", [3, 4, 19]))
    left = [n for n in range(20) if n not in {3, 4, 19}]
    assert dataset.read("Contact")["record"].to_pylist() == left
    assert [n for batch in dataset.batches("Contact", size=4) for n in batch["record"].to_pylist()] == left
    assert dataset.count("Contact") == 17
    assert dataset.extent("Contact") == 20
    with pytest.raises(NotFound, match="no record 3"):
        dataset.apply(SetCells("Contact", [3], {"LastName": ["x"]}))


def test_deleting_a_parent_asks_about_its_children(dataset):
    """Without a word about the children nothing is deleted; the message counts them."""
    with pytest.raises(UserError, match="1 Account by ParentId, 2 Contact by AccountId, 1 Task by WhatId"):
        dataset.apply(DeleteRecords("Account", [4]))
    assert dataset.revision == 0


def test_children_are_deleted_with_their_parent(dataset):
    """Everything that hangs on a deleted record goes in the same operation, however deep, and comes back with one undo."""
    dataset.apply(DeleteRecords("Account", [4], children="delete"))
    assert set(range(10)) - column(dataset, "Account", "Name").keys() == {4, 5}  # 5 has parent 4
    assert set(range(20)) - column(dataset, "Contact", "Email").keys() == {8, 9, 10, 11}
    assert set(range(12)) - column(dataset, "Task", "Subject").keys() == {4, 5, 8, 10, 11}
    dataset.undo()
    assert dataset.counts == {"Account": 10, "Contact": 20, "Task": 12}


def test_children_are_given_to_another_parent(dataset):
    """Children point to the record that was named."""
    dataset.apply(DeleteRecords("Account", [4], children="give", to=9))
    assert [n for n, key in column(dataset, "Contact", "AccountId").items() if key == 9] == [8, 9, 18, 19]
    assert column(dataset, "Account", "ParentId")[5] == 9
    assert dataset.read("Task", 4, 5, columns=["WhatId", "WhatId@"]).to_pylist() == [{"WhatId": 9, "WhatId@": "Account"}]
    with pytest.raises(NotFound, match="no record 4"):
        dataset.apply(DeleteRecords("Account", [3], children="give", to=4))
    with pytest.raises(UserError, match="to be deleted itself"):
        dataset.apply(DeleteRecords("Account", [3], children="give", to=3))


def test_only_optional_references_are_cleared(dataset):
    """A required reference is not cleared; optional ones lose key and target."""
    with pytest.raises(UserError, match="AccountId is required"):
        dataset.apply(DeleteRecords("Account", [4], children="clear"))
    dataset.apply(DeleteRecords("Contact", [7, 8], children="clear"))
    found = dataset.read("Task", 7, 9, columns=["WhatId", "WhatId@"]).to_pylist()
    assert found == [{"WhatId": None, "WhatId@": None}] * 2


def test_undo_and_redo_walk_back_and_forth(dataset):
    """Undo takes back the last edit in force, redo the last undone, until something else is edited."""
    for text in ("a", "b"):
        dataset.apply(SetCells("Contact", [0], {"LastName": [text]}))

    def shown() -> str:
        return column(dataset, "Contact", "LastName")[0]

    dataset.undo()
    assert shown() == "a"
    dataset.undo()
    assert shown() == "Name 0"
    with pytest.raises(NotFound, match="nothing to undo"):
        dataset.undo()
    dataset.redo()
    assert shown() == "a"
    dataset.redo()
    assert shown() == "b"
    with pytest.raises(NotFound, match="nothing to redo"):
        dataset.redo()
    dataset.undo(1)  # not the last one: b stays
    assert shown() == "b"
    with pytest.raises(UserError, match="not in force already"):
        dataset.undo(1)
    dataset.apply(SetCells("Contact", [1], {"LastName": ["c"]}))
    with pytest.raises(NotFound, match="nothing to redo"):
        dataset.redo()
    assert dataset.revision == 8


def test_several_edits_are_one_operation(dataset):
    """What is done together is undone together, and additions do not get in each other's way."""
    dataset.apply(
        Together(
            (
                AddRecords("Contact", 1, {"LastName": ["x"]}),
                AddRecords("Contact", 1, {"LastName": ["y"]}),
                SetCells("Account", [0], {"Name": ["z"]}),
            )
        )
    )
    assert dataset.revision == 1
    assert dataset.read("Contact", 20)["LastName"].to_pylist() == ["x", "y"]
    dataset.undo()
    assert dataset.counts == {"Account": 10, "Contact": 20, "Task": 12}


def test_two_views_of_a_dataset_see_each_others_edits(dataset, home):
    """Another process's edit is there at once; revisions count both."""
    other = store.open_dataset(home, dataset.id)
    dataset.apply(SetCells("Contact", [0], {"LastName": ["here"]}))
    other.apply(SetCells("Contact", [1], {"LastName": ["there"]}))
    assert dataset.revision == other.revision == 2
    assert [column(one, "Contact", "LastName")[n] for one in (dataset, other) for n in (0, 1)] == ["here", "there"] * 2


def test_edits_of_several_processes_are_all_kept(dataset, home):
    """Processes that edit at the same time wait for each other; no edit is lost."""
    code = (
        "import sys; sys.path[:0] = sys.argv[4:]; from pathlib import Path;"
        "from sfseed_core.dataset.store import open_dataset; from sfseed_core.dataset.edits import SetCells;"
        "d = open_dataset(Path(sys.argv[1]), sys.argv[2]); n = int(sys.argv[3]);"
        "[d.apply(SetCells('Contact', [n], {'LastName': [f'{n}.{k}']})) for k in range(8)]"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(home), dataset.id, str(n), *sys.path]) for n in range(3)]
    assert [one.wait() for one in running] == [0, 0, 0]
    assert dataset.revision == 24
    assert [column(dataset, "Contact", "LastName")[n] for n in range(3)] == ["0.7", "1.7", "2.7"]


def test_a_torn_line_was_never_an_edit(dataset):
    """What a crash left at the end of the log does not count and is cut off by the next edit."""
    dataset.apply(SetCells("Contact", [0], {"LastName": ["a"]}))
    with (dataset.log.folder / "log.jsonl").open("ab") as file:
        file.write(b'{"kind":"edit","lab')
    assert dataset.revision == 1
    assert dataset.apply(SetCells("Contact", [1], {"LastName": ["b"]})) == 2
    assert column(dataset, "Contact", "LastName")[1] == "b"


def test_a_damaged_log_is_said(dataset):
    """A line that is no operation is an error, not skipped."""
    dataset.apply(SetCells("Contact", [0], {"LastName": ["a"]}))
    with (dataset.log.folder / "log.jsonl").open("ab") as file:
        file.write(b'{"kind":"edit"}\n')
    with pytest.raises(DataError, match=r"log\.jsonl"):
        assert dataset.revision


def test_many_patches_are_summed_up_without_changing_any_revision(dataset, home):
    """Beyond MANY patches of a column a sum is kept; every earlier revision reads as before, also after undo."""
    seen = [column(dataset, "Contact", "LastName")]
    for n in range(3 * MANY):
        dataset.apply(SetCells("Contact", [n % 5, 10 + n % 3], {"LastName": [f"v{n}", f"w{n}"]}))
        seen.append(column(dataset, "Contact", "LastName"))
    dataset.undo(2)
    assert list(dataset.log.folder.glob("sum-*.parquet"))
    fresh = store.open_dataset(home, dataset.id)
    assert [column(fresh, "Contact", "LastName", revision) for revision in range(len(seen))] == seen
    for kept in dataset.log.folder.glob("sum-*.parquet"):  # a sum is a convenience: nothing is lost without it
        kept.unlink()
    fresh = store.open_dataset(home, dataset.id)
    assert [column(fresh, "Contact", "LastName", revision) for revision in range(len(seen))] == seen


def test_edits_cannot_touch_what_is_not_there(dataset):
    """Unknown columns, the record number itself and lists of the wrong length are refused."""
    with pytest.raises(NotFound, match="Nope"):
        dataset.apply(SetCells("Contact", [0], {"Nope": ["x"]}))
    with pytest.raises(NotFound, match="record"):
        dataset.apply(SetCells("Contact", [0], {"record": [5]}))
    with pytest.raises(UserError, match="2 values for 1 records"):
        dataset.apply(SetCells("Contact", [0], {"LastName": ["x", "y"]}))


_RECORDS = st.lists(st.integers(0, 24), min_size=1, max_size=4, unique=True)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), _RECORDS, st.text("abc\n", max_size=3)),
        st.tuples(st.just("delete"), _RECORDS, st.none()),
        st.tuples(st.just("add"), st.integers(1, 3), st.text("xyz", max_size=3)),
        st.tuples(st.just("undo"), st.none(), st.none()),
        st.tuples(st.just("redo"), st.none(), st.none()),
    ),
    max_size=14,
)


class Model:
    """What edits should do, as plainly as it can be said: every edit in force replayed over the staged rows."""

    def __init__(self) -> None:
        self.edits: list[tuple[str, list[int], str | None]] = []
        self.dead: set[int] = set()
        self.undone: list[int] = []  # what a redo can bring back
        self.extent = 20

    def rows(self) -> dict[int, str | None]:
        rows = {row["record"]: row["LastName"] for row in rows_of("Contact")}
        gone: set[int] = set()
        for number, (kind, records, text) in enumerate(self.edits):
            if number not in self.dead:
                rows |= {n: text for n in records if kind == "add" or (kind == "set" and n in rows)}
                gone |= set(records) if kind == "delete" else set()
        return {n: rows[n] for n in sorted(rows) if n not in gone}

    def take(self, dataset, kind, what, text) -> None:
        """Do one step to the dataset and to the model; what makes no sense at this point is left out."""
        alive = [n for n in range(len(self.edits)) if n not in self.dead]
        if kind == "undo" and alive:
            dataset.undo()
            self.dead.add(alive[-1])
            self.undone.append(alive[-1])
        elif kind == "redo" and self.undone:
            dataset.redo()
            self.dead.remove(self.undone.pop())
        elif kind == "add":
            dataset.apply(AddRecords("Contact", what, {"LastName": [text] * what}))
            self._edited("add", list(range(self.extent, self.extent + what)), text)
            self.extent += what
        elif kind in {"set", "delete"} and (there := [n for n in what if n in self.rows()]):
            cells = {"LastName": [text] * len(there)}
            dataset.apply(SetCells("Contact", there, cells) if kind == "set" else DeleteRecords("Contact", there, "clear"))
            self._edited(kind, there, text)

    def _edited(self, kind, records, text) -> None:
        self.edits.append((kind, records, text))
        self.undone = []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
def test_every_revision_reads_as_it_was(tmp_path_factory, steps):
    """After any sequence of edits, undos and redos, each revision is what a plain replay gives, for ever."""
    home = tmp_path_factory.mktemp("home")
    writer = store.create(home, PLAN, SCHEMA, now=NOW)
    for one in PLAN.objects:
        writer.add(one.name, table_of(one.name))
    dataset = writer.finish()
    model = Model()
    seen = [model.rows()]
    for step in steps:
        before = dataset.revision
        model.take(dataset, *step)
        if dataset.revision > before:
            seen.append(model.rows())
    fresh = store.open_dataset(home, dataset.id)
    for revision, rows in enumerate(seen):
        assert column(fresh, "Contact", "LastName", revision) == rows
        numbers = list(rows)
        assert fresh.count("Contact", revision) == len(rows)
        assert fresh.state("Contact", revision).numbers().tolist() == numbers
        assert [fresh.state("Contact", revision).number_at(n) for n in range(len(numbers))] == numbers
        taken = fresh.take("Contact", numbers[::-1], revision=revision, columns=["LastName"])
        assert taken["LastName"].to_pylist() == [rows[n] for n in numbers[::-1]]
