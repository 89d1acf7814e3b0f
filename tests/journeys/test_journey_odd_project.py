"""A project made of what real ones surprise with, seeded over HTTP: nothing is refused, and what cannot be made is said."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import sfseed
from tests.sfdx_project import Project

FILTER = (
    "<lookupFilter><active>true</active><filterItems><field>Account.Industry</field><operation>equals</operation>"
    "<value>Banking</value></filterItems><isOptional>false</isOptional></lookupFilter>"
)
LEFT_OUT = ("Missing_Parent__c", "Grand__c", "A__c", "B__c", "Profile_Ref__c", "Filtered_Required__c")


def lookup(
    project: Project, owner: str, name: str, to: str, *, kind: str = "Lookup", inner: str = "", **more: object
) -> None:
    """Write a reference."""
    said = {"referenceTo": to, "relationshipName": f"{owner[:8]}{name[:6]}".replace("_", "")}
    project.field(owner, name, kind, inner, **(said | more))


@pytest.fixture
def project(tmp_path) -> Project:
    """Tight fields, missing parents, circles, filters, objects of nothing but a number."""
    made = Project(tmp_path / "odd")
    made.object("Plain__c").object(
        "Auto__c", name_field="<type>AutoNumber</type><displayFormat>X-{YYYY}-{0000}</displayFormat>"
    )
    made.field("Plain__c", "Short__c", "Text", length=3, required=True, unique=True, externalId=True)
    made.field("Plain__c", "Tiny__c", "Number", precision=3, scale=0, unique=True, required=True)
    made.field("Plain__c", "Deep__c", "Number", precision=18, scale=17)
    made.field("Plain__c", "Share__c", "Percent", precision=3, scale=2, required=True)
    made.field("Plain__c", "Secret__c", "EncryptedText", length=20, maskType="all", required=True)
    made.field("Plain__c", "Rich__c", "Html", length=256).field("Plain__c", "Where__c", "Location", scale=5)
    made.field("Plain__c", "Home__c", "Address").field("Plain__c", "When__c", "DateTime", required=True)
    made.field("Plain__c", "Clock__c", "Time", required=True).field("Plain__c", "Odd__c", "Quantum")
    made.field("Plain__c", "Mail__c", "Email", required=True, unique=True).picklist(
        "Plain__c", "One__c", "only", required=True
    )
    for name in ("Missing_Parent", "Grand", "Of_User", "Of_Case", "A", "B", "Profile_Ref", "Junction", "Filtered",
                 "Filtered_Required"):  # fmt: skip
        made.object(f"{name}__c")
    lookup(made, "Missing_Parent__c", "M__c", "pkg__Gone__c", kind="MasterDetail")
    lookup(made, "Grand__c", "M__c", "Missing_Parent__c", kind="MasterDetail")
    lookup(made, "Of_User__c", "U__c", "User", required=True)
    lookup(made, "Of_Case__c", "C__c", "Case", kind="MasterDetail")
    lookup(made, "A__c", "B__c", "B__c", required=True)
    lookup(made, "B__c", "A__c", "A__c", required=True)
    lookup(made, "Profile_Ref__c", "P__c", "Profile", required=True)
    lookup(made, "Junction__c", "L__c", "Plain__c", kind="MasterDetail", relationshipOrder=0)
    lookup(made, "Junction__c", "R__c", "Auto__c", kind="MasterDetail", relationshipOrder=1)
    lookup(made, "Filtered__c", "Acc__c", "Account", inner=FILTER)
    lookup(made, "Filtered_Required__c", "Acc__c", "Account", inner=FILTER, required=True)
    return made


def test_surprises_are_seeded_or_named(project, tmp_path, emulator):
    """Every planned row is accepted; the objects that nothing can fill are left out, each with its reason."""
    org = emulator("--sfdx", str(project.folder))
    asked = ("--org", "env", "--preset", "custom-only", "--count-each", "30")
    run = sfseed(tmp_path / "home", "seed", *asked, "--yes", "--json", **org.variables)
    assert run.code == 0, run.err[-3000:]
    counts = run.json["objects"]
    assert {"Plain__c", "Auto__c", "Junction__c", "Of_User__c", "Of_Case__c", "Case", "Filtered__c"} == counts.keys() - {
        "Account"
    }
    assert all(one["succeeded"] == one["planned"] == 30 for name, one in counts.items() if "." not in name), counts
    assert all(f"left out: {name}: " in run.err for name in LEFT_OUT), run.err


def test_an_object_that_was_asked_for_is_not_left_out_in_silence(project, tmp_path):
    """What a person names and nothing can fill is refused, with the field that stands in the way."""
    org = f"sfdx:{project.folder}"
    refused = sfseed(tmp_path / "home", "plan", "--org", org, "--preset", "custom-only", "--count", "Grand__c=5")
    assert refused.code == 2
    assert "Grand__c.M__c is required" in refused.err


def test_a_project_needs_no_org(project, tmp_path):
    """Discover, plan, generate and check go by the source alone; only loading needs an org."""
    home, org, out = tmp_path / "home", f"sfdx:{project.folder}", tmp_path / "out"
    listed = sfseed(home, "discover", "--list", "plain", "missing", "--org", org)
    assert "Plain__c" in listed.out
    assert listed.out.splitlines()[-1].startswith("2 objects can be seeded, 0 cannot")
    found = sfseed(home, "discover", "--org", org, "--json", "--excluded")
    assert {"Plain__c", "Account"} <= found.json["objects"].keys()
    assert "User" in found.json["excluded"]
    assert found.json["looked_up"]["User"]["references"]
    told = sfseed(home, "discover", "Junction__c", "--org", org)
    assert "in since Junction__c.L__c is required: Plain__c" in told.out
    assert "looked up, never seeded: User: it is about people" in told.out
    made = sfseed(
        home, "generate", "--org", org, "--preset", "custom-only", "--count-each", "20", "--out", str(out), "--json"
    )
    assert made.json["objects"]["Plain__c"] == 20
    assert sfseed(home, "check", str(out), "--org", org).code == 0
    loaded = sfseed(home, "seed", "--org", org, "--preset", "custom-only", "--yes")
    assert loaded.code == 2
    assert "not an org" in loaded.err
