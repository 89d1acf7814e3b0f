"""The parts of Design: how many of each object, how each field is filled, the recipe as a file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.shared import making, recipe_changes, resources, state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pages.shared.state import Place
    from sfseed_core.recipe.model import FieldRecipe, ObjectPlan, Plan
    from sfseed_core.schema.model import Schema

_SAMPLES = 3


def numbers(where: Place, plan: Plan, schema: Schema) -> None:
    """How many records of each object, to change."""
    rows = {
        one.name: {"Object": schema.objects[one.name].label, "Records": one.count, "How many, and why": one.why}
        for one in plan.objects
    }
    key = f"numbers_{where.recipe}_{where.size}"
    names = list(rows)

    def take() -> None:
        edited: Mapping[Any, Mapping[str, Any]] = state.remembered(key)["edited_rows"]
        counts = {names[int(row)]: int(cells["Records"]) for row, cells in edited.items() if cells.get("Records")}
        changed = {name: count for name, count in counts.items() if count != rows[name]["Records"]}
        if not changed:
            return
        scaled = where.size != state.AS_IT_IS
        recipe_changes.change(
            where,
            lambda recipe: recipe_changes.frozen(plan, recipe, changed) if scaled else _with_counts(recipe, changed),
        )

    st.data_editor(
        _frame(rows),
        key=key,
        on_change=take,
        disabled=["_index", "Object", "How many, and why"],
        column_config={"Records": st.column_config.NumberColumn("Records", min_value=1, max_value=10_000_000, step=1)},
        alt="Records per object",
        height=min(38 + 35 * len(rows), 300),
    )
    st.caption("Objects that are counted per parent follow when you change the parent's number.")


def _with_counts(recipe: Any, counts: Mapping[str, int]) -> Any:
    from sfseed_core.recipe.change import with_counts

    return with_counts(recipe, counts)


def _frame(rows: Mapping[str, Mapping[str, Any]]) -> Any:
    import pandas as pd

    return pd.DataFrame(list(rows.values()), index=pd.Index(list(rows), name="API name"))


def choose(plan: Plan, schema: Schema, name: str) -> None:
    """Choose the object whose fields are shown."""
    labels = {one.name: f"{schema.objects[one.name].label} ({one.name})" for one in plan.objects}
    st.selectbox(
        "Fields of",
        list(labels),
        format_func=labels.__getitem__,
        width=360,
        **state.bound("object", "design", within=labels.__contains__, otherwise=name),
    )


def fields(where: Place, plan: Plan, schema: Schema, name: str) -> None:
    """How each field of an object is filled, with samples; to change."""
    one = plan.object(name)
    rows = _fields(plan, one, schema, making.said(where, name))
    key = f"fields_{where.recipe}_{name}"
    names = list(rows)

    def take() -> None:
        edited: Mapping[Any, Mapping[str, Any]] = state.remembered(key)["edited_rows"]
        for row, cells in edited.items():
            field = names[int(row)]
            said = _said({**rows[field], **cells})
            recipe_changes.change(where, partial(_with_field, name=name, field=field, said=said))

    st.data_editor(
        _frame(rows),
        key=key,
        on_change=take,
        disabled=["_index", "Field", "Type", "Filled with", "For example"],
        column_config={
            "Filled with": st.column_config.TextColumn("Filled with", width=230),
            "For example": st.column_config.TextColumn("For example", width=260),
            "% empty": st.column_config.NumberColumn("% empty", min_value=0, max_value=100, step=5),
            "One of": st.column_config.TextColumn(
                "One of", help="Values to choose from, separated by semicolons. Clear the cell to let sfseed choose."
            ),
            "Leave empty": st.column_config.CheckboxColumn("Leave empty"),
        },
        alt=f"Fields of {name}",
        height=420,
    )
    left = {key.partition(".")[2]: why for key, why in plan.omitted.items() if key.startswith(f"{name}.")}
    if left:
        with st.expander(f"{len(left):,} fields stay empty"):
            st.dataframe([{"Field": f, "Why": why} for f, why in left.items()], hide_index=True, alt="Fields left empty")


def _with_field(recipe: Any, name: str, field: str, said: FieldRecipe | None) -> Any:
    from sfseed_core.recipe.change import with_field

    return with_field(recipe, name, field, said)


def _fields(plan: Plan, one: ObjectPlan, schema: Schema, said: Mapping[str, FieldRecipe]) -> dict[str, dict[str, Any]]:
    from sfseed_core.recipe.model import SHARE

    described, samples = schema.objects[one.name].fields, samples_of(plan, one)
    rows: dict[str, dict[str, Any]] = {}
    for column in one.columns:
        own = said.get(column.field)
        rows[column.field] = {
            "Field": described[column.field].label,
            "Type": column.type,
            "Filled with": column.why or column.provider,
            "For example": " · ".join(samples.get(column.field, ())),
            "% empty": round(column.null_share * 100 / SHARE),
            "One of": "; ".join(own.values) if own is not None and own.values else "",
            "Leave empty": False,
        }
    for name, own in said.items():
        if own.skip and name in described:
            rows[name] = {
                "Field": described[name].label,
                "Type": described[name].type,
                "Filled with": "left empty, as you said",
                "For example": "",
                "% empty": 100,
                "One of": "",
                "Leave empty": True,
            }
    return rows


def samples_of(plan: Plan, one: ObjectPlan) -> dict[str, list[str]]:
    """Return a few values of each column, as text."""
    from sfseed_core.generate.engine import rows

    first = rows(plan, one.name, 0, min(_SAMPLES, one.count))
    return {
        name: [str(value)[:40] for value in first.column(name).to_pylist() if value is not None]
        for name in first.schema.names
    }


def _said(row: Mapping[str, Any]) -> FieldRecipe | None:
    """Return what a row of the table says of its field."""
    from sfseed_core.recipe.model import FieldRecipe

    if row["Leave empty"]:
        return FieldRecipe(skip=True)
    values = tuple(one.strip() for one in str(row["One of"] or "").split(";") if one.strip())
    empty = int(row["% empty"]) if row["% empty"] not in {None, ""} else None
    return FieldRecipe(values=values or None, empty=empty)


def options() -> None:
    """The variation number."""
    st.number_input(
        "Variation number",
        min_value=0,
        max_value=(1 << 53) - 1,
        placeholder="drawn anew each time",
        help="The same number makes the same records again. Left empty, each time others are made.",
        width=240,
        **state.bound("seed", "design"),
    )


def as_file(where: Place) -> None:
    """The recipe as a file to keep and share."""
    from sfseed_core.recipe.write import recipe_yaml

    text = recipe_yaml(resources.recipe(where.recipe))
    with st.expander("The recipe as a file", icon=":material/description:"):
        st.caption("Upload it on *Connect* to make these records elsewhere, or give it to `sfseed seed`.")
        st.code(text, language="yaml")
        st.download_button(
            "Download the recipe", data=text, file_name="recipe.yaml", mime="application/yaml", on_click="ignore"
        )
