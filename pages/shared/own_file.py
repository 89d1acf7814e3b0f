"""Files of one's own to begin with: a recipe, a spreadsheet whose rows are the first records, or a set of files as it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import labels, own_set, press, resources, state, words
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
_SHEETS = frozenset({".xlsx", ".csv", ".tsv", ".txt"})
_WAYS: Mapping[str, str] = {"around": "Make more around these records", "alone": "Take just these records"}
_SHOWN = 5


def own_file(where: Place) -> None:
    """Ask for the files (or pasted rows) and go on with what they come to."""
    given = st.file_uploader(
        "Your own records (Excel, CSV, Parquet; several files, or a ZIP of them), or a recipe (YAML)",
        type=["xlsx", "csv", "tsv", "txt", "parquet", "zip", "json", "yaml", "yml"],
        accept_multiple_files=True,
        key="own_recipe",
        help="Of a spreadsheet the first line names the fields. Nothing of it leaves this computer before you load.",
    )
    with st.expander("Or paste rows from a spreadsheet", icon=":material/content_paste:"):
        about = "Copy the cells with their heading line, then press Ctrl+Enter."
        text = st.text_area("Rows, with their headings in the first line", key="own_pasted", height=110, help=about)
    files = [own_set.Given(one.name, one.getvalue()) for one in given]
    if not files and (text or "").strip():
        files = [own_set.Given("pasted.tsv", (text or "").encode())]
    if not files:
        st.info("Choose the files; what they say is shown here before anything is made.", icon=":material/upload_file:")
        st.stop()
    recipes = [one for one in files if Path(one.name).suffix.lower() in _RECIPES]
    if recipes and len(recipes) < len(files):
        st.error(
            f"{words.plain(recipes[0].name)} is a recipe: give it by itself (take the other files out again).",
            icon=":material/error:",
        )
    elif recipes:
        if len(recipes) > 1:
            st.caption(f"Of the recipes the last one counts: {words.plain(recipes[-1].name)}.")
        _recipe(recipes[-1].name, recipes[-1].data)
    elif len(files) == 1 and _around(files[0]):
        _spreadsheet(where, files[0].name, files[0].data)
    else:
        own_set.own_set(where, files)
    st.stop()


def _around(file: own_set.Given) -> bool:
    """Ask what becomes of a single spreadsheet: records with others made around them, or nothing but what it says."""
    if Path(file.name).suffix.lower() not in _SHEETS:
        return False
    chosen = st.segmented_control(
        "What to do with it",
        list(_WAYS),
        format_func=_WAYS.__getitem__,
        default="around",
        required=True,
        key="own_way",
        help="Either others are made up around your records, or nothing is loaded but what the file says.",
    )
    return chosen == "around"


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
            help="Which object the rows become records of; guessed from their headings.",
        )
    with around:
        about = "What is made up to belong to your records."
        preset = st.selectbox(
            "Make around them", list(_AROUND), format_func=_AROUND.__getitem__, key="own_around", help=about
        )
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
