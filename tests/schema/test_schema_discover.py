"""Reading an org's schema: from the list of objects to a cache that transfers next to nothing."""

from __future__ import annotations

import json
import shutil

import pytest
import stamina

from sfseed_core.errors import DataError, LoginFailed, NotFound, OrgUnreachable
from sfseed_core.events import Progress
from sfseed_core.org.client import Stamp, connect
from sfseed_core.schema.cache import Cache, Cached
from sfseed_core.schema.discover import describe_one, discover, listing
from sfseed_core.schema.graph import build, order
from sfseed_emulator.schema import describes_schema


@pytest.fixture(autouse=True)
def _no_waiting():
    """Repeated reads follow each other at once."""
    with stamina.set_testing(True, attempts=3):
        yield


class Watching:
    """Keeps the events it is told, and may stop at one of them."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.events: list[Progress] = []
        self.stop_at = stop_at

    def notify(self, event: Progress, /) -> None:
        """Keep the event."""
        self.events.append(event)
        if len(self.events) == self.stop_at:
            raise KeyboardInterrupt


def describe_calls(one, status):
    """How many describes of single objects were answered so."""
    return len([call for call in one.calls("GET", "/describe") if call[2] == status])


def test_everything_seedable_is_discovered(emulated, tmp_path):
    """All business objects of the demo org are described, with progress; setup objects are listed only."""
    one, watching = emulated(), Watching()
    schema = discover(one.connect(), cache=Cache(tmp_path), observer=watching)
    assert {"Account", "Contact", "Opportunity", "Project__c", "Skill_Assignment__c"} <= schema.objects.keys()
    assert not {"User", "Organization", "RecordType", "OpportunityStage"} & schema.objects.keys()
    assert {"User", "Organization"} <= schema.listing.keys()
    assert schema.failures == {}
    assert [event.current for event in watching.events] == list(range(1, len(schema.objects) + 1))
    assert {event.subject for event in watching.events} == schema.objects.keys()


def test_a_second_discovery_transfers_nothing(emulated, tmp_path):
    """Each describe is asked for with what is known, and answered by `not modified`."""
    one = emulated()
    first = discover(one.connect(), cache=Cache(tmp_path))
    transferred = describe_calls(one, 200)
    second = discover(one.connect(), cache=Cache(tmp_path))
    assert second.objects == first.objects
    assert describe_calls(one, 200) == transferred
    assert describe_calls(one, 304) == len(first.objects)


def test_required_parents_are_described_too(emulated, tmp_path):
    """What a named object requires comes with it, through several steps."""
    schema = discover(emulated().connect(), names=["Time_Entry__c"], cache=Cache(tmp_path))
    assert {"Time_Entry__c", "Project_Task__c", "Project_Phase__c", "Project__c"} <= schema.objects.keys()
    alone = discover(emulated().connect(), names=["Time_Entry__c"], cache=Cache(tmp_path), also_parents=False)
    assert list(alone.objects) == ["Time_Entry__c"]


def test_names_are_found_in_any_case_and_unknown_ones_get_a_suggestion(emulated, tmp_path):
    """A typing error is answered with what was probably meant."""
    org = emulated().connect()
    assert list(discover(org, names=["account"], cache=Cache(tmp_path)).objects) == ["Account"]
    with pytest.raises(NotFound) as caught:
        discover(org, names=["Oportunity"], cache=Cache(tmp_path))
    assert "Opportunity" in caught.value.hint


def test_an_object_that_cannot_be_described_does_not_stop_the_rest(emulated, tmp_path):
    """It is listed with the reason."""
    one = emulated()
    org = one.connect()
    one.fault(
        at="before", do="answer", status=500, code="UNKNOWN_EXCEPTION", message="oops", times=0, match={"path": "/Case/"}
    )
    one.fault(at="before", do="cut", times=0, match={"path": "/Lead/describe"})
    schema = discover(org, names=["Account", "Case", "Lead"], cache=Cache(tmp_path))
    assert list(schema.objects) == ["Account"]
    assert "UNKNOWN_EXCEPTION" in schema.failures["Case"]
    assert "no usable answer" in schema.failures["Lead"]


def test_a_lost_login_stops_discovery(emulated, tmp_path):
    """When no further object could be read, the error is told once."""
    one = emulated()
    org = connect(one.token_login(), mounts=one.mounts)
    one.fault(at="before", do="answer", status=401, code="INVALID_SESSION_ID", message="x", nth=10, times=0)
    with pytest.raises(LoginFailed):
        discover(org, cache=Cache(tmp_path))


def test_a_cancelled_discovery_goes_on_from_the_cache(emulated, tmp_path):
    """What was described before the interruption is not transferred again."""
    one = emulated()
    with pytest.raises(KeyboardInterrupt):
        discover(one.connect(), cache=Cache(tmp_path), observer=Watching(stop_at=12))
    transferred = describe_calls(one, 200)
    assert 12 <= transferred < 40
    schema = discover(one.connect(), cache=Cache(tmp_path))
    assert describe_calls(one, 200) == len(schema.objects)


def test_broken_cache_entries_count_as_absent(emulated, tmp_path):
    """A truncated, foreign or odd file is described anew."""
    one, cache = emulated(), Cache(tmp_path)
    org = one.connect()
    first = discover(org, names=["Account", "Contact", "Lead"], cache=cache)
    folder = tmp_path / "orgs" / org.org_id / f"v{org.api_version}"
    for name, text in {"Account": "{", "Contact": "[]", "Lead": '{"stamp": {"x": 1}, "describe": {}}'}.items():
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    assert discover(one.connect(), names=["Account", "Contact", "Lead"], cache=cache).objects == first.objects


def test_two_orgs_do_not_share_a_cache(emulated, tmp_path):
    """Describes are kept per org and version."""
    first, second = emulated(), emulated()
    listing(first.connect(), Cache(tmp_path))
    listing(second.connect(), Cache(tmp_path))
    assert len(list((tmp_path / "orgs").iterdir())) == 2
    assert [status for _, path, status in second.calls("GET", "/sobjects") if path.endswith("/sobjects/")] == [200]


@pytest.mark.parametrize("name", ["../evil", "a/b", "CON", "", "x:y", "a" * 300])
def test_a_name_cannot_leave_the_cache(tmp_path, name):
    """Names from an org are never paths."""
    cache = Cache(tmp_path / "home")
    with pytest.raises(ValueError, match="not usable as a file name"):
        cache.write("00D000000000062EAA", "68.0", name, Cached({}, Stamp()))
    with pytest.raises(ValueError, match="not a Salesforce id"):
        cache.read("../../etc", "68.0", "Account")
    assert list(tmp_path.iterdir()) == []


def test_a_describe_of_something_else_is_refused(emulated, tmp_path):
    """An answer for another object is not filed under the name that was asked for."""
    one = emulated()
    org = one.connect()
    cache = Cache(tmp_path)
    stranger = {"name": "Contact", "fields": []}
    cache.write(org.org_id, org.api_version, "Account", Cached(stranger, org.describe("Account").stamp))
    with pytest.raises(DataError, match="asked for Account and described Contact"):
        describe_one(org, cache, "Account")


def test_an_org_that_is_gone_is_unreachable(emulated, tmp_path):
    """Without the list of objects there is nothing to go on with."""
    one = emulated()
    org = one.connect()
    one.fault(at="before", do="cut", times=0)
    with pytest.raises(OrgUnreachable):
        discover(org, cache=Cache(tmp_path))


def test_real_orgs_describes_are_discovered_and_ordered(emulated, outside_data, tmp_path):
    """Served by the emulator, real describes come through unchanged in what matters, and have a load order."""
    folder = tmp_path / "describes"
    shutil.copytree(outside_data / "describes", folder)
    (folder / "Account_PersonAccount.json").unlink(missing_ok=True)
    schema = discover(emulated(schema=describes_schema(folder)).connect(), cache=Cache(tmp_path))
    raw = json.loads((folder / "Account.json").read_text(encoding="utf-8"))
    assert list(schema.objects["Account"].fields) == [field["name"] for field in raw["fields"]]
    result = order(build(schema.objects, schema.objects))
    assert sorted(name for level in result.levels for name in level) == sorted(schema.objects)
