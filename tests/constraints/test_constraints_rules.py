"""The rules of valid records."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from sfseed_core.constraints.persons import has_persons, is_person_field, person_types
from sfseed_core.constraints.rules import object_rules
from sfseed_core.constraints.standard import STANDARD, STATUSES
from sfseed_core.schema.model import Field, ObjectSchema, PicklistValue, RecordType
from sfseed_core.schema.parse import object_schema
from sfseed_core.snapshot.model import Snapshot, Stage, User


def thing(name, *fields, record_types=()):
    """An object with these fields."""
    flags = {"custom": name.endswith("__c"), "createable": True, "queryable": True, "updateable": True, "deletable": True}
    known = MappingProxyType({one.name: one for one in fields})
    return ObjectSchema(name, name, name, None, fields=known, record_types=tuple(record_types), **flags)


def rules_of(field, of="Thing__c", snapshot=None):
    """The rules of one field."""
    return object_rules(thing(of, field), snapshot).fields[field.name]


def picklist(name, *values, **more):
    """A picklist of these values."""
    return Field(name, name, "picklist", length=255, picklist=tuple(PicklistValue(one, one) for one in values), **more)


def snapshot(**more):
    """What was read of an org."""
    return Snapshot("00D", "62.0", datetime(2026, 1, 1, tzinfo=UTC), User("005", "a@example.com", "A"), **more)


def test_required_is_what_an_insert_needs():
    """Not nillable and not defaulted; booleans never."""
    assert rules_of(Field("A__c", "A", "string", nillable=False)).required
    assert not rules_of(Field("A__c", "A", "string", nillable=False, defaulted_on_create=True)).required
    assert not rules_of(Field("A__c", "A", "boolean", nillable=False)).required


def test_numbers_are_bounded_by_their_digits():
    """Precision counts all digits, scale those right of the point; integers have their own count."""
    amount = rules_of(Field("A__c", "A", "currency", precision=16, scale=2))
    assert (amount.whole_digits, amount.scale) == (14, 2)
    assert rules_of(Field("A__c", "A", "int", digits=8)).whole_digits == 8


def test_text_is_bounded_by_its_length():
    """Characters, not bytes, but where the table knows better."""
    assert rules_of(Field("A__c", "A", "textarea", length=32_000)).max_chars == 32_000
    assert rules_of(Field("CommentBody", "Body", "textarea", length=4_000), "CaseComment").max_bytes == 4_000


def test_only_restricted_picklists_refuse_values():
    """Others suggest theirs."""
    free, strict = rules_of(picklist("A__c", "x", "y")), rules_of(picklist("A__c", "x", "y", restricted=True))
    assert (free.allowed, free.suggested) == (None, ("x", "y"))
    assert strict.allowed == ("x", "y")


@pytest.mark.parametrize(
    ("field", "says"),
    [
        (Field("A__c", "A", "string", createable=False, auto_number=True), "numbers"),
        (Field("A__c", "A", "double", createable=False, calculated=True), "calculates"),
        (Field("A__c", "A", "address", createable=False), "other fields"),
        (Field("A__c", "A", "string", createable=False), "cannot set"),
        (Field("CreatedDate", "Created", "datetime", createable=False), "keeps"),
        (Field("SystemModstamp", "Stamp", "datetime"), "keeps"),
        (Field("CreatedById", "Created By", "reference"), "names owners"),
        (Field("CurrencyIsoCode", "Currency", "picklist"), "currency"),
    ],
)
def test_what_is_left_out_has_a_reason(field, says):
    """Formulas, numbers, compounds and the org's own fields are not made."""
    assert says in (rules_of(field).left_out_why or "")


def test_left_out_is_not_the_same_as_refused():
    """A check of a user's file must not refuse what the org takes."""
    rules = rules_of(Field("TotalPrice", "Total", "currency", precision=18, scale=2), "OpportunityLineItem")
    assert rules.left_out_why
    assert rules.writable


def test_state_texts_follow_their_codes_where_picklists_are_on():
    """With state and country picklists only the codes are made."""
    code = picklist("BillingCountryCode", "DE", "FR", restricted=True)
    text = Field("BillingCountry", "Country", "string", length=80)
    rules = object_rules(thing("Account", code, text))
    assert rules.fields["BillingCountry"].left_out_why == "it follows from BillingCountryCode"
    assert object_rules(thing("Account", text)).fields["BillingCountry"].left_out_why is None


def test_statuses_come_from_the_orgs_own_table():
    """A renamed process is taken as it is; converted lead statuses are refused at insert."""
    stages = (
        Stage("Fresh", "Fresh", 1),
        Stage("Won over", "Won over", 2, converted=True),
        Stage("Gone", "Gone", 3, active=False),
    )
    known = snapshot(statuses={"LeadStatus": stages})
    rules = rules_of(picklist("Status", "Fresh", "Won over", "Gone"), "Lead", known)
    assert rules.allowed == rules.suggested == ("Fresh",)


def test_contracts_and_orders_begin_as_drafts():
    """By status code where the table was read, else by the usual name."""
    values = picklist("Status", "Entwurf", "Draft", "Activated", restricted=True)
    table = (Stage("Entwurf", "Entwurf", category="Draft"), Stage("Activated", "Activated", category="Activated"))
    assert rules_of(values, "Order", snapshot(statuses={"OrderStatus": table})).allowed == ("Entwurf",)
    assert rules_of(values, "Contract", None).allowed == ("Draft",)


