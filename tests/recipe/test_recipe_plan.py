"""Plans of small schemas: counts, order, references, record types, refusals."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from sfseed_core.errors import PlanRefused, RecipeError, UserError
from sfseed_core.generate.chooser import Chooser
from sfseed_core.recipe.model import RUNNING_USER, SHARE
from sfseed_core.recipe.overrides import Overrides
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.schema.model import Field, PicklistValue
from tests.recipe.recipe_builders import name_field, record_type, reference, schema, snapshot, text, thing

CUSTOM = "select: custom\nobjects: {}"


def plan(org, recipe=CUSTOM, *, known=None, **more):
    """The plan of a recipe's text."""
    seeded = {"seed": 1, **more}
    return make_plan(parse_recipe(recipe), org, known or snapshot(), chooser=Chooser(), **seeded)


def the_reference(made, name, field):
    """One reference of a plan."""
    return next(one for one in made.object(name).references if one.field == field)


def counts(made):
    """The count of each object."""
    return {one.name: one.count for one in made.objects}


TREE = schema(
    thing("A__c", name_field()),
    thing("B__c", name_field(), reference("A__c", "A__c", master=0)),
    thing("C__c", name_field(), reference("B__c", "B__c", required=True)),
)


def test_parents_come_first_and_bring_their_children():
    """Levels follow the references, and each object is laid along what it belongs to."""
    made = plan(TREE)
    assert [(one.name, one.level) for one in made.objects] == [("A__c", 0), ("B__c", 1), ("C__c", 2)]
    assert counts(made) == {"A__c": 10, "B__c": 20, "C__c": 40}
    assert the_reference(made, "C__c", "B__c").mode == "children"


def test_required_parents_come_along_with_the_reason():
    """Choosing only the grandchild seeds its parents too, and says why."""
    made = plan(TREE, "objects: {C__c: 5}")
    assert set(counts(made)) == {"A__c", "B__c", "C__c"}
    assert "C__c.B__c is required" in made.object("B__c").why


def test_children_follow_a_changed_parent_count():
    """An object counted per parent follows, all the way down."""
    made = plan(TREE, overrides=Overrides(counts={"A__c": 3}))
    assert counts(made) == {"A__c": 3, "B__c": 6, "C__c": 12}


def test_count_each_sets_all_but_those_with_a_count_of_their_own():
    """Every object gets the same count, required parents included."""
    made = plan(TREE, "objects: {C__c: 5}", overrides=Overrides(count_each=7, counts={"B__c": 2}))
    assert counts(made) == {"A__c": 7, "B__c": 2, "C__c": 7}


def test_count_scale_scales_roots_and_children_follow():
    """A scale multiplies what the recipe counts."""
    made = plan(TREE, "objects: {A__c: 100, B__c: {per: A__c, each: 3}}", overrides=Overrides(count_scale=0.5))
    assert counts(made) == {"A__c": 50, "B__c": 150}


@pytest.mark.parametrize("wrong", [{"counts": {"A__c": 0}}, {"count_each": 0}, {"count_scale": 0.0}, {"count_scale": -1.0}])
def test_counts_below_one_are_refused(wrong):
    """There is no such thing as no record or half a scale."""
    with pytest.raises(UserError, match="start at 1"):
        Overrides(**wrong)


def test_a_count_for_an_object_that_is_not_seeded_is_refused():
    """A slip in --count is answered with what was probably meant."""
    with pytest.raises(RecipeError, match="did you mean 'B__c'"):
        plan(TREE, overrides=Overrides(counts={"B_c": 3}))


def test_default_counts_shrink_to_a_tenth_of_the_free_storage():
    """Nobody's small org is filled unasked: 1 MB free leaves room for some 50 records of 2 KB."""
    made = plan(TREE, known=snapshot(storage_free_mb=1))
    assert 3 <= sum(counts(made).values()) <= 55
    assert sum(one.count * one.storage_bytes for one in made.objects) <= 1024 * 1024 // 10 + 3 * 2048


