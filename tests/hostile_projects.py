"""Projects as nobody would draw them but as orgs have them: legal, and full of what surprises.

`SURPRISES` has one function per thing met in real repositories; `org_like` puts hundreds of fields, rules and record types
together as a production org grown over years has them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from urllib.parse import quote

from tests.sfdx_project import NAMESPACE, Project, tags, xml

Surprise = Callable[[Project], object]


def lookup(project: Project, owner: str, name: str, to: str, kind: str = "Lookup", inner: str = "", **more) -> None:
    """Write a reference."""
    said = {"referenceTo": to, "relationshipName": f"{owner[:12]}{name[:9]}".replace("_", "")}
    project.field(owner, name, kind, inner, **(said | more))


def condition(field: str, operation: str, value: str = "", other: str = "") -> str:
    """One condition of a lookup filter."""
    right = tags(valueField=other) if other else tags(value=value)
    return f"<filterItems>{tags(field=field, operation=operation)}{right}</filterItems>"


def lookup_filter(*items: str, optional: bool = False, logic: str = "") -> str:
    """A lookup filter."""
    joined = tags(booleanFilter=logic) if logic else ""
    return f"<lookupFilter>{tags(active=True)}{joined}{''.join(items)}{tags(isOptional=optional)}</lookupFilter>"


def depends(controller: str, **allowed: tuple[str, ...]) -> str:
    """What makes a picklist depend on another: by value, the values of the controller that it goes with."""
    settings = "".join(
        "<valueSettings>"
        + "".join(tags(controllingFieldValue=one) for one in controllers)
        + tags(valueName=value)
        + "</valueSettings>"
        for value, controllers in allowed.items()
    )
    return tags(controllingField=controller) + settings


def record_type(project: Project, owner: str, name: str, values: dict[str, tuple[str, ...]], **more) -> None:
    """Write a record type with the values, encoded, that it offers."""
    listed = "".join(
        f"<picklistValues>{tags(picklist=field)}"
        + "".join(f"<values>{tags(fullName=quote(one, safe=' '), default=False)}</values>" for one in own)
        + "</picklistValues>"
        for field, own in values.items()
    )
    said = {"fullName": name, "active": True, "label": name.replace("_", " ")} | more
    project.part(owner, "recordTypes", "recordType", "RecordType", name, tags(**said) + listed)


def rule(project: Project, owner: str, name: str, formula: str, *, active: bool = True) -> None:
    """Write a validation rule."""
    body = tags(fullName=name, active=active, errorConditionFormula=formula, errorMessage="no")
    project.part(owner, "validationRules", "validationRule", "ValidationRule", name, body)


def _encodings(project: Project) -> None:
    """Files with a byte order mark, in UTF-16, in Latin-1, with Windows line ends, with blanks before the declaration."""
    project.object("Coded__c")
    fields = project.objects / "Coded__c" / "fields"
    for name, coding, label in (
        ("Marked", "utf-8-sig", "Größe"),
        ("Wide", "utf-16", "Straße"),
        ("Latin", "iso-8859-1", "Año"),
    ):
        said = tags(fullName=f"{name}__c", label=label, type="Text", length=20)
        named = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16"}.get(coding, coding)
        text = xml("CustomField", said).replace("UTF-8", named).replace("\n", "\r\n")
        project.file(fields / f"{name}__c.field-meta.xml", "")
        (fields / f"{name}__c.field-meta.xml").write_bytes(text.encode(coding))
    late = "\n  " + xml("CustomField", tags(fullName="Late__c", label="Late", type="Text", length=9))
    project.file(fields / "Late__c.field-meta.xml", late)
    comment = f"<?xml version='1.0'?><!-- by hand --><CustomField {NAMESPACE}><!-- no --><fullName>Plain__c</fullName>"
    project.file(
        fields / "Plain__c.field-meta.xml", f"{comment}<type>Text</type><label><![CDATA[A & B]]></label></CustomField>"
    )


def _kinds_of_object(project: Project) -> None:
    """Custom metadata, events, big and external objects, settings, articles; objects without a file of their own."""
    for name in ("Kind__mdt", "Said__e", "Old__b", "Far__x", "Guide__kav"):
        project.object(name).field(name, "Text__c", "Text", length=30)
    project.object("Setting__c", customSettingsType="Hierarchy").field("Setting__c", "On__c", "Checkbox", defaultValue=True)
    project.field("Bare__c", "Only__c", "Text", length=30).field("pkg__Item__c", "Mine__c", "Number", precision=5, scale=1)
    project.field("pkg__Item__c", "pkg__Theirs__c", "Text", length=12)
    project.field("Kind__mdt", "Entity__c", "MetadataRelationship", referenceTo="EntityDefinition")
    project.file(project.objects / "Hollow__c" / "Hollow__c.object-meta.xml", f"<CustomObject {NAMESPACE}/>")


def _references(project: Project) -> None:
    """Chains of masters, junctions, circles, missing targets, users, one relationship's name used twice."""
    for name in ("Top__c", "Mid__c", "Low__c", "Deep__c", "Pair__c", "Loop_A__c", "Loop_B__c", "Lost__c", "People__c"):
        project.object(name, sharingModel="ControlledByParent" if name in {"Mid__c", "Low__c"} else "ReadWrite")
    lookup(project, "Mid__c", "Top__c", "Top__c", "MasterDetail", relationshipOrder=0, reparentableMasterDetail=True)
    lookup(project, "Low__c", "Mid__c", "Mid__c", "MasterDetail", relationshipOrder=0)
    lookup(project, "Deep__c", "Low__c", "Low__c", "MasterDetail")
    lookup(project, "Pair__c", "One__c", "Top__c", "MasterDetail", relationshipOrder=0)
    lookup(project, "Pair__c", "Two__c", "Account", "MasterDetail", relationshipOrder=1)
    lookup(project, "Loop_A__c", "B__c", "Loop_B__c", deleteConstraint="SetNull", relationshipName="Same")
    lookup(project, "Loop_B__c", "A__c", "Loop_A__c", deleteConstraint="Restrict", relationshipName="Same")
    lookup(project, "Loop_B__c", "Self__c", "Loop_B__c", deleteConstraint="Cascade")
    lookup(project, "Lost__c", "Gone__c", "pkg__Unknown__c")
    lookup(project, "Lost__c", "Article__c", "Knowledge__kav")
    lookup(project, "Lost__c", "Lower__c", "top__c")
    lookup(project, "Lost__c", "Rare__c", "WorkPlan")
    for number, target in enumerate(("User", "User", "Contact", "Product2", "Opportunity", "RecordType", "Profile")):
        lookup(project, "People__c", f"L{number}__c", target)
    project.field("Top__c", "Sum__c", "Summary", summaryForeignKey="Mid__c.Top__c", summaryOperation="count")
    project.field("Top__c", "Far_Id__c", "IndirectLookup", referenceTo="Account", relationshipName="Far")


