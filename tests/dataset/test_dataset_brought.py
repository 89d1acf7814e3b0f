"""Sets of files that the user brings: any dialect, columns by name or label, references by ids, keys, names and external ids."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfseed_core.clock import SYSTEM
from sfseed_core.dataset.brought.plan import Asked, make_set
from sfseed_core.dataset.brought.table import read_brought
from sfseed_core.dataset.edits import AddRecords, SetCells
from sfseed_core.dataset.store import create
from sfseed_core.dataset.user_file import user_files
from sfseed_core.errors import DataError, UserError
from sfseed_core.recipe.plan_json import from_json, identity, to_json
from sfseed_core.schema.model import Schema
from sfseed_core.schema.parse import object_schema, summaries
from sfseed_core.snapshot.model import Snapshot, User
from sfseed_core.workflow.make_again import make_again
from tests.emulated import EmulatedOrg

OBJECTS = (
    "Account",
    "Contact",
    "Opportunity",
    "Task",
    "Skill__c",
    "Skill_Assignment__c",
    "PricebookEntry",
    "Project__c",
    "Project_Phase__c",
)


@pytest.fixture(scope="module")
def schema():
    """The practice org's objects."""
    org = EmulatedOrg.start()
    client = org.connect()
    try:
        described = {name: object_schema(client.describe(name).raw) for name in OBJECTS}
        listing = summaries(client.describe_global().raw)
        return Schema(client.org_id, "64.0", described, listing)
    finally:
        org.stop()


SNAPSHOT = Snapshot("00D000000000001AAA", "64.0", datetime(2026, 11, 30, tzinfo=UTC), User("", "", ""))


def made(folder, schema, asked=None, **files):
    """The set of these files (name without ending: text or bytes)."""
    found = {}
    for name, content in files.items():
        path = folder / f"{name}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        found[name] = read_brought(path)
    return make_set(found, schema, SNAPSHOT, asked or Asked({}), as_of=date(2026, 11, 30))


def column(found, name, field):
    """A column of an object as Python values."""
    return found.tables[name][field].to_pylist()


def test_dialects_of_excel(tmp_path, schema):
    """Semicolons, cp1252, decimal commas, European days, labels for names and columns that the org fills are understood."""
    text = "Account Name;Annual Revenue;Jahresumsatz;Created Date\nMüller;1.234.567,50;;01.02.2026\nSöhne;12;;\n"
    found = made(tmp_path, schema, Asked({}, adapt=True), Account=text.encode("cp1252"))
    assert column(found, "Account", "Name") == ["Müller", "Söhne"]
    assert [int(one) for one in column(found, "Account", "AnnualRevenue")] == [1234568, 12]
    assert "Jahresumsatz" in found.plan.notes[0]
    wide = made(tmp_path, schema, Contact="sep=;\nLastName;Birthdate\nÄ;1.2.1980\n".encode("utf-16"))
    assert column(wide, "Contact", "LastName") == ["Ä"]
    assert column(wide, "Contact", "Birthdate") == [date(1980, 2, 1)]


def test_ids_of_another_org_lead_to_the_files_of_the_set(tmp_path, schema):
    """References hold ids of 15 or 18 characters, record keys of our own files, names; parents come before children."""
    found = made(
        tmp_path,
        schema,
        Contact="Id,LastName,FirstName,AccountId,ReportsToId\n003A,W,Ada,001500000000001,\n"
        '003B,O,Ben,acme inc,"Ada W"\n003C,N,,Account:1,003B\n',
        Account="Id,Name,Parent Account\n001500000000001AAA,Zeta,\n001500000000002AAA,Acme Inc,001500000000001AAA\n",
    )
    assert column(found, "Contact", "AccountId") == [0, 1, 1]
    assert column(found, "Contact", "ReportsToId") == [None, 0, 1]
    assert column(found, "Account", "ParentId") == [None, 0]
    assert [one.name for one in found.plan.objects] == ["Account", "Contact"]
    assert [one.deferred for one in found.plan.object("Account").references] == [True]


