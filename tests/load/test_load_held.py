"""Records that wait for others, failures and their causes, retry, topping up; symbols, polymorphic references, single calls."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from sfseed_core.errors import GuardRefused
from sfseed_core.load.adopt import adopt
from sfseed_core.load.execute import execute
from sfseed_core.load.failures import failures, understood
from sfseed_core.load.hold import read_held, write_held
from sfseed_core.load.options import Options
from sfseed_core.load.resolve import Resolver
from sfseed_core.load.status import RunState
from sfseed_core.load.undo import undo
from tests.loading import Made, contents, expected, new_run, projects, resolver_of, stage

QUICK = Options(first_wait=0.02, longest_wait=0.2, patience=20)


@pytest.fixture
def org(emulated):
    """A demo org."""
    return emulated()


def go(run, org, dataset, **more):
    """Carry the run."""
    return execute(run, org.admit(), dataset, resolver_of(org.connect()), options=QUICK, **more)


def test_dependents_of_a_failed_record_are_held_and_released_by_a_retry(home, org):
    """A failed record holds what hangs on it; once the cause is gone a retry brings all of it, and nothing twice."""
    guarded, made = org.admit(), projects()
    rival = guarded.insert_one("Skill__c", {"Name": "Rival", "Skill_Code__c": "S001"})
    dataset = stage(home, org, made)
    run = new_run(home, dataset)
    status = go(run, org, dataset)
    assert status.state is RunState.DONE
    assert status.objects["Skill__c"].failed == 1
    hanging = sum(row["Skill__c"] == 1 for row in made[5].rows)
    assert status.objects["Skill_Assignment__c"].held == hanging > 0
    assert status.updates["Skill__c.Parent_Skill__c"].held == 2
    (cause,) = failures(run)
    assert (cause.object, cause.code, cause.count) == ("Skill__c", "DUPLICATE_VALUE", 1)
    guarded.delete_one("Skill__c", rival)
    status = go(run, org, dataset, again=True)
    assert all(one.succeeded == one.planned for one in (*status.objects.values(), *status.updates.values()))
    assert contents(org.connect(), made) == expected(made)
    assert failures(run) == []


def test_held_records_stay_out_with_what_hangs_on_them(home, org):
    """Records that checks hold back are never sent; their children are held too, the rest is loaded."""
    made = projects()
    dataset = stage(home, org, made)
    run = new_run(home, dataset)
    write_held(run, {"Project__c": np.array([1, 2]), "Account": np.array([], np.int64)})
    assert read_held(run)["Project__c"].tolist() == [1, 2]
    counts = go(run, org, dataset).objects
    assert (counts["Project__c"].held, counts["Project_Phase__c"].held) == (2, 4)
    assert counts["Project__c"].succeeded == 2
    assert all(one.adds_up() and one.waiting == one.in_flight == 0 for one in counts.values())


def test_a_top_up_adds_only_what_is_missing(home, org):
    """Records of an earlier run that the org still has are kept; those deleted since come back."""
    made = projects()
    dataset = stage(home, org, made)
    first = new_run(home, dataset)
    go(first, org, dataset)
    client, guarded = org.connect(), org.admit()
    gone = next(iter(client.query("SELECT Id FROM Skill__c WHERE Skill_Code__c = 'S003'")))["Id"]
    before = {row["Id"] for row in client.query("SELECT Id FROM Contact")}
    guarded.delete_one("Skill__c", gone)
    second = new_run(home, dataset)
    kept = adopt(second, first, client, dataset)
    status = go(second, org, dataset)
    assert kept < sum(one.planned for one in status.objects.values())
    assert all(one.succeeded == one.planned for one in status.objects.values())
    assert {row["Id"] for row in client.query("SELECT Id FROM Contact")} == before
    assert contents(client, made) == expected(made)


def test_standard_prices_go_before_others(home, org):
    """Entries of the standard price book, which is made active, are in before others; undo takes all of it back."""
    products = [{"Name": f"Product {n}", "IsActive": True} for n in range(5)]
    books = [{"Name": "Partners", "IsActive": True}]
    entries = [
        {"Pricebook2Id": None if n < 5 else 0, "Pricebook2Id@": "=standard-price-book" if n < 5 else "Pricebook2",
         "Product2Id": n % 5, "UnitPrice": Decimal("10.50"), "IsActive": True}
        for n in reversed(range(10))
    ]  # fmt: skip
    made = [
        Made("Product2", 0, {"Name": "string", "IsActive": "boolean"}, {}, products),
        Made("Pricebook2", 0, {"Name": "string", "IsActive": "boolean"}, {}, books),
        Made(
            "PricebookEntry", 1, {"UnitPrice": "currency", "IsActive": "boolean"},
            {"Pricebook2Id": "=standard-price-book|Pricebook2", "Product2Id": "Product2"}, entries,
        ),
    ]  # fmt: skip
    dataset = stage(home, org, made)
    run = new_run(home, dataset)
    found = resolver_of(org.connect())
    book = found.symbol("standard-price-book")
    org.admit().update_one("Pricebook2", book, {"IsActive": False})
    asleep = Resolver(found.org_id, {}, found.symbols, price_book_active=False)
    counts = execute(run, org.admit(), dataset, asleep, options=QUICK).objects["PricebookEntry"]
    assert (counts.planned, counts.succeeded) == (10, 10), failures(run)
    query = "SELECT Id FROM PricebookEntry WHERE Pricebook2.IsStandard = true AND Pricebook2.IsActive = true"
    assert len(list(org.connect().query(query))) == 5
    undo(run, org.admit(), lambda: dataset, options=QUICK)
    assert list(org.connect().query("SELECT Id FROM PricebookEntry")) == []
    assert list(org.connect().query("SELECT Id, IsActive FROM Pricebook2")) == [{"Id": book, "IsActive": False}]


def test_a_reference_may_lead_to_several_objects(home, org):
    """Each row's reference goes to a record of the object that its target column names."""
    made = [
        Made("Lead", 0, {"LastName": "string", "Company": "string"}, {}, [{"LastName": "Ito", "Company": "Kite"}]),
        Made("Contact", 0, {"LastName": "string"}, {}, [{"LastName": "Roy"}]),
        Made(
            "Task", 1, {"Subject": "combobox"}, {"WhoId": "Contact|Lead"},
            [{"Subject": "Call", "WhoId": 0, "WhoId@": "Lead"}, {"Subject": "Mail", "WhoId": 0, "WhoId@": "Contact"},
             {"Subject": "None"}],
        ),
    ]  # fmt: skip
    dataset = stage(home, org, made)
    go(new_run(home, dataset), org, dataset)
    found = {row["Subject"]: row["WhoId"] for row in org.connect().query("SELECT Subject, WhoId FROM Task")}
    assert (found["Call"][:3], found["Mail"][:3], found["None"]) == ("00Q", "003", None)


