"""The emulator's schema: the demo org's describes, real describes from a folder, and a new org's first rows."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from sfseed_emulator.compact_fields import valid_for
from sfseed_emulator.describe import to_18
from sfseed_emulator.schema import SchemaFolderError, demo_rows, demo_schema, describes_schema, schema_from_json

if TYPE_CHECKING:
    from pathlib import Path

    from sfseed_emulator.schema import FieldDef, ObjectDef, OrgSchema

REAL_OBJECTS = ("Account", "Contact", "Lead", "Opportunity", "OpportunityContactRole", "Case", "Event")
OWN_CHOICES = {
    ("Opportunity", "StageName", "picklistValues"),
    ("Lead", "Salutation", "picklistValues"),
    ("Event", "RecurrenceTimeZoneSidKey", "picklistValues"),
    ("Event", "WhatId", "referenceTo"),
}
"""Where the demo org is meant to differ from the orgs that the real describes come from."""


@pytest.fixture(scope="module")
def demo() -> OrgSchema:
    """The demo org's schema."""
    return demo_schema()


@pytest.fixture
def described(outside_data: Path, tmp_path: Path):
    """A folder of real describes with one of the two Accounts."""

    def make(account: str = "Account.json") -> Path:
        other = {"Account.json": "Account_PersonAccount.json"}.get(account, "Account.json")
        shutil.copytree(outside_data / "describes", tmp_path / "org", ignore=shutil.ignore_patterns(other))
        return tmp_path / "org"

    return make


def every_field(schema: OrgSchema) -> list[tuple[ObjectDef, FieldDef]]:
    """List all fields with their objects."""
    return [(found, field) for found in schema.objects.values() for field in found.fields.values()]


def decoded(valid_for_text: str, controlling: list[str]) -> list[str]:
    """Decode as the documentation's sample does."""
    data = base64.b64decode(valid_for_text)
    return [value for k, value in enumerate(controlling) if k >> 3 < len(data) and data[k >> 3] & (0x80 >> (k & 7))]


def test_the_demo_org_has_enough_to_seed(demo):
    """At least 30 standard objects can be seeded, and a custom app of 6 to 8 objects."""
    seedable = [found for found in demo.objects.values() if found.createable and found.queryable and not found.setup]
    custom = [found for found in seedable if found.custom]
    assert len(seedable) - len(custom) >= 30
    assert 6 <= len(custom) <= 8


def test_each_field_has_the_57_properties_of_a_real_describe(demo, outside_data):
    """A demo field's describe has exactly the keys that a real org answers, in its order."""
    real = json.loads((outside_data / "describes" / "Account_PersonAccount.json").read_text(encoding="utf-8"))
    keys = list(real["fields"][0])
    assert len(keys) == 57
    assert {tuple(field.raw) for _, field in every_field(demo)} == {tuple(keys)}
    assert set(demo.objects["Account"].describe) >= set(real) - {"sobjectDescribeOption"}


@pytest.mark.parametrize("name", REAL_OBJECTS)
def test_demo_describes_agree_with_real_ones(demo, outside_data, name):
    """What a real org says about a field that the demo org has too, the demo org says as well."""
    real = json.loads((outside_data / "describes" / f"{name}.json").read_text(encoding="utf-8"))
    mine = demo.objects[name]
    differing = [
        (name, field["name"], key)
        for field in real["fields"]
        if field["name"] in mine.fields
        for key, value in field.items()
        if key != "label" and mine.fields[field["name"]].raw[key] != value
    ]
    assert set(differing) <= OWN_CHOICES


@pytest.mark.parametrize("name", REAL_OBJECTS)
def test_demo_child_relationships_agree_with_real_ones(demo, outside_data, name):
    """Names and delete behaviour of child relationships are the real org's."""
    real = json.loads((outside_data / "describes" / f"{name}.json").read_text(encoding="utf-8"))
    theirs = {
        (child["childSObject"], child["field"]): (
            child["relationshipName"],
            child["cascadeDelete"],
            child["restrictedDelete"],
        )
        for child in real["childRelationships"]
    }
    mine = {
        (child.child, child.field): (child.name, child.cascade_delete, child.restricted_delete)
        for child in demo.objects[name].child_relationships
    }
    assert {key: mine[key] for key in mine if key in theirs} == {key: theirs[key] for key in mine if key in theirs}


