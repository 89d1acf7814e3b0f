"""After a run: ids of what is in, files of what is not, and ending a run from another process."""

from __future__ import annotations

import csv

import pyarrow as pa
import pytest

from sfseed_core.errors import UserError
from sfseed_core.load.after import record_ids, write_errors
from sfseed_core.load.control import stop
from sfseed_core.load.execute import execute
from sfseed_core.load.options import Options
from sfseed_core.load.status import RunState
from tests.loading import new_run, projects, resolver_of, stage

QUICK = Options(first_wait=0.02, longest_wait=0.2, patience=20, lock_wait=0.01)


def load(home, org, **fault):
    """Load the projects while the org has a fault; the run and its dataset."""
    if fault:
        org.fault(**fault)
    dataset = stage(home, org, projects())
    run = new_run(home, dataset)
    execute(run, org.admit(), dataset, resolver_of(org.connect()), options=QUICK)
    return run, dataset


def test_ids_name_every_record_of_the_org(home, emulated):
    """Each record that is in has one line, with the id under which the org has it."""
    org = emulated()
    run, _ = load(home, org)
    found = pa.concat_tables(record_ids(run)).to_pylist()
    skills = {one["record"]: one["id"] for one in found if one["object"] == "Skill__c"}
    there = {one["Skill_Code__c"]: one["Id"] for one in org.connect().query("SELECT Id, Skill_Code__c FROM Skill__c")}
    assert {f"S{record:03}": known for record, known in skills.items()} == there
    assert len({(one["object"], one["record"]) for one in found}) == len(found)


def test_errors_are_written_with_record_numbers(home, emulated, tmp_path):
    """The failed records are in a file of their object, with the org's words, their number and their cells."""
    org = emulated()
    fault = {"at": "row", "do": "fail", "rows": [1, 3], "code": "STRING_TOO_LONG", "message": "Skill", "times": 0}
    run, dataset = load(home, org, **fault, match={"object": "^Skill__c$", "operation": "insert"})
    written = write_errors(run, dataset, tmp_path / "errors")
    path = tmp_path / "errors" / "Skill__c.errors.csv"
    assert written[path] == 2
    lines = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
    assert list(lines[0])[:3] == ["sf__Id", "sf__Error", "Record"]
    assert [one["Record"] for one in lines] == ["1", "3"]
    assert [one["Skill_Code__c"] for one in lines] == ["S001", "S003"]
    assert all(one["sf__Error"].startswith("STRING_TOO_LONG:Skill") for one in lines)


def test_nothing_is_written_where_nothing_failed(home, emulated, tmp_path):
    """A run that went well leaves no file of errors."""
    run, dataset = load(home, emulated())
    assert write_errors(run, dataset, tmp_path / "errors") == {}


def test_a_run_that_rests_can_only_be_cancelled(home, emulated):
    """Pausing it is refused; cancelling ends it, once; one with jobs that may be at work is not ended unseen."""
    run = new_run(home, stage(home, emulated(), projects()))
    run.set_state(RunState.LOAD)
    with pytest.raises(UserError, match="have to be counted"):
        stop(run, "cancel")
    run.set_state(RunState.STOPPED)
    with pytest.raises(UserError, match="not at work"):
        stop(run, "stop")
    assert stop(run, "cancel").state is RunState.CANCELLED
    with pytest.raises(UserError, match="not at work"):
        stop(run, "cancel")
