"""Preview: the records are seen, searched, changed, taken along; being made, and what cannot be made."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sfseed_core.dataset.store import open_dataset
from tests.app.matrix.hands import Mouse
from tests.app.matrix.visit import ZONE, proves

if TYPE_CHECKING:
    from tests.app.matrix.visit import Visit


@proves(
    "preview: objects",
    "preview: made of",
    "all: time zone",
    "all: records",
    "preview: paging, search, order",
    "preview: field profile",
    "preview: make again",
    "preview: downloads",
)
def looking(at: Visit, dataset: str) -> None:
    """Objects with their counts, pages, a search, an order, a field's values, other values for it, files."""
    made = open_dataset(at.app.home, dataset)
    at.to(f"/preview?org=demo&dataset={dataset}")
    with at.shows("preview: objects", "all: records"):
        contact = at.page.get_by_role("radio", name=re.compile("^Contact [0-9]"))
        contact.wait_for()
        at.settle()
        at.hand.choose(contact)
        at.page.wait_for_url("**object=Contact**")
        at.says(f"{made.count('Contact'):,} records")
    with at.shows("preview: made of", "all: time zone"):
        when = made.created.astimezone(ZoneInfo(ZONE))
        at.says(f"Made {when:%d %b %Y, %H:%M} · variation number {made.plan.seed} · ")
        at.look("preview-table")
    with at.shows("preview: paging, search, order"):
        at.hand.press(at.button("Next page"))
        at.page.wait_for_url("**page=2**")
        at.settle()
        at.hand.pick(at.field("Order", "combobox"), "Last Name", "Last Name ↓")
        at.page.wait_for_url("**sort=-LastName**")
        at.settle()
        name = made.read("Contact", 0, 1)["LastName"][0].as_py()
        at.hand.write(at.field("Search"), name)
        at.says(re.compile(rf"^\d+ of {made.count('Contact'):,} records$"))
        at.settle()
        at.hand.write(at.field("Search"), "")
        at.says(f"{made.count('Contact'):,} records")
    with at.shows("preview: downloads"):
        at.settle()
        for kind, begins in (("CSV", b'"Id",'), ("Excel", b"PK"), ("Parquet", b"PAR1")):
            at.hand.press(at.menu("Download"))
            at.hand.choose(at.page.get_by_role("radio", name=kind))
            at.settle()
            body = at.page.get_by_test_id("stPopoverBody")
            one = at.download(lambda: at.hand.press(body.get_by_role("button", name=re.compile("Contact$"))))  # noqa: B023
            assert one.startswith(begins), (kind, one[:40])
            if kind == "CSV":
                at.look("preview-download")
                every = at.download(lambda: at.hand.press(at.button("All objects (zip)")))
                assert len(zipfile.ZipFile(io.BytesIO(every)).namelist()) >= len(made.objects)
            at.page.keyboard.press("Escape")
            at.settle()
    with at.shows("preview: field profile", "preview: make again"):
        at.hand.choose(at.page.get_by_role("radio", name="A field's values"))
        at.page.wait_for_url("**mode=fields**")
        at.settle()
        at.hand.pick(at.field("Field", "combobox"), "Title", "Title")
        at.page.wait_for_url("**field=Title**")
        at.says("Different values")
        at.page.locator('[data-testid="stVegaLiteChart"]').wait_for()
        at.look("preview-values")
        at.hand.press(at.button("Make other values"))
        at.button("1 edit").wait_for()


