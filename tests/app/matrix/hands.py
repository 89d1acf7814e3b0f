"""The two ways to use a page: with the mouse, and with the keyboard alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from tests.app.conftest import edit_cell, settle

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    Name = str | re.Pattern[str]

FAR = 150  # stops of Tab after which a control counts as out of reach
FIRST_OWN = 180  # where the first column of a record's own fields is, in pixels
_ACTIVE = """
  let at = document.activeElement;
  while (at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement;
"""
_HAS_FOCUS = f"one => {{ {_ACTIVE} return at === one || one.contains(at); }}"
_LIES_BEFORE = f"""one => {{
  {_ACTIVE}
  if (!at || at === document.body || at.contains(one)) return false;
  return Boolean(one.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING);
}}"""
_IS_SEEN = f"""() => {{
  {_ACTIVE}
  for (let one = at, up = 0; one && up < 4; one = one.parentElement, up += 1) {{
    const how = getComputedStyle(one);
    if ((how.outlineStyle !== "none" && how.outlineWidth !== "0px") || how.boxShadow !== "none") return true;
  }}
  return at.matches("canvas, td, [data-focus-visible], :focus-visible");
}}"""
_CELL = "() => document.activeElement.id || (document.activeElement.querySelector('td[aria-selected=true]') || {}).id || ''"


class Hand(Protocol):
    """What a person does to a page, whatever they do it with."""

    page: Page

    def press(self, control: Locator) -> None:
        """Press a button, follow a link, open or close what is folded, tick a box."""

    def choose(self, option: Locator) -> None:
        """Choose one of some options that stand side by side or below each other."""

    def pick(self, box: Locator, typed: str, option: Name) -> None:
        """Choose from a list by typing a part of what is wanted."""

    def write(self, field: Locator, text: str) -> None:
        """Write over what stands in a field, and take it."""

    def onward(self) -> None:
        """Do the one next thing of the page."""

    def row(self, table: Locator, number: int) -> None:
        """Choose a row of a table; 0 is the first."""


class Mouse:
    """Points and clicks; types only text."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, control: Locator) -> None:
        """Click it."""
        _drawn(control.first).click()

    def choose(self, option: Locator) -> None:
        """Click it, or what stands for it."""
        _drawn(option.first).click()

    def pick(self, box: Locator, typed: str, option: Name) -> None:
        """Open the list, type, click the option."""
        box.click()
        box.fill(typed)
        self.page.get_by_role("option", name=option, exact=isinstance(option, str)).first.click()

    def write(self, field: Locator, text: str) -> None:
        """Fill the field."""
        field.click()
        field.fill(text)
        _take(self.page, field)

    def onward(self) -> None:
        """Click the main button at the foot of the page."""
        settle(self.page)
        self.page.get_by_test_id("stBottom").get_by_test_id("stBaseButton-primary").click()

    def row(self, table: Locator, number: int) -> None:
        """Click its box."""
        self._at(table, 15, number)

    def first_cell(self, table: Locator, row: int, text: str) -> None:
        """Click the cell, type: by keyboard the form is the way."""
        edit_cell(self.page, row, FIRST_OWN, text)

    def _at(self, table: Locator, x: int, row: int) -> None:
        table.evaluate("one => one.scrollIntoView({block: 'center'})")  # not behind the bar at the foot
        self.page.wait_for_timeout(300)
        box = table.bounding_box()
        assert box is not None
        self.page.mouse.click(box["x"] + x, box["y"] + 35 * (row + 1) + 18)


class Keyboard:
    """Tab, arrows, Enter, Space, shortcuts and letters; nothing is clicked."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, control: Locator) -> None:
        """Go there; Enter, or Space for what is ticked."""
        self.reach(control)
        ticked = control.first.evaluate("one => one.matches('input[type=checkbox]')")
        self.page.keyboard.press("Space" if ticked else "Enter")

    def choose(self, option: Locator) -> None:
        """Go to the options with Tab, along them with the arrows, and take one with Space."""
        one = option.first
        native = one.evaluate("one => one.tagName === 'INPUT'")
        group = one.locator("xpath=ancestor::*[@role='radiogroup' or @role='toolbar'][1]")
        self.reach(group)
        for _ in range(FAR):
            if one.evaluate(_HAS_FOCUS):
                break
            before = one.evaluate(_LIES_BEFORE)
            self.page.keyboard.press(
                ("ArrowUp" if native else "ArrowLeft") if before else ("ArrowDown" if native else "ArrowRight")
            )
            if native:  # the arrow has chosen already
                settle(self.page)
                self.reach(group)
        else:
            raise AssertionError(f"the arrows never reach {option}")
        if not native:
            self.page.keyboard.press("Space")

    def pick(self, box: Locator, typed: str, option: Name) -> None:
        """Go there, type, walk down the list, Enter."""
        self.reach(box)
        self.page.keyboard.type(typed, delay=30)
        wanted = self.page.get_by_role("option", name=option, exact=isinstance(option, str)).first
        wanted.wait_for()
        for _ in range(60):
            if box.get_attribute("aria-activedescendant") == wanted.get_attribute("id"):
                break
            self.page.keyboard.press("ArrowDown")
        else:
            raise AssertionError(f"the arrows never reach {option}")
        self.page.keyboard.press("Enter")

    def write(self, field: Locator, text: str) -> None:
        """Go there, type over what is there."""
        self.reach(field)
        self.page.keyboard.press("ControlOrMeta+A")
        if text:
            self.page.keyboard.type(text, delay=15)
        else:
            self.page.keyboard.press("Delete")
        _take(self.page, field)

    def onward(self) -> None:
        """The shortcut that stands in the button."""
        settle(self.page)
        self.page.keyboard.press("Alt+Enter")

    def row(self, table: Locator, number: int) -> None:
        """Walk to the row, choose it with Shift and Space."""
        self._walk(table, None, number)
        self.page.keyboard.press("Shift+Space")

    def reach(self, control: Locator) -> None:
        """Move on with Tab, or back, until the control has the focus; it must show that it has it."""
        one = control.first
        one.wait_for(state="attached")
        key = "Shift+Tab" if one.evaluate(_LIES_BEFORE) else "Tab"
        for _ in range(FAR):
            if one.evaluate(_HAS_FOCUS):
                assert self.page.evaluate(_IS_SEEN), f"nothing shows that {control} has the focus"
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{key} never reaches {control}")

    def _cell(self) -> list[int]:
        """Say in which column and row of the table with the focus one is."""
        return [int(one) for one in re.findall(r"\d+", self.page.evaluate(_CELL))]

    def _walk(self, table: Locator, column: int | None, row: int) -> None:
        """Move within a table to a cell."""
        settle(self.page)
        self.page.wait_for_timeout(1000)  # a table that is drawn anew meanwhile loses the focus
        for tries in range(FAR):
            self.reach(table.get_by_test_id("data-grid-canvas"))
            at = self._cell()
            if at and at[1] == row and (column is None or at[0] == column):
                self.page.wait_for_timeout(200)  # on a busy machine the last key may still be on its way
                if self._cell() == at:
                    return
                continue
            if not at and tries > 4 and row == 0 and column is None:
                self.page.keyboard.press("ControlOrMeta+ArrowUp")  # a table that does not say where it is: to its first row
                return
            self.page.keyboard.press(_towards(at, column, row))
            self.page.wait_for_timeout(120 if at else 500)  # what a table says of itself comes late on a busy machine
        raise AssertionError(f"the arrows never reach row {row}, column {column} of {table}: they are at {at}")


def _drawn(control: Locator) -> Locator:
    """What is seen of a control: a box or a ring is drawn by its label."""
    tick = control.evaluate("one => one.matches('input[type=checkbox], input[type=radio]')")
    return control.locator("xpath=ancestor::label") if tick else control


def _towards(at: list[int], column: int | None, row: int) -> str:
    if not at:
        return "ArrowDown"
    if at[1] != row:
        return "ArrowDown" if at[1] < row else "ArrowUp"
    return "ArrowRight" if column is not None and at[0] < column else "ArrowLeft"


def _take(page: Page, field: Locator) -> None:
    """Take what was typed: Enter makes a new line where there are several."""
    page.keyboard.press("ControlOrMeta+Enter" if field.evaluate("one => one.tagName") == "TEXTAREA" else "Enter")


HANDS: dict[str, type[Mouse | Keyboard]] = {"mouse": Mouse, "keyboard": Keyboard}
