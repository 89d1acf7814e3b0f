"""Writes: defaults, nulls, coercion, keys, partial save, upserts, and what a delete takes with it."""

from __future__ import annotations

from typing import Any

import pytest

from sfseed_emulator import dml
from sfseed_emulator.outcome import RowResult


def write(org: Any, object_name: str, *rows: dict[str, Any], source: str = "csv") -> list[RowResult]:
    """Insert one chunk."""
    with org.state.transaction():
        return dml.insert(org.state, object_name, rows, source)  # type: ignore[arg-type]


def codes(results: list[RowResult]) -> list[str]:
    """Name the first error of each row."""
    return [one.errors[0].code if one.errors else "" for one in results]


def column(org: Any, object_name: str, record_id: str, name: str) -> object:
    """Read one column as it is stored."""
    return org.state.db.execute(f'SELECT "{name}" FROM "{object_name}" WHERE Id = ?', (record_id,)).fetchone()[0]


def test_good_rows_of_a_chunk_are_saved_beside_bad_ones(org: Any) -> None:
    """A refused row leaves nothing behind and does not hold back the others."""
    results = write(org, "Account", {"Name": "A"}, {"Name": ""}, {"Name": "C"})
    assert codes(results) == ["", "REQUIRED_FIELD_MISSING", ""]
    assert org.state.live_count("Account") == 2


def test_defaults_fill_what_is_not_given(org: Any) -> None:
    """Owner, checkboxes and default picklist values are filled; #N/A and null leave a field empty."""
    given, nulled = write(org, "Case", {"Subject": "A"}, {"Subject": "B", "Priority": "#N/A"})
    assert column(org, "Case", given.id, "OwnerId") == org.state.user_id
    assert column(org, "Case", given.id, "Priority") == "Medium"
    assert column(org, "Case", given.id, "IsEscalated") == 0
    assert column(org, "Case", nulled.id, "Priority") is None


def test_csv_values_are_read_as_their_types(org: Any) -> None:
    """Checkboxes take true/false, 1/0 and yes/no; decimals are rounded half up; text is trimmed; blank text is null."""
    row = {
        "Name": "  A  ", "NumberOfEmployees": "7", "AnnualRevenue": "10.5", "Phone": "  ", "BillingLatitude": "1.5",
        "BillingLongitude": "-3e1",
    }  # fmt: skip
    [account] = write(org, "Account", row)
    shown = org.get("Account", account.id)
    assert shown["Name"] == "A"
    assert shown["NumberOfEmployees"] == 7
    assert shown["AnnualRevenue"] in (10.5, 11.0)
    assert shown["Phone"] is None
    assert (shown["BillingLatitude"], shown["BillingLongitude"]) == (1.5, -30.0)
    flags = write(org, "Contact", *({"LastName": "A", "DoNotCall": flag} for flag in ("true", "1", "YES", "no", "maybe")))
    assert codes(flags) == ["", "", "", "", "INVALID_TYPE_ON_FIELD_IN_RECORD"]
    assert [column(org, "Contact", one.id, "DoNotCall") for one in flags[:4]] == [1, 1, 1, 0]


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000+0000"),
        ("2026-01-02T03:04:05.678+02:00", "2026-01-02T01:04:05.000+0000"),
        ("2026-01-02T03:04:05", "2026-01-02T03:04:05.000+0000"),
        ("2026-01-02", "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        ("2026-02-30T00:00:00Z", "INVALID_TYPE_ON_FIELD_IN_RECORD"),
        ("1600-01-01T00:00:00Z", "FIELD_INTEGRITY_EXCEPTION"),
    ],
)
def test_date_times_are_kept_in_utc(org: Any, value: str, stored: str) -> None:
    """A date-time is brought to UTC and whole seconds; what is none, or too early, is refused."""
    [event] = write(org, "Event", {"Subject": "A", "ActivityDateTime": value, "DurationInMinutes": "30"})
    assert stored == (codes([event])[0] or column(org, "Event", event.id, "StartDateTime"))


def test_json_strings_count_as_what_they_say(org: Any) -> None:
    """Numbers and checkboxes given as JSON strings are taken, other text is a parser error with its place."""
    account = org.insert("Account", Name="A", NumberOfEmployees="7", AnnualRevenue="1e3")
    shown = org.get("Account", account)
    assert (shown["NumberOfEmployees"], shown["AnnualRevenue"]) == (7, 1000.0)
    error = org.error("POST", "/sobjects/Account", data='{"Name":"A","NumberOfEmployees":"many"}')
    assert error["errorCode"] == "JSON_PARSER_ERROR"
    assert error["message"] == (
        "Cannot deserialize instance of int from VALUE_STRING value many or request may be missing a required field "
        "at [line:1, column:34]"
    )
    nested = org.error("POST", "/sobjects/Account", json={"Name": {"a": 1}})
    assert nested["message"].startswith("Cannot deserialize instance of string from START_OBJECT value")


