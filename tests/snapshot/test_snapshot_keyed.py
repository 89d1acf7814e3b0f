"""Records that are named by one of their fields: found in any case and spelling, counted, however many are asked for."""

from __future__ import annotations

import pytest

from sfseed_core.errors import UserError
from sfseed_core.org import found
from sfseed_core.org.found import find_by
from sfseed_core.schema.parse import object_schema
from sfseed_core.snapshot.keyed import found_by, read_keyed


@pytest.fixture
def client(emulated):
    """An org with a few accounts."""
    org = emulated()
    guarded = org.admit()
    for number in range(3):
        fields = {"Name": "Twin" if number else "One", "Customer_Number__c": f"K'{number}", "NumberOfEmployees": number}
        guarded.insert_one("Account", fields)
    return org.connect()


def test_records_are_found_in_any_case_and_counted(client):
    """One, none or several; a value may hold a quote."""
    schema = {"Account": object_schema(client.describe("Account").raw)}
    known = read_keyed(client, schema, {"Account.Customer_Number__c": ["k'0", "K'7"], "Account.Name": ["twin", "One"]})
    assert len(found_by(known, "Account.Customer_Number__c=k'0")) == 1
    assert found_by(known, "Account.Customer_Number__c=K'0") == found_by(known, "Account.Customer_Number__c=k'0")
    assert found_by(known, "Account.Customer_Number__c=K'7") == ()
    assert len(found_by(known, "Account.Name=TWIN")) == 2
    assert "Account.Customer_Number__c" in known


def test_an_id_is_found_in_its_short_form_too(client):
    """Fifteen characters or eighteen."""
    (row,) = client.query("SELECT Id FROM Account WHERE Name = 'One'")
    known = read_keyed(client, {}, {"Account.Id": [row["Id"][:15], row["Id"]]})
    assert found_by(known, f"Account.Id={row['Id']}") == found_by(known, f"Account.Id={row['Id'][:15]}") == (row["Id"],)


def test_a_field_that_is_none_is_told(client):
    """With what a column is called after."""
    with pytest.raises(UserError, match="cannot be asked for Account by Nonsense__c"):
        read_keyed(client, {}, {"Account.Nonsense__c": ["1"]})


def test_numbers_and_many_values_are_asked_for_in_parts(client, monkeypatch):
    """Numbers stand without quotes; long lists go by bulk query, as texts like the others."""
    rows = list(find_by(client, "Account", ("Name",), "NumberOfEmployees", ["0", "2"], quoted=False))
    assert sorted(row["Name"] for row in rows) == ["One", "Twin"]
    few = sorted(map(repr, find_by(client, "Account", ("Name", "NumberOfEmployees"), "Name", ["One", "Twin"])))
    monkeypatch.setattr(found, "_PAGES_UP_TO", 1)
    monkeypatch.setattr(found, "_LONGEST_BULK", 16)
    assert sorted(map(repr, find_by(client, "Account", ("Name", "NumberOfEmployees"), "Name", ["One", "Twin"]))) == few


def test_texts_that_look_like_numbers_are_not_taken_for_each_other(client, emulated):
    """`v1.0` is not `v1`, nor the text `1.50` the text `1.5`; of a number field both are the same number."""
    org = emulated()
    guarded = org.admit()
    for key, number in (("v1", 7), ("1.5", 9)):
        guarded.insert_one("Account", {"Name": key, "Customer_Number__c": key, "NumberOfEmployees": number})
    asked = org.connect()
    schema = {"Account": object_schema(asked.describe("Account").raw)}
    wanted = {"Account.Customer_Number__c": ["v1.0", "1.50", "V1"], "Account.NumberOfEmployees": ["7.0", "9"]}
    known = read_keyed(asked, schema, wanted)
    assert found_by(known, "Account.Customer_Number__c=v1.0") == ()
    assert found_by(known, "Account.Customer_Number__c=1.50") == ()
    assert len(found_by(known, "Account.Customer_Number__c=V1 ")) == 1
    assert len(found_by(known, "Account.NumberOfEmployees=7.0")) == 1
    assert found_by(known, "Account.NumberOfEmployees=7") == found_by(known, "Account.NumberOfEmployees=7.00")