def test_required_fields_are_what_salesforce_requires(demo):
    """An insert needs what the fact sheet says it needs."""
    needed = {
        "Account": {"Name"},
        "Contact": {"LastName"},
        "Lead": {"LastName", "Company"},
        "Opportunity": {"Name", "StageName", "CloseDate"},
        "OpportunityLineItem": {"OpportunityId", "Quantity"},
        "PricebookEntry": {"Pricebook2Id", "Product2Id", "UnitPrice"},
        "Quote": {"Name", "OpportunityId"},
        "Order": {"EffectiveDate", "Status"},
        "Contract": {"AccountId"},
        "Asset": {"Name"},
        "Case": set(),
        "Task": set(),
        "Event": set(),
        "Campaign": {"Name"},
        "CampaignMember": {"CampaignId"},
        "Entitlement": {"Name", "AccountId"},
        "WorkType": {"Name", "EstimatedDuration"},
        "WorkOrder": set(),
        "ContentVersion": {"Title"},
        "Solution": {"SolutionName"},
        "AccountContactRelation": {"AccountId", "ContactId"},
        "User": {
            "Username", "LastName", "Email", "Alias", "ProfileId", "TimeZoneSidKey", "LocaleSidKey", "LanguageLocaleKey",
            "EmailEncodingKey",
        },
        "Skill__c": {"Skill_Code__c"},
        "Skill_Assignment__c": {"Contact__c", "Skill__c"},
    }  # fmt: skip
    assert {
        name: {field.name for field in demo.objects[name].fields.values() if field.required} for name in needed
    } == needed


def test_the_account_has_a_unique_external_id(demo):
    """Account has a unique, optional external id, and its Name is no lookup key."""
    number = demo.objects["Account"].fields["Customer_Number__c"]
    assert (number.unique, number.external_id, number.id_lookup, number.nillable, number.length) == (
        True,
        True,
        True,
        True,
        20,
    )
    assert not demo.objects["Account"].fields["Name"].id_lookup


def test_every_reference_leads_somewhere(demo):
    """The demo org describes every object that it refers to, but for the calendar that may own an event."""
    missing = {target for _, field in every_field(demo) for target in field.reference_to if target not in demo.objects}
    assert missing == {"Calendar"}


def test_a_needed_reference_is_never_cleared(demo):
    """Deleting a parent deletes or is refused where the child can't do without it."""
    for child, field in every_field(demo):
        for parent in field.reference_to if field.required else ():
            if parent not in demo.objects or demo.objects[parent].setup:
                continue
            relation = next(
                found
                for found in demo.objects[parent].child_relationships
                if (found.child, found.field) == (child.name, field.name)
            )
            assert relation.cascade_delete or relation.restricted_delete, (child.name, field.name, parent)


def test_child_relationship_names_are_unique_within_a_parent(demo):
    """A subquery names one child relationship."""
    for parent in demo.objects.values():
        names = Counter(found.name.lower() for found in parent.child_relationships if found.name)
        assert [name for name, count in names.items() if count > 1] == [], parent.name


def test_key_prefixes_tell_objects_apart(demo):
    """Each object has its own three-character prefix; the status tables share theirs, as in Salesforce."""
    prefixes = Counter(found.key_prefix for found in demo.objects.values())
    assert [prefix for prefix, count in prefixes.items() if count > 1] == ["01J"]
    assert all(prefix and len(prefix) == 3 for prefix in prefixes)
    assert demo.by_prefix["001"].name == "Account"


def test_the_custom_app_has_the_shapes_of_real_orgs(demo):
    """Master-detail two deep, a junction, a self reference and a two-object cycle are there."""
    get = demo.objects
    assert get["Project_Phase__c"].fields["Project__c"].master_detail
    assert get["Project_Task__c"].fields["Project_Phase__c"].master_detail
    junction = get["Skill_Assignment__c"].fields
    assert [junction[name].relationship_order for name in ("Contact__c", "Skill__c")] == [0, 1]
    assert get["Project__c"].fields["Parent_Project__c"].reference_to == ("Project__c",)
    assert get["Project__c"].fields["Current_Phase__c"].reference_to == ("Project_Phase__c",)
    assert get["Project__c"].fields["OwnerId"].reference_to == ("Group", "User")
    assert "Project__c" in get["Task"].fields["WhatId"].reference_to


