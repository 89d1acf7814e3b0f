"""A million records of twelve fields in a dataset: stage, page, sort, filter, edit, check, write.

Run: python benchmarks/million_records.py [RECORDS]. Prints milliseconds beside the budget.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa

from sfseed_core.check.dataset import check_dataset
from sfseed_core.dataset import store
from sfseed_core.dataset.edits import SetCells, SetWhere
from sfseed_core.dataset.export.csv import CsvEncoder
from sfseed_core.dataset.query import Filter, Query
from sfseed_core.recipe.columns import schema_of
from sfseed_core.recipe.model import ColumnPlan, ObjectPlan, Plan, ReferencePlan, Target
from sfseed_core.schema.model import Field, ObjectSchema, PicklistValue

TEXTS = {"FirstName": 5_000, "LastName": 8_000, "Phone": 100_000, "Title": 500, "Department": 30, "MailingCity": 1_000}


def plan_of(count: int) -> Plan:
    """Accounts and Contacts, planned by hand."""
    texts = tuple(ColumnPlan(name, "string", "any") for name in (*TEXTS, "Email"))
    others = (
        ColumnPlan("Birthdate", "date", "any"),
        ColumnPlan("Seen__c", "datetime", "any"),
        ColumnPlan("Worth__c", "currency", "any", precision=18, scale=2),
        ColumnPlan("DoNotCall", "boolean", "any"),
    )
    account = ObjectPlan("Account", max(count // 3, 1), 0, (ColumnPlan("Name", "string", "any"),))
    contact = ObjectPlan(
        "Contact", count, 1, texts + others, (ReferencePlan("AccountId", "children", (Target("Account"),)),)
    )
    return Plan(1, date(2026, 11, 23), "GMT", "en_US", (account, contact), "benchmark")


def contacts(plan: ObjectPlan, parents: int) -> pa.Table:
    """Records that look like contacts."""
    draw, count = np.random.default_rng(1), plan.count
    columns: dict[str, pa.Array] = {"record": pa.array(np.arange(count))}
    for name, size in TEXTS.items():
        columns[name] = pa.array([f"{name} {n:06d}" for n in range(size)]).take(pa.array(draw.integers(0, size, count)))
    columns["Email"] = pa.array([f"p{n}@example.com" for n in range(count)])
    columns["Birthdate"] = pa.array(draw.integers(0, 20_000, count).astype(np.int32)).cast(pa.date32())
    columns["Seen__c"] = pa.array(1_700_000_000_000 + draw.integers(0, 10**10, count)).cast(pa.timestamp("ms", "UTC"))
    columns["Worth__c"] = pa.array(draw.integers(0, 10**7, count)).cast(pa.decimal128(38, 2)).cast(pa.decimal128(18, 2))
    columns["DoNotCall"] = pa.array(draw.integers(0, 2, count).astype(bool))
    columns["AccountId"] = pa.array(draw.integers(0, parents, count))
    return pa.table(columns, schema=schema_of(plan))


def described() -> dict[str, ObjectSchema]:
    """What the org would say of these objects."""
    departments = tuple(PicklistValue(f"Department {n:06d}", "") for n in range(TEXTS["Department"]))
    fields = [
        *(Field(name, name, "string", length=80) for name in TEXTS if name != "Department"),
        Field("Department", "Department", "picklist", restricted=True, picklist=departments),
        Field("Email", "Email", "email", length=80, unique=True, nillable=False),
        Field("Birthdate", "Birthdate", "date"),
        Field("Seen__c", "Seen", "datetime"),
        Field("Worth__c", "Worth", "currency", precision=18, scale=2),
        Field("DoNotCall", "Do Not Call", "boolean"),
        Field("AccountId", "Account", "reference", reference_to=("Account",)),
    ]
    contact = ObjectSchema("Contact", "", "", "003", False, True, True, True, True, {one.name: one for one in fields})
    name = Field("Name", "Name", "string", length=255)
    return {
        "Account": ObjectSchema("Account", "", "", "001", False, True, True, True, True, {"Name": name}),
        "Contact": contact,
    }


def measure(what: str, budget: int | None, work, times: int = 5) -> None:
    """Print how long the work takes; it gets the number of the try, so that no answer is kept from before."""
    took, busy = [], []
    for number in range(times):
        begun, worked = time.perf_counter(), time.process_time()
        work(number)
        took.append((time.perf_counter() - begun) * 1000)
        busy.append((time.process_time() - worked) * 1000)
    told = f"{median(took):9.1f} ms   worst {max(took):9.1f}   processor {median(busy):9.1f}   budget {budget or '-'}"
    print(f"{what:40} {told}", flush=True)


def main() -> None:
    """Stage and measure."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    plan = plan_of(count)
    accounts, table = plan.objects[0], contacts(plan.objects[1], plan.objects[0].count)
    names = pa.table({"record": np.arange(accounts.count), "Name": ["A"] * accounts.count}, schema=schema_of(accounts))
    with tempfile.TemporaryDirectory() as folder:
        made = []

        def stage(_: int) -> None:
            writer = store.create(Path(folder), plan, described(), now=datetime.now(UTC))
            writer.add("Account", names)
            writer.add("Contact", table)
            made.append(writer.finish())

        measure("stage", None, stage, 1)
        dataset = made[0]
        far = count // 7
        measure("page in record order", 50, lambda n: dataset.page("Contact", Query(), n * far, 200))
        for name in ("LastName", "Worth__c", "Email"):
            query = [Query(sort=((name, bool(n % 2)), ("Title", bool(n // 2 % 2)))) for n in range(4)]
            measure(
                f"first page sorted by {name}", 250, lambda n, query=query: dataset.page("Contact", query[n], 0, 200), 4
            )
        measure(
            "filter and count",
            150,
            lambda n: len(dataset.select("Contact", Query((Filter("LastName", "contains", f"00{n}"),)))),
        )
        measure("search in all texts", None, lambda n: len(dataset.select("Contact", Query(search=f"77{n}"))))
        measure("one edit", 50, lambda n: dataset.apply(SetCells("Contact", [n], {"Title": ["x"]})))
        third = [Query((Filter("Worth__c", "less", 30_000 + n),)) for n in range(5)]
        measure(
            "set 300k by a condition", 500, lambda n: dataset.apply(SetWhere("Contact", third[n], {"MailingCity": f"C{n}"}))
        )
        measure("page after edits", 50, lambda n: dataset.page("Contact", Query(), n * far + 1, 200))
        measure(
            "filter an edited column",
            150,
            lambda n: len(dataset.select("Contact", Query((Filter("MailingCity", "is", f"C{n}"),)))),
        )
        measure("all schema checks", 2000, lambda _: check_dataset(dataset, described(), None, objects=["Contact"]), 3)
        encoder = CsvEncoder([name for name in table.column_names if name != "record"])
        measure("CSV", None, lambda _: [encoder.rows(batch) for batch in dataset.batches("Contact")], 3)


if __name__ == "__main__":
    main()
