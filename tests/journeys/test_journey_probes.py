"""Each constraint that a real describe states refuses one broken record, with Salesforce's code, by REST and by Bulk."""

from __future__ import annotations

import csv
import io
import json
import time
from dataclasses import dataclass, field

import pytest
import requests

from tests.journeys.test_journey_real_describes import folder_of

TEXT = {"string", "textarea", "phone", "url", "encryptedstring", "combobox"}
NUMBERS = {"double", "currency", "percent"}
PLAIN = {
    "string": "Probe", "textarea": "Probe", "phone": "555-0100", "url": "https://example.com", "email": "probe@example.com",
    "int": "1", "double": "1", "currency": "1", "percent": "1", "date": "2026-01-05", "datetime": "2026-01-05T09:00:00.000Z",
    "combobox": "Probe", "boolean": "false", "time": "09:00:00.000Z", "encryptedstring": "Probe",
}  # fmt: skip


@dataclass
class Probe:
    """One broken record: what is wrong with it, and the code that must refuse it."""

    why: str
    row: dict[str, str]
    codes: set[str]
    first: dict[str, str] = field(default_factory=dict)


def sound_row(describe, parents):
    """The least record that the describe lets in."""
    row = {}
    for one in describe["fields"]:
        needed = one["createable"] and not one["nillable"] and not one["defaultedOnCreate"] and one["type"] != "boolean"
        if needed:
            row[one["name"]] = sound_value(one, parents)
    if describe["name"] == "Account":
        row["Name"] = "Probe"
    if describe["name"] == "Event":
        row |= {"StartDateTime": "2026-01-05T09:00:00.000Z", "DurationInMinutes": "30"}
        row.pop("ActivityDateTime", None)
    return row


def sound_value(one, parents):
    """A value that the field takes."""
    if one["type"] == "reference":
        return next(parents[name] for name in one["referenceTo"] if name in parents)
    if one["picklistValues"]:
        return next(entry["value"] for entry in one["picklistValues"] if entry["active"])
    return PLAIN[one["type"]][: one["length"] or None]


def probes(describe, parents):
    """A broken record per constraint that the describe states."""
    business = sound_row(describe, parents)
    persons = any(one["name"] == "IsPersonAccount" for one in describe["fields"])
    for one in describe["fields"]:
        if not one["createable"] or one["name"] == "OwnerId":
            continue
        name, kind = one["name"], one["type"]
        sound = {"LastName": "Probe"} if persons and of_a_person(name) else business
        if name in sound and not one["nillable"]:
            yield Probe(f"{name} required", {k: v for k, v in sound.items() if k != name}, {"REQUIRED_FIELD_MISSING"})
        if kind in TEXT and one["length"] and not one["picklistValues"]:
            yield Probe(f"{name} length", sound | {name: "x" * (one["length"] + 1)}, {"STRING_TOO_LONG"})
        if kind == "email":
            yield Probe(f"{name} length", sound | {name: "x" * one["length"] + "@example.com"}, {"STRING_TOO_LONG"})
            yield Probe(f"{name} form", sound | {name: "no address"}, {"INVALID_EMAIL_ADDRESS"})
        if kind in NUMBERS and one["precision"]:
            digits = one["precision"] - one["scale"]
            yield Probe(f"{name} precision", sound | {name: "9" * (digits + 1)}, {"NUMBER_OUTSIDE_VALID_RANGE"})
        if kind == "int" and one["digits"]:
            yield Probe(f"{name} digits", sound | {name: "9" * (one["digits"] + 1)}, {"NUMBER_OUTSIDE_VALID_RANGE"})
        if kind in {"picklist", "multipicklist"} and one["restrictedPicklist"]:
            bad = sound | {name: "no such value"}
            yield Probe(f"{name} restricted", bad, {"INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"})
        if kind == "reference":
            if any(parents.get(f"{target}!prefix") for target in one["referenceTo"]):
                yield Probe(f"{name} dangling", sound | {name: dangling(parents, one)}, {"INVALID_CROSS_REFERENCE_KEY"})
            wrong = sound | {name: "00X000000000001EAA"}
            yield Probe(
                f"{name} object", wrong, {"MALFORMED_ID", "FIELD_INTEGRITY_EXCEPTION", "INVALID_CROSS_REFERENCE_KEY"}
            )
        if one["unique"]:
            twice = sound | {name: "7" if kind in NUMBERS else "Twice"[: one["length"] or None]}
            yield Probe(f"{name} unique", twice, {"DUPLICATE_VALUE"}, first=twice)