def test_the_custom_app_has_the_field_kinds_of_real_orgs(demo):
    """Formula, roll-up, auto number, geolocation, multi-select, long and rich text are there; computed ones can't be written."""
    get = demo.objects
    assert get["Project__c"].fields["Overdue__c"].calculated
    assert get["Project__c"].fields["Phase_Count__c"].calculated
    assert get["Project__c"].fields["Phase_Count__c"].raw["calculatedFormula"] is None
    assert get["Time_Entry__c"].fields["Name"].auto_number
    assert get["Site__c"].fields["Coordinates__c"].type == "location"
    assert get["Site__c"].fields["Coordinates__Latitude__s"].compound_field_name == "Coordinates__c"
    assert get["Project__c"].fields["Themes__c"].type == "multipicklist"
    assert get["Project__c"].fields["Summary__c"].length > 255
    assert get["Project__c"].fields["Status_Report__c"].extra_type_info == "richtextarea"
    readers = [field for _, field in every_field(demo) if field.calculated or field.auto_number or field.compound]
    assert not [field.name for field in readers if field.createable or field.updateable]


def test_roll_ups_lead_to_details(demo):
    """A roll-up names a child object, the child's master-detail to this object and a field of the child."""
    for parent in demo.objects.values():
        for name, rule in parent.extras.get("rollups", {}).items():
            child = demo.objects[rule["child"]]
            assert parent.fields[name].calculated
            assert child.fields[rule["lookup"]].master_detail
            assert parent.name in child.fields[rule["lookup"]].reference_to
            assert rule["op"] == "count" or rule["field"] in child.fields


def test_dependent_picklists_decode_to_their_controlling_values(demo):
    """Each dependent value is valid for some controlling value, and independent values carry no bits."""
    dependent = [(found, field) for found, field in every_field(demo) if field.raw["dependentPicklist"]]
    assert {field.name for _, field in dependent} == {"Service_Line__c", "Kind__c"}
    for found, field in dependent:
        controller = found.fields[field.raw["controllerName"]]
        controlling = [value["value"] for value in controller.raw["picklistValues"]]
        assert all(decoded(value["validFor"], controlling) for value in field.raw["picklistValues"])
        assert all(value["validFor"] is None for value in controller.raw["picklistValues"])
    service = {
        value["value"]: value["validFor"]
        for value in demo.objects["Project__c"].fields["Service_Line__c"].raw["picklistValues"]
    }
    practices = [value["value"] for value in demo.objects["Project__c"].fields["Practice__c"].raw["picklistValues"]]
    assert decoded(service["Process Design"], practices) == ["Advisory", "Operations"]


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [(["FR", "BE"], "QQAA"), (["DE", "US", "CH"], "oEAA"), (["DE"], "gAAA"), (["FR"], "QAAA"), (["DE", "FR"], "wAAA")],
)
def test_valid_for_is_encoded_as_salesforce_does(allowed, expected):
    """The worked examples of the fact sheet come out to the letter."""
    assert valid_for(allowed, ["DE", "FR", "US", "IT", "ES", "PT", "NL", "BE", "AT", "CH"]) == expected


def test_picklists_are_sound(demo):
    """Values are unique, a default is an active value, and restricted picklists have values."""
    for found, field in every_field(demo):
        values = [value["value"] for value in field.raw["picklistValues"]]
        where = (found.name, field.name)
        assert len(values) == len(set(values)), where
        assert values or not field.restricted_picklist, where
        if values and field.default_value is not None:
            assert field.default_value in field.values, where


def test_record_types_have_their_own_values(demo):
    """Each record type's values are values of the object's picklist, and one record type is the default."""
    with_types = [found for found in demo.objects.values() if found.extras.get("record_types")]
    assert {found.name for found in with_types} == {"Project__c", "Equipment__c"}
    for found in with_types:
        assert [info.developer_name for info in found.record_types if info.default] != []
        for kind in found.extras["record_types"].values():
            for name, values in kind["values"].items():
                assert set(values) <= found.fields[name].values
            for name, value in kind["defaults"].items():
                assert value in kind["values"].get(name, [value])


