"""The recipe as text beside the page: what is clicked shows there, and what is typed shows here; to share as a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import press, recipe_changes, resources, state, words
from sfseed_core.errors import SfseedError

if TYPE_CHECKING:
    from pages.shared.state import Place

_PLACE = re.compile(r":(\d+):(\d+): ")
_CALLED = "the recipe"
_HELP = """
| write | to get |
|---|---|
| `Account: 100` | a hundred accounts |
| `Contact: {per: Account, each: 2.5}` | two or three contacts for each |
| `fields: {Industry: [Banking, Energy]}` | one of these values |
| `Rating: {values: [Hot, Cold], weights: [1, 3]}` | Cold three times as often |
| `Amount: {range: [1000, 50000]}` | numbers between two ends |
| `Email: {template: "{FirstName}.{LastName}@example.com"}` | other fields put together |
| `Fax: skip` | nothing |
| `Phone: {empty: 20}` | one in five empty |
| `Account: {existing: all}` | the org's own accounts |
| `owner: active` | records of all active users |
| `locale: {en_US: 70%, de_DE: 30%}` | names of two languages |
| `spread: long_tail` | a few parents with very many |
| `seed: 42` | the same records each time |
"""


def text_of(where: Place) -> str:
    """Return the recipe as YAML."""
    from sfseed_core.recipe.write import recipe_yaml

    return recipe_yaml(resources.recipe(where.recipe))


def toggle() -> bool:
    """Say whether the text is shown beside the page."""
    return st.toggle("Recipe as text", key="recipe_beside", help="See and change the recipe as YAML, beside the page.")


def editor(where: Place) -> None:
    """The text, to change; an error names its line, and the line is shown."""
    key = f"recipe_text_{where.recipe}"
    above = st.container()  # a mistake is told where it is seen beside the text
    about = "Press *Use this text* to take it; a mistake is told with its line."
    given = st.text_area("The recipe (YAML)", text_of(where), key=key, height=420, help=about)
    left, right = st.columns(2)
    with left:
        taken = press.button("Use this text", type="primary", key="recipe_text_use", disabled=given == text_of(where))
    with right, st.popover("What it may say", icon=":material/help:"):
        st.markdown(_HELP)
    if taken:
        with above:
            _take(where, given or "")


def _take(where: Place, text: str) -> None:
    from sfseed_core.recipe.read import parse_recipe

    try:
        parse_recipe(text, path=_CALLED)
    except SfseedError as error:
        told(text, error)
        return
    recipe_changes.replace(where, text)
    st.rerun()


def told(text: str, error: SfseedError) -> None:
    """Say what is wrong, with the line that it is about."""
    found = _PLACE.search(error.message)
    if found is None:
        st.error(words.plain(error.message), icon=":material/error:")
        return
    number, column = int(found[1]), int(found[2])
    lines = text.splitlines()
    st.error(words.plain(error.message[found.end() :]), title=f"Line {number}", icon=":material/error:")
    if 1 <= number <= len(lines):
        st.code(f"{lines[number - 1]}\n{' ' * (column - 1)}^", language=None)


def share(where: Place) -> None:
    """Take the recipe along as a file, bring one, or keep it under a name."""
    with st.popover("Share", icon=":material/ios_share:"):
        st.download_button(
            "Download the recipe",
            data=text_of(where),
            file_name="recipe.yaml",
            mime="application/yaml",
            on_click="ignore",
            icon=":material/download:",
        )
        about = "It replaces what has been designed so far; Back in the browser brings it back."
        given = st.file_uploader("Use a recipe file", type=["yaml", "yml"], key="recipe_given", help=about)
        if given is not None and state.remembered("recipe_given_seen") != given.file_id:
            state.note("recipe_given_seen", given.file_id)
            try:
                _take(where, given.getvalue().decode("utf-8-sig"))
            except UnicodeDecodeError:
                st.error("This file is not UTF-8 text.")
        _keep(where)


def _keep(where: Place) -> None:
    from sfseed_core.workflow.recipes import save_preset

    about = "Letters, digits, - and _, for example: my-demo"
    name = st.text_input("Keep it under a name", key="recipe_name", help=about)
    if press.button("Keep", disabled=not name, key="recipe_keep"):
        try:
            save_preset(resources.home(), str(name), text_of(where))
        except SfseedError as error:
            st.error(words.plain(error.message))
            return
        st.success("Kept: it is among the examples now.", icon=":material/done:")
