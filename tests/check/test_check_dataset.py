"""Checking datasets, at a revision, against the schema of an org."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sfseed_core.check.column import by_field
from sfseed_core.check.dataset import check_dataset
from sfseed_core.check.finding import Level
from sfseed_core.dataset import store
from sfseed_core.dataset.edits import DeleteRecords, SetCells
from sfseed_core.schema.model import Field, ObjectSchema
from sfseed_core.snapshot.model import Snapshot, User
from tests.staged import NOW, PLAN, table_of


def described(name, *fields):
    """An object that knows the fields of the small dataset."""
    return ObjectSchema(name, name, f"{name}s", "001", False, True, True, True, True, {one.name: one for one in fields})


def ref(name, *targets, **more):
    """A reference field."""
    return Field(name, name, "reference", reference_to=targets, **more)


SCHEMA = {
    "Account": described(
        "Account",
        Field("Name", "Name", "string", length=255, nillable=False),
        Field("AnnualRevenue", "Revenue", "currency", precision=18, scale=2),
        Field("Employees", "Employees", "int", digits=8),
        Field("Active__c", "Active", "boolean"),
        Field("Founded__c", "Founded", "date"),
        Field("Seen__c", "Seen", "datetime"),
        Field("Opens__c", "Opens", "time"),
        Field("Latitude__c", "Latitude", "double", precision=18, scale=15),
        ref("ParentId", "Account"),
        ref("RecordTypeId", "RecordType"),
    ),
    "Contact": described(
        "Contact",
        Field("LastName", "Last Name", "string", length=80),
        Field("Email", "Email", "email", length=80, unique=True),
        ref("AccountId", "Account", nillable=False),
    ),
    "Task": described(
        "Task",
        Field("Subject", "Subject", "combobox", length=255),
        ref("WhatId", "Account", "Contact"),
        ref("BookId", "Pricebook2"),
    ),
}
SNAPSHOT = Snapshot(
    "00D000000000001EAA",
    "68.0",
    datetime(2026, 11, 23, tzinfo=UTC),
    User("005000000000001AAA", "a@b.cd", "A"),
    record_types={"Account": {"Big": "012000000000001AAA", "Small": "012000000000002AAA"}},
    taken={"Contact.Email": ("P7@example.com",), "Account.Name": ("x",)},
)


@pytest.fixture
def dataset(home):
    """The small dataset, staged."""
    with store.create(home, PLAN, SCHEMA, now=NOW) as writer:
        for one in PLAN.objects:
            writer.add(one.name, table_of(one.name))
        return writer.finish()


def told(findings):
    """Findings as short tuples."""
    return [(one.object, one.field, one.rule, one.records.tolist()) for one in findings]


def test_good_records_have_no_findings(dataset):
    """What fits the schema is silent."""
    assert check_dataset(dataset, SCHEMA, None) == []


def test_findings_follow_edits_and_revisions(dataset):
    """An edit that breaks a rule is found at its revision, not before, and not after its undo."""
    dataset.apply(SetCells("Account", [2, 5], {"Name": [None, "x" * 256]}))
    dataset.apply(DeleteRecords("Account", [9], children="delete"))
    dataset.apply(SetCells("Contact", [1], {"AccountId": [9]}))
    found = check_dataset(dataset, SCHEMA, None)
    assert told(found) == [
        ("Account", "Name", "required", [2]),
        ("Account", "Name", "length", [5]),
        ("Contact", "AccountId", "reference", [1]),
    ]
    assert all(one.level is Level.REFUSED for one in found)
    assert told(check_dataset(dataset, SCHEMA, None, revision=1)) == told(found)[:2]
    assert check_dataset(dataset, SCHEMA, None, revision=0) == []
    assert list(by_field(found)) == [("Account", "Name"), ("Contact", "AccountId")]


def test_the_orgs_own_values_count(dataset):
    """Values that the org has already, and record types that it has not, are found."""
    assert told(check_dataset(dataset, SCHEMA, SNAPSHOT)) == [("Contact", "Email", "unique", [7])]
    without = replace(SNAPSHOT, record_types={"Account": {"Big": "012000000000001AAA"}}, taken={})
    assert told(check_dataset(dataset, SCHEMA, without)) == [("Account", "RecordTypeId", "record-type", [0, 3, 6, 9])]
    unread = replace(without, unread={"record types": "no permission"})
    assert check_dataset(dataset, SCHEMA, unread) == []


def test_a_record_without_its_parent_takes_no_value(dataset):
    """A contact whose account is refused is not sent: the next one with its e-mail is the first that the org sees."""
    dataset.apply(SetCells("Account", [0], {"Name": [None]}))
    dataset.apply(SetCells("Contact", [0, 2, 3], {"Email": ["a@b.cd", "a@b.cd", "A@b.cd"]}))
    found = check_dataset(dataset, SCHEMA, None)
    assert [(one.rule, one.level, one.records.tolist()) for one in found] == [
        ("required", Level.REFUSED, [0]),
        ("unique", Level.REFUSED, [3]),
        ("unique", Level.DOUBTFUL, [2]),
    ]


def test_another_org_may_lack_objects_and_fields(dataset):
    """Against another schema every record with an unknown field, or of an unknown object, is found."""
    other = {
        "Account": replace(
            SCHEMA["Account"], fields={k: v for k, v in SCHEMA["Account"].fields.items() if k != "Opens__c"}
        ),
        "Contact": SCHEMA["Contact"],
    }
    assert told(check_dataset(dataset, other, None)) == [
        ("Account", "Opens__c", "unknown-field", list(range(10))),
        ("Task", None, "unknown-object", list(range(12))),
    ]
    assert told(check_dataset(dataset, other, None, objects=["Contact"])) == []


def test_deferred_references_break_at_the_update(dataset, home):
    """A reference that only the update pass fills is found as a finding of that step."""
    account, *others = PLAN.objects
    deferred = replace(account, references=(replace(account.references[0], deferred=True),))
    with store.create(home, replace(PLAN, objects=(deferred, *others)), SCHEMA, now=NOW) as writer:
        for one in PLAN.objects:
            writer.add(one.name, table_of(one.name))
        staged = writer.finish()
    staged.apply(SetCells("Account", [3], {"ParentId": [3]}))
    assert [(one.rule, one.step) for one in check_dataset(staged, SCHEMA, None)] == [("self-reference", "update")]