def _tight_fields(project: Project) -> None:
    """The narrowest shapes that each type allows."""
    project.object("Tight__c", name_field="<type>AutoNumber</type><displayFormat>T-{YYYY}{MM}-{00000}</displayFormat>")
    for name, kind, more in (
        ("One", "Text", {"length": 1}),
        ("Two", "Text", {"length": 2, "required": True}),
        ("Key", "Text", {"length": 5, "unique": True, "externalId": True, "caseSensitive": True, "required": True}),
        ("Few", "Text", {"length": 1, "unique": True}),
        ("Bit", "Number", {"precision": 1, "scale": 0}),
        ("Part", "Number", {"precision": 18, "scale": 18}),
        ("Rank", "Number", {"precision": 2, "scale": 0, "unique": True}),
        ("Wide", "Currency", {"precision": 18, "scale": 0}),
        ("Cut", "Percent", {"precision": 2, "scale": 2}),
        ("Flag", "Checkbox", {}),
        ("Html", "Html", {"length": 256}),
        ("Long", "LongTextArea", {"length": 131072, "visibleLines": 50}),
        ("Spot", "Location", {"scale": 0, "required": True}),
        ("Clock", "Time", {"required": True}),
        ("Mail", "Email", {"unique": True, "externalId": True}),
        ("Secret", "EncryptedText", {"length": 4, "maskType": "lastFour", "maskChar": "X"}),
        ("Count", "AutoNumber", {"displayFormat": "C{0}"}),
        ("Formula", "Checkbox", {"formula": "true"}),
        ("Sum", "Number", {"formula": "Bit__c + 1", "scale": 2}),
        ("Given", "Text", {"length": 20, "required": True, "defaultValue": '"x"'}),
        ("Day", "Date", {"defaultValue": "TODAY() + 7"}),
        ("Odd", "Quantum", {}),
    ):
        project.field("Tight__c", f"{name}__c", kind, **more)


