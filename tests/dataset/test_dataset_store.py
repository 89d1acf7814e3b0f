"""Staging, opening, listing and cleaning datasets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta

import pyarrow as pa
import pytest

from sfseed_core.dataset import store
from sfseed_core.errors import DataError, InternalError, NotFound, UserError
from tests.staged import NOW, PLAN, SCHEMA, rows_of, table_of


def test_records_come_back_as_staged(dataset):
    """What was staged is what is read, types and all."""
    for name in dataset.objects:
        assert dataset.read(name).equals(table_of(name))


def test_a_reopened_dataset_is_the_same(dataset, home):
    """Plan, described objects, counts and creation time survive on disk."""
    again = store.open_dataset(home, dataset.id)
    assert again.plan == PLAN
    assert again.counts == {"Account": 10, "Contact": 20, "Task": 12}
    assert again.created == NOW
    assert dict(again.schema) == {name: SCHEMA[name] for name in ("Account", "Contact")}


def test_slices_and_batches_agree(dataset):
    """Any slice and any batch size give the same records."""
    whole = dataset.read("Contact")
    assert dataset.read("Contact", 5, 9).equals(whole.slice(5, 4))
    assert dataset.read("Contact", 18, 99).num_rows == 2
    assert dataset.read("Contact", 50, 99).num_rows == 0
    for size in (1, 7, 100):
        batches = list(dataset.batches("Contact", size=size))
        assert max(len(one) for one in batches) <= size
        assert pa.Table.from_batches(batches).equals(whole)


def test_batches_have_the_size_asked_for(home, monkeypatch):
    """Batches may be larger than the row groups of the file; all but the last have the size asked for."""
    monkeypatch.setattr("sfseed_core.dataset.record_file.ROW_GROUP", 6)
    with store.create(home, PLAN, SCHEMA, now=NOW) as writer:
        writer.add("Contact", table_of("Contact"))
        staged = writer.finish()
    for size in (4, 6, 9, 50):
        batches = list(staged.batches("Contact", size=size))
        assert [len(one) for one in batches] == [size] * (20 // size) + ([20 % size] if 20 % size else [])
        assert pa.Table.from_batches(batches).equals(table_of("Contact"))


def test_records_may_come_in_pieces_of_any_size(home):
    """Batches are joined to row groups whatever their size."""
    with store.create(home, PLAN, SCHEMA, now=NOW) as writer:
        for name in ("Account", "Contact", "Task"):
            for batch in table_of(name).to_batches(max_chunksize=3):
                writer.add(name, batch)
        assert writer.finish().read("Contact").equals(table_of("Contact"))


def test_an_object_without_records_is_empty(home):
    """Objects for which nothing was staged are there, with no record."""
    found = store.create(home, PLAN, SCHEMA, now=NOW).finish()
    assert found.count("Task") == 0
    assert found.read("Task").num_rows == 0
    assert list(found.batches("Task")) == []


def test_latest_is_the_newest(home):
    """`latest` is the dataset created last, also within one second."""
    made = [store.create(home, PLAN, SCHEMA, now=NOW + timedelta(milliseconds=n)).finish().id for n in (5, 9, 1)]
    assert store.open_dataset(home, "latest").id == made[1]
    assert [one.id for one in store.list_datasets(home)] == [made[1], made[0], made[2]]


def test_an_unfinished_dataset_is_not_there(home):
    """Without its manifest a dataset does not exist; cleaning removes what is left of it."""
    writer = store.create(home, PLAN, SCHEMA, now=NOW)
    writer.add("Contact", table_of("Contact"))
    with pytest.raises(NotFound):
        store.open_dataset(home, "latest")
    with pytest.raises(NotFound):
        store.open_dataset(home, writer.id)
    assert store.clean(home) == []  # someone is still writing it
    writer.discard()
    assert store.list_datasets(home) == []


def test_leftovers_of_a_crash_are_cleaned(home):
    """A folder that a crashed process left is removed; whole datasets stay."""
    kept = store.create(home, PLAN, SCHEMA, now=NOW).finish()
    code = (
        "import sys, os; sys.path[:0] = sys.argv[3:];"
        "from pathlib import Path; from tests.staged import PLAN, NOW, table_of; from sfseed_core.dataset import store;"
        "w = store.create(Path(sys.argv[1]), PLAN, {}, now=NOW); w.add('Contact', table_of('Contact')); os._exit(9)"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(home), "", *sys.path], check=False)
    assert ended.returncode == 9
    assert len(store.clean(home)) == 1
    assert [one.id for one in store.list_datasets(home)] == [kept.id]


def test_a_failing_writer_leaves_nothing(home):
    """Leaving the writer early removes what was staged."""
    with pytest.raises(InternalError), store.create(home, PLAN, SCHEMA, now=NOW) as writer:
        writer.add("Contact", table_of("Contact").slice(1))
    assert list((home / "datasets").iterdir()) == []


def test_records_must_follow_one_another(home):
    """A gap in the record numbers, or a column too many, is our own mistake and is said."""
    with store.create(home, PLAN, SCHEMA, now=NOW) as writer:
        with pytest.raises(InternalError, match=r"3\.\.19 came where number 0"):
            writer.add("Contact", table_of("Contact").slice(3))
        with pytest.raises(InternalError, match="columns"):
            writer.add("Contact", table_of("Contact").drop_columns(["Email"]))


@pytest.mark.parametrize("name", ["d-1", "../../etc", "d-20261123-000000-zzzz", ""])
def test_unknown_datasets_are_not_found(dataset, home, name):
    """An unknown or foreign name is not found, and cannot leave the folder."""
    with pytest.raises(NotFound):
        store.open_dataset(home, name)
    with pytest.raises(NotFound):
        store.delete(home, name)


def test_deleting_removes_the_folder(dataset, home):
    """A deleted dataset is gone from the disk."""
    store.delete(home, dataset.id)
    assert not dataset.path.exists()


def test_a_damaged_file_is_said(dataset, home):
    """A file that lost bytes is named when the dataset is opened."""
    path = dataset.path / "Contact.parquet"
    os.truncate(path, path.stat().st_size - 10)
    with pytest.raises(DataError, match=r"Contact\.parquet has"):
        store.open_dataset(home, dataset.id)


def test_a_newer_format_is_refused_in_words(dataset, home):
    """A dataset of a later format asks for the matching version."""
    manifest = dataset.path / "manifest.json"
    data = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(data | {"format": 99}), encoding="utf-8")
    with pytest.raises(UserError, match="format 99"):
        store.open_dataset(home, dataset.id)


def test_unknown_objects_and_columns_are_not_found(dataset):
    """Asking for what is not there names what is."""
    with pytest.raises(NotFound, match="Account, Contact, Task"):
        dataset.read("Lead")
    with pytest.raises(NotFound, match="Nope"):
        dataset.read("Contact", columns=["Nope"])
    with pytest.raises(NotFound, match="revision 4"):
        dataset.count("Contact", 4)


def test_taken_records_keep_the_order_asked_for(dataset):
    """Records come in the order they were asked for, repeated ones too, unknown ones not."""
    found = dataset.take("Contact", [7, 3, 7, 99, -1], columns=["record", "Email"])
    assert found["record"].to_pylist() == [7, 3, 7]
    assert found["Email"].to_pylist() == [rows_of("Contact")[n]["Email"] for n in (7, 3, 7)]


def test_staging_and_csv_need_no_pandas(home):
    """The way from records to CSV loads neither pandas nor DuckDB."""
    code = (
        "import sys; sys.path[:0] = sys.argv[3:]; from pathlib import Path;"
        "import pyarrow.parquet as pq; from tests.staged import PLAN, NOW; from sfseed_core.dataset import store;"
        "from sfseed_core.dataset.export.folder import export_folder; home = Path(sys.argv[1]);"
        "from sfseed_core.recipe.columns import schema_of;"
        "files = {n: pq.ParquetFile(home / f'{n}.pq').read().cast(schema_of(PLAN.object(n)))"
        " for n in ('Account', 'Contact', 'Task')};"
        "w = store.create(home, PLAN, {}, now=NOW); [w.add(n, t) for n, t in files.items()]; d = w.finish();"
        "export_folder(home / 'out', d.plan, d.batches); export_folder(home / 'out', d.plan, d.batches, format='parquet');"
        "d = store.open_dataset(home, 'latest'); d.read('Contact', 3, 9); assert d.revision == 0;"
        "print([n for n in ('pandas', 'duckdb', 'networkx', 'requests') if n in sys.modules])"
    )
    import pyarrow.parquet as pq

    for name in ("Account", "Contact", "Task"):
        pq.write_table(table_of(name), home / f"{name}.pq")
    done = subprocess.run(
        [sys.executable, "-c", code, str(home), "", *sys.path], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
