"""Fields that other fields tell: times of appointments, terms of contracts, whose name and address, what has happened."""

from __future__ import annotations

import dataclasses
from datetime import date, time, timedelta

import pytest

from sfseed_core.generate.chooser import Chooser
from sfseed_core.generate.engine import Engine
from sfseed_core.recipe.plan import make_plan
from sfseed_core.recipe.read import parse_recipe
from sfseed_core.snapshot.model import Stage
from sfseed_core.workflow.packaged import demo_survey
from tests.generate.conftest import AS_OF

COUNTS = {
    "Account": 20,
    "Individual": 30,
    "Contact": 60,
    "Case": 60,
    "Contract": 40,
    "Campaign": 40,
    "CampaignMemberStatus": 60,
    "ServiceContract": 40,
    "ContractLineItem": 60,
    "Entitlement": 60,
    "WorkType": 20,
    "WorkOrder": 60,
    "WorkOrderLineItem": 60,
    "ServiceAppointment": 80,
    "Opportunity": 30,
    "OpportunityLineItem": 50,
    "Quote": 30,
    "QuoteLineItem": 60,
    "Product2": 20,
    "Asset": 40,
    "Pricebook2": 2,
    "PricebookEntry": 60,
    "Order": 30,
    "OrderItem": 60,
    "AccountContactRelation": 40,
    "Site__c": 20,
    "Equipment__c": 120,
    "Project__c": 40,
    "Project_Phase__c": 60,
    "Project_Task__c": 80,
    "Time_Entry__c": 80,
    "Location": 20,
    "ContactPointPhone": 40,
}
RECIPE = "version: 1\nlocale: de_DE\nobjects: {" + ", ".join(f"{name}: {count}" for name, count in COUNTS.items()) + "}\n"


def planned(*, statuses=None):
    """A plan of service, sales and project objects in the practice org; `statuses` stand for some of its tables."""
    recipe = parse_recipe(RECIPE, path="recipe.yaml")
    found = demo_survey(recipe)
    snapshot = dataclasses.replace(found.snapshot, statuses={**found.snapshot.statuses, **(statuses or {})})
    return make_plan(recipe, found.schema, snapshot, chooser=Chooser(), seed=5, as_of=AS_OF)


@pytest.fixture(scope="module")
def plan():
    """The practice org's plan."""
    return planned()


@pytest.fixture(scope="module")
def tables(plan):
    """All its records, by object."""
    engine = Engine(plan)
    return {one.name: engine.rows(one.name, 0, one.count).to_pylist() for one in plan.objects}


def made(name):
    """Eighty Spanish records of an object, alone."""
    recipe = parse_recipe(f"version: 1\nlocale: es_ES\nobjects: {{{name}: 80}}\n", path="recipe.yaml")
    found = demo_survey(recipe)
    plan = make_plan(recipe, found.schema, found.snapshot, chooser=Chooser(), seed=5, as_of=AS_OF)
    return Engine(plan).rows(name, 0, 80).to_pylist()


def filled(table, *names):
    """The values of some fields, of the records that have all of them."""
    rows = (tuple(one[name] for name in names) for one in table)
    found = [row for row in rows if None not in row]
    assert len(found) > 2, names
    return found


