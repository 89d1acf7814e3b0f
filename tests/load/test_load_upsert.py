"""Upserts: what the org has is changed, what it lacks is made; an undo deletes the one and changes back the other."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfseed_core.clock import SYSTEM
from sfseed_core.events import Crossed
from sfseed_core.load import before, jobs
from sfseed_core.load.execute import execute
from sfseed_core.load.foresee import foresee, keep
from sfseed_core.load.jobs import Phase
from sfseed_core.load.options import Options
from sfseed_core.load.portable import export_run, import_run
from sfseed_core.load.status import RunState
from sfseed_core.load.undo import undo
from sfseed_core.workflow.holdings import before_load
from tests.emulated import EmulatedOrg
from tests.loading import Made, new_run, resolver_of, stage
from tests.upserting import there_before, upserting, world

QUICK = Options(first_wait=0.01, longest_wait=0.1, patience=20)


def filled(emulated, **more):
    """An org that has some of the records."""
    org = emulated(**more)
    there_before(org.admit())
    return org


def load(home, org, made=None):
    """Stage and load; run and dataset."""
    dataset = stage(home, org, made or upserting())
    run = new_run(home, dataset)
    status = execute(run, org.admit(), dataset, resolver_of(org.connect()), options=QUICK)
    assert all(one.adds_up() for one in (*status.objects.values(), *status.updates.values()))
    return run, status, dataset


@pytest.mark.slow
def test_an_upsert_changes_what_is_there_and_makes_the_rest(home, emulated):
    """By the external id without regard to case; empty cells change nothing; children hang on both kinds."""
    org = filled(emulated)
    _, status, _ = load(home, org)
    assert all(one.succeeded == one.planned for one in (*status.objects.values(), *status.updates.values()))
    client = org.connect()
    found = client.query("SELECT Name, Phone, Customer_Number__c FROM Account")
    accounts = {row["Customer_Number__c"].upper(): row for row in found}
    assert len(accounts) == 8
    assert accounts["K-3"]["Name"] == "New 3"
    assert accounts["K-3"]["Phone"] == "03"
    assert client.count("SELECT COUNT() FROM Account WHERE Id IN (SELECT AccountId FROM Contact)") == 8
    assert client.count("SELECT COUNT() FROM Skill__c") == 4


def test_undo_deletes_what_was_made_and_changes_back_what_was_there(home, emulated):
    """References that the update pass filled too; the preview says so beforehand."""
    org = filled(emulated)
    was = world(org.connect())
    run, _, dataset = load(home, org)
    told = foresee(run, org.connect()).preview
    assert told.deleted == {"Account": 3, "Skill__c": 1, "Contact": 8}
    assert told.restored == ("5 Account records to what they held before", "3 Skill__c records to what they held before")
    assert not told.drifted
    status = undo(run, org.admit(), lambda: dataset, options=QUICK)
    assert status.state is RunState.UNDONE
    assert world(org.connect()) == was
    assert all(one.succeeded == one.planned for one in status.undone.values())
    assert status.undone["Account (changed back)"].planned >= 5


@pytest.mark.slow
def test_sent_again_an_upsert_makes_nothing_twice(home, emulated):
    """A second run changes the same records; its undo leaves those that the first one made."""
    org = filled(emulated)
    load(home, org)
    after = world(org.connect())
    run, _, dataset = load(home, org, upserting())
    contacts = [one for one in world(org.connect())["Contact"] if one in after["Contact"]]
    assert world(org.connect())["Account"] == after["Account"]
    assert len(contacts) == 2 * len(after["Contact"])  # these have no key
    undo(run, org.admit(), lambda: dataset, options=QUICK)
    assert world(org.connect()) == after


def test_what_others_changed_since_is_told_and_can_be_kept(home, emulated):
    """With `keep_changed` an undo leaves such a record as the others left it."""
    org = filled(emulated)
    run, _, dataset = load(home, org)
    (row,) = org.connect().query("SELECT Id FROM Account WHERE Customer_Number__c = 'K-3'")
    org.state._last_now += timedelta(minutes=1)  # the org's clock never goes back
    org.admit().update_one("Account", row["Id"], {"Name": "Theirs"})
    drift = foresee(run, org.connect())
    assert drift.preview.changed["Account (there before)"] == 1
    keep(run, drift.kept)
    undo(run, org.admit(), lambda: dataset, options=QUICK)
    names = {one["Name"] for one in org.connect().query("SELECT Name FROM Account")}
    assert "Theirs" in names
    assert "Old 1" in names


FAULTS = {
    "lines lost": [{"at": "line", "do": "lose", "rows": [0, 2, 3], "times": 0}],
    "lines and counts lost": [{"at": "line", "do": "lose", "share": 0.5, "counted": False, "times": 0}],
    "changed echoes": [
        {"at": "echo", "do": do, "times": 0} for do in ("trim", "lower_email", "crlf_to_lf", "trailing_zero")
    ],
    "a closing without an answer": [{"at": "after", "do": "cut", "match": {"method": "PATCH"}, "nth": 1}],
    "a creation without an answer": [{"at": "after", "do": "cut", "match": {"method": "POST", "path": "ingest"}, "nth": 1}],
    "an upload that never arrived": [{"at": "before", "do": "cut", "match": {"method": "PUT"}, "nth": 1}],
    "a job that is forgotten": [
        {"at": "before", "do": "purge_job", "match": {"method": "GET", "path": "successfulResults"}, "nth": n}
        for n in (1, 2, 3)
    ],
    "a look that is answered late": [
        {"at": "after", "do": "cut", "match": {"method": "GET", "path": "query"}, "nth": n} for n in (1, 2, 3)
    ],
}


FEW = ("lines lost", "a closing without an answer")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What the org holds after a load that nothing disturbed."""
    org = EmulatedOrg.start()
    there_before(org.admit())
    load(tmp_path_factory.mktemp("quiet"), org)
    yield world(org.connect())
    org.stop()


