"""A schema from source: projects of others, every kind of field and format, and files that are broken."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from sfseed_core.constraints.persons import person_types
from sfseed_core.errors import DataError, NotFound, UserError
from sfseed_core.schema import typed_json
from sfseed_core.schema.graph import build, order
from sfseed_core.schema.picklists import dependency
from sfseed_core.schema.seedable import seedable
from sfseed_core.schema.sfdx.address import is_source, project_folder, refuse_source
from sfseed_core.schema.sfdx.read import read_schema
from sfseed_core.schema.sfdx.standard import StandardObjects
from tests.hostile_projects import SURPRISES
from tests.sfdx_project import Project, outside_projects, tags, xml

META = "{http://soap.sforce.com/2006/04/metadata}"
TYPES = {
    "Text": "string",
    "Number": "double",
    "Checkbox": "boolean",
    "Lookup": "reference",
    "MasterDetail": "reference",
    "Picklist": "picklist",
    "LongTextArea": "textarea",
    "Date": "date",
    "DateTime": "datetime",
    "Currency": "currency",
}


@pytest.fixture
def project(tmp_path):
    """An empty project."""
    return Project(tmp_path / "project")


def custom_fields(folder):
    """(object, field, element) of every decomposed custom field, by this test's own reading; the first path counts."""
    found = {}
    for path in sorted(folder.rglob("*.field-meta.xml"), key=str):
        element = ET.fromstring(path.read_bytes().strip())
        name = element.findtext(f"{META}fullName")
        owner = path.parent.parent.name
        if name.endswith("__c") and owner != "Activity":
            found.setdefault((owner, name), element)
    return found


@pytest.mark.parametrize("folder", outside_projects())
def test_each_project_is_read_whole(folder):
    """Every field of every project is in the schema with its type, length, digits, target and whether it must be filled."""
    schema = read_schema(folder)
    expected = custom_fields(folder)
    assert expected
    for (owner, name), element in expected.items():
        field = schema.objects[owner].fields[name]

        def said(tag, element=element):
            return element.findtext(f"{META}{tag}")

        kind = said("type")
        if said("formula") is not None or kind == "Summary":
            assert field.calculated
            assert not field.createable
            continue
        assert field.type == TYPES.get(kind, field.type), (owner, name)
        if kind in {"Text", "LongTextArea"}:
            assert field.length == int(said("length"))
        if kind in {"Number", "Currency"}:
            assert (field.precision, field.scale) == (int(said("precision")), int(said("scale")))
        if said("referenceTo") is not None:
            assert field.reference_to == (said("referenceTo"),)
        if said("required") == "true" and kind != "Checkbox":
            assert field.required_on_create
        assert field.unique == (said("unique") == "true")


@pytest.mark.parametrize("folder", outside_projects())
def test_each_project_can_be_ordered_and_stored(folder):
    """The objects of each project have a load order, and are kept as JSON without loss."""
    schema = read_schema(folder)
    chosen = [name for name, one in schema.listing.items() if one.custom and seedable(one) is None]
    assert chosen
    assert order(build(schema.objects, chosen)).levels
    for one in schema.objects.values():
        assert typed_json.from_json(json.loads(json.dumps(typed_json.to_json(one)))) == one


