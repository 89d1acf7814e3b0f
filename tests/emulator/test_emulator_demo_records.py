"""The demo org's schema and the emulator's writes agree: each object that can be seeded takes a record."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from sfseed_emulator import dml
from sfseed_emulator.schema import demo_rows, demo_schema, describes_schema
from sfseed_emulator.state import OrgState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sfseed_emulator.schema import FieldDef, ObjectDef, OrgSchema

Made = dict[str, str]

BY_TYPE: dict[str, object] = {
    "double": 1, "currency": 1, "percent": 1, "int": 1, "date": "2026-03-02", "datetime": "2026-03-02T09:00:00.000Z",
    "time": "09:00:00.000Z", "email": "ada@example.com", "phone": "+44 20 7946 0000", "url": "https://example.com",
    "boolean": True, "base64": "aGVsbG8=",
}  # fmt: skip

FIRST = ("Account", "Contact", "Product2", "PricebookEntry", "Opportunity", "Quote", "Order", "ContentVersion")
"""What others need is made first; the rest follows as its parents allow."""

ALSO: dict[str, dict[str, object]] = {
    "Account": {"Name": "Acme"},
    "Asset": {"AccountId": "@Account"},
    "CampaignMember": {"ContactId": "@Contact"},
    "Contact": {"AccountId": "@Account"},
    "ContentVersion": {"PathOnClient": "a.txt", "VersionData": "aGVsbG8="},
    "Event": {"ActivityDateTime": "2026-03-02T09:00:00.000Z", "DurationInMinutes": 30},
    "OpportunityLineItem": {"PricebookEntryId": "@PricebookEntry", "UnitPrice": 10},
    "Order": {"AccountId": "@Account", "Pricebook2Id": "@Pricebook2"},
    "PricebookEntry": {"IsActive": True},
    "Product2": {"IsActive": True},
    "Quote": {"Pricebook2Id": "@Pricebook2"},
    "ServiceContract": {"Pricebook2Id": "@Pricebook2"},
    "Equipment__c": {"Serial_Number__c": "AB-000001", "Category__c": "Vehicle", "Kind__c": "Van"},
    "Opportunity": {"AccountId": "@Account"},
}
"""What an object's own rules want beyond its required fields; ``@`` names a record of another object."""

MADE_BY_THE_ORG = {"AccountContactRelation", "ContentDocument", "Pricebook2"}
"""A contact's relation to its account, a file's document and the standard price book need no insert."""


def value_of(field: FieldDef, made: Made) -> object:
    """Find a plain value for a required field."""
    if field.reference_to:
        return next(made[target] for target in field.reference_to if target in made)
    if field.type == "picklist":
        return next(value["value"] for value in field.raw["picklistValues"] if value["active"])
    return BY_TYPE.get(field.type, field.name[: field.length])


def record_of(found: ObjectDef, made: Made) -> dict[str, Any]:
    """Fill what an insert needs."""
    extra = ALSO.get(found.name, {})
    named = {
        name: made[value[1:]] if isinstance(value, str) and value.startswith("@") else value
        for name, value in extra.items()
    }
    return {**{field.name: value_of(field, made) for field in found.fields.values() if field.required}, **named}


def in_order(schema: OrgSchema) -> Iterator[ObjectDef]:
    """List the objects to seed, parents of required references first."""
    waiting = [found for found in schema.objects.values() if found.createable and not found.setup]
    waiting.sort(key=lambda found: (FIRST.index(found.name) if found.name in FIRST else len(FIRST), found.name))
    done = {found.name for found in schema.objects.values() if found.setup} | MADE_BY_THE_ORG
    while waiting:
        ready = next(found for found in waiting if _needs(found) <= done | {found.name})
        waiting.remove(ready)
        done.add(ready.name)
        if ready.name not in MADE_BY_THE_ORG:
            yield ready


def _needs(found: ObjectDef) -> set[str]:
    required = {field.reference_to[0] for field in found.fields.values() if field.required and field.reference_to}
    return required | {str(value)[1:] for value in ALSO.get(found.name, {}).values() if str(value).startswith("@")}


def seeded(schema: OrgSchema) -> tuple[OrgState, Made]:
    """Make an org with one record of each object that can be seeded."""
    state = OrgState.create(None, schema, rows=demo_rows(schema))
    made: Made = {}
    for name in schema.objects:
        row = state.db.execute(f'SELECT "Id" FROM "{name}" LIMIT 1').fetchone()
        made |= {name: row[0]} if row else {}
    for found in in_order(schema):
        with state.transaction():
            (result,) = dml.insert(state, found.name, [record_of(found, made)], "json")
        assert result.id, (found.name, result.errors)
        made[found.name] = result.id
        if found.name == "ContentVersion":
            made["ContentDocument"] = state.db.execute('SELECT "ContentDocumentId" FROM "ContentVersion"').fetchone()[0]
    return state, made


def test_each_object_of_the_demo_org_takes_a_record():
    """A record with what the schema and the platform's rules want is saved, object by object."""
    state, made = seeded(demo_schema())
    assert {found.name for found in state.schema.objects.values() if found.createable and not found.setup} <= set(
        made
    ) | MADE_BY_THE_ORG
    assert state.db.execute('SELECT COUNT(*) FROM "AccountContactRelation"').fetchone()[0] == 1


@pytest.mark.parametrize("left_out", ["Account.json", "Account_PersonAccount.json"])
def test_each_object_of_real_describes_takes_a_record(outside_data: Path, tmp_path: Path, left_out: str):
    """An org of real describes takes a record of each of its objects and of those that it borrowed."""
    shutil.copytree(outside_data / "describes", tmp_path / "org", ignore=shutil.ignore_patterns(left_out))
    _, made = seeded(describes_schema(tmp_path / "org"))
    assert {"Account", "Event", "OpportunityContactRole", "Custom__c", "Campaign", "WorkOrderLineItem"} <= set(made)
