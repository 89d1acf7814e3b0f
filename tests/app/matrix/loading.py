"""Load and Runs: what will happen, how it goes, what came of it, what is done about what failed, taking it back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sfseed_core.dataset.store import open_dataset
from tests.app.matrix.visit import proves
from tests.app.test_app_journey import client_of
from tests.app.test_app_load import REFUSED, add_fault, clear_faults

if TYPE_CHECKING:
    from tests.app.matrix.visit import Visit

SLOW = {"at": "chunk", "do": "wait", "seconds": 2.5, "times": 0}


@proves(
    "load: empty",
    "load: checked first",
    "load: test first",
    "load: confirmation",
    "load: progress",
    "load: stop and go on",
    "load: error",
)
def going(at: Visit, dataset: str) -> None:
    """What will happen is said first; the load is seen on its way, stopped, and goes on."""
    made = open_dataset(at.app.home, dataset)
    total = sum(made.counts.values())
    with at.shows("load: empty"):
        at.to("/load")
        at.says("Nothing made yet, so there is nothing to load.")
        at.look("load-empty")
    at.to(f"/load?org=demo&dataset={dataset}")
    with at.shows("load: checked first", "load: test first", "load: confirmation"):
        at.button(f"Load {total:,} records into Brightwater").wait_for()
        at.says("Problems")
        at.says("They go into Brightwater in this order")
        at.button("Test with 10 first").wait_for()
        at.look("load-ready")
    add_fault(at.app, SLOW)
    try:
        with at.shows("load: progress"):
            at.hand.onward()
            at.page.wait_for_url("**run=r-**")
            at.says(re.compile(rf"^Loaded [\d,]+ of {total:,} · [\d,]+ records a second · about .* left"), seconds=60)
            at.table("How far each object is").wait_for()
            at.look("load-going")
        with at.shows("load: stop and go on", "load: error"):
            at.hand.press(at.button("Stop for now"))
            at.page.get_by_text("stopped, can go on", exact=True).wait_for(timeout=90_000)
            clear_faults(at.app)
            at.look("load-stopped")
            at.hand.press(at.button("Go on"))
            at.page.get_by_text("loaded", exact=True).wait_for(timeout=90_000)
            at.says(f"{total:,} of {total:,} records")
    finally:
        clear_faults(at.app)
    at.look("load-loaded")


@proves(
    "load: causes",
    "load: retry",
    "load: result",
    "load: files",
    "load: undo",
    "runs: history",
    "runs: storage",
    "runs: error",
)
def mending(at: Visit, dataset: str) -> None:
    """What the org refused is shown by cause, mended, sent again; the load is found among the runs and taken back."""
    made, client = open_dataset(at.app.home, dataset), client_of(at.app)
    before = client.query("SELECT COUNT() FROM Contact")["totalSize"]
    at.to(f"/load?org=demo&dataset={dataset}")
    at.button(re.compile(r"^Load [\d,]+ records into Brightwater")).wait_for()
    with at.shows("load: causes"):
        add_fault(at.app, REFUSED)
        at.hand.onward()
        at.page.get_by_text("loaded in part", exact=True).wait_for(timeout=90_000)
        at.says("What failed, and what to do")
        at.says("A contact needs a better name")
        at.look("load-causes")
    with at.shows("load: files"):
        at.hand.press(at.folded(re.compile(r"Files of \d+ jobs")))
        failed = at.download(lambda: at.hand.press(at.button("Records that failed (CSV)")))
        inside = at.download(lambda: at.hand.press(at.button("Records that are in (CSV)")))
        assert failed.count(b"\n") == 1, "of the first job none failed"
        assert inside.count(b"\n") > 1
    with at.shows("load: retry"):
        address = at.page.url
        at.hand.press(at.button("Show them in Preview"))
        at.page.get_by_role("radio", name="Failed in the load", checked=True).wait_for()
        at.says(re.compile(r"^1 of [\d,]+ records$"))
        at.settle()
        at.hand.choose(at.page.get_by_role("radio", name="One by one"))
        at.page.wait_for_url("**mode=record**")
        at.settle()
        at.hand.write(at.field("Last Name (required)"), "Betterton")
        at.button("1 edit").wait_for()
        at.page.goto(address)
        at.settle()
        at.hand.press(at.button("Retry 1 record"))
        at.page.get_by_text("loaded", exact=True).wait_for(timeout=90_000)
        assert client.query("SELECT COUNT() FROM Contact")["totalSize"] == before + made.count("Contact")
    with at.shows("load: result"):
        at.table("Records per object").wait_for()
        link = at.page.get_by_role("link", name=re.compile("records? belongs? to it|belong to it")).first
        assert "/lightning/r/" in str(link.get_attribute("href"))
        at.look("load-result")
    with at.shows("runs: history"):
        run = re.search(r"run=(r-[\w-]+)", at.page.url)[1]
        at.to("/runs?org=demo")
        at.table("Runs, newest first").wait_for()
        at.page.wait_for_timeout(500)
        at.look("runs-list")
        at.hand.row(at.table("Runs, newest first"), 0)
        at.page.wait_for_url(f"**run={run}**")
        at.button("All runs").wait_for()
    with at.shows("load: undo"):
        at.settle()
        at.hand.press(at.button("Undo this load"))
        at.hand.press(at.button("Look first"))
        at.says("They are as they were loaded, and nobody added anything to them.")
        at.look("runs-undo")
        at.hand.press(at.button(re.compile(r"^Delete [\d,]+ records$")))
        at.page.get_by_text("taken back", exact=True).wait_for(timeout=90_000)
        assert client.query("SELECT COUNT() FROM Contact")["totalSize"] == before
        at.look("runs-taken-back")
    with at.shows("runs: storage"):
        at.hand.press(at.button("All runs"))
        at.table("Runs, newest first").wait_for()
        at.settle()
        at.hand.press(at.folded("Storage on this computer"))
        at.table("What sfseed keeps on this computer").wait_for()
        at.look("runs-storage")
    with at.shows("runs: error"):
        at.to("/runs?run=r-20200101-000000-aaaa")
        at.says("This load is not on this computer any more")
        at.look("runs-error")
