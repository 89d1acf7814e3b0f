"""The demo org over a real port: found, lost, found again."""

from __future__ import annotations

import pytest

from sfseed_core.errors import GuardRefused
from sfseed_core.org.client import connect
from sfseed_core.org.credentials import DemoLogin
from sfseed_core.org.guard import admit
from sfseed_emulator.demo import ensure_demo, stop_demo


@pytest.fixture
def demo(tmp_path):
    """A login to the demo org of an empty home."""
    yield DemoLogin(tmp_path)
    stop_demo(tmp_path)


def test_the_demo_org_is_started_and_found_again_wherever_it_runs(demo, tmp_path):
    """Reads go on after its process has ended; a write is not repeated, but the next one finds the new process."""
    guarded = admit(connect(demo))
    csv = tmp_path / "a.csv"
    csv.write_text("Name\nA\nB\n", encoding="utf-8")
    job = guarded.create_job("Account", "insert")
    guarded.upload(job.id, csv)
    guarded.close(job.id)
    while not guarded.job(job.id).ended:
        pass
    rows = guarded.results(job.id, "successful", tmp_path / "s.csv", expect=2).read_text(encoding="utf-8")
    assert rows.count("\n") == 3
    stop_demo(tmp_path)
    assert guarded.org.count("SELECT COUNT() FROM Account") == 2
    assert guarded.insert_one("Account", {"Name": "C"}).startswith("001")
    assert guarded.org.count("SELECT COUNT() FROM Account") == 3


def test_a_demo_org_that_was_made_anew_is_another_org(demo, tmp_path):
    """After a reset nothing of the old session is sent to the new org."""
    import shutil

    org = connect(demo)
    stop_demo(tmp_path)
    shutil.rmtree(tmp_path / "demo" / "org")
    with pytest.raises(GuardRefused, match="another org"):
        org.count("SELECT COUNT() FROM Account")
    assert ensure_demo(tmp_path).org_id != org.org_id