def test_every_object_with_describes_has_the_master_record_type(demo):
    """The master record type is always there and is the default where there is no other."""
    for found in demo.objects.values():
        master = [info for info in found.record_types if info.master]
        assert [info.id for info in master] == ["012000000000000AAA"]
        assert sum(info.default for info in found.record_types) == 1


def test_formulas_and_rules_name_existing_fields(demo):
    """Custom names in formulas and validation rules are fields or relationships of the app; four rules are active."""
    known = {field.name for _, field in every_field(demo)} | {field.relationship_name for _, field in every_field(demo)}
    rules = [rule for found in demo.objects.values() for rule in found.extras.get("validation_rules", ())]
    formulas = [text for found in demo.objects.values() for text in found.extras.get("formulas", {}).values()]
    assert len([rule for rule in rules if rule["active"]]) == 4
    for text in [rule["formula"] for rule in rules] + formulas:
        assert set(re.findall(r"\w+__[cr]\b", text)) <= known, text
    for found in demo.objects.values():
        assert all(rule["field"] in found.fields and rule["message"] for rule in found.extras.get("validation_rules", ()))


def test_first_rows_name_what_they_refer_to(demo):
    """Symbolic references in first rows resolve, every column is a field, and picklist columns hold listed values."""
    rows = demo_rows(demo)
    names = [row["@"] for own in rows.values() for row in own if "@" in row]
    assert len(names) == len(set(names))
    for name, own in rows.items():
        for row in own:
            assert set(row) - {"@"} <= set(demo.objects[name].fields)
            for key, value in row.items():
                field = demo.objects[name].fields.get(key)
                if field is not None and field.reference_to:
                    assert value.removeprefix("@") in names
                if field is not None and field.restricted_picklist:
                    assert value in field.values, (name, key, value)


def test_first_rows_hold_the_users_that_owners_need(demo):
    """Two to four active standard users with a running administrator, one inactive and one automated process user."""
    users = demo_rows(demo)["User"]
    standard = [row for row in users if row["IsActive"] and row["UserType"] == "Standard"]
    assert 2 <= len(standard) <= 4
    assert next(row for row in users if row["@"] == "admin")["ProfileId"] == "@profile_admin"
    assert [row["@"] for row in users if not row["IsActive"]] == ["former"]
    assert [row["@"] for row in users if row["UserType"] == "AutomatedProcess"] == ["automated"]


def test_status_tables_follow_the_picklists(demo):
    """Each status table has one row per picklist value, in order, the renamed sales process included."""
    rows = demo_rows(demo)
    stages = rows["OpportunityStage"]
    assert [row["ApiName"] for row in stages] == ["Qualify", "Discover", "Propose", "Commit", "Won", "Lost"]
    assert [row["ApiName"] for row in stages if row["IsWon"]] == ["Won"]
    assert [row["ApiName"] for row in stages if row["IsClosed"]] == ["Won", "Lost"]
    statuses = [value["value"] for value in demo.objects["Case"].fields["Status"].raw["picklistValues"]]
    assert [row["ApiName"] for row in rows["CaseStatus"]] == statuses
    assert [row["ApiName"] for row in rows["LeadStatus"] if row["IsDefault"]] == ["Open - Not Contacted"]
    assert [row["IsStandard"] for row in rows["Pricebook2"]] == [True]


def test_record_type_rows_follow_the_describes(demo):
    """Each record type but the master one has its row, with the id of the describe and a right checksum."""
    rows = demo_rows(demo)["RecordType"]
    infos = [info for found in demo.objects.values() for info in found.record_types if not info.master]
    assert sorted(row["Id"] for row in rows) == sorted(info.id for info in infos)
    assert all(to_18(row["Id"][:15]) == row["Id"] for row in rows)


def test_ids_get_salesforces_checksum():
    """The documented pairs of short and long ids come out."""
    assert to_18("001D000000IRFma") == "001D000000IRFmaIAH"
    assert to_18("a0G3000000ByFnL") == "a0G3000000ByFnLEAV"
    assert to_18("012000000000000") == "012000000000000AAA"


