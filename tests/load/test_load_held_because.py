"""What keeps held records back: the record that failed, is in doubt or would be refused, through every level between."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from sfseed_core.load.after import missing, write_errors
from sfseed_core.load.execute import execute
from sfseed_core.load.held_because import held_back
from sfseed_core.load.hold import write_held
from sfseed_core.load.options import Options
from tests.loading import new_run, projects, resolver_of, stage

QUICK = Options(first_wait=0.02, longest_wait=0.2, patience=20, lock_wait=0.01)


@pytest.fixture
def org(emulated):
    """A demo org."""
    return emulated()


def load(home, org, made, held=None):
    """Load the objects; the run, its dataset and how it ended."""
    dataset = stage(home, org, made)
    run = new_run(home, dataset)
    write_held(run, held or {})
    status = execute(run, org.admit(), dataset, resolver_of(org.connect()), options=QUICK)
    return run, dataset, status


def every(status):
    """How many records and later references are held, by name."""
    both = {**status.objects, **status.updates}
    return {name: counts.held for name, counts in both.items() if counts.held}


def test_a_failed_record_is_named_through_all_levels(home, org):
    """Projects, phases and tasks below an account that failed are told with that account and the org's code; all are counted."""
    org.fault(
        at="row", do="fail", rows=[2], code="STRING_TOO_LONG", message="Account: too long", times=0,
        match={"object": "^Account$", "operation": "insert"},
    )  # fmt: skip
    run, dataset, status = load(home, org, projects())
    counts = every(status)
    assert {"Contact", "Project__c", "Project_Phase__c", "Project_Task__c"} <= {*counts}
    found = held_back(run, dataset)
    assert {name: sum(one.count for one in found if one.object == name) for name in counts} == counts
    assert {(one.because, one.status, one.code, one.records) for one in found} == {
        ("Account", "failed", "STRING_TOO_LONG", 1)
    }
    [lost] = missing(run, "Account").tolist()  # which row of a job fails is the job's matter, not the record's
    assert all(one.first == ((f"Account:{lost}", one.count),) for one in found)
    assert found[0].sentence() == f"held back by Account:{lost}: failed, STRING_TOO_LONG"


def test_records_that_checks_hold_back_are_the_reason_of_others(home, org):
    """What a check refused is told as such, and what hangs on it with the record's number and how much each keeps back."""
    run, dataset, status = load(home, org, projects(), held={"Project__c": np.array([1, 2])})
    held = held_back(run, dataset)
    told = {one.object: (one.count, one.because, one.status, one.first) for one in held}
    refused = "would be refused: a check says so"
    assert told["Project__c"] == (2, "Project__c", refused, (("Project__c:1", 1), ("Project__c:2", 1)))
    assert told["Project_Phase__c"] == (4, "Project__c", refused, (("Project__c:1", 2), ("Project__c:2", 2)))
    assert {name: sum(one.count for one in held if one.object == name) for name in every(status)} == every(status)


def test_a_record_in_doubt_is_told_as_in_doubt(home, org):
    """An account whose result line is lost, and that the org cannot be asked for, keeps back what hangs on it as one in doubt."""
    org.fault(at="line", do="lose", rows=[1], match={"object": "^Account$"}, times=0)
    org.fault(
        at="before", do="answer", status=400, code="INVALID_TYPE", message="no", times=0, match={"path": "jobs/query"}
    )
    run, dataset, status = load(home, org, projects())
    assert status.objects["Account"].in_doubt == 1
    found = held_back(run, dataset)
    [lost] = missing(run, "Account").tolist()
    assert {(one.because, one.status, one.first[0][0]) for one in found} == {("Account", "is in doubt", f"Account:{lost}")}
    assert {name: sum(one.count for one in found if one.object == name) for name in every(status)} == every(status)


def test_nothing_is_told_of_a_run_that_held_nothing_back(home, org):
    """A load that went well has no such reasons."""
    run, dataset, status = load(home, org, projects())
    assert held_back(run, dataset) == []
    assert every(status) == {}


def test_errors_name_what_keeps_a_record_back(home, org, tmp_path):
    """The file of errors has the held records too, each with its reason where the org's error would stand."""
    org.fault(
        at="row", do="fail", rows=[0], code="STRING_TOO_LONG", message="Name", times=0,
        match={"object": "^Account$", "operation": "insert"},
    )  # fmt: skip
    made = projects()
    run, dataset, status = load(home, org, made)
    written = write_errors(run, dataset, tmp_path / "errors")
    path = tmp_path / "errors" / "Contact.errors.csv"
    assert written[path] == status.objects["Contact"].held > 0
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    [lost] = missing(run, "Account").tolist()
    assert {one["sf__Error"] for one in lines} == {f"HELD_BACK:Account:{lost} failed, STRING_TOO_LONG:--"}
    assert [int(one["Record"]) for one in lines] == [n for n, row in enumerate(made[2].rows) if row["AccountId"] == lost]
    later = list(
        csv.DictReader((tmp_path / "errors" / "Contact.ReportsToId.errors.csv").open(encoding="utf-8", newline=""))
    )
    assert len(later) == status.updates["Contact.ReportsToId"].held