@pytest.mark.parametrize("name", [pytest.param(name, marks=[] if name in FEW else pytest.mark.slow) for name in FAULTS])
def test_under_faults_an_upsert_ends_like_an_undisturbed_one(home, emulated, undisturbed, name):
    """Made and changed alike, and so does its undo."""
    org = filled(emulated)
    was = world(org.connect())
    client, guarded = org.connect(), org.admit()
    dataset = stage(home, org, upserting())
    run, resolver = new_run(home, dataset), resolver_of(client)
    for fault in FAULTS[name]:
        org.fault(**fault)
    status = execute(run, guarded, dataset, resolver, options=QUICK)
    org.faults.clear()
    assert all(one.in_doubt == 0 for one in status.objects.values())
    assert world(org.connect()) == undisturbed
    undo(run, org.admit(), lambda: dataset, options=QUICK)
    assert world(org.connect()) == was


def test_an_object_that_bulk_refuses_goes_record_by_record(home, emulated):
    """By update where the org has it, by insert where it does not."""
    org = filled(emulated)
    was = world(org.connect())
    refusal = {"status": 400, "code": "INVALIDENTITY", "message": "Entity 'Account' is not supported by the Bulk API."}
    org.fault(at="before", do="answer", match={"method": "POST", "path": "jobs/ingest"}, nth=1, **refusal)
    run, status, dataset = load(home, org)
    assert any(one.single and one.operation == "upsert" for one in jobs.read_jobs(run))
    assert all(one.succeeded == one.planned for one in status.objects.values())
    undo(run, org.admit(), lambda: dataset, options=QUICK)
    assert world(org.connect()) == was


@pytest.mark.slow
def test_what_an_upsert_made_is_undone_elsewhere_and_what_it_changed_is_told(home, emulated, tmp_path):
    """An exported run holds no old values: the import and the look before its undo say how many stay changed, and what to do."""
    org = filled(emulated)
    run, _, dataset = load(home, org)
    other = import_run(export_run(run, tmp_path / "run.zip"), tmp_path / "other", org="x")
    notes = [one for one in other.status().notes if "stay as they are when it is undone here" in one]
    assert [one.split(" records")[0] for one in notes] == ["5 Account", "3 Skill__c"]
    assert all(f"sfseed runs undo {run.id} changes them back" in one for one in notes)
    seen = foresee(other, org.connect()).preview
    assert seen.left == {"Account": 5, "Skill__c": 3}
    assert seen.restored == ()
    assert "an undo where they were loaded changes them back" in "\n".join(seen.lines())
    undo(other, org.admit(), lambda: None, options=QUICK)
    assert org.connect().count("SELECT COUNT() FROM Account") == 5
    assert before.to_restore(other) == {}
    assert foresee(run, org.connect()).preview.left == {}
    undo(run, org.admit(), lambda: dataset, options=QUICK)
    names = {one["Name"] for one in org.connect().query("SELECT Name FROM Account")}
    assert names == {f"Old {number}" for number in range(5)}


@pytest.mark.slow
def test_every_old_value_is_on_disk_before_its_job_is_closed(home, emulated):
    """Each job that changes records has them, also the update pass of references."""
    org = filled(emulated)
    run, _, _ = load(home, org)
    done = jobs.read_jobs(run, phases={Phase.SETTLED}, operations=("upsert", "update"))
    with_old = [one.operation for one in done if before.read(jobs.files_of(run, one)) is not None]
    assert with_old.count("upsert") == 2
    assert "update" in with_old


texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=10).filter(
    lambda text: text.strip() == text and "#N/A" not in text
)


any_row = st.tuples(texts, st.booleans(), texts, st.one_of(st.none(), texts))