def test_any_slice_holds_the_same_records(plan, tables):
    """Each object's last two thirds are the same when they are made alone."""
    engine = Engine(plan)
    for one in plan.objects:
        assert engine.rows(one.name, one.count // 3, one.count).to_pylist() == tables[one.name][one.count // 3 :], one.name


def test_appointments_follow_their_own_times(tables):
    """Scheduled within the window, as long as the duration says; what is done lies in the past and is near the schedule."""
    window = ("EarliestStartTime", "SchedStartTime", "SchedEndTime", "DueDate", "Duration", "DurationType")
    for earliest, start, end, due, lasts, unit in filled(tables["ServiceAppointment"], *window):
        assert earliest <= start < end <= due
        assert end - start == timedelta(**{unit.lower(): float(lasts)})
        assert 1 <= lasts <= 8 if unit == "Hours" else 15 <= lasts <= 240
    for one in tables["ServiceAppointment"]:
        status, began, ended = one["Status"], one["ActualStartTime"], one["ActualEndTime"]
        assert (began is None) == (status not in {"In Progress", "Completed"} or one["SchedStartTime"] is None)
        assert ended is None or status == "Completed"
        assert (one["CancellationReason"] is None) or status == "Canceled"
        if began is not None:
            assert abs(began - one["SchedStartTime"]) <= timedelta(minutes=30)
            assert began.date() < AS_OF
        if ended is not None and one["ActualDuration"] is not None:
            assert ended - began == timedelta(minutes=float(one["ActualDuration"]))
        assert (one["EarliestStartTime"].date() > AS_OF) == (status in {"None", "Scheduled", "Dispatched"})


def test_the_org_s_own_words_for_a_status_count():
    """What has happened follows from the codes of the org's statuses; where these are not known, nothing claims that it has."""
    table = planned().object("ServiceAppointment")
    assert {one.field for one in table.columns} >= {"ActualStartTime", "CancellationReason"}
    codes = ("None", "Scheduled", "Dispatched", "Completed", "InProgress", "CannotComplete", "Canceled")
    values = ("None", "Scheduled", "Dispatched", "In Progress", "Completed", "Cannot Complete", "Canceled")
    turned = tuple(Stage(value, value, category=code) for value, code in zip(values, codes, strict=True))
    for stages, done in ((turned, {"In Progress"}), ((), set())):
        plan = planned(statuses={"ServiceAppointmentStatus": stages})
        rows = Engine(plan).rows("ServiceAppointment", 0, 80).to_pylist()
        assert {one["Status"] for one in rows if one["ActualEndTime"] is not None} == done


def test_appointments_are_with_the_contact_of_their_work_order(tables):
    """Contact, kind of work, telephone and e-mail are those of the work order and its contact."""
    for one in tables["ServiceAppointment"]:
        order = tables["WorkOrder"][one["ParentRecordId"]]
        assert (one["ContactId"], one["WorkTypeId"]) == (order["ContactId"], order["WorkTypeId"])
        if one["ContactId"] is not None and one["Email"] is not None:
            assert one["Email"] == tables["Contact"][one["ContactId"]]["Email"]


def test_work_lasts_as_long_as_its_type_says(tables):
    """A work order takes its type's duration; its lines lie within its own times and are as far as it is."""
    for one in tables["WorkOrder"]:
        if one["WorkTypeId"] is not None:
            kind = tables["WorkType"][one["WorkTypeId"]]
            assert (one["Duration"], one["DurationType"]) == (kind["EstimatedDuration"], kind["DurationType"])
    for start, end, status, order in filled(tables["WorkOrderLineItem"], "StartDate", "EndDate", "Status", "WorkOrderId"):
        whole = tables["WorkOrder"][order]
        assert status == whole["Status"]
        assert whole["StartDate"] <= start <= end
        assert whole["EndDate"] is None or end <= whole["EndDate"]


def test_deals_are_worth_their_lines(tables):
    """Amount and quantity are the sums that Salesforce reckons, where a deal has lines."""
    sums = {}
    for one in tables["OpportunityLineItem"]:
        so_far = sums.get(one["OpportunityId"], (0, 0))
        part = one["Quantity"] * one["UnitPrice"] * (100 - (one["Discount"] or 0)) / 100
        sums[one["OpportunityId"]] = (so_far[0] + part, so_far[1] + one["Quantity"])
    assert len(sums) > 10
    for place, (amount, quantity) in sums.items():
        deal = tables["Opportunity"][place]
        if deal["Amount"] is not None:
            assert abs(deal["Amount"] - amount) < 1
        assert deal["TotalOpportunityQuantity"] in (quantity, None)


def test_phases_spend_their_project_s_budget(tables):
    """Together they have no more than the project, whose even parts they have half of at least."""
    spent = {}
    for one in tables["Project_Phase__c"]:
        spent[one["Project__c"]] = spent.get(one["Project__c"], 0) + one["Budget__c"]
    for place, budget in spent.items():
        whole = tables["Project__c"][place]["Budget__c"]
        assert budget <= max(whole, 200), place


def test_lines_are_worked_where_their_order_is(tables):
    """Lines and appointments are at the work order's address, with its asset and in its territory."""
    for name, via in (("WorkOrderLineItem", "WorkOrderId"), ("ServiceAppointment", "ParentRecordId")):
        for street, city, order in filled(tables[name], "Street", "City", via):
            whole = tables["WorkOrder"][order]
            assert whole["Street"] in (None, street)
            assert whole["City"] in (None, city)
    for one in tables["WorkOrderLineItem"]:
        assert one["AssetId"] == tables["WorkOrder"][one["WorkOrderId"]]["AssetId"]


def test_only_what_is_escalated_says_so(tables):
    """The flag goes with the platform's status."""
    assert {one["Status"] for one in tables["Case"] if one["IsEscalated"]} == {"Escalated"}
    assert {one["IsEscalated"] for one in tables["Case"] if one["Status"] == "Escalated"} == {True}


def test_nobody_has_one_number_twice(tables):
    """The telephones of a record differ, though few numbers are kept for fiction."""
    for one in tables["Contact"]:
        numbers = [one[name] for name in ("Phone", "MobilePhone", "HomePhone", "OtherPhone", "AssistantPhone", "Fax")]
        there = [number for number in numbers if number is not None]
        assert len({*there}) == len(there), there


def test_lines_of_work_cost_hours():
    """Without a price book a line of a work order is some hours of a technician, and ten lines are ten different jobs."""
    recipe = parse_recipe("version: 1\nobjects: {Account: 5, WorkOrder: 20, WorkOrderLineItem: 40}\n", path="recipe.yaml")
    found = demo_survey(recipe)
    plan = make_plan(recipe, found.schema, found.snapshot, chooser=Chooser(), seed=5, as_of=AS_OF)
    lines = Engine(plan).rows("WorkOrderLineItem", 0, 40).to_pylist()
    for price, quantity in filled(lines, "UnitPrice", "Quantity"):
        assert 60 <= price <= 200
        assert 1 <= quantity <= 4
    kinds = [one["Subject"] for one in lines]
    assert len({*kinds[:10]}) == 10


def test_machines_cost_what_their_kind_does(tables):
    """A van is no cheaper than a drill."""
    prices = {"Transporter": (24_000, 46_000), "Bohrmaschine": (90, 480), "Laptop": (700, 2_400)}
    seen = set()
    for name, price in filled(tables["Equipment__c"], "Name", "Purchase_Price__c"):
        for word, (least, most) in prices.items():
            if name.startswith(word):
                assert least <= price <= most, name
                seen.add(word)
    assert seen == {*prices}


def test_nobody_reports_to_strangers():
    """Without accounts nobody knows who works where."""
    recipe = parse_recipe("version: 1\nobjects: {Contact: 20}\n", path="recipe.yaml")
    found = demo_survey(recipe)
    plan = make_plan(recipe, found.schema, found.snapshot, chooser=Chooser(), seed=5, as_of=AS_OF)
    people = Engine(plan).rows("Contact", 0, 20).to_pylist()
    assert {one.get("ReportsToId") for one in people} == {None}
    assert not {one["Salutation"] for one in people} & {"Prof."}


def test_an_assistant_has_a_name_and_a_number(tables):
    """Both are there or neither."""
    some = [(one["AssistantName"], one["AssistantPhone"]) for one in tables["Contact"]]
    assert any(None not in pair for pair in some)
    assert all((name is None) == (phone is None) for name, phone in some)


def test_work_is_called_by_its_kind(tables):
    """Work orders and appointments say what is done, not what the case complains of."""
    kinds = [one["Name"] for one in tables["WorkType"]]
    for name in ("WorkOrder", "ServiceAppointment"):
        for subject, kind in filled(tables[name], "Subject", "WorkTypeId"):
            assert subject == kinds[kind]


def test_what_is_installed_is_a_thing(tables):
    """No service and no software is an asset, and a third of the products are such."""
    families = [one["Family"] for one in tables["Product2"]]
    services = {place for place, family in enumerate(families) if family in {"Service", "Services", "Software"}}
    assert len(services) == len(families) // 3
    assert not services & {one for (one,) in filled(tables["Asset"], "Product2Id")}


def test_terms_end_contracts(tables):
    """A service contract ends with its term, is activated only where it says so, and its lines and entitlements share its days."""
    for start, end, months in filled(tables["ServiceContract"], "StartDate", "EndDate", "Term"):
        after = end + timedelta(1)
        assert (after.year * 12 + after.month) - (start.year * 12 + start.month) == months
        assert after.day == start.day or after.day <= 3
    for one in tables["ServiceContract"]:
        assert (one["ActivationDate"] is not None) == (one["ApprovalStatus"] == "Activated")
    for name in ("ContractLineItem", "Entitlement"):
        for start, parent in filled(tables[name], "StartDate", "ServiceContractId"):
            assert start == tables["ServiceContract"][parent]["StartDate"]


def test_who_signs_writes_or_is_quoted_is_the_contact(tables):
    """Titles, names, addresses and numbers that belong to a contact are the contact's own."""
    contacts = tables["Contact"]
    for title, contact in filled(tables["Contract"], "CustomerSignedTitle", "CustomerSignedId"):
        assert contacts[contact]["Title"] in (title, None)
    for one in tables["Case"]:
        if one["Origin"] != "Web":
            assert one["SuppliedName"] is one["SuppliedEmail"] is one["SuppliedCompany"] is None
    for name, email, contact in filled(tables["Case"], "SuppliedName", "SuppliedEmail", "ContactId"):
        assert name == f"{contacts[contact]['FirstName']} {contacts[contact]['LastName']}"
        assert email == contacts[contact]["Email"]
    for email, contact in filled(tables["Quote"], "Email", "ContactId"):
        assert email == contacts[contact]["Email"]
    for place, one in enumerate(contacts):
        assert one["IndividualId"] == (place if place < COUNTS["Individual"] else None)
    for individual, *theirs in filled(contacts, "IndividualId", "FirstName", "LastName"):
        assert theirs == [tables["Individual"][individual][name] for name in ("FirstName", "LastName")]


def test_taxes_are_the_country_s_share_of_the_lines(tables):
    """The tax of a quote is 19 % of what its lines come to."""
    sums = dict.fromkeys(range(COUNTS["Quote"]), 0)
    for one in tables["QuoteLineItem"]:
        sums[one["QuoteId"]] += one["Quantity"] * one["UnitPrice"] * (100 - (one["Discount"] or 0)) / 100
    for number, one in enumerate(tables["Quote"]):
        assert one["Tax"] is None or abs(float(one["Tax"]) - float(sums[number]) * 0.19) < 0.1


def test_statuses_and_phases_are_counted_one_after_the_other(tables):
    """Sort orders count the records of one parent."""
    for name, parent, field, first in (
        ("CampaignMemberStatus", "CampaignId", "SortOrder", 3),
        ("Project_Phase__c", "Project__c", "Sequence__c", 1),
    ):
        seen = {}
        for one in tables[name]:
            assert one[field] == seen.get(one[parent], first)
            seen[one[parent]] = one[field] + 1


def test_days_suit_the_status(tables):
    """Of campaigns, projects and tasks: what has not begun lies ahead, what is over in the past, and only the last is done."""
    for name, ahead, running, start, end in (
        ("Campaign", "Planned", "In Progress", "StartDate", "EndDate"),
        ("Project__c", "Planned", "Active", "Start_Date__c", "Target_End_Date__c"),
        ("Project_Phase__c", "Not Started", "In Progress", "Start_Date__c", "End_Date__c"),
    ):
        status = "Status" if name == "Campaign" else "Status__c"
        for begins, ends, stands in filled(tables[name], start, end, status):
            assert begins <= ends, name
            assert (begins > AS_OF) == (stands == ahead), (name, stands)
            assert (ends < AS_OF) == (stands not in (ahead, running)), (name, stands)
    for one in tables["Project_Task__c"]:
        assert (one["Completed_On__c"] is not None) == (one["Status__c"] == "Done")
        assert one["Completed_On__c"] is None or one["Completed_On__c"] < AS_OF


def test_steps_lie_within_their_whole(tables):
    """Phases divide their project's days among them, tasks are due in their phase, hours are spent in it, and none before."""
    projects, phases = tables["Project__c"], tables["Project_Phase__c"]
    until = {}
    for one in phases:
        whole = projects[one["Project__c"]]
        ends = whole["Target_End_Date__c"] or one["End_Date__c"]
        assert whole["Start_Date__c"] <= one["Start_Date__c"] <= one["End_Date__c"] <= ends
        assert until.get(one["Project__c"], date.min) <= one["Start_Date__c"]
        until[one["Project__c"]] = one["End_Date__c"]
    due = {}
    for one in tables["Project_Task__c"]:
        phase = phases[one["Project_Phase__c"]]
        assert phase["Start_Date__c"] <= one["Due_Date__c"] <= phase["End_Date__c"]
        assert (one["Status__c"] in {"Done", "Blocked"}) == (one["Due_Date__c"] < AS_OF)
        assert one["Status__c"] == "To Do" or phase["Start_Date__c"] <= AS_OF
        assert due.get(one["Project_Phase__c"], date.min) <= one["Due_Date__c"]
        due[one["Project_Phase__c"]] = one["Due_Date__c"]
        earlier = one["Predecessor__c"]
        assert earlier is None or tables["Project_Task__c"][earlier]["Project_Phase__c"] == one["Project_Phase__c"]
    for worked, task in filled(tables["Time_Entry__c"], "Work_Date__c", "Project_Task__c"):
        phase = phases[tables["Project_Task__c"][task]["Project_Phase__c"]]
        assert worked < AS_OF
        assert worked <= phase["End_Date__c"]
        assert worked >= phase["Start_Date__c"] or phase["Start_Date__c"] >= AS_OF
    worked = [one["Work_Date__c"] for one in tables["Time_Entry__c"] if one["Work_Date__c"]]
    assert max(worked.count(day) for day in worked) < len(worked) / 5


def test_a_status_that_the_recipe_says_leads_the_days():
    """Where the recipe says how far the phases are, their days follow from that instead of the project's."""
    recipe = parse_recipe(
        "version: 1\nobjects: {Project__c: 20, Project_Phase__c: {count: 40, fields: {Status__c: Not Started}}}\n",
        path="recipe.yaml",
    )
    found = demo_survey(recipe)
    plan = make_plan(recipe, found.schema, found.snapshot, chooser=Chooser(), seed=5, as_of=AS_OF)
    phases = Engine(plan).rows("Project_Phase__c", 0, 40).to_pylist()
    assert {one["Status__c"] for one in phases} == {"Not Started"}
    assert all(one["Start_Date__c"] > AS_OF for one in phases)


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [("Campaign", "StartDate", "EndDate"), ("Project__c", "Start_Date__c", "Target_End_Date__c")],
)
def test_what_the_recipe_ends_begins_before(name, start, end):
    """An end that the recipe says, long ago, is the end of something that began before."""
    recipe = parse_recipe(
        f"version: 1\nobjects: {{{name}: {{count: 30, fields: {{{end}: 2020-03-01}}}}}}\n", path="recipe.yaml"
    )
    found = demo_survey(recipe)
    plan = make_plan(recipe, found.schema, found.snapshot, chooser=Chooser(), seed=5, as_of=AS_OF)
    table = Engine(plan).rows(name, 0, 30).to_pylist()
    assert all(one[start] < one[end] == date(2020, 3, 1) for one in table)