def of_a_person(name):
    """Whether only a person account has the field (SALESFORCE.md 2.11)."""
    return (
        name in {"FirstName", "LastName", "MiddleName", "Salutation", "Suffix"}
        or name.startswith("Person")
        or name.endswith("__pc")
    )


def dangling(parents, one):
    """A well-formed id of an allowed object that no record has."""
    prefix = next(parents[f"{name}!prefix"] for name in one["referenceTo"] if parents.get(f"{name}!prefix"))
    fifteen = f"{prefix}000000zzzzzz"
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    return fifteen + "".join(letters[sum(1 << k for k in range(5) if "A" <= fifteen[b + k] <= "Z")] for b in (0, 5, 10))


class Api:
    """The few calls that the probes need."""

    def __init__(self, info):
        self.base = info["base_url"] + "/services/data/v62.0"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {info['access_token']}"

    def listing(self):
        """The org's objects."""
        return self.session.get(f"{self.base}/sobjects").json()["sobjects"]

    def describe(self, name):
        """The object's describe."""
        return self.session.get(f"{self.base}/sobjects/{name}/describe").json()

    def post(self, name, row):
        """Insert one record; the answer and its status."""
        answer = self.session.post(f"{self.base}/sobjects/{name}", json=row)
        return answer.status_code, answer.json()

    def bulk_failures(self, name, header, rows):
        """Insert rows by Bulk; the errors by the row's number in `rows` (matched by content)."""
        job = self.session.post(f"{self.base}/jobs/ingest", json={"object": name, "operation": "insert"}).json()["id"]
        text = io.StringIO()
        writer = csv.DictWriter(text, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        put = self.session.put(
            f"{self.base}/jobs/ingest/{job}/batches", data=text.getvalue().encode(), headers={"Content-Type": "text/csv"}
        )
        assert put.status_code == 201, put.text
        self.session.patch(f"{self.base}/jobs/ingest/{job}", json={"state": "UploadComplete"})
        for _ in range(600):
            state = self.session.get(f"{self.base}/jobs/ingest/{job}").json()
            if state["state"] in {"JobComplete", "Failed", "Aborted"}:
                break
            time.sleep(0.05)
        assert state["state"] == "JobComplete", state
        failed = self.session.get(f"{self.base}/jobs/ingest/{job}/failedResults/").text
        return list(csv.DictReader(io.StringIO(failed)))


@pytest.mark.parametrize("account", ["Account.json", "Account_PersonAccount.json"])
def test_each_constraint_refuses_one_broken_record(outside_data, tmp_path, emulator, account):
    """Required, length, precision, restricted picklist, unique and reference constraints, read off each describe, refuse."""
    folder = folder_of(outside_data, tmp_path, account)
    api = Api(emulator("--describes", str(folder)).info)
    described = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    described = [one for one in described if "fields" in one]
    parents = {f"{one['name']}!prefix": one["keyPrefix"] for one in api.listing()}
    for one in sorted(described, key=lambda d: d["name"] not in {"Account", "Contact", "Opportunity"}):
        status, answer = api.post(one["name"], sound_row(one, parents))
        assert status == 201, (one["name"], answer)
        parents[one["name"]] = answer["id"]
    assert sum(refused(api, one, parents) for one in described) >= 170


def refused(api, one, parents):
    """Send each broken record of one object by REST and by Bulk; how many were refused as they should be."""
    found, wrong = list(probes(one, parents)), []
    for probe in found:
        if probe.first:
            assert api.post(one["name"], probe.first)[0] == 201
        status, answer = api.post(one["name"], probe.row)
        if status != 400 or answer[0]["errorCode"] not in probe.codes:
            wrong.append((one["name"], probe.why, status, answer))
    assert wrong == []
    header = sorted({name for probe in found for name in probe.row})
    failures = api.bulk_failures(one["name"], header, [{h: p.row.get(h, "") for h in header} for p in found])
    assert len(failures) == len(found), one["name"]
    echoed = {tuple(row[h] for h in header): row["sf__Error"] for row in failures}
    for probe in found:
        error = echoed[tuple(probe.row.get(h, "") for h in header)]
        assert error.split(":")[0] in probe.codes, (one["name"], probe.why, error)
    return len(found)


def test_unique_fields_of_the_demo_org_refuse_a_second_value(emulator):
    """Each unique field of the demo org refuses a value that a record has, by REST and by Bulk."""
    api = Api(emulator().info)
    parents = {f"{one['name']}!prefix": one["keyPrefix"] for one in api.listing()}
    account = api.describe("Account")
    assert any(one["unique"] and one["createable"] for one in account["fields"])
    assert refused(api, account, parents) > 20