@pytest.mark.slow
@given(st.lists(any_row, max_size=8, unique_by=lambda one: one[0].casefold()))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_keys_and_values_come_back(tmp_path_factory, rows):
    """Whatever keys and texts look like, load and undo leave the org as it was."""
    home, org = tmp_path_factory.mktemp("home"), EmulatedOrg.start()
    try:
        guarded = org.admit()
        for key, there, old, _ in rows:
            if there:
                guarded.insert_one("Account", {"Name": old, "Customer_Number__c": key})
        was = world(org.connect())
        new = [{"Name": f"New {old}", "Phone": phone, "Customer_Number__c": key} for key, _, old, phone in rows]
        columns = {"Name": "string", "Phone": "phone", "Customer_Number__c": "string"}
        made = [Made("Account", 0, columns, {}, new, upsert="Customer_Number__c")]
        run, status, dataset = load(home, org, made)
        assert all(one.succeeded == one.planned for one in status.objects.values())
        undo(run, org.admit(), lambda: dataset, options=QUICK)
        assert world(org.connect()) == was
    finally:
        org.stop()


def test_keys_that_are_nearly_alike_stay_apart(home, emulated):
    """`1.1` and `1.10`, and in a field that minds case `aB` and `Ab`, are records of their own: each keeps its children."""
    org = emulated()
    keys = ("aB", "Ab", "1.10", "1.1")
    for number, key in enumerate(reversed(keys)):
        org.admit().insert_one("Skill__c", {"Name": f"Old {number}", "Skill_Code__c": key})
    was = world(org.connect())
    skills = [{"Name": f"New {key}", "Skill_Code__c": key} for key in keys]
    skills += [
        {"Name": f"Below {key}", "Skill_Code__c": f"below {key}", "Parent_Skill__c": n} for n, key in enumerate(keys)
    ]
    columns = {"Name": "string", "Skill_Code__c": "string"}
    parent = {"Parent_Skill__c": "Skill__c"}
    made = Made("Skill__c", 0, columns, parent, skills, frozenset(parent), upsert="Skill_Code__c")
    run, status, dataset = load(home, org, [made])
    assert all(one.succeeded == one.planned for one in (*status.objects.values(), *status.updates.values()))
    found = org.connect().query("SELECT Name, Skill_Code__c, Parent_Skill__r.Name FROM Skill__c")
    assert {row["Name"]: (row["Skill_Code__c"], (row["Parent_Skill__r"] or {}).get("Name")) for row in found} == {
        **{f"New {key}": (key, None) for key in keys},
        **{f"Below {key}": (f"below {key}", f"New {key}") for key in keys},
    }
    undo(run, org.admit(), lambda: dataset, options=QUICK)
    assert world(org.connect()) == was


class Meanwhile:
    """Does something when the first job of an upsert has been made: after the look at what is there, before its records come."""

    def __init__(self, act):
        self.act = act

    def notify(self, event):
        """Do it once."""
        if isinstance(event, Crossed) and (event.kind, event.verb) == ("outcome", "create") and self.act:
            act, self.act = self.act, None
            act()


def test_what_others_do_between_the_look_and_the_job_is_told(home, emulated):
    """A record that they make with a key of ours is changed and told, and an undo leaves it; one that they delete is made."""
    org = emulated()
    there_before(org.admit())
    client, guarded = org.connect(), org.admit()
    (old,) = client.query("SELECT Id FROM Account WHERE Customer_Number__c = 'K-3'")

    def act():
        guarded.insert_one("Account", {"Name": "Theirs", "Customer_Number__c": "K-7", "Phone": "5"})
        guarded.delete_one("Account", old["Id"])

    dataset = stage(home, org, upserting())
    run = new_run(home, dataset)
    status = execute(run, org.admit(), dataset, resolver_of(client), observer=Meanwhile(act), options=QUICK)
    assert status.objects["Account"].succeeded == status.objects["Account"].planned
    [note] = [one for one in status.notes if "with the same key while this load was at work" in one]
    assert note.startswith("1 Account records were made by others")
    assert before.changed(run) == 8  # K-0 to K-4 but for the one that is gone, K-7, and three skills
    ours = before_load("uat", client, ["Account"], home=home, now=SYSTEM.now())[0].ours
    assert ours == sum(one.planned for one in status.objects.values()) - 8  # what it changed was there already
    status = undo(run, org.admit(), lambda: dataset, options=QUICK)
    assert status.state is RunState.UNDONE
    left = {
        row["Customer_Number__c"].upper(): row["Name"]
        for row in client.query("SELECT Customer_Number__c, Name FROM Account")
    }
    assert left == {**{f"K-{n}": f"Old {n}" for n in (0, 1, 2, 4)}, "K-7": "New 7"}
    assert all(one.failed == 0 for one in status.undone.values())