def test_every_type_of_field(project):
    """Each type of metadata becomes what a describe would state."""
    project.object("Thing__c")
    for name, kind, more in (
        ("T__c", "Text", {"length": 12, "unique": True, "caseSensitive": True, "externalId": True, "required": True}),
        ("Area__c", "TextArea", {}),
        ("Long__c", "LongTextArea", {"length": 5000, "visibleLines": 3}),
        ("Html__c", "Html", {"length": 700}),
        ("N__c", "Number", {"precision": 5, "scale": 2}),
        ("M__c", "Currency", {"precision": 10, "scale": 0}),
        ("P__c", "Percent", {"precision": 4, "scale": 1}),
        ("B__c", "Checkbox", {"defaultValue": True}),
        ("Enc__c", "EncryptedText", {"length": 20, "maskType": "all"}),
        ("Auto__c", "AutoNumber", {"displayFormat": "A-{0}"}),
        ("Sum__c", "Summary", {"summaryForeignKey": "X__c.T__c", "summaryOperation": "count"}),
        ("F__c", "Text", {"formula": "1", "length": 1}),
        ("Loc__c", "Location", {"scale": 4}),
        ("Addr__c", "Address", {}),
        ("Odd__c", "Quantum", {}),
    ):
        project.field("Thing__c", name, kind, **more)
    fields = read_schema(project.folder).objects["Thing__c"].fields
    key = fields["T__c"]
    assert (key.length, key.unique, key.case_sensitive, key.external_id, key.required_on_create) == (
        12,
        True,
        True,
        True,
        True,
    )
    assert {name: fields[name].type for name in ("Area__c", "Html__c", "M__c", "P__c", "Enc__c")} == {
        "Area__c": "textarea", "Html__c": "textarea", "M__c": "currency", "P__c": "percent", "Enc__c": "encryptedstring",
    }  # fmt: skip
    assert fields["Html__c"].html
    assert fields["Html__c"].length == 700
    assert fields["B__c"].default_value is True
    assert fields["Auto__c"].auto_number
    assert not fields["Auto__c"].createable
    assert fields["Sum__c"].calculated
    assert fields["F__c"].calculated
    assert (fields["Loc__Latitude__s"].precision, fields["Loc__Latitude__s"].scale) == (7, 4)
    assert fields["Addr__City__s"].compound == "Addr__c"
    assert not fields["Addr__c"].createable
    assert fields["Odd__c"].type == "Quantum"
    assert not fields["Odd__c"].createable


def test_picklists_of_every_source(project):
    """A picklist takes its values from itself, a global value set or a standard one; a dependent one depends."""
    default = project.objects.parent
    values = "".join(f"<customValue>{tags(fullName=one, default=False, label=one.upper())}</customValue>" for one in "ab")
    project.file(default / "globalValueSets" / "Letters.globalValueSet-meta.xml", xml("GlobalValueSet", values))
    sources = "<standardValue><fullName>Fair</fullName><default>false</default></standardValue>"
    project.file(default / "standardValueSets" / "LeadSource.standardValueSet-meta.xml", xml("StandardValueSet", sources))
    project.object("Thing__c")
    shared = "<valueSet><restricted>true</restricted><valueSetName>Letters</valueSetName></valueSet>"
    project.field("Thing__c", "Letter__c", "Picklist", shared)
    depends = (
        "<controllingField>Letter__c</controllingField>"
        "<valueSettings><controllingFieldValue>a</controllingFieldValue><valueName>one</valueName></valueSettings>"
        "<valueSettings><controllingFieldValue>a</controllingFieldValue><controllingFieldValue>b</controllingFieldValue>"
        "<valueName>two</valueName></valueSettings>"
    )
    project.picklist("Thing__c", "Word__c", "one", "two", more=depends)
    schema = read_schema(project.folder)
    thing = schema.objects["Thing__c"]
    assert thing.fields["Letter__c"].active_values == ("a", "b")
    assert thing.fields["Letter__c"].restricted
    assert dependency(thing, thing.fields["Word__c"]) == {"a": ("one", "two"), "b": ("two",)}
    assert schema.objects["Lead"].fields["LeadSource"].active_values == ("Fair",)