def _picklists(project: Project) -> None:
    """Dependent ones three deep and by a checkbox, values out of use, of a set that is missing, with every kind of sign."""
    project.object("Chosen__c").picklist("Chosen__c", "A__c", "x", "y", "z").field("Chosen__c", "Box__c", "Checkbox")
    project.picklist("Chosen__c", "B__c", "b1", "b2", more=depends("A__c", b1=("x",), b2=("x", "y")))
    project.picklist("Chosen__c", "C__c", "c1", "c2", more=depends("B__c", c1=("b1",), c2=("b2", "gone")))
    project.picklist("Chosen__c", "D__c", "d1", "d2", more=depends("Box__c", d1=("checked",), d2=("unchecked",)))
    project.picklist("Chosen__c", "E__c", "e1", more=depends("No_Such__c", e1=("x",)))
    project.picklist("Chosen__c", "F__c", "f1", "f2", required=True, more=depends("A__c", f1=("x",), f2=("y",)))
    project.picklist(
        "Chosen__c", "Signs__c", "a, b", "50%", "R&D", "a/b", "<none>", 'say "x"', "ü", "  blank  ", "'s", "+1"
    )
    missing = "<valueSet><restricted>true</restricted><valueSetName>No_Such_Set</valueSetName></valueSet>"
    project.field("Chosen__c", "Missing__c", "Picklist", missing)
    project.field("Chosen__c", "Told__c", "Picklist", missing.replace("No_Such_Set", "Elsewhere"))
    unused = f"<value>{tags(fullName='old', default=True, isActive=False, label='Old')}</value>"
    kept = f"<value>{tags(fullName='new', default=False, label='New')}</value>"
    own = f"<valueSet>{tags(restricted=True)}<valueSetDefinition>{unused}{kept}</valueSetDefinition></valueSet>"
    project.field("Chosen__c", "Used__c", "Picklist", own).field(
        "Chosen__c", "Multi__c", "MultiselectPicklist", own, visibleLines=4
    )
    project.field("Chosen__c", "Empty__c", "Picklist", "<valueSet/>")
    for name in ("First", "Second"):
        told = {"Signs__c": ("a, b", "R&D"), "Told__c": ("t1", "t2"), "A__c": ("x", "stale"), "Nowhere__c": ("n",)}
        record_type(project, "Chosen__c", name, told)
    record_type(project, "Chosen__c", "Retired", {}, active=False)


def _filters(project: Project) -> None:
    """Lookup filters: by value, by record type, by the row itself, by the user, optional, out of use, required."""
    project.object("Filtered__c").object("Sought__c")
    project.picklist("Sought__c", "State__c", "open", "shut").field("Sought__c", "Live__c", "Checkbox")
    record_type(project, "Sought__c", "Big_One", {})
    record_type(project, "Sought__c", "Small_One", {})
    lookup(project, "Sought__c", "Owner_Account__c", "Account")
    lookup(project, "Filtered__c", "Account__c", "Account")
    for name, items in (
        ("Value", [condition("Sought__c.State__c", "equals", "open")]),
        ("Kind", [condition("Sought__c.RecordTypeId", "equals", "Big One")]),
        ("Source", [condition("Sought__c.Owner_Account__c", "equals", other="$Source.Account__c")]),
        ("Mine", [condition("Sought__c.OwnerId", "equals", other="$User.Id")]),
        (
            "Several",
            [condition("Sought__c.State__c", "equals", "open, shut"), condition("Sought__c.Live__c", "equals", "True")],
        ),
    ):
        lookup(project, "Filtered__c", f"{name}__c", "Sought__c", inner=lookup_filter(*items))
    live = condition("Sought__c.Live__c", "notEqual", "False")
    lookup(project, "Filtered__c", "Free__c", "Sought__c", inner=lookup_filter(live, optional=True))
    lookup(
        project, "Filtered__c", "Off__c", "Sought__c", inner=lookup_filter(live).replace("<active>true", "<active>false")
    )
    lookup(project, "Filtered__c", "Needed__c", "Sought__c", inner=lookup_filter(live), required=True)
    user = condition("User.IsActive", "equals", "True")
    lookup(project, "Filtered__c", "Person__c", "User", inner=lookup_filter(user))