def test_files_are_taken_back_whole(home, org):
    """A file's version cannot be deleted, its document can: undo deletes that."""
    files = [{"Title": f"File {n}", "PathOnClient": f"{n}.txt", "VersionData": "aGVsbG8="} for n in range(3)]
    made = [Made("ContentVersion", 0, {"Title": "string", "PathOnClient": "string", "VersionData": "base64"}, {}, files)]
    dataset = stage(home, org, made)
    run = new_run(home, dataset)
    assert go(run, org, dataset).objects["ContentVersion"].succeeded == 3, failures(run)
    status = undo(run, org.admit(), lambda: dataset, options=QUICK)
    assert (status.state, status.notes) == (RunState.UNDONE, ())
    assert list(org.connect().query("SELECT Id FROM ContentDocument")) == []


def refuse_bulk(org, name):
    """Let the org refuse an object by Bulk."""
    body = f'"object": ?"{name}"'
    message = f"Entity '{name}' is not supported by the Bulk API."
    match = {"method": "POST", "path": "jobs/ingest$", "body": body}
    org.fault(at="before", do="answer", match=match, status=400, code="INVALIDENTITY", message=message, times=0)


@pytest.mark.parametrize("cut", [0, 2])
def test_an_object_that_bulk_refuses_goes_record_by_record(home, org, cut):
    """Each record in a call of its own, also when a call has no answer; the undo likewise."""
    refuse_bulk(org, "Skill__c")
    made = projects()
    if cut:
        org.fault(at="after", do="cut", match={"method": "POST", "path": "sobjects/Skill__c"}, nth=cut)
    dataset = stage(home, org, made)
    run = new_run(home, dataset)
    status = go(run, org, dataset)
    assert all(one.succeeded == one.planned for one in (*status.objects.values(), *status.updates.values())), failures(run)
    assert contents(org.connect(), made) == expected(made)
    assert len(org.calls("POST", "sobjects/Skill__c")) == 4
    assert undo(run, org.admit(), lambda: dataset, options=QUICK).state is RunState.UNDONE
    assert not any(contents(org.connect(), made).values())