def test_more_than_fits_is_refused():
    """What was asked for is not cut silently; the largest objects are named."""
    with pytest.raises(PlanRefused, match=r"need 2\.0 MB .*1 MB free.*A__c 2\.0 MB"):
        plan(TREE, "objects: {A__c: 1024}", known=snapshot(storage_free_mb=1))


def test_unknown_storage_is_a_note():
    """Where limits may not be read, the plan says so and goes on."""
    assert any("storage" in note for note in plan(TREE, known=snapshot(storage_free_mb=None)).notes)


def test_self_references_are_filled_later():
    """A tree of records: left empty at insert; the forest has roots of its own, so none are emptied besides."""
    made = plan(schema(thing("A__c", name_field(), reference("Parent__c", "A__c"))))
    parent = the_reference(made, "A__c", "Parent__c")
    assert (parent.mode, parent.deferred) == ("self", True)
    assert parent.null_share == 0


def test_a_cycle_defers_the_optional_reference():
    """Of a project with its current phase only the phase waits, and it is one of the project's own."""
    org = schema(
        thing("Project__c", name_field(), reference("Current__c", "Phase__c")),
        thing("Phase__c", name_field(), reference("Project__c", "Project__c", master=0)),
    )
    made = plan(org)
    current = the_reference(made, "Project__c", "Current__c")
    assert current.deferred
    assert (current.mode, dict(current.options)) == ("within", {"via": "", "through": "Project__c"})
    assert not the_reference(made, "Phase__c", "Project__c").deferred
    assert made.cycles == (("Phase__c", "Project__c"),)


def test_a_cycle_of_required_references_is_refused_with_its_path():
    """There is no load order, and the message shows why."""
    org = schema(
        thing("A__c", name_field(), reference("B__c", "B__c", required=True)),
        thing("B__c", name_field(), reference("A__c", "A__c", required=True)),
    )
    with pytest.raises(PlanRefused, match=r"A__c\.B__c -> B__c, B__c\.A__c -> A__c"):
        plan(org)


def test_a_reference_that_cannot_be_filled_later_is_left_empty_with_the_reason():
    """A create-only reference in a circle is not promised."""
    org = schema(
        thing("A__c", name_field(), reference("B__c", "B__c", updateable=False), reference("Other__c", "A__c")),
        thing("B__c", name_field(), reference("A__c", "A__c", required=True)),
    )
    assert "circle" in plan(org).omitted["A__c.B__c"]


def test_references_to_users_hold_the_running_one():
    """A project's own reference to a user is the running one, in some records none; other setup objects stay unreferred to."""
    made = plan(
        schema(
            thing("A__c", name_field(), reference("Manager__c", "User"), reference("Worker__c", "User", required=True),
                  reference("Kind__c", "Profile"))
        )
    )  # fmt: skip
    manager, worker = the_reference(made, "A__c", "Manager__c"), the_reference(made, "A__c", "Worker__c")
    assert [(one.mode, one.targets[0].symbol) for one in (manager, worker)] == [("symbol", RUNNING_USER)] * 2
    assert manager.null_share > worker.null_share == 0
    assert "Profile" in made.omitted["A__c.Kind__c"]


def test_a_required_reference_that_nothing_can_fill_is_refused():
    """The field and the reason are named."""
    with pytest.raises(PlanRefused, match=r"A__c\.Queue__c is required.*Group"):
        plan(schema(thing("A__c", name_field(), reference("Queue__c", "Group", required=True))))


def test_records_that_share_a_parent_stay_together():
    """A lookup beside the parent picks among what belongs to the same parent."""
    org = schema(
        thing("Account", text("Name", nillable=False)),
        thing("Site__c", name_field(), reference("Account__c", "Account", required=True)),
        thing(
            "Visit__c",
            name_field(),
            reference("Account__c", "Account", required=True),
            reference("Site__c", "Site__c"),
        ),
    )
    site = the_reference(plan(org), "Visit__c", "Site__c")
    assert (site.mode, site.options["via"], site.options["through"]) == ("within", "Account__c", "Account__c")