def _standard_objects(project: Project) -> None:
    """Standard objects with only fields or record types, activities' fields, values that only record types tell, persons."""
    project.field("Account", "Tier__c", "Text", length=4).field("Activity", "Mood__c", "Text", length=10)
    project.field("Task", "Own__c", "Checkbox", defaultValue=False).field("ForecastingThing", "X__c", "Text", length=3)
    project.field("Account", "Industry", "Picklist").field("Contact", "AccountId", "Lookup", lookup_filter())
    project.file(project.objects / "Case" / "Case.object-meta.xml", xml("CustomObject", tags(enableFeeds=True)))
    record_type(project, "Case", "Support", {"Origin": ("Carrier pigeon", "Phone"), "Priority": ("High",)})
    process = "".join(
        f"<values>{tags(fullName=one, default=one == 'New')}</values>" for one in ("New", "In Work", "Done%2FShut")
    )
    project.part("Case", "businessProcesses", "businessProcess", "BusinessProcess", "Support process",
                 tags(fullName="Support process", isActive=True) + process)  # fmt: skip
    record_type(project, "Case", "Process_Led", {}, businessProcess="Support process")
    project.object("Of_Case__c")
    lookup(project, "Of_Case__c", "Case__c", "Case", "MasterDetail")
    record_type(project, "PersonAccount", "PersonAccount", {"LeadSource": ("Web",)})
    project.field("Contact", "Shoe_Size__c", "Number", precision=3, scale=1)


def _older_format(project: Project) -> None:
    """Whole `.object` files of the metadata API, beside a package.xml and destructive changes."""
    src = project.folder / "force-app" / "old" / "src"
    parts = (
        tags(label="Elder", pluralLabel="Elders", deploymentStatus="Deployed", sharingModel="Private")
        + "<nameField><label>Elder No</label><type>AutoNumber</type><displayFormat>E-{0000}</displayFormat></nameField>"
        + f"<fields>{tags(fullName='Stage__c', label='Stage', type='Picklist')}<picklist>"
        + "".join(f"<picklistValues>{tags(fullName=one, default=False)}</picklistValues>" for one in ("a", "b"))
        + f"{tags(sorted=False)}</picklist></fields>"
        + f"<fields>{tags(fullName='Size__c', type='Number', precision=4, scale=0, required=True)}</fields>"
        + f"<listViews>{tags(fullName='All', label='All', filterScope='Everything')}</listViews>"
        + f"<recordTypes>{tags(fullName='Elder', active=True, label='Elder')}<picklistValues>{tags(picklist='Stage__c')}"
        + f"<values>{tags(fullName='a', default=True)}</values></picklistValues></recordTypes>"
        + f"<validationRules>{tags(fullName='R', active=True, errorConditionFormula='Size__c > 5000', errorMessage='no')}"
        + "</validationRules>"
        + f"<webLinks>{tags(fullName='L', displayType='link')}</webLinks>"
    )
    project.file(src / "objects" / "Elder__c.object", xml("CustomObject", parts))
    changes = xml("Package", "<types><members>Gone__c</members><name>CustomObject</name></types><version>50.0</version>")
    project.file(src / "package.xml", changes).file(src / "destructiveChanges.xml", changes)


def _tokens(project: Project) -> None:
    """Names with what packaging tools put a namespace in for."""
    project.object("___NAMESPACE___Spaced__c")
    project.field("___NAMESPACE___Spaced__c", "%%%NAMESPACE%%%Size__c", "Number", precision=4, scale=0)
    lookup(project, "___NAMESPACE___Spaced__c", "%%%NAMESPACED_ORG%%%Other__c", "%%%NAMESPACE%%%Spaced__c")


