"""The parts of Design that are about all objects: how many of each, what holds for the whole recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared import labels, making, recipe_changes, resources, state, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pages.shared.state import Place
    from sfseed_core.recipe.model import Plan
    from sfseed_core.schema.model import Schema
    from sfseed_core.workflow.survey import Survey

MOST = 10_000_000  # records of one object
_PARTS: Mapping[str, str] = {"objects": "How many", "fields": "Fields", "whole": "Owners, language, variation"}
LANGUAGES: Mapping[str, str] = {
    "": "the org's own",
    "en_US": "English (United States)",
    "en_GB": "English (United Kingdom)",
    "de_DE": "German",
    "fr_FR": "French",
    "es_ES": "Spanish",
    "pt_BR": "Portuguese (Brazil)",
    "ja_JP": "Japanese",
}


def what(where: Place) -> None:
    """What is being designed."""
    st.caption(
        f"**{words.plain(making.title(where.recipe))}.** All of it has been chosen for you; change what you like.",
        width="content",
    )
    st.space("stretch")


def parts() -> str:
    """Choose what to look at; return it."""
    chosen = st.segmented_control(
        "Part of the design",
        list(_PARTS),
        format_func=_PARTS.__getitem__,
        required=True,
        label_visibility="collapsed",
        **state.bound("view", "design", within=_PARTS.__contains__, otherwise="objects"),
    )
    return str(chosen or "objects")


def chosen(where: Place, plan: Plan) -> str:
    """Return the object that is being designed."""
    known = {one.name for one in plan.objects} | set(existing_only(where))
    return where.object if where.object in known and where.object is not None else plan.objects[0].name


def existing_only(where: Place) -> Mapping[str, str]:
    """Return the objects of which nothing is made and the org's own records are used, with the condition."""
    from sfseed_core.recipe.presets import complete

    objects = complete(resources.recipe(where.recipe)).objects
    return {name: one.existing.where for name, one in objects.items() if one.existing is not None and one.only_existing}


def choose(where: Place, plan: Plan, schema: Schema, name: str, label: str) -> None:
    """Choose the object that is designed."""
    names = [*(one.name for one in plan.objects if one.count), *existing_only(where)]
    called = {one: labels.full(labels.of(one, schema.objects), one) for one in dict.fromkeys(names)}
    st.selectbox(
        label,
        list(called),
        format_func=called.__getitem__,
        width=360,
        help="Choose the object that is designed here; its row in the table above does the same.",
        **state.bound("object", "design", within=called.__contains__, otherwise=name),
    )


def numbers(where: Place, plan: Plan, schema: Schema, name: str) -> None:
    """How many records of each object, to change; a row is chosen to design it in full below."""
    rows = {
        one.name: {
            "": one.name == name,
            "Object": schema.objects[one.name].label,
            "Records": one.count,
            "How many, and why": labels.reason(one.why, schema.objects),
            "Storage": words.size(one.count * one.storage_bytes / 1024),
        }
        for one in plan.objects
        if one.count
    }
    for other, condition in existing_only(where).items():
        label = schema.objects[other].label if other in schema.objects else other
        why = f"the org's own{', where ' + condition if condition else ''}"
        rows[other] = {"": other == name, "Object": label, "Records": None, "How many, and why": why, "Storage": ""}
    key = f"numbers_{where.recipe}_{where.size}_{name}"
    names = list(rows)

    def take() -> None:
        edited: Mapping[Any, Mapping[str, Any]] = state.remembered(key)["edited_rows"]
        picked = [names[int(row)] for row, cells in edited.items() if cells.get("")]
        counts = {names[int(row)]: int(cells["Records"]) for row, cells in edited.items() if cells.get("Records")}
        changed = {one: count for one, count in counts.items() if count != rows[one]["Records"]}
        if changed:
            take_counts(where, plan, changed)
        elif picked and picked[0] != name:
            state.go(object=picked[0])

    st.data_editor(
        frame_of(rows),
        key=key,
        on_change=take,
        disabled=["Object", "How many, and why", "Storage", "API name"],
        hide_index=True,
        column_config={
            "": st.column_config.CheckboxColumn("Design", width=70, help="Tick one to design it below."),
            "Records": st.column_config.NumberColumn(
                "Records", min_value=1, max_value=MOST, step=1, format=words.NUMBER, help="How many are made: type over it."
            ),
        },
        alt="Records per object",
        height=min(38 + 35 * len(rows), 250),
    )