def test_a_junction_pairs_its_two_masters():
    """No pair twice, while there is room."""
    org = schema(
        thing("A__c", name_field()),
        thing("B__c", name_field()),
        thing("AB__c", reference("A__c", "A__c", master=0), reference("B__c", "B__c", master=1)),
    )
    assert the_reference(plan(org), "AB__c", "B__c").mode == "pair"
    crowded = plan(org, overrides=Overrides(counts={"A__c": 3, "B__c": 3, "AB__c": 100}))
    assert the_reference(crowded, "AB__c", "B__c").mode == "spread"


def test_a_polymorphic_reference_points_to_what_is_seeded():
    """Other objects that it might point to are left out."""
    org = schema(
        thing("A__c", name_field()),
        thing("B__c", name_field()),
        thing("Note__c", name_field(), reference("About__c", "A__c", "B__c", "Elsewhere")),
    )
    assert [one.object for one in the_reference(plan(org), "Note__c", "About__c").targets] == ["A__c", "B__c"]


def test_record_types_are_mixed():
    """All that this user may set, by developer name, never Master; the recipe may weigh them."""
    types = (
        record_type("Client"),
        record_type("Internal"),
        record_type("Old", active=False),
        dataclasses.replace(record_type("Hidden"), available=False),
        record_type("Master", master=True),
    )
    org = schema(thing("A__c", name_field(), reference("RecordTypeId", "RecordType"), record_types=types))
    known = snapshot(record_types={"A__c": {"Client": "012", "Internal": "012"}})
    assert plan(org, known=known).object("A__c").record_types == (("Client", 1), ("Internal", 1))
    weighed = plan(org, "objects: {A__c: {count: 4, record_types: {Client: 9}}}", known=known)
    assert weighed.object("A__c").record_types == (("Client", 9),)
    with pytest.raises(RecipeError, match=r"no record type 'Clent'.*did you mean 'Client'"):
        plan(org, "objects: {A__c: {count: 4, record_types: {Clent: 9}}}", known=known)


def test_person_accounts_come_after_the_business_ones():
    """Each kind has its own fields; contacts hang on business accounts only."""
    org = schema(
        thing(
            "Account",
            text("Name"),
            text("LastName"),
            Field("PersonEmail", "Email", "email", length=80),
            Field("IsPersonAccount", "Is Person", "boolean", createable=False),
            reference("ParentId", "Account"),
            reference("RecordTypeId", "RecordType"),
            record_types=(record_type("Business"), record_type("PersonAccount")),
        ),
        thing("Contact", text("LastName", nillable=False), reference("AccountId", "Account")),
    )
    known = snapshot(
        record_types={"Account": {"Business": "012", "PersonAccount": "012"}}, person_types={"Account": ("PersonAccount",)}
    )
    made = plan(org, "objects: {Account: 100, Contact: 50}", known=known)
    account = made.object("Account")
    assert account.record_types_in_order
    assert account.record_types == (("Business", 75), ("PersonAccount", 25))
    rows = {one.field: one.rows for one in (*account.columns, *account.references)}
    assert rows == {"Name": (0, 75), "LastName": (75, 100), "PersonEmail": (75, 100), "ParentId": (0, 75)}
    assert the_reference(made, "Contact", "AccountId").options["below"] == 75
    assert account.storage_bytes == 2048 + 512


def test_without_person_record_types_accounts_are_businesses():
    """Fields that only persons have are left out, and the name is made."""
    org = schema(
        thing("Account", text("Name"), text("LastName"), Field("IsPersonAccount", "x", "boolean", createable=False))
    )
    made = plan(org, "objects: {Account: 5}")
    assert [one.field for one in made.object("Account").columns] == ["Name"]
    assert made.object("Account").columns[0].null_share == 0
    assert "person accounts" in made.omitted["Account.LastName"]