def test_places_are_open_for_a_working_day(tables):
    """Opening hours begin in the morning and last eight hours at least."""
    for opens, closes in filled(tables["Site__c"], "Opens_At__c", "Closes_At__c"):
        assert time(7) <= opens <= time(9, 30)
        assert closes.hour * 60 + closes.minute - opens.hour * 60 - opens.minute >= 480


def test_what_the_account_pays_and_receives_is_at_its_address(tables):
    """Contracts, orders and quotes are billed and shipped to the account's own addresses, each with its own city."""
    for name in ("Contract", "Order", "ServiceContract"):
        for street, city, account in filled(tables[name], "BillingStreet", "ShippingCity", "AccountId"):
            owner = tables["Account"][account]
            assert (street, city) == (owner["BillingStreet"], owner["ShippingCity"])
    for street, deal in filled(tables["Quote"], "BillingStreet", "OpportunityId"):
        owner = tables["Account"][tables["Opportunity"][deal]["AccountId"]]
        assert street == owner["BillingStreet"]


def test_one_number_in_three_forms(tables):
    """A telephone number is the same at home and from abroad."""
    for number, home, abroad in filled(
        tables["ContactPointPhone"],
        *("TelephoneNumber", "FormattedNationalPhoneNumber", "FormattedInternationalPhoneNumber"),
    ):
        assert home == number
        assert abroad == f"+49 {number.removeprefix('0')}"