def test_record_types_have_their_own_values(project):
    """A record type's values are decoded and kept per field; a business process chooses the stages."""
    project.object("Thing__c").picklist("Thing__c", "Kind__c", "A, B", "100%", "C")
    values = "".join(f"<values>{tags(fullName=one, default=False)}</values>" for one in ("A%2C B", "100%25"))
    listed = f"<picklistValues><picklist>Kind__c</picklist>{values}</picklistValues>"
    project.part("Thing__c", "recordTypes", "recordType", "RecordType", "Own",
                 tags(fullName="Own", active=True, label="My own") + listed)  # fmt: skip
    process = "<values><fullName>Prospecting</fullName><default>true</default></values>"
    project.part("Opportunity", "businessProcesses", "businessProcess", "BusinessProcess", "Short sales",
                 tags(fullName="Short sales", isActive=True) + process)  # fmt: skip
    project.part("Opportunity", "recordTypes", "recordType", "RecordType", "Short",
                 tags(fullName="Short", active=True, businessProcess="Short sales", label="Short"))  # fmt: skip
    schema = read_schema(project.folder)
    own = schema.objects["Thing__c"].record_types[0]
    assert (own.developer_name, own.name, own.picklists["Kind__c"]) == ("Own", "My own", ("A, B", "100%"))
    assert schema.objects["Opportunity"].record_types[0].picklists["StageName"] == ("Prospecting",)


def test_the_older_format_says_the_same(project):
    """A whole `.object` file gives fields, values, record types and rules as the folders of the source format do."""
    body = (
        "<label>Thing</label><nameField><label>No</label><type>AutoNumber</type><displayFormat>T-{0}</displayFormat></nameField>"
        "<fields><fullName>Kind__c</fullName><type>Picklist</type><picklist>"
        "<picklistValues><fullName>x</fullName><default>true</default></picklistValues>"
        "<picklistValues><fullName>y</fullName><default>false</default></picklistValues></picklist></fields>"
        "<fields><fullName>Size__c</fullName><type>Number</type><precision>3</precision><scale>0</scale></fields>"
        "<recordTypes><fullName>R</fullName><active>true</active><label>R</label></recordTypes>"
        "<validationRules><fullName>Big</fullName><active>true</active>"
        "<errorConditionFormula>Size__c &gt; 100</errorConditionFormula><errorMessage>no</errorMessage></validationRules>"
    )
    project.file(project.folder / "src" / "objects" / "Thing__c.object", xml("CustomObject", body))
    thing = read_schema(project.folder).objects["Thing__c"]
    assert thing.fields["Name"].auto_number
    assert thing.fields["Kind__c"].active_values == ("x", "y")
    assert thing.fields["Kind__c"].default_value == "x"
    assert [one.developer_name for one in thing.record_types] == ["R", "Master"]
    assert [(one.name, one.formula) for one in thing.validation_rules] == [("Big", "Size__c > 100")]


def test_standard_objects_are_extended(project):
    """Fields of a standard object stand beside its own; what holds for activities holds for tasks and events."""
    project.object("Thing__c", enableActivities=True)
    project.field("Account", "Extra__c", "Text", length=5).field("Activity", "Mood__c", "Text", length=5)
    project.field("Thing__c", "Site__c", "Lookup", referenceTo="WorkPlan", relationshipName="Things")
    schema = read_schema(project.folder)
    assert {"Name", "Extra__c"} <= schema.objects["Account"].fields.keys()
    assert "Mood__c" in schema.objects["Task"].fields
    assert "Mood__c" in schema.objects["Event"].fields
    assert "Thing__c" in schema.objects["Task"].fields["WhatId"].reference_to
    assert "WorkPlan" in schema.objects
    assert "Activity" not in schema.objects


def test_values_that_only_record_types_tell(project):
    """A picklist whose values the project does not state has those that its record types list; a stated one is as stated."""
    SURPRISES["picklists"](project)
    SURPRISES["standard_objects"](project)
    schema = read_schema(project.folder)
    chosen, case = schema.objects["Chosen__c"].fields, schema.objects["Case"].fields
    assert chosen["Told__c"].active_values == ("t1", "t2")
    assert "stale" not in chosen["A__c"].active_values
    assert chosen["Used__c"].active_values == ("new",)
    assert {"Phone", "Carrier pigeon"} <= set(case["Origin"].active_values)
    assert "Done/Shut" in case["Status"].active_values


