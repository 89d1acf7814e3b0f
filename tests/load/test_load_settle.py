"""From result lines and a census to fates: nothing lost, nothing given to the wrong record, doubt said as doubt."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from sfseed_core.load import ids, settle
from sfseed_core.load.census import Census
from sfseed_core.load.outcome import Fate, Outcome, count
from sfseed_core.load.results import Lines
from sfseed_core.load.settle import Sent

texts = lambda values: pa.array(list(values), pa.string())  # noqa: E731


SAID = settle.Said(("Name", "Email"), "InvalidBatch : no")


def record_id(number):
    """The id of the number-th record that the org made."""
    return f"001000000000{number:06}".encode()


def sent_rows(keys):
    """Rows of a job: local keys 100, 101, ..."""
    return Sent(texts(keys), np.arange(100, 100 + len(keys)))


def lines_of(saved, failed, unprocessed=()):
    """Result lines: `saved` as (key, number of the record), failures as (key, text)."""
    saved = sorted(saved, key=lambda one: one[1])
    keys = [key for key, _ in saved] + [key for key, _ in failed] + list(unprocessed)
    found = np.array([record_id(n) for _, n in saved] + [b""] * (len(failed) + len(unprocessed)), ids.ID)
    errors = texts([None] * len(saved) + [text for _, text in failed] + [None] * len(unprocessed))
    return Lines(texts(keys), found, errors, len(saved), len(failed), len(unprocessed))


def census_of(records):
    """What the org says it has: (key, number of the record)."""
    records = sorted(records, key=lambda one: one[1])
    return Census(np.array([record_id(n) for _, n in records], ids.ID), texts([key for key, _ in records]))


job = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(["saved", "failed", "silent", "never"])), min_size=1, max_size=25
)


@given(job, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_a_census_completes_what_lines_leave_open(rows, random):
    """Saved rows with and without a line end as succeeded with an id of a record of their key; the others as they are."""
    sent = sent_rows([key for key, _ in rows])
    numbers = list(range(len(rows)))
    random.shuffle(numbers)
    saved = [(key, n) for (key, what), n in zip(rows, numbers, strict=True) if what in {"saved", "silent"}]
    lined = [(key, n) for (key, what), n in zip(rows, numbers, strict=True) if what == "saved"]
    failed = [(key, "X:no:--") for key, what in rows if what == "failed"]
    reading = settle.read(sent, lines_of(lined, failed))
    assert reading.missing == sum(what in {"silent", "never"} for _, what in rows)
    reading, certain = settle.count_in(reading, sent, census_of(saved), np.zeros(0, ids.ID))
    assert certain
    outcome = settle.close(reading, sent, SAID, absent=Fate.WAITING)
    by_key = {n: key for key, n in saved}
    for fate, found, key in zip(outcome.fates, outcome.ids, sent.keys.to_pylist(), strict=True):
        assert (fate == Fate.SUCCEEDED) == (found != b"")
        assert found == b"" or by_key[int(found[-6:])] == key
    counts = count(outcome.fates)
    assert counts.adds_up()
    assert (counts.succeeded, counts.failed) == (len(saved), len(failed))
    assert len(set(outcome.ids[outcome.ids != b""].tolist())) == len(saved)


def test_equal_rows_get_ids_in_order_of_their_local_keys():
    """Ids ascending go to local keys ascending, in whatever order lines came."""
    sent = Sent(texts(["a", "a", "a"]), np.array([7, 3, 5]))
    outcome = settle.close(settle.read(sent, lines_of([("a", 2), ("a", 0), ("a", 1)], [])), sent, SAID, absent=None)
    by_key = dict(zip(outcome.keys.tolist(), outcome.ids.tolist(), strict=True))
    assert by_key == {3: record_id(0), 5: record_id(1), 7: record_id(2)}


def test_a_record_of_somebody_else_leaves_doubt():
    """When more unknown records have a row's key than rows are open, that key is not settled, nor are rows not found."""
    sent = sent_rows(["a", "b"])
    reading = settle.read(sent, lines_of([], []))
    reading, certain = settle.count_in(reading, sent, census_of([("a", 1), ("a", 2)]), np.zeros(0, ids.ID))
    assert not certain
    outcome = settle.close(reading, sent, SAID, absent=None)
    assert outcome.fates.tolist() == [Fate.IN_DOUBT, Fate.IN_DOUBT]