def test_places_were_built_before_they_opened(tables):
    """Possession, construction, opening and remodelling come in this order, and all have been."""
    order = (
        "PossessionDate",
        "ConstructionStartDate",
        "ConstructionEndDate",
        "OpenDate",
        "RemodelStartDate",
        "RemodelEndDate",
    )
    for one in filled(tables["Location"], *order):
        assert list(one) == sorted(one)
        assert one[-1] < AS_OF


def test_nobody_works_at_christmas(tables):
    """No day that anybody chose is Christmas or New Year's Day."""
    for name, field in (
        ("Opportunity", "CloseDate"),
        ("ServiceAppointment", "SchedStartTime"),
        ("OrderItem", "ServiceDate"),
    ):
        for (day,) in filled(tables[name], field):
            assert (day.month, day.day) not in {(1, 1), (12, 25)}


def test_names_of_campaigns_go_with_their_type(tables):
    """A campaign that is called a webinar is one, and no other is."""
    for name, kind in filled(tables["Campaign"], "Name", "Type"):
        assert ("Webinar" in name) == (kind == "Webinar")


def test_a_locale_says_of_what_type_its_campaigns_are():
    """A catalogue that is sent is direct mail, in whatever language."""
    sent = {kind for name, kind in filled(made("Campaign"), "Name", "Type") if name.startswith("Envío de catálogo")}
    assert sent == {"Direct Mail"}