def test_person_accounts_from_source(project):
    """A project that speaks of PersonAccount has an Account with a contact's fields, and types that make a record a person."""
    SURPRISES["standard_objects"](project)
    account = read_schema(project.folder).objects["Account"]
    assert account.fields["Name"].nillable
    assert {"LastName", "PersonEmail", "PersonMailingCity", "IsPersonAccount"} <= account.fields.keys()
    shoe = account.fields["Shoe_Size__pc"]
    assert (shoe.type, shoe.precision, shoe.scale, shoe.custom) == ("double", 3, 1, True)
    assert person_types(account, None) == ("PersonAccount",)
    assert [one.developer_name for one in account.record_types if one.default] == ["Business_Account"]


def test_targets_in_any_case_and_filters_of_standard_fields(project):
    """A reference finds its object whatever the case of its name; a standard reference keeps the filter it was given."""
    project.object("Top__c").object("Low__c")
    project.field("Low__c", "Up__c", "Lookup", referenceTo="top__c", relationshipName="Lows")
    item = "<filterItems><field>Account.Industry</field><operation>equals</operation><value>Energy</value></filterItems>"
    rule = f"<lookupFilter><active>true</active>{item}<isOptional>false</isOptional></lookupFilter>"
    project.field("Contact", "AccountId", "Lookup", rule)
    objects = read_schema(project.folder).objects
    assert objects["Low__c"].fields["Up__c"].reference_to == ("Top__c",)
    assert objects["Contact"].fields["AccountId"].lookup_filter.items == (("Account.Industry", "equals", "Energy", False),)


def test_a_line_is_counted_from_the_file_s_first(project):
    """Blank lines before the declaration, which the parser does not see, count in an error's place."""
    path = project.objects / "Thing__c" / "fields" / "X__c.field-meta.xml"
    said = tags(fullName="X__c", type="Text", length="ten")
    project.object("Thing__c").file(path, "\n\n" + xml("CustomField", said))
    with pytest.raises(DataError, match=r"line 7: <length>"):
        read_schema(project.folder)


def test_kinds_of_custom_object(project):
    """Settings, metadata types and events are listed, and none of them is offered for seeding."""
    project.object("Set__c", customSettingsType="Hierarchy")
    for name in ("Type__mdt", "Happened__e", "Big__b"):
        project.object(name).field(name, "T__c", "Text", length=5)
    listing = read_schema(project.folder).listing
    rules = {name: seedable(listing[name]).rule for name in ("Set__c", "Type__mdt", "Happened__e", "Big__b")}
    assert rules == {"Set__c": "custom-setting", "Type__mdt": "metadata", "Happened__e": "event", "Big__b": "big-object"}


def test_details_have_no_owner_of_their_own(project):
    """An object with a master has no OwnerId; one without has."""
    project.object("Master__c").object("Detail__c")
    project.field("Detail__c", "M__c", "MasterDetail", referenceTo="Master__c", relationshipName="Details")
    objects = read_schema(project.folder).objects
    assert "OwnerId" in objects["Master__c"].fields
    assert "OwnerId" not in objects["Detail__c"].fields
    master = objects["Detail__c"].fields["M__c"]
    assert master.is_master_detail
    assert master.required_on_create
    assert not master.updateable


