"""Datasets written by hand, for tests of the load: the demo org's project app with a cycle, equal rows and a junction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sfseed_core.dataset import store
from sfseed_core.load.journal import Run
from sfseed_core.load.resolve import Resolver
from sfseed_core.recipe.columns import schema_of
from sfseed_core.recipe.model import ColumnPlan, ObjectPlan, Plan, ReferencePlan, Target
from sfseed_core.schema.parse import object_schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sfseed_core.dataset.dataset import Dataset
    from sfseed_core.org.client import Org
    from tests.emulated import EmulatedOrg

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Made:
    """One object of a hand-made dataset: `columns` by describe's type, `references` with their target, and the rows."""

    name: str
    level: int
    columns: Mapping[str, str]
    references: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]
    deferred: frozenset[str] = frozenset()
    upsert: str | None = None


def plan_of(made: Sequence[Made], *, seed: int = 1) -> Plan:
    """The plan that such objects would have come from."""
    return Plan(
        seed=seed,
        as_of=date(2026, 11, 23),
        zone="UTC",
        locale="en_US",
        objects=tuple(_object(one) for one in made),
        schema_fingerprint="by hand",
    )


def _object(made: Made) -> ObjectPlan:
    references = [
        ReferencePlan(
            field,
            "spread",
            tuple(Target(None, one[1:]) if one.startswith("=") else Target(one) for one in target.split("|")),
            deferred=field in made.deferred,
        )
        for field, target in made.references.items()
    ]
    first = ("Pricebook2Id", "standard-price-book") if made.name == "PricebookEntry" else None
    columns = tuple(ColumnPlan(name, kind, "by-hand", precision=18, scale=2) for name, kind in made.columns.items())
    return ObjectPlan(
        made.name, len(made.rows), made.level, columns, tuple(references), first_pass=first, upsert=made.upsert
    )


def stage(home: Path, org: EmulatedOrg, made: Sequence[Made], *, seed: int = 1) -> Dataset:
    """Write the dataset."""
    plan = plan_of(made, seed=seed)
    client = org.connect()
    schema = {one.name: object_schema(client.describe(one.name).raw) for one in made}
    with store.create(home, plan, schema, now=datetime.now(UTC)) as writer:
        for one, planned in zip(made, plan.objects, strict=True):
            rows = [{"record": number, **row} for number, row in enumerate(one.rows)]
            writer.add(one.name, pa.Table.from_pylist(rows, schema=schema_of(planned)))
        return writer.finish()


def resolver_of(org: Org) -> Resolver:
    """What a snapshot of the org would give."""
    book = next(iter(org.query("SELECT Id FROM Pricebook2 WHERE IsStandard = true")))["Id"]
    return Resolver(org.org_id, {}, {"standard-price-book": book, "running-user": org.facts.user_id or ""})


def new_run(home: Path, dataset: Dataset) -> Run:
    """A run of the dataset that is about to load."""
    run = Run.create(home, {"org": "test"})
    run.put("dataset", dataset.id)
    run.put("revision", dataset.revision)
    return run


