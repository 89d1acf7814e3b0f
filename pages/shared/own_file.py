"""A file of one's own to begin with: a recipe, or a spreadsheet whose rows are the first records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import labels, press, resources, state, words
from pages.shared.progress import Bar
from sfseed_core.errors import SfseedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pages.shared.state import Place
    from sfseed_core.recipe.own_table import Understood
    from sfseed_core.schema.model import ObjectSchema

_RECIPES = frozenset({".yaml", ".yml"})
_AROUND: Mapping[str, str] = {
    "sales-cloud": "Sales Cloud: contacts, deals with products, quotes, orders, tasks",
    "service-cloud": "Service Cloud: contacts, cases with comments, contracts, tasks",
    "": "nothing else",
}
_USUAL = "sales-cloud"
_SHOWN = 5


def own_file(where: Place) -> None:
    """Ask for the file (or pasted rows) and go on with the recipe that it comes to."""
    given = st.file_uploader(
        "A spreadsheet (Excel, CSV) with your own records, or a recipe (YAML)",
        type=["xlsx", "csv", "tsv", "txt", "yaml", "yml"],
        key="own_recipe",
    )
    with st.expander("Or paste rows from a spreadsheet", icon=":material/content_paste:"):
        text = st.text_area("Rows, with their headings in the first line", key="own_pasted", height=110)
    if given is None and not (text or "").strip():
        st.info("Choose the file; what it says is shown here before anything is made.", icon=":material/upload_file:")
        st.stop()
    if given is not None and Path(given.name).suffix.lower() in _RECIPES:
        _recipe(given.name, given.getvalue())
    _spreadsheet(
        where, given.name if given is not None else "pasted.tsv", given.getvalue() if given else (text or "").encode()
    )
    st.stop()


def _recipe(name: str, data: bytes) -> None:
    from sfseed_core.recipe.read import parse_recipe

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        st.error("This file is not UTF-8 text.")
        st.stop()
    parse_recipe(text, path=name)
    _go_on(text)


def _go_on(text: str) -> None:
    from sfseed_core.recipe.store import keep

    state.go(recipe=keep(resources.home(), text))
    st.rerun()


def _spreadsheet(where: Place, name: str, data: bytes) -> None:
    from sfseed_core.recipe.own_table import columns_of, likely_object
    from sfseed_core.workflow.given_rows import read_file

    assert where.org is not None
    try:
        rows = read_file(name, data)
    except SfseedError as error:
        st.error(words.plain(str(error)), icon=":material/error:")
        st.stop()
    with Bar() as bar:
        objects = resources.survey(where.org, _USUAL, bar).schema.objects
    names = list(dict.fromkeys(column for row in rows for column in row))
    likely = likely_object(objects, names)
    kind, around, use = st.columns([3, 4, 2], vertical_alignment="bottom")
    with kind:
        offered = sorted(objects, key=lambda one: objects[one].label)
        chosen = st.selectbox(
            f"These {words.many(len(rows), 'row')} are",
            offered,
            index=offered.index(likely) if likely else None,
            format_func=lambda one: labels.full(objects[one].label_plural, one),
            key="own_object",
        )
    with around:
        preset = st.selectbox("Make around them", list(_AROUND), format_func=_AROUND.__getitem__, key="own_around")
    if chosen is None:
        st.warning("Say what the rows are.", icon=":material/help:")
        st.stop()
    found = columns_of(objects[chosen], names)
    title = f"{Path(name).stem}: {len(rows):,} {objects[chosen].label_plural} of our own"
    with use:
        taken = press.button(
            f"Use these {words.many(len(rows), 'row')}", type="primary", disabled=not found.columns, key="own_use"
        )
    _understood(found, objects[chosen], rows)
    if taken:
        _use(found, rows, str(preset or ""), title)


def _understood(found: Understood, described: ObjectSchema, rows: list[dict[str, str]]) -> None:
    called = {
        column: described.fields[field].label if field in described.fields else field
        for column, field in found.columns.items()
    }
    st.dataframe(
        [{called.get(name, f"({name}: left out)"): value for name, value in row.items()} for row in rows[:_SHOWN]],
        hide_index=True,
        alt="The first rows, as they are understood",
    )
    if found.unknown:
        st.warning(
            f"Not fields of {words.plain(described.label)}, so left out: {words.plain(words.listed(found.unknown, 8))}.",
            icon=":material/visibility_off:",
        )
    st.caption("Fields that the rows do not have are made up to match.")


def _use(found: Understood, rows: list[dict[str, str]], preset: str, title: str) -> None:
    from sfseed_core.recipe.own_table import recipe_around
    from sfseed_core.recipe.write import recipe_yaml

    try:
        text = recipe_yaml(recipe_around(found, rows, preset=preset or None, title=title))
    except SfseedError as error:
        st.error(words.plain(str(error)), icon=":material/error:")
        return
    _go_on(text)