def test_package_directories_decide_what_is_read(project):
    """With a project file only its package directories are read; one outside of the project is refused."""
    project.object("Thing__c")
    Project(project.folder / "elsewhere").object("Other__c")
    settings = project.folder / "sfdx-project.json"
    settings.write_text('{"packageDirectories": [{"path": "force-app", "default": true}]}', encoding="utf-8")
    objects = read_schema(project.folder).objects
    assert "Thing__c" in objects
    assert "Other__c" not in objects
    settings.write_text('{"packageDirectories": [{"path": "../.."}]}', encoding="utf-8")
    with pytest.raises(DataError, match=r"sfdx-project\.json.*outside of the project"):
        read_schema(project.folder)
    settings.write_text('{"packageDirectories": 7}', encoding="utf-8")
    with pytest.raises(DataError, match=r"sfdx-project\.json"):
        read_schema(project.folder)


BOMB = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><CustomField><label>&b;</label></CustomField>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]><CustomField>&a;</CustomField>'


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<CustomField><fullName>X__c</fullName>", "line 1: not well-formed XML"),
        ("", "not well-formed XML"),
        ("{}", "not well-formed XML"),
        (BOMB, "declares a document type"),
        (OUTSIDE, "declares a document type"),
        ("<CustomObject/>", "begins with <CustomObject>, not with <CustomField>"),
        ("<CustomField><fullName>../../X</fullName></CustomField>", "'../../X' is not an API name"),
        ("<CustomField><fullName>X__c</fullName>\n<type>Text</type><length>ten</length></CustomField>", "line 2: <length>"),
        (
            "<CustomField><fullName>X__c</fullName><type>Text</type>\n\n<unique>si</unique></CustomField>",
            "line 3: <unique>",
        ),
        ("<CustomField>" + "<a>" * 200 + "</a>" * 200 + "</CustomField>", "nested deeper than 64"),
    ],
)
def test_broken_files_name_their_place(project, text, what):
    """A broken file is refused with its path and line, whatever is wrong with it."""
    path = project.objects / "Thing__c" / "fields" / "X__c.field-meta.xml"
    project.object("Thing__c").file(path, text)
    with pytest.raises(DataError) as caught:
        read_schema(project.folder)
    assert str(path) in str(caught.value)
    assert what in str(caught.value)


def test_a_link_out_of_the_project_is_refused(project, tmp_path):
    """A file that is a link to somewhere outside of the project is not followed."""
    secret = tmp_path / "secret.xml"
    secret.write_text(xml("CustomField", tags(fullName="X__c", type="Text")), encoding="utf-8")
    folder = project.object("Thing__c").objects / "Thing__c" / "fields"
    folder.mkdir()
    try:
        (folder / "X__c.field-meta.xml").symlink_to(secret)
    except OSError:
        pytest.skip("this user may not make links here")
    with pytest.raises(DataError, match="leads out of the project"):
        read_schema(project.folder)


def test_eighteen_thousand_values_are_read(project):
    """A picklist of 18,000 values is no trouble."""
    project.object("Thing__c").picklist("Thing__c", "Many__c", *(f"value {n}" for n in range(18_000)))
    assert len(read_schema(project.folder).objects["Thing__c"].fields["Many__c"].active_values) == 18_000


def test_folders_that_are_no_project(tmp_path):
    """A folder that is not there, or holds no objects, is said so."""
    with pytest.raises(NotFound, match="there is no folder"):
        read_schema(tmp_path / "nowhere")
    with pytest.raises(NotFound, match="holds no objects"):
        read_schema(tmp_path)


def test_names_of_projects():
    """`sfdx:PATH` is a project's name; without a path, or where an org is needed, it is refused."""
    assert is_source("sfdx:.")
    assert not is_source("demo")
    with pytest.raises(UserError, match="names no project"):
        project_folder("sfdx: ")
    with pytest.raises(UserError, match="not an org"):
        refuse_source("sfdx:.")


def test_every_standard_object_is_sound():
    """Each object of the packaged table can be built, has an Id, and its required references lead into the table."""
    table = StandardObjects()
    for name in table.names():
        one = table.get(name)
        assert "Id" in one.fields, name
        if name in table.usual:
            for field in one.references:
                assert not field.required_on_create or any(to in table for to in field.reference_to), (name, field.name)
