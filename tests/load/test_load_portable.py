"""A run in a file: undone in another home, without what its records hold; and a run as a page."""

from __future__ import annotations

import re
import zipfile
from html.parser import HTMLParser

import pytest

from sfseed_core.errors import DataError, UserError
from sfseed_core.load.execute import execute
from sfseed_core.load.jobs import Phase
from sfseed_core.load.options import Options
from sfseed_core.load.page_of_run import html
from sfseed_core.load.portable import export_run, import_run
from sfseed_core.load.status import RunState
from sfseed_core.load.undo import undo
from tests.loading import contents, new_run, projects, resolver_of, stage

QUICK = Options(first_wait=0.02, longest_wait=0.2, patience=20, lock_rounds=1)


@pytest.fixture
def loaded(home, emulated):
    """An org and a run with some failures in it."""
    org = emulated()
    org.fault(
        at="row",
        do="fail",
        rows=[1],
        code="STRING_TOO_LONG",
        message="<script>alert(1)</script> Diaz",
        match={"object": "Contact"},
    )
    dataset = stage(home, org, projects())
    run = new_run(home, dataset)
    execute(run, org.admit(), dataset, resolver_of(org.connect()), options=QUICK)
    org.faults.clear()
    return org, run


def test_a_run_is_undone_from_another_home(loaded, tmp_path):
    """The exported file holds ids and counts, no text of a record or error; its undo leaves nothing."""
    org, run = loaded
    file = export_run(run, tmp_path / "run.zip")
    with zipfile.ZipFile(file) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert not re.search(rb"Diaz|Acme|Expert|example\.com", everything, re.IGNORECASE)
    other = import_run(file, tmp_path / "other", org="there")
    assert other.status().objects == run.status().objects
    with pytest.raises(UserError, match="here already"):
        import_run(file, tmp_path / "other", org="there")

    def nothing():
        raise AssertionError("an undo needs no dataset")

    status = undo(other, org.admit(), nothing, options=QUICK)
    assert status.state is RunState.UNDONE
    assert not any(contents(org.connect(), projects()).values())


def test_what_is_no_exported_run_is_refused(tmp_path):
    """Any other file is refused, and leaves no run behind."""
    (tmp_path / "text").write_text("no zip", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "zip", "w") as archive:
        archive.writestr("run.json", '{"version": 1, "run": "../../elsewhere", "facts": {}}')
    for name in ("text", "zip", "nowhere"):
        with pytest.raises(DataError):
            import_run(tmp_path / name, tmp_path / "home", org="x")
    assert not (tmp_path / "home" / "runs").exists()


def test_a_run_at_work_is_not_exported(loaded, tmp_path):
    """While jobs may be at work not all ids are known: refused."""
    _, run = loaded
    with run.transaction() as db:
        db.execute("UPDATE jobs SET phase = ? WHERE number = 1", (Phase.CLOSED,))
    with pytest.raises(UserError, match="at work"):
        export_run(run, tmp_path / "run.zip")


class Tags(HTMLParser):
    """Collects a page's tags and what they load."""

    def __init__(self):
        super().__init__()
        self.tags, self.loads = [], []

    def handle_starttag(self, tag, attrs):
        """Note it."""
        self.tags.append(tag)
        self.loads += [value for name, value in attrs if name in {"src", "href", "onclick", "onload"}]


def test_a_run_as_a_page_stands_alone_and_escapes_all(loaded):
    """Charts and numbers are inside, texts of the org are escaped, nothing is loaded from outside."""
    _, run = loaded
    page = html(run)
    seen = Tags()
    seen.feed(page)
    assert "script" not in seen.tags
    assert not seen.loads
    assert "svg" in seen.tags
    assert "&lt;script&gt;" in page
    assert "STRING_TOO_LONG" in page
    assert not re.search(r"https?://|@import|url\(", page)
