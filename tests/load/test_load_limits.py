"""What a load leaves over for others, and how it stops when the disk is full."""

from __future__ import annotations

import errno
import sys
from dataclasses import replace

import pytest

from sfseed_core.errors import Interrupted
from sfseed_core.events import Crossed
from sfseed_core.load.execute import execute
from sfseed_core.load.options import Options, requested
from sfseed_core.load.room import room_for
from sfseed_core.load.status import RunState
from tests.loading import Made, contents, expected, new_run, projects, resolver_of, stage

resource = pytest.importorskip("resource")
QUICK = Options(first_wait=0.02, longest_wait=0.2, patience=20)


def test_a_fifth_of_the_calls_is_left_over(home, emulated):
    """Below a fifth of the day's calls nothing is sent, which is said; with less to leave over the run goes on to its end."""
    org = emulated(daily_api_requests=1000)
    made = projects(2)
    dataset = stage(home, org, made)
    run, resolver, client = new_run(home, dataset), resolver_of(org.connect()), org.connect()
    while client.limits()["DailyApiRequests"]["Remaining"] > 195:
        pass
    with pytest.raises(Interrupted, match="left over"):
        execute(run, org.admit(), dataset, resolver, options=QUICK)
    assert run.state is RunState.STOPPED
    assert not any(contents(client, made).values())
    status = execute(run, org.admit(), dataset, resolver, options=replace(QUICK, leave_calls=1))
    assert status.state is RunState.DONE


def test_a_request_says_how_a_load_behaves():
    """Job sizes and calls to leave over come from the run's request, so that a resume does the same."""
    found = requested({"rows_per_job": 10, "megabytes_per_job": 5, "leave_calls": 0})
    assert (found.rows_per_job, found.bytes_per_job, found.leave_calls) == (10, 5_000_000, 0)
    assert requested({"rows_per_job": None}) == Options()


class FillsTheDisk:
    """An observer after whose third line no file can grow beyond a few hundred kilobytes."""

    def notify(self, event):
        """Fill it."""
        if isinstance(event, Crossed) and event.number == 3:
            resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, resource.RLIM_INFINITY))


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of file sizes there")
def test_a_full_disk_stops_a_run_that_goes_on_later(home, emulated):
    """Results that find no room stop the run with a word about the disk; a resume brings every record in, once."""
    org = emulated()
    rows = [{"Name": f"Acme {n}", "Description": f"{n} " + "x" * 4_000} for n in range(300)]
    made = [Made("Account", 0, {"Name": "string", "Description": "textarea"}, {}, rows)]
    dataset = stage(home, org, made)
    run, resolver = new_run(home, dataset), resolver_of(org.connect())
    try:
        with pytest.raises(Interrupted, match="no room left on the disk"):
            execute(run, org.admit(), dataset, resolver, options=QUICK, observer=FillsTheDisk())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert run.state is RunState.STOPPED
    status = execute(run, org.admit(), dataset, resolver, options=QUICK)
    assert status.state is RunState.DONE
    assert contents(org.connect(), made) == expected(made)


def test_other_trouble_is_not_taken_for_a_full_disk(home, emulated):
    """An error that is no lack of room comes through as it is."""
    dataset = stage(home, emulated(), projects(2))
    with pytest.raises(PermissionError), room_for(new_run(home, dataset)):
        raise PermissionError(errno.EACCES, "Permission denied")