def test_stages_that_are_not_restricted_are_only_suggested():
    """The API takes any stage; a record should have an active one."""
    stages = snapshot(statuses={"OpportunityStage": (Stage("Closed", "Closed", 2), Stage("Open", "Open", 1))})
    rules = rules_of(picklist("StageName", "Open", "Closed", "Other"), "Opportunity", stages)
    assert (rules.allowed, rules.suggested) == (None, ("Open", "Closed"))


def test_latitude_and_longitude_come_together():
    """For addresses, geolocations and objects with both."""
    rules = object_rules(
        thing(
            "Site__c",
            Field("Spot__Latitude__s", "Spot", "double", precision=18, scale=15, compound="Spot__c"),
            Field("Spot__Longitude__s", "Spot", "double", precision=18, scale=15, compound="Spot__c"),
        )
    )
    assert [(one.kind, one.fields) for one in rules.standard] == [
        ("all_or_none", ("Spot__Latitude__s", "Spot__Longitude__s"))
    ]
    assert (rules.fields["Spot__Latitude__s"].low, rules.fields["Spot__Longitude__s"].high) == (-90, 180)


def test_dependent_values_are_by_their_controller():
    """Each value of the controller has its own."""
    controller = picklist("Region__c", "North", "South")
    dependent = Field(
        "City__c",
        "City",
        "picklist",
        controller="Region__c",
        picklist=(PicklistValue("Kiel", "Kiel", valid_for="gAAA"), PicklistValue("Ulm", "Ulm", valid_for="QAAA")),
    )
    rules = object_rules(thing("A__c", controller, dependent)).fields["City__c"]
    assert dict(rules.by_controller) == {"North": ("Kiel",), "South": ("Ulm",)}


def test_a_record_types_own_values_are_kept():
    """Where they were read."""
    kinds = [RecordType("Small", "Small", "012", available=True, picklists={"Size__c": ("S",)})]
    rules = object_rules(thing("A__c", picklist("Size__c", "S", "L"), record_types=kinds))
    assert dict(rules.fields["Size__c"].by_record_type) == {"Small": ("S",)}


PERSON = (
    Field("Name", "Name", "string", length=255),
    Field("LastName", "Last Name", "string", length=80),
    Field("Nick__pc", "Nick", "string", length=80, custom=True),
    Field("IsPersonAccount", "Person", "boolean", createable=False),
)


def test_accounts_of_a_person_account_org_have_one_of_two_names():
    """Describe requires neither; the rule says which."""
    kinds = [RecordType("Firm", "Firm", "012", available=True), RecordType("PersonAccount", "P", "013", available=True)]
    schema = thing("Account", *PERSON, record_types=kinds)
    assert has_persons(schema)
    assert person_types(schema, snapshot()) == ("PersonAccount",)
    assert ("Name", "LastName") in [one.fields for one in object_rules(schema).standard]
    assert [one.name for one in PERSON if is_person_field(one)] == ["LastName", "Nick__pc"]


def test_without_person_types_an_account_needs_its_name():
    """And the fields of persons are left out."""
    rules = object_rules(thing("Account", *PERSON))
    assert rules.fields["Name"].required
    assert "person accounts" in (rules.fields["Nick__pc"].left_out_why or "")


def test_the_orgs_own_word_on_person_types_counts():
    """A type of another name is one when the org says so."""
    kinds = [RecordType("Citizen", "Citizen", "012", available=True)]
    schema = thing("Account", *PERSON, record_types=kinds)
    assert person_types(schema, snapshot(person_types={"Account": ("Citizen",)})) == ("Citizen",)


def test_the_table_names_real_fields(outside_data):
    """Each field in the table of standard rules is one of its object, by the collected reference."""
    reference = json.loads((outside_data / "salesforce-object-fields.json").read_text(encoding="utf-8"))["objects"]
    described = {name: {one["name"] for one in reference[name]["fields"]} for name in STANDARD.keys() & reference.keys()}
    raw = json.loads((outside_data / "standard_objects.json").read_text(encoding="utf-8"))
    text = json.dumps(raw)
    for name, known in described.items():
        rules = STANDARD[name]
        for field in (*rules.required, *rules.needed, *rules.fixed, *rules.limits):
            assert field in known or f'"{field}"' in text, (name, field)


def test_every_status_field_stands_for_a_table():
    """Tables are named as the org names them."""
    assert {one.table for one in STATUSES.values()} == {
        *("OpportunityStage", "CaseStatus", "LeadStatus", "TaskStatus", "SolutionStatus", "ContractStatus", "OrderStatus")
    }


def test_required_fields_of_real_describes_are_all_known(outside_data):
    """What describe requires, the rules require; nothing required is left out."""
    for path in (outside_data / "describes").glob("*.json"):
        if path.stem == "global":
            continue
        schema = object_schema(json.loads(path.read_text(encoding="utf-8")))
        rules = object_rules(schema)
        for field in schema.fields.values():
            if field.required_on_create:
                assert rules.fields[field.name].required
                assert rules.fields[field.name].needed


def test_numbers_that_are_only_called_latitude_stand_alone():
    """Only the parts of a location or address come together; plain numbers of these names may be filled one without the other."""
    fields = [Field(f"{name}__c", name, "double", precision=9, scale=6, custom=True) for name in ("Latitude", "Longitude")]
    assert not [one for one in object_rules(thing("Place__c", *fields)).standard if one.kind == "all_or_none"]