def test_numbers_keep_their_scale_and_range(org: Any) -> None:
    """Too many decimals are rounded, too many digits before the point are refused."""
    field = org.state.schema.get("Opportunity").fields["Amount"]
    row = {"Name": "A", "StageName": "Qualify", "CloseDate": "2026-12-01"}
    fine, large = write(org, "Opportunity", {**row, "Amount": "12.345"}, {**row, "Amount": "1" + "0" * field.precision})
    assert column(org, "Opportunity", fine.id, "Amount") == 12.35
    assert codes([large]) == ["NUMBER_OUTSIDE_VALID_RANGE"]


def test_ids_are_checked_from_shape_to_record(org: Any) -> None:
    """Fifteen characters are taken; a wrong checksum, prefix, missing or deleted record are told apart."""
    account = org.insert("Account", Name="A")
    gone = org.insert("Account", Name="B")
    assert org.call("DELETE", f"/sobjects/Account/{gone}").status_code == 204
    broken = account[:17] + ("A" if account[17] != "A" else "B")
    given = (account[:15], broken, org.state.user_id, account[:10] + "zzzzz", gone)
    results = write(org, "Contact", *({"LastName": "A", "AccountId": one} for one in given))
    assert codes(results) == ["", "MALFORMED_ID", "MALFORMED_ID", "INVALID_CROSS_REFERENCE_KEY", "ENTITY_IS_DELETED"]
    assert column(org, "Contact", results[0].id, "AccountId") == account


def test_references_by_external_id(org: Any) -> None:
    """A relationship column finds its record by key, in CSV and in JSON; a key that nobody has fails the row."""
    account = org.insert("Account", Name="A", Customer_Number__c="C-100001")
    found, missing = write(
        org,
        "Contact",
        {"LastName": "A", "Account.Customer_Number__c": "c-100001"},
        {"LastName": "B", "Account.Customer_Number__c": "C-9"},
    )
    assert column(org, "Contact", found.id, "AccountId") == account
    assert missing.errors[0].message == (
        "Foreign key external ID: C-9 not found for field Customer_Number__c in entity Account"
    )
    nested = org.insert("Contact", LastName="C", Account={"Customer_Number__c": "C-100001"})
    assert column(org, "Contact", nested, "AccountId") == account
    owned = org.insert("Task", Subject="A", Owner={"attributes": {"type": "User"}, "Username": "admin@brightwater.example"})
    assert column(org, "Task", owned, "OwnerId") == org.state.user_id
    [typed] = write(org, "Task", {"Subject": "B", "User:Owner.Username": "admin@brightwater.example"})
    assert typed.success


def test_owners_must_be_active_users_or_queues_of_the_object(org: Any) -> None:
    """An inactive owner is refused by name; null and a group that is no queue of the object too."""
    inactive = org.state.db.execute('SELECT Id FROM "User" WHERE "IsActive" = 0').fetchone()[0]
    results = write(org, "Contact", {"LastName": "A", "OwnerId": inactive}, {"LastName": "B", "OwnerId": "#N/A"})
    assert codes(results) == ["INACTIVE_OWNER_OR_USER", "INVALID_EMPTY_KEY_OWNER"]
    text = f"operation performed with inactive user [{inactive[:15]}] as owner of contact"
    assert results[0].errors[0].message == text
    statement = 'SELECT "QueueId", "SobjectType" FROM "QueueSobject"'
    queues = dict(org.state.db.execute(statement).fetchall())
    for queue, served in queues.items():
        for name, values in (("Case", {"Subject": "A"}), ("Lead", {"LastName": "A", "Company": "B"})):
            [result] = write(org, name, {**values, "OwnerId": queue})
            rows = org.state.db.execute(
                'SELECT 1 FROM "QueueSobject" WHERE "QueueId" = ? AND "SobjectType" = ?', (queue, name)
            )
            assert result.success == (rows.fetchone() is not None), (name, served)
    assert queues


def test_record_types_must_be_the_objects_own(org: Any) -> None:
    """A record type of another object, or the master one, is not valid for the user."""
    field = org.state.schema.get("Project__c").fields["RecordTypeId"]
    other = next(info.id for info in org.state.schema.get("Equipment__c").record_types if not info.master)
    for wrong in (other, "012000000000000AAA"):
        error = org.error("POST", "/sobjects/Project__c", json={"Name": "A", "RecordTypeId": wrong})
        assert error["errorCode"] == "INVALID_CROSS_REFERENCE_KEY"
        assert error["message"] == f"{field.label}: this ID value isn't valid for the user: {wrong}"


