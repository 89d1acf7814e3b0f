"""The emulator serves a project: its own reading of the source agrees with the core's, its constraints hold."""

from __future__ import annotations

import pytest

from sfseed_core.schema.parse import object_schema
from sfseed_core.schema.sfdx.read import read_schema
from sfseed_core.schema.sfdx.standard import StandardObjects
from sfseed_emulator import dml
from sfseed_emulator.schema import demo_rows
from sfseed_emulator.sfdx.files import ProjectError
from sfseed_emulator.sfdx.schema import sfdx_schema, standard_objects
from sfseed_emulator.state import OrgState
from tests.hostile_projects import SURPRISES, everything, org_like
from tests.sfdx_project import Project, outside_projects, tags, xml

COMPARED = (
    *("type", "length", "scale", "createable", "updateable", "nillable", "defaulted_on_create", "unique", "external_id"),
    *("calculated", "auto_number", "restricted", "controller", "relationship_name", "relationship_order", "cascade_delete"),
    *("restricted_delete", "filtered_lookup", "compound", "html", "name_field"),
)
UNKNOWN = {"Quantum"}  # served as text, since every kind of column must be stored somehow
MOMENTS = {"LastViewedDate", "LastReferencedDate", "LastActivityDate"}  # kept for views alone


@pytest.fixture
def project(tmp_path):
    """An empty project."""
    return Project(tmp_path / "project")


@pytest.fixture
def org(project):
    """A maker of an org of the project."""
    made = []

    def make():
        schema = sfdx_schema(project.folder)
        made.append(OrgState.create(None, schema, rows=demo_rows(schema)))
        return made[-1]

    yield make
    for state in made:
        state.close()


def inserted(state, name, *rows):
    """The results of an insert as (id, code)."""
    with state.transaction():
        results = dml.insert(state, name, rows, "json")
    return [(one.id, one.errors[0].code if one.errors else None) for one in results]


def test_both_tables_hold_the_same_standard_objects():
    """The core's table and the emulator's data name the same objects and the same usual ones."""
    table, own = StandardObjects(), standard_objects()
    assert set(table.names()) == set(own)
    assert set(table.usual) == {name for name, found in own.items() if found["usual"]}


@pytest.mark.parametrize("folder", outside_projects())
def test_two_readings_of_a_project_agree(folder):
    """What the emulator describes of a project is what the core reads of its source, property by property."""
    compare(folder)


@pytest.mark.parametrize("surprise", SURPRISES)
def test_two_readings_of_surprises_agree(surprise, project):
    """What real projects surprise with is read alike: encodings, missing parts, odd cases, kinds of object, persons."""
    SURPRISES[surprise](project)
    compare(project.folder)


def test_two_readings_of_a_grown_org_agree(project):
    """A project of dozens of objects with record types and rules, in two package directories, is read alike."""
    everything(project)
    org_like(project, seed=7, objects=20, record_types=30, rules=40)
    compare(project.folder)


def compare(folder):
    """Compare the two readings, object by object and field by field."""
    read, served = read_schema(folder), sfdx_schema(folder)
    assert set(read.objects) == set(served.objects)
    for name, mine in read.objects.items():
        theirs = object_schema(served.objects[name].describe)
        assert (set(mine.fields) ^ set(theirs.fields)) <= MOMENTS, name
        types = [(one.developer_name, one.name, one.available) for one in mine.record_types if not one.master]
        assert types == [(one.developer_name, one.name, one.available) for one in theirs.record_types if not one.master]
        assert [one.name for one in mine.validation_rules] == [
            one["name"] for one in served.objects[name].extras.get("validation_rules", ())
        ]
        for field in mine.fields.keys() & theirs.fields.keys():
            one, other = mine.fields[field], theirs.fields[field]
            differing = {
                key: (getattr(one, key), getattr(other, key))
                for key in COMPARED
                if getattr(one, key) != getattr(other, key) and one.type not in UNKNOWN
            }
            assert not differing, (name, field, differing)
            assert set(one.reference_to) == set(other.reference_to)
            if name.endswith("__c"):
                values = [(value.value, value.active, value.valid_for) for value in one.picklist]
                assert values == [(value.value, value.active, value.valid_for) for value in other.picklist]