def test_the_recipe_decides_over_fields():
    """A field may be skipped, given values, or emptied more."""
    made = plan(
        TREE,
        "objects: {A__c: {count: 3, fields: {Name: [x, y]}}, B__c: {count: 3, fields: {Name: {empty: 50}}}}",
    )
    name = made.object("A__c").columns[0]
    assert list(name.options["values"]) == ["x", "y"]
    assert made.object("B__c").columns[0].null_share == SHARE // 2
    skipped = plan(TREE, "objects: {A__c: 3, B__c: {count: 3, fields: {Name: skip}}}")
    assert skipped.omitted["B__c.Name"] == "the recipe skips it"
    with pytest.raises(PlanRefused, match="no field of A__c"):
        plan(TREE, "objects: {A__c: {count: 3, fields: {Name: skip}}}")


@pytest.mark.parametrize(
    ("recipe", "says"),
    [
        ("objects: {A__c: {count: 1, fields: {Nmae: x}}}", "no field 'Nmae'.*did you mean 'Name'"),
        ("objects: {A_c: 1}", "no object 'A_c'.*did you mean 'A__c'"),
        ("objects: {B__c: {per: Zed__c, each: 2}}", "not to be seeded"),
        ("objects: {B__c: {count: 1, fields: {A__c: x}}}", "is a reference"),
    ],
)
def test_a_recipe_that_does_not_fit_the_org_is_refused(recipe, says):
    """Names that the org does not have are answered with the nearest."""
    with pytest.raises(RecipeError, match=says):
        plan(TREE, recipe)


def test_a_required_field_that_cannot_be_made_is_refused():
    """A restricted picklist without values leaves nothing to choose."""
    empty = Field("Kind__c", "Kind", "picklist", nillable=False, restricted=True, custom=True)
    with pytest.raises(PlanRefused, match=r"A__c\.Kind__c must have a value"):
        plan(schema(thing("A__c", name_field(), empty)))


def test_the_day_is_the_orgs_own():
    """Without an as-of date it is the snapshot's day in the org's zone."""
    assert plan(TREE).as_of == date(2026, 11, 22)
    assert plan(TREE, as_of=date(2026, 1, 1)).as_of == date(2026, 1, 1)


def test_the_seed_is_drawn_when_not_given():
    """Two plans without a seed make other records."""
    assert plan(TREE, seed=None).seed != plan(TREE, seed=None).seed
    assert plan(TREE, "seed: 5\nobjects: {A__c: 1}", seed=None).seed == 5


def test_prices_are_standard_first():
    """Each product gets its standard price before any other, and deals use the standard price book."""
    org = schema(
        thing("Product2", text("Name", nillable=False)),
        thing("Pricebook2", text("Name", nillable=False)),
        thing(
            "PricebookEntry",
            reference("Pricebook2Id", "Pricebook2", required=True),
            reference("Product2Id", "Product2", required=True),
            Field("UnitPrice", "List Price", "currency", precision=18, scale=2, nillable=False),
        ),
        thing("Opportunity", text("Name", nillable=False), reference("Pricebook2Id", "Pricebook2")),
        thing(
            "OpportunityLineItem",
            reference("OpportunityId", "Opportunity", required=True),
            reference("PricebookEntryId", "PricebookEntry"),
        ),
    )
    recipe = "objects: {Product2: 10, Pricebook2: 2, PricebookEntry: 30, Opportunity: 5, OpportunityLineItem: 20}"
    made = plan(org, recipe)
    entry = made.object("PricebookEntry")
    assert entry.first_pass == ("Pricebook2Id", "standard-price-book")
    assert {one.field: one.mode for one in entry.references} == {"Pricebook2Id": "round", "Product2Id": "cycle"}
    assert the_reference(made, "Opportunity", "Pricebook2Id").mode == "symbol"
    assert the_reference(made, "OpportunityLineItem", "PricebookEntryId").options["below"] == 10
    with pytest.raises(PlanRefused, match=r"31 records of PricebookEntry.*room for 30"):
        plan(org, recipe.replace("30", "31"))


