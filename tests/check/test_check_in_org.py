"""Records that a duplicate rule takes for one that the org has: what the check calls refused, the org refuses."""

from __future__ import annotations

import itertools

import pyarrow as pa
import pytest

from sfseed_core.check.finding import Level
from sfseed_core.check.in_org import MOST_CALLS, found_in_org
from sfseed_core.check.report import report_of
from sfseed_core.schema.cache import Cache
from sfseed_core.schema.discover import discover
from sfseed_core.snapshot.model import DuplicateRule, Snapshot
from sfseed_core.snapshot.read import take
from sfseed_emulator import dml
from tests.emulated import EmulatedOrg

ADA = {"FirstName": "Ada", "LastName": "Okafor", "Email": "ada@acme.example", "Phone": "+1 202-555-0143", "Title": "CFO"}
PLACE = {"MailingStreet": "17 Hill Road", "MailingCity": "Leeds", "MailingPostalCode": "LS1 4AP"}
ACME = {"Name": "Acme Farms", "BillingStreet": "1 Mill Lane", "BillingCity": "York", "BillingPostalCode": "YO1 7HU"}


@pytest.fixture(scope="module")
def org(tmp_path_factory):
    """An org with a contact, a lead and an account, what its snapshot says of it, and its schema."""
    started = EmulatedOrg.start(duplicate_rules=True, validation_rules=False)
    insert(started, "Contact", [ADA | PLACE])
    insert(started, "Lead", [{"FirstName": "Bo", "LastName": "Lind", "Company": "Lind AB", "Email": "bo@lind.example"}])
    insert(started, "Account", [ACME])
    client = started.connect()
    names = ["Contact", "Lead", "Account"]
    schema = discover(client, names=names, cache=Cache(tmp_path_factory.mktemp("home")), also_parents=False)
    yield started, take(client, schema, objects=names), schema
    started.stop()


def insert(org, name, rows):
    """Insert rows and return what became of each."""
    with org.state.lock, org.state.transaction():
        return dml.insert(org.state, name, rows, "json")


def compared(org, snapshot, name, rows):
    """What the check finds in rows."""
    table = pa.Table.from_pylist([{"record": number, **row} for number, row in enumerate(rows)])
    return found_in_org({name: table}, snapshot, org.connect().query)


def varied(base, **others):
    """The row with every choice of other values."""
    for values in itertools.product(*others.values()):
        yield {**base, **dict(zip(others, values, strict=True))}


ROWS = {
    "Contact": [
        *varied(
            ADA | PLACE,
            Email=("ADA@acme.example ", "x@acme.example", "x@y.example"),
            MailingStreet=("17 hill  road", "99 Low Street"),
            Phone=(None,),
            Title=(None,),
        ),
        {"FirstName": "Bo", "LastName": "Lind", "Email": "bo@lind.example"},
        {"FirstName": "Bo", "LastName": "Lind", "Email": "bo@other.example"},
        {"LastName": "Okafor", "Email": "o@k.example"},
        {"FirstName": "Zoë", "LastName": "Quist", "Email": "ada@acme.example"},
    ],
    "Lead": [
        {"FirstName": "bo", "LastName": "LIND", "Company": "Other", "Email": "bo@lind.example"},
        {"FirstName": "Ada", "LastName": "Okafor", "Company": "New", "Email": "ada@acme.example"},
        {"FirstName": "Ada", "LastName": "Okafor", "Company": "New", "Email": "new@new.example"},
    ],
    "Account": [ACME, {**ACME, "BillingStreet": "2 Far Away"}, {"Name": "Acme Farms"}, {**ACME, "Name": "Other Mills"}],
}


@pytest.mark.parametrize("name", ROWS)
def test_refused_by_the_check_means_refused_by_the_org(org, name):
    """Row by row, whatever the case and the blanks; two calls at most, for records are asked for by the names that both have."""
    started, snapshot, _ = org
    found = compared(started, snapshot, name, ROWS[name])
    refused = {int(one) for each in found.findings if each.level is Level.REFUSED for one in each.records}
    results = insert(started, name, ROWS[name])
    theirs = {number for number, one in enumerate(results) if any(e.code == "DUPLICATES_DETECTED" for e in one.errors)}
    assert refused == theirs
    assert refused
    assert found.calls <= 2


def test_names_that_the_org_lacks_cost_no_call(org):
    """Records whose names the snapshot does not hold are not asked for."""
    started, snapshot, _ = org
    assert compared(started, snapshot, "Contact", [{"FirstName": "Nobody", "LastName": "Here"}]).calls == 0


def test_a_telephone_number_alone_is_doubtful(org):
    """Numbers are compared in sections: equal ones beside equal names may be a match, and the finding says may."""
    started, snapshot, _ = org
    row = {"FirstName": "Ada", "LastName": "Okafor", "Phone": ADA["Phone"]}
    [finding] = compared(started, snapshot, "Contact", [row]).findings
    assert finding.level is Level.DOUBTFUL
    assert "may take it" in finding.message


def test_what_was_not_compared_is_said(org):
    """A matching rule of the org's own, and more names than a check should ask for, are named with the reason."""
    started, snapshot, schema = org
    own = DuplicateRule("Contact", "Ours", refuses=True, matching=("Contact.Our_Rule",))
    reports = DuplicateRule("Lead", "Quiet", refuses=False, matching=("Lead.Standard_Lead_Match_Rule_v1_0",))
    found = compared(started, _with(snapshot, own, reports), "Contact", [ADA])
    assert "matching rule of the org's own" in found.not_compared["Ours"]
    report = report_of((), {"Contact": 1}, schema.objects, _with(snapshot, own), found)
    assert "not compared with the org's records" in report.duplicates[0]
    unknown = _with(snapshot, *snapshot.duplicate_rules, taken={})
    many = [{"FirstName": "A", "LastName": f"N{number}"} for number in range(MOST_CALLS * 50 + 1)]
    found = compared(started, unknown, "Contact", many)
    assert f"more than {MOST_CALLS} calls" in found.not_compared["Standard Contact Duplicate Rule"]


def test_the_report_counts_and_says_the_calls(org):
    """A report names the records that look like the org's, and in how many calls they were compared."""
    started, snapshot, schema = org
    found = compared(started, snapshot, "Contact", [ADA])
    report = report_of((), {"Contact": 1}, schema.objects, snapshot, found)
    assert report.refused == 1
    assert "; 1 look like one that the org has" in report.duplicates[0]
    assert report.duplicates[-1].startswith("records were compared with the org's in ")


def _with(snapshot: Snapshot, *rules: DuplicateRule, **more: object) -> Snapshot:
    from dataclasses import replace

    return replace(snapshot, duplicate_rules=rules, **more)
