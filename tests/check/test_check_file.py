"""Checking CSV files that the user brings."""

from __future__ import annotations

import pytest

from sfseed_core.check.file import check_file, objects_in
from sfseed_core.dataset import store
from sfseed_core.dataset.export.folder import export_folder
from sfseed_core.errors import DataError, NotFound
from sfseed_core.schema.model import Field, ObjectSchema
from tests.check.test_check_dataset import SCHEMA as STAGED
from tests.check.test_check_dataset import SNAPSHOT
from tests.staged import NOW, PLAN, table_of


def described(name, *fields):
    """An object of these fields."""
    return ObjectSchema(name, name, f"{name}s", "001", False, True, True, True, True, {one.name: one for one in fields})


SCHEMA = {
    "Account": described(
        "Account",
        Field("Name", "Name", "string", length=20, nillable=False),
        Field("Founded__c", "Founded", "date"),
        Field("AnnualRevenue", "Revenue", "currency", precision=5, scale=2),
        Field("IsGood__c", "Good", "boolean"),
    ),
    "Contact": described(
        "Contact",
        Field("LastName", "Last Name", "string", length=80, nillable=False),
        Field("Email", "Email", "email", length=80),
        Field("AccountId", "Account", "reference", reference_to=("Account",), relationship_name="Account", nillable=False),
        Field("CreatedDate", "Created", "datetime", createable=False),
    ),
}


def bring(folder, **files):
    """Write files named after objects."""
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def told(findings):
    """Findings as short tuples."""
    return [(one.object, one.field, one.rule, one.records.tolist()) for one in findings]


def test_a_good_folder_has_no_findings(tmp_path):
    """Files that fit the schema and each other are silent, whatever the case of their header."""
    folder = bring(
        tmp_path,
        Account="Id,NAME,Founded__c,AnnualRevenue,IsGood__c\na1,One,2026-02-28,1.5,true\na2,Two,,,no\n",
        Contact="LastName,AccountId,Email\nX,a1,x@example.com\nY,a2,\nZ,001000000000001AAA,#N/A\n",
    )
    assert objects_in(folder) == ["Account", "Contact"]
    assert [one for one in told(check_file(folder, SCHEMA, None)) if one[2] not in {"null-mark", "format"}] == []


def test_cells_are_read_as_their_types(tmp_path):
    """Cells that are no date, number or flag are found with their records; checks then see the values."""
    path = bring(
        tmp_path,
        Account=(
            "Name,Founded__c,AnnualRevenue,IsGood__c\n"
            "a,2026-02-31,1234.5,maybe\n"
            ',28.02.2026,"1,5",1\n'
            "123456789012345678901,1600-01-01,999.99,#N/A\n"
        ),
    )
    assert told(check_file(path / "Account.csv", SCHEMA, None)) == [
        ("Account", "Founded__c", "type", [0, 1]),
        ("Account", "AnnualRevenue", "type", [0, 1]),
        ("Account", "IsGood__c", "type", [0, 2]),
        ("Account", "Name", "required", [1]),
        ("Account", "Name", "length", [2]),
        ("Account", "Founded__c", "range", [2]),
    ]


def test_references_are_followed_within_the_folder(tmp_path):
    """A reference is the Id of another file's record or an id of the org; anything else is found."""
    folder = bring(
        tmp_path,
        Account="Id,Name\na1,One\n",
        Contact="LastName,AccountId\nX,a1\nY,a9\nZ,\nW,001000000000001AAA\nV,Account:1\n",
    )
    assert told(check_file(folder, SCHEMA, None)) == [
        ("Contact", "AccountId", "reference", [1, 4]),
        ("Contact", "AccountId", "required", [1, 2, 4]),
    ]
    assert told(check_file(folder / "Contact.csv", SCHEMA, None))[0] == ("Contact", "AccountId", "reference", [0, 1, 4])


def test_relationship_columns_fill_their_reference(tmp_path):
    """`Account.Key__c` stands for AccountId; a relationship that is not there is unknown."""
    folder = bring(tmp_path, Contact="LastName,Account.Key__c,Acount.Key__c\nX,k1,k1\n")
    assert told(check_file(folder, SCHEMA, None)) == [("Contact", "Acount.Key__c", "unknown-field", [0])]


def test_unknown_columns_come_with_a_suggestion(tmp_path):
    """A column that is no field names the field that was probably meant; read-only ones are said to be so."""
    folder = bring(tmp_path, Contact="LastNmae,AccountId,CreatedDate\nX,001000000000001AAA,2026-01-01T00:00:00Z\n")
    found = check_file(folder, SCHEMA, None)
    assert told(found) == [
        ("Contact", "LastNmae", "unknown-field", [0]),
        ("Contact", "CreatedDate", "read-only", [0]),
        ("Contact", "LastName", "required", [0]),
    ]
    assert found[0].message == "Contact has no field 'LastNmae': did you mean LastName?"


def test_a_byte_order_mark_is_doubtful(tmp_path):
    """A byte order mark is pointed out; the file is read all the same."""
    (tmp_path / "Account.csv").write_bytes(b"\xef\xbb\xbfName\na\n")
    assert told(check_file(tmp_path, SCHEMA, None)) == [("Account", None, "byte-order-mark", [0])]


def test_files_that_cannot_be_judged(tmp_path):
    """A file named after no object, and one that is no CSV, are errors."""
    with pytest.raises(NotFound, match=r"Did you mean Contact\?"):
        check_file(bring(tmp_path, Contacts="LastName\nX\n"), SCHEMA, None)
    (tmp_path / "Contacts.csv").unlink()
    with pytest.raises(DataError, match="2 cells where the header has 1"):
        check_file(bring(tmp_path, Account="Name\na,b\n"), SCHEMA, None)


def test_what_sfseed_exports_it_takes_back(home):
    """An exported folder has no findings of its own making."""
    with store.create(home, PLAN, STAGED, now=NOW) as writer:
        for one in PLAN.objects:
            writer.add(one.name, table_of(one.name))
        dataset = writer.finish()
    export_folder(home / "out", PLAN, dataset.batches)
    assert told(check_file(home / "out", STAGED, SNAPSHOT)) == [("Contact", "Email", "unique", [7])]
