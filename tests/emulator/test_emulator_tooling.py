"""The Tooling API over the org's own schema, and the UI API's object-info."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.conftest import Org


def ask(org: Org, text: str, resource: str = "/tooling/query") -> list[dict[str, Any]]:
    """Send a query that must be fine and return its records."""
    answer = org.call("GET", resource, params={"q": text})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["records"])


def test_validation_rules_are_listed_and_read_one_by_one(org: Org) -> None:
    """Metadata may be selected for one row only; a row read by its id has it."""
    text = (
        "SELECT Id, ValidationName, Active, Description, ErrorDisplayField, ErrorMessage, EntityDefinition.QualifiedApiName "
        "FROM ValidationRule WHERE Active = true AND EntityDefinition.QualifiedApiName = 'Time_Entry__c'"
    )
    [rule] = ask(org, text)
    assert (rule["ValidationName"], rule["EntityDefinition"]["QualifiedApiName"]) == ("Hours_Of_One_Day", "Time_Entry__c")
    assert rule["attributes"]["url"] == f"/services/data/v67.0/tooling/sobjects/ValidationRule/{rule['Id']}"
    for given in (rule["Id"], rule["Id"][:15]):
        read = org.call("GET", f"/tooling/sobjects/ValidationRule/{given}").json()
        assert read["Metadata"]["errorConditionFormula"] == "OR(Hours__c <= 0, Hours__c > 24)"
        assert read["FullName"] == "Time_Entry__c.Hours_Of_One_Day"
    error = org.error("GET", "/tooling/query", params={"q": "SELECT Metadata FROM ValidationRule"})
    assert (error["errorCode"], error["message"].endswith("Result size: 4")) == ("MALFORMED_QUERY", True)
    assert org.error("GET", "/query", params={"q": "SELECT Id FROM ValidationRule"})["errorCode"] == "INVALID_TYPE"


@pytest.mark.parametrize("resource", ["/tooling/query", "/query"])
def test_the_schema_can_be_queried_from_both_resources(org: Org, resource: str) -> None:
    """Objects, fields and particles tell what describes tell, in the words of set-up."""
    entity = "SELECT QualifiedApiName, KeyPrefix FROM EntityDefinition WHERE QualifiedApiName = 'Account' LIMIT 1"
    assert [one["KeyPrefix"] for one in ask(org, entity, resource)] == ["001"]
    fields = ask(
        org,
        "SELECT QualifiedApiName, DataType, ReferenceTo FROM FieldDefinition "
        "WHERE EntityDefinition.QualifiedApiName = 'Project__c'",
        resource,
    )
    types = {one["QualifiedApiName"]: one["DataType"] for one in fields}
    assert types["Phase_Budget__c"] == "Roll-Up Summary (SUM Project_Phase__c)"
    assert types["Account__c"] == "Lookup(Account)"
    assert types["Client__c"] == "Formula (Text)"
    references = {one["QualifiedApiName"]: one["ReferenceTo"] for one in fields}
    assert references["Account__c"] == {"referenceTo": ["Account"]}
    particles = ask(
        org, "SELECT QualifiedApiName, IsCreatable FROM EntityParticle WHERE EntityDefinitionId = 'Account'", resource
    )
    described = org.call("GET", "/sobjects/Account/describe").json()["fields"]
    assert {one["QualifiedApiName"]: one["IsCreatable"] for one in particles} == {
        one["name"]: one["createable"] for one in described
    }


def test_custom_fields_have_their_metadata(org: Org) -> None:
    """What a describe does not say of a roll-up stands in its Metadata."""
    [field] = ask(org, "SELECT TableEnumOrId, Metadata FROM CustomField WHERE DeveloperName = 'Phase_Budget'")
    assert field["Metadata"]["type"] == "Summary"
    assert field["Metadata"]["summaryForeignKey"] == "Project_Phase__c.Project__c"
    [entity] = ask(org, "SELECT DurableId FROM EntityDefinition WHERE QualifiedApiName = 'Project__c'")
    assert field["TableEnumOrId"] == entity["DurableId"]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT Id, Name, Status, UsageBeforeInsert FROM ApexTrigger WHERE Status = 'Active'",
        "SELECT DurableId, ApiName, TriggerType FROM FlowDefinitionView WHERE IsActive = true",
        "SELECT Id, Name, TableEnumOrId FROM WorkflowRule",
        "SELECT Id, MasterLabel, Status FROM Flow",
        "SELECT Id, Name, Active, SobjectType FROM AssignmentRule",
    ],
)
def test_automation_that_the_org_does_not_have_is_an_empty_list(org: Org, text: str) -> None:
    """A new org has no triggers, flows or workflow."""
    assert ask(org, text) == []


def test_duplicate_rules_are_listed(org: Org) -> None:
    """The standard rules of accounts, contacts and leads are there."""
    assert [one["SobjectType"] for one in ask(org, "SELECT SobjectType FROM DuplicateRule", "/query")] == [
        "Account",
        "Contact",
        "Lead",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT COUNT() FROM EntityDefinition", "not yet supported"),
        ("SELECT Id FROM EntityDefinition OFFSET 2", "not yet supported"),
        ("SELECT Id FROM EntityDefinition WHERE Label = 'a' OR Label = 'b'", "Disjunctions not supported"),
        ("SELECT Id FROM EntityDefinition WHERE Label != 'a'", "Only equals comparisons permitted"),
        ("SELECT Id FROM EntityDefinition WHERE NOT(Label = 'a')", "Only equals comparisons permitted"),
        ("SELECT Id FROM FieldDefinition", "a filter on a reified column is required"),
        ("SELECT Id FROM EntityParticle WHERE Label = 'x'", "a filter on a reified column is required"),
    ],
)
def test_schema_queries_are_restricted(org: Org, text: str, said: str) -> None:
    """What Salesforce does not let ask of its schema is refused."""
    error = org.error("GET", "/tooling/query", params={"q": text})
    assert (error["errorCode"], said in error["message"]) == ("MALFORMED_QUERY", True)


def test_the_columns_of_a_tooling_query_can_be_asked_for(org: Org) -> None:
    """The CLI asks for them before it shows rows."""
    asked = {"q": "SELECT Id, ValidationName FROM ValidationRule", "columns": "true"}
    told = org.call("GET", "/tooling/query", params=asked).json()["columnMetadata"]
    assert [one["columnName"] for one in told] == ["Id", "ValidationName"]


def test_tooling_objects_are_described(org: Org) -> None:
    """The list of objects, one object, and what is not there."""
    names = {one["name"] for one in org.call("GET", "/tooling/sobjects/").json()["sobjects"]}
    assert {"ValidationRule", "EntityDefinition", "CustomField"} <= names
    assert org.call("GET", "/tooling/sobjects/ApexTrigger/describe").json()["name"] == "ApexTrigger"
    for path in (
        "/tooling/sobjects/Nope/describe",
        "/tooling/sobjects/Flow/301000000000000AAA",
        "/tooling/sobjects/Flow/'",
    ):
        assert org.error("GET", path)["errorCode"] == "NOT_FOUND"


def test_object_info_tells_fields_and_record_types(org: Org) -> None:
    """The UI API names types, references and record types its own way; set-up objects are not supported."""
    info = org.call("GET", "/ui-api/object-info/Contact").json()
    assert info["nameFields"] == ["Name", "FirstName", "LastName"]
    assert info["fields"]["AccountId"]["referenceToInfos"] == [{"apiName": "Account", "nameFields": ["Name"]}]
    assert info["fields"]["LastName"]["required"] is True
    assert "012000000000000AAA" in info["recordTypeInfos"]
    assert org.error("GET", "/ui-api/object-info/Profile")["errorCode"] == "INVALID_TYPE"
    batch = org.call("GET", "/ui-api/object-info/batch/Account,Nope").json()["results"]
    assert [one["statusCode"] for one in batch] == [200, 400]
    assert "Account" in org.call("GET", "/ui-api/object-info").json()["objects"]