def test_relationship_columns_lead_to_the_set_or_to_the_org(tmp_path, schema):
    """`Account.Key__c` finds a row of the set by its key without regard to case; what no file has is named for the org."""
    found = made(
        tmp_path,
        schema,
        Account="Name,Customer_Number__c\nA,K-1\nB,K-2\n",
        Contact="LastName,Account.Customer_Number__c\nx,k-2\ny,K-77\nz,\n",
    )
    assert column(found, "Contact", "AccountId") == [1, None, None]
    assert column(found, "Contact", "AccountId@") == ["Account", "=Account.Customer_Number__c=K-77", None]
    (reference,) = found.plan.object("Contact").references
    assert [(one.object, one.symbol, one.keyed) for one in reference.targets] == [
        ("Account", None, False), (None, "Account.Customer_Number__c", True),
    ]  # fmt: skip
    assert from_json(to_json(found.plan)) == found.plan


def test_ids_of_the_org_and_symbols(tmp_path, schema):
    """An id of no file is one of the org's, of the object that its prefix says; symbols and queries of our exports hold."""
    found = made(
        tmp_path,
        schema,
        Task="Subject,WhoId,OwnerId\na,003500000000009,=running-user\n"
        "b,00Q500000000009,=User WHERE IsActive = true ORDER BY Id LIMIT 9#3\n",
    )
    assert column(found, "Task", "WhoId@") == ["=Contact.Id=003500000000009", "=Lead.Id=00Q500000000009"]
    assert column(found, "Task", "OwnerId") == [None, 3]
    assert column(found, "Task", "OwnerId@")[1] == "=User WHERE IsActive = true ORDER BY Id LIMIT 9"


def test_every_wrong_cell_is_named_with_its_line_and_column(tmp_path, schema):
    """Cells over several lines are counted as the editor counts; all files are told in one message."""
    with pytest.raises(DataError) as error:
        made(
            tmp_path,
            schema,
            Account='Id,Name,AnnualRevenue,Colour\n1,"two\nlines",5,\n2,B,many,\n2,C,3,red\n',
            Contact="LastName,AccountId\nx,9\n",
        )
    lines = error.value.message.splitlines()
    assert "Account.csv, line 1: Account has no field 'Colour' that can be written" in lines[1]
    assert "Account.csv, line 5, column Id: '2' stands in a line before it too" in lines
    assert "Account.csv, line 4, column AnnualRevenue: 'many' is not a number of the field's size, like 1234.5" in lines
    assert lines[-1] == (
        "Contact.csv, line 2, column AccountId: '9' is neither a record of Account.csv (by Id, key or name) nor an id of the org"
    )


def test_columns_are_never_guessed(tmp_path, schema):
    """Two of one field are refused; a field's own name comes before another's label; a slip is met with the nearest label."""
    with pytest.raises(DataError, match="'Name' and 'Account Name' both stand for Name"):
        made(tmp_path, schema, Asked({}, adapt=True), Account="Name,Account Name\nA,B\n")
    with pytest.raises(DataError, match="did you mean 'Account Name'"):
        made(tmp_path, schema, Account="Account Nam\nA\n")
    account = schema.objects["Account"]
    site = dataclasses.replace(account.fields["Site"], label="Phone")
    fields = {"Site": site, **{name: one for name, one in account.fields.items() if name != "Site"}}
    strange = dataclasses.replace(
        schema, objects={**schema.objects, "Account": dataclasses.replace(account, fields=fields)}
    )
    assert column(made(tmp_path, strange, Account="Name,Phone\nA,1\n"), "Account", "Phone") == ["1"]


def test_what_programs_keep_beside_an_open_file_is_passed_over(tmp_path):
    """A folder is read while Excel or LibreOffice has one of its files open."""
    for name in ("~$Account.xlsx", ".~lock.Account.csv", "Account.csv"):
        (tmp_path / name).touch()
    assert user_files(tmp_path) == [tmp_path / "Account.csv"]


def test_a_name_that_two_records_have_is_no_reference(tmp_path, schema):
    """It is told, never guessed."""
    with pytest.raises(DataError, match="is the name of several records"):
        made(tmp_path, schema, Account="Name\nA\na\n", Contact="LastName,Account\nx,A\n")


def test_ragged_rows_and_empty_files_are_told(tmp_path, schema):
    """As `check` tells them."""
    with pytest.raises(DataError, match="record 1 has 3 cells where the header has 2"):
        made(tmp_path, schema, Account="Name,Phone\na,b,c\n")
    with pytest.raises(DataError, match="is empty"):
        made(tmp_path, schema, Account="")