def test_campaign_members_are_contacts_or_leads():
    """The two share one draw, so that each member is one of the two; more members than pairs are refused."""
    org = schema(
        thing("Campaign", text("Name", nillable=False)),
        thing("Contact", text("LastName", nillable=False)),
        thing("Lead", text("LastName", nillable=False)),
        thing(
            "CampaignMember",
            reference("CampaignId", "Campaign", required=True),
            reference("ContactId", "Contact"),
            reference("LeadId", "Lead"),
        ),
    )
    recipe = "objects: {Campaign: 3, Contact: 20, Lead: 10, CampaignMember: 30}"
    made = plan(org, recipe)
    contact, lead = (the_reference(made, "CampaignMember", one).options["slot"] for one in ("ContactId", "LeadId"))
    assert (contact["name"], contact["low"], lead["high"]) == (lead["name"], 0, SHARE)
    assert contact["high"] == lead["low"]
    with pytest.raises(PlanRefused, match=r"31 records of CampaignMember.*room for 30"):
        plan(org, recipe.replace("CampaignMember: 30", "CampaignMember: 31"))
    alone = plan(
        schema(*(org.objects[one] for one in ("Campaign", "Contact", "CampaignMember"))), "objects: {CampaignMember: 4}"
    )
    assert "slot" not in the_reference(alone, "CampaignMember", "ContactId").options


def test_an_activity_with_a_lead_is_about_nothing_else():
    """Contacts and leads are told apart by the draw that also empties what the activity is about."""
    who, what = reference("WhoId", "Contact", "Lead"), reference("WhatId", "Account", "Opportunity")
    org = schema(
        thing("Account", text("Name", nillable=False)),
        thing("Contact", text("LastName", nillable=False)),
        thing("Lead", text("LastName", nillable=False)),
        thing("Task", who, what),
    )
    made = plan(org, "objects: {Account: 3, Contact: 3, Lead: 3, Task: 9}")
    assert the_reference(made, "Task", "WhoId").options["slot"]["chooses"]
    assert (
        the_reference(made, "Task", "WhatId").options["slot"]["high"] == made.object("Task").references[0].targets[0].weight
    )
    leads_only = plan(org, "objects: {Account: 3, Lead: 3, Task: 9}")
    assert "lead" in leads_only.omitted["Task.WhatId"]


def test_values_that_the_org_has_reach_the_chooser():
    """A unique column is free of what is taken."""
    org = schema(thing("A__c", name_field(), text("Key__c", unique=True, external_id=True, length=8)))
    made = plan(org, known=snapshot(taken={"A__c.Key__c": ("X1", "X2")}))
    assert next(one for one in made.object("A__c").columns if one.field == "Key__c").unique


def test_statuses_are_usable_at_insert():
    """A contract begins as a draft, whatever its picklist offers."""
    values = tuple(PicklistValue(one, one) for one in ("Activated", "Draft", "In Approval Process"))
    org = schema(
        thing("Account", text("Name", nillable=False)),
        thing(
            "Contract",
            reference("AccountId", "Account", required=True),
            Field("Status", "Status", "picklist", picklist=values, restricted=True),
        ),
    )
    column = plan(org, "objects: {Contract: 3}").object("Contract").columns[0]
    assert list(column.options["values"]) == ["Draft"]


def test_records_are_changed_by_an_external_id_that_each_of_them_has():
    """Its values are distinct, never empty, and the same whether the org has them already; anything else is refused."""
    key = text("Key__c", unique=True, external_id=True)
    org = schema(thing("A__c", name_field(), key))
    recipe = "objects: {A__c: {count: 5, upsert: key__c, fields: {Key__c: {sequence: 'K-##'}}}}"
    made = plan(org, recipe).object("A__c")
    assert made.upsert == "Key__c"
    (column,) = (one for one in made.columns if one.field == "Key__c")
    assert (column.unique, column.null_share) == (True, 0)
    again = plan(org, recipe, known=snapshot(taken={"A__c.Key__c": ("K-01", "K-02")}))
    assert again.object("A__c") == made
    with pytest.raises(RecipeError, match="no external id") as error:
        plan(org, "objects: {A__c: {upsert: Name}}")
    assert "Key__c" in (error.value.hint or "")
    with pytest.raises(PlanRefused, match="is not filled in every record"):
        plan(org, "objects: {A__c: {upsert: Key__c, fields: {Key__c: skip}}}")
