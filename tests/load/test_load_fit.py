"""Whether a dataset fits an org: what lacks, what is of another kind, what is required; and a load that leaves it out."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from sfseed_core.load import fit
from sfseed_core.load.execute import execute
from sfseed_core.load.options import Options
from sfseed_core.load.status import RunState
from sfseed_core.snapshot.model import Snapshot, User
from tests.loading import new_run, projects, resolver_of, stage

QUICK = Options(first_wait=0.02, longest_wait=0.2, patience=20)
NOW = Snapshot("00D000000000000AAA", "68.0", datetime(2026, 11, 29, tzinfo=UTC), User("005000000000000AAA", "me", "Me"))


@pytest.fixture
def staged(home, emulated):
    """An org and a dataset that was made for it."""
    org = emulated()
    return org, stage(home, org, projects())


def other_schema(dataset):
    """The schema of an org without skills, with other kinds of fields and one more required field."""
    schema = dict(dataset.schema)
    del schema["Skill__c"]
    contact = dict(schema["Contact"].fields)
    del contact["Email"]
    contact["Title"] = dataclasses.replace(contact["Title"], nillable=False)
    schema["Contact"] = dataclasses.replace(schema["Contact"], fields=contact)
    work = dict(schema["Project__c"].fields)
    work["Budget__c"] = dataclasses.replace(work["Budget__c"], type="string")
    work["Summary__c"] = dataclasses.replace(work["Summary__c"], createable=False)
    schema["Project__c"] = dataclasses.replace(schema["Project__c"], fields=work)
    return schema


def test_a_dataset_fits_the_org_it_was_made_for(staged):
    """Nothing is said of the org that the dataset came from."""
    _, dataset = staged
    assert fit.misfits(dataset, dataset.schema, NOW) == ()


def test_each_misfit_is_named_with_a_proposal(staged):
    """Objects, fields, kinds and required fields, each with the number of records and what can be done."""
    _, dataset = staged
    found = fit.misfits(dataset, other_schema(dataset), NOW)
    assert {(one.object, one.field, one.rule, one.adaptable) for one in found} == {
        ("Skill__c", None, "object", True),
        ("Contact", "Email", "field", True),
        ("Contact", "Title", "required", False),
        ("Project__c", "Budget__c", "type", True),
        ("Project__c", "Summary__c", "field", True),
    }
    assert all(one.records > 0 and one.proposal for one in found)


def test_an_adapted_load_leaves_out_what_does_not_fit(home, staged):
    """The fields stay empty, also those of update passes; everything else arrives."""
    org, dataset = staged
    run = new_run(home, dataset)
    run.put("left_out", {"Contact": ["Email"], "Project__c": ["Parent_Project__c", "Budget__c"]})
    status = execute(run, org.admit(), dataset, resolver_of(org.connect()), options=QUICK)
    assert status.state is RunState.DONE
    assert all(one.succeeded == one.planned for one in status.objects.values())
    assert status.updates["Project__c.Parent_Project__c"].succeeded == 0
    client = org.connect()
    assert client.count("SELECT COUNT() FROM Contact WHERE Email != null") == 0
    assert client.count("SELECT COUNT() FROM Project__c WHERE Budget__c != null OR Parent_Project__c != null") == 0
    assert client.count("SELECT COUNT() FROM Project__c WHERE Current_Phase__c != null") > 0
