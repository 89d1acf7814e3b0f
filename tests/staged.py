"""A small dataset with every column type and every kind of reference, staged by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa

from sfseed_core.dataset import store
from sfseed_core.recipe.columns import schema_of
from sfseed_core.recipe.model import STANDARD_PRICE_BOOK, ColumnPlan, ObjectPlan, Plan, ReferencePlan, Target
from sfseed_core.schema.model import ChildRelationship, Field, ObjectSchema, PicklistValue, RecordType

if TYPE_CHECKING:
    from pathlib import Path

    from sfseed_core.dataset.dataset import Dataset

NOW = datetime(2026, 11, 23, 9, 15, 1, tzinfo=UTC)

ACCOUNT = ObjectPlan(
    "Account",
    10,
    0,
    (
        ColumnPlan("Name", "string", "any", length=255),
        ColumnPlan("AnnualRevenue", "currency", "any", precision=18, scale=2),
        ColumnPlan("Employees", "int", "any"),
        ColumnPlan("Active__c", "boolean", "any"),
        ColumnPlan("Founded__c", "date", "any"),
        ColumnPlan("Seen__c", "datetime", "any"),
        ColumnPlan("Opens__c", "time", "any"),
        ColumnPlan("Latitude__c", "double", "any", precision=18, scale=15),
    ),
    (ReferencePlan("ParentId", "self", (Target("Account"),)),),
    record_types=(("Big", 1), ("Small", 1)),
)
CONTACT = ObjectPlan(
    "Contact",
    20,
    1,
    (ColumnPlan("LastName", "string", "any", length=80), ColumnPlan("Email", "email", "any", length=80)),
    (ReferencePlan("AccountId", "children", (Target("Account"),), required=True),),
)
TASK = ObjectPlan(
    "Task",
    12,
    2,
    (ColumnPlan("Subject", "combobox", "any", length=255),),
    (
        ReferencePlan("WhatId", "spread", (Target("Account"), Target("Contact"))),
        ReferencePlan("BookId", "symbol", (Target(None, STANDARD_PRICE_BOOK),)),
    ),
)
PLAN = Plan(7, date(2026, 11, 23), "GMT", "en_US", (ACCOUNT, CONTACT, TASK), "fingerprint")


def rows_of(name: str) -> list[dict[str, object]]:
    """The staged records as a person would write them down."""
    return [_ROWS[name](number) for number in range(PLAN.object(name).count)]


def _account(n: int) -> dict[str, object]:
    empty = n % 5 == 4
    return {
        "record": n,
        "Name": f'A "{n}", Inc.',
        "AnnualRevenue": None if empty else Decimal(n * 1000) / 100,
        "Employees": n * 7,
        "Active__c": n % 2 == 0,
        "Founded__c": None if empty else date(1990, 1, 1 + n),
        "Seen__c": None if empty else datetime(2026, 1, 1 + n, 9, 15, 1, n * 1000, tzinfo=UTC),
        "Opens__c": None if empty else time(8, n, 0, 5000),
        "Latitude__c": Decimal(n) / 10**9,
        "ParentId": n - 1 if n % 2 else None,
        "RecordTypeId": "Big" if n % 3 else "Small",
    }


_ROWS = {
    "Account": _account,
    "Contact": lambda n: {
        "record": n,
        "LastName": f"Name {n % 7}" if n != 3 else None,
        "Email": f"p{n}@example.com",
        "AccountId": n // 2,
    },
    "Task": lambda n: {
        "record": n,
        "Subject": f"Call {n}",
        "WhatId": n if n % 3 else None,
        "WhatId@": (None if n % 3 == 0 else "Account" if n < 6 else "Contact"),
        "BookId": None,
        "BookId@": f"={STANDARD_PRICE_BOOK}",
    },
}


def table_of(name: str) -> pa.Table:
    """The staged records as Arrow."""
    return pa.Table.from_pylist(rows_of(name), schema=schema_of(PLAN.object(name)))


def _schema(name: str, *fields: Field, **more: object) -> ObjectSchema:
    return ObjectSchema(
        name, name, f"{name}s", "001", False, True, True, True, True, {one.name: one for one in fields}, **more
    )


SCHEMA = {
    "Account": _schema(
        "Account",
        Field("Name", "Account Name", "string", length=255, nillable=False, name_field=True),
        Field("Kind__c", "Kind", "picklist", picklist=(PicklistValue("a", "A", valid_for="gAAA"),), restricted=True),
        record_types=(RecordType("Big", "Big", "012000000000001AAA", picklists={"Kind__c": ("a",)}),),
        children=(ChildRelationship("Contact", "AccountId", "Contacts"),),
    ),
    "Contact": _schema("Contact", Field("AccountId", "Account ID", "reference", reference_to=("Account",))),
    "Elsewhere": _schema("Elsewhere"),
}


def stage(home: Path) -> Dataset:
    """Stage the small dataset in a home."""
    writer = store.create(home, PLAN, SCHEMA, now=NOW)
    for one in PLAN.objects:
        writer.add(one.name, table_of(one.name))
    return writer.finish()
