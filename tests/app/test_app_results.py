"""What came of a load, on the pages: held records with what keeps them back, and all that is not in as one file."""

from __future__ import annotations

import io
import zipfile

import numpy as np

from pages.shared.load_results import _errors
from sfseed_core.load.execute import execute
from sfseed_core.load.hold import write_held
from sfseed_core.load.options import Options
from tests.app.alone import alone
from tests.loading import new_run, projects, resolver_of, stage

QUICK = Options(first_wait=0.02, longest_wait=0.2, patience=20)


def test_held_records_are_told_with_what_keeps_them_back(home, emulated):
    """Each reason is a line with its count, in the org's labels; the file has every record that is not in."""
    org = emulated()
    dataset = stage(home, org, projects())
    run = new_run(home, dataset)
    write_held(run, {"Project__c": np.array([1])}, {"Project__c": ["Budget__c: too much"]})
    status = execute(run, org.admit(), dataset, resolver_of(org.connect()), options=QUICK)
    at = alone("runs", run=run.id)
    assert not at.exception
    [held] = [one.value for one in at.dataframe if "Held back" in one.value.columns and "Because" in one.value.columns]
    told = {row["Held back"]: (row["Records"], row["Because"]) for row in held.to_dict("records")}
    assert told["Project"] == (1, "would be refused: Budget__c: too much")
    assert told["Project Phase"] == (2, "held back by Project__c:1: would be refused: a check says so")
    with zipfile.ZipFile(io.BytesIO(_errors(run.id, dataset.id))) as packed:
        lines = packed.read("Project_Phase__c.errors.csv").decode().splitlines()
    assert len(lines) - 1 == status.objects["Project_Phase__c"].held == 2
