"""Each page's script in its empty, ready and error state, without a browser."""

from __future__ import annotations

import sys
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from sfseed_core.clock import SYSTEM
from sfseed_core.events import SILENT
from sfseed_core.workflow.generate import stage_for
from sfseed_core.workflow.request import make_request
from tests.app.conftest import ROOT

PAGES = ("connect", "discover", "design", "preview", "load", "runs")


@pytest.fixture(scope="module")
def practice(tmp_path_factory):
    """A home with a practice org and a small dataset in it, for all tests here."""
    from sfseed_emulator.demo import stop_demo

    home = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SFSEED_HOME", str(home))
        asked = make_request(org="demo", clock=SYSTEM, seed=1, as_of=date(2026, 11, 23), preset="minimal")
        made = stage_for(asked, home=home, observer=SILENT, clock=SYSTEM)
        yield made.id
    stop_demo(home)


def visit(page: str, /, **parameters: str) -> AppTest:
    """The page at an address, drawn."""
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    at.query_params.update(parameters)
    at.run()
    if page != "connect":
        at.switch_page(f"pages/{page}.py")
        at.query_params.update(parameters)
        at.run()
    return at


def texts(at: AppTest) -> str:
    """What the page says."""
    kinds = (at.title, at.markdown, at.caption, at.info, at.warning, at.error, at.subheader)
    return "\n".join(str(one.value) for kind in kinds for one in kind)


@pytest.mark.parametrize("page", PAGES)
def test_empty(home, page):
    """With nothing chosen and nothing made each page says what to do first, and no error."""
    at = visit(page)
    assert not at.exception
    assert not at.error
    assert "No org chosen" in texts(at)
    wanted = {
        "connect": "Try it",
        "runs": "Nothing was loaded yet",
        "preview": "Begin on Connect",
        "load": "Begin on Connect",
    }
    wanted = wanted.get(page, "Choose an org")
    assert wanted in texts(at) + " ".join(one.label for one in at.button)


@pytest.mark.parametrize("page", PAGES)
def test_ready(practice, page):
    """With an org and a dataset each page shows them and its one next thing."""
    at = visit(page, org="demo", dataset=practice, recipe="minimal")
    assert not at.exception
    assert not at.error
    assert "Brightwater" in texts(at)
    labels = " ".join(one.label for one in at.button)
    following = {"connect": "Make the records", "discover": "Make the records", "design": "Make the records"}
    following |= {"preview": "Next: Load", "load": "into Brightwater"}
    assert following.get(page, "") in labels


@pytest.mark.parametrize(
    ("page", "parameters"),
    [
        ("connect", {"org": "nobody"}),
        ("discover", {"org": "demo", "recipe": "k-0123456789abcdef"}),
        ("design", {"org": "demo", "recipe": "nonsense"}),
        ("preview", {"dataset": "d-20200101-000000-aaaa"}),
        ("load", {"org": "demo", "dataset": "d-20200101-000000-aaaa"}),
        ("load", {"run": "r-20200101-000000-aaaa"}),
        ("runs", {"run": "r-20200101-000000-aaaa"}),
    ],
)
def test_what_is_not_there_is_told_in_words(practice, page, parameters):
    """An org, recipe, dataset or run that is not there is an error in words, not a traceback."""
    at = visit(page, **parameters)
    assert not at.exception
    assert at.error
    assert "Traceback" not in texts(at)


def test_an_address_that_makes_no_sense_counts_as_not_said(practice):
    """Parameters that cannot be understood are passed over."""
    at = visit("connect", org="demo", size="many", day="someday", page="-1", dataset="../../etc", seed="x")
    assert not at.exception
    assert not at.error


def test_a_missing_package_is_told_with_the_mending_command(practice, monkeypatch):
    """Where a package is missing its name is told, and the command that installs it."""
    monkeypatch.setitem(sys.modules, "pyvis.network", None)
    at = visit("discover", org="demo", recipe="minimal")
    assert not at.exception
    assert "pyvis.network" in texts(at)
    assert [one.value for one in at.code] == ["python -m pip install --editable ."]


def test_an_old_python_is_told_in_words(home, monkeypatch):
    """An interpreter that is too old is named, with what to do."""
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    at = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60).run()
    assert "Python 3.10" in texts(at)
    assert "python3.11 -m venv" in at.code[0].value


def test_a_chosen_object_is_followed(practice):
    """The preview shows the object that the address names, and of an unknown one the first."""
    for given, shown in (("Contact", "Contact"), ("Nothing__c", "Account")):
        at = visit("preview", org="demo", dataset=practice, object=given)
        assert at.session_state["at_preview_object"] == shown


def test_a_load_is_shown_asked_about_and_taken_back(practice, patiently):
    """A load begun here is shown as it ends, is asked about before it is done twice, and can be taken back."""
    from sfseed_core import system
    from sfseed_core.dataset.store import open_dataset
    from sfseed_core.load.journal import Run
    from sfseed_core.load.report import ERROR_COLUMN, ID_COLUMN, job_csv, settled_jobs
    from sfseed_core.workflow import load

    home = system.home()
    run = load.begin_load(practice, org="demo", home=home, observer=SILENT, clock=SYSTEM)
    opened = Run.open(home, run)
    patiently(lambda: str(opened.state) == "done")
    dataset = open_dataset(home, practice)
    [job, *_] = settled_jobs(opened)
    lines = job_csv(opened, dataset, job, failed=False).decode().splitlines()
    assert lines[0].startswith(f'"{ID_COLUMN}","{ERROR_COLUMN}","Id"')
    assert len(lines) - 1 == job.rows
    assert job_csv(opened, dataset, job, failed=True).decode().count("\n") == 1
    at = visit("load", org="demo", dataset=practice, run=run)
    assert not at.exception
    assert "loaded" in texts(at)
    at = visit("load", org="demo", dataset=practice)
    assert "loaded into this org before" in texts(at)
    at = visit("runs", org="demo", run=run)
    at.button(key="undo_load").click().run()
    assert not at.exception
    patiently(lambda: str(opened.state) == "undone")
    opened.close()