def test_an_object_that_the_user_may_not_load_fails_with_the_orgs_words(home, org):
    """The org refuses the job: its records failed, their dependents are held, the rest is loaded."""
    org.fault(
        at="before", do="answer", match={"method": "POST", "path": "jobs/ingest$", "body": "Skill__c"}, times=0,
        status=400, code="INVALIDJOB", message="no access",
    )  # fmt: skip
    dataset = stage(home, org, projects())
    run = new_run(home, dataset)
    status = go(run, org, dataset)
    assert status.objects["Skill__c"].failed == 4
    assert status.objects["Contact"].succeeded == 12
    assert [(one.code, one.message) for one in failures(run)] == [("INVALIDJOB", "no access")]


def test_a_run_stays_in_its_org(home, org, emulated):
    """A run that was begun in one org writes nothing to another."""
    dataset = stage(home, org, projects())
    run = new_run(home, dataset)
    run.put("org_id", "00D000000000001AAA")
    with pytest.raises(GuardRefused):
        go(run, org, dataset)
    client = org.connect()
    elsewhere = Resolver("00D000000000001AAA", {}, {})
    with pytest.raises(GuardRefused):
        execute(new_run(home, dataset), org.admit(), dataset, elsewhere, options=QUICK)
    assert list(client.query("SELECT Id FROM Account")) == []


def test_the_orgs_texts_are_understood():
    """Code, message and fields, also of messages over several lines."""
    assert understood("REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --") == (
        "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name]", ("Name",),
    )  # fmt: skip
    text = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:T: execution of BeforeInsert\n\ncaused by: X: y\n\nTrigger.T: line 7, column 1:--"
    assert understood(text)[0] == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
    assert understood(text)[1].endswith("column 1")
    assert understood("free words") == ("", "free words", ())


@pytest.mark.slow
def test_fifty_thousand_long_texts_under_changed_echoes_map_every_id(home, org):
    """Rows that only a long text tells apart each get their own record's id, though every echo is changed."""
    for do in ("trim", "lower_email", "crlf_to_lf", "trailing_zero"):
        org.fault(at="echo", do=do, times=0)
    words = "the quick brown fox jumps over the lazy dog; " * 30
    cases = [{"Subject": "Broken", "Description": f" {words}\n Case {n} of many\n{words} "} for n in range(50_000)]
    notes = [{"ParentId": n, "CommentBody": f"comment {n}"} for n in range(0, 50_000, 50)]
    made = [
        Made("Case", 0, {"Subject": "string", "Description": "textarea"}, {}, cases),
        Made("CaseComment", 1, {"CommentBody": "textarea"}, {"ParentId": "Case"}, notes),
    ]
    dataset = stage(home, org, made)
    run = new_run(home, dataset)
    counts = go(run, org, dataset).objects
    assert counts["Case"].succeeded == 50_000
    query = "SELECT CommentBody, Parent.Description FROM CaseComment"
    pairs = [(row["CommentBody"], row["Parent"]["Description"]) for row in org.connect().query(query)]
    assert len(pairs) == 1_000
    assert all(f"Case {comment.removeprefix('comment ')} of many" in text for comment, text in pairs)