def test_records_of_earlier_jobs_are_not_counted_in():
    """A record whose id is known already belongs to another row."""
    sent = sent_rows(["a"])
    reading, known = settle.read(sent, lines_of([], [])), np.array([record_id(1)], ids.ID)
    reading, certain = settle.count_in(reading, sent, census_of([("a", 1)]), known)
    assert certain
    assert settle.close(reading, sent, SAID, absent=Fate.WAITING).fates.tolist() == [Fate.WAITING]


def test_a_success_that_matches_nothing_is_recognised_by_what_the_org_has():
    """A line whose echo fits no row is given to the row that its record, read back by id, equals."""
    sent = sent_rows(["a", "b", "c"])
    reading = settle.read(sent, lines_of([("?", 1), ("!", 2), ("c", 3)], []))
    assert (len(reading.open), len(reading.strays), reading.missing) == (2, 2, 0)
    reading = settle.recognise(reading, sent, census_of([("b", 1), ("a", 2), ("c", 3)]))
    outcome = settle.close(reading, sent, SAID, absent=None)
    assert outcome.ids.tolist() == [record_id(2), record_id(1), record_id(3)]


def test_the_last_one_is_known_by_elimination():
    """One row without a line and one line without a row belong together."""
    sent = sent_rows(["a", "b"])
    reading = settle.recognise(settle.read(sent, lines_of([("?", 1), ("b", 2)], [])), sent, census_of([("#", 1), ("b", 2)]))
    assert settle.close(reading, sent, SAID, absent=None).ids.tolist() == [record_id(1), record_id(2)]


def test_what_stays_unmatched_is_in_doubt_and_its_ids_are_kept():
    """Two lines that fit no row leave their rows in doubt; the ids are in the outcome for an undo."""
    sent = sent_rows(["a", "b", "c"])
    reading = settle.read(sent, lines_of([("?", 1), ("!", 2), ("c", 3)], []))
    outcome = settle.close(reading, sent, SAID, absent=None)
    assert outcome.fates[:3].tolist() == [Fate.IN_DOUBT, Fate.IN_DOUBT, Fate.SUCCEEDED]
    assert outcome.keys[3:].tolist() == [-1, -1]
    assert outcome.ids[3:].tolist() == [record_id(1), record_id(2)]
    assert outcome.errors[0].as_py().endswith("could not be settled by Name, Email")


def test_failures_keep_the_orgs_words_even_when_their_cells_changed():
    """A failure line that fits no row fails the row that is left."""
    sent = sent_rows(["a", "b"])
    outcome = settle.close(settle.read(sent, lines_of([("a", 1)], [("?", "X:no:--")])), sent, SAID, absent=None)
    assert outcome.fates.tolist() == [Fate.SUCCEEDED, Fate.FAILED]
    assert outcome.errors.to_pylist() == [None, "X:no:--"]


def test_an_outcome_is_read_as_it_was_written(tmp_path):
    """Keys, fates, ids and texts come back."""
    one = Outcome(
        np.array([4, -1]), np.array([3, 6], np.uint8), np.array([record_id(1), record_id(2)], ids.ID), texts([None, "x\ny"])
    )
    one.write(tmp_path / "o.arrow")
    back = Outcome.read(tmp_path / "o.arrow")
    assert (back.keys.tolist(), back.fates.tolist()) == ([4, -1], [3, 6])
    assert (back.ids.tolist(), back.errors.to_pylist()) == (one.ids.tolist(), [None, "x\ny"])


@given(st.lists(st.one_of(st.just(b""), st.integers(0, 999_999).map(record_id)), max_size=40), st.integers(0, 5))
@settings(max_examples=100, deadline=None)
def test_ids_survive_the_way_through_arrow(found, skip):
    """18-byte ids to texts and back, nulls where there is none, also from the middle of an array."""
    there = np.array(found, ids.ID)
    back = ids.from_texts(ids.to_texts(there)[skip:])
    assert back.tolist() == there[skip:].tolist()
