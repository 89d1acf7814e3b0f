"""Any mixture of faults: what is in the org is never doubled, and what is not there for certain is said."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sfseed_core.dataset.store import open_dataset
from sfseed_core.errors import SfseedError
from sfseed_core.load.execute import execute
from sfseed_core.load.options import Options
from sfseed_core.load.status import RunState
from tests.emulated import EmulatedOrg
from tests.loading import contents, expected, new_run, projects, resolver_of, stage

QUICK = Options(first_wait=0.01, longest_wait=0.1, patience=2)
MADE = projects(2)

nth = st.integers(1, 40)
around = st.builds(
    lambda at, do, method, n, times: {
        "at": at, "do": do, "match": {"method": method, "path": "ingest"}, "nth": n, "times": times, "status": 503,
    },
    st.sampled_from(["before", "after"]), st.sampled_from(["cut", "answer", "html"]),
    st.sampled_from(["POST", "PUT", "PATCH", "GET"]), nth, st.integers(1, 3),
)  # fmt: skip
stranger = st.builds(
    lambda kind, method, n: {"at": kind[0], "do": kind[1], "match": {"method": method, "path": "ingest"}, "nth": n},
    st.sampled_from([("before", "expire_token"), ("before", "purge_job"), ("after", "break_off"), ("after", "leave_out_rows")]),
    st.sampled_from(["POST", "PUT", "PATCH", "GET"]), nth,
)  # fmt: skip
echoes = st.builds(
    lambda do: {"at": "echo", "do": do, "times": 0}, st.sampled_from(["trim", "lower_email", "crlf_to_lf", "trailing_zero"])
)
lines = st.builds(
    lambda rows, counted: {"at": "line", "do": "lose", "rows": rows, "counted": counted, "times": 0},
    st.lists(st.integers(0, 10), max_size=4), st.booleans(),
)  # fmt: skip
fails = st.builds(
    lambda name, n: {"at": "chunk", "do": "fail", "match": {"object": name}, "nth": n, "message": "Timeout : too long"},
    st.sampled_from(["Contact", "Project_Task__c", "Skill__c"]), st.integers(1, 2),
)  # fmt: skip


def load_until_it_rests(home, org):
    """Load, resumed as often as the org makes it stop; the status."""
    dataset = stage(home, org, MADE)
    run, resolver = new_run(home, dataset), resolver_of(org.connect())
    for _ in range(12):
        try:
            return execute(run, org.admit(), open_dataset(home, dataset.id), resolver, options=QUICK)
        except SfseedError:
            assert run.state is RunState.STOPPED
    raise AssertionError("the run never came to rest")


@pytest.mark.slow
@given(st.lists(st.one_of(around, stranger, echoes, lines, fails), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_is_doubled_and_nothing_lost_without_a_word(tmp_path_factory, faults):
    """Under any mixture of faults the org holds no record twice, and as many as the run says have succeeded."""
    home, org = tmp_path_factory.mktemp("home"), EmulatedOrg.start()
    try:
        for fault in faults:
            org.fault(**fault)
        status = load_until_it_rests(home, org)
        org.faults.clear()
        found = contents(org.connect(), MADE)
    finally:
        org.stop()
    wanted = expected(MADE)
    for name, counts in status.objects.items():
        assert counts.adds_up()
        assert counts.in_flight == counts.waiting == 0
        assert counts.succeeded <= len(found[name]) <= counts.succeeded + counts.in_doubt
    everything = [*status.objects.values(), *status.updates.values()]
    if all(one.succeeded == one.planned for one in everything):
        assert found == wanted
    bare = {name: Counter(face[: len(columns)] for face in found[name]) for name, columns in columns_of().items()}
    allowed = {name: Counter(face[: len(columns)] for face in wanted[name]) for name, columns in columns_of().items()}
    assert all(bare[name] <= allowed[name] for name in bare)


def columns_of():
    """The plain columns of each object."""
    return {one.name: one.columns for one in MADE}