def projects(size: int = 4) -> list[Made]:
    """A cycle (project and current phase), self references, a junction, equal rows, rows that differ in long text only."""
    owned = [{"OwnerId@": "=running-user"}, {}]  # one half with the running user as owner, the other with the org's default
    accounts = [{"Name": f"Acme {n}", "AccountNumber": f"A-{n:04}", **owned[n % 2]} for n in range(size)]
    contacts = [
        {
            "LastName": ["Diaz", "Okoro", "Weber"][n % 3],
            "Email": f"Person.{n % (2 * size)}@Example.com",
            "AccountId": n % size,
            "ReportsToId": n - 1 if n % 3 else None,
        }
        for n in range(3 * size)
    ]
    skills = [
        {"Name": f"Skill {n}", "Skill_Code__c": f"S{n:03}", "Parent_Skill__c": n - 1 if n else None} for n in range(size)
    ]
    work = [
        {
            "Name": f"Project {n % 2}",
            "Account__c": n % size,
            "Budget__c": Decimal("1000.10") + n,
            "Start_Date__c": date(2026, 1, 1 + n % 20),
            "Summary__c": f"  first line\nsecond line {n}\n",
            "Parent_Project__c": n - 1 if n % 2 else None,
            "Current_Phase__c": n * 2,
        }
        for n in range(size)
    ]
    phases = [{"Name": f"Phase {n % 2}", "Project__c": n // 2, "Sequence__c": Decimal(n % 2 + 1)} for n in range(2 * size)]
    tasks = [
        {
            "Name": "Review",
            "Project_Phase__c": (n // 3) % (2 * size),
            "Details__c": [None, "Look at it.", "Look at it again."][n % 3] if n < 9 else None,
            "Predecessor__c": n - 1 if n % 4 == 3 else None,
        }
        for n in range(6 * size)
    ]
    pairs = [{"Contact__c": n % (3 * size), "Skill__c": (n * 7 // 3) % size, "Level__c": "Expert"} for n in range(4 * size)]
    return [
        Made("Account", 0, {"Name": "string", "AccountNumber": "string"}, {"OwnerId": "=running-user"}, accounts),
        Made("Skill__c", 0, {"Name": "string", "Skill_Code__c": "string"}, {"Parent_Skill__c": "Skill__c"},
             skills, frozenset({"Parent_Skill__c"})),
        Made(
            "Contact", 1, {"LastName": "string", "Email": "email"}, {"AccountId": "Account", "ReportsToId": "Contact"}, contacts,
            frozenset({"ReportsToId"}),
        ),
        Made(
            "Project__c",
            1,
            {"Name": "string", "Budget__c": "currency", "Start_Date__c": "date", "Summary__c": "textarea"},
            {"Account__c": "Account", "Parent_Project__c": "Project__c", "Current_Phase__c": "Project_Phase__c"},
            work,
            frozenset({"Parent_Project__c", "Current_Phase__c"}),
        ),
        Made("Project_Phase__c", 2, {"Name": "string", "Sequence__c": "double"}, {"Project__c": "Project__c"}, phases),
        Made("Skill_Assignment__c", 2, {"Level__c": "picklist"}, {"Contact__c": "Contact", "Skill__c": "Skill__c"}, pairs),
        Made(
            "Project_Task__c", 3, {"Name": "string", "Details__c": "textarea"},
            {"Project_Phase__c": "Project_Phase__c", "Predecessor__c": "Project_Task__c"}, tasks, frozenset({"Predecessor__c"}),
        ),
    ]  # fmt: skip


Face = tuple[Any, ...]


def contents(org: Org, made: Sequence[Made]) -> dict[str, list[Face]]:
    """What the org holds of the objects: every record as its values, each reference as the values of the record it leads to.

    Two orgs with equal contents hold the same records, ids aside; equal records are as many times there as they are.
    """
    records: dict[str, dict[Any, Mapping[str, Any]]] = {}
    for one in made:
        fields = ", ".join(["Id", *one.columns, *one.references])
        records[one.name] = {row["Id"]: row for row in org.query(f"SELECT {fields} FROM {one.name}")}
    return _faces(made, records)


def expected(made: Sequence[Made]) -> dict[str, list[Face]]:
    """What an org holds once the dataset is in it."""
    return _faces(made, {one.name: dict(enumerate(one.rows)) for one in made})


def _faces(made: Sequence[Made], records: Mapping[str, Mapping[Any, Mapping[str, Any]]]) -> dict[str, list[Face]]:
    kinds = {one.name: one for one in made}

    def face(name: str, key: Any, depth: int) -> Face:
        one, row = kinds[name], records[name][key]
        plain = tuple(_plain(row.get(column)) for column in one.columns)
        if not depth:
            return plain
        followed = ((target, row.get(field)) for field, target in one.references.items() if target[0] != "=")
        return (*plain, *(None if to is None else face(target, to, depth - 1) for target, to in followed))

    return {one.name: sorted((face(one.name, key, 4) for key in records[one.name]), key=repr) for one in made}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.strip().lower() if isinstance(value, str) else value