@proves("preview: edit", "preview: bulk change", "preview: undo", "preview: history", "preview: problems")
def changing(at: Visit, dataset: str) -> None:
    """A cell and a form, many at once, what is wrong then, taking back, the list of edits."""
    made = open_dataset(at.app.home, dataset)
    total = made.count("Contact")
    at.to(f"/preview?org=demo&dataset={dataset}&object=Contact")
    with at.shows("preview: edit"):
        at.button("0 edits").wait_for()
        if isinstance(at.hand, Mouse):
            at.hand.first_cell(at.table("Records of Contact"), 1, "Quillfeather")
            at.button("1 edit").wait_for()
        at.settle()
        at.hand.choose(at.page.get_by_role("radio", name="One by one"))
        at.page.wait_for_url("**mode=record**")
        at.settle()
        if not isinstance(at.hand, Mouse):
            at.hand.press(at.page.locator(".st-key-record_Next button"))
            at.page.wait_for_url("**record=1**")
            at.settle()
            at.hand.write(at.field("Last Name (required)"), "Quillfeather")
            at.button("1 edit").wait_for()
            at.settle()
            at.hand.press(at.page.locator(".st-key-record_Previous button"))
            at.page.wait_for_url(re.compile("^(?!.*record=1)"))
            at.settle()
        at.hand.write(at.field("Last Name (required)"), "Keyes")
        at.button("2 edits").wait_for()
        at.look("preview-form")
        names = made.read("Contact", 0, 2)["LastName"].to_pylist()
        assert names == ["Keyes", "Quillfeather"]
    with at.shows("preview: bulk change"):
        at.hand.choose(at.page.get_by_role("radio", name="Table", exact=True))
        at.page.wait_for_url(re.compile("^(?!.*mode=)"))
        at.settle()
        at.hand.press(at.button("Change many"))
        dialog = at.page.get_by_role("dialog")
        dialog.get_by_text(f"{total} Contacts").wait_for()
        at.settle()
        at.hand.pick(dialog.get_by_role("combobox", name="Field"), "Email", "Email")
        at.settle()
        at.hand.write(dialog.get_by_role("textbox", name="Value"), "no address")
        at.look("preview-bulk")
        at.hand.press(dialog.get_by_role("button", name=f"Change {total} records"))
        at.button("3 edits").wait_for()
    with at.shows("preview: problems"):
        at.says(re.compile(rf"{total} problems"))
        at.settle()
        at.hand.choose(at.page.get_by_role("radio", name="With problems"))
        at.page.wait_for_url("**view=problems**")
        at.settle()
        at.hand.press(at.folded(re.compile(rf"{total} problems, [\d,]+ of them the org would refuse")))
        at.table("Problems by cause").wait_for()
        at.look("preview-problems")
    with at.shows("preview: history"):
        at.hand.press(at.button("3 edits"))
        at.page.get_by_test_id("stPopoverBody").get_by_text("Email").first.wait_for()
        at.look("preview-history")
        at.page.keyboard.press("Escape")
        at.settle()
    with at.shows("preview: undo"):
        at.hand.press(at.button("Undo"))
        at.button("2 edits").wait_for()
        at.settle()
        at.hand.press(at.button("Redo"))
        at.button("3 edits").wait_for()
        at.settle()
        at.hand.press(at.button("Undo"))
        at.says("no problems")


@proves("preview: empty", "preview: loading", "preview: error")
def being_made(at: Visit) -> None:
    """Nothing made yet; records that are being made, stopped; records that cannot be made, with what to do."""
    with at.shows("preview: empty"):
        at.to("/preview")
        at.says("Nothing made yet. Choose an org and what to fill it with")
        at.look("preview-empty")
    with at.shows("preview: loading"):
        at.to("/design?org=demo&recipe=minimal&size=5000000")  # not made before somebody has found the button
        at.says("records · 3 objects")
        at.hand.onward()
        at.page.wait_for_url("**making=m-**")
        at.says(re.compile(r"^[\d,]+ of [\d,]+ records made .* · [\d,]+ a second · about .* left"), seconds=60)
        assert at.page.locator('[class*="st-key-foot"]').count()
        at.shot("preview-making")
        at.hand.press(at.button("Stop"))
        at.says("Stopped: none of these records were kept.")
        at.look("preview-stopped")
    with at.shows("preview: error"):
        at.to("/design?org=demo&recipe=minimal")
        at.hand.press(at.page.get_by_role("switch", name="Recipe as text"))
        at.field("The recipe (YAML)").wait_for()
        at.settle()
        text = "version: 1\nobjects:\n  Account: {count: 50, fields: {Name: {values: [One, Two], unique: true}}}\n"
        at.hand.write(at.field("The recipe (YAML)"), text)
        at.settle()
        at.hand.press(at.button("Use this text"))
        at.says(re.compile(r"Line 3:\W*Account\.Name is unique:\W*of its values 2 are free, 50 are wanted"))
        at.look("preview-cannot-be-met")
        at.to("/preview?org=demo&dataset=d-20200101-000000-aaaa")
        at.says("These records are not on this computer any more")
        at.says("What to do:")
        at.look("preview-error")
