"""A plan made by hand (accounts, contacts, deals and what hangs on them), and plans for real orgs' describes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from sfseed_core.generate.chooser import Chooser
from sfseed_core.recipe.model import SHARE, ColumnPlan, ObjectPlan, Plan, ReferencePlan, Target
from sfseed_core.recipe.overrides import Overrides
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.presets import preset_recipe
from sfseed_core.schema import parse
from sfseed_core.schema.model import Schema
from sfseed_core.snapshot.model import Snapshot, Stage, User

AS_OF = date(2026, 11, 23)
STAGES = (
    ("Qualify", 10, "Pipeline", False, False),
    ("Won it", 100, "Closed", True, True),
    ("Lost it", 0, "Omitted", True, False),
)
ACCOUNT_TYPES = ("HH_Account", "Organization", "PersonAccount")
HERE = {"group": "BillingAddress"}
OF_ACCOUNT = {"via": "AccountId", "of": "Account"}


def column(field: str, type: str, provider: str, options: dict | None = None, **more) -> ColumnPlan:  # noqa: A002
    """One column, without the words that do not matter here."""
    return ColumnPlan(field, type, provider, options or {}, **more)


def account_columns() -> tuple[ColumnPlan, ...]:
    """A dozen columns of an account."""
    return (
        column("Name", "string", "company", length=255),
        column("BillingStreet", "textarea", "address.street", length=255),
        column("BillingCity", "string", "address.city", {"place": HERE, "part": "address.city"}, length=40),
        column("BillingState", "string", "address.state", {"place": HERE, "part": "address.state"}, length=80),
        column(
            "BillingPostalCode", "string", "address.postal_code", {"place": HERE, "part": "address.postal_code"}, length=20
        ),
        column("Phone", "phone", "phone", {"place": HERE}, length=40, null_share=SHARE // 20),
        column("Website", "url", "website", {"company": "Name"}, length=255),
        column("Industry", "picklist", "choice", {"values": ["Energy", "Media", "Retail"]}, length=255),
        column(
            "AnnualRevenue", "currency", "number", {"curve": [100_000, 1_000_000, 50_000_000], "step": 1000}, precision=18
        ),
        column("NumberOfEmployees", "int", "number", {"curve": [1, 20, 500], "step": 1}),
        column("Key__c", "string", "code", {"template": "ACC-########", "taken": [5, 77]}, length=20, unique=True),
        column("Description", "textarea", "text", {"sentences": [1, 2]}, length=32000, null_share=SHARE // 10),
    )


def contact_columns() -> tuple[ColumnPlan, ...]:
    """A dozen columns of a contact, some borrowed from its account."""
    return (
        column("FirstName", "string", "person.first_name", length=40),
        column("LastName", "string", "person.last_name", length=80),
        column("Salutation", "picklist", "person.salutation", {"first": "FirstName"}, length=40, null_share=SHARE // 5),
        column(
            "Email",
            "email",
            "email",
            {"first": "FirstName", "last": "LastName", "company": "Name", **OF_ACCOUNT},
            length=80,
        ),
        column("Phone", "phone", "phone", {"place": OF_ACCOUNT}, length=40),
        column("MobilePhone", "phone", "phone", {"place": OF_ACCOUNT, "kind": "mobile"}, length=40, null_share=SHARE // 4),
        column("MailingCity", "string", "address.city", {"place": OF_ACCOUNT, "part": "address.city"}, length=40),
        column(
            "MailingPostalCode",
            "string",
            "address.postal_code",
            {"place": OF_ACCOUNT, "part": "address.postal_code"},
            length=20,
        ),
        column("Title", "string", "person.job_title", length=128),
        column("Department", "string", "person.department", {"title": "Title"}, length=80),
        column("Birthdate", "date", "date", {"from": -25550, "to": -7665, "working": False}),
        column("HasOptedOutOfEmail", "boolean", "flag", {"share": 2000}),
    )


def opportunity_columns() -> tuple[ColumnPlan, ...]:
    """A dozen columns of a deal, which agree with its stage."""
    closing = {"from": -200, "to": 100, "status": "StageName", "closed": ["Won it", "Lost it"]}
    chances = {"field": "StageName", "values": {name: chance for name, chance, *_ in STAGES}}
    return (
        column("Name", "string", "name.opportunity", {"company": "Name", **OF_ACCOUNT}, length=120),
        column("StageName", "picklist", "choice", {"values": [name for name, *_ in STAGES]}, length=255),
        column("CloseDate", "date", "date", closing),
        column("Probability", "percent", "lookup", chances, precision=3),
        column("Amount", "currency", "number", {"curve": [1000, 20_000, 300_000], "step": 50}, precision=18, scale=2),
        column("NextStep", "string", "word", {"pool": "next_steps"}, length=255, null_share=SHARE // 8),
        column("StartDate__c", "date", "date", {"from": -100, "to": 0}),
        column("EndDate__c", "date", "date", {"after": "StartDate__c", "lasts": [10, 20]}),
        column("Called__c", "datetime", "date", {"from": -30, "to": -1}),
        column("Discount__c", "double", "number", {"curve": [0, 30], "step": -2}, precision=18, scale=15),
        column("Region__c", "multipicklist", "choice", {"values": ["N", "E", "S", "W"], "most": 3}, length=4099),
        column("At__c", "time", "time"),
    )


def plan_by_hand(accounts: int = 1000, *, seed: int = 7, **more) -> Plan:
    """Accounts, three contacts and two deals each, roles that pair deals with contacts, tasks about any of them."""
    account, contact, deal = Target("Account"), Target("Contact"), Target("Opportunity")
    return Plan(
        seed=seed,
        as_of=AS_OF,
        zone="America/New_York",
        locale="en_US",
        schema_fingerprint="by hand",
        objects=(
            ObjectPlan("Account", accounts, 0, account_columns(), (ReferencePlan("ParentId", "self", (account,)),)),
            ObjectPlan(
                "Contact",
                3 * accounts,
                1,
                contact_columns(),
                (
                    ReferencePlan("AccountId", "children", (account,)),
                    ReferencePlan("ReportsToId", "self", (contact,), options={"via": "AccountId"}, deferred=True),
                ),
                record_types=(("Business", 3), ("Partner", 1)),
            ),
            ObjectPlan(
                "Opportunity", 2 * accounts, 1, opportunity_columns(), (ReferencePlan("AccountId", "children", (account,)),)
            ),
            ObjectPlan(
                "Role",
                4 * accounts,
                2,
                (
                    column("Name", "string", "word", {"pool": "keywords"}, length=40),
                    column(
                        "Company__c", "string", "copy", {"field": "Name", "via": "OpportunityId.AccountId", "of": "Account"}
                    ),
                ),
                (
                    ReferencePlan("OpportunityId", "children", (deal,)),
                    ReferencePlan(
                        "ContactId",
                        "within",
                        (contact,),
                        options={"via": "OpportunityId.AccountId", "through": "AccountId"},
                    ),
                    ReferencePlan(
                        "AccountId", "along", (account,), options={"via": "OpportunityId", "through": "AccountId"}
                    ),
                    ReferencePlan("OtherId", "pair", (contact,)),
                ),
            ),
            ObjectPlan(
                "Task",
                accounts,
                3,
                (column("Subject", "combobox", "word", {"pool": "activities"}, length=255),),
                (
                    ReferencePlan("WhatId", "spread", (account, Target("Opportunity", weight=3)), null_share=SHARE // 4),
                    ReferencePlan("BookId", "symbol", (Target(None, "standard-price-book"),)),
                ),
            ),
        ),
        **more,
    )


def snapshot() -> Snapshot:
    """What was read of an org with stages of its own."""
    stages = tuple(
        Stage(name, name, place, closed=closed, won=won, probability=chance, category=category)
        for place, (name, chance, category, closed, won) in enumerate(STAGES)
    )
    return Snapshot(
        org_id="00D000000000000AAA",
        api_version="60.0",
        taken_at=datetime(2026, 11, 23, tzinfo=UTC),
        user=User("005000000000000AAA", "me@example.com", "Me"),
        time_zone="America/New_York",
        statuses={"OpportunityStage": stages},
        record_types={"Account": {name: f"0120000000000{place:02d}" for place, name in enumerate(ACCOUNT_TYPES)}},
        person_types={"Account": ("PersonAccount",)},
        storage_free_mb=20_000,
        storage_max_mb=20_000,
    )


@cache
def real_schema(folder: Path, *, persons: bool) -> Schema:
    """The describes of real orgs, with one of the two accounts."""
    left_out = {"global.json", "Account.json" if persons else "Account_PersonAccount.json"}
    described = (
        json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json")) if path.name not in left_out
    )
    objects = {one.name: one for one in map(parse.object_schema, described)}
    return Schema(org_id="00D000000000000AAA", api_version="60.0", objects=objects)


def real_plan(folder: Path, *, persons: bool = False, each: int = 500, seed: int = 7) -> Plan:
    """A plan of all that the real describes have."""
    schema = real_schema(folder / "describes", persons=persons)
    wanted = Overrides(count_each=each)
    return make_plan(
        preset_recipe("everything"), schema, snapshot(), chooser=Chooser(), seed=seed, as_of=AS_OF, overrides=wanted
    )


@pytest.fixture
def plan() -> Plan:
    """A small plan made by hand."""
    return plan_by_hand(300)