def take_counts(where: Place, plan: Plan, changed: dict[str, int]) -> None:
    """Make so many of these objects, and of the others as many as the page shows."""
    from sfseed_core.recipe.change import with_counts

    scaled = where.size != state.AS_IT_IS
    recipe_changes.change(
        where,
        lambda recipe: recipe_changes.frozen(plan, recipe, changed) if scaled else with_counts(recipe, changed),
    )


def frame_of(rows: Mapping[str, Mapping[str, Any]]) -> Any:
    """Return rows by API name as a table to edit, the names last."""
    import pandas as pd

    return pd.DataFrame([{**row, "API name": name} for name, row in rows.items()])


def whole(where: Place, survey: Survey) -> None:
    """What holds for all objects: whose records, in whose language, and which variation."""
    from sfseed_core.recipe.presets import complete

    recipe = complete(resources.recipe(where.recipe))
    owners(where, survey, None, recipe.owners)
    _languages(where, dict(recipe.locales))
    st.number_input(
        "Variation number",
        min_value=0,
        max_value=(1 << 53) - 1,
        placeholder="drawn anew each time",
        help="The same number makes the same records again. Left empty, each time others are made.",
        width=360,
        **state.bound("seed", "design"),
    )
    st.caption("A number makes the same records again, here and in any other org with the same objects.")


def owners(where: Place, survey: Survey, name: str | None, said: Mapping[str, int] | None) -> None:
    """Whose the records are: the one who loads, all active users, or some."""
    from sfseed_core.recipe.change import with_owners

    users = {one.username: one.name for one in survey.snapshot.users}
    key = f"owners_{where.recipe}_{name}"
    options = ["active", *users]
    held = [one for one in (said or {}) if one in options]

    def take() -> None:
        picked = list(state.remembered(key, []))
        everybody = "active" in picked and "active" not in held
        kept = ["active"] if everybody else [one for one in picked if one != "active" or len(picked) == 1]
        recipe_changes.change(where, lambda recipe: with_owners(recipe, name, dict.fromkeys(kept, 1) or None))

    st.multiselect(
        "Whose records",
        options,
        default=held,
        format_func=lambda one: "all active users, evenly" if one == "active" else f"{users[one]} ({one})",
        key=key,
        on_change=take,
        placeholder="the user who loads them" if name is None else "as for all objects",
        help="The owners of the records, by turns. Nothing chosen: the user who loads them.",
    )


def _languages(where: Place, shares: dict[str, int]) -> None:
    from sfseed_core.recipe.change import with_locales

    key = f"languages_{where.recipe}"
    held = [one for one in shares if one in LANGUAGES]

    def take() -> None:
        picked = list(state.remembered(key, []))
        share, rest = divmod(100, len(picked)) if picked else (0, 0)
        even = {one: share + (1 if place < rest else 0) for place, one in enumerate(picked)}
        recipe_changes.change(where, lambda recipe: with_locales(recipe, even))

    st.multiselect(
        "Names, addresses and texts",
        [one for one in LANGUAGES if one],
        default=held,
        format_func=lambda one: f"{LANGUAGES[one]} {shares[one]}%" if one in shares and len(shares) > 1 else LANGUAGES[one],
        key=key,
        on_change=take,
        placeholder="in the org's own language",
        help="Of several, each gets its share of the companies; shares other than even ones are written in the recipe's text.",
    )
