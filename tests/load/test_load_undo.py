"""Taking a run back: both ends of a restricting pair, and records that others hold."""

from __future__ import annotations

import dataclasses

from sfseed_core.load import jobs
from sfseed_core.load.execute import execute
from sfseed_core.load.options import Options
from sfseed_core.load.status import RunState
from sfseed_core.load.undo import undo
from sfseed_emulator.schema import demo_schema
from tests.loading import contents, new_run, projects, resolver_of, stage

QUICK = Options(first_wait=0.02, longest_wait=0.2, patience=20)


PAIR = {("Project__c", "Current_Phase__c"), ("Project_Phase__c", "Project__c")}


def restricting():
    """The demo org's schema, in which neither a project's phases nor the project of a current phase may be deleted first."""
    schema = demo_schema()
    objects = {
        name: dataclasses.replace(one, child_relationships=tuple(_restricting(child) for child in one.child_relationships))
        for name, one in schema.objects.items()
    }
    by_lower = {name.lower(): one for name, one in objects.items()}
    by_prefix = {prefix: objects[one.name] for prefix, one in schema.by_prefix.items()}
    return dataclasses.replace(schema, objects=objects, by_lower=by_lower, by_prefix=by_prefix)


def _restricting(child):
    """The relationship, restricting if it is one of the pair."""
    if (child.child, child.field) not in PAIR:
        return child
    return dataclasses.replace(child, restricted_delete=True, cascade_delete=False)


def test_records_that_restrict_each_other_are_taken_back(home, emulated):
    """A reference that an update pass filled is emptied where it keeps a record from being deleted."""
    org = emulated(schema=restricting())
    made = projects()
    dataset = stage(home, org, made)
    run = new_run(home, dataset)
    execute(run, org.admit(), dataset, resolver_of(org.connect()), options=QUICK)
    status = undo(run, org.admit(), lambda: dataset, options=QUICK)
    assert status.state is RunState.UNDONE
    assert any(one.operation == "clear" for one in jobs.read_jobs(run))
    assert not any(contents(org.connect(), made).values())
    assert all(one.succeeded == one.planned for one in status.undone.values())