def test_auto_numbers_and_compound_names(org: Any) -> None:
    """Auto numbers count up in their format, a person's name is put together, a nameless custom record is its id."""
    cases = [org.insert("Case", Subject="A") for _ in range(2)]
    assert [org.get("Case", one)["CaseNumber"] for one in cases] == ["00000001", "00000002"]
    contact = org.insert("Contact", FirstName="Ana", LastName="Diaz")
    assert org.get("Contact", contact)["Name"] == "Ana Diaz"
    assert org.call("PATCH", f"/sobjects/Contact/{contact}", json={"FirstName": None}).status_code == 204
    assert org.get("Contact", contact)["Name"] == "Diaz"


def test_updates_change_what_is_given(org: Any) -> None:
    """An update leaves other fields alone, moves the stamps, and refuses to empty a required field."""
    account = org.insert("Account", Name="A", Phone="1")
    with org.state.transaction():
        results = dml.update(
            org.state,
            "Account",
            [{"Id": account, "Phone": "#N/A", "Site": "S"}, {"Id": ""}, {"Id": "001"}],
            "csv",
        )
    assert codes(results) == ["", "MISSING_ARGUMENT", "MALFORMED_ID"]
    shown = org.get("Account", account)
    assert (shown["Name"], shown["Phone"], shown["Site"]) == ("A", None, "S")
    assert org.error("PATCH", f"/sobjects/Account/{account}", json={"Name": ""})["errorCode"] == "REQUIRED_FIELD_MISSING"


def test_the_same_id_twice_in_a_chunk_is_refused(org: Any) -> None:
    """Two updates of one record in a chunk both fail."""
    account = org.insert("Account", Name="A")
    with org.state.transaction():
        results = dml.update(org.state, "Account", [{"Id": account, "Site": "1"}, {"Id": account, "Site": "2"}], "csv")
    assert codes(results) == ["DUPLICATE_VALUE", "DUPLICATE_VALUE"]


