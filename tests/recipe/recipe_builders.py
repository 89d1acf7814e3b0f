"""Small schemas and snapshots, for tests of recipes and plans."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from types import MappingProxyType

from sfseed_core.schema.model import Field, ObjectSchema, RecordType, Schema
from sfseed_core.snapshot.model import Snapshot, User


def text(name, **more):
    """A text field."""
    return Field(name, name, "string", **{"length": 80, "custom": name.endswith("__c"), **more})


def name_field(**more):
    """The Name of a custom object."""
    return text("Name", **{"name_field": True, "defaulted_on_create": True, **more})


def reference(name, *targets, required=False, master=None, **more):
    """A lookup, or with `master` a master-detail field of that order."""
    return Field(
        name,
        name,
        "reference",
        length=18,
        nillable=not required and master is None,
        reference_to=targets,
        relationship_order=master,
        cascade_delete=master is not None,
        custom=name.endswith("__c"),
        **more,
    )


def thing(name, *fields, record_types=()):
    """An object that this user may create."""
    return ObjectSchema(
        name=name,
        label=name,
        label_plural=f"{name}s",
        key_prefix=None,
        custom=name.endswith("__c"),
        createable=True,
        queryable=True,
        updateable=True,
        deletable=True,
        fields=MappingProxyType({one.name: one for one in fields}),
        record_types=tuple(record_types),
    )


def schema(*objects):
    """An org's schema."""
    return Schema("00D000000000001EAA", "62.0", MappingProxyType({one.name: one for one in objects}))


def record_type(name, **more):
    """A record type that this user may set."""
    return RecordType(name, name, "012000000000001AAA", available=True, **more)


def snapshot(**more):
    """What is read of an org with a standard price book and plenty of storage."""
    base = Snapshot(
        org_id="00D000000000001EAA",
        api_version="62.0",
        taken_at=datetime(2026, 11, 23, 2, tzinfo=UTC),
        user=User("005000000000001AAA", "a@example.com", "A"),
        time_zone="America/New_York",
        standard_price_book="01s000000000001AAA",
        standard_price_book_active=True,
        storage_free_mb=20_000,
    )
    return dataclasses.replace(base, **more)