def test_names_are_found_whatever_their_case(demo):
    """Objects, fields, parent paths and child relationships answer to any case."""
    contact = demo.get("contact")
    assert contact is not None
    assert contact.field("LASTNAME").name == "LastName"
    assert contact.parent_field("account").name == "AccountId"
    assert demo.child_relationship("account", "contacts").child == "Contact"
    assert demo.child_relationship("Account", "Nothing") is None
    assert demo.get("Nothing") is None


def test_the_global_describe_has_a_row_per_object(demo):
    """The global describe lists all objects without fields, with the keys of a real row."""
    answer = demo.global_describe()
    assert [row["name"] for row in answer["sobjects"]] == sorted(demo.objects)
    assert "fields" not in answer["sobjects"][0]
    assert answer["maxBatchSize"] == 200


def test_a_schema_survives_being_stored(demo):
    """A schema kept beside an org's state reads back the same."""
    again = schema_from_json(json.loads(json.dumps(demo.to_json())))
    assert list(again.objects) == list(demo.objects)
    assert again.objects["Project__c"] == demo.objects["Project__c"]


def test_real_describes_stay_as_they_are(described):
    """An object described in the folder answers its own describe, and borrowed ones fill in what it refers to."""
    folder = described()
    schema = describes_schema(folder)
    for name in REAL_OBJECTS:
        assert schema.objects[name].describe == json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    assert {"User", "Group", "RecordType", "Organization", "OpportunityStage", "Pricebook2", "Campaign"} <= set(
        schema.objects
    )
    assert "OpportunityLineItem" not in schema.objects
    assert schema.get("npsp__Level__c") is None


def test_borrowed_objects_bring_nothing_of_the_demo_company(described):
    """No custom object or field of the demo org reaches an org of real describes."""
    schema = describes_schema(described())
    borrowed = [found for found in schema.objects.values() if found.name not in {*REAL_OBJECTS, "Custom__c"}]
    assert borrowed
    assert not [found.name for found in borrowed if found.custom]
    assert not [field.name for found in borrowed for field in found.fields.values() if field.custom]
    assert not [
        target for found in borrowed for field in found.fields.values() for target in field.reference_to if "__c" in target
    ]


def test_borrowed_children_keep_their_delete_behaviour(described):
    """A borrowed child that a real parent's describe does not list still goes with its parent."""
    account = describes_schema(described()).objects["Account"]
    relation = next(found for found in account.child_relationships if found.child == "Entitlement")
    assert relation.cascade_delete
    assert not any(child["childSObject"] == "Entitlement" for child in account.describe["childRelationships"])


def test_stages_of_real_describes_have_their_rows(described):
    """With a standard sales process the stage table holds the standard stages and what they mean."""
    stages = demo_rows(describes_schema(described()))["OpportunityStage"]
    assert [(row["ApiName"], row["DefaultProbability"]) for row in stages if row["IsClosed"]] == [
        ("Closed Won", 100),
        ("Closed Lost", 0),
    ]
    assert len(stages) == 10


def test_a_person_account_org_is_served(described):
    """The person-account describe is served with its record types, and those of persons are marked."""
    schema = describes_schema(described("Account_PersonAccount.json"))
    assert not schema.objects["Account"].fields["LastName"].required
    rows = demo_rows(schema)["RecordType"]
    assert {row["DeveloperName"] for row in rows if row["IsPersonType"]} == {"PersonAccount"}
    assert len(rows) == 4


def test_two_describes_of_one_object_are_refused(outside_data):
    """The message names both files."""
    with pytest.raises(SchemaFolderError, match=r"Account\.json and Account_PersonAccount\.json both describe Account"):
        describes_schema(outside_data / "describes")


def test_a_folder_without_describes_is_refused(tmp_path):
    """The message names the folder and what was looked for."""
    (tmp_path / "global.json").write_text('{"sobjects": []}', encoding="utf-8")
    with pytest.raises(SchemaFolderError, match=r"no \*\.json file in it is a describe"):
        describes_schema(tmp_path)


def test_a_file_that_is_no_json_is_refused(tmp_path):
    """The message names the file."""
    (tmp_path / "Account.json").write_text("{", encoding="utf-8")
    with pytest.raises(SchemaFolderError, match=r"Account\.json: not JSON"):
        describes_schema(tmp_path)