def test_create_only_fields_cannot_be_updated(org: Any) -> None:
    """A field that may be set once is refused in an update."""
    case = org.insert("Case", Subject="A")
    comment = org.insert("CaseComment", ParentId=case, CommentBody="Hello")
    error = org.error("PATCH", f"/sobjects/CaseComment/{comment}", json={"ParentId": case})
    assert error["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert error["fields"] == ["ParentId"]


def test_upsert_updates_or_inserts_by_key(org: Any) -> None:
    """Known keys update, new ones insert, doubled or missing ones fail; results keep their order."""
    known = org.insert("Account", Name="A", Customer_Number__c="C-100001")
    rows = [
        {"Customer_Number__c": "C-100002", "Name": "new"},
        {"Customer_Number__c": "c-100001", "Name": "changed"},
        {"Customer_Number__c": "C-3", "Name": "x"},
        {"Customer_Number__c": "c-3", "Name": "y"},
        {"Customer_Number__c": "", "Name": "z"},
    ]
    with org.state.transaction():
        results = dml.upsert(org.state, "Account", rows, "csv", "Customer_Number__c")
    assert [one.created for one in results[:2]] == [True, False]
    assert results[1].id == known
    assert codes(results) == ["", "", "DUPLICATE_VALUE", "DUPLICATE_VALUE", "MISSING_ARGUMENT"]
    assert results[2].errors[0].message == "Duplicate external id specified: C-3"
    assert org.get("Account", known)["Name"] == "changed"


def test_delete_cascades_restricts_and_clears(org: Any) -> None:
    """Children go with their parent, restricting ones hold it, optional references are emptied; all stay in the bin."""
    account = org.insert("Account", Name="A")
    contact = org.insert("Contact", LastName="B", AccountId=account)
    child = org.insert("Account", Name="C", ParentId=account)
    task = org.insert("Task", Subject="D", WhatId=account)
    case = org.insert("Case", Subject="E", AccountId=account)
    error = org.error("DELETE", f"/sobjects/Account/{account}")
    assert error["errorCode"] == "DELETE_FAILED"
    assert "Cases" in error["message"]
    org.call("DELETE", f"/sobjects/Case/{case}")
    assert org.call("DELETE", f"/sobjects/Account/{account}").status_code == 204
    assert column(org, "Contact", contact, "IsDeleted") == 1
    assert column(org, "Task", task, "IsDeleted") == 1
    assert column(org, "Account", child, "ParentId") is None
    assert column(org, "Account", account, "IsDeleted") == 1
    assert org.state.live_count("Contact") == 0
    assert org.error("DELETE", f"/sobjects/Account/{account}")["errorCode"] == "ENTITY_IS_DELETED"


def test_deleted_values_may_be_used_again(org: Any) -> None:
    """A record in the recycle bin does not hold its unique value."""
    first = org.insert("Account", Name="A", Customer_Number__c="C-100001")
    org.call("DELETE", f"/sobjects/Account/{first}")
    org.insert("Account", Name="B", Customer_Number__c="C-100001")


def test_users_cannot_be_deleted(org: Any) -> None:
    """An object that does not allow deletes says so."""
    error = org.error("DELETE", f"/sobjects/User/{org.state.user_id}")
    assert error["errorCode"] == "INVALID_TYPE_FOR_OPERATION"


def test_storage_ends(make_org: Any) -> None:
    """Beyond a tenth over its storage the org refuses more records; those that cost nothing still fit."""
    org = make_org(data_storage_mb=1)
    fitting = 1024 * 110 // 100 // 2
    results = [
        one for _ in range(3) for one in write(org, "Lead", *({"LastName": "A", "Company": "B"} for _ in range(200)))
    ]
    assert [one.success for one in results].count(True) == fitting
    assert results[-1].errors[0].code == "STORAGE_LIMIT_EXCEEDED"
    assert write(org, "Product2", {"Name": "A"})[0].success
    assert org.call("GET", "/limits").json()["DataStorageMB"] == {"Max": 1, "Remaining": 0}


class TestPersonAccounts:
    """An org whose Account describe has person accounts."""

    @pytest.fixture
    def people(self, make_org: Any, real_schema: Any) -> Any:
        """An org of real describes with person accounts."""
        return make_org(real_schema(person_accounts=True))

    def person_type(self, org: Any) -> str:
        """Find a record type for persons."""
        statement = 'SELECT Id FROM "RecordType" WHERE "IsPersonType" = 1 ORDER BY Id'
        return str(org.state.db.execute(statement).fetchone()[0])

    def test_a_last_name_makes_a_person(self, people: Any) -> None:
        """LastName without Name makes a person account with a contact of its own."""
        person = people.get(
            "Account", people.insert("Account", LastName="Diaz", FirstName="Ana", PersonEmail="a@b.example")
        )
        assert (person["IsPersonAccount"], person["Name"]) == (True, "Ana Diaz")
        contact = people.get("Contact", person["PersonContactId"])
        assert (contact["LastName"], contact["Email"], contact["AccountId"]) == ("Diaz", "a@b.example", person["Id"])

    def test_a_name_makes_a_business(self, people: Any) -> None:
        """Name alone makes a business account, with no contact."""
        business = people.get("Account", people.insert("Account", Name="Northwind"))
        assert (business["IsPersonAccount"], business["PersonContactId"]) == (False, None)

    def test_the_record_type_decides(self, people: Any) -> None:
        """A person's record type wants a last name and no name."""
        kind = self.person_type(people)
        error = people.error("POST", "/sobjects/Account", json={"Name": "Northwind", "RecordTypeId": kind})
        assert error["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"
        assert error["fields"] == ["Name"]
        bare = people.error("POST", "/sobjects/Account", json={"RecordTypeId": kind})
        assert bare["message"] == "Required fields are missing: [LastName]"
        person = people.insert("Account", LastName="Diaz", RecordTypeId=kind)
        assert people.get("Account", person)["RecordTypeId"] == kind

    def test_neither_name_is_missing_a_required_field(self, people: Any) -> None:
        """No name at all is a missing Name."""
        error = people.error("POST", "/sobjects/Account", json={"Phone": "1"})
        assert (error["errorCode"], error["fields"]) == ("REQUIRED_FIELD_MISSING", ["Name"])

    def test_persons_have_no_contacts_of_others(self, people: Any) -> None:
        """A person account cannot be the parent of a contact."""
        person = people.insert("Account", LastName="Diaz")
        error = people.error("POST", "/sobjects/Contact", json={"LastName": "A", "AccountId": person})
        assert error["errorCode"] == "INVALID_PERSON_ACCOUNT_OPERATION"

    def test_its_contact_goes_with_it(self, people: Any) -> None:
        """Deleting a person account deletes its contact."""
        person = people.insert("Account", LastName="Diaz")
        people.call("DELETE", f"/sobjects/Account/{person}")
        assert people.state.live_count("Contact") == 0