SURPRISES: dict[str, Surprise] = {
    one.__name__.strip("_"): one
    for one in (
        *(_encodings, _kinds_of_object, _references, _tight_fields, _picklists, _filters, _standard_objects),
        *(_older_format, _tokens),
    )
}


def everything(project: Project) -> None:
    """Write all surprises into one project, in two package directories, with a project file that names a third."""
    for surprise in SURPRISES.values():
        surprise(project)
    other = Project(project.folder / "packages" / "extra")
    other.object("Extra__c").field("Extra__c", "Note__c", "TextArea").field("Tight__c", "More__c", "Text", length=9)
    folders = '{"path": "./force-app/", "default": true}, {"path": "packages/extra"}, {"path": "not-there"}'
    project.file(project.folder / "sfdx-project.json", "\ufeff" + f'{{"packageDirectories": [{folders}]}}')


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NOUNS = _words(
    "Invoice Payment Shipment Vehicle Contract_Line Property Inspection Course Enrollment Grant Donation Policy "
    "Claim Site_Visit Equipment Work_Item Budget Forecast_Line Territory Partner Supplier Purchase_Order Delivery "
    "Return_Request Ticket Survey Response Event_Booking Room Membership Subscription License Certificate Training "
    "Employee Timesheet Expense Leave_Request Candidate Interview Position Department_Plan Project Milestone Risk "
    "Issue Decision Document_Link Template Location_Plan "
)
WORDS = _words(
    "Status Type Category Priority Start_Date End_Date Amount Quantity Price Total Discount Email Phone Website "
    "Street City Postal_Code Country Description Comments Code Reference External_Id Owner_Name Approved Active "
    "Reason Score Rating Due_Date Birthdate Gender Language Currency_Code Tax_Number Percent_Complete Latitude "
    "Longitude Fecha_Inicio Importe Anzahl Beschreibung Adresse Montant Telefono Strasse Kunde Notes Summary "
    "Details Region Stage Level Group Source Channel "
)
SHAPES = (
    *[("Text", {"length": 80})] * 8,
    *[("Number", {"precision": 10, "scale": 2})] * 4,
    *[("Currency", {"precision": 16, "scale": 2})] * 3,
    *[("Checkbox", {"defaultValue": False})] * 4,
    *[("Date", {})] * 5,
    *[("DateTime", {})] * 2,
    *[("LongTextArea", {"length": 32768, "visibleLines": 3})] * 2,
    ("Percent", {"precision": 5, "scale": 2}),
    ("Email", {}),
    ("Phone", {}),
    ("Url", {}),
    ("TextArea", {}),
    ("Html", {"length": 32768, "visibleLines": 25}),
    ("Time", {}),
    ("Text", {"length": 255, "formula": "Name"}),
    ("AutoNumber", {"displayFormat": "N-{0000}"}),
)


def org_like(project: Project, seed: int = 0, objects: int = 78, record_types: int = 124, rules: int = 195) -> None:
    """Write a project like a grown production org: so many custom objects, record types and rules, drawn by the seed."""
    draw = random.Random(seed)
    names = [f"{NOUNS[n % len(NOUNS)]}{'' if n < len(NOUNS) else f'_{n}'}__c" for n in range(objects)]
    grown = [_Grown(project, draw, name, names[:number]) for number, name in enumerate(names)]
    for one in grown:
        one.write()
    for number in range(record_types):
        draw.choice(grown).add_record_type(number)
    for number in range(rules):
        draw.choice(grown).add_rule(number)