def test_a_lookup_filter_refuses_other_records(project, org):
    """A reference to a record outside of its field's filter is refused; one that meets it, or an optional filter, is not."""
    item = "<filterItems><field>Account.Industry</field><operation>equals</operation><value>Banking, Energy</value></filterItems>"
    rule = f"<lookupFilter><active>true</active>{item}<isOptional>false</isOptional></lookupFilter>"
    project.object("Loan__c")
    project.field("Loan__c", "Bank__c", "Lookup", rule, referenceTo="Account", relationshipName="Loans")
    easy = rule.replace("<isOptional>false", "<isOptional>true")
    project.field("Loan__c", "Any__c", "Lookup", easy, referenceTo="Account", relationshipName="Loans2")
    state = org()
    accounts = inserted(state, "Account", {"Name": "B", "Industry": "Banking"}, {"Name": "R", "Industry": "Retail"})
    (bank, _), (shop, _) = accounts
    rows = [{"Bank__c": bank}, {"Bank__c": shop}, {"Any__c": shop}, {}]
    assert [code for _, code in inserted(state, "Loan__c", *rows)] == [
        None,
        "FIELD_FILTER_VALIDATION_EXCEPTION",
        None,
        None,
    ]


def test_filters_compare_with_the_row_itself(project, org):
    """A filter may compare the record pointed to with the row's own fields, its conditions joined by a formula."""
    items = (
        "<booleanFilter>1 AND (2 OR 3)</booleanFilter>"
        "<filterItems><field>Contact.AccountId</field><operation>equals</operation>"
        "<valueField>$Source.Account__c</valueField></filterItems>"
        "<filterItems><field>Contact.Department</field><operation>equals</operation><value>Sales</value></filterItems>"
        "<filterItems><field>Contact.Account.Name</field><operation>startsWith</operation><value>Open</value></filterItems>"
    )
    rule = f"<lookupFilter><active>true</active>{items}<isOptional>false</isOptional></lookupFilter>"
    project.object("Deal__c").field("Deal__c", "Account__c", "Lookup", referenceTo="Account", relationshipName="Deals")
    project.field("Deal__c", "Contact__c", "Lookup", rule, referenceTo="Contact", relationshipName="Deals")
    state = org()
    (first, _), (second, _) = inserted(state, "Account", {"Name": "Closed"}, {"Name": "Open Ltd"})
    people = inserted(
        state,
        "Contact",
        {"LastName": "a", "AccountId": first, "Department": "Sales"},
        {"LastName": "b", "AccountId": first},
        {"LastName": "c", "AccountId": second},
    )
    seller, clerk, other = (one for one, _ in people)
    rows = [(first, seller), (first, clerk), (second, seller), (second, other)]
    results = inserted(state, "Deal__c", *({"Account__c": a, "Contact__c": c} for a, c in rows))
    refused = "FIELD_FILTER_VALIDATION_EXCEPTION"
    assert [code for _, code in results] == [None, refused, refused, None]


def test_constraints_of_a_project_hold(project, org):
    """Required, length, digits, restricted values and uniqueness are enforced as Salesforce's codes say."""
    project.object("Thing__c").field("Thing__c", "Code__c", "Text", length=3, required=True, unique=True)
    project.field("Thing__c", "Size__c", "Number", precision=3, scale=1).picklist("Thing__c", "Kind__c", "x", "y")
    state = org()
    rows = [
        {"Code__c": "abc"},
        {},
        {"Code__c": "abcd"},
        {"Code__c": "d", "Size__c": 100},
        {"Code__c": "e", "Kind__c": "z"},
        {"Code__c": "ABC"},
    ]
    assert [code for _, code in inserted(state, "Thing__c", *rows)] == [
        None,
        "REQUIRED_FIELD_MISSING",
        "STRING_TOO_LONG",
        "NUMBER_OUTSIDE_VALID_RANGE",
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        "DUPLICATE_VALUE",
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<CustomField>", "not XML"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><CustomField>&a;</CustomField>', "document type"),
        (xml("CustomField", tags(fullName="a/b", type="Text")), "no API name"),
        ("<RecordType/>", "begins with <RecordType>"),
    ],
)
def test_broken_projects_are_refused(project, text, what):
    """A file that cannot be read is named, with what is wrong with it."""
    path = project.objects / "Thing__c" / "fields" / "X__c.field-meta.xml"
    project.object("Thing__c").file(path, text)
    with pytest.raises(ProjectError) as caught:
        sfdx_schema(project.folder)
    assert str(path) in str(caught.value)
    assert what in str(caught.value)