def test_events_have_a_place_where_people_meet():
    """A call or a letter takes place nowhere."""
    assert {subject for subject, _ in filled(made("Event"), "Subject", "Location")} == {"Meeting", "Other"}


def test_relations_are_active_within_their_days(tables):
    """A relation to a second account is active where today lies within it."""
    for one in tables["AccountContactRelation"]:
        begun = one["StartDate"] is None or one["StartDate"] <= AS_OF
        still = one["EndDate"] is None or one["EndDate"] >= AS_OF
        assert one["IsActive"] == (begun and still)


def test_lines_are_delivered_after_the_order_begins(tables):
    """A line's service lies within its order."""
    for day, order in filled(tables["OrderItem"], "ServiceDate", "OrderId"):
        begins = tables["Order"][order]["EffectiveDate"]
        assert begins is None or begins <= day


def test_hours_cost_what_hours_cost(tables):
    """Hourly rates lie between 20 and 250."""
    rates = [float(rate) for (rate,) in filled(tables["Time_Entry__c"], "Hourly_Rate__c")]
    assert 20 <= min(rates) <= max(rates) <= 250


def test_days_of_terms():
    """A term of months ends the day before its day comes round again, or with the month."""
    import numpy as np

    from sfseed_core.generate.providers.spans import after_months

    days = [date(2026, 3, 15), date(2026, 8, 31), date(2024, 1, 31)]
    numbers = np.array([(day - date(1970, 1, 1)).days for day in days])
    ends = after_months(numbers, np.array([12, 6, 1]))
    assert [date(1970, 1, 1) + timedelta(int(one)) for one in ends] == [
        date(2027, 3, 14),
        date(2027, 2, 27),
        date(2024, 2, 28),
    ]