class _Grown:
    """One object of an org that grew: its fields are kept, so that record types and rules can speak of them."""

    def __init__(self, project: Project, draw: random.Random, name: str, older: list[str]) -> None:
        self.project, self.draw, self.name, self.older = project, draw, name, older
        self.fields: dict[str, str] = {}
        self.values: dict[str, tuple[str, ...]] = {}

    def write(self) -> None:
        draw, numbered = self.draw, self.draw.random() < 0.5
        kind = "<type>AutoNumber</type><displayFormat>A-{00000}</displayFormat>" if numbered else "<type>Text</type>"
        self.project.object(self.name, name_field=kind)
        for word in draw.sample(WORDS, draw.randint(6, 22)):
            self._field(f"{word}__c")
        for number in range(draw.choice((0, 1, 1, 2, 3))):
            self._reference(f"Link_{number}__c")
        if self.older and draw.random() < 0.35:
            lookup(self.project, self.name, "Master__c", draw.choice(self.older), "MasterDetail")

    def _field(self, name: str) -> None:
        draw = self.draw
        required = {"required": True} if draw.random() < 0.12 else {}
        if draw.random() < 0.22:
            self.values[name] = tuple(
                draw.sample(("New", "Open", "In Review", "A/B", "R&D", "Closed", "50%", "n. a.", "Ja"), 4)
            )
            self.project.picklist(self.name, name, *self.values[name], restricted=draw.random() < 0.7, **required)
            self.fields[name] = "Picklist"
            return
        kind, shape = draw.choice(SHAPES)
        may = kind not in {"LongTextArea", "Html", "Checkbox", "AutoNumber"} and "formula" not in shape
        unique = (
            {"unique": True, "externalId": True} if name == "External_Id__c" and kind in {"Text", "Email", "Number"} else {}
        )
        self.project.field(self.name, name, kind, **(shape | (required if may else {}) | unique))
        if "formula" not in shape and kind != "AutoNumber":
            self.fields[name] = kind

    def _reference(self, name: str) -> None:
        draw = self.draw
        to = draw.choice([*self.older[-8:], "Account", "Account", "Contact", "User", "User", "Opportunity", self.name])
        if to == self.name or draw.random() < 0.8:
            lookup(self.project, self.name, name, to)
        else:
            lookup(self.project, self.name, name, to, required=True, deleteConstraint="Restrict")

    def add_record_type(self, number: int) -> None:
        told = {name: tuple(self.draw.sample(values, 2)) for name, values in self.values.items()}
        record_type(self.project, self.name, f"Kind_{number}", told, active=self.draw.random() < 0.9)

    def add_rule(self, number: int) -> None:
        shape = self.draw.choice(RULES)
        chosen = {kind: [name for name, own in self.fields.items() if own == kind] for kind in {*self.fields.values()}}
        formula = shape(chosen, self.values, self.draw)
        if formula is not None:
            rule(self.project, self.name, f"Rule_{number}", formula, active=self.draw.random() < 0.85)


def _after(fields: dict[str, list[str]], *_: object) -> str | None:
    days = fields.get("Date", [])
    return f"AND(NOT(ISBLANK({days[1]})), {days[1]} < {days[0]})" if len(days) > 1 else None


def _needed_when(fields: dict[str, list[str]], values: dict[str, tuple[str, ...]], draw: random.Random) -> str | None:
    texts = fields.get("Text", [])
    if not values or not texts:
        return None
    name = draw.choice(list(values))
    return f'AND(ISPICKVAL({name}, "{draw.choice(values[name])}"), ISBLANK({draw.choice(texts)}))'


def _negative(fields: dict[str, list[str]], *_: object) -> str | None:
    numbers = fields.get("Currency", []) + fields.get("Number", [])
    return f"{numbers[0]} < 0" if numbers else None


def _locked(fields: dict[str, list[str]], *_: object) -> str | None:
    texts = fields.get("Text", [])
    return f'AND(ISCHANGED({texts[0]}), $Profile.Name <> "System Administrator")' if texts else None


def _blank_choice(_fields: object, values: dict[str, tuple[str, ...]], draw: random.Random) -> str | None:
    return f'ISPICKVAL({draw.choice(list(values))}, "")' if values else None


def _checked(fields: dict[str, list[str]], *_: object) -> str | None:
    flags, days = fields.get("Checkbox", []), fields.get("Date", [])
    return f"{flags[0]} && ISBLANK({days[0]})" if flags and days else None


def _closed_first(_fields: object, values: dict[str, tuple[str, ...]], *_: object) -> str | None:
    name = next((name for name, own in values.items() if "Closed" in own), None)
    return f'ISNEW() && ISPICKVAL({name}, "Closed")' if name else None


RULES = (_after, _needed_when, _negative, _locked, _blank_choice, _checked, _closed_first)
