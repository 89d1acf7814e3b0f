"""Discover and Design: what is filled, how much of it, and how it looks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.app.matrix.visit import proves

if TYPE_CHECKING:
    from tests.app.matrix.visit import Visit
    from tests.served import Served

STORAGE = re.compile(r"^Storage: ")


@proves("discover: empty", "discover: presets", "discover: search", "discover: graph and table", "discover: object panel")
def finding(at: Visit) -> None:
    """From no org to an object that is found by letters and in the table, with all there is to know of it."""
    with at.shows("discover: empty"):
        at.to("/discover")
        at.says("Choose an org first")
        at.look("discover-empty")
        at.hand.press(at.button("Choose an org"))
        at.says("Built in, no Salesforce needed")
    with at.shows("discover: presets"):
        at.to("/discover?org=demo&recipe=minimal")
        at.page.locator(".graph[data-drawn]").wait_for()
        at.settle()
        at.hand.pick(at.field("What to fill", "combobox"), "Service", re.compile("Service Cloud"))
        at.page.wait_for_url("**recipe=service-cloud**")
        at.says(re.compile(r"^[\d,]+ records · [\d,]+ objects · "))
    with at.shows("discover: search"):
        at.settle()
        at.hand.pick(at.field("Find an object", "combobox"), "Conta", "Contact")
        at.page.wait_for_url("**focus=Contact**")
        at.page.locator('.graph[data-selected="Contact"]').wait_for()
    with at.shows("discover: object panel"):
        at.page.get_by_role("heading", name="Contact", exact=True).wait_for()
        for said in ("Required: Last Name (LastName)", "Points to: Account ID to Account", "Pointed to by: "):
            at.says(said)
        at.says(re.compile(r"[\d,]+ records to make, in step 2: .* The org has [\d,]+ now\."))
        at.hand.press(at.folded(re.compile(r"Fields: \d+ filled of \d+")))
        at.table("Fields of Contact").wait_for()
        at.look("discover-object")
    with at.shows("discover: graph and table"):
        at.to("/discover?org=demo&recipe=minimal")
        at.page.locator(".graph[data-drawn]").wait_for()
        at.settle()
        at.hand.row(at.table("Objects, in load order"), 2)
        at.page.wait_for_url("**focus=Opportunity**")
        at.page.locator('.graph[data-selected="Opportunity"]').wait_for()


@proves(
    "discover: kinds",
    "discover: parents added",
    "discover: load order",
    "discover: cycle",
    "discover: files",
    "discover: leave out and add",
    "all: label and API name",
)
def ordering(at: Visit) -> None:
    """Custom objects with what they require and their circle, in words and as files; one is left out and added again."""
    at.to("/discover?org=demo&recipe=custom-only&focus=Project__c")
    at.page.locator(".graph[data-drawn]").wait_for()
    with at.shows("all: label and API name"):
        at.page.get_by_role("heading", name="Project (Project__c)").wait_for()
        at.says("Record types: Client Delivery, Internal")
    with at.shows("discover: parents added", "discover: load order", "discover: cycle"):
        at.settle()
        at.hand.press(at.folded("The load order in words"))
        at.says(re.compile(r"Contact is in since Skill Assignment:\W*Contact is required"))
        at.says("First all Projects are inserted, then their Current Phase is filled in.")
        at.says("These point to each other in a circle: Project Phase, Project.")
        at.look("discover-order")
    with at.shows("discover: files"):
        html = at.download(lambda: at.hand.press(at.button("Download the drawing (HTML)")))
        assert b"Project Phase" in html
        recipe = at.download(lambda: at.hand.press(at.button("Download the recipe (YAML)")))
        assert b"preset: custom-only" in recipe, recipe
        picture = at.download(lambda: at.hand.press(at.button("Download the drawing as PNG")))
        assert picture.startswith(b"\x89PNG")
    with at.shows("discover: kinds"):
        at.hand.choose(at.button("1 standard object"))
        at.page.wait_for_url("**kinds=standard**")
        at.settle()
        at.hand.choose(at.button("1 standard object"))
        at.page.wait_for_url(re.compile("^(?!.*kinds=)"))
    with at.shows("discover: leave out and add"):
        at.to("/discover?org=demo&recipe=minimal&focus=Opportunity")
        at.page.locator(".graph[data-drawn]").wait_for()
        at.settle()
        at.hand.press(at.button("Leave it out"))
        at.says(re.compile(r"^[\d,]+ records · 2 objects · "))
        at.settle()
        at.hand.pick(at.field("Add objects", "combobox"), "Campaign", "Campaign")
        at.says(re.compile(r"^[\d,]+ records · 3 objects · "))


@proves("discover: loading", "discover: error")
def arriving(at: Visit, served: Served) -> None:
    """What comes in of a slow org is counted and drawn; an object that it does not describe is told, the others can be used."""
    org = served.org
    broken = {"status": 400, "code": "UNKNOWN_EXCEPTION", "message": "An unexpected error occurred"}
    org.fault(at="before", do="answer", times=0, match={"path": "/sobjects/Campaign/describe"}, **broken)
    org.fault(at="before", do="hold", seconds=1.2, times=0, match={"path": "/sobjects/.+/describe"})
    at.page.goto(f"{at.app.url}/discover?org=env&recipe=everything")
    with at.shows("discover: loading"):
        at.says(re.compile(r"^Reading the org's objects: .* [\d,]+ of [\d,]+"), seconds=60)
        at.says(re.compile(r"^[\d,]+ objects? of about [\d,]+ read so far"), seconds=60)
        at.shot("discover-arriving")
    with at.shows("discover: error"):
        at.says("could not be read; all others can be filled", seconds=120)
        at.page.locator(".graph[data-drawn]").wait_for()
        at.look("discover-failures")
        at.button("Make the records").wait_for()


@proves("design: empty", "design: error", "design: how many", "design: children", "all: separators")
def counting(at: Visit) -> None:
    """The storage follows the number as it is typed; children are laid on parents; where there is nothing to design it says so."""
    with at.shows("design: empty"):
        at.to("/design")
        at.says("Choose an org first")
        at.look("design-empty")
    with at.shows("design: error"):
        at.to("/design?org=demo&recipe=nonsense")
        at.says("There is nothing to fill an org with that is called nonsense")
        at.button("Go to Connect").wait_for()
        at.look("design-error")
    at.to("/design?org=demo&recipe=minimal&object=Contact")
    with at.shows("design: how many", "all: separators"):
        field = at.field("How many records")
        field.wait_for()
        at.settle()
        before = at.says(STORAGE).inner_text()
        at.hand.write(field, "7000")
        at.says("7,050 records")
        assert at.says(STORAGE).inner_text() != before
        at.look("design-many")
    with at.shows("design: children"):
        at.hand.pick(at.field(re.compile("^How they fall on Accounts"), "combobox"), "a few", "a few with very many")
        at.page.wait_for_url("**recipe=k-**")
        at.settle()
        at.says(re.compile("the busiest has"))
        at.page.locator('[data-testid="stVegaLiteChart"]').first.wait_for()


@proves("design: field", "design: language", "design: variation", "design: recipe", "all: no trap")
def designing(at: Visit) -> None:
    """A field's values, the language, the variation number, and all of it as text; what is opened is left with Escape."""
    at.to("/design?org=demo&recipe=minimal&object=Contact&view=fields&field=Title")
    with at.shows("design: field"):
        at.says("Looks like this now")
        at.settle()
        at.hand.pick(at.field("Filled with", "combobox"), "empty", "Leave it empty")
        at.settle()
        at.hand.press(at.button("Use this"))
        at.page.wait_for_url("**recipe=k-**")
        at.says("Looks like this now")
        at.look("design-field")
    with at.shows("design: language", "design: variation"):
        at.hand.choose(at.page.get_by_role("radio", name="Owners, language, variation"))
        at.page.wait_for_url("**view=whole**")
        at.settle()
        at.hand.pick(at.field("Names, addresses and texts", "combobox"), "Germ", re.compile("^German"))
        at.settle()
        at.hand.write(at.field("Variation number", "spinbutton"), "4711")
        at.page.wait_for_url("**seed=4711**")
        at.look("design-whole")
    with at.shows("design: recipe"):
        at.hand.press(at.page.get_by_role("switch", name="Recipe as text"))
        area = at.field("The recipe (YAML)")
        area.wait_for()
        at.settle()
        assert "de_DE" in area.input_value()
        at.hand.write(area, "version: 1\nobjects:\n  Account: 7\n  Contcat: {per: Account, eech: 2}\n")
        at.settle()
        at.hand.press(at.button("Use this text"))
        at.says("Line 4")
        at.look("design-recipe-error")
    with at.shows("all: no trap"):
        opener = at.button("Examples")
        at.hand.press(opener)
        dialog = at.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Use it").first.wait_for()
        at.look("design-examples")
        for _ in range(4):
            at.page.keyboard.press("Tab")
            assert dialog.evaluate("one => one.contains(document.activeElement)"), "behind a dialog nothing is reached"
        at.page.keyboard.press("Escape")
        dialog.wait_for(state="detached")
        at.settle()
        assert opener.evaluate("one => one === document.activeElement"), "focus returns to what opened the dialog"
