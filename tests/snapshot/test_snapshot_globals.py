"""What rules ask for beside the record, read from an org as a client reads it: nothing is known that the org does not say."""

from __future__ import annotations

import pytest

from sfseed_core.snapshot.duplicates import read_duplicate_rules
from sfseed_core.snapshot.globals import globals_in, read_globals
from sfseed_emulator import dml
from sfseed_emulator.sfdx.schema import sfdx_schema
from tests.emulated import EmulatedOrg
from tests.hostile_projects import rule
from tests.sfdx_project import Project


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A deal whose rules ask for permissions, and a custom setting by person, profile and org."""
    made = Project(tmp_path_factory.mktemp("project"))
    made.object("Deal__c").field("Deal__c", "Amount__c", "Currency", precision=18, scale=2)
    rule(made, "Deal__c", "Skips", "AND(NOT($Permission.Skip_Rules), NOT($Permission.May_Do_All), Amount__c < 0)")
    made.object("Switches__c", customSettingsType="Hierarchy")
    made.field("Switches__c", "Off__c", "Checkbox", defaultValue=False).field(
        "Switches__c", "Most__c", "Number", precision=9, scale=0
    )
    made.field("Switches__c", "Share__c", "Percent", precision=5, scale=2).field("Switches__c", "Since__c", "Date")
    return made


@pytest.fixture
def start(project):
    """Start orgs of the project."""
    started = []

    def begin(**options):
        started.append(EmulatedOrg.start(schema=sfdx_schema(project.folder), **options))
        return started[-1]

    yield begin
    for one in started:
        one.stop()


def insert(org, name, *rows):
    """Insert rows and return what became of each."""
    with org.state.lock, org.state.transaction():
        return dml.insert(org.state, name, rows, "json")


def test_permissions_are_read_as_the_user_has_them(start):
    """A permission that the user has by a set is true, one that the org knows is false, and the org's own rules agree."""
    paths = ["$Permission.Skip_Rules", "$Permission.May_Do_All", "$Permission.Nobody_Knows"]
    org = start(permissions="may_do_all")
    found = read_globals(org.connect(), paths)
    assert found == {"$permission.skip_rules": False, "$permission.may_do_all": True, "$permission.nobody_knows": False}
    assert insert(org, "Deal__c", {"Name": "A", "Amount__c": -1})[0].id is not None
    plain = start()
    assert set(read_globals(plain.connect(), paths).values()) == {False}
    assert insert(plain, "Deal__c", {"Name": "A", "Amount__c": -1})[0].id is None


def test_a_custom_setting_is_the_users_else_the_profiles_else_the_orgs(start):
    """Field by field the nearest record that says something counts; a checkbox of none is false, half is 50 %."""
    org = start()
    paths = [f"$Setup.Switches__c.{name}" for name in ("Off__c", "Most__c", "Share__c", "Since__c")]
    client = org.connect()
    assert read_globals(client, paths)["$setup.switches__c.off__c"] is False
    [whole] = insert(
        org, "Switches__c", {"SetupOwnerId": org.state.org_id, "Most__c": 7, "Share__c": 50, "Since__c": "2026-01-31"}
    )
    assert whole.id is not None, whole.errors
    [own] = insert(org, "Switches__c", {"SetupOwnerId": org.state.user_id, "Most__c": 9, "Off__c": True})
    assert own.id is not None, own.errors
    assert read_globals(client, paths) == {
        "$setup.switches__c.off__c": True,
        "$setup.switches__c.most__c": 9,
        "$setup.switches__c.share__c": 0.5,
        "$setup.switches__c.since__c": "2026-01-31",
    }


def test_user_profile_and_org_are_read_together(start):
    """All fields of one kind cost one call; ids have the fifteen characters that formulas know."""
    org = start()
    client = org.connect()
    before = len(org.calls("GET", "/query"))
    found = read_globals(client, ["$User.Id", "$User.Email", "$User.IsActive", "$Profile.Name", "$Organization.Name"])
    assert len(org.calls("GET", "/query")) - before == 3
    assert found["$user.id"] == org.state.user_id[:15]
    assert found["$user.isactive"] is True
    assert found["$profile.name"] == "System Administrator"
    assert found["$organization.name"] == "Brightwater"


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("CustomPermission", ["$Permission.Skip_Rules"]),
        ("SetupEntityAccess", ["$Permission.Skip_Rules"]),
        ("Switches__c", ["$Setup.Switches__c.Off__c"]),
        ("Organization", ["$Organization.Name"]),
    ],
)
def test_what_may_not_be_read_is_unknown_and_never_none(start, source, paths):
    """Without the permission to read it a global has no value at all: neither false nor blank."""
    org = start()
    client = org.connect()
    match = {"path": "/query", "query": f"FROM {source}"}
    org.fault(at="before", do="answer", match=match, status=400, code="INVALID_TYPE", message="Not supported.", times=0)
    assert read_globals(client, paths) == {}


def test_unknown_kinds_are_unknown(start):
    """A label that the org does not list, a setting that it does not have, a kind that nobody reads: no value."""
    client = start().connect()
    assert (
        read_globals(client, ["$Label.Nothing", "$Setup.No__c.F__c", "$CustomMetadata.No__mdt.A.F__c", "$Api.Session_ID"])
        == {}
    )


def test_globals_of_formulas_are_found_once_each():
    """Each global is named once, whatever its case; what is no formula has none."""
    formulas = ["$User.Id = $USER.ID && $Permission.A", "$User.Id <> 'x'", "AND(", "$ObjectType.A__c.Fields.B__c"]
    assert globals_in(formulas)[:2] == ("$User.Id", "$Permission.A")


def test_duplicate_rules_are_read_with_what_they_do():
    """As a client reads them: names by one query, each rule's doing by its id; a rule that is off is not active."""
    org = EmulatedOrg.start(duplicate_rules=True)
    try:
        rules = read_duplicate_rules(org.connect(), ["Contact", "Account", "Case"])
        assert [(one.object, one.refuses) for one in rules] == [("Account", True), ("Contact", True)]
        assert any(one.startswith("Lead.Standard_Lead") for one in rules[1].matching)
        assert len(org.calls("GET", "/tooling/query")) == 1
        assert len(org.calls("GET", "/tooling/sobjects/DuplicateRule/")) == 2
    finally:
        org.stop()
    off = EmulatedOrg.start(duplicate_rules=False)
    try:
        assert read_duplicate_rules(off.connect(), ["Contact", "Account"]) == ()
    finally:
        off.stop()
