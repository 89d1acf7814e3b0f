"""Each constraint that real describes state is enforced: one broken row each, over REST and over Bulk."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DESCRIBES = ("Account", "Contact", "Lead", "Opportunity", "Case", "Event", "OpportunityContactRole", "Custom__c")
LONGEST_SENT = 40_000
WHOLE: dict[str, dict[str, str]] = {
    "Account": {"Name": "Northwind"},
    "Contact": {"LastName": "Diaz"},
    "Lead": {"LastName": "Diaz", "Company": "Northwind"},
    "Opportunity": {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-01"},
    "Case": {"Subject": "Broken"},
    "Event": {"Subject": "Call", "ActivityDateTime": "2026-12-01T09:00:00Z", "DurationInMinutes": "30"},
    "OpportunityContactRole": {"OpportunityId": "@Opportunity", "ContactId": "@Contact"},
    "Custom__c": {"Name": "One"},
}


@dataclass(frozen=True)
class Probe:
    """A row that breaks one constraint, and the error that must come."""

    row: dict[str, str]
    code: str
    text: str
    fields: tuple[str, ...]


def broken_rows(describe: dict[str, Any], whole: dict[str, str]) -> Iterator[Probe]:
    """Read every probe off a describe (on its own: the emulator's reader may be wrong)."""
    for field in describe["fields"]:
        name, label = field["name"], field["label"]
        if not field["createable"]:
            text = f"Unable to create/update fields: {name}. Please check the security settings"
            if name != "Id" and field["type"] not in ("address", "location"):
                yield Probe({**whole, name: "1"}, "INVALID_FIELD_FOR_INSERT_UPDATE", text, (name,))
            continue
        if not field["nillable"] and not field["defaultedOnCreate"] and field["type"] != "boolean":
            rest = {key: value for key, value in whole.items() if key != name}
            yield Probe(rest, "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{name}]", (name,))
        if field["type"] in ("string", "textarea", "phone", "url", "combobox") and 0 < field["length"] < LONGEST_SENT:
            long = "x" * (field["length"] + 1)
            text = f"{label}: data value too large: {long} (max length={field['length']})"
            yield Probe({**whole, name: long}, "STRING_TOO_LONG", text, (name,))
        yield from _typed_probes(field, whole)


def _typed_probes(field: dict[str, Any], whole: dict[str, str]) -> Iterator[Probe]:
    name, label, kind = field["name"], field["label"], field["type"]
    if kind in ("double", "currency", "percent"):
        large = "1" + "0" * (field["precision"] - field["scale"])
        text = f"{label}: value outside of valid range on numeric field: {large}"
        yield Probe({**whole, name: large}, "NUMBER_OUTSIDE_VALID_RANGE", text, (name,))
    if kind == "int":
        large = "1" + "0" * field["digits"]
        text = f"{label}: value outside of valid range on numeric field: {large}"
        yield Probe({**whole, name: large}, "NUMBER_OUTSIDE_VALID_RANGE", text, (name,))
    if kind == "email":
        text = f"{label}: invalid email address: nobody@"
        yield Probe({**whole, name: "nobody@"}, "INVALID_EMAIL_ADDRESS", text, (name,))
    if kind == "picklist" and field["restrictedPicklist"]:
        text = f"{label}: bad value for restricted picklist field: No Such Value"
        yield Probe({**whole, name: "No Such Value"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, (name,))
    if kind == "reference" and name != "RecordTypeId":
        wrong = "00B000000000001"  # a list view: nothing that records refer to
        bad = "FIELD_INTEGRITY_EXCEPTION" if name == "OwnerId" else "MALFORMED_ID"
        yield Probe({**whole, name: "001x"}, bad, f"{label}: id value of incorrect type: 001x", (name,))
        if "User" not in field["referenceTo"]:
            user = "@User"
            yield Probe({**whole, name: user}, bad, f"{label}: id value of incorrect type: {user}", (name,))
        yield Probe({**whole, name: wrong}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ())


def filled(text: str, known: dict[str, str]) -> str:
    """Put the ids of known records for their names."""
    for name, record_id in known.items():
        text = text.replace(f"@{name}", record_id)
    return text


@pytest.fixture
def real(make_org: Any, real_schema: Any) -> tuple[Any, dict[str, str]]:
    """An org of real describes, and the ids of what the probes refer to."""
    org = make_org(real_schema(), duplicate_rules=False)  # the same row is sent by REST and by Bulk
    known = {"User": org.state.user_id}
    for name in ("Opportunity", "Contact"):
        known[name] = org.insert(name, **WHOLE[name])
    return org, known


def probes_of(outside_data: Path, object_name: str, known: dict[str, str]) -> list[Probe]:
    """List an object's probes with the ids of this org in them."""
    describe = json.loads((outside_data / "describes" / f"{object_name}.json").read_text(encoding="utf-8"))
    return [
        Probe(
            {name: filled(value, known) for name, value in one.row.items()}, one.code, filled(one.text, known), one.fields
        )
        for one in broken_rows(describe, WHOLE[object_name])
    ]


@pytest.mark.parametrize("object_name", DESCRIBES)
def test_rest_refuses_a_row_for_each_constraint(
    outside_data: Path, real: tuple[Any, dict[str, str]], object_name: str
) -> None:
    """A row that breaks one constraint is refused over REST with Salesforce's code, text and fields."""
    org, known = real
    probes = probes_of(outside_data, object_name, known)
    assert probes
    for probe in probes:
        error = org.error("POST", f"/sobjects/{object_name}", json=probe.row)
        assert error["status"] == 400
        assert error["errorCode"] == probe.code, probe.row
        assert error["message"].startswith(probe.text)
        assert tuple(error["fields"]) == probe.fields


@pytest.mark.parametrize("object_name", DESCRIBES)
def test_bulk_refuses_a_row_for_each_constraint(
    outside_data: Path, real: tuple[Any, dict[str, str]], object_name: str
) -> None:
    """The same rows fail in a Bulk job, each with its own line."""
    org, known = real
    by_columns: dict[tuple[str, ...], list[Probe]] = {}
    for probe in probes_of(outside_data, object_name, known):
        by_columns.setdefault(tuple(probe.row), []).append(probe)
    for columns, probes in by_columns.items():
        if not columns:
            continue
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(probe.row for probe in probes)
        job = org.bulk(object_name, text.getvalue())
        assert job["state"] == "JobComplete", (job, columns)
        lines = list(csv.DictReader(io.StringIO(job["failedResults"])))
        assert len(lines) == len(probes)
        for probe in probes:
            [line] = [one for one in lines if all(one[name] == value for name, value in probe.row.items())]
            assert line["sf__Error"].startswith(f"{probe.code}:{probe.text}"), line["sf__Error"][:300]
            assert line["sf__Error"].endswith(f":{' '.join(probe.fields)} --" if probe.fields else ":--")


def test_whole_rows_are_saved(real: tuple[Any, dict[str, str]]) -> None:
    """The rows that the probes are broken from are fine."""
    org, known = real
    for object_name, row in WHOLE.items():
        org.insert(object_name, **{name: filled(value, known) for name, value in row.items()})


def test_a_unique_value_is_taken_once(org: Any) -> None:
    """A second record with a unique value, in any case, is refused and told who has it, by 15 characters."""
    first = org.insert("Account", Name="A", Customer_Number__c="C-100001")
    error = org.error("POST", "/sobjects/Account", json={"Name": "B", "Customer_Number__c": "c-100001"})
    text = f"duplicate value found: Customer_Number__c duplicates value on record with id: {first[:15]}"
    assert (error["errorCode"], error["message"]) == ("DUPLICATE_VALUE", text)
    job = org.bulk("Account", "Name,Customer_Number__c\nB,C-100001\nC,C-100002\nD,C-100002\n")
    assert job["numberRecordsFailed"] == 2
    unknown = "DUPLICATE_VALUE:duplicate value found: <unknown> duplicates value on record with id: <unknown>:--"
    assert f"DUPLICATE_VALUE:{text}:--" in job["failedResults"]
    assert unknown in job["failedResults"]


def at_the_limit(field: dict[str, Any], known: dict[str, str]) -> object:
    """Build the largest value that a field can hold; None where the org has nothing to refer to."""
    kind, name = field["type"], field["name"]
    if kind in ("string", "textarea", "phone", "url", "combobox", "encryptedstring"):
        return "ü" * min(field["length"], 200) + "x" * max(0, field["length"] - 200)
    if kind in ("double", "currency", "percent"):
        if "Latitude" in name or "Longitude" in name:
            return 89.25
        whole = 10 ** min(field["precision"] - field["scale"], 12) - 1
        return 100.0 if name == "Probability" else whole + (0.5 if field["scale"] else 0.0)
    if kind == "picklist":
        return next((one["value"] for one in field["picklistValues"] if one["active"]), None)
    if kind == "multipicklist":
        return ";".join([one["value"] for one in field["picklistValues"] if one["active"]][:100]) or None
    if kind == "reference":
        return next((known[one] for one in field["referenceTo"] if one in known), None)
    plain: dict[str, object] = {
        "int": 10 ** field["digits"] - 1,
        "boolean": True,
        "date": "4000-12-31",
        "datetime": "2026-12-01T09:00:00.000+0000",
        "time": "23:59:59.999Z",
        "email": "a" * 40 + "@" + "b" * 20 + ".example",
    }
    return plain.get(kind)


@pytest.mark.parametrize("object_name", ["Account", "Contact", "Lead", "Opportunity", "Case", "Custom__c"])
def test_a_row_at_every_limit_is_saved_as_sent(
    outside_data: Path, real: tuple[Any, dict[str, str]], object_name: str
) -> None:
    """A record whose every field is as large as its describe allows is saved, and reads back as it was sent."""
    org, known = real
    known = {**known, "Account": org.insert("Account", Name="A")}
    describe = json.loads((outside_data / "describes" / f"{object_name}.json").read_text(encoding="utf-8"))
    fields = [
        one for one in describe["fields"] if one["createable"] and one["name"] not in ("RecordTypeId", "Pricebook2Id")
    ]
    row = {one["name"]: value for one in fields if (value := at_the_limit(one, known)) is not None}
    assert len(row) >= 0.7 * len(fields)
    saved = org.get(object_name, org.insert(object_name, **row))
    assert {name: saved[name] for name in row} == row
    text = io.StringIO()
    writer = csv.DictWriter(text, list(row), lineterminator="\n")
    writer.writeheader()
    writer.writerow({name: str(value).lower() if value is True else value for name, value in row.items()})
    job = org.bulk(object_name, text.getvalue())
    assert job["numberRecordsFailed"] == 0, job["failedResults"][-500:]
    [line] = csv.DictReader(io.StringIO(job["successfulResults"]))
    bulked = org.get(object_name, line["sf__Id"])
    assert {name: bulked[name] for name in row} == row