def test_upsert_takes_an_external_id_that_the_file_has(tmp_path, schema):
    """By any spelling; anything else is refused with what there is."""
    found = made(tmp_path, schema, Asked({"account": "customer_number__c"}), Account="Name,Customer_Number__c\nA,K\n")
    assert found.plan.object("Account").upsert == "Customer_Number__c"
    with pytest.raises(UserError, match="not an external id") as error:
        made(tmp_path, schema, Asked({"Account": "Phone"}), Account="Name,Phone\nA,K\n")
    assert "Customer_Number__c" in (error.value.hint or "")
    with pytest.raises(UserError, match="has no column of it"):
        made(tmp_path, schema, Asked({"Account": "Customer_Number__c"}), Account="Name\nA\n")
    with pytest.raises(UserError, match="no file holds records of Acount"):
        made(tmp_path, schema, Asked({"Acount": "Customer_Number__c"}), Account="Name,Customer_Number__c\nA,K\n")


def test_the_same_files_are_the_same_plan(tmp_path, schema):
    """So that loading them again is noticed; one other cell makes another."""
    first = made(tmp_path, schema, Account="Name,Phone\nA,1\n")
    assert identity(first.plan) == identity(made(tmp_path, schema, Account="Name,Phone\nA,1\n").plan)
    assert identity(first.plan) != identity(made(tmp_path, schema, Account="Name,Phone\nA,2\n").plan)


def test_a_set_is_a_dataset_like_others(tmp_path, schema, home):
    """It is staged, changed and added to; nothing can be made again, since nothing made it."""
    found = made(tmp_path, schema, Account="Id,Name\n1,A\n2,B\n", Contact="LastName,AccountId\nx,2\ny,1\n")
    with create(home, found.plan, schema.objects, now=datetime(2026, 11, 30, tzinfo=UTC)) as writer:
        for name, table in found.tables.items():
            writer.add(name, table)
        dataset = writer.finish()
    dataset.apply(SetCells("Contact", np.array([0]), {"AccountId": ["Account:0"]}))
    dataset.apply(AddRecords("Contact", 1, {"LastName": ["z"], "AccountId": ["Account:1"]}))
    assert dataset.read("Contact")["AccountId"].to_pylist() == [0, 0, 1]
    with pytest.raises(UserError, match="come from a file"):
        make_again(dataset, "Account", np.array([0]), None, variation=1, clock=SYSTEM)


def test_parquet_is_read_with_its_types(tmp_path, schema):
    """Numbers and days come as they are."""
    table = pa.table({"Name": ["A"], "AnnualRevenue": [12.0], "NumberOfEmployees": [3]})
    pq.write_table(table, tmp_path / "Account.parquet")
    found = make_set(
        {"Account": read_brought(tmp_path / "Account.parquet")}, schema, SNAPSHOT, Asked({}), as_of=date(2026, 11, 30)
    )
    assert column(found, "Account", "NumberOfEmployees") == [3]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["id", "long", "key", "none"])), min_size=1, max_size=12),
    st.randoms(),
)
@settings(max_examples=40, deadline=None)
def test_references_survive_any_order_of_rows(tmp_path_factory, schema, children, random):
    """Whatever the order of the parents and the way a child names its own, it leads to that very record."""
    folder = tmp_path_factory.mktemp("set")
    order = list(range(10))
    random.shuffle(order)
    parents = "Id,Name,Customer_Number__c\n" + "".join(f"00150000000000{n}AAA,P{n},K-{n}\n" for n in order)
    ways = {"id": "00150000000000{n},", "long": "00150000000000{n}AAA,", "key": ",k-{n}", "none": ","}
    lines = "".join(f"c,{ways[how].format(n=n)}\n" for n, how in children)
    found = made(folder, schema, Account=parents, Contact=f"LastName,AccountId,Account.Customer_Number__c\n{lines}")
    if all(how == "none" for _, how in children):
        assert found.plan.object("Contact").references == ()
        return
    names = column(found, "Account", "Name")
    told = [None if one is None else names[one] for one in column(found, "Contact", "AccountId")]
    assert told == [None if how == "none" else f"P{n}" for n, how in children]
